"""A campaign on the plain form: written, previewed, refused, launched, changed, paused, ended."""

from collections.abc import Mapping
from typing import Any

import httpx
import pytest

from tests.web.conftest import CAMPAIGN, PLACE, Clock, Served
from tests.web.console.conftest import Enter, Person
from tests.web.console.reading import PageText

NEW = "/console/campaigns/new"
GOES_ALONG = {"url": "/sale", "image": "https://cdn.shop.example/sneakers.jpg"}
FILLED: Mapping[str, Any] = {
    "name": "Sneakers, Kalverstraat",
    "id": "sneakers",
    "trigger__places": ["kalverstraat-102"],
    "audience__kind": ["tag", "attribute", ""],
    "audience__name": ["", "pairs_bought", ""],
    "audience__value": ["sneakers", "4", ""],
    "messages__nl__title": "Hoi {{ customer.first_name | default: 'daar' }}",
    "messages__nl__body": "Je bent vlak bij {{ place.name }}.",
    "messages__en__title": "Hello {{ customer.first_name }}",
    "messages__en__body": "You are near {{ place.name }}.",
    **{f"messages__en__{part}": said for part, said in GOES_ALONG.items()},
    "schedule__from": "2026-11-20T09:00",
    "schedule__until": "2026-12-31T23:59",
    "schedule__weekly": "Mo-Sa 09:00-18:00",
    "cooldown": "2",
    "cooldown__unit": "D",
    "hold_out_percent": "0",
    "quiet_hours": "defer",
}


@pytest.fixture
def place(admin: httpx.Client) -> None:
    assert admin.put("/v1/places/kalverstraat-102", json=PLACE).status_code == 201


@pytest.fixture
def draft(place: None, marketer: Person) -> str:
    answer = marketer.fill(NEW, **FILLED, do="save")
    assert answer.headers["location"] == "/console/campaigns/sneakers?done=campaign_saved"
    return "/console/campaigns/sneakers"


def test_a_campaign_on_the_form_is_the_campaign_at_the_api(draft: str, marketer: Person, admin: httpx.Client) -> None:
    campaign = admin.get("/v1/campaigns/sneakers").json()
    assert campaign["status"] == "draft"
    assert campaign["trigger"] == {"on": "enter", "places": ["kalverstraat-102"], "tags": [], "role": "premises"}
    assert campaign["audience"] == {
        "all": [{"fact": "tags", "has": "sneakers"}, {"fact": "attributes.pairs_bought", "in": ["4", 4]}]
    }
    schedule = campaign["schedule"]
    assert (schedule["from"], schedule["until"]) == ("2026-11-20T09:00:00+01:00", "2026-12-31T23:59:00+01:00")
    assert (schedule["weekly"], schedule["only_when_open"]) == ("Mo-Sa 09:00-18:00", False)
    assert (campaign["cooldown"], campaign["hold_out_percent"], campaign["priority"]) == ("P2D", 0, 50)
    assert campaign["quiet_hours"] == "defer"
    assert set(campaign["messages"]) == {"nl", "en"}
    assert {part: campaign["messages"]["en"][part] for part in ("url", "image")} == GOES_ALONG
    page = marketer.look(f"{draft}?done=campaign_saved")
    assert "Saved as version 1." in page.text
    assert (
        "When someone with the tag sneakers and pairs_bought 4 comes to Kalverstraat 102, send Hello [first name],"
        " from 20 Nov 2026 09:00, until 31 Dec 2026 23:59, Mo-Sa 09:00-18:00, after the quiet hours when it happens in them, at most once in 2 days"
    ) in page.text
    assert "Nothing stands in the way." in page.text


def test_the_form_shown_and_sent_back_changes_nothing(draft: str, marketer: Person, admin: httpx.Client) -> None:
    before = admin.get("/v1/campaigns/sneakers").headers["etag"]
    assert marketer.fill(f"{draft}/edit", do="save").status_code == 303
    assert admin.get("/v1/campaigns/sneakers").headers["etag"] == before


