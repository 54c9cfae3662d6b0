from typing import Any

import pytest

from offers.errors import Conflict, NotFound
from offers.fences import fence_version, read_index
from offers.places import add_place, delete_place, get_place, list_geofences, list_places, put_place
from offers.records.tables import Geofence, Order
from offers.rules.place import PlaceBody
from tests.offers.stories import LAT, LON, NOON, Town, at, circle, come_back, dwell, enter, fall_silent

BODY: dict[str, Any] = {
    "name": "Kalverstraat", "kind": "store", "lat": LAT, "lon": LON, "time_zone": "Europe/Amsterdam", "geofences": [circle()],
}  # fmt: skip


def _put(town: Town, **more: Any) -> tuple[dict[str, Any], bool, bool]:
    body = PlaceBody.model_validate({**BODY, **more})
    item, created, follows = town.write(lambda session: put_place(session, "kalverstraat", body, now=NOON))
    return item, created, follows.geofences_changed


def test_a_place_is_written_and_read(town: Town) -> None:
    item, created, changed = _put(town, opening_hours="Mo-Sa 09:00-18:00", tags=["flagship"], pickup=True)
    assert (created, changed) == (True, True)
    assert town.read(lambda session: get_place(session, "kalverstraat")) == item
    [fence] = item["geofences"]
    assert {**fence, "id": ""} == {**circle(), "id": ""}
    assert (item["tags"], item["pickup"], item["opening_hours"]) == (["flagship"], True, "Mo-Sa 09:00-18:00")


def test_an_id_of_ours(town: Town) -> None:
    item, created, _ = town.write(lambda session: add_place(session, PlaceBody.model_validate(BODY), now=NOON))
    assert created
    assert item["id"].startswith("plc_")


def test_a_geofence_that_stays_as_it_is_keeps_its_id_and_its_stays(town: Town) -> None:
    before, _, _ = _put(town)
    phone = town.phone()
    town.cross(enter(phone, before["geofences"][0]["id"], 1))
    version = town.read(fence_version)
    after, created, changed = _put(town, name="Kalverstraat 102", tags=["x"])
    assert (created, changed, after["geofences"]) == (False, False, before["geofences"])
    assert town.read(fence_version) == version
    after, _, changed = _put(town, geofences=[circle(30, "other"), circle()])
    assert changed
    assert before["geofences"][0] in after["geofences"]
    assert [stay.left_at for stay in town.stays()] == [None]


def test_another_dwell_time_is_a_new_version_of_the_same_geofence(town: Town) -> None:
    before, _, _ = _put(town)
    version = town.read(fence_version)
    after, _, changed = _put(town, geofences=[circle(dwell_s=300)])
    assert changed
    assert after["geofences"][0]["id"] == before["geofences"][0]["id"]
    assert town.read(fence_version) == version + 1
    assert [fence.dwell_s for fence in town.read(read_index).fences] == [300]


def test_an_edit_retires_the_old_shape_and_ends_its_stays_only(town: Town) -> None:
    town.place(geofences=[circle(), circle(400, "approach")])
    fences = town.fences("kalverstraat")
    phone = town.phone()
    town.cross(enter(phone, fences["approach"], 1), enter(phone, fences["premises"], 2))
    town.place(geofences=[circle(), circle(500, "approach")], now=at(9))
    left = {stay.geofence_id: (stay.left_at, stay.left_reason) for stay in town.stays()}
    assert left == {fences["approach"]: (at(9), "geofence_changed"), fences["premises"]: (None, None)}
    assert town.visits() == [(at(2), None)]
    assert town.fences("kalverstraat")["premises"] == fences["premises"]
    assert town.fences("kalverstraat")["approach"] != fences["approach"]
    retired = town.read(lambda session: session.get_one(Geofence, fences["approach"]))
    assert retired.retired_at == at(9)


def test_two_equal_geofences_are_two(town: Town) -> None:
    item, _, _ = _put(town, geofences=[circle(), circle()])
    assert len({fence["id"] for fence in item["geofences"]}) == 2
    again, _, changed = _put(town, geofences=[circle(), circle()])
    assert (changed, again["geofences"]) == (False, item["geofences"])
    one, _, changed = _put(town)
    assert changed
    assert len(one["geofences"]) == 1


def test_a_place_is_removed_with_its_geofences(town: Town) -> None:
    fence = town.place()
    phone = town.phone()
    town.cross(enter(phone, fence, 1))
    version = town.read(fence_version)
    assert town.write(lambda session: delete_place(session, "kalverstraat", now=at(5))).geofences_changed
    assert (town.read(fence_version), town.read(read_index).fences) == (version + 1, ())
    assert (town.stays(), town.visits()) == ([], [])
    assert town.cross(dwell(phone, fence, 6)).memberships == {phone: {}}
    with pytest.raises(NotFound):
        town.read(lambda session: get_place(session, "kalverstraat"))
    with pytest.raises(NotFound):
        town.write(lambda session: delete_place(session, "kalverstraat", now=at(5)))


