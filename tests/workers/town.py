"""A small town for the workers' tests: one store, one campaign, and a lane world that is moved by hand."""

import asyncio
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from redis import Redis
from redis.asyncio import Redis as AsyncRedis

from offers.campaigns import put_campaign, step_campaign
from offers.customers import put_customer
from offers.desk_settings import change_limits
from offers.devices import register_device
from offers.history import list_decisions, list_deliveries, list_transitions, list_visits
from offers.places import put_place
from offers.records.database import Database
from offers.records.queries.history import Asked
from offers.rules.campaign import CampaignBody
from offers.rules.coupon_codes import CodeKeys
from offers.rules.place import PlaceBody
from offers.rules.profile import CustomerBody, DeviceBody
from workers.failpoints import Failpoints
from workers.lanes import Appended, LaneDesk, LaneDoor, lane_of
from workers.letters import DeviceLetter, PingLetter
from workers.matching import FenceKeeper, Matched, Matcher
from workers.push.outbox import OutboxPush
from workers.sending import Sender

SECRET = b"a secret that is only good for tests, but long"
LANES = 4
STORE = (52.3702516, 4.8906199)
FAR = (52.3900, 4.9500)
METRE = 1 / 111_320


def north_of_store(metres: float) -> tuple[float, float]:
    return STORE[0] + metres * METRE, STORE[1]


@dataclass
class Town:
    """The parts, and shorthand for what a test does with them. Time goes by its own clock."""

    database: Database
    redis: Redis
    url: str
    at: float = field(default_factory=lambda: float(int(time.time())))
    matched: list[Matched] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.desk = LaneDesk(self.redis, SECRET, LANES)
        self.matcher = self.new_matcher()
        self.sender = Sender(self.database, OutboxPush(self.redis), CodeKeys.of(SECRET), Failpoints(), lambda _: None)

    def new_matcher(self) -> Matcher:
        return Matcher(
            self.database, self.desk, FenceKeeper(self.database), Failpoints(), self.matched.append, lambda: self.at
        )

    @property
    def now(self) -> datetime:
        return datetime.fromtimestamp(self.at, UTC)

    def settle(self) -> None:
        """A store with a 100 m circle, a campaign on entering it, no limits."""
        circle = {"role": "premises", "lat": STORE[0], "lon": STORE[1], "radius_m": 100, "dwell_s": 120}
        place = {
            "name": "Store",
            "kind": "store",
            "lat": STORE[0],
            "lon": STORE[1],
            "time_zone": "Europe/Amsterdam",
            "geofences": [circle],
        }
        words = {
            "en": {"title": "Hello {{ customer.first_name | default: 'you' }}", "body": "You are at {{ place.name }}."}
        }
        campaign = {"name": "Enter", "trigger": {"on": "enter", "places": ["store"]}, "messages": words}
        with self.database.transaction() as session:
            change_limits(session, {"quiet_hours": None, "frequency_cap": None})
            put_place(session, "store", PlaceBody.model_validate(place), now=self.now)
            put_campaign(session, "enter", CampaignBody.model_validate(campaign), now=self.now)
            step_campaign(session, "enter", "launch", now=self.now)
        for lane in range(LANES):
            self.matcher.match(lane)

    def device(self, customer: str, **consents: bool) -> str:
        said = consents or {"location": True, "offers": True}
        with self.database.transaction() as session:
            put_customer(
                session,
                customer,
                CustomerBody.model_validate({"name": customer.title(), "consents": said}),
                now=self.now,
            )
            body = DeviceBody(
                customer=customer, platform="android", push_token=f"token of {customer} {time.monotonic_ns()}"
            )
            made = register_device(session, body, trusted=True, now=self.now)
        self.desk.block(made.follows.block)
        return made.device_id

    def append(self, *letters: DeviceLetter) -> Appended:
        """As the ping door does it; all letters must be of one lane."""

        async def door() -> Appended:
            redis = AsyncRedis.from_url(self.url)
            try:
                lane = lane_of(letters[0].device, LANES)
                return await LaneDoor(redis, SECRET, LANES).append(lane, list(letters), self.at)
            finally:
                await redis.aclose()

        return asyncio.run(door())

    def ping(
        self, device: str, where: tuple[float, float], *, accuracy_m: float | None = 10.0, match: bool = True
    ) -> None:
        """The device says where it is now; a second passes."""
        self.append(PingLetter(device, self.at, [(*where, self.at, accuracy_m)]))
        if match:
            self.matcher.match(lane_of(device, LANES))
        self.at += 1

    def deliver(self) -> int:
        ids = [one for matched in self.matched for one in matched.deliveries]
        return self.sender.deliver(ids, lambda: self.now)

    def transitions(self) -> list[str]:
        with self.database.reading() as session:
            return [f"{one['kind']} {one['place']}" for one in reversed(list_transitions(session, Asked()).items)]

    def decisions(self) -> list[dict[str, Any]]:
        with self.database.reading() as session:
            return list_decisions(session, Asked()).items

    def deliveries(self) -> list[dict[str, Any]]:
        with self.database.reading() as session:
            return list_deliveries(session, Asked()).items

    def visits(self) -> list[dict[str, Any]]:
        with self.database.reading() as session:
            return list_visits(session, Asked()).items