@pytest.mark.usefixtures("place")
@pytest.mark.parametrize(
    ("wrong", "field", "said"),
    [
        ({"name": ""}, "name", "Fill this in."),
        ({"messages__en__title": "{{ customer.shoe }}"}, "messages.en.title", "is not a fact"),
        ({"messages__en__body": "{% for a in b %}"}, "messages.en.body", "Tags between {% and %}"),
        ({"messages__en__url": "http://shop.example"}, "messages.en.url", "Begin with https://"),
        ({"messages__nl__body": ""}, "messages.nl.body", "Fill this in."),
        ({"schedule__from": "2027-01-01T00:00"}, "schedule.until", "The end has to come after the beginning."),
        ({"schedule__weekly": "sometimes"}, "schedule.weekly", "These hours can not be read."),
        ({"cooldown": "often"}, "cooldown", "This is not a number."),
        ({"priority": "5000"}, "priority", "At most 1000."),
        ({"hold_out_percent": "101"}, "hold_out_percent", "At most 100."),
    ],
)
def test_what_is_wrong_is_said_at_its_field_and_nothing_typed_is_lost(
    marketer: Person, admin: httpx.Client, wrong: dict[str, str], field: str, said: str
) -> None:
    answer = marketer.fill(NEW, **{**FILLED, **wrong}, do="save")
    assert answer.status_code == 422
    page = PageText(answer.text)
    assert field in page.invalid
    assert said in page.text
    assert f"#f-{field}" in page.links.values()
    assert set(page.described) <= set(page.ids)
    sheet = page.sheet(NEW)
    for name, typed in {**FILLED, **wrong}.items():
        if isinstance(typed, str):
            assert sheet[name.replace("__", ".")] == typed
    assert ("trigger.places", "kalverstraat-102") in sheet.fields
    assert [text for name, text in sheet.fields if name == "audience.value"][:2] == ["sneakers", "4"]
    assert admin.get("/v1/campaigns").json()["items"] == []


def test_half_a_row_and_no_message_are_said(place: None, marketer: Person) -> None:
    texts = {name: "" for name in FILLED if name.startswith("messages__")}
    row = {"audience__kind": ["size"], "audience__name": [""], "audience__value": ["39"]}
    answer = marketer.fill(NEW, **{**FILLED, **texts, **row}, do="save")
    assert PageText(answer.text).links["Row 1, Which"] == "#f-audience.rows.1.name"
    assert "Write the message in at least one language." in answer.text


def test_rows_are_added_without_a_script(place: None, marketer: Person, admin: httpx.Client) -> None:
    answer = marketer.fill(NEW, **FILLED, do="row")
    assert answer.status_code == 200
    sheet = PageText(answer.text).sheet(NEW)
    assert [text for name, text in sheet.fields if name == "audience.kind"] == ["tag", "attribute", "", ""]
    assert sheet["name"] == FILLED["name"]
    assert admin.get("/v1/campaigns").json()["items"] == []


def test_an_audience_that_rows_can_not_say_stays_a_tree(place: None, marketer: Person, admin: httpx.Client) -> None:
    tree = {"not": {"any": [{"fact": "tags", "has": "staff"}, {"fact": "tags", "has": "press"}]}}
    admin.put("/v1/campaigns/sneakers", json=CAMPAIGN | {"audience": tree})
    assert marketer.fill("/console/campaigns/sneakers/edit", name="Renamed", do="save").status_code == 303
    campaign = admin.get("/v1/campaigns/sneakers").json()
    assert (campaign["name"], campaign["audience"]) == ("Renamed", tree)


def test_a_language_of_elsewhere_and_what_the_form_does_not_know_stay(
    place: None, marketer: Person, admin: httpx.Client
) -> None:
    words = CAMPAIGN["messages"] | {"fr": {"title": "Bonjour", "body": "Vous y êtes presque."}}
    admin.put("/v1/campaigns/sneakers", json=CAMPAIGN | {"messages": words})
    page = marketer.look("/console/campaigns/sneakers/edit")
    assert page.sheet("/console/campaigns/sneakers/edit")["messages.fr.title"] == "Bonjour"
    marketer.fill("/console/campaigns/sneakers/edit", name="Renamed", do="save")
    assert set(admin.get("/v1/campaigns/sneakers").json()["messages"]) == {"en", "fr"}


def test_variants_survive_the_form_and_its_faults_are_at_their_fields(
    place: None, marketer: Person, admin: httpx.Client
) -> None:
    code = {"en": {"title": "Yours", "body": "Show {{ coupon.code }}"}}
    variants = [{"name": "plain"}, {"name": "code", "weight": 3, "messages": code}]
    offer = {"name": "Ten percent", "kind": "percentage", "value": 10, "codes": "generated"}
    assert admin.put("/v1/offers/ten", json=offer).status_code == 201
    more = {"variants": variants, "offer": "ten", "devices": "all", "quiet_hours": "defer"}
    assert admin.put("/v1/campaigns/sneakers", json=CAMPAIGN | more).status_code == 201
    before = admin.get("/v1/campaigns/sneakers").json()
    edit = "/console/campaigns/sneakers/edit"
    assert marketer.fill(edit, do="save").status_code == 303
    assert admin.get("/v1/campaigns/sneakers").json()["version"] == before["version"]
    assert marketer.fill(edit, name="Renamed", do="save").status_code == 303
    after = admin.get("/v1/campaigns/sneakers").json()
    assert {name: after[name] for name in more} == {name: before[name] for name in more}
    assert "Renamed" in marketer.look("/console/campaigns/sneakers").text
    refused = marketer.fill(edit, offer="", do="save")
    assert refused.status_code == 422
    assert PageText(refused.text).invalid == ["variants.1.messages.en.body"]


