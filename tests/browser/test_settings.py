"""Settings, in a real Chromium: read by axe, on a phone and at a desk; a key is copied by its button."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, expect

from offers import keys, users
from offers.records.database import Database
from offers.settings import Settings
from tests.browser.desks import Opened, admit, windows
from tests.browser.test_console import has_no_sideways_scroll
from tests.conftest import NOON
from tests.web.conftest import LANES, serve

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("patient")]

PICTURES = os.environ.get("PICTURES")
"""A folder, for who wants to look."""


@pytest.fixture(scope="module")
def desk(redis_url: str, migrated: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, str, str]]:
    """The address, an admin's session, and a key's id."""
    folder = tmp_path_factory.mktemp("settings")
    shutil.copy(migrated, folder / "passerby.db")
    database = Database(f"sqlite:///{folder / 'passerby.db'}")
    with database.transaction() as session:
        secret = admit(session, "mara@shop.example", "admin", "Mara")
        key = keys.make_key(session, "till", now=NOON, name="Till in the Kalverstraat", by=keys.COMMAND).id
        keys.note_use(session, key, now=NOON)
        person = users.list_users(session)[0]["id"]
        keys.make_key(session, "publishable", now=NOON, name="The app", by=person)
    settings = Settings(
        data=folder,
        database_url=database.url,
        redis_url=redis_url,
        lanes=LANES,
        secret_key="only for tests, but long enough for it",
    )
    with serve(settings, NOON.timestamp) as served:
        yield served.url, secret, key
    database.close()


@pytest.fixture
def opened(desk: tuple[str, str, str], browser: Browser) -> Iterator[Opened]:
    url, secret, _ = desk
    with windows(browser, url, secret) as make:
        yield make


@pytest.mark.parametrize(("width", "scheme", "language"), [(390, "dark", "de"), (1440, "light", "en")])
def test_axe_finds_nothing_and_nothing_runs_out_of_sight(
    opened: Opened, desk: tuple[str, str, str], width: int, scheme: str, language: str
) -> None:
    key = f"/console/settings/keys/{desk[2]}"
    shown = {"keys": "/console/settings/keys", "rotate": f"{key}/rotate", "revoke": f"{key}/revoke"}
    shown |= {"settings": "/console/settings", "users": "/console/users", "deeds": "/console/settings/deeds"}
    shown |= {"health": "/console/settings/health", "limits": "/console/settings/limits"}
    for name, path in shown.items():
        watched = opened(f"{path}?lang={language}", viewport={"width": width, "height": 844}, color_scheme=scheme)
        page = watched.page
        expect(page.locator("html")).to_have_attribute("lang", language)
        if PICTURES:
            page.screenshot(path=f"{PICTURES}/settings-{name}-{width}.png", full_page=True)
        found = Axe().run(page)
        assert found.violations_count == 0, found.generate_report()
        assert has_no_sideways_scroll(page), name
        assert watched.errors == []


def test_a_key_is_made_and_copied_by_its_button(opened: Opened) -> None:
    watched = opened("/console/settings/keys?lang=en", permissions=["clipboard-read", "clipboard-write"])
    page = watched.page
    new = page.get_by_role("region", name="New key")
    new.get_by_label("Name").fill("Reports")
    new.get_by_label("Role").select_option("read")
    page.get_by_role("button", name="Make the key").click()
    key = page.get_by_label("The key").input_value()
    assert key.startswith("sk_")
    page.get_by_role("button", name="Copy").click()
    expect(page.get_by_text("Copied.")).to_be_visible()
    assert page.evaluate("navigator.clipboard.readText()") == key
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()
    page.get_by_role("link", name="I have kept it").click()
    expect(page.get_by_role("rowheader", name="Reports")).to_be_visible()
    assert key not in page.content()
    assert watched.errors == []
