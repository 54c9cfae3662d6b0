"""The doors of posters: written, listed, drawn, taken down, and read in from a file."""

from collections.abc import Callable
from typing import Any

import httpx
import pytest

from offers.records.database import Database
from tests.offers.stories import Town
from tests.web.conftest import bearer, paths_of, problem_of
from tests.web.printing.pages import of_pdf, of_png, of_svg, read, words_of

Made = dict[str, Any]


@pytest.fixture
def town(database: Database) -> Town:
    town = Town(database)
    town.place()
    town.campaign("scanned", "scan", live=False)
    return town


@pytest.fixture
def window(town: Town, admin: httpx.Client) -> Made:
    made: Made = admin.put("/v1/posters/window", json={"place": "kalverstraat", "campaign": "scanned"}).json()
    return made


def test_a_poster_is_made_and_found(town: Town, admin: httpx.Client) -> None:
    sent = {"name": "Hall", "lat": 52.3788, "lon": 4.9006, "campaign": "scanned", "from": "2026-12-01T00:00:00+01:00"}
    answer = admin.post("/v1/posters", json=sent, headers={"Idempotency-Key": "hall"})
    assert answer.status_code == 201
    made = answer.json()
    assert made["url"] == f"{admin.base_url}/q/{made['code']}"
    assert made["from"] == "2026-11-30T23:00:00Z"
    assert (made["state"], made["scans"]["people"]) == ("early", 0)
    assert admin.post("/v1/posters", json=sent, headers={"Idempotency-Key": "hall"}).json() == made
    assert admin.get(f"/v1/posters/{made['id']}").json() == made
    assert admin.get("/v1/posters").json() == {"items": [made], "next_cursor": None}
    assert admin.get("/v1/posters?campaign=other").json()["items"] == []


def test_an_edit_says_what_it_was_made_from(window: Made, admin: httpx.Client) -> None:
    etag = admin.get("/v1/posters/window").headers["etag"]
    sent = {"place": "kalverstraat", "campaign": "scanned", "name": "Window"}
    changed = admin.put("/v1/posters/window", json=sent, headers={"If-Match": etag})
    assert (changed.status_code, changed.json()["code"]) == (200, window["code"])
    problem_of(admin.put("/v1/posters/window", json=sent, headers={"If-Match": etag}), 412)
    problem_of(admin.delete("/v1/posters/window", headers={"If-Match": etag}), 412)
    problem_of(admin.put("/v1/posters/window", json=sent, headers={"If-None-Match": "*"}), 412)


@pytest.mark.parametrize(
    ("sent", "paths"),
    [
        ({}, ["campaign"]),
        ({"campaign": "scanned"}, ["place"]),
        ({"campaign": "scanned", "lat": 52}, ["lon"]),
        ({"campaign": "scanned", "lat": 91, "lon": 4}, ["lat"]),
        ({"campaign": "scanned", "lat": 52, "lon": 4, "inside": True}, ["place"]),
        ({"campaign": "scanned", "lat": 52, "lon": 4, "inside": "yes"}, ["inside"]),
        ({"campaign": "nowhere", "place": "nowhere"}, ["place", "campaign"]),
        ({"campaign": "scanned", "place": "kalverstraat", "then": {"campaign": "scanned"}}, ["then.after_scans"]),
        ({"campaign": "scanned", "place": "kalverstraat", "digital_link": "https://a/01/1"}, ["digital_link"]),
        (
            {
                "campaign": "scanned",
                "place": "kalverstraat",
                "from": "2026-12-02T00:00:00Z",
                "until": "2026-12-01T00:00:00Z",
            },
            ["until"],
        ),
        ({"campaign": "scanned", "place": "kalverstraat", "code": "AAAAAAAAAA"}, ["code"]),
    ],
)
def test_faults_name_their_fields(town: Town, admin: httpx.Client, sent: dict[str, Any], paths: list[str]) -> None:
    assert paths_of(admin.put("/v1/posters/window", json=sent)) == paths
    assert paths_of(admin.post("/v1/posters", json=sent)) == paths


def test_a_campaign_of_another_trigger_is_named(town: Town, admin: httpx.Client) -> None:
    town.campaign("enters")
    answer = admin.put("/v1/posters/window", json={"place": "kalverstraat", "campaign": "enters"})
    [error] = problem_of(answer, 422)["errors"]
    assert (error["path"], error["name"]) == ("campaign", "not_a_scan_campaign")


def test_one_that_was_taken_down_stays_down(window: Made, admin: httpx.Client) -> None:
    down = admin.post("/v1/posters/window/retire")
    assert (down.status_code, down.json()["state"]) == (200, "retired")
    assert admin.post("/v1/posters/window/retire").json() == down.json()
    answer = admin.put("/v1/posters/window", json={"place": "kalverstraat", "campaign": "scanned", "name": "Up"})
    assert problem_of(answer, 409)["type"].endswith(":retired")
    assert admin.delete("/v1/posters/window").status_code == 204
    problem_of(admin.get("/v1/posters/window"), 404)


