"""Orders under everything that may happen to them: shops that say it twice and late, buttons, staff, crossings, consents, phones that are no more,
and senders half of whose messages fail. After each step what must always hold does.
"""

import shutil
from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any, ClassVar

import pytest
from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test
from sqlalchemy import event, select
from sqlalchemy.orm import Session

from offers.arrivals import Crossing
from offers.claiming import claim_deliveries, word_delivery
from offers.customers import set_consents
from offers.deliveries import Sent, end_lives, record_outcomes, sweep_deliveries
from offers.devices import revoke_device
from offers.order_steps import take_step, undo_hand_over
from offers.pickups import put_order
from offers.push import Outcome
from offers.records.database import Database
from offers.records.queries.orders import order_with_its_customer_locked
from offers.records.tables import Customer, Delivery, Order, Stay, Transition
from offers.rules.order import OrderBody
from offers.rules.profile import ConsentsBody
from tests.offers.machine.order_model import RISES, Orders, is_open
from tests.offers.machine.test_machine import emptied
from tests.offers.stories import KEYS, NOON, Town, circle
from tests.postgres import empty

PEOPLE = ("anna", "bob")
ORDERS = {"A-1": "anna", "A-2": "anna", "B-1": "bob"}
STATUS = st.sampled_from(["placed", "ready", "ready", "ready", "on_the_way", "arrived", "collected", "cancelled"])
GONE = Outcome("failed", "unregistered", address="dead")
FAULTS = [Outcome("failed", "push_refused"), Outcome("unknown", "no_answer"), Outcome("waiting", "unavailable"), GONE]
OUTCOME = st.sampled_from([Outcome("sent")] * len(FAULTS) + FAULTS)
"""Half of all messages meet a fault."""
JUMP = st.sampled_from([5, 50, 70, 1200, 9 * 3600, 3 * 86_400])
LEFT = ("queued", "sending", "sent", "unknown")
"""States of a message that may be on a phone, or will be."""
WHICH = st.integers(0, 7)
AGAIN = 12
"""So many times half of the runs more are played, until what is rare has come about too."""


