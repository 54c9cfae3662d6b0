"""The landing page in a real Chromium at 390 px: every state in each language, light and dark, read by axe, and by a stranger who means harm."""

import re
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Route, expect

from offers.records import schema
from offers.records.database import Database
from offers.rules.landing import Landing
from offers.settings import Settings
from tests.browser.conftest import Watched
from tests.browser.test_console import CONTRAST, has_no_sideways_scroll
from tests.conftest import NOON
from tests.web.conftest import Served, serve
from tests.web.landing.examples import CODE, ITEM, LIVE, NEAR, NOWHERE, OTHERS, SANNE, STATES, YOURS
from tests.web.landing.staging import stage
from web.landing.words import WORDS
from web.tongues import LANGUAGES

pytestmark = pytest.mark.browser

PICTURE = """<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 800 600"><rect width="800" height="600" fill="#dfe9ef"/>
<path d="M120 380c60-10 120-60 160-130 30 40 80 50 120 30l60 50c50 40 120 50 200 60 30 5 40 60 0 70H130c-30 0-40-70-10-80z" fill="#fff"/></svg>"""
EVERY = (*STATES, *NOWHERE, "problem/429", "problem/503")
LOOKS = (
    *((width, scheme, tongue) for width, scheme in ((390, "light"), (1440, "dark")) for tongue in LANGUAGES),
    (390, "dark", "de"),
    (1440, "light", "de"),
)
"""Widths, schemes and languages; German has the longest words."""
HARM = (
    "<script>window.hurt=1</script>",
    '"><img src=x onerror="window.hurt=1">',
    "' onmouseover='window.hurt=1' x='",
    "{{7*7}}{% raw %}${7*7}",
    "javascript:window.hurt=1",
    "</title></style><svg onload=window.hurt=1>",
    "a\u202eb\u2066c\u0000d\u0007e\u009bf\u2028g",
)


@pytest.fixture(scope="module")
def stand(tmp_path_factory: pytest.TempPathFactory, redis_url: str) -> Iterator[Served]:
    folder = tmp_path_factory.mktemp("stand")
    database = Database(f"sqlite:///{folder / 'passerby.db'}")
    schema.migrate(database)
    settings = Settings(
        data=folder,
        database_url=database.url,
        redis_url=redis_url,
        secret_key="only for tests, but long enough for it",
        payments="demo",
        sms="outbox",
        base_url="https://shop.example",
        android_app="example.shop=" + ":".join(["AB"] * 32),
    )
    with serve(settings, NOON.timestamp) as served:
        stage(served.doors)
        yield served
    database.close()


Look = Callable[..., Watched]


@pytest.fixture
def look_at(browser: Browser, stand: Served) -> Iterator[Look]:
    """Open a staged page with a browser of its own. Pictures of products are the test's."""
    contexts: list[BrowserContext] = []

    def make(name: str = "live", query: str = "lang=en", *, width: int = 390, **more: Any) -> Watched:
        height = 844 if width < 700 else 900
        context = browser.new_context(viewport={"width": width, "height": height}, **{"locale": "en-GB"} | more)
        contexts.append(context)
        context.route(re.compile("^https://"), _picture)
        watched = Watched(context.new_page())
        watched.page.goto(f"{stand.url}/l/stage/{name}?{query}")
        return watched

    yield make
    for context in contexts:
        context.close()


def _picture(route: Route) -> None:
    route.fulfill(body=PICTURE, content_type="image/svg+xml")


SMALL = """() => [...document.querySelectorAll('a, button, summary')]
    .filter((one) => one.checkVisibility() && !one.classList.contains('skip'))
    .filter((one) => { const box = one.getBoundingClientRect(); return box.height < 44 || box.width < 44; })
    .map((one) => one.outerHTML.slice(0, 90))"""


