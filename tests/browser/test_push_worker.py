"""The visitors' service worker in a real Chromium: what it shows of what it is pushed, what it tells, and how it keeps its address."""

import json
from typing import Any

import pytest
from playwright.sync_api import Page

from tests.browser.visiting import Shop, Told, Visit, shop, state_of, switch_on, until, visit
from tests.web.visitor.conftest import subscription
from web.tongues import LANGUAGES
from web.visitor.words import WORDS

pytestmark = pytest.mark.browser

__all__ = ["shop", "visit"]

FAR = "2099-01-01T00:00:00Z"
MESSAGE: dict[str, Any] = {
    "v": 1,
    "title": "Sneakers at Kalverstraat",
    "body": "Ten percent until six.",
    "tag": "t" * 32,
    "kind": "offer",
    "ack_id": "dlv_one.mark",
    "delivery_id": "dlv_one",
    "expires_at": FAR,
    "lang": "en",
}
LISTEN = """() => {
    self.told = [];
    self.status = 204;
    self.fetch = async (url, asked) => {
        if (self.status === 0) throw new TypeError("no network");
        const body = asked?.body ? JSON.parse(asked.body) : null;
        self.told.push({ url: String(url), body });
        if (String(url).endsWith("/push-key")) return Response.json({ key: self.key });
        return new Response(null, { status: self.status });
    };
    self.clients.openWindow = async (url) => { self.opened = url; };
}"""
"""In the worker: what it would send is kept instead, and where it would lead."""


class Listening(Told):
    """A worker whose words to the server are heard."""

    def __init__(self, page: Page) -> None:
        super().__init__(page)
        (self.worker,) = page.context.service_workers
        self.worker.evaluate(LISTEN)

    def said(self) -> list[dict[str, Any]]:
        told: list[dict[str, Any]] = self.worker.evaluate("self.told")
        return told

    def receipts(self) -> list[Any]:
        """Bodies, without their times."""
        found = [one["body"] for one in self.said() if one["url"] == "/v1/receipts"]
        return [
            [without_time(each) for each in body] if isinstance(body, list) else without_time(body) for body in found
        ]

    def answers(self, status: int) -> None:
        self.worker.evaluate("(status) => { self.status = status; }", status)

    def show(self, **message: Any) -> dict[str, Any]:
        """Push this, and what the browser shows of it alone."""
        before = len(self.notifications())
        self.push(json.dumps({name: value for name, value in message.items() if value is not None}))
        until(self.page, lambda: len(self.notifications()) > before)
        return self.notifications()[-1]


def without_time(receipt: dict[str, Any]) -> dict[str, Any]:
    assert receipt["at"].endswith("Z")
    return {name: value for name, value in receipt.items() if name != "at"}


@pytest.fixture
def worker(visit: Visit) -> Listening:
    page = visit().page
    switch_on(page, "orders")
    return Listening(page)


def test_a_message_is_shown_as_it_was_written_and_told_to_have_arrived(worker: Listening) -> None:
    shown = worker.show(**MESSAGE, image="https://shop.example/a.png", url="https://shop.example/offers/1")
    assert (shown["title"], shown["body"], shown["tag"], shown["lang"]) == (
        MESSAGE["title"],
        MESSAGE["body"],
        MESSAGE["tag"],
        "en",
    )
    assert shown["data"]["url"] == "https://shop.example/offers/1"
    until(worker.page, lambda: worker.receipts() == [{"ack_id": "dlv_one.mark", "what": "received"}])


def test_one_tag_is_one_message_and_an_orders_next_one_is_heard(worker: Listening) -> None:
    assert worker.show(**MESSAGE)["renotify"] is False
    worker.push(json.dumps(MESSAGE | {"title": "Sneakers again", "kind": "order"}))
    until(worker.page, lambda: [one["title"] for one in worker.notifications()] == ["Sneakers again"])
    assert worker.notifications()[0]["renotify"] is True


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_is_too_late_says_so_and_is_not_told_to_have_arrived(worker: Listening, language: str) -> None:
    late = MESSAGE | {"expires_at": "2026-01-01T00:00:00Z", "lang": language}
    shown = worker.show(**late)
    words = WORDS[language]
    assert (shown["title"], shown["body"], shown["lang"]) == (words["late_title"], words["late_body"], language)
    assert "ack_id" not in shown["data"]
    worker.show(**MESSAGE | {"tag": "another", "ack_id": "dlv_two.mark"})
    until(worker.page, lambda: worker.receipts() == [{"ack_id": "dlv_two.mark", "what": "received"}])


