"""Shapes that are worth a word: too small for phones, or over another's."""

import time

import pytest

from geofences.layer import Fence
from geofences.oddities import overlapping, too_small_m
from geofences.shapes import Area, Circle, read_shape

LAT, LON = 52.37, 4.89
NORTH = 1 / 111_260
"""Degrees a metre, at 52 degrees."""
EAST = 1 / 68_100


def box(wide_m: float, high_m: float, lat: float = LAT, lon: float = LON) -> Area:
    """A rectangle whose south-west corner is there."""
    east, north = lon + wide_m * EAST, lat + high_m * NORTH
    ring = [[lon, lat], [east, lat], [east, north], [lon, north], [lon, lat]]
    shape = read_shape({"geometry": {"type": "Polygon", "coordinates": [ring]}})
    assert isinstance(shape, Area)
    return shape


def fence(name: str, shape: Circle | Area) -> Fence:
    return Fence(name, f"place-{name}", "premises", shape)


@pytest.mark.parametrize(
    ("shape", "told"),
    [
        (Circle(LAT, LON, 99.9), 99.9),
        (Circle(LAT, LON, 100), None),
        (box(500, 60), 30),
        (box(500, 190), 95),
        (box(500, 210), None),
        (box(20_000, 20_000), None),
    ],
)
def test_what_is_too_small_is_said_with_its_size(shape: Circle | Area, told: float | None) -> None:
    assert too_small_m(shape) == (None if told is None else pytest.approx(told, abs=2))


def test_two_small_halls_are_no_large_one() -> None:
    halls = [one.to_json()["geometry"]["coordinates"] for one in (box(150, 150), box(150, 150, lon=LON + 0.01))]
    both = read_shape({"geometry": {"type": "MultiPolygon", "coordinates": halls}})
    assert too_small_m(both) == pytest.approx(75, abs=2)


def test_who_shares_ground_and_who_only_a_border() -> None:
    here = box(200, 200)
    others = [
        fence("over", box(200, 200, lon=LON + 150 * EAST)),
        fence("beside", box(200, 200, lon=LON + 200 * EAST)),
        fence("within", Circle(LAT + 100 * NORTH, LON + 100 * EAST, 20)),
        fence("corner", Circle(LAT + 250 * NORTH, LON + 250 * EAST, 60)),
        fence("reaching", Circle(LAT + 250 * NORTH, LON + 250 * EAST, 80)),
        fence("far", Circle(LAT + 1, LON, 400)),
    ]
    assert [one.id for one in overlapping(here, others)] == ["over", "within", "reaching"]
    assert overlapping(here, []) == []


def test_over_the_antimeridian() -> None:
    other = fence("east", Circle(0, -179.9995, 100))
    assert overlapping(Circle(0, 179.9995, 100), [other]) == [other]
    assert overlapping(Circle(0, 179.99, 100), [other]) == []


def test_five_thousand_are_held_against_one_at_once() -> None:
    many = [fence(str(i), Circle(LAT + i % 70 * 0.01, LON + i // 70 * 0.01, 300)) for i in range(5000)]
    start = time.perf_counter()
    found = overlapping(Circle(LAT, LON, 300), many)
    assert [one.id for one in found] == ["0"]
    assert time.perf_counter() - start < 1, "it takes some ten milliseconds; each drawn would take a second"
