"""Reserve, buy, follow and cancel, through the doors: the forms that a visitor without JavaScript sends."""

import json
import re
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from pydantic import SecretStr
from redis import Redis

from offers.records.database import Database
from offers.settings import Settings
from tests.at_once import at_once
from tests.conftest import NOON
from tests.doubles.mollie import MollieDouble
from tests.offers.billboards import Billboard
from tests.web.conftest import Clock, Served, bearer, build_lanes, serve
from tests.web.landing.buying import Visitor, forms_of
from web.landing.words import WORDS
from workers.happenings import STREAM
from workers.payments import mollie as real

EN = WORDS["en"]


@pytest.fixture
def mollie() -> Iterator[MollieDouble]:
    with MollieDouble() as double:
        yield double


@pytest.fixture
def pays(settings: Settings, mollie: MollieDouble, monkeypatch: pytest.MonkeyPatch) -> Settings:
    monkeypatch.setattr(real, "TIMEOUT", httpx.Timeout(1.0))
    key = SecretStr(mollie.key)
    return settings.model_copy(
        update={
            "payments": "mollie",
            "mollie_api_key": key,
            "mollie_endpoint": mollie.origin,
            "base_url": "http://127.0.0.1",
        }
    )


@pytest.fixture
def shop(pays: Settings, redis_db: Redis, clock: Clock) -> Iterator[Served]:
    build_lanes(redis_db)
    with serve(pays, clock) as served:
        served.doors.parts.settings = pays.model_copy(update={"base_url": served.url})  # known once it stands
        yield served


@pytest.fixture
def board(database: Database) -> Billboard:
    return Billboard(database)


def _location(answer: httpx.Response) -> str:
    assert answer.status_code == 303, answer.text
    return answer.headers["location"]


def _alarm(answer: httpx.Response) -> str:
    found = re.search(r'role="alert">([^<]*)<', answer.text)
    return found[1] if found else ""


def test_reserve_without_a_script(shop: Served, board: Billboard) -> None:
    board.put_up(offer=board.offer(budget=1))
    visitor, scan = Visitor(shop.url), board.scan()
    page = visitor.get(f"/l/{scan}/reserve?size=38&store=kalverstraat")
    assert page.status_code == 200
    assert "set-cookie" not in page.headers
    assert "€80.95" in page.text
    [form] = forms_of(page.text, str(page.url))
    assert form.fields["size"] == "38"
    sent = visitor.send(form, name="Noor")
    assert "httponly" in sent.headers["set-cookie"].lower()
    order = visitor.get(_location(sent))
    assert order.status_code == 200
    assert EN["o_placed_title"] in order.text
    assert "€80.95" in order.text
    [row] = board.orders()
    assert str(row.code) in order.text
    assert "set-cookie" not in order.headers
    again = visitor.get(f"/l/{board.scan()}/reserve")
    assert EN["o_name"] not in again.text, "the name is known by now"


def test_double_taps_and_the_way_back_lead_to_one_order(shop: Served, board: Billboard) -> None:
    board.put_up(stock={"38": 9})
    visitor = Visitor(shop.url)
    form = visitor.form(f"/l/{board.scan()}/reserve?size=38")
    strangers = [Visitor(shop.url, cookies=False) for _ in range(16)]
    answers = at_once([lambda one=one: one.send(form) for one in strangers])  # type: ignore[misc]
    assert {_location(one) for one in answers} == {_location(visitor.send(form))}
    assert len(board.orders()) == 1
    assert board.stock() == {"38": 8}


def test_sixteen_visitors_race_for_the_last_piece(shop: Served, board: Billboard) -> None:
    board.put_up()
    visitors = [Visitor(shop.url) for _ in range(16)]
    forms = [one.form(f"/l/{board.scan()}/reserve?size=38") for one in visitors]
    answers = at_once([lambda one=one, form=form: one.send(form) for one, form in zip(visitors, forms, strict=True)])  # type: ignore[misc]
    assert sorted(one.status_code for one in answers) == [303] + [409] * 15
    lost = next(one for one in answers if one.status_code == 409)
    assert EN["o_sold_out_title"] in lost.text
    assert "set-cookie" not in lost.headers
    assert len(board.orders()) == 1
    assert board.stock() == {"38": 0, "39": 0}


