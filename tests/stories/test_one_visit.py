"""One customer, one visit, one message: an app that sends pings and its phone's own transitions, as they come, through the doors."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, Literal

import httpx
import pytest

from tests.web.conftest import CAMPAIGN, LANES, PLACE, Clock, Register, Served, bearer
from workers import sweeps
from workers.failpoints import Failpoints
from workers.fences import FenceKeeper
from workers.matching import Matcher

HERE = {"lat": PLACE["lat"], "lon": PLACE["lon"], "accuracy_m": 10}
STREET = {"lat": PLACE["lat"] + 0.0025, "lon": PLACE["lon"], "accuracy_m": 10}
"""280 m to the north."""

Kind = Literal["enter", "dwell", "exit"]
Minute = float


class Phone:
    """What one phone sends, and what the worker makes of it at once."""

    def __init__(self, served: Served, admin: httpx.Client, http: httpx.Client, clock: Clock) -> None:
        parts = served.doors.parts
        self.parts, self.clock, self.admin = parts, clock, admin
        self.noon = clock.at
        self.http = http
        self.fence = self.put_the_store(served)
        self.matcher = Matcher(
            parts.database, parts.desk, FenceKeeper(parts.database), Failpoints(), lambda _: None, clock
        )

    def put_the_store(self, served: Served) -> str:
        circle = {"role": "premises", "lat": PLACE["lat"], "lon": PLACE["lon"], "radius_m": 100, "dwell_s": 300}
        place = self.admin.put("/v1/places/kalverstraat-102", json=PLACE | {"geofences": [circle]})
        assert place.status_code == 201, place.text
        wanted = CAMPAIGN | {"trigger": {"on": "enter", "places": ["kalverstraat-102"]}}
        assert self.admin.put("/v1/campaigns/hello", json=wanted).is_success
        assert self.admin.post("/v1/campaigns/hello/launch").is_success
        served.doors.parts.fences.look()
        return str(place.json()["geofences"][0]["id"])

    def at(self, minute: Minute) -> str:
        return datetime.fromtimestamp(self.noon + 60 * minute, UTC).isoformat()

    def now(self, minute: Minute) -> None:
        self.clock.at = max(self.clock.at, self.noon + 60 * minute)

    def ping(self, where: dict[str, Any], minute: Minute) -> None:
        self.now(minute)
        answer = self.http.post("/v1/pings", json=where | {"at": self.at(minute)})
        assert (answer.status_code, answer.json()["accepted"]) == (202, 1)
        self.work()

    def tell(self, kind: Kind, minute: Minute, **more: Any) -> None:
        self.now(minute)
        body = {"geofence_id": self.fence, "kind": kind, "at": self.at(minute), **more}
        answer = self.http.post("/v1/transitions", json=body)
        assert (answer.status_code, answer.json()["accepted"]) == (202, 1)
        self.work()

    def work(self) -> None:
        for lane in range(LANES):
            self.matcher.match(lane)

    def look(self, minute: Minute) -> None:
        """Beat's look, and the worker it rings for."""
        self.now(minute)
        for lane in sweeps.look_at_lanes(self.parts.redis, self.parts.desk, self.clock.at):
            self.matcher.match(lane)

    def listed(self, what: str) -> list[dict[str, Any]]:
        items: list[dict[str, Any]] = self.admin.get(f"/v1/{what}").json()["items"]
        return list(reversed(items))

    def transitions(self) -> list[str]:
        return [f"{one['kind']} {one['source']}" for one in self.listed("transitions")]

    def deliveries(self) -> int:
        return len(self.listed("deliveries"))


@pytest.fixture
def phone(served: Served, admin: httpx.Client, http: httpx.Client, register: Register, clock: Clock) -> Phone:
    http.headers.update(bearer(register("sanne")["token"]))
    return Phone(served, admin, http, clock)


