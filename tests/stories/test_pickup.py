"""A recorded walk from Amsterdam Centraal to the Kalverstraat with an order that is ready there: told through the doors, by one phone and by two,
in order and shuffled, once and twice.
"""

import csv
import json
import random
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from geofences.metres import distance_m
from offers.records.tables import Delivery
from tests.stories.town_by_doors import Phone, TownByDoors
from tests.web.conftest import bearer
from workers import sweeps

SEEDS = Path(__file__).parents[2] / "seeds" / "amsterdam"
STORE = "kalverstraat-102"
WALKS = (
    "ucb-sdb-android-3|inner_suburb_downtown_walk_7",
    "ucb-sdb-android-3|walk_downtown_urban_canyon_6",
    "ucb-sdb-ios-3|walk_downtown_urban_canyon_6",
)
STATION_S = 120
"""So long the phone is in the station before the recording begins."""
NEAR_M = 60.0
ALL = {"location": True, "offers": True, "orders": True}

Ping = dict[str, Any]


def _walk(trace: str) -> Iterator[tuple[float, Ping]]:
    """Seconds from the first fix and the ping, until the walker truly stands at the store; then they stand there for some minutes."""
    store = _place(STORE)
    with (SEEDS / "walks_transplanted.csv").open(encoding="utf-8", newline="") as lines:
        rows = [row for row in csv.DictReader(lines) if row["trace"] == trace]
    began, last = float(rows[0]["ts"]), 0.0
    for row in rows:
        last = float(row["ts"]) - began
        yield last, {"lat": float(row["lat"]), "lon": float(row["lon"]), "accuracy_m": float(row["accuracy_m"])}
        if distance_m(float(row["true_lat"]), float(row["true_lon"]), store["lat"], store["lon"]) < NEAR_M:
            break
    for seconds in range(30, 151, 30):
        yield last + seconds, {"lat": store["lat"], "lon": store["lon"], "accuracy_m": 15}


def _place(place: str) -> dict[str, Any]:
    places = json.loads((SEEDS / "places.json").read_text(encoding="utf-8"))
    found: dict[str, Any] = next(one for one in places if one["id"] == place)
    return found


class Amsterdam:
    """The station and the store of the demo, Sanne, and what her phones say."""

    def __init__(self, town: TownByDoors, consents: dict[str, bool]) -> None:
        self.town = town
        station, store = _place("centraal"), _place(STORE)
        lat, lon = store["lat"], store["lon"]
        rings = [("premises", 100), ("approach", 400)]
        circles = [{"role": role, "lat": lat, "lon": lon, "radius_m": radius_m} for role, radius_m in rings]
        self.station = (station["lat"], station["lon"])
        for one in (station, {**store, "geofences": circles}):
            town.put(f"/v1/places/{one['id']}", {name: value for name, value in one.items() if name != "id"})
        town.served.doors.parts.fences.look()
        town.customer(consents=consents)
        town.campaign("outside", trigger={"on": "exit", "places": ["centraal"]})
        town.campaign("inside", trigger={"on": "enter", "places": [STORE]})
        self.began = town.clock.at + STATION_S

    def ready(self) -> None:
        body = {"customer": "sanne", "place": STORE, "status": "ready", "items": []}
        self.town.put("/v1/orders/S-10482", body)
        due = sweeps.look_at_deliveries(self.town.parts.database, self.town.now())  # the doors ring another bell
        assert self.town.parts.sender.deliver(due, self.town.now) == 1

    def waits(self, *phones: Phone) -> None:
        lat, lon = self.station
        for phone in phones:
            pings = [(seconds, {"lat": lat, "lon": lon, "accuracy_m": 20}) for seconds in (-STATION_S, -60.0, -1.0)]
            self.says(phone, pings)

    def says(self, phone: Phone, pings: Sequence[tuple[float, Ping]]) -> None:
        self.town.clock.at = max(self.town.clock.at, self.began + max(seconds for seconds, _ in pings))
        body = [{**ping, "at": self._at(seconds).isoformat()} for seconds, ping in pings]
        answer = self.town.http.post("/v1/pings", json=body, headers=bearer(phone.token))
        assert answer.status_code == 202, answer.text
        self.town.work()

    def _at(self, seconds: float) -> datetime:
        return datetime.fromtimestamp(self.began + seconds, UTC)

    def order(self) -> dict[str, Any]:
        found: dict[str, Any] = self.town.admin.get("/v1/orders/S-10482").json()
        return found

    def steps(self) -> list[str]:
        return [line["status"] for line in self.order()["history"] if line["source"] == "location"]

    def messages(self) -> list[tuple[str, str]]:
        """(moment, state) of the order's messages, the first one first."""
        with self.town.parts.database.reading() as session:
            rows = session.query(Delivery).filter_by(kind="order").order_by(Delivery.created_at, Delivery.id).all()
        return [(row.moment.partition(":")[0], row.state) for row in rows]


