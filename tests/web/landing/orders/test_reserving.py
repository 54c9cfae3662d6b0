"""Reserve, follow and cancel, through the doors: the forms that a visitor without JavaScript sends."""

import json
import re
from datetime import timedelta

import httpx
import pytest
from redis import Redis

from offers.reserving import end_reservation
from offers.rules.page_order import HELD_FOR
from tests.at_once import at_once
from tests.conftest import NOON
from tests.offers.billboards import Billboard
from tests.web.conftest import Clock, Served, bearer
from tests.web.landing.buying import Visitor, forms_of
from tests.web.landing.buying import location as _location
from web.landing.words import WORDS
from web.visitor.attempts import NewOrders
from workers.happenings import STREAM

EN = WORDS["en"]


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
    visitor = Visitor(shop.url)
    for _ in range(3):
        _location(visitor.send(visitor.form(f"/l/{board.scan()}/reserve?size=38")))
    refused = visitor.send(visitor.form(f"/l/{board.scan()}/reserve?size=38"))
    assert (refused.status_code, EN["o_too_many_title"] in refused.text) == (409, True)


def test_another_tab_comes_to_the_same_order(shop: Served, board: Billboard) -> None:
    board.put_up(stock={"38": 9})
    visitor, scan = Visitor(shop.url), board.scan()
    tabs = [visitor.form(f"/l/{scan}/reserve?size=38") for _ in range(2)]
    assert tabs[0].fields["nonce"] != tabs[1].fields["nonce"]
    assert len({_location(visitor.send(tab)) for tab in tabs}) == 1
    assert board.stock() == {"38": 8}


def test_cancelling_asks_once_more(shop: Served, board: Billboard, redis_db: Redis) -> None:
    board.put_up()
    visitor = Visitor(shop.url)
    here = _location(visitor.send(visitor.form(f"/l/{board.scan()}/reserve?size=38")))
    before = visitor.get(f"{here}/state").json()["version"]
    assert f'href="{here}/ask?lang=nl"' in visitor.get(f"{here}?lang=nl").text, "who waits can ask the store"
    ask = visitor.get(f"{here}/cancel")
    assert board.orders()[0].status == "placed", "looking cancels nothing"
    [form] = forms_of(ask.text, str(ask.url))
    assert visitor.send(form, token="wrong").status_code == 403
    assert [_location(visitor.send(form)) for _ in range(2)] == [here, here]
    cancelled = visitor.get(here).text
    assert EN["o_cancelled"] in cancelled
    assert EN["o_store"] not in cancelled, "there is nothing to collect"
    assert "/reserve?size=38&amp;store=kalverstraat" in cancelled, "what was chosen is chosen again"
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
    another = mark[:-1] + ("y" if mark.endswith("x") else "x")
    for path in (f"/o/{order}/{another}", f"/o/{order}/x", f"/o/ord_none/{mark}"):
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
        ("arrived", "here_early"),
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


def test_forgetting_the_cookie_makes_nobody_many(
    shop: Served, board: Billboard, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Browsers that nobody has seen before have so many orders an hour from one network; whoever has a cookie is not among them."""
    monkeypatch.setattr(NewOrders, "most", 2)
    board.put_up(stock={"38": 9})
    known = Visitor(shop.url)
    assert known.send(known.form(f"/l/{board.scan()}/reserve?size=38")).status_code == 303
    fresh = [Visitor(shop.url) for _ in range(2)]
    told = [one.send(one.form(f"/l/{board.scan()}/reserve?size=38")) for one in fresh]
    assert [one.status_code for one in told] == [303, 429]
    assert int(told[1].headers["retry-after"]) > 0
    assert EN["too_often_title"] in told[1].text
    assert len(board.orders()) == 2
    assert known.send(known.form(f"/l/{board.scan()}/reserve?size=38")).status_code == 303


def test_the_page_says_how_long_it_is_kept(shop: Served, board: Billboard, clock: Clock) -> None:
    board.put_up()
    visitor = Visitor(shop.url)
    order = _location(visitor.send(visitor.form(f"/l/{board.scan()}/reserve?size=38")))
    kept, _, _ = EN["o_held_until"].partition("{")
    assert kept in visitor.get(order).text
    [row] = board.orders()
    later = NOON + HELD_FOR + timedelta(minutes=5)
    board.write(lambda session: end_reservation(session, row.id, now=later))
    page = visitor.get(order).text
    assert EN["o_given_back_title"] in page
    assert kept not in page
