"""What is no shape, no zone and no template is named, the same at a single door and in an import's report."""

import json
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.web.conftest import CAMPAIGN, PLACE, problem_of

SQUARE = [[4.89, 52.37], [4.90, 52.37], [4.90, 52.38], [4.89, 52.38], [4.89, 52.37]]
BOW_TIE = [[4.89, 52.37], [4.90, 52.38], [4.90, 52.37], [4.89, 52.38], [4.89, 52.37]]
OUTSIDE = [[5.1, 52.1], [5.2, 52.1], [5.2, 52.2], [5.1, 52.1]]
IN_METRES = json.loads((Path(__file__).parent / "data" / "stadsdeel_centrum_rd_epsg28992.json").read_text())
OTHERS = {"kind": "store", "name": "Dam", "time_zone": "Europe/Amsterdam"}


def polygon(*rings: Any) -> dict[str, Any]:
    return {"type": "Polygon", "coordinates": list(rings)}


AREAS = {
    "bow-tie": (polygon(BOW_TIE), "coordinates[0][", "crosses or touches itself"),
    "not closed": (polygon(SQUARE[:-1]), "coordinates[0][3]", "not closed"),
    "hole outside": (polygon(SQUARE, OUTSIDE), "coordinates[1]", "does not lie inside the outer ring"),
    "two points": (polygon(SQUARE[:2]), "coordinates[0]", "2 positions"),
    "in metres": (IN_METRES["geometrie"], "coordinates[0][0][0][0]", "EPSG:28992"),
    "a line": ({"type": "LineString", "coordinates": SQUARE}, "type", "Polygon"),
}
CIRCLES = {"radius 0": 0, "radius 10,000 km": 10_000_000}


def refused_by_put(admin: httpx.Client, **more: Any) -> list[tuple[str, str]]:
    errors = problem_of(admin.put("/v1/places/dam", json=PLACE | more), 422)["errors"]
    return [(one["path"], one["message"]) for one in errors]


def refused_in_file(admin: httpx.Client, content: str, content_type: str) -> tuple[int, list[tuple[str, str]]]:
    """The line and the faults of the one row that is refused, told the same by a file that is all or nothing."""
    headers = {"Content-Type": content_type}
    report = admin.post("/v1/places/import", content=content, headers=headers).json()
    [line] = [one for one in report["lines"] if one["outcome"] == "refused"]
    assert report["refused"] == 1
    errors = problem_of(admin.post("/v1/places/import?atomic=true", content=content, headers=headers), 422)["errors"]
    assert errors == [{**one, "path": f"line {line['line']}: {one['path']}"} for one in line["errors"]]
    return line["line"], [(one["path"], one["message"]) for one in line["errors"]]


def as_feature(geometry: Any, **properties: Any) -> str:
    """The second of two Features, in the fourth line."""
    good = {"type": "Feature", "id": "good", "geometry": polygon(SQUARE), "properties": OTHERS}
    bad = {"type": "Feature", "id": "dam", "geometry": geometry, "properties": OTHERS | properties}
    return '{"type": "FeatureCollection",\n"features": [\n' + json.dumps(good) + ",\n" + json.dumps(bad) + "\n]}"


TABLE = "id,name,kind,lat,lon,time_zone,radius_m,geometry\ngood,Dam,store,52.37,4.89,Europe/Amsterdam,9,\n"


def as_table(radius_m: str = "", geometry: str = "", time_zone: str = "Europe/Amsterdam") -> str:
    """The row in the third line."""
    quoted = geometry.replace('"', '""')
    return f'{TABLE}dam,Dam,store,52.37,4.89,{time_zone},{radius_m},"{quoted}"\n'


@pytest.mark.parametrize("name", AREAS)
def test_an_area_that_is_none(admin: httpx.Client, name: str) -> None:
    geometry, where, says = AREAS[name]
    [(path, message)] = refused_by_put(admin, geofences=[{"role": "premises", "geometry": geometry}])
    assert path.startswith(f"geofences[0].geometry.{where}")
    named = path.removeprefix("geofences[0].")
    assert says in message
    lines = json.dumps({"id": "dam", **OTHERS, "geometry": geometry})
    for content, content_type, line, prefix in (
        (as_feature(geometry), "application/geo+json", 4, "features[1]."),
        (as_table(geometry=json.dumps(geometry)), "text/csv", 3, ""),
        (lines, "application/x-ndjson", 1, ""),
    ):
        assert refused_in_file(admin, content, content_type) == (line, [(f"{prefix}{named}", message)])


@pytest.mark.parametrize("name", CIRCLES)
def test_a_circle_that_is_none(admin: httpx.Client, name: str) -> None:
    circle = {"role": "premises", "lat": 52.37, "lon": 4.89, "radius_m": CIRCLES[name]}
    told = refused_by_put(admin, geofences=[circle])
    message = "radius_m must be a number from 1 to 50000"
    assert told == [("geofences[0].radius_m", message)]
    assert refused_in_file(admin, as_table(str(CIRCLES[name])), "text/csv") == (3, [("radius_m", message)])
    point = as_feature({"type": "Point", "coordinates": [4.89, 52.37]}, radius_m=CIRCLES[name])
    assert refused_in_file(admin, point, "application/geo+json") == (4, [("features[1].properties.radius_m", message)])
    whole = json.dumps({"id": "dam", **OTHERS, "lat": 52.37, "lon": 4.89, "geofences": [circle]})
    assert refused_in_file(admin, whole, "application/jsonl") == (1, [("geofences[0].radius_m", message)])


def test_a_time_zone_that_is_none(admin: httpx.Client) -> None:
    [(path, message)] = refused_by_put(admin, time_zone="Europe/Mokum")
    assert path == "time_zone"
    assert refused_in_file(admin, as_table("50", time_zone="Europe/Mokum"), "text/csv") == (3, [("time_zone", message)])
    feature = as_feature(polygon(SQUARE), time_zone="Europe/Mokum")
    assert refused_in_file(admin, feature, "application/geo+json") == (
        4,
        [("features[1].properties.time_zone", message)],
    )


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("Hi {{ customer.shoe_size }}", "customer.shoe_size"),
        ("Hi {{ customer.first_name | shout }}", "shout"),
        ("Hi {{ customer.first_name", ""),
    ],
)
def test_a_template_that_names_no_fact(admin: httpx.Client, text: str, says: str) -> None:
    bad = CAMPAIGN | {"messages": {"en": {"title": "Hello", "body": text}}}
    [error] = problem_of(admin.put("/v1/campaigns/sneakers", json=bad), 422)["errors"]
    assert error["path"] == "messages.en.body"
    assert says in error["message"]
    problem_of(admin.get("/v1/campaigns/sneakers"), 404)
