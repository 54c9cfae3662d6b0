"""Home says which queue is silent: lanes that nobody builds or empties, messages that nobody sends, and Redis itself."""

from datetime import timedelta

import httpx
import pytest
from redis import Redis
from redis.exceptions import RedisError

from offers.lately import needs_a_person, sending
from offers.records.database import Database
from offers.records.tables import Delivery, PushLane
from tests.conftest import NOON
from tests.offers.stories import Town as Story
from tests.web.conftest import CAMPAIGN, PLACE, Register, Served, bearer
from tests.web.console.conftest import Enter, Person, Town
from workers.lanes import LaneKeys
from workers.vitals import HEARD_BEAT, HEARD_WORKER


@pytest.fixture(autouse=True)
def _desk(admin: httpx.Client, redis_db: Redis) -> None:
    """A live campaign at a place, and workers and their clock that are there."""
    admin.put("/v1/places/kalverstraat-102", json=PLACE)
    admin.put("/v1/campaigns/sneakers", json=CAMPAIGN)
    assert admin.post("/v1/campaigns/sneakers/launch").status_code == 200
    for name in (HEARD_WORKER, HEARD_BEAT):
        redis_db.set(name, NOON.timestamp())


@pytest.mark.parametrize(("waited_s", "shown"), [(59, False), (61, True)])
def test_entries_that_nobody_takes_from_a_lane(enter: Enter, redis_db: Redis, waited_s: int, shown: bool) -> None:
    came_ms = int(1000 * (NOON.timestamp() - waited_s))
    redis_db.xadd(LaneKeys.of(1).entries, {"sealed": b"-"}, id=f"{came_ms}-0")
    page = enter("admin").look("/console")
    assert ("Visits have waited for more than a minute: the workers do not keep up." in page.text) is shown
    assert (page.links.get("How each part is") == "/console/settings/health") is shown
    others = enter("marketer").look("/console")
    assert ("Ask an admin: the page Health, under Settings" in others.text) is shown
    assert "/readyz" not in page.html + others.html, "nobody is shown what machines read"


def test_lanes_that_nobody_has_built(marketer: Person, redis_db: Redis) -> None:
    said = "The lanes are being built: positions are refused until then."
    assert said not in marketer.look("/console").text
    redis_db.delete(LaneKeys.of(0).epoch)
    assert said in marketer.look("/console").text


def test_redis_that_does_not_answer(marketer: Person, served: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    def away(*_: object, **__: object) -> None:
        raise RedisError

    monkeypatch.setattr(served.doors.parts.redis, "pipeline", away)
    assert "Redis does not answer: no position is taken and nothing is sent." in marketer.look("/console").text


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("en", "A message has been due for 5 minutes and has not gone out"),
        ("nl", "Een bericht had 5 minuten geleden weg gekund en is nog niet weg"),
        ("de", "Eine Nachricht ist seit 5 Minuten fällig und nicht hinausgegangen"),
    ],
)
def test_messages_that_nobody_sends(
    *,
    enter: Enter,
    admin: httpx.Client,
    register: Register,
    town: Town,
    database: Database,
    language: str,
    said: str,
) -> None:
    device = register("sanne")
    ping = {"lat": PLACE["lat"], "lon": PLACE["lon"], "accuracy_m": 8}
    assert admin.post("/v1/pings", json=ping, headers=bearer(device["token"])).status_code == 202
    town.work()
    person = enter("viewer", language=language)
    for minutes, shown in ((4, False), (5, True), (-60, False)):
        with database.transaction() as session:
            row = session.query(Delivery).one()
            row.state, row.not_before = "queued", NOON - timedelta(minutes=minutes)
        page = person.look("/console")
        assert (said in page.text) is shown, minutes
        assert ("/console/deliveries?state=queued" in page.links.values()) is shown
    with database.transaction() as session:
        session.query(Delivery).one().not_before = NOON - timedelta(minutes=9)
        session.add(PushLane(name="fcm:ios", alarm=True, reason="bad_credentials", since=NOON))
    assert said.partition("5")[0] not in person.look("/console").text, "a way out that pauses is said by itself"


def test_the_one_that_is_due_longest_counts(either_database: Database) -> None:
    town = Story(either_database)
    store = town.place()
    town.campaign()
    queued = town.walk_in(store) + town.walk_in(store, "ben")
    with either_database.transaction() as session:
        for number, one in enumerate(queued):
            session.get_one(Delivery, one).not_before = NOON - timedelta(minutes=10 + number)
    with either_database.reading() as session:
        seen = sending(session, now=NOON)
        assert needs_a_person(session, seen, now=NOON).due_since == NOON - timedelta(minutes=11)
        assert needs_a_person(session, seen, now=NOON - timedelta(minutes=7)).due_since is None
