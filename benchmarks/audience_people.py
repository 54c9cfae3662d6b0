"""A brand's customers for the benchmark of audiences, made inside PostgreSQL: two years of them, a year of purchases, half a year of visits.

Seeded: the same sizes give the same rows on the same server.
"""

from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import DBAPIError

from benchmarks.figures import say

STORES = 200
CATEGORIES = ("sneakers", "boots", "shirts", "jackets", "trousers", "socks", "bags", "hats", "belts", "sandals")
TAGS = ("vip", "member", "newsletter", "staff", "student", "runner", "parent", "hiker", "b2b", "outlet")
NOW = "timestamptz '2026-11-26 12:00:00+00'"

_PICK = "(ARRAY[{}])[1 + floor(random() * {})::int]"


def _any_of(names: tuple[str, ...]) -> str:
    return _PICK.format(", ".join(f"'{one}'" for one in names), len(names))


STEPS = (
    (
        "places",
        f"""INSERT INTO places (id, name, kind, lat, lon, time_zone, tags, pickup, paused, created_at, updated_at)
        SELECT 'store-' || n, 'Store ' || n, 'store', 52, 5, 'Europe/Amsterdam', '[]', false, false, {NOW}, {NOW}
        FROM generate_series(1, {STORES}) n""",
    ),
    (
        "geofences",
        """INSERT INTO geofences (id, place_id, role, shape, since, changed)
        SELECT id || '/' || role, id, role, '{}', 1, 1 FROM places, (VALUES ('premises'), ('approach')) r(role)""",
    ),
    (
        "customers",
        f"""INSERT INTO customers (id, anonymous, name, language, time_zone, sizes, attributes, tags,
                                   location, offers, orders, created_at, updated_at)
        SELECT 'customer-' || n, false, 'Customer ' || n,
               CASE WHEN random() < 0.6 THEN 'nl' WHEN random() < 0.5 THEN 'en' WHEN random() < 0.6 THEN 'de' ELSE 'de-AT' END,
               'Europe/Amsterdam', jsonb_build_object('shoes', (36 + floor(random() * 11))::int::text),
               jsonb_build_object('points', floor(random() * 1000)::int, 'member', random() < 0.4),
               (SELECT coalesce(jsonb_agg(tag), '[]') FROM unnest(ARRAY[{", ".join(f"'{one}'" for one in TAGS)}]) tag
                WHERE random() < 0.15 AND n > 0),
               random() < 0.7, random() < 0.6, true, {NOW} - random() * interval '730 days', {NOW}
        FROM generate_series(1, :customers) n""",
    ),
    (
        "devices",
        f"""INSERT INTO devices (id, customer_id, platform, push_token, push_seen_at, positions_only, revoked_at, created_at, updated_at)
        SELECT 'device-' || n, 'customer-' || n, {_any_of(("ios", "android", "android", "web"))},
               CASE WHEN random() < 0.8 THEN 'token-' || n END, {NOW}, false, CASE WHEN random() < 0.1 THEN {NOW} END, {NOW}, {NOW}
        FROM generate_series(1, :customers) n WHERE random() < 0.9""",
    ),
    (
        "purchases",
        f"""INSERT INTO purchases (id, customer_id, place_id, channel, at, total_thousandths, currency, digest, created_at)
        SELECT 'purchase-' || n, 'customer-' || (1 + floor(random() * :customers))::int,
               'store-' || (1 + floor(random() * {STORES}))::int, {_any_of(("store", "online"))},
               {NOW} - random() * interval '365 days', 1000 * (10 + floor(random() * 190))::bigint, 'EUR', md5(n::text), {NOW}
        FROM generate_series(1, :customers * 3 / 2) n""",
    ),
    (
        "purchase_items",
        f"""INSERT INTO purchase_items (purchase_id, position, sku, category, size, quantity)
        SELECT 'purchase-' || n, line, 'SKU-' || floor(random() * 5000)::int, {_any_of(CATEGORIES)},
               (36 + floor(random() * 11))::int::text, 1
        FROM generate_series(1, :customers * 3 / 2) n, generate_series(0, 1) line""",
    ),
    (
        "visits",
        f"""INSERT INTO visits (id, customer_id, place_id, entered_at, left_at)
        SELECT 'visit-' || n, 'customer-' || (1 + floor(random() * :customers))::int,
               'store-' || (1 + floor(random() * {STORES}))::int, at, at + interval '10 minutes'
        FROM (SELECT n, {NOW} - random() * interval '180 days' AS at FROM generate_series(1, :customers) n OFFSET 0) v""",
    ),
    (
        "stays",
        f"""INSERT INTO stays (id, device_id, customer_id, geofence_id, moment, entered_at)
        SELECT 'stay-' || n, d.id, d.customer_id, 'store-' || (1 + n % {STORES}) || '/premises', 'm', {NOW} - interval '5 minutes'
        FROM generate_series(1, :customers / 100) n JOIN devices d ON d.id = 'device-' || (n * 90)""",
    ),
)


def fill(engine: Engine, customers: int) -> None:
    """Into an empty, migrated database: 1.5 purchases, 3 items and one visit a customer, then vacuumed as a server does by itself."""
    with engine.begin() as connection:
        _do_not_look_up_keys(connection)
        connection.exec_driver_sql("SET LOCAL statement_timeout = 0")
        connection.exec_driver_sql("SELECT setseed(0.2026)")
        for name, statement in STEPS:
            rows = connection.execute(text(statement), {"customers": customers} if ":customers" in statement else {})
            say(f"{rows.rowcount:,} {name}")
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql("SET statement_timeout = 0")
        connection.exec_driver_sql("VACUUM ANALYZE")


def _do_not_look_up_keys(connection: Connection) -> None:
    """Foreign keys of rows that are made to fit need no check; that is for superusers, and others just wait longer."""
    with connection.begin_nested() as savepoint:
        try:
            connection.exec_driver_sql("SET LOCAL session_replication_role = replica")
        except DBAPIError:  # whoever may not, does without
            savepoint.rollback()
