"""The staff's board in a real Chromium: on a tablet, a phone and a desk, by keyboard, without a script, two of them at once, and with the server away."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import APIResponse, Browser, Page, Route, expect

from tests.browser.counter import Counter, Tablet, is_live
from tests.offers.collecting import row_of

pytestmark = pytest.mark.browser

FAKE_SOUND = """
window.tones = 0;
window.AudioContext = class {
  state = "suspended"; currentTime = 0; destination = {};
  async resume() { this.state = "running"; }
  createOscillator() { window.tones += 0.5; return { frequency: {}, connect: (one) => one, start() {}, stop() {} }; }
  createGain() { return { gain: { setValueAtTime() {}, linearRampToValueAtTime() {}, exponentialRampToValueAtTime() {} }, connect() {} }; }
};
"""
"""Two pitches are one tone."""


@pytest.fixture
def counter(browser: Browser, redis_url: str, migrated: Path, tmp_path: Path) -> Iterator[Counter]:
    one = Counter(tmp_path, migrated, redis_url)
    one.stock()
    yield one
    one.close()


Give = Callable[..., Tablet]


@pytest.fixture
def give(counter: Counter, browser: Browser) -> Iterator[Give]:
    """A tablet for somebody of the staff of the Kalverstraat."""
    tablets: list[Tablet] = []

    def make(name: str = "Kim", width: int = 1024, *, role: str = "staff", script: str = "", **more: object) -> Tablet:
        places = more.pop("places", ("kalverstraat",) if role == "staff" else ())
        secret = counter.enlist(name, role, places)  # type: ignore[arg-type]
        tablet = counter.tablet(browser, secret, width, **more)
        if script:
            tablet.context.add_init_script(script)
        tablets.append(tablet)
        return tablet

    yield make
    for one in tablets:
        one.context.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1024, 1440])
def test_it_is_read_at_every_size(give: Give, width: int, scheme: str) -> None:
    tablet = give(width=width, color_scheme=scheme, reduced_motion="reduce").go()
    page = tablet.page
    expect(page.locator(".columns .column")).to_have_count(4)
    assert page.evaluate("parseFloat(getComputedStyle(document.querySelector('.card-name')).fontSize)") >= 28
    for path, name in (
        ("", "board"),
        ("?q=sa", "found"),
        ("?q=nobody", "none"),
        ("?view=prepare", "prepare"),
        ("?view=uncollected", "uncollected"),
        ("/orders/A-1006", "order"),
    ):
        tablet.go(f"/console/pickup{path}")
        tablet.shoot(f"{name}-{width}-{scheme}")
        tablet.is_sound()
    small = page.evaluate(
        """() => [...document.querySelectorAll('main button, main a, main input:not([type=hidden])')]
            .filter((one) => one.checkVisibility() && one.getBoundingClientRect().height < 44).map((one) => one.outerHTML.slice(0, 90))"""
    )
    assert small == []
    assert tablet.watched.errors == []


def test_how_many_are_here_stands_in_the_rail_of_whoever_has_all_rooms_and_widens_no_phone(give: Give) -> None:
    tablet = give(role="admin", width=390).go("/console")
    expect(tablet.page.get_by_role("navigation").get_by_role("link", name="Pickup")).to_contain_text("3")
    tablet.is_sound()


@pytest.mark.parametrize("language", ["nl", "de"])
def test_it_speaks_other_languages(give: Give, language: str) -> None:
    tablet = give(role="admin", width=1440, locale=language).go()
    tablet.page.locator(".board-stores summary").click()
    tablet.shoot(f"all-{language}")
    tablet.is_sound()
    expect(tablet.page.locator("html")).to_have_attribute("lang", language)


def test_what_is_handed_over_on_one_tablet_is_gone_from_the_other(give: Give, counter: Counter) -> None:
    kim, lou = give("Kim"), give("Lou")
    is_live(kim)
    is_live(lou)
    expect(lou.page).to_have_title("(2) Here · Passerby")
    kim.card("A-1006").get_by_role("button", name="Hand over").click()
    expect(kim.page.locator(".just-now")).to_contain_text("Handed over to Sanne K7QX")
    expect(lou.column("arrived").locator(".card")).to_have_count(1)
    expect(lou.page).to_have_title("(1) Here · Passerby")
    lou.page.get_by_role("button", name="Undo Sanne").click()
    expect(lou.column("arrived").locator(".card")).to_have_count(2)
    expect(kim.column("arrived").locator(".card")).to_have_count(2)
    assert row_of(counter.town, "A-1006").status == "arrived"
    assert (kim.watched.errors, lou.watched.errors) == ([], [])


def test_what_changed_is_new_until_one_of_them_touches_it(give: Give, counter: Counter) -> None:
    kim, lou = give("Kim"), give("Lou")
    is_live(kim)
    is_live(lou)
    counter.say("A-1001", "arrived", "bram")
    for tablet in (kim, lou):
        expect(tablet.column("arrived").locator('[data-order="A-1001"]')).to_have_class("card is-arrived is-new")
        moves = tablet.card("A-1001").evaluate("(one) => getComputedStyle(one, '::after').animationName")
        assert moves == "pulse"
    kim.card("A-1001").locator(".card-code").click()
    for tablet in (kim, lou):
        expect(tablet.card("A-1001")).to_have_class("card is-arrived")
    assert row_of(counter.town, "A-1001").noticed_at is not None


def test_nothing_moves_for_who_wants_no_motion(give: Give) -> None:
    tablet = give(reduced_motion="reduce").go()
    card = tablet.card("A-1006")
    assert card.evaluate("(one) => getComputedStyle(one, '::after').animationName") == "none"
    expect(card.locator(".card-new")).to_have_text("new")


def test_it_catches_up_after_the_server_was_away(give: Give, counter: Counter) -> None:
    tablet = give()
    is_live(tablet)
    lost = tablet.page.locator("#live-lost")
    with counter.away():
        expect(lost).to_be_visible()
        expect(lost).to_contain_text("Connection lost. This may be old: it is from 14:0")
        tablet.shoot("lost")
        counter.say("A-1004", "arrived", "joost")
    expect(tablet.column("arrived").locator('[data-order="A-1004"]')).to_be_visible(timeout=30_000)
    expect(lost).to_be_hidden()


def test_what_is_typed_focused_and_scrolled_stays_when_something_happens(give: Give, counter: Counter) -> None:
    tablet = give()
    is_live(tablet)
    tablet.page.get_by_role("searchbox").fill("San")
    counter.say("A-1001", "nearby", "bram")
    expect(tablet.column("nearby").locator('[data-order="A-1001"]')).to_be_visible()
    expect(tablet.page.get_by_role("searchbox")).to_have_value("San")
    expect(tablet.page.get_by_role("searchbox")).to_be_focused()
    name = tablet.page.locator("#open-A-1003")
    name.focus()
    counter.say("A-1003", "nearby", "noor")
    expect(tablet.column("nearby").locator('[data-order="A-1003"]')).to_be_visible()
    expect(name).to_be_focused()


class Held:
    """The first answer to a request of this method to the board: the server has given it, and the page hears it only when it is let go."""

    def __init__(self, page: Page, method: str) -> None:
        self.page, self._method = page, method
        self._held: tuple[Route, APIResponse] | None = None
        page.route(re.compile("/console/pickup(?!/events)"), self._pass)

    def _pass(self, route: Route) -> None:
        if self._held is None and route.request.method == self._method:
            self._held = (route, route.fetch())
        else:
            route.fallback()

    def wait(self) -> None:
        while self._held is None:
            self.page.wait_for_timeout(50)

    def let_go(self) -> None:
        assert self._held is not None
        route, answer = self._held
        route.fulfill(response=answer)


WATCH = """(order) => {
  window.shown = 0;
  window.isNewAgain = false;
  const look = () => {
    window.shown += 1;
    window.isNewAgain ||= document.querySelector(`[data-order="${order}"].is-new`) !== null;
  };
  new MutationObserver(look).observe(document.getElementById("live"), { childList: true });
}"""
"""From here on: how often the page is shown anew, and whether that card ever says again that nobody has seen it."""


@pytest.mark.parametrize("first", ["the page", "the tap's answer"])
def test_a_page_asked_for_before_a_tap_is_not_shown_after_it(give: Give, counter: Counter, first: str) -> None:
    tablet = give()
    is_live(tablet)
    look, tap = Held(tablet.page, "GET"), Held(tablet.page, "POST")
    counter.say("A-1001", "nearby", "bram")
    look.wait()
    tablet.card("A-1003").locator(".card-code").click()
    expect(tablet.card("A-1003")).to_have_class("card is-on_the_way")
    tap.wait()
    tablet.page.evaluate(WATCH, "A-1003")
    if first == "the page":
        look.let_go()
        tap.let_go()
    else:
        tap.let_go()
        tablet.page.wait_for_function("window.shown === 1")
        look.let_go()
    expect(tablet.column("nearby").locator('[data-order="A-1001"]')).to_be_visible()
    assert not tablet.page.evaluate("window.isNewAgain"), "the older page was shown over the newer one"


def test_of_two_taps_the_answer_to_the_older_is_not_shown_over_the_newer(give: Give, counter: Counter) -> None:
    tablet = give()
    is_live(tablet)
    first = Held(tablet.page, "POST")
    tablet.card("A-1003").locator(".card-code").click()
    first.wait()
    tablet.card("A-1006").locator(".card-code").click()
    expect(tablet.card("A-1006")).to_have_class("card is-arrived")
    tablet.page.evaluate(WATCH, "A-1006")
    first.let_go()
    counter.say("A-1001", "nearby", "bram")
    expect(tablet.column("nearby").locator('[data-order="A-1001"]')).to_be_visible()
    expect(tablet.card("A-1003")).to_have_class("card is-on_the_way")
    assert not tablet.page.evaluate("window.isNewAgain"), "the older answer was shown over the newer one"


def test_it_all_goes_by_keyboard(give: Give, counter: Counter) -> None:
    tablet = give()
    is_live(tablet)
    page = tablet.page
    page.keyboard.press("/")
    page.keyboard.type("k7ox")
    page.keyboard.press("Enter")
    found = page.locator("#found")
    expect(found.locator(".card")).to_have_count(1)
    expect(found).to_contain_text("Sanne de Vries")
    page.locator("#found-open-A-1006").focus()
    page.keyboard.press("h")
    expect(page.locator(".just-now")).to_contain_text("Sanne")
    expect(page.get_by_role("searchbox")).to_be_focused()
    expect(page.get_by_role("searchbox")).to_have_value("")
    assert row_of(counter.town, "A-1006").status == "collected"
    page.locator("#open-A-1001").focus()
    page.keyboard.press("ArrowRight")
    expect(page.locator("#open-A-1003")).to_be_focused()
    page.keyboard.press("Enter")
    expect(tablet.card("A-1003")).to_have_class("card is-on_the_way")
    expect(page.locator("#open-A-1003")).to_be_focused()
    page.keyboard.press("ArrowDown")
    expect(page.locator("#open-A-1004")).to_be_focused()
    page.keyboard.press("?")
    expect(page.get_by_text("these keys")).to_be_visible()
    page.locator("#open-A-1003").focus()
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_have_text("Noor El Idrissi")


def test_the_sound_says_whether_it_is_on_and_comes_with_who_comes(give: Give, counter: Counter) -> None:
    tablet = give(script=FAKE_SOUND)
    tablet.page.clock.install()
    is_live(tablet)
    page, sound = tablet.page, tablet.page.locator("#sound")

    def tones() -> int:
        return int(page.evaluate("window.tones"))

    def comes(order: str) -> None:
        """The page waits a moment with what it hears, by its own clock, and hears of it whenever the machine comes to it."""
        card = tablet.column("arrived").locator(f'[data-order="{order}"]')
        for _ in range(300):
            page.clock.run_for(100)
            if card.is_visible():
                return
            page.wait_for_timeout(50)
        raise AssertionError(f"{order} never came")

    expect(sound).to_have_text("Tap for sound")
    sound.click()
    expect(sound).to_have_text("Sound is on")
    tablet.card("A-1006").locator(".card-code").click()
    expect(tablet.card("A-1006")).to_have_class("card is-arrived")
    # a busy machine's own minutes count for nothing from here on; it may take long even to say so
    page.clock.pause_at(page.evaluate("Date.now()") / 1000 + 20)
    counter.say("A-1005", "arrived", "annemarie")
    comes("A-1005")
    assert tones() == 1
    page.clock.run_for(61_000)  # it looks once a second
    assert tones() == 2, "nobody noticed for a minute"
    sound.click()
    expect(sound).to_have_text("Sound is off")
    counter.say("A-1003", "arrived", "noor")
    comes("A-1003")
    assert tones() == 2
    page.reload()
    expect(sound).to_have_text("Sound is off")


def test_time_goes_on_for_who_waits(give: Give) -> None:
    tablet = give().go()
    waits = tablet.card("A-1006").locator("[data-since]")
    first = waits.inner_text()
    assert first.startswith("4:"), first
    expect(waits).not_to_have_text(first)


def test_it_works_without_a_script(give: Give, counter: Counter) -> None:
    tablet = give(java_script_enabled=False).go()
    page = tablet.page
    expect(tablet.card("A-1006").locator("time")).to_have_text("4 min")
    assert 'http-equiv="refresh" content="30"' in page.content()
    expect(page.locator("#sound")).to_be_hidden()
    tablet.card("A-1006").get_by_role("button", name="Seen").click()
    expect(tablet.card("A-1006")).to_have_class("card is-arrived")
    page.get_by_role("searchbox").fill("sanne")
    page.get_by_role("button", name="Find").click()
    page.locator("#found").get_by_role("button", name="Hand over").click()
    expect(page.locator(".just-now")).to_contain_text("Handed over to Sanne")
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_role("status").filter(has_text="Taken back")).to_be_visible()
    page.get_by_role("link", name="To prepare").click()
    page.get_by_role("button", name="It is ready: tell the customer").click()
    expect(page.get_by_role("status").filter(has_text="It is ready.")).to_be_visible()
    assert row_of(counter.town, "A-1008").status == "ready"


def test_the_second_is_told_who_was_first(give: Give, counter: Counter) -> None:
    kim, lou = give("Kim", java_script_enabled=False).go(), give("Lou").go()
    lou.page.route("**/console/pickup/events*", lambda route: route.abort())
    lou.go()
    kim.card("A-1006").get_by_role("button", name="Hand over").click()
    lou.card("A-1006").get_by_role("button", name="Hand over").click()
    expect(lou.page.locator("#told")).to_contain_text("Sanne's order was already handed over by Kim at 14:0")
    expect(lou.column("arrived").locator('[data-order="A-1006"]')).to_have_count(0)
