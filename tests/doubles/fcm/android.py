"""What Android's side of a message may say, in either of its two forms."""

import re
from typing import Any

from tests.doubles.fcm.discovery import Json, snake
from tests.doubles.fcm.findings import Findings

MOST_TTL_S = 2_419_200
"""28 days: also Web Push's by FCM."""
COLOUR = re.compile(r"#[0-9a-fA-F]{6}\Z")
JAVA_PACKAGE = re.compile(r"[A-Za-z][A-Za-z0-9_]*(\.[A-Za-z][A-Za-z0-9_]*)+\Z")
IMAGE = re.compile(r"https?://[^/\s]+")
DURATION = re.compile(r"(-?\d+(?:\.\d+)?)s\Z")


def check_android(label: str, android: Json, channels: frozenset[str] | None, findings: Findings) -> None:
    """`label`: `android` or `android_v2`. `channels`: those that the app creates; none: any."""
    lives_s = duration_s(android.get("ttl"))
    if lives_s is not None and not 0 <= lives_s <= MOST_TTL_S:
        findings.bad(f"{label}.ttl", f"Invalid TTL: must be between 0 and {MOST_TTL_S} seconds.")
    package = android.get("restrictedPackageName")
    if package and not JAVA_PACKAGE.match(str(package)):
        findings.bad(f"{label}.restricted_package_name", "Invalid package name.")
    if android.get("notification"):
        _check_notification(f"{label}.notification", android["notification"], channels, findings)
    second = (android.get("remoteNotification") or {}).get("notification")
    if second:
        _check_notification(f"{label}.remote_notification.notification", second, channels, findings)


def _check_notification(where: str, shown: Json, channels: frozenset[str] | None, findings: Findings) -> None:
    if shown.get("color") is not None and not COLOUR.match(str(shown["color"])):
        findings.bad(f"{where}.color", "Invalid color: must be #rrggbb.")
    for text in ("body", "title"):
        if shown.get(f"{text}LocArgs") and not shown.get(f"{text}LocKey"):
            findings.bad(f"{where}.{text}_loc_args", f"{text}_loc_key is required with {text}_loc_args.")
    if shown.get("image") is not None and not IMAGE.match(str(shown["image"])):
        findings.bad(f"{where}.image", "image must be an absolute URL")
    count = shown.get("notificationCount")
    if isinstance(count, int) and count < 0:
        findings.bad(f"{where}.notification_count", "must not be negative.")
    channel = shown.get("channelId")
    if channels is not None and channel not in channels:
        findings.warnings.append(f"unknown-channel: {channel!r} is not one the app creates")
    if shown.get("lightSettings") is not None:
        _check_light(f"{where}.light_settings", shown["lightSettings"], findings)
    for at, text in enumerate(shown.get("vibrateTimings") or []):
        if (duration_s(text) or 0) < 0:
            findings.bad(f"{where}.vibrate_timings[{at}]", "must not be negative.")


def _check_light(where: str, light: Json, findings: Findings) -> None:
    for needed in ("color", "lightOnDuration", "lightOffDuration"):
        if needed not in light:
            findings.bad(f"{where}.{snake(needed)}", "required.")
    for part, number in (light.get("color") or {}).items():
        if isinstance(number, int | float) and not 0 <= number <= 1:
            findings.bad(f"{where}.color.{part}", "must be in [0, 1].")


def duration_s(text: Any) -> float | None:
    """Seconds of `3.5s`; none when it is no duration."""
    match = DURATION.match(text) if isinstance(text, str) else None
    return float(match[1]) if match else None
