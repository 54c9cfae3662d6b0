"""What is kept of one device between two pings: times and geofences, never a coordinate; of where it is a cell of about a kilometre."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, ClassVar


@dataclass(frozen=True, slots=True)
class Inside:
    """An open stay: since when (device's time), whether its dwell was told, and the weight of the pings in a row that were outside.

    `version` is the index's when the device came in; None where the stay was read from elsewhere.
    """

    since: float
    dwelled: bool = False
    out_count: float = 0
    version: int | None = None


@dataclass(frozen=True, slots=True)
class Pending:
    """An enter in the making: the weight of the pings in a row that were inside, and how deep they were together, in accuracies.

    `created`: the geofence came to be around a device that was being heard.
    """

    count: float
    depth: float
    created: bool = False


@dataclass(frozen=True, slots=True)
class Left:
    """An exit that the next pings are judged by: when (device's time) and by whom it was seen, `server`, `device` or `inferred`.

    What a reopened stay goes on with, and the weight of the pings in a row that were outside since. `since` None: the phone
    told an exit of where it was not inside.
    """

    at: float
    by: str
    since: float | None
    dwelled: bool = False
    out_count: float = 0


@dataclass(frozen=True, slots=True)
class Spot:
    """About where a ping was: its time by the device, and its cell, see `cells`."""

    at: float
    cell: int


@dataclass(frozen=True, slots=True)
class Presence:
    """One device. `last_at` is the newest device time heard, `heard_at` the server's time of that; `pinged_at` is the newest ping's.

    `version` is the index's at the last step, `reconciled` the newest that edits were looked at with. `left` has the exits
    that are still of use. `seen` is where the newest ping was, for a short time, `suspect` one that could not be true yet.
    """

    last_at: float
    heard_at: float
    version: int
    inside: Mapping[str, Inside] = field(default_factory=dict)
    pending: Mapping[str, Pending] = field(default_factory=dict)
    left: Mapping[str, Left] = field(default_factory=dict)
    reconciled: int = 0
    pinged_at: float | None = None
    """None: `last_at`; it differs while a phone's own transition is the newest that was heard."""
    seen: Spot | None = None
    suspect: Spot | None = None

    EMPTY: ClassVar["Presence"]

    @staticmethod
    def empty() -> "Presence":
        """A device that was never heard."""
        return Presence.EMPTY

    @staticmethod
    def rebuilt(inside: Mapping[str, Inside], left: Mapping[str, Left], version: int, now: float) -> "Presence":
        """What the truth still knows of a device whose presence was lost. It is taken to be there at `now`, by both clocks: its dwells fall
        due when they would have, and its silence begins now. Of its pings all are new that it made since it came in or left.
        """
        pinged_at = max([*(stay.since for stay in inside.values()), *(one.at for one in left.values())], default=now)
        return Presence(now, now, version, inside, left=left, pinged_at=min(pinged_at, now), reconciled=version)

    @property
    def newest_ping(self) -> float:
        """A ping that is not newer is late."""
        return self.last_at if self.pinged_at is None else self.pinged_at

    def with_inside(self, memberships: Mapping[str, Inside]) -> "Presence":
        """The same device inside exactly these geofences; pings outside that were counted already stay counted."""
        inside = {}
        for fence_id, stay in memberships.items():
            own = self.inside.get(fence_id)
            inside[fence_id] = stay if own is None else replace(stay, out_count=own.out_count, version=own.version)
        return replace(
            self,
            inside=inside,
            pending={i: pending for i, pending in self.pending.items() if i not in inside},
            left={i: left for i, left in self.left.items() if i not in inside},
        )

    def to_bytes(self) -> bytes:
        """Compact JSON; what is empty is left out."""
        kept: dict[str, Any] = {"l": self.last_at, "h": self.heard_at, "v": self.version}
        if self.reconciled != self.version:
            kept["r"] = self.reconciled
        if self.inside:
            kept["i"] = {i: [s.since, int(s.dwelled), s.out_count, s.version] for i, s in self.inside.items()}
        if self.pending:
            kept["p"] = {i: [p.count, p.depth, int(p.created)] for i, p in self.pending.items()}
        if self.left:
            kept["x"] = {i: [x.at, x.by, x.since, int(x.dwelled), x.out_count] for i, x in self.left.items()}
        if self.pinged_at is not None:
            kept["n"] = self.pinged_at
        if self.seen is not None:
            kept["c"] = [self.seen.cell] if self.seen.at == self.last_at else [self.seen.cell, self.seen.at]
        if self.suspect is not None:
            kept["d"] = [self.suspect.cell, self.suspect.at]
        return _as_text(kept).encode()

    @staticmethod
    def from_bytes(raw: bytes) -> "Presence":
        """Raises ValueError when `raw` is not what `to_bytes` gives, or gave before: a Redis lives through an upgrade."""
        try:
            kept = json.loads(raw.decode())
            version = kept["v"]
            return Presence(
                kept["l"],
                kept["h"],
                version,
                {i: Inside(since, bool(dwelled), out, v) for i, (since, dwelled, out, v) in kept.get("i", {}).items()},
                {i: Pending(count, depth, bool(new)) for i, (count, depth, new) in kept.get("p", {}).items()},
                _lefts(kept.get("x", {}), kept.get("s", {})),
                kept.get("r", version),
                kept.get("n"),
                _spot(kept.get("c"), kept["l"]),
                _spot(kept.get("d"), kept["l"]),
            )
        except (KeyError, TypeError, AttributeError, IndexError) as broken:
            raise ValueError("these bytes are no presence") from broken


def _lefts(kept: Mapping[str, Any], stays: Mapping[str, Any]) -> dict[str, Left]:
    """Exits. Once only inferred ones were kept: an exit was its time alone, and the stay that it closed stood beside it in `s`."""
    found = {}
    for fence_id, one in kept.items():
        if isinstance(one, list):
            at, by, since, told, out = one
        else:
            since, told = stays.get(fence_id, (None, False))
            at, by, out = one, "inferred", 0
        found[fence_id] = Left(at, by, since, bool(told), out)
    return found


_as_text = json.JSONEncoder(separators=(",", ":")).encode


def _spot(kept: list[Any] | None, last_at: float) -> Spot | None:
    return None if kept is None else Spot(kept[1] if len(kept) > 1 else last_at, kept[0])


Presence.EMPTY = Presence(0.0, 0.0, 0)
