"""Sending over all that waits: in turn, at its rate, by the database's clock, with lanes that pause."""

import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from redis import Redis
from sqlalchemy import event, insert, update
from sqlalchemy.exc import OperationalError

from offers.campaigns import put_campaign, step_campaign
from offers.claiming import pick_deliveries
from offers.desk_settings import change_limits
from offers.push import Outcome, PushMessage
from offers.records.database import Database
from offers.records.tables import Customer, Delivery, Device
from offers.rules.campaign import CampaignBody
from tests.workers.town import Town
from workers import sweeps, tasks
from workers.enqueue import DELIVER, Doorbell, new_celery
from workers.failpoints import Failpoints
from workers.sending import Sender
from workers.slots import Slots


@dataclass
class Way:
    """A push port that notes what it is given and answers as it is told."""

    answer: Callable[[PushMessage], Outcome] = lambda _: Outcome("sent")
    given: list[PushMessage] = field(default_factory=list)
    batches: list[list[str]] = field(default_factory=list)

    def send(self, messages: Sequence[PushMessage]) -> list[Outcome]:
        self.given += messages
        self.batches.append([one.delivery_id for one in messages])
        return [self.answer(one) for one in messages]


def sender(town: Town, way: Way, failpoints: Failpoints | None = None) -> Sender:
    return replace(town.sender, push=way, failpoints=failpoints or Failpoints())


def burst(town: Town, number: int, *, life: Callable[[int], float] = lambda _: 900.0, platforms: int = 1) -> list[str]:
    """So many offers at once, each to somebody else; priorities and lives as they come. Their ids in the order in which they are to go."""
    now = town.now
    words = {"en": {"title": "Hello", "body": "You are at {{ place.name }}."}}
    spec = {"name": "All", "trigger": {"on": "enter", "places": ["store"]}, "messages": words}
    with town.database.transaction() as session:
        put_campaign(session, "all", CampaignBody.model_validate(spec), now=now)
        step_campaign(session, "all", "launch", now=now)
    people, devices, rows = [], [], []
    for one in range(number):
        key = f"{one:05}"
        people.append(
            {"id": f"b{key}", "anonymous": False, "location": True, "offers": True, "orders": False, "tags": []}
            | {"attributes": {}, "sizes": {}, "created_at": now, "updated_at": now}
        )
        platform = ("android", "ios")[one % platforms]
        devices.append(
            {"id": f"dev_{key}", "customer_id": f"b{key}", "platform": platform, "push_token": f"t{key}"}
            | {"push_kind": "token", "push_seen_at": now, "positions_only": False, "created_at": now, "updated_at": now}
        )
        rows.append(
            {"id": f"dlv_{key}", "customer_id": f"b{key}", "device_id": f"dev_{key}", "source_id": "all"}
            | {"campaign_id": "all", "kind": "offer", "moment": "enter:1", "context": {"place_id": "store"}}
            | {"state": "queued", "created_at": now, "not_before": now, "attempts": 0, "turn": 1 + one * 7 % 5 * 100}
            | {"expires_at": now + timedelta(seconds=life(one))}
        )
    with town.database.transaction() as session:
        for table, what in ((Customer, people), (Device, devices), (Delivery, rows)):
            session.execute(insert(table), what)
    return [str(one["id"]) for one in sorted(rows, key=lambda one: (one["turn"], one["expires_at"], one["id"]))]


def states(town: Town) -> dict[str, tuple[str, str | None]]:
    with town.database.reading() as session:
        return {row.id: (row.state, row.reason) for row in session.query(Delivery)}


