"""A number and the list that it leads to: the same rows, or the page says since when it was counted."""

import re
from datetime import timedelta
from typing import Any

import httpx
import pytest

from offers import overview
from offers.records.database import Database
from offers.records.tables import Delivery
from tests.conftest import NOON
from tests.web.conftest import CAMPAIGN, PLACE, Register
from tests.web.console.conftest import OFFER, Enter, Person, Town
from tests.web.console.test_home import walk_in
from workers.counting import count_funnels

COUNT = re.compile(r'<li><a href="(/console/(?:deliveries|decisions)[^"]*)"><b>(\d+)</b>')


@pytest.fixture
def sent(admin: httpx.Client, register: Register, town: Town, database: Database) -> None:
    """A message of a campaign, two tests of it of now, one of a month ago, and a message that failed two days ago."""
    admin.put("/v1/places/kalverstraat-102", json=PLACE)
    admin.put("/v1/campaigns/sneakers", json=CAMPAIGN)
    admin.post("/v1/campaigns/sneakers/launch").raise_for_status()
    walk_in(admin, register, town)
    device = register("daan")["device_id"]
    for _ in range(2):
        admin.post("/v1/campaigns/sneakers/test", json={"device_id": device}).raise_for_status()
    with database.transaction() as session:
        for one in session.query(Delivery).all():
            one.state = "sent"
        row = session.query(Delivery).filter_by(kind="offer").one()
        kept = {one.name: getattr(row, one.key) for one in Delivery.__table__.columns} | {"decision_id": None}
        old: dict[str, Any] = {"moment": "old", "created_at": NOON - timedelta(days=2), "state": "failed"}
        session.add(Delivery(**kept | {"id": "dlv_failed", "reason": "gone"} | old))
        month = {"moment": "month", "created_at": NOON - timedelta(days=20), "kind": "test", "campaign_id": None}
        session.add(Delivery(**kept | {"id": "dlv_test"} | month))


def rows(person: Person, to: str) -> int:
    page = person.look(to.replace("&amp;", "&"))
    return max(page.html.count("<tr>") - 1, 0)


@pytest.mark.usefixtures("sent")
def test_homes_messages_lead_to_as_many_rows(marketer: Person) -> None:
    found = COUNT.findall(marketer.look("/console").html)
    assert any("/deliveries" in to for to, _ in found)
    assert [(to, many, rows(marketer, to)) for to, many in found if rows(marketer, to) != int(many)] == []


@pytest.mark.usefixtures("sent")
@pytest.mark.parametrize(
    ("query", "many"),
    [
        ("", 5),
        ("tests=no", 2),
        ("tests=only", 3),
        ("tests=only&state=sent", 3),
        ("tests=no&state=sent", 1),
        ("tests=only&campaign=sneakers", 3),
        ("tests=only&campaign=other", 0),
        ("tests=no&campaign=sneakers", 2),
        ("campaign=sneakers", 2),
    ],
)
def test_deliveries_are_listed_with_tests_without_them_or_tests_alone(marketer: Person, query: str, many: int) -> None:
    assert rows(marketer, f"/console/deliveries?{query}") == many
    answer = marketer.http.get(f"/console/deliveries.csv?{query}")
    assert answer.text.count("\r\n") == many + 1
    assert marketer.look("/console/deliveries?tests=maybe", 422).invalid == ["tests"]


@pytest.mark.usefixtures("sent")
def test_what_push_says_of_a_day_leads_to_that_day(enter: Enter, database: Database) -> None:
    boss = enter("admin")
    to = boss.look("/console/settings/push").links["Those not sent"]
    assert rows(boss, to) == 0, "what failed two days ago is not of this day"
    with database.transaction() as session:
        for one in session.query(Delivery).filter(Delivery.id != "dlv_failed"):
            one.state, one.reason = "failed", "gone"
    page = boss.look("/console/settings/push")
    assert "1 not sent" in page.text
    assert rows(boss, page.links["Those not sent"]) == 1


