"""Which step of an order may follow which: each one of the table, and that no order comes back by what is late or said twice."""

from itertools import product
from typing import Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from offers.rules.order import Status
from offers.rules.pickup_steps import (
    CLOSED,
    OPEN,
    Source,
    away_again,
    is_ready_news,
    may_come_back,
    may_follow,
    stood_at,
)
from tests.offers.stories import at

STATUSES: tuple[Status, ...] = get_args(Status)
SOURCES: tuple[Source, ...] = get_args(Source)

ON = "ready on_the_way nearby arrived collected cancelled"
SHOP = {
    "placed": ON,
    "ready": "on_the_way nearby arrived collected cancelled",
    "on_the_way": "nearby arrived collected cancelled",
    "nearby": "arrived collected cancelled",
    "arrived": "collected cancelled",
}
TABLE: dict[Source, dict[str, str]] = {
    "server": SHOP,
    "page": {
        "placed": "on_the_way arrived cancelled",
        "ready": "on_the_way arrived cancelled",
        "on_the_way": "arrived",
        "nearby": "arrived",
    },
    "device": {
        "placed": "on_the_way arrived",
        "ready": "on_the_way arrived",
        "on_the_way": "arrived",
        "nearby": "arrived",
    },
    "location": {"ready": "on_the_way nearby arrived", "on_the_way": "nearby arrived", "nearby": "arrived"},
    "staff": {
        "placed": "ready arrived collected",
        "ready": "arrived collected",
        "on_the_way": "arrived collected",
        "nearby": "arrived collected",
        "arrived": "collected",
    },
    "payment": {"placed": "cancelled", "ready": "cancelled"},
    "held_for_long": {"placed": "cancelled", "ready": "cancelled"},
}
"""Written out once more by hand: who may say what of an order that stands there."""


def test_every_step_by_everybody() -> None:
    steps = {
        (before, said, source)
        for before, said, source in product(STATUSES, STATUSES, SOURCES)
        if may_follow(before, said, source)
    }
    assert steps == {
        (before, said, source)
        for source, of in TABLE.items()
        for before, all_of in of.items()
        for said in all_of.split()
    }


@pytest.mark.parametrize("source", SOURCES)
@pytest.mark.parametrize("closed", CLOSED)
def test_nothing_follows_what_is_closed(closed: Status, source: Source) -> None:
    assert not any(may_follow(closed, said, source) for said in STATUSES)
    assert not any(is_ready_news(closed, said, source, is_ready=ready) for said in STATUSES for ready in (False, True))
    assert away_again(closed) is None


def test_what_is_ready_is_news_only_from_who_may_say_so_and_once() -> None:
    news = {
        (before, source)
        for before, said, source in product(STATUSES, STATUSES, SOURCES)
        if is_ready_news(before, said, source, is_ready=False)
    }
    assert news == set(product(("on_the_way", "nearby", "arrived"), ("server", "staff")))
    assert not any(
        is_ready_news(before, said, source, is_ready=True)
        for before, said, source in product(STATUSES, STATUSES, SOURCES)
    )


def test_who_turns_away_from_what_is_not_ready_makes_it_no_readier() -> None:
    assert [away_again(one) for one in OPEN] == [None, None, "ready", "ready", "nearby"]
    assert [away_again(one, is_ready=False) for one in OPEN] == [None, None, "placed", "placed", "nearby"]


Said = tuple[Status, Source, int]
"""What is said, by whom, and at which minute at the shop."""
SAID = st.lists(st.tuples(st.sampled_from(STATUSES), st.sampled_from(SOURCES), st.integers(0, 20)), max_size=12)


@given(SAID, st.data())
def test_no_event_that_is_late_or_comes_twice_brings_a_closed_order_back(events: list[Said], data: Any) -> None:
    """Each event as often as it likes, in any order: from a closed state only the shop's newer word leads back, and that only from `cancelled`."""
    order: list[Said] = data.draw(st.permutations([*events, *events]))
    status: Status = "placed"
    said_at = closed_at = None
    for said, source, minute in order:
        before = status
        if may_follow(before, said, source):
            status = said
            closed_at = at(minute) if said in CLOSED else closed_at
        elif before == "cancelled" and source == "server" and may_come_back(said, at(minute), said_at, closed_at):
            assert closed_at is None or at(minute) > closed_at
            status = said
        if source == "server":
            said_at = max(said_at or at(minute), at(minute))
        if before == "collected":
            assert status == "collected"
        elif before in OPEN and status != before:
            assert STATUSES.index(status) > STATUSES.index(before)


def test_the_shop_brings_back_what_it_gave_up_by_what_is_newer() -> None:
    assert may_come_back("ready", None, at(5), at(5)), "a word without a time is of now"
    assert may_come_back("placed", at(6), at(5), at(5))
    assert not may_come_back("ready", at(5), at(5), None), "the same, once more"
    assert not may_come_back("ready", at(6), at(5), at(7)), "the customer has given it up since"
    assert not any(may_come_back(said, None, None, None) for said in STATUSES if said not in ("placed", "ready"))


@pytest.mark.parametrize(
    ("history", "stood"),
    [
        ("placed ready collected", "ready"),
        ("placed arrived ready collected", "arrived"),
        ("placed ready arrived nearby:away collected", "nearby"),
        ("placed ready nearby ready:away collected", "ready"),
        ("placed cancelled placed:again ready collected", "ready"),
        ("placed ready collected ready:undone collected", "ready"),
        ("placed collected", "placed"),
        ("ready", "ready"),
        ("", "placed"),
    ],
)
def test_where_an_order_stood_before_it_was_handed_over(history: str, stood: str) -> None:
    entries = [(*one.split(":"), "plain")[:2] for one in history.split()]
    assert stood_at([{"status": status, how: True} for status, how in entries]) == stood
