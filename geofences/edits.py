"""The last edits of geofences, so that a phone can be told whether one of them concerns the list that it holds."""

from collections.abc import Iterable
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from geofences.chords import Spot
from geofences.ground import Ground, Numbers
from geofences.shapes import Shape

Ints = NDArray[np.int64]

MOST_EDITS = 2_000
"""Shapes that are remembered: as many as an overlay may hold before it becomes a new base. Older ones make every list doubtful."""


class Edits:
    """Shapes that came, went or were others, each with the version of that. Nothing is known of `since` and before."""

    def __init__(self, since: int, shapes: Iterable[tuple[int, Shape]] = ()) -> None:
        self.since = since
        self.shapes = tuple(shapes)

    def after(self, shapes: Iterable[Shape], version: int) -> "Edits":
        """With those of one more version. The oldest versions are forgotten whole where they are too many."""
        known = [*self.shapes, *((version, shape) for shape in shapes)]
        since = max(self.since, known[-MOST_EDITS - 1][0]) if len(known) > MOST_EDITS else self.since
        return Edits(since, [one for one in known if one[0] > since])

    def touch(self, at: Spot, within_m: float, since: int) -> bool:
        """Whether a shape edited after the version `since` comes within the radius of the spot. Yes also where nobody knows any more."""
        if since < self.since:
            return True
        first = np.searchsorted(self._versions, since, side="right")
        numbers: Numbers = np.arange(first, len(self.shapes))
        least, _ = self._ground.bounds(at, numbers)
        near = numbers[(least <= within_m) | (self._ground.chords(at, numbers) <= self._ground.radii[numbers])]
        least, _ = self._ground.bounds(at, near)
        self._ground.look_at_areas(at, near, least)
        return bool((least <= within_m).any()) or any(self._ground.holds(at, number) for number in near.tolist())

    @cached_property
    def _versions(self) -> Ints:
        return np.array([version for version, _ in self.shapes], dtype=np.int64)

    @cached_property
    def _ground(self) -> Ground:
        return Ground([shape for _, shape in self.shapes])
