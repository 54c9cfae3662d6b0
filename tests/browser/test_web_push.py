"""Messages to a visitor's browser, from the tap to the notification, in a real Chromium.

Chromium asks Google for a subscription, and here is no way to Google. So `subscribe` and `getSubscription` are replaced by ones that hand
out a subscription of the double of a push service; everything else is the browser's own: permission, worker, notifications, IndexedDB.
"""

import json
import shutil
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect
from pydantic import SecretStr
from redis import Redis
from sqlalchemy import select

from offers.keys import create_key
from offers.records.database import Database
from offers.records.tables import Consent, Device
from offers.settings import Settings
from tests.browser.conftest import Watched
from tests.browser.test_console import CONTRAST, has_no_sideways_scroll
from tests.conftest import NOON
from tests.doubles.web_push import WebPushDouble
from tests.web.conftest import CAMPAIGN, LANES, PLACE, Served, bearer, build_lanes, serve
from tests.web.visitor.conftest import VAPID
from web.tongues import LANGUAGES
from web.visitor.words import WORDS
from workers.failpoints import Failpoints
from workers.fences import FenceKeeper
from workers.lanes import LaneDesk
from workers.matching import Matched, Matcher
from workers.push.web_push import WebPush
from workers.sending import Sender

pytestmark = pytest.mark.browser

FAKE = """(subscription) => {
  if (!("PushManager" in self)) return;
  const bytes = (text) => Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (one) => one.charCodeAt(0)).buffer;
  const kept = () => JSON.parse(localStorage.getItem("subscribed") ?? "null");
  const made = ({ told, bound }) => ({
    ...told,
    options: { applicationServerKey: bytes(bound) },
    toJSON: () => told,
    unsubscribe: async () => { localStorage.removeItem("subscribed"); return true; },
  });
  PushManager.prototype.getSubscription = async () => kept() && made(kept());
  PushManager.prototype.subscribe = async ({ applicationServerKey, userVisibleOnly }) => {
    if (!userVisibleOnly) throw new DOMException("not visible", "NotAllowedError");
    if (localStorage.getItem("no-service")) throw new DOMException("Registration failed - push service error", "AbortError");
    const bound = btoa(String.fromCharCode(...new Uint8Array(applicationServerKey))).replace(/\\+/g, "-").replace(/\\//g, "_").replace(/=/g, "");
    localStorage.setItem("subscribed", JSON.stringify({ told: subscription, bound }));
    return made(kept());
  };
  const ask = Notification.requestPermission.bind(Notification);
  Notification.requestPermission = (...rest) => {
    localStorage.setItem("asked", Number(localStorage.getItem("asked") ?? 0) + 1);
    return ask(...rest);
  };
}"""


@dataclass
class Shop:
    url: str
    served: Served
    database: Database
    push: WebPushDouble
    key: str
    """Of role admin."""

    @property
    def vapid_key(self) -> str:
        key = self.served.doors.parts.subscribing.vapid_key
        assert key is not None
        return key

    def devices(self) -> list[Device]:
        with self.database.reading() as session:
            rows = list(session.scalars(select(Device).order_by(Device.created_at)))
            session.expunge_all()
            return rows


@pytest.fixture
def shop(browser: Browser, redis_url: str, migrated: Path, tmp_path: Path) -> Iterator[Shop]:
    """The doors of a shop that sends to browsers, over the double of their push service."""
    with Redis.from_url(redis_url) as redis:
        redis.flushall()
        build_lanes(redis)
    shutil.copy(migrated, tmp_path / "passerby.db")
    database = Database(f"sqlite:///{tmp_path / 'passerby.db'}")
    with database.transaction() as session:
        key = create_key(session, "admin", now=NOON)
    with WebPushDouble() as push:
        settings = Settings(
            data=tmp_path,
            database_url=database.url,
            redis_url=redis_url,
            lanes=LANES,
            secret_key=SecretStr("only for tests, but long enough for it"),
            base_url="http://127.0.0.1",
            push="web_push",
            vapid_private_key=SecretStr(VAPID),
            vapid_subject="mailto:push@shop.example",
            web_push_services=push.origin.partition("://")[2],
        )
        with serve(settings, time.time) as served:
            yield Shop(served.url, served, database, push, key)
    database.close()


Visit = Callable[..., Watched]


