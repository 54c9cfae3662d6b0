"""Asks FCM whether it would send for us: with a message that it checks and gives to nobody (`validate_only`).

In two steps, as every message goes: Google's token endpoint, which takes the service account's signature or does not, and FCM itself.
The whole of it ends within `WITHIN_S`, whatever the other side does.
"""

import asyncio
import json
import re
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import quote

import httpx
import structlog
from google.auth import crypt, jwt

from offers.errors import Misconfigured
from offers.settings import Settings
from workers.push.credentials import ServiceAccount, read_account
from workers.push.fcm_endpoint import GOOGLE
from workers.trials import Said, Trial

SCOPE = "https://www.googleapis.com/auth/firebase.messaging"
GRANT = "urn:ietf:params:oauth:grant-type:jwt-bearer"
ASSERTED_S = 3600
"""Google takes no assertion that is to last longer."""
STEP_S = 4.0
"""For connecting, for writing, for each read."""
WITHIN_S = 8.0
MOST_SAID = 20_000
"""Bytes of an answer that are read."""
FAR_OFF_S = 240.0
"""Google refuses an assertion that was made in the future, or is over, by about five minutes."""
OF_TIME = ("iat", "exp", "timeframe", "expired")
"""How the token endpoint says that it is the time that it does not believe."""
REFUSED: Mapping[int, Said] = {401: "token_refused", 403: "not_allowed", 404: "no_project"}
MESSAGE = {"validate_only": True, "message": {"topic": "passerby-trial", "notification": {"title": "Passerby"}}}
"""A topic needs no phone."""

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class _Answer:
    status: int
    content: Mapping[str, Any]
    ahead_s: float


@dataclass(frozen=True, slots=True)
class _Judged:
    said: Said
    status: int = 0
    word: str = ""
    ahead_s: float = 0.0


def try_push(settings: Settings, account: ServiceAccount | None, trial_id: str) -> Trial:
    """`account`: the one that this process sends with, which it read when it began."""
    if account is None:
        return Trial(trial_id, time.time(), "no_account", vapid=_public_key(settings))
    trial = try_fcm(account, trial_id, endpoint=settings.fcm_endpoint)
    return replace(trial, replaced=_is_replaced(settings, account), vapid=_public_key(settings))


def _is_replaced(settings: Settings, account: ServiceAccount) -> bool:
    try:
        return read_account(settings.google_application_credentials).info != account.info
    except Misconfigured:
        return True


def _public_key(settings: Settings) -> str:
    try:
        keys = settings.vapid()
    except Misconfigured:
        return ""
    return keys.public if keys else ""


def try_fcm(
    account: ServiceAccount, trial_id: str, *, endpoint: str = "", now: Callable[[], float] = time.time
) -> Trial:
    """Blocks for `WITHIN_S` at most and never raises for what the other side does. Safe to repeat: nobody is sent anything."""
    began, at = time.monotonic(), now()
    judged = asyncio.run(_within(account, endpoint or GOOGLE, now))
    if judged.said != "accepted":
        log.warning("fcm_trial_refused", reason=judged.said, status=judged.status)
    return Trial(
        trial_id,
        at,
        judged.said,
        account.project_id,
        str(account.info["client_email"]),
        judged.status,
        judged.word,
        round(judged.ahead_s, 1),
        round((time.monotonic() - began) * 1000),
    )


async def _within(account: ServiceAccount, endpoint: str, now: Callable[[], float]) -> _Judged:
    try:
        async with asyncio.timeout(WITHIN_S):
            return await _ask(account, endpoint, now)
    except (TimeoutError, httpx.ReadTimeout, httpx.WriteTimeout):
        return _Judged("too_slow")
    except (httpx.ConnectError, httpx.ConnectTimeout, httpx.ProxyError, httpx.InvalidURL, httpx.UnsupportedProtocol):
        return _Judged("unreachable")
    except (httpx.HTTPError, OSError):
        return _Judged("cut_off")


