"""What every part of the machine plays by: a town in a database, the model beside it, and the comparison after each step."""

import inspect
from collections import Counter
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any, ClassVar, TypeVar

from hypothesis import event
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from sqlalchemy.orm import Session

from offers.arrivals import Crossing, record_crossings
from offers.campaigns import put_campaign, step_campaign
from offers.claiming import Claimed
from offers.customers import put_customer
from offers.desk_offers import add_codes, put_offer
from offers.desk_settings import change_limits
from offers.devices import register_device, revoke_device
from offers.errors import Conflict
from offers.pickups import put_order
from offers.records.database import Database
from offers.records.ids import new_id
from offers.rules.order import OrderBody
from offers.rules.profile import CustomerBody, DeviceBody
from tests.offers.machine import city
from tests.offers.machine.ledger import Ledger, broken, differences
from tests.offers.machine.model import Model
from tests.offers.machine.whereabouts import Row
from tests.offers.stories import KEYS, NOON, Town

T = TypeVar("T")
SECOND, MINUTE, HOUR, DAY = timedelta(seconds=1), timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
WHICH = st.integers(0, 7)
"""Which of those there are, counted round."""
WIDE = st.integers(0, 31)
OFTEN, SELDOM = st.sampled_from([True, True, False]), st.sampled_from([False, False, True])


HOURS = {"never_runs", "never_open", "always_quiet"}
Kind = tuple[int, Callable[[Any], Any], dict[str, st.SearchStrategy[Any]]]


def happens(
    chance: int, when: Callable[[Any], Any] = lambda _: True, **how: st.SearchStrategy[Any]
) -> Callable[[T], T]:
    """A method that may be the next step: its share among those that can be, when it can be, and what it is called with."""

    def note(method: T) -> T:
        method.kind = (chance, when, how)  # type: ignore[attr-defined]  # a function takes attributes
        return method

    return note


