"""Counting and deciding answer the same: SQL and the predicate, for every customer of random populations, on both databases."""

from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.orm import Session

from offers.records.database import WRITES, Database
from offers.records.queries.audiences import count, holds, sample
from offers.records.queries.profiles import profiles
from offers.records.tables import Customer
from offers.rules.audience import all_needs, read_audience
from offers.rules.audience.needs import Needs
from tests.offers.records.audience_worlds import NOW, add_places, add_population, populations, trees

EVERYTHING = Needs(purchases="ever", items=True, visits="ever", devices=True, stays=True)
_many = settings(
    max_examples=150,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large],
)


@pytest.fixture
def session(either_database: Database) -> Iterator[Session]:
    """With the places in it; whatever an example adds is rolled back to here."""
    with Session(either_database.engine, expire_on_commit=False) as session:
        session.connection(execution_options={WRITES: True})
        add_places(session)
        yield session


@_many
@given(populations, st.lists(trees, min_size=1, max_size=6))
def test_sql_and_predicate_say_the_same(
    session: Session, population: list[dict[str, Any]], raw: list[dict[str, Any]]
) -> None:
    audiences = [read_audience(one) for one in raw]
    dialect = session.get_bind().dialect.name
    with session.begin_nested() as savepoint:
        add_population(session, population)
        conditions = [holds(audience, NOW, dialect) for audience in audiences]
        by_sql = {row[0]: row[1:] for row in session.execute(select(Customer.id, *conditions))}
        people = {one.id: one for one in session.scalars(select(Customer))}
        enough = profiles(session, people, all_needs(one.needs for one in audiences), NOW)
        for audience, condition in zip(audiences, conditions, strict=True):
            chosen = set(session.scalars(select(Customer.id).where(condition)))
            others = set(session.scalars(select(Customer.id).where(~condition)))
            assert chosen.isdisjoint(others)
            assert chosen | others == set(people)
            assert chosen == {one for one in people if audience.miss(enough[one], NOW) is None}
        everything = profiles(session, people, EVERYTHING, NOW)
        savepoint.rollback()
    session.expunge_all()
    for number, audience in enumerate(audiences):
        for customer in people:
            decided = audience.miss(everything[customer], NOW) is None
            assert by_sql[customer][number] in (True, False)
            assert bool(by_sql[customer][number]) is decided, (raw[number], population[int(customer[1:])])


@settings(_many, max_examples=25)
@given(populations, trees)
def test_a_count_counts_whom_the_predicate_takes(
    session: Session, population: list[dict[str, Any]], raw: dict[str, Any]
) -> None:
    audience = read_audience(raw)
    with session.begin_nested() as savepoint:
        add_population(session, population)
        people = {one.id: one for one in session.scalars(select(Customer))}
        known = profiles(session, people, EVERYTHING, NOW)
        counted = count(session, audience, NOW)
        named = [one.id for one in sample(session, audience, NOW, 3)]
        savepoint.rollback()
    session.expunge_all()
    taken = sorted(one for one in people if audience.miss(known[one], NOW) is None)
    push = {one for one in taken if any(device.push for device in known[one].devices)}
    agreed = {one for one in taken if {"location", "offers"} <= known[one].consents}
    assert (counted.size, counted.reachable, counted.consenting) == (len(taken), len(push), len(agreed))
    assert counted.both == len(push & agreed)
    assert named == taken[:3]
