"""A passer-by asks a store and goes on talking: through the doors, without a script and without a cookie if need be."""

import re
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from html import unescape
from typing import Any

import httpx
import pytest

from offers import conversations
from offers.records.database import Database
from offers.records.ids import new_id
from offers.records.tables import Conversation, Customer, Device, Scan
from tests.conftest import NOON
from tests.offers import asking as stories
from tests.offers.stories import Town
from tests.web.conftest import Clock, Served
from tests.web.visitor.conftest import BASE, COOKIE, browser, served, settings
from web.landing.words import LINES, TONGUES

__all__ = ["browser", "served", "settings"]

SCAN = "scn_01m8cjfz35jkzy0cy4fe8aqwqk"
FORM = "application/x-www-form-urlencoded"
HIDDEN = re.compile(r'<input type="hidden" name="([a-z]+)" value="([^"]*)">')


class Passer:
    """A browser on our pages; `cookies` says whether it keeps ours."""

    def __init__(self, served: Served, *, cookies: bool = True, language: str = "en") -> None:
        self.url, self._keeps = served.url, cookies
        self._said = {"accept-language": language, "origin": BASE, "sec-fetch-site": "same-origin"}
        self.cookie = ""

    def _ask(self, method: str, path: str, **more: Any) -> httpx.Response:
        headers = self._said | more.pop("headers", {})
        if self.cookie:
            headers["cookie"] = f"{COOKIE}={self.cookie}"
        answer = httpx.request(method, f"{self.url}{path}", headers=headers, timeout=20, **more)
        name, _, rest = answer.headers.get("set-cookie", "").partition("=")
        if self._keeps and name == COOKIE:
            self.cookie = rest.partition(";")[0]
        return answer

    def look(self, path: str, status: int = 200) -> str:
        answer = self._ask("GET", path)
        assert answer.status_code == status, answer.text[:500]
        assert answer.headers["content-type"].startswith("text/html")
        return answer.text

    def news(self, path: str, **params: str) -> dict[str, Any]:
        answer = self._ask("GET", f"{path}/state", params=params)
        assert answer.status_code == 200, answer.text
        told: dict[str, Any] = answer.json()
        return told

    def send(self, path: str, values: dict[str, str], **headers: str) -> httpx.Response:
        return self._ask("POST", path, data=values, headers=headers)

    def ask(self, path: str = f"/l/{SCAN}/ask?size=38", **values: str) -> str:
        """Fill the page's form in and send it; the conversation's path."""
        page = self.look(path)
        answer = self.send(path.partition("?")[0], hidden(page) | {"topic": "stock"} | values)
        assert answer.status_code == 303, text_of(answer.text)
        return str(answer.headers["location"])


def hidden(page: str) -> dict[str, str]:
    """What the page's forms carry along."""
    return {name: unescape(value) for name, value in HIDDEN.findall(page)}


def text_of(page: str) -> str:
    return " ".join(unescape(re.sub(r"<[^>]*>", " ", page)).split())


@pytest.fixture
def town(database: Database) -> Town:
    """A store with hours and a phone, a product, and a scan of a poster of its campaign."""
    town = Town(database)
    town.place(name="Kalverstraat 102", opening_hours="Mo-Sa 09:00-18:00", phone="+31201234567")
    town.place("dam", name="Dam 1", opening_hours="Mo 15:00-18:00", phone="+31207654321")
    town.product(sizes=["37", "38"], image="https://shop.example/s.jpg")
    town.campaign(product="SNEAK-1", live=False)
    stories.poster(town, SCAN, campaign="sneakers")
    return town


@pytest.fixture
def passer(town: Town, served: Served) -> Callable[..., Passer]:
    return partial(Passer, served)


def only(town: Town) -> Conversation:
    return town.read(lambda session: session.query(Conversation).one())


def test_the_page_says_what_it_is_about_and_calls_a_store_that_is_open(
    passer: Callable[..., Passer], town: Town
) -> None:
    page = passer().look(f"/l/{SCAN}/ask?size=38")
    assert "Ask Kalverstraat 102" in text_of(page)
    assert "Sneaker, white · size 38".replace(" ·", "") in text_of(page)
    assert 'href="tel:+31201234567"' in page
    assert "Is size 38 of Sneaker, white in stock at Kalverstraat 102?" in text_of(page)
    assert town.read(lambda session: session.query(Device).count()) == 0, "who only looks leaves nothing"


def test_each_page_leads_back_with_what_was_chosen_in_any_language(passer: Callable[..., Passer]) -> None:
    one = passer()
    page = one.look(f"/l/{SCAN}/ask?size=38&store=dam&lang=de")
    assert f'href="/l/{SCAN}?size=38&amp;store=dam&amp;lang=de"' in page
    assert f'href="/l/{SCAN}/ask?lang=nl&amp;size=38&amp;store=dam"' in page
    asked = one.look(one.ask())
    assert f'href="/l/{SCAN}?size=38&amp;store=kalverstraat"' in asked


