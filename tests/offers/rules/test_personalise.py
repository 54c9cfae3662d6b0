"""The words of one message, and what goes out where they can not."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from offers.rules.personal_facts import LONGEST_FACT, About, message_facts
from offers.rules.personalise import (
    DEFAULT_TEXTS,
    LEAST,
    MAX_BODY,
    MAX_TITLE,
    MOST_BYTES,
    NAMELESS_TEXTS,
    Gap,
    TemplateError,
    check_template,
    choose_language,
    default_text,
    says_something,
    word,
)
from offers.rules.values import language_chain
from tests.offers.rules.test_templates import FACTS_OF_SANNE
from tests.offers.stories import NOON

PIECES = st.sampled_from(
    ["{{", "}}", "{%", "%}", " ", "|", "..", "(", ")", "1", "9999999999", "'", '"', ":", ",", ".", "[", "]", "customer", "first_name",
     "attributes", "size", "place.distance_m", "weekday", "default", "round", "truncate", "upcase", "join", "-", "nil", "empty", "\n", "é"]
)  # fmt: skip


@given(
    st.lists(PIECES, max_size=14).map("".join), st.sampled_from(["{}", "{{{{ {} }}}}", "Hoi {{{{ customer.{} }}}}!"])
)
def test_any_text_is_refused_or_can_be_worded_and_stays_short(inner: str, frame: str) -> None:
    source = frame.format(inner)
    try:
        check_template(source)
    except TemplateError:
        return
    for facts in (FACTS_OF_SANNE, {}):
        words = word({"title": source, "body": source}, facts, "nl")
        assert len(words.title) <= MAX_TITLE
        assert len(words.body) <= MAX_BODY


@pytest.mark.parametrize("language", ["nl", "de", "en", "nl-BE", "fr"])
@pytest.mark.parametrize("where", ["title", "body", "url"])
def test_a_missing_fact_falls_back_to_the_default_text_as_a_whole(where: str, language: str) -> None:
    message = {"title": "Hoi", "body": "Kom langs", "url": "/sale"} | {where: "/{{ order.number }}"}
    words = word(message, FACTS_OF_SANNE, language)
    title, body = DEFAULT_TEXTS.get(language[:2], DEFAULT_TEXTS["en"])
    assert (words.title, words.body) == (title.format(place="Kalverstraat"), body.format(place="Kalverstraat"))
    assert words.url is None
    assert words.missing == "order.number"
    assert words.gaps == (Gap(where, "missing_fact", "names order.number, which is not known", ("order.number",)),)


def test_a_filter_that_chokes_on_a_fact_falls_back_too() -> None:
    source = "{{ customer.first_name | truncate: customer.attributes.team }}"
    words = word({"title": source, "body": "Kom langs"}, FACTS_OF_SANNE, "nl")
    assert words.title == "Kalverstraat"
    assert words.missing == "filter_failed"


def test_a_title_or_body_that_comes_out_empty_falls_back_too() -> None:
    words = word({"title": "{{ order.number | default: '' }}", "body": "Kom langs"}, FACTS_OF_SANNE, "nl")
    assert words.title == "Kalverstraat"
    assert words.missing == "empty_text"
    assert words.gaps == (Gap("title", "empty_text", "comes out empty"),)


def test_a_good_message_is_marked_as_whole_and_cut_to_its_bounds() -> None:
    facts = {"customer": {"first_name": "S" * 200, "attributes": {"points": "9" * 500}}}
    words = word({"title": "{{ customer.first_name }}", "body": "{{ customer.attributes.points }}"}, facts, "nl")
    assert words.missing is None
    assert (len(words.title), len(words.body)) == (MAX_TITLE, MAX_BODY)


def test_a_place_named_in_braces_is_only_text_in_the_default_too() -> None:
    words = word({"title": "{{ order.number }}", "body": "x"}, {"place": {"name": "{place} {0}"}}, "en")
    assert words.title == "{place} {0}"


def test_facts_are_escaped_in_an_address() -> None:
    message = {
        "title": "a",
        "body": "b",
        "url": "https://shop.example/{{ customer.attributes.team }}?n={{ customer.name }}",
    }
    assert word(message, FACTS_OF_SANNE, "nl").url == "https://shop.example/Ajax%20%26%20co?n=Sanne%20de%20Vries"
    slashes = {"customer": {"attributes": {"team": "/evil.example\n"}, "name": "x"}}
    assert word({**message, "url": "/{{ customer.attributes.team }}"}, slashes, "nl").url == "/%2Fevil.example%0A"


def test_the_first_language_of_the_chain_that_the_campaign_has() -> None:
    messages = {"nl": 1, "de": 2, "en": 3}
    assert choose_language(messages, ["de-AT", "de", "nl", "en"]) == "de"
    assert choose_language(messages, ["fr", "en"]) == "en"
    assert choose_language({"nl": 1, "de": 2}, ["fr", "en"]) == "de"


def test_every_gap_is_told_and_the_first_is_counted() -> None:
    message = {
        "title": "{{ customer.size.hat }}",
        "body": "{{ order.number | default: '' }}",
        "url": "/{{ purchase.sku }}/{{ offer.name }}",
    }
    words = word(message, FACTS_OF_SANNE, "nl")
    assert [(one.part, one.kind, one.facts) for one in words.gaps] == [
        ("title", "missing_fact", ("customer.size.hat",)),
        ("body", "empty_text", ()),
        ("url", "missing_fact", ("purchase.sku", "offer.name")),
    ]
    assert words.missing == "customer.size.hat"
    assert words.gaps[0].counted_as == "customer.size"
    assert words.gaps[1].counted_as == "empty_text"


def test_what_no_push_service_would_carry_goes_out_as_the_default_text() -> None:
    facts = {"customer": {"attributes": {"team": "é" * 400}}, "place": {"name": "Kalverstraat"}}
    message = {"title": "a", "body": "b", "url": "/{{ customer.attributes.team }}"}
    long = 1 + 1 + 1 + 400 * len("%C3%A9")
    assert word(message, facts, "nl").url is not None
    message["url"] += "/{{ customer.attributes.team }}"
    long = 1 + 1 + 2 + 2 * 400 * len("%C3%A9")
    for platform, most in MOST_BYTES.items():
        words = word(message, facts, "nl", most)
        assert (words.title, words.missing) == ("Kalverstraat", "too_large"), platform
        assert words.gaps[0].said == f"takes {long} bytes; push services take {most}"
        assert words.bytes <= LEAST
    assert word(message, facts, "nl", long).missing is None


@pytest.mark.parametrize("language", ["nl", "de", "en", "fr"])
def test_a_default_text_needs_not_even_the_places_name(language: str) -> None:
    for name in ("", " ", "\u202e\u200b"):
        assert default_text(language, name) == NAMELESS_TEXTS.get(language, NAMELESS_TEXTS["en"])
    title, body = default_text(language, "Kalver\u202e\nstraat" * 100)
    assert len(title) <= MAX_TITLE
    assert len(body) <= MAX_BODY
    assert "\n" not in title + body


NASTY = st.one_of(
    st.text(max_size=40),
    st.sampled_from(
        [
            "{{ customer.phone }}", "{% for a in (1..9) %}", "{{", "}}", "a\nb\r\nc", "\u202eevil\u202c", "\x00\x1b[31m", " \t\n",
            "x" * 10_000, "é" * 10_000, "\u2028", "{place}", "{0}", "%s", "<b>", "\ufeff", "👩\u200d👧", "' | upcase", "../../", "https://evil.example",
        ]
    ),
)  # fmt: skip


@given(NASTY, NASTY, NASTY)
def test_no_fact_leaves_a_hole_or_gets_out_of_its_place(name: str, size: str, place: str) -> None:
    about = About(person={"name": name, "size": {"shoes": size}}, place={"name": place})
    facts = message_facts(about, ["nl"], NOON)
    message = {
        "title": "Hoi {{ customer.name }}",
        "body": "Maat {{ customer.size.shoes }} bij {{ place.name }}.\nTot zo",
        "url": "https://shop.example/{{ customer.size.shoes }}?bij={{ place.name }}",
    }
    words = word(message, facts, "nl")
    assert says_something(words.title)
    assert says_something(words.body)
    assert len(words.title) <= MAX_TITLE
    assert len(words.body) <= MAX_BODY
    assert words.bytes <= LEAST
    assert not set(words.title + words.body) & {
        *map(chr, range(10)),
        *map(chr, range(11, 32)),
        "\u202e",
        "\u2028",
        "\x7f",
    }
    assert "\n" not in words.title
    if words.missing is None:
        assert words.title.startswith("Hoi ")
        assert words.body.count("\n") <= 1, "the only break is the template's own"
        assert words.url is not None
        assert words.url.startswith("https://shop.example/")
        assert words.url.count("/") == 3
        assert words.url.count("?") == 1
    assert all(len(one) <= LONGEST_FACT for one in facts["customer"]["size"].values())


CHAINS: list[tuple[str | None, str | None, str, set[str], str]] = [
    ("de-AT", None, "en", {"de-AT", "de", "en"}, "de-AT"),
    ("de-AT", None, "en", {"de", "en"}, "de"),
    ("de-AT", "nl", "en", {"nl", "en"}, "nl"),
    ("de-AT", "nl-BE", "en", {"nl", "en", "fr"}, "nl"),
    ("de-AT", None, "en", {"nl", "en"}, "en"),
    ("de-AT", None, "fr-BE", {"nl", "fr"}, "fr"),
    ("de-AT", None, "fr", {"nl", "es"}, "es"),
    (None, "nl", "en", {"nl", "en"}, "nl"),
    (None, None, "en", {"nl", "en"}, "en"),
    (None, None, "en", {"nl"}, "nl"),
    ("zh-Hant-TW", None, "en", {"zh-Hant", "en"}, "zh-Hant"),
    ("nl", "en", "de", {"nl", "en", "de"}, "nl"),
]


@pytest.mark.parametrize(("theirs", "campaigns", "settings", "has", "chosen"), CHAINS)
def test_the_chain_of_languages(
    theirs: str | None, campaigns: str | None, settings: str, has: set[str], chosen: str
) -> None:
    """The customer's, what it is a kind of, the campaign's own, the settings', the first that there is."""
    assert choose_language(dict.fromkeys(has), language_chain(theirs, campaigns, settings)) == chosen
