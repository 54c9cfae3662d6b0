"""A campaign's page while it is written: whom it reaches, what it says, what is wrong with that, and nothing saved."""

import re
from typing import Any

import httpx
import pytest

from offers.rules.templates import FILTERS, spot_of_fault
from tests.web.conftest import CAMPAIGN, PLACE, Register
from tests.web.console.conftest import Enter, Person
from tests.web.console.reading import PageText
from web.console.words import LINES

NEW = "/console/campaigns/new"
WHO, WHAT = "/console/campaigns/who", "/console/campaigns/what"


@pytest.fixture
def people(admin: httpx.Client, register: Register) -> None:
    """Seven who like sneakers, of whom one can be told; and a German."""
    admin.put("/v1/places/kalverstraat-102", json=PLACE)
    for number in range(7):
        profile = {"name": f"Sanne {number}", "phone": "+31612345678", "language": "nl", "tags": ["sneakers"]}
        agreed = {"location": number == 3, "offers": number in (3, 4)}
        admin.put(f"/v1/customers/s-{number}", json=profile | {"consents": agreed})
    register("s-3", push_token="t-3")
    admin.put("/v1/customers/jens", json={"name": "Jens", "language": "de"})


def ask(person: Person, door: str, **values: Any) -> PageText:
    """What the form would send, to another door."""
    answer = person.post(door, person.look(NEW).sheet(NEW).but(**values))
    assert answer.status_code == 200, answer.text
    return PageText(answer.text)


SNEAKERS = {"audience__kind": "tag", "audience__name": "", "audience__value": "sneakers"}
DUTCH = {"messages__nl__title": "Hoi {{ customer.first_name }}", "messages__nl__body": "Bij {{ place.name }}."}


def test_whom_it_reaches_is_told_without_a_number_of_anybody(people: None, marketer: Person) -> None:
    told = ask(marketer, WHO, **SNEAKERS)
    assert "7 people, 1 of whom can be told now (14 %)." in told.text
    assert [to for to in told.links.values() if to.startswith("/console/customers/")] == [
        f"/console/customers/s-{number}" for number in range(5)
    ]
    assert "Sanne 0" in told.text
    assert "+316" not in told.html
    assert "8 people" in ask(marketer, WHO).text
    assert "Nobody is in it now." in ask(marketer, WHO, **SNEAKERS | {"audience__value": "boots"}).text


def test_of_a_page_it_is_enough_to_agree_to_offers(people: None, marketer: Person) -> None:
    assert "2 of whom" in ask(marketer, WHO, **SNEAKERS, trigger__on="scan").text
    assert "1 of whom" in ask(marketer, WHO, **SNEAKERS, trigger__on="order_ready").text


def test_an_audience_that_can_not_be_read_says_what_is_wrong(people: None, marketer: Person) -> None:
    assert (
        "Row 1: Fill this in." in ask(marketer, WHO, audience__kind="tag", audience__name="", audience__value="").text
    )
    for tree, said in (("{", "JSON"), ('{"inside": "nowhere"}', "nowhere"), ('{"fact": "shoe", "is": 1}', "fact")):
        told = ask(marketer, WHO, audience__use_tree="1", audience__tree=tree)
        assert 'class="error"' in told.html
        assert said in told.text


def test_without_a_script_a_button_counts(people: None, marketer: Person, admin: httpx.Client) -> None:
    page = PageText(marketer.fill(NEW, **SNEAKERS, name="Not lost", do="count").text)
    assert "7 people" in page.text
    assert page.sheet(NEW)["name"] == "Not lost"
    admin.put("/v1/campaigns/sneakers", json=CAMPAIGN)
    edit = "/console/campaigns/sneakers/edit"
    assert "7 people" in marketer.fill(edit, **SNEAKERS, do="count").text
    assert admin.get("/v1/campaigns/sneakers").json()["version"] == 1


@pytest.mark.parametrize(
    ("source", "spot"),
    [
        ("Hoi {{ customer.foo }}", (1, 8)),
        ("een\ntwee {{ weekday | nope }}", (2, 19)),
        ("een\n\n{{ weekday ", (3, 1)),
        ("{{ a b }}", (1, 6)),
        ("Hoi {% if x %}", (1, 5)),
        ("Hoi {{ weekday }}", None),
    ],
)
def test_where_in_a_text_it_is_wrong(source: str, spot: tuple[int, int] | None) -> None:
    assert spot_of_fault(source) == spot