def test_a_place_where_an_order_is_to_be_collected_stays(town: Town) -> None:
    town.place()
    town.customer()
    order = Order(
        id="o", customer_id="sanne", place_id="kalverstraat", status="ready", items=[], history=[], created_at=NOON, updated_at=NOON
    )  # fmt: skip
    town.write(lambda session: session.add(order))
    with pytest.raises(Conflict):
        town.write(lambda session: delete_place(session, "kalverstraat", now=at(5)))
    assert town.fences("kalverstraat")


def test_the_list_goes_page_by_page_with_each_places_own_geofences(town: Town) -> None:
    fences = {name: town.place(name) for name in ("c", "a", "b")}
    items, cursor = town.read(lambda session: list_places(session, limit=2))
    assert ([one["id"] for one in items], cursor) == (["a", "b"], "b")
    assert [one["geofences"][0]["id"] for one in items] == [fences["a"], fences["b"]]
    items, cursor = town.read(lambda session: list_places(session, after="b", limit=2))
    assert ([one["id"] for one in items], cursor) == (["c"], None)


def _inside(town: Town) -> str:
    """A phone inside the store, and the id of its geofence."""
    fence = town.place()
    town.cross(enter(town.phone(), fence, 1))
    return fence


def test_pausing_a_place_ends_its_stays_and_visits_and_tells_nobody(town: Town) -> None:
    fence = _inside(town)
    town.campaign(on="exit")
    version = town.read(fence_version)
    town.place(paused=True, now=at(9))
    assert [(stay.left_at, stay.left_reason) for stay in town.stays()] == [(at(9), "geofence_paused")]
    assert town.visits() == [(at(1), at(9))]
    assert town.transitions() == [("enter", at(1)), ("exit", at(9))]
    assert (town.decisions(), town.deliveries()) == ([], [])
    assert town.read(fence_version) == version + 1
    item = town.read(lambda session: get_place(session, "kalverstraat"))
    assert (item["paused"], [one["id"] for one in item["geofences"]]) == (True, [fence])


def test_what_is_paused_is_not_listed_as_in_force(town: Town) -> None:
    town.place("open")
    town.place("shut", paused=True)
    items, _ = town.read(lambda session: list_geofences(session, None))
    assert [one["place"] for one in items] == ["open"]
    assert town.read(lambda session: list_geofences(session, "shut")) == ([], None)


def test_a_crossing_seen_before_the_pause_opens_nothing_after_it(town: Town) -> None:
    """A worker may match for a second by geofences as they were."""
    fence = town.place()
    town.campaign()
    phone = town.phone()
    town.cross(enter(phone, fence, 1), fall_silent(phone, fence, 2))
    before = town.everything()
    town.place(paused=True, now=at(3))
    assert town.cross(enter(phone, fence, 4)).memberships == {phone: {}}
    assert town.cross(come_back(phone, fence, 5)).memberships == {phone: {}}
    assert town.everything() == before


def test_a_pause_and_an_edit_in_one_say_of_each_geofence_why(town: Town) -> None:
    town.place(geofences=[circle(), circle(400, "approach")])
    fences = town.fences("kalverstraat")
    phone = town.phone()
    town.cross(enter(phone, fences["approach"], 1), enter(phone, fences["premises"], 2))
    town.place(geofences=[circle(), circle(500, "approach")], paused=True, now=at(9))
    left = {stay.geofence_id: stay.left_reason for stay in town.stays()}
    assert left == {fences["approach"]: "geofence_changed", fences["premises"]: "geofence_paused"}
    assert town.visits() == [(at(2), at(9))]
    assert town.read(read_index).fences == ()


def test_resuming_is_as_if_it_were_made_now_under_the_same_id(town: Town) -> None:
    fence = town.place()
    town.place(paused=True)
    town.place()
    [resumed] = town.read(read_index).fences
    assert (resumed.id, resumed.since) == (fence, town.read(fence_version))


def test_a_pause_of_a_place_without_geofences_is_no_edit_of_geofences(town: Town) -> None:
    town.place("centraal", [], kind="landmark")
    version = town.read(fence_version)
    town.place("centraal", [], kind="landmark", paused=True)
    assert town.read(fence_version) == version
    assert town.read(lambda session: get_place(session, "centraal"))["paused"]
