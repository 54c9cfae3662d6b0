"""A second click, a reload, two of the same form at once: one thing is made, and the second answer leads to it or says what became of it."""

from collections.abc import Callable
from typing import Any

import httpx
import pytest

from offers import keys, users
from offers.records.database import Database
from offers.records.tables import Delivery
from offers.rules.desk_lists import AskedKeys
from offers.rules.leafing import Turn
from tests.at_once import at_once
from tests.conftest import NOON
from tests.web.conftest import CAMPAIGN, PLACE, Register
from tests.web.console.conftest import Enter, Person
from tests.web.console.reading import Sheet
from tests.web.console.test_campaigns import FILLED as CAMPAIGN_FILLED
from tests.web.console.test_places import FILLED as PLACE_FILLED
from tests.web.console.test_settings_keys import SECRET
from tests.web.console.test_settings_users import SHOWN, can_sign_in
from web.console.words import LINES

OFFER_FILLED = {
    "name": "Ten percent",
    "kind": "percentage",
    "value": "10",
    "codes": "generated",
    "valid_for": "7",
    "valid_for__unit": "D",
}
MADE = {
    "/console/places/new": ("/v1/places", dict(PLACE_FILLED) | {"id": ""}),
    "/console/campaigns/new": ("/v1/campaigns", dict(CAMPAIGN_FILLED) | {"id": "", "do": "save"}),
    "/console/offers/new": ("/v1/offers", OFFER_FILLED),
    "/console/posters/new": (
        "/v1/posters",
        {"name": "By the door", "campaign": "scanned", "place": "kalverstraat-102"},
    ),
    "/console/start/place": (
        "/v1/places",
        {"name": "Dam 1", "lat": "52.37", "lon": "4.89", "time_zone": "Europe/Amsterdam"},
    ),
}


@pytest.fixture
def there(admin: httpx.Client) -> None:
    """What a poster leads to, and where it hangs."""
    admin.put("/v1/places/kalverstraat-102", json=PLACE)
    admin.put("/v1/campaigns/scanned", json=CAMPAIGN | {"trigger": {"on": "scan"}})


def sheet_of(person: Person, action: str) -> Sheet:
    page = "/console/start?step=place" if action.startswith("/console/start") else action
    return person.look(page).sheet(action)


def ids(admin: httpx.Client, path: str) -> set[str]:
    return {one["id"] for one in admin.get(path).json()["items"]}


@pytest.mark.usefixtures("there")
@pytest.mark.parametrize("action", MADE)
def test_two_of_the_same_form_at_once_make_one(
    marketer: Person, enter: Enter, admin: httpx.Client, action: str
) -> None:
    path, filled = MADE[action]
    before, sheet = ids(admin, path), sheet_of(marketer, action)
    answers = at_once([lambda: marketer.send(sheet, **filled)] * 2)
    assert [one.status_code for one in answers] == [303, 303], [one.text[:2000] for one in answers]
    [made] = ids(admin, path) - before
    assert len({one.headers["location"] for one in answers}) == 1
    later = marketer.send(sheet, **filled)
    assert later.headers["location"] == answers[0].headers["location"]
    deeds = enter("admin").look("/console/settings/deeds").text
    noun = path.removeprefix("/v1/").rstrip("s")
    assert deeds.count(f"marketer@shop.example created {noun}") == 1
    assert ids(admin, path) - before == {made}
    again = marketer.send(sheet, **filled | {"name": "Another by that form"})
    assert again.status_code == 303
    assert len(ids(admin, path) - before) == 2, "who went back and wrote something else makes something else"
    assert marketer.send(sheet_of(marketer, action), **filled).status_code == 303
    assert len(ids(admin, path) - before) == 3, "a new form makes a new thing, whatever it says"


def test_a_user_is_made_once_and_the_second_answer_says_what_became_of_the_password(
    enter: Enter, browser: Callable[..., Person], database: Database
) -> None:
    boss = enter("admin")
    sheet = boss.look("/console/users").sheet("/console/users")
    filled = {"email": "noor@shop.example", "role": "viewer"}
    answers = sorted(at_once([lambda: boss.send(sheet, **filled)] * 2), key=lambda one: one.status_code)
    assert [one.status_code for one in answers] == [200, 409]
    [password] = SHOWN.findall(answers[0].text)
    assert can_sign_in(browser(), "noor@shop.example", password)
    assert "data-saved" in answers[0].text, "what was typed is kept no longer"
    assert "Only one user was made" in answers[1].text
    assert password not in answers[1].text
    with database.reading() as session:
        [user_id] = [one["id"] for one in users.list_users(session) if one["email"] == "noor@shop.example"]
    assert f'href="/console/users/{user_id}/password"' in answers[1].text
    other = boss.fill("/console/users", **filled)
    assert other.status_code == 409
    assert 'id="f-email-error"' in other.text, "another form is told at its field that the address is taken"