@pytest.mark.parametrize("text", ["", "no JSON", "null", "[1]", '"text"', '{"v": 1}', '{"v": 9, "words": "later"}'])
def test_what_can_not_be_read_is_shown_as_something(worker: Listening, text: str) -> None:
    """Chromium would say something of its own."""
    worker.push(text)
    until(worker.page, lambda: len(worker.notifications()) == 1)
    (shown,) = worker.notifications()
    assert (shown["title"], shown["body"]) == (WORDS["en"]["unread_title"], WORDS["en"]["unread_body"])
    assert worker.receipts() == []


def test_a_disk_that_does_not_answer_keeps_no_message_back(worker: Listening) -> None:
    worker.worker.evaluate("IDBFactory.prototype.open = () => ({})")
    worker.push("no JSON")
    until(worker.page, lambda: len(worker.notifications()) == 1)
    assert worker.notifications()[0]["title"] == WORDS["en"]["unread_title"]


@pytest.mark.parametrize(
    ("url", "leads_to"),
    [
        ("https://shop.example/offers/1", "https://shop.example/offers/1"),
        ("/messages?lang=nl", "{here}/messages?lang=nl"),
        ("http://shop.example/offers/1", "{here}/messages"),
        ("javascript:alert(1)", "{here}/messages"),
        ("data:text/html,x", "{here}/messages"),
        ("https://", "{here}/messages"),
        (None, "{here}/messages"),
    ],
)
def test_a_click_leads_only_here_or_by_https_and_is_told(worker: Listening, url: str | None, leads_to: str) -> None:
    worker.show(**MESSAGE, url=url)
    worker.page.goto("about:blank")  # no window of ours is open
    worker.worker.evaluate(CLICK)
    until(worker.page, lambda: worker.worker.evaluate("self.opened ?? null") is not None)
    here = worker.worker.evaluate("self.location.origin")
    assert worker.worker.evaluate("self.opened") == leads_to.format(here=here)
    until(worker.page, lambda: worker.receipts()[-1:] == [{"ack_id": "dlv_one.mark", "what": "opened"}])


CLICK = """async () => {
    const [notification] = await self.registration.getNotifications();
    self.dispatchEvent(new NotificationEvent("notificationclick", { notification }));
}"""


@pytest.mark.parametrize("status", [0, 404, 429, 503])
def test_what_could_not_be_told_is_told_with_the_next(worker: Listening, status: int) -> None:
    worker.answers(status)
    for number in ("one", "two"):
        worker.show(**MESSAGE | {"tag": number, "ack_id": f"dlv_{number}.mark"})
    until(worker.page, lambda: kept(worker) == 2)
    worker.worker.evaluate("self.told = []")
    worker.answers(204)
    worker.show(**MESSAGE | {"tag": "three", "ack_id": "dlv_three.mark"})
    receipts = [{"ack_id": f"dlv_{number}.mark", "what": "received"} for number in ("one", "two", "three")]
    until(worker.page, lambda: worker.receipts() == [receipts[2], receipts[:2]])
    until(worker.page, lambda: kept(worker) == 0)


def test_what_is_put_away_while_another_tells_waits_for_the_next(worker: Listening) -> None:
    """Two messages at once: the one that tells what waited must not throw away what the other has just put there."""
    worker.worker.evaluate("""async () => {
        const put = (ack_id) => store("readwrite", (work) =>
            void work.objectStore("receipts").add({ ack_id, what: "received", at: new Date().toISOString() }));
        await put("dlv_old.mark");
        const telling = self.fetch;
        self.fetch = async (...asked) => { await put("dlv_new.mark"); self.fetch = telling; return telling(...asked); };
        await tellWhatWaits();
    }""")
    assert worker.receipts() == [[{"ack_id": "dlv_old.mark", "what": "received"}]]
    assert kept(worker) == 1


