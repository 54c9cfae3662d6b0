"""Reports: a walk into a store stands in the funnel, each number leads to its rows, and nothing that is typed breaks the page."""

import csv
import io
import re
from datetime import date, timedelta
from typing import Any
from urllib.parse import urlencode

import httpx
import pytest

from offers.funnels import keep_day
from offers.records.database import Database
from offers.rules.funnel import DayOfFunnel, Where
from tests.conftest import NOON
from tests.web.conftest import CAMPAIGN, PLACE
from tests.web.console.conftest import Enter, Person
from tests.web.console.reading import PageText
from tests.web.console.test_what_became import walked
from workers.counting import count_funnels

__all__ = ["walked"]

TODAY = date(2026, 11, 23)
ALL, ONE = "/console/reports", "/console/reports/sneakers"


@pytest.fixture
def counted(walked: None, database: Database) -> None:
    """Sanne was sent to; Daan is not in the audience. It is counted."""
    assert count_funnels(database, lambda: NOON + timedelta(minutes=4), 30) == 1


def keep(database: Database, *rows: tuple[str, str, int], day: date = TODAY, **where: str) -> None:
    """Counts on top of what is counted: step, reason, how many."""
    told = DayOfFunnel.empty()
    for step, reason, many in rows:
        told.add(Where(**{"campaign_id": "sneakers"} | where), step, reason, many)
    KEPT.setdefault((database.url, day), DayOfFunnel.empty()).finest.update(told.finest)
    now = NOON + timedelta(microseconds=len(KEPT[database.url, day].finest))
    with database.transaction() as session:
        keep_day(session, day, KEPT[database.url, day].in_grains(), counted_at=now)


KEPT: dict[tuple[str, date], DayOfFunnel] = {}
"""What was kept so far, by database and day."""


def numbers(page: PageText) -> dict[str, str]:
    """The funnel's steps and their numbers."""
    rows = re.findall(r'<tr><th scope="row">([^<]+)</th><td class="number">(?:<a[^>]*>)?([\d.,]+)', page.html)
    return {name: many for name, many in rows}  # noqa: C416 - says what is there


@pytest.mark.usefixtures("counted")
def test_a_campaign_leads_to_its_report(marketer: Person) -> None:
    assert marketer.look("/console/campaigns/sneakers").links["The whole report"] == ONE


@pytest.mark.usefixtures("counted")
@pytest.mark.parametrize("path", [ALL, ONE])
def test_the_funnel_tells_of_the_walk(marketer: Person, path: str) -> None:
    page = marketer.look(path)
    told = numbers(page)
    assert told["Moments decided"] == "2"
    assert told["Sent to"] == "1"
    assert (told["Messages"], told["Accepted"], told["Received"]) == ("1", "1", "0")
    assert "50 % of the moments" in page.text
    assert "100 % of the messages" in page.text
    assert "25 Oct 2026 to 23 Nov 2026. Counted up to 23 Nov 2026 12:04." in page.text
    assert 'aria-label="A bar for each day' in page.html
    assert page.html.count('class="whole" x=') == 30


@pytest.mark.usefixtures("counted")
def test_each_number_leads_to_its_rows(marketer: Person) -> None:
    page = marketer.look(ONE)
    ways = {to for to in page.links.values() if to.startswith(("/console/decisions", "/console/deliveries"))}
    html = {one.replace("&amp;", "&") for one in re.findall(r'href="(/console/de[^"]+)"', page.html)}
    assert ways <= html
    expected = {"outcome=send": 1, "outcome=not_in_audience": 1, "state=sent": 1}
    for part, many in expected.items():
        [to, *_] = sorted(one for one in html if part in one and "campaign=sneakers" in one)
        assert marketer.look(to).html.count("<tr>") - 1 == many, to
    assert marketer.look(ALL).links["Sneakers, Kalverstraat"] == ONE


