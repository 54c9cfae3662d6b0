"""Arrivals: what presence saw becomes stays, visits, decisions and deliveries, in one transaction.

SQL knows who is inside; presence in Redis is its cache. A crossing that already is so changes and decides nothing, so the same
lane entry may come twice, and a phone and the server may both see one crossing.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from sqlalchemy.orm import Session

from geofences.presence import REOPEN_WITHIN_S, Inside, Left, Presence
from offers.deciding import Moment, decide
from offers.records.ids import new_id
from offers.records.items import transition_item
from offers.records.queries import customers as customer_queries
from offers.records.queries import places as place_queries
from offers.records.queries import stays as stay_queries
from offers.records.tables import Device, Geofence, Place, Stay, Transition, Visit

INFERRED, BY_PHONE, JUMPED = "inferred", "device", "jumped"
UNSEEN = (INFERRED, BY_PHONE, JUMPED)
"""Ends of a stay that no ping saw: it may yet go on. Such a stay says so in `left_reason`."""
QUIET_REASONS = ("geofence_created", "geofence_changed")
"""Transitions that an edit of a geofence caused: kept, and never a reason to push."""


@dataclass(frozen=True, slots=True)
class Crossing:
    """One transition as presence saw it: `kind` is enter, dwell, exit or reopen; `at` the device's time in epoch seconds, UTC."""

    device_id: str
    kind: str
    geofence_id: str
    at: float
    source: str
    reason: str | None = None
    distance_m: int | None = None


@dataclass(slots=True)
class Arrivals:
    memberships: dict[str, dict[str, Inside]] = field(default_factory=dict)
    """For every device asked about: the geofences it is in, as SQL has them now."""
    gone: set[str] = field(default_factory=set)
    """Devices that may not be located (no consent, revoked, unknown): their presence is to be dropped."""
    deliveries: list[str] = field(default_factory=list)
    happened: list[dict[str, Any]] = field(default_factory=list)


def record_crossings(session: Session, crossings: Sequence[Crossing], *, now: datetime) -> Arrivals:
    """Open and close stays and visits, decide, queue. Safe to repeat. At most 200 crossings a call keep the write lock short."""
    return _Recording(session, crossings, now).run()


def memberships_of(session: Session, device_ids: Sequence[str] | None = None) -> dict[str, dict[str, Inside]]:
    """Who is inside what by the open stays; of all devices when none are named."""
    stays = (
        stay_queries.all_open_stays(session)
        if device_ids is None
        else stay_queries.open_stays_of_devices(session, device_ids)
    )
    found: dict[str, dict[str, Inside]] = {}
    for stay in stays:
        found.setdefault(stay.device_id, {})[stay.geofence_id] = _inside(stay)
    return found


def lately_left(session: Session, since: datetime) -> dict[str, dict[str, Left]]:
    """The exits of every device since then that no ping saw: the stays they ended may yet go on."""
    found: dict[str, dict[str, Left]] = {}
    for stay in stay_queries.stays_left_since(session, since, UNSEEN):
        if stay.left_at is not None and stay.left_reason in UNSEEN:
            left = Left(
                stay.left_at.timestamp(), stay.left_reason, stay.entered_at.timestamp(), stay.dwelled_at is not None
            )
            found.setdefault(stay.device_id, {})[stay.geofence_id] = left
    return found


def known_presences(
    session: Session, version: int, now: float, device_ids: Sequence[str] | None = None
) -> dict[str, Presence]:
    """What SQL knows of presences at `now` (epoch seconds), of all devices when none are named. Devices that are nowhere have none."""
    inside = memberships_of(session, device_ids)
    left = lately_left(session, datetime.fromtimestamp(now - REOPEN_WITHIN_S, UTC))
    return {
        device_id: Presence.rebuilt(inside.get(device_id, {}), left.get(device_id, {}), version, now)
        for device_id in ({*inside, *left} if device_ids is None else {*inside, *left}.intersection(device_ids))
    }


def _inside(stay: Stay) -> Inside:
    return Inside(since=stay.entered_at.timestamp(), dwelled=stay.dwelled_at is not None)


