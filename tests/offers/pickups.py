"""A town in which orders are collected."""

from collections.abc import Sequence
from typing import Any

from offers.customers import set_consents
from offers.pickups import put_order
from offers.records.tables import Delivery, Order
from offers.rules.order import OrderBody
from offers.rules.profile import ConsentsBody
from tests.offers.stories import (
    KEYS,
    LAT,
    LON,
    Town,
    at,
    circle,
)  # fmt: skip

KILOMETRE = 0.009
"""To the north, in degrees."""
AGREED = ("location", "offers", "orders")


DAY = "approach:2026-06-10"


class Pickups(Town):
    """A store with a ring, its branch 1 km north, a station 500 m south, another 5 km south; Sanne, her phone, and an order that is ready."""

    def build(self, consents: Sequence[str] = AGREED, *, ready: bool = True) -> str:
        self.place("kalverstraat", [circle(), circle(400, "approach", None)], pickup=True)
        self.place("damrak", [self.round(1), self.round(1, 400, "approach")], lat=LAT + KILOMETRE)
        self.place("centraal", [self.round(-0.5)], lat=LAT - KILOMETRE / 2, kind="landmark")
        self.place("zuid", [self.round(-5)], lat=LAT - KILOMETRE * 5, kind="landmark")
        self.sannes = self.device(self.customer(consents=consents))
        if ready:
            self.order()
        return self.sannes

    @staticmethod
    def round(km: float, radius_m: float = 100, role: str = "premises") -> dict[str, Any]:
        return {"role": role, "lat": LAT + KILOMETRE * km, "lon": LON, "radius_m": radius_m}

    def order(self, order: str = "o-1", status: str = "ready", minute: float = 0, **more: Any) -> str:
        body = OrderBody.model_validate(
            {"customer": "sanne", "place": "kalverstraat", "status": status, "items": [], **more}
        )
        self.write(lambda session: put_order(session, order, body, keys=KEYS, now=at(minute)))
        return order

    def status(self, order: str = "o-1") -> str:
        return self.read(lambda session: session.get_one(Order, order).status)

    def history(self, order: str = "o-1") -> list[tuple[str, str]]:
        lines = self.read(lambda session: session.get_one(Order, order).history)
        return [(line["status"], line["source"]) for line in lines]

    def told(self, *, but: str = "ready") -> list[tuple[str, str]]:
        """(order, moment) of what was queued, in the order in which it was."""
        rows = self.read(lambda session: session.query(Delivery).order_by(Delivery.created_at, Delivery.id).all())
        return [(row.source_id, row.moment) for row in rows if row.kind == "order" and row.moment != but]

    def message(self, moment: str) -> Delivery:
        return self.read(lambda session: session.query(Delivery).filter_by(moment=moment).one())

    def say(self, **consents: bool) -> None:
        said = ConsentsBody.model_validate(consents)
        self.write(lambda session: set_consents(session, "sanne", said, source="device", now=at(50)))


def fence(town: Pickups, place: str, role: str = "premises") -> str:
    return town.fences(place)[role]
