"""Two transactions that meet at a chosen spot: customers, offers, the rest. With a lock out of that order both wait for each other."""

import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from typing import Any

import pytest
from sqlalchemy import event, select, text

from offers.arrivals import record_crossings
from offers.campaigns import step_campaign
from offers.claiming import pick_deliveries
from offers.customers import erase_customer, put_customer, put_customers
from offers.deliveries import Sent, SentTo, record_outcomes
from offers.history import Kept, kept_long_enough, purge
from offers.pickups import put_order
from offers.places import delete_place
from offers.push import Outcome
from offers.records.queries.consents import add_customer
from offers.records.queries.customers import customers_locked
from offers.records.queries.devices import take_address
from offers.records.tables import Delivery, Device, Order
from offers.reserving import cancel_order
from offers.rules.order import OrderBody
from offers.rules.personalise import Words
from offers.rules.profile import CustomerBody
from offers.rules.push_address import Address
from tests.offers.billboards import Billboard
from tests.offers.nights import EVENING, MORNING, decide, due, rows
from tests.offers.stories import KEYS, NOON, TELLS, Town, at, enter

WORDS = Words("Hi", "there", None)
HEAD_START_S = 0.5
"""How long who has stopped waits for the other to reach its own lock."""


@contextmanager
def _stopping_at(town: Town, name: str, *words: str) -> Iterator[threading.Event]:
    """The thread of that name stops once, before the first statement that has all these words; the event says that it has."""
    stopped = threading.Event()

    def look(*arguments: Any) -> None:
        here = threading.current_thread().name.startswith(name)
        if here and not stopped.is_set() and all(word in arguments[2] for word in words):
            stopped.set()
            time.sleep(HEAD_START_S)

    event.listen(town.database.engine, "before_cursor_execute", look)
    try:
        yield stopped
    finally:
        event.remove(town.database.engine, "before_cursor_execute", look)


def _meet(town: Town, first: Callable[[], Any], words: tuple[str, ...], second: Callable[[], Any]) -> tuple[Any, Any]:
    """`first` stops before a statement with these words; `second` then has its way as far as it gets. What either raises is raised here."""
    with (
        _stopping_at(town, "first", *words) as stopped,
        ThreadPoolExecutor(1, thread_name_prefix="first") as one,
        ThreadPoolExecutor(1, thread_name_prefix="second") as other,
    ):
        done = one.submit(first)
        assert stopped.wait(10), "it never came there: the test shows nothing"
        met = other.submit(second)
        return done.result(), met.result()


def _erase(town: Town) -> None:
    town.write(lambda session: erase_customer(session, "sanne", now=NOON))


def test_a_till_and_a_sender_that_gives_another_coupon_back(town: Town) -> None:
    """A batch with a message that left and one that did not, while the first one's coupon is at the till already."""
    store = town.place()
    town.offer()
    town.campaign(offer="ten-percent", messages=TELLS)
    phones = [town.phone(customer) for customer in ("ben", "sanne")]
    ids = town.cross(*(enter(phone, store, 5) for phone in phones)).deliveries
    held = town.claim(ids, now=at(6)).held
    outcomes = [Outcome("sent"), Outcome("failed")]
    results = [Sent(one.delivery_id, "en", WORDS, outcome) for one, outcome in zip(held, outcomes, strict=True)]
    code = str(held[0].facts["coupon"]["code"])
    lock = ("FROM offers",) if town.database.is_sqlite else ("FROM offers", "FOR NO KEY UPDATE")
    _meet(
        town,
        lambda: town.write(lambda session: record_outcomes(session, "sender-1", results, now=at(7))),
        lock,
        lambda: town.redeem(code, now=at(7)),
    )
    assert sorted(town.coupon_states()) == ["redeemed", "released"]
    assert (town.counts()["spent"], town.counts()["redeemed"]) == (1, 1)


def test_an_erasure_and_a_purge(town: Town) -> None:
    store = town.place()
    town.campaign()
    town.send(town.cross(enter(town.phone(), store, 5)).deliveries, now=at(6))
    kept = Kept(at(900), at(900), at(900))

    def purged() -> int:
        gone = 0
        for kind in ("deliveries", "decisions"):
            ids = town.read(partial(kept_long_enough, kind=kind, kept=kept))
            gone += town.write(partial(purge, kind=kind, kept=kept, ids=ids))
        return gone

    _meet(town, purged, ("DELETE FROM deliveries",), partial(_erase, town))
    assert (town.decisions(), town.deliveries()) == ([], [])


