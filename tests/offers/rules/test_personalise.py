from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from liquid.exceptions import UndefinedError

from offers.rules.personalise import (
    DEFAULT_TEXTS,
    FACTS,
    FILTERS,
    MAX_BODY,
    MAX_TITLE,
    TemplateError,
    check_template,
    choose_language,
    fill,
    says_something,
    word,
)

FACTS_OF_SANNE: dict[str, Any] = {
    "customer": {
        "first_name": "Sanne",
        "name": "Sanne de Vries",
        "language": "nl",
        "size": {"shoes": "38"},
        "attributes": {"points": 120, "team": "Ajax & co"},
    },
    "place": {"name": "Kalverstraat", "address": "Kalverstraat 102", "distance_m": 150},
    "weekday": "woensdag",
}


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("Tot zo!", "Tot zo!"),
        ("Hoi {{ customer.first_name }}", "Hoi Sanne"),
        ("{{customer.name}}, {{ customer.language }}", "Sanne de Vries, nl"),
        ("Maat {{ customer.size.shoes }}, {{ customer.attributes.points }} punten", "Maat 38, 120 punten"),
        ("{{ customer['first_name'] }}", "Sanne"),
        ("Nog {{ place.distance_m | round }} m naar {{ place.name | upcase }}", "Nog 150 m naar KALVERSTRAAT"),
        ("{{ weekday | capitalize }}", "Woensdag"),
        ("{{ customer.name | truncate: 8 }}", "Sanne..."),
        ("{{ order.number | default: 'geen' }}", "geen"),
        ("{{ customer.size.hat | default: customer.size.shoes }}", "38"),
        ("{ niet } } {{ '{{' }}", "{ niet } } {{"),
    ],
)
def test_facts_and_filters_make_a_text(source: str, text: str) -> None:
    check_template(source)
    assert fill(source, FACTS_OF_SANNE) == text


def test_every_fact_and_filter_of_the_lists_is_taken() -> None:
    for fact in FACTS:
        check_template(f"{{{{ {fact.replace('<name>', 'shoes')} }}}}")
    for name in FILTERS:
        check_template(f"{{{{ customer.first_name | {name} }}}}")


@pytest.mark.parametrize(
    "source",
    [
        "{{ (1..100000000) | join }}",
        "{{ (1..100000000) }}",
        "{{ (1..9).size }}",
        '{{ "\'" | default: (1..100000000) | default: "\'" }}',
        "{{ customer.first_name | default: (1..100000000) }}",
        "{{ customer[(1..3)] }}",
        "{% for a in (1..100000000) %}x{% endfor %}",
        "{%- assign a = 'x' -%}{{ a }}",
        "{% assign a = a | append: a %}{{ a }}",
        "{% include 'settings' %}",
        "{% raw %}{{ nope }}{% endraw %}",
        "{{ customer.first_name | append: customer.first_name }}",
        "{{ customer.first_name | replace: '', customer.name }}",
        "{{ customer.first_name | times: 1000000 }}",
        "{{ customer.first_name | split: '' | join: '           ' }}",
        "{{ customer.first_name | where: 'x' }}",
        "{{ 'a' * 1000000 }}",
        "{{ customer }}",
        "{{ customer.size }}",
        "{{ customer.attributes }}",
        "{{ customer.phone }}",
        "{{ customer.first_name.size }}",
        "{{ customer[place.name] }}",
        "{{ customer.attributes[place.name] }}",
        "{{ customer['first_name\n'] }}",
        "{{ place.lat }}",
        "{{ device.push_token }}",
        "{{ settings.secret_key }}",
        "{{ self.__class__ }}",
        "{{ customer.__class__ }}",
        "{{ customer.first_name if customer.name else 'x' }}",
        "{{ customer.first_name | truncate: 'x' }}",
        "{{ customer.first_name | capitalize: 1, 2, 3 }}",
        "{{ customer.first_name | default: 'x', colour: 'red' }}",
        "{{ customer.first_name | }}",
        "{{ customer.first_name",
        "{{ }}",
        "{% ",
        "x" * 501,
    ],
)
def test_everything_else_is_refused_when_it_is_written(source: str) -> None:
    with pytest.raises(TemplateError):
        check_template(source)


def test_a_refusal_says_which_part_and_what_is_known() -> None:
    with pytest.raises(TemplateError, match=r"names customer\.phone.*customer\.first_name"):
        check_template("Hoi {{ customer.phone }}")
    with pytest.raises(TemplateError, match=r"filter append.*default"):
        check_template("{{ customer.first_name | append: 'x' }}")


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


