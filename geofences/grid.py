"""Boxes in a grid of two levels: a tile of the Earth is cut into as many cells as its boxes are worth.

    tile     table[row, column]: 0 where there is no box, else the tile's first cell * 8 + how fine it is cut
    cell     starts[cell] to starts[cell + 1]: its boxes' items, growing
    item     what the box stands for

Positions and boxes go through the same rounding, which never turns an order round: so a position in a box finds the
box in its cell, on every last bit of a border too.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from geofences.metres import Floats
from geofences.rings import Ints, each

FINEST = 7
"""A tile has 2**7 cells a side at most."""
CELLS_A_BOX = 128
"""Bounds the memory of the cells: half a kilobyte a box."""
ITEMS_A_BOX = 16
"""In so many cells at most, on average, a box of a tile lies: bounds the memory and the building of the lists."""
MOST_TILES = 9
"""A box over more tiles than this goes into the coarse grid."""
PER_DEGREE, COARSE_PER_DEGREE = 1280.0, 40.0
"""A tile of the fine grid is 0.1 degrees a side and its finest cell 87 m high; of the coarse one 3.2 degrees and 2.8 km."""

_WITHIN = (1 << FINEST) - 1


@dataclass(frozen=True, slots=True)
class Spans:
    """Integer cells at the finest cut, both ends included: south, west, north, east, and the item of each box."""

    y0: Ints
    x0: Ints
    y1: Ints
    x1: Ints
    item: Ints

    @classmethod
    def of(cls, boxes: Floats, item: Ints, per_degree: float) -> "Spans":
        south, west, north, east = boxes.T
        return cls(
            _cell(south, 90.0, per_degree),
            _cell(west, 180.0, per_degree),
            _cell(north, 90.0, per_degree),
            _cell(east, 180.0, per_degree),
            item,
        )

    @property
    def tiles(self) -> Ints:
        """How many tiles each box lies in."""
        rows = (self.y1 >> FINEST) - (self.y0 >> FINEST) + 1
        return np.asarray(rows * ((self.x1 >> FINEST) - (self.x0 >> FINEST) + 1))

    def take(self, which: Ints | NDArray[np.bool_]) -> "Spans":
        return Spans(self.y0[which], self.x0[which], self.y1[which], self.x1[which], self.item[which])


class Grid:
    """Positions: latitude in [-90, 90], longitude in [-180, 180). `per_degree` is the number of the finest cells in a degree."""

    def __init__(self, spans: Spans, per_degree: float) -> None:
        """`spans` of boxes with west <= east, made with the same `per_degree`."""
        self._per_degree = per_degree
        self._row0, self._column0 = (int(a.min(initial=1 << 40)) >> FINEST for a in (spans.y0, spans.x0))
        self._rows = max(0, (int(spans.y1.max(initial=-1)) >> FINEST) - self._row0 + 1)
        self._columns = max(0, (int(spans.x1.max(initial=-1)) >> FINEST) - self._column0 + 1)
        self._build(spans)
        self._table_at: memoryview = self._table.data
        self._starts_at: memoryview = self._starts.data
        self._items_at: memoryview = self._items.data

    def _build(self, spans: Spans) -> None:
        tile, inside = self._in_tiles(spans)
        order = np.argsort(tile, kind="stable")
        tile, inside = tile[order], inside.take(order)
        tiles, of = np.unique(tile, return_inverse=True)
        fine = _fineness(of, inside, len(tiles))
        first = np.cumsum(np.concatenate([[1], 1 << 2 * fine]))  # cell 0 is nobody's: where the table has 0
        kind: Any = np.int32 if first[-1] < 1 << 27 else np.int64
        self._table: Any = np.zeros(self._rows * self._columns + 1, dtype=kind)  # the last is for positions beside it
        self._table[tiles] = first[:-1] << 3 | fine
        cells, self._items = _in_cells(inside, fine[of], first[of])
        self._starts = np.zeros(int(first[-1]) + 1, dtype=np.int32)
        np.cumsum(np.bincount(cells, minlength=int(first[-1])), out=self._starts[1:], dtype=np.int32)

    def _in_tiles(self, spans: Spans) -> tuple[Ints, Spans]:
        """Each box once for each tile it lies in, clipped to it: the tile's place in the table, cells within the tile."""
        ty, tx = spans.y0 >> FINEST, spans.x0 >> FINEST
        wide = (spans.x1 >> FINEST) - tx + 1
        box, nth = each(spans.tiles)
        spans, wide = spans.take(box), wide[box]
        ty, tx = ty[box] + nth // wide, tx[box] + nth % wide
        top, left = ty << FINEST, tx << FINEST
        inside = Spans(
            np.maximum(spans.y0 - top, 0),
            np.maximum(spans.x0 - left, 0),
            np.minimum(spans.y1 - top, _WITHIN),
            np.minimum(spans.x1 - left, _WITHIN),
            spans.item,
        )
        return (ty - self._row0) * self._columns + (tx - self._column0), inside

    def candidates(self, lat: Floats, lon: Floats) -> tuple[Ints, Ints]:
        """Row and item of every pair of a position and a box in its cell, sorted by both: all boxes that hold it, and more."""
        y = ((lat + 90.0) * self._per_degree).astype(np.int32)
        x = ((lon + 180.0) * self._per_degree).astype(np.int32)
        ty, tx = (y >> FINEST) - self._row0, (x >> FINEST) - self._column0
        beside = (ty.view(np.uint32) >= self._rows) | (tx.view(np.uint32) >= self._columns)
        ty *= self._columns
        ty += tx
        ty[beside] = -1
        entry = self._table[ty]
        fine = entry & 7
        cut = FINEST - fine
        cell = (((y & _WITHIN) >> cut) << fine) + ((x & _WITHIN) >> cut) + (entry >> 3)
        start = self._starts[cell]
        count = self._starts[cell + 1] - start
        row = np.flatnonzero(count)
        which, nth = each(count[row])
        return row[which], self._items[start[row][which] + nth]

    def items_at(self, lat: float, lon: float) -> Sequence[int]:
        """`candidates` of one position."""
        y, x = int((lat + 90.0) * self._per_degree), int((lon + 180.0) * self._per_degree)
        ty, tx = (y >> FINEST) - self._row0, (x >> FINEST) - self._column0
        if not (0 <= ty < self._rows and 0 <= tx < self._columns):
            return ()
        entry = self._table_at[ty * self._columns + tx]
        fine = entry & 7
        cut = FINEST - fine
        cell = (((y & _WITHIN) >> cut) << fine) + ((x & _WITHIN) >> cut) + (entry >> 3)
        start, end = self._starts_at[cell], self._starts_at[cell + 1]
        return self._items_at[start:end] if start != end else ()

    @property
    def nbytes(self) -> int:
        return int(self._table.nbytes) + self._starts.nbytes + self._items.nbytes