def test_what_is_refused_for_good_is_not_told_again(worker: Listening) -> None:
    worker.answers(422)
    worker.show(**MESSAGE)
    until(worker.page, lambda: len(worker.receipts()) == 1)
    assert kept(worker) == 0


def kept(worker: Listening) -> int:
    count: int = worker.worker.evaluate("""() => store("readonly", (work) => work.objectStore("receipts").count())""")
    return count


def test_once_a_week_a_message_says_that_the_address_is_still_its_own(worker: Listening) -> None:
    mine = subscription("mine")
    worker.worker.evaluate(
        "(told) => { PushManager.prototype.getSubscription = async () => ({ toJSON: () => told }); }", mine
    )
    worker.show(**MESSAGE)
    worker.worker.evaluate("""() => know("said_at", Date.now() - 8 * 86_400_000)""")
    worker.show(**MESSAGE | {"tag": "two"})
    until(worker.page, lambda: renewals(worker) == [{"subscription": mine}])
    until(worker.page, lambda: worker.worker.evaluate("known('said_at').then((at) => Date.now() - at < 60_000)"))
    worker.show(**MESSAGE | {"tag": "three"})
    until(worker.page, lambda: len(worker.receipts()) == 3)
    assert renewals(worker) == [{"subscription": mine}]


def renewals(worker: Listening) -> list[Any]:
    return [one["body"] for one in worker.said() if one["url"] == "/visitor/push/renew"]


CHANGED = """async ([told, key]) => {
    self.key = key;
    const fresh = { toJSON: () => told };
    const event = new ExtendableEvent("pushsubscriptionchange");
    event.newSubscription = null;
    event.oldSubscription = null;
    PushManager.prototype.subscribe = async (wanted) => { self.wanted = wanted; return fresh; };
    self.dispatchEvent(event);
}"""
"""Chromium has no command for it either."""


def test_a_changed_subscription_is_renewed_by_the_one_before(worker: Listening, shop: Shop) -> None:
    fresh = subscription("fresh")
    before = json.loads(worker.page.evaluate("localStorage.getItem('subscribed')"))["told"]
    worker.answers(200)
    worker.worker.evaluate(CHANGED, [fresh, shop.vapid_key])
    until(worker.page, lambda: [one["url"] for one in worker.said()] == ["/visitor/push-key", "/visitor/push/renew"])
    assert worker.said()[1]["body"] == {"subscription": fresh, "old": before}
    assert worker.worker.evaluate("self.wanted.userVisibleOnly") is True
    assert worker.worker.evaluate("self.wanted.applicationServerKey.length") == 65
    again = subscription("again")
    worker.worker.evaluate("self.told = []")
    worker.worker.evaluate(CHANGED, [again, shop.vapid_key])
    until(worker.page, lambda: len(worker.said()) == 2)
    assert worker.said()[1]["body"] == {"subscription": again, "old": fresh}


def test_a_changed_subscription_reaches_the_server_without_a_cookie(visit: Visit, shop: Shop) -> None:
    page = visit().page
    switch_on(page, "orders")
    page.context.clear_cookies()
    (worker,) = page.context.service_workers
    (before,) = shop.devices()
    fresh = shop.push.subscribe(shop.vapid_key)
    worker.evaluate(CHANGED, [fresh, shop.vapid_key])
    until(page, lambda: shop.devices()[0].push_token != before.push_token)
    (after,) = shop.devices()
    assert after.id == before.id
    assert fresh["endpoint"] in str(after.push_token)
    page.evaluate("(told) => localStorage.setItem('subscribed', JSON.stringify(told))", bound_to(fresh, shop))
    page.reload()
    state_of(page, "on")


def bound_to(told: dict[str, Any], shop: Shop) -> dict[str, Any]:
    return {"told": told, "bound": shop.vapid_key}
