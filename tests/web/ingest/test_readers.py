"""What each protocol's reader makes of good records, of bad ones, and of those that mean something else."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from geofences.ping import REASONS as PING_REASONS
from geofences.told import LONGEST_ID, Told
from tests.conftest import NOON
from web.ingest import osmand, overland, owntracks, traccar, transistorsoft
from web.ingest.intake import MOST_RECORDS, REASONS, Records

NOW = NOON.timestamp()
LOCATION = {"_type": "location", "lat": 52.37, "lon": 4.89, "acc": 12, "tst": NOW}
TRANSITION = {"_type": "transition", "event": "enter", "desc": "gf_1", "tst": NOW, "lat": 52.37, "lon": 4.89, "acc": 30}
COORDS = {"latitude": 52.37, "longitude": 4.89, "accuracy": 12, "speed": 1.4, "heading": 90}
RECORD = {"coords": COORDS, "timestamp": "2026-11-23T11:00:00.000Z", "uuid": "u-1"}
POINT = {"type": "Point", "coordinates": [4.89, 52.37]}
FEATURE: dict[str, Any] = {
    "geometry": POINT,
    "properties": {"timestamp": "2026-11-23T11:00:00Z", "horizontal_accuracy": 12},
}
FIELDS = {"lat": "52.37", "lon": "4.89", "accuracy": "12", "timestamp": f"{NOW:.0f}"}
SEEN = (52.37, 4.89, NOW, 12.0)


def of_owntracks(**change: Any) -> Records:
    return owntracks.read(json.dumps(LOCATION | change).encode(), NOW)


def of_transition(**change: Any) -> Records:
    return owntracks.read(json.dumps(TRANSITION | change).encode(), NOW)


def of_transistorsoft(**change: Any) -> Records:
    return transistorsoft.read(json.dumps({"location": RECORD | change}).encode(), NOW)


def of_overland(**change: Any) -> Records:
    feature = FEATURE | {"properties": FEATURE["properties"] | change}
    return overland.read(json.dumps({"locations": [feature]}).encode(), NOW)


def of_osmand(**change: str) -> Records:
    return osmand.read(FIELDS | change, b"", NOW)


def rows(records: Records) -> list[tuple[float, float, float, float | None]]:
    return [(one.lat, one.lon, one.at, one.accuracy_m) for one in records.pings]


@pytest.mark.parametrize("read", [of_owntracks, of_transistorsoft, of_overland, of_osmand])
def test_one_position_comes_out_the_same_of_each(read: Callable[[], Records]) -> None:
    assert rows(read()) == [SEEN]
    assert read().unusable == {}


@pytest.mark.parametrize(
    ("records", "speed_mps"),
    [
        (of_owntracks(vel=36), 10),
        (of_owntracks(vel=-1), None),
        (of_owntracks(vel="fast"), None),
        (of_owntracks(vel=10**400), None),
        (of_osmand(speed="10"), 5.14444),
        (of_osmand(speed="-1"), None),
        (of_osmand(spd="10"), 10),
        (of_osmand(spd="", spd_kph="36"), 10),
        (of_osmand(speed="NaN"), None),
        (of_transistorsoft(), 1.4),
        (of_transistorsoft(coords=COORDS | {"speed": -1}), None),
        (of_overland(speed=4), 4),
        (of_overland(speed=-1), None),
    ],
)
def test_speeds_have_the_clients_unit_and_below_zero_is_unknown(records: Records, speed_mps: float | None) -> None:
    [ping] = records.pings
    assert ping.speed_mps == (None if speed_mps is None else pytest.approx(speed_mps, rel=1e-5))


@pytest.mark.parametrize(
    "records",
    [
        of_owntracks(acc=0),
        of_owntracks(acc=-1),
        of_owntracks(acc=None),
        of_osmand(accuracy="0"),
        of_osmand(accuracy="", hdop="0.8"),
        of_osmand(accuracy="good"),
        of_transistorsoft(coords={"latitude": 52.37, "longitude": 4.89}),
        of_overland(horizontal_accuracy=0),
        of_overland(horizontal_accuracy=-1),
    ],
)
def test_an_accuracy_that_is_missing_or_nought_is_unknown(records: Records) -> None:
    assert rows(records) == [(52.37, 4.89, NOW, None)]


@pytest.mark.parametrize(
    ("records", "reason"),
    [
        (of_owntracks(lat=None), "lat_missing"),
        (of_owntracks(lat="52.37"), "lat_not_a_number"),
        (of_owntracks(lat=[52]), "lat_not_a_number"),
        (of_owntracks(lon=181), "lon_out_of_range"),
        (of_owntracks(lat=0, lon=0), "null_island"),
        (of_owntracks(tst=NOW + 3600), "at_in_the_future"),
        (of_owntracks(tst=NOW - 8 * 86_400), "at_too_old"),
        (of_owntracks(tst="soon"), "at_not_a_time"),
        (of_owntracks(tst=10**400), "at_not_a_time"),
        (of_owntracks(acc="good"), "accuracy_not_a_number"),
        (of_owntracks(_type="waypoints"), "not_a_position"),
        (of_owntracks(_type="lwt"), "not_a_position"),
        (of_owntracks(_type="encrypted"), "encrypted"),
        (of_owntracks(_type="else"), "unknown_type"),
        (of_owntracks(_type=None), "unknown_type"),
        (of_owntracks(_type=["location"]), "unknown_type"),
        (of_transition(event="hover"), "not_a_transition"),
        (of_transition(event=["enter"]), "not_a_transition"),
        (of_transition(desc=None), "not_a_transition"),
        (of_transition(desc=""), "not_a_transition"),
        (of_transition(desc="x" * (LONGEST_ID + 1)), "not_a_transition"),
        (owntracks.read(b"[]", NOW), "not_an_object"),
        (owntracks.read(b"", NOW), "empty"),
        (of_osmand(lat=""), "lat_missing"),
        (of_osmand(lat="NaN"), "lat_not_a_number"),
        (of_osmand(lat="1e1"), "lat_not_a_number"),
        (of_osmand(lat="91"), "lat_out_of_range"),
        (of_osmand(lat="0", lon="0.0"), "null_island"),
        (of_osmand(timestamp="yesterday"), "at_not_a_time"),
        (of_osmand(valid="false"), "invalid_fix"),
        (of_osmand(mock="true"), "mock_location"),
        (osmand.read({}, b"", NOW), "lat_missing"),
        (osmand.read({"location": "52.37"}, b"", NOW), "lon_missing"),
        (osmand.read({}, b"&".join(b"a%d=1" % n for n in range(500)), NOW), "invalid_form"),
        (osmand.read({}, b"lat=52.37&lon=4.89&desc=" + b"%41" * 10_000, NOW), "invalid_form"),
        (osmand.read({}, b"{", NOW), "invalid_json"),
        (of_transistorsoft(mock=True), "mock_location"),
        (of_transistorsoft(coords=None), "lat_missing"),
        (of_transistorsoft(coords=[52, 4]), "lat_missing"),
        (of_transistorsoft(timestamp=[]), "at_not_a_time"),
        (transistorsoft.read(b'{"location": null}', NOW), "not_an_object"),
        (transistorsoft.read(b'{"location": "here"}', NOW), "not_an_object"),
        (transistorsoft.read(b"[]", NOW), "not_an_object"),
        (of_overland(timestamp="today"), "at_not_a_time"),
        (overland.read(b'{"locations": {}}', NOW), "not_an_object"),
        (overland.read(b'{"locations": [7]}', NOW), "not_an_object"),
        (overland.read(b'{"locations": [{"geometry": []}]}', NOW), "not_an_object"),
        (overland.read(b'{"locations": [{"geometry": {"type": "Point", "coordinates": [4]}}]}', NOW), "not_a_position"),
        (overland.read(b'{"locations": [{"geometry": {"type": "LineString"}}]}', NOW), "not_a_position"),
        (overland.read(b"\xff", NOW), "invalid_json"),
    ],
)
def test_what_is_of_no_use_is_dropped_by_its_name(records: Records, reason: str) -> None:
    assert records.unusable[reason] == 1
    assert reason in (*REASONS, *PING_REASONS)
    assert records.transitions == []


def test_a_transition_is_a_ping_too_where_it_says_where() -> None:
    records = of_transition()
    assert rows(records) == [(52.37, 4.89, NOW, 30.0)]
    assert records.transitions == [Told("gf_1", "enter", NOW, 30.0, 52.37, 4.89)]


def test_leaving_is_an_exit_and_a_beacon_says_no_place() -> None:
    records = of_transition(event="leave", t="b", lat=0.0, lon=0.0, acc=0.0)
    assert records.transitions == [Told("gf_1", "exit", NOW)]
    assert (records.pings, records.unusable) == ([], {})


def test_a_transitions_bad_place_does_not_cost_the_transition() -> None:
    records = of_transition(lat=95)
    assert [one.geofence_id for one in records.transitions] == ["gf_1"]
    assert records.unusable == {"lat_out_of_range": 1}


def test_the_last_word_of_a_waypoints_name_is_the_geofence() -> None:
    assert [one.geofence_id for one in of_transition(desc="kalverstraat-102 gf_1 ").transitions] == ["gf_1"]


def test_a_too_old_transition_is_dropped() -> None:
    records = of_transition(tst=2)
    assert records.unusable == {"at_too_old": 2}  # the place and the transition


@pytest.mark.parametrize(("action", "kind"), [("ENTER", "enter"), ("EXIT", "exit"), ("DWELL", "dwell")])
def test_a_record_of_a_geofence_is_a_ping_and_a_transition(action: str, kind: str) -> None:
    fence = {"identifier": "gf_1", "action": action, "timestamp": "2026-11-23T10:59:58.000Z"}
    records = of_transistorsoft(geofence=fence)
    assert rows(records) == [SEEN]
    assert records.transitions == [Told("gf_1", kind, NOW - 2, 12.0, 52.37, 4.89)]  # type: ignore[arg-type]
    del fence["timestamp"]
    assert [one.at for one in of_transistorsoft(geofence=fence).transitions] == [NOW]


@pytest.mark.parametrize(
    "fence", [{}, {"identifier": 7, "action": "ENTER"}, {"identifier": "gf_1", "action": {}}, {"action": "ENTER"}]
)
def test_a_geofence_that_is_none_does_not_cost_the_position(fence: Any) -> None:
    records = of_transistorsoft(geofence=fence)
    assert rows(records) == [SEEN]
    assert records.unusable == {"not_a_transition": 1}


def test_a_made_up_position_makes_no_transition() -> None:
    records = of_transistorsoft(mock=True, geofence={"identifier": "gf_1", "action": "ENTER"})
    assert (records.pings, records.transitions) == ([], [])


def test_a_batch_is_read_to_its_end_and_one_uuid_once() -> None:
    batch = [RECORD, RECORD, RECORD | {"uuid": "u-2", "timestamp": "2026-11-23T10:00:00Z"}, 7, {"uuid": [1]}]
    records = transistorsoft.read(json.dumps({"location": batch}).encode(), NOW)
    assert [one.at for one in records.pings] == [NOW, NOW - 3600]
    assert records.unusable == {"duplicate": 1, "not_an_object": 1, "lat_missing": 1}


def test_overland_says_longitude_first_and_its_current_is_left_alone() -> None:
    body = {"locations": [FEATURE], "current": FEATURE, "trip": {"mode": "walk"}}
    assert rows(overland.read(json.dumps(body).encode(), NOW)) == [SEEN]


@pytest.mark.parametrize(
    ("read", "around"),
    [
        (transistorsoft.read, lambda some: {"location": some}),
        (overland.read, lambda some: {"locations": some}),
    ],
)
def test_what_is_over_the_most_is_counted(read: Callable[[bytes, float], Records], around: Any) -> None:
    records = read(json.dumps(around([7] * (MOST_RECORDS + 3))).encode(), NOW)
    assert records.unusable == {"too_many": 3, "not_an_object": MOST_RECORDS}


def test_the_address_counts_before_the_body_and_the_body_where_it_says_no_place() -> None:
    there, here = b"lat=1&lon=2", FIELDS
    assert rows(osmand.read(here, there, NOW)) == [SEEN]
    assert [(one.lat, one.lon) for one in osmand.read({"id": "x", "lat": ""}, there, NOW).pings] == [(1, 2)]
    assert rows(osmand.read({}, json.dumps({"location": RECORD}).encode(), NOW)) == [SEEN]


def test_gps_loggers_offset_with_a_blank_for_its_plus_is_a_time() -> None:
    body = b"lat=52.37&lon=4.89&timestamp=&time=&timeoffset=2026-11-23T12:00:00.000+01:00&acc=12&dir=90&"
    [ping] = osmand.read({}, body, NOW).pings
    assert (ping.at, ping.accuracy_m, ping.heading_deg) == (NOW, 12.0, 90.0)


def test_a_token_in_a_body_is_found_where_the_app_puts_it() -> None:
    assert osmand.token_of(b"id=dt_a&lat=1") == "dt_a"
    assert osmand.token_of(b"deviceid=dt_a") == "dt_a"
    assert osmand.token_of(b'{"device_id": "dt_a", "location": {}}') == "dt_a"
    assert traccar.token_of(b'{"location": {}, "device_id": "dt_a"}') == "dt_a"
    for none in (b"", b"{", b'{"device_id": 7}', b"[]", b"\xff", b"[" * 100_000, b"&".join([b"id=1"] * 500)):
        assert osmand.token_of(none) is None
        assert traccar.token_of(none) is None


def test_a_form_that_no_phone_has_made_is_not_looked_through_for_a_token() -> None:
    """Nobody knows yet who sends it."""
    most = b"id=dt_x&desc=".ljust(osmand.MOST_FORM_BYTES, b"a")
    assert osmand.token_of(most) == "dt_x"
    assert osmand.token_of(most + b"a") is None


def test_a_blank_pasted_with_the_token_does_no_harm() -> None:
    assert traccar.token_of(b'{"device_id": " dt_x\\n"}') == "dt_x"
    assert osmand.token_of(b"id=+dt_x+") == "dt_x"


def test_at_greenwich_android_writes_degrees_with_an_exponent() -> None:
    """`Double.toString` does so below a thousandth."""
    [ping] = of_osmand(lat="51.4779", lon="-4.2E-4", speed="5.0E-4").pings
    assert (ping.lat, ping.lon) == (51.4779, -0.00042)
    assert ping.speed_mps == pytest.approx(0.0005 * 1852 / 3600)
    assert of_osmand(lat="1E2").unusable == {"lat_not_a_number": 1}
