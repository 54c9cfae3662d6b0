"""Buying through the doors, with everything that a payment provider and the network may do meanwhile."""

import re
from typing import Any

import httpx
import pytest

from tests.at_once import at_once
from tests.doubles.mollie import MollieDouble
from tests.offers.billboards import Billboard
from tests.web.conftest import Clock, Served, bearer
from tests.web.landing.buying import Visitor, checkout, forms_of
from tests.web.landing.buying import location as _location
from web.landing.words import WORDS

EN = WORDS["en"]


def _buy(shop: Served, board: Billboard, visitor: Visitor, scan: str | None = None) -> httpx.Response:
    return visitor.send(visitor.form(f"/l/{scan or board.scan()}/reserve?size=38"), button=EN["o_buy"])


def _here(shop: Served, mollie: MollieDouble) -> str:
    return str(mollie.payments[mollie.newest].body["redirectUrl"]).removeprefix(shop.url)


def test_bought_and_paid(shop: Served, board: Billboard, mollie: MollieDouble, keys: dict[str, str]) -> None:
    board.put_up(offer=board.offer(budget=1))
    visitor = Visitor(shop.url)
    page = visitor.get(f"/l/{board.scan()}/reserve?size=38")
    assert "form-action 'self';" in page.headers["content-security-policy"] + ";"
    [form] = forms_of(page.text, str(page.url))
    sent = visitor.send(form, button=EN["o_buy"])
    assert checkout(visitor, sent) == f"{mollie.origin}/checkout/{mollie.newest}"
    before = visitor.get(_location(sent))
    assert "€80.95" in before.text
    assert mollie.count("POST") == 1, "looking begins nothing"
    assert mollie.payments[mollie.newest].amount == {"currency": "EUR", "value": "80.95"}
    waiting = visitor.get(_here(shop, mollie))
    assert EN["o_pending_title"] in waiting.text
    assert '<noscript><meta http-equiv="refresh" content="5"></noscript>' in waiting.text
    assert mollie.finish("paid", times=2) == [200, 200]
    back = visitor.get(_location(sent))
    assert _location(back) == _here(shop, mollie).partition("?")[0], "the way back leads to no checkout any more"
    paid = visitor.get(_here(shop, mollie))
    assert f"<h1>{EN['o_paid_title']}</h1>" in paid.text
    assert "http-equiv" not in paid.text
    [row] = board.orders()
    item = httpx.get(f"{shop.url}/v1/orders/{row.id}", headers=bearer(keys["orders"])).json()
    assert (item["payment"]["state"], item["payment"]["method"], item["payment"]["amount"]) == (
        "paid",
        "ideal",
        "80.95",
    )
    bought = httpx.get(f"{shop.url}/v1/purchases", headers=bearer(keys["admin"])).json()["items"]
    assert [(one["purchase_id"], one["channel"], one["total"]) for one in bought] == [(row.id, "online", "80.95")]
    assert board.coupon_states() == ["redeemed"]
    assert visitor.get(f"/l/{row.scan_id}").status_code == 200


@pytest.mark.parametrize("state", ["failed", "canceled", "expired"])
def test_bought_and_not_paid(shop: Served, board: Billboard, mollie: MollieDouble, state: str) -> None:
    board.put_up()
    visitor = Visitor(shop.url)
    _location(_buy(shop, board, visitor))
    assert mollie.finish(state, times=2) == [200, 200]
    page = visitor.get(_here(shop, mollie))
    assert EN["o_unpaid"] in page.text
    assert EN["o_again"] in page.text
    assert board.stock() == {"38": 1, "39": 0}
    assert board.orders()[0].status == "cancelled"


def test_a_lost_webhook_heals_when_the_visitor_comes_back(
    shop: Served, board: Billboard, mollie: MollieDouble, clock: Clock
) -> None:
    board.put_up()
    visitor = Visitor(shop.url)
    _location(_buy(shop, board, visitor))
    mollie.become("paid")
    here = _here(shop, mollie)
    clock.at += 10
    visitor.get(here.partition("?")[0])
    assert mollie.count("GET") == 0, "who only looks has nobody asked"
    assert f"<h1>{EN['o_paid_title']}</h1>" in visitor.get(here).text
    assert mollie.count("GET") == 1
    for _ in range(3):
        visitor.get(here)
    assert mollie.count("GET") == 1


def test_the_provider_is_asked_now_and_then_at_most(
    shop: Served, board: Billboard, mollie: MollieDouble, clock: Clock
) -> None:
    board.put_up()
    visitor = Visitor(shop.url)
    _location(_buy(shop, board, visitor))
    here = _here(shop, mollie)
    for _ in range(3):
        clock.at += 6
        for _ in range(4):
            assert visitor.get(here).status_code == 200
    assert mollie.count("GET") == 3
    mollie.faults(fetch={"kind": "hang"})
    clock.at += 6
    assert EN["o_pending_title"] in visitor.get(here).text, "with the provider away the page is shown all the same"


