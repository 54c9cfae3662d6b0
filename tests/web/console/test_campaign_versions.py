"""Two versions side by side, and a test send to one device."""

import httpx
import pytest

from tests.web.conftest import CAMPAIGN, PLACE, Register
from tests.web.console.conftest import Enter, Person
from tests.web.console.reading import PageText

HERE = "/console/campaigns/sneakers"


@pytest.fixture
def twice(admin: httpx.Client) -> None:
    admin.put("/v1/places/kalverstraat-102", json=PLACE)
    one = CAMPAIGN | {"audience": {"fact": "language", "is": "nl"}, "cooldown": "P1D"}
    admin.put("/v1/campaigns/sneakers", json=one)
    words = {"en": {"title": "Better", "body": "You are near."}}
    admin.put("/v1/campaigns/sneakers", json=one | {"messages": words, "cooldown": "P2D"})


def differing(page: PageText) -> list[str]:
    return [row.partition("</th>")[0].rpartition(">")[2] for row in page.html.split('<tr class="differs">')[1:]]


def test_what_differs_is_said_in_words(twice: None, marketer: Person, enter: Enter) -> None:
    assert marketer.look(HERE).links["Versions side by side"] == f"{HERE}/versions"
    page = enter("viewer").look(f"{HERE}/versions")
    assert "1 day" in page.text
    assert "<mark>2 days</mark>" in page.html
    assert "<mark>Better</mark>" in page.html
    many = page.html.count('<tr class="differs">')
    assert f"Fields that differ: {many}" in page.text
    assert page.html.count(">differs</span>") == many, "never by colour alone"
    same = marketer.look(f"{HERE}/versions?left=2&right=2")
    assert "They say the same." in same.text
    assert "<mark>" not in same.html
    turned = marketer.look(f"{HERE}/versions?left=2&right=1")
    assert turned.html.index("Version 2") < turned.html.index("Version 1 ")
    assert "Fields that differ" in marketer.look(f"{HERE}/versions?left=99&right=x").text, (
        "what is not there is the last"
    )


def test_all_versions_are_a_list(twice: None, marketer: Person, admin: httpx.Client) -> None:
    for number in range(3, 13):
        admin.put("/v1/campaigns/sneakers", json=CAMPAIGN | {"name": f"=Named {number}", "cooldown": f"P{number}D"})
    page = marketer.look(HERE)
    assert page.links["All versions"] == f"{HERE}/versions#all"
    assert "=Named 12" in page.text
    assert "=Named 3" in page.text
    assert CAMPAIGN["name"] not in page.text.partition("Versions")[2], "the ten newest"
    whole = marketer.look(f"{HERE}/versions?left=3&right=4")
    assert "12 in all" in whole.text
    assert 'aria-sort="descending"' in whole.html
    assert whole.links["Version 3 beside the newest"] == f"{HERE}/versions?left=3&right=12"
    turned = marketer.look(whole.links["Version"])
    assert 'aria-sort="ascending"' in turned.html
    some = marketer.look(f"{HERE}/versions?q=named+1&sort=name")
    assert "3 in all" in some.text
    rows = marketer.http.get(some.links["Download as CSV"]).content.decode("utf-8-sig").splitlines()
    assert [row.split(",")[0] for row in rows] == ["Version", "10", "11", "12"]
    assert "'=Named 10" in rows[1]
    assert marketer.http.get("/console/campaigns/none/versions.csv").status_code == 404


def test_a_test_goes_to_one_device_and_is_no_message_of_the_campaign(
    twice: None, marketer: Person, admin: httpx.Client, register: Register, enter: Enter
) -> None:
    profile = {"name": "Sanne de Vries", "language": "en", "consents": {"location": True, "offers": True}}
    admin.put("/v1/customers/sanne", json=profile)
    admin.put("/v1/customers/daan", json={"name": "Daan de Vries", "language": "nl"})
    device = register("sanne", push_token="t-sanne")
    assert marketer.look(HERE).links["Test send"] == f"{HERE}/test"
    several = marketer.look(f"{HERE}/test?customer=Vries")
    assert several.links["Sanne de Vries"] == f"{HERE}/test?customer=sanne"
    assert "No device of this customer" in marketer.look(f"{HERE}/test?customer=daan").text
    assert "There is no such customer." in marketer.look(f"{HERE}/test?customer=nobody", 422).text
    page = marketer.look(f"{HERE}/test?customer=sanne")
    assert "t-sanne" not in page.html
    assert "Choose a device." in marketer.send(page.sheets[-1]).text
    sheet = PageText(marketer.send(page.sheets[-1], device=device["device_id"]).text).sheet(f"{HERE}/test")
    answer = marketer.send(sheet)
    assert "It is on its way" in answer.text
    sent = admin.get("/v1/deliveries").json()["items"]
    assert [one["kind"] for one in sent] == ["test"]
    assert admin.get("/v1/campaigns/sneakers").json()["status"] == "draft"
    assert "sent a test of campaign" in enter("admin").look("/console/users").text
    for number in range(9):
        marketer.send(sheet, once=f"page-{number}")
    late = marketer.send(sheet, once="page-9")
    assert (late.status_code, "Try again in 61 minutes" in late.text) == (429, True)
    assert marketer.send(sheet, device="dev_nobody").status_code == 409


def test_who_agreed_to_no_offers_gets_no_test(
    twice: None, marketer: Person, admin: httpx.Client, register: Register
) -> None:
    admin.put("/v1/customers/sanne", json={"language": "en"})
    device = register("sanne", push_token="t-sanne", consents={})
    sheet = marketer.look(f"{HERE}/test?customer=sanne").sheets[-1]
    answer = marketer.send(sheet, device=device["device_id"])
    assert (answer.status_code, "has not agreed to offers" in answer.text) == (409, True)
    admin.put("/v1/campaigns/scanned", json=CAMPAIGN | {"trigger": {"on": "scan"}})
    assert "Test send" not in marketer.look("/console/campaigns/scanned").links
    assert "scan one of its posters" in marketer.look("/console/campaigns/scanned/test").text
