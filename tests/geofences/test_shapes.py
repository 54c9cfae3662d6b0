import math
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geofences.metres import distance_m, wrap_lon
from geofences.shapes import Area, Bounds, Circle, known_shape, read_shape, widen

KALVERSTRAAT = {"lat": 52.3702516, "lon": 4.8906199, "radius_m": 100.0}
YARD = {
    "geometry": {
        "type": "Polygon",
        "coordinates": [
            [[4.0, 52.0], [4.01, 52.0], [4.01, 52.01], [4.0, 52.01], [4.0, 52.0]],
            [[4.004, 52.004], [4.006, 52.004], [4.006, 52.006], [4.004, 52.006], [4.004, 52.004]],
        ],
    }
}
FIJI = {
    "geometry": {
        "type": "MultiPolygon",
        "coordinates": [
            [[[179.9, -17.0], [180.0, -17.0], [180.0, -16.9], [179.9, -16.9], [179.9, -17.0]]],
            [[[-180.0, -17.0], [-179.8, -17.0], [-179.8, -16.9], [-180.0, -16.9], [-180.0, -17.0]]],
        ],
    }
}


@pytest.mark.parametrize("raw", [KALVERSTRAAT, YARD, FIJI])
def test_a_shape_goes_out_as_it_came_in(raw: dict[str, Any]) -> None:
    shape = read_shape(raw | {"role": "premises", "dwell_s": 60})
    assert shape.to_json() == raw
    assert read_shape(shape.to_json()) == shape


ODD = {"lat": 52, "lon": 180, "radius_m": 5}
HIGH = {"geometry": {"type": "Polygon", "coordinates": [[[4, 52, 1], [4.01, 52], [4.01, 52.01, 3], [4, 52, 1]]]}}


@pytest.mark.parametrize("raw", [KALVERSTRAAT, YARD, FIJI, ODD, HIGH])
def test_a_known_shape_is_the_same_unchecked(raw: dict[str, Any]) -> None:
    assert known_shape(raw | {"role": "premises"}) == read_shape(raw)


def test_a_known_shape_is_not_looked_at_again() -> None:
    bow_tie = [[4.0, 52.0], [4.01, 52.01], [4.01, 52.0], [4.0, 52.01], [4.0, 52.0]]
    known = known_shape({"geometry": {"type": "Polygon", "coordinates": [bow_tie]}})
    assert known.to_json()["geometry"]["coordinates"] == [bow_tie]


def test_a_circles_centre_on_the_antimeridian_has_one_name() -> None:
    assert read_shape({"lat": 0, "lon": 180, "radius_m": 5}) == Circle(0.0, -180.0, 5.0)


def test_centre_and_bounds_of_an_area() -> None:
    area = read_shape(YARD)
    assert area.bounds == Bounds(52.0, 4.0, 52.01, 4.01)
    assert area.centre == pytest.approx((52.005, 4.005))


def test_an_area_over_the_antimeridian_is_one_small_area() -> None:
    area = read_shape(FIJI)
    assert area.bounds == Bounds(-17.0, 179.9, -16.9, -179.8)
    assert area.centre == pytest.approx((-16.95, -179.95))
    assert area.covering.radius_m < 20_000


def test_where_an_area_was_cut_is_no_border() -> None:
    area = read_shape(FIJI)
    assert isinstance(area, Area)
    assert len(area.edges) == 6


@pytest.mark.parametrize("raw", [YARD, FIJI])
def test_the_covering_circle_holds_all_vertices_and_edges(raw: dict[str, Any]) -> None:
    area = read_shape(raw)
    assert isinstance(area, Area)
    lat, lon, radius = area.covering
    for part in area.parts:
        for (lat1, lon1), (lat2, lon2) in pairwise(part[0]):
            for share in np.linspace(0, 1, 21).tolist():
                spot = lat1 + share * (lat2 - lat1), lon1 + share * (lon2 - lon1)
                assert distance_m(lat, lon, *spot) <= radius


@given(
    st.floats(-90, 90),
    st.floats(-180, 180, exclude_max=True),
    st.floats(1, 50_000),
    st.floats(0, 2 * math.pi),
    st.floats(0, 1),
)
def test_widened_bounds_hold_every_point_that_near(
    lat: float, lon: float, by_m: float, way: float, share: float
) -> None:
    there = (
        max(-90.0, min(90.0, lat + math.cos(way) * share * by_m / 111_000)),
        wrap_lon(lon + math.sin(way) * share * by_m / 111_000 / max(1e-9, math.cos(math.radians(lat)))),
    )
    if distance_m(lat, lon, *there) > by_m:
        return
    south, west, north, east = widen(Bounds(lat, lon, lat, lon), by_m)
    over = west > east
    assert south <= there[0] <= north
    assert (there[1] >= west or there[1] <= east) if over else west <= there[1] <= east
