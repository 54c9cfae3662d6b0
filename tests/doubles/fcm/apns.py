"""What Apple's side of a message may say: headers, `aps`, and Live Activities."""

import re
import time
from typing import Any

from tests.doubles.fcm.discovery import Json
from tests.doubles.fcm.findings import Findings

MOST_COLLAPSE_ID = 64
"""Bytes."""
UUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}\Z")
PUSH_TYPES = frozenset(
    [
        "alert",
        "background",
        "controls",
        "complication",
        "fileprovider",
        "liveactivity",
        "location",
        "mdm",
        "pushtotalk",
        "voip",
        "widgets",
    ]
)
_NUMBER = (int, float)
APS: dict[str, Any] = {
    "alert": (str, dict),
    "badge": int,
    "sound": (str, dict),
    "thread-id": str,
    "category": str,
    "content-available": int,
    "mutable-content": int,
    "target-content-id": str,
    "interruption-level": frozenset({"passive", "active", "time-sensitive", "critical"}),
    "relevance-score": _NUMBER,
    "filter-criteria": str,
    "stale-date": int,
    "content-state": dict,
    "timestamp": int,
    "event": frozenset({"start", "update", "end"}),
    "dismissal-date": int,
    "attributes-type": str,
    "attributes": dict,
    "input-push-token": int,
    "input-push-channel": str,
    "url-args": list,
    "content-changed": bool,
}
"""By key: the types, or the words, that its value may be."""
ALERT = frozenset(
    [
        "title",
        "subtitle",
        "body",
        "launch-image",
        "title-loc-key",
        "title-loc-args",
        "subtitle-loc-key",
        "subtitle-loc-args",
        "loc-key",
        "loc-args",
        "action-loc-key",
        "action",
        "summary-arg",
        "summary-arg-count",
    ]
)
SOUND = frozenset({"critical", "name", "volume"})


def check_apns(message: Json, apns: Json, findings: Findings) -> None:
    headers = {name.lower(): str(value) for name, value in (apns.get("headers") or {}).items()}
    for name, value in headers.items():
        why = _wrong_header(name, value)
        if why:
            findings.bad(f"apns.headers.{name}", why)
    expiry = headers.get("apns-expiration", "")
    if re.fullmatch(r"[0-9]+", expiry) and 0 < int(expiry) < time.time():
        findings.warnings.append("apns-expiration-past: APNs discards it")
    aps = (apns.get("payload") or {}).get("aps")
    if aps is None:
        aps = {}
    if not isinstance(aps, dict):
        findings.bad("apns.payload.aps", "must be an object.")
        aps = {}
    _check_background(message, headers, aps, findings)
    for key, value in aps.items():
        _check_key(aps, key, value, findings)
    _check_live_activity(bool(apns.get("liveActivityToken")), aps, findings)


def _wrong_header(name: str, value: str) -> str | None:
    match name:
        case "apns-id":
            return None if UUID.match(value) else "must be a UUID."
        case "apns-push-type":
            return None if value in PUSH_TYPES else f"must be one of {sorted(PUSH_TYPES)}."
        case "apns-expiration":
            return None if re.fullmatch(r"[0-9]+", value) else "must be whole seconds since the epoch, or 0."
        case "apns-priority":
            return None if value in {"1", "5", "10"} else "must be 1, 5 or 10."
        case "apns-collapse-id":
            right = len(value.encode()) <= MOST_COLLAPSE_ID
            return None if right else f"must not exceed {MOST_COLLAPSE_ID} bytes."
        case "apns-topic" | "apns-channel-id":
            return None
    return "unknown APNs header."


def _check_background(message: Json, headers: dict[str, str], aps: Json, findings: Findings) -> None:
    shows = bool(message.get("notification")) or any(key in aps for key in ("alert", "badge", "sound"))
    silent = message.get("data") or aps.get("content-available")
    if silent and not shows and not aps.get("event") and headers.get("apns-priority") == "10":
        findings.bad("apns.headers.apns-priority", "a data-only (background) push must use priority 5.")
    if shows and headers.get("apns-push-type") == "background":
        findings.bad("apns.headers.apns-push-type", "background push must not have alert, badge or sound.")


def _check_key(aps: Json, key: str, value: Any, findings: Findings) -> None:
    field, expected = f"apns.payload.aps.{key}", APS.get(key)
    if expected is None:
        findings.bad(field, "unknown key in aps.")
    elif isinstance(expected, frozenset):
        if not isinstance(value, str) or value not in expected:
            findings.bad(field, f"must be one of {sorted(expected)}.")
    elif not isinstance(value, expected) or (isinstance(value, bool) and expected is not bool):
        findings.bad(field, "wrong type.")
    elif key == "alert" and isinstance(value, dict):
        for unknown in sorted(set(value) - ALERT):
            findings.bad(f"{field}.{unknown}", "unknown key in alert.")
    elif key == "sound" and isinstance(value, dict):
        for unknown in sorted(set(value) - SOUND):
            findings.bad(f"{field}.{unknown}", "unknown key in sound.")
        volume = value.get("volume", 1)
        if not isinstance(volume, _NUMBER) or not 0 <= volume <= 1:
            findings.bad(f"{field}.volume", "must be in [0, 1].")
    elif key == "relevance-score" and "event" not in aps and not 0 <= value <= 1:
        findings.bad(field, "must be in [0, 1].")


def _check_live_activity(has_token: bool, aps: Json, findings: Findings) -> None:
    event = aps.get("event")
    if has_token and not event:
        findings.bad("apns.payload.aps.event", "required with live_activity_token: start, update or end.")
    if not event:
        return
    needed = ["timestamp", "content-state"]
    if event == "start":
        needed += ["attributes-type", "attributes", "alert"]
    for key in needed:
        if key not in aps:
            findings.bad(f"apns.payload.aps.{key}", "required for a Live Activity.")
    if not has_token:
        findings.bad("apns.live_activity_token", "required for a Live Activity.")
