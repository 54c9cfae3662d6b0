"""A lost connection in a real Chromium: it is said, it holds the form, and the bar goes by itself once the server answers."""

import pytest
from playwright.sync_api import expect

from tests.browser.test_frame import Office, Opened, fill_place, office, opened

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("patient")]

__all__ = ("office", "opened")


def test_a_lost_connection_is_said_and_holds_the_form(office: Office, opened: Opened) -> None:
    watched, context, _ = opened("/console/places/new")
    page = watched.page
    fill_place(page, "Held")
    context.set_offline(True)
    expect(page.get_by_role("alert")).to_contain_text("There is no connection to Passerby.")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("alert")).to_contain_text("Not sent: there is no connection")
    expect(page.get_by_label("Name", exact=True)).to_have_value("Held")
    assert page.url.endswith("/console/places/new")
    context.set_offline(False)
    expect(page.get_by_role("alert")).to_have_count(0)
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("status")).to_contain_text("Saved.")
    assert office.names().count("Held") == 1


def test_a_server_that_does_not_answer_is_a_lost_connection_too(office: Office, opened: Opened) -> None:
    watched, context, _ = opened("/console/places/new")
    page = watched.page
    fill_place(page, "Unheard")
    context.route("**/console/here", lambda route: route.abort())
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("alert")).to_contain_text("Not sent: there is no connection")
    assert "Unheard" not in office.names()
    context.unroute("**/console/here")
    expect(page.get_by_role("alert")).to_have_count(0, timeout=15_000)


def test_the_bar_goes_when_the_server_answers_though_the_browser_believes_it_has_no_line(
    office: Office, opened: Opened
) -> None:
    watched, context, _ = opened("/console/places/new")
    page = watched.page
    fill_place(page, "Believed away")
    context.route("**/console/here", lambda route: route.abort())
    page.evaluate("Object.defineProperty(navigator, 'onLine', { get: () => false })")
    page.evaluate("dispatchEvent(new Event('offline'))")
    expect(page.get_by_role("alert")).to_contain_text("There is no connection to Passerby.")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("alert")).to_contain_text("Not sent: there is no connection")
    page.evaluate("dispatchEvent(new Event('offline'))")
    expect(page.get_by_role("alert")).to_contain_text("Not sent: there is no connection")
    context.unroute("**/console/here")
    expect(page.get_by_role("alert")).to_have_count(0, timeout=15_000)
    with page.expect_navigation():
        page.get_by_role("button", name="Save").click()
    assert "Believed away" in office.names()


def test_a_page_that_is_looked_at_again_asks_at_once(opened: Opened) -> None:
    watched, context, _ = opened("/console/places/new")
    page = watched.page
    page.evaluate("window.setTimeout = () => 0")  # as late as can be: so are the timers of a page behind others
    context.route("**/console/here", lambda route: route.abort())
    fill_place(page, "Behind")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("alert")).to_contain_text("Not sent: there is no connection")
    context.unroute("**/console/here")
    page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    expect(page.get_by_role("alert")).to_have_count(0)
