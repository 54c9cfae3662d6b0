"""Asking about many at once, by one value."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import func, literal, select

from offers.records.database import Database
from offers.records.queries.among import among

IDS = st.text(alphabet="abAZ09._:@-,'\"\\{} é", min_size=1, max_size=8)


def _is(database: Database, one: str, these: list[str | None]) -> bool:
    with database.reading() as session:
        return bool(session.scalar(select(func.count()).where(among(literal(one), these))))


def test_it_is_one_of_these_or_it_is_not(either_database: Database) -> None:
    @given(IDS, st.lists(IDS | st.none(), max_size=5))
    def holds(one: str, these: list[str | None]) -> None:
        assert _is(either_database, one, these) is (one in these)
        assert _is(either_database, one, [*these, one])

    holds()


def test_none_is_none_of_nothing(either_database: Database) -> None:
    assert not _is(either_database, "a", [])
    assert not _is(either_database, "None", [None])


def test_a_text_that_would_be_two_is_refused(either_database: Database) -> None:
    if either_database.is_sqlite:
        assert not _is(either_database, "a", ["a\x1fb"])
    else:
        with pytest.raises(Exception, match="no id can be"):
            _is(either_database, "a", ["a\x1fb"])
