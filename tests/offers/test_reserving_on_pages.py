"""Reserve and collect: one piece out of the stock, one order, or nothing at all."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from offers.customers import erase_customer
from offers.devices import link_device
from offers.landing import LandAsked, land
from offers.pickups import get_order, put_order
from offers.records.database import Database
from offers.records.ids import new_id
from offers.records.tables import Coupon, Customer, Decision, Device, Order, Payment, Scan
from offers.reserving import ReserveAsked, cancel_order
from offers.rules.order import OrderBody
from offers.rules.page_order import nonce_of
from tests.at_once import at_once
from tests.offers.billboards import Billboard
from tests.offers.stories import KEYS, NOON, at


@pytest.fixture
def board(database: Database) -> Billboard:
    return Billboard(database)


@pytest.mark.parametrize("over", [False, True])
def test_the_page_shows_the_price_that_a_second_order_would_have(board: Billboard, over: bool) -> None:
    """A coupon is in one order's price: shown again, the price would change under the visitor's thumb."""
    board.put_up(offer=board.offer(budget=5), stock={"38": 3, "39": 0})
    asked = board.asked(seen_thousandths=80950)
    done = board.reserve(asked)
    assert done.order_id is not None
    if over:
        board.write(lambda session: cancel_order(session, done.order_id or "", now=at(2)))
    seen = board.read(
        lambda session: land(session, LandAsked(asked.scan_id, done.device_id, "en"), keys=KEYS, now=at(3))
    )
    assert seen is not None
    assert seen.item is not None
    assert (seen.offer is not None, seen.item.now_thousandths) == ((True, 80950) if over else (False, 89950))
    assert seen.title, "the campaign's own words stay"
    nonce = nonce_of(at(3), new_id("n")[2:])
    other = board.asked(seen_thousandths=seen.item.now_thousandths, device_id=done.device_id, nonce=nonce)
    assert board.reserve(other, 4).outcome == "reserved"


def _nothing_was_done(board: Billboard) -> bool:
    def count(session: Session) -> list[int]:
        tables = (Order, Coupon, Customer, Device, Decision)
        return [session.scalar(select(func.count()).select_from(one)) or 0 for one in tables]

    return board.read(count) == [0] * 5


def test_a_visitor_whom_nobody_knows_reserves_the_last_piece(board: Billboard) -> None:
    board.put_up(offer=board.offer(budget=1))
    asked = board.asked(seen_thousandths=80950, name="Noor")
    done = board.reserve(asked)
    assert (done.outcome, done.price_thousandths, done.currency) == ("reserved", 80950, "EUR")
    assert board.stock() == {"38": 0, "39": 0}
    assert done.order_id is not None
    item = board.read(lambda session: get_order(session, done.order_id or ""))
    [coupon] = board.coupons()
    assert (item["status"], item["total"], item["currency"], item["source"]) == ("placed", "80.95", "EUR", "page")
    assert item["items"] == [
        {"sku": "SNEAK-1", "title": "Sneaker, white", "size": "38", "quantity": 1, "price": "80.95"}
    ]
    assert item["history"] == [{"status": "placed", "at": at(1).isoformat(), "source": "page"}]
    assert (item["scan"], item["coupon"], item["payment"], item["attention"]) == (asked.scan_id, coupon.id, None, None)
    assert len(item["code"]) == 4
    assert coupon.state == "issued"
    scan = board.read(lambda session: session.get_one(Scan, asked.scan_id))
    assert (scan.customer_id, scan.device_id, scan.finished_by) == (item["customer"], done.device_id, "reserved")
    customer = board.read(lambda session: session.get_one(Customer, item["customer"]))
    assert (customer.anonymous, customer.name, customer.language) == (True, "Noor", "en")
    [decided, placed] = done.follows.happened
    assert (decided["type"], placed["type"], placed["what"], placed["code"]) == ("decision", "order", "placed", None)


@pytest.mark.parametrize(
    ("change", "outcome"),
    [
        ({"seen_thousandths": 89950}, "price_changed"),
        ({"size": "39"}, "sold_out"),
        ({"size": "47"}, "unknown_size"),
        ({"size": None}, "unknown_size"),
        ({"place": "nowhere"}, "no_store"),
        ({"sku": "OTHER"}, "no_product"),
        ({"scan_id": "scn_none"}, "unknown"),
        ({"nonce": nonce_of(NOON - timedelta(days=2), "a" * 20)}, "too_old"),
        ({"nonce": "none at all"}, "too_old"),
    ],
)
def test_what_can_not_be_reserved_leaves_nothing_behind(board: Billboard, change: dict[str, Any], outcome: str) -> None:
    board.put_up(offer=board.offer(budget=1))
    done = board.reserve(board.asked(**{"seen_thousandths": 80950, **change}))
    assert (done.outcome, done.order_id, done.device_id) == (outcome, None, None)
    assert done.follows.happened == ()
    assert _nothing_was_done(board)
    assert board.stock() == {"38": 1, "39": 0}
    assert board.counts()["spent"] == 0


def test_a_store_that_hands_nothing_over_takes_no_reservation(board: Billboard) -> None:
    board.put_up()
    board.place("kalverstraat", pickup=False)
    assert board.reserve(board.asked()).outcome == "no_store"


def test_the_new_price_can_be_confirmed(board: Billboard) -> None:
    board.put_up()
    board.product(sizes=["38"], stock={"kalverstraat": {"38": 1}}, price="99.95")
    asked = board.asked()
    refused = board.reserve(asked)
    assert (refused.outcome, refused.price_thousandths) == ("price_changed", 99950)
    assert board.reserve(replace(asked, seen_thousandths=refused.price_thousandths)).outcome == "reserved"


def test_stock_that_is_only_a_number_is_counted_down_too(board: Billboard) -> None:
    board.put_up(stock=1)
    assert board.reserve(board.asked()).outcome == "reserved"
    assert board.stock() == 0
    assert board.reserve(board.asked(size="39")).outcome == "sold_out"


def test_the_same_showing_of_a_form_has_one_order(board: Billboard) -> None:
    """Back button, double tap, another tab; also after the piece was sold out and the price changed."""
    board.put_up()
    asked = board.asked()
    first = board.reserve(asked)
    board.product(sizes=["38"], stock={"kalverstraat": {"38": 0}}, price="99.95")
    second = board.reserve(replace(asked, device_id=first.device_id))
    third = board.reserve(asked, minute=60 * 48)
    assert [one.outcome for one in (first, second, third)] == ["reserved", "again", "again"]
    assert {one.order_id for one in (first, second, third)} == {first.order_id}
    assert {one.device_id for one in (first, second, third)} == {first.device_id}
    assert len(board.orders()) == 1


def test_a_browser_that_is_known_keeps_its_order(board: Billboard) -> None:
    board.put_up(stock={"38": 9})
    first = board.reserve(board.asked())
    second = board.reserve(board.asked(device_id=first.device_id))
    assert first.device_id == second.device_id
    assert len({order.customer_id for order in board.orders()}) == 1
    assert len({order.code for order in board.orders()}) == 2


def test_another_tab_comes_to_the_order_that_waits(board: Billboard) -> None:
    """Another showing of the same page in the same browser: of another size, or once the first is collected, it is another order."""
    board.put_up(stock={"38": 9, "39": 9})
    scan = board.scan()
    first = board.reserve(board.asked(scan))
    device = first.device_id
    again = board.reserve(board.asked(scan, device_id=device))
    assert (again.outcome, again.order_id, again.device_id) == ("again", first.order_id, device)
    assert board.reserve(board.asked(scan, device_id=device, size="39")).outcome == "reserved"
    _put(board, first.order_id or "", "collected", 3)
    assert board.reserve(board.asked(scan, device_id=device)).outcome == "reserved"
    assert board.stock() == {"38": 7, "39": 8}


def test_nobody_empties_a_shop(board: Billboard) -> None:
    board.put_up(stock={"38": 9})
    device = board.reserve(board.asked()).device_id
    outcomes = [board.reserve(board.asked(device_id=device)).outcome for _ in range(3)]
    assert outcomes == ["reserved", "reserved", "too_many"]
    scan = board.scan()
    assert [board.reserve(board.asked(scan)).outcome for _ in range(4)] == ["reserved"] * 3 + ["too_many"]
    assert board.stock() == {"38": 3}
    order = board.orders()[0]
    board.write(lambda session: cancel_order(session, order.id, now=at(2)))
    assert board.reserve(board.asked(device_id=device)).outcome in ("reserved", "too_many")


def test_a_coupon_is_in_one_orders_price(board: Billboard) -> None:
    board.put_up(offer=board.offer(), stock={"38": 9})
    first = board.reserve(board.asked(seen_thousandths=80950))
    second = board.reserve(board.asked(seen_thousandths=80950, device_id=first.device_id))
    assert (first.outcome, second.outcome, second.price_thousandths) == ("reserved", "price_changed", 89950)
    board.write(lambda session: cancel_order(session, first.order_id or "", now=at(2)))
    third = board.reserve(board.asked(seen_thousandths=80950, device_id=first.device_id))
    assert third.outcome == "reserved"
    assert len(board.coupons()) == 1


def test_sixteen_race_for_the_last_piece(board: Billboard) -> None:
    board.put_up()
    everybody = [board.asked() for _ in range(16)]
    done = at_once([lambda asked=asked: board.reserve(asked) for asked in everybody])  # type: ignore[misc]
    assert sorted(one.outcome for one in done) == ["reserved"] + ["sold_out"] * 15
    assert len(board.orders()) == 1
    assert board.stock() == {"38": 0, "39": 0}
    assert board.read(lambda session: session.scalar(select(func.count()).select_from(Customer))) == 1


@pytest.mark.parametrize("offer", [None, "ten-percent"])
def test_sixteen_taps_are_one_order(board: Billboard, offer: str | None) -> None:
    """The visitor refuses cookies, so that each tap comes as a stranger; the offer has one unit."""
    if offer:
        board.offer(budget=1)
    board.put_up(offer=offer, stock={"38": 9})
    asked = board.asked(seen_thousandths=80950 if offer else 89950)
    done = at_once([lambda: board.reserve(asked)] * 16)
    assert sorted(one.outcome for one in done) == ["again"] * 15 + ["reserved"]
    assert len({one.order_id for one in done}) == 1
    assert {one.device_id for one in done} == {next(one.device_id for one in done if one.outcome == "reserved")}
    assert board.stock() == {"38": 8}
    assert len(board.coupons()) == (1 if offer else 0)


def test_a_budget_of_one_is_in_one_of_two_prices(board: Billboard) -> None:
    board.put_up(offer=board.offer(budget=1), stock={"38": 9})
    buyers = [board.asked(seen_thousandths=80950) for _ in range(2)]
    done = at_once([lambda asked=asked: board.reserve(asked) for asked in buyers])  # type: ignore[misc]
    assert sorted(one.outcome for one in done) == ["price_changed", "reserved"]
    assert next(one.price_thousandths for one in done if one.outcome == "price_changed") == 89950
    assert board.counts()["spent"] == 1
    assert board.stock() == {"38": 8}


def test_a_cancelled_order_gives_its_piece_back_once(board: Billboard) -> None:
    board.put_up(offer=board.offer())
    order = board.reserve(board.asked(seen_thousandths=80950)).order_id or ""
    said = [board.write(lambda session: cancel_order(session, order, now=at(2)))[0] for _ in range(2)]
    assert said == ["cancelled", "again"]
    assert board.stock() == {"38": 1, "39": 0}
    assert [(one["status"], one["source"]) for one in board.orders()[0].history] == [
        ("placed", "page"),
        ("cancelled", "page"),
    ]
    assert board.coupon_states() == ["issued"]


def _put(board: Billboard, order: str, status: str, minute: float, **more: object) -> None:
    customer = board.orders()[0].customer_id
    body = OrderBody.model_validate({"customer": customer, "place": "kalverstraat", "status": status, **more})
    board.write(lambda session: put_order(session, order, body, keys=KEYS, now=at(minute)))


def test_the_shop_cancels_and_the_piece_goes_back_once(board: Billboard) -> None:
    board.put_up()
    order = board.reserve(board.asked()).order_id or ""
    for minute, status in enumerate(("ready", "cancelled", "cancelled"), 2):
        _put(board, order, status, minute)
    assert board.write(lambda session: cancel_order(session, order, now=at(9)))[0] == "again"
    assert board.stock() == {"38": 1, "39": 0}
    [row] = board.orders()
    assert (row.total, row.items[0]["size"], row.code is not None) == ("89.95", "38", True), (
        "what the shop did not say stays"
    )


def test_what_was_collected_does_not_come_back(board: Billboard) -> None:
    board.put_up()
    order = board.reserve(board.asked()).order_id or ""
    _put(board, order, "collected", 2)
    assert board.write(lambda session: cancel_order(session, order, now=at(3)))[0] == "too_late"
    _put(board, order, "cancelled", 4)
    assert board.stock() == {"38": 0, "39": 0}


def test_a_shop_that_makes_another_thing_of_it_has_the_piece_back(board: Billboard) -> None:
    board.put_up()
    order = board.reserve(board.asked()).order_id or ""
    _put(board, order, "ready", 2, items=[{"sku": "SNEAK-1", "size": "39"}])
    assert board.stock() == {"38": 1, "39": 0}
    _put(board, order, "cancelled", 3)
    assert board.stock() == {"38": 1, "39": 0}


def test_a_shops_newer_stock_counts(board: Billboard) -> None:
    """It says how many are to be had now; a piece that goes back is one more, unless the shop has taken the size off its list."""
    board.put_up()
    order = board.reserve(board.asked()).order_id or ""
    board.product(sizes=["39"], stock={"kalverstraat": {"39": 5}})
    board.write(lambda session: cancel_order(session, order, now=at(2)))
    assert board.stock() == {"39": 5}


def test_an_order_goes_along_when_its_browser_becomes_a_customers(board: Billboard) -> None:
    board.put_up()
    done = board.reserve(board.asked())
    board.customer("sanne")
    board.write(lambda session: link_device(session, done.device_id or "", "sanne", now=at(2)))
    [order] = board.orders()
    assert (order.id, order.customer_id) == (done.order_id, "sanne")


def test_nobody_gets_the_cookie_of_somebody_who_is_known(board: Billboard) -> None:
    board.put_up()
    asked: ReserveAsked = board.asked()
    done = board.reserve(asked)
    board.customer("sanne")
    board.write(lambda session: link_device(session, done.device_id or "", "sanne", now=at(2)))
    assert board.reserve(asked).device_id is None
    assert board.reserve(replace(asked, device_id=new_id("dev"))).device_id is None


def test_one_scan_has_so_many_orders_whoever_makes_them_at_once(either_database: Database) -> None:
    """Fresh browsers, which nothing but the scan holds together, at the same moment."""
    board = Billboard(either_database)
    board.put_up(stock={"38": 20})
    scan = board.scan()
    asked = [board.asked(scan) for _ in range(8)]
    done = at_once([lambda one=one: board.reserve(one) for one in asked])  # type: ignore[misc]
    assert sorted(one.outcome for one in done) == ["reserved"] * 3 + ["too_many"] * 5
    assert board.stock() == {"38": 17}


def test_the_pieces_of_whoever_is_erased_go_back(board: Billboard) -> None:
    """But for one that was paid: it is sold, whoever bought it."""
    board.put_up(stock={"38": 5})
    kept, paid = (board.reserve(board.asked(provider="mollie")) for _ in range(2))
    assert board.stock() == {"38": 3}

    def pay(session: Session) -> None:
        session.get_one(Payment, paid.payment_id).state = "paid"

    board.write(pay)
    for one in board.orders():
        board.write(lambda session, one=one: erase_customer(session, one.customer_id, now=at(2)))  # type: ignore[misc]
    assert kept.outcome == "reserved"
    assert board.orders() == []
    assert board.stock() == {"38": 4}
