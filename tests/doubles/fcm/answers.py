"""Errors in FCM's own shapes."""

from collections.abc import Callable
from typing import Any

from tests.doubles.answers import Answer, reply
from tests.doubles.faults import Fault
from tests.doubles.fcm.discovery import Json, Violation

FCM_ERROR = "type.googleapis.com/google.firebase.fcm.v1.FcmError"
BAD_REQUEST = "type.googleapis.com/google.rpc.BadRequest"
STATUS_OF = {
    400: "INVALID_ARGUMENT",
    401: "UNAUTHENTICATED",
    403: "PERMISSION_DENIED",
    404: "NOT_FOUND",
    405: "INVALID_ARGUMENT",
    409: "ALREADY_EXISTS",
    429: "RESOURCE_EXHAUSTED",
    500: "INTERNAL",
    503: "UNAVAILABLE",
    504: "DEADLINE_EXCEEDED",
}
CREDENTIALS = (
    "Expected OAuth 2 access token, login cookie or other valid authentication credential. "
    "See https://developers.google.com/identity/sign-in/web/devconsole-project."
)
HTML_502 = (
    b"<!DOCTYPE html>\n<html lang=en>\n<title>Error 502 (Server Error)!!1</title>\n"
    b"<p><b>502.</b> <ins>That's an error.</ins>\n<p>The server encountered a temporary error.\n"
)
RETRY_AFTER_S = 30
"""Where neither the fault nor the target says."""


def google_error(code: int, message: str, *details: Json) -> Answer:
    error: dict[str, Any] = {"code": code, "message": message, "status": STATUS_OF.get(code, "UNKNOWN")}
    if details:
        error["details"] = list(details)
    return reply(code, {"error": error})


def fcm_error(code: int, message: str, name: str, *details: Json) -> Answer:
    """With the detail that names FCM's own reason."""
    return google_error(code, message, {"@type": FCM_ERROR, "errorCode": name}, *details)


def refused(violations: list[Violation]) -> Answer:
    """The two 400s: what the parser refuses has no FcmError among its details."""
    details: Json = {
        "@type": BAD_REQUEST,
        "fieldViolations": [{"field": each.field, "description": each.description} for each in violations],
    }
    parsing = [each.description for each in violations if each.by == "json"]
    if parsing:
        return google_error(400, "\n".join(parsing), details)
    return fcm_error(400, violations[0].description, "INVALID_ARGUMENT", details)


def not_json(why: str) -> Answer:
    details = {"@type": BAD_REQUEST, "fieldViolations": [{"description": f"Invalid JSON payload received. {why}"}]}
    return google_error(400, f"Invalid JSON payload received. {why}", details)


def _device_quota(project: str) -> Answer:
    failure = {
        "@type": "type.googleapis.com/google.rpc.QuotaFailure",
        "violations": [{"subject": "device", "description": "Device message rate exceeded"}],
    }
    return fcm_error(429, "Message rate exceeded for the target device.", "QUOTA_EXCEEDED", failure)


def _project_quota(project: str) -> Answer:
    """As firebase-admin-go's issue 719 shows it: no FcmError among the details."""
    info = {
        "@type": "type.googleapis.com/google.rpc.ErrorInfo",
        "reason": "RATE_LIMIT_EXCEEDED",
        "domain": "googleapis.com",
        "metadata": {
            "quota_limit_value": "600000",
            "consumer": f"projects/{project}",
            "quota_metric": "fcm.googleapis.com/send_requests",
            "quota_unit": "1/min/{project}",
            "service": "fcm.googleapis.com",
            "quota_location": "global",
            "quota_limit": "SendsPerMinutePerProject",
        },
    }
    text = (
        "Quota exceeded for quota metric 'Send requests' and limit 'Send requests per minute' of service "
        "'fcm.googleapis.com' for consumer 'project_number:000000000000'."
    )
    return google_error(429, text, info)


def _cut_off(project: str) -> Answer:
    return reply(200, {"name": f"projects/{project}/messages/cut-off"})


KINDS: dict[str, Callable[[str], Answer]] = {
    "unregistered": lambda _: fcm_error(404, "Requested entity was not found.", "UNREGISTERED"),
    "mismatch": lambda _: fcm_error(403, "SenderId mismatch", "SENDER_ID_MISMATCH"),
    "quota": _device_quota,
    "projquota": _project_quota,
    "unavailable": lambda _: fcm_error(503, "The service is currently unavailable.", "UNAVAILABLE"),
    "internal": lambda _: fcm_error(500, "Internal error encountered.", "INTERNAL"),
    "invalid": lambda _: fcm_error(
        400, "The registration token is not a valid FCM registration token", "INVALID_ARGUMENT"
    ),
    "thirdparty": lambda _: fcm_error(401, "Auth error from APNS or Web Push Service", "THIRD_PARTY_AUTH_ERROR"),
    "unauthorised": lambda _: google_error(401, f"Request had invalid authentication credentials. {CREDENTIALS}"),
    "badgateway": lambda _: Answer(502, HTML_502, content_type="text/html; charset=UTF-8"),
    "hang": _cut_off,
    "reset": _cut_off,
    "goaway": _cut_off,
    "killed": _cut_off,
}
"""What is answered instead of accepting, by the fault's kind and the project's name."""
ACCEPTING = frozenset({"slow", "lostack"})
"""Kinds that accept the message all the same: late, or without saying so."""
ALWAYS_RETRY_AFTER = frozenset({"quota", "projquota"})


def faulty(fault: Fault, project: str) -> Answer:
    """The answer of a fault that does not accept the message."""
    answer = KINDS[fault.kind](project) if fault.kind else google_error(fault.status or 503, "Injected fault.")
    match fault.kind:
        case "reset":
            answer.ending = "cut"
        case "hang" | "goaway" | "killed":
            answer.ending = fault.kind
    wait_s = fault.retry_after
    if wait_s is None and fault.kind in ALWAYS_RETRY_AFTER:
        wait_s = RETRY_AFTER_S
    if wait_s is not None:
        answer.headers["Retry-After"] = str(wait_s)
    return answer
