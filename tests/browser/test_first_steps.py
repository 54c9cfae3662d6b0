"""From an empty system to a message that was decided and sent, in a real Chromium: by hand, at a desk and on a phone, read by axe."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect
from redis import Redis

from offers import users
from offers.records.database import Database
from offers.settings import Settings
from tests.browser.conftest import Watched
from tests.browser.desks import PASSWORD
from tests.browser.test_console import has_no_sideways_scroll
from tests.browser.visiting import until
from tests.conftest import NOON
from tests.web.conftest import LANES, Clock, build_lanes, serve
from tests.web.console.conftest import Town

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("patient")]

EMAIL = "noor@shop.example"
PICTURES = os.environ.get("PICTURES")
"""A folder, for who wants to look."""


@pytest.fixture
def empty(redis_url: str, migrated: Path, tmp_path: Path) -> Iterator[tuple[str, str, Town]]:
    """Nothing but a marketer: the address, her session, and what workers do."""
    with Redis.from_url(redis_url) as redis:
        redis.flushall()
        build_lanes(redis)
    shutil.copy(migrated, tmp_path / "passerby.db")
    database = Database(f"sqlite:///{tmp_path / 'passerby.db'}")
    with database.transaction() as session:
        users.create_user(session, EMAIL, "marketer", now=NOON, name="Noor")
        first = users.credential_of(session, EMAIL)
        assert first is not None
        users.change_password(session, first, users.new_password(PASSWORD, PASSWORD, ""), now=NOON)
        chosen = users.credential_of(session, EMAIL)
        assert chosen is not None
        secret = users.open_session(session, chosen, now=NOON)
    assert secret is not None
    settings = Settings(
        data=tmp_path,
        database_url=database.url,
        redis_url=redis_url,
        lanes=LANES,
        secret_key="only for tests, but long enough for it",
    )
    clock = Clock()
    with serve(settings, clock) as served:
        yield served.url, secret, Town(database, served, clock, settings)
    database.close()


def is_sound(page: Page, name: str, width: int) -> None:
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()
    assert has_no_sideways_scroll(page)
    if PICTURES:
        page.screenshot(path=f"{PICTURES}/{name}-{width}.png", full_page=True)


def test_a_first_place_has_the_zone_of_the_browser_and_nothing_is_kept_of_that(
    browser: Browser, empty: tuple[str, str, Town]
) -> None:
    url, secret, _ = empty
    context = browser.new_context(locale="en-GB", timezone_id="America/Toronto")
    context.add_cookies([{"name": "passerby", "value": secret, "url": url}])
    watched = Watched(context.new_page())
    page = watched.page
    page.goto(f"{url}/console/places/new")
    zone = page.get_by_label("Time zone")
    expect(zone).to_have_value("America/Toronto")
    expect(zone).to_have_accessible_description("Needed: the place's hours go by it. Such as Europe/Amsterdam.")
    page.get_by_label("Name", exact=True).fill("Yonge Street")
    page.get_by_label("Latitude").fill("43.6561, -79.3802")
    until(page, lambda: "Yonge" in page.evaluate("JSON.stringify({ ...sessionStorage })"))
    assert "Toronto" not in page.evaluate("JSON.stringify({ ...sessionStorage })")
    with page.expect_navigation():
        page.get_by_role("button", name="Save").click()
    expect(page.get_by_label("Time zone")).to_have_value("America/Toronto")
    expect(page.locator("p.done")).to_contain_text("Saved.")
    assert watched.errors == []
    context.close()


@pytest.mark.parametrize("width", [390, 1440])
def test_from_nothing_to_a_push(browser: Browser, empty: tuple[str, str, Town], width: int) -> None:
    url, secret, town = empty
    context = browser.new_context(
        viewport={"width": width, "height": 844},
        locale="en-GB",
        timezone_id="Europe/Amsterdam",
        geolocation={"latitude": 52.370252, "longitude": 4.89062},
        permissions=["geolocation"],
    )
    context.add_cookies([{"name": "passerby", "value": secret, "url": url}])
    watched = Watched(context.new_page())
    page = watched.page
    page.goto(f"{url}/console")
    is_sound(page, "home-empty", width)
    page.get_by_role("link", name="First steps").click()
    expect(page.get_by_label("Time zone")).to_have_value("Europe/Amsterdam")
    page.get_by_label("Name", exact=True).fill("Dam 1")
    page.get_by_role("button", name="Use where I am").click()
    expect(page.get_by_label("Latitude")).to_have_value("52.370252")
    assert "52.37" not in page.evaluate("JSON.stringify([{ ...sessionStorage }, { ...localStorage }])")
    is_sound(page, "place", width)
    page.get_by_role("button", name="Make this place").click()
    page.get_by_label("I agree that this device").check()
    is_sound(page, "device", width)
    page.get_by_role("button", name="Go on").click()
    page.get_by_label("Title").fill("Hello Noor")
    is_sound(page, "message", width)
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("button", name="Launch")).to_be_visible()
    is_sound(page, "launch", width)
    page.get_by_role("button", name="Launch").click()
    page.get_by_role("button", name="Walk in").click()
    expect(page.locator("#live")).to_contain_text("It is being decided")
    is_sound(page, "walk", width)
    town.work()
    expect(page.get_by_text("It was sent.")).to_be_visible(timeout=20_000)
    expect(page.locator("#live")).to_contain_text("Hello Noor")
    is_sound(page, "sent", width)
    page.get_by_role("link", name="Home").first.click()
    expect(page.locator(".home-live")).to_contain_text("First message of Noor")
    expect(page.locator(".home-lines")).to_contain_text("Dam 1")
    is_sound(page, "home", width)
    assert watched.errors == []
    assert watched.hosts == {"127.0.0.1"}
    context.close()