Told = tuple[str, Minute]
ORDERS: dict[str, Sequence[Told]] = {
    "the phone is first": [("enter", 0), ("here", 1), ("here", 4), ("exit", 6), ("street", 7), ("street", 8)],
    "the server is first": [("here", 0), ("enter", 2), ("here", 4), ("street", 7), ("street", 8), ("exit", 9)],
    "the phone's enter is sent when it has left": [
        ("here", 0),
        ("street", 4),
        ("street", 5),
        ("enter", 2),
        ("exit", 4),
    ],
    "the phone leaves too early": [
        ("here", 0),
        ("enter", 1),
        ("exit", 3),
        ("here", 4),
        ("here", 5),
        ("street", 8),
        ("street", 9),
    ],
    "everything twice": [("enter", 0)] * 2
    + [("here", 1)] * 2
    + [("exit", 6)] * 2
    + [("street", 7)] * 2
    + [("enter", 0)],
    "one timestamp": [("here", 0), ("enter", 0), ("street", 6), ("exit", 6), ("street", 7)],
    "the exit overtakes the enter": [
        ("exit", 6),
        ("enter", 1),
        ("here", 2),
        ("here", 8),
        ("street", 9),
        ("street", 10),
    ],
}


@pytest.mark.parametrize("order", ORDERS.values(), ids=ORDERS)
def test_in_whatever_order_it_is_one_visit_and_one_delivery(phone: Phone, order: Sequence[Told]) -> None:
    for what, minute in order:
        if what == "here":
            phone.ping(HERE, minute)
        elif what == "street":
            phone.ping(STREET, minute)
        elif what in ("enter", "exit"):
            phone.tell("enter" if what == "enter" else "exit", minute)
    told = [one.split()[0] for one in phone.transitions() if not one.startswith("dwell")]
    assert told.count("enter") == 1
    assert told[-1] == "exit"
    (visit,) = phone.listed("visits")
    assert visit["left_at"] is not None
    assert phone.deliveries() == 1
    assert [one["outcome"] for one in phone.listed("decisions")] == ["send"]


def test_enters_falls_silent_dwells_is_let_go_and_comes_back_to_no_second_push(phone: Phone) -> None:
    phone.ping(HERE, 0)
    for minute in range(1, 15):
        phone.look(minute)
    assert phone.transitions() == ["enter server", "dwell inferred"]
    (visit,) = phone.listed("visits")
    assert visit["left_at"] is None
    for minute in (15, 16, 20):
        phone.look(minute)
    assert sorted(phone.transitions()) == ["dwell inferred", "enter server", "exit inferred"]
    (visit,) = phone.listed("visits")
    assert datetime.fromisoformat(visit["left_at"]).timestamp() == phone.noon, "it left when it was last heard"
    phone.ping(HERE, 50)
    for minute in (51, 55, 58):
        phone.look(minute)
    (visit,) = phone.listed("visits")
    assert visit["left_at"] is None
    assert sorted(phone.transitions()) == ["dwell inferred", "enter server", "exit inferred"]
    assert phone.deliveries() == 1


def test_a_dwell_that_the_phone_tells_alone_is_a_visit_from_its_beginning(phone: Phone) -> None:
    phone.tell("dwell", 10, lat=PLACE["lat"], lon=PLACE["lon"], accuracy_m=25)
    assert phone.transitions() == ["enter device", "dwell device"]
    (visit,) = phone.listed("visits")
    assert datetime.fromisoformat(visit["entered_at"]).timestamp() == phone.noon + 300
    assert phone.deliveries() == 1


def test_a_phone_that_says_itself_that_it_is_elsewhere_is_not_believed(phone: Phone) -> None:
    phone.tell("enter", 0, lat=PLACE["lat"] + 0.0025, lon=PLACE["lon"], accuracy_m=25)
    assert phone.transitions() == []
    assert phone.deliveries() == 0
    told = phone.http.get("/metrics").text
    assert 'passerby_phone_transitions_total{outcome="contradicted"} 1.0' in told
