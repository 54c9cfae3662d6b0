"""What a marketer may write: facts and filters of the lists, and nothing that hangs, leaks or raises."""

from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from offers.rules.templates import (
    FACTS,
    FILTERS,
    MissingFactsError,
    TemplateError,
    check_template,
    facts_named,
    family_of,
    fill,
    one_line,
    own_text,
    says_something,
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


@pytest.mark.parametrize("name", ["first", "last", "size"])
@pytest.mark.parametrize("kind", ["size", "attributes"])
def test_liquids_own_names_show_no_fact_in_the_place_of_another(kind: str, name: str) -> None:
    source = f"{{{{ customer.{kind}.{name} }}}}"
    check_template(source)
    with pytest.raises(MissingFactsError):
        fill(source, FACTS_OF_SANNE)
    assert fill(source, {"customer": {kind: {name: "XL"}}}) == "XL"


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


@pytest.mark.parametrize(
    ("text", "says"), [("a", True), ("👩", True), ("", False), (" \n\u2028", False), ("\u202e\u200d\x00", False)]
)
def test_whether_a_text_says_something(text: str, says: bool) -> None:
    assert says_something(text) is says


def test_the_facts_that_a_text_names() -> None:
    source = (
        "{{ customer.size.shoes | default: customer['first_name'] }} {{ weekday }} {{ weekday }} {{ 'place.name' }}"
    )
    assert facts_named(source) == {"customer.size.shoes", "customer.first_name", "weekday"}
    assert facts_named("none") == frozenset()
    assert [family_of(one) for one in ("customer.size.shoes", "purchase.title", "weekday")] == [
        "customer.size", "purchase.title", "weekday",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("source", "missing"),
    [
        ("{{ order.number }}", ("order.number",)),
        ("{{ customer.size.hat }}", ("customer.size.hat",)),
        ("{{ customer.first_name }} {{ purchase.title | upcase }}", ("purchase.title",)),
        ("{{ purchase.title }} {{ order.number }}", ("purchase.title", "order.number")),
        ("{{ purchase.title | default: 'x' }} {{ order.number }}", ("order.number",)),
        ("{{ purchase.title | default: order.number }}", ("purchase.title", "order.number")),
        ("{{ purchase.title | default: customer.first_name }} {{ product.title }}", ("product.title",)),
        ("{{ customer.first_name | truncate: purchase.days_ago }}", ("purchase.days_ago",)),
    ],
)
def test_a_refusal_names_the_facts_that_are_missing(source: str, missing: tuple[str, ...]) -> None:
    check_template(source)
    with pytest.raises(MissingFactsError, match=r"which (is|are) not known") as refused:
        fill(source, FACTS_OF_SANNE)
    assert refused.value.facts == missing


def test_what_a_text_says_without_its_facts() -> None:
    assert own_text("  Hoi {{ customer.first_name }}, kom\u202e langs \n") == "Hoi , kom langs"
    assert own_text("{{ weekday }}") == ""


def test_a_fact_stands_on_one_line() -> None:
    assert one_line(" San\u202ene\r\n\tde\u2028 Vries\x00 ") == "Sanne de Vries"
    assert one_line("👩\u200d👧") == "👩\u200d👧"


@given(st.text(max_size=600))
@example("{{" + "a[" * 200 + "1" + "]" * 200 + "}}")
@example("{{ 1" + "0" * 450 + " | round }}")
@example("{{ 'a' | truncate: 1" + "0" * 400 + " }}")
@example("{{ place.distance_m | round: 400 }}")
@example("{{ place.distance_m | round: -400 }}")
@example("{{ customer.first_name | round: 1e999 }}")
@example("{{ 'é\\ud800' }}")
def test_any_text_is_taken_or_refused_by_name(source: str) -> None:
    """Whatever is written: a `TemplateError`, or a template that fills with what there is."""
    for text in (source, f"{{{{ {source} }}}}", f"{{{{ customer.first_name | {source} }}}}"):
        try:
            check_template(text)
        except TemplateError:
            continue
        for facts in (FACTS_OF_SANNE, {}):
            try:
                fill(text, facts)
            except TemplateError:
                continue
