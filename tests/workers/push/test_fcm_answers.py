"""What errors mean that a double does not make: odd answers, odd headers, and what happens before anything leaves."""

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

import google.auth.exceptions
import httpx
import pytest
from firebase_admin import exceptions, messaging

from offers.push import Outcome
from workers.push.fcm_answers import classify, may_have_broken_the_way, retry_after

NOW = datetime(2026, 11, 26, 15, 0, tzinfo=UTC)
REQUEST = httpx.Request("POST", "https://fcm.example/")


def answer(status: int, content: Any = b"", **headers: str) -> httpx.Response:
    body = {"content": content} if isinstance(content, bytes) else {"json": content}
    return httpx.Response(status, headers=headers, request=REQUEST, **body)


def failed_with(cause: Exception) -> exceptions.FirebaseError:
    return exceptions.UnknownError("Unknown error while making remote service calls", cause=cause)


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("7", 7.0),
        (" 7 ", 7.0),
        ("0", 0.0),
        ("999999999", 3600.0),
        ("99999999999999999999", None),
        (format_datetime(NOW + timedelta(seconds=90), usegmt=True), 90.0),
        (format_datetime(NOW - timedelta(days=1), usegmt=True), 0.0),
        ("Thu, 26 Nov 2026 15:00:30 -0000", 30.0),
        ("Thu, 31 Dec 9999 23:59:59 GMT", 3600.0),
        ("soon", None),
        ("-5", None),
        ("1.5", None),
        ("1e9", None),
        ("٣", None),
        ("", None),
        (None, None),
    ],
)
def test_a_wait_is_seconds_or_a_date_or_nothing(text: str | None, seconds: float | None) -> None:
    headers = [(b"Retry-After", text.encode())] if text is not None else []
    response = httpx.Response(503, headers=headers, request=REQUEST)
    assert retry_after(response, NOW) == seconds


@pytest.mark.parametrize(
    ("cause", "outcome"),
    [
        (httpx.ConnectError("refused"), Outcome("waiting", "not_connected")),
        (httpx.ConnectTimeout("slow"), Outcome("waiting", "not_connected")),
        (httpx.PoolTimeout("full"), Outcome("waiting", "not_connected")),
        (httpx.ReadTimeout("slow"), Outcome("unknown", "no_answer")),
        (httpx.WriteTimeout("slow"), Outcome("unknown", "no_answer")),
        (httpx.ReadError("reset"), Outcome("unknown", "cut_off")),
        (httpx.WriteError("reset"), Outcome("unknown", "cut_off")),
        (httpx.RemoteProtocolError("GOAWAY"), Outcome("unknown", "cut_off")),
        (httpx.LocalProtocolError("closed"), Outcome("unknown", "cut_off")),
        (OSError("reset"), Outcome("unknown", "cut_off")),
        (KeyError("stream"), Outcome("unknown", "cut_off")),
        (ValueError("an answer that is no JSON"), Outcome("unknown", "cut_off")),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, Exception) else "",
)
def test_what_happens_instead_of_an_answer(cause: Exception, outcome: Outcome) -> None:
    assert classify(failed_with(cause), "ios", NOW) == outcome
    if outcome.state == "unknown" and not isinstance(cause, ValueError):
        assert classify(failed_with(cause), "ios", NOW, never_left=True) == Outcome("waiting", "not_connected")


def test_the_sdk_s_own_refusal_is_ours() -> None:
    assert classify(ValueError("no such field"), "ios", NOW) == Outcome("failed", "bad_payload", alarm=True)
    assert classify(failed_with(ValueError("surrogates")), "ios", NOW, never_left=True) == Outcome(
        "failed", "bad_payload", alarm=True
    )


