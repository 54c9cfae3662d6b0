from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from offers.rules.audience import AudienceError, Miss, Profile, read_audience
from offers.rules.audience.said import OPERATORS

NOW = datetime(2026, 6, 10, 12, 0, tzinfo=UTC)
SANNE = Profile(
    language="nl",
    time_zone="Europe/Amsterdam",
    name="Sanne de Vries",
    tags=("sneakers", "vip"),
    sizes={"shoes": "38", "shirt": 40},
    attributes={"points": 120, "member": True, "zero": 0},
)


def _in(tree: Any, profile: Profile = SANNE) -> bool:
    return read_audience(tree).miss(profile, NOW) is None


@pytest.mark.parametrize(
    ("tree", "belongs"),
    [
        (None, True),
        ({"fact": "language", "is": "nl"}, True),
        ({"fact": "language", "is": "de"}, False),
        ({"fact": "language", "in": ["de", "nl"]}, True),
        ({"fact": "name", "is": "Sanne de Vries"}, True),
        ({"fact": "time_zone", "is": "Europe/Berlin"}, False),
        ({"fact": "tags", "has": "vip"}, True),
        ({"fact": "tags", "has": "boots"}, False),
        ({"fact": "sizes.shoes", "is": "38"}, True),
        ({"fact": "sizes.shoes", "is": 38}, False),
        ({"fact": "sizes.shirt", "is": 40.0}, True),
        ({"fact": "attributes.points", "at_least": 120}, True),
        ({"fact": "attributes.points", "at_least": 120.5}, False),
        ({"fact": "attributes.points", "at_most": 120}, True),
        ({"fact": "attributes.points", "at_most": 119}, False),
        ({"fact": "attributes.member", "is": True}, True),
        ({"fact": "attributes.member", "is": 1}, False),
        ({"fact": "attributes.zero", "is": False}, False),
        ({"fact": "attributes.zero", "known": True}, True),
        ({"fact": "attributes.gone", "known": True}, False),
        ({"fact": "attributes.gone", "known": False}, True),
        ({"not": {"fact": "language", "is": "nl"}}, False),
        ({"not": {"fact": "attributes.gone", "is": 1}}, True),
        ({"all": [{"fact": "language", "is": "nl"}, {"fact": "tags", "has": "vip"}]}, True),
        ({"all": [{"fact": "language", "is": "nl"}, {"fact": "tags", "has": "boots"}]}, False),
        ({"any": [{"fact": "language", "is": "de"}, {"fact": "tags", "has": "vip"}]}, True),
        ({"any": [{"fact": "language", "is": "de"}, {"fact": "tags", "has": "boots"}]}, False),
    ],
    ids=repr,
)
def test_who_belongs(tree: Any, belongs: bool) -> None:
    assert _in(tree) is belongs


@pytest.mark.parametrize("operator", ["is", "in", "at_least", "at_most"])
def test_a_fact_that_is_not_known_fails_every_condition(operator: str) -> None:
    wanted: Any = {"in": ["x", 0, False], "at_least": 0, "at_most": 0}.get(operator, 0)
    for fact in ("attributes.gone", "sizes.gone"):
        assert not _in({"fact": fact, operator: wanted})
    assert not _in({"fact": "language", "is": "nl"}, Profile())


def test_a_language_holds_for_its_regions_and_a_region_for_itself() -> None:
    austrian = Profile(language="de-AT")
    assert _in({"fact": "language", "is": "de"}, austrian)
    assert _in({"fact": "language", "in": ["nl", "de-AT"]}, austrian)
    assert not _in({"fact": "language", "is": "de-AT"}, Profile(language="de"))
    assert not _in({"fact": "language", "is": "de"}, Profile(language="den"))


def test_a_miss_names_the_first_condition_that_failed() -> None:
    tags = {"fact": "tags", "has": "boots"}
    tree = {"all": [{"fact": "language", "is": "nl"}, {"all": [{"fact": "name", "known": True}, tags]}]}
    assert read_audience(tree).miss(SANNE, NOW) == Miss("all[1].all[1]", tags)
    either = {"any": [tags, {"fact": "language", "is": "de"}]}
    assert read_audience({"all": [either]}).miss(SANNE, NOW) == Miss("all[0].any", either)
    assert read_audience({"not": {"fact": "tags", "has": "vip"}}).miss(SANNE, NOW) == Miss(
        "not", {"not": {"fact": "tags", "has": "vip"}}
    )


