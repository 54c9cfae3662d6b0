"""The frame around the console's pages in a real Chromium: nothing typed is lost, an ended session is said, and keys."""

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page, expect

from offers import users
from offers.places import list_places, put_place
from offers.records.database import Database
from offers.rules.place import PlaceBody
from offers.settings import Settings
from tests.browser.conftest import Watched
from tests.browser.desks import PASSWORD
from tests.browser.test_console import has_no_sideways_scroll
from tests.browser.visiting import until
from tests.conftest import NOON
from tests.web.conftest import LANES, PLACE, serve

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("patient")]

EMAIL = "noor@shop.example"
PICTURES = os.environ.get("PICTURES")
"""A folder, for who wants to look."""


class Office:
    def __init__(self, url: str, database: Database) -> None:
        self.url, self.database = url, database

    def sign_in(self) -> str:
        with self.database.transaction() as session:
            credential = users.credential_of(session, EMAIL)
            assert credential is not None
            secret = users.open_session(session, credential, now=NOON)
        assert secret is not None
        return secret

    def end(self, secret: str) -> None:
        with self.database.transaction() as session:
            users.close_session(session, secret)

    def names(self) -> list[str]:
        with self.database.reading() as session:
            return sorted(one["name"] for one in list_places(session)[0])


@pytest.fixture(scope="module")
def office(redis_url: str, migrated: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    folder = tmp_path_factory.mktemp("frame")
    shutil.copy(migrated, folder / "passerby.db")
    database = Database(f"sqlite:///{folder / 'passerby.db'}")
    with database.transaction() as session:
        users.create_user(session, EMAIL, "marketer", now=NOON, name="Noor")
        first = users.credential_of(session, EMAIL)
        assert first is not None
        users.change_password(session, first, users.new_password(PASSWORD, PASSWORD, ""), now=NOON)
        put_place(session, "dam-1", PlaceBody.model_validate(PLACE | {"name": "Dam 1"}), now=NOON)
    settings = Settings(
        data=folder,
        database_url=database.url,
        redis_url=redis_url,
        lanes=LANES,
        secret_key="only for tests, but long enough for it",
    )
    with serve(settings, NOON.timestamp) as served:
        yield Office(served.url, database)
    database.close()


Opened = Callable[..., tuple[Watched, BrowserContext, str]]


@pytest.fixture
def opened(office: Office, browser: Browser) -> Iterator[Opened]:
    contexts: list[BrowserContext] = []

    def make(path: str, width: int = 1440, **more: object) -> tuple[Watched, BrowserContext, str]:
        secret = office.sign_in()
        wanted = {"viewport": {"width": width, "height": 844}, "locale": "en-GB"} | more
        context = browser.new_context(**wanted)  # type: ignore[arg-type]  # Playwright names each option by itself
        context.add_cookies([{"name": "passerby", "value": secret, "url": office.url}])
        contexts.append(context)
        watched = Watched(context.new_page())
        watched.page.goto(f"{office.url}{path}")
        return watched, context, secret

    yield make
    for context in contexts:
        context.close()


def fill_place(page: Page, name: str) -> None:
    page.get_by_label("Name", exact=True).fill(name)
    page.get_by_label("Latitude").fill("52.3702516, 4.8906199")
    page.get_by_label("Time zone").fill("Europe/Amsterdam")
    page.locator("[name=pickup]").check()


def kept(page: Page) -> list[str]:
    wanted = "Object.keys(sessionStorage).filter((one) => one.startsWith('passerby-draft:'))"
    return list(page.evaluate(wanted))


def test_what_was_typed_is_offered_back_until_it_is_saved(office: Office, opened: Opened) -> None:
    watched, _, _ = opened("/console/places/new")
    page = watched.page
    fill_place(page, "Kept 1")
    page.get_by_role("link", name="Campaigns").click()
    expect(page.locator("h1")).to_have_text("Campaigns")
    expect(page.get_by_role("region", name="What was kept")).to_have_count(0)
    page.goto(f"{office.url}/console/places/new")
    bar = page.get_by_role("region", name="What was kept")
    expect(bar).to_contain_text("It is not saved yet.")
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()
    expect(page.get_by_label("Name", exact=True)).to_have_value("")
    bar.get_by_role("button", name="Put it back").click()
    expect(page.get_by_label("Name", exact=True)).to_have_value("Kept 1")
    expect(page.get_by_label("Latitude")).to_have_value("52.3702516, 4.8906199")
    expect(page.locator("[name=pickup]")).to_be_checked()
    expect(bar).to_have_count(0)
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("status")).to_contain_text("Saved.")
    until(page, lambda: kept(page) == [])
    assert "Kept 1" in office.names()
    assert watched.errors == []


def test_what_is_thrown_away_is_gone(office: Office, opened: Opened) -> None:
    page = opened("/console/places/new")[0].page
    fill_place(page, "Dropped")
    page.goto(f"{office.url}/console/places")
    page.goto(f"{office.url}/console/places/new")
    page.get_by_role("button", name="Throw it away").click()
    until(page, lambda: kept(page) == [])
    page.reload()
    expect(page.get_by_role("button", name="Put it back")).to_have_count(0)


