"""What the database itself holds to, whatever a use case does."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import inspect, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from offers.records.database import Database, Table
from offers.records.ids import ALPHABET, new_id
from offers.records.tables import (
    Campaign,
    Coupon,
    Customer,
    Decision,
    Delivery,
    Device,
    Geofence,
    Offer,
    Place,
    Stay,
    Transition,
    Visit,
)
from tests.offers.stories import NOON, at


def _customer() -> Customer:
    return Customer(
        id="sanne", anonymous=False, sizes={}, attributes={}, tags=[], location=True, offers=True, orders=False,
        created_at=NOON, updated_at=NOON,
    )  # fmt: skip


@pytest.fixture
def rows(database: Database) -> Database:
    """One of each: a customer, a device, a place, its geofence and a campaign."""
    with database.transaction() as session:
        session.add_all(
            [
                _customer(),
                Place(
                    id="store", name="Store", kind="store", lat=52.0, lon=4.0, time_zone="UTC", tags=[], pickup=False,
                    created_at=NOON, updated_at=NOON,
                ),
                Campaign(
                    id="sneakers", name="Sneakers", status="live", version=1, definition={}, created_at=NOON, updated_at=NOON
                ),
            ]
        )  # fmt: skip
        session.flush()
        session.add_all(
            [
                Device(
                    id="phone", customer_id="sanne", platform="ios", positions_only=False, created_at=NOON, updated_at=NOON
                ),
                Geofence(id="fence", place_id="store", role="premises", shape={}, since=1),
            ]
        )  # fmt: skip
    return database


def _stay(stay: str, **more: Any) -> Stay:
    plain = {"device_id": "phone", "customer_id": "sanne", "geofence_id": "fence", "moment": stay, "entered_at": NOON}
    return Stay(id=stay, **{**plain, **more})


def _visit(visit: str, **more: Any) -> Visit:
    return Visit(id=visit, **{"customer_id": "sanne", "place_id": "store", "entered_at": NOON, **more})


def _decision(decision: str, **more: Any) -> Decision:
    plain = {
        "customer_id": "sanne", "campaign_id": "sneakers", "campaign_version": 1, "trigger": "enter", "moment": "enter:1",
        "at": NOON, "outcome": "send", "facts": {}, "spends_cap": True,
    }  # fmt: skip
    return Decision(id=decision, **{**plain, **more})


def _delivery(delivery: str, **more: Any) -> Delivery:
    plain = {
        "customer_id": "sanne", "device_id": "phone", "source_id": "sneakers", "campaign_id": "sneakers", "kind": "offer",
        "moment": "enter:1", "context": {}, "state": "queued", "created_at": NOON, "not_before": NOON, "expires_at": NOON,
        "attempts": 0,
    }  # fmt: skip
    return Delivery(id=delivery, **{**plain, **more})


def _offer(offer: str = "ten", **more: Any) -> Offer:
    plain = {
        "name": "Ten", "kind": "percentage", "codes": "none", "text": {}, "spent": 0, "redeemed": 0,
        "created_at": NOON, "updated_at": NOON,
    }  # fmt: skip
    return Offer(id=offer, **{**plain, **more})


def _coupon(coupon: str, **more: Any) -> Coupon:
    plain = {
        "customer_id": "sanne", "offer_id": "ten", "campaign_id": "sneakers", "place_id": "store", "state": "reserved",
        "codes": "none", "reserved_at": NOON,
    }  # fmt: skip
    return Coupon(id=coupon, **{**plain, **more})


def _transition(transition: str, **more: Any) -> Transition:
    plain = {
        "device_id": "phone", "customer_id": "sanne", "place_id": "store", "geofence_id": "fence", "role": "premises",
        "kind": "enter", "at": NOON, "source": "server",
    }  # fmt: skip
    return Transition(id=transition, **{**plain, **more})


@pytest.mark.parametrize(
    "two",
    [
        lambda: (_stay("a"), _stay("b", entered_at=at(5))),
        lambda: (_visit("a"), _visit("b", entered_at=at(5))),
        lambda: (_decision("a"), _decision("b", outcome="held_out")),
        lambda: (_delivery("a"), _delivery("b", state="failed")),
        lambda: (_stay("a", geofence_id="nowhere"),),
        lambda: (_stay("a", device_id="nobody"),),
        lambda: (_delivery("a", decision_id="nothing"),),
        lambda: (_offer(budget=4, spent=5),),
        lambda: (_offer(spent=-1),),
        lambda: (_offer(code_reads="SUMMER"), _offer("other", code_reads="SUMMER")),
        lambda: (_offer(), _decision("a"), _coupon("a", decision_id="a"), _coupon("b", decision_id="a")),
        lambda: (_coupon("a", offer_id="nothing"),),
    ],
    ids=[
        "open stays",
        "open visits",
        "decisions",
        "deliveries",
        "no geofence",
        "no device",
        "no decision",
        "over budget",
        "under nothing",
        "one code for two offers",
        "two coupons of a decision",
        "no offer",
    ],
)
def test_what_there_must_not_be_is_refused(rows: Database, two: Callable[[], tuple[Table, ...]]) -> None:
    with pytest.raises(IntegrityError), rows.transaction() as session:
        session.add_all(two())


@pytest.mark.parametrize(
    "two",
    [
        lambda: (_stay("a", left_at=at(3)), _stay("b", left_at=at(9)), _stay("c", entered_at=at(10))),
        lambda: (_visit("a", left_at=at(3)), _visit("b", left_at=at(9)), _visit("c", entered_at=at(10))),
        lambda: (_decision("a"), _decision("b", moment="enter:2")),
        lambda: (_delivery("a"), _delivery("b", moment="enter:2"), _delivery("c", source_id="order-1")),
    ],
    ids=["stays that are over", "visits that are over", "decisions", "deliveries"],
)
def test_what_there_may_be_is_taken(rows: Database, two: Callable[[], tuple[Table, ...]]) -> None:
    with rows.transaction() as session:
        session.add_all(two())


def _everything(session: Session) -> dict[str, int]:
    return {name: len(session.execute(select(table)).all()) for name, table in Table.metadata.tables.items()}


def test_with_a_customer_goes_all_that_hangs_on_them(rows: Database) -> None:
    with rows.transaction() as session:
        session.add_all([_visit("v"), _decision("d")])
        session.flush()
        session.add_all([_stay("s", visit_id="v"), _transition("t"), _delivery("l", decision_id="d"), _offer()])
        session.flush()
        session.add(_coupon("c", decision_id="d"))
    with rows.transaction() as session:
        session.delete(session.get_one(Customer, "sanne"))
    with rows.reading() as session:
        left = {name for name, count in _everything(session).items() if count}
    assert left == {"campaigns", "geofence_version", "geofences", "offers", "places", "settings"}


def test_with_a_place_go_its_geofences_stays_and_visits_and_the_decisions_stay(rows: Database) -> None:
    with rows.transaction() as session:
        session.add_all([_visit("v"), _decision("d", place_id="store")])
        session.flush()
        session.add_all([_stay("s", visit_id="v"), _transition("t"), _delivery("l", decision_id="d")])
    with rows.transaction() as session:
        session.delete(session.get_one(Place, "store"))
    with rows.reading() as session:
        counts = _everything(session)
    assert [counts[name] for name in ("geofences", "stays", "visits", "transitions")] == [0, 0, 0, 0]
    assert [counts[name] for name in ("decisions", "deliveries")] == [1, 1]


def _is_partial(index: Any) -> bool:
    return any(name.endswith("_where") for name in index.get("dialect_options", {}))


SELDOM_FOLLOWED = {"stays.geofence_id", "transitions.geofence_id", "transitions.place_id"}
"""Only the removal of a place does, and transitions are written too often to pay for it."""


def test_every_reference_that_is_followed_backwards_has_an_index(database: Database) -> None:
    """Erasing a customer or a device walks every reference to it; without an index that is the whole table each time."""
    there = inspect(database.engine)
    without = []
    for name in (
        "stays",
        "transitions",
        "deliveries",
        "decisions",
        "visits",
        "devices",
        "consents",
        "coupons",
        "offer_codes",
    ):
        leading = {index["column_names"][0] for index in there.get_indexes(name) if not _is_partial(index)}
        leading |= {there.get_pk_constraint(name)["constrained_columns"][0]}
        leading |= {unique["column_names"][0] for unique in there.get_unique_constraints(name)}
        without += [
            f"{name}.{column}"
            for key in there.get_foreign_keys(name)
            for column in key["constrained_columns"]
            if column not in leading
        ]
    assert set(without) == SELDOM_FOLLOWED


def test_ids_sort_by_the_time_they_were_made_and_are_never_the_same() -> None:
    made = [new_id("dlv") for _ in range(2000)]
    assert len(set(made)) == 2000
    times = [one[4:14] for one in made]
    assert times == sorted(times)
    assert {len(one) for one in made} == {30}
    assert set("".join(one[4:] for one in made)) <= set(ALPHABET)