@pytest.mark.parametrize(("width", "scheme", "language"), LOOKS)
def test_axe_finds_nothing_in_any_state(look_at: Look, width: int, scheme: str, language: str) -> None:
    watched = look_at(query=f"lang={language}", width=width, color_scheme=scheme)
    page, axe = watched.page, Axe()
    for name in EVERY:
        page.goto(page.url.partition("/l/")[0] + f"/l/stage/{name}?lang={language}")
        for details in page.locator("summary").all():
            details.click()
        found = axe.run(page)
        assert found.violations_count == 0, f"{name}: {found.generate_report()}"
        assert page.evaluate(CONTRAST) == [], name
        assert has_no_sideways_scroll(page), name
        assert page.evaluate(SMALL) == [], name
    assert [one for one in watched.errors if "the server responded with a status of" not in one] == []
    assert watched.hosts == {"127.0.0.1", "pictures.shop.example"}, "and nobody else, before a tap"


@pytest.mark.parametrize("name", ["live", "recognised", "long", "ten-stores", "ended"])
def test_at_twice_the_size_nothing_is_cut_off(look_at: Look, name: str) -> None:
    page = look_at(name, "lang=de", width=640).page
    page.set_viewport_size({"width": 195, "height": 422})
    assert has_no_sideways_scroll(page)
    position = page.locator(".bar").evaluate("(one) => getComputedStyle(one).position")
    assert position == "static", "on so low a window the bar would cover what is read"


def test_the_button_is_where_the_thumb_is_and_covers_no_focus(look_at: Look) -> None:
    page = look_at("ten-stores").page
    reserve = page.get_by_role("link", name=WORDS["en"]["reserve"])
    expect(reserve).to_be_in_viewport(ratio=1)
    box = reserve.bounding_box()
    assert box is not None
    assert box["y"] > 844 * 0.8
    page.evaluate("document.querySelector('details').open = true")
    page.keyboard.press("Tab")
    seen = set()
    for _ in range(60):
        covered = page.evaluate(
            """() => {
                const one = document.activeElement, bar = document.querySelector('.bar').getBoundingClientRect();
                const box = one.getBoundingClientRect();
                const hidden = !one.closest('.bar') && box.bottom > bar.top + 1 && box.top < bar.bottom - 1;
                return [one.textContent.trim().slice(0, 60), hidden, getComputedStyle(one).outlineStyle, one.tagName];
            }"""
        )
        if covered[3] == "BODY":
            break
        seen.add(covered[0])
        assert covered[1] is False, covered
        assert covered[2] == "solid", covered
        page.keyboard.press("Tab")
    assert {WORDS["en"]["reserve"], WORDS["en"]["ask"], "Deutsch", "To the content"} <= seen


def test_nothing_jumps_when_the_picture_comes(look_at: Look) -> None:
    page = look_at().page
    with_it = page.locator("h1").bounding_box()
    page.context.unroute(re.compile("^https://"))
    page.context.route(re.compile("^https://"), lambda route: route.abort())
    page.reload()
    assert page.locator("h1").bounding_box() == with_it
    expect(page.get_by_role("img", name=ITEM.title)).to_be_attached()


def test_a_size_and_a_store_are_one_tap_without_a_script(look_at: Look) -> None:
    page = look_at(java_script_enabled=False).page
    expect(page.get_by_role("link", name="38 chosen")).to_be_visible()
    assert (
        page.get_by_role("link", name="39", exact=True).get_attribute("href") == "/l/scn_8fJx2LqP?size=39&lang=en#sizes"
    )
    page.goto(page.url + "&size=39")
    expect(page.get_by_role("link", name="39 chosen")).to_have_attribute("aria-current", "true")
    expect(page.get_by_text("1 left in size 39")).to_be_visible()
    page.locator("summary").click()
    page.get_by_role("link", name="Choose this store: Leidseplein 31").is_visible()
    page.goto(page.url.replace("size=39", "size=38&store=leidseplein-31"))
    expect(page.get_by_role("heading", name="Leidseplein 31")).to_be_visible()
    expect(page.get_by_text("closed, opens at 10:00 tomorrow")).to_be_visible()
    reserve = page.get_by_role("link", name=WORDS["en"]["reserve"])
    assert reserve.get_attribute("href") == "/l/scn_8fJx2LqP/reserve?size=38&store=leidseplein-31&lang=en"


