"""What one message goes through beside its decision: two phones, a withdrawal, a new version, a coupon, a till, an erasure."""

from datetime import UTC, datetime
from functools import partial
from typing import Any

import httpx
import pytest

from offers import overview
from tests.at_once import at_once
from tests.stories.town_by_doors import AGREED, TownByDoors
from tests.web.conftest import bearer, problem_of

TILLS = 16


@pytest.fixture(autouse=True)
def stores(town: TownByDoors) -> None:
    town.store("kalverstraat")
    town.store("damrak")


def test_two_phones_of_one_customer_get_one_message_on_the_one_that_was_seen(town: TownByDoors) -> None:
    town.campaign()
    town.customer()
    phone, tablet = town.phone(push_token="phone"), town.phone(push_token="tablet")
    town.walk_in(phone)
    town.pass_minutes(1)
    town.walk_in(tablet)
    assert town.outcomes() == ["send"]
    assert [(one["device_id"], one["state"]) for one in town.deliveries()] == [(phone.device_id, "sent")]
    assert len(town.listed("visits", customer="sanne")) == 1
    town.walk_out(phone)
    town.walk_out(tablet)
    town.pass_minutes(20)
    town.walk_in(tablet, "damrak")
    assert [one["device_id"] for one in town.deliveries()] == [phone.device_id, tablet.device_id]


@pytest.mark.parametrize("purpose", ["offers", "location"])
def test_who_withdraws_before_the_claim_is_sent_nothing_and_the_cap_and_the_coupon_are_free(
    town: TownByDoors, purpose: str
) -> None:
    town.settings(frequency_cap={"messages": 1, "window": "P1D"})
    town.offer(budget=1)
    town.campaign(offer="ten-percent")
    sanne = town.somebody()
    town.walk_in(sanne, work=False)
    town.match()
    [queued] = town.deliveries()
    assert queued["state"] == "queued"
    assert town.admin.get("/v1/offers/ten-percent").json()["left"] == 0
    said = town.http.put("/v1/me/consents", json={purpose: False}, headers=bearer(sanne.token))
    assert said.status_code == 200, said.text
    town.work()
    [taken_back] = town.deliveries()
    assert (taken_back["state"], taken_back["reason"], taken_back["title"]) == ("failed", "no_consent", None)
    assert town.admin.get("/v1/offers/ten-percent").json()["left"] == 1
    assert town.parts.redis.xlen("pb:outbox") == 0
    assert (town.ping(sanne, 52.3702516, 4.8906199).status_code == 403) == (purpose == "location")
    town.customer(consents=AGREED)
    town.pass_minutes(30)
    town.walk_in(sanne, "damrak")
    assert [one["state"] for one in town.deliveries()] == ["failed", "sent"]


def test_each_consent_leaves_a_receipt_of_what_was_shown_when_where_and_by_whom(town: TownByDoors) -> None:
    signed = {"given": True, "text_version": "7", "language": "nl", "at": "2026-01-05T10:00:00Z", "source": "till 4"}
    sanne = town.somebody(consents={"location": signed, "offers": True})
    town.pass_minutes(5)
    shown = {"given": False, "text_version": "8", "language": "en"}
    said = town.http.put("/v1/me/consents", json={"offers": shown}, headers=bearer(sanne.token))
    assert said.json() == {"consents": {"location": True, "offers": False, "orders": False}}
    receipts = town.http.get("/v1/me/export", headers=bearer(sanne.token)).json()["tables"]["consents"]
    names = ("purpose", "given", "text_version", "language", "source")
    assert sorted([tuple(one[name] for name in names) for one in receipts], key=str) == [
        ("location", True, "7", "nl", "till 4"),
        ("offers", False, "8", "en", "device"),
        ("offers", True, None, None, "server"),
    ]
    times = {one["purpose"]: one["at"] for one in receipts if one["given"] is not (one["purpose"] == "offers")}
    assert {purpose: datetime.fromisoformat(at) for purpose, at in times.items()} == {
        "location": datetime(2026, 1, 5, 10, tzinfo=UTC),
        "offers": town.now(),
    }


def test_a_live_campaign_is_edited_as_a_new_version_and_decisions_name_theirs(town: TownByDoors) -> None:
    town.campaign()
    ben, sanne = town.somebody("ben"), town.somebody()
    town.walk_in(ben)
    edited = town.campaign(launch=False, audience={"fact": "language", "is": "nl"})
    assert (edited["version"], edited["status"]) == (2, "live")
    town.walk_in(sanne)
    [first], [second] = town.decisions("ben", "sneakers"), town.decisions("sanne", "sneakers")
    assert (first["campaign_version"], first["outcome"]) == (1, "send")
    assert (second["campaign_version"], second["outcome"]) == (2, "not_in_audience")
    assert [one["campaign_version"] for one in town.why("ben", "sneakers")["decisions"]] == [1]


