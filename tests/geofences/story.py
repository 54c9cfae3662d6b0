"""A walk past stores, told in minutes and metres, for the tests of presence."""

from dataclasses import dataclass, field

from geofences.fence_index import Fence, FenceIndex
from geofences.presence import Presence, Sighting, Step, due_at, reconcile, step, tick
from geofences.shapes import Circle

NOON = 1_772_366_400.0
FAR = None  # beyond reach


def index(*names: str, dwell_s: int | None = None, since: int = 0, version: int = 1) -> FenceIndex:
    shape = Circle(52.37, 4.89, 100)
    return FenceIndex([Fence(n, n, "premises", shape, dwell_s, since) for n in names], version)


STORE = index("store")


@dataclass
class Walk:
    index: FenceIndex = STORE
    presence: Presence | None = None
    told: list[str] = field(default_factory=list)

    def ping(
        self, minutes: float, *metres: float | None, accuracy_m: float | None = 10, heard: float | None = None
    ) -> Step:
        """One number for each geofence of the index, in its order."""
        distances = {f.id: m for f, m in zip(self.index.fences, metres, strict=True) if m is not None}
        at = NOON + 60 * minutes
        received_at = at if heard is None else NOON + 60 * heard
        return self._take(step(self.presence, Sighting(at, accuracy_m, distances), self.index, received_at=received_at))

    def wait(self, until_minutes: float) -> Step:
        assert self.presence is not None
        return self._take(tick(self.presence, self.index, now=NOON + 60 * until_minutes))

    def edit(self, new: FenceIndex, minutes: float) -> Step:
        assert self.presence is not None
        self.index = new
        return self._take(reconcile(self.presence, new, now=NOON + 60 * minutes))

    def due(self) -> float:
        assert self.presence is not None
        return (due_at(self.presence, self.index) - NOON) / 60

    def _take(self, moved: Step) -> Step:
        self.presence = Presence.from_bytes(moved.presence.to_bytes())
        assert self.presence == moved.presence
        for t in moved.transitions:
            reason = f" {t.reason}" if t.reason else ""
            source = "" if t.source == "server" else f" {t.source}"
            self.told.append(f"{(t.at - NOON) / 60:g} {t.kind} {t.fence_id}{source}{reason}")
        return moved
