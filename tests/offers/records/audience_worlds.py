"""Trees and populations for audiences: few values of each kind, so that they meet, and nasty ones, so that databases differ if they can."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from math import nextafter
from typing import Any

from hypothesis import strategies as st

from offers.rules.profile import PURPOSES

NOW = datetime(2026, 3, 29, 1, 30, 0, 123456, tzinfo=UTC)
BEFORE = NOW - timedelta(days=5)
TICK = timedelta(microseconds=1)
MOMENTS = [
    *(NOW + shift for shift in (timedelta(0), TICK, -TICK, timedelta(minutes=1), timedelta(minutes=3))),
    *(NOW - timedelta(days=days) + shift for days in (1, 5, 30, 400) for shift in (timedelta(0), TICK, -TICK)),
]
DAYS = (1, 5, 30)

STORES, LANDMARK = ("kalverstraat", "d'amrak %_"), "station"
PLACES = (*STORES, LANDMARK)
TEXTS = [
    "",
    "a",
    "A",
    "a%",
    "_",
    "'",
    '"',
    "\\",
    '{"a":1}',
    '[1,"a"]',
    "é",
    "e\u0301",
    "ẞ",
    "😀",
    "1",
    "true",
    "null",
    "$.a",
    "a\nb",
    "0x10",
]
NUMBERS: list[Any] = [
    *(0, 1, -1, 2**53, 2**53 + 1, 2**63 - 1, 2**63, -(2**63) - 1, 10**16, 10**23, 10**400),
    *(
        0.0,
        -0.0,
        1.0,
        1.5,
        0.1,
        nextafter(0.1, 1),
        0.30000000000000004,
        1e16,
        1e23,
        9007199254740993.0,
        1e308,
        5e-324,
        1e-7,
    ),
]
SCALARS = st.sampled_from([*NUMBERS, *TEXTS, True, False])
NAMES = ["a", "ключ", "é", "A1_"]
LANGUAGES = ["de", "de-AT", "den", "DE-x", "nl", "zh-Hant-TW", "", "de_AT", "d%"]
PLATFORMS = ("ios", "android", "web")
TEXT_PARTS = st.sampled_from(TEXTS)
values = st.dictionaries(
    st.sampled_from(NAMES), st.one_of(SCALARS, st.just(None), st.just([1, "a"]), st.just({"a": 1})), max_size=3
)
bills = st.lists(
    st.fixed_dictionaries(
        {
            "at": st.sampled_from(MOMENTS),
            "place_id": st.sampled_from([*PLACES, None]),
            "channel": st.sampled_from(["store", "online"]),
            "currency": st.sampled_from(["EUR", "SEK"]),
            "total_thousandths": st.sampled_from([0, 1, 89_950, 999_999_999_999]),
            "items": st.lists(
                st.tuples(TEXT_PARTS, st.one_of(st.none(), TEXT_PARTS), st.one_of(st.none(), TEXT_PARTS)), max_size=2
            ),
        }
    ),
    max_size=3,
)
customers = st.fixed_dictionaries(
    {
        "language": st.one_of(st.none(), st.sampled_from(LANGUAGES)),
        "time_zone": st.one_of(st.none(), st.sampled_from(["Europe/Amsterdam", "UTC"])),
        "name": st.one_of(st.none(), TEXT_PARTS),
        "tags": st.lists(TEXT_PARTS, max_size=3),
        "sizes": values,
        "attributes": values,
        "created_at": st.sampled_from(MOMENTS),
        "consents": st.sets(st.sampled_from(PURPOSES)),
        "devices": st.lists(st.tuples(st.sampled_from(PLATFORMS), st.booleans(), st.booleans()), max_size=3),
        "bills": bills,
        "calls": st.lists(st.tuples(st.sampled_from(STORES), st.sampled_from(MOMENTS)), max_size=3),
        "stays": st.lists(
            st.tuples(
                st.sampled_from(PLACES),
                st.sampled_from(["premises", "approach"]),
                st.sampled_from(MOMENTS),
                st.one_of(st.none(), st.sampled_from(MOMENTS)),
            ),
            max_size=3,
        ),
    }
)
populations = st.lists(customers, min_size=3, max_size=8)

_window = st.fixed_dictionaries(
    {},
    optional={
        "within_days": st.sampled_from(DAYS),
        "before": st.sampled_from([BEFORE, BEFORE + TICK, NOW, NOW + timedelta(days=1)]).map(datetime.isoformat),
    },
)
_some_window = _window.filter(bool)


def _one(fact: str, operators: Sequence[str], value: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    """A condition over a fact by one of these operators; `in` takes a few of the values."""

    def said(operator: str) -> st.SearchStrategy[dict[str, Any]]:
        what = st.lists(value, min_size=1, max_size=3) if operator == "in" else value
        return st.fixed_dictionaries({"fact": st.just(fact), operator: what})

    return st.sampled_from(operators).flatmap(said)


def _and(
    leaf: st.SearchStrategy[dict[str, Any]], window: st.SearchStrategy[dict[str, Any]]
) -> st.SearchStrategy[dict[str, Any]]:
    return st.builds(lambda one, more: {**one, **more}, leaf, window)


_bounds = ("at_least", "at_most")
_is = ("is", "has", "in")
_place = st.sampled_from(PLACES)
_places = st.one_of(st.sampled_from([*PLACES, "*"]), st.lists(st.sampled_from([*PLACES, "*"]), min_size=1, max_size=2))
_known = [
    st.fixed_dictionaries({"fact": st.just(fact), "known": st.booleans()})
    for fact in (
        "language",
        "time_zone",
        "name",
        "tags",
        "purchases.last_at",
        "visits.last_at",
        *(f"attributes.{one}" for one in NAMES),
    )
]
_profile = [
    _one("language", ("is", "in"), st.sampled_from(["de", "de-AT", "nl", "zh-Hant", "zh"])),
    _one("time_zone", ("is", "in"), st.sampled_from(["UTC", "Europe/Berlin"])),
    _one("name", ("is", "in"), TEXT_PARTS),
    _one("tags", ("has", "in"), TEXT_PARTS),
    *(_one(f"{of}.{name}", ("is", "in"), SCALARS) for of in ("sizes", "attributes") for name in NAMES),
    *(_one(f"{of}.{name}", _bounds, st.sampled_from(NUMBERS)) for of in ("sizes", "attributes") for name in NAMES),
    _and(st.just({"fact": "known_since"}), _some_window),
    *_known,
]
_happened = [
    *(_and(_one(f"purchases.{part}", _is, TEXT_PARTS), _window) for part in ("category", "sku", "size")),
    _and(_one("purchases.channel", _is, st.sampled_from(["store", "online"])), _window),
    _and(_one("purchases.place", _is, _place), _window),
    _and(_one("purchases.count", _bounds, st.integers(0, 3)), _window),
    _and(
        _one("purchases.total.EUR", _bounds, st.sampled_from([0, 0.001, 89.95, "89.950", 179.9, 999_999_999.999])),
        _window,
    ),
    _and(st.just({"fact": "purchases.last_at"}), _some_window),
    _and(_one("visits.place", _is, _place), _window),
    _and(_one("visits.count", _bounds, st.integers(0, 3)), _window),
    _and(st.just({"fact": "visits.last_at"}), _some_window),
    _and(st.fixed_dictionaries({"visited": _places}), _window),
]
_other = [
    _one("devices.platform", _is, st.sampled_from(PLATFORMS)),
    _one("devices.count", _bounds, st.integers(0, 3)),
    _one("devices.push", ("is",), st.booleans()),
    *(_one(f"consents.{purpose}", ("is",), st.booleans()) for purpose in PURPOSES),
    st.fixed_dictionaries({"tag": TEXT_PARTS}),
    st.fixed_dictionaries({"near": _places}),
    st.fixed_dictionaries({"inside": _places}),
]
leaves = st.one_of(*_profile, *_happened, *_other)
trees = st.recursive(
    leaves,
    lambda inner: st.one_of(
        st.fixed_dictionaries({"all": st.lists(inner, min_size=1, max_size=3)}),
        st.fixed_dictionaries({"any": st.lists(inner, min_size=1, max_size=3)}),
        st.fixed_dictionaries({"not": inner}),
    ),
    max_leaves=5,
)
