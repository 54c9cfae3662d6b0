"""The inbox as staff have it: who waits first, an answer that is never lost, and what a stranger does not see."""

import threading
from collections.abc import Callable
from datetime import timedelta

import httpx
import pytest
from redis import Redis

from offers import conversations
from offers.inbox import leaf_inbox
from offers.records.database import Database
from offers.records.queries.browsers import new_browser
from offers.records.tables import ConversationMessage
from offers.rules.leafing import Turn
from tests.conftest import NOON
from tests.offers import asking as stories
from tests.offers.stories import Town
from tests.web.conftest import Clock, Served, bearer
from tests.web.console.conftest import Enter, Person
from workers.happenings import tell

SCAN = "scn_1"


@pytest.fixture
def shop(database: Database) -> Town:
    """Two stores, a product, and three who ask: Sanne waits longest, a guest is answered, and one waits at the Dam."""
    town = Town(database)
    town.place(name="Kalverstraat 102")
    town.place("dam", name="Dam 1")
    town.product(sizes=["37", "38"], stock={"kalverstraat": {"37": 0, "38": 2}})
    stories.poster(town, SCAN)
    noor = stories.staff(town)
    town.customer()
    stories.ask(town, conversation="cnv_first", now=NOON - timedelta(minutes=12))
    stories.ask(town, conversation="cnv_second", now=NOON - timedelta(minutes=30), said="Hoe laat?", topic="other")
    stories.answer(town, "cnv_second", noor, "Tot 18 uur.", now=NOON - timedelta(minutes=20))
    stories.ask(
        town, conversation="cnv_dam", now=NOON - timedelta(hours=3), place_id="dam", language="de", said="Wann?"
    )
    return town


@pytest.fixture
def staff(shop: Town, enter: Enter) -> Person:
    return enter("staff", language="en")


def open_one(person: Person, conversation: str = "cnv_first") -> str:
    return person.http.get(f"/console/inbox/{conversation}").text


def sheet(person: Person, conversation: str = "cnv_first") -> dict[str, str]:
    path = f"/console/inbox/{conversation}"
    found = person.look(path).sheet(path)
    return {name: found[name] for name in ("token", "message", "seen")}


def said(town: Town, conversation: str = "cnv_first") -> list[tuple[str, str]]:
    return [(one.sender, one.said) for one in stories.messages(town, conversation)]


def test_who_waits_longest_stands_on_top(staff: Person) -> None:
    page = staff.http.get("/console/inbox").text
    assert [page.index(one) for one in ("cnv_dam", "cnv_first", "cnv_second")] == sorted(
        page.index(one) for one in ("cnv_dam", "cnv_first", "cnv_second")
    )
    assert "waiting 180 min" not in page
    assert "waiting 3 h" in page
    assert "waiting 12 min" in page
    assert "<title>(2) Inbox" in page
    assert "Not enough data yet" in page


@pytest.mark.parametrize(
    ("query", "shown"),
    [
        ("place=dam", {"cnv_dam"}),
        ("place=Kalver", {"cnv_first", "cnv_second"}),
        ("state=answered", {"cnv_second"}),
        ("state=closed", set()),
        ("place=%00dam", {"cnv_dam"}),
    ],
)
def test_it_is_filtered_by_its_address(staff: Person, query: str, shown: set[str]) -> None:
    page = staff.http.get(f"/console/inbox?{query}").text
    assert {one for one in ("cnv_dam", "cnv_first", "cnv_second") if f"/console/inbox/{one}" in page} == shown


def test_a_place_that_is_none_shows_nothing_and_says_so(staff: Person) -> None:
    answer = staff.http.get("/console/inbox?place=nowhere")
    assert (answer.status_code, "/console/inbox/cnv_" in answer.text) == (422, False)
    assert staff.look("/console/inbox?state=nonsense", 422).invalid == ["state"]


def test_staff_see_no_more_of_a_customer_than_they_need(staff: Person, shop: Town) -> None:
    page = open_one(staff)
    for there in ("Is maat 38 er nog?", "Sneaker, white", "38: 2", "37: none", "Kalverstraat 102", "Guest"):
        assert there in page, there
    owner = stories.row_of(shop, "cnv_first").customer_id
    assert owner not in page
    assert "/console/customers" not in page


