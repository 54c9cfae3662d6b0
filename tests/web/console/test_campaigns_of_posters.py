"""A campaign of posters on the form and on its page: nothing is lost by editing, and it says what it waits for."""

import re
from typing import Any

import httpx
import pytest

from tests.web.console.conftest import Enter, Person
from tests.web.console.test_campaigns import FILLED, NEW, place

__all__ = ["place"]
WORDS = {
    "en": ("scans a poster", "the page says"),
    "nl": ("een poster scant", "zegt de pagina"),
    "de": ("ein Plakat scannt", "sagt die Seite"),
}


@pytest.fixture(params=["scan", "abandoned"])
def of_posters(request: pytest.FixtureRequest, place: None, marketer: Person) -> str:
    marketer.fill(NEW, **{**FILLED, "trigger__on": request.param, "life": "3", "life__unit": "H"}, do="save")
    return str(request.param)


def test_the_form_writes_it_and_sends_back_what_it_was_given(
    of_posters: str, marketer: Person, admin: httpx.Client
) -> None:
    before = admin.get("/v1/campaigns/sneakers").json()
    assert before["trigger"]["on"] == of_posters
    assert (before["life"], before["quiet_hours"], before["messages"]["en"]["url"]) == ("PT3H", "defer", "/sale")
    marketer.fill("/console/campaigns/sneakers/edit", do="save")
    assert admin.get("/v1/campaigns/sneakers").json() == before


def test_changed_to_a_geofence_and_back_it_is_as_it_was(of_posters: str, marketer: Person, admin: httpx.Client) -> None:
    before = admin.get("/v1/campaigns/sneakers").json()
    for on in ("enter", of_posters):
        marketer.fill("/console/campaigns/sneakers/edit", trigger__on=on, do="save")
    after = admin.get("/v1/campaigns/sneakers").json()
    changing = ("version", "updated_at")
    assert {one: of for one, of in after.items() if one not in changing} == {
        one: of for one, of in before.items() if one not in changing
    }


@pytest.mark.parametrize("language", WORDS)
def test_its_page_says_what_it_waits_for(of_posters: str, enter: Enter, language: str) -> None:
    page = enter("marketer", f"{language}@shop.example", language).http.get("/console/campaigns/sneakers").text
    moment, says = WORDS[language]
    sentence = re.search(r'<p class="sentence">(.*?)</p>', page, re.DOTALL)
    assert sentence is not None
    assert moment in sentence[1]
    assert (says in sentence[1]) is (of_posters == "scan")
    assert ("/console/posters?campaign=sneakers" in page) is (of_posters == "scan")


def test_no_ring_is_named_where_none_matters(place: None, marketer: Person) -> None:
    marketer.fill(NEW, **{**FILLED, "trigger__on": "scan", "trigger__role": "approach"}, do="save")
    assert "the ring around" not in marketer.http.get("/console/campaigns/sneakers").text


def test_a_preview_of_a_page_counts_nothing_of_a_push(place: None, marketer: Person, admin: httpx.Client) -> None:
    admin.put("/v1/customers/sanne", json={"name": "Sanne de Vries", "language": "nl"})
    filled: dict[str, Any] = {**FILLED, "messages__nl__body": "Kom langs " * 20, "preview": "sanne"}
    as_push = marketer.fill(NEW, **filled, do="preview").text
    as_page = marketer.fill(NEW, **filled, trigger__on="scan", do="preview").text
    for said in ("bytes on the way", "more than a phone shows"):
        assert (said in as_push, said in as_page) == (True, False)
    assert "The title and text of the page, not a push." in as_page


def test_launch_checks_are_told_in_words(of_posters: str, marketer: Person) -> None:
    page = marketer.http.get("/console/campaigns/sneakers").text
    assert ("No poster leads to it yet." in page) is True
