"""What is read as a phone's own transition, and the named reason for what is not."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geofences.ping import AGE_S, AHEAD_S, REASONS, Refusal
from geofences.told import LONGEST_ID, TOLD_REASONS, Told, read_transition

NOW = 1_772_366_400.0
AT = "2026-03-01T12:00:00Z"
ENTER: dict[str, Any] = {"geofence_id": "gf_1", "kind": "enter", "at": AT}


def test_the_least_and_the_most_that_can_be_said() -> None:
    assert read_transition(ENTER, received_at=NOW) == Told("gf_1", "enter", NOW)
    whole = ENTER | {"accuracy_m": 12, "lat": 52.37, "lon": 180, "mock": False, "source": "CLMonitor"}
    assert read_transition(whole, received_at=NOW) == Told("gf_1", "enter", NOW, 12.0, 52.37, -180.0)
    assert read_transition(ENTER | {"accuracy_m": 0, "lat": None, "lon": None}, received_at=NOW) == Told(
        "gf_1", "enter", NOW
    )


@pytest.mark.parametrize(
    ("change", "field", "reason"),
    [
        ({"geofence_id": None}, "geofence_id", "geofence_id_missing"),
        ({"geofence_id": 7}, "geofence_id", "geofence_id_not_an_id"),
        ({"geofence_id": ""}, "geofence_id", "geofence_id_not_an_id"),
        ({"geofence_id": "x" * (LONGEST_ID + 1)}, "geofence_id", "geofence_id_not_an_id"),
        ({"kind": "cross"}, "kind", "kind_unknown"),
        ({"kind": None}, "kind", "kind_unknown"),
        ({"kind": ["enter"]}, "kind", "kind_unknown"),
        ({"at": None}, "at", "at_missing"),
        ({"at": "yesterday"}, "at", "at_not_a_time"),
        ({"at": 1_772_366_400}, "at", "at_not_a_time"),
        ({"accuracy_m": "12"}, "accuracy_m", "accuracy_not_a_number"),
        ({"lat": 52.37}, "lon", "lon_missing"),
        ({"lon": 4.89}, "lat", "lat_missing"),
        ({"lat": 95, "lon": 4.89}, "lat", "lat_out_of_range"),
        ({"lat": 0, "lon": 0}, "lat", "null_island"),
        ({"mock": True}, "mock", "mock_location"),
    ],
)
def test_what_is_wrong_is_named(change: dict[str, Any], field: str, reason: str) -> None:
    refusal = read_transition(ENTER | change, received_at=NOW)
    assert isinstance(refusal, Refusal)
    assert (refusal.field, refusal.reason) == (field, reason)
    assert reason in (*REASONS, *TOLD_REASONS)


@pytest.mark.parametrize(
    ("received_at", "reason"),
    [
        (NOW - AHEAD_S, None),
        (NOW - AHEAD_S - 1, "at_in_the_future"),
        (NOW + AGE_S, None),
        (NOW + AGE_S + 1, "at_too_old"),
    ],
)
def test_the_time_is_bounded_as_a_pings(received_at: float, reason: str | None) -> None:
    read = read_transition(ENTER, received_at=received_at)
    assert (read.reason if isinstance(read, Refusal) else None) == reason


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
        lambda x: st.lists(x) | st.dictionaries(st.sampled_from([*ENTER, "lat", "lon", "accuracy_m", "mock"]), x),
    )
)
def test_anything_is_a_transition_or_refused_by_name(raw: Any) -> None:
    read = read_transition(raw, received_at=NOW)
    assert isinstance(read, Told) or read.reason in (*REASONS, *TOLD_REASONS)