async def _ask(account: ServiceAccount, endpoint: str, now: Callable[[], float]) -> _Judged:
    async with httpx.AsyncClient(timeout=STEP_S, follow_redirects=False, headers={"User-Agent": "passerby"}) as client:
        form = {"grant_type": GRANT, "assertion": _assertion(account, int(now()))}
        token = await _post(client, str(account.info["token_uri"]), now, data=form)
        bearer = token.content.get("access_token")
        if token.status != httpx.codes.OK or not isinstance(bearer, str):
            return _of_token(token)
        url = f"{endpoint.rstrip('/')}/v1/projects/{quote(account.project_id, safe='')}/messages:send"
        return _of_send(await _post(client, url, now, json=MESSAGE, headers={"Authorization": f"Bearer {bearer}"}))


def _assertion(account: ServiceAccount, now_s: int) -> str:
    signing: Any = crypt.RSASigner
    sign: Any = jwt.encode
    said = {
        "iss": account.info["client_email"],
        "scope": SCOPE,
        "aud": account.info["token_uri"],
        "iat": now_s,
        "exp": now_s + ASSERTED_S,
    }
    signed: bytes = sign(signing.from_service_account_info(dict(account.info)), said)
    return signed.decode()


async def _post(client: httpx.AsyncClient, url: str, now: Callable[[], float], **sent: Any) -> _Answer:
    async with client.stream("POST", url, **sent) as answer:
        body = b""
        async for piece in answer.aiter_bytes():
            body += piece
            if len(body) > MOST_SAID:
                break
        return _Answer(answer.status_code, _read(body), _ahead_s(answer.headers.get("date", ""), now()))


def _read(body: bytes) -> Mapping[str, Any]:
    try:
        content = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    return content if isinstance(content, dict) else {}


def _ahead_s(date: str, now: float) -> float:
    """By how much our clock is ahead of the one that answered; 0 where it does not say."""
    try:
        theirs = parsedate_to_datetime(date)
    except (ValueError, OverflowError):
        return 0.0
    return now - theirs.replace(tzinfo=theirs.tzinfo or UTC).timestamp()


def _of_token(answer: _Answer) -> _Judged:
    word = _word(answer.content.get("error"))
    if answer.status in {400, 401, 403}:
        why = str(answer.content.get("error_description", "")).lower()
        is_time = abs(answer.ahead_s) > FAR_OFF_S or any(re.search(rf"\b{one}\b", why) for one in OF_TIME)
        said: Said = "clock_wrong" if is_time and word in {"", "invalid_grant"} else "key_refused"
        return _Judged(said, answer.status, word, answer.ahead_s)
    return _Judged(_of_status(answer.status), answer.status, word, answer.ahead_s)


def _of_send(answer: _Answer) -> _Judged:
    if 200 <= answer.status < 300:
        return _Judged("accepted", answer.status, "", answer.ahead_s)
    error = answer.content.get("error")
    told: Mapping[str, Any] = error if isinstance(error, dict) else {}
    details = told.get("details")
    why = [one.get("reason") for one in details if isinstance(one, dict)] if isinstance(details, list) else []
    said = REFUSED.get(answer.status)
    if answer.status == httpx.codes.FORBIDDEN and "SERVICE_DISABLED" in why:
        said = "switched_off"
    return _Judged(said or _of_status(answer.status), answer.status, _word(told.get("status")), answer.ahead_s)


def _of_status(status: int) -> Said:
    if status == httpx.codes.TOO_MANY_REQUESTS:
        return "quota"
    return "down" if status == httpx.codes.REQUEST_TIMEOUT or status >= 500 else "not_understood"


def _word(said: object) -> str:
    """A service's own word, never a text of its."""
    return said if isinstance(said, str) and re.fullmatch(r"[A-Za-z_]{1,60}", said) else ""