class Pickup(RuleBasedStateMachine):
    database: ClassVar[Database]
    fences: ClassVar[dict[str, str]]
    seen: ClassVar[Counter[str]]

    def __init__(self) -> None:
        super().__init__()
        self.town, self.model = Town(self.database), Orders(NOON)
        self.status: dict[str, str] = {}

    def tick(self) -> Any:
        self.model.now += timedelta(seconds=1)
        return self.model.now

    @initialize()
    def a_town(self) -> None:
        """Who agreed to nothing but `orders`, with a phone or two."""
        for person in PEOPLE:
            self.town.customer(person, consents=("orders",))
            self.model.agreed[person] = True
            self.is_new(person)
        self.is_new("anna")
        for name in ("A-1", "B-1"):
            self.the_shop_says(name, "ready")

    # shops, buttons and staff

    @rule(name=st.sampled_from(sorted(ORDERS)), said=STATUS)
    def the_shop_says(self, name: str, said: str) -> None:
        now, customer = self.tick(), ORDERS[name]
        known = self.model.orders.get(name)
        body = OrderBody.model_validate({"customer": customer, "place": "kalver", "status": said})
        self.town.write(partial(put_order, order_id=name, body=body, keys=KEYS, now=now))
        if known is None:
            self.model.begins(name, customer)
        elif known["status"] == "cancelled" and said in ("placed", "ready"):
            self.model.comes_back(name)
            self.seen["brought back"] += 1
        before = dict(self.model.orders[name])
        self.model.says(name, said, "server", is_first=known is None)
        order = self.model.orders[name]
        if said == "ready" and order == before and order["ready"] and is_open(order["status"]):
            self.model.tells(name, "ready")  # by now they may have agreed, or have a phone

    @rule(
        name=st.sampled_from(sorted(ORDERS)),
        said=st.sampled_from(["ready", "on_the_way", "arrived", "arrived", "collected", "cancelled"]),
        source=st.sampled_from(["page", "device", "staff"]),
    )
    def somebody_says(self, name: str, said: Any, source: Any) -> None:
        now = self.tick()
        if name not in self.model.orders:
            return
        before = dict(self.model.orders[name])

        def step(session: Session) -> bool:
            found = order_with_its_customer_locked(session, name)
            assert found is not None
            return take_step(session, *found, said, source, now=now).moved

        moved = self.town.write(step)
        self.model.says(name, said, source)
        assert moved == (before != self.model.orders[name]), "moved where the model has it so, and nowhere else"

    @rule(which=WHICH, after_s=st.sampled_from([0, 0, 58, 70]))
    def staff_undo(self, which: int, after_s: int) -> None:
        """Of what is collected, where anything is."""
        self.model.now += timedelta(seconds=after_s)
        now = self.tick()
        known = sorted(self.model.orders)
        some = [one for one in known if self.model.orders[one]["status"] == "collected"] or known
        name = some[which % len(some)]

        def undo(session: Session) -> bool:
            found = order_with_its_customer_locked(session, name)
            assert found is not None
            return undo_hand_over(session, *found, now=now).moved

        may = self.model.may_undo(name)
        assert self.town.write(undo) == may
        if may:
            self.seen["undone"] += 1
            self.model.stands(name, self.model.orders[name]["before"], "staff")

    # where they are

    @rule(which=WHICH, role=st.sampled_from(["premises", "approach"]), kind=st.sampled_from(["enter", "enter", "exit"]))
    def a_phone_crosses(self, which: int, role: str, kind: Any) -> None:
        now, phones = self.tick(), sorted(self.model.phones)
        if not phones:
            return
        if kind == "exit":  # of who is in, where anybody is
            phones = [one for one in phones if role in self.model.phones[one]["in"]] or phones
        phone = phones[which % len(phones)]
        before = {name: one["status"] for name, one in self.model.orders.items()}
        self.town.cross(Crossing(phone, kind, self.fences[role], now.timestamp(), "server"), now=now)
        self.model.crosses(phone, kind, role)
        for name, one in self.model.orders.items():
            if one["status"] != before[name]:
                self.seen[f"pings: {one['status']}"] += 1

    # people and phones

    @rule(person=st.sampled_from(PEOPLE), given=st.booleans())
    def consents(self, person: str, given: bool) -> None:
        now, said = self.tick(), ConsentsBody.model_validate({"orders": given})
        self.town.write(partial(set_consents, customer_id=person, body=said, source="app", now=now))
        self.model.agreed[person] = given
        self.model.forgets_where(person)
        if not given:
            self.model.excuse("no_consent", customer=person)

    @rule(person=st.sampled_from(PEOPLE))
    def is_new(self, person: str) -> None:
        now = self.tick()
        if sum(one["customer"] == person for one in self.model.phones.values()) < 3:
            phone = self.town.device(person, now=now)
            self.model.phones[phone] = {"customer": person, "token": True, "heard": now, "in": frozenset()}

    @rule(which=WHICH)
    def is_revoked(self, which: int) -> None:
        now, phones = self.tick(), sorted(self.model.phones)
        if phones:
            phone = phones[which % len(phones)]
            self.model.excuse("no_reachable_device", customer=self.model.phones.pop(phone)["customer"])
            self.town.write(partial(revoke_device, device_id=phone, now=now))

    # senders

    @rule(which=WHICH, outcome=OUTCOME)
    def all_is_sent(self, which: int, outcome: Outcome) -> None:
        now, sender = self.tick(), f"sender-{which}"
        rows = self.read(select(Delivery.id, Delivery.order_id, Delivery.device_id))
        claims = self.town.write(
            partial(claim_deliveries, ids=[one.id for one in rows], sender=sender, keys=KEYS, now=now)
        )
        if which == 7:
            return  # it dies with them
        told = [Sent(one.delivery_id, one.language, word_delivery(one)[1], outcome) for one in claims.held]
        self.town.write(partial(record_outcomes, sender=sender, results=told, now=now, dice=lambda: 0.0))
        of = {one.id: one for one in rows}
        for held in claims.held:
            self.seen[f"sent: {outcome.state}"] += 1
            if outcome.state == "failed":
                self.model.excuse(str(outcome.reason), order=of[held.delivery_id].order_id)
            if outcome.address:
                self.model.phones[of[held.delivery_id].device_id]["token"] = False

    @rule()
    def the_sweep_looks(self) -> None:
        now = self.tick()
        self.town.write(lambda session: end_lives(session, now=now))
        self.town.write(lambda session: sweep_deliveries(session, now=now))

    @rule(seconds=JUMP)
    def time_passes(self, seconds: int) -> None:
        self.model.now += timedelta(seconds=seconds)

    # what always holds

    def read(self, wanted: Any) -> list[Any]:
        with self.database.engine.connect() as connection:
            return list(connection.execute(wanted))

    def row(self, name: str) -> Any:
        [row] = self.read(select(Order.status, Order.track, Order.ready_at, Order.closed_at).where(Order.id == name))
        return row

    @invariant()
    def every_order_stands_where_the_model_has_it(self) -> None:
        for name, one in self.model.orders.items():
            row = self.row(name)
            assert row.status == one["status"], name
            assert (row.ready_at is not None) == one["ready"], name
            assert (row.closed_at is None) == is_open(row.status), name
            assert is_open(row.status) or row.track is None, f"{name} is closed, and how far its customer was is kept"
            if self.status.get(name) != row.status:
                self.seen[f"status: {row.status}"] += 1
            self.status[name] = row.status

    @invariant()
    def what_only_orders_covered_is_gone_when_the_last_has_closed(self) -> None:
        for table in (Stay, Transition):
            for (customer,) in self.read(select(table.customer_id).where(table.for_orders).distinct()):
                mine = [one["status"] for one in self.model.orders.values() if one["customer"] == customer]
                assert any(is_open(one) for one in mine), (
                    f"a {table.__tablename__} row of {customer} for orders is left"
                )

    @invariant()
    def each_message_is_one(self) -> None:
        """Two devices only where the first surely was not told; a device once."""
        of: dict[tuple[str, str], list[Any]] = defaultdict(list)
        columns = (Delivery.order_id, Delivery.moment, Delivery.device_id, Delivery.state, Delivery.reason)
        for row in self.read(select(*columns).where(Delivery.kind == "order")):
            of[str(row.order_id), row.moment].append(row)
        for key, rows in of.items():
            assert sum(one.state in LEFT for one in rows) <= 1, f"{key} was told twice: {rows}"
            assert len({one.device_id for one in rows}) == len(rows), f"{key} twice on one device"
        self.who_must_be_told_is(of)

    def who_must_be_told_is(self, of: dict[tuple[str, str], list[Any]]) -> None:
        for key, excuses in self.model.must.items():
            rows = of[key]
            assert rows, f"{key}: nobody was told"
            if any(one.state in LEFT for one in rows):
                continue
            over = {one.reason for one in rows} - {"too_late"}
            status = self.model.orders[key[0]]["status"]
            moment = key[1].partition(":")[0]
            if moment == "ready" and status not in RISES[1:]:
                over -= {"not_ready"}
            if moment == "cancelled" and status != "cancelled":
                over -= {"over"}
            assert over <= excuses | {"unregistered", "no_reachable_device"} & excuses, f"{key} ended for {over}"

    @invariant()
    def consents_are_as_the_model_has_them(self) -> None:
        assert dict(map(tuple, self.read(select(Customer.id, Customer.orders)))) == self.model.agreed


