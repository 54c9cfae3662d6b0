"""The index against brute force that shares nothing with it: Karney's geodesics for circles, plain GEOS for areas."""

import csv
import gzip
import json
import math
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import shapely
from geographiclib.geodesic import Geodesic
from hypothesis import given, settings
from hypothesis import strategies as st

from geofences.fence_index import REACH_M, Fence, FenceIndex
from geofences.shapes import Circle, Shape, ShapeError, read_shape
from tests.geofences.worlds import Spot, fences, spots

DATA = Path(__file__).parent / "data"
SEEDS = st.integers(0, 1 << 32)


def holds(shape: Shape, lat: float, lon: float) -> bool | None:
    """The truth; none within what distances may be off."""
    if isinstance(shape, Circle):
        metres = karney(shape, lat, lon)
        unsure = 1e-3 + 1e-7 * metres
        return None if abs(metres - shape.radius_m) <= unsure else metres < shape.radius_m
    names = [lon, 180.0] if lon == -180 else [lon]
    return any(bool(shapely.intersects(shape.geometry, shapely.Point(name, lat))) for name in names)


def karney(shape: Circle, lat: float, lon: float) -> float:
    return float(Geodesic.WGS84.Inverse(shape.lat, shape.lon, lat, lon, Geodesic.DISTANCE)["s12"])


def pairs(index: FenceIndex, lat: Any, lon: Any) -> list[tuple[int, int]]:
    return list(zip(*(found.tolist() for found in index.containing(lat, lon)), strict=True))


@settings(max_examples=15)
@given(SEEDS)
def test_what_contains_a_position_is_what_brute_force_says(seed: int) -> None:
    world = fences(seed)
    index, places = FenceIndex(world, 1), spots(seed, world)
    found = set(pairs(index, *np.array(places).T))
    for row, spot in enumerate(places):
        for number, fence in enumerate(world):
            expected = holds(fence.shape, *spot)
            if expected is not None:
                assert ((row, number) in found) == expected, (fence, spot)


@settings(max_examples=15)
@given(SEEDS)
def test_many_positions_one_position_and_metres_agree_on_every_bit(seed: int) -> None:
    world = fences(seed)
    index, places = FenceIndex(world, 1), spots(seed, world)[::2]
    lat, lon = np.array(places).T
    many = pairs(index, lat, lon)
    assert many == sorted(many)
    assert many == [(row, number) for row, spot in enumerate(places) for number in index.containing_one(*spot)]
    seen = index.locate(lat, lon)
    assert [
        (r, f)
        for r, f, m in zip(seen.row.tolist(), seen.fence.tolist(), seen.distance_m.tolist(), strict=True)
        if m <= 0
    ] == many
    for row, spot in enumerate(places):
        mine = seen.row == row
        names = [world[i].id for i in seen.fence[mine].tolist()]
        assert index.locate_one(*spot) == dict(zip(names, seen.distance_m[mine].tolist(), strict=True))


@settings(max_examples=8)
@given(SEEDS)
def test_within_reach_is_all_that_measuring_finds(seed: int) -> None:
    world = fences(seed)
    index, places = FenceIndex(world, 1), spots(seed, world)[::3]
    lat, lon = np.array(places).T
    row, number = (grid.ravel() for grid in np.meshgrid(np.arange(len(places)), np.arange(len(world)), indexing="ij"))
    metres = index.distances(lat[row], lon[row], number)
    near = metres <= REACH_M
    seen = index.locate(lat, lon)
    assert (seen.row.tolist(), seen.fence.tolist()) == (row[near].tolist(), number[near].tolist())
    assert seen.distance_m.tolist() == metres[near].tolist()
    for i in np.flatnonzero([isinstance(world[n].shape, Circle) for n in number]).tolist()[:300]:
        shape = world[number[i]].shape
        assert isinstance(shape, Circle)
        due = karney(shape, lat[row[i]], lon[row[i]])
        assert metres[i] + shape.radius_m == pytest.approx(due, abs=1e-3 + 1e-7 * due, rel=0)