def test_a_product_and_a_language_for_all_others(place: None, marketer: Person, admin: httpx.Client) -> None:
    product = {"title": {"nl": "Sneaker"}, "price": "89.95", "currency": "EUR"}
    admin.put("/v1/products/SNEAK-1", json=product)
    words = {**FILLED, "messages__nl__body": "{{ product.title }} voor {{ product.price }}."}
    for wrong, field, said in (
        ({"product": ""}, "messages.nl.body", "This text tells of a product"),
        ({"product": "SOCK"}, "product", "There is no such product."),
        ({"product": "SNEAK-1", "default_language": "de"}, "default_language", "There is no message in this language."),
    ):
        answer = marketer.fill(NEW, **{**words, **wrong}, do="save")
        assert (answer.status_code, PageText(answer.text).invalid) == (422, [field])
        assert said in answer.text
    answer = marketer.fill(NEW, **words, product="SNEAK-1", default_language="nl", do="save")
    assert answer.status_code == 303
    campaign = admin.get("/v1/campaigns/sneakers").json()
    assert (campaign["product"], campaign["default_language"]) == ("SNEAK-1", "nl")
    assert marketer.fill("/console/campaigns/sneakers/edit", do="save").status_code == 303
    assert admin.get("/v1/campaigns/sneakers").json()["version"] == 1


def test_a_preview_shows_every_language_for_one_customer(draft: str, marketer: Person, admin: httpx.Client) -> None:
    admin.put("/v1/customers/sanne", json={"name": "Sanne de Vries", "language": "nl"})
    admin.put("/v1/customers/c-17", json={"language": "en"})
    page = marketer.look(f"{draft}/preview?customer=Vries")
    assert "As Sanne de Vries would get it" in page.text
    assert "Nederlands what they get Hoi Sanne Je bent vlak bij Kalverstraat 102." in page.text
    assert "English Hello Sanne You are near Kalverstraat 102. /sale" in page.text
    assert "Title: 9 characters" in page.text
    size = len("Hoi Sanne") + len("Je bent vlak bij Kalverstraat 102.")
    assert f"{size} bytes on the way" in page.text
    nameless = marketer.look(f"{draft}/preview?customer=c-17")
    assert "There is something for you at Kalverstraat 102." in nameless.text
    assert "Default text:" in nameless.text
    assert "There is no such customer." in marketer.look(f"{draft}/preview?customer=nobody", 422).text


def test_a_preview_shows_the_variant_that_would_be_sent(draft: str, marketer: Person, admin: httpx.Client) -> None:
    written = {**CAMPAIGN, "variants": [{"name": "long"}, {"name": "short"}]}
    assert admin.put("/v1/campaigns/sneakers", json=written).status_code == 200
    drawn = set()
    for number in range(8):
        admin.put(f"/v1/customers/c-{number}", json={"language": "nl"})
        told = admin.post("/v1/campaigns/sneakers/preview", json={"customer": f"c-{number}"}).json()
        drawn.add(told["variant"])
        looked = marketer.look(f"{draft}/preview?customer=c-{number}").text
        edited = marketer.fill(f"{draft}/edit", preview=f"c-{number}", do="preview").text
        for page in (looked, PageText(edited).text):
            assert f"in the words of {told['variant']}" in page
    assert drawn == {"long", "short"}


def test_a_preview_while_writing_saves_nothing(place: None, marketer: Person, admin: httpx.Client) -> None:
    admin.put("/v1/customers/sanne", json={"name": "Sanne de Vries", "language": "nl"})
    answer = marketer.fill(NEW, **FILLED, preview="sanne", do="preview")
    page = PageText(answer.text)
    assert "Hoi Sanne" in page.text
    assert "This is not saved yet." in page.text
    assert page.sheet(NEW)["name"] == FILLED["name"]
    assert admin.get("/v1/campaigns").json()["items"] == []
    nobody = marketer.fill(NEW, **FILLED, preview="nobody", do="preview")
    assert (nobody.status_code, "There is no such customer." in nobody.text) == (422, True)
    blank = marketer.fill(NEW, **FILLED, preview="", do="preview")
    assert (blank.status_code, "Fill this in." in blank.text) == (422, True)