ONCE_EACH = [("ready", "sent"), ("approach", "sent"), ("arrived", "sent")]


@pytest.fixture
def amsterdam(town: TownByDoors) -> Amsterdam:
    return Amsterdam(town, ALL)


@pytest.mark.parametrize("trace", WALKS)
def test_a_walk_from_the_station_is_one_reminder_one_arrival_and_no_offer_beside_them(
    amsterdam: Amsterdam, trace: str
) -> None:
    town = amsterdam.town
    phone = town.phone()
    amsterdam.ready()
    amsterdam.waits(phone)
    assert (amsterdam.order()["status"], amsterdam.messages()) == ("ready", ONCE_EACH[:1])
    for seconds, ping in _walk(trace):
        amsterdam.says(phone, [(seconds, ping)])
    assert amsterdam.order()["status"] == "arrived"
    assert amsterdam.steps() == ["on_the_way", "nearby", "arrived"]
    assert amsterdam.messages() == ONCE_EACH
    assert town.outcomes(campaign="outside") == town.outcomes(campaign="inside") == ["outranked"]
    why = town.why("sanne", "inside")["decisions"][0]
    assert (why["facts"]["by"], why["facts"]["kind"]) == ("S-10482", "order")


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_two_phones_whose_batches_come_shuffled_and_twice_are_one_customer_on_one_walk(
    amsterdam: Amsterdam, seed: int
) -> None:
    town, dice = amsterdam.town, random.Random(seed)
    phones = [town.phone(push_token=name) for name in ("phone", "tablet")]
    amsterdam.ready()
    amsterdam.waits(*phones)
    walk = list(_walk(WALKS[0]))
    for start in range(0, len(walk), 4):
        some = walk[start : start + 4]
        said = [(phone, list(some)) for phone in phones for _ in range(2)]
        dice.shuffle(said)
        for phone, pings in said:
            dice.shuffle(pings)
            amsterdam.says(phone, pings)
    assert amsterdam.order()["status"] == "arrived"
    assert amsterdam.messages() == ONCE_EACH
    assert [step for step in amsterdam.steps() if step == "arrived"] == ["arrived"]


def test_an_order_that_was_collected_leaves_nothing_of_the_way_where_it_alone_covered_it(town: TownByDoors) -> None:
    amsterdam = Amsterdam(town, {"location": False, "offers": True, "orders": True})
    phone = town.phone()
    amsterdam.ready()
    amsterdam.waits(phone)
    for seconds, ping in _walk(WALKS[0]):
        amsterdam.says(phone, [(seconds, ping)])
    assert amsterdam.order()["status"] == "arrived"
    assert amsterdam.messages() == ONCE_EACH
    assert (town.listed("visits"), town.listed("decisions")) == ([], [])
    assert len(town.listed("transitions")) >= 4
    late = {"lat": amsterdam.station[0], "lon": amsterdam.station[1], "accuracy_m": 10}
    town.pass_minutes(1)
    body = [{**late, "at": town.now().isoformat()}]
    assert town.http.post("/v1/pings", json=body, headers=bearer(phone.token)).status_code == 202
    town.put("/v1/orders/S-10482", {"customer": "sanne", "place": STORE, "status": "collected", "items": []})
    town.work()  # the ping that was still in the lane
    exported = town.admin.get("/v1/customers/sanne/export").json()["tables"]
    assert {name: exported[name] for name in ("stays", "transitions", "visits", "decisions")} == {
        "stays": [],
        "transitions": [],
        "visits": [],
        "decisions": [],
    }
    assert "centraal" not in json.dumps(exported)
    [order] = exported["orders"]
    assert (order["track"], order["minutes_low"], order["minutes_high"], order["estimated_at"]) == (None,) * 4
    reminder = next(one for one in exported["deliveries"] if one["moment"].startswith("approach"))
    assert (reminder["context"], reminder["body"]) == ({"place_id": STORE}, None)
    refused = town.ping(phone, *amsterdam.station)
    assert refused.status_code == 403
