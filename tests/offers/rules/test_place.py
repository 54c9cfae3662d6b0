from typing import Any

import pytest
from pydantic import ValidationError

from geofences.shapes import Area, Circle, read_shape
from offers.rules.place import PlaceBody
from offers.rules.refusals import refusals
from tests.offers.stories import LAT, LON, circle

SQUARE = [[4.89, 52.37], [4.8915, 52.37], [4.8915, 52.371], [4.89, 52.371], [4.89, 52.37]]
BOW_TIE = [[4.89, 52.37], [4.8915, 52.371], [4.8915, 52.37], [4.89, 52.371], [4.89, 52.37]]
OPEN_RING = SQUARE[:-1]


def _body(**more: Any) -> dict[str, Any]:
    plain = {"name": "Kalverstraat", "kind": "store", "lat": LAT, "lon": LON, "time_zone": "Europe/Amsterdam"}
    return {**plain, "geofences": [circle()], **more}


def _polygon(*rings: Any, **more: Any) -> dict[str, Any]:
    return {"role": "premises", "geometry": {"type": "Polygon", "coordinates": list(rings)}, **more}


def _faults(**more: Any) -> list[tuple[str, str]]:
    body = _body(**more)
    with pytest.raises(ValidationError) as refused:
        PlaceBody.model_validate(body)
    return refusals(refused.value.errors(), body)


def test_the_example_of_the_documentation_is_taken() -> None:
    examples: Any = PlaceBody.model_config["json_schema_extra"]
    PlaceBody.model_validate(examples["examples"][0])


def test_a_store_with_a_circle_and_a_building() -> None:
    body = PlaceBody.model_validate(_body(geofences=[circle(100), _polygon(SQUARE, dwell_s=30) | {"role": "other"}]))
    shapes = [read_shape(fence.shape()) for fence in body.geofences]
    assert shapes[0] == Circle(LAT, LON, 100)
    assert isinstance(shapes[1], Area)


def test_a_landmark_needs_no_geofence_and_a_store_needs_premises() -> None:
    assert PlaceBody.model_validate(_body(kind="landmark", geofences=[])).geofences == []
    for geofences in ([], [circle(400, "approach")]):
        [(path, message)] = _faults(geofences=geofences)
        assert path == "geofences"
        assert "premises" in message


@pytest.mark.parametrize(
    ("more", "path"),
    [
        ({"name": ""}, "name"),
        ({"kind": "shop"}, "kind"),
        ({"lat": 95}, "lat"),
        ({"lat": float("nan")}, "lat"),
        ({"lon": -181}, "lon"),
        ({"lon": None}, "lon"),
        ({"time_zone": "Amsterdam"}, "time_zone"),
        ({"opening_hours": "9 to 5"}, "opening_hours"),
        ({"tags": [""]}, "tags[0]"),
        ({"colour": "red"}, "colour"),
        ({"geofences": [circle(role="roof")]}, "geofences[0].role"),
        ({"geofences": [circle(), circle(dwell_s=0)]}, "geofences[1].dwell_s"),
        ({"geofences": [{**circle(), "radius": 9}]}, "geofences[0].radius"),
    ],
    ids=repr,
)
def test_a_refusal_names_its_field(more: dict[str, Any], path: str) -> None:
    assert [where for where, _ in _faults(**more)] == [path]


@pytest.mark.parametrize(
    ("fence", "says"),
    [
        (circle(0), "radius_m"),
        (circle(-5), "radius_m"),
        (circle(float("inf")), "radius_m"),
        ({"role": "premises"}, "geometry"),
        ({"role": "premises", "lat": LAT, "lon": LON}, "radius_m"),
        (_polygon(SQUARE) | {"lat": LAT, "lon": LON, "radius_m": 50}, "both"),
        (_polygon(), "coordinates"),
        (_polygon(OPEN_RING), "coordinates[0]"),
        (_polygon(BOW_TIE), "coordinates[0]"),
        (_polygon(SQUARE, BOW_TIE), "coordinates[1]"),
        (_polygon([[4.89, 52.37], [4.8915, 95], [4.8915, 52.371], [4.89, 52.37]]), "coordinates[0][1]"),
        (_polygon([[4.89, 52.37], ["x", 52.37], [4.8915, 52.371], [4.89, 52.37]]), "coordinates[0][1]"),
        ({"role": "premises", "geometry": {"type": "Point", "coordinates": [4.89, 52.37]}}, "Polygon"),
        (
            {"role": "premises", "geometry": {"type": "MultiPolygon", "coordinates": [[SQUARE], [BOW_TIE]]}},
            "coordinates[1][0]",
        ),
    ],
    ids=lambda one: repr(one)[:60],
)
def test_a_shape_that_is_none_is_refused_with_its_ring_and_vertex(fence: dict[str, Any], says: str) -> None:
    faults = _faults(geofences=[circle(), fence])
    assert len(faults) == 1
    path, message = faults[0]
    assert path.startswith("geofences[1].")
    assert says in f"{path} {message}"
