"""How long the server takes for each page of the console, in a chain's database: 1,000,000 customers, 1,000 places, 10,000,000 deliveries.

`passerby bench console` fills a PostgreSQL of its own, which takes half an hour, starts a whole service on it, and asks each page as an admin
who is signed in: once with nothing in the server's memory of it, then some times more. The slowest ten are printed.
"""

import statistics
import tempfile
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import httpx
from rich.console import Console

from benchmarks import figures
from benchmarks.console_rows import SMALL, Size, fill
from benchmarks.first_day.main import postgresql
from benchmarks.service import serving
from offers import users
from offers.records import schema
from offers.records.database import Database

MOST_MS = 200.0
SLOWEST = 10
ROUNDS = 5
PASSWORD = "four plain words here"
PAGES: Mapping[str, str] = {
    "home": "/console",
    "places": "/console/places",
    "places, searched": "/console/places?q=store+77",
    "a new place": "/console/places/new",
    "a place": "/console/places/store-77",
    "delete a place": "/console/places/store-77/delete",
    "campaigns": "/console/campaigns",
    "a new campaign": "/console/campaigns/new",
    "a campaign": "/console/campaigns/campaign-3",
    "edit a campaign": "/console/campaigns/campaign-3/edit",
    "edit a campaign, checked": "/console/campaigns/campaign-2/edit?checks=1",
    "preview": "/console/campaigns/campaign-3/preview?customer=customer-5",
    "launch": "/console/campaigns/campaign-2/launch",
    "delete a campaign": "/console/campaigns/campaign-2/delete",
    "offers": "/console/offers",
    "a new offer": "/console/offers/new",
    "an offer": "/console/offers/offer-3",
    "delete an offer": "/console/offers/offer-3/delete",
    "posters": "/console/posters",
    "a new poster": "/console/posters/new",
    "posters from a file": "/console/posters/import",
    "a poster": "/console/posters/poster-3",
    "take a poster down": "/console/posters/poster-3/retire",
    "customers": "/console/customers",
    "customers, searched": "/console/customers?q=customer+7777",
    "customers, the other way": "/console/customers?sort=-id",
    "customers, by three words": "/console/customers?q=customer+store+7777",
    "customers, nobody": "/console/customers?q=zzzz",
    "a customer": "/console/customers/customer-5",
    "why": "/console/why?customer=customer-5&campaign=campaign-3",
    "deliveries": "/console/deliveries",
    "deliveries of a campaign": "/console/deliveries?campaign=campaign-3",
    "deliveries of a place": "/console/deliveries?place=store-77",
    "deliveries that failed": "/console/deliveries?state=failed",
    "decisions": "/console/decisions",
    "decisions of a campaign": "/console/decisions?campaign=campaign-3",
    "decisions of a place": "/console/decisions?place=store-77",
    "decisions in quiet hours": "/console/decisions?outcome=quiet_hours",
    "decisions, who came": "/console/decisions?campaign=campaign-3&outcome=send&after=visited",
    "decisions, who bought": "/console/decisions?outcome=send&after=bought",
    "decisions, what was redeemed": "/console/decisions?campaign=campaign-3&outcome=send&after=redeemed",
    "decisions against": "/console/decisions?campaign=campaign-3&outcome=no",
    "decisions by language": "/console/decisions?place=store-77&language=de",
    "deliveries of orders": "/console/deliveries?kind=order",
    "live": "/console/live",
    "what the live map draws": "/console/live/map",
    "which posters the live map draws": "/console/live/posters",
    "how many are where": "/console/live/counts",
    "what a campaign's map draws": "/console/spots",
    "what is drawn around a place": "/console/spots/outlines?place=store-77&place=store-78",
    "the last hour": "/console/now",
    "first steps": "/console/start",
    "places from a file": "/console/places/import",
    "versions": "/console/campaigns/campaign-3/versions",
    "a test send": "/console/campaigns/campaign-3/test",
    "codes": "/console/offers/offer-3/codes",
    "a budget as it goes": "/console/offers/offer-3/goes",
    "coupons": "/console/offers/offer-3/coupons",
    "coupons, the oldest": "/console/offers/offer-3/coupons?sort=made",
    "coupons of a customer": "/console/offers/offer-3/coupons?customer=customer-5",
    "erase a customer": "/console/customers/customer-5/erase",
    "reports": "/console/reports",
    "reports, the other way": "/console/reports?sort=matched",
    "a report": "/console/reports/campaign-3",
    "settings": "/console/settings",
    "settings, deeds": "/console/settings/deeds",
    "health": "/console/settings/health",
    "keys": "/console/settings/keys",
    "limits": "/console/settings/limits",
    "web shops": "/console/settings/shops",
    "a web shop": "/console/settings/shops/shop-1",
    "a web shop, what failed": "/console/settings/shops/shop-1?state=failed",
    "a silent web shop": "/console/settings/shops/shop-4",
    "a new web shop": "/console/settings/new-shop",
    "settings of a web shop": "/console/settings/shops/shop-1/edit",
    "an event of a web shop": "/console/settings/shops/shop-1/events/event-1",
    "push services": "/console/settings/push",
    "a test to one's device": "/console/settings/push?customer=customer-5",
    "consent texts": "/console/settings/consents",
    "a consent text": "/console/settings/consents/text?version=messages-3",
    "consents without a text": "/console/settings/consents/text",
    "pickup": "/console/pickup",
    "pickup times": "/console/pickup/times",
    "inbox": "/console/inbox",
    "users": "/console/users",
    "users by role": "/console/users?sort=role",
    "password": "/console/password",
}
"""By what they show. A rehearsal is not among them: it is work, and has a goal of its own (`rehearsal`)."""


