"""The number that is clicked on a report and the rows that are shown agree; where no list tells them apart there is no link."""

import re
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from offers.records.database import Database
from offers.records.tables import Decision, Delivery
from tests.conftest import NOON
from tests.web.console.conftest import Person
from tests.web.console.test_what_became import walked
from workers.counting import count_funnels

__all__ = ["walked"]

ALL, ONE = "/console/reports", "/console/reports/sneakers"
NUMBER = re.compile(r'<a href="(/console/(?:decisions|deliveries)[^"]*)">([\d.,]+)</a>')


@pytest.fixture
def counted(walked: None, database: Database) -> None:
    """What Sanne and Daan had decided today, once more: at the first and the last minute of yesterday, one of them elsewhere, and before midnight
    forty days ago; a message to nobody's campaign beside them.
    """
    day = NOON.replace(hour=23, minute=0)  # midnight by the desk's clock, which is an hour ahead
    moments = [day - timedelta(days=2), day - timedelta(days=1, minutes=1), day - timedelta(days=40, minutes=1)]
    with database.transaction() as session:
        tables: tuple[tuple[Any, str], ...] = ((Decision, "at"), (Delivery, "created_at"))
        for table, at in tables:
            rows = session.query(table).order_by(table.id).all()
            for number, moment in enumerate(moments):
                for row in rows:
                    kept = {one.name: getattr(row, one.key) for one in table.__table__.columns}
                    more: dict[str, Any] = {"id": f"{row.id}{number}", "moment": f"m{number}", at: moment}
                    if table is Decision:
                        more |= {"place_id": "elsewhere", "variant": "warm"} if number == 1 else {}
                    else:
                        more |= {"decision_id": None, "state": ("failed", "sent", "sent")[number]}
                        more |= {"variant": "warm", "received_at": moment} if number == 1 else {}
                        more |= {"received_at": moment, "opened_at": moment} if number == 0 else {}
                    session.add(table(**kept | more))
        order = {one.name: getattr(rows[0], one.key) for one in Delivery.__table__.columns}
        session.add(Delivery(**order | {"id": "dlv_order", "moment": "o", "campaign_id": None, "decision_id": None}))
    for _ in range(42):
        count_funnels(database, lambda: NOON + timedelta(minutes=4), 60)


def links(html: str) -> list[tuple[str, int]]:
    return [(to.replace("&amp;", "&"), int(many)) for to, many in NUMBER.findall(html)]


def rows(person: Person, to: str) -> int:
    return max(person.look(to).html.count("<tr>") - 1, 0)


@pytest.mark.usefixtures("counted")
@pytest.mark.parametrize(
    "path",
    [
        f"{ONE}?days=7",
        f"{ALL}?days=7",
        f"{ONE}?from=2026-11-22&until=2026-11-22",
        f"{ALL}?from=2026-11-21&until=2026-11-22&by=day",
        f"{ONE}?days=7&by=place",
        f"{ALL}?days=7&by=place&place=kalverstraat-102",
        f"{ONE}?days=7&by=day&place=kalverstraat-102",
        f"{ALL}?days=30&by=campaign",
        f"{ONE}?days=7&variant=warm",
        f"{ONE}?days=7&by=variant",
        f"{ONE}?days=7&by=day&variant=warm&language=nl",
        f"{ONE}?days=7&language=nl",
        f"{ONE}?days=7&by=language",
        f"{ONE}?days=7&by=language&place=kalverstraat-102",
    ],
)
def test_every_number_that_is_a_link_is_the_number_of_its_rows(marketer: Person, path: str) -> None:
    found = links(marketer.look(path).html)
    assert any("/console/deliveries" in to or "/console/decisions" in to for to, _ in found)
    assert [(to, many, rows(marketer, to)) for to, many in found if rows(marketer, to) != many] == []


@pytest.mark.usefixtures("counted")
def test_a_link_names_the_whole_span_and_a_day_its_own(marketer: Person) -> None:
    page = marketer.look(f"{ONE}?from=2026-11-22&until=2026-11-23&by=day")
    asked = [parse_qs(urlsplit(to).query) for to, _ in links(page.html)]
    spans = {(one["since"][0], one["until"][0]) for one in asked}
    assert spans == {
        ("2026-11-22T00:00", "2026-11-24T00:00"),
        ("2026-11-22T00:00", "2026-11-23T00:00"),
        ("2026-11-23T00:00", "2026-11-24T00:00"),
    }
    assert {one["campaign"][0] for one in asked} == {"sneakers"}


@pytest.mark.usefixtures("counted")
def test_what_no_list_tells_apart_is_a_number_alone(marketer: Person) -> None:
    page = marketer.look(f"{ONE}?days=7&language=nl")
    assert "Moments decided" in page.text
    assert [to for to, _ in links(page.html) if "/decisions" in to] == [], "whose language it was is in no row"
    table = marketer.look(f"{ALL}?days=7&by=language").html.partition('id="table"')[2]
    assert re.search(r'class="number"[^>]*>[1-9]', table)
    assert links(table) == [], "and of all campaigns the messages stand among those of orders"
    nameless = marketer.look(f"{ONE}?days=7&by=variant").html.partition('id="table"')[2]
    assert "variant=&" not in nameless
    steps = marketer.look(f"{ALL}?days=7").html
    assert "/console/deliveries" not in "".join(
        to for to, _ in links(steps.partition("Messages")[2].partition("</tr>")[0])
    )


@pytest.mark.usefixtures("counted")
def test_of_days_whose_rows_may_have_left_only_the_later_ones_are_led_to(marketer: Person) -> None:
    """Thirty days are kept."""
    page = marketer.look(f"{ONE}?from=2026-10-01")
    assert "Moments decided" in page.text
    told = [parse_qs(urlsplit(to).query)["since"][0] for to, _ in links(page.html)]
    assert min(told) == "2026-11-22T00:00"
    html = page.html.replace("&amp;", "&")
    assert "2026-10-14" in html, "the day is counted and shown"
    assert "since=2026-10-14" not in html


@pytest.mark.usefixtures("counted")
@pytest.mark.parametrize(
    ("query", "said", "told"),
    [
        ("days=7", "Received by the phone", "told=received"),
        ("days=7", "Opened", "told=opened"),
        ("days=7&variant=warm", "Sent", "variant=warm"),
        ("days=7&variant=warm", "Received by the phone", "variant=warm"),
        ("days=7&language=nl", "Opened", "language=nl"),
    ],
)
def test_what_the_phone_told_and_what_is_of_a_variant_lead_to_their_rows(
    marketer: Person, query: str, said: str, told: str
) -> None:
    found = [to for to, _ in links(marketer.look(f"{ONE}?{query}").html)]
    assert [to for to in found if told in to], (said, found)
