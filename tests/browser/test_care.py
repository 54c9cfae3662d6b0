"""A customer at the desk, in a real Chromium: found, told of, asked about, exported and erased; on a phone and at a desk, read by axe."""

import os
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, expect

from offers.records.database import Database
from tests.browser.desks import Desk, Opened, desk_at, windows
from tests.browser.test_console import has_no_sideways_scroll
from tests.offers.stories import TELLS, Town, at

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("patient")]

LONG = "W" * 200
PICTURES = os.environ.get("PICTURES")
"""A folder, for who wants to look."""


@pytest.fixture(scope="module")
def desk(redis_url: str, migrated: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    with desk_at(redis_url, migrated, tmp_path_factory.mktemp("care"), role="admin", name="Kim", fill=shop) as made:
        yield made


def shop(database: Database) -> None:
    town = Town(database)
    store = town.place()
    town.offer(budget=10)
    town.offer("own", imported=["SNEAK-1000"], budget=10)
    town.campaign(offer="ten-percent", messages=TELLS)
    town.customer("long", name=LONG)
    town.send(town.walk_in(store), now=at(6))
    town.walk_in(store, "daan")
    town.customer("sanne", name="Sanne de Vries", phone="+31612345678")
    town.customer("daan", name="Daan Smit")


@pytest.fixture
def opened(desk: Desk, browser: Browser) -> Iterator[Opened]:
    served, _, secret = desk
    with windows(browser, served.url, secret) as make:
        yield make


PAGES = {
    "search": "/console/customers?q=a",
    "found": "/console/customers?q=sanne",
    "customer": "/console/customers/sanne",
    "long": "/console/customers/long",
    "erase": "/console/customers/long/erase",
    "offer": "/console/offers/ten-percent",
    "coupons": "/console/offers/ten-percent/coupons",
    "codes": "/console/offers/own/codes",
}


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1440])
def test_axe_finds_nothing_and_nothing_runs_out_of_sight(opened: Opened, desk: Desk, width: int, scheme: str) -> None:
    watched = opened("/console", viewport={"width": width, "height": 844}, color_scheme=scheme)
    for number, (name, path) in enumerate(PAGES.items()):
        page = watched.page
        page.goto(f"{desk[0].url}{path}{'&' if '?' in path else '?'}lang={('en', 'nl', 'de')[number % 3]}")
        found = Axe().run(page)
        assert found.violations_count == 0, f"{name}: {found.generate_report()}"
        assert has_no_sideways_scroll(page), name
        if PICTURES:
            page.screenshot(path=f"{PICTURES}/care-{name}-{width}-{scheme}.png", full_page=True)
    assert watched.errors == []


def test_the_budget_goes_on_by_itself(opened: Opened, desk: Desk) -> None:
    watched = opened("/console/offers/ten-percent?lang=en")
    figures = watched.page.locator("#as-it-goes dl")
    expect(figures).to_contain_text(re.compile(r"Given out\s*1"))
    town = Town(desk[1])
    town.walk_in(town.place(), "emma")
    town.customer("emma", name="Emma Smit")
    expect(figures).to_contain_text(re.compile(r"Reserved\s*2"), timeout=15_000)
    assert watched.errors == []


def test_from_a_search_to_an_erasure(opened: Opened) -> None:
    page = opened("/console/customers?lang=en").page
    page.get_by_label("Find a customer").fill("vries")
    page.keyboard.press("Enter")
    page.get_by_role("link", name="Sanne de Vries").click()
    expect(page.get_by_text("•••678")).to_be_visible()
    page.get_by_role("link", name="decisions", exact=True).click()
    expect(page.locator(".timeline li")).to_have_count(1)
    page.locator("form[action='/console/why'] button").click()
    expect(page.get_by_role("heading", level=2)).to_contain_text("Sanne de Vries")
    page.get_by_role("link", name="Sanne de Vries").click()
    with page.expect_download() as got:
        page.get_by_role("button", name="Download all of it as JSON").click()
    assert got.value.suggested_filename == "customer-sanne.json"
    page.get_by_role("link", name="Erase this customer").click()
    page.get_by_label("To confirm, type who goes").fill("somebody else")
    page.get_by_role("button", name="Erase this customer").click()
    expect(page.get_by_role("alert")).to_contain_text("Nothing was erased")
    expect(page.get_by_label("To confirm, type who goes")).to_have_value("somebody else")
    page.get_by_label("To confirm, type who goes").fill("Sanne de Vries")
    page.get_by_role("button", name="Erase this customer").click()
    expect(page.get_by_role("status")).to_have_text("The customer is erased.")
    page.get_by_label("Find a customer").fill("vries")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Nobody found")).to_be_visible()
