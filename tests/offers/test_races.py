"""Many at once, with real threads and real locks: caps, claims, visits, and the orders in which rows are locked."""

import threading
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any

import pytest
from sqlalchemy import text

from offers.arrivals import record_crossings
from offers.customers import erase_customer, put_customer, set_consents
from offers.deliveries import Sent, record_outcomes
from offers.devices import link_device, register_device, revoke_device
from offers.places import put_place
from offers.push import Outcome
from offers.records.database import Database
from offers.records.queries.customers import customers_locked
from offers.records.tables import Customer, Stay
from offers.rules.personalise import Words
from offers.rules.place import PlaceBody
from offers.rules.profile import ConsentsBody, CustomerBody, DeviceBody
from tests.at_once import at_once
from tests.offers.stories import LAT, LON, NOON, Town, at, circle, enter, leave

MANY = 16


def _spent(town: Town, customer: str) -> int:
    return [outcome for _, _, outcome in town.outcomes(customer)].count("send")


@pytest.mark.parametrize("cap", [1, 3])
def test_no_cap_is_exceeded_by_moments_that_are_decidedat_once(town: Town, cap: int) -> None:
    stores = [town.place(f"store-{number}") for number in range(MANY)]
    town.campaign()
    town.limits(frequency_cap={"messages": cap, "window": "P1D"})
    town.customer()
    phones = [town.device() for _ in stores]
    at_once([partial(town.cross, enter(phone, store, 5)) for phone, store in zip(phones, stores, strict=True)])
    assert _spent(town, "sanne") == cap
    assert len(town.decisions()) == MANY
    assert len(town.deliveries()) == cap


@pytest.mark.parametrize("cap", [1, 3])
def test_one_cap_holds_over_many_campaigns_at_once(town: Town, cap: int) -> None:
    stores = [town.place(f"store-{number}") for number in range(MANY)]
    for number in range(MANY):
        town.campaign(f"campaign-{number}", trigger={"on": "enter", "places": [f"store-{number}"]})
    town.limits(frequency_cap={"messages": cap, "window": "P1D"})
    phone = town.phone()
    at_once([partial(town.cross, enter(phone, store, 5)) for store in stores])
    assert Counter(outcome for _, _, outcome in town.outcomes()) == {"send": cap, "frequency_cap": MANY - cap}
    assert len(town.deliveries()) == cap


def test_no_cooldown_is_broken_by_moments_that_are_decidedat_once(town: Town) -> None:
    stores = [town.place(f"store-{number}") for number in range(MANY)]
    town.campaign(cooldown="P1D")
    phone = town.phone()
    at_once([partial(town.cross, enter(phone, store, 5)) for store in stores])
    assert Counter(outcome for _, _, outcome in town.outcomes()) == {"send": 1, "campaign_cooldown": MANY - 1}


def test_phones_of_one_customer_that_enter_at_once_are_one_visit_and_one_push(town: Town) -> None:
    store = town.place()
    town.campaign()
    town.customer()
    phones = [town.device() for _ in range(8)]
    at_once([partial(town.cross, enter(phone, store, 5)) for phone in phones])
    assert town.visits() == [(at(5), None)]
    assert len(town.stays()) == 8
    assert len(town.deliveries()) == 1
    at_once([partial(town.cross, leave(phone, store, 9)) for phone in phones])
    assert town.visits() == [(at(5), at(9))]


def test_one_crossing_that_many_tell_at_once_is_one_stay(town: Town) -> None:
    store = town.place()
    town.campaign()
    phone = town.phone()
    arrivals = at_once([partial(town.cross, enter(phone, store, 5)) for _ in range(8)])
    assert len(town.stays()) == len(town.deliveries()) == len(town.decisions()) == 1
    assert all(one.memberships[phone].keys() == {store} for one in arrivals)


def test_batches_with_the_same_customers_in_other_orders_wait_for_each_other(town: Town) -> None:
    stores = [town.place(f"store-{number}") for number in range(8)]
    town.campaign()
    phones = [town.phone(f"customer-{number}") for number in range(10)]
    batches = []
    for number, store in enumerate(stores):
        order = phones[number:] + phones[:number]
        batches.append([enter(phone, store, 5) for phone in (order if number % 2 else reversed(order))])
    at_once([partial(town.cross, *batch) for batch in batches])
    assert len(town.stays()) == 80
    assert {_spent(town, f"customer-{number}") for number in range(10)} == {3}


def test_each_delivery_is_claimed_by_one_sender(town: Town) -> None:
    store = town.place()
    town.campaign()
    phones = [town.phone(f"customer-{number}") for number in range(25)]
    ids = town.cross(*(enter(phone, store, 5) for phone in phones)).deliveries

    def claim(sender: int) -> list[str]:
        order = ids[sender * 3 :] + ids[: sender * 3]
        held = town.claim(order, now=at(6), sender=f"sender-{sender}").held
        return [one.delivery_id for one in held]

    claimed = at_once([partial(claim, sender) for sender in range(8)])
    assert Counter(one for some in claimed for one in some) == Counter(ids)


def test_a_claim_an_outcome_and_an_erasure_at_once_wait_for_each_other(town: Town) -> None:
    store = town.place()
    town.campaign()
    phones = [town.phone(f"customer-{number}") for number in range(12)]
    ids = town.cross(*(enter(phone, store, 5) for phone in phones)).deliveries

    def erase(number: int) -> None:
        town.write(lambda session: erase_customer(session, f"customer-{number}", now=NOON))

    works: list[Callable[[], Any]] = [partial(town.send, some, now=at(6)) for some in (ids, ids[::-1])]
    works += [partial(erase, number) for number in range(0, 12, 2)]
    at_once(works)
    assert {one["customer"] for one in town.deliveries()} == {f"customer-{number}" for number in range(1, 12, 2)}
    assert {one["state"] for one in town.deliveries()} == {"sent"}


