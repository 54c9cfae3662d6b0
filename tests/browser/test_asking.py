"""Asking a store on a phone, and its inbox: what people see on a small screen and a large one, in light and dark, with and without a script."""

import os
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page, expect
from pydantic import SecretStr

from offers import conversations, users
from offers.records.database import Database
from offers.settings import Settings
from tests.browser.conftest import Watched
from tests.conftest import NOON
from tests.offers import asking as stories
from tests.offers.stories import Town
from tests.web.conftest import LANES, Served, serve
from workers.happenings import tell

pytestmark = pytest.mark.browser

SCAN = "scn_1"
PASSWORD = "four plain words here"
SHOTS = os.environ.get("PASSERBY_SHOTS", "")
"""A folder to leave pictures in, for a look."""


@dataclass
class Shop:
    town: Town
    served: Served
    secret: str
    noor: str


@pytest.fixture(scope="module")
def shop(browser: Browser, redis_url: str, migrated: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    """A store that is open at noon, with a phone; a product; and Noor of its staff, who is signed in."""
    folder = tmp_path_factory.mktemp("asking")
    shutil.copy(migrated, folder / "passerby.db")
    database = Database(f"sqlite:///{folder / 'passerby.db'}")
    town = Town(database)
    town.place(name="Kalverstraat 102", opening_hours="Mo-Sa 09:00-18:00", phone="+31201234567")
    town.product(sizes=["37", "38"], stock={"kalverstraat": {"37": 0, "38": 2}})
    town.campaign(product="SNEAK-1", live=False)
    stories.poster(town, SCAN, campaign="sneakers")
    noor = stories.staff(town)
    with database.transaction() as session:
        credential = users.credential_of(session, "noor@shop.example")
        assert credential is not None
        users.change_password(session, credential, users.new_password(PASSWORD, PASSWORD, ""), now=NOON)
        credential = users.credential_of(session, "noor@shop.example")
        assert credential is not None
        secret = users.open_session(session, credential, now=NOON)
        assert secret is not None
    settings = Settings(
        data=folder,
        database_url=database.url,
        redis_url=redis_url,
        lanes=LANES,
        secret_key="only for tests, but long enough for it",
        push="web_push",
        vapid_private_key=SecretStr("AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE"),
        vapid_subject="mailto:push@shop.example",
        base_url="http://localhost",
    )
    with serve(settings, NOON.timestamp) as served:
        yield Shop(town, served, secret, noor)
    database.close()


Open = Callable[..., Watched]


@pytest.fixture
def opened(shop: Shop, browser: Browser) -> Iterator[Open]:
    contexts: list[BrowserContext] = []

    def make(path: str, width: int = 390, *, staff: bool = False, **more: object) -> Watched:
        wanted = {"viewport": {"width": width, "height": 844}, "locale": "nl-NL"} | more
        context = browser.new_context(**wanted)  # type: ignore[arg-type]  # Playwright names each option by itself
        contexts.append(context)
        if staff:
            context.add_cookies([{"name": "passerby", "value": shop.secret, "url": shop.served.url}])
        watched = Watched(context.new_page())
        watched.page.goto(f"{shop.served.url}{path}")
        return watched

    yield make
    for context in contexts:
        context.close()


def look_at(page: Page, name: str) -> None:
    """No violation of accessibility that a machine finds, nothing beside the screen; and a picture for who wants to look."""
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
    if SHOTS:
        page.screenshot(path=f"{SHOTS}/{name}.png", full_page="full" in name)


def say(shop: Shop, conversation: str, said: str) -> None:
    answered = stories.answer(shop.town, conversation, shop.noor, said, now=NOON + timedelta(minutes=1))
    tell(shop.served.doors.parts.redis, answered.follows.happened)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("language", ["nl", "de", "en"])
def test_a_question_in_two_taps_and_its_answer_without_a_reload(
    opened: Open, shop: Shop, scheme: str, language: str
) -> None:
    watched = opened(f"/l/{SCAN}/ask?size=38&lang={language}", color_scheme=scheme)
    page = watched.page
    expect(page.locator("a.big")).to_have_attribute("href", "tel:+31201234567")
    look_at(page, f"ask-{language}-{scheme}-full")
    page.locator("button[value=stock]").click()
    expect(page.locator("#said li")).to_have_count(1)
    look_at(page, f"chat-{language}-{scheme}")
    box = page.locator("#text")
    box.fill("Nog iets")
    say(shop, page.url.split("/c/")[1].split("/")[0], "Ja, nog twee paar. Zal ik er een apart leggen?")
    expect(page.locator("#said .by-store")).to_contain_text("Ja, nog twee paar.", timeout=15_000)
    expect(box).to_have_value("Nog iets")
    page.locator("#write button").click()
    expect(page.locator("#said li")).to_have_count(3)
    look_at(page, f"chat-answered-{language}-{scheme}")
    page.locator("button[name=close]").click()
    expect(page.locator("button[name=close]")).to_have_count(0)
    look_at(page, f"chat-closed-{language}-{scheme}")
    assert watched.errors == []


def test_it_all_works_without_a_script(opened: Open, shop: Shop) -> None:
    page = opened(f"/l/{SCAN}/ask", java_script_enabled=False).page
    page.locator("#said").fill("Hebben jullie ook veters?")
    page.locator("button[value=other]").click()
    say(shop, page.url.split("/c/")[1].split("/")[0], "Ja, bij de kassa.")
    page.locator("a.again:not(.back)").click()
    expect(page.locator("#said .by-store")).to_contain_text("bij de kassa")
    if SHOTS:
        page.screenshot(path=f"{SHOTS}/chat-no-script.png")
    page.locator("button[name=close]").click()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1440])
def test_the_inbox_is_live_and_keeps_what_is_typed(opened: Open, shop: Shop, scheme: str, width: int) -> None:
    one = stories.ask(shop.town, now=NOON - timedelta(minutes=7))
    watched = opened("/console/inbox", width, staff=True, color_scheme=scheme)
    page = watched.page
    expect(page.locator(f"a[href='/console/inbox/{one}']")).to_be_visible()
    other = stories.question(said="Tot hoe laat zijn jullie open?", topic="other", sku=None, size=None)
    asked = shop.town.write(lambda session: conversations.ask_about_scan(session, SCAN, None, other, now=NOON))
    tell(shop.served.doors.parts.redis, asked.follows.happened)
    expect(page.locator(f"a[href='/console/inbox/{other.conversation_id}']")).to_be_visible()
    look_at(page, f"inbox-{width}-{scheme}")
    page.locator(f"a[href='/console/inbox/{one}']").click()
    box = page.get_by_label("Je antwoord")
    page.locator("button[name=quick]").first.click()
    expect(box).to_have_value("Dit model valt normaal uit: neem je gewone maat.")
    stories.say(shop.town, one, "En in het zwart?", now=NOON)
    tell(shop.served.doors.parts.redis, [{"type": "conversation", "id": one, "place": None, "state": "waiting"}])
    expect(page.locator("[data-message]")).to_have_count(2)
    expect(box).to_have_value("Dit model valt normaal uit: neem je gewone maat.")
    look_at(page, f"conversation-{width}-{scheme}-full")
    box.press("Control+Enter")
    expect(page.locator("[data-message]")).to_have_count(3)
    expect(page.get_by_role("status").first).to_contain_text("Verstuurd.")
    look_at(page, f"conversation-answered-{width}-{scheme}")
    for conversation in (one, other.conversation_id):
        close = partial(conversations.close_as_staff, conversation_id=conversation, user_id=shop.noor, now=NOON)
        shop.town.write(close)
    assert watched.errors == []
