"""A session that ends while somebody writes costs them nothing that they typed, and nobody else gains by it."""

from collections.abc import Callable
from typing import Any

import httpx
import pytest

from offers import users
from offers.records.database import Database
from tests.web.conftest import PLACE, Clock, Served
from tests.web.console.conftest import OFFER, PASSWORD, Enter, Person
from tests.web.console.reading import PageText
from tests.web.console.test_campaigns import FILLED as CAMPAIGN_FORM
from tests.web.console.test_campaigns import NEW as NEW_CAMPAIGN
from tests.web.console.test_offers import FILLED as OFFER_FORM
from tests.web.console.test_offers import NEW as NEW_OFFER
from tests.web.console.test_places import FILLED, NEW
from tests.web.console.test_posters import FILLED as POSTER_FORM
from tests.web.console.test_posters import NEW as NEW_POSTER
from web.console.once import UNSAID

Browser = Callable[..., Person]


def sign_in_again(person: Person) -> None:
    answer = person.fill("/console/sign-in", email=person.email, password=PASSWORD)
    assert answer.status_code == 303


def test_what_was_typed_is_sent_again_after_a_sign_in(marketer: Person, admin: httpx.Client, clock: Clock) -> None:
    sheet = marketer.look(NEW).sheet(NEW)
    clock.at += 13 * 3600
    kept = marketer.send(sheet, **FILLED)
    assert kept.status_code == 401
    page = PageText(kept.text)
    assert "what you typed is kept on this page" in page.text
    assert page.links["Sign in"] == "/console/sign-in"
    assert admin.get("/v1/places").json()["items"] == []
    sign_in_again(marketer)
    asked = marketer.send(page.sheet(NEW))
    assert asked.status_code == 403, "nothing is done without the new session's token"
    assert admin.get("/v1/places").json()["items"] == []
    done = marketer.send(PageText(asked.text).sheet(NEW))
    assert done.headers["location"] == "/console/places/kalverstraat-102?done=place_saved"
    place = admin.get("/v1/places/kalverstraat-102").json()
    assert (place["name"], place["address"]) == (FILLED["name"], FILLED["address"])


def test_what_was_only_to_be_previewed_is_not_saved_then(marketer: Person, admin: httpx.Client, clock: Clock) -> None:
    admin.put("/v1/customers/sanne", json={"name": "Sanne"})
    admin.put("/v1/places/kalverstraat-102", json=PLACE)
    sheet = marketer.look(NEW_CAMPAIGN).sheet(NEW_CAMPAIGN)
    clock.at += 13 * 3600
    kept = PageText(marketer.send(sheet, **CAMPAIGN_FORM, preview="sanne", do="preview").text)
    sign_in_again(marketer)
    asked = PageText(marketer.send(kept.sheet(NEW_CAMPAIGN)).text)
    shown = marketer.send(asked.sheet(NEW_CAMPAIGN))
    assert "As Sanne would get it" in PageText(shown.text).text
    assert admin.get("/v1/campaigns").json()["items"] == []


def test_the_limits_that_were_typed_are_there_after_a_sign_in(enter: Enter, admin: httpx.Client, clock: Clock) -> None:
    boss, where = enter("admin"), "/console/settings/limits"
    sheet = boss.look(where).sheet(where)
    before = admin.get("/v1/settings").json()
    clock.at += 13 * 3600
    kept = boss.send(sheet, hold_out_percent="7", quiet__from="21:15")
    assert kept.status_code == 401
    sign_in_again(boss)
    asked = boss.send(PageText(kept.text).sheet(where))
    assert asked.status_code == 403
    assert admin.get("/v1/settings").json() == before
    assert boss.send(PageText(asked.text).sheet(where)).headers["location"] == f"{where}?done=set_limits_saved"
    quiet = before["quiet_hours"] | {"from": "21:15"}
    assert admin.get("/v1/settings").json() == before | {"hold_out_percent": 7, "quiet_hours": quiet}


@pytest.mark.parametrize(("new", "filled", "said"), [(NEW_OFFER, OFFER_FORM, 303), (NEW_POSTER, POSTER_FORM, 422)])
def test_an_offer_and_a_poster_are_not_lost_either(
    marketer: Person, clock: Clock, new: str, filled: dict[str, Any], said: int
) -> None:
    sheet = marketer.look(new).sheet(new)
    clock.at += 13 * 3600
    kept = PageText(marketer.send(sheet, **filled).text)
    sign_in_again(marketer)
    asked = PageText(marketer.send(kept.sheet(new)).text)
    again = dict(asked.sheet(new).fields)
    assert {name: again.get(name) for name, _ in sheet.but(**filled) if name not in UNSAID} == {
        name: text for name, text in sheet.but(**filled) if name not in UNSAID
    }
    assert marketer.send(asked.sheet(new)).status_code == said, "a poster names a campaign that is not there"


