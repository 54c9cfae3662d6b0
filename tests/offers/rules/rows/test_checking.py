"""A row is held against the single door's body, and a place may be written flat."""

from typing import Any

import pytest

from offers.rules.place import PlaceBody
from offers.rules.purchase import PurchaseBody
from offers.rules.rows.checking import Checked, check
from offers.rules.rows.kinds import kinds
from offers.rules.rows.row import Row

SQUARE = [[4.0, 52.0], [4.2, 52.0], [4.2, 52.1], [4.0, 52.1], [4.0, 52.0]]
WEST = [[179.0, 1.0], [180.0, 1.0], [180.0, 2.0], [179.0, 2.0], [179.0, 1.0]]
EAST = [[-180.0, 1.0], [-179.0, 1.0], [-179.0, 2.0], [-180.0, 2.0], [-180.0, 1.0]]
AREA = {"type": "Polygon", "coordinates": [SQUARE]}
RING = {"role": "premises", "lat": 52.0, "lon": 4.0, "radius_m": 300}


def feature(geometry: Any, **properties: Any) -> Checked:
    own = {"name": "Dam", "kind": "store", "time_zone": "Europe/Amsterdam", "id": "dam"}
    value = {"type": "Feature", "geometry": geometry, "properties": own | properties}
    return check(kinds()["places"], Row(9, value, feature=2))


def place(one: Checked) -> PlaceBody:
    assert one.wrong == ()
    assert isinstance(one.body, PlaceBody)
    return one.body


def point(lon: Any, lat: Any) -> dict[str, Any]:
    return {"type": "Point", "coordinates": [lon, lat]}


def paths(one: Checked) -> list[str]:
    assert one.body is None
    return [wrong.path.removeprefix("features[2].") for wrong in one.wrong]


def test_an_area_says_where_the_place_is_unless_its_properties_do() -> None:
    assert (place(feature(AREA)).lat, place(feature(AREA)).lon) == pytest.approx((52.05, 4.1))
    said = place(feature(AREA, lat=52.0, lon=4.05, role="premises", dwell_s=60))
    assert (said.lat, said.lon, said.geofences[0].dwell_s) == (52.0, 4.05, 60)


def test_an_area_over_the_antimeridian_lies_where_its_first_part_does() -> None:
    pacific = place(feature({"type": "MultiPolygon", "coordinates": [[WEST], [EAST]]}))
    assert (pacific.lat, pacific.lon) == (1.5, 179.5)


def test_a_whole_list_of_geofences_counts_alone() -> None:
    for geometry in (point(4.9, 52.4), AREA):
        body = place(feature(geometry, geofences=[RING]))
        assert [one.radius_m for one in body.geofences] == [300]
    assert place(feature(None, lat=1, lon=2, geofences=[RING])).lat == 1


def test_a_landmark_needs_no_geofence_and_a_store_does() -> None:
    assert place(feature(point(4.9, 52.4), kind="landmark")).geofences == []
    assert paths(feature(point(4.9, 52.4))) == ["properties.geofences"]
    assert paths(feature(point(4.9, 52.4), kind="landmark", dwell_s=5)) == ["properties.dwell_s"]


@pytest.mark.parametrize(
    ("geometry", "more", "where"),
    [
        (None, {"radius_m": 5}, ["properties.lat", "properties.lon"]),
        (point(4.9, 95), {"radius_m": 5}, ["geometry.coordinates"]),
        (point("x", 52), {"radius_m": 5}, ["geometry.coordinates"]),
        ({"type": "Point"}, {"radius_m": 5}, ["geometry.coordinates"]),
        ({"type": "Point", "coordinates": "4,52"}, {"radius_m": 5}, ["geometry.coordinates"]),
        ("POINT (4 52)", {}, ["geometry"]),
        ({"type": "GeometryCollection", "geometries": []}, {}, ["geometry.type"]),
        ({"type": "Polygon", "coordinates": [[[4, 52], ["x", 52]]]}, {}, ["geometry.coordinates[0][1][0]"]),
        (AREA, {"role": "roof"}, ["properties.role"]),
        (AREA, {"radius_m": 5}, ["properties.radius_m"]),
        (AREA, {"id": None}, ["id"]),
        (AREA, {"id": "no spaces"}, ["id"]),
        (AREA, {"colour": "red", "name": ""}, ["properties.name", "properties.colour"]),
    ],
)
def test_what_is_wrong_is_named_where_it_was_written(geometry: Any, more: dict[str, Any], where: list[str]) -> None:
    assert paths(feature(geometry, **more)) == where


def test_properties_that_are_none() -> None:
    value = {"type": "Feature", "id": "x", "geometry": AREA, "properties": None}
    assert paths(check(kinds()["places"], Row(1, value, feature=2)))[:2] == ["properties.name", "properties.kind"]


@pytest.mark.parametrize(
    ("key", "taken"), [("7", "7"), (7, "7"), (True, None), (7.5, None), ([], None), ("", None), (None, None)]
)
def test_a_number_may_be_an_id(key: Any, taken: str | None) -> None:
    one = check(kinds()["customers"], Row(1, {"id": key, "name": "Anna"}))
    assert (one.key if one.body else None) == taken
    assert [wrong.path for wrong in one.wrong] == ([] if taken else ["id"])


def test_a_purchase_keeps_its_id_in_its_body_and_names_it_once() -> None:
    row = {"purchase_id": "#1", "channel": "online", "at": "2026-12-01T14:05:00+01:00", "total": "5", "currency": "EUR"}
    one = check(kinds()["purchases"], Row(1, row))
    assert isinstance(one.body, PurchaseBody)
    assert one.body.purchase_id == one.key == "#1"
    for key in (None, "with space", 5):
        assert paths(check(kinds()["purchases"], Row(1, row | {"purchase_id": key}))) == ["purchase_id"]


def test_what_a_file_says_is_told_short_and_whole() -> None:
    one = check(kinds()["customers"], Row(1, {"id": "\udcff" + "x" * 1000, "\udcfe": 1}))
    assert one.key is not None
    assert len(one.key) < 400
    one.key.encode()
    assert len(one.wrong) == 2
    assert all((wrong.path + wrong.message).encode() for wrong in one.wrong)


@pytest.mark.parametrize("name", ["items[abc", "items[-1]", "items[]", "items[" + "9" * 5000 + "]", "items[٣]"])
def test_a_field_that_is_named_like_an_item_stands_in_its_row(name: str) -> None:
    one = check(kinds()["purchases"], Row(7, {"purchase_id": "a", name: 1}))
    assert {wrong.line for wrong in one.wrong} == {7}


def test_of_a_row_with_many_faults_the_first_are_told_and_its_values_are_let_go() -> None:
    one = check(kinds()["customers"], Row(7, {"id": "a", **{f"field{number}": 1 for number in range(50)}}))
    assert [wrong.path for wrong in one.wrong] == [*(f"field{number}" for number in range(20)), ""]
    assert one.wrong[-1].message == "and 30 more"
    assert one.row.value is None
