"""A campaign that is launched with a warning, edited while a message of it waits, and refused a bad edit: told through the doors."""

from typing import Any

import httpx
import pytest

from tests.web.conftest import CAMPAIGN, LANES, PLACE, Clock, Register, Served, bearer, problem_of
from workers.failpoints import Failpoints
from workers.fences import FenceKeeper
from workers.matching import Matched, Matcher
from workers.push.outbox import OutboxPush
from workers.sending import Sender

HERE = {"lat": PLACE["lat"], "lon": PLACE["lon"], "accuracy_m": 8}
SNEAKERS = "/v1/campaigns/sneakers"


class Work:
    """What workers do, in this process: lanes matched, and deliveries sent when the story says so."""

    def __init__(self, served: Served, clock: Clock) -> None:
        parts = served.doors.parts
        matched: list[Matched] = []
        fences = FenceKeeper(parts.database)
        self.parts, self.matched = parts, matched
        self.matcher = Matcher(parts.database, parts.desk, fences, Failpoints(), matched.append, clock)

    def match(self) -> None:
        for lane in range(LANES):
            self.matcher.match(lane)

    def send(self) -> None:
        sender = Sender(
            self.parts.database, OutboxPush(self.parts.redis), self.parts.codes, Failpoints(), lambda _: None
        )
        sender.deliver([one for matched in self.matched for one in matched.deliveries], self.parts.now)
        self.matched.clear()


@pytest.fixture
def work(served: Served, clock: Clock) -> Work:
    return Work(served, clock)


def _says(title: str, **more: Any) -> dict[str, Any]:
    return CAMPAIGN | {"messages": {"en": {"title": title, "body": "Come in."}}} | more


def _walk_in(customer: str, http: httpx.Client, register: Register, work: Work) -> None:
    device = register(customer)
    assert http.post("/v1/pings", json=HERE, headers=bearer(device["token"])).status_code == 202
    work.match()


def test_a_live_campaign_is_edited_as_a_new_version(
    admin: httpx.Client, http: httpx.Client, register: Register, work: Work, served: Served
) -> None:
    assert admin.put("/v1/places/kalverstraat-102", json=PLACE).status_code == 201
    served.doors.parts.fences.look()
    assert admin.put(SNEAKERS, json=_says("One")).status_code == 201
    checks = {"refusals": [], "warnings": [_warning(admin)]}
    assert admin.get(f"{SNEAKERS}/checks").json() == checks
    assert admin.get(SNEAKERS).json()["status"] == "draft"
    launched = admin.post(f"{SNEAKERS}/launch")
    assert (launched.status_code, launched.json()["warnings"]) == (200, checks["warnings"])

    _walk_in("sanne", http, register, work)
    [waiting] = admin.get("/v1/deliveries").json()["items"]
    assert (waiting["state"], waiting["title"]) == ("queued", None)
    edited = admin.put(SNEAKERS, json=_says("Two"))
    assert (edited.status_code, edited.json()["version"], edited.json()["warnings"]) == (200, 2, [])
    assert edited.headers["etag"] == admin.get(SNEAKERS).headers["etag"]
    work.send()
    [sent] = admin.get("/v1/deliveries").json()["items"]
    assert (sent["state"], sent["title"]) == ("sent", "Two"), "the words in force at the claim"

    refused = problem_of(admin.put(SNEAKERS, json=_says("Three", schedule={"weekly": "Mo-Su 22:00-23:00"})), 409)
    assert [(one["name"], one["path"]) for one in refused["errors"]] == [("always_quiet", "schedule.weekly")]
    assert admin.get(SNEAKERS).json()["version"] == 2
    _walk_in("daan", http, register, work)
    work.send()
    decisions = admin.get("/v1/decisions").json()["items"]
    assert [(one["customer"], one["campaign_version"]) for one in decisions] == [("daan", 2), ("sanne", 1)]
    assert [one["title"] for one in admin.get("/v1/deliveries").json()["items"]] == ["Two", "Two"]
    versions = admin.get(f"{SNEAKERS}/versions").json()
    assert versions["next_cursor"] is None
    assert [(one["version"], one["messages"]["en"]["title"]) for one in versions["items"]] == [(2, "Two"), (1, "One")]
    assert admin.get("/v1/decisions", params={"outcome": "send"}).json()["items"] == decisions
    assert admin.get("/v1/decisions", params={"outcome": "too_late"}).json()["items"] == []


def _warning(admin: httpx.Client) -> dict[str, str]:
    [warning] = admin.get(f"{SNEAKERS}/checks").json()["warnings"]
    assert (warning["name"], warning["path"]) == ("no_audience", "audience")
    return dict(warning)


def test_a_launch_that_is_refused_says_what_is_wrong_by_name(admin: httpx.Client) -> None:
    assert admin.put("/v1/places/kalverstraat-102", json=PLACE).status_code == 201
    wanted = {"on": "enter", "places": ["kalverstraat-102"], "role": "approach"}
    assert admin.put(SNEAKERS, json=_says("One", trigger=wanted)).status_code == 201
    refused = problem_of(admin.post(f"{SNEAKERS}/launch"), 409)
    said = "none of its places has a geofence with the role approach"
    assert refused["errors"] == [{"path": "trigger", "message": said, "name": "no_geofence"}]
    assert admin.get(f"{SNEAKERS}/checks").json()["refusals"] == refused["errors"]
    assert admin.get(SNEAKERS).json()["launched_at"] is None


def test_why_of_whom_it_never_considered(
    admin: httpx.Client, http: httpx.Client, register: Register, work: Work, served: Served
) -> None:
    assert admin.put("/v1/places/kalverstraat-102", json=PLACE).status_code == 201
    assert admin.put("/v1/places/elsewhere", json=PLACE | {"lat": 52.4}).status_code == 201
    served.doors.parts.fences.look()
    _walk_in("sanne", http, register, work)
    wanted = {"on": "exit", "places": ["kalverstraat-102"]}
    assert admin.put(SNEAKERS, json=_says("One", trigger=wanted)).status_code == 201
    never = admin.get("/v1/customers/sanne/why", params={"campaign": "sneakers"}).json()["never"]
    assert (never["reason"], never["facts"]["status"]) == ("not_live", "draft")
    assert admin.post(f"{SNEAKERS}/launch").status_code == 200
    never = admin.get("/v1/customers/sanne/why", params={"campaign": "sneakers"}).json()["never"]
    assert (never["reason"], never["also"]) == ("no_moment", [])
    assert never["facts"]["unmet"] == "other_kind"
    assert (never["facts"]["place"], never["facts"]["kinds"]) == ("kalverstraat-102", ["enter"])
    assert "lat" not in str(never)
    assert admin.put("/v1/customers/sanne", json={"consents": {"offers": False}}).status_code == 200
    never = admin.get("/v1/customers/sanne/why", params={"campaign": "sneakers"}).json()["never"]
    assert (never["reason"], never["facts"]) == ("no_consent", {"missing": ["offers"]})
