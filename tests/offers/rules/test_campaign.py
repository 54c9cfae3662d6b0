from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from pydantic import ValidationError

from offers.rules.campaign import CampaignBody, Schedule, TriggerRule
from offers.rules.refusals import refusals
from offers.rules.template_facts import texts_of
from tests.offers.stories import campaign_body


def _faults(**more: Any) -> list[str]:
    with pytest.raises(ValidationError) as refused:
        CampaignBody.model_validate(campaign_body(**more))
    return [".".join(map(str, error["loc"])) for error in refused.value.errors()]


def test_the_example_of_the_documentation_is_taken() -> None:
    examples: Any = CampaignBody.model_config["json_schema_extra"]
    body = CampaignBody.model_validate(examples["examples"][0])
    assert body.cooldown == timedelta(days=1)
    assert body.quiet_hours == "drop"
    assert CampaignBody.model_validate(body.as_json()) == body


def test_everything_comes_back_as_it_was_written() -> None:
    body = CampaignBody.model_validate(
        campaign_body(
            "dwell",
            audience={"all": [{"fact": "tags", "has": "sneakers"}]},
            schedule={
                "from": "2026-12-01T00:00:00+01:00",
                "until": "2026-12-31T23:59:59+01:00",
                "weekly": "Mo-Sa 09:00-18:00",
            },
            priority=70,
            cooldown="P1D",
            life="PT15M",
            hold_out_percent=10,
        )
    )
    written = body.as_json()
    assert (written["cooldown"], written["life"]) == ("P1D", "PT15M")
    assert written["schedule"]["from"] == "2026-12-01T00:00:00+01:00"
    assert CampaignBody.model_validate(written) == body


@pytest.mark.parametrize(
    ("more", "path"),
    [
        ({"name": ""}, "name"),
        ({"name": "x" * 201}, "name"),
        ({"name": "a\x00b"}, "name"),
        ({"nmae": "typo"}, "nmae"),
        ({"trigger": {"on": "teleport"}}, "trigger.on"),
        ({"trigger": {"on": "enter", "role": "roof"}}, "trigger.role"),
        ({"trigger": {"on": "enter", "palces": []}}, "trigger.palces"),
        ({"audience": {"fact": "nose", "is": 1}}, "audience"),
        ({"audience": []}, "audience"),
        ({"schedule": {"from": "2026-12-01T00:00:00"}}, "schedule.from"),
        ({"schedule": {"from": "2026-12-02T00:00:00Z", "until": "2026-12-01T00:00:00Z"}}, "schedule"),
        ({"schedule": {"weekly": "always"}}, "schedule.weekly"),
        ({"priority": -1}, "priority"),
        ({"priority": 1001}, "priority"),
        ({"cooldown": "P1M"}, "cooldown"),
        ({"cooldown": "PT0S"}, "cooldown"),
        ({"life": "P900000000D"}, "life"),
        ({"quiet_hours": "ignore"}, "quiet_hours"),
        ({"hold_out_percent": 101}, "hold_out_percent"),
        ({"messages": {}}, "messages"),
        ({"messages": {"dutch": {"title": "a", "body": "b"}}}, "messages.dutch.[key]"),
        ({"messages": {"nl": {"title": "a"}}}, "messages.nl.body"),
        ({"messages": {"nl": {"title": "", "body": "b"}}}, "messages.nl.title"),
        ({"messages": {"nl": {"title": "{{ customer.phone }}", "body": "b"}}}, "messages.nl.title"),
        ({"messages": {"nl": {"title": "a", "body": "{% for x in y %}"}}}, "messages.nl.body"),
        ({"messages": {"nl": {"title": "a", "body": "b", "url": "http://shop.example"}}}, "messages.nl.url"),
    ],
    ids=repr,
)
def test_a_refusal_names_its_field(more: dict[str, Any], path: str) -> None:
    assert _faults(**more) == [path]


def test_a_refusal_of_an_audience_names_its_place_in_the_tree() -> None:
    body = campaign_body(audience={"all": [{"tag": "vip"}, {"not": {"visited": "*", "within_days": 0}}]})
    with pytest.raises(ValidationError) as refused:
        CampaignBody.model_validate(body)
    [(path, message)] = refusals(refused.value.errors(), body)
    assert path == "audience.all[1].not.within_days"
    assert message == "must be a whole number of days from 1 to 3660"


@pytest.mark.parametrize(
    "url",
    [
        "http://shop.example/", "javascript:alert(1)", "//evil.example", "/\\evil.example", "https://", "https:///x", "ftp://x",
        "https://{{ customer.attributes.host }}/x", "https://shop.example{{ customer.attributes.host }}", "https://a@evil.example/",
        "/a\nb", "/a\\b", " /a", "sale",
    ],
)  # fmt: skip
def test_an_address_has_a_host_of_its_own_and_leads_nowhere_else(url: str) -> None:
    assert _faults(messages={"nl": {"title": "a", "body": "b", "url": url}}) == ["messages.nl.url"]


