"""On an order's page: on my way, here, and yes or no to messages, by forms that need no script. And what a page's address does not open."""

import re
from collections.abc import Callable, Iterator

import httpx
import pytest
from sqlalchemy import select

from offers.records.database import Database
from offers.records.tables import Consent, Customer, Device, Order
from offers.rules.page_links import page_path
from tests.web.conftest import PLACE, Clock, Served, bearer
from tests.web.landing.buying import Form, Visitor, forms_of, location
from web.landing.words import WORDS
from web.visitor.words import WORDS as MESSAGE_WORDS

EN = WORDS["en"]
Put = Callable[..., str]


@pytest.fixture
def put(served: Served, keys: dict[str, str]) -> Iterator[Put]:
    """An order that the shop tells of, of a customer whom no browser knows; its page."""
    with httpx.Client(base_url=served.url, headers=bearer(keys["admin"]), timeout=20) as admin:
        admin.put("/v1/places/kalverstraat-102", json=PLACE).raise_for_status()
        consents = {"location": True, "offers": True}
        sanne = {"name": "Sanne de Vries", "phone": "+31612345678", "consents": consents}
        admin.put("/v1/customers/sanne", json=sanne).raise_for_status()

        def make(status: str = "ready", order: str = "A-1") -> str:
            items = [{"sku": "SNEAK-1", "title": "Sneaker", "price": "89.95"}]
            body = {"customer": "sanne", "place": "kalverstraat-102", "status": status, "items": items}
            admin.put(f"/v1/orders/{order}", json=body).raise_for_status()
            return page_path(served.doors.parts.codes, "order", order)

        yield make


def title(page: httpx.Response) -> str:
    found = re.search("<h1>(.*?)</h1>", page.text)
    assert found is not None
    return found[1]


def form_to(visitor: Visitor, here: str, what: str) -> Form:
    page = visitor.get(here)
    assert page.status_code == 200
    [form] = [one for one in forms_of(page.text, str(page.url)) if one.action.partition("?")[0].endswith(f"/{what}")]
    return form


def order_of(database: Database, order: str = "A-1") -> Order:
    with database.reading() as session:
        return session.get_one(Order, order)


def receipts(database: Database) -> list[tuple[str, bool, str | None, str | None, str | None]]:
    with database.reading() as session:
        rows = session.scalars(select(Consent).where(Consent.purpose == "orders").order_by(Consent.id))
        return [(one.purpose, one.given, one.text_version, one.language, one.source) for one in rows]


def test_on_my_way_then_here_without_a_script(served: Served, put: Put, database: Database, clock: Clock) -> None:
    here, visitor = put(), Visitor(served.url, cookies=False)
    assert title(visitor.get(here)) == EN["o_ready_title"]
    sent = visitor.send(form_to(visitor, here, "on-my-way"), minutes="20")
    assert location(sent) == here
    page = visitor.get(here)
    assert title(page) == EN["o_coming_title"]
    assert EN["o_left"].format(minutes=20) in page.text
    clock.at += 300
    assert EN["o_left"].format(minutes=15) in visitor.get(here).text
    assert location(visitor.send(form_to(visitor, here, "here"))) == here
    page = visitor.get(here)
    assert title(page).startswith(EN["o_here_title"])
    assert EN["o_told_since"].partition("{")[0] in page.text
    assert [one["source"] for one in order_of(database).history[-2:]] == ["page", "page"]
    assert not [one for one in forms_of(page.text, here) if "messages" not in one.action], "nothing more to say"


def test_a_tap_without_minutes_and_numbers_that_are_none(served: Served, put: Put, database: Database) -> None:
    here, visitor = put(), Visitor(served.url)
    form = form_to(visitor, here, "on-my-way")
    for minutes in ("", "0", "241", "-5", "12.5", "\u0665", "9" * 400):
        assert visitor.send(form, minutes=minutes).status_code == 303
    row = order_of(database)
    assert (row.status, row.coming_minutes) == ("on_the_way", None)
    visitor.send(form, minutes="240")
    assert order_of(database).coming_minutes == 240


def test_here_before_it_is_ready_says_so(served: Served, put: Put) -> None:
    here, visitor = put("placed"), Visitor(served.url, language="nl")
    visitor.send(form_to(visitor, here, "here"))
    page = visitor.get(here)
    assert WORDS["nl"]["o_here_early"] in page.text
    put("ready")
    assert WORDS["nl"]["o_here_early"] not in visitor.get(here).text


def test_not_coming_now(served: Served, put: Put, database: Database) -> None:
    here, visitor = put(), Visitor(served.url)
    visitor.send(form_to(visitor, here, "on-my-way"))
    visitor.send(form_to(visitor, here, "not-coming"))
    assert order_of(database).status == "ready"
    assert title(visitor.get(here)) == EN["o_ready_title"]


@pytest.mark.parametrize("status", ["collected", "cancelled"])
def test_a_form_that_stood_open_tells_nobody_of_a_closed_order(
    served: Served, put: Put, database: Database, status: str
) -> None:
    here, visitor = put(), Visitor(served.url)
    forms = [form_to(visitor, here, what) for what in ("on-my-way", "here")]
    put(status)
    for form in forms:
        assert location(visitor.send(form)) == here
    assert order_of(database).status == status
    page = visitor.get(here)
    assert title(page) == EN[f"o_{status}_title"]
    assert forms_of(page.text, here) == []


