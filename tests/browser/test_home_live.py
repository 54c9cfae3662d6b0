"""Home in a real Chromium: a coupon that is redeemed comes up by itself within a second or so, and axe finds nothing about it."""

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, expect

from tests.browser.conftest import Watched
from tests.browser.desks import Desk, desk_at
from tests.browser.maps import one_store
from tests.browser.test_console import has_no_sideways_scroll
from tests.conftest import NOON
from workers.happenings import tell

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("patient")]

SOON_S = 3.0
"""A quarter of a second for the signal and the answer's own time, on a machine that does other things too."""


@pytest.fixture(scope="module")
def desk(redis_url: str, migrated: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    with desk_at(redis_url, migrated, tmp_path_factory.mktemp("home"), fill=one_store) as made:
        yield made


@pytest.fixture
def home(desk: Desk, browser: Browser) -> Iterator[Watched]:
    served, _, secret = desk
    context = browser.new_context(viewport={"width": 390, "height": 844}, locale="nl-NL")
    context.add_cookies([{"name": "passerby", "value": secret, "url": served.url}])
    watched = Watched(context.new_page())
    with watched.page.expect_response(lambda answer: answer.url.endswith("/console/now")):
        watched.page.goto(f"{served.url}/console?lang=nl")  # it listens, and has looked once since
    yield watched
    context.close()


def test_a_redeemed_coupon_comes_up_by_itself(home: Watched, desk: Desk) -> None:
    page = home.page
    line = page.locator(".home-lines li", has_text="coupon ingewisseld")
    expect(line).to_have_count(0)
    page.wait_for_timeout(2500)  # nothing happened for a while, as mostly
    told = {"type": "redemption", "offer": "tien", "campaign": "sneakers", "place": "kalver", "at": NOON}
    started = time.monotonic()
    tell(desk[0].doors.parts.redis, [told])
    expect(line).to_have_count(1)
    assert time.monotonic() - started < SOON_S
    expect(line).to_contain_text("Stoeprand Kalverstraat")
    expect(line.get_by_role("link", name="tien")).to_have_attribute("href", "/console/offers/tien")
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()
    assert has_no_sideways_scroll(page)
    assert home.errors == []


def test_what_comes_in_a_row_is_asked_for_every_two_seconds_and_none_is_lost(home: Watched, desk: Desk) -> None:
    page = home.page
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url) if request.url.endswith("/console/now") else None)
    for number in range(10):
        told = {"type": "redemption", "offer": f"row-{number}", "campaign": "sneakers", "place": None, "at": NOON}
        tell(desk[0].doors.parts.redis, [told])
        page.wait_for_timeout(150)
    expect(page.locator(".home-lines li", has_text="row-9")).to_have_count(1)
    assert len(asked) <= 3
    assert page.locator(".home-lines li", has_text="row-").count() == 10
