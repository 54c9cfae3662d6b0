"""What customers' crossings mean for their orders: steps, and at most one message a moment. A shared room that arrivals call.

Steps and messages are safe to repeat: a step that was taken is none, a message goes once an order (a reminder once a day of the store's).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import groupby
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from offers.deciding import Moment
from offers.follows import Follows
from offers.order_steps import take_step, tell, turn_away
from offers.records.queries import campaigns as campaign_queries
from offers.records.queries import coming as queries
from offers.records.queries.coming import Expected
from offers.records.tables import Customer
from offers.rules.order_moments import APPROACH, ARRIVED, WRONG_STORE
from offers.rules.order_triggers import order_moment
from offers.rules.pickup_moments import COMING, Spot, What, is_gone, meaning, metres_between, to_fifty
from offers.rules.values import zone_or_none

ANEW_AFTER = timedelta(hours=1)
"""Who comes in so long after they came in last, and is not known to have left, has come anew: presence goes on with what is shorter."""


@dataclass(frozen=True, slots=True)
class Crossed:
    """One crossing of a customer's, by the first device of theirs that came in, or the last that left."""

    customer_id: str
    device_id: str
    kind: str
    spot: Spot
    role: str
    at: datetime
    distance_m: int | None
    """To the geofence's centre, rounded to 50 m."""
    how: str | None = None
    """Of an exit: the way it was learnt."""
    moment: str | None = None
    """The key of the moment that campaigns decide of this crossing."""


@dataclass(slots=True)
class OrdersMoved:
    follows: Follows = field(default_factory=Follows)
    served: dict[tuple[str, datetime], str] = field(default_factory=dict)
    """By customer and time: the order that a message goes out for at that moment."""
    moments: list[Moment] = field(default_factory=list)
    """For campaigns that wait for `approach` or `arrived`: of customers whose positions are covered for that."""


def orders_crossed(
    session: Session, crossed: Sequence[Crossed], customers: Mapping[str, Customer], *, now: datetime
) -> OrdersMoved:
    """Take the steps that these crossings are, and tell. After the stays are written; the customers are locked by the caller.

    One thing is asked of the database where nobody has an order that is ready. Orders move by consent `orders`; by `location` campaigns decide of it.
    """
    moved = OrdersMoved()
    people = {one.customer_id for one in crossed if _counts(customers[one.customer_id])}
    expected = queries.ready_orders(session, people) if people else {}
    if not expected:
        return moved
    standing = queries.standing_in(session, expected)
    reach_m = campaign_queries.limits_now(session).approach_reach_m
    theirs = sorted((one for one in crossed if one.customer_id in expected), key=_of_whom_and_when)
    for (customer_id, _), at_once in groupby(theirs, key=_of_whom_and_when):
        walk = _Moment(session, customers[customer_id], expected[customer_id], standing, reach_m, now)
        moved.follows |= walk.step(list(at_once), moved)
    return moved


def _counts(customer: Customer) -> bool:
    return customer.orders or customer.location


def _of_whom_and_when(one: Crossed) -> tuple[str, datetime]:
    return (one.customer_id, one.at)