@pytest.fixture
def visit(browser: Browser, shop: Shop) -> Iterator[Visit]:
    """Open the visitor's page with a browser of its own; `permission` as if it had been answered before."""
    contexts: list[BrowserContext] = []

    def make(
        path: str = "/messages?lang=en", *, permission: bool = True, scripts: tuple[str, ...] = (), **more: Any
    ) -> Watched:
        wanted: dict[str, Any] = {
            "viewport": {"width": 390, "height": 844},
            "locale": "en-GB",
            "has_touch": True,
        } | more
        context = browser.new_context(**wanted)
        contexts.append(context)
        if permission:
            context.grant_permissions(["notifications"], origin=shop.url)
        if wanted.get("java_script_enabled", True):
            subscription = shop.push.subscribe(shop.vapid_key)
            context.add_init_script(f"({FAKE})({json.dumps(subscription)})")
            for script in scripts:
                context.add_init_script(script)
        watched = Watched(context.new_page())
        watched.page.goto(f"{shop.url}{path}")
        return watched

    yield make
    for context in contexts:
        context.close()


def state_of(page: Page, name: str, language: str = "en") -> None:
    expect(page.get_by_role("status")).to_have_text(WORDS[language][name])


def switch_on(page: Page, *purposes: str) -> None:
    state_of(page, "off")
    for purpose in purposes:
        page.get_by_label(WORDS["en"][purpose], exact=True).check()
    page.get_by_role("button", name="Switch messages on").click()
    state_of(page, "on")


def asked(page: Page) -> str | None:
    said: str | None = page.evaluate("localStorage.getItem('asked')")
    return said


def test_nothing_is_asked_before_the_tap_and_the_tap_switches_on(visit: Visit, shop: Shop) -> None:
    watched = visit()
    page = watched.page
    state_of(page, "off")
    assert asked(page) is None
    assert page.context.cookies() == []
    assert page.evaluate("navigator.serviceWorker.getRegistrations().then((all) => all.length)") == 0
    for purpose in ("orders", "offers"):
        expect(page.get_by_label(WORDS["en"][purpose], exact=True)).not_to_be_checked()
    page.get_by_role("button", name="Switch messages on").click()
    expect(page.get_by_role("alert")).to_have_text("Choose at least one.")
    assert (asked(page), shop.devices()) == (None, [])
    switch_on(page, "orders")
    expect(page.locator("#agreed")).to_contain_text("A message when my order is ready")
    (device,) = shop.devices()
    assert (device.platform, device.push_kind, device.push_vapid) == ("web", "web_push", shop.vapid_key)
    (cookie,) = page.context.cookies()
    assert cookie["value"].startswith(device.id + ".")
    assert (cookie["httpOnly"], cookie["sameSite"]) == (True, "Lax")
    with shop.database.reading() as session:
        (receipt,) = session.scalars(select(Consent))
        assert (receipt.purpose, receipt.given, receipt.source, receipt.language) == ("orders", True, "web page", "en")
    assert watched.errors == []
    assert watched.hosts == {"127.0.0.1"}


def test_permission_is_asked_for_by_the_tap_alone(visit: Visit, shop: Shop) -> None:
    """Chromium without a window denies what nobody answers; what counts is when it was asked."""
    page = visit(permission=False, scripts=(UNANSWERED,)).page
    state_of(page, "off")
    page.get_by_label("Offers of this shop").check()
    assert asked(page) is None
    page.get_by_role("button", name="Switch messages on").click()
    state_of(page, "undecided")
    assert asked(page) == "1"
    assert shop.devices() == []


UNANSWERED = """
const asking = Notification.requestPermission;
Object.defineProperty(Notification, "permission", { get: () => "default" });
Notification.requestPermission = async () => { await asking(); return "default"; };
"""


def test_it_is_still_on_after_coming_back_and_one_tap_ends_it(visit: Visit, shop: Shop) -> None:
    watched = visit()
    page = watched.page
    switch_on(page, "orders", "offers")
    page.reload()
    state_of(page, "on")
    offers = page.get_by_label("Offers of this shop")
    expect(offers).to_be_checked()
    offers.uncheck()
    page.get_by_role("button", name="Save the choice").click()
    state_of(page, "saved")
    page.reload()
    state_of(page, "on")
    expect(offers).not_to_be_checked()
    page.get_by_role("button", name="Switch messages off").click()
    state_of(page, "switched_off")
    expect(page.get_by_role("status")).to_be_focused()
    expect(page.get_by_text(WORDS["en"]["agreed_nothing"])).to_be_visible()
    (device,) = shop.devices()
    assert (device.push_token, device.push_retired_reason) == (None, "unsubscribed")
    page.reload()
    state_of(page, "off")
    switch_on(page, "orders")
    assert [one.id for one in shop.devices()] == [device.id], "the same browser"
    assert watched.errors == []


def test_a_lost_cookie_is_given_again_to_who_has_the_subscription(visit: Visit, shop: Shop) -> None:
    page = visit().page
    switch_on(page, "orders")
    page.context.clear_cookies()
    page.reload()
    state_of(page, "on")
    (device,) = shop.devices()
    assert page.context.cookies()[0]["value"].startswith(device.id + ".")


