"""What FCM is handed: one message for one address, with what Android, iOS and a browser make of it. Pure."""

import json
import re
from bisect import bisect
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from firebase_admin import messaging

from offers.push import MessageKind, PushMessage
from offers.rules.sending import SERVICE

LONGEST = timedelta(days=28)
"""FCM keeps a message no longer; see `ttl` in the reference of its HTTP v1 API."""
MOST_BYTES = 4000
"""What each platform is handed, as JSON, names included. FCM takes 4,096 and does not say how it counts: the rest is room for that."""
SHORTEST_BODY = 40
"""Characters below which a body says nothing any more."""

CHANNELS: Mapping[MessageKind, str] = {
    "offer": "offers",
    "order": "orders",
    "reply": "orders",
    "test": "offers",
}
"""The Android channels that an app makes; on iOS the threads that messages are grouped by."""
INTERRUPTS: Mapping[MessageKind, str] = {
    "offer": "active",
    "order": "time-sensitive",
    "reply": "active",
    "test": "active",
}
RELEVANCE: Mapping[MessageKind, float] = {"offer": 0.5, "order": 1.0, "reply": 1.0, "test": 0.5}
URGENCY: Mapping[MessageKind, str] = {"offer": "normal", "order": "high", "reply": "high", "test": "normal"}


class TooLarge(Exception):
    """No shortening makes it fit: its address or its title alone is too long."""


def fcm_message(message: PushMessage, now: datetime, base_url: str = "") -> messaging.Message:
    """The message as firebase-admin takes it. One that is too large loses its image first, then the end of its body; else `TooLarge`.

    Addresses that begin with / are made absolute with `base_url` where there is one.
    """
    message = replace(
        message, url=_absolute(message.url, base_url), image=message.image if _is_https(message.image) else None
    )
    built = _built(message, now)
    if message.image and _size(built, message) > MOST_BYTES:
        message = replace(message, image=None)
        built = _built(message, now)
    if _size(built, message) <= MOST_BYTES:
        return built

    def fits(characters: int) -> bool:
        shorter = _shortened(message, characters)
        return _size(_built(shorter, now), shorter) <= MOST_BYTES

    if len(message.body) <= SHORTEST_BODY or not fits(SHORTEST_BODY):
        raise TooLarge
    most = bisect(range(SHORTEST_BODY + 1, len(message.body)), 0, key=lambda characters: not fits(characters))
    return _built(_shortened(message, SHORTEST_BODY + most), now)


def _shortened(message: PushMessage, characters: int) -> PushMessage:
    """With so much of its body, and an ellipsis for the rest."""
    return replace(message, body=f"{message.body[:characters].rstrip('… ')}…")


def _built(message: PushMessage, now: datetime) -> messaging.Message:
    until = min(message.expires_at, now + LONGEST)
    left_s = max(0, int((until - now).total_seconds()))
    facts = _facts(message)
    built = messaging.Message(
        notification=messaging.Notification(title=message.title, body=message.body),
        data=facts,
        android=_android(message, left_s),
        apns=_apns(message, until),
        webpush=_web(message, left_s, facts) if message.platform == "web" else None,
        fcm_options=messaging.FCMOptions(analytics_label=_label(message.label)),
    )
    if message.push_kind == "fid":
        built.fid = message.push_token
    else:
        # Not by the constructor, which warns of every token: the phones of today register with tokens, and leaving the warning out
        # there means to change a filter that all threads share, for each message.
        built.token = message.push_token
    return built


def _facts(message: PushMessage) -> dict[str, str]:
    """What the app is told beside the words; docs/push.md has the table."""
    facts = {
        "ack_id": message.ack_id,
        "delivery_id": message.delivery_id,
        "kind": message.kind,
        "expires_at": message.expires_at.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z"),
    }
    return facts | ({"url": message.url} if message.url else {})


def _android(message: PushMessage, left_s: int) -> messaging.AndroidConfig:
    """High priority: every message here is one that somebody sees. Few collapse keys, since FCM keeps four of a phone."""
    return messaging.AndroidConfig(
        collapse_key=message.kind,
        priority="high",
        ttl=timedelta(seconds=left_s),
        notification=messaging.AndroidNotification(
            tag=message.tag, channel_id=CHANNELS[message.kind], image=message.image
        ),
    )


def _apns(message: PushMessage, until: datetime) -> messaging.APNSConfig:
    return messaging.APNSConfig(
        headers={
            "apns-push-type": "alert",
            "apns-priority": "10",
            "apns-expiration": str(int(until.timestamp())),
            "apns-collapse-id": message.tag,
        },
        payload=messaging.APNSPayload(
            messaging.Aps(
                thread_id=CHANNELS[message.kind],
                mutable_content=message.image is not None,
                sound="default" if message.kind in SERVICE else None,
                custom_data={
                    "interruption-level": INTERRUPTS[message.kind],
                    "relevance-score": RELEVANCE[message.kind],
                },
            )
        ),
        fcm_options=messaging.APNSFCMOptions(image=message.image) if message.image else None,
    )


def _web(message: PushMessage, left_s: int, facts: Mapping[str, str]) -> messaging.WebpushConfig:
    """A topic for what somebody waits for alone: FCM takes it for a collapse key, and lets few of those through."""
    headers = {"TTL": str(left_s), "Urgency": URGENCY[message.kind]}
    return messaging.WebpushConfig(
        headers=headers | ({"Topic": message.tag} if message.kind in SERVICE else {}),
        notification=messaging.WebpushNotification(
            tag=message.tag,
            language=message.language,
            image=message.image,
            data={name: value for name, value in facts.items() if name != "expires_at"},
        ),
        fcm_options=messaging.WebpushFCMOptions(link=message.url) if _is_https(message.url) else None,
    )


def _absolute(url: str | None, base_url: str) -> str | None:
    if url and base_url and url.startswith("/") and not url.startswith("//"):
        return base_url.rstrip("/") + url
    return url


def _is_https(url: str | None) -> bool:
    return url is not None and re.match(r"https://[^/\s]", url) is not None


def _label(label: str | None) -> str | None:
    """At most 50 of the characters that FCM's reports take."""
    return re.sub(r"[^a-zA-Z0-9\-_.~%]", "-", label)[:50] if label else None


def _size(built: messaging.Message, message: PushMessage) -> int:
    """Bytes of what the largest of the platforms that this address can be is handed, as compact JSON, names included."""
    whole: dict[str, Any] = json.loads(str(built))
    words, facts = whole["notification"], whole["data"]
    handed: dict[str, Any] = {
        "android": {**facts, **words, **whole["android"]["notification"]},
        "apns": {"aps": {**whole["apns"]["payload"]["aps"], "alert": words}, "fcm": message.image or "", **facts},
    }
    if "webpush" in whole:
        web = whole["webpush"]
        handed["web"] = {
            "notification": {**words, **web["notification"]},
            "data": facts,
            "fcm_options": web.get("fcm_options"),
        }
    return max(
        len(json.dumps(one, ensure_ascii=False, separators=(",", ":")).encode(errors="replace"))
        for one in handed.values()
    )