def test_a_burst_goes_out_in_its_turn_and_what_outlives_its_life_is_too_late(town: Town) -> None:
    ids = burst(town, 5000, life=lambda number: 300.0 + number % 3 * 300)
    way = Way()
    here = sender(town, way)
    for _ in range(30):
        here.deliver_next(lambda: town.now)
    assert [one.delivery_id for one in way.given] == ids[:3000], "in order over all that wait"
    town.at += 601
    over: list[dict[str, Any]] = []
    due = sweeps.look_at_deliveries(town.database, town.now, over.extend)
    given = {one.delivery_id for one in way.given}
    lives = {f"dlv_{one:05}": 300 + one % 3 * 300 for one in range(5000)}
    late = {one for one in ids if lives[one] < 601 and one not in given}
    assert {one["id"] for one in over} == late
    assert late
    assert {one["reason"] for one in over} == {"too_late"}
    assert due == [one for one in ids if one not in given | late][: sweeps.RUNG_FOR]
    while here.deliver_next(lambda: town.now).more:
        pass
    assert [one.delivery_id for one in way.given[3000:]] == [one for one in ids if one not in given | late]
    assert here.deliver_next(lambda: town.now).picked == 0


def test_a_pick_reads_along_the_index_of_its_order(town: Town) -> None:
    """Whatever PostgreSQL believes of how much waits: it counted before the burst."""
    if town.database.is_sqlite:
        pytest.skip("its planner goes by the index alone")
    burst(town, 2000)
    asked: list[tuple[str, Any]] = []

    @event.listens_for(town.database.engine, "before_cursor_execute")
    def _note(*arguments: Any) -> None:
        asked.append((arguments[2], arguments[3]))

    with town.database.transaction() as session:
        pick_deliveries(session, "a", 100, now=town.now)
    event.remove(town.database.engine, "before_cursor_execute", _note)
    [place] = [number for number, (statement, _) in enumerate(asked) if "SKIP LOCKED" in statement]
    (told, _), (statement, values) = asked[place - 1 : place + 1]
    with town.database.engine.begin() as connection:
        connection.exec_driver_sql(told)
        plan = "\n".join(row[0] for row in connection.exec_driver_sql(f"EXPLAIN {statement}", values))
    assert "ix_deliveries_next" in plan
    assert "Sort" not in plan


def test_several_senders_at_once_send_each_message_once(town: Town) -> None:
    ids = burst(town, 600)
    ways = [Way() for _ in range(3)]

    def go_on(way: Way) -> None:
        while sender(town, way).deliver_next(lambda: town.now, most=20).picked:
            pass

    threads = [threading.Thread(target=go_on, args=(way,)) for way in ways]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert sorted(one.delivery_id for way in ways for one in way.given) == sorted(ids)
    place = {one: number for number, one in enumerate(ids)}
    for way in ways:
        ordered = [place[one.delivery_id] for one in way.given]
        assert ordered == sorted(ordered), "in order within a process"


def test_a_rate_ends_the_round_and_time_lets_it_go_on(town: Town) -> None:
    burst(town, 300)
    with town.database.transaction() as session:
        change_limits(session, {"delivery_rate": 40})
    way = Way()
    here = sender(town, way)
    first = here.deliver_next(lambda: town.now)
    assert (first.picked, first.sent) == (40, 40)
    rest = here.deliver_next(lambda: town.now)
    assert (rest.picked, rest.more) == (0, False), "it neither sleeps nor asks again"
    town.at += 0.5
    assert here.deliver_next(lambda: town.now).picked == 20
    town.at += 60
    assert here.deliver_next(lambda: town.now).picked == 40


def test_what_is_taken_back_or_over_costs_no_rate(town: Town) -> None:
    burst(town, 100, life=lambda number: 900.0 if number < 60 else 30.0)
    with town.database.transaction() as session:
        change_limits(session, {"delivery_rate": 50})
        session.execute(update(Customer).where(Customer.id < "b00020").values(offers=False))
    town.at += 60
    sweeps.look_at_deliveries(town.database, town.now)
    way = Way()
    here = sender(town, way)
    while here.deliver_next(lambda: town.now).picked:
        pass
    assert len(way.given) == 40, "all that may go: 20 agreed no more, 40 had no life left"


