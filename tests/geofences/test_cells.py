"""Cells keep about a kilometre of a position, and never call two positions farther apart than they are."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geofences.cells import RADIUS_M, apart_m, cell_of, cells_of
from geofences.metres import distance_m, metres_per_degree, wrap_lon

LATS = st.floats(-90, 90) | st.floats(89.9, 90) | st.floats(-90, -89.9)
LONS = st.floats(-180, 180, exclude_max=True) | st.floats(179.9, 180, exclude_max=True) | st.floats(-180, -179.9)
EAST_M, NORTH_M = st.floats(-30_000, 30_000), st.floats(-30_000, 30_000)


@given(LATS, LONS, LATS, LONS)
def test_two_positions_are_never_nearer_than_their_cells(lat: float, lon: float, lat2: float, lon2: float) -> None:
    assert apart_m(cell_of(lat, lon), cell_of(lat2, lon2)) <= distance_m(lat, lon, lat2, lon2) + 0.001


@given(st.floats(-89.9, 89.9), LONS, EAST_M, NORTH_M)
def test_nor_where_they_are_some_kilometres_apart(lat: float, lon: float, east: float, north: float) -> None:
    per_lat, per_lon = metres_per_degree(lat)
    lat2, lon2 = max(-90.0, min(90.0, lat + north / per_lat)), wrap_lon(lon + east / per_lon)
    assert apart_m(cell_of(lat, lon), cell_of(lat2, lon2)) <= distance_m(lat, lon, lat2, lon2) + 0.001


@given(LATS, LONS, LATS, LONS)
def test_what_cells_leave_out_is_some_kilometres(lat: float, lon: float, lat2: float, lon2: float) -> None:
    """Else a bound of 0 would pass for one."""
    way = distance_m(lat, lon, lat2, lon2)
    assert apart_m(cell_of(lat, lon), cell_of(lat2, lon2)) >= way * 0.99 - 4 * RADIUS_M


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ((52.37, 4.89), (52.370001, 4.89)),
        ((0.0, 179.9999), (0.0, -179.9999)),
        ((89.9999, 10.0), (89.9999, -170.0)),
        ((-90.0, 0.0), (-89.9999, 100.0)),
        ((52.3699999, 4.89), (52.3700001, 4.89)),
    ],
    ids=["a step", "the antimeridian", "the north pole", "the south pole", "a cell's edge"],
)
def test_neighbours_are_not_apart(one: tuple[float, float], other: tuple[float, float]) -> None:
    assert apart_m(cell_of(*one), cell_of(*other)) == 0.0


def test_over_the_antimeridian_is_not_round_the_earth() -> None:
    assert 8_000 < apart_m(cell_of(0.0, 179.95), cell_of(0.0, -179.95)) < 11_132


def test_a_cell_is_about_a_kilometre() -> None:
    """Of every position within a cell's width most share it, and none that is two kilometres away does."""
    random = np.random.default_rng(3)
    lat, lon = np.degrees(np.arcsin(random.uniform(-1, 1, 5_000))), random.uniform(-180, 180, 5_000)
    cells = cells_of(lat, lon)
    per_lat = np.array([metres_per_degree(one)[0] for one in lat.tolist()])
    assert (cells_of(np.minimum(lat + 300 / per_lat, 90), lon) == cells).mean() > 0.6
    assert not (cells_of(np.minimum(lat + 2_000 / per_lat, 90), lon) == cells)[lat < 89.9].any()


def test_a_cell_covers_more_than_a_square_kilometre_in_the_middle() -> None:
    """What is kept says no more than one of so many numbers for the whole Earth."""
    rows = np.arange(-90, 90, 0.01) + 0.005
    cells = sum(math.ceil(math.cos(math.radians(abs(lat) - 0.005)) * 36_000) for lat in rows.tolist())
    assert 510_000_000 / cells > 1.0  # square kilometres


@given(LATS, LONS)
def test_a_cell_is_a_whole_number_however_it_is_asked(lat: float, lon: float) -> None:
    assert cell_of(lat, lon) == int(cells_of(np.array([0.0, lat]), np.array([0.0, lon]))[1]) >= 0
