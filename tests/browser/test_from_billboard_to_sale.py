"""From a billboard to a sale on a phone, in three languages: every path, and what goes wrong on each, walked in a real Chromium."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.street import (
    ANDROID,
    ENDED,
    INSIDE,
    RETIRED,
    STATION,
    SWITCHED,
    Street,
    Walker,
    refusing_cookies,
    street_of,
)
from tests.conftest import NOON
from tests.web.conftest import bearer
from web.landing.words import WORDS
from web.tongues import LANGUAGES

pytestmark = pytest.mark.browser
ALL_WITH_SCRIPTS = [(language, True) for language in LANGUAGES]
in_each_language = pytest.mark.parametrize("language", LANGUAGES)


@pytest.fixture(scope="module")
def built(
    browser: Browser, redis_url: str, migrated: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Street]:
    with street_of(migrated, tmp_path_factory.mktemp("street"), redis_url) as street:
        yield street


@pytest.fixture
def street(built: Street) -> Street:
    """As it was, whatever a walk before has changed."""
    built.clock.at = NOON.timestamp()
    built.mollie.calls_hooks = True
    built.mollie.faults()
    built.stock()
    built.served.doors.parts.redis.flushdb()
    return built


Walk = Callable[..., Walker]


@pytest.fixture
def walk(browser: Browser, street: Street) -> Iterator[Walk]:
    walkers: list[Walker] = []

    def make(language: str = "en", **more: Any) -> Walker:
        walkers.append(Walker(browser, street, language, **more))
        return walkers[-1]

    yield make
    for one in walkers:
        one.context.close()


def press(page: Page, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).click()


def tap(page: Page, name: str) -> None:
    page.get_by_role("link", name=name, exact=True).first.click()


def titled(page: Page, title: str) -> None:
    expect(page.get_by_role("heading", level=1)).to_have_text(title)


@pytest.mark.parametrize(("language", "scripts"), [*ALL_WITH_SCRIPTS, ("nl", False)])
def test_reserve_and_cancel(street: Street, walk: Walk, language: str, *, scripts: bool) -> None:
    words = WORDS[language]
    one = walk(language, java_script_enabled=scripts, name=language if scripts else f"{language}-no-script")
    page, scanned, ordered = one.page, street.scans(), street.orders()
    seen = one.scan()
    page.reload()
    assert one.scan() == seen, "the code again within the visit"
    assert street.scans() == scanned + 1
    one.look("1-landing")
    tap(page, "38")
    expect(page.locator(".sizes [aria-current]")).to_contain_text("38")
    one.look("1-size-chosen")
    tap(page, words["reserve"])
    expect(page.get_by_label(words["o_size"])).to_have_value("38")
    one.look("1-confirm")
    page.get_by_label(words["o_name"]).fill("Noor")
    page.get_by_role("button", name=words["o_reserve"], exact=True).dblclick()
    titled(page, words["o_placed_title"])
    [order] = [new for new in street.orders() if new.id not in {old.id for old in ordered}]
    expect(page.get_by_text(str(order.code), exact=True)).to_be_visible()
    one.look("1-order")
    here = page.url
    page.go_back()
    if page.get_by_label(words["o_name"]).is_visible():
        press(page, words["o_reserve"])
        titled(page, words["o_placed_title"])
    page.goto(here)
    assert len(street.orders()) == len(ordered) + 1, "back and double tap come to the same order"
    tap(page, words["ask"])
    expect(page.locator("form.ask")).to_be_visible()
    expect(page.locator(".asked")).to_contain_text(words["ask_order"].format(order=order.code))
    one.look("1-ask-of-the-order")
    page.goto(here)
    tap(page, words["o_cancel"])
    one.look("1-cancel")
    press(page, words["o_cancel_do"])
    titled(page, words["o_cancelled_title"])
    one.look("1-cancelled")
    tap(page, words["o_again"])
    expect(page.get_by_label(words["o_size"])).to_have_value("38")
    assert one.watched.errors == []


@pytest.mark.parametrize(("language", "scripts"), [*ALL_WITH_SCRIPTS, ("de", False)])
def test_buy(street: Street, walk: Walk, language: str, *, scripts: bool) -> None:
    """Left open; failed, which says what to do; and paid."""
    words, name = WORDS[language], language if scripts else f"{language}-no-script"
    one = walk(language, java_script_enabled=scripts, user_agent=ANDROID, name=name)
    page = one.page
    one.go(f"{one.scan()}?size=38")
    press(page, words["buy"])
    one.look("2-confirm")
    press(page, words["o_buy"])
    page.wait_for_url(f"{street.mollie.origin}/checkout/*")
    press(page, "open")
    titled(page, words["o_pending_title"])
    one.look("2-open")
    press(page, words["o_pay"])
    page.wait_for_url(f"{street.mollie.origin}/checkout/*")
    press(page, "failed")
    expect(page.get_by_role("heading", level=1)).to_have_text(words["o_unpaid_title"], timeout=20_000)
    one.look("2-failed")
    tap(page, words["o_again"])
    press(page, words["o_buy"])
    page.wait_for_url(f"{street.mollie.origin}/checkout/*")
    press(page, "paid")
    expect(page.get_by_role("heading", level=1)).to_have_text(words["o_paid_title"], timeout=20_000)
    one.look("2-paid")


@pytest.mark.parametrize(("language", "scripts"), [*ALL_WITH_SCRIPTS, ("en", False)])
def test_save_the_offer(street: Street, walk: Walk, language: str, *, scripts: bool) -> None:
    words = WORDS[language]
    one = walk(language, java_script_enabled=scripts, color_scheme="dark", name=f"{language}-dark" if scripts else f"{language}-no-script")  # fmt: skip
    page, seen = one.page, one.scan()
    press(page, words["save"])
    expect(page.get_by_role("status").first).to_have_text(words["my_saved"])
    expect(page.get_by_role("heading", name=words["my_ask_title"], exact=True)).to_be_visible()
    expect(page.get_by_label(words["ask_offers"])).not_to_be_checked()
    one.look("3-saved")
    page.get_by_label(words["ask_offers"]).check()
    press(page, words["ask_yes"])
    expect(page.locator("#agreed-offers")).to_have_text(words["agreed_offers"])
    expect(page.locator(".coupon .code strong")).to_be_visible()
    one.look("3-agreed")
    press(page, words["withdraw"])
    expect(page.locator("#agreed-offers")).to_have_count(0)
    one.look("3-withdrawn")
    one.go(seen)
    expect(page.locator(".got-code")).to_be_visible()
    one.look("3-landing-after")
    tap(page, words["my_offers"])
    expect(page.locator(".coupon .code strong")).to_be_visible()
    assert one.watched.errors == []


@in_each_language
def test_ask_and_be_answered(street: Street, walk: Walk, browser: Browser, language: str) -> None:
    """Staff answer in the inbox, and both sides see it without a reload."""
    words, one = WORDS[language], walk(language)
    page, seen = one.page, one.scan()
    one.go(f"{seen}?size=38&store=kalverstraat")
    tap(page, words["ask"])
    one.look("4-ask")
    page.locator("button[value=stock]").click()
    expect(page.locator("#said li")).to_have_count(1)
    one.look("4-asked")
    desk = browser.new_context(viewport={"width": 1440, "height": 900}, locale="nl-NL")
    desk.add_cookies([{"name": "passerby", "value": street.signed_in, "url": street.url}])
    staff = Walker.in_a_context(desk, street, "nl", f"desk-{language}")
    staff.go("/console/inbox")
    staff.look("4-inbox")
    staff.page.locator(f"a[href='/console/inbox/{page.url.split('/c/')[1].split('/')[0]}']").click()
    staff.page.get_by_label("Je antwoord").fill("Ja, nog negen. / Ja, noch neun. / Yes, nine.")
    staff.look("4-answering")
    staff.page.get_by_label("Je antwoord").press("Control+Enter")
    expect(page.locator("#said .by-store")).to_contain_text("Yes, nine.", timeout=15_000)
    expect(page.locator("#state")).to_contain_text(words["chat_state_answered"])
    one.look("4-answered")
    page.locator("#text").fill("Dank / Danke / Thanks")
    press(page, words["chat_send"])
    expect(page.locator("#said li")).to_have_count(3)
    expect(staff.page.locator("[data-message]")).to_have_count(3)
    press(page, words["chat_close"])
    expect(page.get_by_role("button", name=words["chat_close"])).to_have_count(0)
    one.look("4-closed")
    tap(page, words["back_to_offer"])
    expect(page).to_have_url(f"{street.url}{seen}?size=38&store=kalverstraat")
    desk.close()
    assert one.watched.errors == staff.watched.errors == []


@in_each_language
def test_be_recognised_by_phone(street: Street, walk: Walk, language: str) -> None:
    words, number = WORDS[language], f"+3161234567{list(LANGUAGES).index(language)}"
    street.customer(
        f"sanne-{language}", phone=number, language=language, sizes={"sneakers": "38"}, consents=("offers",)
    )
    one = walk(language, color_scheme="dark", name=f"{language}-dark")
    page, seen = one.page, one.scan()
    tap(page, words["recognise"])
    one.look("5-number")
    page.fill("#phone", "12")
    press(page, words["known_send"])
    one.look("5-no-number")
    page.fill("#phone", number)
    press(page, words["known_send"])
    one.look("5-code")
    code = street.texted_code()
    page.fill("#code", f"{(int(code) + 1) % 1_000_000:06}")
    press(page, words["known_enter"])
    one.look("5-wrong-code")
    page.fill("#code", code)
    press(page, words["known_enter"])
    expect(page).to_have_url(f"{street.url}{seen}")
    expect(page.locator(".hello")).to_contain_text(words["hello"].format(name="Sanne"))
    expect(page.locator(".sizes [aria-current]")).to_contain_text("38")
    expect(page.locator(".got-code")).to_be_visible()
    one.look("5-recognised")
    tap(page, words["not_you"])
    expect(page.get_by_role("button", name=words["forget"])).to_be_in_viewport()
    one.look("5-my-offers")
    press(page, words["forget"])
    titled(page, words["my_title"])
    one.look("5-forgotten")


@in_each_language
def test_come_from_the_app(street: Street, walk: Walk, language: str) -> None:
    words, one = WORDS[language], walk(language)
    street.customer(f"robin-{language}", name="Robin Bos", language=language, sizes={"sneakers": "37"})
    body = {"customer": f"robin-{language}", "platform": "android"}
    device = httpx.post(f"{street.url}/v1/devices", json=body, headers=bearer(street.key)).raise_for_status().json()
    scan = one.scan().removeprefix("/l/")
    made = httpx.post(f"{street.url}/v1/me/links", json={"scan": scan}, headers=bearer(device["token"]))
    url = made.raise_for_status().json()["url"]
    one.page.goto(url)
    expect(one.page.locator(".hello")).to_contain_text("Robin")
    expect(one.page.locator(".sizes [aria-current]")).to_contain_text("37")
    one.look("6-from-the-app")
    other = walk(language)
    other.page.goto(url)
    titled(other.page, words["link_over_title"])
    other.look("6-used-link")


@in_each_language
def test_bad_luck_with_an_order(street: Street, walk: Walk, language: str) -> None:
    words, one = WORDS[language], walk(language)
    page, seen = one.page, one.scan()
    one.go(f"{seen}/reserve?size=38")
    street.stock(price="99.95")
    press(page, words["o_reserve"])
    expect(page.get_by_role("alert")).to_have_text(words["o_price_changed"])
    one.look("7-price-changed")
    one.go(f"{seen}/reserve?size=37")
    street.product(
        "SNEAK-1", category="sneakers", sizes=["37", "38"], stock={"kalverstraat": {"37": 0}, "leidseplein": {"37": 1}}
    )
    press(page, words["o_reserve"])
    expect(page.get_by_role("alert")).to_have_text(words["o_sold_out_next"].format(store="Kalverstraat 102"))
    one.look("7-sold-out-here")
    street.sell_out()
    press(page, words["o_reserve"])
    titled(page, words["o_sold_out_title"])
    expect(page.get_by_role("link", name=words["ask"], exact=True)).to_be_visible()
    one.look("7-sold-out")
    tap(page, words["o_back"])
    expect(page.locator("#next")).to_have_text(words["next_best"])
    one.look("7-landing-sold-out")
    street.stock()
    street.clock.at += 10 * 3600  # ten in the evening
    one.go(seen)
    expect(page.get_by_text(words["closed_do"])).to_be_visible()
    one.look("7-closed")
    one.go(f"{seen}/reserve?size=38")
    one.look("7-confirm-closed")
    one.go(f"{seen}/ask?size=38")
    one.look("7-ask-closed")


@in_each_language
def test_codes_that_lead_nowhere(walk: Walk, language: str) -> None:
    words, one = WORDS[language], walk(language, color_scheme="dark", name=f"{language}-dark")
    for code, state in ((ENDED, "ended"), (RETIRED, "retired"), ("NEVERMADE1", "unknown")):
        one.scan(code)
        titled(one.page, words[f"{state}_title"])
        one.look(f"7-{state}")
    one.go("/l/scn_nothing/reserve")
    titled(one.page, words["lost_title"])
    one.look("7-no-such-page")


@in_each_language
def test_in_the_store_again_and_switched(street: Street, walk: Walk, language: str) -> None:
    words, one = WORDS[language], walk(language)
    one.scan(INSIDE)
    expect(one.page.get_by_text(words["you_are_at"].format(store="Kalverstraat 102"))).to_be_visible()
    expect(one.page.locator(".bar")).to_contain_text(words["ask"])
    one.look("8-in-the-store")
    first = one.scan(SWITCHED)
    street.clock.at += 3600
    assert one.scan(SWITCHED) != first
    expect(one.page.get_by_role("heading", level=1)).to_contain_text("Later")
    one.look("8-again")


@in_each_language
def test_a_browser_that_refuses_cookies(street: Street, browser: Browser, tmp_path: Path, language: str) -> None:
    """Each page still leads on by its own address."""
    words = WORDS[language]
    with refusing_cookies(browser, tmp_path, language) as context:
        one = Walker.in_a_context(context, street, language, f"{language}-no-cookies")
        page, seen = one.page, one.scan()
        press(page, words["save"])
        expect(page.locator(".alarm")).to_have_text(words["my_no_cookie"])
        expect(page.locator(".coupon .code strong")).to_be_visible()
        one.look("7-saved")
        one.go(f"{seen}/reserve?size=38")
        press(page, words["o_reserve"])
        titled(page, words["o_placed_title"])
        one.look("7-order")
        one.go(f"{seen}/ask?size=38")
        page.locator("button[value=stock]").click()
        expect(page.locator("#said li")).to_have_count(1)
        one.look("7-asked")
        assert context.cookies() == []


def test_on_2g(street: Street, walk: Walk) -> None:
    """250 kbit/s with 300 ms to each answer: what is read and tapped is there without the picture."""
    words, one = WORDS["nl"], walk("nl")
    one.picture_never_comes()
    one.slow_down()
    one.page.goto(f"{street.url}/q/{STATION}", wait_until="commit")
    expect(one.page.get_by_role("link", name=words["reserve"], exact=True)).to_be_in_viewport()
    tap(one.page, words["reserve"])
    one.page.get_by_label(words["o_size"]).select_option("38")
    press(one.page, words["o_reserve"])
    titled(one.page, words["o_placed_title"])
