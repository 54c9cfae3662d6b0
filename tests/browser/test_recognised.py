"""Being recognised, saving and one's own page in a real Chromium at 390 px, with scripts and without, in three languages."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page
from redis import Redis

from offers.records import schema
from offers.records.database import Database
from offers.settings import Settings
from tests.browser.test_console import has_no_sideways_scroll
from tests.conftest import NOON
from tests.offers.scanned import poster_town, scan
from tests.offers.stories import Town
from tests.web.conftest import Served, serve
from web.landing.entering import form_token
from web.tongues import LANGUAGES

pytestmark = pytest.mark.browser

SHOTS = os.environ.get("PASSERBY_SHOTS", "")
"""A folder to put pictures of each page into, for people to look at."""
KNOWN = "06 12345678"


@pytest.fixture
def town(tmp_path: Path) -> Iterator[Town]:
    database = Database(f"sqlite:///{tmp_path / 'passerby.db'}")
    schema.migrate(database)
    yield Town(database)
    database.close()


@pytest.fixture
def stand(town: Town, tmp_path: Path, redis_url: str, redis_db: Redis) -> Iterator[Served]:
    settings = Settings(
        data=tmp_path,
        database_url=town.database.url,
        redis_url=redis_url,
        secret_key="only for tests, but long enough for it",
        base_url="http://127.0.0.1:1",
        sms="outbox",
        demo=True,
    )
    with serve(settings, NOON.timestamp) as served:
        yield served


def told(page: Page, name: str) -> None:
    """Nothing is wrong with a page, and there is a picture of it."""
    if SHOTS:
        page.screenshot(path=f"{SHOTS}/{name}.png", full_page=True)
    found = Axe().run(page)
    assert found.violations_count == 0, f"{name}: {found.generate_report()}"
    assert has_no_sideways_scroll(page), name


def phone(browser: Browser, language: str, *, scripts: bool = True, dark: bool = False) -> BrowserContext:
    """axe is a script of ours that goes around the page's own policy; without scripts it can not look."""
    return browser.new_context(
        viewport={"width": 390, "height": 844},
        locale=language,
        java_script_enabled=scripts,
        color_scheme="dark" if dark else "light",
        bypass_csp=scripts,
    )


@pytest.mark.parametrize("language", LANGUAGES)
def test_from_a_number_to_ones_own_offers(browser: Browser, stand: Served, town: Town, language: str) -> None:
    poster, campaign = poster_town(town)
    town.customer("sanne", phone="+31612345678", consents=("offers",), language=language)
    seen = scan(town, poster, campaign)
    context = phone(browser, language, dark=language == "de")
    page = context.new_page()
    page.goto(f"{stand.url}/l/{seen}/recognise")
    told(page, f"recognise-{language}")
    page.fill("#phone", "12")
    page.click("main button")
    assert page.locator("#phone").get_attribute("aria-invalid") == "true"
    told(page, f"recognise-wrong-{language}")
    page.fill("#phone", KNOWN)
    page.click("main button")
    told(page, f"code-{language}")
    code = page.locator(".demo-text pre").inner_text().split(" ")[0]
    page.fill("#code", f"{(int(code) + 1) % 1_000_000:06}")
    page.click("main button")
    told(page, f"code-wrong-{language}")
    page.fill("#code", code)
    page.click("main button")
    page.wait_for_url(f"**/l/{seen}")
    page.goto(f"{stand.url}/my/offers")
    assert "Sanne" in page.inner_text("main")
    assert page.locator(".coupon .code strong").count() == 1
    told(page, f"my-{language}")
    page.locator("form[action='/my/consents'] button").click()
    assert page.locator("form[action='/my/consents']").count() == 0, "withdrawn"
    page.locator("form[action='/my/forget'] button").click()
    page.wait_for_url("**/my/offers")
    assert page.locator(".coupon").count() == 0
    told(page, f"my-stranger-{language}")
    context.close()


SAVE = """([path, token]) => {
    const form = Object.assign(document.createElement('form'), {method: 'post', action: path});
    form.append(Object.assign(document.createElement('input'), {type: 'hidden', name: 'token', value: token}));
    document.body.append(form);
    form.submit();
}"""
"""What the button of the landing page does."""


@pytest.mark.parametrize("language", LANGUAGES)
def test_saving_asks_one_thing(browser: Browser, stand: Served, town: Town, language: str) -> None:
    poster, campaign = poster_town(town, budget=1)
    context = phone(browser, language, dark=language == "en")
    page = context.new_page()
    save(page, stand, scan(town, poster, campaign), language)
    page.wait_for_url("**/my/offers/cpn_*/*")
    assert not page.locator("#ask-offers").is_checked()
    told(page, f"saved-{language}")
    page.check("#ask-offers")
    page.click("button[value=agree]")
    page.wait_for_url("**/my/offers#agreed-title")
    assert page.locator("#agreed-offers").count() == 1
    save(page, stand, scan(town, poster, campaign), language)
    page.wait_for_url("**/my/offers/cpn_*/*")
    assert page.locator("#ask-offers").count() == 0, "asked and answered"
    context.clear_cookies()
    page.reload()
    told(page, f"saved-no-cookie-{language}")
    assert page.locator(".coupon .code strong").count() == 1
    save(page, stand, scan(town, poster, campaign), language)
    page.wait_for_load_state()
    assert page.locator(".coupon").count() == 0
    told(page, f"sold-out-{language}")
    context.close()


def save(page: Page, stand: Served, seen: str, language: str) -> None:
    """Tap the landing page's button on a scan."""
    page.goto(f"{stand.url}/my/offers?lang={language}")
    token = form_token(stand.doors.parts.settings.secret(), seen)
    page.evaluate(SAVE, [f"/l/{seen}/save", token])
    page.wait_for_function(f"!location.search.includes('lang={language}')")


def test_all_of_it_without_scripts(browser: Browser, stand: Served, town: Town) -> None:
    poster, campaign = poster_town(town)
    town.customer("sanne", phone="+31612345678", consents=("offers",))
    seen = scan(town, poster, campaign)
    context = phone(browser, "nl", scripts=False)
    page = context.new_page()
    page.goto(f"{stand.url}/l/{seen}/recognise")
    page.fill("#phone", KNOWN)
    page.click("main button")
    page.fill("#code", page.locator(".demo-text pre").inner_text().split(" ")[0])
    page.click("main button")
    page.goto(f"{stand.url}/my/offers")
    assert page.locator(".coupon .code strong").count() == 1
    context.close()
