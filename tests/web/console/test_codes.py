"""An offer's budget as it goes, its coupons, one that is let go, and codes from a file."""

import httpx
import pytest

from offers.deeds import list_deeds
from offers.records.database import Database
from tests.web.conftest import CAMPAIGN, PLACE, Register, bearer
from tests.web.console.conftest import OFFER, Enter, Person, Town

HERE = "/console/offers/ten"
OWN = OFFER | {"codes": "imported"}


def walk_in(admin: httpx.Client, register: Register, *people: str) -> None:
    admin.put("/v1/places/kalverstraat-102", json=PLACE)
    admin.put("/v1/campaigns/sneakers", json=CAMPAIGN | {"offer": "ten"})
    admin.post("/v1/campaigns/sneakers/launch")
    for one in people:
        consents = {"location": True, "offers": True}
        admin.put(f"/v1/customers/{one}", json={"name": one.title(), "consents": consents})
        token = register(one, push_token=f"t-{one}")["token"]
        ping = {"lat": PLACE["lat"], "lon": PLACE["lon"], "accuracy_m": 8}
        admin.post("/v1/pings", json=ping, headers=bearer(token))


def test_the_budget_is_told_as_it_goes(
    marketer: Person, admin: httpx.Client, register: Register, town: Town, database: Database
) -> None:
    admin.put("/v1/offers/ten", json=OFFER)
    assert "Given out 0 Reserved 0 Redeemed 0 Left 2" in marketer.look(HERE).text
    walk_in(admin, register, "sanne", "daan")
    town.work()
    whole = marketer.look(HERE)
    assert "Given out 2 Reserved 0 Redeemed 0 Left 0" in whole.text
    assert "2 of 2 given out or reserved" in whole.text
    part = marketer.look(f"{HERE}/goes")
    assert "<html" not in part.html
    assert part.text in whole.text
    code = admin.get("/v1/deliveries").json()["items"][0]["coupon"]
    admin.post(f"/v1/coupons/{code}/redeem")
    assert "Given out 2 Reserved 0 Redeemed 1 Left 0" in marketer.look(f"{HERE}/goes").text


def test_coupons_show_the_end_of_their_codes_and_who_has_them(
    marketer: Person, admin: httpx.Client, register: Register, town: Town
) -> None:
    admin.put("/v1/offers/ten", json=OFFER)
    assert "No coupons" in marketer.look(f"{HERE}/coupons").text
    walk_in(admin, register, "sanne", "daan")
    town.work()
    codes = [one["coupon"] for one in admin.get("/v1/deliveries").json()["items"]]
    page = marketer.look(f"{HERE}/coupons")
    assert len(codes) == 2
    for code in codes:
        assert code not in page.html
        assert f"••••{code[-4:]}" in page.text
    assert page.links["Sanne"] == "/console/customers/sanne"
    admin.post(f"/v1/coupons/{codes[0]}/redeem", json={"place": "kalverstraat-102"})
    assert marketer.look(f"{HERE}/coupons?state=redeemed").html.count('<th scope="row">') == 1
    assert marketer.look(f"{HERE}/coupons?state=issued").html.count('<th scope="row">') == 1
    assert marketer.look(f"{HERE}/coupons?state=reserved").html.count('<th scope="row">') == 0
    assert marketer.http.get("/console/offers/none/coupons").status_code == 404


def test_who_reads_releases_nothing(enter: Enter, admin: httpx.Client) -> None:
    admin.put("/v1/offers/ten", json=OFFER)
    path = f"{HERE}/coupons/cpn_1/release"
    for role, status in (("viewer", 403), ("staff", 403), ("marketer", 404), ("admin", 404)):
        person = enter(role)
        assert person.http.get(path).status_code == status
        assert person.post(path, {"token": person.token()}).status_code == status


def test_what_was_told_is_not_released(marketer: Person, admin: httpx.Client, register: Register, town: Town) -> None:
    admin.put("/v1/offers/ten", json=OFFER)
    walk_in(admin, register, "sanne")
    town.work()
    page = marketer.look(f"{HERE}/coupons")
    assert "/release" not in page.html
    held = admin.get("/v1/customers/sanne/timeline").json()["items"]
    coupon = next(one["item"]["id"] for one in held if one["type"] == "coupon")
    assert "is not reserved any more" in marketer.look(f"{HERE}/coupons/{coupon}/release").text
    answer = marketer.post(f"{HERE}/coupons/{coupon}/release", {"token": marketer.token()})
    assert answer.status_code == 409
    assert "Given out 1" in marketer.look(HERE).text