@pytest.mark.parametrize("what", ["on-my-way", "here", "not-coming", "messages"])
def test_only_this_pages_own_forms_are_taken(served: Served, put: Put, database: Database, what: str) -> None:
    here, other, visitor = put(), put(order="A-2"), Visitor(served.url)
    token = form_to(visitor, here, "here").fields["token"]
    strange = form_to(visitor, other, "here").fields["token"]
    fields = {"token": token, "to": "agree"}
    across = {"sec-fetch-site": "cross-site", "origin": "https://evil.example"}
    assert visitor.post(f"{here}/{what}", fields, across).status_code == 403
    assert visitor.post(f"{here}/{what}", fields, {}).status_code == 403, "a browser that does not say whose page it is"
    assert visitor.post(f"{here}/{what}", {"to": "agree"}).status_code == 403
    assert visitor.post(f"{here}/{what}", fields | {"token": strange}).status_code == 403, "another order's token"
    wrong = here.rpartition("/")[0] + "/" + other.rpartition("/")[2]
    assert visitor.post(f"{wrong}/{what}", fields).status_code == 404
    assert (order_of(database).status, receipts(database)) == ("ready", [])


@pytest.mark.parametrize("language", ["nl", "de", "en"])
def test_yes_no_and_withdrawn(served: Served, put: Put, database: Database, language: str) -> None:
    here, visitor = put(), Visitor(served.url, cookies=False, language=language)
    words, said = WORDS[language], MESSAGE_WORDS[language]
    form = form_to(visitor, here, "messages")
    assert said["orders_ask"].replace("'", "&#39;") in visitor.get(here).text
    refused = visitor.send(form, to="refuse")
    assert location(refused) == f"{here}?no=1#messages"
    assert words["o_messages_refused"] in visitor.get(f"{here}?no=1").text
    assert receipts(database) == []
    assert location(visitor.send(form, to="agree")) == f"{here}#messages"
    assert receipts(database) == [("orders", True, "messages-3", language, "page")]
    page = visitor.get(here)
    assert words["o_messages_agreed"] in page.text
    visitor.send(form_to(visitor, here, "messages"), to="withdraw")
    assert receipts(database)[-1] == ("orders", False, "messages-3", language, "page")
    assert len(receipts(database)) == 2
    with database.reading() as session:
        sanne = session.get_one(Customer, "sanne")
        assert (sanne.location, sanne.offers, sanne.orders) == (True, True, False)


def test_an_address_alone_reads_nothing_else_of_the_customer(served: Served, put: Put, database: Database) -> None:
    """Somebody has the page's address: no name, no phone number, no other order, no cookie that would lead to them."""
    here, other, visitor = put(), put(order="A-2"), Visitor(served.url)
    visitor.send(form_to(visitor, here, "messages"), to="agree")
    visitor.send(form_to(visitor, here, "on-my-way"))
    pages = [visitor.get(here), visitor.get("/my/offers"), visitor.get("/messages"), visitor.get(f"{here}/state")]
    for page in pages:
        assert "set-cookie" not in page.headers
        assert not [one for one in ("Sanne", "Vries", "612345678", other) if one in page.text]
    with database.reading() as session:
        assert session.scalars(select(Device)).all() == []


def test_the_state_is_another_for_what_the_page_shows(served: Served, put: Put, clock: Clock) -> None:
    here, visitor = put("placed"), Visitor(served.url)

    def version() -> str:
        return str(visitor.get(f"{here}/state").json()["version"])

    seen = [version(), version()]
    assert seen[0] == seen[1]
    put("ready")
    seen.append(version())
    for minutes in ("", "5", "10"):
        visitor.send(form_to(visitor, here, "on-my-way"), minutes=minutes)
        seen.append(version())
    visitor.send(form_to(visitor, here, "here"))
    seen.append(version())
    assert len(set(seen)) == len(seen) - 1
    clock.at += 60
    assert version() == seen[-1], "time alone is no change"


def test_the_store_closes_soon(served: Served, put: Put, clock: Clock, keys: dict[str, str]) -> None:
    here = put()
    with httpx.Client(base_url=served.url, headers=bearer(keys["admin"]), timeout=20) as admin:
        hours = PLACE | {"opening_hours": "Mo-Su 09:00-14:20", "time_zone": "Europe/Amsterdam"}
        admin.put("/v1/places/kalverstraat-102", json=hours).raise_for_status()
    clock.at = clock.at // 86400 * 86400 + 13 * 3600  # 14:00 in Amsterdam in winter, 15:00 in summer
    page = Visitor(served.url).get(here).text
    assert (EN["closing"].format(minutes=20) in page) or (EN["hours_closed"].partition(" ")[0] in page)


def test_parts_numbers_and_what_waits_for_days(served: Served, put: Put, database: Database, clock: Clock) -> None:
    here = put()
    with database.transaction() as session:
        row = session.get_one(Order, "A-1")
        row.code, row.number, row.part, row.parts = None, "1182", 1, 2
    page = Visitor(served.url).get(here).text
    assert "1182" in page
    assert EN["o_part"].format(part=1, parts=2) in page
    assert EN["o_no_code_do"] in page
    assert "has been ready since" not in page
    clock.at += 3 * 86400
    assert "has been ready since" in Visitor(served.url).get(here).text


def test_who_cancelled_stays_said_though_more_is_learnt(served: Served, put: Put, database: Database) -> None:
    here = put()
    put("cancelled")
    with database.transaction() as session:
        row = session.get_one(Order, "A-1")
        row.history = [*row.history, {"status": "cancelled", "at": "2026-06-10T12:00:00+00:00", "source": "server", "refunded": True}]  # fmt: skip
    assert EN["o_cancelled_shop"] in Visitor(served.url).get(here).text