@pytest.mark.parametrize(
    "fault", [{"status": 500}, {"kind": "hang"}, {"kind": "killed"}, {"kind": "lost"}, {"kind": "elsewhere"}]
)
def test_a_provider_that_is_away_at_the_start(
    shop: Served, board: Billboard, mollie: MollieDouble, fault: dict[str, Any]
) -> None:
    """Nothing was charged, the piece is held, and the same form goes on where it stopped: one order, one payment."""
    board.put_up()
    visitor = Visitor(shop.url)
    form = visitor.form(f"/l/{board.scan()}/reserve?size=38")
    mollie.faults(create=fault)
    away = visitor.send(form, button=EN["o_buy"])
    assert (away.status_code, EN["o_away"] in away.text) == (503, True)
    assert board.stock() == {"38": 0, "39": 0}
    [payment] = board.payments()
    assert (payment.state, payment.provider_id) == ("wanted", None)
    mollie.faults()
    [row] = board.orders()
    [link] = re.findall(r'href="(/o/[^"]*)"', away.text)
    [pay] = [one for one in forms_of(visitor.get(link).text, f"{shop.url}{link}") if one.action.endswith("/pay")]
    checkouts = {checkout(visitor, visitor.send(form, button=EN["o_buy"])), checkout(visitor, visitor.send(pay))}
    assert checkouts == {f"{mollie.origin}/checkout/{mollie.newest}"}
    assert (len(mollie.payments), len(board.payments()), len(board.orders())) == (1, 1, 1)
    assert mollie.finish("paid") == [200]
    assert board.payments()[0].state == "paid"
    assert row.id == board.orders()[0].id


def test_a_provider_that_refuses_leaves_a_reservation(shop: Served, board: Billboard, mollie: MollieDouble) -> None:
    board.put_up(currency="SEK")
    visitor = Visitor(shop.url)
    refused = _buy(shop, board, visitor)
    assert (refused.status_code, EN["o_refused"] in refused.text) == (409, True)
    assert [(one.status, one.holds_stock) for one in board.orders()] == [("placed", True)]
    [link] = re.findall(r'href="(/o/[^"]*)"', refused.text)
    assert EN["o_placed_title"] in visitor.get(link).text


def test_a_webhook_before_the_answer_was_recorded(shop: Served, board: Billboard, mollie: MollieDouble) -> None:
    """Mollie made the payment, its answer was lost, and it calls: our own id is in the address that it calls."""
    board.put_up()
    visitor = Visitor(shop.url)
    mollie.faults(create={"kind": "lost"})
    _buy(shop, board, visitor)
    assert board.payments()[0].provider_id is None
    assert mollie.finish("paid") == [200]
    [payment] = board.payments()
    assert (payment.state, payment.provider_id) == ("paid", mollie.newest)


@pytest.mark.parametrize("fault", [{"status": 500}, {"kind": "hang"}, {"kind": "html"}, {"status": 401}])
def test_a_webhook_with_the_provider_away_is_to_come_again(
    shop: Served, board: Billboard, mollie: MollieDouble, fault: dict[str, Any]
) -> None:
    board.put_up()
    _location(_buy(shop, board, Visitor(shop.url)))
    mollie.faults(fetch=fault)
    assert mollie.finish("paid") == [503]
    assert board.payments()[0].state == "open"
    mollie.faults()
    assert mollie.finish("paid") == [200]
    assert board.payments()[0].state == "paid"


def test_webhooks_at_the_same_moment(
    shop: Served, board: Billboard, mollie: MollieDouble, keys: dict[str, str]
) -> None:
    board.put_up(offer=board.offer())
    _location(_buy(shop, board, Visitor(shop.url)))
    payment = mollie.become("paid")
    assert at_once([lambda: mollie.hook(payment)] * 8) == [200] * 8
    bought = httpx.get(f"{shop.url}/v1/purchases", headers=bearer(keys["admin"])).json()["items"]
    assert len(bought) == 1
    assert len(board.orders()[0].history) == 2
    assert board.counts()["redeemed"] == 1


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (b"id=tr_unknown", "application/x-www-form-urlencoded"),
        (b"id=tr_unknown&id=..%2F..%2Fv2", "application/x-www-form-urlencoded"),
        (b"status=paid", "application/x-www-form-urlencoded"),
        (b"\xff\xfe", "application/x-www-form-urlencoded"),
        (b"", "text/plain"),
        (b'{"id": "tr_unknown", "status": "paid"}', "application/json"),
        (b'{"id": 7}', "application/json"),
        (b"{", "application/json"),
        (b"[1]", "application/json"),
    ],
)
def test_whatever_is_not_ours_is_answered_alike_and_fetches_nothing(
    shop: Served, mollie: MollieDouble, content: bytes, kind: str
) -> None:
    headers = {"content-type": kind, "x-mollie-signature": "sha256=00"}
    answer = httpx.post(f"{shop.url}/hooks/mollie?payment=pay_none", content=content, headers=headers)
    assert (answer.status_code, answer.content) == (200, b"")
    assert mollie.requests == []


