"""The nearest borders of geofences that never change, one position at a time, in some ten microseconds.

The Earth is cut into boxes of degrees, each into up to four, only where somebody asks. A box knows its candidates: the
geofences that can be among the `keep` nearest of any spot in it. It takes them from its own parent's, by this proof. The
way d(p) from a spot to a geofence's border changes by no more than the spot moves. So with the box's middle c and its
radius r, everywhere in the box d is between d(c) - r and d(c) + r. At least `keep` geofences are everywhere within
(the `keep`-th smallest upper bound of d(c)) + r, and one whose lower bound of d(c), less r, is more is never among them.

A box with few candidates is not cut any more. There the covering circles tell which borders can be the nearest, and
only those are looked at. Bounds of ways come from chords, see `chords`: what is called the way to a border here is never too long,
and too short by the pieces' slack at most, and by 1 m at 100 km.

Geofences that are `gone` may still be candidates. A box that has one is made anew without them, and kept.
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from geofences.chords import Pieces, Spot, box_radius_m, longest_way, spot_of
from geofences.ground import MOST_PIECES, Ground, Numbers
from geofences.metres import Floats
from geofences.shapes import Area, Shape

Gone = frozenset[int]
"""Numbers of geofences that are not in force any more."""

_FEW = 10
"""Candidates beside the `keep` nearest with which a box is not cut any more."""
_LOOKED_AT = 64
"""With so many candidates or fewer, areas are bounded by their borders and not by the circles that cover them."""
_SMALLEST_M = 20.0
"""Radius of a box that is not cut any more, however many geofences overlap there."""
_MOST_PIECES_OF_ONE = 64
"""An area with more has those that matter to a box picked out for it."""
KEPT = (1, 21, 101)
"""The nearest border; and what phones of both kinds may watch, with the next one, which bounds for how long."""
MOST_BOXES = 50_000
"""Boxes kept, of some 500 bytes to 2 kB. Past that they are made anew."""


@dataclass(slots=True)
class _Box:
    """`middle_lat` and `middle_lon` are where it is cut; `children` is none where it is not."""

    bounds: tuple[float, float, float, float]
    middle_lat: float
    middle_lon: float
    radius_m: float
    candidates: Numbers
    children: "list[_Box | None] | None" = None
    near: "list[_Candidate]" = field(default_factory=list)
    around: Gone = frozenset()
    """Geofences that hold the whole box, and whose borders are not in it."""
    names: Gone = frozenset()
    """The candidates."""
    anew: "_Box | None" = None
    without: Gone = frozenset()


@dataclass(frozen=True, slots=True)
class _Candidate:
    """`least_m` is a lower bound of the way from the box's middle to the border, x to `radius_m` the covering circle."""

    least_m: float
    number: int
    x: float
    y: float
    z: float
    radius_m: float
    area: Area | None
    pieces: Pieces | None


class Nearest:
    """The nearest of these shapes, which are known by their places in the order."""

    def __init__(
        self, shapes: Sequence[Shape], *, most_boxes: int = MOST_BOXES, most_pieces: int = MOST_PIECES
    ) -> None:
        self._ground = Ground(shapes, most_pieces)
        self._most_boxes = most_boxes
        self._boxes: dict[int, _Boxes] = {}

    def _boxes_for(self, count: int) -> "_Boxes":
        """With candidates enough; the first of KEPT that is no less, so that few sorts of boxes are made."""
        found = self._boxes.get(count)
        if found is None:
            keep = next((one for one in KEPT if one >= count), count)
            found = self._boxes.setdefault(keep, _Boxes(self._ground, keep, self._most_boxes))
            self._boxes[count] = found
        return found

    def look(self, at: Spot, gone: Gone, undecided_m: float) -> tuple[float, bool]:
        """The way to the nearest border, never too long, infinite when there is none; and whether that is at most `undecided_m`, or
        a geofence holds the spot.
        """
        return self._boxes_for(1).look(at, gone, undecided_m)

    def some(self, at: Spot, count: int, gone: Gone) -> tuple[Numbers, Floats]:
        """Geofences with the ways to their borders, in no order; the `count` nearest are among them."""
        return self._boxes_for(count).some(at, gone)

    def teach(self, other: "Nearest") -> None:
        """Ask the other where this one was asked, in calls of some milliseconds: who asks there next does not wait for its boxes."""
        for count, boxes in list(self._boxes.items()):
            if count == boxes.keep:
                for at in boxes.middles():
                    other.some(at, count, frozenset())


