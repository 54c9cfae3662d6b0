"""Reports in a real Chromium: on a phone and at a desk, light and dark, in each language, read by axe; and by keyboard to the file."""

import os
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, expect

from offers.funnels import keep_day
from offers.rules.funnel import HELD_OUT, SENT, DayOfFunnel, Where
from tests.browser.conftest import LOOKS
from tests.browser.desks import Desk, Opened, desk_at, windows
from tests.browser.test_console import has_no_sideways_scroll
from tests.conftest import NOON
from tests.offers.stories import Town

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("patient")]

PICTURES = os.environ.get("PICTURES")
"""A folder, for who wants to look."""


@pytest.fixture(scope="module")
def desk(redis_url: str, migrated: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    with desk_at(redis_url, migrated, tmp_path_factory.mktemp("reports"), role="viewer", name="Vera") as made:
        yield made


@pytest.fixture
def opened(desk: Desk, browser: Browser) -> Iterator[Opened]:
    served, _, secret = desk
    with windows(browser, served.url, secret) as make:
        yield make


@pytest.fixture(scope="module")
def full(desk: Desk) -> None:
    """A month of two campaigns at two stores, with words in two languages and variants."""
    town = Town(desk[1])
    for place in ("kalverstraat", "leidseplein"):
        town.place(place)
    town.campaign("sneakers", live=False, name="Sneakers, ten percent on whatever is white")
    town.campaign("coats", live=False, name="Winter coats")
    town.campaign("drafted", live=False, name="Nothing yet")
    for number in range(30):
        day = DayOfFunnel.empty()
        for weight, campaign in ((13, "sneakers"), (4, "coats")):
            for place in ("kalverstraat", "leidseplein"):
                for variant, language in (("warm", "nl"), ("cool", "de"), ("cool", "")):
                    where, many = Where(campaign, place, variant, language), weight * (9 + number % 7)
                    day.decided(where, "send", many)
                    day.decided(where, HELD_OUT, many // 5)
                    for reason, part in (("not_in_audience", 2), ("quiet_hours", 7), ("frequency_cap", 9)):
                        day.decided(where, reason, many * 2 // part)
                    day.followed(where, SENT, many, many // 4, many // 9)
                    day.followed(where, HELD_OUT, many // 5, many // 26, many // 60)
                    for state, part in (("sent", many - 4), ("failed", 3), ("expired", 1)):
                        day.went(where, state, part)
                    for what, part in (("received", 2), ("opened", 3), ("redeemed", 11)):
                        day.told(where, what, many // part)
        at = (NOON - timedelta(days=number)).date()
        with desk[1].transaction() as session:
            keep_day(session, at, day.in_grains(), counted_at=NOON)


@pytest.mark.parametrize(("width", "scheme", "language"), LOOKS)
def test_axe_finds_nothing_and_nothing_runs_out_of_sight(
    opened: Opened, full: None, width: int, scheme: str, language: str
) -> None:
    context = {"viewport": {"width": width, "height": 844}, "color_scheme": scheme}
    pages = (("all", "?days=30"), ("one", "/sneakers?by=place"), ("empty", "/drafted?"), ("wrong", "?from=2030-01-01"))
    for name, path in pages:
        watched = opened(f"/console/reports{path}&lang={language}", **context)
        page = watched.page
        expect(page.locator("html")).to_have_attribute("lang", language)
        expect(page.locator("svg.rep-days rect")).to_have_count(60 if name in ("all", "one") else 0)
        for summary in page.locator("main summary").all():
            summary.click()
        found = Axe().run(page)
        assert found.violations_count == 0, found.generate_report()
        assert has_no_sideways_scroll(page)
        assert [one for one in watched.errors if "422" not in one] == []
        if PICTURES:
            page.screenshot(path=f"{PICTURES}/reports-{name}-{width}-{scheme}-{language}.png", full_page=True)


ENDS = """(all) => all.map((one) => { const text = document.createRange(); text.selectNodeContents(one.querySelector('a') ?? one);
    return text.getBoundingClientRect().right; })"""
"""Where the numbers themselves end, and not what can be touched of them."""


def test_on_a_phone_numbers_end_below_each_other_and_a_label_of_two_lines_stays_together(
    opened: Opened, full: None
) -> None:
    day = f"{NOON:%Y-%m-%d}"
    path = f"/console/reports?from={day}&until={day}&campaign=coats&lang=en"
    page = opened(path, viewport={"width": 390, "height": 844}).page
    ends = page.locator(".rep-steps td.number").evaluate_all(ENDS)
    assert len(ends) > 9
    assert max(ends) - min(ends) < 1
    tall = page.locator(".rep-table td").evaluate_all("(all) => all.map((one) => one.offsetHeight)")
    assert max(tall) < 2 * 44, "a label's lines are as far apart as lines are"


def test_by_keyboard_from_all_of_it_to_one_store_in_a_file(opened: Opened, full: None) -> None:
    page = opened("/console/reports?lang=en").page
    page.get_by_role("link", name="Sneakers, ten percent on whatever is white").focus()
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_have_text("Sneakers, ten percent on whatever is white")
    expect(page.get_by_role("row", name="Sent to").first).to_contain_text("of the moments")
    page.get_by_label("Place").focus()
    page.keyboard.type("Leid")
    page.get_by_label("Break down by").focus()
    page.keyboard.type("Var")
    page.get_by_role("button", name="Show").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_label("Place")).to_have_value("leidseplein")
    expect(page.locator("table.rep-table tbody th").last).to_have_text("warm")
    page.get_by_role("columnheader", name="Name").get_by_role("link").focus()
    page.keyboard.press("Enter")
    expect(page.locator("table.rep-table").last.locator("tbody th")).to_have_text(["cool", "warm"])
    with page.expect_download() as got:
        page.get_by_role("link", name="Download as CSV").click()
    assert got.value.suggested_filename == "report.csv"
    assert Path(got.value.path()).read_text("utf-8-sig").startswith("Variant,Name,")
