"""Plays recordings against a server as the phones would that made them: one device a recording, all starting together.

The server sees nothing but HTTP. Where a walker is, whoever watches a replay learns from `progress`, not from the server.
"""

import asyncio
import uuid
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from http import HTTPStatus
from itertools import cycle, islice
from typing import Literal

import httpx

from seeds.phone import (
    MAX_PINGS,
    PATIENT,
    WALL_CLOCK,
    Answer,
    Clock,
    Line,
    Patience,
    Phone,
    PhoneError,
    Ping,
    Platform,
    RefusedError,
    moment,
)
from seeds.recordings import Fix, Recording

MAX = 0.0
"""The speed for as fast as the server answers."""

MAX_CONNECTIONS = 64

ALL_CONSENTS: Mapping[str, bool] = {"location": True, "offers": True, "orders": True}


@dataclass(frozen=True, slots=True)
class Crew:
    """Who walks. With `tokens`, one device's token a recording, in order. Otherwise `key` (role admin) registers a device
    for each, of `customers` in turn (they have to exist; none: anonymous devices). Registering says `consents`; None says
    nothing of them and leaves a customer's as they are. `pushable` phones have a made-up push token, so that an outbox
    takes messages for them; a real push service would find them dead.
    """

    key: str | None = field(default=None, repr=False)
    tokens: Sequence[str] = field(default=(), repr=False)
    customers: Sequence[str] = ()
    consents: Mapping[str, bool] | None = None
    platform: Platform = "android"
    pushable: bool = False


@dataclass(frozen=True, slots=True)
class Pace:
    """When. From `start_at` (epoch seconds; None: as soon as the devices are there), `speed` times as fast as recorded; MAX
    is as fast as the server answers. `restamp` "now" says that each fix was taken when it is sent (see stamps), "keep" leaves
    the recorded times. `bundle`: at most so many due fixes in one request, 1 to 500.
    """

    speed: float = 1.0
    restamp: Literal["now", "keep"] = "now"
    bundle: int = 1
    start_at: float | None = None


AS_RECORDED = Pace()


@dataclass(frozen=True, slots=True)
class Step:
    """One fix was answered: whose, what it said, and how far along this recording is."""

    recording: str
    device_id: str | None
    fix: Fix
    at: float
    done: int
    of: int


Progress = Callable[[Step], None]


@dataclass(slots=True)
class Tally:
    """What became of one recording's fixes: sent = accepted + all rejected; fixes - sent never had an answer."""

    recording: str
    device_id: str | None
    fixes: int
    sent: int = 0
    accepted: int = 0
    rejected: Counter[str] = field(default_factory=Counter)
    retried: int = 0
    stopped_by: str | None = None


@dataclass(frozen=True, slots=True)
class Played:
    """The outcome of a replay, in the order of the recordings."""

    tallies: tuple[Tally, ...]

    @property
    def devices(self) -> dict[str, str]:
        """Recording to device id, where this replay registered the device."""
        return {tally.recording: tally.device_id for tally in self.tallies if tally.device_id is not None}

    @property
    def is_complete(self) -> bool:
        return all(tally.sent == tally.fixes for tally in self.tallies)


@dataclass(frozen=True, slots=True)
class _Timed:
    """A fix, the moment it is sent (None: at once), and the moment its ping says it was taken; epoch seconds."""

    fix: Fix
    due: float | None
    at: float


def stamps(recording: Recording, start: float, speed: float) -> tuple[float, ...]:
    """When each fix is sent, and said to be taken, if the first is at `start` and time runs `speed` times as fast.

    At speed MAX there is no pace: the recording's own spacing stays and its last fix falls on `start`. Epoch seconds.
    """
    if speed == MAX:
        return tuple(start + (fix.at - recording.fixes[-1].at) for fix in recording.fixes)
    return tuple(start + (fix.at - recording.fixes[0].at) / speed for fix in recording.fixes)


def replay(
    recordings: Sequence[Recording], *, to: str, crew: Crew, pace: Pace = AS_RECORDED, progress: Progress | None = None
) -> Played:
    """As play(), for whoever has no event loop."""
    return asyncio.run(play(recordings, to=to, crew=crew, pace=pace, progress=progress))


async def play(
    recordings: Sequence[Recording],
    *,
    to: str,
    crew: Crew,
    pace: Pace = AS_RECORDED,
    progress: Progress | None = None,
    patience: Patience = PATIENT,
    clock: Clock = WALL_CLOCK,
) -> Played:
    """Plays all recordings to the server at the address `to`, and says what became of every fix.

    What the server refuses is counted by reason. A recording whose phone is refused for good (no consent, a dead token)
    or is left without answer beyond `patience` ends early and says so in `stopped_by`; the others go on. `progress` is
    called after every answer, once a fix, in the event loop.
    Raises ValueError for arguments that do not fit, and PhoneError when a device can not be registered.
    """
    _check(to, crew, pace, len(recordings))
    limits = httpx.Limits(max_connections=MAX_CONNECTIONS, max_keepalive_connections=MAX_CONNECTIONS)
    async with httpx.AsyncClient(base_url=to, limits=limits, trust_env=not _is_here(to)) as client:
        line = Line(client, patience, clock)
        phones = await _phones(line, crew, len(recordings))
        start = clock.now() if pace.start_at is None else pace.start_at
        walks = [
            _Walk(phone, recording, _timed(recording, start, pace), pace.bundle, progress)
            for phone, recording in zip(phones, recordings, strict=True)
        ]
        async with asyncio.TaskGroup() as streets:
            for walk in walks:
                streets.create_task(walk.go(clock))
    return Played(tuple(walk.tally for walk in walks))


