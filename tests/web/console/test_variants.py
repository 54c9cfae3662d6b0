"""Variants of a campaign: written as rows, refused at their fields, seen where the campaign is."""

import re
from typing import Any
from zoneinfo import ZoneInfo

import httpx
import pytest

from tests.web.conftest import CAMPAIGN, PLACE, Register, Served
from tests.web.console.conftest import Person
from tests.web.console.reading import PageText
from tests.web.console.test_campaigns import FILLED, NEW
from web.console.speaking import Voice
from web.console.variants_form import shares

HERE = "/console/campaigns/sneakers"
EDIT = f"{HERE}/edit"
WHAT = "/console/campaigns/what"
SHORT = {"nl": {"title": "Kort", "body": "Kom."}}
ROWS: dict[str, Any] = {
    "variants__0__name": "plain",
    "variants__0__weight": "1",
    "variants__1__name": "short",
    "variants__1__weight": "3",
    "variants__1__messages__nl__title": "Kort",
    "variants__1__messages__nl__body": "Kom.",
}


@pytest.fixture
def place(admin: httpx.Client) -> None:
    assert admin.put("/v1/places/kalverstraat-102", json=PLACE).status_code == 201


@pytest.fixture
def tried(place: None, admin: httpx.Client) -> None:
    """A campaign with two variants, one of which has a Dutch text of its own."""
    variants = [{"name": "plain"}, {"name": "short", "weight": 3, "messages": SHORT}]
    assert admin.put("/v1/campaigns/sneakers", json=CAMPAIGN | {"variants": variants}).status_code == 201


def test_rows_come_and_go_without_a_script_and_nothing_typed_is_lost(place: None, marketer: Person) -> None:
    first = PageText(marketer.fill(NEW, **FILLED, do="variant").text)
    assert [first.sheet(NEW)[f"variants.{number}.weight"] for number in (0, 1)] == ["1", "1"]
    assert first.sheet(NEW)["name"] == FILLED["name"]
    assert "50 %" in first.text
    more = marketer.post(NEW, first.sheet(NEW).but(**ROWS, do="variant"))
    assert 'name="variants.2.name"' in more.text
    third = PageText(more.text).sheet(NEW).but(variants__2__name="third", do="drop.0")
    fewer = PageText(marketer.post(NEW, third).text)
    kept = fewer.sheet(NEW)
    assert (kept["variants.1.name"], kept["variants.1.messages.nl.title"], kept["variants.2.name"]) == (
        "short",
        "Kort",
        "third",
    )
    assert 'name="variants.0.name"' not in fewer.html
    assert "75 %" in fewer.text


def test_variants_on_the_form_are_those_at_the_api(place: None, marketer: Person, admin: httpx.Client) -> None:
    empty = {"variants__7__name": "", "variants__7__weight": "1", "variants__7__messages__nl__title": " "}
    answer = marketer.fill(NEW, **FILLED, **ROWS, **empty, do="save")
    assert answer.status_code == 303
    plain, short = admin.get("/v1/campaigns/sneakers").json()["variants"]
    assert (plain["name"], plain["weight"], "messages" in plain) == ("plain", 1, False)
    assert (short["name"], short["weight"], short["messages"]["nl"]["title"]) == ("short", 3, "Kort")
    assert set(short["messages"]) == {"nl"}
    assert marketer.fill(EDIT, do="save").status_code == 303
    assert admin.get("/v1/campaigns/sneakers").json()["version"] == 1, "as it was is no new version"
    gone: dict[str, Any] = {name: None for name in ROWS if "__1__" in name}
    assert marketer.fill(EDIT, **gone, variants__0__name="only", do="save").status_code == 303
    assert [one["name"] for one in admin.get("/v1/campaigns/sneakers").json()["variants"]] == ["only"]


