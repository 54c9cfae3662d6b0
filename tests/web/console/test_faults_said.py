"""What the rules refuse is said in the language of whom it is said to."""

import re
from typing import Any
from zoneinfo import ZoneInfo

import httpx
import pytest

from offers.errors import Fault
from offers.rules.fault_names import ALL, NAMES, NEAR
from offers.rules.templates import TemplateError, check_template
from tests.offers.rules.test_fault_names import ALSO, TEMPLATES
from tests.web.conftest import PLACE, Register
from tests.web.console.conftest import Enter
from tests.web.console.reading import PageText
from tests.web.console.test_campaigns import NEW
from tests.web.console.test_words import fields_of
from web.console.faults import at_fields, phrase_of, rule_said
from web.console.speaking import Voice
from web.console.words import LINES, TONGUES

WRONG = [source for source, _ in TEMPLATES.values()] + ALSO
ENGLISH = re.compile(
    r"\b(?:is not|not a|which|known are|uses|expected|unexpected|does not|longer than|must|characters|fact|there|found|the|and|with)\b"
)
UNNAMED = "is wrong in a way that nobody thought of"


def voice(language: str) -> Voice:
    return Voice(language, ZoneInfo("Europe/Amsterdam"))


def errors_in(html: str) -> list[str]:
    return re.findall(r'<p class="error"[^>]*>(.*?)</p>', html, re.DOTALL)


def test_every_fault_that_has_a_name_has_words_in_each_language() -> None:
    for name in NAMES:
        line = LINES[phrase_of(name)]
        assert len(set(line)) == len(TONGUES) or name == "not_here", f"{name} is said alike in two languages"


def test_every_phrase_says_no_more_than_its_fault_tells() -> None:
    told = {name: set(re.findall(r"\(\?P<(\w+)>", pattern)) for name, pattern in ALL}
    told |= {name: {*told[name.removesuffix("_near")], "near"} for name in NEAR}
    for name in NAMES:
        for phrase in LINES[phrase_of(name)]:
            assert fields_of(phrase) <= told[name], name
    left = {name.removeprefix("rule_") for name in LINES if name.startswith("rule_")} - set(NAMES)
    assert left == set(), "phrases of no fault"


@pytest.mark.parametrize("language", ["nl", "de"])
@pytest.mark.parametrize("source", WRONG)
def test_no_error_of_a_text_is_said_in_english(language: str, source: str) -> None:
    with pytest.raises(TemplateError) as refused:
        check_template(source)
    said = rule_said(f"Value error, {refused.value}", voice(language))
    plain = re.sub(r"\{\{.*?\}\}|“.*?”|„.*?“", "", said)
    assert not ENGLISH.search(plain), said
    assert "lang=" not in said


@pytest.mark.parametrize(("language", "spot", "said"), [
    ("nl", "Regel 2, teken 8: ", "place.nam is geen gegeven. Bedoel je place.name?"),
    ("de", "Zeile 2, Zeichen 8: ", "place.nam ist keine Angabe. Meinen Sie place.name?"),
    ("en", "Line 2, character 8: ", "place.nam is not a fact. Did you mean place.name?"),
])  # fmt: skip
def test_a_form_says_it_at_its_place_in_the_readers_language(enter: Enter, language: str, spot: str, said: str) -> None:
    person = enter("marketer", language=language)
    typed: dict[str, Any] = {
        "name": "Herfst",
        "messages__nl__title": "Hoi {{ customer.first_name | upcas }}",
        "messages__nl__body": "Hoi\nbij {{ place.nam }}.",
        "messages__de__title": "{{ weekday ",
        "messages__de__body": "{% if x %}",
        "messages__en__title": "x" * 501,
        "messages__en__body": "x" * 401,
        "messages__en__url": "http://shop.example",
    }
    page = person.fill(NEW, **typed, do="save")
    assert page.status_code == 422
    errors = errors_in(page.text)
    assert len(errors) == 7
    assert f"{spot}{said}" in errors
    if language != "en":
        assert [one for one in errors if ENGLISH.search(re.sub(r"\{\{.*?\}\}", "", one))] == []
    live = person.post("/console/campaigns/what", PageText(page.text).sheet(NEW).but())
    assert f'data-field="messages.nl.body">{spot}{said}<' in live.text


