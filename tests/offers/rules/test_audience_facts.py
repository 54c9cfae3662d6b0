"""What happened, and when: windows and their ends, what has to be fetched, and what is refused."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from offers.rules.audience import AudienceError, Bill, Call, InUse, Item, Needs, Profile, all_needs, read_audience
from offers.rules.audience.numbers import as_written, number_order

NOW = datetime(2026, 6, 10, 12, 0, tzinfo=UTC)
DAY, TICK = timedelta(days=1), timedelta(microseconds=1)
BEFORE = (NOW - 5 * DAY).isoformat()


def _in(tree: Any, **profile: Any) -> bool:
    return read_audience(tree).miss(Profile(**profile), NOW) is None


def _bought(*times: datetime, **more: Any) -> tuple[Bill, ...]:
    return tuple(Bill(at, "store", "damrak", items=(Item("S-1", "sneakers", "38"),), **more) for at in times)


@pytest.mark.parametrize(
    ("at", "counts"),
    [
        (NOW, True),
        (NOW + TICK, False),
        (NOW - 30 * DAY, True),
        (NOW - 30 * DAY - TICK, False),
    ],
)
def test_a_window_ends_now_and_holds_both_its_ends(at: datetime, counts: bool) -> None:
    window = {"within_days": 30}
    assert _in({"fact": "purchases.category", "has": "sneakers", **window}, purchases=_bought(at)) is counts
    assert _in({"fact": "visits.count", "at_least": 1, **window}, visits=(Call("damrak", at),)) is counts
    assert _in({"fact": "known_since", **window}, known_since=at) is counts


@pytest.mark.parametrize(("at", "counts"), [(NOW - 5 * DAY - TICK, True), (NOW - 5 * DAY, False)])
def test_before_is_before(at: datetime, counts: bool) -> None:
    window = {"before": BEFORE}
    for fact in ("purchases.last_at", "known_since"):
        assert _in({"fact": fact, **window}, purchases=_bought(at), known_since=at) is counts
    assert _in({"visited": "damrak", **window}, visits=(Call("damrak", at),)) is counts


def test_the_last_is_the_last_that_has_happened_yet() -> None:
    purchases = _bought(NOW - 20 * DAY, NOW - DAY, NOW + DAY)
    assert not _in({"fact": "purchases.last_at", "before": BEFORE}, purchases=purchases)
    assert _in({"fact": "purchases.last_at", "before": NOW.isoformat()}, purchases=purchases)
    assert _in({"fact": "purchases.last_at", "known": False}, purchases=_bought(NOW + DAY))


def test_sums_are_exact_and_of_one_currency() -> None:
    purchases = (*_bought(NOW, NOW, total_thousandths=100), *_bought(NOW, currency="SEK", total_thousandths=10**9))
    for amount in (0.2, "0.20", "0.200"):
        assert _in({"fact": "purchases.total.EUR", "at_least": amount}, purchases=purchases)
        assert _in({"fact": "purchases.total.EUR", "at_most": amount}, purchases=purchases)
    assert not _in({"fact": "purchases.total.EUR", "at_least": 0.201}, purchases=purchases)
    assert _in({"fact": "purchases.total.USD", "at_most": 0})


def test_any_store_is_any_store_and_a_list_is_any_of_it() -> None:
    assert _in({"inside": "*"}, inside=frozenset(["damrak", "*"]))
    assert not _in({"inside": "*"}, inside=frozenset(["station"]))
    assert _in({"near": ["nowhere", "station"]}, near=frozenset(["station"]))
    assert _in({"visited": "*"}, visits=(Call("damrak", NOW),))
    assert not _in({"visited": "*"})


def test_devices_and_consents() -> None:
    devices = (InUse("ios", push=False), InUse("web", push=True))
    assert _in({"fact": "devices.platform", "in": ["android", "web"]}, devices=devices)
    assert _in({"fact": "devices.push", "is": True}, devices=devices)
    assert _in({"fact": "devices.push", "is": False}, devices=devices[:1])
    assert _in({"fact": "devices.count", "at_most": 0})
    assert _in({"fact": "consents.orders", "is": True}, consents=frozenset(["orders"]))
    assert _in({"fact": "consents.orders", "is": False})


def test_only_what_is_asked_is_needed_and_as_far_back_as_the_farthest() -> None:
    def needs(*trees: Any) -> Needs:
        return all_needs(read_audience(tree).needs for tree in trees)

    assert needs(None, {"tag": "vip"}, {"fact": "consents.orders", "is": True}) == Needs()
    month, year = {"within_days": 30}, {"within_days": 365}
    count = {"fact": "purchases.count", "at_least": 1}
    assert needs({**count, **month}) == Needs(purchases=30 * DAY)
    assert needs({**count, **month}, {"not": {**count, **year}}) == Needs(purchases=365 * DAY)
    assert needs({"any": [{**count, **month}, count]}) == Needs(purchases="ever")
    assert needs({"fact": "purchases.size", "is": 38, **month}) == Needs(purchases=30 * DAY, items=True)
    assert needs({"fact": "purchases.sku", "is": "S", "before": BEFORE}) == Needs(purchases="ever", items=True)
    assert needs({"fact": "purchases.channel", "is": "store", **month}) == Needs(purchases=30 * DAY)
    assert needs({"visited": "*", **month}, {"fact": "visits.last_at", "known": True}) == Needs(visits="ever")
    assert needs({"fact": "devices.count", "at_least": 1}, {"near": "*"}) == Needs(devices=True, stays=True)


def test_places_that_are_named_are_told_with_where() -> None:
    tree = {"all": [{"inside": ["a", "*"]}, {"not": {"fact": "purchases.place", "in": ["b", "a"]}}, {"visited": "c"}]}
    assert read_audience(tree).places == {"a": "all[0]", "b": "all[1].not", "c": "all[2]"}


def test_a_tree_is_read_once_for_each_of_its_texts_and_1_is_another_text_than_true() -> None:
    one, true = ({"fact": "attributes.a", "is": value} for value in (1, True))
    assert read_audience(one) is read_audience(dict(one))
    assert read_audience(one) is not read_audience(true)


def test_numbers_are_the_decimals_that_they_are_written_as() -> None:
    assert as_written(0.1) == Decimal("0.1")
    assert as_written(10**400) == Decimal(10) ** 400
    assert as_written(True) is as_written("1") is as_written(None) is as_written(float("nan")) is None
    assert [number_order('{"a": 1e16}', "a", str(10**16 + one)) for one in (-1, 0, 1)] == [1, 0, -1]
    assert number_order('{"a": "1"}', "a", "1") is number_order("{}", "a", "1") is None
    assert _in({"fact": "attributes.a", "is": 10**23}, attributes={"a": 1e23})
    assert not _in({"fact": "attributes.a", "at_least": 2**53 + 1}, attributes={"a": 2**53})


@pytest.mark.parametrize(
    ("tree", "path"),
    [
        ({"fact": "known_since"}, ""),
        ({"fact": "known_since", "is": NOW.isoformat()}, "is"),
        ({"fact": "known_since", "within_days": 1.5}, "within_days"),
        ({"fact": "known_since", "within_days": True}, "within_days"),
        ({"fact": "known_since", "within_days": 3661}, "within_days"),
        ({"fact": "known_since", "before": "2026-01-01"}, "before"),
        ({"fact": "known_since", "before": "2026-01-01T00:00:00"}, "before"),
        ({"fact": "known_since", "before": 1_700_000_000}, "before"),
        ({"fact": "language", "is": "nl", "within_days": 3}, "within_days"),
        ({"fact": "language", "is": "dutch language"}, "is"),
        ({"fact": "language", "in": ["nl", 3]}, "in[1]"),
        ({"fact": "time_zone", "is": 3}, "is"),
        ({"fact": "name", "at_least": 3}, "at_least"),
        ({"fact": "tags", "is": "vip"}, "is"),
        ({"fact": "attributes.a-b", "is": 1}, "fact"),
        ({"fact": "attributes.a", "has": "x"}, "has"),
        ({"fact": "attributes.a", "is": "a\x00b"}, "is"),
        ({"fact": "attributes.a", "is": "\ud800"}, "is"),
        ({"fact": "attributes.a", "is": 10**1001}, "is"),
        ({"fact": "purchases.category", "within_days": 3}, ""),
        ({"fact": "purchases.category", "known": True}, "known"),
        ({"fact": "purchases.channel", "is": "phone"}, "is"),
        ({"fact": "purchases.colour", "is": "red"}, "fact"),
        ({"fact": "purchases.count", "at_least": -1}, "at_least"),
        ({"fact": "purchases.count", "at_least": 1.0}, "at_least"),
        ({"fact": "purchases.count", "at_least": 1, "at_most": 2}, ""),
        ({"fact": "purchases.total", "at_least": 1}, "fact"),
        ({"fact": "purchases.total.euro", "at_least": 1}, "fact"),
        ({"fact": "purchases.total.EUR", "at_least": 0.0001}, "at_least"),
        ({"fact": "purchases.total.EUR", "at_least": "much"}, "at_least"),
        ({"fact": "purchases.total.EUR", "at_least": True}, "at_least"),
        ({"fact": "purchases.total.EUR", "at_most": -1}, "at_most"),
        ({"fact": "purchases.last_at", "known": True, "within_days": 3}, "within_days"),
        ({"fact": "purchases.last_at"}, ""),
        ({"fact": "visits.count", "is": 3}, "is"),
        ({"fact": "devices.platform", "is": "blackberry"}, "is"),
        ({"fact": "devices.push", "is": "yes"}, "is"),
        ({"fact": "devices.push", "known": True}, "known"),
        ({"fact": "consents.marketing", "is": True}, "fact"),
        ({"fact": "consents.offers", "is": 1}, "is"),
        ({"tag": ["vip"]}, "tag"),
        ({"tag": "vip", "fact": "tags"}, "fact"),
        ({"near": ""}, "near"),
        ({"near": []}, "near"),
        ({"near": ["a", 3]}, "near"),
        ({"near": "a\x00"}, "near"),
        ({"inside": "a", "within_days": 3}, "within_days"),
        ({"visited": {"place": "a"}}, "visited"),
        ({"visited": "a", "within_days": 0}, "within_days"),
        ({"visited": "a", "near": "a"}, "visited"),
    ],
    ids=repr,
)
def test_a_refusal_names_what_is_wrong(tree: Any, path: str) -> None:
    with pytest.raises(AudienceError) as refused:
        read_audience({"any": [{"tag": "x"}, tree]})
    assert refused.value.path == (f"any[1].{path}" if path else "any[1]")
    assert refused.value.message
