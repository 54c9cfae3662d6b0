"""Lists of the console: heads that sort, files that a spreadsheet may open, and many posters on one PDF."""

import csv
import io
import re
from typing import Any

import httpx
import pytest
from PIL import Image, ImageDraw

from offers.deeds import list_deeds
from offers.records.database import Database
from tests.web.conftest import CAMPAIGN, PLACE
from tests.web.console.conftest import OFFER, Enter, Person
from tests.web.printing.pages import read, streams_of
from web.console import exporting
from web.console.exporting import safe
from web.console.posters_list import MOST_PRINTED

HOSTILE = ("=1+1", "+31", "-2+3", "@SUM(A1)", '\u20ac5; "x", y')
FILES = ("places", "campaigns", "offers", "posters", "customers", "deliveries", "decisions", "offers/ten/coupons")


def lines(answer: httpx.Response, delimiter: str = ",") -> list[list[str]]:
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert answer.content.startswith(b"\xef\xbb\xbf")
    return list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"), newline=""), delimiter=delimiter))


def test_a_head_sorts_and_says_so_and_turns_round(marketer: Person, admin: httpx.Client) -> None:
    for number, name in enumerate(("Beurs", "Arena", "Centraal")):
        admin.put(f"/v1/places/p{number}", json=PLACE | {"name": name, "lat": 40 + number})
    page = marketer.look("/console/places")
    assert page.html.count('aria-sort="ascending"') == 1
    assert "3 in all" in page.text
    turned = marketer.look(page.links["Name"])
    assert 'aria-sort="descending"' in turned.html
    places = [text for text in turned.links if text in ("Arena", "Beurs", "Centraal")]
    assert places == ["Centraal", "Beurs", "Arena"]
    assert turned.links["Name"] == "/console/places"
    assert turned.links["Download as CSV"] == "/console/places.csv?sort=-name"
    rows = lines(marketer.http.get(turned.links["Download as CSV"]))
    assert [row[1] for row in rows] == ["Name", "Centraal", "Beurs", "Arena"]


@pytest.mark.parametrize("query", ["sort=nonsense", "cursor=nonsense", "kind=castle"])
def test_what_means_nothing_is_said(marketer: Person, admin: httpx.Client, query: str) -> None:
    admin.put("/v1/places/p", json=PLACE)
    page = marketer.look(f"/console/places?q=kal&{query}", 422)
    assert "<tbody>" not in page.html
    assert page.sheet("/console/places")["q"] == "kal", "nothing typed is lost"
    assert page.invalid == (["kind"] if query.startswith("kind") else [])
    answer = marketer.http.get(f"/console/places.csv?{query}")
    assert answer.status_code == (200 if query.startswith("cursor") else 303)


def test_nothing_in_a_file_is_a_formula(marketer: Person, admin: httpx.Client) -> None:
    for number, name in enumerate(HOSTILE):
        admin.put(f"/v1/places/p{number}", json=PLACE | {"name": name, "address": name, "lat": 40 + number})
    rows = lines(marketer.http.get("/console/places.csv"))
    assert {row[1] for row in rows[1:]} == {*(f"'{one}" for one in HOSTILE[:4]), HOSTILE[4]}
    dutch = lines(marketer.http.get("/console/places.csv?lang=nl"), ";")
    assert {row[3] for row in dutch[1:]} == {row[1] for row in rows[1:]}
    for sign in ("\t=1", "\r=1", "\n=1", "\uff1d1"):
        told = str(safe(sign, None))  # type: ignore[arg-type]  # no text asks for a voice
        assert (told[0], told.replace("'", "")) == ("'", sign)