def test_a_token_that_fails_on_the_way_leaves_nothing() -> None:
    errors: Any = google.auth.exceptions
    down, refused = errors.TransportError("down"), errors.RefreshError("invalid_grant")
    busy = errors.RefreshError("busy", retryable=True)
    assert classify(failed_with(down), "ios", NOW) == Outcome("waiting", "no_access_token")
    assert classify(failed_with(busy), "ios", NOW) == Outcome("waiting", "no_access_token")
    assert classify(failed_with(refused), "ios", NOW) == Outcome(
        "waiting", "credentials_refused", lane="fcm", alarm=True
    )


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"<html>",
        b"[]",
        b"null",
        b'"x"',
        b'{"error": "no"}',
        b'{"error": []}',
        b"\xff\xfe",
        b'{"error": {"details": 5}}',
    ],
    ids=repr,
)
@pytest.mark.parametrize(
    ("status", "outcome"),
    [
        (400, Outcome("failed", "bad_payload", alarm=True)),
        (401, Outcome("waiting", "credentials_refused", lane="fcm", alarm=True)),
        (403, Outcome("waiting", "not_allowed", lane="fcm", alarm=True)),
        (404, Outcome("waiting", "refused", lane="fcm", alarm=True)),
        (302, Outcome("waiting", "refused", lane="fcm", alarm=True)),
        (408, Outcome("waiting", "unavailable")),
        (413, Outcome("failed", "bad_payload", alarm=True)),
        (429, Outcome("waiting", "project_quota", retry_after_s=60.0, lane="fcm")),
        (500, Outcome("waiting", "internal")),
        (502, Outcome("waiting", "bad_gateway")),
        (503, Outcome("waiting", "unavailable")),
        (504, Outcome("waiting", "unavailable")),
        (599, Outcome("waiting", "unavailable")),
    ],
)
def test_an_odd_answer_is_still_its_status(status: int, outcome: Outcome, content: bytes) -> None:
    """firebase-admin stumbles over some of these bodies; what it raises then has the answer only in its history."""
    from firebase_admin import _utils

    try:
        answer(status, content).raise_for_status()
    except httpx.HTTPStatusError as raised:
        error = raised
    try:
        made: BaseException = _utils.handle_platform_error_from_httpx(error)
    except (AttributeError, TypeError, UnicodeDecodeError) as stumbled:
        stumbled.__context__ = error
        made = failed_with(stumbled)
    assert classify(made, "ios", NOW) == outcome
    assert not may_have_broken_the_way(made)


def test_a_bad_request_about_fields_is_never_the_token_s() -> None:
    body = {
        "error": {
            "code": 400,
            "message": "Invalid value at 'message.token': registration token",
            "details": [{"@type": "type.googleapis.com/google.rpc.BadRequest"}],
        }
    }
    response = answer(400, body)
    error = exceptions.InvalidArgumentError("…", http_response=response)
    assert classify(error, "ios", NOW) == Outcome("failed", "bad_payload", alarm=True)


def test_fcm_s_own_errors_are_known_by_type_and_by_code() -> None:
    code = {"details": [{"@type": "type.googleapis.com/google.firebase.fcm.v1.FcmError", "errorCode": "UNREGISTERED"}]}
    response = answer(404, {"error": code})
    for error in (
        messaging.UnregisteredError("…", http_response=response),
        exceptions.NotFoundError("…", http_response=response),
    ):
        assert classify(error, "ios", NOW) == Outcome("failed", "unregistered", address="dead")


@pytest.mark.parametrize(
    ("error", "broken"),
    [
        (failed_with(httpx.PoolTimeout("full")), True),
        (failed_with(httpx.RemoteProtocolError("GOAWAY")), True),
        (failed_with(httpx.ReadError("reset")), True),
        (failed_with(httpx.RemoteProtocolError("<StreamReset stream_id:7, error_code:2>")), False),
        (TimeoutError(), True),
        (failed_with(httpx.ConnectError("refused")), False),
        (ValueError("no such field"), False),
    ],
    ids=repr,
)
def test_which_errors_wear_an_app_out(error: Exception, broken: bool) -> None:
    assert may_have_broken_the_way(error) is broken
