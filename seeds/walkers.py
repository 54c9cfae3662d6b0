"""People who carry phones along recorded walks, again and again: the demo's customers.

Each phone registers and pings through the doors like any other. Where a walker really is stays in this process's memory:
the server has no trail, so whoever wants to draw the walkers asks here.
"""

import asyncio
import random
from bisect import bisect_right
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from http import HTTPStatus
from itertools import count
from typing import Any, Literal

import httpx

from seeds.phone import PATIENT, WALL_CLOCK, Clock, Line, Patience, Phone, PhoneError, Platform, RefusedError
from seeds.recordings import Fix, Recording
from seeds.replay import ping_of, stamps

LEAST_WALK_S = 300.0
LEAST_FIXES = 15
"""A recording with less is no walk to look at: some phones lost the way after a minute."""

STAGGER_S = 2.5
"""Between the first steps of one walker and the next."""
PAUSE_S = (3.0, 9.0)
BROWSE_S = 70.0
"""Each fourth walk ends with a look around in the shop, long enough for its dwell."""
ASK_AGAIN_S = 15.0
"""How long a phone that was refused for want of consent keeps its positions to itself before it asks again."""

State = Literal["waiting", "walking", "resting"]


@dataclass(frozen=True, slots=True)
class Person:
    """A customer of the seed and the phone in the pocket. `language` is a tag such as nl."""

    customer: str
    name: str
    language: str
    platform: Platform

    @property
    def initials(self) -> str:
        words = self.name.split()
        return (words[0][:1] + words[-1][:1]).upper() if len(words) > 1 else self.name[:2].upper()


def people_of(customers: Sequence[Mapping[str, Any]]) -> list[Person]:
    """The customers of a seed's customers.json, with phones as a town has them: half Android, half iOS."""
    platforms: tuple[Platform, ...] = ("ios", "android")
    return [
        Person(one["id"], one.get("name") or one["id"], one.get("language") or "en", platforms[number % 2])
        for number, one in enumerate(customers)
    ]


def walks_of(recordings: Sequence[Recording]) -> list[Recording]:
    """The recordings that are long enough to be followed."""
    return [one for one in recordings if one.duration_s >= LEAST_WALK_S and len(one.fixes) >= LEAST_FIXES]


@dataclass(slots=True)
class Walker:
    """One phone and who carries it, as only the simulator knows them."""

    person: Person
    device_id: str | None = None
    state: State = "waiting"
    walk: Recording | None = None
    moments: tuple[float, ...] = ()
    """When each fix of the walk is reported, in epoch seconds."""
    reported: tuple[Fix, float] | None = None
    """The last fix that was sent, and when."""
    refused: str | None = None
    """Why the server takes no position of this phone; none: it does."""

    def where(self, now: float) -> tuple[float, float] | None:
        """The true position at a moment (degrees, latitude first), between two fixes in proportion of time; None before the first walk."""
        if self.walk is None or not self.moments:
            return None
        after = bisect_right(self.moments, now)
        if after == 0:
            return _true(self.walk.fixes[0])
        if after == len(self.moments):
            return _true(self.walk.fixes[-1])
        before, until = self.moments[after - 1], self.moments[after]
        share = (now - before) / (until - before)
        here, there = _true(self.walk.fixes[after - 1]), _true(self.walk.fixes[after])
        return here[0] + share * (there[0] - here[0]), here[1] + share * (there[1] - here[1])

    def shown(self, now: float) -> dict[str, Any]:
        where = self.where(now)
        shown: dict[str, Any] = {
            "customer": self.person.customer,
            "name": self.person.name,
            "initials": self.person.initials,
            "device": self.device_id,
            "state": self.state,
            "refused": self.refused,
            "true": where and {"lat": round(where[0], 7), "lon": round(where[1], 7)},
            "reported": None,
        }
        if self.reported is not None:
            fix, at = self.reported
            shown["reported"] = {"lat": fix.lat, "lon": fix.lon, "accuracy_m": fix.accuracy_m, "at": at}
        return shown


def _true(fix: Fix) -> tuple[float, float]:
    """Where the phone really was; where the recording does not know, what it said."""
    if fix.true_lat is None or fix.true_lon is None:
        return fix.lat, fix.lon
    return fix.true_lat, fix.true_lon


Told = Callable[[Walker, str], None]
"""What only the phone knows happened to a walker: `refused` or `located` when that changes, `gone` when its phone gave up."""

SetsOut = Callable[[Walker], Awaitable[None]]


