"""Is this a request that FCM accepts? The types by the discovery document, then the documented limits on top."""

import re
from dataclasses import dataclass
from typing import Any

from tests.doubles.fcm.android import IMAGE, check_android
from tests.doubles.fcm.apns import check_apns
from tests.doubles.fcm.conditions import TOPIC, wrong_condition
from tests.doubles.fcm.discovery import Json, Violation, discovery
from tests.doubles.fcm.findings import Findings
from tests.doubles.fcm.sizes import MOST, MOST_TO_TOPICS, payload_sizes
from tests.doubles.fcm.web import check_web

ANALYTICS_LABEL = re.compile(r"[a-zA-Z0-9\-_.~%]{1,50}\Z")
TARGETS = ("token", "fid", "topic", "condition")
RESERVED = frozenset({"from", "message_type", "gcm"})
RESERVED_BEGINNINGS = ("google", "gcm.notification.")


@dataclass(frozen=True, slots=True)
class Checked:
    violations: list[Violation]
    warnings: list[str]
    request: Json
    """In its normal form."""


def check(body: Any, channels: frozenset[str] | None = None) -> Checked:
    """Of the JSON of a request to `messages:send`. `channels`: those that the Android app creates; none: any."""
    findings = Findings()
    if not isinstance(body, dict):
        findings.violations.append(Violation("", "Request body must be a JSON object.", "json"))
        return Checked(findings.violations, findings.warnings, {})
    request = discovery().read("SendMessageRequest", body, findings.violations)
    message = request.get("message")
    if any(violation.by == "json" for violation in findings.violations):
        pass  # FCM never sees what the parser refuses
    elif isinstance(message, dict):
        _check_message(message, channels, findings)
    else:
        findings.bad("", "Message is required.")
    return Checked(findings.violations, findings.warnings, request)


def _check_message(message: Json, channels: frozenset[str] | None, findings: Findings) -> None:
    _check_target(message, findings)
    android, second = message.get("android") or {}, message.get("androidV2") or {}
    apns, web = message.get("apns") or {}, message.get("webpush") or {}
    if message.get("android") is not None and message.get("androidV2") is not None:
        findings.bad("android_v2", "android and android_v2 are mutually exclusive.")
    for label, part in (("", message), ("android.", android), ("android_v2.", second), ("webpush.", web)):
        for key in part.get("data") or ():
            if key in RESERVED or key.startswith(RESERVED_BEGINNINGS):
                findings.bad(f"{label}data", f"Invalid data payload key: {key}")
    for label, part in (
        ("", message),
        ("android.", android),
        ("android_v2.", second),
        ("apns.", apns),
        ("webpush.", web),
    ):
        text = (part.get("fcmOptions") or {}).get("analyticsLabel")
        if text is not None and not ANALYTICS_LABEL.match(str(text)):
            findings.bad(f"{label}fcm_options.analytics_label", "must match ^[a-zA-Z0-9-_.~%]{1,50}$")
    for label, part in (
        ("notification.image", message.get("notification")),
        ("apns.fcm_options.image", apns.get("fcmOptions")),
    ):
        address = (part or {}).get("image")
        if address is not None and not IMAGE.match(str(address)):
            findings.bad(label, "image must be an absolute URL")
    check_android("android", android, channels, findings)
    check_android("android_v2", second, channels, findings)
    check_apns(message, apns, findings)
    check_web(web, findings)
    _check_size(message, findings)
    _warn_of_long_lives(message, findings)


def _check_target(message: Json, findings: Findings) -> None:
    targets = [target for target in TARGETS if message.get(target)]
    if not targets:
        findings.bad("", "Recipient of the message is not set.")
    elif len(targets) > 1:
        findings.bad("", f"oneof field 'target' is already set. Cannot set '{targets[1]}'.")
    if re.search(r"\s", str(message.get("token", ""))):
        findings.bad("token", "The registration token is not a valid FCM registration token")
    if message.get("topic") is not None and not TOPIC.match(str(message["topic"])):
        findings.bad("topic", "Invalid topic name: must match [a-zA-Z0-9-_.~%]{1,900}, without /topics/.")
    if message.get("condition"):
        why = wrong_condition(str(message["condition"]))
        if why:
            findings.bad("condition", why)


def _check_size(message: Json, findings: Findings) -> None:
    most = MOST_TO_TOPICS if message.get("topic") or message.get("condition") else MOST
    for platform, size in payload_sizes(message).items():
        if size > most:
            findings.bad("", f"Message is too big: {size} bytes of {most} ({platform}).")


def _warn_of_long_lives(message: Json, findings: Findings) -> None:
    android, second = message.get("android") or {}, message.get("androidV2") or {}
    if not (message.get("notification") or android.get("notification") or second.get("remoteNotification")):
        return
    if not android.get("ttl") and not second.get("ttl"):
        findings.warnings.append("no-android-ttl: kept up to 4 weeks for a phone that is away")
    headers = (message.get("apns") or {}).get("headers") or {}
    if "apns-expiration" not in {name.lower() for name in headers}:
        findings.warnings.append("no-apns-expiration: FCM sets 30 days")
