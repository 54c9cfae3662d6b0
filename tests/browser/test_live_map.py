"""The live map in a real Chromium: land, places and counts are drawn, what happens pulses, and the text says it too."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, expect

from offers.places import get_place
from tests.browser.desks import Desk, Opened, desk_at, windows
from tests.browser.maps import need_island, one_store, rendered, troubles, wait_until_drawn
from tests.browser.test_console import has_no_sideways_scroll
from tests.conftest import NOON
from workers.happenings import tell

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("patient")]

LIVE = "/console/live"
PICTURES = os.environ.get("PICTURES")
"""A folder, for who wants to look."""


@pytest.fixture(scope="module")
def desk(redis_url: str, migrated: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    with desk_at(redis_url, migrated, tmp_path_factory.mktemp("live"), fill=one_store) as made:
        yield made


@pytest.fixture
def opened(desk: Desk, browser: Browser) -> Iterator[Opened]:
    served, _, secret = desk
    with windows(browser, served.url, secret) as make:
        yield make


def test_land_and_places_are_drawn_and_a_transition_pulses(opened: Opened, desk: Desk) -> None:
    need_island("map")
    served, database, _ = desk
    watched = opened(LIVE)
    page = watched.page
    wait_until_drawn(page)
    assert rendered(page, "land") > 0
    assert rendered(page, "places") == 1
    assert rendered(page, "fences") > 0
    assert rendered(page, "pulses") == 0
    with database.reading() as session:
        fence = get_place(session, "kalver")["geofences"][0]["id"]
    page.evaluate(
        """() => { const { map } = document.querySelector('.map');
          map.on('render', () => {
            const [found] = map.queryRenderedFeatures({ layers: ['pulses'] });
            if (found) document.body.dataset.pulsed = found.properties.kind;
            document.body.dataset.pulsing = String(Boolean(found));
          }); }"""
    )
    told = {"type": "transition", "kind": "enter", "place": "kalver", "geofence_id": fence}
    tell(served.doors.parts.redis, [told | {"customer": "sanne", "device_id": "dev_1", "at": NOON.isoformat()}])
    expect(page.locator("body")).to_have_attribute("data-pulsed", "enter", timeout=20_000)
    expect(page.locator("body")).to_have_attribute("data-pulsing", "false", timeout=20_000)
    assert troubles(watched) == []
    assert watched.hosts == {"127.0.0.1"}


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1440])
def test_axe_finds_nothing_at_either_width(opened: Opened, width: int, scheme: str) -> None:
    watched = opened(LIVE, viewport={"width": width, "height": 844}, color_scheme=scheme)
    page = watched.page
    expect(page.locator("#now table tbody tr")).to_have_count(1)
    if page.locator(".map").count():
        wait_until_drawn(page)
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()
    assert has_no_sideways_scroll(page)
    if PICTURES:
        page.screenshot(path=f"{PICTURES}/live-{width}-{scheme}.png", full_page=True)
    assert troubles(watched) == []


def test_without_script_the_text_says_it_all(opened: Opened) -> None:
    page = opened(LIVE, java_script_enabled=False).page
    expect(page.get_by_role("row", name="Stoeprand Kalverstraat 0")).to_be_visible()
    expect(page.locator("#map:visible")).to_have_count(0)


def test_without_webgl_the_page_says_so_and_the_text_stays(opened: Opened, desk: Desk) -> None:
    need_island("map")
    page = opened("/console/password").page
    page.add_init_script("HTMLCanvasElement.prototype.getContext = () => null;")
    page.goto(f"{desk[0].url}/console/live")
    expect(page.get_by_text("This browser can not draw a map")).to_be_visible()
    expect(page.locator("#map")).to_be_hidden()
    expect(page.get_by_role("row", name="Stoeprand Kalverstraat 0")).to_be_visible()