class _Recording:
    def __init__(self, session: Session, crossings: Sequence[Crossing], now: datetime) -> None:
        self.session = session
        self.now = now
        self.result = Arrivals()
        self.moments: list[Moment] = []
        self.new_visits: list[Visit] = []
        self.new_rows: list[Stay | Transition] = []
        asked = {one.device_id for one in crossings}
        self.customers = customer_queries.customers_locked(session, customer_queries.owners(session, asked))
        # read under the lock: whoever revokes or links a device holds the same one
        self.devices = self._locatable(customer_queries.devices_by_id(session, asked), asked)
        self.crossings = [one for one in crossings if one.device_id in self.devices]
        self.fences = place_queries.geofences_by_id(session, (one.geofence_id for one in self.crossings))
        self.places = place_queries.places_by_id(session, (fence.place_id for fence in self.fences.values()))
        people = {device.customer_id for device in self.devices.values()}
        self.open = {
            (stay.device_id, stay.geofence_id): stay for stay in stay_queries.open_stays_of_customers(session, people)
        }
        self.newest = stay_queries.newest_stays(session, ((one.device_id, one.geofence_id) for one in self.crossings))
        self.visits = stay_queries.open_visits(session, people)
        known = stay_queries.visits_by_id(
            session, (stay.visit_id for stay in [*self.open.values(), *self.newest.values()])
        )
        self.visits_by_id = known | {visit.id: visit for visit in self.visits.values()}
        self.last_left = stay_queries.last_left(session, people, self.visits_by_id)
        self.exits_noted = stay_queries.exits_noted(
            session,
            people,
            ((one.device_id, one.geofence_id, _moment_of(one)) for one in self.crossings if one.kind == "exit"),
        )

    def run(self) -> Arrivals:
        steps = {"enter": self._enter, "reopen": self._reopen, "dwell": self._dwell, "exit": self._exit}
        for crossing in self.crossings:
            fence = self.fences.get(crossing.geofence_id)
            if fence is not None:
                steps[crossing.kind](crossing, fence, self.places[fence.place_id], self.devices[crossing.device_id])
        self.session.add_all(self.new_visits)
        self.session.flush()  # visits before the stays that name them
        self.session.add_all(self.new_rows)
        self.session.flush()
        decided = decide(self.session, self.moments, self.customers, now=self.now)
        self.session.flush()
        self.result.memberships = {device_id: {} for device_id in self.devices}
        for (device_id, geofence_id), stay in self.open.items():
            if device_id in self.devices:
                self.result.memberships[device_id][geofence_id] = _inside(stay)
        self.result.deliveries = decided.deliveries
        self.result.happened += decided.happened
        return self.result

    def _locatable(self, devices: dict[str, Device], asked: set[str]) -> dict[str, Device]:
        """Consent is read here, under the customers' lock, whatever the ping door knew. Consent `orders` covers positions while an order is open."""
        waiting = customer_queries.with_open_order(
            self.session, (one.id for one in self.customers.values() if not one.location and one.orders)
        )
        kept = {}
        for device in devices.values():
            customer = self.customers.get(device.customer_id)
            if customer and not device.revoked_at and (customer.location or customer.id in waiting):
                kept[device.id] = device
        self.result.gone = asked - set(kept)
        return kept

    def _enter(self, crossing: Crossing, fence: Geofence, place: Place, device: Device) -> None:
        key = (device.id, fence.id)
        at = _moment_of(crossing)
        newest = self.newest.get(key)
        if key in self.open or _is_out_of_force(fence, place) or (newest is not None and _is_known(newest, at)):
            return
        visit, is_new = self._visit_for(fence, place, device, at)
        beside = self._beside(device, fence)
        stay_id = new_id("sty")
        first = is_new if visit else beside is None
        stay = Stay(
            id=stay_id,
            device_id=device.id,
            customer_id=device.customer_id,
            geofence_id=fence.id,
            visit_id=visit.id if visit else None,
            moment=visit.id if visit else (beside.moment if beside else stay_id),
            entered_at=at,
            # whoever an edit put inside is not told for having stayed there either
            dwelled_at=at if crossing.reason in QUIET_REASONS else None,
        )
        self.new_rows.append(stay)
        self.open[key] = self.newest[key] = stay
        self._note(crossing, fence, device, "enter")
        if first and crossing.reason not in QUIET_REASONS:
            self._happened(crossing, fence, device, stay, "enter")

    def _beside(self, device: Device, fence: Geofence) -> Stay | None:
        """An open stay at this geofence of another device of the same customer."""
        stays = self.open.values()
        same = (one for one in stays if one.customer_id == device.customer_id and one.geofence_id == fence.id)
        return next(same, None)

    def _visit_for(self, fence: Geofence, place: Place, device: Device, at: datetime) -> tuple[Visit | None, bool]:
        """The customer's visit at this store and whether it begins now. Only premises make visits, and only with consent `location`."""
        if place.kind != "store" or fence.role != "premises" or not self.customers[device.customer_id].location:
            return None, False
        key = (device.customer_id, place.id)
        if key not in self.visits:
            visit = Visit(id=new_id("vis"), customer_id=device.customer_id, place_id=place.id, entered_at=at)
            self.visits[key] = self.visits_by_id[visit.id] = visit
            self.new_visits.append(visit)
            return visit, True
        visit = self.visits[key]
        visit.entered_at = min(visit.entered_at, at)
        return visit, False

    def _reopen(self, crossing: Crossing, fence: Geofence, place: Place, device: Device) -> None:
        """Seen inside after an end that no ping saw: the stay and its visit go on, nobody is told anew."""
        key = (device.id, fence.id)
        stay = self.newest.get(key)
        if key in self.open or (stay is not None and _is_known(stay, _moment_of(crossing))):
            return
        unseen = stay is not None and stay.left_reason in UNSEEN and stay.customer_id == device.customer_id
        if stay is None or not unseen or _is_out_of_force(fence, place):
            self._enter(crossing, fence, place, device)
            return
        visit = self.visits_by_id.get(stay.visit_id) if stay.visit_id else None
        if visit is not None and self.customers[device.customer_id].location:
            other = self.visits.get((visit.customer_id, visit.place_id))
            if other is not None and other is not visit:
                stay.visit_id, stay.moment = other.id, other.id
            else:
                visit.left_at = None
                self.visits[visit.customer_id, visit.place_id] = visit
        elif visit is None and (beside := self._beside(device, fence)):
            stay.moment = beside.moment
        stay.left_at = stay.left_reason = None
        self.open[key] = stay

    def _dwell(self, crossing: Crossing, fence: Geofence, _place: Place, device: Device) -> None:
        stay = self.open.get((device.id, fence.id))
        if stay is None or stay.dwelled_at is not None:
            return
        stay.dwelled_at = _moment_of(crossing)
        self._note(crossing, fence, device, "dwell")
        self._happened(crossing, fence, device, stay, "dwell")

    def _exit(self, crossing: Crossing, fence: Geofence, place: Place, device: Device) -> None:
        key = (device.id, fence.id)
        stay = self.open.get(key)
        at = _moment_of(crossing)
        if stay is None or at < stay.entered_at or (*key, at) in self.exits_noted:
            return
        del self.open[key]
        stay.left_at = at
        stay.left_reason = crossing.reason or (crossing.source if crossing.source in UNSEEN else None)
        self._note(crossing, fence, device, "exit")
        if stay.visit_id:
            self.last_left[stay.visit_id] = max(at, self.last_left.get(stay.visit_id, at))
        if any(one.moment == stay.moment for one in self.open.values()):
            return
        if stay.visit_id:
            visit = self.visits.get((stay.customer_id, place.id))
            if visit is not None and visit.id == stay.visit_id:
                del self.visits[stay.customer_id, place.id]
                visit.left_at = max(at, self.last_left.get(visit.id, at))
        if crossing.reason not in QUIET_REASONS:
            self._happened(crossing, fence, device, stay, "exit")

    def _note(self, crossing: Crossing, fence: Geofence, device: Device, kind: str) -> None:
        row = Transition(
            id=new_id("trn"),
            device_id=device.id,
            customer_id=device.customer_id,
            place_id=fence.place_id,
            geofence_id=fence.id,
            role=fence.role,
            kind=kind,
            at=_moment_of(crossing),
            source=crossing.source,
            reason=crossing.reason,
        )
        self.new_rows.append(row)
        self.result.happened.append({"type": "transition", **transition_item(row)})

    def _happened(self, crossing: Crossing, fence: Geofence, device: Device, stay: Stay, trigger: str) -> None:
        self.moments.append(
            Moment(
                key=f"{trigger}:{stay.moment}",
                trigger=trigger,
                customer_id=device.customer_id,
                device_id=device.id,
                place_id=fence.place_id,
                role=fence.role,
                at=_moment_of(crossing),
                distance_m=crossing.distance_m,
            )
        )


def _is_out_of_force(fence: Geofence, place: Place) -> bool:
    """Retired or paused meanwhile: seen with geofences that were a second old."""
    return fence.retired_at is not None or place.paused


def _is_known(newest: Stay, at: datetime) -> bool:
    """Whether a coming in at `at` lies before or within the newest stay, and was learnt with it.

    Only an end by the device's own clock counts; one that an edit or a withdrawal set is the server's time.
    """
    ended_by_device = newest.left_at is not None and newest.left_reason in (None, *UNSEEN)
    return newest.entered_at >= at or (ended_by_device and newest.left_at is not None and newest.left_at >= at)


def _moment_of(crossing: Crossing) -> datetime:
    return datetime.fromtimestamp(crossing.at, UTC)