def test_an_error_is_told_at_its_place_as_it_would_be_at_saving(people: None, marketer: Person) -> None:
    wrong = DUTCH | {"messages__nl__body": "Hoi\nbij {{ place.nam }}."}
    told = ask(marketer, WHAT, **wrong)
    at_field = re.findall(r'data-field="([^"]+)">([^<]+)<', told.html)
    assert [name for name, _ in at_field] == ["messages.nl.body"]
    assert at_field[0][1].startswith("Line 2, character 8: ")
    assert "place.nam" in at_field[0][1]
    saved = marketer.fill(NEW, **wrong, name="Sneakers", do="save")
    assert saved.status_code == 422
    assert at_field[0][1] in saved.text
    assert "data-field" not in ask(marketer, WHAT, messages__nl__title="Only begun").html, "no text yet is no error yet"


def test_what_it_looks_like_follows_what_is_typed(people: None, marketer: Person, admin: httpx.Client) -> None:
    told = ask(marketer, WHAT, **DUTCH, preview="s-3")
    assert "As Sanne 3 would get it" in told.text
    assert told.html.count("Hoi Sanne") == 3, "on an iPhone, on Android, in a browser"
    for said in ("On an iPhone", "On Android", "In a browser", "Bij Kalverstraat 102."):
        assert said in told.text
    page = ask(marketer, WHAT, **DUTCH, preview="s-3", trigger__on="scan")
    assert "At the head of the page" in page.text
    assert "On an iPhone" not in page.text
    two = DUTCH | {"messages__de__title": "Hallo {{ nobody }}", "messages__de__body": "Bei uns."}
    assert "Hoi Sanne" in ask(marketer, WHAT, **two, preview="s-3").text, "one language wrong leaves the others"
    assert "As Jens would get it" in ask(marketer, WHAT, **DUTCH).text, "of nobody named, the first"
    assert "There is no such customer." in ask(marketer, WHAT, **DUTCH, preview="nobody").text
    assert "Write a title and a text" in ask(marketer, WHAT).text
    assert admin.get("/v1/campaigns").json()["items"] == [], "nothing is saved"


def test_the_campaign_is_a_sentence_while_it_is_written(people: None, marketer: Person) -> None:
    told = ask(marketer, WHAT, **SNEAKERS, **DUTCH, trigger__places=["kalverstraat-102"])
    assert "When somebody" in told.text or "When someone" in told.text
    assert "Kalverstraat 102" in told.text
    assert "Hoi [first name]" in told.text
    assert "sentence" in marketer.look(NEW).html
    broken = marketer.post(
        WHAT, marketer.look(NEW).sheet(NEW).but(trigger__on="nonsense", audience__use_tree="1", audience__tree="{")
    )
    assert broken.status_code == 200


def test_the_variants_of_a_campaign_are_seen_while_it_is_changed(
    people: None, marketer: Person, admin: httpx.Client
) -> None:
    words = {"nl": {"title": "In het kort", "body": "Kom."}}
    admin.put("/v1/campaigns/sneakers", json=CAMPAIGN | {"variants": [{"name": "short", "messages": words}]})
    path = "/console/campaigns/sneakers/edit"
    answer = marketer.post(WHAT, marketer.look(path).sheet(path).but(preview="s-3"))
    assert "in the words of short" in PageText(answer.text).text
    assert "In het kort" in answer.text
    gone = marketer.post(WHAT, marketer.look(path).sheet(path).but(of="gone"))
    assert gone.status_code == 200


def test_its_parts_and_its_deeds_are_reached_from_the_page(people: None, marketer: Person, admin: httpx.Client) -> None:
    page = marketer.look(NEW)
    assert [page.links[one] for one in ("When", "Who", "What")] == ["#when", "#who", "#what"]
    assert {"when", "who", "what"} <= set(page.ids)
    admin.put("/v1/campaigns/sneakers", json=CAMPAIGN)
    here = "/console/campaigns/sneakers"
    to = set(marketer.look(f"{here}/edit").links.values())
    assert {here, f"{here}/launch", f"{here}/rehearse", f"{NEW}?copy=sneakers"} <= to
    admin.post("/v1/campaigns/sneakers/launch")
    to = set(marketer.look(f"{here}/edit").links.values())
    assert {f"{here}/pause", f"{here}/end"} <= to


def test_every_filter_is_told(marketer: Person, enter: Enter) -> None:
    html = marketer.look(NEW).html
    for one in FILTERS:
        assert f"<code>| {one}</code></dt><dd>{LINES[f'filter_{one}'][0]}</dd>" in html


def test_who_is_signed_out_is_told_and_not_sent_elsewhere(people: None, marketer: Person) -> None:
    sheet = marketer.look(NEW).sheet(NEW)
    marketer.http.cookies.clear()
    assert marketer.post(WHO, sheet.but(**SNEAKERS)).status_code == 401
