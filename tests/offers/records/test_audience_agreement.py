"""Counting and deciding answer the same: SQL and the predicate, for every customer of random populations, on both databases."""

from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.orm import Session

from offers.records.queries.audiences import count, holds, sample
from offers.records.tables import Customer
from offers.rules.audience import all_needs, read_audience
from tests.offers.records.audience_rows import add_population, by_rules, by_sql, known
from tests.offers.records.audience_worlds import NOW, leaves, populations, trees

_many = settings(max_examples=60, suppress_health_check=list(HealthCheck))


@_many
@given(populations, st.lists(leaves, max_size=20), st.lists(trees, min_size=1, max_size=4))
def test_sql_and_predicate_say_the_same(
    session_in_places: Session, population: list[Any], single: list[Any], deep: list[Any]
) -> None:
    session, raw = session_in_places, [*deep, *single]
    audiences = [read_audience(one) for one in raw]
    with session.begin_nested() as savepoint:
        add_population(session, population)
        found = by_sql(session, audiences)
        everything, enough = known(session), known(session, all_needs(one.needs for one in audiences))
        dialect = session.get_bind().dialect.name
        conditions = [holds(audience, NOW, dialect) for audience in audiences[: len(deep)]]
        chosen = [set(session.scalars(select(Customer.id).where(one))) for one in conditions]
        others = [set(session.scalars(select(Customer.id).where(~one))) for one in conditions]
        savepoint.rollback()
    session.expunge_all()
    decided = by_rules(everything, audiences)
    assert by_rules(enough, audiences) == decided
    for number, one in enumerate(raw):
        differ = {name for name in decided if decided[name][number] is not found[name][number]}
        assert not differ, (one, [population[int(name[1:])] for name in sorted(differ)])
    for number in range(len(deep)):
        assert chosen[number] == {name for name in decided if decided[name][number]}
        assert others[number] == set(decided) - chosen[number]


@settings(_many, max_examples=25)
@given(populations, trees)
def test_a_count_counts_whom_the_predicate_takes(session_in_places: Session, population: list[Any], raw: Any) -> None:
    session, audience = session_in_places, read_audience(raw)
    with session.begin_nested() as savepoint:
        add_population(session, population)
        people = known(session)
        counted = count(session, audience, NOW)
        named = [one.id for one in sample(session, audience, NOW, 3)]
        savepoint.rollback()
    session.expunge_all()
    taken = sorted(name for name, profile in people.items() if audience.miss(profile, NOW) is None)
    push = {name for name in taken if any(device.push for device in people[name].devices)}
    agreed = {name for name in taken if {"location", "offers"} <= people[name].consents}
    assert (counted.size, counted.reachable, counted.consenting) == (len(taken), len(push), len(agreed))
    assert counted.both == len(push & agreed)
    assert named == taken[:3]
