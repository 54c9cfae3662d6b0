"""The half of the model that says who is where: stays, visits, and the moments that they make."""

from datetime import datetime
from typing import Any

Row = dict[str, Any]
UNSEEN = ("inferred", "device", "jumped")
"""Ends of a stay that no ping saw."""
QUIET = ("geofence_created", "geofence_changed")
"""Crossings that an edit made: nobody is told."""
OPEN_ORDER = ("placed", "ready", "on_the_way", "nearby", "arrived")


GONE = "gone"
"""What an erased stay is called."""


class Whereabouts:
    def __init__(self, now: datetime, limits: Row, places: dict[str, Row], fences: dict[str, Row]) -> None:
        self.now = now
        self.limits = limits  # cap (messages, window) or none, quiet (hour, hour) or none, hold_out, life
        self.places = places  # kind, zone, hours, tags, paused
        self.fences = fences  # place, role
        self.customers: dict[str, Row] = {}  # language, tags, zone, location, offers, orders
        self.devices: dict[str, Row] = {}  # customer, token, used, revoked
        self.campaigns: dict[str, Row] = {}
        self.offers: dict[str, Row] = {}  # codes, budget, per_place, valid_for, until, free, spent, at, redeemed
        self.orders: dict[str, Row] = {}  # customer, status
        self.stays: list[Row] = []
        self.visits: list[Row] = []
        self.decisions: list[Row] = []
        self.deliveries: list[Row] = []
        self.coupons: list[Row] = []
        self.deferrals: list[Row] = []
        self.count = 0

    def numbered(self, **row: Any) -> Row:
        self.count += 1
        return {"n": self.count, **row}

    # who may be located, and where they are

    def covered(self, customer: str) -> bool:
        """Consent `location`; or `orders`, while an order is open."""
        person = self.customers[customer]
        waits = any(one["customer"] == customer and one["status"] in OPEN_ORDER for one in self.orders.values())
        return bool(person["location"] or (person["orders"] and waits))

    def open_stays(self, **like: Any) -> list[Row]:
        return [one for one in self.stays if one["left"] is None and all(one[name] == like[name] for name in like)]

    def cross(self, device: str, kind: str, fence: str, at: datetime, reason: str | None) -> None:
        """One border crossed, at the device's own time; `reason` says by whom it was seen, or what made it, where no ping did."""
        phone = self.devices.get(device)
        if phone is None or phone["revoked"] or not self.covered(phone["customer"]):
            return
        at_it = [one for one in self.stays if one["device"] == device and one["fence"] == fence]
        last = max(at_it, key=lambda one: one["entered"], default=None)
        inside = last if last and last["left"] is None else None
        in_force = not self.places[self.fences[fence]["place"]]["paused"]
        known = last is not None and at <= (last["heard"] or last["entered"])
        if kind in ("enter", "reopen") and not inside and not known and in_force:
            same = last is not None and last["customer"] == phone["customer"]
            if kind == "reopen" and last and last["ended"] in UNSEEN and same:
                self.go_on(last)
            else:
                self.come_in(device, phone["customer"], fence, at, quiet=reason in QUIET)
        elif kind == "dwell" and inside and not inside["dwelled"]:
            inside["dwelled"] = at
            self.happens("dwell", inside, at)
        elif kind == "exit" and inside and at >= inside["entered"] and at not in inside["exits"]:
            inside |= {
                "left": at,
                "ended": reason,
                "heard": None if reason in QUIET else at,
                "exits": [*inside["exits"], at],
            }
            visit = inside["visit"]
            if self.open_stays(group=inside["group"]):
                return
            if visit and visit["left"] is None:
                visit["left"] = max(one["left"] for one in self.stays if one["visit"] is visit)
            if reason not in QUIET:
                self.happens("exit", inside, at)

    def come_in(self, device: str, customer: str, fence: str, at: datetime, *, quiet: bool) -> None:
        """A visit is the customer's, from the first device in; only the premises of a store have visits, only with consent `location`."""
        place = self.fences[fence]["place"]
        beside = next(iter(self.open_stays(customer=customer, fence=fence)), None)
        stay = self.numbered(device=device, customer=customer, fence=fence, visit=None, entered=at, exits=[])
        stay |= {"dwelled": at if quiet else None, "left": None, "ended": None, "heard": None}
        stay["for orders"] = not self.customers[customer]["location"]
        stay["group"] = beside["group"] if beside else f"s{stay['n']}"
        first = beside is None
        is_store = self.places[place]["kind"] == "store" and self.fences[fence]["role"] == "premises"
        if is_store and self.customers[customer]["location"]:
            visit = self.open_visit(customer, place)
            first = visit is None
            if visit is None:
                visit = self.numbered(customer=customer, place=place, entered=at, left=None)
                self.visits.append(visit)
            visit["entered"] = min(visit["entered"], at)
            stay |= {"visit": visit, "group": f"v{visit['n']}"}
        self.stays.append(stay)
        if first and not quiet:
            self.happens("enter", stay, at)

    def open_visit(self, customer: str, place: str) -> Row | None:
        there = (one for one in self.visits if (one["customer"], one["place"], one["left"]) == (customer, place, None))
        return next(there, None)

    def go_on(self, stay: Row) -> None:
        """An end that no ping saw was none: stay and visit go on, and nobody is told anew."""
        beside = next(iter(self.open_stays(customer=stay["customer"], fence=stay["fence"])), None)
        stay |= {"left": None, "ended": None, "heard": None}
        stay["for orders"] = stay["for orders"] or not self.customers[stay["customer"]]["location"]
        if stay["visit"] and self.customers[stay["customer"]]["location"]:
            visit = self.open_visit(stay["customer"], stay["visit"]["place"]) or stay["visit"]
            stay |= {"visit": visit, "group": f"v{visit['n']}"}
            visit["left"] = None
        elif beside and not stay["visit"]:
            stay["group"] = beside["group"]

    def end_stays(self, stays: list[Row], reason: str) -> None:
        """No phone crossed a border: nobody is told."""
        for stay in stays:
            stay |= {"left": max(self.now, stay["entered"]), "ended": reason}
        for visit in [one["visit"] for one in stays if one["visit"]]:
            if visit["left"] is None and not self.open_stays(visit=visit):
                visit["left"] = max(self.now, visit["entered"])

    def order(self, customer: str, status: str) -> None:
        """The shop says so of the one order they have; what is closed stays so."""
        there = self.orders.get(f"order-{customer}")
        if there is not None and there["status"] not in OPEN_ORDER:
            return
        self.orders[f"order-{customer}"] = {"customer": customer, "status": status}
        self.settle(customer)

    def settle(self, customer: str) -> None:
        """After a consent or an order changed: who may not be located any more is nowhere, without `location` no visit is kept, and what only an
        order covered is erased with the last, or with the consent.
        """
        person = self.customers[customer]
        if not self.covered(customer):
            self.end_stays(self.open_stays(customer=customer), "consent_withdrawn")
        elif not person["location"]:
            for visit in self.visits:
                if (visit["customer"], visit["left"]) == (customer, None):
                    visit["left"] = max(self.now, visit["entered"])
            for stay in self.open_stays(customer=customer):
                stay["for orders"] = True
        waits = any(one["customer"] == customer and one["status"] in OPEN_ORDER for one in self.orders.values())
        if not (waits and person["orders"]):
            self.forget(customer)

    def forget(self, customer: str) -> None:
        """What named something by a stay that is erased names it by nothing that is known."""
        for stay in [one for one in self.stays if one["customer"] == customer and one["for orders"]]:
            self.stays.remove(stay)
            named = f"s{stay['n']}"
            for one in self.stays:
                one["group"] = GONE if one["group"] == named else one["group"]
            for one in (*self.decisions, *self.deferrals):
                one["moment"] = ":".join(GONE if part == named else part for part in one["moment"].split(":"))

    def happens(self, trigger: str, stay: Row, at: datetime) -> None:
        """A moment came about; what follows from it the other half says."""
        raise NotImplementedError