@dataclass(frozen=True, slots=True)
class _Moment:
    """What one customer crosses at one time. Where they stand is what is so at the end: who came in and left again meanwhile has left."""

    session: Session
    customer: Customer
    expected: Sequence[Expected]
    standing: set[tuple[str, str, str]]
    reach_m: int
    now: datetime

    def step(self, crossed: Sequence[Crossed], moved: OrdersMoved) -> Follows:
        follows = Follows()
        come: list[tuple[Expected, What, Crossed]] = []
        met: list[tuple[Expected, What, Crossed]] = []
        for one in self.expected:
            said = [
                (meaning(it.kind, it.role, it.spot, one.store, reach_m=self.reach_m, how=it.how), number)
                for number, it in enumerate(crossed)
            ]
            meant = {what: crossed[number] for what, number in reversed(said) if what}
            came = next((what for what in COMING if what in meant), None)
            if came and meant[came].kind != "reopen":
                met.append((one, came, meant[came]))
            if not self.customer.orders:
                continue
            follows |= self._leave(one, meant)
            if came:
                if came == "arrived":
                    follows |= self._begin_anew(one)
                taken = take_step(self.session, one.order, self.customer, came, "location", now=self.now)
                follows |= taken.follows
                if came != "arrived" or taken.moved:
                    come.append((one, came, meant[came]))
            elif "elsewhere" in meant:
                come.append((one, "elsewhere", meant["elsewhere"]))
        told = self._tell([each for each in come if each[2].kind != "reopen"])
        if told:
            order_id, deliveries = told
            moved.served[self.customer.id, crossed[0].at] = order_id
            follows |= Follows(deliveries=deliveries)
        if self.customer.location:
            moved.moments += self._moments(met)
        return follows

    def _moments(self, met: Sequence[tuple[Expected, What, Crossed]]) -> list[Moment]:
        """One at most, as of messages: that they arrived, else that they come within reach of the nearest store."""
        arrived = [each for each in met if each[1] == "arrived"]
        near = [each for each in met if each[1] != "arrived" and not self._is_there(each[0])]
        near.sort(key=lambda each: (COMING.index(each[1]), _metres(each)))
        for trigger, some in (("arrived", arrived), ("approach", near)):
            for one, what, it in some[:1]:
                which = _day(one, it.at) if trigger == "approach" else "1"
                return [
                    Moment(
                        key=order_moment(trigger, one.order.id, which),
                        trigger=trigger,
                        customer_id=self.customer.id,
                        device_id=it.device_id,
                        place_id=one.store.place_id,
                        role="",
                        at=it.at,
                        distance_m=it.distance_m if trigger == "arrived" else _distance(one, what, it),
                        order_id=one.order.id,
                        at_one_with=it.moment,
                    )
                ]
        return []

    def _is_there(self, one: Expected) -> bool:
        return one.order.status == "arrived" or self._is_in(one, "premises")

    # who goes

    def _leave(self, one: Expected, meant: Mapping[What, Crossed]) -> Follows:
        status, gone = one.order.status, False
        for what, states in (
            ("left_store", ("arrived",)),
            ("left_reach", ("arrived", "nearby")),
            ("back", ("on_the_way",)),
        ):
            it = meant.get(what)  # type: ignore[call-overload]  # one of these words
            if it is not None and status in states and not self._is_still_there(one, status):
                gone = gone or is_gone(status, _said_by(one, status), it.how)
        if not gone:
            return Follows()
        beyond = not self._is_in(one, "approach")
        return turn_away(self.session, one.order, self.customer, now=self.now, out_of_reach=beyond).follows

    def _is_still_there(self, one: Expected, status: str) -> bool:
        return self._is_in(one, "premises") or (status == "nearby" and self._is_in(one, "approach"))

    def _is_in(self, one: Expected, role: str) -> bool:
        return (self.customer.id, one.store.place_id, role) in self.standing

    def _begin_anew(self, one: Expected) -> Follows:
        """Whoever was here yesterday and left with a silent phone comes in again: the board lights up, and counts from now."""
        since, by_pings = one.order.arrived_at, _said_by(one, "arrived") == "location"
        if one.order.status != "arrived" or not by_pings or since is None or self.now - since < ANEW_AFTER:
            return Follows()
        return turn_away(self.session, one.order, self.customer, now=self.now, out_of_reach=True).follows

    # what they are told

    def _tell(self, come: Sequence[tuple[Expected, What, Crossed]]) -> tuple[str, tuple[str, ...]] | None:
        """One message a moment: of arriving before that it is the wrong store, and that before the reminder. Of several orders at one store the one
        that was ready first is told of, and stands for the others.
        """
        arrived = [each for each in come if each[1] == "arrived"]
        wrong = [] if arrived or self._is_at_one() else [each for each in come if each[1] == "elsewhere"]
        near = [each for each in come if each[1] in ("nearby", "on_the_way") and each[0].order.status != "arrived"]
        near.sort(key=lambda each: (COMING.index(each[1]), _metres(each)))
        for name, some in ((ARRIVED, arrived), (WRONG_STORE, wrong), (APPROACH, near)):
            for each in _first_of_each_store(some):
                if deliveries := self._told(name, *each):
                    return each[0].order.id, deliveries
        return None

    def _is_at_one(self) -> bool:
        """Whether they stand in a store where an order of theirs is ready: what else they stand in is not the wrong one then."""
        return any(self._is_in(one, "premises") for one in self.expected)

    def _told(self, name: str, one: Expected, what: What, it: Crossed) -> tuple[str, ...]:
        context: dict[str, Any] = {}
        if name == APPROACH:
            context = {"distance_m": _distance(one, what, it)}
        elif name == WRONG_STORE:
            context = {"at_place_id": it.spot.place_id, "distance_m": to_fifty(metres_between(it.spot, one.store))}
        return tell(
            self.session,
            one.order,
            self.customer,
            name,
            now=self.now,
            key=_day(one, it.at) if name == APPROACH else None,
            device_id=it.device_id,
            context=context,
            happened_at=it.at,
        )


def _said_by(one: Expected, status: str) -> str | None:
    """Who brought the order to where it stands."""
    return next((line["source"] for line in reversed(one.order.history) if line["status"] == status), None)


def _first_of_each_store(some: Iterable[tuple[Expected, What, Crossed]]) -> list[tuple[Expected, What, Crossed]]:
    found: dict[str, tuple[Expected, What, Crossed]] = {}
    for each in some:
        found.setdefault(each[0].store.place_id, each)
    return list(found.values())


def _metres(each: tuple[Expected, What, Crossed]) -> float:
    one, _, it = each
    return metres_between(it.spot, one.store)


def _distance(one: Expected, what: What, it: Crossed) -> int | None:
    """To the store: of who enters its ring their own, of who leaves a landmark the landmark's."""
    return it.distance_m if what == "nearby" else to_fifty(metres_between(it.spot, one.store))


def _day(one: Expected, at: datetime) -> str:
    """By the store's calendar."""
    return at.astimezone(zone_or_none(one.time_zone or "") or ZoneInfo("UTC")).date().isoformat()
