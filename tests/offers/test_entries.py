"""Entries per day: by the place's days, with those that have left, and no further than an index leads."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import event

from offers import entries
from offers.entries import entries_of
from offers.records.database import Database
from offers.records.tables import DayCount, Visit
from tests.conftest import NOON
from tests.offers.stories import Town


@pytest.fixture
def town(database: Database) -> Town:
    town = Town(database)
    town.place("dam")
    town.customer("sanne")
    return town


def visits(database: Database, *moments: datetime) -> None:
    with database.transaction() as session:
        for number, at in enumerate(moments):
            session.add(
                Visit(id=f"v-{at.timestamp()}-{number}", customer_id="sanne", place_id="dam", entered_at=at, left_at=at)
            )


def test_those_that_left_stay_counted(database: Database, town: Town) -> None:
    visits(database, NOON, NOON - timedelta(hours=1))
    with database.transaction() as session:
        for back, many in ((2, 7), (40, 3)):
            day = datetime(2026, 11, 23, tzinfo=UTC) - timedelta(days=back)
            empty = dict.fromkeys(("what", "campaign_id", "variant", "language"), "")
            session.add(DayCount(day=day, kind="visit", place_id="dam", many=many, **empty))
    with database.reading() as session:
        found = entries_of(session, "dam", "Europe/Amsterdam", now=NOON)
        other = entries_of(session, "elsewhere", "Europe/Amsterdam", now=NOON)
    assert [one.entries for one in found.days[-3:]] == [7, 0, 2]
    assert (found.total, found.ever, found.busiest.entries) == (9, True, 7)
    assert (other.total, other.ever) == (0, False)


def test_a_crowd_is_counted_so_far_and_no_further(
    database: Database, town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(entries, "MOST", 3)
    visits(database, *(NOON - timedelta(minutes=number) for number in range(5)))
    with database.reading() as session:
        today = entries_of(session, "dam", "Europe/Amsterdam", now=NOON).days[-1]
    assert (today.entries, today.is_more) == (3, True)


def test_each_day_goes_by_an_index(database: Database, town: Town) -> None:
    asked: list[tuple[str, Any]] = []
    event.listen(
        database.engine,
        "before_cursor_execute",
        lambda _c, _cursor, statement, values, *_: asked.append((statement, values)),
    )
    with database.reading() as session:
        entries_of(session, "dam", "Europe/Amsterdam", now=NOON)
    counting = [one for one in asked if "visits" in one[0] or "day_counts" in one[0]]
    assert len(counting) == 3, "however many days, and however many came"
    if database.engine.dialect.name != "sqlite":
        return
    with database.engine.connect() as connection:
        for statement, values in counting:
            plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values).all()
            read = [str(one[-1]) for one in plan if "visits" in str(one[-1]) or "day_counts" in str(one[-1])]
            assert read
            assert all("SEARCH" in one for one in read), read
            assert not [one for one in read if "SCAN" in one]
