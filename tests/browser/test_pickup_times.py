"""How long pickup takes, in a real Chromium: on a phone and at a desk, light and dark, in each language, read by axe."""

import os
from collections.abc import Iterator
from datetime import timedelta
from functools import partial
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, expect

from offers.pickups import put_order
from offers.places import put_place
from offers.records.database import Database
from offers.rules.order import OrderBody
from offers.rules.place import PlaceBody
from tests.browser.desks import Desk, Opened, desk_at, windows
from tests.browser.test_console import has_no_sideways_scroll
from tests.conftest import NOON
from tests.offers.stories import KEYS, Town
from tests.web.conftest import PLACE

pytestmark = pytest.mark.browser

PICTURES = os.environ.get("PICTURES")
"""A folder, for who wants to look."""


@pytest.fixture(scope="module")
def desk(redis_url: str, migrated: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    folder = tmp_path_factory.mktemp("times")
    with desk_at(redis_url, migrated, folder, role="staff", name="Kim", fill=two_stores) as made:
        yield made


def two_stores(database: Database) -> None:
    with database.transaction() as session:
        for number, name in enumerate(("Stoeprand Kalverstraat 183", "Stoeprand Leidseplein 31")):
            put_place(session, f"store-{number}", PlaceBody.model_validate(PLACE | {"name": name}), now=NOON)


@pytest.fixture
def opened(desk: Desk, browser: Browser) -> Iterator[Opened]:
    served, _, secret = desk
    with windows(browser, served.url, secret) as make:
        yield make


def a_day(database: Database) -> None:
    """A morning at two stores: many orders at one, two at the other."""
    town = Town(database)
    town.device(town.customer("sanne", consents=("orders",)), now=NOON - timedelta(days=1))
    for store, many in (("store-0", 60), ("store-1", 2)):
        for number in range(many):
            start = NOON - timedelta(hours=3, minutes=30) + timedelta(minutes=3 * number)
            came, went = start + timedelta(minutes=20), start + timedelta(minutes=20, seconds=30 + 7 * number)
            steps = [("ready", start), ("arrived", came), ("collected", went)]
            for status, at in steps if number % 9 else steps[:1]:
                body = OrderBody.model_validate({"customer": "sanne", "place": store, "status": status})
                put = partial(put_order, order_id=f"{store}-{number}", body=body, keys=KEYS, now=at)
                if told := town.write(put)[2].deliveries:
                    town.send(told, now=at + timedelta(seconds=1 + number % 20))


@pytest.fixture(scope="module")
def full(desk: Desk) -> None:
    a_day(desk[1])


@pytest.mark.parametrize("language", ["en", "nl", "de"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1440])
def test_axe_finds_nothing_and_nothing_runs_out_of_sight(
    opened: Opened, full: None, width: int, scheme: str, language: str
) -> None:
    context = {"viewport": {"width": width, "height": 844}, "color_scheme": scheme}
    for name, path in (("full", "days=7"), ("empty", "days=7&place=nowhere")):
        watched = opened(f"/console/pickup/times?{path}&lang={language}", **context)
        page = watched.page
        expect(page.locator("html")).to_have_attribute("lang", language)
        expect(page.locator("table")).to_have_count(4 if name == "full" else 0)
        found = Axe().run(page)
        assert found.violations_count == 0, found.generate_report()
        assert has_no_sideways_scroll(page)
        assert watched.errors == []
        if PICTURES:
            page.screenshot(path=f"{PICTURES}/times-{name}-{width}-{scheme}-{language}.png", full_page=True)


def test_by_keyboard_to_one_store(opened: Opened, full: None) -> None:
    page = opened("/console/pickup/times?lang=en").page
    page.get_by_label("Store").focus()
    page.keyboard.type("Stoeprand Leid")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator("h2")).to_have_text(["Stoeprand Leidseplein 31"])
    expect(page.get_by_text("too few yet").first).to_be_visible()
    with page.expect_download() as got:
        page.get_by_role("link", name="Download as CSV").click()
    assert got.value.suggested_filename == "pickup-times.csv"
