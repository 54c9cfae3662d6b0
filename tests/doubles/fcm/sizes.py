"""How many bytes a message is, as each platform counts them.

FCM documents the limit ("both the keys and the values"), not the exact sum: these are near it. Leave some room.
"""

import json
from typing import Any

import msgspec

from tests.doubles.fcm.discovery import Json

MOST = 4096
MOST_TO_TOPICS = 2048


def payload_sizes(message: Json) -> dict[str, int]:
    """Bytes by platform, of a message in its normal form."""
    notification, data = message.get("notification") or {}, message.get("data") or {}
    android, second = message.get("android") or {}, message.get("androidV2") or {}
    shown = android.get("notification") or (second.get("remoteNotification") or {}).get("notification") or {}
    sizes = {
        "android": _leaves(android.get("data") or second.get("data") or data) + _leaves({**notification, **shown}),
        "apns": _as_json(_apns_payload((message.get("apns") or {}).get("payload") or {}, notification, data)),
    }
    web = message.get("webpush")
    if web:
        merged = {
            "notification": {**notification, **(web.get("notification") or {})},
            "data": web.get("data") or data,
            "fcmOptions": web.get("fcmOptions") or {},
        }
        sizes["webpush"] = _as_json(merged)
    return sizes


def _apns_payload(given: Json, notification: Json, data: Json) -> Json:
    """What FCM hands to Apple: the given payload, with what all platforms are told where it says nothing itself."""
    aps = given.get("aps") or {}
    if notification and isinstance(aps, dict) and "alert" not in aps:
        aps = {**aps, "alert": {key: value for key, value in notification.items() if key != "image"}}
    return {**data, **given, "aps": aps}


def _as_json(value: Json) -> int:
    return len(msgspec.json.encode(value))


def _leaves(value: Any) -> int:
    if isinstance(value, str):
        return len(value) if value.isascii() else len(value.encode())
    if isinstance(value, dict):
        return sum(_leaves(key) + _leaves(item) for key, item in value.items())
    if isinstance(value, list):
        return sum(map(_leaves, value))
    return len(json.dumps(value))
