"""What the lists and the live events hold, in the shapes of the API: one function a noun."""

from typing import Any

from offers.records.tables import Decision, Delivery, Transition, Visit


def transition_item(row: Transition) -> dict[str, Any]:
    return {
        "id": row.id,
        "device_id": row.device_id,
        "customer": row.customer_id,
        "place": row.place_id,
        "geofence_id": row.geofence_id,
        "role": row.role,
        "kind": row.kind,
        "at": row.at,
        "source": row.source,
        "reason": row.reason,
    }


def visit_item(row: Visit) -> dict[str, Any]:
    return {
        "id": row.id,
        "customer": row.customer_id,
        "place": row.place_id,
        "entered_at": row.entered_at,
        "left_at": row.left_at,
    }


def decision_item(row: Decision) -> dict[str, Any]:
    return {
        "id": row.id,
        "customer": row.customer_id,
        "campaign": row.campaign_id,
        "campaign_version": row.campaign_version,
        "trigger": row.trigger,
        "place": row.place_id,
        "moment": row.moment,
        "at": row.at,
        "outcome": row.outcome,
        "variant": row.variant,
        "facts": row.facts,
    }


def delivery_item(row: Delivery) -> dict[str, Any]:
    return {
        "id": row.id,
        "customer": row.customer_id,
        "device_id": row.device_id,
        "campaign": row.campaign_id,
        "order": row.order_id,
        "kind": row.kind,
        "variant": row.variant,
        "moment": row.moment,
        "place": row.context.get("place_id"),
        "state": row.state,
        "reason": row.reason,
        "missing": row.missing,
        "language": row.language,
        "title": row.title,
        "body": row.body,
        "url": row.url,
        "coupon": row.coupon,
        "created_at": row.created_at,
        "sent_at": row.sent_at,
        "expires_at": row.expires_at,
        "received_at": row.received_at,
        "opened_at": row.opened_at,
    }
