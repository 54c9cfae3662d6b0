"""A customer's page: the search, the timeline narrowed to a kind, all that is held as a file, and the erasure confirmed twice."""

import json
from typing import Any

import httpx
import pytest

from offers.deeds import list_deeds
from offers.records.database import Database
from tests.web.conftest import CAMPAIGN, PLACE, Register, Served, bearer
from tests.web.console.conftest import OFFER, Enter, Person, Town
from web.console import customers_list

SANNE = {"name": "Sanne de Vries", "phone": "+31612345678", "consents": {"location": True, "offers": True}}
HERE = "/console/customers/sanne"
ERASE = f"{HERE}/erase"


@pytest.fixture
def visited(admin: httpx.Client, register: Register, town: Town) -> dict[str, Any]:
    """Sanne was at the store, and was told of an offer; her device."""
    admin.put("/v1/places/kalverstraat-102", json=PLACE)
    admin.put("/v1/offers/ten", json=OFFER)
    admin.put("/v1/campaigns/sneakers", json=CAMPAIGN | {"offer": "ten"})
    admin.post("/v1/campaigns/sneakers/launch")
    admin.put("/v1/customers/sanne", json=SANNE)
    device = register("sanne", push_token="t-sanne")
    admin.post(
        "/v1/pings", json={"lat": PLACE["lat"], "lon": PLACE["lon"], "accuracy_m": 8}, headers=bearer(device["token"])
    )
    town.work()
    return device


def deeds(database: Database) -> list[tuple[str | None, str, str, str]]:
    with database.reading() as session:
        return [(one["by"], one["what"], one["noun"], one["subject"]) for one in list_deeds(session)]


