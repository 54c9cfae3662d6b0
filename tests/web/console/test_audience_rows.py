"""An audience as rows: what they say is the tree, what a tree says they show, and opened and saved it is the same."""

import json
from dataclasses import replace
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as some

from offers.rules.audience import read_audience
from tests.web.console.test_conditions import SAID
from web.console import audience_form
from web.console.audience_form import read, rows_of, said_by_rows
from web.console.audience_kinds import KINDS
from web.console.audience_rows import Row, row_of
from web.console.audience_values import as_values, values_in
from web.console.forms import Form
from web.console.speaking import Voice

ZONE = ZoneInfo("Europe/Amsterdam")
VOICE = Voice("en", ZONE)

texts = some.text(some.characters(exclude_categories=["Cs", "Cc"]), max_size=12)
names = some.from_regex(r"[a-z_]{1,12}", fullmatch=True)
numbers = some.integers(-(10**9), 10**9) | some.floats(-1e9, 1e9)
scalars = texts | numbers | some.booleans()
whole = some.integers(0, 1_000_000)
amounts = some.integers(0, 10**9) | some.sampled_from([89.95, "89.95", 0.125, "12.5"])
moments = (
    some.datetimes(datetime.fromisoformat("1971-01-01"), datetime.fromisoformat("8999-01-01"))
    .filter(lambda at: at.month != 10)  # the hour that comes twice has no one way to be typed
    .map(lambda at: at.replace(second=0, microsecond=0, tzinfo=ZONE).isoformat())
)
windows = some.fixed_dictionaries(
    {},
    optional={
        "within_days": some.integers(1, 3660),
        "before": moments,
    },
)


def one_of(
    fact: some.SearchStrategy[str], value: some.SearchStrategy[Any], one: str = "has"
) -> some.SearchStrategy[Any]:
    single = some.tuples(some.sampled_from(sorted({"is", one})), value)
    several = some.tuples(some.just("in"), some.lists(value, min_size=1, max_size=4))
    return some.builds(lambda fact, said: {"fact": fact, said[0]: said[1]}, fact, single | several)


def bounded(fact: some.SearchStrategy[str], value: some.SearchStrategy[Any]) -> some.SearchStrategy[Any]:
    side = some.sampled_from(["at_least", "at_most"])
    return some.builds(lambda fact, side, value: {"fact": fact, side: value}, fact, side, value)


def within(conditions: some.SearchStrategy[Any]) -> some.SearchStrategy[Any]:
    return some.builds(lambda one, window: one | window, conditions, windows)


def at(*those: str) -> some.SearchStrategy[str]:
    return some.sampled_from(those)


ids = names | some.just("*")
places = ids | some.lists(ids, min_size=1, max_size=3)
keyed = some.builds(lambda head, name: f"{head}.{name}", at("attributes", "sizes"), names)
last = at("purchases.last_at", "visits.last_at")
leaves = some.one_of(
    one_of(at("language"), at("nl", "de-AT", "en"), "is"),
    one_of(at("name", "time_zone"), texts, "is"),
    one_of(keyed, scalars, "is"),
    bounded(keyed, numbers),
    some.builds(
        lambda fact, known: {"fact": fact, "known": known},
        at("language", "name", "time_zone", "tags") | keyed | last,
        some.booleans(),
    ),
    some.builds(lambda value: {"fact": "tags", "has": value}, texts),
    some.builds(lambda values: {"fact": "tags", "in": values}, some.lists(texts, min_size=1, max_size=4)),
    some.builds(lambda tag: {"tag": tag}, texts),
    some.builds(lambda fact, window: {"fact": fact} | window, last | at("known_since"), windows.filter(bool)),
    within(
        one_of(
            at("purchases.category", "purchases.sku", "purchases.size", "purchases.place", "visits.place"),
            texts.filter(bool),
        )
    ),
    within(one_of(at("purchases.size"), some.integers(30, 50))),
    within(one_of(at("purchases.channel"), at("store", "online"))),
    within(bounded(at("purchases.count", "visits.count"), whole)),
    within(bounded(at("purchases.total.EUR", "purchases.total.CHF"), amounts)),
    within(some.builds(lambda place: {"visited": place}, places)),
    some.builds(lambda form, place: {form: place}, at("near", "inside"), places),
    one_of(at("devices.platform"), at("ios", "android", "web")),
    bounded(at("devices.count"), whole),
    some.builds(
        lambda fact, wanted: {"fact": fact, "is": wanted},
        at("devices.push", "consents.location", "consents.offers", "consents.orders"),
        some.booleans(),
    ),
)
conditions = leaves | some.builds(lambda inner: {"not": inner}, leaves)
trees = conditions | some.builds(
    lambda joint, inner: {joint: inner}, at("all", "any"), some.lists(conditions, min_size=1, max_size=5)
)


