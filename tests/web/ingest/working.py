"""A worker beside the doors of location apps."""

from typing import Any

from redis import Redis

from offers.records.database import Database
from offers.settings import Settings
from tests.web.conftest import LANES, Clock
from tests.web.ingest.conftest import App
from workers.failpoints import Failpoints
from workers.fences import FenceKeeper
from workers.lanes import LaneDesk, LaneKeys, lane_of
from workers.matching import Matched, Matcher


class Worker:
    """Works the app's lane as a worker does."""

    def __init__(self, database: Database, redis: Redis, settings: Settings, clock: Clock) -> None:
        desk = LaneDesk(redis, settings.secret(), LANES)
        self.redis: Any = redis
        self.matched: list[Matched] = []
        self._matcher = Matcher(database, desk, FenceKeeper(database), Failpoints(), self.matched.append, clock)

    def work(self, app: App) -> None:
        self._matcher.match(lane_of(app.device_id, LANES))

    def counts(self, app: App) -> dict[str, int]:
        kept = self.redis.hgetall(LaneKeys.of(lane_of(app.device_id, LANES)).counters)
        return {name.decode(): int(value) for name, value in kept.items()}

    def happened(self) -> list[str]:
        return [one["kind"] for matched in self.matched for one in matched.happened if one["type"] == "transition"]
