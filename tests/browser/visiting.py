"""Visitors in a real Chromium: a shop that sends to browsers, the page with a subscription that works, and its worker.

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
from offers.push import Push
from offers.records.database import Database
from offers.records.tables import Device
from offers.settings import Settings
from tests.browser.conftest import Watched
from tests.conftest import NOON
from tests.doubles.web_push import WebPushDouble
from tests.web.conftest import CAMPAIGN, LANES, PLACE, Served, bearer, build_lanes, serve
from tests.web.visitor.conftest import VAPID
from web.visitor.words import WORDS
from workers.failpoints import Failpoints
from workers.fences import FenceKeeper
from workers.lanes import LaneDesk
from workers.matching import Matched, Matcher
from workers.sending import Sender

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
def shop(redis_url: str, migrated: Path, tmp_path: Path) -> Iterator[Shop]:
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
    """Waits past the 20 s after which the page gives up by itself: what it says then tells what was wrong."""
    expect(page.get_by_role("status")).to_have_text(WORDS[language][name], timeout=30_000)


def switch_on(page: Page, *purposes: str) -> None:
    state_of(page, "off")
    for purpose in purposes:
        page.get_by_label(WORDS["en"][purpose], exact=True).check()
    page.get_by_role("button", name="Switch messages on").click()
    state_of(page, "on")


def asked(page: Page) -> str | None:
    said: str | None = page.evaluate("localStorage.getItem('asked')")
    return said


TAKE_PUSH = """(text) => {
    if (self.due === undefined) {
        self.due = [];
        self.pushes = self.shown = 0;
        const [registration, show] = [self.registration, self.registration.showNotification];
        registration.showNotification = async (...said) => {
            await show.apply(registration, said);
            self.shown += 1;
        };
        self.addEventListener("push", (event) => {
            const place = self.due.indexOf(event.data?.text() ?? "");
            if (place < 0) return event.stopImmediatePropagation();
            self.due.splice(place, 1);
            self.pushes += 1;
        }, { capture: true });
    }
    self.due.push(text);
    return [self.pushes, self.shown];
}"""
"""In the worker: one push of this text is let through, before the worker's own listener. What was given again and comes twice is dropped: a message
without a tag would be shown twice. And what it shows is counted once it is shown.
"""


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
        """As the browser does with what it was sent and has decrypted; returns once a notification of it is shown. On a busy machine Chromium loses one
        now and then: it is given again. And whoever asks for the notifications while one is being shown may be the end of it: Chromium clears away
        what it keeps and does not see displayed.
        """
        (worker,) = self.page.context.service_workers
        pushes, shown = worker.evaluate(TAKE_PUSH, text)
        session = self.page.context.new_cdp_session(self.page)
        found: list[str] = []
        session.on("ServiceWorker.workerRegistrationUpdated", lambda said: found.extend(_ids_in(said)))
        session.send("ServiceWorker.enable")
        until(self.page, lambda: bool(found))
        origin = self.page.evaluate("location.origin")
        given = {"origin": origin, "registrationId": found[-1], "data": text}
        for _ in range(5):
            session.send("ServiceWorker.deliverPushMessage", given)
            for _ in range(60):
                if worker.evaluate("self.pushes") > pushes:
                    session.detach()
                    until(self.page, lambda: worker.evaluate("self.shown") > shown)
                    return
                self.page.wait_for_timeout(50)
        raise AssertionError("the worker was not pushed to")

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
    for _ in range(400):
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


def walk_in(shop: Shop, admin: httpx.Client, customer: str, push: Push) -> None:
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
    sender = Sender(shop.database, push, parts.codes, Failpoints(), lambda _: None)
    assert sender.deliver([one for found in matched for one in found.deliveries], parts.now) == 1