class _Boxes:
    """`keep` is for how many nearest geofences a box has candidates."""

    def __init__(self, ground: Ground, keep: int, most: int) -> None:
        self._ground = ground
        self.keep = keep
        self._most = most
        self._few = keep + _FEW
        self._count = 0
        self._root: _Box | None = None

    def look(self, at: Spot, gone: Gone, undecided_m: float) -> tuple[float, bool]:
        box = self._box_of(at, gone)
        nearest = self._border_m(at, box, gone)
        return nearest, nearest <= undecided_m or self._is_held(at, box, gone)

    def _border_m(self, at: Spot, box: _Box, gone: Gone) -> float:
        _, _, px, py, pz = at
        nearest = math.inf
        for one in box.near:
            if one.least_m - box.radius_m >= nearest:
                break
            x, y, z = one.x - px, one.y - py, one.z - pz
            chord = math.sqrt(x * x + y * y + z * z)
            metres = chord - one.radius_m
            if metres >= nearest or (gone and one.number in gone):
                continue
            if one.area is not None:
                metres = (one.pieces or self._ground.pieces((one.number,))[0]).least_m(at)
            elif metres < 0:
                metres = max(one.radius_m - longest_way(chord), 0.0)
            nearest = min(nearest, metres)
        return nearest

    def _is_held(self, at: Spot, box: _Box, gone: Gone) -> bool:
        if not box.around <= gone:
            return True
        for one in box.near:
            if one.least_m > box.radius_m:
                break
            if one.number not in gone and self._ground.holds(at, one.number):
                return True
        return False

    def some(self, at: Spot, gone: Gone) -> tuple[Numbers, Floats]:
        numbers = self._box_of(at, gone).candidates
        if gone:
            numbers = numbers[[number not in gone for number in numbers.tolist()]]
        least, most = self._ground.bounds(at, numbers)
        if len(numbers) > self.keep:
            near = least <= np.partition(most, self.keep - 1)[self.keep - 1]
            numbers, least, most = numbers[near], least[near], most[near]
        self._ground.look_at_areas(at, numbers, least)
        return numbers, least

    def _box_of(self, at: Spot, gone: Gone) -> _Box:
        """The uncut box around the spot, with all candidates that are not gone."""
        box = self._root
        if box is None or self._count > self._most:
            everyone = np.arange(len(self._ground.shapes))
            self._count, box = 0, self._new_box((-90.0, -180.0, 90.0, 180.0), everyone, frozenset())
            self._root = box
        lat, lon = at.lat, at.lon
        while box.children is not None:
            i = (2 if lat >= box.middle_lat else 0) + (1 if lon >= box.middle_lon else 0)
            box = box.children[i] or self._cut(box, i)
        return self._made_anew(box, gone) if gone and not box.names.isdisjoint(gone) else box

    def middles(self) -> Iterator[Spot]:
        """Of all boxes that were asked for and are not cut."""
        boxes = [] if self._root is None else [self._root]
        while boxes:
            box = boxes.pop()
            if box.children is None:
                yield spot_of(box.middle_lat, box.middle_lon)
            else:
                boxes += [child for child in box.children if child is not None]

    def _cut(self, box: _Box, i: int) -> _Box:
        south, west, north, east = box.bounds
        if i >= 2:
            south = box.middle_lat
        elif box.middle_lat <= 90.0:
            north = box.middle_lat
        if i % 2:
            west = box.middle_lon
        elif box.middle_lon <= 180.0:
            east = box.middle_lon
        child = self._new_box((south, west, north, east), box.candidates, box.around)
        assert box.children is not None
        box.children[i] = child
        return child

    def _made_anew(self, box: _Box, gone: Gone) -> _Box:
        """The same box without those that are gone. It stays good until more of its candidates go."""
        found = box.anew
        if found is None or not found.names.isdisjoint(gone) or not (found.without is gone or found.without <= gone):
            everyone = np.setdiff1d(np.arange(len(self._ground.shapes)), np.fromiter(gone, dtype=np.intp))
            found = self._new_box(box.bounds, everyone, box.around - gone, may_be_cut=False)
            found.without = gone
            box.anew = found
        return found

    def _new_box(
        self, bounds: tuple[float, float, float, float], among: Numbers, around: Gone, *, may_be_cut: bool = True
    ) -> _Box:
        self._count += 1
        south, west, north, east = bounds
        middle = spot_of((south + north) / 2, (west + east) / 2)
        radius = box_radius_m(*bounds)
        least, most = self._ground.bounds(middle, among)
        kept = self._within(least, most, radius)
        dropped = among[~kept]
        among, least, most = among[kept], least[kept], most[kept]
        inside = set(around)
        if self.keep == 1:  # only the quiet radius asks who holds a spot
            inside |= self._holders(middle, dropped)
        if len(among) <= max(_LOOKED_AT, 2 * self._few):
            self._ground.look_at_areas(middle, among, least, most)
            kept = self._within(least, most, radius)
            if self.keep == 1:
                inside |= self._holders(middle, among[~kept])
            among, least, most = among[kept], least[kept], most[kept]
        box = _Box(bounds, middle.lat, middle.lon, radius, among)
        if may_be_cut and len(among) > self._few and radius > _SMALLEST_M:
            tall = math.radians(north - south)
            wide = math.radians(east - west) * math.cos(math.radians(middle.lat))
            if wide > 2 * tall:
                box.middle_lat = math.inf
            elif tall > 2 * wide:
                box.middle_lon = math.inf
            box.children = [None] * 4
            box.around = frozenset(inside)
            return box
        if self.keep == 1:
            away = among[least > radius]
            inside |= self._holders(middle, away)
            order = np.argsort(least, kind="stable")
            box.near = [self._candidate(middle, radius, among[i], least[i], most[i]) for i in order.tolist()]
        box.around = frozenset(inside)
        box.names = frozenset(among.tolist())
        return box

    def _within(self, least: Floats, most: Floats, radius: float) -> NDArray[np.bool_]:
        if len(least) <= self.keep:
            return np.ones(least.shape, dtype=bool)
        near: NDArray[np.bool_] = least <= np.partition(most, self.keep - 1)[self.keep - 1] + 2 * radius
        return near

    def _holders(self, middle: Spot, numbers: Numbers) -> set[int]:
        """Those that hold a spot to which their borders are known not to come."""
        if not len(numbers):
            return set()
        close = numbers[self._ground.chords(middle, numbers) <= self._ground.radii[numbers]]
        return {number for number in close.tolist() if self._ground.holds(middle, number)}

    def _candidate(self, middle: Spot, radius: float, number: int, least: float, most: float) -> _Candidate:
        shape, pieces = self._ground.shapes[number], None
        if isinstance(shape, Area):
            whole = self._ground.pieces((int(number),))[0]
            if whole.rows.shape[1] > _MOST_PIECES_OF_ONE:
                pieces = whole.nearer_than(middle, float(most) + 2 * radius + whole.slack_m)
        x, y, z = self._ground.middles[number].tolist()
        area = shape if isinstance(shape, Area) else None
        return _Candidate(float(least), int(number), x, y, z, float(self._ground.radii[number]), area, pieces)
