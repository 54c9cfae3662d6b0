"""What is no area: each refusal says where."""

import math
from typing import Any

import pytest

from geofences.reading import ShapeError
from geofences.shapes import read_shape

SQUARE = [[4.89, 52.37], [4.90, 52.37], [4.90, 52.38], [4.89, 52.38], [4.89, 52.37]]
HOLE = [[4.893, 52.373], [4.896, 52.373], [4.896, 52.376], [4.893, 52.376], [4.893, 52.373]]
FAR_AWAY = [[5.1, 52.1], [5.2, 52.1], [5.2, 52.2], [5.1, 52.1]]


def polygon(*rings: Any) -> dict[str, Any]:
    return {"geometry": {"type": "Polygon", "coordinates": list(rings)}}


def multipolygon(*parts: Any) -> dict[str, Any]:
    return {"geometry": {"type": "MultiPolygon", "coordinates": list(parts)}}


def put(ring: list[list[float]], i: int, *position: Any) -> list[Any]:
    return [*ring[:i], list(position), *ring[i + 1 :]]


@pytest.mark.parametrize(
    ("raw", "path", "says"),
    [
        ({}, "geometry", "a shape is"),
        ({"geometry": "POLYGON ((0 0, 1 1))"}, "geometry", "GeoJSON object"),
        ({"geometry": {"type": "Point", "coordinates": [4.9, 52.4]}}, "geometry.type", "Polygon"),
        ({"geometry": {"type": "Polygon"}}, "geometry.coordinates", "list"),
        (polygon(), "geometry.coordinates", "not empty"),
        (polygon(SQUARE) | {"lat": 52.4}, "lat", "either"),
        ({"lat": 52.4, "lon": 4.9}, "radius_m", "needs radius_m"),
        ({"lat": 52.4, "radius_m": 100}, "lon", "needs lon"),
        ({"lat": 52.4, "lon": 4.9, "radius_m": 0.5}, "radius_m", "from 1 to 50000"),
        ({"lat": 52.4, "lon": 4.9, "radius_m": 50_001}, "radius_m", "from 1 to 50000"),
        ({"lat": 52.4, "lon": 4.9, "radius_m": "100"}, "radius_m", "number"),
        ({"lat": math.nan, "lon": 4.9, "radius_m": 100}, "lat", "finite"),
        ({"lat": True, "lon": 4.9, "radius_m": 100}, "lat", "finite"),
        ({"lat": 487_429.9, "lon": 4.9, "radius_m": 100}, "lat", "looks like metres"),
        (polygon(SQUARE[:-1]), "geometry.coordinates[0][3]", "ring 0 (outer) is not closed"),
        (polygon(SQUARE, HOLE[:-1]), "geometry.coordinates[1][3]", "ring 1 (hole) is not closed"),
        (polygon([SQUARE[0], SQUARE[1], SQUARE[0]]), "geometry.coordinates[0]", "3 positions"),
        (polygon(put(SQUARE, 2, 4.90)), "geometry.coordinates[0][2]", "vertex 2"),
        (polygon(put(SQUARE, 2, "4.90", 52.38)), "geometry.coordinates[0][2][0]", "vertex 2: longitude"),
        (polygon(put(SQUARE, 2, 4.90, math.nan)), "geometry.coordinates[0][2][1]", "vertex 2: latitude"),
        (polygon(put(SQUARE, 1, 190, 52.37)), "geometry.coordinates[0][1][0]", "from -180 to 180"),
        (polygon(put(SQUARE, 1, 4.9, 95)), "geometry.coordinates[0][1][1]", "swapped?"),
        (polygon(put(SQUARE, 1, 123_722.3, 487_429.9)), "geometry.coordinates[0][1][0]", "EPSG:28992"),
        (polygon([[4.0, 52.0], [4.1, 52.1], [4.2, 52.2], [4.0, 52.0]]), "geometry.coordinates[0]", "no area"),
        (polygon([[4.0, 52.0]] * 4), "geometry.coordinates[0]", "no area"),
        (polygon(SQUARE, FAR_AWAY), "geometry.coordinates[1]", "ring 1 (hole) does not lie inside"),
        (polygon(SQUARE, HOLE, HOLE), "geometry.coordinates[2]", "ring 2 (hole) overlaps ring 1 (hole)"),
        (polygon(SQUARE, SQUARE), "geometry.coordinates", "do not make one area"),
        (multipolygon([SQUARE], [HOLE]), "geometry.coordinates[1]", "polygon 1 overlaps polygon 0"),
        (multipolygon([FAR_AWAY], [SQUARE[:-1]]), "geometry.coordinates[1][0][3]", "polygon 1, ring 0 (outer)"),
        (multipolygon([FAR_AWAY], []), "geometry.coordinates[1]", "polygon 1"),
    ],
)
def test_the_refusal_names_the_spot(raw: dict[str, Any], path: str, says: str) -> None:
    with pytest.raises(ShapeError) as refused:
        read_shape(raw)
    assert refused.value.path == path
    assert says in refused.value.message


def test_a_bow_tie_names_an_edge_that_crosses() -> None:
    bow_tie = [[4.89, 52.37], [4.90, 52.38], [4.90, 52.37], [4.89, 52.38], [4.89, 52.37]]
    with pytest.raises(ShapeError, match="crosses or touches itself") as refused:
        read_shape(polygon(bow_tie))
    assert refused.value.path in ("geometry.coordinates[0][0]", "geometry.coordinates[0][2]")


def test_an_edge_over_the_antimeridian_is_to_be_cut() -> None:
    with pytest.raises(ShapeError, match="RFC 7946") as refused:
        read_shape(polygon([[179.9, 0.0], [-179.9, 0.0], [-179.9, 0.1], [179.9, 0.1], [179.9, 0.0]]))
    assert refused.value.path == "geometry.coordinates[0][1]"


def test_an_altitude_is_passed_over() -> None:
    with_altitude = [[*position, 2.0] for position in SQUARE]
    assert read_shape(polygon(with_altitude)) == read_shape(polygon(SQUARE))
