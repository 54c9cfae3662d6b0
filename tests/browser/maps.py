"""A desk in Amsterdam for the pages with maps: places, somebody signed in, and a browser that waits until a map is drawn."""

import pytest
from playwright.sync_api import Page, expect

from offers.places import put_place
from offers.records.database import Database
from offers.rules.place import PlaceBody
from tests.browser.conftest import Watched
from tests.conftest import NOON
from tests.web.conftest import PLACE
from web.console.islands import has_island
from web.islands import build


def need_island(name: str) -> None:
    """Skips where the build said why it can not be done here. What could have been built and was not, or of other sources, is a fault."""
    if build.is_current(build.hash_of_sources()):
        assert has_island(name), f"{name} was left out of the build"
    elif (why := build.why_left_out()) is not None:
        pytest.skip(f"the islands are not built here: {why}")
    else:
        pytest.fail("the islands are not built of these sources: run make islands")


def one_store(database: Database) -> None:
    with database.transaction() as session:
        put_place(session, "kalver", PlaceBody.model_validate(PLACE | {"name": "Stoeprand Kalverstraat"}), now=NOON)


def troubles(watched: Watched) -> list[str]:
    """What a page complained of, but for a driver without a graphics card that says it is slow when a test reads what it drew."""
    return [one for one in watched.errors if "GL Driver Message" not in one and "too many errors" not in one]


def wait_until_drawn(page: Page) -> None:
    expect(page.locator(".map")).to_have_attribute("data-state", "idle", timeout=60_000)


def rendered(page: Page, layer: str) -> int:
    """How many shapes of a layer are really on the map."""
    found: int = page.evaluate(
        "layer => document.querySelector('.map').map.queryRenderedFeatures({layers: [layer]}).length", layer
    )
    return found
