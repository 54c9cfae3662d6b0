"""A chain of stores whose customers come in once a day: what `benchmarks/decisions.py` decides about."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Any

from sqlalchemy import insert, select, update

from offers.arrivals import Crossing
from offers.campaigns import put_campaign, step_campaign
from offers.desk_settings import change_limits
from offers.places import put_place
from offers.records.database import Database
from offers.records.tables import Campaign, Customer, Device, Geofence, Stay, Visit
from offers.rules.campaign import CampaignBody
from offers.rules.place import PlaceBody

PLACES = 100
REGIONS = 50
"""Each place lies in one of them, so each moment has one campaign of fifty that are spread over them."""
BATCH = 200
"""Crossings a transaction, as a worker takes them at most."""
FIRST_DAY = datetime(2026, 6, 10, 12, 0, tzinfo=UTC)

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Live:
    """Which campaigns are live: so many, each for a region of its own or all of them everywhere."""

    name: str
    campaigns: int
    spread: bool = False

    def ids(self) -> list[str]:
        return [f"{self.name}-{number:02}" for number in range(self.campaigns)]

    def bodies(self) -> Iterator[tuple[str, CampaignBody]]:
        for number, campaign in enumerate(self.ids()):
            trigger: dict[str, Any] = {"on": "enter", "tags": [f"region-{number}"] if self.spread else []}
            yield (
                campaign,
                CampaignBody.model_validate(
                    {
                        "name": campaign,
                        "trigger": trigger,
                        "audience": {"all": [{"fact": "language", "is": "nl"}, {"fact": "tags", "has": "sneakers"}]},
                        "cooldown": "PT20H",
                        "priority": number,
                        "messages": {"nl": {"title": "Hoi", "body": "Je bent bij {{ place.name }}."}},
                    }
                ),
            )


ONE = Live("one", 1)
SPREAD = Live("spread", 50, spread=True)
EVERYWHERE = Live("everywhere", 50)
SCENES = (ONE, SPREAD, EVERYWHERE)


class Chain:
    """Stores, customers with a phone each, campaigns of every scene; a clock that goes on a day at a time."""

    def __init__(self, database: Database, customers: int) -> None:
        self.database = database
        self.now = FIRST_DAY
        with database.transaction() as session:
            change_limits(session, {"quiet_hours": None})
            for number in range(PLACES):
                put_place(session, f"store-{number:03}", _store(number), now=self.now)
            for scene in SCENES:
                for campaign, body in scene.bodies():
                    put_campaign(session, campaign, body, now=self.now)
                    step_campaign(session, campaign, "launch", now=self.now)
        with database.transaction() as session:
            fences = session.scalars(select(Geofence.id).order_by(Geofence.place_id)).all()
            people = [_customer(number, self.now) for number in range(customers)]
            session.execute(insert(Customer), people)
            session.execute(insert(Device), [_device(number, self.now) for number in range(customers)])
        self._fence_of = {f"dev_{number:06}": fences[number % PLACES] for number in range(customers)}

    def next_day(self, scene: Live) -> None:
        """Everybody has gone home, and this scene's campaigns are the live ones."""
        left_at = self.now + timedelta(hours=1)
        self.now += timedelta(days=1)
        with self.database.transaction() as session:
            for table in (Stay, Visit):
                session.execute(update(table).where(table.left_at.is_(None)).values(left_at=left_at))
            for status, these in (("draft", Campaign.id.not_in(scene.ids())), ("live", Campaign.id.in_(scene.ids()))):
                session.execute(update(Campaign).where(these).values(status=status))

    def batches(self, kind: str, customers: int) -> list[Sequence[Crossing]]:
        """So many customers come in, or go, in batches."""
        devices = islice(self._fence_of.items(), customers)
        at = self.now.timestamp()
        crossings = [Crossing(one, kind, fence, at, "server", None, 50) for one, fence in devices]
        return [crossings[start : start + BATCH] for start in range(0, customers, BATCH)]


def _store(number: int) -> PlaceBody:
    lat, lon = 51.0 + number / 1000, 4.5
    fence = {"role": "premises", "lat": lat, "lon": lon, "radius_m": 100}
    body: Mapping[str, Any] = {
        "name": f"Store {number}",
        "kind": "store",
        "lat": lat,
        "lon": lon,
        "time_zone": "Europe/Amsterdam",
        "tags": [f"region-{number % REGIONS}", "city" if number % 3 else "mall"],
        "geofences": [fence],
    }
    return PlaceBody.model_validate(body)


def _customer(number: int, now: datetime) -> Row:
    """Four in five are in the audience."""
    return {
        "id": f"customer-{number:06}",
        "anonymous": False,
        "name": f"Customer {number}",
        "language": "de" if number % 5 == 4 else "nl",
        "time_zone": "Europe/Amsterdam",
        "sizes": {"shoes": "39"},
        "attributes": {"member": True, "since": 2020},
        "tags": ["sneakers", "newsletter"],
        "location": True,
        "offers": True,
        "orders": False,
        "created_at": now,
        "updated_at": now,
    }


def _device(number: int, now: datetime) -> Row:
    return {
        "id": f"dev_{number:06}",
        "customer_id": f"customer-{number:06}",
        "platform": "android",
        "push_token": f"token-{number:06}",
        "push_kind": "token",
        "push_seen_at": now,
        "positions_only": False,
        "created_at": now,
        "updated_at": now,
    }
