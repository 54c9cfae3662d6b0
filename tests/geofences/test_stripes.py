"""The crossing of rays against GEOS, on figures that are hard for it."""

import math

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from geofences.rings import Rings
from geofences.stripes import ENTRIES_AN_EDGE, OPEN, Stripes


def comb(teeth: int) -> shapely.Polygon:
    """Every edge runs from the bottom to the top."""
    up = [(i / teeth, 0.9 if i % 2 else 0.1) for i in range(teeth + 1)]
    return shapely.Polygon([*up, (1.0, 0.0), (0.0, 0.0)])


def gear(teeth: int) -> shapely.Polygon:
    turns = [math.tau * i / teeth for i in range(teeth)]
    return shapely.Polygon(
        [((1 - i % 2 / 3) * math.cos(t), (1 - i % 2 / 3) * math.sin(t)) for i, t in enumerate(turns)]
    )


FIGURES = [
    shapely.box(0, 0, 1, 1),
    shapely.Polygon([(0, 0), (1, 1e-12), (0.5, 1e-12)]),
    shapely.box(0, 0, 1, 1).difference(shapely.box(0.25, 0.25, 0.75, 0.5)),
    shapely.MultiPolygon([shapely.box(0, 0, 0.4, 1), shapely.box(0.6, 0.2, 1, 0.8)]),
    comb(40),
    gear(64),
    gear(3_000),
]
STRIPES = Stripes(Rings.of(np.array(FIGURES, dtype=object)))
STEPS = st.one_of(st.floats(-1.1, 1.1), st.sampled_from([0.0, 0.1, 0.25, 0.5, 0.75, 0.9, 1.0, 1e-12, 5e-13]))


@settings(max_examples=300)
@given(st.lists(st.tuples(STEPS, STEPS), min_size=1, max_size=20), st.integers(0, len(FIGURES) - 1))
def test_what_is_not_left_open_is_as_geos_has_it(spots: list[tuple[float, float]], figure: int) -> None:
    lat, lon = np.array(spots).T
    sides = STRIPES.sides(lat, lon, np.full(len(spots), figure))
    due = shapely.intersects_xy(FIGURES[figure], lon, lat)
    assert (sides[sides != OPEN] == due[sides != OPEN]).all()
    assert sides.tolist() == [STRIPES.side(*spot, figure) for spot in spots]


@pytest.mark.parametrize("figure", range(len(FIGURES)))
def test_on_an_edge_it_is_left_open_and_elsewhere_hardly_ever(figure: int) -> None:
    vertices = shapely.get_coordinates(FIGURES[figure])
    of = np.full(len(vertices), figure)
    assert (STRIPES.sides(vertices[:, 1], vertices[:, 0], of) == OPEN).all()
    chance = np.random.default_rng(3)
    lat, lon = chance.uniform(-1, 1, 2_000), chance.uniform(-1, 1, 2_000)
    assert (STRIPES.sides(lat, lon, np.full(2_000, figure)) == OPEN).sum() == 0


def test_edges_that_all_run_far_north_take_no_more_memory() -> None:
    rings = Rings.of(np.array([comb(5_000)], dtype=object))
    assert Stripes(rings).nbytes <= 4 * (ENTRIES_AN_EDGE + 2) * int(rings.count[0])
