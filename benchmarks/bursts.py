"""A burst of offers at a set rate, on PostgreSQL: five priorities, lives of all lengths, several senders in processes of their own.

`passerby bench bursts` runs it. More is queued than the rate lets go within the lives: what goes must be what goes first, and the rest is
`too_late`. Nothing leaves the machine: the push port of each sender notes what it is given.
"""

import multiprocessing
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import pairwise
from typing import Any

from rich.console import Console

from benchmarks.figures import goal, say, short, table
from benchmarks.first_day.main import postgresql
from offers.campaigns import put_campaign, step_campaign
from offers.desk_settings import change_limits
from offers.places import put_place
from offers.push import Outcome, PushMessage
from offers.records import schema
from offers.records.database import Database
from offers.records.queries.writing import insert_rows
from offers.records.tables import Customer, Delivery, Device
from offers.rules.campaign import CampaignBody
from offers.rules.coupon_codes import CodeKeys
from offers.rules.place import PlaceBody
from workers.failpoints import Failpoints
from workers.sending import Sender
from workers.sweeps import look_at_deliveries

PRIORITIES = (1000, 750, 500, 250, 0)
SENDERS = 2
SEED = b"a secret that is only good for a benchmark"


@dataclass(frozen=True, slots=True)
class Burst:
    offers: int
    per_s: int
    lives_s: tuple[float, ...]
    """Dealt out in turn, the same to each priority."""


WHOLE = Burst(50_000, 500, (20, 40, 60, 80))
SMALL = Burst(1_000, 100, (2, 4, 6, 8))


Handed = tuple[str, float]
"""A delivery's id, and when it was handed over."""


@dataclass
class Noted:
    """A push port that notes what it is given, in order and when: on one machine, where all clocks are one."""

    given: list[Handed] = field(default_factory=list)

    def send(self, messages: Sequence[PushMessage]) -> list[Outcome]:
        self.given += [(one.delivery_id, time.time()) for one in messages]
        return [Outcome("sent")] * len(messages)


def main(*, quick: bool = False) -> None:
    console = Console()
    burst = SMALL if quick else WHOLE
    with postgresql(console) as url:
        if url is None:
            return
        database = Database(url)
        schema.migrate(database)
        say(f"a town of {burst.offers} people is made")
        _settle(database, burst)
        took_s, by_sender, looks_s = _send(database, burst)
        console.print(_table(database, burst, took_s, by_sender, looks_s))
        database.close()


def _settle(database: Database, burst: Burst) -> None:
    now = database.clock()
    circle = {"role": "premises", "lat": 52.37, "lon": 4.89, "radius_m": 100}
    place = {
        "name": "Store",
        "kind": "store",
        "lat": 52.37,
        "lon": 4.89,
        "time_zone": "Europe/Amsterdam",
        "geofences": [circle],
    }
    words = {
        "en": {"title": "Hello {{ customer.first_name | default: 'you' }}", "body": "You are at {{ place.name }}."}
    }
    with database.transaction() as session:
        change_limits(session, {"quiet_hours": None, "frequency_cap": None, "delivery_rate": burst.per_s})
        put_place(session, "store", PlaceBody.model_validate(place), now=now)
        for priority in PRIORITIES:
            spec = {"name": "Burst", "trigger": {"on": "enter"}, "messages": words, "priority": priority}
            put_campaign(session, f"p{priority}", CampaignBody.model_validate(spec), now=now)
            step_campaign(session, f"p{priority}", "launch", now=now)
    for start in range(0, burst.offers, 5000):
        numbers = range(start, min(start + 5000, burst.offers))
        with database.transaction() as session:
            insert_rows(session, Customer, [_customer(one, now) for one in numbers])
            insert_rows(session, Device, [_device(one, now) for one in numbers])


def _queue(database: Database, burst: Burst) -> None:
    """All at once, as people come in at one time."""
    began = database.clock()
    with database.transaction() as session:
        insert_rows(session, Delivery, [_delivery(one, burst, began) for one in range(burst.offers)])


def _customer(number: int, now: Any) -> dict[str, Any]:
    consents = {"location": True, "offers": True, "orders": False}
    about = {"name": f"Person {number}", "sizes": {}, "attributes": {}, "tags": []}
    return {"id": f"c{number:06}", "anonymous": False, "created_at": now, "updated_at": now, **consents, **about}


def _device(number: int, now: Any) -> dict[str, Any]:
    address = {"push_token": f"token-{number}", "push_kind": "token", "push_seen_at": now}
    of = {"id": f"dev_{number:06}", "customer_id": f"c{number:06}", "platform": ("android", "ios")[number % 2]}
    return {**of, **address, "positions_only": False, "created_at": now, "updated_at": now}


