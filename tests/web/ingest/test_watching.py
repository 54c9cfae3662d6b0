"""What a phone is told to watch: when it is new, when it is other than last time, and never when it is of no use."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from typing import Any

import httpx
import pytest
from redis import Redis

from tests.at_once import at_once
from tests.web.conftest import LANES, PLACE, Clock, Register, Served
from tests.web.ingest.conftest import App
from web.ingest.watching import AGAIN_S, FRESH_S, MOST
from workers.lanes import TOLD_S, lane_of, told_key

HERE = (52.3702516, 4.8906199)
Say = Callable[..., Any]


def place(number: int, lat: float, lon: float) -> dict[str, Any]:
    fence = {"role": "premises", "lat": lat, "lon": lon, "radius_m": 80.4}
    return PLACE | {"name": f"Store {number}", "lat": lat, "lon": lon, "geofences": [fence]}


@pytest.fixture
def stores(admin: httpx.Client) -> list[str]:
    """Geofences along a street, a hundred metres and more from one another: ids by their distance from HERE."""
    found = []
    for number in range(MOST + 5):
        body = place(number, HERE[0] + 0.002 * number, HERE[1])
        answer = admin.put(f"/v1/places/store:{number}", json=body)
        found.append(answer.json()["geofences"][0]["id"])
    return found


@pytest.fixture
def transistorsoft(http: httpx.Client, clock: Clock) -> Say:
    """One record of now, or of so long ago; the commands of the answer by their name."""

    def say(app: App, lat: float = HERE[0], ago_s: float = 0, **more: Any) -> dict[str, Any] | None:
        at = datetime.fromtimestamp(clock.at - ago_s, UTC).isoformat()
        record = {"coords": {"latitude": lat, "longitude": HERE[1], "accuracy": 9}, "timestamp": at, **more}
        body = {"location": record}
        answer = http.post("/ingest/transistorsoft", json=body, headers=app.bearer)
        assert answer.status_code == 200
        return dict(answer.json()["background_geolocation"]) if answer.text != "{}" else None

    return say


@pytest.fixture
def owntracks(http: httpx.Client, clock: Clock) -> Say:
    def say(app: App, lat: float = HERE[0]) -> list[dict[str, Any]]:
        body = {"_type": "location", "lat": lat, "lon": HERE[1], "acc": 9, "tst": clock.at}
        answer = http.post("/ingest/owntracks", json=body, headers=app.basic)
        if answer.text == "[]":
            return []
        [command] = answer.json()
        assert (command["_type"], command["action"], command["waypoints"]["_type"]) == (
            "cmd",
            "setWaypoints",
            "waypoints",
        )
        waypoints: list[dict[str, Any]] = command["waypoints"]["waypoints"]
        return waypoints

    return say


def ids(geofences: list[dict[str, Any]]) -> list[str]:
    return [one["identifier"] for one in geofences]


def test_the_first_position_is_answered_with_the_nearest_geofences(
    transistorsoft: Say, app: App, stores: list[str]
) -> None:
    told = transistorsoft(app)
    assert list(told) == ["addGeofences"]
    assert ids(told["addGeofences"]) == stores[:MOST]
    [first, *_] = told["addGeofences"]
    assert (first["latitude"], first["longitude"], first["notifyOnEntry"], first["notifyOnExit"]) == (*HERE, True, True)
    assert 80.4 <= first["radius"] < 81


def test_an_android_phone_is_told_of_more(transistorsoft: Say, register: Register, stores: list[str]) -> None:
    made = register(platform="android", positions_only=True)
    assert ids(transistorsoft(App(made["device_id"], made["token"]))["addGeofences"]) == stores
    assert len(stores) > MOST


def test_a_token_from_before_the_platform_was_said_is_good(
    transistorsoft: Say, app: App, served: Served, stores: list[str], clock: Clock
) -> None:
    token, _ = served.doors.parts.tokens.issue(app.device_id, positions_only=True, now=clock.at)
    assert ids(transistorsoft(App(app.device_id, token))["addGeofences"]) == stores[:MOST]


def test_the_same_list_is_not_told_again_and_of_another_what_changes(
    transistorsoft: Say, app: App, stores: list[str], clock: Clock
) -> None:
    transistorsoft(app)
    clock.at += 60
    assert transistorsoft(app) is None
    clock.at += 60
    told = transistorsoft(app, HERE[0] + 0.002 * (MOST + 4))
    assert sorted(told["removeGeofences"]) == sorted(stores[:5])
    assert sorted(ids(told["addGeofences"])) == sorted(stores[MOST:])
    clock.at += 60
    back = transistorsoft(app)
    assert sorted(ids(back["addGeofences"])) == sorted(stores[:5])


def test_all_are_told_once_more_after_a_while_because_an_answer_may_be_lost(
    transistorsoft: Say, app: App, stores: list[str], clock: Clock
) -> None:
    transistorsoft(app)
    for _ in range(2):
        clock.at += AGAIN_S / 2
        told = transistorsoft(app)
    assert ids(told["addGeofences"]) == stores[:MOST]
    clock.at += 60
    assert transistorsoft(app) is None


def test_an_edit_of_a_geofence_is_told(
    transistorsoft: Say, admin: httpx.Client, app: App, stores: list[str], clock: Clock
) -> None:
    transistorsoft(app)
    fence = {"role": "premises", "lat": HERE[0], "lon": HERE[1], "radius_m": 200}
    changed = admin.put("/v1/places/store:0", json=place(0, *HERE) | {"geofences": [fence]}).json()
    clock.at += 60
    told = transistorsoft(app)
    assert told["removeGeofences"] == [stores[0]]
    assert ids(told["addGeofences"]) == [changed["geofences"][0]["id"]]


@pytest.mark.usefixtures("stores")
def test_what_is_history_is_answered_with_the_plain_success(transistorsoft: Say, app: App) -> None:
    assert transistorsoft(app, ago_s=FRESH_S + 1) is None
    assert transistorsoft(app, lat=95) is None
    assert transistorsoft(app, mock=True) is None
    assert transistorsoft(app, ago_s=FRESH_S - 1) is not None


@pytest.mark.usefixtures("stores")
def test_a_position_from_before_the_last_list_sends_the_phone_nowhere(
    transistorsoft: Say, app: App, clock: Clock
) -> None:
    """A queue that is sent newest first, one by one."""
    there = HERE[0] + 0.002 * (MOST + 4)
    assert transistorsoft(app) is not None
    assert transistorsoft(app, there, ago_s=60) is None
    clock.at += 1
    assert transistorsoft(app) is None
    assert transistorsoft(app, there) is not None


@pytest.mark.usefixtures("stores")
def test_of_two_requests_of_one_phone_at_once_not_both_tell_as_if_they_were_the_first(
    transistorsoft: Say, register: Register
) -> None:
    """The phone would watch both lists, and what only the lost one held would never be taken back."""
    there = HERE[0] + 0.002 * (MOST + 4)
    for _ in range(8):  # not every two meet
        made = register(platform="ios", positions_only=True)
        app = App(made["device_id"], made["token"])
        answers = at_once([partial(transistorsoft, app), partial(transistorsoft, app, there)])
        assert len([told for told in answers if told and "removeGeofences" not in told]) == 1


def test_without_geofences_there_is_nothing_to_tell(transistorsoft: Say, owntracks: Say, app: App) -> None:
    assert transistorsoft(app) is None
    assert owntracks(app) == []


@pytest.mark.usefixtures("stores")
def test_who_did_not_agree_is_told_nothing(transistorsoft: Say, register: Register, redis_db: Redis) -> None:
    made = register("piet", consents={"location": False, "offers": True}, positions_only=True)
    assert transistorsoft(App(made["device_id"], made["token"])) is None
    assert list(redis_db.scan_iter("*:told:*")) == []


def test_owntracks_gets_waypoints_that_carry_the_geofence_in_their_name(
    owntracks: Say, app: App, stores: list[str]
) -> None:
    waypoints = owntracks(app)
    assert [one["rid"] for one in waypoints] == stores[:MOST]
    first = waypoints[0]
    assert first == {
        "_type": "waypoint",
        "desc": f"store.0 {stores[0]}",  # iOS takes what follows a colon for a beacon
        "rid": stores[0],
        "tst": first["tst"],
        "lat": HERE[0],
        "lon": HERE[1],
        "rad": 81,
    }
    numbers = [one["tst"] for one in waypoints]
    assert all(isinstance(one, int) and 0 < one < 2**31 for one in numbers)
    assert len(set(numbers)) == MOST


def test_owntracks_is_told_to_watch_no_more_by_a_radius_of_nought_and_the_same_identity(
    owntracks: Say, admin: httpx.Client, app: App, stores: list[str], clock: Clock
) -> None:
    before = {one["rid"]: one["tst"] for one in owntracks(app)}
    clock.at += 60
    assert owntracks(app) == []
    assert admin.delete("/v1/places/store:0").status_code == 204
    clock.at += 60
    changed = owntracks(app, HERE[0] + 0.002 * (MOST + 4))
    ended = [one for one in changed if one["rad"] == 0]
    assert {one["rid"]: one["tst"] for one in ended} == {one: before[one] for one in stores[:5]}
    assert {one["rid"] for one in changed} - set(before) == set(stores[MOST:])


def test_it_lies_sealed_in_redis_and_not_for_long(
    transistorsoft: Say, app: App, stores: list[str], redis_db: Redis
) -> None:
    transistorsoft(app)
    key = told_key(lane_of(app.device_id, LANES), app.device_id)
    kept: Any = redis_db.get(key)
    assert not any(one.encode() in kept for one in stores)
    assert 0 < redis_db.ttl(key) <= TOLD_S  # type: ignore[operator]  # the synchronous client answers with a number


@pytest.mark.usefixtures("stores")
def test_what_nobody_can_open_any_more_is_told_anew(
    transistorsoft: Say, app: App, redis_db: Redis, served: Served
) -> None:
    transistorsoft(app)
    redis_db.delete("pb:salts")
    served.doors.parts.lanes._seal.forget_keys()  # as a process that was started anew
    assert transistorsoft(app, ago_s=-1) is not None


GOES: dict[str, tuple[str, str, Any]] = {
    "consent": ("PUT", "/v1/me/consents", {"location": False, "orders": False}),
    "revoked": ("DELETE", "/v1/devices/me", None),
    "erased": ("DELETE", "/v1/me", None),
}


@pytest.mark.usefixtures("stores")
@pytest.mark.parametrize("how", GOES)
def test_it_goes_with_the_consent_the_device_and_the_person(
    transistorsoft: Say, http: httpx.Client, register: Register, redis_db: Redis, how: str
) -> None:
    made = register()
    app = App(made["device_id"], made["token"])
    transistorsoft(app)
    assert len(list(redis_db.scan_iter("*:told:*"))) == 1
    method, path, body = GOES[how]
    assert http.request(method, path, json=body, headers=app.bearer).status_code in (200, 204)
    assert list(redis_db.scan_iter("*:told:*")) == []


def test_batches_are_answered_by_their_newest_record(
    http: httpx.Client, app: App, stores: list[str], clock: Clock
) -> None:
    def record(ago_s: float, lat: float) -> dict[str, Any]:
        coords = {"latitude": lat, "longitude": HERE[1], "accuracy": 9}
        return {"coords": coords, "timestamp": datetime.fromtimestamp(clock.at - ago_s, UTC).isoformat()}

    body = {"location": [record(0, HERE[0]), record(4000, HERE[0] + 1)]}
    answer = http.post("/ingest/transistorsoft", content=json.dumps(body).encode(), headers=app.bearer)
    told = dict(answer.json()["background_geolocation"])
    assert ids(told["addGeofences"]) == stores[:MOST]