@pytest.mark.parametrize(
    "url",
    [
        "/",
        "/sale?x=1#top",
        "https://shop.example",
        "https://shop.example:8443/{{ customer.size.shoes }}",
        "/p/{{ place.name }}",
    ],
)
def test_a_good_address_is_taken(url: str) -> None:
    body = CampaignBody.model_validate(campaign_body(messages={"nl": {"title": "a", "body": "b", "url": url}}))
    assert body.messages["nl"].url == url


def test_every_fault_is_named_at_once() -> None:
    assert _faults(priority=-1, cooldown="soon", hold_out_percent=-1) == ["priority", "cooldown", "hold_out_percent"]


def test_languages_are_written_in_one_way() -> None:
    assert set(
        CampaignBody.model_validate(campaign_body(messages={"de_at": {"title": "a", "body": "b"}})).messages
    ) == {"de-AT"}


@pytest.mark.parametrize(
    ("rule", "covered"),
    [
        ({"on": "enter"}, True),
        ({"on": "exit"}, False),
        ({"on": "enter", "role": "approach"}, False),
        ({"on": "enter", "places": ["kalverstraat"]}, True),
        ({"on": "enter", "places": ["damrak"]}, False),
        ({"on": "enter", "tags": ["flagship"]}, True),
        ({"on": "enter", "tags": ["outlet"]}, False),
        ({"on": "enter", "places": ["damrak"], "tags": ["flagship"]}, True),
    ],
)
def test_which_moments_a_trigger_covers(rule: dict[str, Any], covered: bool) -> None:
    trigger = TriggerRule.model_validate(rule)
    assert trigger.covers("enter", "premises", "kalverstraat", frozenset({"flagship"})) is covered


def test_a_schedule_runs_from_its_first_to_its_last_moment() -> None:
    start, until = datetime(2026, 6, 1, tzinfo=UTC), datetime(2026, 7, 1, tzinfo=UTC)
    schedule = Schedule.model_validate({"from": start, "until": until})
    second = timedelta(seconds=1)
    assert [schedule.runs_at(at) for at in (start - second, start, until, until + second)] == [False, True, True, False]
    assert Schedule.model_validate({}).runs_at(start)


WITH_CODE = {
    "title": "Hi",
    "body": "Show {{ coupon.code | default: 'this' }}",
    "url": "https://shop.example/?c={{ coupon.code }}",
}


def test_a_text_that_tells_a_code_needs_an_offer() -> None:
    messages = {"en": {"title": "Hi", "body": "There"}, "nl": WITH_CODE}
    body = campaign_body(messages=messages)
    with pytest.raises(ValidationError) as refused:
        CampaignBody.model_validate(body)
    [(path, message)] = refusals(refused.value.errors(), body)
    assert path == "messages.nl.body"
    assert "no offer" in message
    good = CampaignBody.model_validate({**body, "offer": "ten-percent"})
    assert good.texts_with_code() == ["messages.nl.body", "messages.nl.url"]
    assert good.as_json()["offer"] == "ten-percent"


def test_an_offer_is_an_id() -> None:
    assert _faults(offer="ten percent") == ["offer"]
    assert CampaignBody.model_validate(campaign_body()).offer is None


def test_texts_of_variants_are_checked_as_the_campaigns_own() -> None:
    variants = [{"name": "plain"}, {"name": "told", "messages": {"nl": WITH_CODE}}]
    body = campaign_body(variants=variants)
    with pytest.raises(ValidationError) as refused:
        CampaignBody.model_validate(body)
    [(path, _)] = refusals(refused.value.errors(), body)
    assert path == "variants[1].messages.nl.body"
    good = CampaignBody.model_validate({**body, "offer": "ten-percent"})
    assert good.texts_with_code() == ["variants[1].messages.nl.body", "variants[1].messages.nl.url"]
    assert CampaignBody.model_validate(good.as_json()) == good


@pytest.mark.parametrize(
    ("variants", "path"),
    [
        ([{"name": "a"}, {"name": "b"}, {"name": "a"}], "variants[2].name"),
        ([{"name": "a", "weight": 0}, {"name": "b", "weight": 0}], "variants"),
        ([{"name": ""}], "variants[0].name"),
        ([{"weight": 1}], "variants[0].name"),
        ([{"name": "a", "weight": -1}], "variants[0].weight"),
        ([{"name": "a", "weight": 1.5}], "variants[0].weight"),
        ([{"name": "a", "messages": {}}], "variants[0].messages"),
        ([{"name": "a", "messages": {"nl": {"title": "x", "body": "{% if %}"}}}], "variants[0].messages.nl.body"),
        ([{"name": "a", "messages": {"nl": {"title": "x"}}}], "variants[0].messages.nl.body"),
        ([{"name": f"v{number}"} for number in range(21)], "variants"),
        ({}, "variants"),
    ],
)
def test_a_bad_variant_is_named(variants: Any, path: str) -> None:
    body = campaign_body(variants=variants)
    with pytest.raises(ValidationError) as refused:
        CampaignBody.model_validate(body)
    assert [path for path, _ in refusals(refused.value.errors(), body)] == [path]