@pytest.mark.usefixtures("counted")
def test_filters_and_breakdowns(marketer: Person) -> None:
    for query, seen in {
        "place=kalverstraat-102": "2",
        "language=nl": "2",
        "from=2026-11-23&until=2026-11-23": "2",
        "days=7&by=place": "2",
        "by=language": "2",
        "by=day&sort=sent": "2",
    }.items():
        for path in (ALL, ONE):
            assert numbers(marketer.look(f"{path}?{query}"))["Moments decided"] == seen, (path, query)
    for query in ("place=elsewhere", "language=fr", "until=2026-11-22", "from=2026-11-20&until=2026-11-21"):
        assert "Nothing was decided in these days" in marketer.look(f"{ONE}?{query}").text, query
    by_place = marketer.look(f"{ONE}?by=place")
    assert by_place.links["Kalverstraat 102"] == "/console/places/kalverstraat-102"


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("days=8", "days"),
        ("from=yesterday", "from"),
        ("until=2026-02-30", "until"),
        ("from=2026-11-24", "from"),
        ("from=2026-11-10&until=2026-11-01", "from"),
        ("from=2026-01-01", "from"),
        ("until=0001-01-01", "until"),
        ("place='", "place"),
    ],
)
def test_what_can_not_be_read_is_said_at_its_field(
    marketer: Person, admin: httpx.Client, query: str, field: str
) -> None:
    admin.put("/v1/places/kalverstraat-102", json=PLACE)
    page = marketer.look(f"{ALL}?{query}", 422)
    assert page.invalid == [field]
    assert set(page.described) <= set(page.ids)
    typed = query.split("&", maxsplit=1)[0].partition("=")[2]
    typed = typed.replace("'", "&#39;")
    assert field == "days" or f'value="{typed}"' in page.html, "nothing typed is lost"


@pytest.mark.parametrize(
    "query", ["variant=%00", "sort=-sent&by=y", "language=" + "x" * 500, "download=pdf", "by=campaign"]
)
def test_whatever_is_asked_is_answered(marketer: Person, admin: httpx.Client, query: str) -> None:
    admin.put("/v1/campaigns/sneakers", json=CAMPAIGN | {"trigger": {"on": "enter"}})
    marketer.look(f"{ONE}?{query}")
    marketer.look(f"{ALL}?{query}")
    marketer.look("/console/reports/none", 404)


def test_empty_reports_say_what_to_do_first(marketer: Person, enter: Enter, admin: httpx.Client) -> None:
    assert marketer.look(ALL).links["New campaign"] == "/console/campaigns/new"
    assert "New campaign" not in enter("viewer").look(ALL).links
    admin.put("/v1/campaigns/sneakers", json=CAMPAIGN | {"trigger": {"on": "enter"}})
    assert marketer.look(ONE).links["To the campaign"] == "/console/campaigns/sneakers"
    assert marketer.look(ALL).links["The last 90 days"] == f"{ALL}?days=90&by=campaign"


def test_a_table_sorts_and_its_file_has_all_of_it_and_no_formula(
    marketer: Person, admin: httpx.Client, database: Database
) -> None:
    names = ("=1+1", "+2", "-3", "@x", "plain")
    for number, name in enumerate(names):
        admin.put(f"/v1/campaigns/c-{number}", json=CAMPAIGN | {"name": name, "trigger": {"on": "enter"}})
        keep(database, ("matched", "", 1000 + number), ("sent", "", 10 - number), campaign_id=f"c-{number}")
    for number in range(120):
        keep(database, ("matched", "", 1), campaign_id=f"gone-{number:03}")
    page = marketer.look(ALL)
    assert marketer.look(f"{ALL}?sort=-matched").text == page.text
    order = [page.texts.index(name) for name in ("plain", "@x", "-3", "+2", "=1+1")]
    assert order == sorted(order)
    assert 'aria-sort="descending"' in page.html
    assert "125 in all" in page.text
    assert page.links["Next page"].endswith("#table")
    last = marketer.look(page.links["Next page"])
    assert last.html.count("gone-") >= 25
    assert "Previous page" in last.links
    assert marketer.look(last.links["Previous page"]).texts.count("plain") == 1
    turned = marketer.look(page.links["Sent to"])
    assert 'aria-sort="ascending"' in turned.html
    assert "plain" not in turned.texts, "whoever was sent to most is on the last page"
    assert "1,004" in page.text
    assert "1.004" in marketer.look(f"{ALL}?lang=de").text
    fewest = marketer.look(f"{ALL}?sort=-sent")
    order = [fewest.texts.index(name) for name in reversed(("plain", "@x", "-3", "+2", "=1+1"))]
    assert order == sorted(order)
    answer = marketer.http.get(page.links["Download as CSV"])
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert 'filename="report.csv"' in answer.headers["content-disposition"]
    rows = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"), newline="")))
    assert rows[0][:4] == ["Campaign", "Name", "Moments decided", "Sent to"]
    assert len(rows) == 126
    assert rows[1][:4] == ["c-4", "plain", "1004", "6"]
    assert {row[1] for row in rows[1:6]} == {"plain", "'@x", "-3", "'+2", "'=1+1"}


