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


def _squares(columns: int, rows: int, side: float, apart: float) -> list[list[list[float]]]:
    """Rings side by side from 4 east, 52 north; degrees."""
    return [
        [[x, y], [x + side, y], [x + side, y + side], [x, y + side], [x, y]]
        for x in (round(4 + column * apart, 4) for column in range(columns))
        for y in (round(52 + row * apart, 4) for row in range(rows))
    ]


def test_ten_thousand_holes_are_read_in_seconds() -> None:
    """Holding each against each would take ten minutes: this test would be ended before."""
    around = [[3.0, 51.0], [6.0, 51.0], [6.0, 54.0], [3.0, 54.0], [3.0, 51.0]]
    holes = _squares(100, 100, 0.0004, 0.001)
    read_shape(polygon(around, *holes))
    with pytest.raises(ShapeError) as refused:
        read_shape(polygon(around, *holes, holes[70]))
    assert refused.value.path == "geometry.coordinates[10001]"
    assert "overlaps ring 71 (hole)" in refused.value.message


def test_ten_thousand_polygons_in_one_spot_are_refused_in_seconds() -> None:
    one = _squares(1, 1, 0.01, 0.01)
    with pytest.raises(ShapeError) as refused:
        read_shape(multipolygon(*([ring] for ring in one * 10_000)))
    assert (refused.value.path, refused.value.message[:27]) == (
        "geometry.coordinates[1]",
        "polygon 1 overlaps polygon 0"[:27],
    )


def test_polygons_that_all_meet_in_one_spot_and_two_that_overlap_are_refused_in_seconds() -> None:
    """Each is held against so many others as are worth it; then the area is refused as a whole."""

    def spike(number: float) -> list[list[float]]:
        angles = (number * math.tau / 3000, (number + 0.5) * math.tau / 3000)
        ends = [[5 + math.cos(angle), 52 + math.sin(angle)] for angle in angles]
        return [[5.0, 52.0], *ends, [5.0, 52.0]]

    with pytest.raises(ShapeError) as refused:
        read_shape(multipolygon(*([spike(number)] for number in range(3000)), [spike(2999.1)]))
    assert refused.value.path.startswith("geometry.coordinates")