def test_a_new_password_is_made_once(enter: Enter, browser: Callable[..., Person], database: Database) -> None:
    boss = enter("admin")
    enter("viewer")
    with database.reading() as session:
        [user_id] = [one["id"] for one in users.list_users(session) if one["role"] == "viewer"]
    path = f"/console/users/{user_id}/password"
    sheet = boss.look(path).sheet(path)
    answers = sorted(at_once([lambda: boss.send(sheet)] * 2), key=lambda one: one.status_code)
    assert [one.status_code for one in answers] == [200, 409]
    [password] = SHOWN.findall(answers[0].text)
    assert can_sign_in(browser(), "viewer@shop.example", password)
    assert "No other password was made now" in answers[1].text


def test_a_key_is_followed_by_one(enter: Enter, database: Database) -> None:
    boss = enter("admin")
    boss.fill("/console/settings/keys", name="Till", role="till")
    with database.reading() as session:
        [old] = keys.leaf_keys(session, AskedKeys(), Turn(), now=NOON).items
    path = f"/console/settings/keys/{old['id']}/rotate"
    sheet = boss.look(path).sheet(path)
    answers = sorted(at_once([lambda: boss.send(sheet)] * 2), key=lambda one: one.status_code)
    assert [one.status_code for one in answers] == [200, 409]
    assert len(SECRET.findall(answers[0].text)) == 1
    assert "Only one key was made, and it can not be shown again" in answers[1].text
    with database.reading() as session:
        assert len(keys.leaf_keys(session, AskedKeys(), Turn(), now=NOON).items) == 2


def test_a_shops_secret_is_followed_by_one_and_the_one_before_keeps_its_grace(
    enter: Enter, admin: httpx.Client
) -> None:
    boss = enter("admin")
    admin.put("/v1/shops/web", json={"name": "Web", "kind": "standard"})
    path = "/console/settings/shops/web/rotate"
    sheet = boss.look(path).sheet(path)
    first = boss.send(sheet, keep_for="PT24H")
    assert first.status_code == 200
    again = boss.send(sheet, keep_for="PT24H")
    assert again.status_code == 409
    assert "No other secret was made now" in again.text
    assert "whsec_" not in again.text


@pytest.mark.parametrize("where", ["campaign", "settings"])
def test_a_test_message_goes_once(
    enter: Enter, admin: httpx.Client, register: Register, database: Database, where: str
) -> None:
    boss = enter("admin")
    admin.put("/v1/places/kalverstraat-102", json=PLACE)
    assert admin.put("/v1/campaigns/sneakers", json=CAMPAIGN).status_code == 201
    admin.put("/v1/customers/sanne", json={"name": "Sanne", "consents": {"location": True, "offers": True}})
    device = register("sanne", push_token="t-1")["device_id"]
    page, action, filled = {
        "campaign": ("/console/campaigns/sneakers/test", "/console/campaigns/sneakers/test", dict[str, Any]()),
        "settings": ("/console/settings/push", "/console/settings/push/message", {"campaign": "sneakers"}),
    }[where]
    filled |= {"device": device, "sure": "sanne"}

    def form() -> Sheet:
        sheets = boss.look(f"{page}?customer=sanne").sheets
        return next(one for one in sheets if (one.method, one.action) == ("post", action))

    sheet = form()
    answers = at_once([lambda: boss.send(sheet, **filled)] * 2)
    assert {one.status_code for one in answers} <= {200, 303}
    with database.reading() as session:
        assert [one.kind for one in session.query(Delivery)] == ["test"]
    deeds = boss.look("/console/settings/deeds").text
    assert deeds.count(f"admin@shop.example {LINES['deed_tested'][0]} campaign") == 1
    boss.send(form(), **filled)
    with database.reading() as session:
        assert session.query(Delivery).count() == 2, "asked for once more, it goes once more"
