"""The borders of many geofences, to be asked how far they are from a spot at least and at most."""

import math
from collections.abc import Sequence

import numpy as np
import shapely
from numpy.typing import NDArray

from geofences.chords import Pieces, Spot, longest_ways, spots_of, squares_to
from geofences.metres import Floats
from geofences.shapes import Area, Shape

Numbers = NDArray[np.intp]

MOST_PIECES = 400_000
"""Pieces kept ready, of all areas: 23 MB. Past that they are made anew."""


class Ground:
    """The geofences as circles that cover them, and borders cut to pieces when they are asked for."""

    def __init__(self, shapes: Sequence[Shape]) -> None:
        self.shapes = shapes
        circles = np.array([shape.covering for shape in shapes], dtype=np.float64).reshape(-1, 3)
        self.middles: Floats = np.ascontiguousarray(spots_of(circles[:, 0], circles[:, 1]).T)
        self.radii: Floats = np.ascontiguousarray(circles[:, 2])
        self.is_area = np.array([isinstance(shape, Area) for shape in shapes], dtype=bool)
        self._pieces: dict[int, Pieces] = {}
        self._count = 0

    def pieces(self, number: int) -> Pieces:
        """Of an area's border."""
        found = self._pieces.get(number)
        if found is None:
            shape = self.shapes[number]
            found = Pieces.of(shape.edges if isinstance(shape, Area) else np.empty((0, 4)))
            self._count += found.rows.shape[1]
            if self._count > MOST_PIECES:
                self._pieces, self._count = {}, found.rows.shape[1]
            self._pieces[number] = found
        return found

    def chords(self, at: Spot, numbers: Numbers) -> Floats:
        """To the middles of the covering circles."""
        off = self.middles[numbers]
        off -= at[2:]
        chords: Floats = np.sqrt(np.einsum("ij,ij->i", off, off))
        return chords

    def bounds(self, at: Spot, numbers: Numbers) -> tuple[Floats, Floats]:
        """What the ways to these borders are at least and at most, by the covering circles alone."""
        chords, radii = self.chords(at, numbers), self.radii[numbers]
        ways = longest_ways(chords)
        least = np.maximum(chords - radii, 0.0)
        most = ways + radii
        circle = ~self.is_area[numbers]
        least[circle] = np.maximum(least, radii - ways)[circle]
        most[circle] = np.maximum(ways - radii, radii - chords)[circle]
        return least, most

    def look_at_areas(self, at: Spot, numbers: Numbers, least: Floats, most: Floats) -> None:
        """Narrow the bounds of those that are areas, by their borders."""
        areas = np.flatnonzero(self.is_area[numbers])
        if not len(areas):
            return
        pieces = [self.pieces(number) for number in numbers[areas].tolist()]
        sizes = np.array([one.rows.shape[1] for one in pieces])
        squares = squares_to(np.concatenate([one.rows for one in pieces], axis=1), at)
        metres = np.sqrt(np.minimum.reduceat(squares, np.cumsum(sizes) - sizes))
        slack = np.array([one.slack_m for one in pieces])
        least[areas] = np.maximum(least[areas], metres - slack)
        most[areas] = np.minimum(most[areas], longest_ways(metres + slack))

    def holds(self, at: Spot, number: int) -> bool:
        shape = self.shapes[number]
        if isinstance(shape, Area):
            return bool(shapely.intersects_xy(shape.geometry, at.lon, at.lat))
        x, y, z = self.middles[number].tolist()
        return math.dist((x, y, z), at[2:]) <= shape.radius_m