def test_a_subscription_of_another_key_is_made_anew(visit: Visit, shop: Shop) -> None:
    page = visit().page
    switch_on(page, "orders")
    page.evaluate(
        """() => {
            const kept = JSON.parse(localStorage.getItem("subscribed"));
            localStorage.setItem("subscribed", JSON.stringify({ ...kept, bound: "B" + "A".repeat(86) }));
        }"""
    )
    page.reload()
    state_of(page, "on")
    assert page.evaluate("JSON.parse(localStorage.getItem('subscribed')).bound") == shop.vapid_key


def test_what_went_wrong_is_said_and_changes_nothing(visit: Visit, shop: Shop) -> None:
    page = visit(scripts=("if (!localStorage.getItem('tried')) localStorage.setItem('no-service', '1');",)).page
    state_of(page, "off")
    page.get_by_label("Offers of this shop").check()
    on = page.get_by_role("button", name="Switch messages on")
    on.click()
    state_of(page, "no_service")
    assert shop.devices() == []
    page.evaluate("localStorage.removeItem('no-service')")
    page.context.set_offline(True)
    on.click()
    state_of(page, "failed")
    page.context.set_offline(False)
    on.click()
    state_of(page, "on")
    page.context.set_offline(True)
    page.get_by_role("button", name="Switch messages off").click()
    state_of(page, "failed")
    expect(page.get_by_role("button", name="Switch messages off")).to_be_visible()
    page.context.set_offline(False)
    page.get_by_role("button", name="Switch messages off").click()
    state_of(page, "switched_off")


DENIED = "Object.defineProperty(Notification, 'permission', { get: () => 'denied' });"
NO_PUSH = "delete window.PushManager;"
IPHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.5 Mobile/15E148 Safari/604.1"
STATES: dict[str, dict[str, Any]] = {
    "off": {},
    "denied": {"scripts": (DENIED,)},
    "unsupported": {"scripts": (NO_PUSH,)},
    "ios": {"scripts": (NO_PUSH,), "user_agent": IPHONE},
}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("state", STATES)
def test_each_state_is_told_in_each_language(visit: Visit, state: str, language: str) -> None:
    for width, scheme in ((390, "light"), (1440, "dark")):
        viewport = {"width": width, "height": 844}
        watched = visit(f"/messages?lang={language}", viewport=viewport, color_scheme=scheme, **STATES[state])
        page = watched.page
        state_of(page, state, language)
        expect(page.get_by_role("button")).to_have_count(1 if state == "off" else 0)
        if state != "off":
            how = WORDS[language]["ios_2" if state == "ios" else f"{state}_how"]
            expect(page.get_by_text(how)).to_be_visible()
        assert page.evaluate(CONTRAST) == []
        assert has_no_sideways_scroll(page)
        page.locator("h1").evaluate("(one) => { one.textContent = 'Donaudampfschifffahrtsgesellschaft'.repeat(3); }")
        assert has_no_sideways_scroll(page), "not for a long word either"
        assert asked(page) is None
        assert watched.errors == []


def test_a_finger_hits_what_it_means_and_a_keyboard_reaches_it(visit: Visit) -> None:
    page = visit().page
    switch_on(page, "orders")
    small = page.evaluate(
        """() => [...document.querySelectorAll('button, label, nav a')].filter((one) => one.checkVisibility())
            .filter((one) => one.getBoundingClientRect().height < 44).map((one) => one.outerHTML.slice(0, 80))"""
    )
    assert small == []
    page.reload()
    state_of(page, "on")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="To the content")).to_be_focused()
    page.keyboard.press("Enter")
    for name in ("orders", "offers"):
        page.keyboard.press("Tab")
        expect(page.get_by_label(WORDS["en"][name], exact=True)).to_be_focused()
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    expect(page.get_by_role("button", name="Switch messages off")).to_be_focused()
    assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"
    page.keyboard.press("Enter")
    state_of(page, "switched_off")
    expect(page.get_by_role("status")).to_be_focused()


def test_without_a_script_it_is_said(visit: Visit) -> None:
    page = visit(java_script_enabled=False).page
    expect(page.locator("noscript p")).to_be_visible()
    expect(page.get_by_role("button")).to_have_count(0)
    page.get_by_role("link", name="Deutsch").click()
    expect(page.locator("h1")).to_have_text("Nachrichten")