def test_sold_out_between_looking_and_confirming(shop: Served, board: Billboard) -> None:
    """The next store that has it is one tap away."""
    board.put_up()
    board.place("dam", name="Dam", pickup=True, lat=52.373, lon=4.893)
    board.product(sizes=["38"], stock={"kalverstraat": {"38": 1}, "dam": {"38": 1}})
    visitor = Visitor(shop.url)
    form = visitor.form(f"/l/{board.scan()}/reserve?size=38&store=kalverstraat")
    board.product(sizes=["38"], stock={"kalverstraat": {"38": 0}, "dam": {"38": 1}})
    refused = visitor.send(form)
    assert refused.status_code == 409
    assert "Kalverstraat" in _alarm(refused)
    [again] = forms_of(refused.text, str(refused.url))
    assert again.fields["store"] == "dam"
    assert _location(visitor.send(again)).startswith("/o/")
    assert board.orders()[0].place_id == "dam"


def test_a_price_that_changed_is_confirmed_again(shop: Served, board: Billboard) -> None:
    board.put_up()
    visitor = Visitor(shop.url)
    form = visitor.form(f"/l/{board.scan()}/reserve?size=38")
    board.product(sizes=["38"], stock={"kalverstraat": {"38": 1}}, price="99.95")
    refused = visitor.send(form)
    assert (refused.status_code, _alarm(refused)) == (409, EN["o_price_changed"])
    assert "€99.95" in refused.text
    [again] = forms_of(refused.text, str(refused.url))
    assert again.fields["nonce"] == form.fields["nonce"]
    assert _location(visitor.send(again)).startswith("/o/")


def test_what_else_can_be_wrong_with_a_form(shop: Served, board: Billboard, clock: Clock) -> None:
    board.put_up()
    visitor, scan = Visitor(shop.url), board.scan()
    form = visitor.form(f"/l/{scan}/reserve?size=38")
    assert visitor.send(form, token="wrong").status_code == 403
    assert _alarm(visitor.send(form, size="")) == EN["o_unknown_size"]
    assert EN["o_not_now_title"] in visitor.send(form, store="nowhere").text
    strange = visitor.post(form.action, form.fields, headers={})
    assert strange.status_code == 403, "no browser says that our page sent it"
    clock.at += 25 * 3600
    assert _alarm(visitor.send(form)) == EN["o_too_old"]
    assert board.orders() == []
    assert visitor.get("/l/nothing/reserve").status_code == 404


def test_a_closed_store_takes_reservations_and_says_when_it_opens(shop: Served, board: Billboard, clock: Clock) -> None:
    board.put_up()
    clock.at = NOON.timestamp() + 11 * 3600
    visitor = Visitor(shop.url)
    page = visitor.get(f"/l/{board.scan()}/reserve?size=38")
    assert "opens at 09:00 tomorrow" in page.text
    assert EN["o_closed_note"] in page.text
    assert _location(visitor.send(forms_of(page.text, str(page.url))[0])).startswith("/o/")


def test_nobody_empties_a_shop(shop: Served, board: Billboard) -> None:
    board.put_up(stock={"38": 9})
    visitor, scan = Visitor(shop.url), board.scan()
    for _ in range(3):
        _location(visitor.send(visitor.form(f"/l/{scan}/reserve?size=38")))
    refused = visitor.send(visitor.form(f"/l/{scan}/reserve?size=38"))
    assert (refused.status_code, EN["o_too_many_title"] in refused.text) == (409, True)


def test_cancelling_asks_once_more(shop: Served, board: Billboard, redis_db: Redis) -> None:
    board.put_up()
    visitor = Visitor(shop.url)
    here = _location(visitor.send(visitor.form(f"/l/{board.scan()}/reserve?size=38")))
    before = visitor.get(f"{here}/state").json()["version"]
    ask = visitor.get(f"{here}/cancel")
    assert board.orders()[0].status == "placed", "looking cancels nothing"
    [form] = forms_of(ask.text, str(ask.url))
    assert visitor.send(form, token="wrong").status_code == 403
    assert [_location(visitor.send(form)) for _ in range(2)] == [here, here]
    assert EN["o_cancelled"] in visitor.get(here).text
    assert board.stock() == {"38": 1, "39": 0}
    assert visitor.get(f"{here}/state").json()["version"] != before
    told = [json.loads(fields[b"e"]) for _, fields in redis_db.xrange(STREAM)]  # type: ignore[union-attr]
    assert [(one["what"], one["code"]) for one in told if one["type"] == "order"] == [
        ("placed", None),
        ("cancelled", None),
    ]