def test_a_customer_whom_many_make_at_once_is_one(town: Town) -> None:
    body = DeviceBody.model_validate({"customer": "sanne", "platform": "ios", "consents": {"location": True}})
    profile = CustomerBody.model_validate({"name": "Sanne"})
    works: list[Callable[[], Any]] = [
        lambda: town.write(lambda session: register_device(session, body, trusted=True, now=NOON)) for _ in range(6)
    ]
    works += [lambda: town.write(lambda session: put_customer(session, "sanne", profile, now=NOON)) for _ in range(2)]
    at_once(works)
    [customer] = town.read(lambda session: list(session.query(Customer)))
    assert (customer.name, customer.location) == ("Sanne", True)


def test_a_device_that_is_linked_twice_at_once_is_linked_once(town: Town) -> None:
    body = DeviceBody.model_validate({"platform": "ios", "consents": {"location": True}})
    made = town.write(lambda session: register_device(session, body, trusted=False, now=NOON))
    town.customer()
    at_once(
        [lambda: town.write(lambda session: link_device(session, made.device_id, "sanne", now=NOON)) for _ in range(4)]
    )
    assert town.read(lambda session: session.get(Customer, made.customer_id)) is None


def test_withdrawal_and_arrival_at_once_leave_nobody_inside(town: Town) -> None:
    store = town.place()
    town.campaign()
    phones = [town.phone(f"customer-{number}") for number in range(6)]
    no = ConsentsBody(location=False)

    def withdraw(number: int) -> None:
        town.write(lambda session: set_consents(session, f"customer-{number}", no, source="app", now=at(5)))

    works: list[Callable[[], Any]] = [partial(town.cross, enter(phone, store, 5)) for phone in phones]
    works += [partial(withdraw, number) for number in range(len(phones))]
    at_once(works)
    assert all(stay.left_at is not None for stay in town.stays())


def test_an_edit_and_arrivals_at_once_wait_for_each_other(town: Town) -> None:
    store = town.place()
    town.campaign()
    phones = [town.phone(f"customer-{number}") for number in range(8)]
    town.cross(*(enter(phone, store, 1) for phone in phones))
    plain = {"name": "Kalverstraat", "kind": "store", "lat": LAT, "lon": LON, "time_zone": "Europe/Amsterdam"}
    edited = PlaceBody.model_validate({**plain, "geofences": [circle(50)]})
    works: list[Callable[[], Any]] = [partial(town.cross, leave(phone, store, 5)) for phone in phones]
    works.append(lambda: town.write(lambda session: put_place(session, "kalverstraat", edited, now=at(5))))
    works.append(partial(town.cross, *(leave(phone, store, 5) for phone in reversed(phones))))
    at_once(works)
    assert {(stay.left_at, stay.left_reason) for stay in town.stays()} <= {(at(5), None), (at(5), "geofence_changed")}
    assert town.visits() == [(at(1), at(5))] * 8


def test_a_device_that_is_being_revoked_does_not_enter(database: Database) -> None:
    """The one that records waits for the one that revokes, and then sees what it did."""
    town = Town(database)
    store = town.place()
    phone = town.phone()
    with ThreadPoolExecutor(1) as pool:
        with database.transaction() as session:
            revoke_device(session, phone, now=at(4))
            session.flush()
            recording = pool.submit(town.cross, enter(phone, store, 5))
            _until_somebody_waits(database)
        assert recording.result().gone == {phone}
    assert town.read(lambda session: session.query(Stay).count()) == 0


def _until_somebody_waits(database: Database) -> None:
    if database.is_sqlite:
        threading.Event().wait(0.2)  # it does not tell who waits for the write lock
        return
    for _ in range(500):
        with database.reading() as session:
            waiting = session.scalar(text("SELECT count(*) FROM pg_locks WHERE NOT granted"))
        if waiting:
            return
        threading.Event().wait(0.01)
    raise AssertionError("nobody waited for the lock within five seconds")


def test_an_outcome_waits_for_its_customers_lock(database: Database) -> None:
    """An erasure holds it while it removes decisions and deliveries; an outcome takes those two the other way round."""
    town = Town(database)
    store = town.place()
    town.campaign()
    ids = town.cross(enter(town.phone(), store, 5)).deliveries
    [claimed] = town.claim(ids, now=at(6)).held
    failed = [Sent(claimed.delivery_id, "nl", Words("a", "b", None), Outcome("failed"))]

    def record() -> list[dict[str, Any]]:
        return town.write(lambda session: record_outcomes(session, "sender-1", failed, now=at(7)))

    with ThreadPoolExecutor(1) as pool:
        with database.transaction() as session:
            customers_locked(session, ["sanne"])
            recording = pool.submit(record)
            _until_somebody_waits(database)
            erase_customer(session, "sanne", now=NOON)
        assert recording.result() == []


def test_a_customers_lock_holds_until_the_commit(database: Database) -> None:
    town = Town(database)
    store = town.place()
    town.campaign()
    phone = town.phone()
    order: list[str] = []

    def record() -> None:
        with database.transaction() as session:
            record_crossings(session, [enter(phone, store, 5)], now=at(5))
            order.append("recorded")

    with ThreadPoolExecutor(1) as pool:
        with database.transaction() as session:
            customers_locked(session, ["sanne"])
            recording = pool.submit(record)
            _until_somebody_waits(database)
            order.append("released")
        recording.result()
    assert order == ["released", "recorded"]
