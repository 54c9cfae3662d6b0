"""A national chain's database for the benchmark of the console's pages, made inside PostgreSQL: the customers of audience_people, and beside them
places, posters, and a month of transitions, scans, decisions, deliveries and coupons.

The big tables are filled without their indexes and constraints, which are made anew behind the rows: that takes a third of the time.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, Engine, text

from benchmarks import audience_people
from benchmarks.figures import say
from offers.campaigns import put_campaign, step_campaign
from offers.desk_offers import put_offer
from offers.places import put_places
from offers.records.database import Database
from offers.rules.campaign import CampaignBody
from offers.rules.offer import OfferBody
from offers.rules.place import PlaceBody
from workers.counting import count_funnels

BARE = ("decisions", "deliveries", "transitions", "scans", "coupons", "shop_events")
"""Filled without indexes."""
CAMPAIGNS, OFFERS, POSTERS, SHOPS = 40, 10, 200, 4
DAYS = 29
"""How far back all this goes: what is older is not kept."""
SENT = "CASE WHEN random() < 0.97 THEN 'sent' WHEN random() < 0.6 THEN 'failed' WHEN random() < 0.6 THEN 'expired' ELSE 'unknown' END"


@dataclass(frozen=True, slots=True)
class Size:
    customers: int = 1_000_000
    places: int = 1_000
    deliveries: int = 10_000_000


SMALL = Size(customers=2_000, places=220, deliveries=4_000)


def _a_customer(size: Size) -> str:
    return f"'customer-' || (1 + floor(random() * {size.customers}))::int"


def _at(rows: int) -> str:
    """When the n-th of so many rows was written."""
    return f"now() - interval '1 minute' - ({rows} - n) / {rows}.0 * interval '{DAYS} days'"


def _steps(size: Size) -> Iterator[tuple[str, str]]:
    """(table, statement); the rows of every big table follow each other through the last month, as they are written, to a minute ago."""
    place = f"'store-' || (1 + floor(random() * {size.places}))::int"
    yield (
        "posters",
        f"""INSERT INTO posters (id, code, lat, lon, place_id, inside, scanned, campaign_id, created_at, updated_at)
        SELECT 'poster-' || n, 'K7M9' || lpad(n::text, 6, '0'), 52.3 + n * 0.001, 4.9, 'store-' || (1 + n % {size.places}), false, 0,
               'campaign-1', now() - interval '{DAYS} days', now() - interval '{DAYS} days' FROM generate_series(1, {POSTERS}) n""",
    )
    yield (
        "scans",
        f"""INSERT INTO scans (id, poster_id, campaign_id, customer_id, at, source, kind, device_class, repeat, in_store)
        SELECT 'scan-' || n, 'poster-' || (1 + n % {POSTERS}), 'campaign-1', {_a_customer(size)}, {_at(size.deliveries // 10)},
               'web', CASE WHEN random() < 0.8 THEN 'human' ELSE 'preview' END, 'phone', false, false
        FROM generate_series(1, {size.deliveries // 10}) n""",
    )
    yield (
        "transitions",
        f"""INSERT INTO transitions (id, device_id, customer_id, place_id, geofence_id, role, kind, at, source, moment)
        SELECT 'transition-' || n, d.id, d.customer_id, p.id, p.id || '/premises', 'premises', p.kind, {_at(size.deliveries // 4)}, 'server', 'm-' || n
        FROM generate_series(1, {size.deliveries // 4}) n
        JOIN devices d ON d.id = 'device-' || (1 + n % {size.customers}),
        LATERAL (SELECT 'store-' || (1 + (n::bigint * 7919 / 13) % {size.places}) AS id,
                        (ARRAY['enter', 'dwell', 'exit'])[1 + n % 3] AS kind) p ORDER BY n""",
    )
    yield (
        "decisions",
        f"""INSERT INTO decisions (id, customer_id, campaign_id, campaign_version, trigger, moment, place_id, at, outcome, variant, facts, spends_cap)
        SELECT 'decision-' || n, {_a_customer(size)}, 'campaign-' || (1 + n % {CAMPAIGNS}), 1, 'enter', 'enter:' || n, {place}, {_at(size.deliveries * 6 // 5)},
               CASE WHEN n % 6 > 0 THEN 'send' WHEN random() < 0.3 THEN 'held_out' WHEN random() < 0.5 THEN 'quiet_hours' ELSE 'cooldown' END,
               NULL, '{{"place": {{"name": "Store"}}, "distance_m": 50}}', false
        FROM generate_series(1, {size.deliveries * 6 // 5}) n""",
    )
    yield (
        "deliveries",
        f"""INSERT INTO deliveries (id, decision_id, customer_id, device_id, source_id, campaign_id, kind, moment, context, state, language,
                                    title, body, created_at, not_before, expires_at, attempts, sent_at, received_at, opened_at)
        SELECT 'delivery-' || n, id, customer_id, 'device-' || substr(customer_id, 10), campaign_id, campaign_id, 'offer', moment,
               jsonb_build_object('place', jsonb_build_object('id', place_id, 'name', 'Store')), {SENT}, (ARRAY['nl', 'de', 'en'])[1 + n % 3],
               'Ten percent at Store', 'Until six o''clock on all sneakers.', at, at, at + interval '4 hours', 1, at + interval '2 seconds',
               CASE WHEN n % 2 = 0 THEN at + interval '4 seconds' END, CASE WHEN n % 14 = 0 THEN at + interval '3 minutes' END
        FROM (SELECT d.*, substr(d.id, 10)::int AS n FROM decisions d WHERE outcome = 'send') d""",
    )
    yield (
        "coupons",
        f"""INSERT INTO coupons (id, customer_id, offer_id, campaign_id, decision_id, place_id, state, codes, reserved_at, issued_at, expires_at, redeemed_at)
        SELECT 'coupon-' || n, customer_id, 'offer-' || (1 + n / 10 % {OFFERS}), campaign_id, id, place_id,
               CASE WHEN n % 100 < 10 THEN 'redeemed' WHEN n % 100 < 70 THEN 'issued' ELSE 'expired' END, 'generated',
               at, at, at + interval '40 days', CASE WHEN n % 100 < 10 THEN at + interval '1 hour' END
        FROM (SELECT d.*, substr(d.id, 10)::int AS n FROM decisions d WHERE outcome = 'send' AND substr(d.id, 10)::int % 10 = 0) d""",
    )
    yield (
        "shops",
        f"""INSERT INTO shops (id, kind, name, secret, statuses, places, created_at, updated_at)
        SELECT 'shop-' || n, 'standard', 'Shop ' || n, 'sealed', '{{}}', '{{}}', now(), now() FROM generate_series(1, {SHOPS}) n""",
    )
    # the last of them says nothing; what failed is rare
    yield (
        "shop_events",
        f"""INSERT INTO shop_events (id, shop_id, key, topic, received_at, state, reason, order_id, body, attempts)
        SELECT 'event-' || n, 'shop-' || (1 + n / 3 % {SHOPS - 1}), 'key-' || n, 'orders/updated', {_at(size.deliveries // 10)},
               CASE WHEN n % 3 = 0 THEN 'ignored' WHEN n % 5000 = 1 THEN 'failed' WHEN n % 10 = 2 THEN 'nothing' ELSE 'applied' END,
               CASE WHEN n % 3 = 0 THEN 'no_pickup' WHEN n % 5000 = 1 THEN 'unknown_place Store' END, 'order-' || n,
               CASE WHEN n % 4 = 0 THEN repeat(md5(n::text), 64) END, 0
        FROM generate_series(1, {size.deliveries // 10}) n""",
    )
    yield (
        "consents",
        f"""INSERT INTO consents (id, customer_id, purpose, given, at, source)
        SELECT 'consent-' || n, 'customer-' || n, 'offers', true, {_at(size.customers)}, 'app' FROM generate_series(1, {size.customers}) n""",
    )


def fill(database: Database, size: Size, now: datetime) -> None:
    """Into an empty, migrated database on PostgreSQL, vacuumed at the end as a server does by itself."""
    audience_people.fill(database.engine, size.customers)
    _places(database, size, now)
    _campaigns(database, now)
    with database.engine.begin() as connection:
        connection.exec_driver_sql("SET LOCAL statement_timeout = 0")
        connection.exec_driver_sql("SET LOCAL session_replication_role = replica")
        connection.exec_driver_sql("SET LOCAL maintenance_work_mem = '512MB'")
        connection.exec_driver_sql("SELECT setseed(0.2026)")
        with _bare(connection):
            for name, statement in _steps(size):
                rows = connection.execute(text(statement.replace(":", r"\:")))
                say(f"{rows.rowcount:,} {name}")
    _vacuum(database.engine)
    days = count_funnels(database, lambda: now, DAYS + 1, within_s=3600)
    say(f"{days} days of the funnel")


def _places(database: Database, size: Size, now: datetime) -> None:
    """Some two hundred of them are there with shapes that nobody could read: all are written anew."""
    bodies = {f"store-{number}": _store(number) for number in range(1, size.places + 1)}
    with database.engine.begin() as connection:
        connection.exec_driver_sql("DELETE FROM stays")
        connection.exec_driver_sql("DELETE FROM geofences")
    with database.transaction() as session:
        put_places(session, bodies, now=now)
    say(f"{len(bodies):,} places anew")


def _store(number: int) -> PlaceBody:
    lat, lon = 51.0 + number % 40 * 0.05, 4.0 + number // 40 * 0.08
    return PlaceBody.model_validate(
        {
            "name": f"Store {number}",
            "kind": "store",
            "lat": lat,
            "lon": lon,
            "time_zone": "Europe/Amsterdam",
            "opening_hours": "Mo-Sa 09:00-18:00; Su 12:00-17:00",
            "pickup": True,
            "geofences": [
                {"role": "premises", "lat": lat, "lon": lon, "radius_m": 100},
                {"role": "approach", "lat": lat, "lon": lon, "radius_m": 400},
            ],
        }
    )


def _campaigns(database: Database, now: datetime) -> None:
    words = {"title": "Ten percent at {{ place.name }}", "body": "Until six o'clock on all sneakers."}
    dutch = {
        "all": [{"fact": "language", "is": "nl"}, {"fact": "purchases.category", "within_days": 90, "has": "sneakers"}]
    }
    offer = {"name": "Ten percent", "kind": "percentage", "value": 10, "codes": "generated", "valid_for": "P40D"}
    with database.transaction() as session:
        for number in range(1, OFFERS + 1):
            put_offer(session, f"offer-{number}", OfferBody.model_validate(offer), now=now)
        for number in range(1, CAMPAIGNS + 1):
            trigger = {"on": "scan"} if number == 1 else {"on": "enter"}
            campaign = {"name": f"Campaign {number}", "trigger": trigger, "messages": {"nl": words, "en": words}}
            campaign |= {"audience": dutch, "offer": f"offer-{1 + number % OFFERS}"}
            put_campaign(session, f"campaign-{number}", CampaignBody.model_validate(campaign), now=now)
            if number % 2:
                step_campaign(session, f"campaign-{number}", "launch", now=now)


@contextmanager
def _bare(connection: Connection) -> Iterator[None]:
    """The big tables without their indexes and constraints but the primary keys; both are there again at the end."""
    tables = {"tables": list(BARE)}
    constraints = connection.execute(
        text(
            "SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint "
            "WHERE conrelid::regclass::text = ANY(:tables) AND contype = 'u'".replace("::", r"\:\:")
        ),
        tables,
    ).all()
    for table, name, _ in constraints:
        connection.exec_driver_sql(f"ALTER TABLE {table} DROP CONSTRAINT {name}")
    indexes = connection.execute(
        text(
            "SELECT indexname, indexdef FROM pg_indexes WHERE tablename = ANY(:tables) AND indexname NOT IN "
            "(SELECT conname FROM pg_constraint WHERE contype = 'p')"
        ),
        tables,
    ).all()
    for name, _ in indexes:
        connection.exec_driver_sql(f"DROP INDEX {name}")
    yield
    for _, definition in indexes:
        connection.exec_driver_sql(definition)
    for table, name, definition in constraints:
        connection.exec_driver_sql(f"ALTER TABLE {table} ADD CONSTRAINT {name} {definition}")
    say(f"{len(indexes) + len(constraints)} indexes anew")


def _vacuum(engine: Engine) -> None:
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql("SET statement_timeout = 0")
        connection.exec_driver_sql("VACUUM ANALYZE")