SEEN = {
    *(f"status: {one}" for one in ("placed", "ready", "on_the_way", "nearby", "arrived", "collected", "cancelled")),
    *(f"sent: {one}" for one in ("sent", "failed", "unknown", "waiting")),
    *(f"pings: {one}" for one in ("ready", "nearby", "arrived")),
    "undone",
    "brought back",
}


def played(database: Database, number: int, runs: int, steps: int) -> Counter[str]:
    town = Town(database)
    town.place("kalver", [circle(100), circle(400, "approach")], pickup=True)
    standing = town.fences("kalver")

    class Played(Pickup):
        def __init__(self) -> None:
            emptied(database)
            super().__init__()

    Played.database, Played.fences, Played.seen = database, standing, Counter()
    how = settings(
        max_examples=runs,
        stateful_step_count=steps,
        deadline=None,
        suppress_health_check=list(HealthCheck),
        phases=[one for one in Phase if one is not Phase.explain],
    )
    run_state_machine_as_test(seed(number)(Played), settings=how)
    return Played.seen


@pytest.fixture
def hasty(migrated: Path, tmp_path: Path) -> Iterator[Database]:
    """A SQLite database that does not wait for the disk."""
    shutil.copyfile(migrated, tmp_path / "orders.db")
    database = Database(f"sqlite:///{tmp_path / 'orders.db'}")

    @event.listens_for(database.engine, "connect")
    def _hasten(connection: Any, _entry: object) -> None:
        connection.execute("PRAGMA synchronous=OFF")

    yield database
    database.close()


@pytest.mark.timeout(900)
@pytest.mark.parametrize("number", [1, 2])
def test_orders_are_told_and_step_as_the_model_has_it(hasty: Database, number: int) -> None:
    seen = played(hasty, number, runs=20, steps=40)
    for more in range(1, AGAIN + 1):
        if seen.keys() >= SEEN:
            break
        seen += played(hasty, number + 100 * more, runs=10, steps=40)
    assert seen.keys() >= SEEN, f"never came about: {sorted(SEEN - seen.keys())} of {seen}"


@pytest.mark.timeout(900)
def test_on_postgresql_too(migrated_postgresql: Database) -> None:
    try:
        seen = played(migrated_postgresql, 3, runs=15, steps=30)
        for more in range(1, AGAIN + 1):
            if seen["sent: sent"] > 5:
                break
            seen += played(migrated_postgresql, 3 + 100 * more, runs=10, steps=30)
    finally:
        empty(migrated_postgresql)
    assert seen["sent: sent"] > 5
