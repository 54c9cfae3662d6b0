"""A campaign that waits for an order on the form and its pages: nothing is lost by editing, and it says who gets it and who does not."""

import re

import httpx
import pytest

from tests.web.console.conftest import Enter, Person
from tests.web.console.test_campaigns import FILLED, NEW, place

__all__ = ["place"]
WORDS = {
    "en": ("an order that", "gets the order&#39;s own message", "can not be rehearsed"),
    "nl": ("een bestelling", "het bericht van de bestelling zelf", "kun je niet repeteren"),
    "de": ("Bestellung", "die der Bestellung", "lässt sich nicht proben"),
}


@pytest.fixture(params=["order_ready", "approach", "arrived"])
def of_orders(request: pytest.FixtureRequest, place: None, marketer: Person) -> str:
    filled = {**FILLED, "trigger__on": request.param, "trigger__role": "approach"}
    marketer.fill(NEW, **filled, do="save")
    return str(request.param)


def test_the_form_writes_it_and_sends_back_what_it_was_given(
    of_orders: str, marketer: Person, admin: httpx.Client
) -> None:
    before = admin.get("/v1/campaigns/sneakers").json()
    assert before["trigger"]["on"] == of_orders
    marketer.fill("/console/campaigns/sneakers/edit", do="save")
    assert admin.get("/v1/campaigns/sneakers").json() == before


@pytest.mark.parametrize("language", WORDS)
def test_its_pages_say_what_it_waits_for_and_that_service_goes_first(
    of_orders: str, enter: Enter, language: str
) -> None:
    desk = enter("marketer", f"{language}@shop.example", language).http
    page = desk.get("/console/campaigns/sneakers").text
    waits, served, not_rehearsed = WORDS[language]
    sentence = re.search(r'<p class="sentence">(.*?)</p>', page, re.DOTALL)
    assert sentence is not None
    assert waits in sentence[1]
    assert "ring" not in sentence[1].lower()
    assert served in page
    assert served in desk.get("/console/campaigns/sneakers/edit").text
    rehearsal = desk.get("/console/campaigns/sneakers/rehearse")
    assert (rehearsal.status_code, not_rehearsed in rehearsal.text) == (200, True)