def test_what_stands_in_the_way_of_a_launch_is_said_where_it_is_mended(
    draft: str, marketer: Person, admin: httpx.Client, clock: Clock
) -> None:
    marketer.fill(
        f"{draft}/edit",
        trigger__role="approach",
        schedule__from="2026-11-01T00:00",
        schedule__until="2026-11-20T00:00",
        do="save",
    )
    page = marketer.look(draft)
    assert "Its end has passed. Choose a later one." in page.links
    assert page.links["Its end has passed. Choose a later one."] == f"{draft}/edit?checks=1#f-schedule.until"
    asked = marketer.look(f"{draft}/launch")
    assert not [one for one in asked.sheets if one.action == f"{draft}/launch"], "there is nothing to press"
    assert "It can not be launched yet:" in asked.text
    answer = marketer.post(
        f"{draft}/launch", {"token": marketer.token(), "etag": admin.get("/v1/campaigns/sneakers").headers["etag"]}
    )
    assert answer.status_code == 409
    for shown in (PageText(answer.text), marketer.look(f"{draft}/edit?checks=1")):
        assert "schedule.until" in shown.invalid
        assert {"f-schedule.until-error", "f-trigger.places-error"} <= set(shown.described) & set(shown.ids)
        assert "None of its places has the outline it waits for (approach ring)." in shown.text
        assert shown.sheet(f"{draft}/edit")["name"] == FILLED["name"]
    assert admin.get("/v1/campaigns/sneakers").json()["status"] == "draft"


def test_a_campaign_goes_its_way_and_each_step_says_what_will_happen(
    draft: str, marketer: Person, admin: httpx.Client
) -> None:
    def status() -> str:
        return str(admin.get("/v1/campaigns/sneakers").json()["status"])

    asked = marketer.look(f"{draft}/launch")
    assert "Launch “Sneakers, Kalverstraat”?" in asked.text
    assert "at most 3 messages in 1 day" in asked.text
    assert "Between 21:00 and 08:00 nobody gets one." in asked.text
    assert status() == "draft", "looking does nothing"
    answer = marketer.send(asked.sheet(f"{draft}/launch"))
    assert answer.headers["location"] == f"{draft}?done=did_launch"
    assert status() == "live"
    assert "It is live." in marketer.look(answer.headers["location"]).text
    assert marketer.send(asked.sheet(f"{draft}/launch")).status_code == 303, "pressed twice is pressed once"
    asked = marketer.look(f"{draft}/pause")
    assert "Nobody is told any more until it goes on." in asked.text
    marketer.send(asked.sheet(f"{draft}/pause"))
    assert status() == "paused"
    assert "Go on" in marketer.look(draft).links
    marketer.fill(f"{draft}/launch")
    assert status() == "live"
    asked = marketer.look(f"{draft}/end")
    assert "It can not be started again, only copied." in asked.text
    marketer.send(asked.sheet(f"{draft}/end"))
    assert status() == "ended"
    ended = marketer.look(draft)
    assert not {"Launch", "Pause", "End", "Edit"} & set(ended.links)
    assert marketer.http.get(f"{draft}/edit").status_code == 409
    assert marketer.http.get(f"{draft}/launch").status_code == 409
    copy = marketer.look(ended.links["Copy"])
    answer = marketer.send(copy.sheet(NEW), id="again", name="Again", do="save")
    assert answer.headers["location"] == "/console/campaigns/again?done=campaign_saved"
    again = admin.get("/v1/campaigns/again").json()
    assert (again["status"], again["name"]) == ("draft", "Again")
    assert again["messages"] == admin.get("/v1/campaigns/sneakers").json()["messages"]


def test_a_live_campaign_is_edited_as_a_new_version(draft: str, marketer: Person, admin: httpx.Client) -> None:
    marketer.fill(f"{draft}/launch")
    assert "what is decided after you save goes by the new version" in marketer.look(f"{draft}/edit").text
    answer = marketer.fill(f"{draft}/edit", name="Better sneakers", do="save")
    assert "Saved as version 2." in marketer.look(answer.headers["location"]).text
    campaign = admin.get("/v1/campaigns/sneakers").json()
    assert (campaign["status"], campaign["version"]) == ("live", 2)
    never = marketer.fill(f"{draft}/edit", trigger__role="other", do="save")
    assert never.status_code == 409
    assert "trigger.places" in str(PageText(never.text).described)
    assert admin.get("/v1/campaigns/sneakers").json()["version"] == 2


