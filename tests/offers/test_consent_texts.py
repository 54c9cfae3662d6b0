"""Under which texts customers agreed: counted from receipts, which nothing here changes."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

import pytest
from sqlalchemy import event, insert, text

from offers import consent_texts, customers
from offers.consent_texts import agreed_to, versions_agreed_to
from offers.records.database import Database
from offers.records.queries.consents import keep_receipts
from offers.records.tables import Consent
from offers.rules.profile import ConsentReceipt, CustomerBody
from tests.conftest import NOON

Say = Callable[..., None]


@pytest.fixture
def say(either_database: Database) -> Say:
    """A customer says something of a purpose, under a text."""
    minutes = iter(range(10_000))

    def make(customer: str, purpose: str, version: str | None, language: str | None = "nl", given: bool = True) -> None:
        at = NOON + timedelta(minutes=next(minutes))
        receipt = ConsentReceipt(given=given, text_version=version, language=language, at=at, source="test")
        with either_database.transaction() as session:
            customers.put_customer(session, customer, CustomerBody(), now=at)
            keep_receipts(session, {customer: {purpose: receipt}}, at)

    return make


def test_nobody_agreed_to_anything(either_database: Database) -> None:
    with either_database.reading() as session:
        assert versions_agreed_to(session) == ([], False)
        assert agreed_to(session, "messages-1") == consent_texts.Agreed("messages-1", {}, 0, False)


def test_a_consent_counts_under_the_text_that_holds(either_database: Database, say: Say) -> None:
    say("sanne", "orders", "messages-1")
    say("sanne", "offers", "messages-1")
    say("daan", "orders", "messages-1", "de")
    say("noor", "orders", "messages-1")
    say("sanne", "orders", "messages-2")  # agrees anew, under the new text
    say("daan", "orders", "messages-2", given=False)  # takes it back
    say("piet", "location", None, None)
    with either_database.reading() as session:
        assert versions_agreed_to(session) == (["messages-1", "messages-2", None], False)
        first = agreed_to(session, "messages-1")
        assert first.now == {("orders", "nl"): 1, ("offers", "nl"): 1, ("orders", "de"): 0}
        assert first.by_purpose() == {"offers": 1, "orders": 1}
        assert (first.first, first.last) == (NOON, NOON + timedelta(minutes=3))
        assert agreed_to(session, "messages-2").by_purpose() == {"orders": 1}
        assert agreed_to(session, None).by_purpose() == {"location": 1}


def test_who_agreed_again_after_taking_back_counts_once(either_database: Database, say: Say) -> None:
    say("sanne", "offers", "a")
    say("sanne", "offers", "a", given=False)
    say("sanne", "offers", "a")
    with either_database.reading() as session:
        assert agreed_to(session, "a").by_purpose() == {"offers": 1}


def test_past_so_many_it_says_that_there_are_more(either_database: Database, say: Say) -> None:
    for number in range(4):
        say(f"customer-{number}", "offers", "a")
    say("customer-3", "offers", "b")
    with either_database.reading() as session:
        exact, some = agreed_to(session, "a", most=4), agreed_to(session, "a", most=3)
    assert (exact.looked_at, exact.more, exact.by_purpose()) == (4, False, {"offers": 3})
    assert (some.looked_at, some.more, some.by_purpose()) == (3, True, {"offers": 2}), "of the newest three"


def test_so_many_texts_are_named_and_no_more(either_database: Database, say: Say) -> None:
    for name in ("b", "a", "", "c"):
        say("sanne", "offers", name)
    with either_database.reading() as session:
        assert versions_agreed_to(session) == (["", "a", "b", "c"], False)
        assert versions_agreed_to(session, limit=3) == (["", "a", "b"], True)


def test_who_is_erased_is_counted_no_more(either_database: Database, say: Say) -> None:
    say("sanne", "offers", "a")
    with either_database.transaction() as session:
        customers.erase_customer(session, "sanne", now=NOON)
    with either_database.reading() as session:
        assert versions_agreed_to(session) == ([], False)


def plan_of(database: Database, statement: str) -> str:
    with database.reading() as session:
        if database.engine.dialect.name == "postgresql":
            session.execute(text("SET LOCAL enable_seqscan = off"))
            return "\n".join(row[0] for row in session.execute(text(f"EXPLAIN {statement}")))
        return "\n".join(row[3] for row in session.execute(text(f"EXPLAIN QUERY PLAN {statement}")))


def test_receipts_are_found_by_their_index(either_database: Database, seen: list[str]) -> None:
    """Among so many that a server would rather not read them all."""
    with either_database.transaction() as session:
        customers.put_customer(session, "sanne", CustomerBody(), now=NOON)
        rows = [{"id": f"con_{number:05}", "text_version": f"v-{number % 40:02}"} for number in range(4_000)]
        same = {"customer_id": "sanne", "purpose": "offers", "given": True, "at": NOON, "source": "test"}
        session.execute(insert(Consent), [same | row for row in rows])
        session.execute(text("ANALYZE"))
    seen.clear()
    with either_database.reading() as session:
        versions_agreed_to(session)
        agreed_to(session, "a")
    asked = [one for one in seen if "consents" in one]
    assert len(asked) >= 4
    for one in asked:
        plan = plan_of(either_database, one)
        assert "ix_consents_given_under" in plan, plan
        assert "SCAN consents_1" not in plan
        assert "SCAN later" not in plan


@pytest.fixture
def seen(either_database: Database) -> Iterator[list[str]]:
    """Statements, with their values written in."""
    found: list[str] = []

    def see(*given: object) -> None:
        compiled = given[1]
        found.append(
            str(
                compiled.compile(  # type: ignore[attr-defined]
                    dialect=either_database.engine.dialect, compile_kwargs={"literal_binds": True}
                )
            )
        )

    event.listen(either_database.engine, "before_execute", see)
    yield found
    event.remove(either_database.engine, "before_execute", see)


def test_the_texts_room_only_reads(either_database: Database, say: Say) -> None:
    """Receipts are proof: what is looked at stays as it was."""

    def kept() -> list[tuple[str, str, bool, datetime, str]]:
        with either_database.reading() as session:
            rows = session.execute(text("SELECT id, purpose, given, at, text_version FROM consents ORDER BY id"))
            return [tuple(row) for row in rows]

    say("sanne", "offers", "a")
    before = kept()
    with either_database.transaction() as session:
        versions_agreed_to(session)
        agreed_to(session, "a")
    assert kept() == before