def test_pictures_are_read_back(window: Made, admin: httpx.Client) -> None:
    drawn: dict[str, Callable[[bytes], Any]] = {
        "svg": lambda content: of_svg(content, 4),
        "png": of_png,
        "png?module=2": of_png,
        "png?size=500": of_png,
        "pdf": of_pdf,
        "pdf?paper=A0&language=de": of_pdf,
    }
    for end, look in drawn.items():
        answer = admin.get(f"/v1/posters/window.{end}")
        assert read(look(answer.content)) == [window["url"]], end
        assert "default-src 'none'" in answer.headers["content-security-policy"]
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["cache-control"] == "private, no-cache"
        known = admin.get(f"/v1/posters/window.{end}", headers={"If-None-Match": answer.headers["etag"]})
        assert (known.status_code, known.content) == (304, b"")
    assert admin.get("/v1/posters/window.svg").headers["content-type"] == "image/svg+xml"
    assert admin.get("/v1/posters/window.png").headers["content-type"] == "image/png"
    sheet = admin.get("/v1/posters/window.pdf?language=nl")
    assert sheet.headers["content-disposition"] == 'attachment; filename="window-a4.pdf"'
    assert words_of(sheet.content).splitlines()[:3] == ["Hoi daar", "Kalverstraat", "Scan mij met je camera"]


@pytest.mark.parametrize(
    ("asked", "path"),
    [
        ("png?module=1", "module"),
        ("png?module=101", "module"),
        ("png?size=60", "size"),
        ("png?size=9000", "size"),
        ("png?size=500&module=4", "size"),
        ("pdf?paper=A5", "paper"),
        ("pdf?language=fr", "language"),
        ("svg?size=4", "size"),
    ],
)
def test_a_picture_that_can_not_be_is_refused(window: Made, admin: httpx.Client, asked: str, path: str) -> None:
    assert paths_of(admin.get(f"/v1/posters/window.{asked}")) == [path]


def test_a_picture_of_no_poster_is_not_there(town: Town, admin: httpx.Client) -> None:
    for end in ("svg", "png", "pdf"):
        problem_of(admin.get(f"/v1/posters/nowhere.{end}"), 404)


FILE = (
    "id,name,place,lat,lon,campaign,inside,from,then.campaign,then.after_scans\n"
    "hall,Hall,,52.3788,4.9006,scanned,,2026-12-01T00:00:00+01:00,scanned,500\n"
    ",Window,kalverstraat,,,scanned,true,,,\n"
    ",=1+1,kalverstraat,,,scanned,,,,\n"
    "wrong,Wrong,nowhere,,,scanned,,,,\n"
)


def send(admin: httpx.Client, file: str, query: str = "") -> httpx.Response:
    return admin.post(f"/v1/posters/import{query}", content=file, headers={"Content-Type": "text/csv"})


def test_a_file_of_placements_is_read_in_once(town: Town, admin: httpx.Client) -> None:
    report = send(admin, FILE).json()
    assert [one["outcome"] for one in report["lines"]] == ["created"] * 3 + ["refused"]
    assert report["lines"][3]["errors"] == [{"path": "place", "message": "there is no place 'nowhere'"}]
    listed = {one["id"]: one for one in admin.get("/v1/posters").json()["items"]}
    assert len(listed) == 3
    for line in report["lines"][:3]:
        assert listed[line["id"]]["code"] == line["code"]
    assert listed["hall"]["then"] == {"campaign": "scanned", "after_scans": 500, "at": None}
    again = send(admin, FILE).json()
    assert [one["outcome"] for one in again["lines"]] == ["unchanged"] * 3 + ["refused"]
    assert [one.get("code") for one in again["lines"]] == [one.get("code") for one in report["lines"]]


def test_a_file_needs_no_ids(town: Town, admin: httpx.Client) -> None:
    report = send(admin, "name,place,campaign\nLeft,kalverstraat,scanned\nRight,kalverstraat,scanned\n").json()
    assert (report["created"], report["refused"]) == (2, 0)


def test_all_of_a_file_or_nothing(town: Town, admin: httpx.Client) -> None:
    assert paths_of(send(admin, FILE, "?atomic=true")) == ["line 5: place"]
    assert admin.get("/v1/posters").json()["items"] == []


def test_one_that_was_taken_down_is_left_so_by_a_file(town: Town, admin: httpx.Client) -> None:
    send(admin, FILE)
    admin.post("/v1/posters/hall/retire")
    assert send(admin, FILE).json()["lines"][0]["outcome"] == "unchanged"
    line = send(admin, FILE.replace("Hall", "Great hall")).json()["lines"][0]
    assert (line["outcome"], line["errors"][0]["message"]) == ("refused", "was taken down for good; make another one")


def test_scans_are_listed(window: Made, admin: httpx.Client, http: httpx.Client, keys: dict[str, str]) -> None:
    assert admin.get("/v1/scans?poster=window&since=2026-01-01T00:00:00Z").json() == {"items": [], "next_cursor": None}
    assert http.get("/v1/scans", headers=bearer(keys["read"])).status_code == 200
    assert paths_of(admin.get("/v1/scans?kind=cat")) == ["kind"]
    assert paths_of(admin.get("/v1/scans?postre=window")) == ["postre"]
