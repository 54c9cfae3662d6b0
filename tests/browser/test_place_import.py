"""Places from a file and a place's page, in a real Chromium: on a phone and at a desk, light and dark, read by axe."""

import os
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, expect

from offers.customers import put_customer
from offers.places import put_place
from offers.records.database import Database
from offers.records.tables import Visit
from offers.rules.place import PlaceBody
from offers.rules.profile import CustomerBody
from tests.browser.conftest import Watched
from tests.browser.desks import Desk, desk_at
from tests.browser.maps import troubles
from tests.browser.test_console import has_no_sideways_scroll
from tests.conftest import NOON
from tests.web.conftest import PLACE
from tests.web.console.test_place_import import csv, row

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("patient")]

HOURS = "Mo-Fr 09:00-12:00,13:00-18:00; PH off"
PICTURES = os.environ.get("PICTURES")
"""A folder, for who wants to look."""


@pytest.fixture(scope="module")
def desk(redis_url: str, migrated: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    with desk_at(redis_url, migrated, tmp_path_factory.mktemp("places"), fill=two_stores) as made:
        yield made


def two_stores(database: Database) -> None:
    """Of one somebody came by often."""
    with database.transaction() as session:
        small = [{"role": "premises", "lat": PLACE["lat"], "lon": PLACE["lon"], "radius_m": 60}]
        for place_id in ("kalverstraat-102", "dam-1"):
            body = PLACE | {"name": f"Stoeprand {place_id}", "geofences": small, "opening_hours": HOURS}
            put_place(session, place_id, PlaceBody.model_validate(body), now=NOON)
        put_customer(session, "sanne", CustomerBody.model_validate({}), now=NOON)
        for number in range(90):
            at = NOON - timedelta(hours=number * number % 700)
            visit = {"id": f"v{number}", "customer_id": "sanne", "place_id": "dam-1"}
            session.add(Visit(**visit, entered_at=at, left_at=at))


@pytest.mark.parametrize("seen", [(390, "light", "de"), (390, "dark", "nl"), (1440, "light", "en")])
def test_a_file_is_seen_and_then_written(
    desk: Desk, browser: Browser, tmp_path: Path, seen: tuple[int, str, str]
) -> None:
    (served, _, secret), (width, scheme, language) = desk, seen
    url, context = served.url, browser.new_context(viewport={"width": width, "height": 844}, color_scheme=scheme)  # type: ignore[arg-type]
    context.add_cookies([{"name": "passerby", "value": secret, "url": url}])
    watched = Watched(context.new_page())
    page = watched.page

    def looked_at(name: str) -> None:
        found = Axe().run(page)
        assert found.violations_count == 0, found.generate_report()
        assert has_no_sideways_scroll(page)
        if PICTURES:
            page.screenshot(path=f"{PICTURES}/{name}-{width}-{scheme}-{language}.png", full_page=True)

    file = tmp_path / "places.csv"
    rows = [row(f"{language}-{number}-{scheme}", name=f"Store {number}", radius="250") for number in range(4)]
    file.write_text(csv(*rows, row("bad", radius="-4")))
    page.goto(f"{url}/console/places/import?lang={language}")
    looked_at("import")
    page.locator("#f-file").set_input_files(file)
    page.locator("form.narrow button").click()
    expect(page.locator("tbody tr")).to_have_count(5)
    looked_at("preview")
    page.locator("button[name=do]").click()
    expect(page.locator("button[name=do]")).to_have_count(0)
    expect(page.locator("tbody a")).to_have_count(4)
    looked_at("written")
    page.goto(f"{url}/console/places/dam-1?lang={language}")
    expect(page.locator(".checks li")).to_have_count(2)
    expect(page.locator(".sparkline")).to_be_visible()
    page.locator("details:has(.bars) summary").click()
    looked_at("place")
    assert troubles(watched) == []
    context.close()