def test_a_known_customer_is_called_by_the_first_name_alone(shop: Town, staff: Person) -> None:
    device = shop.write(lambda session: new_browser(session, "nl", NOON, "sanne"))
    stories.ask(shop, device.id, conversation="cnv_sanne", now=NOON)
    page = open_one(staff, "cnv_sanne")
    assert ("Sanne" in page, "Vries" in page) == (True, False)


def test_an_answer_goes_out_and_is_noted(staff: Person, shop: Town) -> None:
    form = sheet(staff)
    for _ in "ab":
        answer = staff.post("/console/inbox/cnv_first", form | {"said": "Ja, twee paar."})
        assert answer.headers["location"] == "/console/inbox/cnv_first?done=reply_sent"
    assert said(shop)[1:] == [("staff", "Ja, twee paar.")]
    assert stories.row_of(shop, "cnv_first").state == "answered"
    assert "Sent." in staff.http.get(answer.headers["location"]).text


def test_two_at_once_are_both_kept_and_the_second_is_told(staff: Person, enter: Enter, shop: Town) -> None:
    marketer = enter("marketer", language="en")
    first, second = sheet(staff), sheet(marketer)
    staff.post("/console/inbox/cnv_first", first | {"said": "Ja."})
    answer = marketer.post("/console/inbox/cnv_first", second | {"said": "Ja hoor."})
    assert answer.headers["location"].endswith("done=reply_meanwhile")
    assert "A colleague answered meanwhile too" in marketer.http.get(answer.headers["location"]).text
    assert said(shop)[1:] == [("staff", "Ja."), ("staff", "Ja hoor.")]


def test_a_ready_made_answer_is_put_into_the_box_and_sends_nothing(staff: Person, shop: Town) -> None:
    answer = staff.post("/console/inbox/cnv_dam", sheet(staff, "cnv_dam") | {"said": "Guten Tag", "quick": "0"})
    assert answer.status_code == 200
    assert "Guten Tag\nDieses Modell fällt normal aus: Nehmen Sie Ihre übliche Größe.</textarea>" in answer.text
    assert len(said(shop, "cnv_dam")) == 1


@pytest.mark.parametrize(("text", "why"), [("", "Fill this in."), ("a" * 1001, "At most 1,000 characters.")])
def test_what_can_not_go_stays_in_the_box(staff: Person, shop: Town, text: str, why: str) -> None:
    answer = staff.post("/console/inbox/cnv_first", sheet(staff) | {"said": text})
    assert (answer.status_code, why in answer.text, text in answer.text) == (422, True, True)
    assert len(said(shop)) == 1


def test_what_was_typed_outlives_the_session(staff: Person, shop: Town, clock: Clock) -> None:
    form = sheet(staff)
    clock.at += timedelta(hours=13).total_seconds()
    answer = staff.post("/console/inbox/cnv_first", form | {"said": "Ja, twee paar."})
    assert (answer.status_code, 'value="Ja, twee paar."' in answer.text) == (401, True)
    assert len(said(shop)) == 1


def test_closing_is_once_and_an_answer_opens_again(staff: Person, shop: Town) -> None:
    form = sheet(staff)
    for _ in "ab":
        assert staff.post("/console/inbox/cnv_first", form | {"close": "1"}).status_code == 303
    assert "An answer opens it again" in open_one(staff)
    staff.post("/console/inbox/cnv_first", sheet(staff) | {"said": "Toch nog iets."})
    assert stories.row_of(shop, "cnv_first").state == "answered"


def test_a_viewer_looks_and_says_nothing(shop: Town, enter: Enter) -> None:
    viewer = enter("viewer", language="en")
    assert "<textarea" not in open_one(viewer)
    answer = viewer.post("/console/inbox/cnv_first", {"token": viewer.token(), "said": "Hallo"})
    assert (answer.status_code, len(said(shop))) == (403, 1)
    assert "/console/customers/anon_" in open_one(viewer)


def test_what_they_write_is_never_markup(staff: Person, shop: Town) -> None:
    stories.say(shop, "cnv_first", "<img src=x onerror=alert(1)>", now=NOON)
    for page in (open_one(staff), staff.http.get("/console/inbox").text):
        assert "<img src=x" not in page
        assert "&lt;img src=x" in page


