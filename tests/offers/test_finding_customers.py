"""A customer found by what somebody types: words in any case and order, ids, a whole phone number; on both databases."""

import pytest

from offers import overview
from tests.offers.stories import Town

PEOPLE = (
    ("c-1", "Sanne de Vries"),
    ("c-2", "Tom 100%"),
    ("sanne_x", "Ada"),
    ("kl-4711", "Sanne Bakker"),
    ("kl-4712", "<script>alert(1)</script>"),
    ("kl-4713", "ליאת כהן"),
    ("kl-4714", "B" * 200),
    ("kl-4715", None),
)


@pytest.fixture
def people(town: Town) -> Town:
    for customer, name in PEOPLE:
        town.customer(customer, name=name, phone="+31612345678" if customer == "c-1" else None)
    return town


def found(town: Town, text: str, limit: int = 50) -> list[str]:
    return [one["id"] for one in town.read(lambda session: overview.search_customers(session, text, limit=limit))[0]]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (" SANNE ", {"c-1", "sanne_x", "kl-4711"}),
        ("vries sanne", {"c-1"}),
        ("anne", {"c-1", "sanne_x", "kl-4711"}),
        ("de", {"c-1"}),
        ("an", set()),
        ("ba", {"kl-4711"}),
        ("4711", {"kl-4711"}),
        ("kl-47", {"kl-4711", "kl-4712", "kl-4713", "kl-4714", "kl-4715"}),
        ("100%", {"c-2"}),
        ("nne_x", {"sanne_x"}),
        ("nne%x", set()),
        ("%", set()),
        ("_", set()),
        ("\\", set()),
        ("", set()),
        ("<script>", {"kl-4712"}),
        ("כהן", {"kl-4713"}),
        ("b" * 200, {"kl-4714"}),
        ("+31 6 1234 5678", {"c-1"}),
        ("0031-612345678", {"c-1"}),
        ("+31612345679", set()),
        ("+3161234567", set()),
        ("nobody", set()),
        ("sanne'; DROP TABLE customers", set()),
    ],
)
def test_words_ids_and_whole_numbers_find_their_customers(people: Town, text: str, expected: set[str]) -> None:
    assert set(found(people, text)) == expected


def test_whose_id_it_is_comes_first_and_a_page_says_that_there_are_more(town: Town) -> None:
    for number in range(12):
        town.customer(f"vries-{number:02}", name=f"Sanne de Vries {number:02}")
    town.customer("vries", name="Zed")
    assert found(town, "vries", limit=20) == ["vries", *(f"vries-{number:02}" for number in range(12))]
    few, more = town.read(lambda session: overview.search_customers(session, "vries", limit=5))
    assert (few[0]["id"], len(few), more) == ("vries", 5, True)
    all_of_them, more = town.read(lambda session: overview.search_customers(session, "vries", limit=13))
    assert (len(all_of_them), more) == (13, False)


def test_each_database_goes_over_its_index(town: Town) -> None:
    """Not over the table: a scan of a million customers takes too long."""
    from sqlalchemy import event, text

    asked: list[tuple[str, object]] = []
    engine = town.database.engine

    def listen(_connection: object, _cursor: object, statement: str, values: object, *_: object) -> None:
        asked.append((statement, values))

    event.listen(engine, "before_cursor_execute", listen)
    found(town, "sanne vries")
    event.remove(engine, "before_cursor_execute", listen)
    [(statement, values)] = [(said, given) for said, given in asked if "LIKE" in said]
    with engine.connect() as connection:
        if town.database.is_sqlite:
            plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values)  # type: ignore[arg-type]
            assert "COVERING INDEX ix_customers_named" in str(plan.fetchall())
        else:
            connection.execute(text("SET LOCAL enable_seqscan = off"))
            plan = connection.exec_driver_sql(f"EXPLAIN {statement}", values)  # type: ignore[arg-type]
            assert "Bitmap Index Scan on ix_customers_named" in str(plan.fetchall())
