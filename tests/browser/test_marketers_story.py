"""A marketer's whole sitting in a real Chromium: from an empty system to a push on a phone's page, a redeemed coupon and the numbers of it in a report.

Noor has a desk, Sanne a phone, and the shop a till; workers do their part between the steps.
"""

import json
import os
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from offers import users
from tests.browser.conftest import Watched
from tests.browser.desks import PASSWORD
from tests.browser.test_console import has_no_sideways_scroll, type_in
from tests.browser.visiting import Shop, Told, Visit, shop, switch_on, until, visit
from tests.web.conftest import LANES, bearer
from workers.counting import count_funnels
from workers.failpoints import Failpoints
from workers.fences import FenceKeeper
from workers.lanes import LaneDesk
from workers.matching import Matcher
from workers.push.web_push import WebPush
from workers.sending import Sender

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("patient")]
__all__ = ["shop", "visit"]

PICTURES = os.environ.get("PICTURES")
"""A folder, for who wants to look."""
NOOR = "noor@shop.example"
STORE = (52.3702516, 4.8906199)


@pytest.fixture
def admin(shop: Shop) -> Iterator[httpx.Client]:
    """The shop's own machines: what they tell of customers and redeem at the till."""
    with httpx.Client(base_url=shop.url, headers=bearer(shop.key), timeout=20) as client:
        client.patch("/v1/settings", json={"quiet_hours": None}).raise_for_status()  # at whatever hour this is run
        yield client


class Phone:
    """An app that tells where somebody is, and takes no push itself."""

    def __init__(self, admin: httpx.Client, customer: str) -> None:
        wanted = {"customer": customer, "platform": "android", "consents": {"location": True, "offers": True}}
        self._admin, self._token = admin, admin.post("/v1/devices", json=wanted).raise_for_status().json()["token"]

    def is_at(self, lat: float, lon: float) -> None:
        ping = {"lat": lat, "lon": lon, "accuracy_m": 8, "at": datetime.now(UTC).isoformat()}
        answer = self._admin.post("/v1/pings", json=ping, headers=bearer(self._token))
        assert answer.json()["accepted"] == 1


class Workers:
    """Lanes matched, messages sent to the double of a push service, days counted: in this process."""

    def __init__(self, shop: Shop) -> None:
        parts = shop.served.doors.parts
        push = WebPush.of(parts.settings)
        assert push is not None
        self._push, self._database, self._now = push, shop.database, parts.now
        desk = LaneDesk(parts.redis, parts.settings.secret(), LANES)
        fences = FenceKeeper(shop.database)
        self._matcher = Matcher(shop.database, desk, fences, Failpoints(), lambda _: None, time.time)
        self._sender = Sender(shop.database, push, parts.codes, Failpoints(), lambda _: None)

    def work(self) -> int:
        """How many messages went."""
        for lane in range(LANES):
            self._matcher.match(lane)
        return self._sender.deliver_next(self._now).sent

    def count(self) -> None:
        count_funnels(self._database, self._now, keeps=90)

    def close(self) -> None:
        self._push.close()


@pytest.fixture
def workers(shop: Shop) -> Iterator[Workers]:
    made = Workers(shop)
    yield made
    made.close()


@pytest.fixture
def desk(shop: Shop, browser: Browser) -> Iterator[Watched]:
    """Noor's browser, signed in for the first time."""
    with shop.database.transaction() as session:
        first = users.create_user(session, NOOR, "marketer", now=datetime.now(UTC), name="Noor")
    context = browser.new_context(viewport={"width": 1440, "height": 900}, locale="en-GB")
    watched = Watched(context.new_page())
    page = watched.page
    page.goto(f"{shop.url}/console")
    type_in(page, NOOR)
    page.keyboard.type(first)
    page.keyboard.press("Enter")
    page.get_by_label("Present password").focus()
    for one in (first, PASSWORD):
        type_in(page, one)
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    expect(page.locator("p.done")).to_have_text("Your password is changed.")
    yield watched
    context.close()


def sound(page: Page, step: str) -> None:
    found = Axe().run(page)
    assert found.violations_count == 0, f"{step}: {found.generate_report()}"
    assert has_no_sideways_scroll(page), step
    if PICTURES:
        page.screenshot(path=f"{PICTURES}/story-{step}.png", full_page=True)


def define_place(page: Page) -> None:
    page.get_by_role("link", name="Places").first.click()
    sound(page, "01-no-places")
    page.get_by_role("link", name="New place").first.click()
    page.get_by_label("Name", exact=True).fill("Kalverstraat 102")
    page.get_by_label("Latitude").fill(f"{STORE[0]}, {STORE[1]}")
    page.get_by_label("Time zone").fill("Europe/Amsterdam")
    sound(page, "02-place")
    page.get_by_role("button", name="Save").click()
    expect(page.locator("p.done")).to_contain_text("Saved.")


def define_offer(page: Page) -> None:
    page.get_by_role("link", name="Offers", exact=True).click()
    sound(page, "03-no-offers")
    page.get_by_role("link", name="New offer").first.click()
    page.get_by_label("Name", exact=True).fill("Ten percent")
    page.get_by_label("How much").fill("10")
    page.locator("[name='budget']").fill("100")
    page.locator("[name='codes']").select_option(label="made for each customer")
    page.locator("[name='text.en']").fill("10% off")
    sound(page, "04-offer")
    page.get_by_role("button", name="Save").click()
    expect(page.locator("p.done")).to_contain_text("Saved.")


