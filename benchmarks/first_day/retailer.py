"""An invented retailer as files and bodies: stores, products, customers, a year of purchases, five campaigns. The same from the same seed."""

import json
import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

NAMES = ("Sanne", "Daan", "Emma", "Sem", "Julia", "Lucas", "Mila", "Levi", "Friederike", "Jonas", "Amelie", "Oliver")
CATEGORIES = ("sneakers", "boots", "jackets", "shirts", "bags")
TAGS = ("sneakers", "members", "outlet", "early")
BOX = (50.75, 53.55, 3.36, 7.22)
"""The Netherlands: south, north, west, east, in degrees."""
APART_DEG = 0.02
"""Stores stand on a lattice at least so far apart, so that nobody stands in two."""

PINGS_A_WALK = 6


@dataclass(frozen=True, slots=True)
class Size:
    stores: int = 1_000
    products: int = 200
    customers: int = 100_000
    purchases: int = 300_000
    walkers: int = 2_000
    asked: int = 500
    """Customers of whom it is asked why."""
    erased: int = 10


@dataclass(frozen=True, slots=True)
class Retailer:
    size: Size
    opened: datetime
    """The morning; purchases lie within the year before it."""
    seed: int = 20261201

    def _dice(self, what: str) -> random.Random:
        return random.Random(f"{self.seed} {what}")

    def stores(self) -> list[tuple[str, float, float]]:
        """(id, latitude, longitude) of each store."""
        south, north, west, east = BOX
        columns = int((east - west) / APART_DEG)
        rows = int((north - south) / APART_DEG)
        spots = self._dice("stores").sample(range(columns * rows), self.size.stores)
        return [
            (f"store-{number:04}", south + spot // columns * APART_DEG, west + spot % columns * APART_DEG)
            for number, spot in enumerate(spots)
        ]

    def places_geojson(self) -> bytes:
        dice = self._dice("places")
        features = []
        for place_id, lat, lon in self.stores():
            circle = {"role": "premises", "lat": lat, "lon": lon, "radius_m": dice.randint(60, 150), "dwell_s": 60}
            properties = {
                "name": f"Stoeprand {place_id}",
                "kind": "store",
                "lat": lat,
                "lon": lon,
                "time_zone": "Europe/Amsterdam",
                "tags": ["outlet"] if dice.random() < 0.1 else [],
                "geofences": [circle],
            }
            point = {"type": "Point", "coordinates": [lon, lat]}
            features.append({"type": "Feature", "id": place_id, "geometry": point, "properties": properties})
        return json.dumps({"type": "FeatureCollection", "features": features}).encode()

    def products(self) -> Iterator[dict[str, Any]]:
        dice = self._dice("products")
        for number in range(self.size.products):
            category = CATEGORIES[number % len(CATEGORIES)]
            title = {"nl": f"Artikel {number}", "de": f"Artikel {number}", "en": f"Item {number}"}
            yield {
                "sku": f"SKU-{number:04}",
                "title": title,
                "price": f"{dice.randint(15, 180)}.95",
                "currency": "EUR",
                "category": category,
                "sizes": ["38", "39", "40"],
            }

    def customers(self) -> Iterator[dict[str, Any]]:
        dice = self._dice("customers")
        for number in range(self.size.customers):
            agrees = number < self.size.walkers or dice.random() < 0.7
            yield {
                "id": customer_id(number),
                "name": f"{dice.choice(NAMES)} {number}",
                "language": dice.choices(("nl", "de", "en"), (8, 1, 1))[0],
                "time_zone": "Europe/Amsterdam",
                "sizes": {"shoes": str(dice.randint(36, 46))},
                "tags": [tag for tag in TAGS if dice.random() < 0.3],
                "consents": {"location": agrees, "offers": agrees, "orders": True},
            }

    def purchases(self) -> Iterator[dict[str, Any]]:
        dice = self._dice("purchases")
        stores = [place_id for place_id, _, _ in self.stores()]
        for number in range(self.size.purchases):
            item = dice.randrange(self.size.products)
            online = dice.random() < 0.3
            price = f"{dice.randint(15, 180)}.95"
            purchase: dict[str, Any] = {
                "purchase_id": f"year-{number:07}",
                "customer": customer_id(dice.randrange(self.size.customers)),
                "channel": "online" if online else "store",
                "at": (self.opened - timedelta(seconds=dice.randrange(365 * 86_400))).isoformat(),
                "total": price,
                "currency": "EUR",
                "items": [
                    {
                        "sku": f"SKU-{item:04}",
                        "category": CATEGORIES[item % len(CATEGORIES)],
                        "size": "39",
                        "quantity": 1,
                        "price": price,
                    }
                ],
            }
            if not online:
                purchase["place"] = dice.choice(stores)
            yield purchase

    def offer(self) -> dict[str, Any]:
        return {
            "name": "Ten percent",
            "kind": "percentage",
            "value": 10,
            "codes": "generated",
            "valid_for": "P14D",
            "budget": self.size.walkers,
        }

    def campaigns(self) -> dict[str, dict[str, Any]]:
        """Five, by id. Each walker meets one of the first three on coming in; the fourth waits for a dwell, the fifth for an exit."""

        def words(text: str) -> dict[str, dict[str, str]]:
            title = "{{ customer.first_name | default: 'Hi' }}, " + text
            return {tag: {"title": title, "body": "{{ place.name }}"} for tag in ("nl", "de", "en")}

        enter = {"on": "enter"}
        coupon = {
            tag: {"title": "Ten percent", "body": "{{ place.name }}: {{ coupon.code }}"} for tag in ("nl", "de", "en")
        }
        return {
            "sneakers": {
                "name": "Sneakers",
                "trigger": enter,
                "audience": {"all": [{"fact": "tags", "has": "sneakers"}]},
                "priority": 90,
                "offer": "ten-percent",
                "messages": coupon,
            },
            "members": {
                "name": "Members",
                "trigger": enter,
                "audience": {"all": [{"fact": "tags", "has": "members"}]},
                "priority": 70,
                "messages": words("a seat for you"),
            },
            "welcome": {"name": "Welcome", "trigger": enter, "priority": 10, "messages": words("welcome")},
            "still-here": {
                "name": "Still here",
                "trigger": {"on": "dwell"},
                "audience": {"all": [{"fact": "language", "is": "de"}]},
                "messages": words("may we help"),
            },
            "outlet": {
                "name": "Outlet",
                "trigger": {"on": "exit", "tags": ["outlet"]},
                "messages": words("see you again"),
            },
        }

    def walk(self, number: int, ends: float) -> list[list[dict[str, Any]]]:
        """One walker's morning, a list a request: two pings on the way to a store, three within for 70 s, one away from it. The last at
        `ends`, epoch seconds.
        """
        dice = self._dice(f"walk {number}")
        _, lat, lon = dice.choice(self.stores())
        inside = [(lat, 100.0), (lat + 0.0001, 60.0), (lat, 30.0)]
        way = [(lat - 0.008, 160.0), (lat - 0.005, 130.0), *inside, (lat + 0.008, 0.0)]
        pings = [
            {
                "lat": spot,
                "lon": lon,
                "accuracy_m": dice.randint(8, 25),
                "at": datetime.fromtimestamp(ends - before, UTC).isoformat(),
            }
            for spot, before in way
        ]
        return [pings[:2], pings[2:3], pings[3:5], pings[5:]]


def customer_id(number: int) -> str:
    return f"c-{number:06}"
