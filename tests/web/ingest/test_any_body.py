"""Whatever is sent to a door of a location app, its answer is the app's own success: arbitrary bytes, arbitrary JSON, and real
records with any value in any of their fields.
"""

import json
from typing import Any

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some

from geofences.ping import REASONS as PING_REASONS
from tests.conftest import NOON
from tests.web.ingest.conftest import App
from tests.web.test_any_value import raw_bodies
from web.ingest import osmand, overland, owntracks, traccar, transistorsoft
from web.ingest.describing import EXAMPLES
from web.ingest.intake import REASONS, Records

NOW = NOON.timestamp()
SUCCESS = {"owntracks": "[]", "traccar": "", "overland": '{"result":"ok"}', "transistorsoft": "{}", "osmand": ""}
READERS = {one.CLIENT: one.read for one in (owntracks, overland, transistorsoft, traccar)}
FENCE = {"identifier": "gf_1", "action": "ENTER", "timestamp": "2026-11-23T11:00:00Z"}
TRANSITION = {"_type": "transition", "event": "enter", "desc": "gf_1", "tst": NOW, "lat": 52.37, "lon": 4.89, "acc": 9}
FULL: dict[str, list[Any]] = {
    "owntracks": [EXAMPLES["owntracks"][1] | {"cog": 7}, TRANSITION],
    "traccar": [EXAMPLES["traccar"][1]],
    "overland": [EXAMPLES["overland"][1]],
    "transistorsoft": [
        {"location": [EXAMPLES["transistorsoft"][1]["location"][0] | {"geofence": FENCE, "mock": False}]}
    ],
}

names = some.text() | some.sampled_from(
    [
        "_type",
        "location",
        "locations",
        "coords",
        "latitude",
        "lat",
        "lon",
        "tst",
        "timestamp",
        "geometry",
        "uuid",
        "desc",
    ]
)
scalars = (
    some.none()
    | some.booleans()
    | some.integers()
    | some.floats()
    | some.text()
    | some.sampled_from(["location", "transition", "enter", "Point", 10**400, -(10**400)])
)
values = some.recursive(scalars, lambda inside: some.lists(inside) | some.dictionaries(names, inside), max_leaves=12)
often = settings(max_examples=150)


def whole(records: Records) -> None:
    """Nothing but good records, and names that are known."""
    assert set(records.unusable) <= {*REASONS, *PING_REASONS}
    assert all(-90 <= one.lat <= 90 and -180 <= one.lon < 180 for one in records.pings)
    said = [(one.at, one.accuracy_m) for one in records.pings] + [
        (one.at, one.accuracy_m) for one in records.transitions
    ]
    assert all(accuracy_m is None or accuracy_m > 0 for _, accuracy_m in said)
    assert all(abs(at - NOW) <= 8 * 86_400 for at, _ in said)


@often
@given(client=some.sampled_from(sorted(READERS)), body=some.binary() | values.map(lambda one: json.dumps(one).encode()))
def test_a_reader_takes_any_bytes(client: str, body: bytes) -> None:
    whole(READERS[client](body, NOW))


@often
@given(
    client=some.sampled_from(sorted(READERS)),
    inside=values,
    around=some.sampled_from(["location", "locations", "coords", "properties", "geometry"]),
)
def test_a_reader_takes_any_value_where_its_records_are(client: str, inside: Any, around: str) -> None:
    record = {
        "_type": "location",
        "geometry": {"type": "Point", "coordinates": [4, 52]},
        "coords": inside,
        around: inside,
    }
    for body in (record, {"location": record}, {"location": [record, inside]}, {"locations": [record, inside]}):
        whole(READERS[client](json.dumps(body).encode(), NOW))


@often
@given(query=some.dictionaries(some.sampled_from(["lat", "lon", "location", "timestamp", "speed", "acc"]), some.text()))
def test_the_form_takes_any_text(query: dict[str, str]) -> None:
    whole(osmand.read(query, b"", NOW))
    whole(osmand.read({}, "&".join(f"{name}={text}" for name, text in query.items()).encode("utf-8", "replace"), NOW))


@pytest.mark.parametrize("door", FULL)
def test_any_value_of_a_record_is_the_apps_success(http: httpx.Client, app: App, door: str) -> None:
    tried = 0
    for body in FULL[door]:
        for raw in raw_bodies(body):
            answer = http.post(f"/ingest/{door}", content=raw, headers=app.bearer)
            assert (answer.status_code, answer.text) == (200, SUCCESS[door]), raw[:300]
            tried += 1
    assert tried > 100


@pytest.mark.parametrize("door", SUCCESS)
def test_a_door_takes_any_bytes(http: httpx.Client, app: App, door: str) -> None:
    @settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow])
    @given(body=some.binary() | values.map(lambda one: json.dumps(one).encode()), query=some.text(max_size=20))
    def ask(body: bytes, query: str) -> None:
        answer = http.post(f"/ingest/{door}", params={"lat": query, "id": "x"}, content=body, headers=app.bearer)
        assert (answer.status_code, answer.text) == (200, SUCCESS[door])

    ask()


@pytest.mark.parametrize("door", SUCCESS)
def test_strangers_with_any_bytes_are_401(http: httpx.Client, door: str) -> None:
    @settings(max_examples=40)
    @given(body=some.binary(), credential=some.text(some.characters(min_codepoint=33, max_codepoint=126), min_size=1))
    def ask(body: bytes, credential: str) -> None:
        for headers in ({"Authorization": f"Bearer {credential}"}, {"Authorization": f"Basic {credential}"}):
            assert http.post(f"/ingest/{door}", content=body, headers=headers).status_code == 401
        assert http.post(f"/ingest/{door}", content=body, params={"token": credential}).status_code == 401

    ask()