@pytest.mark.usefixtures("sent")
def test_a_campaigns_counts_say_up_to_when_they_were_counted(
    marketer: Person, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "Counted up to" not in marketer.look("/console/campaigns/sneakers").text
    count_funnels(database, lambda: NOON + timedelta(minutes=4), 90)
    assert "Counted up to" not in marketer.look("/console/campaigns/sneakers").text, "each row is counted"
    monkeypatch.setattr(overview.what_came_of, "__kwdefaults__", {"most": 0})
    assert "Counted up to 23 Nov 2026 12:04" in marketer.look("/console/campaigns/sneakers").text


@pytest.fixture
def redeemed(admin: httpx.Client, register: Register, town: Town, database: Database) -> None:
    """Three coupons, two of them redeemed."""
    admin.put("/v1/places/kalverstraat-102", json=PLACE)
    admin.put("/v1/offers/ten", json=OFFER | {"budget": 10}).raise_for_status()
    admin.put("/v1/campaigns/sneakers", json=CAMPAIGN | {"offer": "ten"}).raise_for_status()
    admin.post("/v1/campaigns/sneakers/launch").raise_for_status()
    for customer in ("sanne", "daan", "piet"):
        walk_in(admin, register, town, customer)
    codes = [one["coupon"] for one in admin.get("/v1/deliveries").json()["items"]]
    for code in codes[:2]:
        admin.post(f"/v1/coupons/{code}/redeem").raise_for_status()
    count_funnels(database, lambda: NOON + timedelta(minutes=4), 90)


def to_coupons(person: Person, path: str = "/console/reports/sneakers?days=7") -> list[tuple[str, int]]:
    found = re.findall(r'<a href="(/console/offers/[^"]*)">(\d+)</a>', person.look(path).html)
    return [(to.replace("&amp;", "&"), int(many)) for to, many in found]


@pytest.mark.usefixtures("redeemed")
def test_what_was_redeemed_leads_to_its_coupons(marketer: Person, admin: httpx.Client) -> None:
    found = to_coupons(marketer) + to_coupons(marketer, "/console/reports/sneakers?days=7&by=place")
    assert [many for _, many in found] == [2] * 4 or [many for _, many in found] == [2] * 3
    assert [rows(marketer, to) for to, _ in found] == [2] * len(found)
    assert any("place=kalverstraat-102" in to for to, _ in found)
    others = (
        "/console/reports/sneakers?days=7&by=variant",
        "/console/reports?days=7",
        "/console/reports?days=7&by=place",
    )
    for path in others:
        assert to_coupons(marketer, path) == [] or "variant" in path, "of all campaigns they are of many offers"
        came = re.findall(r'<a href="(/console/decisions[^"]*after=redeemed[^"]*)">(\d+)</a>', marketer.look(path).html)
        assert came, path
        assert [(to, rows(marketer, to)) for to, many in came if rows(marketer, to) != int(many)] == []
    admin.put("/v1/offers/other", json=OFFER).raise_for_status()
    admin.put("/v1/campaigns/sneakers", json=CAMPAIGN | {"offer": "other"}).raise_for_status()
    assert to_coupons(marketer) == [], "some may be of the one and some of the other"


@pytest.mark.usefixtures("redeemed")
@pytest.mark.parametrize(
    ("query", "many"),
    [
        ("state=redeemed&campaign=sneakers", 2),
        ("state=issued&campaign=sneakers", 1),
        ("state=redeemed&campaign=none", 0),
        ("state=redeemed&place=kalverstraat-102", 2),
        ("state=redeemed&place=none", 0),
        ("state=redeemed&since=2026-11-23T00:00", 2),
        ("state=redeemed&until=2026-11-23T00:00", 0),
        ("customer=sanne&campaign=sneakers", 1),
        ("customer=sanne&until=2026-11-23T00:00", 0),
    ],
)
def test_coupons_are_listed_by_campaign_place_and_time(marketer: Person, query: str, many: int) -> None:
    assert rows(marketer, f"/console/offers/ten/coupons?{query}") == many
    assert marketer.http.get(f"/console/offers/ten/coupons.csv?{query}").text.count("\r\n") == many + 1


@pytest.mark.usefixtures("redeemed")
def test_coupons_of_a_campaign_are_asked_for_with_a_state(marketer: Person) -> None:
    path = "/console/offers/ten/coupons"
    for query, field in (
        ("campaign=sneakers", "state"),
        ("since=2026-11-23T00:00", "state"),
        ("state=redeemed&since=soon", "since"),
        ("state=redeemed&campaign=%20%2F", "campaign"),
    ):
        page = marketer.look(f"{path}?{query}", 422)
        assert page.invalid == [field], query
        name, _, typed = query.rpartition("&")[2].partition("=")
        assert name in ("since", "campaign"), typed