def test_a_form_that_was_refused_keeps_what_was_typed(office: Office, opened: Opened) -> None:
    """It stands in the form again, so that nothing is offered; and it is offered when one comes back later."""
    page = opened("/console/places/new")[0].page
    page.get_by_label("Name", exact=True).fill("Refused")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("alert")).to_be_visible()
    expect(page.get_by_role("button", name="Put it back")).to_have_count(0)
    page.goto(f"{office.url}/console")
    page.goto(f"{office.url}/console/places/new")
    page.get_by_role("button", name="Put it back").click()
    expect(page.get_by_label("Name", exact=True)).to_have_value("Refused")


def test_what_was_typed_before_the_form_came_back_is_kept_too(office: Office, opened: Opened) -> None:
    """The shapes are looked at, and then one letter is typed: all of it is offered, and not the letter alone."""
    watched, _, _ = opened("/console/places/new")
    page = watched.page
    name, tags = page.get_by_label("Name", exact=True), page.get_by_label("Tags")
    fill_place(page, "Autumn")
    with page.expect_navigation():
        page.get_by_role("button", name="Check the shapes first").click()
    expect(page.get_by_role("button", name="Put it back")).to_have_count(0)
    expect(name).to_have_value("Autumn")
    tags.press_sequentially("a")
    page.get_by_role("link", name="Campaigns").click()
    expect(page.locator("h1")).to_have_text("Campaigns")
    page.goto(f"{office.url}/console/places/new")
    bar = page.get_by_role("region", name="What was kept")
    expect(bar).not_to_contain_text("It was changed since")
    bar.get_by_role("button", name="Put it back").click()
    expect(name).to_have_value("Autumn")
    expect(page.get_by_label("Latitude")).to_have_value("52.3702516")
    expect(page.get_by_label("Longitude")).to_have_value("4.8906199")
    expect(page.locator("[name=pickup]")).to_be_checked()
    expect(tags).to_have_value("a")
    tags.fill("")
    page.wait_for_timeout(400)
    page.reload()
    bar.get_by_role("button", name="Put it back").click()
    expect(name).to_have_value("Autumn")
    expect(tags).to_have_value("")
    assert watched.errors == []


def test_what_is_typed_beside_an_offer_that_stands_open_wins_over_it(office: Office, opened: Opened) -> None:
    page = opened("/console/places/new")[0].page
    name, tags = page.get_by_label("Name", exact=True), page.get_by_label("Tags")
    fill_place(page, "First")
    tags.fill("flagship")
    page.wait_for_timeout(400)
    page.reload()
    name.fill("Second")
    page.get_by_role("button", name="Put it back").click()
    expect(tags).to_have_value("flagship")
    expect(name).to_have_value("Second")
    page.reload()
    name.fill("Third")
    page.get_by_role("button", name="Throw it away").click()
    page.reload()
    page.get_by_role("button", name="Put it back").click()
    expect(name).to_have_value("Third")
    expect(tags).to_have_value("")


def test_what_was_typed_upon_an_older_version_says_so(office: Office, opened: Opened) -> None:
    watched, _, _ = opened("/console/places/dam-1")
    page = watched.page
    name = page.get_by_label("Name", exact=True)
    name.fill("Dam 1, mine")
    page.wait_for_timeout(400)
    with office.database.transaction() as session:
        put_place(session, "dam-1", PlaceBody.model_validate(PLACE | {"name": "Dam 1, theirs"}), now=NOON)
    page.reload()
    bar = page.get_by_role("region", name="What was kept")
    expect(bar).to_contain_text("It was changed since you typed that.")
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()
    expect(name).to_have_value("Dam 1, theirs")
    page.get_by_label("Tags").fill("flagship")
    page.wait_for_timeout(400)
    page.reload()
    expect(bar).to_contain_text("It was changed since you typed that.")
    bar.get_by_role("button", name="Put it back").click()
    expect(name).to_have_value("Dam 1, mine")
    page.reload()
    expect(bar).to_be_visible()
    expect(bar).not_to_contain_text("It was changed since")
    bar.get_by_role("button", name="Put it back").click()
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("status").filter(has_text="Saved.")).to_be_visible()
    until(page, lambda: kept(page) == [])
    assert "Dam 1, mine" in office.names()
    assert watched.errors == []


