"""A payment settles its order by what the provider says: once, whatever comes twice, late or out of order."""

from dataclasses import replace
from functools import partial
from typing import Any

import pytest

from offers.customers import erase_customer
from offers.paying import (
    begin_again,
    give_up,
    note_the_ask,
    payment_of_hook,
    payment_to_pay,
    payments_to_ask,
    settle,
    take_the_look,
)
from offers.payment import PaymentTold
from offers.pickups import get_order, say_step
from offers.purchases import get_purchase
from offers.records.database import Database
from offers.records.queries.coupons import Asked, held_coupon, redeem
from offers.records.tables import Purchase, Scan
from offers.reserving import cancel_order
from offers.rules.order import StepBody
from tests.at_once import at_once
from tests.offers.billboards import Billboard
from tests.offers.stories import KEYS, at


@pytest.fixture
def board(database: Database) -> Billboard:
    return Billboard(database)


def _buy(board: Billboard, **more: Any) -> tuple[str, str]:
    """The order and its payment, which the provider knows."""
    done = board.reserve(board.asked(provider="mollie", **more))
    assert done.outcome == "reserved"
    assert done.payment_id
    assert done.order_id
    _settle(board, done.payment_id, "open")
    return done.order_id, done.payment_id


def _told(board: Billboard, payment: str, state: str) -> PaymentTold:
    [row] = [one for one in board.payments() if one.id == payment]
    checkout = "https://www.mollie.com/checkout/1" if state == "open" else None
    return PaymentTold(f"tr_{payment[4:20]}", state, row.amount_thousandths, row.currency, "ideal", checkout, payment)


def _settle(board: Billboard, payment: str, state: str, minute: float = 5, **more: Any) -> Any:
    told = replace(_told(board, payment, state), **more)
    return board.write(lambda session: settle(session, payment, told, keys=KEYS, now=at(minute)))


def _order(board: Billboard, order: str) -> dict[str, Any]:
    return board.read(lambda session: get_order(session, order))


def _purchases(board: Billboard) -> int:
    return board.read(lambda session: session.query(Purchase).count())


def test_what_is_paid_is_bought_once(board: Billboard) -> None:
    board.put_up(offer=board.offer(budget=1))
    order, payment = _buy(board, seen_thousandths=80950)
    said = [_settle(board, payment, "paid", minute) for minute in (5, 6, 7)]
    assert [one.outcome for one in said] == ["settled", "same", "same"]
    item = _order(board, order)
    assert item["payment"] | {"id": "", "provider_id": ""} == {
        "id": "",
        "provider_id": "",
        "provider": "mollie",
        "state": "paid",
        "method": "ideal",
        "amount": "80.95",
        "currency": "EUR",
        "paid_at": at(5),
    }
    assert [(one["status"], one["source"], one.get("paid")) for one in item["history"]] == [
        ("placed", "page", None),
        ("placed", "payment", True),
    ]
    bought = board.read(lambda session: get_purchase(session, order))
    [coupon] = board.coupons()
    assert (bought["channel"], bought["total"], bought["customer"]) == ("online", "80.95", item["customer"])
    assert bought["items"] == [{"sku": "SNEAK-1", "category": None, "size": "38", "quantity": 1, "price": "80.95"}]
    assert (coupon.state, coupon.purchase_id, coupon.redeemed_place_id) == ("redeemed", order, "kalverstraat")
    assert board.counts()["redeemed"] == 1
    told = [[event["offer"] for event in one.follows.happened if event["type"] == "redemption"] for one in said]
    assert told == [[coupon.offer_id], [], []]
    scan = board.read(lambda session: session.get_one(Scan, item["scan"]))
    assert scan.finished_by == "bought"
    assert board.stock() == {"38": 0, "39": 0}
    assert [one["what"] for one in said[0].follows.happened if one["type"] == "order"] == ["paid"]


