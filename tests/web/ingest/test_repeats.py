"""A queue that is sent again, and a queue beside a live point: what a worker makes of them."""

import json
from typing import Any

import httpx
import pytest
from redis import Redis

from offers.records.database import Database
from offers.settings import Settings
from tests.conftest import NOON
from tests.web.conftest import PLACE, Clock
from tests.web.ingest.conftest import App
from tests.web.ingest.working import Worker

NOW = NOON.timestamp()


def post(http: httpx.Client, app: App, **body: Any) -> None:
    answer = http.post("/ingest/overland", content=json.dumps(body).encode(), headers=app.bearer)
    assert answer.text == '{"result":"ok"}'


@pytest.fixture
def worker(database: Database, redis_db: Redis, settings: Settings, clock: Clock) -> Worker:
    return Worker(database, redis_db, settings, clock)


def points(start_s: int, count: int) -> list[dict[str, Any]]:
    """So many points within the store, a minute apart, from `start_s` before noon."""
    return [
        {
            "geometry": {"type": "Point", "coordinates": [4.8906199, 52.3702516]},
            "properties": {"timestamp": NOW - start_s + 60 * number, "horizontal_accuracy": 8},
        }
        for number in range(count)
    ]


def test_a_batch_that_is_sent_again_changes_nothing(
    http: httpx.Client, admin: httpx.Client, app: App, worker: Worker
) -> None:
    """The answer was lost, or the app sends its whole file by design."""
    admin.put("/v1/places/kalverstraat-102", json=PLACE)
    batch = points(600, 10)
    post(http, app, locations=batch)
    worker.work(app)
    assert worker.happened().count("enter") == 1
    used = worker.counts(app)["used"]
    for _ in range(2):
        post(http, app, locations=batch)
        worker.work(app)
    assert worker.happened().count("enter") == 1
    assert worker.counts(app) == {"used": used, "late": 20}


def test_the_live_point_beside_a_queue_does_not_make_the_queue_late(
    http: httpx.Client, admin: httpx.Client, app: App, worker: Worker
) -> None:
    admin.put("/v1/places/kalverstraat-102", json=PLACE)
    [live] = points(0, 1)
    post(http, app, locations=points(1200, 1), current=live)
    worker.work(app)
    post(http, app, locations=points(1140, 5))
    worker.work(app)
    assert "late" not in worker.counts(app)
    assert worker.happened().count("enter") == 1