def opened(tree: dict[str, Any] | None) -> Form:
    """The form that shows it, as a browser sends it back."""
    return Form.of({"zone": ZONE.key} | audience_form.filled(tree, ZONE))


def written(tree: Any) -> str:
    return json.dumps(tree, sort_keys=True)


@given(trees)
def test_a_tree_that_is_opened_and_saved_is_the_same(tree: dict[str, Any]) -> None:
    read_audience(tree)
    form = opened(tree)
    assert not form.on("audience.use_tree"), "rows say all of these"
    saved, faults = read(form, VOICE)
    assert faults == []
    assert written(saved) == written(tree)


@given(trees)
def test_rows_alone_say_what_the_tree_says(tree: dict[str, Any]) -> None:
    """Without the condition that each was opened from, which a row keeps: shown again the rows are the same."""
    said = said_by_rows(tree, ZONE)
    assert said is not None
    form = opened(tree).but(**{"audience.was": [""] * len(said.rows)})
    again, faults = read(form, VOICE)
    assert faults == []
    back = said_by_rows(again, ZONE)
    assert back is not None
    assert [replace(row, was="") for row in back.rows] == [replace(row, was="") for row in said.rows]
    assert all(not row.was for row in back.rows), "what rows write, rows need not keep"


@given(some.lists(texts, max_size=5))
def test_values_stand_in_a_field_and_come_back(values: list[str]) -> None:
    typed = as_values(values)
    assert typed is not None
    assert values_in(typed.strip()) == list(dict.fromkeys(values))


@pytest.mark.parametrize("node", [node for node, *_ in SAID[:-1]], ids=lambda node: str(node)[:60])
def test_every_condition_that_is_said_in_words_is_a_row(node: dict[str, Any]) -> None:
    for tree in (node, {"not": node}, {"all": [node, {"not": {"not": node}}]}):
        form = opened(tree)
        assert not form.on("audience.use_tree")
        assert read(form, VOICE) == (tree, [])


def test_every_kind_is_met_by_a_condition() -> None:
    rows = [row_of(node, ZONE) for node, *_ in SAID[:-1]]
    assert {row.kind for row in rows if row} == set(KINDS)


@pytest.mark.parametrize(
    "tree",
    [
        {"not": {"any": [{"tag": "a"}, {"tag": "b"}]}},
        {"all": [{"any": [{"tag": "a"}]}]},
        {"all": [{"all": [{"tag": "a"}]}, {"tag": "b"}]},
        {"tag": "two\nlines"},
        {"fact": "purchases.last_at", "before": "2026-11-01T00:00:00.5+01:00"},
        {"fact": "tags", "in": [f"tag number {number}" for number in range(500)]},
        {"fact": "gone", "is": 1},
        {"all": []},
    ],
)
def test_what_rows_can_not_say_stays_a_tree(tree: dict[str, Any]) -> None:
    form = opened(tree)
    assert form.on("audience.use_tree")
    assert rows_of(form) == []
    assert read(form, VOICE) == (tree, [])


def typed(**parts: str) -> Form:
    return Form.of({f"audience.{part}": text for part, text in parts.items()} | {"zone": ZONE.key})