def test_an_order_is_seen_by_who_has_its_address_alone(shop: Served, board: Billboard) -> None:
    board.put_up()
    visitor = Visitor(shop.url)
    here = _location(visitor.send(visitor.form(f"/l/{board.scan()}/reserve?size=38")))
    order, mark = here.split("/")[2:]
    stranger = Visitor(shop.url)
    assert stranger.get(here).status_code == 200
    for path in (f"/o/{order}/{mark[:-1]}x", f"/o/{order}/x", f"/o/ord_none/{mark}"):
        for end in ("", "/state", "/cancel"):
            assert stranger.get(path + end).status_code == 404
        for end in ("/cancel", "/pay"):
            assert stranger.post(path + end, {"token": "x"}).status_code == 404


@pytest.mark.parametrize("language", ["nl", "de", "en"])
@pytest.mark.parametrize(
    ("status", "name"),
    [
        ("placed", "placed"),
        ("ready", "ready"),
        ("arrived", "coming"),
        ("collected", "collected"),
        ("cancelled", "cancelled"),
    ],
)
def test_the_page_follows_what_the_shop_says(
    shop: Served, board: Billboard, keys: dict[str, str], *, language: str, status: str, name: str
) -> None:
    board.put_up()
    visitor = Visitor(shop.url, language=language)
    here = _location(visitor.send(visitor.form(f"/l/{board.scan()}/reserve?size=38")))
    [row] = board.orders()
    body = {"customer": row.customer_id, "place": "kalverstraat", "status": status}
    put = httpx.put(f"{shop.url}/v1/orders/{row.id}", json=body, headers=bearer(keys["orders"]))
    assert (put.status_code, put.json()["source"], put.json()["code"]) == (200, "page", row.code)
    page = visitor.get(here)
    assert f"<h1>{WORDS[language][f'o_{name}_title']}</h1>" in page.text
    assert ("order.js" in page.text) == (status not in ("collected", "cancelled"))
    assert "http-equiv" not in page.text, "nothing is awaited"


def _buy(shop: Served, board: Billboard, visitor: Visitor, scan: str | None = None) -> httpx.Response:
    return visitor.send(visitor.form(f"/l/{scan or board.scan()}/reserve?size=38"), button=EN["o_buy"])


def _here(shop: Served, mollie: MollieDouble) -> str:
    return str(mollie.payments[mollie.newest].body["redirectUrl"]).removeprefix(shop.url)


def test_bought_and_paid(shop: Served, board: Billboard, mollie: MollieDouble, keys: dict[str, str]) -> None:
    board.put_up(offer=board.offer(budget=1))
    visitor = Visitor(shop.url)
    page = visitor.get(f"/l/{board.scan()}/reserve?size=38")
    assert (
        f"form-action 'self' https://mollie.com https://*.mollie.com {mollie.origin}"
        in page.headers["content-security-policy"]
    )
    [form] = forms_of(page.text, str(page.url))
    checkout = _location(visitor.send(form, button=EN["o_buy"]))
    assert checkout == f"{mollie.origin}/checkout/{mollie.newest}"
    assert mollie.payments[mollie.newest].amount == {"currency": "EUR", "value": "80.95"}
    waiting = visitor.get(_here(shop, mollie))
    assert EN["o_pending_title"] in waiting.text
    assert '<noscript><meta http-equiv="refresh" content="5"></noscript>' in waiting.text
    assert mollie.finish("paid", times=2) == [200, 200]
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
    checkouts = {_location(visitor.send(form, button=EN["o_buy"])), _location(visitor.send(pay))}
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


def test_the_landing_pages_buy_is_confirmed_first(shop: Served, board: Billboard, mollie: MollieDouble) -> None:
    board.put_up()
    visitor, scan = Visitor(shop.url), board.scan()
    page = visitor.get(f"/l/{scan}?size=38")
    [buy] = [one for one in forms_of(page.text, str(page.url)) if one.action.endswith("/buy")]
    confirm = visitor.send(buy)
    assert confirm.status_code == 200
    assert mollie.payments == {}
    [form] = forms_of(confirm.text, str(confirm.url))
    assert _location(visitor.send(form, button=EN["o_buy"])).startswith(mollie.origin)


def test_without_payments_pages_offer_no_buying(served: Served, board: Billboard) -> None:
    board.put_up()
    visitor, scan = Visitor(served.url), board.scan()
    form = visitor.form(f"/l/{scan}/reserve?size=38")
    assert form.buttons == {}
    sent = visitor.post(f"/l/{scan}/buy", form.fields)
    assert _location(sent).startswith("/o/"), "reserved, to be paid in the store"
    assert board.payments() == []
