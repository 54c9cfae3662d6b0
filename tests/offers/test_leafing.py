"""A sorted list a page at a time: with rows that are the same, rows that come and go meanwhile, and addresses that mean nothing."""

from collections.abc import Callable
from datetime import timedelta
from itertools import pairwise
from typing import Any

import pytest
from sqlalchemy import event, insert, text

from offers.errors import BadInput
from offers.history import Asked, leaf_decisions, leaf_deliveries
from offers.places import leaf_places, put_places
from offers.records.database import Database
from offers.records.queries import leafing
from offers.records.tables import Campaign, Customer, Decision, Delivery, Device
from offers.rules.leafing import Leaf, Spot, Turn, read_cursor, write_cursor
from offers.rules.place import PlaceBody
from tests.conftest import NOON
from tests.web.conftest import PLACE

Read = Callable[[Turn], Leaf]


def walk(read: Read, sort: str, limit: int = 7) -> list[str]:
    """Every id, page by page to the end; on the way back each page is the one that was before."""
    seen: list[list[str]] = []
    leaf = read(Turn(sort, "", limit))
    while True:
        seen.append([one["id"] for one in leaf.items])
        if leaf.next is None:
            break
        leaf = read(Turn(sort, leaf.next, limit))
    for before in reversed(seen[:-1]):
        assert leaf.previous is not None
        leaf = read(Turn(sort, leaf.previous, limit))
        assert [one["id"] for one in leaf.items] == before
    assert leaf.previous is None
    return [one for page in seen for one in page]


@pytest.fixture
def many(database: Database) -> Database:
    """Thirty places with three names in all; sixty decisions and deliveries at four moments."""
    names = ("Dam", "dam", "Étoile")
    bodies = {
        f"p{n:02}": PlaceBody.model_validate(PLACE | {"name": names[n % 3], "lat": 40 + n / 10}) for n in range(30)
    }
    with database.transaction() as session:
        put_places(session, bodies, now=NOON)
        customer = {"anonymous": False, "sizes": {}, "attributes": {}, "tags": [], "location": True, "offers": True}
        session.add(Customer(id="c", **customer, orders=True, created_at=NOON, updated_at=NOON))
        written = {"version": 1, "definition": {}, "created_at": NOON, "updated_at": NOON}
        session.add_all([Campaign(id=one, name=one, status="live", **written) for one in ("a", "b")])
        session.flush()
        phone = {"customer_id": "c", "platform": "ios", "positions_only": False, "created_at": NOON, "updated_at": NOON}
        session.add(Device(id="d", **phone))
        session.flush()
        session.execute(insert(Decision), [decision(n) for n in range(60)])
        session.execute(insert(Delivery), [delivery(n) for n in range(60)])
    return database


def decision(n: int) -> dict[str, Any]:
    said: dict[str, Any] = {"customer_id": "c", "campaign_version": 1, "trigger": "enter", "variant": None, "facts": {}}
    said |= {"campaign_id": "ab"[n % 2], "place_id": f"p{n % 3:02}", "outcome": "send", "spends_cap": True}
    return said | {"id": f"dec_{n:06}", "moment": f"m{n}", "at": NOON - timedelta(minutes=n % 4)}


def delivery(n: int) -> dict[str, Any]:
    at = NOON - timedelta(minutes=n % 4)
    said: dict[str, Any] = {
        "customer_id": "c",
        "device_id": "d",
        "source_id": "ab"[n % 2],
        "campaign_id": "ab"[n % 2],
        "kind": "offer",
    }
    said |= {"variant": "warm" if n % 12 == 0 else "cold", "opened_at": at if n % 9 == 0 else None}
    said |= {"context": {"place_id": f"p{n % 3:02}"}, "state": ("sent", "failed")[n % 5 == 0], "attempts": 1}
    return said | {"id": f"dlv_{n:06}", "moment": f"m{n}", "created_at": at, "not_before": at, "expires_at": at}