@settings(max_examples=15)
@given(SEEDS, SEEDS)
def test_after_edits_it_is_as_if_it_had_always_been_so(seed: int, other: int) -> None:
    world, more = fences(seed), fences(other, 12)
    index = FenceIndex(world, 1).edited(more[:8], ["gf-20", "gf-3"], 2).edited(more[6:], ["gf-1", "gf-9"], 3)
    fresh, places = FenceIndex(index.fences, 3), spots(seed, [*world, *more])[::3]
    lat, lon = np.array(places).T
    assert pairs(index, lat, lon) == pairs(fresh, lat, lon)
    assert [index.containing_one(*spot) for spot in places] == [fresh.containing_one(*spot) for spot in places]
    seen, due = index.locate(lat, lon), fresh.locate(lat, lon)
    for found, expected in ((seen.row, due.row), (seen.fence, due.fence), (seen.distance_m, due.distance_m)):
        assert found.tolist() == expected.tolist()
    assert [index.locate_one(*spot) for spot in places] == [fresh.locate_one(*spot) for spot in places]


def test_more_positions_than_are_worked_at_once() -> None:
    index = FenceIndex(
        [Fence("a", "a", "premises", Circle(52.0, 4.0, 100)), Fence("b", "b", "premises", Circle(52, 4.01, 900))], 1
    )
    lat, lon = np.full(70_000, 52.0), np.linspace(3.99, 4.01, 70_000)
    row, number = index.containing(lat, lon)
    due = [
        (i, n)
        for i, at in enumerate(zip(lat[::500].tolist(), lon[::500].tolist(), strict=True))
        for n in index.containing_one(*at)
    ]
    assert [(r // 500, n) for r, n in zip(row.tolist(), number.tolist(), strict=True) if r % 500 == 0] == due
    assert index.locate(lat, lon).row.tolist() == sorted(index.locate(lat, lon).row.tolist())


def outlines(kind: str) -> dict[str, Shape]:
    """By the points' `idx`. Two buildings and a neighbourhood cross themselves, and are refused."""
    found = {}
    features = json.loads(gzip.decompress((DATA / f"oracle_polygons_{kind}.geojson.gz").read_bytes()))["features"]
    for place, feature in enumerate(features):
        with suppress(ShapeError):
            name = str(feature["properties"]["idx"] if kind == "bag" else place)
            found[name] = read_shape({"geometry": feature["geometry"]})
    return found


@pytest.mark.parametrize(("kind", "many"), [("bag", 2_000), ("cbs", 4_500)])
def test_geos_points_of_buildings_and_neighbourhoods(kind: str, many: int) -> None:
    shapes = outlines(kind)
    index = FenceIndex([Fence(name, name, "premises", shape) for name, shape in shapes.items()], 1)
    with gzip.open(DATA / "oracle_points.csv.gz", "rt", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["kind"] == kind and row["idx"] in shapes]
    assert len(rows) > many
    places: list[Spot] = [(float(row["lat"]), float(row["lon"])) for row in rows]
    numbers = {name: number for number, name in enumerate(shapes)}
    lat, lon = np.array(places).T
    found = set(pairs(index, lat, lon))
    for i, row in enumerate(rows):
        number = numbers[row["idx"]]
        assert ((i, number) in found) == (row["inside"] == "1")
        assert (number in index.containing_one(*places[i])) == (row["inside"] == "1")
    due = np.array([float(row["dist_to_boundary_m"]) for row in rows])
    metres = index.distances(lat, lon, np.array([numbers[row["idx"]] for row in rows]))
    assert (np.abs(np.abs(metres) - due) <= 0.2 + 2e-4 * due).all()


def test_turfs_cases_but_for_one_area_that_is_none() -> None:
    """Turf's multipolygon with a hole has two parts that overlap: GEOS and read_shape refuse it, Turf judges part by part."""
    turf = json.loads((DATA / "turf_point_in_polygon.json").read_text())
    refused, judged = set(), 0
    for case in turf["cases"]:
        lon, lat = case["point"]
        try:
            shape = read_shape({"geometry": turf["polygons"][case["polygon"]]})
        except ShapeError:
            refused.add(case["polygon"])
            continue
        index = FenceIndex([Fence("turf", "turf", "premises", shape)], 1)
        due = [] if case["expect"] == "outside" else [(0, 0)]
        assert pairs(index, np.array([lat]), np.array([lon])) == due
        assert index.containing_one(lat, lon) == tuple(number for _, number in due)
        assert math.isclose(index.distances(np.array([lat]), np.array([lon]), np.array([0]))[0], 0, abs_tol=1e-3) == (
            case["expect"] == "boundary"
        )
        judged += 1
    assert judged >= 30
    assert len(refused) == 1