def test_codes_are_looked_through_and_then_brought_along(
    marketer: Person, admin: httpx.Client, database: Database
) -> None:
    admin.put("/v1/offers/ten", json=OWN)
    admin.put("/v1/offers/other", json=OWN)
    admin.post("/v1/offers/ten/codes", json={"codes": ["SNEAK-1000"]})
    admin.post("/v1/offers/other/codes", json={"codes": ["OTHER-1000"]})
    path = marketer.look(HERE).links["Bring codes along"]
    typed = 'code;note\nSNEAK-1001;x\n"SNEAK-1002"\n\nsneak 1001\nsneak1000\nOTHER-1000\nabc\n<script>\nSNEAK-1001\n'
    answer = marketer.fill(path, codes=typed, do="look")
    assert answer.status_code == 200
    from tests.web.console.reading import PageText

    page = PageText(answer.text)
    assert "New 2 There already 1 Twice in the list 1 Refused 4" in page.text
    for said in (
        "Line 5 sneak 1001",
        "Line 7 ••••1000 belongs to another offer",
        "Line 8 abc fewer than",
        "Line 9 <script>",
    ):
        assert said in page.text
    assert "<script>" not in page.html.replace('<script type="module"', "")
    assert page.sheet(path)["codes"].strip() == typed.strip(), "what was typed stays"
    assert admin.get("/v1/offers/ten").json()["codes_left"] == 1, "nothing is written by a look"
    done = PageText(marketer.send(page.sheet(path), do="bring").text)
    assert "2 codes came along, 1 were there already, 4 were left out." in done.text
    assert admin.get("/v1/offers/ten").json()["codes_left"] == 3
    assert admin.get("/v1/offers/other").json()["codes_left"] == 1
    again = PageText(marketer.send(page.sheet(path), do="bring").text)
    assert "0 codes came along, 3 were there already" in again.text
    with database.reading() as session:
        told = list_deeds(session)
    assert ("brought_codes", "offer", "ten") in {(one["what"], one["noun"], one["subject"]) for one in told}


@pytest.mark.parametrize(
    ("typed", "said"),
    [("", "Choose a file, or type codes here."), ("no", "Refused 1"), ("\ufffd\ufffd", "no text in UTF-8")],
)
def test_what_brings_nothing_says_why(marketer: Person, admin: httpx.Client, typed: str, said: str) -> None:
    admin.put("/v1/offers/ten", json=OWN)
    answer = marketer.fill(f"{HERE}/codes", codes=typed, do="bring")
    assert answer.status_code == 422
    assert said in " ".join(answer.text.replace("</dt><dd>", " ").split())
    assert admin.get("/v1/offers/ten").json()["codes_left"] == 0


def test_an_offer_of_other_codes_takes_none(marketer: Person, admin: httpx.Client) -> None:
    admin.put("/v1/offers/ten", json=OFFER)
    assert "takes no codes from a file" in marketer.look(f"{HERE}/codes").text
    answer = marketer.post(f"{HERE}/codes", {"token": marketer.token(), "codes": "SNEAK-1", "do": "bring"})
    assert answer.status_code == 409
    assert "Bring codes along" not in marketer.look(HERE).links


def test_the_form_leads_to_where_codes_are_brought_along(marketer: Person, enter: Enter, admin: httpx.Client) -> None:
    after, codes = "Codes that are brought along are added after saving", f"{HERE}/codes"
    fresh = marketer.look("/console/offers/new")
    assert after in fresh.text
    assert codes not in fresh.links.values()
    admin.put("/v1/offers/ten", json=OFFER | {"codes": "generated"})
    assert after in marketer.look(HERE).text
    admin.put("/v1/offers/ten", json=OWN)
    saved = marketer.look(HERE)
    assert after not in saved.text
    beside = saved.html.partition('name="codes"')[2].partition('name="valid_for"')[0]
    assert f'href="{codes}"' in beside
    assert "/v1/" not in beside
    assert marketer.look(codes).text
    viewer = enter("viewer").look(HERE)
    assert codes not in viewer.links.values(), "who may not write is not led there"
