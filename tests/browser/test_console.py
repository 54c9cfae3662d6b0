"""The console as a marketer has it: a keyboard, a browser, no script of ours, and a phone now and then."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from offers import users
from offers.campaigns import put_campaign, step_campaign
from offers.customers import put_customer
from offers.desk_offers import put_offer
from offers.places import put_place
from offers.records.database import Database
from offers.rules.campaign import CampaignBody
from offers.rules.offer import OfferBody
from offers.rules.place import PlaceBody
from offers.rules.profile import CustomerBody
from offers.settings import Settings
from tests.browser.conftest import Watched
from tests.browser.desks import PASSWORD
from tests.conftest import NOON
from tests.web.conftest import CAMPAIGN, LANES, PLACE, serve
from tests.web.console.conftest import OFFER
from web.tongues import LANGUAGES

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def console(
    browser: Browser, redis_url: str, migrated: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[str, str]]:
    """The doors at a fixed noon with one place and one live campaign, and a marketer's first password."""
    folder = tmp_path_factory.mktemp("console")
    shutil.copy(migrated, folder / "passerby.db")
    database = Database(f"sqlite:///{folder / 'passerby.db'}")
    with database.transaction() as session:
        first = users.create_user(session, "noor@shop.example", "marketer", now=NOON, name="Noor")
        put_place(session, "leidseplein-31", PlaceBody.model_validate(PLACE | {"name": "Leidseplein 31"}), now=NOON)
        boots = CAMPAIGN | {"name": "Boots", "trigger": {"on": "enter", "places": ["leidseplein-31"]}}
        put_campaign(session, "boots", CampaignBody.model_validate(boots), now=NOON)
        step_campaign(session, "boots", "launch", now=NOON)
        put_offer(session, "ten", OfferBody.model_validate(OFFER), now=NOON)
        put_customer(session, "sanne", CustomerBody.model_validate({"name": "Sanne"}), now=NOON)
    settings = Settings(
        data=folder,
        database_url=database.url,
        redis_url=redis_url,
        lanes=LANES,
        secret_key="only for tests, but long enough for it",
    )
    with serve(settings, NOON.timestamp) as served:
        yield served.url, first
    database.close()


def type_in(page: Page, text: str) -> None:
    page.keyboard.type(text)
    page.keyboard.press("Tab")


