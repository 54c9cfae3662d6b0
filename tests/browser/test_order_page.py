"""The page of an order in a real Chromium, as an iPhone's browser would open it: on my way, here, followed live, and messages about this order alone."""

import os
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect
from sqlalchemy import select

from offers.records.tables import Consent, Delivery, Device, Order
from offers.rules.page_links import page_path
from tests.browser.visiting import Shop, Told, Visit, shop, until, visit
from tests.offers.posted import IPHONE
from tests.web.conftest import PLACE, bearer
from web.landing.words import WORDS
from web.visitor.words import WORDS as MESSAGE_WORDS
from workers.failpoints import Failpoints
from workers.happenings import STREAM
from workers.push.web_push import WebPush
from workers.sending import Sender

pytestmark = pytest.mark.browser
__all__ = ["shop", "visit"]
SHOTS = os.environ.get("PASSERBY_SHOTS")
"""A folder for screenshots, for who wants to look."""
EN = WORDS["en"]
ITEMS = [{"sku": "SNEAK-1", "title": "Sneaker, white", "size": "38", "price": "89.95"}]


class Desk:
    """The shop, which tells of an order of a customer whom no browser knows."""

    def __init__(self, shop: Shop, admin: httpx.Client) -> None:
        self.shop, self.admin = shop, admin
        hours = {"opening_hours": "24/7", "address": "Kalverstraat 102, Amsterdam", "phone": "+31205550102"}
        admin.put("/v1/places/kalverstraat-102", json=PLACE | hours).raise_for_status()
        admin.put("/v1/customers/sanne", json={"name": "Sanne de Vries", "consents": {}}).raise_for_status()
        admin.patch("/v1/settings", json={"quiet_hours": None}).raise_for_status()

    def put(self, status: str, order: str = "A-1182", *, code: bool = True) -> str:
        body = {"customer": "sanne", "place": "kalverstraat-102", "status": status, "items": ITEMS}
        total = {"total": "89.95", "currency": "EUR"}
        self.admin.put(f"/v1/orders/{order}", json=body | total).raise_for_status()
        if code:
            with self.shop.database.transaction() as session:
                session.get_one(Order, order).code = "7GQX"
        return page_path(self.shop.served.doors.parts.codes, "order", order)

    def order(self, order: str = "A-1182") -> Order:
        with self.shop.database.reading() as session:
            return session.get_one(Order, order)

    def deliveries(self) -> list[str]:
        with self.shop.database.reading() as session:
            return list(session.scalars(select(Delivery.id).where(Delivery.state == "queued")))

    def told(self) -> list[str]:
        """The live events of orders that staff's board follows."""
        entries: Any = self.shop.served.doors.parts.redis.xrange(STREAM)
        return [str(fields) for _, fields in entries if b"order" in str(fields).encode()]

    def send(self) -> int:
        parts = self.shop.served.doors.parts
        push = WebPush.of(parts.settings)
        assert push is not None
        sender = Sender(self.shop.database, push, parts.codes, Failpoints(), lambda _: None)
        sent = sender.deliver(self.deliveries(), lambda: datetime.now(UTC))
        push.close()
        return sent


@pytest.fixture
def desk(shop: Shop) -> Iterator[Desk]:
    with httpx.Client(base_url=shop.url, headers=bearer(shop.key), timeout=20) as admin:
        yield Desk(shop, admin)


def look(page: Page, name: str) -> None:
    found = Axe().run(page)
    assert found.violations_count == 0, f"{name}: {found.generate_report()}"
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), name
    if SHOTS:
        page.screenshot(path=f"{SHOTS}/{name}.png", full_page=True)


def heading(page: Page, name: str, language: str = "en") -> None:
    expect(page.get_by_role("heading", level=1)).to_have_text(WORDS[language][f"o_{name}_title"], timeout=30_000)


@pytest.mark.parametrize(
    ("language", "scheme", "wide"),
    [("nl", "light", False), ("de", "dark", False), ("en", "light", True), ("en", "dark", True)],
)
def test_on_my_way_here_and_collected_followed_live(
    visit: Visit, desk: Desk, language: str, scheme: str, wide: bool
) -> None:
    words, name = WORDS[language], f"{language}-{scheme}-{1440 if wide else 390}"
    size = {"viewport": {"width": 1440, "height": 900}} if wide else {}
    watched = visit(desk.put("placed"), locale=language, color_scheme=scheme, user_agent=IPHONE, **size)
    page = watched.page
    heading(page, "ordered", language)
    look(page, f"order-placed-{name}")
    desk.put("ready")
    heading(page, "ready", language)
    look(page, f"order-ready-{name}")
    page.get_by_role("button", name=words["o_in_minutes"].format(minutes=10)).click()
    heading(page, "coming", language)
    expect(page.locator("#left")).to_have_text(words["o_left"].format(minutes=10))
    look(page, f"order-coming-{name}")
    assert (desk.order().status, desk.order().coming_minutes) == ("on_the_way", 10)
    page.get_by_role("button", name=words["o_here_now"], exact=True).click()
    heading(page, "here", language)
    look(page, f"order-here-{name}")
    assert [one["source"] for one in desk.order().history[-2:]] == ["page", "page"]
    assert len([one for one in desk.told() if "arrived" in one]) >= 1
    desk.put("collected")
    heading(page, "collected", language)
    look(page, f"order-collected-{name}")
    expect(page.locator("#messages")).to_have_count(0)
    assert watched.errors == []
    assert watched.hosts == {"127.0.0.1"}