@pytest.mark.parametrize(
    ("tree", "path"),
    [
        ([], ""),
        ("nl", ""),
        ({}, ""),
        ({"fact": 3, "is": 1}, ""),
        ({"fact": "shoe_size", "is": 1}, "fact"),
        ({"fact": "sizes", "is": 1}, "fact"),
        ({"fact": "sizes.", "is": 1}, "fact"),
        ({"fact": "language.x", "is": "nl"}, "fact"),
        ({"fact": "__class__", "known": True}, "fact"),
        ({"fact": "attributes.x"}, ""),
        ({"fact": "attributes.x", "is": 1, "at_least": 0}, ""),
        ({"fact": "attributes.x", "is": 1, "or": 2}, "or"),
        ({"fact": "attributes.x", "is": None}, "is"),
        ({"fact": "attributes.x", "is": [1]}, "is"),
        ({"fact": "attributes.x", "in": "abc"}, "in"),
        ({"fact": "attributes.x", "in": []}, "in"),
        ({"fact": "attributes.x", "in": [[1]]}, "in[0]"),
        ({"fact": "attributes.x", "at_least": "9"}, "at_least"),
        ({"fact": "attributes.x", "at_least": True}, "at_least"),
        ({"fact": "attributes.x", "at_least": float("nan")}, "at_least"),
        ({"fact": "attributes.x", "at_most": float("inf")}, "at_most"),
        ({"fact": "attributes.x", "is": float("inf")}, "is"),
        ({"fact": "attributes.x", "in": [1, float("nan")]}, "in[1]"),
        ({"fact": "attributes.x", "known": "yes"}, "known"),
        ({"all": []}, "all"),
        ({"all": {"fact": "language", "is": "nl"}}, "all"),
        ({"all": [{"fact": "language", "is": "nl"}], "any": []}, "any"),
        ({"not": [{"fact": "language", "is": "nl"}]}, "not"),
        ({"all": [{"fact": "language", "is": "nl"}, {"any": [{"fact": "nose", "is": 1}]}]}, "all[1].any[0].fact"),
        ({"not": {"not": {"fact": "tags", "has": None}}}, "not.not.has"),
    ],
    ids=repr,
)
def test_a_refusal_names_its_place_in_the_tree(tree: Any, path: str) -> None:
    with pytest.raises(AudienceError) as refused:
        read_audience(tree)
    assert refused.value.path == path


def test_a_tree_has_bounds() -> None:
    leaf = {"fact": "language", "is": "nl"}
    deep: Any = leaf
    for _ in range(8):
        deep = {"not": deep}
    read_audience(deep)
    with pytest.raises(AudienceError, match="8 levels"):
        read_audience({"not": deep})
    read_audience({"all": [leaf] * 99})
    with pytest.raises(AudienceError, match="100 conditions"):
        read_audience({"all": [leaf] * 100})
    thousand = {"fact": "tags", "in": [str(number) for number in range(1000)]}
    read_audience({"any": [thousand] * 10})
    with pytest.raises(AudienceError, match="10000 values") as refused:
        read_audience({"any": [thousand] * 10 + [{"tag": "one"}]})
    assert refused.value.path == "any[10]"


SCALARS = st.one_of(st.text(max_size=5), st.integers(), st.floats(), st.booleans(), st.none())
FACTS = st.sampled_from(
    ["language", "time_zone", "name", "tags", "sizes.shoes", "attributes.points", "attributes.a.b", "sizes", "nose"]
)
NEAR_CONDITIONS = st.fixed_dictionaries(
    {"fact": FACTS}, optional={name: st.one_of(SCALARS, st.lists(SCALARS, max_size=3)) for name in OPERATORS}
)
NEAR_TREES = st.recursive(
    NEAR_CONDITIONS,
    lambda inner: st.one_of(
        st.fixed_dictionaries({"all": st.lists(inner, max_size=3)}),
        st.fixed_dictionaries({"any": st.lists(inner, max_size=3)}),
        st.fixed_dictionaries({"not": inner}),
    ),
    max_leaves=8,
)
JSON = st.recursive(
    SCALARS,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(
            st.one_of(st.text(max_size=4), st.sampled_from(["all", "any", "not", "fact"])), inner, max_size=3
        ),
    ),
    max_leaves=10,
)
ATTRIBUTES = st.dictionaries(st.sampled_from(["points", "a.b", "shoes"]), SCALARS, max_size=3)
PROFILES = st.builds(
    Profile,
    language=st.one_of(st.none(), st.text(max_size=5)),
    name=st.one_of(st.none(), st.text(max_size=5)),
    tags=st.lists(st.text(max_size=3), max_size=3).map(tuple),
    sizes=ATTRIBUTES,
    attributes=ATTRIBUTES,
)


@given(st.one_of(NEAR_TREES, JSON), PROFILES)
def test_any_json_is_read_or_refused_and_what_is_read_can_be_asked(tree: Any, profile: Profile) -> None:
    try:
        audience = read_audience(tree)
    except AudienceError:
        return
    miss = audience.miss(profile, NOW)
    assert miss is None or miss.condition


@given(NEAR_TREES, PROFILES)
def test_not_turns_every_answer_round(tree: Any, profile: Profile) -> None:
    try:
        plain, turned = read_audience(tree), read_audience({"not": tree})
    except AudienceError:
        return
    assert (plain.miss(profile, NOW) is None) is not (turned.miss(profile, NOW) is None)
