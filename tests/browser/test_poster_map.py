"""Posters on the live map and on the map of their own page, in a real Chromium: drawn, opened by mouse and by keyboard, pulsing where they are scanned."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from offers.campaigns import put_campaign
from offers.posters import put_poster
from offers.records.tables import Scan
from offers.rules.campaign import CampaignBody
from offers.rules.poster import PosterBody
from tests.browser.desks import Desk, Opened, desk_at, windows
from tests.browser.maps import need_island, one_store, rendered, troubles, wait_until_drawn
from tests.browser.test_console import has_no_sideways_scroll
from tests.conftest import NOON
from tests.web.conftest import CAMPAIGN, PLACE
from workers.happenings import tell

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("patient")]

LIVE = "/console/live"
PICTURES = os.environ.get("PICTURES")
"""A folder, for who wants to look."""


@pytest.fixture(scope="module")
def desk(redis_url: str, migrated: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    with desk_at(redis_url, migrated, tmp_path_factory.mktemp("posters"), fill=one_store) as made:
        _, database, _ = made
        hangs = {"campaign": "scanned", "lat": PLACE["lat"] + 0.001, "lon": PLACE["lon"]}
        with database.transaction() as session:
            scan = CAMPAIGN | {"name": "Scanned", "trigger": {"on": "scan"}, "offer": None}
            put_campaign(session, "scanned", CampaignBody.model_validate(scan), now=NOON)
            for name, more in (("hall", hangs), ("window", {"place": "kalver", "campaign": "scanned"})):
                body = PosterBody.model_validate(more | {"name": name.title()})
                put_poster(session, name, body, now=NOON)
        yield made


@pytest.fixture
def opened(desk: Desk, browser: Browser) -> Iterator[Opened]:
    served, _, secret = desk
    with windows(browser, served.url, secret) as make:
        yield make


def drawn_at(page: Page, poster: str) -> tuple[float, float]:
    """Where on the screen a poster stands, a bit above its foot."""
    spot: list[float] = page.evaluate(
        """poster => { const { map } = document.querySelector('.map');
          const one = map.queryRenderedFeatures({ layers: ['posters'] }).find((each) => each.properties.id === poster);
          const at = map.project(one.geometry.coordinates); const box = map.getCanvas().getBoundingClientRect();
          return [box.x + at.x, box.y + at.y - 14]; }""",
        poster,
    )
    return spot[0], spot[1]


def test_a_poster_opens_by_a_click_and_by_keyboard(opened: Opened) -> None:
    need_island("map")
    watched = opened(LIVE)
    page = watched.page
    wait_until_drawn(page)
    assert rendered(page, "posters") == 2
    card = page.locator(".maplibregl-popup")
    page.locator("#map").scroll_into_view_if_needed()
    page.mouse.click(*drawn_at(page, "hall"))
    expect(card).to_contain_text("Scans today: 0")
    expect(card.get_by_role("link", name="Hall")).to_have_attribute("href", "/console/posters/hall")
    page.keyboard.press("Escape")
    expect(card).to_have_count(0)
    button = page.get_by_role("button", name="Window, on the map")
    button.focus()
    page.keyboard.press("Enter")
    expect(card.get_by_role("link", name="Window")).to_be_focused()
    page.keyboard.press("Escape")
    expect(card).to_have_count(0)
    expect(button).to_be_focused()
    assert troubles(watched) == []
    assert watched.hosts == {"127.0.0.1"}


def test_a_scan_pulses_where_the_poster_hangs_and_is_counted_in_text_and_card(opened: Opened, desk: Desk) -> None:
    need_island("map")
    served, database, _ = desk
    page = opened(LIVE).page
    wait_until_drawn(page)
    page.get_by_role("button", name="Hall, on the map").click()
    page.evaluate(
        """() => { const { map } = document.querySelector('.map');
          map.on('render', () => {
            const [found] = map.queryRenderedFeatures({ layers: ['pulse-rings'] });
            if (found) document.body.dataset.pulsed = `${found.properties.kind} ${found.geometry.coordinates[1].toFixed(3)}`;
          }); }"""
    )
    plain = {"kind": "human", "device_class": "phone", "source": "web", "repeat": False, "in_store": False}
    with database.transaction() as session:
        session.add(Scan(id="scn_1", poster_id="hall", at=NOON, **plain))
    tell(served.doors.parts.redis, [{"type": "scan", "kind": "person", "poster": "hall", "at": NOON.isoformat()}])
    expect(page.locator("body")).to_have_attribute("data-pulsed", f"scan {PLACE['lat'] + 0.001:.3f}", timeout=20_000)
    expect(page.locator(".maplibregl-popup")).to_contain_text("Scans today: 1")
    expect(page.locator(".hanging").get_by_role("row", name="Hall").locator("td").last).to_have_text("1")


@pytest.mark.parametrize(
    ("path", "width", "scheme"),
    [
        ("/console/live", 390, "light"),
        ("/console/live", 1440, "dark"),
        ("/console/posters/hall", 390, "dark"),
        ("/console/posters/hall", 1440, "light"),
    ],
)
def test_axe_finds_nothing_with_posters(opened: Opened, path: str, width: int, scheme: str) -> None:
    watched = opened(path, viewport={"width": width, "height": 844}, color_scheme=scheme)
    page = watched.page
    if page.locator(".map").count():
        wait_until_drawn(page)
        if path == "/console/live":
            page.get_by_role("button", name="Hall, on the map").click()
            expect(page.locator(".maplibregl-popup")).to_be_visible()
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()
    assert has_no_sideways_scroll(page)
    if PICTURES:
        wait_until_drawn(page)
        page.screenshot(path=f"{PICTURES}/{path.split('/')[2]}-of-posters-{width}-{scheme}.png", full_page=True)
    assert troubles(watched) == []


def test_a_poster_s_own_map_follows_what_is_typed(opened: Opened) -> None:
    need_island("spot")
    watched = opened("/console/posters/hall")
    page = watched.page
    wait_until_drawn(page)
    assert rendered(page, "posters") == 1
    page.get_by_label("Longitude").fill("4.91")
    page.get_by_label("Longitude").blur()
    page.wait_for_function("Math.abs(document.querySelector('.map').map.getCenter().lng - 4.91) < 1e-6")
    assert troubles(watched) == []


def test_without_script_the_list_says_it_all(opened: Opened) -> None:
    page = opened(LIVE, java_script_enabled=False).page
    rows = page.locator(".hanging tbody tr")
    expect(rows).to_have_count(2)
    expect(rows.filter(has_text="Window")).to_contain_text("Stoeprand Kalverstraat")
    expect(page.locator(".on-map:visible")).to_have_count(0)
    page.goto(page.url.replace("/live", "/posters/hall"))
    expect(page.locator("#spot:visible")).to_have_count(0)
