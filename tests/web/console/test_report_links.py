"""The number that is clicked on a report and the rows that are shown agree; of days whose rows are kept every number can be clicked."""

import csv
import io
import re
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from offers.records.database import Database
from offers.records.tables import Coupon, Customer, Decision, Delivery, Offer, Purchase, Visit
from tests.conftest import NOON
from tests.web.console.conftest import Person
from tests.web.console.test_what_became import walked
from workers.counting import count_funnels

__all__ = ["walked"]

ALL, ONE = "/console/reports", "/console/reports/sneakers"
NUMBER = re.compile(r'<a href="(/console/(?:decisions|deliveries|offers/ten/coupons)[^"]*)">([\d.,]+)</a>')
CELL = re.compile(r'<td class="number"[^>]*>(.*?)</td>')


@pytest.fixture
def counted(walked: None, database: Database) -> None:
    """What Sanne and Daan had decided today, once more: at the first and the last minute of yesterday, one of them elsewhere, and before midnight
    forty days ago; a message to nobody's campaign beside them. Daan was held out the first time, and nobody knows his language. Both came to a store
    today, and Sanne bought twice, once with her coupon.
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
                        more |= {"outcome": "held_out"} if number == 0 and row.customer_id == "daan" else {}
                    else:
                        more |= {"decision_id": None, "state": ("failed", "sent", "sent")[number]}
                        more |= {"variant": "warm", "received_at": moment} if number == 1 else {}
                        more |= {"received_at": moment, "opened_at": moment} if number == 0 else {}
                    session.add(table(**kept | more))
        order = {one.name: getattr(rows[0], one.key) for one in Delivery.__table__.columns}
        order |= {"id": "dlv_order", "moment": "o", "kind": "order", "campaign_id": None, "decision_id": None}
        session.add(Delivery(**order))
        come_and_buy(session)
    for _ in range(42):
        count_funnels(database, lambda: NOON + timedelta(minutes=4), 60)


def come_and_buy(session: Any) -> None:
    session.get(Customer, "daan").language = None
    here: dict[str, Any] = {"place_id": "kalverstraat-102"}
    for customer in ("sanne", "daan"):
        at = NOON + timedelta(hours=1)
        session.add(Visit(id=f"v-{customer}", customer_id=customer, entered_at=at, left_at=at, **here))
    bought: dict[str, Any] = {"customer_id": "sanne", "channel": "store", "currency": "EUR", "digest": ""}
    for number in range(2):
        at = NOON + timedelta(hours=2 + number)
        session.add(Purchase(id=f"p{number}", total_thousandths=23_000, at=at, created_at=at, **bought, **here))
    offer: dict[str, Any] = {"name": "Ten", "kind": "percentage", "codes": "generated", "text": {}}
    session.add(Offer(id="ten", spent=0, redeemed=0, created_at=NOON, updated_at=NOON, **offer))
    session.flush()
    for one in session.query(Decision).filter_by(customer_id="sanne"):
        told: dict[str, Any] = {"customer_id": "sanne", "campaign_id": one.campaign_id, "offer_id": "ten"}
        told |= {"id": f"c-{one.moment}", "decision_id": one.id, "place_id": one.place_id, "codes": "generated"}
        session.add(Coupon(state="redeemed", reserved_at=one.at, redeemed_at=NOON, **told))


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
        f"{ALL}?days=7&by=language",
        f"{ALL}?days=7&by=place&language=nl",
        f"{ONE}?days=7&by=day&language=nl",
    ],
)
def test_every_number_that_is_a_link_is_the_number_of_its_rows(marketer: Person, path: str) -> None:
    found = links(marketer.look(path).html)
    told = {one.partition("?")[0].rpartition("/")[2] for one, _ in found}
    assert told >= {"deliveries", "decisions"}
    assert {parse_qs(one)["after"][0] for one, _ in found if "after=" in one} >= {"visited", "bought", "redeemed"}
    assert [(to, many, rows(marketer, to)) for to, many in found if rows(marketer, to) != many] == []
    cells = [one for one in CELL.findall(marketer.look(path).html) if re.match(r"[1-9]", re.sub(r"<[^>]*>", "", one))]
    assert len(cells) > 10
    assert [one for one in cells if "<a href=" not in one] == [], "none leads nowhere"


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
def test_who_was_sent_to_and_who_was_held_out_lead_to_their_rows(marketer: Person) -> None:
    groups = marketer.look(f"{ONE}?days=7").html.partition('id="groups"')[2].partition("</table>")[0]
    found = {
        (asked["outcome"][0], asked.get("after", [""])[0]): (many, rows(marketer, to))
        for to, many in links(groups)
        for asked in [parse_qs(urlsplit(to).query)]
    }
    assert found[("held_out", "visited")] == (1, 1)
    assert found[("held_out", "")] == (1, 1)
    assert found.keys() >= {("send", ""), ("send", "visited"), ("send", "bought")}
    assert all(many == listed for many, listed in found.values())


@pytest.mark.usefixtures("counted")
def test_what_was_done_after_a_decision_stands_beside_it(marketer: Person) -> None:
    page = marketer.look("/console/decisions?campaign=sneakers&outcome=send&after=bought&since=2026-11-23T00:00")
    assert "Bought: 23 Nov 2026 14:00, Kalverstraat 102, 23.00 EUR" in page.text
    assert page.html.count("Bought: ") == 2
    asked = "decisions.csv?campaign=sneakers&outcome=send&after=bought&since=2026-11-23T00:00"
    heads, row = list(csv.reader(io.StringIO(marketer.http.get(f"/console/{asked}").content.decode("utf-8-sig"))))
    assert heads[-4:] == ["Bought first (Europe/Amsterdam)", "Where", "For how much", "How often in seven days"]
    assert row[-4:] == ["2026-11-23 14:00:00", "Kalverstraat 102", "23.00 EUR", "2"]
    came = marketer.look("/console/decisions?customer=daan&after=visited")
    assert "Came to a store: 23 Nov 2026 13:00, Kalverstraat 102" in came.text
    assert came.html.count("<tr>") - 1 == 1, "nobody follows who was not meant"
    plain = marketer.http.get("/console/decisions.csv?after=redeemed")
    assert "Where" not in plain.text, "its coupon has a list of its own"
    assert plain.text.count("\r\n") > 1


@pytest.mark.usefixtures("counted")
@pytest.mark.parametrize(
    ("query", "many"),
    [
        ("decisions?language=nl&since=2026-11-23T00:00", 1),
        ("decisions?without=language&since=2026-11-23T00:00", 1),
        ("decisions?without=variant&since=2026-11-23T00:00", 2),
        ("decisions?without=place&since=2026-11-23T00:00", 0),
        ("decisions?outcome=no&since=2026-11-23T00:00", 1),
        ("deliveries?kind=order", 1),
        ("deliveries?kind=offer&since=2026-11-23T00:00", 1),
        ("deliveries?kind=reply", 0),
        ("deliveries?without=variant&kind=offer&since=2026-11-23T00:00", 1),
    ],
)
def test_decisions_and_deliveries_are_filtered_by_what_reports_tell_apart(
    marketer: Person, query: str, many: int
) -> None:
    page = marketer.look(f"/console/{query}")
    assert max(page.html.count("<tr>") - 1, 0) == many
    for name, value in parse_qs(urlsplit(query).query).items():
        assert page.sheet(f"/console/{query.partition('?')[0]}")[name] == value[0], "it can be seen and taken away"


@pytest.mark.parametrize(
    "query", ["decisions?after=soon", "decisions?without=love", "deliveries?kind=test", "deliveries?without=x"]
)
def test_a_choice_that_there_is_not_is_said_at_its_field(marketer: Person, query: str) -> None:
    page = marketer.look(f"/console/{query}", 422)
    assert page.invalid == [query.partition("?")[2].partition("=")[0]]
    assert set(page.described) <= set(page.ids)


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