def test_who_is_erased_while_a_file_is_written_is_made_anew(town: Town) -> None:
    town.customer("ben")
    town.customer("sanne")
    bodies = {name: CustomerBody(name=name.capitalize()) for name in ("ben", "sanne")}
    lock = ("FROM customers",) if town.database.is_sqlite else ("FROM customers", "FOR UPDATE")
    written, _ = _meet(
        town,
        lambda: town.write(lambda session: put_customers(session, bodies, now=at(1))),
        lock,
        partial(_erase, town),
    )
    assert written.changed == ({"ben"} if written.created else {"ben", "sanne"})
    assert written.created in ({"sanne"}, set())


def test_who_is_erased_while_a_device_is_registered_is_made_anew(town: Town) -> None:
    town.customer("sanne")
    lock = ("FROM customers",) if town.database.is_sqlite else ("FROM customers", "FOR UPDATE")
    made, _ = _meet(
        town,
        lambda: town.write(lambda session: add_customer(session, "sanne", anonymous=False, now=at(1))),
        lock,
        partial(_erase, town),
    )
    assert made.id == "sanne"


def test_a_profile_that_is_put_while_its_customer_is_erased(town: Town) -> None:
    town.customer("sanne")
    lock = ("FROM customers",) if town.database.is_sqlite else ("FROM customers", "FOR UPDATE")
    body = CustomerBody(name="Sanne", consents={"offers": True})
    (item, created, _), _ = _meet(
        town,
        lambda: town.write(lambda session: put_customer(session, "sanne", body, now=NOON)),
        lock,
        partial(_erase, town),
    )
    assert (item["name"], item["consents"]["offers"]) == ("Sanne", True)
    assert created is not town.database.is_sqlite


def test_what_is_put_off_again_and_its_place_that_is_removed(town: Town) -> None:
    """Who decides holds the place before it takes what waits there: whoever removes both waits for it."""
    store = town.place()
    town.campaign(quiet_hours="defer")
    town.cross(enter(town.phone(), store, EVENING))
    town.limits(quiet_hours={"from": "21:00", "until": "10:00"})
    _meet(
        town,
        partial(decide, town, MORNING),
        ("INSERT INTO deferrals",),
        partial(town.write, lambda session: delete_place(session, "kalverstraat", now=at(MORNING))),
    )
    assert rows(town) == [], "it went with its place"


def test_a_place_that_is_removed_while_what_waits_there_is_decided(town: Town) -> None:
    store = town.place()
    town.campaign(quiet_hours="defer")
    town.cross(enter(town.phone(), store, EVENING))
    town.limits(quiet_hours={"from": "21:00", "until": "10:00"})
    ids = due(town, MORNING)
    _, decided = _meet(
        town,
        partial(town.write, lambda session: delete_place(session, "kalverstraat", now=at(MORNING))),
        ("DELETE FROM places",),
        partial(decide, town, MORNING, ids),
    )
    assert rows(town) == []
    assert len(decided.happened) in (0, 1), "by who was first"


def test_a_campaign_that_is_checked_keeps_no_decision_waiting(town: Town) -> None:
    """A launch holds it while its audience is counted."""
    if town.database.is_sqlite:
        pytest.skip("one writes at a time there, whatever it writes")
    store, phone = town.place(), town.phone()
    town.campaign()
    with town.database.transaction() as session:
        step_campaign(session, "sneakers", "launch", now=at(1))
        assert town.cross(enter(phone, store, 5)).deliveries


