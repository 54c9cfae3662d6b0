"""The pickup board through its doors: whose stores, who may act, what a form must carry, and what the stream tells to whom."""

import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import httpx
import pytest

from offers import users
from offers.pickups import put_order
from offers.records.database import Database
from offers.records.queries.users import user_by_email
from offers.rules.order import OrderBody
from tests.conftest import NOON
from tests.offers.collecting import SNEAKER, deeds, order, row_of
from tests.offers.stories import KEYS, Town
from tests.offers.stories import NOON as TOLD
from tests.web.conftest import Clock, Served, bearer
from tests.web.console.conftest import Enter, Person
from tests.web.console.reading import PageText
from web.console import pickup_events
from web.console.choosing import MOST
from workers.happenings import STREAM, tell

BEFORE = (NOON - TOLD) / timedelta(minutes=1)
"""Stories are told in minutes after their noon; the doors have another."""
BOARD = "/console/pickup"


@pytest.fixture
def shop(database: Database) -> Town:
    """Two stores with somebody here in each, one who is coming, and one order to prepare."""
    town = Town(database)
    town.place(name="Kalverstraat 102")
    town.place("dam", name="Dam 1")
    town.customer(consents=("orders",))
    town.device(now=NOON)
    town.customer("bram", name="Bram <b>Bakker</b>")
    order(town, "A-1", ["ready", "arrived"], minute=BEFORE - 8, code="K7QX")
    order(town, "A-2", ["ready", "on_the_way"], minute=BEFORE - 8, coming_minutes=10, coming_since=NOON)
    order(town, "A-3", ["placed"], minute=BEFORE - 30, customer="bram")
    order(town, "D-1", ["ready", "arrived"], minute=BEFORE - 4, customer="bram", place="dam", code="G3HJ")
    return town


@pytest.fixture
def kim(shop: Town, enter: Enter) -> Person:
    """Staff of the Kalverstraat alone."""
    return enter("staff", language="en", places=["kalverstraat"])


def orders_on(html: str) -> set[str]:
    return {one for one in ("A-1", "A-2", "A-3", "D-1") if f'data-order="{one}"' in html}


def act(person: Person, order_id: str, what: str, **more: str) -> httpx.Response:
    return person.post(f"{BOARD}/orders/{order_id}/{what}", {"token": person.token(), **more})


def test_it_shows_who_comes_in_words(kim: Person) -> None:
    page = kim.look(BOARD)
    for there in ("On the way 1", "Here 1", "said 10 min", "waiting 7 min", "K7QX", "Told: ready still to be sent"):
        assert there in page.text, there
    assert "de Vries" not in page.text
    assert "<title>(1) Here" in page.html
    assert "Kalverstraat 102" not in page.text, "one store needs no name on each card"
    assert "size 38" in page.text


def test_staff_start_at_the_board_and_the_rail_counts_who_is_here(kim: Person, enter: Enter) -> None:
    assert kim.http.get("/console").headers["location"] == BOARD
    assert 'id="standing"><b>1</b>' in kim.http.get("/console/inbox").text
    assert 'id="standing"><b>2</b>' in enter("viewer").http.get("/console/inbox").text


def test_the_address_chooses_stores_and_the_browser_remembers(shop: Town, enter: Enter) -> None:
    marketer = enter("marketer", language="en")
    assert orders_on(marketer.http.get(BOARD).text) == {"A-1", "A-2", "D-1"}
    assert orders_on(marketer.http.get(f"{BOARD}?place=dam").text) == {"D-1"}
    assert orders_on(marketer.http.get(BOARD).text) == {"D-1"}
    assert orders_on(marketer.http.get(f"{BOARD}?place=dam&place=kalverstraat").text) == {"A-1", "A-2", "D-1"}
    assert orders_on(marketer.http.get(f"{BOARD}?place=").text) == {"A-1", "A-2", "D-1"}
    assert orders_on(marketer.http.get(BOARD).text) == {"A-1", "A-2", "D-1"}
    marketer.look(f"{BOARD}?place=nowhere", 404)