def test_messages_of_other_lanes_flow_on_while_one_is_paused(town: Town) -> None:
    burst(town, 240, platforms=2)

    def refuse_apples(message: PushMessage) -> Outcome:
        if message.platform == "ios":
            return Outcome("waiting", "third_party_auth", lane="fcm:ios", alarm=True)
        return Outcome("sent")

    way = Way(refuse_apples)
    here = sender(town, way)
    while here.deliver_next(lambda: town.now).more:
        pass
    here.deliver_next(lambda: town.now)
    assert sum(one.platform == "android" for one in way.given) == 120
    assert sum(one.platform == "ios" for one in way.given) == 50, "of the first batch alone"
    kept = [state for state in states(town).values() if state[0] == "queued"]
    assert kept == [("queued", "third_party_auth")] * 120
    way.answer = lambda _: Outcome("sent")
    while kept:
        town.at += 40
        assert town.at < town.began + 900, "it never healed"
        while here.deliver_next(lambda: town.now).picked:
            pass
        kept = [state for state in states(town).values() if state[0] == "queued"]
    assert len({one.delivery_id for one in way.given}) == 240


def test_what_outlives_its_life_while_it_is_claimed_is_not_handed_over(town: Town) -> None:
    """As when the claim waits for a customer that somebody else holds."""
    ids = burst(town, 2, life=lambda number: 0.5 if number == 0 else 900.0)
    way = Way()
    here = sender(town, way)

    @event.listens_for(town.database.engine, "before_cursor_execute")
    def _wait(*arguments: Any) -> None:
        if "UPDATE deliveries SET state" in arguments[2]:
            time.sleep(0.6)

    try:
        assert here.deliver(ids, lambda: town.now) == 1
    finally:
        event.remove(town.database.engine, "before_cursor_execute", _wait)
    assert [one.delivery_id for one in way.given] == ["dlv_00001"]
    assert states(town) == {"dlv_00000": ("expired", "too_late"), "dlv_00001": ("sent", None)}


def test_what_has_left_is_written_once_the_database_is_back(town: Town) -> None:
    """Each of the two transactions after the send finds it away once; no message goes again, and none is in doubt."""
    ids = burst(town, 3)
    way = Way()
    away: list[str] = []

    @event.listens_for(town.database.engine, "before_cursor_execute")
    def _fail(*arguments: Any) -> None:
        for what in ("FROM push_lanes", "UPDATE deliveries SET"):
            if way.given and what in arguments[2] and what not in away:
                away.append(what)
                raise OperationalError("gone", None, Exception("gone"))

    try:
        assert sender(town, way).deliver_next(lambda: town.now).sent == 3
    finally:
        event.remove(town.database.engine, "before_cursor_execute", _fail)
    assert len(away) == 2
    assert [one.delivery_id for one in way.given] == ids
    assert set(states(town).values()) == {("sent", None)}


def test_nobody_waits_for_the_database_for_longer_than_the_lease(town: Town) -> None:
    burst(town, 1)
    way = Way()

    @event.listens_for(town.database.engine, "before_cursor_execute")
    def _fail(*_: Any) -> None:
        if way.given:
            raise OperationalError("gone", None, Exception("gone"))

    try:
        with pytest.raises(OperationalError):
            replace(sender(town, way), written_within_s=0.0).deliver_next(lambda: town.now)
    finally:
        event.remove(town.database.engine, "before_cursor_execute", _fail)


def test_what_took_too_long_to_claim_is_not_handed_over(town: Town) -> None:
    """Its lease would end on its way, and whoever finds that does not know what became of it."""
    [only] = burst(town, 1)
    way = Way()
    replace(sender(town, way), longest_claim_s=0.0).deliver_next(lambda: town.now)
    assert (way.given, states(town)[only]) == ([], ("queued", None))
    town.at += 16
    sender(town, way).deliver_next(lambda: town.now)
    assert states(town)[only] == ("sent", None)


