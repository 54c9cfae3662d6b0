"""A town that is told through the doors: stores, people, campaigns go in by HTTP, phones walk, and what came of it is read by HTTP.

Only the ring is the town's own: `work` is the worker that a ring would have started, at the town's time.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import httpx
from redis import Redis

from offers.rules.coupon_codes import CodeKeys
from tests.web.conftest import LANES, Clock, Served, bearer
from workers.app import Parts
from workers.enqueue import Doorbell
from workers.failpoints import Failpoints
from workers.fences import FenceKeeper
from workers.matching import Matcher
from workers.push.outbox import OutboxPush
from workers.sending import Sender
from workers.tasks import follow_happened, follow_matched

STORES = {"kalverstraat": (52.3702516, 4.8906199), "damrak": (52.3782516, 4.8986199)}
"""A kilometre apart."""
NORTH = 0.0025
"""280 m to the north, in degrees."""
AGREED = {"location": True, "offers": True}


class Bell(Doorbell):
    """Notes whom it would ring for."""

    def __init__(self) -> None:
        self.rung: list[str] = []

    def match(self, lanes: Sequence[int]) -> None:
        """The town works every lane anyway."""

    def deliver(self, delivery_ids: Sequence[str]) -> None:
        self.rung += delivery_ids


@dataclass(frozen=True, slots=True)
class Phone:
    customer: str
    device_id: str
    token: str


@dataclass(slots=True)
class Told:
    """What a story says came of it: whose decision of which campaign is meant, what it rested on, and what went out to them."""

    customer: str
    campaign: str
    facts: dict[str, Any]
    delivered: Sequence[str] = ()
    """The campaigns of the customer's deliveries, the first one first."""
    times: int = 1
    """How often the outcome came about in the whole town."""


