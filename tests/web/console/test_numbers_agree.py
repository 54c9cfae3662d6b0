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
from tests.web.console.conftest import Enter, Person, Town
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