def test_the_deeds_name_conversations(shop: Town, enter: Enter, staff: Person) -> None:
    staff.post("/console/inbox/cnv_first", sheet(staff) | {"said": "Ja."})
    page = enter("admin", language="en").http.get("/console/users").text
    assert 'answered conversation <a href="/console/inbox/cnv_first">' in page


def test_the_stream_tells_of_conversations_alone_and_needs_a_session(
    shop: Town, staff: Person, served: Served, browser: Callable[..., Person]
) -> None:
    stranger = browser().http.get("/console/inbox/events")
    assert stranger.headers["location"].startswith("/console/sign-in")
    parts = served.doors.parts
    with staff.http.stream("GET", "/console/inbox/events") as answer:
        assert answer.headers["content-type"].startswith("text/event-stream")
        lines = answer.iter_lines()
        assert next(lines) == "retry: 2000"
        told = threading.Thread(target=_happen, args=(shop, parts.redis))
        told.start()
        events = []
        for line in lines:
            if line.startswith(("event:", "data:")):
                events.append(line)
            if len(events) == 2:
                break
        told.join()
    assert events[0] == "event: conversation"
    assert events[1] == 'data: {"type":"conversation","id":"cnv_first","place":"kalverstraat","state":"closed"}'


def _happen(town: Town, redis: Redis) -> None:
    tell(redis, [{"type": "delivery", "id": "dlv_1", "state": "sent"}])
    follows = town.write(lambda session: conversations.close_as_customer(session, "cnv_first", now=NOON))
    tell(redis, follows.happened)


def test_evaluators_see_no_words_in_the_list_and_all_of_them_in_one(
    shop: Town, http: httpx.Client, keys: dict[str, str]
) -> None:
    http.headers.update(bearer(keys["read"]))
    listed = http.get("/v1/conversations", params={"place": "kalverstraat"}).json()["items"]
    assert {one["id"] for one in listed} == {"cnv_first", "cnv_second"}
    assert "maat 38" not in str(listed)
    assert [one["id"] for one in http.get("/v1/conversations?state=answered").json()["items"]] == ["cnv_second"]
    since = (NOON - timedelta(minutes=20)).isoformat()
    assert [one["id"] for one in http.get("/v1/conversations", params={"since": since}).json()["items"]] == [
        "cnv_first"
    ]
    first = http.get("/v1/conversations", params={"limit": 2}).json()
    rest = http.get("/v1/conversations", params={"limit": 2, "cursor": first["next_cursor"]}).json()
    assert len({one["id"] for one in (*first["items"], *rest["items"])}) == 3
    assert http.get("/v1/conversations?state=nonsense").json()["items"] == []
    assert http.get("/v1/conversations/cnv_none").status_code == 404
    one = http.get("/v1/conversations/cnv_second").json()
    assert [each["said"] for each in one["messages"]] == ["Hoe laat?", "Tot 18 uur."]


def test_waits_and_sales_after_contact_are_counted_by_store_and_day(
    shop: Town, http: httpx.Client, keys: dict[str, str]
) -> None:
    device = stories.row_of(shop, "cnv_second").customer_id
    shop.purchase({"sku": "SNEAK-1"}, customer=device, at=NOON - timedelta(minutes=5))
    http.headers.update(bearer(keys["read"]))
    items = http.get("/v1/conversations/counts").json()["items"]
    assert [(one["place"], one["day"], one["conversations"], one["answered"]) for one in items] == [
        ("kalverstraat", "2026-11-23", 2, 1),
        ("dam", "2026-11-23", 1, 0),
    ]
    assert (items[0]["median_wait_s"], items[0]["bought_after"]) == (600, 1)
    assert (items[1]["median_wait_s"], items[1]["bought_after"]) == (None, 0)
    assert http.get("/v1/conversations/counts?place=dam").json()["items"] == items[1:]


def test_the_list_asks_as_much_for_many_as_for_few(shop: Town) -> None:
    def asked() -> int:
        with shop.statements() as seen:
            shop.read(lambda session: leaf_inbox(session, None, None, "en", Turn(limit=100)))
        return len(seen)

    before = asked()
    for _ in range(10):
        stories.ask(shop, now=NOON)
    assert asked() == before
    assert shop.read(lambda session: session.query(ConversationMessage).count()) >= 10