def test_a_chain_searches_for_its_stores(shop: Town, enter: Enter) -> None:
    for number in range(MOST):
        shop.place(f"store-{number}", name=f"Store {number}")
    page = enter("marketer").look(BOARD)
    assert any(("store", "") in sheet.fields for sheet in page.sheets)
    found = enter("viewer").look(f"{BOARD}?store=dam").html
    assert 'value="dam"' in found
    assert 'value="store-7"' not in found


def test_who_is_bound_to_a_store_sees_and_does_nothing_elsewhere(kim: Person, shop: Town) -> None:
    kim.http.cookies.set("pickup-stores", "dam", path="/console")
    assert orders_on(kim.http.get(BOARD).text) == {"A-1", "A-2"}
    assert orders_on(kim.http.get(f"{BOARD}?q=G3HJ").text) == {"A-1", "A-2"}
    assert orders_on(kim.http.get(f"{BOARD}?place=").text) == {"A-1", "A-2"}
    kim.look(f"{BOARD}?place=dam", 404)
    kim.look(f"{BOARD}/orders/D-1", 404)
    assert kim.http.get(f"{BOARD}/events?place=dam").status_code == 404
    for what in ("ready", "collected", "undone"):
        assert act(kim, "D-1", what).status_code == 404
    kim.post(f"{BOARD}/noticed", {"token": kim.token(), "seen": "arrived/D-1"})
    assert (row_of(shop, "D-1").status, row_of(shop, "D-1").noticed_at) == ("arrived", None)


def test_stores_that_are_gone_are_not_every_store(kim: Person, shop: Town, database: Database) -> None:
    def gone(session: object) -> None:
        user_by_email(session, kim.email).places = ["closed-down"]  # type: ignore[arg-type,union-attr]

    shop.write(gone)
    page = kim.look(BOARD)
    assert orders_on(page.html) == set()
    assert "There is no store here" in page.text


def test_handed_over_and_taken_back(kim: Person, shop: Town) -> None:
    assert act(kim, "A-1", "collected").headers["location"] == BOARD
    page = kim.look(BOARD)
    assert "Handed over to Sanne K7QX · by Staff Undo" in page.text
    assert "Here 0" in page.text
    answer = act(kim, "A-1", "undone", view="prepare", place="kalverstraat")
    assert answer.headers["location"] == f"{BOARD}?place=kalverstraat&view=prepare&done=hand_over_undone"
    assert "Taken back" in kim.look(answer.headers["location"]).text
    assert row_of(shop).status == "arrived"
    assert [what for what, _ in deeds(shop)] == ["handed_over", "hand_over_undone"]


def test_the_second_is_told_who_was_first(kim: Person, enter: Enter, shop: Town, clock: Clock) -> None:
    lou = enter("staff", "lou@shop.example", language="nl")
    act(kim, "A-1", "collected")
    answer = act(lou, "A-1", "collected")
    assert answer.status_code == 409
    assert "De bestelling van Sanne is al meegegeven door Staff om " in answer.text
    clock.at += 61
    late = act(kim, "A-1", "undone")
    assert (late.status_code, "more than a minute ago" in late.text) == (409, True)
    assert row_of(shop).status == "collected"
    assert "Undo" not in kim.look(BOARD).text


def test_what_people_and_things_are_called_is_text_once(kim: Person, shop: Town) -> None:
    shop.customer("bram", name="D'Arcy&Co Bakker")
    sneaker = SNEAKER | {"title": "Shoe <i>", "size": "38 & 1/2"}
    order(shop, "A-3", ["ready", "collected"], minute=BEFORE, customer="bram", items=[sneaker])
    assert "D'Arcy&Co's order was already collected at" in PageText(act(kim, "A-3", "collected").text).text
    page = kim.look(f"{BOARD}/orders/A-3")
    assert "Shoe <i>, size 38 & 1/2" in page.text
    assert "<i>" not in page.html


def test_what_was_cancelled_is_not_handed_over(kim: Person, shop: Town) -> None:
    order(shop, "A-1", ["cancelled"], minute=BEFORE)
    answer = act(kim, "A-1", "collected")
    assert (answer.status_code, "Do not hand it over" in answer.text) == (409, True)