def test_the_same_said_by_many_at_once(board: Billboard) -> None:
    board.put_up(offer=board.offer())
    order, payment = _buy(board, seen_thousandths=80950)
    said = at_once([lambda: _settle(board, payment, "paid")] * 8)
    assert sorted(one.outcome for one in said) == ["same"] * 7 + ["settled"]
    assert _purchases(board) == 1
    assert len(_order(board, order)["history"]) == 2


@pytest.mark.parametrize("state", ["failed", "canceled", "expired"])
def test_what_is_not_paid_gives_its_piece_back_once(board: Billboard, state: str) -> None:
    board.put_up()
    order, payment = _buy(board)
    for _ in range(2):
        _settle(board, payment, state)
    _settle(board, payment, "open", 9)
    item = _order(board, order)
    assert (item["status"], item["payment"]["state"]) == ("cancelled", state)
    assert [one["status"] for one in item["history"]] == ["placed", "cancelled"]
    assert board.stock() == {"38": 1, "39": 0}
    assert _purchases(board) == 0


def test_two_answers_that_cross_on_the_way(board: Billboard) -> None:
    board.put_up()
    order, payment = _buy(board)
    _settle(board, payment, "paid")
    for older in ("pending", "open", "canceled", "expired"):
        assert _settle(board, payment, older).outcome == "same"
    assert _order(board, order)["status"] == "placed"
    assert board.stock() == {"38": 0, "39": 0}


def test_paid_after_it_was_cancelled_comes_back_while_the_piece_is_there(board: Billboard) -> None:
    board.put_up()
    order, payment = _buy(board)
    board.write(lambda session: cancel_order(session, order, now=at(5)))
    assert board.stock() == {"38": 1, "39": 0}
    assert _settle(board, payment, "paid", 6).attention is None
    item = _order(board, order)
    assert (item["status"], item["attention"]) == ("placed", None)
    assert board.stock() == {"38": 0, "39": 0}
    assert _purchases(board) == 1
    assert board.write(lambda session: cancel_order(session, order, now=at(7)))[0] == "paid"


def test_what_comes_back_by_being_paid_is_not_ready_and_is_told_anew(board: Billboard) -> None:
    board.put_up()
    order, payment = _buy(board)
    board.write(lambda session: say_step(session, order, "ready", StepBody(), keys=KEYS, now=at(4)))
    board.write(lambda session: cancel_order(session, order, now=at(5)))
    _settle(board, payment, "paid", 6)
    item = _order(board, order)
    assert (item["status"], item["ready_at"], item["history"][-1]["again"]) == ("placed", None, True)


def test_paid_after_somebody_else_has_the_piece_is_the_shops_to_look_at(board: Billboard) -> None:
    board.put_up()
    order, payment = _buy(board)
    _settle(board, payment, "expired")
    assert board.reserve(board.asked()).outcome == "reserved"
    said = _settle(board, payment, "paid", 6)
    assert said.attention == "paid_but_cancelled"
    item = _order(board, order)
    assert (item["status"], item["attention"], item["payment"]["state"]) == ("cancelled", "paid_but_cancelled", "paid")
    assert item["payment"]["paid_at"] == at(6)
    assert board.stock() == {"38": 0, "39": 0}
    assert _purchases(board) == 0


def test_another_code_where_it_was_given_to_somebody_else(board: Billboard) -> None:
    """An order that comes back needs a code that no open order of the place has."""
    board.put_up(stock={"38": 2})
    order, payment = _buy(board)
    _settle(board, payment, "expired")
    other = board.reserve(board.asked()).order_id or ""

    def take_its_code(session: Any) -> None:
        from offers.records.tables import Order

        session.get_one(Order, other).code = session.get_one(Order, order).code

    board.write(take_its_code)
    _settle(board, payment, "paid", 6)
    assert _order(board, order)["status"] == "placed"
    assert _order(board, order)["code"] != _order(board, other)["code"]