def test_whose_words_a_variant_is_in() -> None:
    told = {"nl": {"title": "Kort", "body": "Kom binnen."}}
    body = CampaignBody.model_validate(campaign_body(variants=[{"name": "plain"}, {"name": "short", "messages": told}]))
    assert body.messages_of("short")["nl"].title == "Kort"
    for other in ("plain", "gone", None):
        assert body.messages_of(other) is body.messages


def _refusal(body: dict[str, Any]) -> tuple[str, str]:
    with pytest.raises(ValidationError) as refused:
        CampaignBody.model_validate(body)
    [one] = refusals(refused.value.errors(), body)
    return one


OF_THE_OFFER = {"nl": {"title": "Hoi", "body": "{{ offer.text | default: 'x' }}"}}
OF_THE_PRODUCT = {"nl": {"title": "{{ product.price }}", "body": "Hoi"}}
UNTIL = {"nl": {"title": "Hoi", "body": "tot {{ coupon.expires }}"}}


@pytest.mark.parametrize(
    ("messages", "field", "said"),
    [
        (OF_THE_OFFER, "offer", "names offer.text, and the campaign has no offer"),
        (OF_THE_PRODUCT, "product", "names product.price, and the campaign has no product"),
        (UNTIL, "offer", "names coupon.expires, and the campaign has no offer"),
    ],
)
@pytest.mark.parametrize("in_variant", [False, True])
def test_a_text_tells_only_what_the_campaign_brings(
    messages: dict[str, Any], field: str, said: str, *, in_variant: bool
) -> None:
    part = next(name for name, text in messages["nl"].items() if "{{" in text)
    more: dict[str, Any] = {"messages": messages}
    path = f"messages.nl.{part}"
    if in_variant:
        more, path = {"variants": [{"name": "a"}, {"name": "b", "messages": messages}]}, f"variants[1].{path}"
    assert _refusal(campaign_body(**more)) == (path, said)
    good = CampaignBody.model_validate(campaign_body(**more, **{field: "SNEAK-1"}))
    assert getattr(good, field) == "SNEAK-1"


def test_the_language_to_fall_back_to_is_one_that_the_campaign_has() -> None:
    dutch = {"nl": {"title": "Hoi", "body": "Kom"}}
    own = [{"name": "a"}, {"name": "b", "messages": dutch | {"fr": {"title": "Salut", "body": "Venez"}}}]
    assert _refusal(campaign_body(default_language="fr", variants=own)) == (
        "default_language", "is fr, and messages has only en, nl",
    )  # fmt: skip
    body = CampaignBody.model_validate(campaign_body(default_language="EN", variants=own))
    assert body.default_language == "en"


def test_a_variant_has_the_campaigns_words_in_the_languages_that_it_has_none_in() -> None:
    dutch = {"nl": {"title": "Hoi", "body": "Kom"}}
    body = CampaignBody.model_validate(campaign_body(variants=[{"name": "a"}, {"name": "b", "messages": dutch}]))
    theirs = body.messages_of("b")
    assert (theirs["nl"].title, theirs["en"]) == ("Hoi", body.messages["en"])
    assert body.messages_of("a") == body.messages_of(None) == body.messages_of("gone") == body.messages
    assert [body.path_of(one, "nl") for one in ("a", "b", None)] == [
        "messages.nl", "variants[1].messages.nl", "messages.nl",
    ]  # fmt: skip
    assert body.path_of("b", "en") == "messages.en"
    assert {one.path: one.among for one in texts_of(body)}["variants[1].messages.nl.title"] == tuple(theirs)


def test_what_is_too_long_without_its_facts_is_refused() -> None:
    def of(title: str = "a", body: str = "b", url: str = "/") -> dict[str, Any]:
        return campaign_body(messages={"nl": {"title": title, "body": body, "url": url}})

    for good in (of("t" * 120, "b" * 400), of("t" * 119 + "{{ customer.name }}", "b" * 399 + "{{ place.name }}")):
        assert set(CampaignBody.model_validate(good).messages) == {"nl"}
    assert _refusal(of("t" * 121)) == ("messages.nl.title", "has 121 characters without its facts; at most 120 go out")
    assert _refusal(of(body="b" * 381 + "{{ weekday }}" + "b" * 20)) == (
        "messages.nl.body", "has 401 characters without its facts; at most 400 go out",
    )  # fmt: skip
    path, said = _refusal(of("👟" * 120, "👟" * 400, "/" + "👟" * 480))
    assert path == "messages.nl"
    assert said == f"takes {4 * 1000 + 1} bytes without its facts; push services take 3000"


def test_the_facts_that_a_campaign_names() -> None:
    own = {"de": {"title": "{{ purchase.title }}", "body": "x", "url": "/{{ place.name }}"}}
    body = CampaignBody.model_validate(campaign_body(variants=[{"name": "a", "messages": own}]))
    assert body.facts_named() == {"customer.first_name", "place.name", "purchase.title"}
