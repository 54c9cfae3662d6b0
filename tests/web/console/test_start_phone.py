"""A code for one's own phone in the first steps: it says where to go on, or plainly why no phone could; and what comes first on an empty desk."""

import re
from html import unescape
from typing import Any

import httpx
import pytest
from pydantic import SecretStr

from offers.settings import Settings
from tests.web.conftest import PLACE
from tests.web.console.conftest import PASSWORD, Enter, Person
from tests.web.printing.pages import of_svg, read
from tests.web.visitor.conftest import VAPID
from web.console.start_phone import is_own_machine

START, CODE = "/console/start?step=device", "/console/start/phone.svg"
BROWSERS: dict[str, Any] = {
    "push": "web_push",
    "vapid_private_key": SecretStr(VAPID),
    "vapid_subject": "mailto:push@shop.example",
}


@pytest.fixture
def settings(settings: Settings, request: pytest.FixtureRequest) -> Settings:
    return settings.model_copy(update=getattr(request, "param", {}))


@pytest.fixture
def desk(enter: Enter, admin: httpx.Client) -> Person:
    """Somebody at the second step."""
    admin.put("/v1/places/dam", json=PLACE)
    person = enter("marketer")
    person.http.cookies.set("__Host-passerby", person.http.cookies["passerby"])  # what https has it called
    return person


def said(person: Person) -> tuple[str, str]:
    """The part about the phone: its text, and its HTML."""
    page = person.look(START)
    html = page.html.partition('class="start-own"')[2].partition("</section>")[0]
    return unescape(re.sub(r"<[^>]+>", " ", html)), html


@pytest.mark.parametrize(
    ("settings", "url", "shows"),
    [
        (BROWSERS | {"base_url": "https://go.shop.example"}, f"https://go.shop.example{START}", "Sign in"),
        ({"demo": True, "base_url": "http://192.168.1.20:8000/"}, "http://192.168.1.20:8000/demo", "the demo's town"),
    ],
    indirect=["settings"],
)
def test_the_code_says_where_a_phone_goes_on_and_so_does_the_text(desk: Person, url: str, shows: str) -> None:
    text, html = said(desk)
    assert shows in text
    assert f'href="{url}">{url}</a>' in html
    assert f'alt="QR code that says {url}"' in html
    answer = desk.http.get(CODE)
    assert answer.headers["content-type"] == "image/svg+xml"
    assert read(of_svg(answer.content, 8)) == [url]


@pytest.mark.parametrize(
    ("settings", "why"),
    [
        (BROWSERS, "A phone can not reach http://127.0.0.1"),
        (BROWSERS | {"base_url": "http://localhost:8000"}, "A phone can not reach http://localhost:8000"),
        ({"demo": True}, "A phone can not reach http://127.0.0.1"),
        (BROWSERS | {"base_url": "http://192.168.1.20:8000"}, "takes messages over https alone"),
    ],
    indirect=["settings"],
)
def test_where_no_phone_could_it_says_so_and_draws_nothing(desk: Person, why: str) -> None:
    text, html = said(desk)
    assert why in text
    assert "PASSERBY_BASE_URL" in text
    assert "<img" not in html
    assert desk.http.get(CODE).status_code == 404


@pytest.mark.parametrize(
    ("settings", "why"),
    [({}, "PASSERBY_PUSH is outbox"), ({"push": "fcm"}, "Messages go to no browser here")],
    indirect=["settings"],
)
def test_where_no_browser_gets_messages_the_page_says_why_there_is_nothing_to_scan(
    desk: Person, enter: Enter, why: str
) -> None:
    text, html = said(desk)
    assert why in text
    assert "<img" not in html
    assert desk.http.get(CODE).status_code == 404
    assert enter("viewer").http.get(CODE).status_code == 403


def test_which_hosts_lead_every_machine_to_itself() -> None:
    own = ("localhost", "shop.localhost", "127.0.0.1", "127.9.9.9", "::1", "0.0.0.0")
    assert [one for one in own if not is_own_machine(one)] == []
    assert [one for one in ("192.168.1.20", "shop.example", "localhost.example", "") if is_own_machine(one)] == []


def main_links(html: str) -> list[str]:
    return re.findall(r'href="([^"]+)"', html.partition("<main")[2])


@pytest.mark.parametrize(
    ("language", "begin"), [("en", "Begin here"), ("nl", "Begin hier"), ("de", "Beginnen Sie hier")]
)
def test_on_an_empty_desk_an_admin_comes_to_the_first_steps_first(
    browser: Any, enlist: Any, admin: httpx.Client, language: str, begin: str
) -> None:
    """By the form, as one signs in; the page is home, and leads on without sending anybody around."""
    person = browser()
    person.email = enlist("admin", language=language)
    answer = person.fill("/console/sign-in", "/console/sign-in", email=person.email, password=PASSWORD)
    assert answer.headers["location"] == "/console"
    page = person.look("/console")
    assert begin in page.text
    assert main_links(page.html)[:2] == ["/console/start", "/console/places/new"]
    assert page.html.count('href="/console/start"') == 1
    assert person.http.get("/console/start").status_code == 200
    admin.put("/v1/places/dam", json=PLACE)
    page = person.look("/console")
    assert begin not in page.text
    assert page.html.count('href="/console/start"') == 1, "the way stays, quietly"


def test_a_viewer_of_an_empty_desk_is_led_nowhere_they_may_not_go(enter: Enter) -> None:
    page = enter("viewer").look("/console")
    assert "There is no place yet." in page.text
    assert "Begin here" not in page.text
    assert "/console/start" not in main_links(page.html)
    assert "/console/places/new" not in main_links(page.html)
