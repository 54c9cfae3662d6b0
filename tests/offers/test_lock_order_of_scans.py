"""A scan's row is written after the offer of its campaign is locked, by everybody: two that do it the other way round wait for each other."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import event

from offers.recognising import follow_link, make_link
from offers.records.database import Database
from offers.reserving import reserve
from offers.saving import save_offer
from tests.offers.billboards import Billboard
from tests.offers.stories import KEYS, at


def _save(board: Billboard, scan: str) -> Callable[[Any], Any]:
    return lambda session: save_offer(session, scan, None, language="en", keys=KEYS, now=at(1))


def _follow(board: Billboard, scan: str) -> Callable[[Any], Any]:
    board.customer("sanne")
    token = board.write(lambda session: make_link(session, "sanne", now=at(1))).token
    return lambda session: follow_link(session, token, scan, language="en", keys=KEYS, now=at(1))


def _reserve(board: Billboard, scan: str) -> Callable[[Any], Any]:
    asked = board.asked(scan, seen_thousandths=80950)
    return lambda session: reserve(session, asked, keys=KEYS, now=at(1))


@pytest.mark.parametrize("work", [_save, _follow, _reserve])
def test_the_offer_before_the_scan(either_database: Database, work: Any) -> None:
    board = Billboard(either_database)
    board.put_up(offer=board.offer(budget=3))
    carry, said = work(board, board.scan()), []
    listen = lambda *told: said.append(" ".join(str(told[2]).split()))  # noqa: E731
    event.listen(either_database.engine, "before_cursor_execute", listen)
    board.write(carry)
    event.remove(either_database.engine, "before_cursor_execute", listen)
    asked = [number for number, one in enumerate(said) if " FROM offers WHERE" in one]
    written = [number for number, one in enumerate(said) if one.startswith("UPDATE scans")]
    assert asked
    assert written
    assert asked[0] < written[0]
