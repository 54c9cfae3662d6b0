"""A campaign written in a real Chromium: the page answers while one types, by keyboard, and loses nothing with its connection."""

import os
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, expect

from offers.places import put_place
from offers.records.database import Database
from offers.rules.place import PlaceBody
from tests.browser.conftest import LOOKS
from tests.browser.desks import Desk, Opened, desk_at, windows
from tests.browser.test_console import has_no_sideways_scroll
from tests.conftest import NOON
from tests.offers.stories import Town
from tests.web.conftest import PLACE

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("patient")]

NEW = "/console/campaigns/new"
PICTURES = os.environ.get("PICTURES")
"""A folder, for who wants to look."""


@pytest.fixture(scope="module")
def desk(redis_url: str, migrated: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    with desk_at(redis_url, migrated, tmp_path_factory.mktemp("campaign"), fill=people) as made:
        yield made


def people(database: Database) -> None:
    """Three who speak Dutch, one of them a German besides."""
    with database.transaction() as session:
        put_place(session, "leidseplein-31", PlaceBody.model_validate(PLACE | {"name": "Leidseplein 31"}), now=NOON)
    town = Town(database)
    for number in range(3):
        town.phone(f"dutch-{number}", language="nl")
    town.phone("german", language="de")


@pytest.fixture
def opened(desk: Desk, browser: Browser) -> Iterator[Opened]:
    served, _, secret = desk
    with windows(browser, served.url, secret, viewport={"width": 1440, "height": 900}) as make:
        yield make


def test_the_count_follows_what_is_typed_and_a_lost_connection_is_told(opened: Opened) -> None:
    watched = opened(f"{NEW}?lang=en")
    page = watched.page
    said = page.locator("#who-said")
    expect(said).to_contain_text("4 people")
    page.locator("#row-1-kind").select_option("language")
    page.locator("#row-1-value").fill("nl")
    expect(said).to_contain_text("3 people")
    expect(page.locator(".who-some a")).to_have_count(3)
    assert watched.errors == []
    page.context.set_offline(True)
    page.locator("#row-1-value").fill("de")
    expect(page.locator("#typed-lost")).to_be_visible()
    expect(said).to_contain_text("3 people")
    expect(page.locator("#row-1-value")).to_have_value("de")
    page.context.set_offline(False)
    expect(said).to_contain_text("1 person", timeout=15_000)
    expect(page.locator("#typed-lost")).to_be_hidden()
    expect(page.locator("#row-1-value")).to_have_value("de")
    page.context.clear_cookies()
    page.locator("#row-1-value").fill("nl")
    expect(page.locator("#typed-out")).to_be_visible()
    expect(page.locator("#row-1-value")).to_have_value("nl")


def test_facts_and_filters_are_completed_by_keyboard(opened: Opened) -> None:
    watched = opened(f"{NEW}?lang=en")
    page = watched.page
    title = page.locator("[name='messages.en.title']")
    title.focus()
    page.keyboard.type("Hello {{ first")
    list_ = page.get_by_role("listbox", name="Facts and filters")
    expect(list_.get_by_role("option")).to_have_count(1)
    expect(title).to_have_attribute("aria-expanded", "true")
    expect(list_.get_by_role("option").first).to_have_attribute("aria-selected", "true")
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()
    page.keyboard.press("Enter")
    expect(title).to_have_value("Hello {{ customer.first_name }}")
    expect(list_).to_be_hidden()
    page.keyboard.type(" | d")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Enter")
    page.keyboard.type("there")
    expect(title).to_have_value("Hello {{ customer.first_name | default: 'there' }}")
    body = page.locator("[name='messages.en.body']")
    body.focus()
    page.keyboard.type("Near {{ ")
    expect(list_.get_by_role("option").first).to_be_visible()
    page.keyboard.press("Escape")
    expect(list_).to_be_hidden()
    expect(body).to_have_value("Near {{ ")
    page.keyboard.type("place.name }}.")
    expect(page.locator("#what-part")).to_contain_text("Near Leidseplein 31.")
    expect(page.locator(".frame-face")).to_have_count(3)
    expect(page.locator("#its-sentence")).to_contain_text("Hello [first name]")
    assert watched.errors == []


def test_an_error_appears_at_its_place_and_goes_when_it_is_mended(opened: Opened) -> None:
    page = opened(f"{NEW}?lang=en").page
    body = page.locator("[name='messages.nl.body']")
    body.fill("Hoi\nbij {{ place.nam }}.")
    wrong = page.locator("[id='f-messages.nl.body-error']")
    expect(wrong).to_contain_text("Line 2, character 8")
    expect(body).to_have_attribute("aria-invalid", "true")
    assert "f-messages.nl.body-error" in str(body.get_attribute("aria-describedby"))
    body.fill("Hoi\nbij {{ place.name }}.")
    expect(wrong).to_have_count(0)
    title = page.locator("[name='messages.nl.title']")
    expect(page.locator("[id='f-messages.nl.title-count']")).to_have_text("0 of 40 characters")
    title.fill("a" * 41 + "{{ weekday }}")
    expect(page.locator("[id='f-messages.nl.title-count']")).to_have_text("41 of 40 characters: a phone cuts it off")


@pytest.mark.parametrize(("width", "scheme", "language"), LOOKS)
def test_axe_finds_nothing_and_nothing_runs_out_of_sight(
    opened: Opened, width: int, scheme: str, language: str
) -> None:
    watched = opened(f"{NEW}?lang={language}", viewport={"width": width, "height": 900}, color_scheme=scheme)
    page = watched.page
    for tag in ("nl", "de"):
        page.locator(f"[name='messages.{tag}.title']").fill("Hoi {{ customer.first_name | default: 'jij' }}")
        page.locator(f"[name='messages.{tag}.body']").fill("Tot 21 uur {{ place.name }}. " * 5)
    page.locator("[name='messages.en.title']").fill("{{ nothing }}")
    expect(page.locator(".frame-face")).to_have_count(6)
    expect(page.locator("[id='f-messages.en.title-error']")).to_be_visible()
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()
    assert has_no_sideways_scroll(page)
    assert watched.errors == []
    if PICTURES:
        page.screenshot(path=f"{PICTURES}/campaign-{width}-{scheme}-{language}.png", full_page=True)


def test_rows_of_variants_come_and_go_and_what_was_typed_stays(opened: Opened) -> None:
    watched = opened(f"{NEW}?lang=en")
    page = watched.page
    page.locator("[name=name]").fill("Two ways")
    page.locator("[name='messages.en.title']").fill("Hello")
    page.locator("[name='messages.en.body']").fill("Come in.")
    page.get_by_role("button", name="Try variants").click()
    first, second = page.locator("[name='variants.0.name']"), page.locator("[name='variants.1.name']")
    expect(first).to_be_focused()
    page.keyboard.type("plain")
    second.fill("short")
    page.locator("[name='variants.1.weight']").fill("3")
    expect(page.locator("#share-1")).to_have_text("75 %")
    english = page.locator("details", has=page.locator("[name='variants.1.messages.en.title']"))
    expect(english.locator("summary")).to_contain_text("the campaign's text")
    english.locator("summary").click()
    title = page.locator("[name='variants.1.messages.en.title']")
    title.focus()
    page.keyboard.type("Hi {{ first")
    page.keyboard.press("Enter")
    expect(title).to_have_value("Hi {{ customer.first_name }}")
    body = page.locator("[name='variants.1.messages.en.body']")
    body.fill("{{ nope }}")
    wrong = page.locator("[id='f-variants.1.messages.en.body-error']")
    expect(wrong).to_contain_text("Line 1, character 4")
    body.fill("Now.")
    expect(wrong).to_have_count(0)
    expect(english.locator("summary")).to_contain_text("a text of its own")
    page.locator("[name='preview.variant']").select_option("short")
    expect(page.locator("#what-part")).to_contain_text("in the words of short")
    expect(page.locator("#what-part")).to_contain_text("Now.")
    page.get_by_role("button", name="One more variant").click()
    expect(page.locator("[name='variants.2.name']")).to_be_focused()
    expect(title).to_be_visible()
    page.get_by_role("button", name="Remove variant 1").click()
    expect(first).to_have_count(0)
    expect(second).to_have_value("short")
    expect(page.locator("[name=name]")).to_have_value("Two ways")
    expect(page.get_by_role("button", name="One more variant")).to_be_focused()
    assert watched.errors == []
    page.context.set_offline(True)
    page.get_by_role("button", name="One more variant").click()
    expect(page.locator("#typed-lost")).to_be_visible()
    expect(second).to_have_value("short")


@pytest.mark.parametrize(("width", "scheme", "language"), [(390, "light", "de"), (1440, "dark", "nl")])
def test_axe_finds_nothing_in_rows_of_variants(opened: Opened, width: int, scheme: str, language: str) -> None:
    watched = opened(f"{NEW}?lang={language}", viewport={"width": width, "height": 900}, color_scheme=scheme)
    page = watched.page
    page.locator("#variants-part [value=variant]").click()
    page.locator("[name='variants.0.name']").fill("kurz")
    page.locator("[name='variants.1.name']").fill("kurz")
    page.locator("#variants-part summary").first.click()
    page.locator("[name='variants.0.messages.nl.title']").fill("{{ nothing }}")
    expect(page.locator("[id='f-variants.0.messages.nl.title-error']")).to_be_visible()
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()
    assert has_no_sideways_scroll(page)
    said = {"de": "Variante 2 entfernen", "nl": "Variant 2 weghalen"}[language]
    expect(page.get_by_role("button", name=said)).to_be_visible()
    assert watched.errors == []
    if PICTURES:
        page.locator("#variants-part").screenshot(path=f"{PICTURES}/variants-{width}-{scheme}-{language}.png")


def test_a_campaign_with_variants_is_saved_and_seen(opened: Opened) -> None:
    watched = opened(f"{NEW}?lang=de")
    page = watched.page
    page.locator("[name=name]").fill("Zwei Wege")
    page.locator("[name=id]").fill("two-ways")
    for tag in ("nl", "de"):
        page.locator(f"[name='messages.{tag}.title']").fill("Hoi {{ customer.first_name | default: 'jij' }}")
        page.locator(f"[name='messages.{tag}.body']").fill("Tot 21 uur bij {{ place.name }}.")
    page.get_by_role("button", name="Varianten erproben").click()
    page.locator("[name='variants.0.name']").fill("lang")
    page.locator("[name='variants.1.name']").fill("kurz")
    page.locator("[name='variants.1.weight']").fill("2")
    page.locator("#variants-part fieldset").nth(1).locator("summary").nth(1).click()
    page.locator("[name='variants.1.messages.de.title']").fill("Kurz")
    page.locator("[name='variants.1.messages.de.body']").fill("Bis 21 Uhr.")
    page.get_by_role("button", name="Speichern").click()
    expect(page).to_have_url(re.compile("/console/campaigns/two-ways"))
    page.goto(f"{page.url.partition('?')[0]}?lang=de")
    shown = page.locator(".variant-shown")
    expect(shown).to_have_count(2)
    expect(shown.nth(1)).to_contain_text("66,7 %")
    for width in (390, 1440):
        page.set_viewport_size({"width": width, "height": 900})
        found = Axe().run(page)
        assert found.violations_count == 0, found.generate_report()
        assert has_no_sideways_scroll(page)
        if PICTURES:
            page.screenshot(path=f"{PICTURES}/variants-shown-{width}.png", full_page=True)
    assert watched.errors == []