FIRST_PLACE = {"name": "Dam 1", "lat": "52.37", "lon": "4.89", "time_zone": "Europe/Amsterdam"}
OTHERS: dict[str, tuple[str, dict[str, Any], int]] = {
    "/console/users": ("/console/users", {"email": "noor@shop.example", "name": "Noor", "role": "viewer"}, 200),
    "/console/settings/keys": ("/console/settings/keys", {"name": "Till", "role": "till"}, 200),
    "/console/settings/new-shop": ("/console/settings/new-shop", {"name": "Web", "id": "web", "kind": "standard"}, 200),
    "/console/start/place": ("/console/start?step=place", FIRST_PLACE, 303),
}


@pytest.mark.parametrize("action", OTHERS)
def test_no_other_form_is_lost_either(enter: Enter, clock: Clock, action: str) -> None:
    page, filled, said = OTHERS[action]
    boss = enter("admin")
    sheet = boss.look(page).sheet(action)
    clock.at += 13 * 3600
    answer = boss.send(sheet, **filled)
    assert answer.status_code == 401
    sign_in_again(boss)
    asked = PageText(boss.send(PageText(answer.text).sheet(action)).text)
    again = dict(asked.sheet(action).fields)
    assert {name: again.get(name) for name in filled} == filled
    assert boss.send(asked.sheet(action)).status_code == said


@pytest.mark.parametrize(("secret", "value"), [("secret", "whsec_" + "YWJj" * 8), ("api_token", "shpat_0123456789")])
def test_a_shops_secret_is_on_no_page_and_is_asked_for_again(
    enter: Enter, admin: httpx.Client, clock: Clock, secret: str, value: str
) -> None:
    boss, where = enter("admin"), "/console/settings/new-shop"
    kind = {"kind": "standard"} if secret == "secret" else {"kind": "shopify", "origin": "web.myshopify.com"}
    sheet = boss.look(where).sheet(where)
    clock.at += 13 * 3600
    kept = boss.send(sheet, name="Web", id="web", **kind, **{secret: value})
    assert kept.status_code == 401
    assert value not in kept.text
    assert "is not kept" in PageText(kept.text).text
    sign_in_again(boss)
    asked = boss.send(PageText(kept.text).sheet(where))
    assert asked.status_code == 403
    shown = boss.send(PageText(asked.text).sheet(where))
    assert shown.status_code == 422
    assert f'id="f-{secret}-error"' in shown.text
    assert admin.get("/v1/shops").json()["items"] == [], "nothing is made with another secret than was meant"
    again = PageText(shown.text).sheet(where)
    assert again["name"] == "Web"
    typed = {"secret": "s" * 30} if secret == "api_token" else {}
    assert boss.send(again, **typed, **{secret: value}).status_code == 200
    assert [one["id"] for one in admin.get("/v1/shops").json()["items"]] == ["web"]


def test_codes_are_never_written_into_another_page(marketer: Person, admin: httpx.Client, clock: Clock) -> None:
    admin.put("/v1/offers/ten", json=OFFER | {"codes": "imported"})
    sheet = marketer.look("/console/offers/ten/codes").sheet("/console/offers/ten/codes")
    clock.at += 13 * 3600
    answer = marketer.send(sheet, codes="SECRET-CODE-1", do="look")
    assert answer.status_code == 303
    assert "SECRET-CODE-1" not in answer.text


def test_what_another_site_sends_is_not_kept(marketer: Person, served: Served) -> None:
    for headers in ({"origin": "https://evil.example"}, {"sec-fetch-site": "cross-site"}):
        marketer.http.headers.update({"origin": served.url, "sec-fetch-site": "same-origin"} | headers)
        answer = marketer.post(NEW, {"name": "planted", "token": "guessed"})
        assert answer.status_code == 403
        assert "planted" not in answer.text


def test_a_password_is_never_written_into_a_page(marketer: Person, database: Database, clock: Clock) -> None:
    sheet = marketer.look("/console/password").sheet("/console/password")
    with database.transaction() as session:
        users.close_session(session, marketer.http.cookies["passerby"])
    answer = marketer.send(sheet, present=PASSWORD, password="another secret", again="another secret")
    assert answer.status_code == 303
    assert not answer.content


@pytest.mark.parametrize("language", ["nl", "de"])
def test_choosing_a_language_wins_over_the_address(marketer: Person, language: str) -> None:
    path = "/console/decisions?since=2026-11-20T12%3A00&lang=en&done=did_end"
    answer = marketer.fill(path, "/console/language", language=language)
    there = answer.headers["location"]
    assert there == "/console/decisions?since=2026-11-20T12%3A00"
    assert marketer.look(there).lang == language
