"""The ping door: `POST /v1/pings`, as a bare ASGI function, because it is the one that a million phones use.

Token (no database), body, JSON, each ping by itself; then one letter into the device's lane, gathered with others.
202 says that the lane has it: it survives the crash of any process from here on.
"""

from typing import Any, NamedTuple
from urllib.parse import parse_qsl

import msgspec
from prometheus_client import Counter
from starlette.types import Receive, Scope, Send

from geofences import nearby
from geofences.ping import Ping, Refusal, read_ping
from geofences.presence import WATCH_INSIDE_S, WATCH_OUTSIDE_S
from offers.errors import Fault
from web.bodies import MOST_BYTES, is_announced_too_large, read_json, refused_coding, too_large
from web.gathering import Gathering
from web.guards import refused_token
from web.nearby import LIMIT, MOST_WATCHED
from web.parts import Parts
from web.problems import ProblemError, as_problem, problem, unauthorized, unexpected
from web.tokens import DeviceClaim, TokenError, has_run_out
from workers.lanes import LanesUnavailableError, lane_of
from workers.letters import PingLetter

PATH = "/v1/pings"
GUARDED_BY = "a device's token, full or positions only"
MOST_PINGS = 500
TOKENS_REMEMBERED = 50_000
"""Checked tokens that a process keeps, so that a phone's signature is checked once an hour and not with each ping."""
LONGEST_REMEMBERED = 512
"""Bytes of a header that is kept. A token of ours has some 250: one that was stretched with blanks is read, and not kept."""

LAST_VERSION = 2**63 - 1
"""Of geofences, as SQL counts them."""

_encode = msgspec.json.Encoder().encode


class _GoneError(Exception):
    """The caller hung up before the body was whole."""


class _Rejected(msgspec.Struct):
    index: int
    reason: str


class _Answer(msgspec.Struct, omit_defaults=True):
    accepted: int
    rejected: list[_Rejected]
    quiet_radius_m: float
    watch_after_s: int
    watch_again: bool | None = None


class _Held(NamedTuple):
    """The list of geofences that the phone watches: as of which version, and how many it asked for."""

    version: int
    limit: int


