"""What a message of an order may tell, out of what it rests on."""

from zoneinfo import ZoneInfo

from offers.records.queries.there import There
from offers.records.tables import Delivery, Order, Place
from offers.rules.order_moments import name_of
from offers.rules.order_wording import OrderTold, Store
from offers.rules.values import zone_or_none


def order_told_of(row: Delivery, there: There) -> OrderTold:
    order = there.order
    assert order is not None, "an order's message without its order has a reason not to go"
    first = next(iter((there.customer.name or "").split()), None)
    return OrderTold(
        moment=name_of(row.moment),
        status=order.status,
        number=number_of(order),
        code=order.code,
        part=order.part,
        parts=order.parts,
        place=None if there.place is None else _store(there.place),
        here=None if there.here is None else _store(there.here),
        # who has the address of the order's page need not be its customer, and reads nothing of where they are
        distance_m=row.context.get("distance_m") if there.device.order_id is None else None,
        first_name=first,
        now=there.now,
    )


def number_of(order: Order) -> str | None:
    """What the shop calls it to the customer. The id of what was made on a page nobody has seen: that has its code."""
    return order.number or (order.id if order.source == "server" else None)


def _store(place: Place) -> Store:
    return Store(
        name=place.name,
        address=place.address,
        opening_hours=place.opening_hours,
        zone=zone_or_none(place.time_zone) or ZoneInfo("UTC"),
        spot=(place.lat, place.lon),
    )
