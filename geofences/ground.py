"""The borders of many geofences, to be asked how far they are from a spot at least and at most."""

import math
from collections.abc import Sequence

import numpy as np
import shapely
from numpy.typing import NDArray

from geofences.chords import Pieces, Spot, box_radii_m, cut, longest_ways, spots_of, squares_of_many
from geofences.metres import Floats
from geofences.shapes import Area, Circle, Shape

Numbers = NDArray[np.intp]

MOST_PIECES = 2_000_000
"""Pieces kept ready, of all areas: 48 MB. 50,000 areas of 40 corners have so many; past that only those of the question at hand stay."""


class Ground:
    """Each geofence in a round that covers it: a circle is its own, an area has one round its bounds. Borders are cut to pieces when
    they are asked for.
    """

    def __init__(self, shapes: Sequence[Shape], most_pieces: int = MOST_PIECES) -> None:
        self.shapes = shapes
        self.is_area = np.array([isinstance(shape, Area) for shape in shapes], dtype=bool)
        rounds = np.zeros((len(shapes), 3))
        circles = [(one.lat, one.lon, one.radius_m) for one in shapes if isinstance(one, Circle)]
        rounds[~self.is_area] = np.array(circles).reshape(-1, 3)
        rounds[self.is_area] = _rounds_of([one for one in shapes if isinstance(one, Area)])
        self.middles: Floats = np.ascontiguousarray(spots_of(rounds[:, 0], rounds[:, 1]).T)
        self.radii: Floats = np.ascontiguousarray(rounds[:, 2])
        self._pieces: dict[int, Pieces] = {}
        self._count = 0
        self._most_pieces = most_pieces

    def pieces(self, numbers: Sequence[int]) -> list[Pieces]:
        """Of the borders of these areas."""
        kept = self._pieces
        missing = [number for number in numbers if number not in kept]
        if missing:
            areas = [shape for number in missing if isinstance(shape := self.shapes[number], Area)]
            made = cut([_border_of(area) for area in areas])
            self._count += sum(one.rows.shape[1] for one in made)
            if self._count > self._most_pieces:
                kept = {number: kept[number] for number in numbers if number in kept}
                self._count = sum(one.rows.shape[1] for one in (*kept.values(), *made))
            kept.update(zip(missing, made, strict=True))
            self._pieces = kept
        return [kept[number] for number in numbers]

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

    def look_at_areas(self, at: Spot, numbers: Numbers, least: Floats, most: Floats | None = None) -> None:
        """Narrow the bounds of those that are areas, by their borders."""
        areas = np.flatnonzero(self.is_area[numbers])
        if not len(areas):
            return
        pieces = self.pieces(numbers[areas].tolist())
        metres = np.sqrt(squares_of_many(pieces, at))
        slack = np.array([one.slack_m for one in pieces])
        least[areas] = np.maximum(least[areas], metres - slack)
        if most is not None:
            most[areas] = np.minimum(most[areas], longest_ways(metres + slack))

    def holds(self, at: Spot, number: int) -> bool:
        shape = self.shapes[number]
        if isinstance(shape, Area):
            return bool(shapely.intersects_xy(shape.geometry, at.lon, at.lat))
        x, y, z = self.middles[number].tolist()
        return math.dist((x, y, z), at[2:]) <= shape.radius_m


def _border_of(area: Area) -> Floats:
    """`edges`, which would stay with the area, made anew from the geometry."""
    if area.over_antimeridian:
        return area.edges
    vertices, ring = shapely.get_coordinates(shapely.get_rings(shapely.get_parts(area.geometry)), return_index=True)
    lat_lon = vertices[:, ::-1]
    edges: Floats = np.hstack([lat_lon[:-1], lat_lon[1:]])[ring[:-1] == ring[1:]]
    return edges


def _rounds_of(areas: Sequence[Area]) -> Floats:
    """(n, 3): lat, lon and radius of a round that holds all of each area."""
    if not areas:
        return np.zeros((0, 3))
    west, south, east, north = shapely.bounds([area.geometry for area in areas]).T
    for i in np.flatnonzero((west == -180.0) & (east == 180.0)).tolist():  # cut in two at the antimeridian
        bounds = areas[i].bounds
        west[i], east[i] = bounds.west, bounds.east + 360.0 if bounds.west > bounds.east else bounds.east
    return np.stack([(south + north) / 2, (west + east) / 2, box_radii_m(south, west, north, east)], axis=1)
