"""What is compared decides the same: a road that does not is found out before anything is timed."""

from collections.abc import Sequence
from datetime import datetime

import pytest
from sqlalchemy.orm import Session

from benchmarks.deciding_chain import Chain
from benchmarks.deciding_naive import record_one_by_one
from benchmarks.decisions import must_agree
from offers.arrivals import Crossing, record_crossings
from offers.records.database import Database


def _ours(session: Session, crossings: Sequence[Crossing], now: datetime) -> None:
    record_crossings(session, crossings, now=now)


def _one_less(session: Session, crossings: Sequence[Crossing], now: datetime) -> None:
    record_one_by_one(session, crossings[1:], now=now)


def test_both_roads_decide_the_same(either_database: Database) -> None:
    must_agree(Chain(either_database, 20))


def test_a_road_that_forgets_somebody_is_found_out(database: Database) -> None:
    with pytest.raises(AssertionError, match="other decisions"):
        must_agree(Chain(database, 20), (_ours, _one_less))
