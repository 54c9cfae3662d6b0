import csv
import math
from pathlib import Path

import numpy as np
import pytest
from geographiclib.geodesic import Geodesic
from hypothesis import given
from hypothesis import strategies as st

from geofences.metres import Plane, distance_m, distances_m, metres_per_degree, wrap_lon

DATA = Path(__file__).parent / "data"
LAT = st.floats(-90, 90)
LON = st.floats(-180, 180)


def bound(length_m: float) -> float:
    return 1e-3 + 1e-7 * length_m


def karney(lat1: float, lon1: float, lat2: float, lon2: float) -> float:
    return float(Geodesic.WGS84.Inverse(lat1, lon1, lat2, lon2, Geodesic.DISTANCE)["s12"])


def both(*points: float) -> list[float]:
    return [distance_m(*points), float(distances_m(*(np.array([p]) for p in points))[0])]


def test_karneys_geodesics() -> None:
    lines = (DATA / "GeodTest-100.dat").read_text().splitlines()
    assert len(lines) == 100
    for line in lines:
        lat1, lon1, _, lat2, lon2, _, length, *_ = map(float, line.split())
        assert both(lat1, lon1, lat2, lon2) == pytest.approx([length] * 2, abs=bound(length), rel=0)


def test_ways_round_amsterdam() -> None:
    with (DATA / "geodesic_amsterdam.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) > 100
    for row in rows:
        points = [float(row[name]) for name in ("lat1", "lon1", "lat2", "lon2")]
        length = float(row["s12_m"])
        assert both(*points) == pytest.approx([length] * 2, abs=bound(length), rel=0)


@given(LAT, LON, LAT, LON)
def test_any_two_points(lat1: float, lon1: float, lat2: float, lon2: float) -> None:
    length = karney(lat1, lon1, lat2, lon2)
    assert both(lat1, lon1, lat2, lon2) == pytest.approx([length] * 2, abs=bound(length), rel=0)


@given(LAT | st.floats(89.9, 90), LON, st.floats(-0.06, 0.06), st.floats(-0.06, 0.06))
def test_short_ways_go_by_the_middle_latitude(lat: float, lon: float, north: float, east: float) -> None:
    """To 5 km, and a little farther, where the formula changes."""
    other = max(-90.0, min(90.0, lat + north)), wrap_lon(lon + east)
    length = karney(lat, lon, *other)
    assert both(lat, lon, *other) == pytest.approx([length] * 2, abs=bound(length), rel=0)


@given(LAT, LON, st.floats(-0.6, 0.6), st.floats(-0.6, 0.6))
def test_nearly_antipodal_points(lat: float, lon: float, north: float, east: float) -> None:
    other = max(-90.0, min(90.0, -lat + north)), wrap_lon(lon + 180 + east)
    length = karney(lat, lon, *other)
    assert distance_m(lat, lon, *other) == pytest.approx(length, abs=bound(length), rel=0)


@pytest.mark.parametrize(
    ("points", "length"),
    [
        ((0.0, 0.0, 0.0, 0.0), 0.0),
        ((90.0, 10.0, 90.0, -170.0), 0.0),
        ((0.0, 179.999, 0.0, -179.999), 222.639),
        ((0.0, 0.0, 0.0, 180.0), 20_003_931.459),
        ((90.0, 0.0, -90.0, 0.0), 20_003_931.459),
    ],
)
def test_odd_places(points: tuple[float, float, float, float], length: float) -> None:
    assert both(*points) == pytest.approx([length] * 2, abs=bound(length), rel=0)


@given(st.floats(-85, 85), LON, st.floats(-300, 300), st.floats(-300, 300))
def test_the_plane_is_flat_enough_for_300_metres(lat: float, lon: float, east_m: float, north_m: float) -> None:
    there = Plane(lat, lon).lat_lon(east_m, north_m)
    assert Plane(lat, lon).east_north(*there) == pytest.approx((east_m, north_m), abs=1e-6)
    length = math.hypot(east_m, north_m)
    slack = 0.001 + length * length * abs(math.tan(math.radians(lat))) / 6_350_000
    assert distance_m(lat, lon, *there) == pytest.approx(length, abs=slack, rel=0)


def test_a_degree_at_amsterdam() -> None:
    north, east = karney(52.365, 4.9, 52.375, 4.9) * 100, karney(52.37, 4.895, 52.37, 4.905) * 100
    assert metres_per_degree(52.37) == pytest.approx((north, east), abs=0.1)
