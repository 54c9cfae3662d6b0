"""A test send to one's own phone is one press; to a customer's it is asked about first, with who they are and what will happen."""

from typing import Any

import httpx
import pytest

from offers import users
from offers.records.database import Database
from tests.web.conftest import CAMPAIGN, PLACE, Register
from tests.web.console.conftest import Enter, Person
from tests.web.console.reading import PageText, Sheet

CAMPAIGN_S, SETTINGS = "/console/campaigns/sneakers/test", "/console/settings/push"
AGREED = {"location": True, "offers": True}


@pytest.fixture
def customers(admin: httpx.Client, register: Register) -> str:
    """A campaign, and a customer with a phone; the phone's id."""
    admin.put("/v1/places/kalverstraat-102", json=PLACE)
    admin.put("/v1/campaigns/sneakers", json=CAMPAIGN).raise_for_status()
    admin.put("/v1/customers/sanne", json={"name": "Sanne de Vries", "consents": AGREED}).raise_for_status()
    return str(register("sanne", push_token="t-sanne")["device_id"])


def own_of(database: Database, person: Person, admin: httpx.Client) -> str:
    with database.reading() as session:
        mine = next(f"me-{one['id']}" for one in users.list_users(session) if one["email"] == person.email)
    admin.put(f"/v1/customers/{mine}", json={"name": "Myself", "consents": AGREED}).raise_for_status()
    return mine


def theirs(page: PageText, action: str) -> Sheet:
    """The form with a customer's devices, which stands below that with one's own."""
    return [one for one in page.sheets if (one.action, one.method) == (action, "post")][-1]


def sent(admin: httpx.Client) -> list[Any]:
    return [(one["kind"], one["customer"]) for one in admin.get("/v1/deliveries").json()["items"]]


@pytest.mark.parametrize(("where", "action"), [(CAMPAIGN_S, CAMPAIGN_S), (SETTINGS, f"{SETTINGS}/message")])
def test_ones_own_devices_come_first_and_get_it_at_once(  # noqa: PLR0917 - what it is put together from
    customers: str, enter: Enter, admin: httpx.Client, register: Register, database: Database, where: str, action: str
) -> None:
    person = enter("admin")
    none = person.look(where)
    assert "You have no device here yet." in none.text
    assert none.links["To the first steps"] == "/console/start?step=device"
    mine = own_of(database, person, admin)
    device = register(mine, push_token="t-me")["device_id"]
    silent = register(mine, push_token=None)["device_id"]
    page = person.look(f"{where}?customer=sanne")
    assert page.html.index(device) < page.html.index(customers)
    assert silent not in page.html, "a device that takes no messages has no button"
    answer = person.send(page.sheet(action), device=device, campaign="sneakers")
    assert answer.status_code in (200, 303)
    assert sent(admin) == [("test", mine)]
    for number in range(9):
        person.send(page.sheet(action), device=device, campaign="sneakers", once=f"page-{number}")
    late = person.send(page.sheet(action), device=device, campaign="sneakers", once="page-9")
    assert late.status_code == 429
    assert 'id="f-own-error"' in late.text
    assert 'id="f-customer-error"' not in late.text


@pytest.mark.parametrize(("where", "action"), [(CAMPAIGN_S, CAMPAIGN_S), (SETTINGS, f"{SETTINGS}/message")])
def test_a_customers_device_is_asked_about_before_anything_is_sent(
    customers: str, enter: Enter, admin: httpx.Client, where: str, action: str
) -> None:
    person = enter("admin")
    sheet = theirs(person.look(f"{where}?customer=sanne"), action)
    answer = person.send(sheet, device=customers, campaign="sneakers")
    asked = PageText(answer.text)
    assert (answer.status_code, sent(admin)) == (200, [])
    for said in ("Sanne de Vries (sanne)", "Android", "Sneakers", "truly sent, now", "quiet hours"):
        assert said in asked.text, said
    assert asked.links["Cancel"].startswith(f"{where}?customer=sanne")
    assert "sent a test of campaign" not in person.look("/console/settings/deeds").text
    for wrong in (None, "", "daan", customers):
        assert "truly sent, now" in person.send(asked.sheet(action), sure=wrong).text, (
            "sure of somebody else is not sure"
        )
    assert sent(admin) == []
    assert person.send(asked.sheet(action)).status_code in (200, 303)
    assert sent(admin) == [("test", "sanne")]
    assert "sent a test of campaign" in person.look("/console/settings/deeds").text


def test_what_would_be_refused_anyhow_is_said_without_asking(customers: str, enter: Enter, admin: httpx.Client) -> None:
    person = enter("marketer")
    sheet = theirs(person.look(f"{CAMPAIGN_S}?customer=sanne"), CAMPAIGN_S)
    admin.put("/v1/customers/sanne", json={"consents": {"offers": False}})
    answer = person.send(sheet, device=customers)
    assert (answer.status_code, "has not agreed to offers" in answer.text) == (409, True)


@pytest.mark.parametrize("language", ["nl", "de"])
def test_it_is_asked_in_each_language(customers: str, enter: Enter, language: str) -> None:
    person = enter("marketer", language=language)
    sheet = theirs(person.look(f"{CAMPAIGN_S}?customer=sanne"), CAMPAIGN_S)
    page = PageText(person.send(sheet, device=customers).text)
    assert page.lang == language
    assert {"nl": "echt verstuurd", "de": "wirklich gesendet"}[language] in page.text
    assert page.styled == 0
