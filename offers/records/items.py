"""What the lists and the live events hold, in the shapes of the API: one function a noun."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from offers.records.tables import Conversation, Coupon, Decision, Delivery, Order, Payment, Scan, Transition, Visit
from offers.rules.eta import Away, minutes_away
from offers.rules.money import written

ON_THE_WAY = ("on_the_way", "nearby")

_TRANSITION = {
    "id": "id",
    "device_id": "device_id",
    "customer": "customer_id",
    "place": "place_id",
    "geofence_id": "geofence_id",
    "role": "role",
    "kind": "kind",
    "at": "at",
    "source": "source",
    "reason": "reason",
}
_DECISION = {
    "id": "id",
    "customer": "customer_id",
    "campaign": "campaign_id",
    "campaign_version": "campaign_version",
    "trigger": "trigger",
    "place": "place_id",
    "moment": "moment",
    "at": "at",
    "outcome": "outcome",
    "variant": "variant",
    "facts": "facts",
}
_SCAN = {
    "id": "id",
    "poster": "poster_id",
    "campaign": "campaign_id",
    "customer": "customer_id",
    "device_id": "device_id",
    "at": "at",
    "source": "source",
    "kind": "kind",
    "device_class": "device_class",
    "os": "os",
    "language": "language",
    "repeat": "repeat",
    "in_store": "in_store",
    "finished_at": "finished_at",
    "finished_by": "finished_by",
}


def transition_item(row: Transition) -> dict[str, Any]:
    return {name: getattr(row, column) for name, column in _TRANSITION.items()}


def transition_told(values: Mapping[str, Any]) -> dict[str, Any]:
    """The same of a row that is being written, by its columns."""
    return {name: values[column] for name, column in _TRANSITION.items()}


def visit_item(row: Visit) -> dict[str, Any]:
    return {
        "id": row.id,
        "customer": row.customer_id,
        "place": row.place_id,
        "entered_at": row.entered_at,
        "left_at": row.left_at,
    }


def decision_item(row: Decision) -> dict[str, Any]:
    return {name: getattr(row, column) for name, column in _DECISION.items()}


def decision_told(values: Mapping[str, Any]) -> dict[str, Any]:
    """The same of a row that is being written, by its columns."""
    return {name: values[column] for name, column in _DECISION.items()}


def scan_item(row: Scan) -> dict[str, Any]:
    return {name: getattr(row, column) for name, column in _SCAN.items()}


def redemption_told(row: Coupon, now: datetime) -> dict[str, Any]:
    """The live event of a coupon that was redeemed now: of which offer and where, and nothing of whose it was."""
    return {
        "type": "redemption",
        "offer": row.offer_id,
        "campaign": row.campaign_id,
        "place": row.redeemed_place_id,
        "at": now,
    }


def scan_told(values: Mapping[str, Any]) -> dict[str, Any]:
    """The same of a row that is being written, by its columns."""
    return {name: values.get(column) for name, column in _SCAN.items()}


def delivery_item(row: Delivery) -> dict[str, Any]:
    return {
        "id": row.id,
        "customer": row.customer_id,
        "device_id": row.device_id,
        "campaign": row.source_id if row.kind == "test" else row.campaign_id,
        "order": row.order_id,
        "conversation": row.source_id if row.kind == "reply" else None,
        "kind": row.kind,
        "variant": row.variant,
        "moment": row.moment,
        "place": row.context.get("place_id"),
        "state": row.state,
        "reason": row.reason,
        "fault": row.context.get("fault"),
        "attempts": row.attempts,
        "not_before": row.not_before if row.state == "queued" else None,
        "provider_id": row.provider_id,
        "missing": row.missing,
        "language": row.language,
        "title": row.title,
        "body": row.body,
        "url": row.url,
        "image": row.image,
        "coupon": row.coupon,
        "created_at": row.created_at,
        "sent_at": row.sent_at,
        "expires_at": row.expires_at,
        "received_at": row.received_at,
        "opened_at": row.opened_at,
    }


def order_item(row: Order, payment: Payment | None = None, *, now: datetime | None = None) -> dict[str, Any]:
    """`attention` is what the shop has to look into: it stands in the last line of the history until the shop adds another.

    How many minutes the customer is away is counted down to `now`; without it, to the order's last change.
    """
    return {
        "id": row.id,
        "customer": row.customer_id,
        "place": row.place_id,
        "status": row.status,
        "history": row.history,
        "items": row.items,
        "total": row.total,
        "currency": row.currency,
        "source": row.source,
        "number": row.number,
        "part": row.part,
        "parts": row.parts,
        "code": row.code,
        "scan": row.scan_id,
        "coupon": row.coupon_id,
        "payment": None if payment is None else payment_item(payment),
        "attention": row.history[-1].get("attention") if row.history else None,
        "ready_at": row.ready_at,
        "arrived_at": row.arrived_at,
        "closed_at": row.closed_at,
        **minutes_of(row, now=now or row.updated_at),
        "created_at": row.created_at,
        "updated_at": row.updated_at,
    }


def steps_told(history: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """An order's history for its customer: that it was the staff, and not which of them."""
    return [{name: value for name, value in line.items() if name != "by"} for line in history]


def away_of(row: Order, now: datetime) -> Away | None:
    """How long the customer still needs as of `now`, by pings or by their own word; none where neither says."""
    return minutes_away(
        minutes_low=row.minutes_low,
        minutes_high=row.minutes_high,
        estimated_at=row.estimated_at,
        coming_minutes=row.coming_minutes,
        coming_since=row.coming_since,
        now=now,
    )


def minutes_of(row: Order, *, now: datetime) -> dict[str, Any]:
    """How far away the customer is who is on the way: the longest, the range, and who says so; none where nobody does."""
    away = away_of(row, now) if row.status in ON_THE_WAY else None
    return {
        "minutes_away": None if away is None else away.high,
        "minutes_away_range": None if away is None else [away.low, away.high],
        "minutes_away_by": None if away is None else away.by,
    }


def payment_item(row: Payment) -> dict[str, Any]:
    return {
        "id": row.id,
        "provider": row.provider,
        "provider_id": row.provider_id,
        "state": row.state,
        "method": row.method,
        "amount": written(row.amount_thousandths),
        "currency": row.currency,
        "paid_at": row.paid_at,
    }


def order_told(row: Order, payment: Payment | None, what: str, *, now: datetime | None = None) -> dict[str, Any]:
    """The live event: a state, `paid`, `changed`, `moved`, `minutes` and their like. The code that the customer says at the counter is told to nobody who only listens."""
    return {"type": "order", "what": what, **order_item(row, payment, now=now), "code": None}


def conversation_item(row: Conversation) -> dict[str, Any]:
    """Without what was said: a list of conversations tells nobody's words."""
    plain = ("topic", "sku", "size", "language", "state")
    times = ("waiting_since", "first_answered_at", "created_at", "updated_at", "read_at", "closed_at")
    return {
        "id": row.id,
        "customer": row.customer_id,
        "place": row.place_id,
        "scan": row.scan_id,
        "order": row.order_id,
        **{name: getattr(row, name) for name in (*plain, *times)},
    }


def conversation_told(row: Conversation) -> dict[str, Any]:
    """As a live event: that something changed, and where; neither who nor what."""
    return {"type": "conversation", "id": row.id, "place": row.place_id, "state": row.state}
