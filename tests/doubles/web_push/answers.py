"""Refusals as push services word them."""

from collections.abc import Callable

from tests.doubles.answers import Answer, reply
from tests.doubles.faults import Fault


def refusal(status: int, why: str, headers: dict[str, str] | None = None) -> Answer:
    return reply(status, {"code": status, "message": why}, headers)


KINDS: dict[str, Callable[[], Answer]] = {
    "gone": lambda: refusal(410, "push subscription has unsubscribed or expired."),
    "missing": lambda: refusal(404, "Endpoint Not Found (errno 102)"),
    "toolarge": lambda: refusal(413, "Payload too large (errno 104)"),
    "quota": lambda: refusal(429, "Too many requests (errno 201)"),
    "unavailable": lambda: refusal(503, "Server temporarily unavailable (errno 201)"),
    "unauthorised": lambda: refusal(401, "Missing or malformed VAPID Authorization (errno 109)"),
    "forbidden": lambda: reply(403, {"reason": "BadJwtToken"}),
    "windows": lambda: refusal(406, "throttled", {"X-WNS-STATUS": "channelthrottled"}),
    "badgateway": lambda: Answer(502, b"<html><title>502 Bad Gateway</title></html>", content_type="text/html"),
    "hang": Answer,
    "reset": lambda: Answer(201, b'{"cut": "off"}'),
    "killed": Answer,
}
"""What is answered instead of accepting, by the fault's kind."""
ACCEPTING = frozenset({"slow", "lostack"})
"""Kinds that accept the message all the same: late, or without saying so."""


def faulty(fault: Fault, quota_wait_s: int) -> Answer:
    """The answer of a fault that does not accept the message."""
    answer = KINDS[fault.kind]() if fault.kind else refusal(fault.status or 503, "Injected fault.")
    match fault.kind:
        case "reset":
            answer.ending = "cut"
        case "hang" | "killed":
            answer.ending = fault.kind
    wait_s = quota_wait_s if fault.retry_after is None and fault.kind == "quota" else fault.retry_after
    if wait_s is not None:
        answer.headers["Retry-After"] = str(wait_s)
    return answer
