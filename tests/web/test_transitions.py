"""`POST /v1/transitions` through a real server, as far as the lane."""

from collections.abc import Callable
from typing import Any

import httpx
import pytest
from redis import Redis

from geofences.fence_index import FenceIndex
from offers.settings import Settings
from tests.conftest import NOON
from tests.web.conftest import LANES, PLACE, Clock, Register, Served, bearer, problem_of
from tests.web.test_pings import entries, letters_in
from web.transitions import MOST_TRANSITIONS
from workers.lanes import LaneKeys, lane_of
from workers.letters import TransitionLetter

Send = Callable[..., httpx.Response]
AT = NOON.isoformat()


@pytest.fixture
def phone(register: Register) -> dict[str, Any]:
    return register("sanne")


@pytest.fixture
def fence(admin: httpx.Client, served: Served) -> str:
    """A geofence that the doors know."""
    place = admin.put("/v1/places/kalverstraat-102", json=PLACE)
    assert place.status_code == 201
    served.doors.parts.fences.refresh()
    return str(place.json()["geofences"][0]["id"])


@pytest.fixture
def send(http: httpx.Client, phone: dict[str, Any]) -> Send:
    def post(body: Any, token: str | None = None) -> httpx.Response:
        return http.post("/v1/transitions", json=body, headers=bearer(token or phone["token"]))

    return post


def told_in(settings: Settings, redis: Redis, device: str) -> list[TransitionLetter]:
    lane = lane_of(device, LANES)
    return [one for entry in letters_in(settings, redis, lane) for one in entry if isinstance(one, TransitionLetter)]


def test_one_transition_lies_sealed_in_its_devices_lane(
    *, send: Send, fence: str, phone: dict[str, Any], redis_db: Redis, settings: Settings, served: Served
) -> None:
    answer = send({"geofence_id": fence, "kind": "enter", "at": AT, "accuracy_m": 20})
    assert answer.status_code == 202
    assert answer.json() == {"accepted": 1, "rejected": [], "quiet_radius_m": 0.0, "watch_after_s": 300}
    (letter,) = told_in(settings, redis_db, phone["device_id"])
    now, version = NOON.timestamp(), served.doors.parts.fences.index.version
    assert letter == TransitionLetter(phone["device_id"], now, [(fence, "enter", now, 20.0, None, None)], version)


def test_a_position_is_sealed_and_answered_as_a_pings(send: Send, fence: str, redis_db: Redis) -> None:
    there = {"lat": 52.38021234, "lon": 4.8906199, "accuracy_m": 10}
    answer = send({"geofence_id": fence, "kind": "exit", "at": AT, **there}).json()
    assert answer["watch_after_s"] == 900
    assert 900 <= answer["quiet_radius_m"] <= 1010
    everything = b"".join(redis_db.dump(key) or b"" for key in redis_db.scan_iter())  # type: ignore[misc]
    assert b"52.38021234" not in everything


def test_one_bad_transition_does_not_sink_the_others(
    send: Send, fence: str, phone: dict[str, Any], redis_db: Redis, settings: Settings
) -> None:
    good = {"geofence_id": fence, "kind": "enter", "at": AT}
    answer = send([good, good | {"kind": "cross"}, good | {"geofence_id": "gf_gone"}, good | {"kind": "exit"}])
    assert answer.status_code == 202
    assert answer.json()["accepted"] == 2
    assert answer.json()["rejected"] == [
        {"index": 1, "reason": "kind_unknown"},
        {"index": 2, "reason": "geofence_unknown"},
    ]
    (letter,) = told_in(settings, redis_db, phone["device_id"])
    assert [item[1] for item in letter.items] == ["enter", "exit"]


def test_a_geofence_that_is_gone_does_not_block_a_phones_queue(
    send: Send, fence: str, admin: httpx.Client, served: Served, redis_db: Redis
) -> None:
    assert admin.delete("/v1/places/kalverstraat-102").status_code == 204
    served.doors.parts.fences.refresh()
    before = entries(redis_db)
    answer = send({"geofence_id": fence, "kind": "exit", "at": AT})
    assert answer.status_code == 202
    assert answer.json()["rejected"] == [{"index": 0, "reason": "geofence_unknown"}]
    assert answer.json()["accepted"] == 0
    assert entries(redis_db) == before