def test_each_role_has_its_files(enter: Enter, admin: httpx.Client, database: Database) -> None:
    admin.put("/v1/customers/sanne", json={"name": "Sanne", "phone": "+31612345678"})
    admin.put("/v1/offers/ten", json=OFFER | {"codes": "shared", "code": "SECRET10"})
    for role in ("viewer", "staff", "admin"):
        person = enter(role)
        for name in FILES:
            answer = person.http.get(f"/console/{name}.csv")
            assert answer.status_code == (403 if role == "staff" else 200), f"{role} {name}"
            assert "SECRET10" not in answer.text
            assert "612345678" not in answer.text
        assert person.http.get("/console/inbox.csv").status_code == 200
        for name in ("settings/deeds", "settings/keys", "settings/shops", "users"):
            assert person.http.get(f"/console/{name}.csv").status_code == (200 if role == "admin" else 403)
    with database.reading() as session:
        told = [one["subject"] for one in list_deeds(session) if one["what"] == "downloaded"]
    assert sorted(told) == sorted([*["customers", "deliveries", "decisions", "coupons"] * 2, *["inbox"] * 3])


def test_a_file_says_where_it_was_cut(marketer: Person, admin: httpx.Client, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(5):
        admin.put(f"/v1/places/p{number}", json=PLACE | {"name": f"P{number}", "lat": 40 + number})
    monkeypatch.setattr(exporting, "PORTION", 2)
    assert [row[0] for row in lines(marketer.http.get("/console/places.csv"))][1:] == [f"p{n}" for n in range(5)]
    monkeypatch.setattr(exporting, "MOST_ROWS", 3)
    rows = lines(marketer.http.get("/console/places.csv"))
    assert [row[0] for row in rows[1:4]] == ["p0", "p1", "p2"]
    assert rows[4:] == [["Cut off after 3 rows. Choose a narrower filter for the rest."]]


@pytest.fixture
def hung(admin: httpx.Client) -> list[str]:
    """Six posters; their addresses in the order of their names."""
    admin.put("/v1/campaigns/scanned", json=CAMPAIGN | {"name": "Scanned", "trigger": {"on": "scan"}})
    made: list[dict[str, Any]] = [
        admin.put(
            f"/v1/posters/p{n}", json={"lat": 52.37, "lon": 4.9, "campaign": "scanned", "name": f"Hall {n}"}
        ).json()
        for n in range(6)
    ]
    return [one["url"] for one in made]


def drawn(document: bytes) -> list[Image.Image]:
    """Each page's rectangles, two pixels a point of an A3."""
    pages = []
    for stream in streams_of(document):
        corners = re.findall(rb"([\d.]+) ([\d.]+) [ml]\b", stream)
        picture = Image.new("L", (1684, 2382), 255)
        for at in range(0, len(corners) - 3, 4):
            xs, ys = zip(*((float(x) * 2, float(y) * 2) for x, y in corners[at : at + 4]), strict=True)
            ImageDraw.Draw(picture).rectangle((min(xs), min(ys), max(xs) - 1, max(ys) - 1), fill=0)
        if corners:
            pages.append(picture if b" cm" in stream else picture.transpose(Image.Transpose.FLIP_TOP_BOTTOM))
    return pages


def test_many_posters_are_printed_at_once_and_can_be_scanned(marketer: Person, hung: list[str]) -> None:
    sheet = marketer.look("/console/posters").sheet("/console/posters.pdf")
    answer = marketer.send(sheet, poster=["p1", "p4"], which="ticked", per="1")
    assert answer.headers["content-type"] == "application/pdf"
    assert answer.content.count(b"/Type /Page\n") == 2
    every = marketer.send(sheet, which="all", per="4", paper="A3")
    assert every.content.count(b"/Type /Page\n") == 2
    pages = [sorted(read(page)) for page in drawn(every.content)]
    assert sorted(pages, key=len) == [sorted(hung[4:]), sorted(hung[:4])]


def test_what_can_not_be_printed_says_what_to_do(
    marketer: Person, hung: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    sheet = marketer.look("/console/posters").sheet("/console/posters.pdf")
    nothing = marketer.send(sheet, which="ticked")
    assert nothing.status_code == 422
    assert "Tick at least one poster" in nothing.text
    assert marketer.send(sheet, which="all", paper="A9").status_code == 422
    too_many = marketer.send(sheet, which="ticked", poster=[f"x{n}" for n in range(MOST_PRINTED + 1)])
    assert too_many.status_code == 422
    assert "more than 200 posters" in too_many.text