def test_pasted_coordinates_come_back_parted_and_nothing_is_said_to_be_kept(office: Office, opened: Opened) -> None:
    watched, _, _ = opened("/console/places/new")
    page = watched.page
    fill_place(page, "Parted")
    page.get_by_label("Time zone").fill("Nowhere")
    until(page, lambda: len(kept(page)) == 1)
    with page.expect_navigation():
        page.get_by_role("button", name="Save").click()
    expect(page.get_by_label("Latitude")).to_have_value("52.3702516")
    expect(page.get_by_label("Longitude")).to_have_value("4.8906199")
    expect(page.get_by_role("region", name="What was kept")).to_have_count(0)
    page.goto(f"{office.url}/console/places/new")
    page.get_by_role("button", name="Put it back").click()
    expect(page.get_by_label("Latitude")).to_have_value("52.3702516")
    expect(page.get_by_label("Longitude")).to_have_value("4.8906199")
    assert [one for one in watched.errors if "422" not in one] == []


def test_passwords_are_not_kept_and_signing_out_takes_everything(office: Office, opened: Opened) -> None:
    page = opened("/console/password")[0].page
    page.get_by_label("Present password").fill("a secret that nobody keeps")
    page.wait_for_timeout(400)
    page.goto(f"{office.url}/console/places/new")
    assert "a secret" not in page.evaluate("JSON.stringify({ ...sessionStorage })")
    page.get_by_label("Name", exact=True).fill("Mine")
    until(page, lambda: len(kept(page)) == 1)
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_text("You are signed out.")).to_be_visible()
    until(page, lambda: kept(page) == [])


@pytest.mark.parametrize("width", [390, 1440])
def test_an_ended_session_is_said_and_the_form_goes_after_a_new_sign_in(
    office: Office, opened: Opened, width: int
) -> None:
    watched, context, secret = opened("/console/places/new", width)
    page = watched.page
    fill_place(page, f"After {width}")
    office.end(secret)
    page.get_by_role("button", name="Save").click()
    dialog = page.get_by_role("dialog", name="You are not signed in any more")
    expect(dialog).to_be_visible()
    assert page.locator("dialog h2").count() == 0
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()
    assert has_no_sideways_scroll(page)
    if PICTURES:
        page.screenshot(path=f"{PICTURES}/ended-{width}.png")
    dialog.get_by_role("button", name="Send it now").click()
    expect(dialog).to_contain_text("You are not signed in yet.")
    with context.expect_page() as told:
        dialog.get_by_role("link", name="Sign in").click()
    door = told.value
    door.get_by_label("E-mail address").fill(EMAIL)
    door.get_by_label("Password").fill(PASSWORD)
    door.get_by_role("button", name="Sign in").click()
    expect(door.get_by_role("button", name="Sign out")).to_be_visible()
    dialog.get_by_role("button", name="Send it now").click()
    expect(page.get_by_role("status")).to_contain_text("Saved.")
    assert office.names().count(f"After {width}") == 1


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_keys_are_shown_and_lead_to_pages(opened: Opened, scheme: str) -> None:
    watched, _, _ = opened("/console/places", color_scheme=scheme)
    page = watched.page
    page.keyboard.press("?")
    dialog = page.get_by_role("dialog", name="Shortcuts")
    expect(dialog.get_by_role("listitem").filter(has_text="Campaigns")).to_have_text("g c Campaigns")
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()
    if PICTURES:
        page.screenshot(path=f"{PICTURES}/keys-{scheme}.png")
    page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)
    page.keyboard.press("/")
    search = page.locator("main [name=q]")
    expect(search).to_be_focused()
    page.keyboard.type("g c ?")
    expect(search).to_have_value("g c ?")
    expect(dialog).to_have_count(0)
    search.blur()
    page.keyboard.press("g")
    page.keyboard.press("c")
    expect(page.locator("h1")).to_have_text("Campaigns")
    page.get_by_role("button", name="Shortcuts").click()
    page.get_by_role("dialog").get_by_label("Use these keys").uncheck()
    page.get_by_role("dialog").get_by_role("button", name="Close").click()
    page.keyboard.press("?")
    expect(dialog).to_have_count(0)
    assert watched.errors == []


def test_the_board_has_keys_of_its_own(opened: Opened) -> None:
    page = opened("/console/pickup")[0].page
    expect(page.get_by_role("button", name="Shortcuts")).to_have_count(0)
    page.keyboard.press("g")
    page.keyboard.press("c")
    page.keyboard.press("?")
    expect(page.get_by_role("dialog")).to_have_count(0)
    assert page.url.endswith("/console/pickup")


@pytest.mark.parametrize("name", ["Places", "Reports"])
def test_on_a_phone_the_rail_is_one_line_that_shows_where_one_is(opened: Opened, name: str) -> None:
    page = opened(f"/console/{name.lower()}", 390)[0].page
    here = page.get_by_role("navigation", name="Pages").get_by_role("link", name=name)
    expect(here).to_be_in_viewport(ratio=1)
    rail = page.locator(".rail nav").bounding_box()
    assert rail is not None
    assert rail["height"] < 60
    assert page.evaluate("[scrollX, document.body.scrollLeft, document.documentElement.scrollLeft]") == [0, 0, 0]
    assert has_no_sideways_scroll(page)
    assert page.locator("h1").evaluate("(one) => one.getBoundingClientRect().left") >= 0
