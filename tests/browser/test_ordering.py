"""From the poster's page to a piece that is reserved or paid, in a real Chromium at 390 px: three languages, with and without scripts, read by axe."""

import os
import shutil
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page, expect
from pydantic import SecretStr
from redis import Redis

from offers.keys import create_key
from offers.records.database import Database
from offers.settings import Settings
from tests.browser.conftest import Watched
from tests.conftest import NOON
from tests.doubles.mollie import MollieDouble
from tests.offers.billboards import Billboard
from tests.web.conftest import LANES, Served, bearer, build_lanes, serve
from tests.web.visitor.conftest import VAPID
from web.landing.words import WORDS

pytestmark = pytest.mark.browser
SHOTS = os.environ.get("PASSERBY_SHOTS")
"""A folder for screenshots, for who wants to look."""


class Shop(Billboard):
    served: Served
    mollie: MollieDouble
    key: str


@pytest.fixture
def shop(redis_url: str, migrated: Path, tmp_path: Path) -> Iterator[Shop]:
    with Redis.from_url(redis_url) as redis:
        redis.flushall()
        build_lanes(redis)
    shutil.copy(migrated, tmp_path / "passerby.db")
    database = Database(f"sqlite:///{tmp_path / 'passerby.db'}")
    shop = Shop(database)
    shop.put_up(offer=shop.offer(), stock={"38": 9, "39": 0}, image="https://shop.example/sneaker.jpg")
    with database.transaction() as session:
        shop.key = create_key(session, "admin", now=NOON)
    with MollieDouble() as shop.mollie:
        settings = Settings(
            data=tmp_path,
            database_url=database.url,
            redis_url=redis_url,
            lanes=LANES,
            secret_key=SecretStr("only for tests, but long enough for it"),
            base_url="http://127.0.0.1",
            push="web_push",
            vapid_private_key=SecretStr(VAPID),
            vapid_subject="mailto:push@shop.example",
            payments="mollie",
            mollie_api_key=SecretStr(shop.mollie.key),
            mollie_endpoint=shop.mollie.origin,
        )
        with serve(settings, time.time) as shop.served:
            shop.served.doors.parts.settings = settings.model_copy(update={"base_url": shop.served.url})
            yield shop
    database.close()


Visit = Callable[..., Watched]


@pytest.fixture
def visit(browser: Browser) -> Iterator[Visit]:
    contexts: list[BrowserContext] = []

    def make(**more: Any) -> Watched:
        context = browser.new_context(viewport={"width": 390, "height": 844}, **{"locale": "en-GB"} | more)
        context.route("https://shop.example/**", lambda route: route.fulfill(body="", content_type="image/jpeg"))
        contexts.append(context)
        return Watched(context.new_page())

    yield make
    for context in contexts:
        context.close()


def _look(page: Page, name: str) -> None:
    found = Axe().run(page)
    assert found.violations_count == 0, f"{name}: {found.generate_report()}"
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), name
    if SHOTS:
        page.screenshot(path=f"{SHOTS}/{name}.png", full_page=True)


@pytest.mark.parametrize("language", ["nl", "de", "en"])
def test_reserve_follow_and_cancel(shop: Shop, visit: Visit, language: str) -> None:
    """The page follows by itself; what it awaits comes from the shop."""
    words, watched = WORDS[language], visit(locale=language)
    page = watched.page
    page.goto(f"{shop.served.url}/l/{shop.scan()}")
    page.get_by_role("link", name=words["reserve"], exact=True).first.click()
    page.get_by_label(words["o_size"]).select_option("38")
    page.get_by_label(words["o_name"]).fill("Noor")
    _look(page, f"reserve-{language}")
    page.get_by_role("button", name=words["o_reserve"]).click()
    expect(page.get_by_role("heading", level=1)).to_have_text(words["o_placed_title"])
    [order] = shop.orders()
    expect(page.get_by_text(str(order.code), exact=True)).to_be_visible()
    expect(page.get_by_role("button", name=words["o_messages_yes"])).to_be_visible()
    _look(page, f"placed-{language}")
    page.go_back()
    page.get_by_label(words["o_size"]).select_option("38")  # a browser without a cache, as here, shows the form anew
    page.get_by_role("button", name=words["o_reserve"]).click()
    expect(page.get_by_role("heading", level=1)).to_have_text(words["o_placed_title"])
    assert len(shop.orders()) == 1, "the way back leads to the same order"
    body = {"customer": order.customer_id, "place": "kalverstraat", "status": "ready"}
    httpx.put(f"{shop.served.url}/v1/orders/{order.id}", json=body, headers=bearer(shop.key)).raise_for_status()
    expect(page.get_by_role("heading", level=1)).to_have_text(words["o_ready_title"], timeout=30_000)
    _look(page, f"ready-{language}")
    page.get_by_role("link", name=words["o_cancel"]).click()
    _look(page, f"cancel-{language}")
    page.get_by_role("button", name=words["o_cancel_do"]).click()
    expect(page.get_by_role("heading", level=1)).to_have_text(words["o_cancelled_title"])
    _look(page, f"cancelled-{language}")
    assert shop.stock() == {"38": 9, "39": 0}
    assert watched.errors == []