def test_redis_being_away_keeps_no_message_that_is_claimed(town: Town) -> None:
    """Of a batch of which one was taken back, which is told and counted before the others are sent."""
    burst(town, 3)
    with town.database.transaction() as session:
        session.execute(update(Customer).where(Customer.id == "b00000").values(offers=False))
    way = Way()
    gone = Redis(port=1, socket_connect_timeout=1)
    parts = _Parts(town.database, sender(town, way), _Bell(new_celery("memory://")), gone)

    def follow(happened: list[dict[str, Any]]) -> None:
        tasks.follow_happened(parts, happened)  # type: ignore[arg-type]  # what it asks of it

    replace(parts.sender, follow=follow).deliver_next(lambda: town.now)
    assert len(way.given) == 2
    assert sorted(state for state, _ in states(town).values()) == ["failed", "sent", "sent"]


class _DiedError(BaseException):
    """As a kill: nothing in between takes it."""


@dataclass(frozen=True)
class _Deadly(Failpoints):
    at: str = ""

    def reach(self, name: str) -> None:
        if name == self.at:
            raise _DiedError


@pytest.mark.parametrize(
    ("name", "sent", "state"),
    [
        ("deliver.picked", 0, ("queued", None)),
        ("deliver.claimed", 0, ("sending", None)),
        ("deliver.sent", 1, ("sending", None)),
        ("deliver.recorded", 1, ("sent", None)),
    ],
)
def test_where_a_sender_may_die(town: Town, *, name: str, sent: int, state: tuple[str, str | None]) -> None:
    [only] = burst(town, 1)
    way = Way()
    with pytest.raises(_DiedError):
        sender(town, way, _Deadly(at=name)).deliver_next(lambda: town.now)
    assert (len(way.given), states(town)[only]) == (sent, state)
    assert sender(town, way).deliver_next(lambda: town.now).picked == 0
    town.at += 61
    sweeps.look_at_deliveries(town.database, town.now)
    sender(town, way).deliver_next(lambda: town.now)
    ends = {"deliver.picked": ("sent", None), "deliver.recorded": ("sent", None)}
    assert states(town)[only] == ends.get(name, ("unknown", "sender_died"))
    assert len(way.given) == (0 if name == "deliver.claimed" else 1), "an offer at most once"


@pytest.mark.parametrize("wrong_s", [-7200.0, 7200.0])
def test_a_worker_whose_clock_is_wrong_ends_no_lease_and_sends_nothing_late(
    town: Town, monkeypatch: pytest.MonkeyPatch, wrong_s: float
) -> None:
    town.at = town.database.clock().timestamp()
    held, over, good, waits = burst(town, 4)
    now = town.now
    changes: dict[str, dict[str, Any]] = {
        held: {"state": "sending", "claim": "another", "lease_until": now + timedelta(seconds=50)},
        over: {"expires_at": now - timedelta(seconds=1)},
        waits: {"not_before": now + timedelta(minutes=10)},
    }
    with town.database.transaction() as session:
        for one, values in changes.items():
            session.execute(update(Delivery).where(Delivery.id == one).values(**values))
    right = time.time
    monkeypatch.setattr(time, "time", lambda: right() + wrong_s)
    assert abs((town.database.clock() - datetime.fromtimestamp(right(), UTC)).total_seconds()) < 600
    way = Way()
    app = new_celery("memory://")
    parts = _Parts(town.database, sender(town, way), _Bell(app), town.redis)
    tasks.register(app, lambda: parts, Slots(1))  # type: ignore[arg-type, return-value]  # what these two tasks ask of it
    app.tasks["passerby.look_at_deliveries"]()
    app.tasks[DELIVER]([good])
    assert [one.delivery_id for one in way.given] == [good]
    assert states(town) == {
        held: ("sending", None),
        over: ("expired", "too_late"),
        good: ("sent", None),
        waits: ("queued", None),
    }
    with town.database.reading() as session:
        sent_at = session.get_one(Delivery, good).sent_at
    assert sent_at is not None
    assert abs((sent_at - now).total_seconds()) < 600


class _Bell(Doorbell):
    def _ring(self, task: str, args: list[object], queue: str) -> None:
        """Nobody hears it here."""


@dataclass
class _Parts:
    database: Database
    sender: Sender
    bell: Doorbell
    redis: Redis

    def tell(self, happened: list[dict[str, Any]]) -> None: ...