@pytest.mark.parametrize(
    ("wrong", "field", "said"),
    [
        ({"variants__1__name": "plain"}, "variants.1.name", "Another variant has this name."),
        ({"variants__1__name": "with blanks"}, "variants.1.name", "Use letters, digits"),
        ({"variants__1__name": ""}, "variants.1.name", "Fill this in."),
        ({"variants__1__weight": "1001"}, "variants.1.weight", "At most 1000."),
        ({"variants__1__weight": "much"}, "variants.1.weight", "This is not a number."),
        ({"variants__1__messages__nl__body": "Hoi\nbij {{ place.nam }}."}, "variants.1.messages.nl.body", "Line 2, character 8: "),
        ({"variants__1__messages__nl__body": ""}, "variants.1.messages.nl.body", "Fill this in."),
        ({"variants__1__messages__de__url": "/sale"}, "variants.1.messages.de.title", "Fill this in."),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_at_its_field(
    place: None, marketer: Person, wrong: dict[str, str], field: str, said: str
) -> None:
    answer = marketer.fill(NEW, **{**FILLED, **ROWS, **wrong}, do="save")
    page = PageText(answer.text)
    assert (answer.status_code, field in page.invalid) == (422, True)
    assert re.search(rf'id="f-{re.escape(field)}-error">{re.escape(said)}', answer.text)
    [name, text] = next(iter(wrong.items()))
    assert page.sheet(NEW)[name.replace("__", ".")] == text


def test_of_rows_with_a_gap_the_right_one_is_named(place: None, marketer: Person) -> None:
    rows = {name.replace("__1__", "__5__"): text for name, text in ROWS.items()} | {"variants__3__weight": "1"}
    answer = marketer.fill(NEW, **{**FILLED, **rows, "variants__5__weight": "-1"}, do="save")
    assert PageText(answer.text).invalid == ["variants.5.weight"]
    nobody = marketer.fill(NEW, **{**FILLED, **rows, "variants__5__weight": "0", "variants__0__weight": "0"}, do="save")
    assert nobody.status_code == 422
    assert 'id="f-variants-error">Give at least one variant a weight above 0.' in nobody.text


def test_a_page_that_knew_of_none_takes_none_away(tried: None, marketer: Person, admin: httpx.Client) -> None:
    without = {name: None for name in dict(marketer.look(EDIT).sheet(EDIT).fields) if name.startswith("variants.")}
    fields: dict[str, Any] = {name.replace(".", "__"): None for name in without}
    assert marketer.fill(EDIT, **fields, name="Renamed", do="save").status_code == 303
    assert [one["name"] for one in admin.get("/v1/campaigns/sneakers").json()["variants"]] == ["plain", "short"]


def test_a_variant_that_somebody_else_added_comes_beside_what_was_typed(
    tried: None, marketer: Person, admin: httpx.Client
) -> None:
    typed = marketer.look(EDIT).sheet(EDIT).but(variants__1__messages__nl__title="Korter", do="save")
    theirs = [{"name": "plain"}, {"name": "short", "messages": SHORT}, {"name": "theirs", "messages": SHORT}]
    assert admin.put("/v1/campaigns/sneakers", json=CAMPAIGN | {"variants": theirs}).status_code == 200
    told = marketer.post(EDIT, typed)
    assert told.status_code == 409
    sheet = PageText(told.text).sheet(EDIT)
    assert (sheet["variants.1.messages.nl.title"], sheet["variants.2.name"]) == ("Korter", "theirs")
    assert marketer.post(EDIT, sheet.but(do="save")).status_code == 303
    saved = admin.get("/v1/campaigns/sneakers").json()["variants"]
    assert [one["name"] for one in saved] == ["plain", "short", "theirs"]
    assert saved[1]["messages"]["nl"]["title"] == "Korter"


def test_a_copy_has_them(tried: None, marketer: Person, admin: httpx.Client) -> None:
    path = f"{NEW}?copy=sneakers"
    sheet = marketer.look(path).sheet(NEW)
    assert sheet["variants.1.messages.nl.title"] == "Kort"
    assert marketer.post(NEW, sheet.but(id="again", do="save")).status_code == 303
    assert [one["name"] for one in admin.get("/v1/campaigns/again").json()["variants"]] == ["plain", "short"]


def test_the_campaigns_page_shows_each_with_its_share_and_its_texts(tried: None, marketer: Person) -> None:
    page = marketer.look(HERE)
    assert "plain 25 %" in page.text
    assert "short 75 %" in page.text
    plain, short = page.html.split('class="variant-shown"')[1:]
    assert "Kort" not in plain
    assert "Kort" in short
    assert plain.count("the campaign&#39;s text") == len(CAMPAIGN["messages"])
    assert "Variants" not in marketer.look(f"{NEW}").text.split("Try variants")[1]


def test_a_preview_is_in_the_words_of_a_chosen_variant(tried: None, marketer: Person, admin: httpx.Client) -> None:
    admin.put("/v1/customers/sanne", json={"name": "Sanne de Vries", "language": "nl"})
    for variant in ("plain", "short"):
        seen = marketer.look(f"{HERE}/preview?customer=sanne&variant={variant}")
        assert f"in the words of {variant}" in seen.text
        assert ("Kort" in seen.text) == (variant == "short")
        typed = marketer.look(EDIT).sheet(EDIT).but(preview="sanne", preview__variant=variant)
        told = marketer.post(WHAT, typed)
        assert f"in the words of {variant}" in PageText(told.text).text
        assert "in the words of" in PageText(marketer.post(EDIT, [*typed, ("do", "preview")]).text).text
    assert "in the words of" in marketer.look(f"{HERE}/preview?customer=sanne&variant=gone").text


def test_while_it_is_written_shares_and_errors_follow(tried: None, marketer: Person, admin: httpx.Client) -> None:
    admin.put("/v1/customers/sanne", json={"name": "Sanne de Vries", "language": "nl"})
    typed = marketer.look(EDIT).sheet(EDIT)
    told = marketer.post(WHAT, typed.but(variants__0__weight="9", variants__1__messages__en__body="{{ nope }}")).text
    assert '<p data-share="0">75 %</p>' in told
    assert '<p data-whose="1-nl">a text of its own</p>' in told
    assert '<p data-whose="0-en">the campaign&#39;s text</p>' in told
    assert re.findall(r'data-field="([^"]+)"', told) == ["variants.1.messages.en.body"]
    assert '<option value="short">' in told
    broken = marketer.post(WHAT, typed.but(variants__1__name="", variants__1__weight="x"))
    assert "in the words of plain" in PageText(broken.text).text, "one that can not be read leaves the other"


def test_a_test_goes_out_in_the_words_of_a_chosen_variant(
    tried: None, marketer: Person, admin: httpx.Client, register: Register, served: Served
) -> None:
    admin.put("/v1/customers/sanne", json={"name": "Sanne", "language": "nl", "consents": {"offers": True}})
    register("sanne", push_token="t-1")
    path = f"{HERE}/test?customer=sanne"
    page = marketer.look(path)
    sheet = next(one for one in page.sheets if one.method == "post" and one.action == f"{HERE}/test")
    device = re.findall(r'name="device" value="([^"]+)"', page.html)[0]
    for variant in ("plain", "short"):
        assert marketer.post(f"{HERE}/test", sheet.but(variant=variant, device=device, sure="sanne")).status_code == 200
    sent = admin.get("/v1/deliveries").json()["items"]
    assert sorted(one["variant"] for one in sent) == ["plain", "short"]
    gone = marketer.post(f"{HERE}/test", sheet.but(variant="gone", device=device, sure="sanne"))
    assert (gone.status_code, "This variant is gone." in gone.text) == (422, True)


def test_versions_side_by_side_show_them(tried: None, marketer: Person) -> None:
    assert (
        marketer.fill(EDIT, variants__0__weight="3", variants__1__messages__nl__title="Korter", do="save").status_code
        == 303
    )
    page = marketer.look(f"{HERE}/versions")
    assert "Variant short, Share differs 75 % 50 %" in page.text
    assert "Variant short, Nederlands, Title differs Kort Korter" in page.text
    assert "weight" not in page.text


@pytest.mark.parametrize(
    ("language", "weights", "said"),
    [
        ("en", [1, 1, 1], ["33.3 %"] * 3),
        ("nl", [1, 1, 1], ["33,3 %"] * 3),
        ("de", [1, 3], ["25 %", "75 %"]),
        ("en", [0, 0], ["0 %", "0 %"]),
        ("en", [], []),
    ],
)
def test_shares_are_said_in_percent(language: str, weights: list[int], said: list[str]) -> None:
    assert shares(weights, Voice(language, ZoneInfo("UTC"))) == said