def _delivery(number: int, burst: Burst, now: Any) -> dict[str, Any]:
    priority = PRIORITIES[number * 7 % len(PRIORITIES)]
    life_s = burst.lives_s[number // len(PRIORITIES) % len(burst.lives_s)]
    whose = {"customer_id": f"c{number:06}", "device_id": f"dev_{number:06}"}
    which = {"source_id": f"p{priority}", "campaign_id": f"p{priority}", "kind": "offer", "moment": "enter:1"}
    when = {"created_at": now, "not_before": now, "expires_at": now + timedelta(seconds=life_s)}
    state = {"state": "queued", "attempts": 0, "doubts": 0, "turn": 1 + 1000 - priority}
    return {"id": f"dlv_{number:06}", "context": {"place_id": "store"}, **whose, **which, **when, **state}


def _sends(url: str, told: "multiprocessing.Queue[list[Handed]]", ready: Any, over: Any) -> None:
    """One sender: rounds until nothing is left, as workers do it; where the rate gives nothing it waits to be rung for again."""
    database, noted = Database(url), Noted()
    sender = Sender(database, noted, CodeKeys.of(SEED), Failpoints(), lambda _: None)
    ready.wait()
    while not over.is_set():
        if not sender.deliver_next(database.clock).picked:
            over.wait(0.05)
    told.put(noted.given)
    database.close()


def _send(database: Database, burst: Burst) -> tuple[float, list[list[Handed]], float]:
    """How long it took, what each sender handed over, and the longest that beat's look took."""
    context = multiprocessing.get_context("spawn")
    told: multiprocessing.Queue[list[Handed]] = context.Queue()
    ready, over = context.Barrier(SENDERS + 1), context.Event()
    senders = [context.Process(target=_sends, args=(database.url, told, ready, over)) for _ in range(SENDERS)]
    for one in senders:
        one.start()
    ready.wait(timeout=120)
    _queue(database, burst)
    began = time.monotonic()
    slowest = 0.0
    while time.monotonic() - began < max(burst.lives_s) + 2:
        look = time.monotonic()
        look_at_deliveries(database, database.clock())
        slowest = max(slowest, time.monotonic() - look)
        time.sleep(1.0)
        if not (waits := _count(database)["queued"] + _count(database)["sending"]):
            break
        say(f"{waits} wait")
    over.set()
    took = time.monotonic() - began
    by_sender = [told.get(timeout=60) for _ in senders]
    for one in senders:
        one.join()
    return took, by_sender, slowest


def _count(database: Database) -> Counter[str]:
    with database.engine.connect() as connection:
        rows = connection.exec_driver_sql("SELECT coalesce(reason, state), count(*) FROM deliveries GROUP BY 1")
        return Counter(dict(rows.tuples().all()))


def inversions(given: Sequence[Handed], places: dict[str, int]) -> int:
    """How often one that goes earlier was handed over after one that goes later."""
    order = [places[one] for one, _ in given]
    return sum(after < before for before, after in pairwise(order))


def _table(database: Database, burst: Burst, took_s: float, by_sender: list[list[Handed]], look_s: float) -> Any:
    with database.reading() as session:
        rows = session.query(Delivery.id, Delivery.turn, Delivery.expires_at, Delivery.created_at, Delivery.sent_at)
        ordered = sorted(rows, key=lambda row: (row.turn, row.expires_at, row.id))
    places = {row.id: number for number, row in enumerate(ordered)}
    counts, wrong = _count(database), sum(inversions(given, places) for given in by_sender)
    handed = dict(one for given in by_sender for one in given)
    twice = sum(map(len, by_sender)) - len(handed)
    late = sum(handed.get(row.id, 0.0) > row.expires_at.timestamp() for row in ordered)
    wide = max(handed.values()) - ordered[0].created_at.timestamp()
    rate, most = len(handed) / wide, burst.per_s * (1 + 1 / wide)
    shown = table(
        f"{burst.offers:,} offers at once, {burst.per_s} a second, {SENDERS} senders, PostgreSQL", ("", "", "goal")
    )
    shown.add_row("sent", f"{counts['sent']:,}", "")
    shown.add_row("too_late", f"{counts['too_late']:,}", "")
    shown.add_row("still under way", f"{counts['queued'] + counts['sending']:,}", goal(counts["queued"], most=0))
    shown.add_row("handed over twice", f"{twice:,}", goal(twice, most=0))
    shown.add_row("inversions of order, within a process", f"{wrong:,}", goal(wrong, most=0))
    shown.add_row("handed over after the end of its life", f"{late:,}", goal(late, most=0))
    shown.add_row("a second", short(rate), goal(rate, most=most))
    for priority in PRIORITIES:
        those = [row for row in ordered if row.turn == 1001 - priority]
        shown.add_row(
            f"sent of priority {priority}", f"{sum(row.sent_at is not None for row in those) / len(those):.0%}", ""
        )
    shown.add_row("the longest look of beat, s", short(look_s), "")
    shown.add_row("all of it, s", short(took_s), "")
    return shown