def test_two_people_at_one_campaign(draft: str, marketer: Person, enter: Enter, admin: httpx.Client) -> None:
    path = f"{draft}/edit"
    other = enter("admin")
    mine, theirs = marketer.look(path).sheet(path), other.look(path).sheet(path)
    other.send(theirs, name="Theirs", do="save")
    answer = marketer.send(
        mine, name="Mine", messages__de__title="Guten Tag", messages__de__body="Gleich da.", do="save"
    )
    assert answer.status_code == 409
    page = PageText(answer.text)
    assert "Somebody else changed this while you were editing" in page.text
    assert (page.sheet(path)["name"], page.sheet(path)["messages.de.title"]) == ("Mine", "Guten Tag")
    assert admin.get("/v1/campaigns/sneakers").json()["name"] == "Theirs"
    assert marketer.send(page.sheet(path), do="save").status_code == 303
    assert admin.get("/v1/campaigns/sneakers").json()["name"] == "Mine"


def test_languages_that_somebody_else_added_meanwhile_stay(draft: str, marketer: Person, admin: httpx.Client) -> None:
    path, url = f"{draft}/edit", "/v1/campaigns/sneakers"
    mine = marketer.look(path).sheet(path)
    theirs = {"title": "Guten Tag", "body": "Gleich da."}
    campaign = admin.get(url).json()
    words = campaign["messages"] | {"de": theirs, "fr": theirs}
    admin.put(url, json=CAMPAIGN | {"messages": words})
    told = PageText(marketer.send(mine, name="Mine", messages__nl__title="", messages__nl__body="", do="save").text)
    assert told.sheet(path)["messages.fr.title"] == "Guten Tag"
    assert marketer.send(told.sheet(path), do="save").status_code == 303
    assert set(admin.get(url).json()["messages"]) == {"en", "de", "fr"}, "Dutch was taken away by hand"


def test_what_was_changed_since_it_was_asked_about_is_asked_again(
    draft: str, marketer: Person, enter: Enter, admin: httpx.Client
) -> None:
    asked = marketer.look(f"{draft}/launch").sheet(f"{draft}/launch")
    enter("admin").fill(f"{draft}/edit", messages__en__title="Something else entirely", do="save")
    answer = marketer.send(asked)
    assert answer.status_code == 409
    page = PageText(answer.text)
    assert "Something else entirely" in page.text
    assert admin.get("/v1/campaigns/sneakers").json()["status"] == "draft"
    assert marketer.send(page.sheet(f"{draft}/launch")).status_code == 303
    assert admin.get("/v1/campaigns/sneakers").json()["status"] == "live"


def test_a_place_that_went_meanwhile_is_said(place: None, marketer: Person, admin: httpx.Client) -> None:
    sheet = marketer.look(NEW).sheet(NEW)
    admin.delete("/v1/places/kalverstraat-102")
    answer = marketer.send(sheet, **FILLED, do="save")
    assert answer.status_code == 422
    assert "There is no place" in PageText(answer.text).text


def test_a_taken_id_is_said(draft: str, marketer: Person, admin: httpx.Client) -> None:
    answer = marketer.fill(NEW, **{**FILLED, "name": "Mine"}, do="save")
    assert (answer.status_code, "This id is taken." in answer.text) == (409, True)
    assert admin.get("/v1/campaigns/sneakers").json()["name"] == FILLED["name"]


def test_what_is_good_to_know_stands_on_the_page_and_before_the_launch(
    draft: str, marketer: Person, enter: Enter, admin: httpx.Client
) -> None:
    said = "Nobody is in its audience yet."
    page = marketer.look(draft)
    assert "Good to know before:" in page.text
    assert page.links[said] == f"{draft}/edit#f-audience"
    asked = marketer.look(f"{draft}/launch")
    assert said in asked.text
    assert marketer.fill(f"{draft}/launch").headers["location"] == f"{draft}?done=did_launch"
    assert said in marketer.look(draft).text
    viewer = enter("viewer", language="de").look(draft)
    assert "Noch gehört niemand zur Zielgruppe." in viewer.text
    assert admin.get("/v1/campaigns/sneakers").json()["status"] == "live"


def test_while_others_are_counted_a_campaign_is_shown_without_what_a_count_tells(
    draft: str, marketer: Person, served: Served, admin: httpx.Client
) -> None:
    said = "Nobody is in its audience yet."
    counting = served.doors.parts.counting
    with counting.taken(), counting.taken():
        for path in (draft, f"{draft}/launch"):
            assert said not in marketer.look(path).text
        assert marketer.fill(f"{draft}/launch").headers["location"] == f"{draft}?done=did_launch"
    assert said in marketer.look(draft).text
    assert admin.get("/v1/campaigns/sneakers").json()["status"] == "live"