@pytest.mark.parametrize(
    "wrong", [{"amount_thousandths": 10}, {"currency": "USD"}, {"payment_id": "pay_other"}, {"provider_id": "tr_other"}]
)
def test_a_payment_of_something_else_is_refused(board: Billboard, wrong: dict[str, Any]) -> None:
    board.put_up()
    order, payment = _buy(board)
    for _ in range(2):
        assert _settle(board, payment, "paid", **wrong).outcome == "refused"
    item = _order(board, order)
    assert (item["payment"]["state"], item["attention"]) == ("open", "amount_differs")
    assert [one.get("attention") for one in item["history"]] == [None, "amount_differs"]
    assert _purchases(board) == 0
    assert _settle(board, payment, "paid").outcome == "settled"


def test_a_hook_finds_its_payment_before_the_answer_was_recorded(board: Billboard) -> None:
    """Killed between the two transactions: our own id stands in the webhook's address."""
    board.put_up()
    payment = board.reserve(board.asked(provider="mollie")).payment_id or ""

    def hook(provider_id: str, ours: str | None, provider: str = "mollie") -> Any:
        return board.read(lambda session: payment_of_hook(session, provider, provider_id, ours))

    assert hook("tr_1", None) is None
    assert hook("tr_1", "pay_unknown") is None
    assert hook("tr_1", payment, "demo") is None
    assert hook("tr_1", payment).payment_id == payment
    assert _settle(board, payment, "paid").outcome == "settled"
    told = _told(board, payment, "paid").provider_id
    assert hook(told, None).payment_id == payment
    assert hook("tr_other", payment) is None


def test_the_same_showing_never_has_two_payments_open(board: Billboard) -> None:
    board.put_up(stock={"38": 9})
    asked = board.asked(provider="mollie")
    done = at_once([lambda: board.reserve(asked)] * 8)
    assert len({one.payment_id for one in done}) == 1
    order = done[0].order_id or ""
    again = {board.write(lambda session: begin_again(session, order, "mollie", now=at(9))) for _ in range(3)}
    assert again == {done[0].payment_id}
    assert len(board.payments()) == 1


def test_reserved_first_and_bought_with_the_same_form(board: Billboard) -> None:
    board.put_up()
    asked = board.asked()
    first = board.reserve(asked)
    assert first.payment_id is None
    second = board.reserve(replace(asked, provider="mollie"))
    assert (second.outcome, second.order_id) == ("again", first.order_id)
    assert second.payment_id is not None


def test_what_costs_nothing_is_not_paid(board: Billboard) -> None:
    board.put_up(offer=board.offer(value=100))
    done = board.reserve(board.asked(provider="mollie", seen_thousandths=0))
    assert (done.outcome, done.payment_id) == ("reserved", None)


def test_a_payment_that_never_began(board: Billboard) -> None:
    board.put_up()
    done = board.reserve(board.asked(provider="mollie"))
    order, payment = done.order_id or "", done.payment_id or ""
    assert board.read(lambda session: payments_to_ask(session, now=at(10))) == []
    assert board.read(lambda session: payments_to_ask(session, now=at(17))) == [payment]
    taken = [board.write(lambda session: note_the_ask(session, payment, now=at(17))) for _ in range(2)]
    assert [one is not None for one in taken] == [True, False]
    board.write(lambda session: give_up(session, payment, keep=False, now=at(17)))
    assert (_order(board, order)["status"], board.stock()) == ("cancelled", {"38": 1, "39": 0})
    assert board.read(lambda session: payments_to_ask(session, now=at(90))) == []


def test_a_provider_that_refuses_leaves_the_reservation(board: Billboard) -> None:
    board.put_up()
    done = board.reserve(board.asked(provider="mollie"))
    order, payment = done.order_id or "", done.payment_id or ""
    board.write(lambda session: give_up(session, payment, keep=True, now=at(2)))
    assert (_order(board, order)["status"], board.stock()) == ("placed", {"38": 0, "39": 0})
    found = board.read(lambda session: payment_to_pay(session, order))
    assert found is not None
    assert found.state == "failed"