@dataclass(slots=True)
class Walkers:
    """All walkers of a town. `speed` times as fast as recorded, restamped to the moment of sending."""

    people: Sequence[Person]
    recordings: Sequence[Recording]
    to: str
    key: str = field(repr=False)
    speed: float = 12.0
    seed: int = 7
    """Who takes which walk when; the same seed, the same day."""
    own: Mapping[str, Recording] = field(default_factory=dict)
    """By customer: the one walk that somebody always takes; everybody else takes whichever comes."""
    sets_out: SetsOut | None = None
    """Is awaited each time before a walker sets out."""
    told: Told = lambda _walker, _what: None
    patience: Patience = PATIENT
    clock: Clock = WALL_CLOCK
    all: list[Walker] = field(init=False)

    def __post_init__(self) -> None:
        if not self.recordings:
            raise ValueError("there is no recording to walk")
        self.all = [Walker(person) for person in self.people]

    def snapshot(self) -> list[dict[str, Any]]:
        """Where everybody is now: customer, name, initials, device, state, refused, true and reported position."""
        now = self.clock.now()
        return [walker.shown(now) for walker in self.all]

    async def go(self, walks: int | None = None) -> None:
        """Register every phone and walk until cancelled, or `walks` walks each. A phone that is refused for good (its device
        was removed, say) or never answered stays where it is; the others go on. PhoneError when one can not be registered.
        """
        limits = httpx.Limits(max_connections=64)
        async with httpx.AsyncClient(base_url=self.to, limits=limits, trust_env=False) as client:
            line = Line(client, self.patience, self.clock)
            phones = [await self._register(walker, line.another()) for walker in self.all]
            async with asyncio.TaskGroup() as town:
                for number, (walker, phone) in enumerate(zip(self.all, phones, strict=True)):
                    town.create_task(self._until_gone(number, walker, phone, walks))

    async def _register(self, walker: Walker, line: Line) -> Phone:
        person = walker.person
        phone = await Phone.register(
            line,
            self.key,
            customer=person.customer,
            platform=person.platform,
            push_token=f"demo-{person.customer}",
            locale=person.language,
        )
        walker.device_id = phone.device_id
        return phone

    async def _until_gone(self, number: int, walker: Walker, phone: Phone, walks: int | None) -> None:
        try:
            await self._live(number, walker, phone, walks)
        except PhoneError as error:
            walker.state, walker.walk, walker.reported = "waiting", None, None
            walker.refused = error.problem if isinstance(error, RefusedError) else "no answer"
            self.told(walker, "gone")

    async def _live(self, number: int, walker: Walker, phone: Phone, walks: int | None) -> None:
        chance = random.Random(f"{self.seed}/{walker.person.customer}")  # noqa: S311  a day in a town, no secret
        order = list(range(len(self.recordings)))
        random.Random(self.seed).shuffle(order)  # noqa: S311  as above
        await self.clock.sleep(number * STAGGER_S)
        for turn in count() if walks is None else range(walks):
            recording = self.recordings[order[(number * 3 + turn * 5) % len(order)]]
            if turn == 0 and number % 3 == 2:
                recording = _second_half(recording)  # somebody is near the shops from the start
            recording = self.own.get(walker.person.customer, recording)
            if self.sets_out is not None:
                await self.sets_out(walker)
            await self._walk(walker, phone, recording)
            browses = (number + turn) % 4 == 0
            await self.clock.sleep(BROWSE_S if browses else chance.uniform(*PAUSE_S))

    async def _walk(self, walker: Walker, phone: Phone, recording: Recording) -> None:
        walker.walk, walker.reported = recording, None
        walker.moments = stamps(recording, self.clock.now(), self.speed)
        walker.state = "walking"
        silent_until = 0.0
        for fix, at in zip(recording.fixes, walker.moments, strict=True):
            if at > self.clock.now():
                await self.clock.sleep(at - self.clock.now())
            if self.clock.now() < silent_until:
                continue
            if not await self._report(walker, phone, fix, at):
                silent_until = self.clock.now() + ASK_AGAIN_S
        walker.state = "resting"

    async def _report(self, walker: Walker, phone: Phone, fix: Fix, at: float) -> bool:
        """Send a fix; False when the customer's consents do not cover positions, which is not the phone's failure."""
        try:
            await phone.send([ping_of(fix, at)])
        except RefusedError as refusal:
            if refusal.status == HTTPStatus.UNPROCESSABLE_ENTITY:
                return True
            if refusal.status != HTTPStatus.FORBIDDEN:
                raise
            walker.reported = None
            self._say(walker, refusal.problem)
            return False
        walker.reported = (fix, at)
        self._say(walker, None)
        return True

    def _say(self, walker: Walker, refused: str | None) -> None:
        if refused != walker.refused:
            walker.refused = refused
            self.told(walker, "refused" if refused else "located")


def _second_half(recording: Recording) -> Recording:
    return Recording(recording.name, recording.fixes[len(recording.fixes) // 2 :])