def test_what_a_screen_reader_says_of_the_price(look_at: Look) -> None:
    page = look_at().page
    said = page.locator(".price").inner_text().split()
    assert " ".join(said) == "Price with the offer: €71.96 Usual price: €89.95"
    expect(page.get_by_role("link", name="41 sold out")).to_be_visible()


def test_a_code_is_taken_whole_with_one_tap(look_at: Look) -> None:
    page = look_at("recognised").page
    page.locator(".got-code").click()
    assert page.evaluate("getSelection().toString().trim()") == CODE
    page.get_by_role("link", name="Not you?").is_visible()


@pytest.mark.parametrize(
    ("agent", "begins"),
    [("Mozilla/5.0 (Linux; Android 15; Pixel 8) Chrome/130 Mobile Safari/537.36", "intent://"), (None, None)],
)
def test_the_app_is_offered_on_its_phones_alone(look_at: Look, agent: str | None, begins: str | None) -> None:
    page = look_at(**({"user_agent": agent} if agent else {})).page
    link = page.get_by_role("link", name=WORDS["en"]["open_app"])
    expect(link).to_have_count(1 if begins else 0)
    if begins:
        assert str(link.get_attribute("href")).startswith(begins)


def test_motion_is_left_out_where_it_is_not_wanted(look_at: Look) -> None:
    page = look_at(reduced_motion="reduce").page
    assert page.locator(".button.primary").evaluate("(one) => getComputedStyle(one).transitionDuration") == "0s"


def harmful(text: str) -> Landing:
    item = replace(
        ITEM, title=text, sizes=("38", text), size=text, image=f"https://pictures.shop.example/{text}", gone=(text,)
    )
    store = replace(NEAR, id=text, name=text, address=text, phone=text)
    offer = replace(YOURS, name=text, text=text, code=text, minimum_basket=text)
    other = replace(OTHERS[0], title=text)
    return replace(
        LIVE, title=text, body=text, item=item, stores=(store, replace(store, id="b")), best_store_id=text, offer=offer,
        others=(other,), known=replace(SANNE, first_name=text), in_store=True, place_id=text, code=text,
    )  # fmt: skip


@pytest.mark.parametrize("number", range(len(HARM)))
def test_no_text_does_anything_but_stand_there(look_at: Look, monkeypatch: pytest.MonkeyPatch, number: int) -> None:
    text = HARM[number]
    monkeypatch.setitem(STATES, "harm", harmful(text))
    monkeypatch.setitem(NOWHERE, "harm-nowhere", (replace(harmful(text), state="ended"), 200))
    for name in ("harm", "harm-nowhere"):
        watched = look_at(name, "lang=en")
        page = watched.page
        page.locator("h1").hover()
        time.sleep(0.05)
        assert page.evaluate("window.hurt") is None
        assert page.locator("script, svg, style, [onerror], [onload], [onmouseover]").count() == 0
        assert "49" not in page.locator("body").inner_text().split()
        assert page.evaluate("document.querySelectorAll('img').length") <= 1
        addresses = page.eval_on_selector_all(
            "a, form", "(all) => all.map((one) => one.getAttribute('href') ?? one.action)"
        )
        assert all(
            re.match(r"(/|#|https://www\.openstreetmap\.org/|tel:[\d+]+$|https?://127)", one) for one in addresses
        )
        assert not re.search("[\u0000-\u0008\u000e-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]", page.content())
        assert watched.errors == [], "the policy had nothing to stop"
        assert watched.hosts <= {"127.0.0.1", "pictures.shop.example"}