def test_a_page_has_the_provider_asked_once_in_a_while(board: Billboard) -> None:
    board.put_up()
    order, _ = _buy(board)
    looks = [
        board.write(lambda session, minute=minute: take_the_look(session, order, now=at(minute)))  # type: ignore[misc]
        for minute in (8, 8.01, 8.2)
    ]
    assert [one is not None for one in looks] == [True, False, True]


@pytest.mark.parametrize("used", ["order", "till"])
def test_a_coupon_is_in_one_price_though_a_cancelled_order_is_paid(board: Billboard, used: str) -> None:
    """Cancelled with its checkout still open in another tab, and the coupon used again meanwhile: the order does not come back by itself."""
    board.put_up(offer=board.offer(budget=1), stock={"38": 3})
    first, payment = _buy(board, seen_thousandths=80950)
    row = next(one for one in board.orders() if one.id == first)
    device = board.read(lambda session: session.get_one(Scan, row.scan_id).device_id)
    board.write(lambda session: cancel_order(session, first, now=at(3)))
    if used == "order":
        again = board.reserve(board.asked(device_id=device, seen_thousandths=80950), minute=4)
        assert (again.outcome, again.price_thousandths) == ("reserved", 80950)
    else:
        [coupon] = board.coupons()
        code = board.read(lambda session: held_coupon(session, coupon, KEYS).code)
        asked = Asked(code or coupon.id, row.customer_id, "kalverstraat", "till-1")
        assert board.write(lambda session: redeem(session, asked, KEYS, at(4)))[2] == "redeemed"
    said = _settle(board, payment, "paid")
    assert said.attention == "paid_but_cancelled"
    assert _order(board, first)["status"] == "cancelled"
    assert board.stock() == {"38": 2 if used == "order" else 3}
    assert _purchases(board) == 0


@pytest.mark.parametrize(("state", "left"), [(None, 1), ("open", 1), ("paid", 0)])
def test_who_is_erased_gives_back_what_is_put_by_and_not_what_is_paid_for(
    board: Billboard, state: str | None, left: int
) -> None:
    board.put_up()
    done = board.reserve(board.asked(provider=None if state is None else "mollie"))
    assert board.stock() == {"38": 0, "39": 0}
    if state is not None and done.payment_id is not None:
        _settle(board, done.payment_id, state)
    [row] = board.orders()
    board.write(lambda session: erase_customer(session, row.customer_id, now=at(7)))
    assert (board.orders(), board.payments()) == ([], [])
    assert board.stock() == {"38": left, "39": 0}


def test_who_is_erased_gives_nothing_back_twice(board: Billboard) -> None:
    board.put_up(stock={"38": 2, "39": 0})
    first = board.reserve(board.asked())
    [row] = board.orders()
    board.write(lambda session: cancel_order(session, first.order_id or "", now=at(5)))
    assert board.stock() == {"38": 2, "39": 0}
    board.write(lambda session: erase_customer(session, row.customer_id, now=at(7)))
    assert board.stock() == {"38": 2, "39": 0}


def test_erased_and_paid_at_once_in_either_order(board: Billboard) -> None:
    """Customers before products on both ways: neither waits for the other in a circle, and the piece is sold or back."""
    board.put_up(stock={"38": 8, "39": 0})
    bought = [_buy(board) for _ in range(8)]
    owners = {one.id: one.customer_id for one in board.orders()}

    def erase(order: str) -> None:
        board.write(lambda session: erase_customer(session, owners[order], now=at(7)))

    jobs = [
        job for order, payment in bought for job in (partial(erase, order), partial(_settle_if_there, board, payment))
    ]
    at_once(jobs)
    assert board.orders() == []
    assert 0 <= board.stock()["38"] <= 8


def _settle_if_there(board: Billboard, payment: str) -> Any:
    told = PaymentTold(f"tr_{payment[4:20]}", "paid", 89950, "EUR", "ideal", None, payment)
    return board.write(lambda session: settle(session, payment, told, keys=KEYS, now=at(6)))
