"""What FCM's answers, and what happens instead of one, mean for a message: facts about it, never a guess.

| what came | what it is |
|---|---|
| 404 UNREGISTERED, 403 SENDER_ID_MISMATCH, 400 about the registration token | `failed`, and the address is useless |
| 400 otherwise, 413, refused by firebase-admin itself | `failed`, alarm: our message is wrong |
| 401, 403, a credential that is refused | `waiting`, alarm: the lane pauses, no message is lost |
| 429, 5xx, no connection | `waiting` |
| nothing, or half an answer | `unknown`: it may be on the phone |
"""

import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

import google.auth.exceptions
import httpx
from firebase_admin import messaging

from offers.push import Outcome

WAIT_S = 60.0
"""What FCM asks for where a 429 names no time."""
LONGEST_WAIT_S = 3600.0
"""A wait that is asked for is believed up to here; an offer is over by then anyhow."""
BUSY = {500: "internal", 502: "bad_gateway", 503: "unavailable", 504: "unavailable"}
NEVER_CONNECTED = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout)


def classify(error: BaseException, platform: str, now: datetime, *, never_left: bool = False) -> Outcome:
    """What an exception of a send means. `never_left`: it is known that no byte of the message was written.

    FCM's own errors are subclasses of the general ones, so they are asked first.
    """
    response = response_of(error)
    if response is not None and response.status_code >= 300:
        return _answered(error, response, platform, now)
    if isinstance(error, ValueError):  # firebase-admin checks a message before it sends it
        return Outcome("failed", "bad_payload", alarm=True)
    chain = list(_chain(error))
    if any(isinstance(one, google.auth.exceptions.GoogleAuthError) for one in chain):
        return no_token(next(one for one in chain if isinstance(one, google.auth.exceptions.GoogleAuthError)))
    if never_left and any(isinstance(one, ValueError) for one in chain):  # what can not be written as JSON
        return Outcome("failed", "bad_payload", alarm=True)
    if never_left or any(isinstance(one, NEVER_CONNECTED) for one in chain):
        return Outcome("waiting", "not_connected")
    if any(isinstance(one, httpx.TimeoutException | TimeoutError) for one in chain):
        return Outcome("unknown", "no_answer")
    return Outcome("unknown", "cut_off")


def _answered(error: BaseException, response: Any, platform: str, now: datetime) -> Outcome:
    status, code = response.status_code, _fcm_code(response)
    if isinstance(error, messaging.UnregisteredError) or (status == 404 and code == "UNREGISTERED"):
        return Outcome("failed", "unregistered", address="dead")
    if isinstance(error, messaging.SenderIdMismatchError) or (status == 403 and code == "SENDER_ID_MISMATCH"):
        return Outcome("failed", "sender_mismatch", address="mismatched")
    if status == 400 and _is_about_the_token(response):
        return Outcome("failed", "bad_token", address="mismatched")
    if status in (400, 413):
        return Outcome("failed", "bad_payload", alarm=True)
    if isinstance(error, messaging.ThirdPartyAuthError) or (status == 401 and code == "THIRD_PARTY_AUTH_ERROR"):
        return Outcome("waiting", "push_key_refused", lane=f"fcm:{platform}", alarm=True)
    if status == 429:
        device = isinstance(error, messaging.QuotaExceededError) or code == "QUOTA_EXCEEDED"
        wait_s = retry_after(response, now)
        wait_s = WAIT_S if wait_s is None else wait_s
        return Outcome("waiting", "quota" if device else "project_quota", None, wait_s, lane=None if device else "fcm")
    if status == 408 or status >= 500:  # 408: it did not get the whole of the message
        return Outcome("waiting", BUSY.get(status, "unavailable"), retry_after_s=retry_after(response, now))
    reason = {401: "credentials_refused", 403: "not_allowed"}.get(status, "refused")
    return Outcome("waiting", reason, lane="fcm", alarm=True)


def no_token(error: google.auth.exceptions.GoogleAuthError) -> Outcome:
    """Without an access token nothing has left. A credential that is refused is for a person; all else passes."""
    if isinstance(error, google.auth.exceptions.TransportError) or error.retryable:
        return Outcome("waiting", "no_access_token")
    return Outcome("waiting", "credentials_refused", lane="fcm", alarm=True)


def is_plain_401(outcome: Outcome) -> bool:
    """The access token was refused: it may have been taken back before its time, and another one may do."""
    return outcome.reason == "credentials_refused"


def may_have_broken_the_way(error: BaseException) -> bool:
    """The connection, or the pool it is in, can not be trusted any more."""
    if response_of(error) is not None:
        return False
    return any(
        isinstance(one, httpx.PoolTimeout | httpx.ReadTimeout | httpx.NetworkError | httpx.ProtocolError | TimeoutError)
        and not isinstance(one, httpx.ConnectError)
        and "StreamReset" not in str(one)  # of HTTP/2, and only of this message: the connection goes on
        for one in _chain(error)
    )


def response_of(error: BaseException) -> Any:
    """The HTTP answer behind an error, or none. firebase-admin stumbles over odd ones, and then has it only as its error's cause."""
    for one in _chain(error):
        response = getattr(one, "http_response", None)
        if response is None and isinstance(one, httpx.HTTPStatusError):
            response = one.response
        if response is not None:
            return response
    return None


def _chain(error: BaseException) -> Iterator[BaseException]:
    """An error, its cause, that one's, and so on."""
    seen: set[int] = set()
    at: BaseException | None = error
    while at is not None and id(at) not in seen:
        seen.add(id(at))
        yield at
        at = getattr(at, "cause", None) or at.__cause__ or at.__context__


def _body(response: Any) -> dict[str, Any]:
    try:
        found = json.loads(response.content)["error"]
    except (ValueError, LookupError, TypeError):
        return {}
    return found if isinstance(found, dict) else {}


def _details(response: Any) -> list[dict[str, Any]]:
    found = _body(response).get("details")
    return [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []


def _fcm_code(response: Any) -> str | None:
    for one in _details(response):
        if str(one.get("@type", "")).endswith("google.firebase.fcm.v1.FcmError"):
            return str(one.get("errorCode"))
    return None


def _is_about_the_token(response: Any) -> bool:
    """The same 400 says "bad token" and "bad payload": a payload's names its fields in a BadRequest, and only the words tell the token's."""
    bad_fields = any(str(one.get("@type", "")).endswith("google.rpc.BadRequest") for one in _details(response))
    return not bad_fields and "registration token" in str(_body(response).get("message", ""))


def retry_after(response: Any, now: datetime) -> float | None:
    """Seconds that a `Retry-After` asks for, given in seconds or as a date; none where it says nothing that can be read."""
    text = str(response.headers.get("Retry-After") or "").strip()
    if re.fullmatch(r"[0-9]{1,9}", text):
        return min(float(text), LONGEST_WAIT_S)
    try:
        at = parsedate_to_datetime(text)
    except (ValueError, TypeError, OverflowError):
        return None
    at = at if at.tzinfo else at.replace(tzinfo=UTC)
    return min(max(0.0, (at - now).total_seconds()), LONGEST_WAIT_S)