class Play(RuleBasedStateMachine):
    database: ClassVar[Database]
    fences: ClassVar[dict[str, Row]]
    """By their ids: place and role. The places are built once, and stand in every run."""
    seen: ClassVar[Counter[str]]

    def __init__(self) -> None:
        super().__init__()
        self.town = Town(self.database)
        places = {name: {**one, "paused": False} for name, one in city.PLACES.items()}
        self.model = Model(NOON, dict(city.LIMITS), places, self.fences)
        self.ledger = self._read()
        self.held: dict[str, tuple[Claimed, str]] = {}
        self.last_entry: list[Crossing] = []

    @initialize(
        campaigns=st.lists(city.CAMPAIGN, min_size=3, max_size=5), cap=st.sampled_from(city.LIMIT_CHANGES["cap"])
    )
    def a_town(self, campaigns: list[Row], cap: Any) -> None:
        with self.database.transaction() as session:
            change_limits(session, city.limits_json("cap", cap))
            self.model.limits["cap"] = cap
            for name, one in city.OFFERS.items():
                put_offer(session, name, city.offer_body(name, one), now=NOON)
                free = len(city.CARDS) if one["codes"] == "imported" else None
                self.model.offers[name] = {**one, "free": free, "spent": 0, "at": {}, "redeemed": 0}
            add_codes(session, "card", city.CARDS, keys=KEYS)
            for person in city.PEOPLE:
                self._move_in(session, person, ("location", "offers", "orders"))
            self._order(session, "anna", "placed")
            for number, spec in enumerate(campaigns):
                name, one = f"c{number}", city.campaign(spec)
                put_campaign(session, name, city.campaign_body(one), now=NOON)
                assert self.model.may_change(name, one)
                drafted = dict(self.model.campaigns[name])
                may = self.model.may_step(name, "launch")
                self._launches(name, drafted, may, partial(step_campaign, session, name, "launch", now=NOON))

    @rule(data=st.data())
    def something_happens(self, data: st.DataObject) -> None:
        """One rule in the place of many: hypothesis leaves out half of the rules in each run, and a town without streets proves little."""
        kinds: dict[str, Kind] = {
            name: one.kind for name, one in inspect.getmembers(type(self)) if hasattr(one, "kind")
        }
        can_be = [name for name, (chance, when, _) in kinds.items() if when(self) for _ in range(chance)]
        name = data.draw(st.sampled_from(can_be))
        how = data.draw(st.fixed_dictionaries(kinds[name][2]), name)
        self._count(f"step: {name}")
        getattr(self, name)(**how)

    # what is drawn from

    def _read(self) -> Ledger:
        with self.database.engine.connect() as connection:
            return Ledger.read(connection)

    def _delivery_ids(self) -> list[str]:
        """Of the model's deliveries, one by one, as of the last comparison: but for those of who was erased in this step."""
        there = {row.id: row.customer_id for row in self.ledger.rows["deliveries"]}
        return [one for one, customer in there.items() if customer in self.model.customers]

    def _do(self, work: Callable[[Session], T]) -> T:
        return self.town.write(work)

    def _tick(self) -> datetime:
        """No two things happen at one time."""
        self.model.now += SECOND
        return self.model.now

    def _one(self, rows: Sequence[T], which: int) -> list[T]:
        """One of these, or none when there are none: to be gone through with `for`."""
        return [rows[which % len(rows)]] if rows else []

    def _phones(self) -> list[str]:
        return [name for name, one in self.model.devices.items() if not one["revoked"]]

    def _outside(self) -> list[tuple[str, str]]:
        """Who is not where: each phone with each geofence that it is not in."""
        inside = {(one["device"], one["fence"]) for one in self.model.open_stays()}
        return [(phone, fence) for phone in self._phones() for fence in self.fences if (phone, fence) not in inside]

    def _cross(self, *crossings: Crossing) -> None:
        now = self.model.now
        self.last_entry = list(crossings)
        before = len(self.model.deliveries)
        for one in crossings:
            at = datetime.fromtimestamp(one.at, UTC)
            reason = one.reason or (one.source if one.source != "server" else None)
            self.model.cross(one.device_id, one.kind, one.geofence_id, at, reason)
        found = self._do(lambda session: record_crossings(session, crossings, now=now))
        assert len(found.deliveries) == len(self.model.deliveries) - before, "as many to be sent as the model has"
        for device in {one.device_id for one in crossings} & set(found.memberships):
            there = {one["fence"] for one in self.model.open_stays(device=device)}
            assert set(found.memberships[device]) == there, "what the presence is told is where the model has them"

    def _move_in(self, session: Session, person: str, consents: tuple[str, ...]) -> None:
        now, one = self.model.now, city.PEOPLE[person]
        given = {purpose: purpose in consents for purpose in ("location", "offers", "orders")}
        profile = {"language": one["language"], "tags": one["tags"], "time_zone": one["zone"], "consents": given}
        put_customer(session, person, CustomerBody.model_validate(profile), now=now)
        self.model.customers[person] = {**one, **given}
        for _ in range(city.PHONES[person]):
            self._new_phone(session, person, new_id("token"))

    def _order(self, session: Session, person: str, status: str) -> None:
        body = OrderBody.model_validate({"customer": person, "place": "kalver", "status": status})
        put_order(session, f"order-{person}", body, keys=KEYS, now=self.model.now)
        self.model.order(person, status)

    def _new_phone(self, session: Session, person: str, token: str | None) -> None:
        body = {"customer": person, "platform": "android", "push_token": token}
        phone = register_device(session, DeviceBody.model_validate(body), trusted=True, now=self.model.now).device_id
        self.model.devices[phone] = {"customer": person, "token": None, "used": None, "revoked": False}
        self.model.tell(phone, token)

    def _revoke(self, device: str) -> None:
        self._do(lambda session: revoke_device(session, device, now=self.model.now))
        self.model.revoke(device)

    def _launches(self, name: str, before: Row, may: bool, work: Callable[[], Any]) -> None:
        """A campaign is changed or stepped as the model says; but for hours that never come, of which the model knows nothing."""
        try:
            work()
        except Conflict as refused:
            if may and not {one.name for one in refused.faults} <= HOURS:
                raise
            self.model.campaigns[name] = before
        else:
            assert may, f"{name} is not refused"

    def _refused(self, work: Callable[[Session], Any], error: type[Exception], what: str) -> None:
        try:
            self._do(work)
        except error:
            return
        raise AssertionError(f"{what} is not refused")

    def _count(self, what: str) -> None:
        event(what)
        self.seen[what] += 1

    @invariant()
    def all_is_as_the_model_has_it(self) -> None:
        before, self.ledger = self.ledger, self._read()
        assert not (found := differences(self.ledger, self.model)), "\n".join(found)
        assert not (found := broken(before, self.ledger, self.model)), "\n".join(found)
        known = set(before.ids("decisions"))
        for row in self.ledger.rows["decisions"]:
            if row.id not in known:
                self._count(f"decision: {row.outcome}")
        were = {row.id: row.state for noun in ("deliveries", "coupons") for row in before.rows[noun]}
        for noun in ("deliveries", "coupons"):
            for row in self.ledger.rows[noun]:
                if were.get(row.id) != row.state:
                    reason = getattr(row, "reason", None)
                    self._count(f"{noun}: {row.state}" + (f" {reason}" if reason else ""))
