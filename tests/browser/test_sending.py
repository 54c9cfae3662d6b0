"""What is under way in a real Chromium: a form goes once, however often it is pressed, and what takes long says so and how far it is."""

import os
import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from offers.campaigns import put_campaign
from offers.posters import put_poster
from offers.rules.campaign import parse_campaign
from offers.rules.poster import PosterBody
from tests.browser.test_console import has_no_sideways_scroll
from tests.browser.test_frame import Office, Opened, fill_place, office, opened
from tests.browser.visiting import until
from tests.conftest import NOON
from tests.web.conftest import CAMPAIGN

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("patient")]

PICTURES = os.environ.get("PICTURES")
"""A folder, for who wants to look."""
__all__ = ("office", "opened")
HOLD = """(kind) => {
  window.left = 0;
  window.addEventListener(kind, (event) => {
    if (!event.defaultPrevented) {
      window.left += 1;
      event.preventDefault();
    }
  });
}"""
"""Stand where the browser would go on, and go nowhere: while it is on its way nothing can be looked at."""


@pytest.fixture(scope="module")
def furnished(office: Office) -> Office:
    """With a campaign and a poster that leads to it."""
    scanned = {"trigger": {"on": "scan"}}
    with office.database.transaction() as session:
        for one, more in (("sneakers", {}), ("scanned", scanned)):
            put_campaign(session, one, parse_campaign(CAMPAIGN | {"trigger": {"on": "enter"}} | more), now=NOON)
        hangs = {"name": "Window", "place": "dam-1", "campaign": "scanned"}
        put_poster(session, "window", PosterBody.model_validate(hangs), now=NOON)
    return office


def press_twice(page: Page, name: str) -> None:
    """Within one breath, and then once more a moment later."""
    button = page.get_by_role("button", name=name, exact=True)
    button.evaluate("(one) => { one.click(); one.click(); }")
    until(page, lambda: page.evaluate("window.left") > 0)
    button.evaluate("(one) => one.click()")
    page.wait_for_timeout(300)


def test_a_form_that_is_under_way_is_not_sent_again(opened: Opened) -> None:
    watched, _, _ = opened("/console/places/new")
    page = watched.page
    fill_place(page, "Pressed often")
    page.evaluate(HOLD, "submit")
    press_twice(page, "Save")
    assert page.evaluate("window.left") == 1
    form, save = page.locator("main form[method=post]"), page.get_by_role("button", name="Save", exact=True)
    expect(form).to_have_attribute("aria-busy", "true")
    expect(save).to_have_attribute("aria-disabled", "true")
    expect(page.get_by_role("progressbar")).to_have_count(0)
    page.keyboard.press("Escape")
    expect(form).not_to_have_attribute("aria-busy", "true")
    expect(save).not_to_have_attribute("aria-disabled", "true")
    save.click()
    until(page, lambda: page.evaluate("window.left") == 2)
    assert watched.errors == []


@pytest.mark.parametrize("width", [390, 1440])
def test_what_takes_long_says_so(opened: Opened, width: int) -> None:
    watched, _, _ = opened("/console/places/import", width)
    page = watched.page
    page.evaluate(HOLD, "submit")
    press_twice(page, "Show what would happen")
    assert page.evaluate("window.left") == 1
    bar = page.get_by_role("progressbar")
    expect(bar).to_be_visible()
    expect(page.get_by_role("status").filter(has=bar)).to_contain_text("Working on it.")
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()
    assert has_no_sideways_scroll(page)
    if PICTURES:
        page.screenshot(path=f"{PICTURES}/long-{width}.png")
    page.evaluate("dispatchEvent(new PageTransitionEvent('pageshow', { persisted: true }))")
    expect(bar).to_have_count(0)
    assert watched.errors == []


def test_a_rehearsal_says_how_far_it_is_and_is_asked_for_once(furnished: Office, opened: Opened) -> None:
    watched, context, _ = opened("/console/campaigns/sneakers")
    page = watched.page
    page.evaluate(HOLD, "click")
    shares = iter((None, 0.2, 0.7))
    context.route("**/rehearse/far", lambda route: route.fulfill(json={"share": next(shares, 0.7)}))
    page.get_by_role("link", name="Rehearse").evaluate("(one) => { one.click(); one.click(); }")
    assert page.evaluate("window.left") == 1
    bar = page.get_by_role("progressbar")
    expect(bar).not_to_have_attribute("value", re.compile("."))
    expect(bar).to_have_js_property("value", 0.7)
    expect(page.get_by_role("status").filter(has=bar)).to_contain_text("is being rehearsed")
    if PICTURES:
        page.screenshot(path=f"{PICTURES}/rehearsal.png")
    page.goto(page.url + "/rehearse")
    page.evaluate(HOLD, "submit")
    press_twice(page, "Rehearse")
    assert page.evaluate("window.left") == 1
    expect(bar).to_have_js_property("value", 0.7)
    assert watched.errors == []


def test_a_file_that_has_arrived_may_be_asked_for_again(furnished: Office, opened: Opened) -> None:
    page = opened("/console/posters")[0].page
    for _ in range(2):
        with page.expect_download() as told:
            page.get_by_role("button", name=re.compile("^PDF of all")).click()
        assert told.value.suggested_filename == "posters.pdf"
        expect(page.locator("#print")).not_to_have_attribute("aria-busy", "true", timeout=10_000)
