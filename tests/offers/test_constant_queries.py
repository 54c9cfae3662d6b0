"""How often a batch asks the database: the same for one crossing and for two hundred, for one live campaign and for fifty."""

from collections.abc import Sequence

import pytest
from sqlalchemy import func, select

from benchmarks.deciding_chain import EVERYWHERE, ONE, SCENES, SPREAD, Chain, Live
from offers.arrivals import Crossing, record_crossings
from offers.records.database import Database
from offers.records.tables import Decision, Delivery
from tests.offers.stories import Town

BATCHES = (1, 20, 200)
ENTERS = 20
"""Locks, reads and writes of a batch of enters that decide: what docs/architecture.md says."""


def _count(town: Town, chain: Chain, crossings: Sequence[Crossing]) -> int:
    with town.statements() as seen, chain.database.transaction() as session:
        record_crossings(session, crossings, now=chain.now)
    return len(seen) - (1 if chain.database.is_sqlite else 0)  # SQLite's BEGIN


def _all(database: Database) -> dict[tuple[str, int, str], int]:
    town, chain, counts = Town(database), Chain(database, max(BATCHES)), {}
    for scene in SCENES:
        for many in BATCHES:
            chain.next_day(scene)
            for kind in ("enter", "exit"):
                [batch] = chain.batches(kind, many)
                counts[scene.name, many, kind] = _count(town, chain, batch)
            _decided(database, chain, scene, many)
    return counts


def _decided(database: Database, chain: Chain, scene: Live, many: int) -> None:
    """They were decided indeed, and most sent."""
    with database.reading() as session:
        decisions = session.scalar(select(func.count()).select_from(Decision).where(Decision.at == chain.now))
        sent = session.scalar(select(func.count()).select_from(Delivery).where(Delivery.created_at == chain.now))
    assert decisions == many * (50 if scene is EVERYWHERE else 1)
    assert sent == max(1, many * 4 // 5)


@pytest.fixture
def counts(either_database: Database) -> dict[tuple[str, int, str], int]:
    return _all(either_database)


def test_statements_are_a_small_constant(counts: dict[tuple[str, int, str], int]) -> None:
    enters = {count for (_, _, kind), count in counts.items() if kind == "enter"}
    exits = {count for (_, _, kind), count in counts.items() if kind == "exit"}
    assert enters == {ENTERS}, counts
    assert len(exits) == 1, counts
    assert max(exits) <= ENTERS
    assert {scene for scene, _, _ in counts} == {ONE.name, SPREAD.name, EVERYWHERE.name}
