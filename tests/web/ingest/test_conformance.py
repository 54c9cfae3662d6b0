"""Every recorded or documented request of a client: the exact answer, and what arrived in the lane. tests/web/data says where they are from."""

import json
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlencode

import httpx
import pytest

from geofences.fence_index import Fence, FenceIndex
from geofences.shapes import Circle
from tests.conftest import NOON
from tests.web.conftest import Clock, Register, Served, problem_of
from tests.web.ingest.conftest import App, Count, Lanes
from web.ingest import osmand, overland, owntracks, traccar, transistorsoft
from web.ingest.intake import Records
from workers.letters import PingRow

DOORS = {
    "owntracks-http": ("/ingest/owntracks", owntracks.CLIENT),
    "traccar-osmand": ("/ingest/osmand", osmand.CLIENT),
    "gpslogger-android": ("/ingest/osmand", osmand.CLIENT),
    "traccar-client-json": ("/ingest/traccar", traccar.CLIENT),
    "transistorsoft": ("/ingest/transistorsoft", transistorsoft.CLIENT),
    "overland": ("/ingest/overland", overland.CLIENT),
}
READ_ONLY = ("home-assistant-companion",)
"""Whose protocol is no door of ours."""
EVERY = json.loads((Path(__file__).parents[1] / "data" / "client_payloads.json").read_text())
CASES = [case for case in EVERY if case["client"] not in READ_ONLY]
WITHOUT_A_CREDENTIAL = "oa-09"
NOT_NAMED_THERE = ("gpslogger-android",)
"""Recorded without a credential: it goes into the address."""

cases = pytest.mark.parametrize("case", CASES, ids=[case["id"] for case in CASES])


def test_every_client_of_the_file_has_a_door() -> None:
    assert {case["client"] for case in EVERY} == {*DOORS, *READ_ONLY}
    assert len(CASES) >= 19


UNSAID_TIMES = {"oa-03": 1401873011.0, "ts-03": 1781353194.123}
"""Of records whose normalised form leaves the time out; oa-03 is 2014-06-04 09:10:11 UTC, and oa-05 has none."""


def taken_at(case: dict[str, Any]) -> float:
    at: float = (case["normalised"] or {}).get("ts", UNSAID_TIMES.get(case["id"], NOON.timestamp() + 60))
    return at


@pytest.fixture
def app(case: dict[str, Any], clock: Clock, register: Register) -> App:
    """An hour after the record: no history yet, and too old to be told what to watch. Where it says no time, at its own."""
    clock.at = taken_at(case) + (0 if case["id"] == "oa-05" else 3600)
    made = register(positions_only=True)
    return App(made["device_id"], made["token"])


@pytest.fixture
def answer(http: httpx.Client, case: dict[str, Any], app: App, served: Served) -> httpx.Response:
    region = (case["normalised"] or {}).get("region")
    if region is not None:  # a geofence by that very id, so that the case's own region is one of ours
        fences = served.doors.parts.fences
        fences.refresh()
        fences.index = FenceIndex([Fence(region, "p", "premises", Circle(10.0, 10.0, 50.0))], fences.index.version)
    return send(http, case, app)


def with_token(text: str, case: dict[str, Any], app: App) -> str:
    """The request with the token in the place of the id that a Traccar server would know the device by."""
    claimed = (case["normalised"] or {}).get("device")
    return text.replace(claimed, app.token) if claimed else text


def send(http: httpx.Client, case: dict[str, Any], app: App) -> httpx.Response:
    request, (path, _) = case["request"], DOORS[case["client"]]
    headers = dict(request["headers"])
    scheme = headers.get("Authorization", "").partition(" ")[0]
    headers |= {"Basic": app.basic, "Bearer": app.bearer}.get(scheme, {})
    query = dict(parse_qsl(request["path"].partition("?")[2]))
    query = {name: with_token(value, case, app) for name, value in query.items()}
    if case["client"] in NOT_NAMED_THERE:
        query["token"] = app.token
    body = with_token(request["body"], case, app).encode()
    return http.request(request["method"], f"{path}?{urlencode(query)}", headers=headers, content=body)


def read(case: dict[str, Any], received_at: float) -> Records:
    body, client = case["request"]["body"].encode(), DOORS[case["client"]][1]
    if client == osmand.CLIENT:
        return osmand.read(dict(parse_qsl(case["request"]["path"].partition("?")[2])), body, received_at)
    module = {one.CLIENT: one for one in (owntracks, traccar, transistorsoft, overland)}[client]
    records: Records = module.read(body, received_at)
    return records


@cases
def test_the_answer_is_the_clients_own_and_the_lane_has_the_position(
    case: dict[str, Any], answer: httpx.Response, lanes: Lanes, counted: Count
) -> None:
    wanted, client = case["normalised"] or {}, DOORS[case["client"]][1]
    if case["id"] == WITHOUT_A_CREDENTIAL:
        problem_of(answer, 401)
        assert lanes.letters() == []
        return
    assert (answer.status_code, answer.text) == (case["expect"]["status"], case["expect"]["body"])
    assert lanes.pings() == pings_wanted(case)
    if "event" in wanted:
        [(region, kind, at, accuracy_m, lat, lon)] = lanes.transitions()
        assert (region, kind) == (wanted["region"], wanted["event"])
        if "ts" in wanted:
            assert (at, accuracy_m, lat, lon) == (wanted["ts"], None, None, None)
    else:
        assert lanes.transitions() == []
    if wanted.get("mock"):
        assert counted(client, "mock_location") == 1
    assert counted(client) == len(lanes.pings()) + len(lanes.transitions())


def pings_wanted(case: dict[str, Any]) -> list[PingRow]:
    wanted = case["normalised"] or {}
    if wanted.get("mock"):
        return []
    if case["id"] == "ts-03":  # its normalised form speaks of the transition alone
        coords = json.loads(case["request"]["body"])["location"]["coords"]
        return [(coords["latitude"], coords["longitude"], taken_at(case), coords["accuracy"])]
    if wanted.get("lat") is None:
        return []
    return [(wanted["lat"], wanted["lon"], taken_at(case), wanted.get("accuracy_m"))]


@cases
def test_units_are_read_as_the_client_means_them(case: dict[str, Any]) -> None:
    wanted = case["normalised"] or {}
    records = read(case, taken_at(case) + 60)
    if wanted.get("lat") is None or wanted.get("mock"):
        assert records.pings == [] or "event" in wanted
        return
    [ping] = records.pings
    if "speed_mps" in wanted:
        assert ping.speed_mps == pytest.approx(wanted["speed_mps"])
    if "heading" in wanted:
        assert ping.heading_deg == wanted["heading"]
    assert ping.accuracy_m == wanted.get("accuracy_m")