def test_held_out_stands_beside_sent_with_what_it_adds(
    marketer: Person, admin: httpx.Client, database: Database
) -> None:
    admin.put("/v1/campaigns/sneakers", json=CAMPAIGN | {"trigger": {"on": "enter"}})
    sent: Any = [("matched", "", 2000), ("sent", "", 1000), ("held_out", "", 1000)]
    for group, visited, bought in (("send", 300, 51), ("held_out", 200, 50)):
        sent += [("watched", group, 1000), ("visited", group, visited), ("bought", group, bought)]
    keep(database, *sent)
    page = marketer.look(ONE)
    assert "300 (30 %)" in page.text
    assert "51 (5.1 %)" in page.text
    assert "Came to a store: +10.0 percentage points (19 times of 20 between +6.2 and +13.7)." in page.text
    assert "Bought: +0.1 percentage points, between −1.8 and +2.0. It may still be chance." in page.text  # noqa: RUF001 - a minus
    assert "+10,0 Prozentpunkte" in marketer.look(f"{ONE}?lang=de").text


def test_days_that_are_not_counted_yet_are_said(marketer: Person, admin: httpx.Client, database: Database) -> None:
    admin.put("/v1/campaigns/sneakers", json=CAMPAIGN | {"trigger": {"on": "enter"}})
    keep(database, ("matched", "", 3), day=TODAY - timedelta(days=3))
    assert "3 of these days are not counted yet" in marketer.look(ONE).text


def test_variants_are_a_filter_where_there_are_any(marketer: Person, admin: httpx.Client, database: Database) -> None:
    admin.put("/v1/campaigns/sneakers", json=CAMPAIGN | {"trigger": {"on": "enter"}})
    for variant, many in (("warm", 3), ("cool", 4)):
        keep(database, ("matched", "", many), ("sent", "", many), variant=variant, language="nl")
    page = marketer.look(f"{ONE}?variant=warm&by=variant")
    assert numbers(page)["Moments decided"] == "3"
    assert '<option value="cool">' in page.html
    assert "cool" not in [text.strip() for text in marketer.look(f"{ONE}?variant=warm&by=variant").links]


@pytest.mark.usefixtures("counted")
@pytest.mark.parametrize("language", ["en", "nl", "de"])
def test_pages_are_whole_in_each_language(enter: Enter, language: str) -> None:
    person = enter("viewer", language=language)
    for path in (ALL, ONE, f"{ONE}?by=place", f"{ALL}?by=language", f"{ALL}?{urlencode({'days': '8'})}"):
        page = person.look(path, 422 if "days=8" in path else 200)
        assert page.lang == language
        assert page.html.count("<h1>") == 1
        assert len(page.ids) == len(set(page.ids)), path
        assert set(page.controls) <= page.labelled, path
        assert page.styled == 0, path
        assert "None" not in page.text, path
        assert "{" not in page.text, path
