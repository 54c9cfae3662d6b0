"""A month of recorded transitions rehearsed on SQLite and on PostgreSQL: 100,000 moments of 20,000 customers at 200 stores, with a
campaign that really sent to a fifth of them.

`passerby bench rehearsal` runs it. Rows are written as arrivals would have, without going through them.
"""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

from rich.console import Console

from benchmarks.figures import FULL, QUICK, Effort, Work, alternate, goal_of, say, short, table
from benchmarks.first_day.main import postgresql
from offers.campaigns import put_campaign, step_campaign
from offers.places import put_place
from offers.records import schema
from offers.records.database import Database
from offers.records.queries.writing import insert_rows
from offers.records.tables import Customer, Decision, Device, Transition
from offers.rehearsal import rehearse
from offers.rules.campaign import CampaignBody
from offers.rules.place import PlaceBody

NOW = datetime(2026, 11, 26, 12, tzinfo=UTC)
LEAST = 10_000
"""Moments a second."""
AT_ONCE = 10_000


@dataclass(frozen=True, slots=True)
class Size:
    moments: int = 100_000
    customers: int = 20_000
    places: int = 200


SMALL = Size(1_000, 200, 5)
CIRCLE = {"role": "premises", "lat": 52.37, "lon": 4.89, "radius_m": 100}
SAYS = {"messages": {"en": {"title": "For you", "body": "You are near."}}}
RIVAL = SAYS | {"name": "Rival", "trigger": {"on": "enter"}, "priority": 60}
DRAFT = SAYS | {
    "name": "Draft",
    "trigger": {"on": "enter"},
    "audience": {"any": [{"fact": "tags", "has": "sneakers"}, {"fact": "language", "is": "de"}]},
    "cooldown": "P1D",
    "schedule": {"only_when_open": True},
    "hold_out_percent": 10,
}


def build(database: Database, size: Size) -> None:
    begins = NOW - timedelta(days=29)
    fences = []
    with database.transaction() as session:
        for number in range(size.places):
            body = {"name": f"Store {number}", "kind": "store", "lat": 52.37, "lon": 4.89, "geofences": [CIRCLE]}
            body |= {"time_zone": "Europe/Amsterdam", "opening_hours": "Mo-Sa 08:00-20:00; Su 11:00-18:00"}
            item, _, _ = put_place(session, f"store-{number}", PlaceBody.model_validate(body), now=begins)
            fences.append(item["geofences"][0]["id"])
        for name, body in (("rival", RIVAL), ("draft", DRAFT)):
            put_campaign(session, name, CampaignBody.model_validate(body), now=begins)
        step_campaign(session, "rival", "launch", now=begins)
    made = {"created_at": begins, "updated_at": begins}
    customers = [_customer(number) | made for number in range(size.customers)]
    devices = [_device(number) | made | {"push_seen_at": begins} for number in range(size.customers)]
    apart = timedelta(days=28) / size.moments
    transitions = [_transition(number, begins + number * apart, size, fences) for number in range(size.moments)]
    sent = [_decision(one) for one in transitions[::5]]
    for kind, rows in ((Customer, customers), (Device, devices), (Transition, transitions), (Decision, sent)):
        for start in range(0, len(rows), AT_ONCE):
            with database.transaction() as session:
                insert_rows(session, kind, rows[start : start + AT_ONCE])


def _customer(number: int) -> dict[str, Any]:
    return {
        "id": f"customer-{number}",
        "anonymous": False,
        "language": ("nl", "en", "de")[number % 3],
        "time_zone": "Europe/Amsterdam",
        "sizes": {"shoes": str(36 + number % 10)},
        "attributes": {"member": number % 2 == 0},
        "tags": ["sneakers"] if number % 4 else [],
        "location": True,
        "offers": number % 10 != 0,
        "orders": False,
    }


def _device(number: int) -> dict[str, Any]:
    named = {"id": f"device-{number}", "customer_id": f"customer-{number}", "platform": "android"}
    return named | {"push_token": f"token-{number}", "positions_only": False}


def _transition(number: int, at: datetime, size: Size, fences: list[str]) -> dict[str, Any]:
    who, where = number * 7919 % size.customers, number * 31 % size.places
    return {
        "id": f"trn-{number:08}",
        "device_id": f"device-{who}",
        "customer_id": f"customer-{who}",
        "place_id": f"store-{where}",
        "geofence_id": fences[where],
        "role": "premises",
        "kind": "enter",
        "at": at,
        "source": "server",
        "reason": None,
        "moment": f"enter:vis-{number}",
    }


def _decision(of: dict[str, Any]) -> dict[str, Any]:
    return {
        "id": of["id"].replace("trn", "dec"),
        "customer_id": of["customer_id"],
        "campaign_id": "rival",
        "campaign_version": 1,
        "trigger": "enter",
        "moment": of["moment"],
        "place_id": of["place_id"],
        "at": of["at"],
        "outcome": "send",
        "facts": {},
        "spends_cap": True,
    }


@contextmanager
def databases(console: Console, folder: Path) -> Iterator[dict[str, Database]]:
    with postgresql(console) as url:
        found = {"SQLite": Database(f"sqlite:///{folder / 'bench.db'}")}
        if url is not None:
            found["PostgreSQL"] = Database(url)
        try:
            yield found
        finally:
            for database in found.values():
                database.close()


def measure(found: dict[str, Database], size: Size, effort: Effort, console: Console) -> None:
    def once(database: Database) -> dict[str, Any]:
        with database.reading() as session:
            return rehearse(session, "draft", 30, now=NOW)

    said = table(
        f"{short(size.moments)} moments rehearsed",
        ("database", "seconds", "moments a second", "slowest to fastest", "goal"),
    )
    for name, database in found.items():
        say(f"building {name}")
        schema.migrate(database)
        build(database, size)
    told = {name: once(database) for name, database in found.items()}
    outcomes = {name: answer["outcomes"] for name, answer in told.items()}
    if any(one != outcomes["SQLite"] for one in outcomes.values()) or told["SQLite"]["moments"] != size.moments:
        raise AssertionError(f"they do not come to the same: {outcomes}")
    works = {name: Work(partial(once, database), size.moments) for name, database in found.items()}
    for name, spent in alternate(works, effort.rounds).items():
        met = goal_of(spent.rate, 1e6 / spent.cpu_us, least=LEAST, unit=" a second")
        said.add_row(name, f"{size.moments / spent.rate:.1f}", *spent.rates(), met)
    console.print(said)
    console.print(", ".join(f"{name} {many:,}" for name, many in outcomes["SQLite"].items() if many))


def main(*, quick: bool = False) -> None:
    console = Console()
    with tempfile.TemporaryDirectory() as folder, databases(console, Path(folder)) as found:
        measure(found, SMALL if quick else Size(), QUICK if quick else FULL, console)


if __name__ == "__main__":
    main()