@dataclass
class Told:
    """What the worker has said: the notifications that stand, as the browser has them."""

    page: Page

    def notifications(self) -> list[dict[str, Any]]:
        shown: list[dict[str, Any]] = self.page.evaluate(
            """async () => (await (await navigator.serviceWorker.ready).getNotifications())
                .map(({ title, body, tag, lang, data, renotify, image }) => ({ title, body, tag, lang, data, renotify, image }))"""
        )
        return shown

    def push(self, text: str) -> None:
        """As the browser does with what it was sent and has decrypted."""
        session = self.page.context.new_cdp_session(self.page)
        found: list[str] = []
        session.on("ServiceWorker.workerRegistrationUpdated", lambda said: found.extend(_ids_in(said)))
        session.send("ServiceWorker.enable")
        for _ in range(100):
            if found:
                break
            self.page.wait_for_timeout(50)
        origin = self.page.evaluate("location.origin")
        session.send("ServiceWorker.deliverPushMessage", {"origin": origin, "registrationId": found[-1], "data": text})
        session.detach()

    def click(self) -> None:
        """On the one that stands. Chromium has no command for it, so the worker is given the event that it would get."""
        (worker,) = self.page.context.service_workers
        worker.evaluate(
            """async () => {
                const [notification] = await self.registration.getNotifications();
                self.dispatchEvent(new NotificationEvent("notificationclick", { notification }));
            }"""
        )


def _ids_in(said: dict[str, Any]) -> list[str]:
    return [str(one["registrationId"]) for one in said["registrations"] if not one["isDeleted"]]


def until(page: Page, holds: Callable[[], bool]) -> None:
    """The browser works on meanwhile."""
    for _ in range(200):
        if holds():
            return
        page.wait_for_timeout(50)
    raise AssertionError("it never came to that")


def campaign_of(shop: Shop, admin: httpx.Client) -> None:
    """A store, and a campaign for whoever comes in at whatever hour this test is run."""
    admin.put("/v1/places/kalverstraat-102", json=PLACE).raise_for_status()
    admin.put("/v1/campaigns/sneakers", json=CAMPAIGN).raise_for_status()
    admin.patch("/v1/settings", json={"quiet_hours": None}).raise_for_status()
    admin.post("/v1/campaigns/sneakers/launch").raise_for_status()


def walk_in(shop: Shop, admin: httpx.Client, customer: str) -> None:
    """A phone that takes no push comes into the store, and workers do their part: the message goes to the browser."""
    wanted = {"customer": customer, "platform": "android", "consents": {"location": True}}
    phone = admin.post("/v1/devices", json=wanted).json()
    at = datetime.now(UTC).isoformat()
    ping = {"lat": PLACE["lat"], "lon": PLACE["lon"], "accuracy_m": 8, "at": at}
    assert admin.post("/v1/pings", json=ping, headers=bearer(phone["token"])).json()["accepted"] == 1
    parts, matched = shop.served.doors.parts, list[Matched]()
    desk = LaneDesk(parts.redis, parts.settings.secret(), LANES)
    matcher = Matcher(shop.database, desk, FenceKeeper(shop.database), Failpoints(), matched.append, time.time)
    for lane in range(LANES):
        matcher.match(lane)
    push = WebPush.of(parts.settings)
    assert push is not None
    sender = Sender(shop.database, push, parts.codes, Failpoints(), lambda _: None)
    assert sender.deliver([one for found in matched for one in found.deliveries], parts.now) == 1
    push.close()


def test_from_the_tap_to_the_notification_and_back(visit: Visit, shop: Shop) -> None:
    watched = visit()
    page = watched.page
    switch_on(page, "offers")
    (device,) = shop.devices()
    with httpx.Client(base_url=shop.url, headers=bearer(shop.key), timeout=20) as admin:
        campaign_of(shop, admin)
        admin.post(f"/v1/devices/{device.id}/link", json={"customer": "sanne"}).raise_for_status()
        walk_in(shop, admin, "sanne")

        def delivery() -> dict[str, Any]:
            (one,) = admin.get("/v1/deliveries").json()["items"]
            told: dict[str, Any] = one
            return told

        sent = delivery()
        assert (sent["state"], sent["device_id"], sent["received_at"]) == ("sent", device.id, None)
        assert shop.push.refused == []
        (arrived,) = shop.push.received
        assert arrived.plaintext is not None
        said = json.loads(arrived.plaintext)
        assert (said["title"], said["body"]) == (sent["title"], sent["body"])
        assert said["body"] == "You are near."

        told = Told(page)
        told.push(arrived.plaintext)
        until(page, lambda: delivery()["received_at"] is not None)
        (shown,) = told.notifications()
        assert (shown["title"], shown["body"]) == (sent["title"], sent["body"])
        assert (shown["tag"], shown["lang"]) == (said["tag"], "en")
        assert delivery()["opened_at"] is None

        told.click()
        until(page, lambda: delivery()["opened_at"] is not None)
        assert told.notifications() == [], "it is gone once it was opened"

        page.reload()
        state_of(page, "on")
        page.get_by_role("button", name="Switch messages off").click()
        state_of(page, "switched_off")
        (retired, *_) = shop.devices()
        assert (retired.id, retired.push_token, retired.push_retired_reason) == (device.id, None, "unsubscribed")
    assert watched.errors == []
