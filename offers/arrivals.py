"""Arrivals: what presence saw becomes stays, visits, decisions and deliveries, in one transaction.

SQL knows who is inside; presence in Redis is its cache. A crossing that already is so changes and decides nothing, so the same
lane entry may come twice, and a phone and the server may both see one crossing.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

from sqlalchemy.orm import Session

from geofences.presence import REOPEN_WITHIN_S, Inside, Left, Presence
from offers.deciding import Moment, decide
from offers.order_arrivals import Crossed, orders_crossed
from offers.records.ids import new_id
from offers.records.items import transition_told
from offers.records.queries import crossing as queries
from offers.records.queries import customers as customer_queries
from offers.records.queries import stays as stay_queries
from offers.records.queries.crossing import DeviceNow, FenceNow, Rows, StayNow, VisitNow
from offers.records.queries.writing import insert_rows
from offers.records.tables import Stay, Transition, Visit
from offers.rules.pickup_moments import Spot
from offers.rules.target import Target

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
    targets: dict[str, tuple[Target, ...]] = field(default_factory=dict)
    """By device, of customers whose orders moved: where they are expected from now on."""


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


def _inside(stay: Stay | StayNow) -> Inside:
    return Inside(since=stay.entered_at.timestamp(), dwelled=stay.dwelled_at is not None)


class _Recording:
    def __init__(self, session: Session, crossings: Sequence[Crossing], now: datetime) -> None:
        self.session = session
        self.now = now
        self.result = Arrivals()
        self.moments: list[Moment] = []
        self.crossed: list[Crossed] = []
        """What may move an order."""
        self.new_stays, self.new_visits = Rows[StayNow](), Rows[VisitNow]()
        self.transitions: list[dict[str, Any]] = []
        asked = {one.device_id for one in crossings}
        self.customers = customer_queries.customers_locked(session, customer_queries.owners(session, asked))
        # read under the lock: whoever revokes or links a device holds the same one
        self.devices = self._locatable(queries.devices_now(session, asked), asked)
        self.crossings = [one for one in crossings if one.device_id in self.devices]
        self.fences = queries.fences_now(session, (one.geofence_id for one in self.crossings))
        people = {device.customer_id for device in self.devices.values()}
        self.open = queries.open_stays(session, people)
        self.here: dict[tuple[str, str], list[StayNow]] = {}
        """The open stays by customer and geofence, the oldest first."""
        self.going_on: Counter[str] = Counter()
        """How many open stays there are of each moment."""
        for stay in tuple(self.open.values()):
            self._is_open(stay)
        self.visits = queries.open_visits(session, people)
        self.visits_by_id = {visit.id: visit for visit in self.visits.values()}
        self.newest: dict[tuple[str, str], StayNow] = {}
        self.last_left: dict[str, datetime] = {}
        self.exits_noted: set[tuple[str, str, datetime]] = set()
        self._ask_what_these_need()

    def _ask_what_these_need(self) -> None:
        """Who comes in may have been here before; who goes may have been noted, or leave another device behind."""
        of_kind: dict[str, list[Crossing]] = {}
        for one in self.crossings:
            of_kind.setdefault(one.kind, []).append(one)
        coming = of_kind.get("enter", []) + of_kind.get("reopen", [])
        if coming:
            pairs = ((one.device_id, one.geofence_id) for one in coming)
            found = queries.newest_stays(self.session, pairs)
            self.newest = {pair: self.open.get(pair, stay) for pair, stay in found.items()}
        if "reopen" in of_kind:
            known = (stay.visit_id for stay in self.newest.values())
            self.visits_by_id = queries.visits_by_id(self.session, known) | self.visits_by_id
        if going := of_kind.get("exit"):
            self.last_left = queries.last_left(self.session, self.visits_by_id)
            exits = ((one.device_id, one.geofence_id, _moment_of(one)) for one in going)
            self.exits_noted = stay_queries.exits_noted(self.session, self.customers, exits)

    def run(self) -> Arrivals:
        steps = {"enter": self._enter, "reopen": self._reopen, "dwell": self._dwell, "exit": self._exit}
        for crossing in self.crossings:
            fence = self.fences.get(crossing.geofence_id)
            if fence is not None:
                steps[crossing.kind](crossing, fence, self.devices[crossing.device_id])
        self.new_visits.write(self.session, Visit)  # before the stays that name them
        self.new_stays.write(self.session, Stay)
        insert_rows(self.session, Transition, self.transitions)
        moved = orders_crossed(self.session, self.crossed, self.customers, now=self.now)
        moments = [
            replace(one, served_by=moved.served.get((one.customer_id, one.at)))
            for one in (*self.moments, *moved.moments)
        ]
        decided = decide(self.session, moments, self.customers, now=self.now)
        self.result.memberships = {device_id: {} for device_id in self.devices}
        for (device_id, geofence_id), stay in self.open.items():
            if device_id in self.devices:
                self.result.memberships[device_id][geofence_id] = _inside(stay)
        self.result.deliveries = [*moved.follows.deliveries, *decided.deliveries]
        self.result.happened += [*(dict(one) for one in moved.follows.happened), *decided.happened]
        self.result.targets = dict(moved.follows.targets)
        return self.result

    def _locatable(self, devices: dict[str, DeviceNow], asked: set[str]) -> dict[str, DeviceNow]:
        """Consent is read here, under the customers' lock, whatever the ping door knew. Consent `orders` covers positions while an order is open."""
        by_order = [one.id for one in self.customers.values() if not one.location and one.orders]
        waiting = customer_queries.with_open_order(self.session, by_order) if by_order else set()
        kept = {}
        for device in devices.values():
            customer = self.customers.get(device.customer_id)
            if customer and not device.revoked and (customer.location or customer.id in waiting):
                kept[device.id] = device
        self.result.gone = asked - set(kept)
        return kept

    def _enter(self, crossing: Crossing, fence: FenceNow, device: DeviceNow) -> None:
        key = (device.id, fence.id)
        at = _moment_of(crossing)
        newest = self.newest.get(key)
        if key in self.open or _is_out_of_force(fence) or (newest is not None and _is_known(newest, at)):
            return
        visit, is_new = self._visit_for(fence, device, at)
        beside = self._beside(device, fence)
        stay_id = new_id("sty")
        first = is_new if visit else beside is None
        stay = self.new_stays.make(
            StayNow(
                id=stay_id,
                device_id=device.id,
                customer_id=device.customer_id,
                geofence_id=fence.id,
                visit_id=visit.id if visit else None,
                moment=visit.id if visit else (beside.moment if beside else stay_id),
                entered_at=at,
                # whoever an edit put inside is not told for having stayed there either
                dwelled_at=at if crossing.reason in QUIET_REASONS else None,
                for_orders=not self.customers[device.customer_id].location,
            )
        )
        self.newest[key] = stay
        self._is_open(stay)
        noted = self._note(crossing, fence, stay, "enter")
        if first and crossing.reason not in QUIET_REASONS:
            self._happened(crossing, fence, noted, stay)

    def _is_open(self, stay: StayNow) -> None:
        self.open[stay.device_id, stay.geofence_id] = stay
        self.here.setdefault((stay.customer_id, stay.geofence_id), []).append(stay)
        self.going_on[stay.moment] += 1

    def _beside(self, device: DeviceNow, fence: FenceNow) -> StayNow | None:
        """An open stay at this geofence of another device of the same customer."""
        return next(iter(self.here.get((device.customer_id, fence.id), ())), None)

    def _visit_for(self, fence: FenceNow, device: DeviceNow, at: datetime) -> tuple[VisitNow | None, bool]:
        """The customer's visit at this store and whether it begins now. Only premises make visits, and only with consent `location`."""
        makes_one = fence.place_kind == "store" and fence.role == "premises"
        if not makes_one or not self.customers[device.customer_id].location:
            return None, False
        key = (device.customer_id, fence.place_id)
        if key not in self.visits:
            visit = self.new_visits.make(VisitNow(new_id("vis"), device.customer_id, fence.place_id, entered_at=at))
            self.visits[key] = self.visits_by_id[visit.id] = visit
            return visit, True
        visit = self.visits[key]
        if at < visit.entered_at:
            visit.entered_at = at
            self.new_visits.change(visit)
        return visit, False

    def _reopen(self, crossing: Crossing, fence: FenceNow, device: DeviceNow) -> None:
        """Seen inside after an end that no ping saw: the stay and its visit go on, nobody is told anew."""
        key = (device.id, fence.id)
        stay = self.newest.get(key)
        if key in self.open or (stay is not None and _is_known(stay, _moment_of(crossing))):
            return
        unseen = stay is not None and stay.left_reason in UNSEEN and stay.customer_id == device.customer_id
        if stay is None or not unseen or _is_out_of_force(fence):
            self._enter(crossing, fence, device)
            return
        visit = self.visits_by_id.get(stay.visit_id) if stay.visit_id else None
        if visit is not None and self.customers[device.customer_id].location:
            other = self.visits.get((visit.customer_id, visit.place_id))
            if other is not None and other is not visit:
                stay.visit_id, stay.moment = other.id, other.id
            else:
                visit.left_at = None
                self.visits[visit.customer_id, visit.place_id] = visit
                self.new_visits.change(visit)
        elif visit is None and (beside := self._beside(device, fence)):
            stay.moment = beside.moment
        stay.left_at = stay.left_reason = None
        stay.for_orders = stay.for_orders or not self.customers[device.customer_id].location
        self.new_stays.change(stay)
        self._is_open(stay)
        self._may_move_orders(crossing, fence, stay)

    def _dwell(self, crossing: Crossing, fence: FenceNow, device: DeviceNow) -> None:
        stay = self.open.get((device.id, fence.id))
        if stay is None or stay.dwelled_at is not None:
            return
        stay.dwelled_at = _moment_of(crossing)
        self.new_stays.change(stay)
        self._happened(crossing, fence, self._note(crossing, fence, stay, "dwell"), stay)

    def _exit(self, crossing: Crossing, fence: FenceNow, device: DeviceNow) -> None:
        key = (device.id, fence.id)
        stay = self.open.get(key)
        at = _moment_of(crossing)
        if stay is None or at < stay.entered_at or (*key, at) in self.exits_noted:
            return
        del self.open[key]
        self.here[stay.customer_id, stay.geofence_id].remove(stay)
        self.going_on[stay.moment] -= 1
        stay.left_at = at
        stay.left_reason = crossing.reason or (crossing.source if crossing.source in UNSEEN else None)
        self.new_stays.change(stay)
        noted = self._note(crossing, fence, stay, "exit")
        if stay.visit_id:
            self.last_left[stay.visit_id] = max(at, self.last_left.get(stay.visit_id, at))
        if self.going_on[stay.moment]:
            return
        if stay.visit_id:
            visit = self.visits.get((stay.customer_id, fence.place_id))
            if visit is not None and visit.id == stay.visit_id:
                del self.visits[stay.customer_id, fence.place_id]
                visit.left_at = max(at, self.last_left.get(visit.id, at))
                self.new_visits.change(visit)
        if crossing.reason not in QUIET_REASONS:
            self._happened(crossing, fence, noted, stay)

    def _note(self, crossing: Crossing, fence: FenceNow, stay: StayNow, kind: str) -> dict[str, Any]:
        """Of what only orders cover nothing is told to who listens: what follows from it for an order is."""
        row = {
            "id": new_id("trn"),
            "device_id": stay.device_id,
            "customer_id": stay.customer_id,
            "place_id": fence.place_id,
            "geofence_id": fence.id,
            "role": fence.role,
            "kind": kind,
            "at": _moment_of(crossing),
            "source": crossing.source,
            "reason": crossing.reason,
            "moment": None,
            "for_orders": stay.for_orders,
        }
        self.transitions.append(row)
        if not stay.for_orders:
            self.result.happened.append({"type": "transition", **transition_told(row)})
        return row

    def _happened(self, crossing: Crossing, fence: FenceNow, noted: dict[str, Any], stay: StayNow) -> None:
        """For orders, and a moment for campaigns to decide, where positions are covered for that. The transition keeps its key: a rehearsal finds by
        it what was one.
        """
        is_covered = self.customers[stay.customer_id].location
        if is_covered:
            noted["moment"] = f"{noted['kind']}:{stay.moment}"
        if crossing.kind != "dwell":
            self._may_move_orders(crossing, fence, stay, noted["moment"])
        if not is_covered:
            return
        self.moments.append(
            Moment(
                key=noted["moment"],
                trigger=noted["kind"],
                customer_id=noted["customer_id"],
                device_id=noted["device_id"],
                place_id=noted["place_id"],
                role=noted["role"],
                at=noted["at"],
                distance_m=crossing.distance_m,
                # who comes in first begins the visit, or the stay, that the moment is named by
                is_new=noted["kind"] == "enter",
            )
        )

    def _may_move_orders(self, crossing: Crossing, fence: FenceNow, stay: StayNow, moment: str | None = None) -> None:
        spot = Spot(fence.place_id, fence.place_kind, fence.place_lat, fence.place_lon)
        whose = (stay.customer_id, stay.device_id)
        when = (_moment_of(crossing), crossing.distance_m)
        self.crossed.append(
            Crossed(*whose, crossing.kind, spot, fence.role, *when, how=stay.left_reason, moment=moment)
        )


def _is_out_of_force(fence: FenceNow) -> bool:
    """Retired or paused meanwhile: seen with geofences that were a second old."""
    return fence.retired or fence.paused


def _is_known(newest: StayNow, at: datetime) -> bool:
    """Whether a coming in at `at` lies before or within the newest stay, and was learnt with it.

    Only an end by the device's own clock counts; one that an edit or a withdrawal set is the server's time.
    """
    ended_by_device = newest.left_at is not None and newest.left_reason in (None, *UNSEEN)
    return newest.entered_at >= at or (ended_by_device and newest.left_at is not None and newest.left_at >= at)


def _moment_of(crossing: Crossing) -> datetime:
    return datetime.fromtimestamp(crossing.at, UTC)
