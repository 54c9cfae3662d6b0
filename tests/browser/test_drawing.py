"""Drawing a place in a real Chromium: by mouse into the form's fields, by the fields onto the map, saved by the form's own button."""

import json
import os
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from offers.places import get_place
from tests.browser.conftest import Watched
from tests.browser.desks import Desk, Opened, desk_at, windows
from tests.browser.maps import need_island, one_store, rendered, troubles, wait_until_drawn
from tests.browser.test_console import has_no_sideways_scroll

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("patient")]

PICTURES = os.environ.get("PICTURES")
"""A folder, for who wants to look."""


@pytest.fixture(scope="module")
def desk(redis_url: str, migrated: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    need_island("drawing")
    with desk_at(redis_url, migrated, tmp_path_factory.mktemp("drawing"), fill=one_store) as made:
        yield made


@pytest.fixture
def opened(desk: Desk, browser: Browser) -> Iterator[Opened]:
    served, _, secret = desk

    def make(path: str = "/console/places/kalver", width: int = 1440, **more: object) -> Watched:
        watched = window(path, viewport={"width": width, "height": 1000}, **more)
        wait_until_drawn(watched.page)
        return watched

    with windows(browser, served.url, secret) as window:
        yield make


def click(page: Page, *spots: tuple[int, int]) -> None:
    """On the map, from its middle; the mouse goes there first, as a hand does."""
    page.locator("#drawing").scroll_into_view_if_needed()
    box = page.locator("#drawing").bounding_box()
    assert box is not None
    for right, down in spots:
        x, y = box["x"] + box["width"] / 2 + right, box["y"] + box["height"] / 2 + down
        page.mouse.move(x - 3, y - 3)
        page.mouse.move(x, y)
        page.mouse.click(x, y, delay=30)


def test_an_area_drawn_by_mouse_is_what_the_place_has(opened: Opened, desk: Desk) -> None:
    watched = opened()
    page = watched.page
    assert rendered(page, "land") > 0
    page.get_by_role("button", name="Area").click()
    click(page, (-90, -70), (90, -70), (90, 70), (-90, 70), (-90, 70))
    field = page.locator("[name='premises.geojson']")
    expect(field).to_have_value(json_of_a_ring())
    expect(page.locator("[name='premises.radius_m']")).to_have_value("")
    drawn = json.loads(field.input_value())
    assert len(drawn["coordinates"][0]) == 5
    page.get_by_role("button", name="Undo").click()
    expect(field).to_have_value("")
    expect(page.locator("[name='premises.radius_m']")).not_to_have_value("")
    page.get_by_role("button", name="Area").click()
    click(page, (-90, -70), (90, -70), (90, 70), (-90, 70), (-90, 70))
    expect(field).to_have_value(json_of_a_ring())
    page.wait_for_timeout(400)
    page.reload()
    expect(field).to_have_value("")
    wait_until_drawn(page)  # the map knows nothing of what was put back before it came
    page.get_by_role("button", name="Put it back").click()
    expect(field).to_have_value(json_of_a_ring())
    page.get_by_role("button", name="Undo").click()
    page.get_by_role("button", name="Area").click()
    click(page, (-90, -70), (90, -70), (90, 70), (-90, 70), (-90, 70))
    expect(field).to_have_value(json_of_a_ring())
    drawn = json.loads(field.input_value())
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("status")).to_be_visible()
    with desk[1].reading() as session:
        fences = get_place(session, "kalver")["geofences"]
    premises = next(one for one in fences if one["role"] == "premises")
    assert premises["geometry"]["type"] == "Polygon"
    assert sorted(map(tuple, premises["geometry"]["coordinates"][0][:-1])) == sorted(
        map(tuple, drawn["coordinates"][0][:-1])
    )
    assert troubles(watched) == []
    assert watched.hosts == {"127.0.0.1"}


def json_of_a_ring() -> re.Pattern[str]:
    return re.compile(r'^\{"type":"Polygon","coordinates":\[\[\[4\.\d+,52\.\d+\]')


def test_what_is_written_by_hand_is_drawn_and_stays_exact(opened: Opened) -> None:
    page = opened("/console/places/new").page
    page.get_by_label("Latitude").fill("52.37001234")
    page.locator("[name='lon']").fill("4.89")
    page.locator("[name='approach.radius_m']").fill("333.5")
    page.locator("[name='approach.radius_m']").press("Tab")
    expect(page.locator("[name='lat']")).to_have_value("52.37001234")
    expect(page.locator("[name='approach.radius_m']")).to_have_value("333.5")
    page.get_by_role("button", name="Undo").click()
    expect(page.locator("[name='approach.radius_m']")).to_have_value("")
    expect(page.locator("[name='lat']")).to_have_value("52.37001234")


def test_a_circle_by_mouse_moves_the_point_and_says_its_radius(opened: Opened) -> None:
    page = opened("/console/places/new").page
    page.get_by_role("button", name="Circle").click()
    click(page, (0, 0), (60, 0))
    expect(page.locator("[name='lat']")).to_have_value(re.compile(r"^52\.\d+$"))
    expect(page.locator("[name='lon']")).to_have_value(re.compile(r"^4\.\d+$"))
    expect(page.locator("[name='premises.radius_m']")).not_to_have_value("100")
    page.get_by_role("button", name="Delete shape").click()
    expect(page.locator("[name='premises.radius_m']")).to_have_value("")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1440])
def test_axe_finds_nothing_at_either_width(opened: Opened, width: int, scheme: str) -> None:
    watched = opened(width=width, color_scheme=scheme)
    found = Axe().run(watched.page)
    assert found.violations_count == 0, found.generate_report()
    assert has_no_sideways_scroll(watched.page)
    if PICTURES:
        watched.page.screenshot(path=f"{PICTURES}/drawing-{width}-{scheme}.png", full_page=True)
