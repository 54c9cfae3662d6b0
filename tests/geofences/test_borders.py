"""Metres to the borders of areas, against GEOS, Turf and brute force."""

import csv
import gzip
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from geofences.fence_index import Fence, FenceIndex
from geofences.metres import Floats, distances_m
from geofences.shapes import Area, ShapeError, read_shape

DATA = Path(__file__).parent / "data"


def buildings() -> dict[str, Area]:
    areas = {}
    for feature in json.loads(gzip.decompress((DATA / "oracle_polygons_bag.geojson.gz").read_bytes()))["features"]:
        try:
            area = read_shape({"geometry": feature["geometry"]})
        except ShapeError:
            continue
        assert isinstance(area, Area)
        areas[str(feature["properties"]["idx"])] = area
    return areas


def signed(area: Area, lat: float, lon: float) -> float:
    index = FenceIndex([Fence("area", "area", "premises", area)], version=1)
    return float(index.distances(np.array([lat]), np.array([lon]), np.array([0]))[0])


def brute(area: Area, lat: float, lon: float) -> float:
    """Every edge, a thousand spots on each; then a thousand round the nearest."""
    shares = np.linspace(0, 1, 1001)

    def metres(edge: Floats, shares: Floats) -> Floats:
        spots = edge[:2] + shares[:, None] * (edge[2:] - edge[:2])
        return distances_m(np.full(shares.shape, lat), np.full(shares.shape, lon), spots[:, 0], spots[:, 1])

    coarse = np.array([metres(edge, shares) for edge in area.edges])
    edge, spot = np.unravel_index(coarse.argmin(), coarse.shape)
    fine = np.clip(shares[spot] + np.linspace(-0.001, 0.001, 1001), 0, 1)
    return float(metres(area.edges[edge], fine).min())


def test_buildings_agree_with_geos() -> None:
    areas = buildings()
    names = list(areas)
    with gzip.open(DATA / "oracle_points.csv.gz", "rt", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["kind"] == "bag" and row["idx"] in areas]
    assert len(rows) > 2_000
    lat, lon, metres = (np.array([float(row[c]) for row in rows]) for c in ("lat", "lon", "dist_to_boundary_m"))
    of = np.array([names.index(row["idx"]) for row in rows])
    inside = np.array([row["inside"] == "1" for row in rows])
    found = FenceIndex([Fence(name, name, "premises", areas[name]) for name in names], 1).distances(lat, lon, of)
    assert ((found <= 0) == inside).all()
    assert (np.abs(np.abs(found) - metres) <= 0.2 + 2e-4 * metres).all()


@pytest.mark.parametrize("idx", ["1", "20", "33"])
def test_the_bound_against_brute_force(idx: str) -> None:
    area = buildings()[idx]
    south, west, north, east = area.bounds
    rng = np.random.default_rng(7)
    for lat, lon in zip(
        rng.uniform(south - 0.002, north + 0.002, 5), rng.uniform(west - 0.003, east + 0.003, 5), strict=True
    ):
        expected = brute(area, lat, lon)
        assert abs(signed(area, lat, lon)) == pytest.approx(expected, abs=1e-3 + 1e-7 * expected, rel=0)


def turf_cases() -> list[Any]:
    turf = json.loads((DATA / "turf_point_in_polygon.json").read_text())
    return [(turf["polygons"][case["polygon"]], case["point"], case["expect"]) for case in turf["cases"]]


def test_turf_agrees_on_what_is_inside() -> None:
    judged = 0
    for geometry, (lon, lat), expected in turf_cases():
        try:
            area = read_shape({"geometry": geometry})
        except ShapeError:  # theirs are not all valid
            continue
        assert isinstance(area, Area)
        metres = signed(area, lat, lon)
        assert (metres <= 0) == (expected != "outside")
        assert (metres == pytest.approx(0, abs=1e-3)) == (expected == "boundary")
        judged += 1
    assert judged >= 30


def test_a_holes_border_is_a_border_and_inside() -> None:
    square = [[4.0, 52.0], [4.01, 52.0], [4.01, 52.01], [4.0, 52.01], [4.0, 52.0]]
    hole = [[4.004, 52.004], [4.006, 52.004], [4.006, 52.006], [4.004, 52.006], [4.004, 52.004]]
    area = read_shape({"geometry": {"type": "Polygon", "coordinates": [square, hole]}})
    assert isinstance(area, Area)
    assert signed(area, 52.005, 4.005) == pytest.approx(68.7, abs=0.1)
    assert signed(area, 52.005, 4.003) == pytest.approx(-68.7, abs=0.1)
    assert signed(area, 52.005, 4.004) == 0