@pytest.mark.parametrize("scripts", [True, False])
@pytest.mark.parametrize(("state", "name"), [("paid", "o_paid"), ("canceled", "o_unpaid")])
def test_buy_at_the_bank(shop: Shop, visit: Visit, state: str, name: str, *, scripts: bool) -> None:
    """A page of ours leads on to the checkout by itself, and the way back from there to the form; without scripts the page loads itself while the
    bank is awaited.
    """
    words, watched = WORDS["en"], visit(java_script_enabled=scripts)
    page = watched.page
    page.goto(f"{shop.served.url}/l/{shop.scan()}/reserve?size=38")
    page.get_by_role("button", name=words["o_buy"]).click()
    page.wait_for_url(f"{shop.mollie.origin}/checkout/*")
    page.go_back()
    expect(page.get_by_role("button", name=words["o_buy"])).to_be_visible()
    page.get_by_role("button", name=words["o_buy"]).click()
    page.wait_for_url(f"{shop.mollie.origin}/checkout/*")
    assert len(shop.mollie.payments) == 1
    page.get_by_role("button", name=state, exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text(words[f"{name}_title"], timeout=30_000)
    if scripts:
        _look(page, name)
        assert watched.errors == []


def test_the_bank_takes_its_time(shop: Shop, visit: Visit) -> None:
    page = visit(color_scheme="dark").page
    shop.mollie.calls_hooks = False
    page.goto(f"{shop.served.url}/l/{shop.scan()}/reserve?size=38&lang=de")
    page.get_by_role("button", name=WORDS["de"]["o_buy"]).click()
    page.get_by_role("button", name="pending", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text(WORDS["de"]["o_pending_title"])
    _look(page, "pending-dark")
    shop.mollie.finish("paid")
    expect(page.get_by_role("heading", level=1)).to_have_text(WORDS["de"]["o_paid_title"], timeout=30_000)


def test_what_came_between(shop: Shop, visit: Visit) -> None:
    words, page = WORDS["nl"], visit(locale="nl").page
    page.goto(f"{shop.served.url}/l/{shop.scan()}/reserve?size=38")
    shop.product(sizes=["38"], stock={"kalverstraat": {"38": 1}}, price="99.95")
    page.get_by_role("button", name=words["o_reserve"]).click()
    expect(page.get_by_role("alert")).to_have_text(words["o_price_changed"])
    _look(page, "price-changed-nl")
    shop.product(sizes=["38"], stock={"kalverstraat": {"38": 0}}, price="99.95")
    page.get_by_role("button", name=words["o_reserve"]).click()
    expect(page.get_by_role("heading", level=1)).to_have_text(words["o_sold_out_title"])
    _look(page, "sold-out-nl")
    shop.product(sizes=["38"], stock={"kalverstraat": {"38": 1}}, price="99.95")
    shop.mollie.faults(create={"status": 503})
    page.goto(f"{shop.served.url}/l/{shop.scan()}/reserve?size=38")
    page.get_by_role("button", name=words["o_buy"]).click()
    expect(page.get_by_role("heading", level=1)).to_have_text(words["o_away_title"])
    _look(page, "away-nl")
