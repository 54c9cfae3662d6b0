"""The demo as a newcomer sees it: a push from a real walk, on a phone on the page, and nothing fetched from elsewhere."""

import httpx
import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.browser.conftest import Watched
from tests.commands.demo_process import Demo

pytestmark = pytest.mark.browser

SOON_MS = 90_000


@pytest.fixture
def watched(context: BrowserContext) -> Watched:
    return Watched(context.new_page())


def has_no_sideways_scroll(page: Page) -> bool:
    return bool(page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth"))


def test_a_push_appears_on_a_phone_with_nothing_fetched_from_elsewhere(running_demo: Demo, watched: Watched) -> None:
    page = watched.page
    page.goto(f"{running_demo.url}/demo")
    expect(page.locator(".phone")).to_have_count(12, timeout=SOON_MS)
    push = page.locator(".phone .push").first
    expect(push).to_be_visible(timeout=SOON_MS)
    place = push.locator(".push-place").inner_text()
    assert place in {"Amsterdam Centraal", "Stoeprand Kalverstraat 102", "Stoeprand Kalverstraat 183"}
    expect(push.locator(".push-title")).not_to_be_empty()
    expect(push.locator(".push-body")).to_contain_text(place)
    expect(push.locator(".tag")).to_have_text(push.get_attribute("lang") or "?", ignore_case=True)
    expect(page.locator(".walker").nth(11)).to_be_attached()
    expect(page.locator(".walker:not([hidden])").first).to_be_visible()
    expect(page.locator("#happened .kind").first).to_be_visible()
    expect(page.locator(".why-text").filter(visible=True).first).not_to_be_empty(timeout=SOON_MS)
    assert watched.errors == []
    assert watched.hosts == {"127.0.0.1"}


def test_a_push_that_comes_later_is_said_aloud(running_demo: Demo, watched: Watched) -> None:
    watched.page.goto(f"{running_demo.url}/demo")
    said = watched.page.locator("#said")
    expect(said).not_to_be_empty(timeout=SOON_MS)
    assert said.get_attribute("aria-live") == "polite"


def test_who_has_not_agreed_is_shown_as_not_located(running_demo: Demo, watched: Watched) -> None:
    page = watched.page
    page.goto(f"{running_demo.url}/demo?lang=nl")
    priya = page.locator(".phone[data-customer=priya]")
    expect(priya.locator(".where")).to_have_text("niet gelokaliseerd", timeout=SOON_MS)
    expect(priya.locator(".no-push")).to_contain_text("Geen toestemming voor locatie")
    expect(page.locator(".walker.unseen-by-server")).to_have_count(1, timeout=SOON_MS)
    # wherever she is by now with it
    expect(page.locator(".phone[data-customer=sanne] .order")).to_contain_text("S-10482")


@pytest.mark.parametrize("language", ["nl", "de", "en"])
def test_a_narrow_page_does_not_scroll_sideways(running_demo: Demo, browser: Browser, language: str) -> None:
    context = browser.new_context(viewport={"width": 390, "height": 844}, locale=language)
    try:
        page = context.new_page()
        page.goto(f"{running_demo.url}/demo")
        expect(page.locator(".phone .push").first).to_be_visible(timeout=SOON_MS)
        assert page.locator("html").get_attribute("lang") == language
        assert has_no_sideways_scroll(page)
        push = page.locator(".phone .push-title").first
        push.evaluate("(element) => { element.textContent = 'Donaudampfschifffahrtsgesellschaft'.repeat(5); }")
        assert has_no_sideways_scroll(page), "not for a long word either"
    finally:
        context.close()


def test_a_phone_has_a_page_of_its_own_that_the_keyboard_reaches(running_demo: Demo, watched: Watched) -> None:
    page = watched.page
    page.goto(f"{running_demo.url}/demo")
    phone = page.locator(".phone", has=page.locator(".push")).first
    expect(phone).to_be_visible(timeout=SOON_MS)
    name = phone.locator("h3").inner_text()
    phone.locator("h3 a").focus()
    page.keyboard.press("Enter")
    expect(page.locator(".lock h1")).to_have_text(name)
    expect(page.locator(".lock .push").first).to_be_visible()
    assert watched.errors == []


def test_without_javascript_it_is_a_plain_list_that_renews_itself(running_demo: Demo, browser: Browser) -> None:
    context = browser.new_context(java_script_enabled=False, locale="en-GB")
    try:
        page = context.new_page()
        page.goto(f"{running_demo.url}/demo")
        expect(page.locator(".phone .push").first).to_be_visible(timeout=SOON_MS)
        expect(page.locator("noscript p.alarm")).to_be_visible()
        assert page.locator("meta[http-equiv=refresh]").get_attribute("content") == "10"
    finally:
        context.close()


def test_the_server_tells_the_page_of_no_position(running_demo: Demo) -> None:
    """Places have positions; people have none: only the simulator knows where they are."""
    state = httpx.get(f"{running_demo.url}/demo/state").json()
    assert state["places"]
    for part in ("phones", "happened"):
        said = str(state[part])
        assert "lat" not in said.replace("platform", "").replace("Kalverstraat", ""), part
        assert "'lon" not in said


def test_an_unknown_phone_is_a_page_too(running_demo: Demo, watched: Watched) -> None:
    answer = watched.page.goto(f"{running_demo.url}/demo/phone/dev_nobody")
    assert answer is not None
    assert answer.status == 404
    expect(watched.page.locator("h1")).to_have_text("No such phone")


def test_pages_keep_scripts_from_elsewhere_out(running_demo: Demo) -> None:
    policy = httpx.get(f"{running_demo.url}/demo").headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "script-src 'self';" in policy
    assert "unsafe-inline" not in policy
