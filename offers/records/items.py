"""What the lists and the live events hold, in the shapes of the API: one function a noun."""

from collections.abc import Mapping
from typing import Any

from offers.records.tables import Conversation, Decision, Delivery, Transition, Visit

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