def grids_of(boxes: Floats, item: Ints) -> tuple[Grid, ...]:
    """Boxes as rows of south, west, north, east in degrees, west <= east, at most 180 and 90: large ones in a grid apart."""
    fine = Spans.of(boxes, item, PER_DEGREE)
    small = fine.tiles <= MOST_TILES
    coarse = Spans.of(boxes[~small], item[~small], COARSE_PER_DEGREE)
    made = [Grid(fine.take(small), PER_DEGREE)] if small.any() else []
    return (*made, Grid(coarse, COARSE_PER_DEGREE)) if len(coarse.item) else tuple(made)


def _fineness(tile: Ints, inside: Spans, tiles: int) -> Ints:
    """Each tile is cut into 2**f cells a side, as fine as CELLS_A_BOX and ITEMS_A_BOX allow for its boxes."""
    boxes = np.bincount(tile, minlength=tiles)
    fineness = np.zeros(tiles, dtype=np.intp)
    for fine in range(1, FINEST + 1):
        cut = FINEST - fine
        cells = np.bincount(tile, weights=_high(inside, cut) * _wide(inside, cut), minlength=tiles)
        fits = (cells <= ITEMS_A_BOX * boxes) & (1 << 2 * fine <= CELLS_A_BOX * boxes)
        fineness[fits] = fine
    return fineness


def _in_cells(inside: Spans, fine: Ints, first: Ints) -> tuple[Ints, NDArray[np.int32]]:
    """Each box once for each cell it lies in: the cells, growing, and the items beside them."""
    cut = FINEST - fine
    wide = _wide(inside, cut)
    corner = first + (inside.y0 >> cut << fine) + (inside.x0 >> cut)
    box, nth = each(_high(inside, cut) * wide)
    wide = wide[box]
    cells = corner[box] + (nth // wide << fine[box]) + nth % wide
    keys = cells << 32 | inside.item[box]
    keys.sort(kind="stable")  # they are nearly in order
    once = np.ones(len(keys), dtype=bool)
    once[1:] = keys[1:] != keys[:-1]  # two boxes of one item may share a cell
    keys = keys[once]
    return keys >> 32, (keys & 0xFFFFFFFF).astype(np.int32)


def _high(spans: Spans, cut: Ints | int) -> Ints:
    return (spans.y1 >> cut) - (spans.y0 >> cut) + 1


def _wide(spans: Spans, cut: Ints | int) -> Ints:
    return (spans.x1 >> cut) - (spans.x0 >> cut) + 1


def _cell(degrees: Floats, origin: float, per_degree: float) -> Ints:
    return ((degrees + origin) * per_degree).astype(np.intp)
