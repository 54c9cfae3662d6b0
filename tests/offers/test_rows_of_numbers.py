"""Each number of a report, along each dimension, is the number of rows that a list has of it; and what was done after a decision is told beside it."""

from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any

import pytest

from offers import history as lists
from offers.customers import erase_customer
from offers.funnels import COLUMNS, many_of
from offers.history import Asked
from offers.records.queries import leafing
from offers.records.tables import Customer, Decision, Delivery
from offers.rules.funnel import HELD_OUT, SENT
from offers.rules.leafing import Leaf, Turn
from tests.offers.stories import NOON, Town, at
from tests.offers.test_funnels import DAY, LATER, TODAY, count, history, hold_out, told, visit

__all__ = ["history"]

MIDNIGHT = NOON.replace(hour=22, minute=0) - DAY
"""By the desk's clock, which is two hours ahead."""
Read = Callable[[Any, Asked, Turn], Leaf]
DECIDED, SENDING = lists.leaf_decisions, lists.leaf_deliveries
ROWS: dict[tuple[str, str], tuple[Read, dict[str, Any]]] = {
    ("matched", ""): (DECIDED, {}),
    ("no", ""): (DECIDED, {"against": True}),
    ("held_out", ""): (DECIDED, {"outcome": "held_out"}),
    ("sent", ""): (DECIDED, {"outcome": "send"}),
    ("redeemed", ""): (DECIDED, {"outcome": "send", "after": "redeemed"}),
    **{
        (step, group): (DECIDED, {"outcome": group, "after": after})
        for step, after in (("watched", None), ("visited", "visited"), ("bought", "bought"))
        for group in (SENT, HELD_OUT)
    },
    ("messages", ""): (SENDING, {"kind": "offer"}),
    ("accepted", ""): (SENDING, {"kind": "offer", "state": "sent"}),
    ("received", ""): (SENDING, {"kind": "offer", "told": "received"}),
    ("opened", ""): (SENDING, {"kind": "offer", "told": "opened"}),
}
"""By step and group: which list, and what it is asked."""


@pytest.fixture
def days(town: Town, history: dict[str, str]) -> Town:
    """The day before that of the history Lena and Max walked in elsewhere; nobody knows Max's language, and he is held out. Both came again, Lena
    twice. Sanne's words were of a variant, and she speaks German by now.
    """
    fence, day = town.place("damrak"), -24 * 60
    town.walk_in(fence, "lena", day)
    town.walk_in(fence, "max", day + 1)
    hold_out(town, "max")
    for customer, minute in (("lena", day + 60), ("max", day + 60)):
        visit(town, customer, at(minute))
    for purchase, minute in (("l-1", day + 90), ("l-2", day + 120), ("l-3", day + 7 * 24 * 60 + 1)):
        town.purchase({"sku": "S", "price": 1}, purchase=purchase, customer="lena", minute=minute, place="damrak")

    def change(session: Any) -> None:
        session.get(Customer, "max").language = None
        session.get(Customer, "sanne").language = "de"
        session.query(Delivery).filter_by(customer_id="max").delete()
        for table in (Decision, Delivery):
            session.query(table).filter_by(customer_id="sanne").update({"variant": "warm"})

    town.write(change)
    count(town)
    return town


def rows(town: Town, read: Read, asked: Asked) -> list[dict[str, Any]]:
    """All of them, page by page."""
    found: list[dict[str, Any]] = []
    cursor = ""
    while True:
        turn = Turn("-when", cursor, 2)
        leaf = town.read(lambda session, turn=turn: read(session, asked, turn))  # type: ignore[misc]
        found += leaf.items
        if leaf.next is None:
            return found
        cursor = leaf.next


def of_line(by: str, value: str) -> dict[str, Any]:
    if by == "day":
        since = MIDNIGHT + DAY * (int(value[-2:]) - TODAY.day)
        return {"since": since, "until": since + DAY}
    return {by: value} if value else {"without": by}


@pytest.mark.parametrize("looked", [(1, 1_500), (5_000, 1_500), (5_000, 1)])
@pytest.mark.parametrize("by", COLUMNS)
def test_a_number_is_the_number_of_its_rows(
    town: Town, days: Town, by: str, looked: tuple[int, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, most in zip(("MOST_LOOKED", "MOST_LOOKED_UP"), looked, strict=True):
        monkeypatch.setattr(leafing, name, most)
    seen = set()
    narrowed: tuple[dict[str, Any], ...] = ({}, {"campaign": "sneakers"}, {"place": "damrak"}, {"language": "de"})
    for same in narrowed:
        report = told(town, by, first=TODAY - DAY, **same)
        lines = [({}, report.whole), *((of_line(by, value), counts) for value, counts in report.rows.items())]
        for line, counts in lines:
            for (step, group), (read, which) in ROWS.items():
                if step == "no" and line:  # a line does not tell reasons
                    continue
                found = rows(town, read, Asked(**{"until": MIDNIGHT + DAY, **same, **line, **which}))
                many = many_of(counts, step, group) if group else many_of(counts, step)
                assert len({one["id"] for one in found}) == len(found) == many, (by, same, line, step, group)
                seen |= {(step, group)} if many else set()
    assert seen == ROWS.keys(), "none of them was asked for in vain"


def test_what_was_done_after_a_decision_is_told_the_first_first(days: Town) -> None:
    bought = rows(days, DECIDED, Asked(place="damrak", after="bought"))
    assert [one["customer"] for one in bought] == ["lena"]
    deeds = days.read(partial(lists.done_after, items=bought, deed="bought"))[bought[0]["id"]]
    day = at(-24 * 60)
    assert [one["at"] - day for one in deeds] == [timedelta(minutes=90), timedelta(minutes=120)], "not after eight days"
    assert {(one["place"], one["total"], one["currency"]) for one in deeds} == {("damrak", "10.00", "EUR")}
    came = rows(days, DECIDED, Asked(place="damrak", after="visited"))
    assert {one["customer"] for one in came} == {"lena", "max"}
    found = days.read(partial(lists.done_after, items=came, deed="visited"))
    assert [one["place"] for deeds in found.values() for one in deeds] == ["kalverstraat"] * 2


def test_who_is_erased_is_in_no_list(days: Town) -> None:
    days.write(partial(erase_customer, customer_id="lena", now=NOON))
    assert rows(days, DECIDED, Asked(place="damrak", after="bought")) == []
    count(days, LATER + timedelta(minutes=20))
    assert many_of(told(days, first=TODAY - DAY, place="damrak").whole, "bought") == 0


def test_what_was_done_is_looked_up_row_by_row(days: Town) -> None:
    """A page reads so many rows' visits and customers, and not all there are: neither is joined."""
    with days.statements() as seen:
        rows(days, DECIDED, Asked(campaign="sneakers", outcome="send", after="visited", language="nl"))
    asked = [one for one in seen if "visits" in one]
    assert asked
    for one in asked:
        assert "JOIN" not in one
        assert "CASE WHEN (EXISTS" in one
