"""Messages to a visitor's browser, from the tap to the notification, in a real Chromium.

The browser's subscription is a double's, as tests/browser/visiting.py says; all else is Chromium's own.
"""

import json
from typing import Any

import httpx
import pytest
from playwright.sync_api import expect
from sqlalchemy import select

from offers.records.tables import Consent
from tests.browser.test_console import CONTRAST, has_no_sideways_scroll
from tests.browser.visiting import (
    Shop,
    Told,
    Visit,
    asked,
    campaign_of,
    shop,
    state_of,
    switch_on,
    until,
    visit,
    walk_in,
)
from tests.web.conftest import bearer
from web.tongues import LANGUAGES
from web.visitor.words import WORDS
from workers.push.web_push import WebPush

pytestmark = pytest.mark.browser
__all__ = ["shop", "visit"]


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


def test_a_known_customer_may_switch_off_here_alone(visit: Visit, shop: Shop) -> None:
    page = visit().page
    switch_on(page, "orders")
    elsewhere = page.get_by_label("Also stop these messages on my other devices")
    expect(elsewhere).to_have_count(0)
    with httpx.Client(base_url=shop.url, headers=bearer(shop.key), timeout=20) as admin:
        (device,) = shop.devices()
        admin.post(f"/v1/devices/{device.id}/link", json={"customer": "sanne"}).raise_for_status()
        page.reload()
        state_of(page, "on")
        expect(elsewhere).not_to_be_checked()
        page.get_by_role("button", name="Switch messages off").click()
        state_of(page, "switched_off")
        assert admin.get("/v1/customers/sanne").json()["consents"]["orders"] is True
    for _ in range(2):
        expect(page.locator("#agreed")).to_contain_text("A message when my order is ready")
        expect(page.get_by_text(WORDS["en"]["agreed_but_off"])).to_be_visible()
        expect(page.get_by_label("A message when my order is ready")).not_to_be_checked()
        page.reload()
        state_of(page, "off")


def test_who_blocks_messages_may_still_take_their_yes_back(visit: Visit, shop: Shop) -> None:
    page = visit().page
    switch_on(page, "offers")
    page.add_init_script("""Object.defineProperty(Notification, "permission", { get: () => "denied" });
        PushManager.prototype.getSubscription = async () => null;""")
    page.reload()
    state_of(page, "denied")
    expect(page.get_by_role("checkbox")).to_have_count(0)
    expect(page.get_by_role("button")).to_have_count(1)
    page.get_by_role("button", name="Switch messages off").click()
    state_of(page, "switched_off")
    (device,) = shop.devices()
    assert (device.push_token, device.push_retired_reason) == (None, "unsubscribed")
    with shop.database.reading() as session:
        assert [one.given for one in session.scalars(select(Consent).order_by(Consent.at))] == [True, False]


def test_a_browser_that_lost_its_subscription_is_off_and_nothing_is_ticked(visit: Visit, shop: Shop) -> None:
    page = visit().page
    switch_on(page, "orders")
    page.evaluate("localStorage.removeItem('subscribed')")
    page.reload()
    state_of(page, "off")
    expect(page.get_by_label("A message when my order is ready")).not_to_be_checked()


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


def test_a_service_that_never_answers_is_given_up(visit: Visit, shop: Shop) -> None:
    page = visit(
        scripts=("const wait = AbortSignal.timeout; AbortSignal.timeout = () => wait.call(AbortSignal, 500);",)
    ).page
    page.route("**/visitor/push", lambda _: None)
    state_of(page, "off")
    page.get_by_label("Offers of this shop").check()
    page.get_by_role("button", name="Switch messages on").click()
    state_of(page, "failed")
    page.unroute("**/visitor/push")
    page.evaluate("() => { AbortSignal.timeout = () => new AbortController().signal; }")
    page.get_by_role("button", name="Switch messages on").click()
    state_of(page, "on")
    assert len(shop.devices()) == 1


NEVER_ACTIVE = """Object.defineProperty(ServiceWorkerRegistration.prototype, "active", { get: () => null });
const wait = AbortSignal.timeout; AbortSignal.timeout = () => wait.call(AbortSignal, 500);"""


def test_a_worker_that_never_comes_to_work_is_given_up(visit: Visit, shop: Shop) -> None:
    page = visit(scripts=(NEVER_ACTIVE,)).page
    state_of(page, "off")
    page.get_by_label("Offers of this shop").check()
    page.get_by_role("button", name="Switch messages on").click()
    state_of(page, "no_service")
    assert shop.devices() == []


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


def test_from_the_tap_to_the_notification_and_back(visit: Visit, shop: Shop) -> None:
    watched = visit()
    page = watched.page
    switch_on(page, "offers")
    (device,) = shop.devices()
    with httpx.Client(base_url=shop.url, headers=bearer(shop.key), timeout=20) as admin:
        campaign_of(shop, admin)
        admin.post(f"/v1/devices/{device.id}/link", json={"customer": "sanne"}).raise_for_status()
        push = WebPush.of(shop.served.doors.parts.settings)
        assert push is not None
        walk_in(shop, admin, "sanne", push)
        push.close()

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
