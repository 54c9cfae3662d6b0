"""The rows of an audience in a real Chromium: each shows what its kind needs, by keyboard too, and the count follows."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from offers.campaigns import put_campaign
from offers.records.database import Database
from offers.rules.campaign import CampaignBody
from tests.browser.desks import Opened, desk_at, windows
from tests.browser.maps import one_store, troubles
from tests.browser.test_console import has_no_sideways_scroll
from tests.conftest import NOON
from tests.web.conftest import CAMPAIGN, Served

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("patient")]

NEW = "/console/campaigns/new?lang=en"
PICTURES = os.environ.get("PICTURES")
"""A folder, for who wants to look."""
TREE = {
    "all": [
        {"fact": "language", "is": "nl"},
        {"fact": "purchases.category", "has": "sneakers", "within_days": 90},
        {"not": {"visited": "kalver", "within_days": 30}},
        {"fact": "purchases.total.EUR", "at_least": 100, "before": "2026-11-01T12:00:00+01:00"},
        {"fact": "attributes.points", "at_most": 5},
    ]
}


@pytest.fixture(scope="module")
def desk(redis_url: str, migrated: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Served, str]]:
    with desk_at(redis_url, migrated, tmp_path_factory.mktemp("audience"), fill=one_store) as (
        served,
        database,
        secret,
    ):
        save(database)
        yield served, secret


def save(database: Database) -> None:
    with database.transaction() as session:
        here = {"trigger": {"on": "enter", "places": ["kalver"]}, "audience": TREE, "offer": None}
        body = CampaignBody.model_validate(CAMPAIGN | here)
        put_campaign(session, "sneakers", body, now=NOON)


@pytest.fixture
def opened(desk: tuple[Served, str], browser: Browser) -> Iterator[Opened]:
    served, secret = desk
    with windows(browser, served.url, secret, viewport={"width": 1440, "height": 900}) as make:
        yield make


def seen(page: Page, number: int) -> list[str]:
    """Which fields of a row there are to see."""
    parts = ("kind", "no", "name", "how", "value", "days", "before")
    return [part for part in parts if page.locator(f"#row-{number}-{part}").is_visible()]


def test_a_row_shows_what_its_kind_needs(opened: Opened) -> None:
    watched = opened(NEW)
    page = watched.page
    expect(page.locator("#who-said")).to_contain_text("Nobody is in it now.")
    assert seen(page, 1) == ["kind"]
    kind = page.locator("#row-1-kind")
    kind.select_option("category")
    assert seen(page, 1) == ["kind", "no", "value", "days", "before"]
    assert page.locator("#row-1-value").get_attribute("list") == "of-categories"
    page.locator("#row-1-value").fill("sneakers")
    page.locator("#row-1-days").fill("90")
    expect(page.locator("#its-sentence")).to_contain_text("a purchase from sneakers in the last 90 days")
    page.locator("#row-1-no").select_option("not")
    expect(page.locator("#its-sentence")).to_contain_text("not a purchase from sneakers in the last 90 days")
    kind.select_option("attribute")
    assert seen(page, 1) == ["kind", "no", "name", "how", "value"]
    expect(page.locator("#row-1-days")).to_have_value("")
    expect(page.locator("#row-1-how")).to_have_value("is")
    page.locator("#row-1-how").select_option("known")
    assert seen(page, 1) == ["kind", "no", "name", "how"]
    kind.select_option("visits")
    expect(page.locator("#row-1-how")).to_have_value("at_least")
    assert page.locator("#row-1-how option:not([hidden])").all_inner_texts() == ["at least", "at most"]
    kind.select_option("")
    assert seen(page, 1) == ["kind"]
    expect(page.locator("#its-sentence")).not_to_contain_text("visits")
    assert troubles(watched) == []


def test_one_more_row_is_where_the_keyboard_is(opened: Opened) -> None:
    page = opened(NEW).page
    page.locator("[name=name]").fill("Not lost")
    page.get_by_role("button", name="One more row").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#row-3-kind")).to_be_focused()
    expect(page.locator("[name=name]")).to_have_value("Not lost")
    expect(page.locator("#row-3-value")).to_be_hidden()  # the script has come: until then every field is there
    page.keyboard.press("Tab")
    expect(page.get_by_role("button", name="One more row")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#row-4-kind")).to_be_focused()
    assert page.locator("#row-4-kind").evaluate("one => one.getBoundingClientRect().top > 0")


def test_without_script_every_field_is_there(opened: Opened) -> None:
    page = opened("/console/campaigns/sneakers/edit?lang=en", java_script_enabled=False).page
    assert seen(page, 2) == ["kind", "no", "name", "how", "value", "days", "before"]
    page.locator("#row-2-days").fill("soon")
    page.get_by_role("button", name="Save", exact=True).last.click()
    expect(page.locator("[id='f-audience.rows.2.days-error']")).to_have_text("This is not a number.")
    page.locator("#row-2-days").fill("60")
    page.get_by_role("button", name="Save", exact=True).last.click()
    expect(page.locator(".sentence")).to_contain_text("in the last 60 days")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1440])
def test_axe_finds_nothing_and_nothing_runs_out_of_sight(opened: Opened, width: int, scheme: str) -> None:
    language = "de" if scheme == "dark" else "nl"
    path = f"/console/campaigns/sneakers/edit?lang={language}"
    watched = opened(path, viewport={"width": width, "height": 900}, color_scheme=scheme)
    page = watched.page
    expect(page.locator("#row-2-value")).to_be_visible()
    assert seen(page, 5) == ["kind", "no", "name", "how", "value"]
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()
    assert has_no_sideways_scroll(page)
    if PICTURES:
        page.locator("section[aria-labelledby=who]").screenshot(path=f"{PICTURES}/who-{width}-{scheme}.png")
    assert troubles(watched) == []