def test_the_search_says_what_it_does_not_show(
    marketer: Person, admin: httpx.Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(51):
        admin.put(f"/v1/customers/c-{number:02}", json={"name": f"Sanne {number:02}"})
    whole = marketer.look("/console/customers?q=sanne")
    assert "51 in all" in whole.text
    assert whole.html.count('<th scope="row">') == 50
    assert "Sanne 50" in marketer.look(whole.links["Next page"]).links
    monkeypatch.setattr(customers_list, "MOST_FOUND", 40)
    page = marketer.look("/console/customers?q=sanne")
    assert "Here are 40 of those whom it fits." in page.text
    assert "in all" not in page.text
    assert page.html.count('<th scope="row">') == 40
    assert "Here are" not in marketer.look("/console/customers?q=sanne+1").text
    assert "Nobody found" in marketer.look("/console/customers?q=nobody").text
    everybody = marketer.look("/console/customers")
    assert "c-50" not in everybody.text
    assert "c-50" in marketer.look(everybody.links["Next page"]).text


def test_a_timeline_is_narrowed_to_a_kind_and_shows_nothing_that_is_not_for_eyes(
    marketer: Person, visited: dict[str, Any]
) -> None:
    whole = marketer.look(HERE)
    for said in ("came Kalverstraat 102", "sent", "not redeemed yet"):
        assert said in whole.text
    for secret in ("612345678", visited["token"], str(PLACE["lat"]), "t-sanne"):
        assert secret not in whole.html
    assert "••••678" in whole.text
    moves = marketer.look(f"{HERE}?kind=moves")
    assert "is-transition" not in moves.html
    assert 'class="is-enter"' in moves.html
    assert 'class="is-decision"' not in moves.html
    decisions = marketer.look(f"{HERE}?kind=decisions")
    assert 'class="is-decision"' in decisions.html
    assert 'class="is-enter"' not in decisions.html
    assert "Nothing of this kind so far." in marketer.look(f"{HERE}?kind=scans").text
    assert 'class="is-decision"' in marketer.look(f"{HERE}?kind=nonsense").html, "no such kind: all of them"


def test_pages_of_one_kind_go_on_where_the_last_ended(marketer: Person, admin: httpx.Client, visited: object) -> None:
    for number in range(120):
        consents = {"offers": number % 2 == 1}
        assert admin.put("/v1/customers/sanne", json=SANNE | {"consents": consents}).status_code == 200
    seen, path = 0, f"{HERE}?kind=consents"
    while path:
        page = marketer.look(path)
        assert 'class="is-decision"' not in page.html
        seen += page.html.count('class="is-consent"')
        path = page.links.get("Older", "")
    assert seen == len(admin.get("/v1/customers/sanne/export").json()["tables"]["consents"]) > 120


def test_a_redemption_stands_at_its_own_moment(marketer: Person, admin: httpx.Client, visited: object) -> None:
    assert "redeemed" not in marketer.look(f"{HERE}?kind=coupons").text.lower().replace("not redeemed yet", "").replace(
        "coupons and redemptions", ""
    )
    code = next(one for one in admin.get("/v1/deliveries").json()["items"])["coupon"]
    assert admin.post(f"/v1/coupons/{code}/redeem", json={"place": "kalverstraat-102"}).status_code == 200
    page = marketer.look(f"{HERE}?kind=coupons")
    assert page.html.count('class="is-redemption"') == 1
    assert page.html.count('class="is-coupon"') == 1
    assert "redeemed Ten percent Kalverstraat" in page.text
    line = admin.get("/v1/customers/sanne/timeline").json()["items"]
    assert [one["type"] for one in line].count("redemption") == 1


def test_why_any_campaign_did_or_did_not_speak(marketer: Person, admin: httpx.Client, visited: object) -> None:
    admin.put("/v1/campaigns/later", json=CAMPAIGN | {"name": "Later"})
    page = marketer.look(HERE)
    sheet = page.sheet("/console/why")
    assert sheet["customer"] == "sanne"
    assert "Sneakers" in marketer.look("/console/why?customer=sanne&campaign=sneakers").text
    assert marketer.look("/console/why?customer=sanne&campaign=later").html.count('class="said"') >= 1


def test_an_export_is_the_documents_of_the_api_and_is_written_down(
    enter: Enter, admin: httpx.Client, database: Database, visited: dict[str, Any]
) -> None:
    boss = enter("admin")
    answer = boss.send(boss.look(HERE).sheet(f"{HERE}/export"))
    assert answer.status_code == 200
    assert answer.headers["content-disposition"] == 'attachment; filename="customer-sanne.json"'
    assert answer.headers["cache-control"] == "no-store"
    told = json.loads(answer.content)
    assert told["tables"] == admin.get("/v1/customers/sanne/export").json()["tables"]
    assert told["tables"]["customers"][0]["phone"] == "+31612345678", "it is theirs, and so it is whole"
    assert visited["token"] not in answer.text
    assert "t-sanne" not in answer.text
    assert (boss.email, "exported", "customer", "sanne") in deeds(database)
    assert "exported customer sanne" in boss.look("/console/users").text


@pytest.mark.parametrize("role", ["viewer", "marketer", "staff"])
def test_who_is_no_admin_neither_exports_nor_erases(
    enter: Enter, admin: httpx.Client, database: Database, visited: object, role: str
) -> None:
    person = enter(role)
    for path in (f"{HERE}/export", ERASE):
        answer = person.post(path, {"token": person.token(), "confirm": "sanne"})
        assert answer.status_code == 403
        assert "Sanne" not in answer.text
    assert person.http.get(ERASE).status_code == 403
    if role != "staff":
        assert "/erase" not in person.look(HERE).html
    assert admin.get("/v1/customers/sanne").status_code == 200
    assert not [one for one in deeds(database) if one[2] == "customer"]


def test_an_erasure_names_what_goes_and_is_confirmed_by_who_it_is(
    enter: Enter, admin: httpx.Client, database: Database, visited: dict[str, Any], served: Served
) -> None:
    boss = enter("admin")
    page = boss.look(boss.look(HERE).links["Erase this customer"])
    for said in ("Erase Sanne de Vries?", "Devices 1", "Decisions 1", "Messages 1", "Coupons 1", "Visits 1"):
        assert said in page.text
    for wrong in ("", "   ", "Sanne de", "sanne-2", "%", "\u200f", "x" * 5000):
        answer = boss.send(page.sheet(ERASE), confirm=wrong)
        assert answer.status_code == 422
        assert "neither their name nor their id" in answer.text
    assert admin.get("/v1/customers/sanne").status_code == 200
    answer = boss.send(page.sheet(ERASE), confirm=" sanne  DE vries ")
    assert answer.headers["location"] == "/console/customers?done=customer_erased"
    assert "The customer is erased." in boss.look(answer.headers["location"]).text
    assert admin.get("/v1/customers/sanne").status_code == 404
    assert [one for one in deeds(database) if one[2] == "customer"] == [(boss.email, "erased", "customer", "sanne")]
    ping = {"lat": PLACE["lat"], "lon": PLACE["lon"], "accuracy_m": 8}
    refused = admin.post("/v1/pings", json=ping, headers=bearer(visited["token"]))
    assert refused.status_code in (401, 403), "the device is refused when the page says that it is done"


def test_erased_twice_is_erased_once(enter: Enter, database: Database, visited: object) -> None:
    boss = enter("admin")
    page = boss.look(ERASE)
    assert boss.send(page.sheet(ERASE), confirm="sanne").status_code == 303
    assert boss.send(page.sheet(ERASE), confirm="sanne").status_code == 404
    assert boss.http.get(ERASE).status_code == 404
    assert boss.post(f"{HERE}/export", {"token": boss.token()}).status_code == 404
    assert len([one for one in deeds(database) if one[2] == "customer"]) == 1


def test_who_was_edited_since_is_asked_about_again(enter: Enter, admin: httpx.Client, visited: object) -> None:
    boss = enter("admin")
    page = boss.look(ERASE)
    assert admin.put("/v1/customers/sanne", json=SANNE | {"name": "Sanne Bakker"}).status_code == 200
    answer = boss.send(page.sheet(ERASE), confirm="sanne")
    assert answer.status_code == 409
    assert "Erase Sanne Bakker?" in answer.text
    assert admin.get("/v1/customers/sanne").status_code == 200
    assert boss.fill(ERASE, confirm="Sanne Bakker").status_code == 303


@pytest.mark.parametrize(
    ("name", "typed"),
    [
        ("<script>alert(1)</script>", "<SCRIPT>alert(1)</script>"),
        ("\u05dc\u05d9\u05d0\u05ea \u05db\u05d4\u05df", "\u200f\u05dc\u05d9\u05d0\u05ea \u05db\u05d4\u05df\u200f"),
        ('"><img src=x onerror=alert(1)>', '"><img src=x onerror=alert(1)>'),
        ("{w} {name} %s", "{w} {name} %s"),
        ("W" * 200, "W" * 200),
    ],
)
def test_any_name_is_shown_as_it_is_and_can_be_typed(enter: Enter, admin: httpx.Client, name: str, typed: str) -> None:
    assert admin.put("/v1/customers/c-1", json={"name": name}).status_code == 201
    boss = enter("admin")
    for path in ("/console/customers", "/console/customers/c-1", "/console/customers/c-1/erase"):
        page = boss.look(path)
        assert name in page.text
        assert "<script>alert" not in page.html
        assert "<img" not in page.html
    assert boss.fill("/console/customers/c-1/erase", confirm=typed).status_code == 303
    assert admin.get("/v1/customers/c-1").status_code == 404


def test_nobody_without_a_name_is_confirmed_by_the_id(enter: Enter, admin: httpx.Client) -> None:
    assert admin.put("/v1/customers/c-1", json={}).status_code == 201
    boss = enter("admin")
    assert boss.fill("/console/customers/c-1/erase", confirm="None").status_code == 422
    assert boss.fill("/console/customers/c-1/erase", confirm="C-1").status_code == 303