@pytest.mark.parametrize("sort", ["name", "-name", "kind", "-kind", "changed", "-changed", "address", "-address"])
def test_rows_that_are_the_same_are_neither_skipped_nor_repeated(many: Database, sort: str) -> None:
    with many.reading() as session:
        ids = walk(lambda turn: leaf_places(session, turn), sort)
        whole = [one["id"] for one in leaf_places(session, Turn(sort, limit=100)).items]
        other = leaf_places(session, Turn(sort.removeprefix("-") if sort[0] == "-" else f"-{sort}", limit=100))
    assert ids == whole
    assert sorted(ids) == [f"p{n:02}" for n in range(30)]
    assert whole == [one["id"] for one in other.items][::-1], "the other way round is the same list turned round"


@pytest.mark.parametrize("sort", ["", "when", "-when"])
@pytest.mark.parametrize("asked", [Asked(), Asked(campaign="a"), Asked(place="p01"), Asked(campaign="b", place="p02")])
def test_history_is_sorted_by_time_both_ways(many: Database, asked: Asked, sort: str) -> None:
    with many.reading() as session:
        for read, at in ((leaf_decisions, "at"), (leaf_deliveries, "created_at")):
            ids = walk(lambda turn, read=read: read(session, asked, turn), sort)  # type: ignore[misc]
            every = read(session, asked, Turn(sort, limit=100)).items
            assert ids == [one["id"] for one in every]
            assert (
                len(set(ids))
                == {(): 60, (1,): 30, (2,): 20, (1, 2): 10}[
                    (*([1] if asked.campaign else []), *([2] if asked.place else []))
                ]
            )
            moments = [one[at] for one in every]
            assert all(a <= b if sort == "when" else a >= b for a, b in pairwise(moments))


def test_what_goes_meanwhile_leads_nowhere_else(many: Database) -> None:
    with many.reading() as session:
        first = leaf_decisions(session, Asked(), Turn("-when", limit=7))
    gone = first.items[-1]["id"]
    with many.transaction() as session:
        session.execute(text("DELETE FROM deliveries"))
        session.execute(text("DELETE FROM decisions WHERE id = :id"), {"id": gone})
    with many.reading() as session:
        rest = walk(lambda turn: leaf_decisions(session, Asked(), turn), "-when")
        after = leaf_decisions(session, Asked(), Turn("-when", first.next or "", 100))
    assert [one["id"] for one in after.items] == rest[6:]


def test_rows_are_counted_where_that_is_cheap(many: Database) -> None:
    with many.reading() as session:
        assert leaf_deliveries(session, Asked(campaign="a"), Turn(count=True)).count == 30
        assert leaf_deliveries(session, Asked(campaign="a", state="sent"), Turn(count=True)).count is None
        assert leaf_places(session, Turn(count=True), text="toile").count == 10


SIFTED = {
    "of a variant": (Asked(variant="warm"), {n for n in range(60) if n % 12 == 0}),
    "opened": (Asked(told="opened"), {n for n in range(60) if n % 9 == 0}),
    "of a campaign": (Asked(campaign="b", told="opened"), {n for n in range(60) if n % 9 == 0 and n % 2}),
    "of none": (Asked(variant="none"), set()),
    "of both": (Asked(variant="warm", told="opened"), {0, 36}),
}


