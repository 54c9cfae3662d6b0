"""A poster on the plain form, its page with the code, and a file of placements."""

from datetime import timedelta
from typing import Any

import httpx
import pytest

from offers.records.database import Database
from offers.records.tables import Scan
from tests.conftest import NOON
from tests.web.conftest import CAMPAIGN, PLACE
from tests.web.console.conftest import Enter, Person
from tests.web.console.reading import PageText
from tests.web.printing.pages import of_pdf, of_png, of_svg, read

NEW, IMPORT = "/console/posters/new", "/console/posters/import"
FILE = (
    "id,name,place,lat,lon,campaign\n"
    "hall,Hal,,52.3788,4.9006,scanned\n"
    ",Étalage,kalverstraat-102,,,scanned\n"
    "wrong,Wrong,nowhere,,,scanned\n"
)


@pytest.fixture(autouse=True)
def _desk(admin: httpx.Client) -> None:
    admin.put("/v1/places/kalverstraat-102", json=PLACE)
    for name in ("scanned", "second"):
        admin.put(f"/v1/campaigns/{name}", json=CAMPAIGN | {"name": name.title(), "trigger": {"on": "scan"}})
    admin.put("/v1/campaigns/enters", json=CAMPAIGN)


FILLED: dict[str, Any] = {
    "id": "window",
    "name": "Window",
    "place": "kalverstraat",
    "campaign": "scanned",
    "inside": "1",
    "again": "second",
    "then__campaign": "second",
    "then__after_scans": "500",
    "from": "2026-12-01T09:00",
    "until": "2026-12-31T23:59",
    "digital_link": "https://id.gs1.org/01/09506000134352",
}


def test_a_poster_on_the_form_is_the_poster_at_the_api(marketer: Person, admin: httpx.Client) -> None:
    answer = marketer.fill(NEW, **FILLED)
    assert answer.headers["location"] == "/console/posters/window?done=poster_saved"
    made = admin.get("/v1/posters/window").json()
    said = ("name", "place", "inside", "campaign", "in_store", "again", "then", "digital_link")
    assert {name: made[name] for name in said} == {
        "name": "Window",
        "place": "kalverstraat-102",
        "inside": True,
        "campaign": "scanned",
        "in_store": None,
        "again": "second",
        "then": {"campaign": "second", "after_scans": 500, "at": None},
        "digital_link": "01/09506000134352",
    }
    assert (made["from"], made["until"]) == ("2026-12-01T08:00:00Z", "2026-12-31T22:59:00Z")
    page = marketer.look(answer.headers["location"])
    assert "Its code stays the same." in page.text
    assert made["url"] in page.text


def test_the_form_shown_and_sent_back_changes_nothing(marketer: Person, admin: httpx.Client) -> None:
    sent = {"lat": 52.3788148, "lon": 4.9006278, "campaign": "scanned", "until": "2026-12-31T23:59:59.123456+01:00"}
    sent |= {"then": {"campaign": "second", "at": "2026-12-24T18:00:00.5+01:00"}}
    admin.put("/v1/posters/hall", json=sent)
    before = admin.get("/v1/posters/hall").headers["etag"]
    assert marketer.fill("/console/posters/hall").status_code == 303
    assert admin.get("/v1/posters/hall").headers["etag"] == before


@pytest.mark.parametrize(
    ("wrong", "field", "said"),
    [
        ({"place": "nowhere"}, "place", "There is no such place."),
        ({"place": ""}, "place", "Say where it hangs"),
        ({"place": "", "lat": "52", "inside": None}, "lon", "Latitude and longitude go together: fill in both."),
        ({"campaign": ""}, "campaign", "Fill this in."),
        ({"campaign": "enters"}, "campaign", "Choose a campaign with the trigger “scan”."),
        ({"then__campaign": "enters"}, "then.campaign", "Choose a campaign with the trigger “scan”."),
        ({"then__after_scans": ""}, "then.after_scans", "Say after how many scans or from when it switches."),
        ({"then__after_scans": "many"}, "then.after_scans", "This is not a number."),
        ({"from": "soon"}, "from", "This is not a date and time."),
        ({"until": "2026-11-01T00:00"}, "until", "The end has to come after the beginning."),
        ({"digital_link": "https://a/01/1"}, "digital_link", "This is no GS1 Digital Link"),
        ({"id": "a b"}, "id", ""),
        ({"id": "import"}, "id", ""),
    ],
)
def test_what_is_wrong_is_said_at_its_field(
    marketer: Person, admin: httpx.Client, wrong: dict[str, Any], field: str, said: str
) -> None:
    answer = marketer.fill(NEW, **(FILLED | wrong))
    assert answer.status_code == 422
    page = PageText(answer.text)
    assert field in page.invalid
    assert said in page.text
    assert admin.get("/v1/posters").json()["items"] == []


def test_a_link_that_leads_elsewhere_is_said_so(marketer: Person) -> None:
    marketer.fill(NEW, **FILLED)
    answer = marketer.fill(NEW, **(FILLED | {"id": "other"}))
    assert answer.status_code == 409
    assert "This link leads to another poster already." in PageText(answer.text).text


def test_nobody_overwrites_somebody_else(marketer: Person, admin: httpx.Client) -> None:
    marketer.fill(NEW, **FILLED)
    sheet = marketer.look("/console/posters/window").sheet("/console/posters/window")
    admin.put("/v1/posters/window", json={"place": "kalverstraat-102", "campaign": "scanned", "name": "Theirs"})
    answer = marketer.send(sheet, name="Mine")
    assert answer.status_code == 409
    assert admin.get("/v1/posters/window").json()["name"] == "Theirs"
    assert marketer.send(PageText(answer.text).sheet("/console/posters/window")).status_code == 303
    assert admin.get("/v1/posters/window").json()["name"] == "Mine"


