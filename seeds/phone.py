"""A phone as the doors see it: it registers, posts its positions, and repeats what was not answered until it is.

    PhoneError
    ├── RefusedError      the server said no: status and the problem's name
    └── UnansweredError   the server said nothing that ends the matter, as often as patience allows

A repeated request is the same to the byte, `at` included, so that the server can tell it from a new one.
"""

import asyncio
import json
import random
import time
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from typing import Any, Literal, Protocol, Self

import httpx

MAX_PINGS = 500
"""The most that one request may hold."""

Platform = Literal["ios", "android", "web"]
Ping = Mapping[str, float | str | bool]
"""A body of POST /v1/pings: lat, lon, at and what else the phone knows."""

_TRY_AGAIN = {
    HTTPStatus.REQUEST_TIMEOUT,
    HTTPStatus.TOO_EARLY,
    HTTPStatus.TOO_MANY_REQUESTS,
}


class PhoneError(Exception):
    """Something between this phone and the server ended the matter."""


class RefusedError(PhoneError):
    """The server refuses: repeating the same would be refused again."""

    def __init__(self, status: int, problem: str) -> None:
        self.status, self.problem = status, problem
        super().__init__(f"refused with {status} {problem}")


class UnansweredError(PhoneError):
    def __init__(self, attempts: int) -> None:
        self.attempts = attempts
        super().__init__(f"no answer in {attempts} attempts")


class Clock(Protocol):
    """Epoch seconds and waiting, so that tests need not wait."""

    def now(self) -> float: ...

    async def sleep(self, seconds: float) -> None: ...


class WallClock:
    def now(self) -> float:
        return time.time()

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)


@dataclass(frozen=True, slots=True)
class Patience:
    """How often and how slowly an unanswered request is repeated. 60 attempts are about four minutes of silence."""

    attempts: int = 60
    first_wait_s: float = 0.1
    longest_wait_s: float = 8.0
    longest_retry_after_s: float = 60.0
    answer_within_s: float = 10.0

    def brisk(self) -> "Patience":
        """For the first contact: a server that is not there is said within seconds."""
        return replace(self, attempts=min(self.attempts, 8), longest_wait_s=min(self.longest_wait_s, 2.0))

    def wait_s(self, attempt: int, retry_after_s: float | None, chance: float) -> float:
        """Before the next attempt: what the server asks for, or a doubling wait; half of it is left to chance (0 to 1),
        so that the phones of a whole town do not come back in the same moment. `attempt` counts from 0.
        """
        spread = 0.5 + 0.5 * chance
        if retry_after_s is not None:
            return min(retry_after_s, self.longest_retry_after_s) + self.first_wait_s * spread
        return min(self.longest_wait_s, self.first_wait_s * 2.0 ** min(attempt, 30)) * spread


PATIENT = Patience()
WALL_CLOCK = WallClock()


@dataclass(frozen=True, slots=True)
class Answer:
    """What the server says to pings. `rejected` holds the index in the request and the reason."""

    accepted: int
    rejected: tuple[tuple[int, str], ...]
    quiet_radius_m: float | None
    watch_after_s: float | None


class Line:
    """One caller's way to the server: repeats a request until there is an answer. `retried` counts the repetitions."""

    def __init__(self, client: httpx.AsyncClient, patience: Patience = PATIENT, clock: Clock = WALL_CLOCK) -> None:
        self.client, self.patience, self.clock = client, patience, clock
        self.retried = 0

    def another(self) -> "Line":
        """For another phone: the same client, patience and clock, a count of its own."""
        return Line(self.client, self.patience, self.clock)

    async def post(self, path: str, body: Any, headers: Mapping[str, str]) -> httpx.Response:
        """Any answer but 408, 425, 429, 5xx and a 409 that says when to come again. Raises UnansweredError when patience ends."""
        content = json.dumps(body, separators=(",", ":"), allow_nan=False).encode()
        headers = {"Content-Type": "application/json", **headers}
        for attempt in range(self.patience.attempts):
            if attempt:
                self.retried += 1
            retry_after_s = None
            try:
                answer = await self.client.post(
                    path,
                    content=content,
                    headers=headers,
                    timeout=httpx.Timeout(self.patience.answer_within_s, pool=None),
                )
            except httpx.TransportError:
                pass
            else:
                if not _try_again(answer):
                    return answer
                retry_after_s = _retry_after_s(answer, self.clock.now())
            if attempt + 1 < self.patience.attempts:
                chance = random.random()  # noqa: S311  spreads the phones, keeps no secret
                await self.clock.sleep(self.patience.wait_s(attempt, retry_after_s, chance))
        raise UnansweredError(self.patience.attempts)


