"""Deciding is as the model has it: 500 runs of 50 steps on SQLite, and some on PostgreSQL.

Each test is one seed, so that several runners share the work and what failed once fails again. Each says of itself that it saw
every answer of the list: a machine that never sells out proves nothing about budgets.
"""

import shutil
from collections import Counter
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis.stateful import run_state_machine_as_test
from sqlalchemy import delete, event, update

from offers.places import put_place
from offers.records.database import Database, Table
from offers.records.tables import DeskSettings, Place
from offers.rules.campaign import Variant
from offers.rules.draws import draw_variant, is_held_out, is_held_out_of_all
from offers.rules.eligibility import OUTCOMES
from tests.offers.machine import city
from tests.offers.machine.answering import drawn, variant_of
from tests.offers.machine.machine import Machine
from tests.offers.stories import NOON, Town
from tests.postgres import empty

RUNS, STEPS = 125, 50
AGAIN = 5
"""So many times a fifth of the runs more are played, until what is rare has come about too."""
STANDING = ("places", "geofences", "geofence_version", "settings")
"""Tables whose rows are built once and stand in every run."""
ANSWERS = {f"decision: {one}" for one in OUTCOMES}
ENDS = {
    *(
        f"deliveries: {one}"
        for one in ("queued unavailable", "sent", "unknown no_answer", "unknown sender_died", "expired too_late")
    ),
    *(f"deliveries: failed {one}" for one in ("push_refused", "quiet_hours")),
    *(f"coupons: {one}" for one in ("reserved", "issued", "redeemed", "released", "expired")),
    *(f"till: {one}" for one in ("redeemed", "already_redeemed", "expired", "unknown")),
}
"""What becomes of messages and coupons, and what a till is told."""


def built(database: Database) -> dict[str, dict[str, str]]:
    """The places; their geofences by id."""
    town = Town(database)
    for name in city.PLACES:
        town.write(partial(put_place, place_id=name, body=city.place_body(name), now=NOON))
    return {fence: {"place": name, "role": role} for name in city.PLACES for role, fence in town.fences(name).items()}


def emptied(database: Database) -> None:
    with database.engine.begin() as connection:
        for table in reversed(Table.metadata.sorted_tables):
            if table.name not in STANDING:
                connection.execute(delete(table))
        connection.execute(update(Place).values(paused=False))
        connection.execute(update(DeskSettings).values(chosen={}))


def played(database: Database, number: int, runs: int, steps: int) -> Counter[str]:
    """Play so many runs; how often what was seen."""
    standing = built(database)

    class Played(Machine):
        def __init__(self) -> None:
            emptied(database)
            super().__init__()

    Played.database, Played.fences, Played.seen = database, standing, Counter()
    how = settings(
        max_examples=runs,
        stateful_step_count=steps,
        deadline=None,
        suppress_health_check=list(HealthCheck),
        phases=[one for one in Phase if one is not Phase.explain],  # a run takes longer than its explanation is worth
    )
    run_state_machine_as_test(seed(number)(Played), settings=how)
    return Played.seen


@pytest.fixture
def hasty(migrated: Path, tmp_path: Path) -> Iterator[Database]:
    """A SQLite database that does not wait for the disk: nobody pulls a plug here."""
    shutil.copyfile(migrated, tmp_path / "machine.db")
    database = Database(f"sqlite:///{tmp_path / 'machine.db'}")

    @event.listens_for(database.engine, "connect")
    def _hasten(connection: Any, _entry: object) -> None:
        connection.execute("PRAGMA synchronous=OFF")

    yield database
    database.close()


@pytest.mark.timeout(1800)
@pytest.mark.parametrize("number", [1, 2, 3, 4])
def test_town_is_as_the_model_has_it(hasty: Database, number: int) -> None:
    seen = played(hasty, number, RUNS, STEPS)
    for more in range(1, AGAIN + 1):
        if seen.keys() >= ANSWERS | ENDS:
            break
        seen += played(hasty, number + 100 * more, RUNS // 5, STEPS)
    assert seen.keys() >= ANSWERS, f"never answered: {sorted(ANSWERS - seen.keys())} of {seen}"
    assert seen.keys() >= ENDS, f"never came about: {sorted(ENDS - seen.keys())} of {seen}"


@pytest.mark.timeout(1800)
def test_town_on_postgresql_too(migrated_postgresql: Database) -> None:
    try:
        seen = played(migrated_postgresql, 5, runs=40, steps=30)
    finally:
        empty(migrated_postgresql)
    assert seen["decision: send"] > 40
    assert len(seen.keys() & ANSWERS) > len(ANSWERS) - 4, sorted(ANSWERS - seen.keys())


PAIRS = [(f"c{number % 5}", f"customer-{number}") for number in range(2000)]


@pytest.mark.parametrize("percent", [0, 1, 30, 50, 99, 100])
def test_hold_outs_are_drawn_as_documented(percent: int) -> None:
    """The model's own draws against the rules'; and that they hold out about as many as they say."""
    held_out = [drawn(*pair) % 10_000 < percent * 100 for pair in PAIRS]
    assert held_out == [is_held_out(*pair, percent) for pair in PAIRS]
    assert abs(sum(held_out) / len(PAIRS) - percent / 100) < 0.03
    of_all = [drawn("", "held out", customer) % 10_000 < percent * 100 for _, customer in PAIRS]
    assert of_all == [is_held_out_of_all(customer, percent) for _, customer in PAIRS]
    assert abs(sum(of_all) / len(PAIRS) - percent / 100) < 0.03


@pytest.mark.parametrize("weights", [[1], [1, 1], [0, 3, 1], [7, 1, 0, 2]])
def test_variants_are_drawn_as_documented(weights: list[int]) -> None:
    variants = [(f"v{number}", weight) for number, weight in enumerate(weights)]
    bodies = [Variant(name=name, weight=weight) for name, weight in variants]
    found = [variant_of(*pair, variants) for pair in PAIRS]
    assert found == [draw_variant(*pair, bodies) for pair in PAIRS]
    for name, weight in variants:
        assert abs(found.count(name) / len(PAIRS) - weight / sum(weights)) < 0.03
