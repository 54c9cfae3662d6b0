"""The door that rehearses a campaign: what it takes, what it refuses, and that it changes nothing."""

import threading
from datetime import timedelta
from typing import Any

import httpx
import pytest

from offers.arrivals import Crossing, record_crossings
from offers.records.database import Database
from tests.conftest import NOON
from tests.web.conftest import CAMPAIGN, PLACE, Register, Served, paths_of, problem_of

PATH = "/v1/campaigns/sneakers/rehearse"


@pytest.fixture
def draft(admin: httpx.Client, register: Register, database: Database) -> None:
    """A draft, and a customer who came in an hour ago."""
    fence = admin.put("/v1/places/kalverstraat-102", json=PLACE).json()["geofences"][0]["id"]
    assert admin.put("/v1/campaigns/sneakers", json=CAMPAIGN).status_code == 201
    before = NOON - timedelta(hours=1)
    came = Crossing(register()["device_id"], "enter", fence, before.timestamp(), "server")
    with database.transaction() as session:
        record_crossings(session, [came], now=before)


@pytest.mark.usefixtures("draft")
def test_a_draft_is_rehearsed_and_stays_a_draft(admin: httpx.Client) -> None:
    answer = admin.post(PATH, json={"days": 1})
    assert answer.status_code == 200
    body: dict[str, Any] = answer.json()
    assert (body["moments"], body["outcomes"]["send"], body["complete"]) == (1, 1, True)
    assert body["sample"][0]["customer"] == "sanne"
    assert body["since"] == (NOON - timedelta(days=1)).strftime("%Y-%m-%dT%H:%M:%SZ")
    assert admin.post(PATH).json()["days"] == 7
    assert admin.get("/v1/campaigns/sneakers").json()["status"] == "draft"
    for path in ("decisions", "deliveries"):
        assert admin.get(f"/v1/{path}").json()["items"] == []


@pytest.mark.usefixtures("draft")
@pytest.mark.parametrize("days", [0, 31, -1, "a week", "7", 1.5, True, None])
def test_days_that_are_none_are_refused_by_name(admin: httpx.Client, days: object) -> None:
    assert paths_of(admin.post(PATH, json={"days": days})) == ["days"]


def test_an_unknown_campaign_is_not_found(admin: httpx.Client) -> None:
    problem_of(admin.post("/v1/campaigns/nobody/rehearse", json={"days": 3}), 404)


@pytest.mark.usefixtures("draft")
def test_one_at_a_time(admin: httpx.Client, served: Served) -> None:
    """While one is on the stage the next is told to come back; afterwards it may."""
    stage = served.doors.parts.stage
    entered, may_end = threading.Event(), threading.Event()

    def hold() -> None:
        with stage.taken():
            entered.set()
            may_end.wait(10)

    holder = threading.Thread(target=hold)
    holder.start()
    assert entered.wait(10)
    try:
        busy = admin.post(PATH)
        assert problem_of(busy, 503)["type"].endswith(":service_unavailable")
        assert int(busy.headers["retry-after"]) > 0
    finally:
        may_end.set()
        holder.join(10)
    assert admin.post(PATH).status_code == 200
