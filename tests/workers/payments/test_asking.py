"""Payments whose webhook was lost, and those that never began: what beat's look makes of them."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import httpx
import pytest

from offers.follows import Follows
from offers.paying import payment_to_pay
from offers.payment import PaymentsAway, PaymentWanted
from offers.pickups import get_order
from offers.records.database import Database
from tests.doubles.mollie import MollieDouble
from tests.offers.billboards import Billboard
from tests.offers.stories import KEYS, at
from workers.payments import mollie as real
from workers.payments.asking import Asking
from workers.payments.mollie import MolliePayments


@pytest.fixture
def mollie() -> Iterator[MollieDouble]:
    with MollieDouble() as double:
        yield double


@pytest.fixture
def board(either_database: Database) -> Billboard:
    board = Billboard(either_database)
    board.put_up(stock={"38": 5})
    return board


class Clock:
    def __init__(self) -> None:
        self.now = at(1)

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def asking(board: Billboard, mollie: MollieDouble, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> Iterator[Asking]:
    monkeypatch.setattr(real, "TIMEOUT", httpx.Timeout(0.5))
    payments = MolliePayments(mollie.key, mollie.origin)
    yield Asking(board.database, payments, KEYS, clock)
    payments.close()


def _wanted(board: Billboard) -> tuple[str, PaymentWanted]:
    done = board.reserve(board.asked(provider="mollie"))
    order, payment = done.order_id or "", done.payment_id or ""
    address = "https://shop.example/"
    return order, PaymentWanted(payment, order, 89950, "EUR", "Order", address, address, "nl")


def _look(asking: Asking) -> tuple[int, list[str]]:
    followed: list[Follows] = []
    settled = asking.ask_for_long_open(followed.append)
    return settled, [one["what"] for follows in followed for one in follows.happened if one["type"] == "order"]


def _state(board: Billboard, order: str) -> tuple[str, str]:
    item = board.read(lambda session: get_order(session, order))
    return item["status"], item["payment"]["state"]


def test_a_lost_webhook_heals(board: Billboard, asking: Asking, mollie: MollieDouble, clock: Clock) -> None:
    order, wanted = _wanted(board)
    asking.begin(wanted)
    mollie.become("paid")
    assert _look(asking) == (0, []), "it has only just begun"
    clock.now = at(17)
    assert _look(asking) == (1, ["paid"])
    assert _state(board, order) == ("placed", "paid")
    clock.now = at(60)
    assert _look(asking) == (0, [])
    assert mollie.count("GET") == 1


def test_one_that_is_open_for_days_is_asked_for_now_and_then(
    board: Billboard, asking: Asking, mollie: MollieDouble, clock: Clock
) -> None:
    order, wanted = _wanted(board)
    asking.begin(wanted)
    for minute in (17, 18, 19, 33):
        clock.now = at(minute)
        assert _look(asking) == (0, [])
    assert mollie.count("GET") == 2
    assert _state(board, order) == ("placed", "open")


@pytest.mark.parametrize("lost", ["create", "removed"])
def test_what_nobody_can_pay_is_given_up(
    board: Billboard, asking: Asking, mollie: MollieDouble, clock: Clock, lost: str
) -> None:
    order, wanted = _wanted(board)
    if lost == "removed":
        asking.begin(wanted)
        mollie.remove(mollie.newest)
    clock.now = at(17)
    assert _look(asking) == (1, ["cancelled"])
    assert _state(board, order) == ("cancelled", "expired")
    assert board.stock() == {"38": 5}


def test_a_provider_that_is_away_costs_nothing(
    board: Billboard, asking: Asking, mollie: MollieDouble, clock: Clock
) -> None:
    orders = []
    for _ in range(2):
        order, wanted = _wanted(board)
        asking.begin(wanted)
        mollie.become("paid")
        orders.append(order)
    mollie.faults(fetch={"kind": "hang"})
    clock.now = at(17)
    assert _look(asking) == (0, [])
    assert mollie.count("GET") == 1, "the others would wait as long"
    mollie.faults()
    clock.now += timedelta(minutes=20)
    assert _look(asking) == (2, ["paid", "paid"])
    assert {_state(board, order) for order in orders} == {("placed", "paid")}


@pytest.mark.parametrize("fault", [{"status": 500}, {"kind": "hang"}, {"kind": "lost"}])
def test_a_begin_that_failed_goes_on_where_it_stopped(
    board: Billboard, asking: Asking, mollie: MollieDouble, fault: dict[str, Any]
) -> None:
    order, wanted = _wanted(board)
    mollie.faults(create=fault)
    with pytest.raises(PaymentsAway):
        asking.begin(wanted)
    assert _state(board, order) == ("placed", "wanted")
    mollie.faults()
    asking.begin(wanted)
    found = board.read(lambda session: payment_to_pay(session, order))
    assert found is not None
    assert (found.state, found.provider_id, found.checkout_url) == (
        "open",
        mollie.newest,
        f"{mollie.origin}/checkout/{mollie.newest}",
    )
    assert len(mollie.payments) == 1