def _check(to: str, crew: Crew, pace: Pace, recordings: int) -> None:
    try:
        address = httpx.URL(to)
    except (httpx.InvalidURL, ValueError) as error:
        raise ValueError(f"not the address of a server: {to!r}") from error
    if address.scheme not in {"http", "https"} or not address.host:
        raise ValueError(f"a server's address is http://HOST or https://HOST, not {to!r}")
    if not 0 <= pace.speed < float("inf"):
        raise ValueError(f"a speed is 0 (as fast as possible) or more, not {pace.speed}")
    if not 1 <= pace.bundle <= MAX_PINGS:
        raise ValueError(f"a request holds 1 to {MAX_PINGS} pings, not {pace.bundle}")
    if crew.tokens and len(crew.tokens) != recordings:
        raise ValueError(f"{recordings} recordings need as many device tokens, not {len(crew.tokens)}")
    if not crew.tokens and crew.key is None:
        raise ValueError("a replay needs a server key to register devices with, or a device token for each recording")


async def _phones(line: Line, crew: Crew, count: int) -> list[Phone]:
    if crew.tokens:
        return [Phone(line.another(), token) for token in crew.tokens]
    assert crew.key is not None
    customers = islice(cycle(crew.customers or (None,)), count)
    return [
        await Phone.register(
            line.another(),
            crew.key,
            customer=customer,
            consents=crew.consents,
            platform=crew.platform,
            push_token=f"replayed-{uuid.uuid4()}" if crew.pushable else None,
            first_contact=number == 0,
        )
        for number, customer in enumerate(customers)
    ]


def _timed(recording: Recording, start: float, pace: Pace) -> list[_Timed]:
    moments = stamps(recording, start, pace.speed)
    return [
        _Timed(fix, None if pace.speed == MAX else sent, sent if pace.restamp == "now" else fix.at)
        for fix, sent in zip(recording.fixes, moments, strict=True)
    ]


class _Walk:
    """One phone's whole way. A phone that waited for an answer sends what became due meanwhile, in order."""

    def __init__(
        self, phone: Phone, recording: Recording, timed: Sequence[_Timed], bundle: int, progress: Progress | None
    ) -> None:
        self.tally = Tally(recording.name, phone.device_id, len(timed))
        self._phone, self._timed, self._bundle, self._progress = phone, timed, bundle, progress

    async def go(self, clock: Clock) -> None:
        while self.tally.sent < len(self._timed):
            due = self._timed[self.tally.sent].due
            if due is not None and due > clock.now():
                await clock.sleep(due - clock.now())
            batch = _due(self._timed[self.tally.sent : self.tally.sent + self._bundle], clock.now())
            try:
                answer = await _send(self._phone, batch)
            except PhoneError as error:
                self.tally.stopped_by = str(error)
                break
            finally:
                self.tally.retried = self._phone.retried
            self._count(batch, answer)

    def _count(self, batch: Sequence[_Timed], answer: Answer) -> None:
        tally = self.tally
        tally.accepted += answer.accepted
        tally.rejected.update(reason for _, reason in answer.rejected)
        for each in batch:
            tally.sent += 1
            if self._progress is not None:
                self._progress(Step(tally.recording, tally.device_id, each.fix, each.at, tally.sent, tally.fixes))


def _is_here(to: str) -> bool:
    """A server on this machine is never asked by way of a proxy, whatever the environment says."""
    return httpx.URL(to).host in ("127.0.0.1", "localhost", "::1")


def _due(waiting: Sequence[_Timed], now: float) -> list[_Timed]:
    """The first, and those after it whose moment has come."""
    batch = [waiting[0]]
    for each in waiting[1:]:
        if each.due is not None and each.due > now:
            break
        batch.append(each)
    return batch


async def _send(phone: Phone, batch: Sequence[_Timed]) -> Answer:
    """A single ping that is no good is answered with 422 where an array would be accepted without it: the same to us."""
    try:
        return await phone.send([ping_of(each.fix, each.at) for each in batch])
    except RefusedError as refusal:
        if refusal.status != HTTPStatus.UNPROCESSABLE_ENTITY or len(batch) > 1:
            raise
        return Answer(accepted=0, rejected=((0, refusal.problem),), quiet_radius_m=None, watch_after_s=None)


def ping_of(fix: Fix, at: float) -> Ping:
    """What a phone posts of a fix that it says it took at `at` (epoch seconds); what the recording does not know is left out."""
    known = {"accuracy_m": fix.accuracy_m, "speed_mps": fix.speed_mps}
    return {
        "lat": fix.lat,
        "lon": fix.lon,
        "at": moment(at),
        **{name: value for name, value in known.items() if value is not None},
    }
