"""What a browser's side of a message through FCM may say."""

import re

from tests.doubles.fcm.android import MOST_TTL_S
from tests.doubles.fcm.discovery import Json
from tests.doubles.fcm.findings import Findings

TOPIC = re.compile(r"[A-Za-z0-9_-]{1,32}\Z")
URGENCIES = frozenset({"very-low", "low", "normal", "high"})
NOTIFICATION = frozenset(
    [
        "title",
        "body",
        "icon",
        "badge",
        "image",
        "actions",
        "data",
        "dir",
        "lang",
        "renotify",
        "requireInteraction",
        "silent",
        "tag",
        "timestamp",
        "vibrate",
        "navigate",
    ]
)


def check_web(web: Json, findings: Findings) -> None:
    headers = {name.lower(): str(value) for name, value in (web.get("headers") or {}).items()}
    for name, value in headers.items():
        why = _wrong_header(name, value)
        if why:
            findings.bad(f"webpush.headers.{name}", why)
    link = (web.get("fcmOptions") or {}).get("link")
    if link is not None and not str(link).startswith("https://"):
        findings.bad("webpush.fcm_options.link", "HTTPS is required.")
    shown = web.get("notification") or {}
    findings.warnings += [f"webpush-unknown-key: {key}" for key in sorted(set(shown) - NOTIFICATION)]
    if shown.get("dir") not in (None, "auto", "ltr", "rtl"):  # a tuple: what cannot be hashed is wrong too
        findings.bad("webpush.notification.dir", "must be auto, ltr or rtl.")
    if shown and "ttl" not in headers:
        findings.warnings.append("no-webpush-ttl: kept up to 4 weeks for a browser that is away")


def _wrong_header(name: str, value: str) -> str | None:
    match name:
        case "ttl":
            right = re.fullmatch(r"[0-9]+", value) and int(value) <= MOST_TTL_S
            return None if right else f"must be 0..{MOST_TTL_S}."
        case "urgency":
            return None if value in URGENCIES else "must be very-low, low, normal or high."
        case "topic":
            return None if TOPIC.match(value) else "must be at most 32 characters of base64url."
    return "unknown Web Push header."