def test_ready_by_staff_goes_out(kim: Person, shop: Town) -> None:
    page = kim.look(f"{BOARD}?view=prepare")
    assert "The customer can not be told: no consent." in page.text
    assert "&lt;b&gt;Bakker" not in page.html, "the first name alone"
    assert act(kim, "A-3", "ready", view="prepare").headers["location"] == f"{BOARD}?view=prepare&done=order_made_ready"
    assert row_of(shop, "A-3").status == "ready"
    assert "not told: no consent" in kim.look(BOARD).text
    again = act(kim, "A-3", "ready")
    assert (again.status_code, "already ready" in again.text) == (409, True)


def test_a_viewer_looks_and_does_nothing(shop: Town, enter: Enter) -> None:
    viewer = enter("viewer", language="en")
    page = viewer.look(BOARD)
    assert orders_on(page.html) == {"A-1", "A-2", "D-1"}
    assert "formaction" not in page.html
    assert act(viewer, "A-1", "collected").status_code == 403
    assert viewer.post(f"{BOARD}/noticed", {"token": viewer.token(), "seen": "arrived/A-1"}).status_code == 403
    assert row_of(shop).status == "arrived"


@pytest.mark.parametrize("path", ["orders/A-1/collected", "orders/A-1/ready", "orders/A-1/undone", "noticed"])
def test_a_form_without_its_token_does_nothing(kim: Person, shop: Town, path: str) -> None:
    for token in ({}, {"token": "another"}):
        assert kim.post(f"{BOARD}/{path}", {**token, "seen": "arrived/A-1"}).status_code == 403
    assert (row_of(shop).status, row_of(shop).noticed_at, deeds(shop)) == ("arrived", None, [])


def test_all_of_a_column_is_seen_at_once(kim: Person, shop: Town) -> None:
    order(shop, "A-2", ["arrived"], minute=BEFORE)
    page = kim.look(BOARD)
    kim.send(page.sheet(f"{BOARD}/noticed"), seen="arrived")
    assert [row_of(shop, one).noticed_at for one in ("A-1", "A-2", "D-1")] == [NOON, NOON, None]


def test_the_whole_name_stands_where_two_are_to_be_told_apart(kim: Person, shop: Town) -> None:
    for path in (f"{BOARD}?q=k7qx", f"{BOARD}/orders/A-1"):
        assert "Sanne de Vries" in kim.look(path).text
    assert "Bram &lt;b&gt;Bakker&lt;/b&gt;" in kim.look(f"{BOARD}/orders/A-3").html
    assert "Nothing open for “<x>”" in kim.look(f"{BOARD}?q=<x>").text


@pytest.mark.parametrize("path", ["orders/nothing", "orders/nothing/collected", "orders/A-1/thrown-away", "nowhere"])
def test_what_is_not_there_has_a_page_that_says_so(kim: Person, path: str) -> None:
    answer = kim.http.get(f"{BOARD}/{path}")
    assert (answer.status_code, "text/html" in answer.headers["content-type"]) == (404, True)


def test_the_deeds_name_orders(kim: Person, enter: Enter) -> None:
    act(kim, "A-1", "collected")
    page = enter("admin", language="en").look("/console/users")
    assert "Staff" in page.text
    assert 'handed over order <a href="/console/pickup/orders/A-1">' in page.html
    assert "Kalverstraat 102" in page.text


@pytest.mark.parametrize("language", ["en", "nl", "de"])
def test_every_state_has_its_words(shop: Town, enter: Enter, language: str) -> None:
    admin = enter("admin", language=language)
    for path in ("", "?view=prepare", "?view=uncollected", "?q=k7qx", "?q=nobody", "/orders/A-1"):
        assert admin.look(BOARD + path).lang == language
    assert "every store" in admin.look(f"{BOARD}?lang=en").text


def say(shop: Town, order_id: str, status: str, place: str, customer: str) -> tuple[object, ...]:
    body = {"customer": customer, "place": place, "status": status, "items": [SNEAKER]}
    return shop.write(
        lambda session: put_order(session, order_id, OrderBody.model_validate(body), keys=KEYS, now=NOON)
    )[2].happened