def write_campaign(page: Page) -> None:
    page.get_by_role("link", name="Campaigns", exact=True).click()
    sound(page, "05-no-campaigns")
    page.get_by_role("link", name="New campaign").first.click()
    page.get_by_label("Name", exact=True).fill("Sneakers")
    page.get_by_label("Kalverstraat 102").check()
    said = page.locator("#who-said")
    expect(said).to_contain_text("2 people")
    page.locator("#row-1-kind").select_option("language")
    page.locator("#row-1-value").fill("en")
    expect(said).to_contain_text("1 ")
    expect(page.locator(".who-some a")).to_have_text(["Sanne Jansen"])
    page.locator("[name='offer']").select_option(label="Ten percent")
    page.locator("[name='messages.en.title']").fill("Hello {{ customer.first_nam }}")
    expect(page.locator("[id='f-messages.en.title-error']")).to_be_visible()
    page.locator("[name='messages.en.title']").fill("Hello {{ customer.first_name | default: 'there' }}")
    page.locator("[name='messages.en.body']").fill("{{ offer.value }} off at {{ place.name }}: {{ coupon.code }}")
    expect(page.locator("#what-part")).to_contain_text("at Kalverstraat 102")
    sound(page, "06-campaign")
    page.get_by_role("button", name="Save").click()
    expect(page.locator("p.done")).to_have_text("Saved as version 1.")


def send_a_test(page: Page, told: Told, shop: Shop, workers: Workers) -> None:
    page.get_by_role("link", name="Test send").click()
    page.get_by_label("For which customer").fill("sanne")
    page.get_by_role("button", name="Search").click()
    page.get_by_role("button", name="Send to").click()
    page.get_by_role("button", name="Send it to Sanne Jansen").click()
    expect(page.locator("p.done")).to_be_visible()
    sound(page, "07-test-send")
    assert workers.work() == 1
    told.push(shop.push.received[-1].plaintext or "")
    assert [one["title"] for one in told.notifications()] == ["Hello Sanne"]
    told.click()


def rehearse_and_launch(page: Page) -> None:
    page.get_by_role("link", name="Sneakers").first.click()
    page.get_by_role("link", name="Rehearse").first.click()
    expect(page.locator("p.sentence")).to_contain_text("0 of 1 moments")
    expect(page.get_by_role("row", name="Jonas Weber")).to_contain_text("not in the audience")
    sound(page, "08-rehearsal")
    page.get_by_role("link", name="Sneakers").first.click()
    page.get_by_role("link", name="Launch").first.click()
    expect(page.locator("h1")).to_have_text("Launch “Sneakers”?")
    sound(page, "09-launch")
    page.get_by_role("button", name="Launch").click()
    expect(page.locator("p.done")).to_have_text("It is live.")


def read_the_report(page: Page) -> None:
    page.get_by_role("link", name="Home").first.click()
    expect(page.locator(".home-lines")).to_contain_text("Kalverstraat 102")
    sound(page, "11-home")
    page.get_by_role("link", name="Reports").first.click()
    page.get_by_role("link", name="Sneakers").first.click()
    funnel = page.locator("table.rep-steps")
    for step in ("Moments decided", "Sent to", "Accepted", "Received", "Opened", "Redeemed"):
        expect(funnel.get_by_role("row", name=step).get_by_role("cell").first).to_have_text("1")
    sound(page, "12-report")


def test_from_an_empty_system_to_a_push_and_its_numbers(
    desk: Watched, shop: Shop, visit: Visit, admin: httpx.Client, workers: Workers
) -> None:
    page = desk.page
    page.get_by_role("link", name="Home").first.click()
    sound(page, "00-home-empty")
    define_place(page)
    define_offer(page)

    admin.put("/v1/customers/sanne", json={"name": "Sanne Jansen", "language": "en"}).raise_for_status()
    admin.put("/v1/customers/jonas", json={"name": "Jonas Weber", "language": "de"}).raise_for_status()
    phone = visit()
    switch_on(phone.page, "offers")
    (browser_of_sanne,) = shop.devices()
    admin.post(f"/v1/devices/{browser_of_sanne.id}/link", json={"customer": "sanne"}).raise_for_status()
    jonas, sanne = Phone(admin, "jonas"), Phone(admin, "sanne")
    jonas.is_at(*STORE)
    assert workers.work() == 0, "nothing is live"

    told = Told(phone.page)
    write_campaign(page)
    send_a_test(page, told, shop, workers)
    rehearse_and_launch(page)

    sanne.is_at(*STORE)
    assert workers.work() == 1
    pushed = shop.push.received[-1].plaintext or ""
    said = json.loads(pushed)
    assert said["title"] == "Hello Sanne"
    told.push(pushed)

    def delivery() -> dict[str, Any]:
        (one,) = [one for one in admin.get("/v1/deliveries").json()["items"] if one["kind"] == "offer"]
        found: dict[str, Any] = one
        return found

    until(phone.page, lambda: delivery()["received_at"] is not None)
    told.click()
    until(phone.page, lambda: delivery()["opened_at"] is not None)
    sound(phone.page, "10-phone")
    admin.post(f"/v1/coupons/{said['body'].rpartition(' ')[2]}/redeem").raise_for_status()
    workers.count()

    read_the_report(page)
    assert [one for one in desk.errors if "422" not in one] == []
    assert desk.hosts == {"127.0.0.1"}
    assert phone.errors == []