def test_a_store_that_is_closed_says_when_it_opens(passer: Callable[..., Passer]) -> None:
    page = passer().look(f"/l/{SCAN}/ask?store=dam")
    assert "The store is closed now and opens 15:00." in text_of(page)
    assert "tel:" not in page


@pytest.mark.parametrize("what", ["size=99", "store=nowhere", "size=%00", "store=%00", "topic=nothing", "size=%3Cb%3E"])
def test_what_the_address_names_wrongly_is_passed_over(passer: Callable[..., Passer], what: str) -> None:
    assert "Is Sneaker, white in stock at Kalverstraat 102?" in text_of(passer().look(f"/l/{SCAN}/ask?{what}"))


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("nl", "Is maat 38 van Sneaker, wit op voorraad bij Kalverstraat 102?"),
        ("de", "Ist Sneaker, white in Größe 38 bei Kalverstraat 102 vorrätig?"),
        ("en", "Is size 38 of Sneaker, white in stock at Kalverstraat 102?"),
    ],
)
def test_one_tap_sends_a_question_in_the_visitors_language(
    passer: Callable[..., Passer], town: Town, language: str, said: str
) -> None:
    one = passer(language=language)
    path = one.ask()
    assert said in text_of(one.look(path))
    row = only(town)
    assert (row.topic, row.size, row.sku, row.language) == ("stock", "38", "SNEAK-1", language)
    scan = town.read(lambda session: session.get_one(Scan, SCAN))
    assert (scan.finished_by, scan.customer_id) == ("asked", row.customer_id)


def test_own_words_go_as_they_are_typed_and_are_never_markup(passer: Callable[..., Passer]) -> None:
    one = passer()
    page = one.look(one.ask(topic="other", said="<script>alert(1)</script>\u202e\r\nja"))
    assert "<script>alert" not in page
    assert "<script>alert(1)</script>\nja" in unescape(page)


def test_a_form_sent_twice_leads_to_one_conversation(passer: Callable[..., Passer], town: Town) -> None:
    one = passer(cookies=False)
    form = hidden(one.look(f"/l/{SCAN}/ask")) | {"topic": "stock"}
    paths = {one.send(f"/l/{SCAN}/ask", form).headers["location"] for _ in range(3)}
    assert len(paths) == 1
    only(town)


def test_something_else_needs_words_and_what_was_typed_stays(passer: Callable[..., Passer], town: Town) -> None:
    one = passer()
    path = f"/l/{SCAN}/ask"
    answer = one.send(path, hidden(one.look(path)) | {"topic": "other"})
    assert answer.status_code == 422
    assert "Write your question first" in text_of(answer.text)
    answer = one.send(path, hidden(answer.text) | {"topic": "other", "said": "a" * 1001})
    assert answer.status_code == 422
    assert "a" * 1001 in answer.text
    assert town.read(lambda session: session.query(Conversation).count()) == 0


def test_a_form_that_is_not_ours_does_nothing(passer: Callable[..., Passer], town: Town) -> None:
    one = passer()
    path = f"/l/{SCAN}/ask"
    form = hidden(one.look(path)) | {"topic": "stock", "said": "Hello"}
    foreign = one.send(path, form, **{"origin": "https://evil.example", "sec-fetch-site": "cross-site"})
    assert foreign.status_code == 403
    for wrong in ({"token": "x"}, {"seal": "x"}, {"conversation": new_id("cnv")}, {"conversation": ""}):
        answer = one.send(path, form | wrong)
        assert answer.status_code == 403
        assert "open for too long" in text_of(answer.text)
        assert "Hello" in answer.text
    assert one.send(path, form | {"said": "a\0b"}).status_code == 422
    assert town.read(lambda session: session.query(Conversation).count()) == 0


@pytest.mark.parametrize(
    "path", ["/l/scn_none/ask", "/l/%00/ask", "/c/cnv_none/mark", "/c/cnv_none/mark/state", "/o/none/mark/ask"]
)
def test_what_is_nowhere_is_a_page_that_helps(passer: Callable[..., Passer], path: str) -> None:
    assert "This page is no longer there" in text_of(passer().look(path, 404))


def test_a_conversation_is_whose_address_it_is(passer: Callable[..., Passer], town: Town) -> None:
    one = passer(cookies=False)
    path = one.ask()
    assert one.cookie == ""
    conversation, mark = path.split("/")[2:4]
    assert "Is size 38" in text_of(one.look(path)), "also without a cookie"
    other = mark[:-1] + ("A" if mark[-1] != "A" else "B")
    one.look(f"/c/{conversation}/{other}", 404)
    assert one.send(f"/c/{conversation}/{other}", hidden(one.look(path))).status_code == 404


