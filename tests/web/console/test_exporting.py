"""What stands in a file's cell: numbers as they are, and nothing that a spreadsheet would calculate."""

import csv
import io
import re

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from markupsafe import Markup

from tests.web.conftest import PLACE
from tests.web.console.conftest import Person
from web.console import customers_list, exporting
from web.console.exporting import STARTS_A_FORMULA, safe

FORMULAS = (
    *("-1+cmd|' /C calc'!A0", "-1+1", "+1", "+1.5", "-", "--1", "-1.", "-.5", "-1e5", "-1,5", "-1 2", "-1\n", "-1;2", "- 1"),
    *("\t1", "\r-1", "\n-1", "=1", "@1", "\uff0d1", "\uff0b1", "\uff1d1", "-\u0661", "-1.\uff11", "-\u00b2"),
)  # fmt: skip
NUMBER = st.from_regex(re.compile(r"-?[0-9]{1,6}(\.[0-9]{1,6})?", re.ASCII), fullmatch=True)


def cell(value: object) -> object:
    return safe(value, None)  # type: ignore[arg-type]  # no text asks for a voice


def test_what_begins_like_a_number_and_goes_on_is_kept_from_being_calculated() -> None:
    for text in FORMULAS:
        assert cell(text) == f"'{text}", repr(text)


@given(NUMBER)
def test_a_plain_number_stays_as_it_is(text: str) -> None:
    assert cell(text) == text


@given(st.tuples(st.sampled_from(STARTS_A_FORMULA), st.text(max_size=12)).map("".join))
def test_whatever_else_begins_as_a_formula_does_is_a_text(text: str) -> None:
    """A number is what `float` reads in the ten digits, with one point at most and no blank around it."""
    digits = text.removeprefix("-").replace(".", "", 1)
    is_number = text[0] == "-" and digits.isascii() and digits.isdigit() and "." not in (text[1], text[-1])
    told = str(cell(text))
    assert told == text if is_number else told.startswith("'")
    assert told.replace("'", "") == text.replace("'", ""), "nothing is taken away"


def test_a_formula_behind_what_ends_a_cell_elsewhere_is_a_text_too() -> None:
    """A file with commas opened where cells end at semicolons, and the other way round."""
    assert cell("Jan;=1+1") == "Jan;'=1+1"
    assert cell("Jan,@SUM(A1),-2+3\tx\n+1") == "Jan,'@SUM(A1),'-2+3\tx\n'+1"
    assert cell("52.37,-0.127758;-4") == "52.37,-0.127758;-4"


def test_marks_of_a_page_do_not_come_into_a_file() -> None:
    assert cell(Markup("comes to <b>O&#39;Neill &amp; Co</b>")) == "comes to O'Neill & Co"


def names(answer: httpx.Response) -> list[str]:
    rows = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"), newline="")))[1:]
    return [row[1] if len(row) > 1 else row[0] for row in rows]


def test_a_search_for_customers_is_taken_along_whole_or_says_where_it_was_cut(
    marketer: Person, admin: httpx.Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(7):
        admin.put(f"/v1/customers/c-{number}", json={"name": f"Sanne {number}"})
    monkeypatch.setattr(customers_list, "MOST_FOUND", 2)
    monkeypatch.setattr(exporting, "PORTION", 3)
    page = marketer.look("/console/customers?q=sanne")
    assert page.html.count('<th scope="row">') == 2
    assert "10,000 rows at most" in page.text
    to = page.links["Download as CSV"]
    assert names(marketer.http.get(to)) == [f"Sanne {n}" for n in range(7)]
    assert names(marketer.http.get(f"{to}&sort=-name")) == [f"Sanne {n}" for n in reversed(range(7))]
    monkeypatch.setattr(customers_list, "MOST_IN_A_FILE", 7)
    assert len(names(marketer.http.get(to))) == 7
    monkeypatch.setattr(customers_list, "MOST_IN_A_FILE", 5)
    *told, last = names(marketer.http.get(to))
    assert len(told) == len({*told}) == 5
    assert last == "Cut off after 5 rows. Choose a narrower filter for the rest."
    assert "100,000 rows at most" in marketer.look("/console/customers").text


def test_a_place_west_of_greenwich_has_a_number_for_its_longitude(marketer: Person, admin: httpx.Client) -> None:
    admin.put("/v1/places/london", json=PLACE | {"lat": -33.868, "lon": -0.127758}).raise_for_status()
    answer = marketer.http.get("/console/places.csv")
    [heads, row] = csv.reader(io.StringIO(answer.content.decode("utf-8-sig"), newline=""))
    assert dict(zip(heads, row, strict=True)) | {"Latitude": "-33.868000", "Longitude": "-0.127758"} == dict(
        zip(heads, row, strict=True)
    )