@dataclass(slots=True)
class TownByDoors:
    served: Served
    admin: httpx.Client
    http: httpx.Client
    clock: Clock
    bell: Bell = field(default_factory=Bell)
    parts: Parts = field(init=False)

    def __post_init__(self) -> None:
        doors = self.served.doors.parts
        redis: Redis = doors.redis
        parts = self.parts = Parts(doors.settings, doors.database, redis, doors.desk, self.bell)
        parts.fences = FenceKeeper(parts.database)
        parts.matcher = Matcher(
            parts.database,
            parts.desk,
            parts.fences,
            Failpoints(),
            lambda matched: follow_matched(parts, matched),
            self.clock,
        )
        keys = CodeKeys.of(doors.settings.secret())
        parts.sender = Sender(
            parts.database, OutboxPush(redis), keys, Failpoints(), lambda events: follow_happened(parts, events)
        )

    # what the desk does

    def put(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        answer = self.admin.put(path, json=body)
        assert answer.status_code in (200, 201), answer.text
        item: dict[str, Any] = answer.json()
        return item

    def store(self, place: str = "kalverstraat", **more: Any) -> dict[str, Any]:
        lat, lon = STORES[place]
        plain = {"name": place.capitalize(), "kind": "store", "lat": lat, "lon": lon, "time_zone": "Europe/Amsterdam"}
        fence = {"role": "premises", "lat": lat, "lon": lon, "radius_m": 100}
        item = self.put(f"/v1/places/{place}", {**plain, "geofences": [fence], **more})
        self.served.doors.parts.fences.look()
        return item

    def campaign(self, campaign: str = "sneakers", *, launch: bool = True, **more: Any) -> dict[str, Any]:
        """Waits at every store, unless told otherwise."""
        plain = {"name": campaign.capitalize(), "trigger": {"on": "enter"}, "messages": {"en": _text("You are near")}}
        item = self.put(f"/v1/campaigns/{campaign}", {**plain, **more})
        if launch:
            self.step(campaign, "launch")
        return item

    def step(self, campaign: str, step: str) -> None:
        answer = self.admin.post(f"/v1/campaigns/{campaign}/{step}")
        assert answer.status_code == 200, answer.text

    def offer(self, offer: str = "ten-percent", **more: Any) -> dict[str, Any]:
        return self.put(f"/v1/offers/{offer}", {"name": "Ten percent", "kind": "percentage", "value": 10, **more})

    def settings(self, **change: Any) -> None:
        answer = self.admin.patch("/v1/settings", json=change)
        assert answer.status_code == 200, answer.text

    def customer(self, customer: str = "sanne", **profile: Any) -> str:
        plain = {"name": "Sanne de Vries", "language": "en", "time_zone": "Europe/Amsterdam", "consents": AGREED}
        self.put(f"/v1/customers/{customer}", {**plain, **profile})
        return customer

    def phone(self, customer: str = "sanne", **more: Any) -> Phone:
        body = {"customer": customer, "platform": "android", "push_token": f"push-{customer}", **more}
        answer = self.admin.post("/v1/devices", json=body)
        assert answer.status_code == 201, answer.text
        return Phone(customer, answer.json()["device_id"], answer.json()["token"])

    def somebody(self, customer: str = "sanne", **profile: Any) -> Phone:
        """A customer who agreed to location and offers, with one phone."""
        return self.phone(self.customer(customer, **profile))

    # what time and people do

    def now(self) -> datetime:
        return datetime.fromtimestamp(self.clock.at, UTC)

    def pass_minutes(self, minutes: float) -> None:
        self.clock.at += 60 * minutes

    def ping(self, phone: Phone, lat: float, lon: float) -> httpx.Response:
        body = {"lat": lat, "lon": lon, "accuracy_m": 10, "at": self.now().isoformat()}
        return self.http.post("/v1/pings", json=body, headers=bearer(phone.token))

    def walk_in(self, phone: Phone, place: str = "kalverstraat", *, work: bool = True) -> None:
        answer = self.ping(phone, *STORES[place])
        assert answer.status_code == 202, answer.text
        if work:
            self.work()

    def walk_out(self, phone: Phone, place: str = "kalverstraat") -> None:
        """Two pings a minute apart from the street: one alone is not believed."""
        lat, lon = STORES[place]
        for _ in range(2):
            self.pass_minutes(1)
            assert self.ping(phone, lat + NORTH, lon).status_code == 202
        self.work()

    def match(self) -> None:
        for lane in range(LANES):
            self.parts.matcher.match(lane)

    def work(self) -> None:
        """What workers do until nothing is left to do."""
        self.match()
        rung, self.bell.rung[:] = list(self.bell.rung), []
        self.parts.sender.deliver(rung, self.now)

    # what is read

    def listed(self, what: str, **asked: str) -> list[dict[str, Any]]:
        """The first one first."""
        answer = self.admin.get(f"/v1/{what}", params=asked)
        assert answer.status_code == 200, answer.text
        return list(reversed(answer.json()["items"]))

    def decisions(self, customer: str, campaign: str) -> list[dict[str, Any]]:
        return self.listed("decisions", customer=customer, campaign=campaign)

    def outcomes(self, customer: str = "sanne", campaign: str = "sneakers") -> list[str]:
        return [one["outcome"] for one in self.decisions(customer, campaign)]

    def deliveries(self, customer: str = "sanne") -> list[dict[str, Any]]:
        return self.listed("deliveries", customer=customer)

    def why(self, customer: str, campaign: str) -> dict[str, Any]:
        answer = self.admin.get(f"/v1/customers/{customer}/why", params={"campaign": campaign})
        assert answer.status_code == 200, answer.text
        told: dict[str, Any] = answer.json()
        return told

    def metric(self, name: str, outcome: str) -> float:
        """What /metrics counts, 0 where it does not name it."""
        line = f'{name}{{outcome="{outcome}"}} '
        lines = self.http.get("/metrics").text.splitlines()
        return next((float(one.removeprefix(line)) for one in lines if one.startswith(line)), 0.0)


def _text(body: str) -> dict[str, str]:
    return {"title": "Hello {{ customer.first_name }}", "body": body}