def test_a_webhook_is_believed_nothing(shop: Served, board: Billboard, mollie: MollieDouble) -> None:
    """Mollie's newer ones send the payment, signed; we read its id and fetch it all the same."""
    board.put_up()
    _location(_buy(shop, board, Visitor(shop.url)))
    said = {"resource": "event", "type": "payment.paid", "entityId": mollie.newest, "status": "paid"}
    assert httpx.post(f"{shop.url}/hooks/mollie", json=said).status_code == 200
    assert mollie.count("GET") == 1
    assert board.payments()[0].state == "open"


def test_another_amount_is_refused_and_flagged(
    shop: Served, board: Billboard, mollie: MollieDouble, keys: dict[str, str]
) -> None:
    board.put_up()
    visitor = Visitor(shop.url)
    _location(_buy(shop, board, visitor))
    mollie.service.payments[mollie.newest].amount["value"] = "0.01"
    assert mollie.finish("paid") == [200]
    [row] = board.orders()
    item = httpx.get(f"{shop.url}/v1/orders/{row.id}", headers=bearer(keys["orders"])).json()
    assert (item["attention"], item["payment"]["state"], item["status"]) == ("amount_differs", "open", "placed")
    assert EN["o_differs_title"] in visitor.get(_here(shop, mollie)).text


def test_paid_after_the_piece_went_to_somebody_else(shop: Served, board: Billboard, mollie: MollieDouble) -> None:
    board.put_up()
    visitor = Visitor(shop.url)
    _location(_buy(shop, board, visitor))
    payment, here = mollie.newest, _here(shop, mollie)
    mollie.finish("expired", payment)
    other = Visitor(shop.url)
    _location(other.send(other.form(f"/l/{board.scan()}/reserve?size=38")))
    assert mollie.finish("paid", payment) == [200]
    assert EN["o_attention"] in visitor.get(here).text


def test_paid_by_who_was_erased_meanwhile_is_told_and_counted(
    shop: Served, board: Billboard, mollie: MollieDouble, keys: dict[str, str]
) -> None:
    board.put_up()
    _location(_buy(shop, board, Visitor(shop.url)))
    [row], [payment] = board.orders(), board.payments()
    erased = httpx.delete(f"{shop.url}/v1/customers/{row.customer_id}", headers=bearer(keys["admin"]))
    assert (erased.status_code, board.stock()) == (204, {"38": 1, "39": 0})
    assert mollie.finish("open") == [200]
    assert _erased_and_paid(shop) == 0
    mollie.faults(fetch={"status": 500})
    assert mollie.finish("paid") == [503]
    mollie.faults()
    assert mollie.finish("paid") == [200]
    assert _erased_and_paid(shop) == 1
    assert board.stock() == {"38": 1, "39": 0}
    asked = mollie.count("GET")
    for address in (f"payment={payment.id}", f"payment={payment.id}&mark=AAAAAAAAAAAAAAAA"):
        forged = httpx.post(f"{shop.url}/hooks/mollie?{address}", data={"id": mollie.newest})
        assert forged.status_code == 200
    assert mollie.count("GET") == asked, "only who has the address that we gave out has the provider asked"


def _erased_and_paid(shop: Served) -> float:
    text = httpx.get(f"{shop.url}/metrics").text
    [line] = [one for one in text.splitlines() if one.startswith("passerby_paid_but_erased_total ")]
    return float(line.split()[1])


def test_the_landing_pages_buy_is_confirmed_first(shop: Served, board: Billboard, mollie: MollieDouble) -> None:
    board.put_up()
    visitor, scan = Visitor(shop.url), board.scan()
    page = visitor.get(f"/l/{scan}?size=38")
    [buy] = [one for one in forms_of(page.text, str(page.url)) if one.action.endswith("/buy")]
    confirm = visitor.send(buy)
    assert confirm.status_code == 200
    assert mollie.payments == {}
    assert f'href="/l/{scan}/reserve?lang=nl&amp;size=38' in confirm.text, "where the form was sent is no page"
    [form] = forms_of(confirm.text, str(confirm.url))
    assert checkout(visitor, visitor.send(form, button=EN["o_buy"])).startswith(mollie.origin)


def test_without_payments_pages_offer_no_buying(served: Served, board: Billboard) -> None:
    served.doors.parts.payments = None
    board.put_up()
    visitor, scan = Visitor(served.url), board.scan()
    form = visitor.form(f"/l/{scan}/reserve?size=38")
    assert form.buttons == {}
    sent = visitor.post(f"/l/{scan}/buy", form.fields)
    assert _location(sent).startswith("/o/"), "reserved, to be paid in the store"
    assert board.payments() == []