@pytest.mark.parametrize(
    ("parts", "node"),
    [
        ({"kind": "category", "value": "sneakers", "days": "90"}, {"fact": "purchases.category", "has": "sneakers", "within_days": 90}),
        ({"kind": "category", "value": 'boots, "Shoes, men"', "no": "not"}, {"not": {"fact": "purchases.category", "in": ["boots", "Shoes, men"]}}),
        ({"kind": "bought", "no": "not"}, {"fact": "purchases.last_at", "known": False}),
        ({"kind": "bought", "no": "not", "days": "30"}, {"not": {"fact": "purchases.last_at", "within_days": 30}}),
        ({"kind": "spent", "name": "eur", "value": "99,50", "days": "365"}, {"fact": "purchases.total.EUR", "at_least": 99.5, "within_days": 365}),
        ({"kind": "visited", "value": "damrak, dam", "days": "7"}, {"visited": ["damrak", "dam"], "within_days": 7}),
        ({"kind": "visits", "how": "at_most", "value": "2"}, {"fact": "visits.count", "at_most": 2}),
        ({"kind": "attribute", "name": "points", "how": "at_most", "value": "5"}, {"fact": "attributes.points", "at_most": 5}),
        ({"kind": "attribute", "name": "member", "value": "true"}, {"fact": "attributes.member", "in": ["true", True]}),
        ({"kind": "attribute", "name": "score", "value": "nan"}, {"fact": "attributes.score", "is": "nan"}),
        ({"kind": "tag", "how": "known", "no": "not"}, {"fact": "tags", "known": False}),
        ({"kind": "push", "no": "not"}, {"fact": "devices.push", "is": False}),
        ({"kind": "consent", "value": "offers"}, {"fact": "consents.offers", "is": True}),
        ({"kind": "known_since", "before": "2026-11-01T00:00"}, {"fact": "known_since", "before": "2026-11-01T00:00:00+01:00"}),
    ],
    ids=str,
)  # fmt: skip
def test_a_row_that_is_typed_is_its_condition(parts: dict[str, str], node: dict[str, Any]) -> None:
    tree, faults = read(typed(**parts), VOICE)
    assert (tree, faults) == ({"all": [node]}, [])
    read_audience(tree)


@pytest.mark.parametrize(
    ("parts", "part", "said"),
    [
        ({"kind": "", "value": "sneakers"}, "kind", "Choose what this row is about."),
        ({"kind": "tag"}, "value", "Fill this in."),
        ({"kind": "tag", "value": ","}, "value", "Fill this in."),
        ({"kind": "tag", "value": "a", "days": "9"}, "days", "Leave this empty"),
        ({"kind": "tag", "value": "a", "how": "known"}, "value", "Leave this empty"),
        ({"kind": "tag", "value": "a", "how": "at_least"}, "how", "another comparison"),
        ({"kind": "size", "value": "39"}, "name", "Fill this in."),
        ({"kind": "size", "name": "left foot", "value": "39"}, "name", "Letters, digits"),
        ({"kind": "attribute", "name": "points", "how": "at_least", "value": "many"}, "value", "not a number"),
        ({"kind": "category", "value": "a", "days": "0"}, "days", "from 1 to 3660"),
        ({"kind": "category", "value": "a", "days": "1.5"}, "days", "from 1 to 3660"),
        ({"kind": "category", "value": "a", "before": "soon"}, "before", "not a date"),
        ({"kind": "visits", "value": "2.5"}, "value", "from 0 to 1000000"),
        ({"kind": "spent", "name": "euro", "value": "9"}, "name", "Three letters"),
        ({"kind": "platform", "value": "nokia"}, "value", "Choose one of these."),
        ({"kind": "consent", "value": "all"}, "value", "Choose one of these."),
        ({"kind": "known_since"}, "days", "Fill this in."),
    ],
    ids=str,
)
def test_what_is_wrong_in_a_row_is_told_at_its_field(parts: dict[str, str], part: str, said: str) -> None:
    tree, faults = read(typed(**parts), VOICE)
    assert tree is None
    assert [one.path for one in faults] == [f"audience.rows.1.{part}"]
    assert said in faults[0].message


def test_a_row_that_is_changed_is_no_longer_what_it_was() -> None:
    form = opened({"any": [{"tag": "a"}, {"fact": "attributes.pairs", "is": 4}]})
    assert [bool(row.was) for row in rows_of(form)] == [True, True]
    changed, faults = read(form.but(**{"audience.value": ["b", "4"]}), VOICE)
    assert faults == []
    assert changed == {"any": [{"fact": "tags", "has": "b"}, {"fact": "attributes.pairs", "is": 4}]}
    broken = form.but(**{"audience.was": ["{", "[" * 100_000]})
    assert read(broken, VOICE)[0] == {
        "any": [{"fact": "tags", "has": "a"}, {"fact": "attributes.pairs", "in": ["4", 4]}]
    }


def test_rows_that_are_emptied_and_joined_anew() -> None:
    form = opened({"tag": "a"})
    assert form.on("audience.bare")
    more = form.but(**{"audience.kind": ["tag", "push"], "audience.value": ["a", ""]}).but(**{"audience.join": "any"})
    assert read(more, VOICE)[0] == {"any": [{"tag": "a"}, {"fact": "devices.push", "is": True}]}
    gone = form.but(**{"audience.kind": [""], "audience.value": [""], "audience.how": [""]})
    assert read(gone, VOICE) == (None, [])
    assert Row(was="{}").is_empty
