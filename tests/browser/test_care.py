"""A customer at the desk, in a real Chromium: found, told of, asked about, exported and erased; on a phone and at a desk, read by axe."""

import os
import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, expect

from offers import users
from offers.records.database import Database
from offers.settings import Settings
from tests.browser.conftest import Watched
from tests.browser.test_console import PASSWORD, has_no_sideways_scroll
from tests.conftest import NOON
from tests.offers.stories import TELLS, Town, at
from tests.web.conftest import LANES, serve

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("patient")]

BOSS = "kim@shop.example"
LONG = "W" * 200
PICTURES = os.environ.get("PICTURES")
"""A folder, for who wants to look."""
Desk = tuple[str, Database, str]
"""The address, the database, and Kim's session."""


@pytest.fixture(scope="module")
def desk(redis_url: str, migrated: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    folder = tmp_path_factory.mktemp("care")
    shutil.copy(migrated, folder / "passerby.db")
    database = Database(f"sqlite:///{folder / 'passerby.db'}")
    with database.transaction() as session:
        users.create_user(session, BOSS, "admin", now=NOON, name="Kim")
        first = users.credential_of(session, BOSS)
        assert first is not None
        users.change_password(session, first, users.new_password(PASSWORD, PASSWORD, ""), now=NOON)
        chosen = users.credential_of(session, BOSS)
        assert chosen is not None
        secret = users.open_session(session, chosen, now=NOON)
        assert secret is not None
    town = Town(database)
    store = town.place()
    town.offer(budget=10)
    town.offer("own", imported=["SNEAK-1000"], budget=10)
    town.campaign(offer="ten-percent", messages=TELLS)
    town.customer("long", name=LONG)
    town.send(town.walk_in(store), now=at(6))
    town.walk_in(store, "daan")
    town.customer("sanne", name="Sanne de Vries", phone="+31612345678")
    town.customer("daan", name="Daan Smit")
    settings = Settings(
        data=folder,
        database_url=database.url,
        redis_url=redis_url,
        lanes=LANES,
        secret_key="only for tests, but long enough for it",
    )
    with serve(settings, NOON.timestamp) as served:
        yield served.url, database, secret
    database.close()


Opened = Callable[..., Watched]


@pytest.fixture
def opened(desk: Desk, browser: Browser) -> Iterator[Opened]:
    contexts = []

    def make(path: str, **more: object) -> Watched:
        url, _, secret = desk
        context = browser.new_context(**more)  # type: ignore[arg-type]  # Playwright names each option by itself
        context.add_cookies([{"name": "passerby", "value": secret, "url": url}])
        contexts.append(context)
        watched = Watched(context.new_page())
        watched.page.goto(f"{url}{path}")
        return watched

    yield make
    for context in contexts:
        context.close()


PAGES = {
    "search": "/console/customers?q=a",
    "found": "/console/customers?q=sanne",
    "customer": "/console/customers/sanne",
    "long": "/console/customers/long",
    "erase": "/console/customers/long/erase",
    "offer": "/console/offers/ten-percent",
    "coupons": "/console/offers/ten-percent/coupons",
    "codes": "/console/offers/own/codes",
}


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1440])
def test_axe_finds_nothing_and_nothing_runs_out_of_sight(opened: Opened, desk: Desk, width: int, scheme: str) -> None:
    watched = opened("/console", viewport={"width": width, "height": 844}, color_scheme=scheme)
    for number, (name, path) in enumerate(PAGES.items()):
        page = watched.page
        page.goto(f"{desk[0]}{path}{'&' if '?' in path else '?'}lang={('en', 'nl', 'de')[number % 3]}")
        found = Axe().run(page)
        assert found.violations_count == 0, f"{name}: {found.generate_report()}"
        assert has_no_sideways_scroll(page), name
        if PICTURES:
            page.screenshot(path=f"{PICTURES}/care-{name}-{width}-{scheme}.png", full_page=True)
    assert watched.errors == []


def test_the_budget_goes_on_by_itself(opened: Opened, desk: Desk) -> None:
    watched = opened("/console/offers/ten-percent?lang=en")
    figures = watched.page.locator("#as-it-goes dl")
    expect(figures).to_contain_text(re.compile(r"Given out\s*1"))
    town = Town(desk[1])
    town.walk_in(town.place(), "emma")
    town.customer("emma", name="Emma Smit")
    expect(figures).to_contain_text(re.compile(r"Reserved\s*2"), timeout=15_000)
    assert watched.errors == []


def test_from_a_search_to_an_erasure(opened: Opened) -> None:
    page = opened("/console/customers?lang=en").page
    page.get_by_label("Find a customer").fill("vries")
    page.keyboard.press("Enter")
    page.get_by_role("link", name="Sanne de Vries").click()
    expect(page.get_by_text("•••678")).to_be_visible()
    page.get_by_role("link", name="decisions", exact=True).click()
    expect(page.locator(".timeline li")).to_have_count(1)
    page.locator("form[action='/console/why'] button").click()
    expect(page.get_by_role("heading", level=2)).to_contain_text("Sanne de Vries")
    page.get_by_role("link", name="Sanne de Vries").click()
    with page.expect_download() as got:
        page.get_by_role("button", name="Download all of it as JSON").click()
    assert got.value.suggested_filename == "customer-sanne.json"
    page.get_by_role("link", name="Erase this customer").click()
    page.get_by_label("To confirm, type who goes").fill("somebody else")
    page.get_by_role("button", name="Erase this customer").click()
    expect(page.get_by_role("alert")).to_contain_text("Nothing was erased")
    expect(page.get_by_label("To confirm, type who goes")).to_have_value("somebody else")
    page.get_by_label("To confirm, type who goes").fill("Sanne de Vries")
    page.get_by_role("button", name="Erase this customer").click()
    expect(page.get_by_role("status")).to_have_text("The customer is erased.")
    page.get_by_label("Find a customer").fill("vries")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Nobody found")).to_be_visible()
