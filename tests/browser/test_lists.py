"""Lists as somebody with a keyboard and a phone has them: heads that sort, a filter that stays, a page on; nothing out of sight, and axe finds nothing."""

import os
from datetime import timedelta

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from offers import keys
from tests.browser.desks import Desk, Opened
from tests.browser.test_care import desk, opened
from tests.browser.test_console import has_no_sideways_scroll
from tests.conftest import NOON
from tests.web.console.test_reports import keep

__all__ = ["desk", "opened"]
PICTURES = os.environ.get("PICTURES")
pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("patient")]
PAGES = {
    "customers": "/console/customers",
    "found": "/console/customers?q=s&sort=-name",
    "coupons": "/console/offers/ten-percent/coupons",
    "users": "/console/users?sort=role",
    "keys": "/console/settings/keys?sort=-used",
    "versions": "/console/campaigns/sneakers/versions",
    "reports": "/console/reports",
    "inbox": "/console/inbox?sort=nonsense",
    "posters": "/console/posters",
}


@pytest.fixture(scope="module")
def keyed(desk: Desk) -> Desk:
    with desk[1].transaction() as session:
        for number in range(60):
            keys.make_key(session, "read", now=NOON + timedelta(minutes=number), name=f"Key {number:02}")
    for number in range(4):
        keep(desk[1], ("matched", "", 1200 + number), ("sent", "", 900 - number), campaign_id=f"gone-{number}")
    return desk


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1440])
def test_axe_finds_nothing_and_nothing_runs_out_of_sight(opened: Opened, keyed: Desk, width: int, scheme: str) -> None:
    watched = opened("/console", viewport={"width": width, "height": 844}, color_scheme=scheme)
    page = watched.page
    for number, (name, path) in enumerate(PAGES.items()):
        page.goto(f"{keyed[0].url}{path}{'&' if '?' in path else '?'}lang={('en', 'nl', 'de')[number % 3]}")
        found = Axe().run(page)
        assert found.violations_count == 0, f"{name}: {found.generate_report()}"
        assert has_no_sideways_scroll(page), name
        if PICTURES:
            page.screenshot(path=f"{PICTURES}/lists-{name}-{width}-{scheme}.png", full_page=True)


def test_by_keyboard_from_a_head_to_the_next_page_with_the_filter(opened: Opened, keyed: Desk) -> None:
    page = opened("/console/settings/keys?lang=en").page
    page.get_by_label("Name or id").fill("key")
    page.keyboard.press("Enter")
    head = page.get_by_role("columnheader", name="Name")
    head.get_by_role("link").focus()
    page.keyboard.press("Enter")
    expect(head).to_have_attribute("aria-sort", "ascending")
    expect(page.get_by_label("Name or id")).to_have_value("key")
    expect(page.locator("table.listed tbody th").first).to_contain_text("Key 00")
    page.get_by_role("link", name="Next page").focus()
    page.keyboard.press("Enter")
    expect(page.locator("table.listed tbody th").first).to_contain_text("Key 50")
    with page.expect_download() as got:
        page.get_by_role("link", name="Download as CSV").click()
    assert got.value.suggested_filename == "keys.csv"