def test_a_change_is_said_and_focus_stays(visit: Visit, desk: Desk) -> None:
    """The page is not loaded again: what has focus keeps it, and the news is in the live region."""
    page = visit(desk.put("placed"), user_agent=IPHONE).page
    page.evaluate("window.sameVisit = true")
    page.locator("#map").focus()
    desk.put("ready")
    heading(page, "ready")
    expect(page.locator("#news")).to_have_text(f"{EN['o_ready_title']}. {EN['o_ready']}")
    expect(page.locator("#map")).to_be_focused()
    assert page.evaluate("window.sameVisit") is True
    page.locator("#on-my-way").focus()
    desk.put("cancelled")
    heading(page, "cancelled")
    expect(page.get_by_role("heading", level=1)).to_be_focused()


def test_without_a_script(visit: Visit, desk: Desk) -> None:
    page = visit(desk.put("placed"), java_script_enabled=False, user_agent=IPHONE).page
    page.get_by_role("button", name=EN["o_here_already"]).click()
    heading(page, "here_early")
    if SHOTS:
        page.screenshot(path=f"{SHOTS}/order-early-no-script.png", full_page=True)
    page.get_by_role("button", name=EN["o_messages_no"]).click()
    expect(page.get_by_text(EN["o_messages_refused"])).to_be_visible()
    page.get_by_role("link", name=EN["o_messages_after_all"]).click()
    page.get_by_role("button", name=EN["o_messages_yes"]).click()
    expect(page.get_by_text(EN["o_messages_agreed"])).to_be_visible()
    if SHOTS:
        page.screenshot(path=f"{SHOTS}/order-agreed-no-script.png", full_page=True)
    desk.put("ready")
    page.get_by_role("link", name=EN["o_look_again"]).click()
    heading(page, "here")


def test_agreed_and_told_in_this_browser_withdrawn_and_not(visit: Visit, shop: Shop, desk: Desk) -> None:
    watched = visit(desk.put("placed"))
    page = watched.page
    expect(page.locator("#push")).to_have_count(0)
    look(page, "order-asks")
    page.get_by_role("button", name=EN["o_messages_yes"]).click()
    page.get_by_role("button", name=MESSAGE_WORDS["en"]["switch_on"]).click()
    expect(page.locator(".push-said")).to_have_text(MESSAGE_WORDS["en"]["on"])
    look(page, "order-messages-on")
    assert page.context.cookies() == [], "it is nobody's browser"
    with shop.database.reading() as session:
        [device] = session.scalars(select(Device))
        assert (device.customer_id, device.order_id, device.platform) == ("sanne", "A-1182", "web")
        [receipt] = session.scalars(select(Consent).where(Consent.purpose == "orders"))
        assert (receipt.given, receipt.source, receipt.text_version) == (True, "page", "messages-3")
    page.reload()
    expect(page.locator(".push-said")).to_have_text(MESSAGE_WORDS["en"]["on"])
    desk.put("ready")
    assert desk.send() == 1
    [sent] = shop.push.received
    told = Told(page)
    assert sent.plaintext is not None
    told.push(sent.plaintext)
    until(page, lambda: [one["title"] for one in told.notifications()] == ["Your order is ready"])
    heading(page, "ready")
    page.get_by_role("button", name=EN["o_messages_withdraw"]).click()
    expect(page.get_by_role("button", name=EN["o_messages_yes"])).to_be_visible()
    expect(page.locator("#push")).to_have_count(0)
    desk.put("cancelled")
    assert desk.deliveries() == []
    assert watched.errors == []


def test_another_orders_page_is_another_browser(visit: Visit, shop: Shop, desk: Desk) -> None:
    """Who reserved here before keeps the messages that they had: the order's page takes a subscription of its own scope."""
    first, second = desk.put("placed"), desk.put("placed", "A-2")
    page = visit(first).page
    page.get_by_role("button", name=EN["o_messages_yes"]).click()
    page.get_by_role("button", name=MESSAGE_WORDS["en"]["switch_on"]).click()
    expect(page.locator(".push-said")).to_have_text(MESSAGE_WORDS["en"]["on"])
    scopes = page.evaluate("navigator.serviceWorker.getRegistrations().then((all) => all.map((one) => new URL(one.scope).pathname))")  # fmt: skip
    assert scopes == [first]
    page.goto(f"{shop.url}{second}?lang=en")
    expect(page.get_by_role("button", name=MESSAGE_WORDS["en"]["switch_on"])).to_be_visible()
    page.goto(f"{shop.url}{first}?lang=en")
    page.get_by_role("button", name=MESSAGE_WORDS["en"]["switch_off"]).click()
    expect(page.locator(".push-said")).to_have_text(MESSAGE_WORDS["en"]["switched_off"])
    desk.put("ready")
    assert desk.deliveries() == []