class PingDoor:
    def __init__(self, parts: Parts) -> None:
        self._tokens = parts.tokens
        self._fences = parts.fences
        self._clock = parts.clock
        self._lanes = parts.lanes.lanes
        self.gathering = Gathering(parts.lanes, parts.ringing, parts.settings.gather_ms / 1000, parts.clock)
        self._claims: dict[bytes, tuple[DeviceClaim, int]] = {}
        accepted = "Pings that a lane has taken, by this process"
        self._accepted = Counter("passerby_pings_accepted", accepted, registry=parts.registry)
        rejected = "Pings refused at the door, by this process"
        self._rejected = Counter("passerby_pings_rejected", rejected, ["reason"], registry=parts.registry)

    @property
    def remembered_bytes(self) -> int:
        """Of the headers that are kept; bounded, whatever phones send."""
        return sum(map(len, self._claims))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            answer = await self._take(scope, receive)
        except _GoneError:
            return
        except ProblemError as error:
            await as_problem(error)(scope, receive, send)
        except LanesUnavailableError as error:
            after = {"Retry-After": str(error.retry_after_s)}
            detail = "The pings could not be kept; send them again."
            await problem("service_unavailable", 503, detail, headers=after)(scope, receive, send)
        except Exception as error:  # noqa: BLE001 - the outermost edge: whatever it was, the phone gets an answer
            await unexpected(error, method=scope["method"], route=PATH)(scope, receive, send)
        else:
            await _send(send, answer)

    async def _take(self, scope: Scope, receive: Receive) -> bytes:
        if scope["method"] != "POST":
            raise ProblemError("method_not_allowed", 405, "Pings are sent with POST.", headers={"Allow": "POST"})
        now = self._clock()
        claim, lane = self._who(scope, now)
        held = _held(scope["query_string"]) if scope["query_string"] else None
        if is_announced_too_large(scope):
            raise too_large()
        if refusal := refused_coding(scope["headers"]):
            raise refusal
        body = read_json(await _whole(receive))
        pings, rejected = self._read(body, now)
        if pings:
            letter = PingLetter(
                claim.device_id,
                now,
                [(one.lat, one.lon, one.at, one.accuracy_m) for one in pings],
                self._fences.index.version,
            )
            refused = await self.gathering.put(lane, letter)
            if refused is not None:
                raise _refusal(refused)
            self._accepted.inc(len(pings))
        for one in rejected:
            self._rejected.labels(one.reason).inc()
        return self._answer(pings, rejected, held)

    def _who(self, scope: Scope, now: float) -> tuple[DeviceClaim, int]:
        """The device of the token, and its lane."""
        sent = next((value for name, value in scope["headers"] if name == b"authorization"), None)
        if sent is None:
            raise unauthorized("Pings need the device's token, dt_….", sent=False)
        known = self._claims.get(sent)
        if known is not None and not has_run_out(known[0], now):
            return known
        scheme, _, token = sent.decode("latin-1").partition(" ")
        try:
            if scheme.lower() != "bearer":
                raise TokenError("bad")  # noqa: TRY301 - the same answer for both
            claim = self._tokens.read(token.strip(), now=now)
        except TokenError as error:
            self._claims.pop(sent, None)
            raise refused_token(error) from None
        known = claim, lane_of(claim.device_id, self._lanes)
        if len(sent) <= LONGEST_REMEMBERED:
            self._remember(sent, known)
        return known

    def _remember(self, sent: bytes, known: tuple[DeviceClaim, int]) -> None:
        if len(self._claims) >= TOKENS_REMEMBERED:
            for oldest in list(self._claims)[: TOKENS_REMEMBERED // 10]:
                del self._claims[oldest]
        self._claims[sent] = known

    def _read(self, body: Any, now: float) -> tuple[list[Ping], list[_Rejected]]:
        """The good ones and the refused. One object that is refused is a problem of its own."""
        if isinstance(body, dict):
            ping = read_ping(body, received_at=now)
            if isinstance(ping, Refusal):
                self._rejected.labels(ping.reason).inc()
                fault = Fault(ping.field, ping.message)
                raise ProblemError("bad_input", 422, f"The ping was refused: {ping.reason}.", [fault])
            return [ping], []
        if not isinstance(body, list):
            fault = Fault("", "must be a ping, or an array of pings")
            raise ProblemError("bad_input", 422, "The body is neither an object nor an array.", [fault])
        if len(body) > MOST_PINGS:
            raise ProblemError("too_large", 413, f"A request may have {MOST_PINGS} pings at most.")
        pings, rejected = [], []
        for index, raw in enumerate(body):
            ping = read_ping(raw, received_at=now)
            if isinstance(ping, Refusal):
                rejected.append(_Rejected(index, ping.reason))
            else:
                pings.append(ping)
        return pings, rejected

    def _answer(self, pings: list[Ping], rejected: list[_Rejected], held: _Held | None) -> bytes:
        index = self._fences.index
        other = None if held is None else held.version != index.version
        if not pings:
            return _encode(_Answer(0, rejected, 0.0, WATCH_OUTSIDE_S, other))
        if index.version < 0:  # the geofences were not read yet: promise nothing
            return _encode(_Answer(len(pings), rejected, 0.0, WATCH_INSIDE_S, other))
        newest = pings[0] if len(pings) == 1 else max(pings, key=lambda one: one.at)
        quiet, after = nearby.leave(index, newest.lat, newest.lon, newest.accuracy_m)
        again = other
        if held and other:
            again = nearby.must_watch_again(index, newest.lat, newest.lon, held.limit, held.version)
        return _encode(_Answer(len(pings), rejected, nearby.told_m(quiet), after, again))


def _held(query: bytes) -> _Held | None:
    """From the address; what is no whole number in its bounds is the caller's fault, and named."""
    said = dict(parse_qsl(query.decode("latin-1"), keep_blank_values=True))
    faults = [
        Fault(name, f"must be a whole number from {least} to {most}")
        for name, least, most in (("geofences_version", 0, LAST_VERSION), ("limit", 1, MOST_WATCHED))
        if name in said and not (said[name].isdecimal() and len(said[name]) < 20 and least <= int(said[name]) <= most)
    ]
    if faults:
        raise ProblemError("bad_input", 422, "The address says what can not be.", faults)
    return _Held(int(said["geofences_version"]), int(said.get("limit", LIMIT))) if "geofences_version" in said else None


async def _whole(receive: Receive) -> bytes:
    """The body, or 413 as soon as it is too large."""
    message = await receive()
    if message["type"] == "http.request" and not message.get("more_body", False):
        body: bytes = message.get("body", b"")
        if len(body) > MOST_BYTES:
            raise too_large()
        return body
    pieces, size = [], 0
    while True:
        if message["type"] == "http.disconnect":
            raise _GoneError
        pieces.append(message.get("body", b""))
        size += len(pieces[-1])
        if size > MOST_BYTES:
            raise too_large()
        if not message.get("more_body", False):
            return b"".join(pieces)
        message = await receive()


def _refusal(reason: str) -> ProblemError:
    if reason == "revoked":
        return unauthorized("This device is not registered any more.", sent=True)
    return ProblemError(reason, 403, "The customer's consents do not cover positions; nothing was kept.")


async def _send(send: Send, body: bytes) -> None:
    length = str(len(body)).encode()
    headers = [(b"content-type", b"application/json"), (b"content-length", length), (b"cache-control", b"no-store")]
    await send({"type": "http.response.start", "status": 202, "headers": headers})
    await send({"type": "http.response.body", "body": body})