@pytest.mark.parametrize(("language", "said"), [
    ("nl", ["Een percentage is meer dan 0 en hoogstens 100.", "Breedtegraad en lengtegraad horen bij elkaar", "Schrijf het nummer met +"]),
    ("de", ["Ein Prozentsatz liegt über 0 und bei höchstens 100.", "Breite und Länge gehören zusammen", "Schreiben Sie die Nummer mit +"]),
])  # fmt: skip
def test_forms_of_offers_posters_and_places_say_it_so_too(
    enter: Enter, admin: httpx.Client, language: str, said: list[str]
) -> None:
    admin.put("/v1/places/kalverstraat-102", json=PLACE)
    person = enter("marketer", language=language)
    offer = person.fill("/console/offers/new", name="A", kind="percentage", value="101", do="save")
    poster = person.fill("/console/posters/new", campaign="none", lat="52.3", lon="", do="save")
    crossing = '{"type": "Polygon", "coordinates": [[[4, 52], [5, 53], [5, 52], [4, 53], [4, 52]]]}'
    place = person.fill(
        "/console/places/new",
        name="A",
        lat="52",
        lon="4",
        phone="06",
        premises__geojson=crossing,
        do="save",
    )
    for answer, one in zip((offer, poster, place), said, strict=True):
        assert answer.status_code == 422
        assert one in answer.text
        assert [error for error in errors_in(answer.text) if ENGLISH.search(error)] == []
    assert {"nl": "kruist of raakt zichzelf", "de": "kreuzt oder berührt sich"}[language] in place.text


def test_rows_of_a_file_are_refused_in_the_readers_language(enter: Enter) -> None:
    person = enter("marketer", language="nl")
    rows = "id,name,kind,lat,lon,time_zone,radius_m\na,A,shop,95,4,Amsterdam,0\nb,,store,52,4,Europe/Amsterdam,100\n"
    page = person.fill("/console/places/import", file=rows)
    said = re.findall(r'<p class="said">(.*?)</p>', page.text)
    assert "<code>time_zone</code> " + LINES["bad_zone"][1] in said
    assert any("Vul dit in." in one for one in said)
    plain = [re.sub(r"<code>.*?</code>", "", one) for one in said]
    assert len(plain) == 4
    assert [one for one in plain if ENGLISH.search(one) or "Input" in one] == []
    posters = person.fill("/console/posters/import", file="id,campaign,lat,lon\na,none,52.3,\n")
    assert "Breedtegraad en lengtegraad horen bij elkaar" in posters.text


def test_what_has_no_name_is_marked_as_english_and_says_what_to_do() -> None:
    dutch = rule_said(UNNAMED, voice("nl"))
    assert (
        str(dutch)
        == f'Dit kan zo niet. Verander het, of laat het weg. Wat er mis is, in het Engels: <span lang="en">{UNNAMED}</span>.'
    )
    assert "&lt;b&gt;" in rule_said("has <b> in it", voice("de"))
    assert "<" not in rule_said(UNNAMED, voice("en"))
    found = at_fields([Fault("name", dutch), Fault("name", "a <b>")], ["name"], {})
    assert found["name"].endswith("a &lt;b&gt;"), "what is not ours is escaped beside it"


def test_marks_reach_the_page_as_marks(enter: Enter, admin: httpx.Client) -> None:
    person = enter("marketer", language="nl")
    page = person.fill(NEW, name="A", audience__use_tree="1", audience__tree='{"fact": "shoe", "is": 1}', do="save")
    assert re.search(r'<span lang="en">[^<]+</span>', page.text)
    assert "&lt;span" not in page.text


def test_a_customers_page_says_no_raw_values(enter: Enter, admin: httpx.Client, register: Register) -> None:
    admin.put("/v1/places/kalverstraat-102", json=PLACE)
    admin.put("/v1/customers/sanne", json={"name": "Sanne", "consents": {"offers": True}})
    register("sanne", push_token="t-1", platform="web")
    order = {"customer": "sanne", "place": "kalverstraat-102", "number": "1"}
    admin.put("/v1/orders/o-1", json=order)
    page = enter("viewer", language="nl").look("/console/customers/sanne")
    assert "een browser" in page.text
    assert "door het eigen systeem van de winkel" in page.text
    assert re.search(r"o-1 .*besteld", page.text)
    assert not re.search(r">(?:server|web|placed)<", page.html)