@pytest.mark.parametrize("name", ["first", "last", "size"])
@pytest.mark.parametrize("kind", ["size", "attributes"])
def test_liquids_own_names_show_no_fact_in_the_place_of_another(kind: str, name: str) -> None:
    source = f"{{{{ customer.{kind}.{name} }}}}"
    check_template(source)
    with pytest.raises(UndefinedError):
        fill(source, FACTS_OF_SANNE)
    assert fill(source, {"customer": {kind: {name: "XL"}}}) == "XL"


@pytest.mark.parametrize("language", ["nl", "de", "en", "nl-BE", "fr"])
@pytest.mark.parametrize("where", ["title", "body", "url"])
def test_a_missing_fact_falls_back_to_the_default_text_as_a_whole(where: str, language: str) -> None:
    message = {"title": "Hoi", "body": "Kom langs", "url": "/sale"} | {where: "/{{ order.number }}"}
    words = word(message, FACTS_OF_SANNE, language)
    title, body = DEFAULT_TEXTS.get(language[:2], DEFAULT_TEXTS["en"])
    assert (words.title, words.body) == (title.format(place="Kalverstraat"), body.format(place="Kalverstraat"))
    assert words.url is None
    assert words.missing is not None
    assert "order" in words.missing


def test_a_filter_that_chokes_on_a_fact_falls_back_too() -> None:
    source = "{{ customer.first_name | truncate: customer.attributes.team }}"
    words = word({"title": source, "body": "Kom langs"}, FACTS_OF_SANNE, "nl")
    assert words.title == "Kalverstraat"
    assert words.missing is not None


def test_a_title_or_body_that_comes_out_empty_falls_back_too() -> None:
    words = word({"title": "{{ order.number | default: '' }}", "body": "Kom langs"}, FACTS_OF_SANNE, "nl")
    assert words.title == "Kalverstraat"
    assert words.missing == "the title came out empty"


def test_a_good_message_is_marked_as_whole_and_cut_to_its_bounds() -> None:
    facts = {"customer": {"first_name": "S" * 200, "attributes": {"points": "9" * 500}}}
    words = word({"title": "{{ customer.first_name }}", "body": "{{ customer.attributes.points }}"}, facts, "nl")
    assert words.missing is None
    assert (len(words.title), len(words.body)) == (MAX_TITLE, MAX_BODY)


@pytest.mark.parametrize(
    ("name", "seen"),
    [
        ("San\u202ene", "Sanne"),
        ("\u2066San\u2069ne\u200e\u200f", "Sanne"),
        ("San\x00\x07\x1b[31mne", "San[31mne"),
        ("San\u2028ne\ufeff", "Sanne"),
        ("San\tne", "San ne"),
        ("  Sanne \n", "Sanne"),
        ("👩\u200d👧", "👩\u200d👧"),
        ("Zoë 王", "Zoë 王"),
        ("{{ customer.name }}", "{{ customer.name }}"),
        ("{place.__class__}", "{place.__class__}"),
    ],
)
def test_what_is_not_seen_is_taken_out_and_the_rest_is_only_text(name: str, seen: str) -> None:
    assert fill("{{ customer.first_name }}", {"customer": {"first_name": name}}) == seen


@given(st.text(max_size=30))
def test_no_control_or_direction_character_reaches_a_phone(name: str) -> None:
    text = fill("Hoi {{ customer.first_name }}", {"customer": {"first_name": name}})
    assert not set(text) & {
        chr(code) for code in (*range(10), *range(11, 32), 127, *range(0x202A, 0x202F), *range(0x2066, 0x206A))
    }


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


@pytest.mark.parametrize(
    ("text", "says"), [("a", True), ("👩", True), ("", False), (" \n\u2028", False), ("\u202e\u200d\x00", False)]
)
def test_whether_a_text_says_something(text: str, says: bool) -> None:
    assert says_something(text) is says


def test_the_first_language_of_the_chain_that_the_campaign_has() -> None:
    messages = {"nl": 1, "de": 2, "en": 3}
    assert choose_language(messages, ["de-AT", "de", "nl", "en"]) == "de"
    assert choose_language(messages, ["fr", "en"]) == "en"
    assert choose_language({"nl": 1, "de": 2}, ["fr", "en"]) == "de"
