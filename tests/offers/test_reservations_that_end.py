"""What was put by on a page is for sale again after two days, unless it is paid, made ready or cancelled by then."""

from datetime import timedelta

import pytest

from offers.pickups import get_order, put_order
from offers.records.database import Database
from offers.reserving import cancel_order, end_reservation, reservations_to_end
from offers.rules.order import OrderBody
from offers.rules.page_order import HELD_FOR
from tests.at_once import at_once
from tests.offers.billboards import Billboard
from tests.offers.stories import KEYS, NOON, at
from tests.offers.test_paying import _buy, _settle
from workers.sweeps import look_at_reservations

OVER = NOON + timedelta(minutes=2) + HELD_FOR


@pytest.fixture
def board(either_database: Database) -> Billboard:
    return Billboard(either_database)


def _due(board: Billboard) -> list[str]:
    return board.read(lambda session: reservations_to_end(session, now=OVER))


def test_a_piece_that_nobody_collected_is_for_sale_again(board: Billboard) -> None:
    board.put_up()
    order = board.reserve(board.asked()).order_id or ""
    told: list[dict[str, object]] = []
    assert board.read(lambda session: reservations_to_end(session, now=OVER - timedelta(minutes=2))) == []
    assert look_at_reservations(board.database, OVER, told.extend) == 1
    assert board.stock() == {"38": 1, "39": 0}
    item = board.read(lambda session: get_order(session, order))
    assert (item["status"], item["history"][-1]["source"]) == ("cancelled", "held_for_long")
    assert [(one["type"], one["what"]) for one in told] == [("order", "cancelled")]
    assert look_at_reservations(board.database, OVER, told.extend) == 0


@pytest.mark.parametrize("state", ["open", "paid"])
def test_what_is_paid_or_being_paid_is_kept(board: Billboard, state: str) -> None:
    board.put_up()
    order, payment = _buy(board)
    if state == "paid":
        _settle(board, payment, "paid")
    assert _due(board) == []
    assert board.write(lambda session: end_reservation(session, order, now=OVER)).happened == ()
    assert board.stock() == {"38": 0, "39": 0}


def test_what_the_shop_has_made_ready_is_kept(board: Billboard) -> None:
    board.put_up()
    order = board.reserve(board.asked()).order_id or ""
    [row] = board.orders()
    body = OrderBody.model_validate({"customer": row.customer_id, "place": "kalverstraat", "status": "ready"})
    board.write(lambda session: put_order(session, order, body, keys=KEYS, now=at(10)))
    assert _due(board) == []
    assert board.write(lambda session: end_reservation(session, order, now=OVER)).happened == ()
    assert board.stock() == {"38": 0, "39": 0}


def test_ended_and_cancelled_at_once_gives_back_one_piece(board: Billboard) -> None:
    board.put_up(stock={"38": 5})
    order = board.reserve(board.asked()).order_id or ""
    at_once(
        [
            *[lambda: board.write(lambda session: end_reservation(session, order, now=OVER))] * 4,
            *[lambda: board.write(lambda session: cancel_order(session, order, now=OVER))] * 4,
        ]
    )
    assert board.stock() == {"38": 5}
