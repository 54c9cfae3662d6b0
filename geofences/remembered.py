"""What is kept of one device between two pings: times and geofences, never a coordinate."""

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
class Stay:
    """What a reopened stay goes on with."""

    since: float
    dwelled: bool = False


@dataclass(frozen=True, slots=True)
class Presence:
    """One device. `last_at` is the newest device time seen, `heard_at` the server's time of that ping.

    `version` is the index's at the last step, `reconciled` the newest that edits were looked at with; `left` has the
    time of each inferred exit that may still be reopened, `stays_left` the stay it closed.
    """

    last_at: float
    heard_at: float
    version: int
    inside: Mapping[str, Inside] = field(default_factory=dict)
    pending: Mapping[str, Pending] = field(default_factory=dict)
    left: Mapping[str, float] = field(default_factory=dict)
    stays_left: Mapping[str, Stay] = field(default_factory=dict)
    reconciled: int = 0

    EMPTY: ClassVar["Presence"]

    @staticmethod
    def empty() -> "Presence":
        """A device that was never heard."""
        return Presence.EMPTY

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
            left={i: at for i, at in self.left.items() if i not in inside},
            stays_left={i: stay for i, stay in self.stays_left.items() if i not in inside},
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
            kept["x"] = self.left
        if self.stays_left:
            kept["s"] = {i: [s.since, int(s.dwelled)] for i, s in self.stays_left.items()}
        return json.dumps(kept, separators=(",", ":")).encode()

    @staticmethod
    def from_bytes(raw: bytes) -> "Presence":
        """Raises ValueError when `raw` is not what `to_bytes` gave."""
        try:
            kept = json.loads(raw)
            version = kept["v"]
            return Presence(
                kept["l"],
                kept["h"],
                version,
                {i: Inside(since, bool(dwelled), out, v) for i, (since, dwelled, out, v) in kept.get("i", {}).items()},
                {i: Pending(count, depth, bool(new)) for i, (count, depth, new) in kept.get("p", {}).items()},
                kept.get("x", {}),
                {i: Stay(since, bool(dwelled)) for i, (since, dwelled) in kept.get("s", {}).items()},
                kept.get("r", version),
            )
        except (KeyError, TypeError, AttributeError) as broken:
            raise ValueError("these bytes are no presence") from broken


Presence.EMPTY = Presence(0.0, 0.0, 0)