@dataclass(frozen=True, slots=True)
class Taken:
    name: str
    path: str
    first_ms: float
    ms: float
    """The median of the later rounds."""


def admin_of(database: Database, now: datetime) -> str:
    """The secret of an admin's session."""
    with database.transaction() as session:
        users.create_user(session, "bench@shop.example", "admin", now=now, name="Bench")
        credential = users.credential_of(session, "bench@shop.example")
        assert credential is not None
        users.change_password(session, credential, users.new_password(PASSWORD, PASSWORD, ""), now=now)
    with database.transaction() as session:
        credential = users.credential_of(session, "bench@shop.example")
        assert credential is not None
        secret = users.open_session(session, credential, now=now)
    assert secret is not None
    return secret


def ask(client: httpx.Client, name: str, path: str, rounds: int) -> Taken:
    spans = []
    for _ in range(rounds + 1):
        began = time.perf_counter()
        answer = client.get(path)
        spans.append((time.perf_counter() - began) * 1000)
        if answer.status_code != httpx.codes.OK:
            raise RuntimeError(f"{path} answered {answer.status_code}")
    return Taken(name, path, spans[0], statistics.median(spans[1:]))


def main(*, quick: bool = False) -> None:
    compare(Console(width=150), SMALL if quick else Size(), 1 if quick else ROUNDS)


def compare(console: Console, size: Size, rounds: int) -> list[Taken]:
    with postgresql(console) as url, tempfile.TemporaryDirectory() as folder:
        if url is None:
            return []
        database = Database(url)
        schema.migrate(database)
        now = datetime.now(UTC)
        began = time.perf_counter()
        fill(database, size, now)
        secret = admin_of(database, now)
        database.close()
        figures.say(f"filled in {time.perf_counter() - began:.0f} s")
        with serving(Path(folder), url) as client:
            client.headers.pop("Authorization")
            client.headers["accept-language"] = "en"
            client.cookies.set("passerby", secret)
            taken = [ask(client, name, path, rounds) for name, path in PAGES.items()]
    taken.sort(key=lambda one: -one.ms)
    title = f"The slowest {SLOWEST} of {len(taken)} pages: {size.customers:,} customers, {size.places:,} places, {size.deliveries:,} deliveries"
    shown = figures.table(title, ("page", "address", "first, ms", "ms", "goal"))
    for one in taken[:SLOWEST]:
        shown.add_row(
            one.name, one.path, f"{one.first_ms:.0f}", f"{one.ms:.0f}", figures.goal(one.ms, most=MOST_MS, unit=" ms")
        )
    console.print(shown)
    return taken


if __name__ == "__main__":
    main()
