import json
import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geofences.ping import AGE_S, AHEAD_S, REASONS, Ping, Refusal, read_ping

NOON = 1_772_366_400.0  # 2026-03-01T12:00:00Z
DAM = {"lat": 52.3734085, "lon": 4.8934812}


def refused(raw: object) -> Refusal:
    refusal = read_ping(raw, received_at=NOON)
    assert isinstance(refusal, Refusal)
    return refusal


def taken(raw: object) -> Ping:
    ping = read_ping(raw, received_at=NOON)
    assert isinstance(ping, Ping), ping
    return ping


def test_a_whole_ping_is_taken_as_it_is() -> None:
    raw = DAM | {"at": "2026-03-01T12:59:00+01:00", "accuracy_m": 12, "speed_mps": 1.4, "heading_deg": 0, "battery": 1}
    assert taken(raw) == Ping(52.3734085, 4.8934812, NOON - 60, 12.0, 1.4, 0.0)


def test_without_a_time_it_was_taken_when_it_came() -> None:
    assert taken(DAM) == Ping(52.3734085, 4.8934812, NOON)


@pytest.mark.parametrize(
    ("raw", "reason", "field"),
    [
        (None, "not_an_object", ""),
        ([DAM], "not_an_object", ""),
        ("52.37,4.89", "not_an_object", ""),
        ({"lon": 4.9}, "lat_missing", "lat"),
        ({"lat": None, "lon": 4.9}, "lat_missing", "lat"),
        ({"lat": 52.4}, "lon_missing", "lon"),
        ({"lat": "52.4", "lon": 4.9}, "lat_not_a_number", "lat"),
        ({"lat": True, "lon": 4.9}, "lat_not_a_number", "lat"),
        ({"lat": math.nan, "lon": 4.9}, "lat_not_a_number", "lat"),
        ({"lat": 52.4, "lon": math.inf}, "lon_not_a_number", "lon"),
        ({"lat": 52.4, "lon": [4.9]}, "lon_not_a_number", "lon"),
        ({"lat": 10**400, "lon": 4.9}, "lat_not_a_number", "lat"),
        ({"lat": 95, "lon": 4.9}, "lat_out_of_range", "lat"),
        ({"lat": 52.4, "lon": 365}, "lon_out_of_range", "lon"),
        ({"lat": 0, "lon": 0.0}, "null_island", "lat"),
        (DAM | {"accuracy_m": "12"}, "accuracy_not_a_number", "accuracy_m"),
        (DAM | {"accuracy_m": math.nan}, "accuracy_not_a_number", "accuracy_m"),
        (DAM | {"accuracy_m": False}, "accuracy_not_a_number", "accuracy_m"),
        (DAM | {"at": NOON}, "at_not_a_time", "at"),
        (DAM | {"at": "2026-03-01T12:00:00"}, "at_not_a_time", "at"),
        (DAM | {"at": "2026-03-01"}, "at_not_a_time", "at"),
        (DAM | {"at": "2026-02-30T12:00:00Z"}, "at_not_a_time", "at"),
        (DAM | {"at": "1970-01-01T00:00:00Z"}, "at_too_old", "at"),
        (DAM | {"at": "2026-03-02T12:00:00Z"}, "at_in_the_future", "at"),
        (DAM | {"mock": True}, "mock_location", "mock"),
    ],
)
def test_what_is_no_ping_says_why(raw: object, reason: str, field: str) -> None:
    refusal = refused(raw)
    assert (refusal.reason, refusal.field) == (reason, field)
    assert reason in REASONS


def test_swapped_coordinates_are_asked_about_and_never_turned_round() -> None:
    assert "swapped?" in refused({"lat": 121.5, "lon": 25.0}).message
    assert "swapped?" not in refused({"lat": 121.5, "lon": 100.0}).message
    assert "swapped?" not in refused({"lat": 485_672.0, "lon": 25.0}).message


def test_a_message_never_holds_the_position() -> None:
    assert "91.2345" not in refused({"lat": 91.2345, "lon": 4.9}).message


@pytest.mark.parametrize("accuracy", [-1, 0, None])
def test_an_accuracy_that_can_not_be_is_unknown(accuracy: object) -> None:
    assert taken(DAM | {"accuracy_m": accuracy}).accuracy_m is None


@pytest.mark.parametrize("value", [-1, None, "fast", math.nan, True])
def test_speed_and_heading_never_sink_a_ping(value: object) -> None:
    ping = taken(DAM | {"speed_mps": value, "heading_deg": value})
    assert (ping.speed_mps, ping.heading_deg) == (None, None)


def test_a_clock_may_run_ahead_two_minutes_and_a_ping_may_wait_seven_days() -> None:
    assert taken(DAM | {"at": "2026-03-01T12:02:00Z"}).at == NOON + AHEAD_S
    assert refused(DAM | {"at": "2026-03-01T12:02:00.001Z"}).reason == "at_in_the_future"
    assert taken(DAM | {"at": "2026-02-22T12:00:00Z"}).at == NOON - AGE_S
    assert refused(DAM | {"at": "2026-02-22T11:59:59Z"}).reason == "at_too_old"


def test_the_two_names_of_the_antimeridian_are_one() -> None:
    assert taken({"lat": 1.0, "lon": 180}).lon == -180.0


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(st.sampled_from(["lat", "lon", "at", "accuracy_m", "speed_mps", "mock"]), inner)
        ),
        max_leaves=12,
    )
)
def test_any_json_is_a_ping_or_a_named_refusal(raw: Any) -> None:
    ping = read_ping(raw, received_at=NOON)
    if isinstance(ping, Refusal):
        assert ping.reason in REASONS
    else:
        assert -90 <= ping.lat <= 90
        assert -180 <= ping.lon < 180
        assert ping.accuracy_m is None or ping.accuracy_m > 0
        json.dumps([ping.lat, ping.lon, ping.at], allow_nan=False)