def test_its_code_is_shown_and_there_to_print(marketer: Person, admin: httpx.Client) -> None:
    marketer.fill(NEW, **FILLED)
    page = marketer.look("/console/posters/window")
    assert '<img src="/console/posters/window.svg"' in page.html
    url = admin.get("/v1/posters/window").json()["url"]
    for name, path in page.links.items():
        if name.startswith(("SVG", "PNG", "PDF")):
            look = {"SVG": lambda one: of_svg(one, 4), "PNG": of_png, "PDF": of_pdf}[name[:3]]
            assert read(look(marketer.http.get(path).content)) == [url], name
    assert {"SVG", "PNG 512 px", "PNG 2048 px", *(f"PDF A{number}" for number in range(5))} <= set(page.links)


def test_taking_down_is_asked_and_is_for_good(marketer: Person, enter: Enter, admin: httpx.Client) -> None:
    marketer.fill(NEW, **FILLED)
    page = marketer.look("/console/posters/window/retire")
    assert "Take Window down for good?" in page.text
    assert admin.get("/v1/posters/window").json()["state"] == "early"
    answer = marketer.send(page.sheet("/console/posters/window/retire"))
    assert answer.headers["location"] == "/console/posters/window?done=poster_retired"
    assert admin.get("/v1/posters/window").json()["state"] == "retired"
    page = marketer.look("/console/posters/window")
    assert "It can not be changed any more." in page.text
    assert "Save" not in page.text
    assert "took down poster window" in enter("admin").look("/console/users").text


def test_the_table_tells_scans_and_filters_by_campaign(
    marketer: Person, admin: httpx.Client, database: Database
) -> None:
    marketer.fill(NEW, **FILLED)
    admin.put("/v1/posters/hall", json={"lat": 52.3788, "lon": 4.9006, "campaign": "second", "name": "Hall"})
    with database.transaction() as session:
        for number in range(3):
            at = NOON + timedelta(minutes=number)
            plain = {"kind": "human", "device_class": "phone", "source": "web", "repeat": False, "in_store": False}
            session.add(Scan(id=f"scn_{number}", poster_id="hall", at=at, **plain))
    text = marketer.look("/console/posters").text
    assert "Hall Second 3 3 in 30 days 23 Nov 2026 3 23 Nov 2026 12:00 23 Nov 2026 12:02 live" in text
    assert "Window Kalverstraat 102 Scanned 0" in text
    only = marketer.look("/console/posters?campaign=scanned").text
    assert "Window" in only
    assert "Hall Second" not in only, "it leads there neither now nor later"


def send(person: Person, file: bytes, **also: str) -> httpx.Response:
    token = person.look(IMPORT).sheet(IMPORT)["token"]
    return person.http.post(IMPORT, data={"token": token, **also}, files={"file": ("posters.csv", file, "text/csv")})


def test_a_file_of_placements_is_read_in_with_a_report(marketer: Person, admin: httpx.Client) -> None:
    page = PageText(send(marketer, b"\xef\xbb\xbf" + FILE.replace("\n", "\r\n").encode()).text)
    assert "2 made, 0 changed, 0 as they were, 1 refused." in page.text
    assert "There is no place nowhere." in page.text
    made = admin.get("/v1/posters").json()["items"]
    assert {one["name"] for one in made} == {"Hal", "Étalage"}
    assert all(one["url"] in page.text for one in made)
    again = PageText(send(marketer, FILE.encode()).text)
    assert "0 made, 0 changed, 2 as they were, 1 refused." in again.text


def test_all_or_nothing_writes_nothing(marketer: Person, admin: httpx.Client) -> None:
    answer = send(marketer, FILE.encode(), atomic="1")
    assert answer.status_code == 422
    assert "line 4: place: There is no place nowhere." in PageText(answer.text).text
    assert admin.get("/v1/posters").json()["items"] == []


@pytest.mark.parametrize(
    ("file", "said"),
    [
        (b"", "Choose a file."),
        (FILE.encode("cp1252"), "This file is not in UTF-8."),
        (b"id,price\na,1\n", "there is no column 'price'"),
    ],
)
def test_a_file_that_is_none_is_said_so(marketer: Person, file: bytes, said: str) -> None:
    answer = send(marketer, file)
    assert answer.status_code == 422
    assert said in PageText(answer.text).text


def test_a_file_needs_the_token_and_a_role(marketer: Person, enter: Enter, admin: httpx.Client) -> None:
    files = {"file": ("posters.csv", FILE.encode(), "text/csv")}
    assert marketer.http.post(IMPORT, data={"token": "wrong"}, files=files).status_code == 403
    viewer = enter("viewer")
    assert viewer.http.post(IMPORT, data={"token": viewer.token()}, files=files).status_code == 403
    assert admin.get("/v1/posters").json()["items"] == []


def test_parts_that_are_none_are_refused(marketer: Person) -> None:
    for kind, body in (
        ("multipart/form-data", b"x"),
        ("multipart/form-data; boundary=b", b"x"),
        ("multipart/form-data; boundary=b", b"--b\r\n\r\nnobody's\r\n--b--\r\n"),
    ):
        answer = marketer.http.post(IMPORT, content=body, headers={"content-type": kind})
        assert answer.status_code in {403, 422}, kind