def _redeem(town: TownByDoors, key: str, code: str, **body: Any) -> httpx.Response:
    return town.http.post(f"/v1/coupons/{code}/redeem", json=body, headers=bearer(key))


def _coupon_states(town: TownByDoors) -> list[str]:
    timeline = town.admin.get("/v1/customers/sanne/timeline").json()["items"]
    return [one["item"]["state"] for one in timeline if one["type"] == "coupon"]


def test_a_coupon_is_reserved_issued_and_redeemed_once_with_place_and_purchase(
    town: TownByDoors, keys: dict[str, str]
) -> None:
    town.offer(codes="generated", budget=1, valid_for="P7D")
    town.campaign(offer="ten-percent", messages={"en": {"title": "For you", "body": "Show {{ coupon.code }}"}})
    town.walk_in(town.somebody(), work=False)
    town.match()
    assert _coupon_states(town) == ["reserved"]
    town.work()
    assert _coupon_states(town) == ["issued"]
    [delivery] = town.deliveries()
    code = delivery["coupon"]
    assert delivery["body"] == f"Show {code}"
    till = partial(_redeem, town, keys["till"], code)
    town.pass_minutes(30)
    done = till(place="kalverstraat", purchase_id="p-1")
    assert done.status_code == 200, done.text
    told = done.json()
    assert (told["customer"], told["offer"], told["place"], told["purchase_id"]) == (
        "sanne",
        "ten-percent",
        "kalverstraat",
        "p-1",
    )
    assert problem_of(till(place="damrak", purchase_id="p-2"), 409)["type"].endswith(":already_redeemed")
    assert till(place="kalverstraat", purchase_id="p-1").json() == told, "the same till asks again"
    assert _coupon_states(town) == ["redeemed"]
    offer = town.admin.get("/v1/offers/ten-percent").json()
    assert (offer["spent"], offer["redeemed"], offer["left"]) == (1, 1, 0)


def test_of_many_tills_that_redeem_one_coupon_at_once_one_does(town: TownByDoors, keys: dict[str, str]) -> None:
    town.offer(codes="generated")
    town.campaign(offer="ten-percent")
    town.walk_in(town.somebody())
    code = town.deliveries()[0]["coupon"]
    answers = at_once(
        [partial(_redeem, town, keys["till"], code, purchase_id=f"p-{number}") for number in range(TILLS)]
    )
    assert sorted(one.status_code for one in answers) == [200] + [409] * (TILLS - 1)
    assert {problem_of(one, 409)["type"] for one in answers if one.status_code != 200} == {
        "urn:passerby:problem:already_redeemed"
    }
    assert town.admin.get("/v1/offers/ten-percent").json()["redeemed"] == 1


def test_an_erased_customer_is_gone_from_every_list_and_what_they_counted_stays(
    town: TownByDoors, keys: dict[str, str]
) -> None:
    town.offer(codes="generated", budget=5)
    town.campaign(offer="ten-percent")
    town.walk_in(town.somebody())
    town.walk_in(town.somebody("ben"))
    assert _redeem(town, keys["till"], town.deliveries()[0]["coupon"], place="kalverstraat").status_code == 200
    exported = town.admin.get("/v1/customers/sanne/export").json()["tables"]
    filled = {name for name, rows in exported.items() if rows}
    assert filled >= {"customers", "consents", "devices", "visits", "decisions", "deliveries", "coupons"}
    assert "deferrals" in exported
    offer = town.admin.get("/v1/offers/ten-percent").json()
    assert (offer["spent"], offer["redeemed"]) == (2, 1)
    assert _counted(town) == [{"send": 2}, {"sent": 2}, {"sneakers": 2}]
    assert town.admin.delete("/v1/customers/sanne").status_code == 204
    problem_of(town.admin.get("/v1/customers/sanne"), 404)
    for what in ("decisions", "deliveries", "visits", "transitions"):
        assert {one["customer"] for one in town.listed(what)} == {"ben"}
    assert town.admin.get("/v1/offers/ten-percent").json() == offer
    assert _counted(town) == [{"send": 2}, {"sent": 2}, {"sneakers": 2}]


def _counted(town: TownByDoors) -> list[dict[str, int]]:
    """What the console's pages count."""
    with town.parts.database.reading() as session:
        return [
            overview.count_outcomes(session),
            overview.count_deliveries(session, campaign_id="sneakers"),
            overview.count_sent(session, ["sneakers"]),
        ]