def has_no_sideways_scroll(page: Page) -> bool:
    return bool(page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth"))


@pytest.fixture(scope="module")
def signed_in(console: tuple[str, str], browser: Browser) -> dict[str, object]:
    """Noor comes in for the first time, by the keyboard alone; the cookies of her browser."""
    url, first = console
    context = browser.new_context(locale="en-GB")
    watched = Watched(context.new_page())
    page = watched.page
    page.goto(f"{url}/console")
    expect(page.locator("h1")).to_have_text("Sign in")
    expect(page.get_by_label("E-mail address")).to_be_focused()
    type_in(page, "noor@shop.example")
    page.keyboard.type(first)
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_have_text("Choose your own password")
    page.get_by_label("Present password").focus()
    type_in(page, first)
    type_in(page, PASSWORD)
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    expect(page.locator("p.done")).to_have_text("Your password is changed.")
    assert watched.errors == []
    state = context.storage_state()
    context.close()
    return dict(state)


Open = Callable[..., Watched]


@pytest.fixture
def opened(console: tuple[str, str], browser: Browser, signed_in: dict[str, object]) -> Iterator[Open]:
    contexts: list[BrowserContext] = []

    def make(path: str, width: int = 1440, **more: object) -> Watched:
        wanted = {"viewport": {"width": width, "height": 844}, "locale": "en-GB", "storage_state": signed_in} | more
        context = browser.new_context(**wanted)  # type: ignore[arg-type]  # Playwright names each option by itself
        contexts.append(context)
        watched = Watched(context.new_page())
        watched.page.goto(f"{console[0]}{path}")
        return watched

    yield make
    for context in contexts:
        context.close()


def make_place(page: Page) -> None:
    page.get_by_role("link", name="New place").click()
    page.get_by_label("Name", exact=True).fill("Kalverstraat 102")
    page.get_by_label("Latitude").fill("52.3702516, 4.8906199")
    page.get_by_label("Time zone").fill("Europe/Amsterdam")
    page.get_by_role("button", name="Save").click()
    expect(page.locator("p.done")).to_contain_text("Saved.")


def write_campaign(page: Page) -> None:
    page.get_by_label("Name", exact=True).fill("Sneakers")
    page.get_by_label("Kalverstraat 102").check()
    english = page.get_by_role("group", name="English")
    english.get_by_label("Title").fill("Hello {{ customer.first_name | default: 'there' }}")
    english.get_by_label("Text").fill("You are near {{ place.name }}.")
    page.get_by_role("button", name="Save").click()
    expect(page.locator("p.done")).to_have_text("Saved as version 1.")


def test_from_nothing_to_a_live_campaign(opened: Open) -> None:
    watched = opened("/console")
    page = watched.page
    page.get_by_role("link", name="Places").click()
    make_place(page)
    page.get_by_role("link", name="Campaigns").click()
    page.get_by_role("link", name="New campaign").click()
    write_campaign(page)
    expect(page.locator(".sentence")).to_contain_text("When someone comes to Kalverstraat 102, send Hello [first name]")
    page.get_by_role("link", name="Launch").click()
    expect(page.locator("h1")).to_have_text("Launch “Sneakers”?")
    page.get_by_role("button", name="Launch").click()
    expect(page.locator("p.done")).to_have_text("It is live.")
    expect(page.locator(".head .badge")).to_have_text("live")
    page.get_by_role("link", name="Home").click()
    expect(page.get_by_role("listitem").filter(has_text="Sneakers has sent nothing yet")).to_be_visible()
    assert watched.errors == []
    assert watched.hosts == {"127.0.0.1"}


def test_the_keyboard_reaches_everything_and_the_focus_is_seen(opened: Open) -> None:
    page = opened("/console/places").page
    page.keyboard.press("Tab")
    skip = page.get_by_role("link", name="To the content")
    expect(skip).to_be_focused()
    expect(skip).to_be_in_viewport()
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_be_focused()
    page.keyboard.press("Tab")
    inside = page.evaluate("document.querySelector('main').contains(document.activeElement)")
    assert inside, "the rail was skipped"
    outline = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
    width = page.evaluate("parseFloat(getComputedStyle(document.activeElement).outlineWidth)")
    assert (outline, width >= 2) == ("solid", True)


def test_return_saves_and_neither_previews_nor_adds_a_row(opened: Open) -> None:
    page = opened("/console/campaigns/new").page
    page.get_by_label("Name", exact=True).fill("Not yet whole")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("Not saved yet.")


def test_return_where_somebody_is_to_be_previewed_previews(opened: Open) -> None:
    """It saved, of a live campaign too."""
    page = opened("/console/campaigns/boots/edit").page
    page.get_by_label("For which customer").fill("sanne")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="As Sanne would get it")).to_be_visible()
    page.get_by_label("Priority").press("Enter")
    expect(page.locator("p.done")).to_have_text("Saved as version 1.")


def test_what_is_wrong_takes_the_focus_and_leads_to_its_field(opened: Open) -> None:
    page = opened("/console/places/new").page
    page.get_by_label("Latitude").fill("ninety")
    page.get_by_role("button", name="Save").click()
    summary = page.get_by_role("alert")
    expect(summary).to_be_focused()
    summary.get_by_role("link", name="Latitude").click()
    field = page.get_by_label("Latitude")
    expect(field).to_be_focused()
    expect(field).to_have_attribute("aria-invalid", "true")
    expect(field).to_have_accessible_description(
        "This is not a number. In degrees, such as 52.3703. You may paste both here: 52.3703, 4.8906."
    )
    expect(field).to_have_value("ninety")


PAGES = (
    "/console",
    "/console/places",
    "/console/places/new",
    "/console/places/leidseplein-31/delete",
    "/console/offers",
    "/console/offers/new",
    "/console/offers/ten",
    "/console/campaigns",
    "/console/campaigns/new",
    "/console/customers",
    "/console/deliveries",
    "/console/decisions",
    "/console/why",
    "/console/password",
)


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_page_scrolls_sideways_on_a_phone(opened: Open, language: str) -> None:
    watched = opened(f"/console?lang={language}", width=390, has_touch=True)
    page = watched.page
    for path in PAGES:
        page.goto(f"{page.url.partition('/console')[0]}{path}?lang={language}")
        assert page.locator("html").get_attribute("lang") == language
        assert has_no_sideways_scroll(page), path
        page.locator("h1").evaluate("(one) => { one.textContent = 'Donaudampfschifffahrtsgesellschaft'.repeat(3); }")
        assert has_no_sideways_scroll(page), f"{path}: not for a long word either"
    assert watched.errors == []