@pytest.mark.parametrize("limit", [1, 2, 50])
@pytest.mark.parametrize("sort", ["when", "-when"])
@pytest.mark.parametrize("name", SIFTED)
def test_what_no_index_has_is_sifted_out_of_so_many_rows_a_page(
    many: Database, monkeypatch: pytest.MonkeyPatch, name: str, sort: str, limit: int
) -> None:
    monkeypatch.setattr(leafing, "MOST_LOOKED", 10)
    asked, wanted = SIFTED[name]
    ids = {f"dlv_{n:06}" for n in wanted}
    with many.reading() as session:
        pages = [leaf_deliveries(session, asked, Turn(sort, "", limit, count=True))]
        while pages[-1].next is not None:
            pages.append(leaf_deliveries(session, asked, Turn(sort, pages[-1].next, limit)))
        seen = [one["id"] for page in pages for one in page.items]
        assert (len(seen), {*seen}) == (len(ids), ids), "each once"
        assert len(pages) <= 7 + len(ids)
        assert pages[0].count is None, "to count them every row would be read"
        assert {page.looked for page in pages[:-1] if len(page.items) < limit} <= {10}
        for number, page in enumerate(pages):
            before, back = [one["id"] for one in page.items], page
            while before and back.previous is not None:
                back = leaf_deliveries(session, asked, Turn(sort, back.previous, limit))
                before = [*(one["id"] for one in back.items), *before]
                if not back.items and back.looked is None:
                    break
            if page.items:
                assert before == seen[: sum(len(one.items) for one in pages[: number + 1])]


@pytest.mark.parametrize("sort", ["nonsense", "-", "name; DROP TABLE places", "opening_hours"])
def test_an_order_that_there_is_not_is_refused(many: Database, sort: str) -> None:
    with many.reading() as session, pytest.raises(BadInput, match="sort"):
        leaf_places(session, Turn(sort))


@pytest.mark.parametrize(
    "cursor",
    [
        "x",
        "é",
        "A" * 7000,
        write_cursor("-name", Spot(("dam", "p01"), back=False)),
        write_cursor("name", Spot(("dam",), back=False)),
        write_cursor("name", Spot((1, "p01"), back=False)),
        write_cursor("name", Spot(("a\0b", "p01"), back=False)),
        "W1tbW1tbW1tbW1tbW1tb",
    ],
)
def test_a_cursor_of_another_list_is_refused(many: Database, cursor: str) -> None:
    with many.reading() as session, pytest.raises(BadInput, match="cursor"):
        leaf_places(session, Turn("name", cursor))


def test_a_cursor_says_what_was_written() -> None:
    spot = Spot((NOON, 5, "Étoile", "p01"), back=True)
    assert read_cursor(write_cursor("x", spot), "x", ["time", "number", "text", "text"]) == spot
    for wrong in (True, 2**63, "5", None):
        with pytest.raises(ValueError, match=r"number|no cursor"):
            read_cursor(write_cursor("x", Spot((wrong,), back=False)), "x", ["number"])


INDEXED = {
    "campaign": (Asked(campaign="a"), "of_campaign"),
    "state": (Asked(state="failed"), "_in"),
    "place": (Asked(place="p01"), "_place"),
    "time": (Asked(), "_created"),
    "tests": (Asked(tests=True), "_tests"),
    "opened": (Asked(campaign="a", told="opened"), "of_campaign"),
    "variant": (Asked(state="failed", variant="warm"), "_in"),
}


@pytest.mark.parametrize("either_database", ["postgresql"], indirect=True)
@pytest.mark.parametrize("name", INDEXED)
def test_a_page_of_deliveries_is_found_by_an_index(many: Database, name: str) -> None:
    """As PostgreSQL would with so many rows that to read or to sort all of them is out of the question."""
    asked, index = INDEXED[name]
    seen: list[tuple[str, Any]] = []
    event.listen(many.engine, "before_cursor_execute", lambda _c, _u, said, values, *_: seen.append((said, values)))
    with many.reading() as session:
        session.execute(text("SET LOCAL enable_seqscan = off"))
        session.execute(text("SET LOCAL enable_sort = off"))
        session.execute(text("SET LOCAL enable_bitmapscan = off"))
        first = leaf_deliveries(session, asked, Turn(limit=5))
        leaf_deliveries(session, asked, Turn(cursor=first.next or "", limit=5))
        said, values = seen[-1]
        plan = "\n".join(session.connection().exec_driver_sql(f"EXPLAIN {said}", values).scalars())
    assert "Sort" not in plan, plan
    assert index in plan, plan