class Phone:
    """One device. Sends one request at a time, as phones do; not to be shared between tasks."""

    def __init__(
        self, line: Line, token: str, *, device_id: str | None = None, refresh_token: str | None = None
    ) -> None:
        self.device_id = device_id
        self._line, self._token, self._refresh_token = line, token, refresh_token

    @classmethod
    async def register(
        cls,
        line: Line,
        server_key: str,
        *,
        customer: str | None = None,
        consents: Mapping[str, bool] | None = None,
        platform: Platform = "android",
        push_token: str | None = None,
        locale: str | None = None,
        first_contact: bool = True,
    ) -> Self:
        """A new device, of `customer` if one is named (needs a key of the role admin). Safe to lose an answer of: the
        repeated request carries the same Idempotency-Key. A server that has answered before, which is no `first_contact`, is waited for
        with the line's whole patience. Raises RefusedError, UnansweredError.
        """
        said = {
            "platform": platform,
            "customer": customer,
            "consents": None if consents is None else dict(consents),
            "push_token": push_token,
            "locale": locale,
        }
        body = {name: value for name, value in said.items() if value is not None}
        headers = {"Authorization": f"Bearer {server_key}", "Idempotency-Key": str(uuid.uuid4())}
        patience = line.patience.brisk() if first_contact else line.patience
        answer = await Line(line.client, patience, line.clock).post("/v1/devices", body, headers)
        told = _said(answer, HTTPStatus.CREATED, needs=("device_id", "token"))
        return cls(line, told["token"], device_id=told["device_id"], refresh_token=told.get("refresh_token"))

    @property
    def retried(self) -> int:
        """How many requests were repetitions of one that had no answer."""
        return self._line.retried

    async def send(self, pings: Sequence[Ping]) -> Answer:
        """Posts 1 to 500 pings, one as an object and more as an array, until they are accepted.
        Raises RefusedError, UnansweredError.
        """
        if not 1 <= len(pings) <= MAX_PINGS:
            raise ValueError(f"a request holds 1 to {MAX_PINGS} pings, not {len(pings)}")
        body = pings[0] if len(pings) == 1 else list(pings)
        answer = await self._line.post("/v1/pings", body, self._bearer())
        if answer.status_code == HTTPStatus.UNAUTHORIZED and self._refresh_token is not None:
            await self._refresh(self._refresh_token)
            answer = await self._line.post("/v1/pings", body, self._bearer())
        said = _said(answer, HTTPStatus.ACCEPTED, needs=("accepted", "rejected"))
        rejected = tuple((entry["index"], entry["reason"]) for entry in said["rejected"])
        return Answer(said["accepted"], rejected, said.get("quiet_radius_m"), said.get("watch_after_s"))

    def _bearer(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self._token}"}

    async def _refresh(self, refresh_token: str) -> None:
        answer = await self._line.post("/v1/devices/me/refresh", {"refresh_token": refresh_token}, {})
        said = _said(answer, HTTPStatus.OK, needs=("token",))
        self._token = said["token"]
        self._refresh_token = said.get("refresh_token") or refresh_token


def moment(at: float) -> str:
    """Epoch seconds as the doors want them: RFC 3339, UTC, to the microsecond."""
    return datetime.fromtimestamp(at, UTC).isoformat(timespec="microseconds")


def _try_again(answer: httpx.Response) -> bool:
    """Whether the same request may have another answer: 409 with `Retry-After` is one whose repetition came too soon, as after a
    server that was killed with the first in its hands.
    """
    if answer.status_code == HTTPStatus.CONFLICT:
        return "Retry-After" in answer.headers
    return answer.is_server_error or answer.status_code in _TRY_AGAIN


def _said(answer: httpx.Response, wanted: HTTPStatus, *, needs: Sequence[str]) -> dict[str, Any]:
    try:
        said = answer.json()
    except ValueError:
        said = None
    if answer.status_code != wanted:
        raise RefusedError(answer.status_code, _problem(said))
    if not isinstance(said, dict) or not all(name in said for name in needs):
        raise RefusedError(answer.status_code, f"an answer without {' and '.join(needs)}")
    return said


def _problem(said: Any) -> str:
    """The problem's name: the end of its `type`, or its title. Never the detail, which may quote what was sent."""
    if not isinstance(said, dict):
        return "without a problem document"
    kind = str(said.get("type") or "about:blank")
    name = "" if kind == "about:blank" else kind.rstrip("/").rpartition("/")[2].rpartition(":")[2].rpartition("#")[2]
    return name or str(said.get("title") or "without a name")


def _retry_after_s(answer: httpx.Response, now: float) -> float | None:
    """Retry-After in seconds or as a date (RFC 9110, 10.2.3); None when absent or unreadable."""
    text = answer.headers.get("Retry-After", "").strip()
    if text.isascii() and text.isdigit():
        return float(text)
    try:
        return max(0.0, parsedate_to_datetime(text).timestamp() - now)
    except ValueError:
        return None