def listen(person: Person, served: Served, happen: Callable[[], None], many: int, **headers: str) -> list[str]:
    """The first lines of the stream that are of events, while something happens."""
    told: list[str] = []
    with person.http.stream("GET", f"{BOARD}/events", headers=headers) as answer:
        assert answer.headers["content-type"].startswith("text/event-stream")
        lines = answer.iter_lines()
        assert next(lines) == "retry: 2000"
        acting = threading.Thread(target=happen)
        acting.start()
        for line in lines:
            if line.startswith(("event:", "data:")):
                told.append(line)
            if len(told) == many:
                break
        acting.join()
    return told


def test_the_stream_tells_of_its_own_stores_and_of_nobody(kim: Person, shop: Town, served: Served) -> None:
    redis = served.doors.parts.redis

    def happen() -> None:
        tell(redis, [{"type": "delivery", "id": "dlv_1", "order": None, "place": "kalverstraat", "state": "sent"}])
        tell(redis, [{"type": "conversation", "id": "cnv_1", "place": "kalverstraat"}])
        tell(redis, say(shop, "D-1", "collected", "dam", "bram"))  # type: ignore[arg-type]
        tell(
            redis, [{"type": "delivery", "id": "dlv_2", "order": "A-1", "place": "kalverstraat", "title": "Hoi Sanne"}]
        )
        tell(redis, say(shop, "A-2", "arrived", "kalverstraat", "sanne"))  # type: ignore[arg-type]

    assert listen(kim, served, happen, 4) == [
        "event: order",
        'data: {"order":"A-1","what":"told"}',
        "event: order",
        'data: {"order":"A-2","what":"arrived"}',
    ]


def test_the_stream_goes_on_after_the_last_that_was_seen(kim: Person, shop: Town, served: Served) -> None:
    redis = served.doors.parts.redis
    tell(redis, [{"type": "order", "id": "A-1", "what": "first", "place": "kalverstraat"}])
    newest: Any = redis.xrevrange(STREAM, count=1)
    [(last, _)] = newest
    tell(redis, [{"type": "order", "id": "A-1", "what": "meanwhile", "place": "kalverstraat"}])
    told = listen(kim, served, lambda: None, 2, **{"last-event-id": last.decode()})
    assert told[1] == 'data: {"order":"A-1","what":"meanwhile"}'


def test_a_stranger_hears_nothing(shop: Town, browser: Callable[..., Person]) -> None:
    assert browser().http.get(f"{BOARD}/events").headers["location"].startswith("/console/sign-in")


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch, served: Served) -> None:
    monkeypatch.setattr(pickup_events, "ASK_AGAIN_S", 0.0)
    monkeypatch.setattr(served.doors.parts.listeners, "heartbeat_s", 0.05)


@pytest.mark.usefixtures("impatient")
@pytest.mark.parametrize("ending", ["signed out", "other stores"])
def test_the_stream_ends_with_the_session_or_its_stores(kim: Person, database: Database, ending: str) -> None:
    token = kim.token()
    with kim.http.stream("GET", f"{BOARD}/events") as answer:
        lines = answer.iter_lines()
        assert next(lines) == "retry: 2000"
        if ending == "signed out":
            kim.post("/console/sign-out", {"token": token})
        else:
            with database.transaction() as session:
                users.change_places(session, kim.email, ["dam"], now=NOON)
        assert all(not line.startswith("event:") for line in lines), "it ends by itself"


def test_the_customer_is_not_told_which_of_the_staff_handed_over(
    kim: Person, shop: Town, admin: httpx.Client, served: Served
) -> None:
    assert act(kim, "A-1", "collected").status_code == 303
    [whose] = [one["by"] for one in admin.get("/v1/orders/A-1").json()["history"] if "by" in one]
    made = admin.post("/v1/devices", json={"customer": "sanne", "platform": "ios"}).json()
    phone = bearer(made["token"])
    for path in ("/v1/me/orders", "/v1/me/export"):
        told = httpx.get(served.url + path, headers=phone, timeout=20)
        assert told.status_code == 200
        assert "A-1" in told.text
        assert whose not in told.text, path