def test_a_pick_waits_for_nobody(town: Town) -> None:
    """Neither for a customer that somebody holds nor for a delivery that another is about to take."""
    if town.database.is_sqlite:
        pytest.skip("one writes at a time there, whatever it writes")
    store = town.place()
    town.campaign()
    ids = sorted(town.cross(*(enter(town.phone(one), store, 5) for one in ("ben", "cas", "sanne"))).deliveries)
    with town.database.transaction() as held:
        customers_locked(held, ["ben", "cas", "sanne"])
        held.execute(select(Delivery.id).where(Delivery.id == ids[0]).with_for_update())
        with town.database.transaction() as session:
            session.execute(text("SET LOCAL lock_timeout = '1s'"))
            assert pick_deliveries(session, "a", 9, now=at(6)) == ids[1:]
            with town.database.transaction() as another:
                another.execute(text("SET LOCAL lock_timeout = '1s'"))
                assert pick_deliveries(another, "b", 9, now=at(6)) == []


def test_a_pick_and_a_claim_of_the_same(town: Town) -> None:
    """Whoever is asked by an id finds it picked: the pick is first, or it takes what the pick then passes over."""
    store = town.place()
    town.campaign()
    ids = town.cross(*(enter(town.phone(one), store, 5) for one in ("ben", "sanne"))).deliveries
    lock = ("FROM deliveries", "ORDER BY") if town.database.is_sqlite else ("SKIP LOCKED",)
    picked, claims = _meet(
        town,
        partial(town.write, lambda session: pick_deliveries(session, "picker", 9, now=at(6))),
        lock,
        lambda: town.claim(ids, now=at(6)),
    )
    claimed = [one.delivery_id for one in claims.held]
    assert sorted([*picked, *claimed]) == sorted(ids), "each has one, and nobody waits in a circle"


def test_a_sender_that_retires_an_address_and_a_phone_that_says_it_anew(town: Town) -> None:
    """The sender holds the customer, the phone its device: the sender leaves a device alone that somebody writes."""
    store = town.place()
    town.campaign()
    [held] = town.claim(town.cross(enter(town.phone(), store, 5)).deliveries, now=at(6)).held
    gone = Outcome("failed", "unregistered", address="dead")
    to = SentTo(held.lane, held.push_token, held.claimed_at)
    results = [Sent(held.delivery_id, "en", WORDS, gone, to=to)]
    _meet(
        town,
        partial(town.write, lambda session: record_outcomes(session, "sender-1", results, now=at(7))),
        ("FROM devices", "push_token IS NOT NULL"),
        lambda: town.tell(held.device_id, "another", now=at(7)),
    )
    device = town.read(lambda session: session.get_one(Device, held.device_id))
    assert (device.push_token, town.deliveries()[0]["state"]) == ("another", "failed")


def test_who_writes_of_a_device_does_not_wait_for_its_new_address(town: Town) -> None:
    """A delivery or a stay names its device: PostgreSQL looks whether it is there, and waits where a key of its row changes."""
    if town.database.is_sqlite:
        pytest.skip("one writes at a time there, whatever it writes")
    store, device = town.place(), town.phone()
    town.campaign()
    with town.database.transaction() as session:
        take_address(session, session.get_one(Device, device), Address("token", "another"), None, at(1))
        session.flush()
        with town.database.transaction() as other:
            other.execute(text("SET LOCAL lock_timeout = '1s'"))
            assert record_crossings(other, [enter(device, store, 5)], now=at(5)).deliveries


def test_what_comes_back_at_another_store_and_the_next_reservation_there(town: Town) -> None:
    """Both want the product and the store: who brings back takes the pieces first too."""
    board = Billboard(town.database)
    board.put_up(stock={"38": 9, "39": 0})
    order_id = board.reserve(board.asked()).order_id or ""
    customer = board.read(lambda session: session.get_one(Order, order_id).customer_id)
    board.write(lambda session: cancel_order(session, order_id, now=at(2)))
    board.place("dam")
    board.write(lambda session: setattr(session.get_one(Order, order_id), "place_id", "dam"))
    back = OrderBody.model_validate({"customer": customer, "place": "kalverstraat", "status": "ready"})
    asked = board.asked()
    lock = ("FROM products",) if town.database.is_sqlite else ("FROM products", "FOR UPDATE")
    _, done = _meet(
        town,
        lambda: town.write(lambda session: put_order(session, order_id, back, keys=KEYS, now=at(5))),
        lock,
        lambda: board.reserve(asked, 5),
    )
    assert done.outcome == "reserved"
    assert board.read(lambda session: session.get_one(Order, order_id).status) == "ready"