@pytest.mark.parametrize("path", ["campaigns/new", "offers/ten", "offers", "places", "places/leidseplein-31/delete"])
def test_a_finger_hits_what_it_means(opened: Open, path: str) -> None:
    page = opened(f"/console/{path}", width=390, has_touch=True).page
    small = page.evaluate(
        """() => [...document.querySelectorAll('button, .button, input:not([type=hidden]):not([type=checkbox]), select, .tick, nav a, summary')]
            .filter((one) => one.checkVisibility() && !one.classList.contains('unseen'))
            .filter((one) => one.getBoundingClientRect().height < 44)
            .map((one) => one.outerHTML.slice(0, 80))"""
    )
    assert small == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("path", ["offers", "offers/ten", "places/leidseplein-31/delete", "deliveries?place=dam"])
def test_every_word_stands_out_from_its_ground(opened: Open, scheme: str, path: str) -> None:
    assert opened(f"/console/{path}", color_scheme=scheme).page.evaluate(CONTRAST) == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_text_stands_out_from_its_ground(opened: Open, scheme: str) -> None:
    """WCAG 2.2: at least 4.5 to 1, measured where the text stands."""
    page = opened("/console/campaigns/new", color_scheme=scheme).page
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("alert")).to_be_visible()
    page.wait_for_load_state()
    faint = page.evaluate(CONTRAST)
    assert faint == []


CONTRAST = """() => {
  const parts = (colour) => colour.match(/[\\d.]+/g).map(Number);
  const light = (rgb) => {
    const [r, g, b] = rgb.slice(0, 3).map((one) => { const c = one / 255; return c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4; });
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const ground = (one) => {
    for (let here = one; here; here = here.parentElement) {
      const rgb = parts(getComputedStyle(here).backgroundColor);
      if (rgb.length < 4 || rgb[3] > 0) return rgb;
    }
    return [255, 255, 255];
  };
  const found = [];
  for (const one of document.querySelectorAll('body *')) {
    const says = [...one.childNodes].some((node) => node.nodeType === 3 && node.textContent.trim());
    if (!says || !one.checkVisibility() || one.classList.contains('unseen')) continue;
    const [a, b] = [light(parts(getComputedStyle(one).color)), light(ground(one))];
    const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    if (ratio < 4.5) found.push(`${ratio.toFixed(2)} ${one.outerHTML.slice(0, 90)}`);
  }
  return found;
}"""


def test_it_all_works_without_a_script(opened: Open) -> None:
    page = opened("/console/campaigns", java_script_enabled=False).page
    assert page.locator("script:not([src='/static/console/frame.js'])").count() == 0, "and that one has not run"
    page.get_by_role("link", name="Boots").click()
    page.get_by_role("link", name="Pause").click()
    page.get_by_role("button", name="Pause").click()
    expect(page.locator("p.done")).to_have_text("It is paused.")


def test_signing_out_leaves_nothing_to_go_back_to(console: tuple[str, str], browser: Browser) -> None:
    context = browser.new_context(locale="en-GB")
    page = context.new_page()
    page.goto(f"{console[0]}/console")
    page.get_by_label("E-mail address").fill("noor@shop.example")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_text("You are signed out.")).to_be_visible()
    page.go_back()
    expect(page.locator("h1")).to_have_text("Sign in")
    context.close()


@pytest.mark.parametrize("width", [390, 1440])
def test_the_form_shows_what_its_trigger_asks_for_without_a_script(opened: Open, width: int) -> None:
    watched = opened("/console/campaigns/new", width)
    page = watched.page
    trigger, role = page.get_by_label("When somebody"), page.get_by_label("Which outline")
    quiet, life = page.get_by_label("In the quiet hours"), page.locator('[name="life"]')
    of_posters = page.get_by_text("A poster without a place counts")
    for on, at_geofences, as_pushes in (
        ("enters", True, True),
        ("scans a poster", False, False),
        ("looked and did not finish", False, True),
        ("leaves", True, True),
    ):
        trigger.select_option(label=on)
        expect(role).to_be_visible(visible=at_geofences)
        expect(quiet).to_be_visible(visible=as_pushes)
        expect(life).to_be_visible(visible=as_pushes)
        expect(of_posters).to_be_visible(visible=not at_geofences)
    assert watched.errors == []
