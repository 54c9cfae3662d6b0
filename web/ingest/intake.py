"""What location apps send, on its way into the lanes. A protocol's reader is pure and gives `Records`; `Intake.take` does the rest.

A record that can not be used is named, counted and dropped. The app gets its own success all the same: one bad record that is
refused would block its queue for ever.
"""

import asyncio
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import prometheus_client

from geofences.ping import Ping, Refusal, read_at, read_ping
from geofences.told import LONGEST_ID, Kind, Told
from web.gathering import Gathering
from web.ingest.reading import moment, number
from web.parts import Parts
from workers.lanes import lane_of
from workers.letters import DeviceLetter, PingLetter, TransitionLetter, size_of

MOST_RECORDS = 5000
"""Of one body. Overland sends 1,000 at most; 1 MB holds some 2,000 real ones, and many more that nobody's phone has made."""

REASONS: tuple[str, ...] = (
    "empty",
    "invalid_json",
    "invalid_form",
    "too_large",
    "too_many",
    "unknown_type",
    "not_a_position",
    "encrypted",
    "duplicate",
    "invalid_fix",
    "not_a_transition",
    "unknown_region",
    "no_location_consent",
)
"""Why a record was of no use, beside geofences.ping.REASONS."""


@dataclass(slots=True)
class Records:
    """What one body of an app holds, as of `received_at` (epoch seconds): usable records, and why the others are not.

    A transition's `geofence_id` is what the app calls its region: our id where it has it from us.
    """

    received_at: float
    pings: list[Ping] = field(default_factory=list)
    transitions: list[Told] = field(default_factory=list)
    unusable: Counter[str] = field(default_factory=Counter)

    @property
    def newest(self) -> Ping | None:
        return max(self.pings, key=lambda one: one.at, default=None)

    def drop(self, reason: str, count: int = 1) -> "Records":
        self.unusable[reason] += count
        return self

    def add_position(self, raw: Mapping[str, Any]) -> Ping | None:
        """A position in the fields of `read_ping`; `at` in any way that phones write times. None: it was of no use."""
        ping = read_ping(raw, received_at=self.received_at, read_time=moment)
        if isinstance(ping, Refusal):
            self.drop(ping.reason)
            return None
        self.pings.append(ping)
        return ping

    def add_crossing(
        self, region: object, kind: Kind | None, at: object, accuracy_m: object, seen: Ping | None
    ) -> None:
        """A transition of a region; `kind` is none where the app's word is none of ours, `seen` the place where the app says one."""
        seen_at = read_at(at, self.received_at, moment)
        if kind is None or not isinstance(region, str) or not 0 < len(region) <= LONGEST_ID:
            self.drop("not_a_transition")
        elif isinstance(seen_at, Refusal):
            self.drop(seen_at.reason)
        else:
            metres = number(accuracy_m)
            accuracy = metres if metres is not None and metres > 0 else None
            where = (seen.lat, seen.lon) if seen else (None, None)
            self.transitions.append(Told(region, kind, seen_at, accuracy, *where))


@dataclass(frozen=True, slots=True)
class Taken:
    """`refused` is why the lane takes nothing of this device (`revoked`, `no_location_consent`); none: it has what was usable."""

    refused: str | None = None
    newest: Ping | None = None


class Intake:
    """One to a process, and of one event loop, as the gathering is."""

    def __init__(self, parts: Parts, gathering: Gathering) -> None:
        self._fences = parts.fences
        self._lanes = parts.lanes.lanes
        self._gathering = gathering
        self._accepted = prometheus_client.Counter(
            "passerby_ingest_accepted",
            "Records of location apps that a lane has taken, by this process",
            ["client"],
            registry=parts.registry,
        )
        self._unusable = prometheus_client.Counter(
            "passerby_ingest_unusable",
            "Records of location apps that were dropped, by this process",
            ["client", "reason"],
            registry=parts.registry,
        )

    async def take(self, client: str, device_id: str, records: Records) -> Taken:
        """Put the records into the device's lane; once this returns they survive the crash of any process.

        `client` is the protocol's name in the counts. `LanesUnavailableError`: send all of it again, which does no harm.
        """
        letters = self._letters(device_id, records)
        lane = lane_of(device_id, self._lanes)
        answers = await asyncio.gather(*(self._gathering.put(lane, one) for one in letters))
        refused = next((one for one in answers if one is not None), None)
        usable = sum(map(size_of, letters))
        if refused is None:
            self._accepted.labels(client).inc(usable)
        elif refused != "revoked":
            records.drop("no_location_consent", usable)
        for reason, count in records.unusable.items():
            self._unusable.labels(client, reason).inc(count)
        return Taken(refused, None if refused else records.newest)

    def _letters(self, device_id: str, records: Records) -> list[DeviceLetter]:
        """Transitions first: of one and the same moment, the phone's own word is heard before its ping."""
        index, letters = self._fences.index, list[DeviceLetter]()
        known = [one for one in records.transitions if self._is_ours(one.geofence_id)]
        if len(known) < len(records.transitions):
            records.drop("unknown_region", len(records.transitions) - len(known))
        if known:
            rows = [(one.geofence_id, one.kind, one.at, one.accuracy_m, one.lat, one.lon) for one in known]
            letters.append(TransitionLetter(device_id, records.received_at, rows, index.version))
        if records.pings:
            pings = [(one.lat, one.lon, one.at, one.accuracy_m) for one in records.pings]
            letters.append(PingLetter(device_id, records.received_at, pings, index.version))
        return letters

    def _is_ours(self, region: str) -> bool:
        """A region of the app's user is nobody else's business. Before the geofences were read, matching tells."""
        index = self._fences.index
        return region in index.by_id or index.version < 0
