"""The small map of a campaign's places in a real Chromium: it follows the ticks, a click on it ticks, and the ticks do without it."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from offers.campaigns import put_campaign
from offers.places import put_place
from offers.rules.campaign import CampaignBody
from offers.rules.place import PlaceBody
from tests.browser.desks import Opened, desk_at, windows
from tests.browser.maps import need_island, one_store, rendered, troubles, wait_until_drawn
from tests.browser.test_console import has_no_sideways_scroll
from tests.conftest import NOON
from tests.web.conftest import CAMPAIGN, PLACE, Served

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("patient")]

NEW = "/console/campaigns/new?lang=en"
OWN = "/console/campaigns/sneakers?lang=en"
PICTURES = os.environ.get("PICTURES")
"""A folder, for who wants to look."""


@pytest.fixture(scope="module")
def desk(redis_url: str, migrated: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Served, str]]:
    with desk_at(redis_url, migrated, tmp_path_factory.mktemp("spots"), fill=one_store) as (served, database, secret):
        with database.transaction() as session:
            for number, name in enumerate(("Leidseplein", "Rembrandtplein")):
                at = {"lat": 52.3640 + number / 500, "lon": 4.8828 + number / 70}
                fences = [{**PLACE["geofences"][0], **({k: v for k, v in at.items() if k in PLACE["geofences"][0]})}]
                more = {"name": name, "geofences": fences, "tags": ["square"]}
                put_place(session, name.lower(), PlaceBody.model_validate(PLACE | at | more), now=NOON)
            here = {"trigger": {"on": "enter", "places": ["kalver"]}, "offer": None}
            put_campaign(session, "sneakers", CampaignBody.model_validate(CAMPAIGN | here), now=NOON)
        yield served, secret


@pytest.fixture
def opened(desk: tuple[Served, str], browser: Browser) -> Iterator[Opened]:
    served, secret = desk
    with windows(browser, served.url, secret, viewport={"width": 1440, "height": 900}) as make:
        yield make


def until_chosen(page: Page, *ids: str) -> None:
    """Until these are the places that the map shows as chosen."""
    page.wait_for_function(
        """ids => JSON.stringify([...new Set(document.querySelector('.map').map.querySourceFeatures('spots').filter((one) => one.properties.chosen)
          .map((one) => one.properties.id))].sort()) === JSON.stringify(ids)""",
        arg=sorted(ids),
        timeout=30_000,
    )


def test_the_map_follows_the_ticks_and_a_click_on_it_ticks(opened: Opened) -> None:
    need_island("places")
    watched = opened(NEW)
    page = watched.page
    wait_until_drawn(page)
    until_chosen(page, "kalver", "leidseplein", "rembrandtplein")
    tick = page.get_by_role("checkbox", name="Leidseplein")
    tick.check()
    until_chosen(page, "leidseplein")
    page.wait_for_function(
        "document.querySelector('.map').map.queryRenderedFeatures({layers: ['outlines']}).length === 1"
    )
    page.wait_for_function("Math.abs(document.querySelector('.map').map.getCenter().lat - 52.364) < 0.01")
    tick.uncheck()
    page.locator("[name='trigger.tags']").fill("square")
    page.locator("[name='trigger.tags']").blur()
    until_chosen(page, "leidseplein", "rembrandtplein")
    wait_until_drawn(page)
    page.locator("#spots").scroll_into_view_if_needed()
    page.wait_for_timeout(300)
    at = page.evaluate(
        """() => { const { map } = document.querySelector('.map'); const at = map.project([4.8828, 52.364]);
          const box = map.getCanvas().getBoundingClientRect(); return [box.x + at.x, box.y + at.y]; }"""
    )
    page.mouse.click(*at)
    expect(tick).to_be_checked()
    page.mouse.click(*at)
    expect(tick).not_to_be_checked()
    assert troubles(watched) == []
    assert watched.hosts == {"127.0.0.1"}


def test_a_campaigns_own_page_shows_the_places_it_is_for(opened: Opened) -> None:
    need_island("places")
    watched = opened(OWN)
    page = watched.page
    wait_until_drawn(page)
    until_chosen(page, "kalver")
    page.wait_for_function(
        "document.querySelector('.map').map.queryRenderedFeatures({layers: ['outlines']}).length === 1"
    )
    assert rendered(page, "spots") == 1
    assert page.evaluate("document.querySelector('.map').map.getZoom()") > 13
    assert troubles(watched) == []


def test_the_keyboard_comes_from_the_ticks_over_the_map_to_the_tags(opened: Opened) -> None:
    need_island("places")
    page = opened(NEW).page
    wait_until_drawn(page)
    page.get_by_role("checkbox", name="Stoeprand Kalverstraat").focus()
    way = []
    for _ in range(8):
        page.keyboard.press("Tab")
        way.append(page.evaluate("document.activeElement.name || document.activeElement.className.split(' ')[0]"))
        if way[-1] == "trigger.tags":
            break
    assert way[-1] == "trigger.tags"
    assert [one for one in way if "trigger.places" not in one][:1] == ["maplibregl-canvas"]


@pytest.mark.parametrize(
    ("path", "width", "scheme"),
    [(NEW, 390, "light"), (NEW, 1440, "dark"), (OWN, 390, "dark"), (OWN, 1440, "light")],
)
def test_axe_finds_nothing_with_the_map(opened: Opened, path: str, width: int, scheme: str) -> None:
    watched = opened(path, viewport={"width": width, "height": 844}, color_scheme=scheme)
    page = watched.page
    if page.locator(".map").count():
        wait_until_drawn(page)
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()
    assert has_no_sideways_scroll(page)
    if PICTURES:
        page.screenshot(path=f"{PICTURES}/map-{path.split('/')[3][:3]}-{width}-{scheme}.png", full_page=True)
    assert troubles(watched) == []


def test_without_script_the_ticks_say_it_all(opened: Opened) -> None:
    page = opened(NEW, java_script_enabled=False).page
    expect(page.locator("#spots:visible")).to_have_count(0)
    expect(page.get_by_role("checkbox", name="Leidseplein")).to_be_visible()
    page.goto(page.url.replace("/new", "/sneakers"))
    expect(page.locator("#spots:visible")).to_have_count(0)
    expect(page.get_by_role("link", name="Stoeprand Kalverstraat").first).to_be_visible()
