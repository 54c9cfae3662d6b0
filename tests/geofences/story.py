"""A walk past stores, told in minutes and metres, for the tests of presence."""

from dataclasses import dataclass, field
from typing import Literal

from geofences.cells import cell_of
from geofences.fence_index import Fence, FenceIndex
from geofences.hearing import Heard, hear
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
        self,
        minutes: float,
        *metres: float | None,
        accuracy_m: float | None = 10,
        heard: float | None = None,
        where: tuple[float, float] | None = None,
    ) -> Step:
        """One number for each geofence of the index, in its order; `where` in degrees matters to the teleport check alone."""
        distances = {f.id: m for f, m in zip(self.index.fences, metres, strict=True) if m is not None}
        at = NOON + 60 * minutes
        received_at = at if heard is None else NOON + 60 * heard
        sighting = Sighting(at, accuracy_m, distances, None if where is None else cell_of(*where))
        return self._take(step(self.presence, sighting, self.index, received_at=received_at))

    def told_by_phone(
        self,
        minutes: float,
        kind: Literal["enter", "dwell", "exit"],
        metres: float | None = None,
        *,
        fence: str = "store",
        accuracy_m: float | None = None,
        heard: float | None = None,
        where: tuple[float, float] | None = None,
    ) -> Step:
        """The phone's own transition; `metres` from where it says it was to the border, `math.inf` beyond reach."""
        at = NOON + 60 * minutes
        received_at = at if heard is None else NOON + 60 * heard
        word = Heard(fence, kind, at, accuracy_m, metres, None if where is None else cell_of(*where))
        return self._take(hear(self.presence, word, self.index, received_at=received_at))

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