def test_they_talk_and_looking_is_kept(passer: Callable[..., Passer], town: Town, clock: Clock) -> None:
    one = passer()
    path = one.ask()
    row, noor = only(town), stories.staff(town)
    first = stories.messages(town, row.id)[0].id
    assert one.news(path, after=first) == {
        "state": "waiting",
        "said": "Your question is with the store.",
        "messages": [],
    }
    clock.at += 60
    stories.answer(town, row.id, noor, "Yes, two pairs.", now=NOON + timedelta(seconds=60))
    told = one.news(path, after=first)
    assert told["state"] == "answered"
    assert [(each["said"], each["by"], each["when"]) for each in told["messages"]] == [
        ("Yes, two pairs.", "Kalverstraat 102", "12:01")
    ]
    assert "Noor" not in str(told), "who of the staff it was is not theirs to know"
    assert stories.row_of(town, row.id).read_at == NOON + timedelta(seconds=60)
    form = hidden(one.look(path))
    for _ in "ab":
        assert one.send(path, form | {"said": "Thanks"}).status_code == 303
    page = one.look(path)
    assert text_of(page).count("Thanks") == 1
    assert stories.row_of(town, row.id).state == "waiting"
    closed = one.send(path, hidden(page) | {"close": "1"})
    assert closed.status_code == 303
    page = one.look(path)
    assert "This conversation is closed." in text_of(page)
    assert one.send(path, hidden(page) | {"said": "One more thing"}).status_code == 303
    assert stories.row_of(town, row.id).state == "waiting"


def test_a_message_that_can_not_go_keeps_its_text(passer: Callable[..., Passer], town: Town) -> None:
    one = passer()
    path = one.ask()
    form = hidden(one.look(path))
    stale = one.send(path, form | {"token": "x", "said": "Still here"})
    assert (stale.status_code, "Still here" in stale.text) == (403, True)
    long = one.send(path, form | {"said": "b" * 1001})
    assert (long.status_code, "b" * 1001 in long.text) == (422, True)
    assert one.send(path, form | {"said": "  "}).status_code == 422
    assert len(stories.messages(town, only(town).id)) == 1


def test_a_fourth_question_is_refused_with_its_reason(passer: Callable[..., Passer], town: Town) -> None:
    one = passer()
    for _ in range(3):
        one.ask()
    path = f"/l/{SCAN}/ask"
    answer = one.send(path, hidden(one.look(path)) | {"topic": "size"})
    assert (answer.status_code, "three open questions" in text_of(answer.text)) == (409, True)
    ways = re.findall(r'<a href="(/c/[^"]+)">', answer.text)
    assert len(ways) == 3, "to close one they must find it"
    assert "This conversation is closed" not in one.look(ways[0])
    assert not re.findall(r'<a href="/c/', passer().look(path)), "they are nobody else's"
    assert town.read(lambda session: session.query(Customer).count()) == 1


def test_the_store_promises_only_what_was_measured(passer: Callable[..., Passer], town: Town) -> None:
    one, noor = passer(), stories.staff(town)
    for number in range(5):
        assert "usually answers" not in one.look(f"/l/{SCAN}/ask")
        asked = stories.ask(town, scan=SCAN, now=NOON - timedelta(days=1))
        stories.answer(town, asked, noor, now=NOON - timedelta(days=1) + timedelta(minutes=number + 1))
    assert "The store usually answers within 3 minutes." in text_of(one.look(f"/l/{SCAN}/ask"))


def test_a_message_on_an_answer_is_offered_after_asking_and_unticked(passer: Callable[..., Passer]) -> None:
    one = passer()
    assert 'id="push"' not in one.look(f"/l/{SCAN}/ask")
    page = one.look(one.ask())
    assert "A message when the store answers" in text_of(page)
    assert 'id="push-orders"' in page
    assert "checked" not in page
    assert 'id="push"' not in passer(cookies=False).look(passer(cookies=False).ask()), "nobody could be told"


def test_what_is_removed_is_gone_for_its_customer_too(passer: Callable[..., Passer], town: Town) -> None:
    one = passer()
    path = one.ask()
    town.write(lambda session: conversations.close_as_customer(session, only(town).id, now=NOON))
    town.write(lambda session: conversations.purge_closed(session, before=NOON + timedelta(days=1)))
    one.look(path, 404)


@pytest.mark.parametrize("name", [name for name in LINES if name.startswith(("ask_", "chat_"))])
def test_each_phrase_is_said_in_each_language(name: str) -> None:
    line = LINES[name]
    assert len(line) == len(TONGUES)
    assert len({tuple(sorted(re.findall(r"\{(\w+)\}", phrase))) for phrase in line}) == 1
    dutch, german, _ = line
    assert not re.search(r"\b(u|uw)\b", dutch)
    assert not re.search(r"\b(du|dein\w*|dich|dir)\b", german)
    assert "!" not in "".join(line)
