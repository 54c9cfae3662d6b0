"""An audience reckoned from some of many customers: near the truth, the same each time, exact where they are few."""

from datetime import datetime

import pytest
from sqlalchemy import text

from offers.records.database import Database
from offers.records.queries import estimating
from offers.rules.audience import read_audience
from offers.rules.sampled import fewer_than, said_of_all
from tests.conftest import NOON

MANY = 4_000
SNEAKERS = {"fact": "tags", "has": "sneakers"}
BUYERS = {"fact": "purchases.count", "at_least": 1}


def fill(database: Database, many: int) -> None:
    """Every fourth likes sneakers, every second of those agreed to everything; nobody has a device."""
    with database.transaction() as session:
        rows = [
            {
                "id": f"c-{number:05}",
                "tags": '["sneakers"]' if number % 4 == 0 else "[]",
                "agreed": number % 8 == 0,
                "at": NOON.isoformat(),
            }
            for number in range(many)
        ]
        as_json = "CAST(:tags AS jsonb), CAST('{}' AS jsonb), CAST('{}' AS jsonb)"
        if session.get_bind().dialect.name == "sqlite":
            as_json = ":tags, '{}', '{}'"
        session.execute(
            text(
                "INSERT INTO customers (id, anonymous, tags, sizes, attributes, location, offers, orders, created_at, updated_at)"
                f" VALUES (:id, false, {as_json}, :agreed, :agreed, false, CAST(:at AS TIMESTAMP), CAST(:at AS TIMESTAMP))"
            ),
            rows,
        )


def drawn(
    database: Database, tree: object, most: int, now: datetime = NOON, with_push: bool = False
) -> estimating.Drawn:
    with database.reading() as session:
        audience = read_audience(tree)
        return estimating.estimate(
            session, audience, now, ("location", "offers"), with_push=with_push, most_named=5, most=most
        )


def test_few_are_counted_and_many_are_drawn(either_database: Database) -> None:
    fill(either_database, MANY)
    whole = drawn(either_database, SNEAKERS, MANY)
    assert (whole.total, whole.looked_at, whole.size, whole.reached) == (MANY, MANY, 1000, 500)
    assert [one.id for one in whole.some] == ["c-00000", "c-00004", "c-00008", "c-00012", "c-00016"]
    assert drawn(either_database, SNEAKERS, MANY, with_push=True).reached == 0
    part = drawn(either_database, SNEAKERS, 999)
    assert part.total == MANY
    assert 400 < part.looked_at < 2000
    assert 700 < said_of_all(part.size, part.looked_at, part.total) < 1300
    assert 300 < said_of_all(part.reached, part.looked_at, part.total) < 700
    assert len(part.some) == 5
    assert drawn(either_database, SNEAKERS, 999) == part, "asked again, the same is said"


def test_what_has_to_be_summed_up_is_summed_of_those_alone(either_database: Database) -> None:
    fill(either_database, MANY)
    assert drawn(either_database, BUYERS, 999).size == 0
    assert drawn(either_database, {"not": BUYERS}, 999).size == drawn(either_database, None, 999).looked_at


@pytest.mark.parametrize(
    ("found", "looked_at", "total", "said"),
    [(7, 50, 50, 7), (1234, 10_000, 1_000_000, 120_000), (0, 10_000, 1_000_000, 0), (3, 0, 9, 0), (15, 100, 120, 18)],
)
def test_what_is_said_of_all(found: int, looked_at: int, total: int, said: int) -> None:
    assert said_of_all(found, looked_at, total) == said


def test_of_too_few_a_bound_is_said() -> None:
    assert fewer_than(10_000, 1_000_000) == 2000
    assert fewer_than(50, 50) is None