def test_before_the_geofences_were_read_none_is_refused(send: Send, fence: str, served: Served) -> None:
    """A door that just started and has no database yet promises nothing, and loses nothing."""
    served.doors.parts.fences.index = FenceIndex([], -1)
    answer = send({"geofence_id": fence, "kind": "enter", "at": AT})
    assert (answer.status_code, answer.json()["accepted"], answer.json()["watch_after_s"]) == (202, 1, 300)


@pytest.mark.parametrize(
    ("change", "path", "word"),
    [
        ({"geofence_id": None}, "geofence_id", "geofence_id_missing"),
        ({"kind": "left"}, "kind", "kind_unknown"),
        ({"at": None}, "at", "at_missing"),
        ({"at": "2026-11-24T11:00:00Z"}, "at", "at_in_the_future"),
        ({"at": "1970-01-01T00:00:00Z"}, "at", "at_too_old"),
        ({"lat": 52.37}, "lon", "lon_missing"),
        ({"accuracy_m": "good"}, "accuracy_m", "accuracy_not_a_number"),
        ({"mock": True}, "mock", "mock_location"),
    ],
)
def test_a_single_bad_one_is_a_problem_that_names_its_field(
    *, send: Send, fence: str, redis_db: Redis, change: dict[str, Any], path: str, word: str
) -> None:
    told = problem_of(send({"geofence_id": fence, "kind": "enter", "at": AT} | change), 422)
    assert [one["path"] for one in told["errors"]] == [path]
    assert word in told["detail"]
    assert entries(redis_db) == 0


@pytest.mark.parametrize("body", ["text", 7, True])
def test_json_that_is_no_transition_is_422(send: Send, body: Any) -> None:
    problem_of(send(body), 422)


def test_a_hundred_are_taken_and_more_are_413(send: Send, fence: str) -> None:
    one = {"geofence_id": fence, "kind": "enter", "at": AT}
    assert send([one] * MOST_TRANSITIONS).json()["accepted"] == MOST_TRANSITIONS
    problem_of(send([one] * (MOST_TRANSITIONS + 1)), 413)


def test_a_positions_only_token_may_tell_transitions(send: Send, fence: str, register: Register) -> None:
    app = register(positions_only=True)
    assert send({"geofence_id": fence, "kind": "enter", "at": AT}, app["token"]).status_code == 202


def test_without_consent_it_is_403_and_nothing_is_kept(
    send: Send, fence: str, register: Register, redis_db: Redis, settings: Settings
) -> None:
    silent = register("piet", consents={"location": False, "offers": True})
    told = problem_of(send({"geofence_id": fence, "kind": "enter", "at": AT}, silent["token"]), 403)
    assert told["type"].endswith(":no_location_consent")
    assert told_in(settings, redis_db, silent["device_id"]) == []


def test_a_revoked_device_is_401(send: Send, fence: str, http: httpx.Client, phone: dict[str, Any]) -> None:
    assert http.delete("/v1/devices/me", headers=bearer(phone["token"])).status_code == 204
    assert "not registered" in problem_of(send({"geofence_id": fence, "kind": "enter", "at": AT}), 401)["detail"]


def test_an_expired_token_is_401(send: Send, fence: str, clock: Clock) -> None:
    clock.at += 3600
    assert "expired" in problem_of(send({"geofence_id": fence, "kind": "enter", "at": AT}), 401)["detail"]


def test_before_the_lanes_are_built_it_is_503(send: Send, fence: str, redis_db: Redis) -> None:
    redis_db.delete(*(LaneKeys.of(lane).epoch for lane in range(LANES)))
    answer = send({"geofence_id": fence, "kind": "enter", "at": AT})
    problem_of(answer, 503)
    assert int(answer.headers["retry-after"]) >= 1


def test_what_came_in_is_counted(send: Send, fence: str, http: httpx.Client) -> None:
    good = {"geofence_id": fence, "kind": "enter", "at": AT}
    send([good, good | {"geofence_id": "gf_gone"}])
    send(good | {"kind": "left"})
    told = http.get("/metrics").text
    assert "passerby_phone_transitions_accepted_total 1.0" in told
    assert 'passerby_phone_transitions_rejected_total{reason="geofence_unknown"} 1.0' in told
    assert 'passerby_phone_transitions_rejected_total{reason="kind_unknown"} 1.0' in told
