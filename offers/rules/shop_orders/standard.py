"""`POST /hooks/orders`: `{type, timestamp, data}`, where `data` is an order as `PUT /v1/orders/{id}` takes it, with its `id`. docs/web-shops.md."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from offers.rules.shop_orders.told import Orders, Person, Read, Said, Unused, Words, mapping, moment, text, unreadable

STATUSES: Mapping[str, str | None] = {
    "order.placed": "placed",
    "order.ready": "ready",
    "order.collected": "collected",
    "order.cancelled": "cancelled",
    "order.refunded": "refunded",
    "order.updated": None,
}
"""What each type says of the order's status; none: `data.status` does, where it is there."""


def read_standard(body: Any, shop: Words, sent_at: datetime) -> Read:
    """`sent_at` is the message's own time, for a body without one. An order that is known needs no more than its id."""
    said = mapping(body)
    kind = text(said.get("type"))
    if kind is None:
        return unreadable("type")
    own = shop.meaning(kind)
    if kind not in STATUSES and own is None:
        return Unused("ignored", "unknown_topic", kind)
    if own == "ignored":
        return Unused("ignored", "status_not_ours", kind)
    data = mapping(said.get("data"))
    data = mapping(data["order"]) if isinstance(data.get("order"), dict) else data
    order_id, status = text(data.get("id"), 101), own or STATUSES.get(kind) or data.get("status")
    if order_id is None:
        return unreadable("data.id")
    if status is not None and not isinstance(status, str):
        return Unused("failed", "bad_order", "status")
    word = shop.meaning(status) or status
    if word == "ignored":
        return Unused("ignored", "status_not_ours", str(status))
    fields = {name: value for name, value in data.items() if name not in ("id", "status", "customer")}
    if "place" in fields:
        place = text(fields["place"], 101)
        fields["place"] = shop.places.get(place, place) if place else fields["place"]
    at = moment(said.get("timestamp")) or sent_at
    return Orders((Said(order_id, at, word, _person(data.get("customer")), fields),))


def _person(said: Any) -> Person | None:
    """Our id of the customer; or `{id, name?, phone?}`."""
    if isinstance(said, dict):
        found = text(said.get("id"), 101)
        return Person(found, text(said.get("name")), text(said.get("phone"), 40)) if found else None
    found = text(said, 101)
    return Person(found) if found else None
