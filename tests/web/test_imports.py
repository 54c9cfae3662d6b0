"""Whole files through the doors: what becomes of each row, all or nothing, told at the end or as it goes."""

import http.client
import json
import time
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from tests.web.conftest import PLACE, Register, Served, bearer, paths_of, problem_of
from web import files

CSV = {"Content-Type": "text/csv"}
LINES = {"Content-Type": "application/x-ndjson"}
GEOJSON = {"Content-Type": "application/geo+json"}
AS_IT_GOES = {"Accept": "application/x-ndjson"}


def people(number: int, **more: Any) -> str:
    return "".join(json.dumps({"id": f"c{i}", "name": f"Customer {i}", **more}) + "\n" for i in range(number))


def send(caller: httpx.Client, noun: str, content: str | bytes, headers: dict[str, str], **wish: Any) -> httpx.Response:
    return caller.post(f"/v1/{noun}/import", content=content, headers=headers, params=wish)


def ask_without_sending(served: Served, noun: str, headers: dict[str, str]) -> tuple[int, Any]:
    """The answer to who announces a file and sends nothing of it."""
    connection = http.client.HTTPConnection(served.url.removeprefix("http://"), timeout=10)
    try:
        connection.putrequest("POST", f"/v1/{noun}/import")
        for name, value in headers.items():
            connection.putheader(name, value)
        connection.endheaders()
        answer = connection.getresponse()
        return answer.status, json.load(answer)
    finally:
        connection.close()


def report_of(answer: httpx.Response) -> dict[str, Any]:
    assert answer.status_code == 200, answer.text
    report: dict[str, Any] = answer.json()
    assert sum(report[one] for one in ("created", "changed", "unchanged", "refused")) == report["rows"]
    return report


def counts(report: dict[str, Any]) -> tuple[int, int, int, int]:
    return report["created"], report["changed"], report["unchanged"], report["refused"]


def how_many(caller: httpx.Client, noun: str) -> int:
    return len(caller.get(f"/v1/{noun}", params={"limit": 500}).json()["items"])


@pytest.mark.parametrize("headers", [CSV, LINES], ids=["csv", "lines"])
@pytest.mark.parametrize("noun", ["places", "customers", "products", "purchases"])
def test_the_same_file_again_changes_nothing(admin: httpx.Client, noun: str, headers: dict[str, str]) -> None:
    admin.put("/v1/customers/sanne", json={"name": "Somebody"})
    if noun != "places":
        admin.put("/v1/places/kalverstraat-102", json=PLACE)
    text = (files.CSV if headers is CSV else files.LINES)[noun]
    first = report_of(send(admin, noun, text, headers))
    assert counts(first) == ((0, 1, 0, 0) if noun == "customers" else (1, 0, 0, 0))
    there = admin.get(f"/v1/{noun}").json()
    again = report_of(send(admin, noun, text, headers))
    assert counts(again) == (0, 0, 1, 0)
    assert admin.get(f"/v1/{noun}").json() == there
    assert counts(report_of(send(admin, noun, text, headers, atomic=True))) == (0, 0, 1, 0)


def test_a_table_of_purchases_has_a_line_an_item(admin: httpx.Client) -> None:
    admin.put("/v1/places/kalverstraat-102", json=PLACE)
    admin.put("/v1/customers/sanne", json={})
    report_of(send(admin, "purchases", files.CSV["purchases"], CSV))
    [bought] = admin.get("/v1/purchases").json()["items"]
    assert [(one["sku"], one["price"]) for one in bought["items"]] == [("SNEAK-1", "89.95"), ("SOCKS", "9.95")]


def test_features_become_places_with_their_premises(admin: httpx.Client, served: Served) -> None:
    square = [[4.89, 52.37], [4.8915, 52.37], [4.8915, 52.371], [4.89, 52.371], [4.89, 52.37]]
    own = {"name": "Dam", "kind": "store", "time_zone": "Europe/Amsterdam"}
    collection = {
        "type": "FeatureCollection",
        "features": [
            *files.FEATURES["features"],
            {
                "type": "Feature",
                "id": 7,
                "geometry": {"type": "Polygon", "coordinates": [square]},
                "properties": own,
            },
            {
                "type": "Feature",
                "geometry": {"type": "Point", "coordinates": [4.9, 52.4]},
                "properties": own | {"id": "ring", "geofences": [PLACE["geofences"][0] | {"radius_m": 300}]},
            },
        ],
    }
    for content_type in ("application/geo+json", "application/json"):
        report = report_of(send(admin, "places", json.dumps(collection, indent=1), {"Content-Type": content_type}))
        assert report["rows"] == 3
    assert counts(report) == (0, 0, 3, 0)
    assert [one["id"] for one in report["lines"]] == ["kalverstraat-102", "7", "ring"]
    written = json.dumps(collection, indent=1).splitlines()
    begin = [number for number, line in enumerate(written) if line.strip() == '"type": "Feature",']
    assert [one["line"] for one in report["lines"]] == begin
    circle, area, ring = (admin.get(f"/v1/places/{one}").json() for one in ("kalverstraat-102", "7", "ring"))
    assert circle["geofences"][0] | {"id": ""} == {
        "id": "", "role": "premises", "lat": 52.3702516, "lon": 4.8906199, "radius_m": 100.0, "dwell_s": 60,
    }  # fmt: skip
    assert (area["lat"], area["lon"]) == pytest.approx((52.3705, 4.89075))
    assert area["geofences"][0]["geometry"]["coordinates"] == [square]
    assert ring["geofences"][0]["radius_m"] == 300
    assert served.doors.parts.fences.index.version == 1


def test_good_rows_go_in_and_bad_ones_are_named_by_line_and_field(admin: httpx.Client) -> None:
    text = "id,name,time_zone,phone\na,Anna,Europe/Amsterdam,\nb,Bea,Amsterdam,12\n,Nobody,,\nd,Dora\n\nc,Cleo,,\nc,Cleo,,\nc,Other,,\n"
    report = report_of(send(admin, "customers", text, CSV))
    assert counts(report) == (2, 0, 1, 4)
    told = [
        (one["line"], one["id"], one["outcome"], [it["path"] for it in one.get("errors", [])])
        for one in report["lines"]
    ]
    assert told == [
        (2, "a", "created", []),
        (3, "b", "refused", ["phone", "time_zone"]),
        (4, None, "refused", ["id"]),
        (5, None, "refused", [""]),
        (7, "c", "created", []),
        (8, "c", "unchanged", []),
        (9, "c", "refused", ["id"]),
    ]
    assert "line 7" in report["lines"][-1]["errors"][0]["message"]
    assert [one["line"] for one in report_of(send(admin, "customers", text, CSV, report="refused"))["lines"]] == [
        3,
        4,
        5,
        9,
    ]
    assert how_many(admin, "customers") == 2


def test_what_only_the_database_knows_is_named_too(admin: httpx.Client) -> None:
    text = "purchase_id,customer,channel,at,total,currency\n1,nobody,store,2026-11-23T10:00:00Z,5,EUR\n2,,store,2026-11-23T10:00:00Z,5,EUR\n"
    report = report_of(send(admin, "purchases", text, CSV))
    assert counts(report) == (1, 0, 0, 1)
    assert report["lines"][0]["errors"] == [{"path": "customer", "message": "there is no customer 'nobody'"}]
    other = report_of(send(admin, "purchases", text.replace(",5,", ",6,"), CSV))
    assert [one["errors"][0]["path"] for one in other["lines"]] == ["customer", "purchase_id"]
    sold = '{"sku": "a", "title": {"nl": "A"}, "stock": {"nowhere": 1}}\n' * 2
    assert [one["errors"][0]["path"] for one in report_of(send(admin, "products", sold, LINES))["lines"]] == [
        "stock.nowhere"
    ] * 2


def test_the_description_shows_what_is_answered(admin: httpx.Client) -> None:
    document = admin.get("/openapi.json").json()["paths"]
    for noun in ("places", "customers", "products", "purchases"):
        door = document[f"/v1/{noun}/import"]["post"]
        kinds = {"text/csv", "application/x-ndjson"} | (
            {"application/geo+json", "application/json"} if noun == "places" else set()
        )
        assert set(door["requestBody"]["content"]) == kinds
        assert set(door["responses"]) == {"200", "400", "401", "403", "413", "415", "422", "503"}
        assert {one["name"] for one in door["parameters"]} == {"atomic", "report"}
        shown = door["responses"]["200"]["content"]["application/json"]["example"]
        real = report_of(send(admin, noun, '{"x": 1}', LINES))
        assert set(shown) == set(real)
        assert set(shown["lines"][1]) == set(real["lines"][0])
        assert set(shown["lines"][1]["errors"][0]) == set(real["lines"][0]["errors"][0])


def test_all_or_nothing(admin: httpx.Client) -> None:
    bad = people(1200) + '{"id": "x", "colour": "red"}\n{"id": "y",\n'
    answer = send(admin, "customers", bad, LINES, atomic=True)
    assert paths_of(answer) == ["line 1201: colour", "line 1202"]
    assert "2 of 1,202 rows" in answer.json()["detail"]
    assert how_many(admin, "customers") == 0
    assert counts(report_of(send(admin, "customers", people(1200), LINES, atomic=True))) == (1200, 0, 0, 0)


def test_all_or_nothing_where_only_the_database_refuses(admin: httpx.Client) -> None:
    row = {"channel": "store", "at": "2026-11-23T10:00:00Z", "total": 5, "currency": "EUR"}
    rows = "".join(json.dumps(row | {"purchase_id": f"p{i}"}) + "\n" for i in range(600))
    bad = rows + json.dumps(row | {"purchase_id": "last", "customer": "nobody", "place": "nowhere"})
    answer = send(admin, "purchases", bad, LINES, atomic=True)
    assert paths_of(answer) == ["line 601: customer", "line 601: place"]
    assert how_many(admin, "purchases") == 0
    told = [json.loads(one) for one in send(admin, "purchases", bad, LINES | AS_IT_GOES, atomic=True).text.splitlines()]
    assert [one["type"] for one in told] == ["progress", "progress", "error"]
    assert told[-1]["problem"]["status"] == 422
    assert [one["path"] for one in told[-1]["problem"]["errors"]] == ["line 601: customer", "line 601: place"]
    assert how_many(admin, "purchases") == 0
    assert report_of(send(admin, "purchases", rows, LINES, atomic=True))["created"] == 600


def test_a_problem_names_the_first_faults_and_says_how_many_there_are(admin: httpx.Client) -> None:
    problem = problem_of(send(admin, "customers", people(250, colour="red"), LINES, atomic=True), 422)
    assert len(problem["errors"]) == 100
    assert "250 of 250 rows" in problem["detail"]


def test_progress_is_told_as_it_goes(admin: httpx.Client) -> None:
    text = people(1200) + "{}\n"
    with admin.stream("POST", "/v1/customers/import", content=text, headers=LINES | AS_IT_GOES) as answer:
        assert answer.headers["content-type"].startswith("application/x-ndjson")
        told = [json.loads(line) for line in answer.iter_lines()]
    assert [one for one in told if one["type"] == "progress"] == [
        {"type": "progress", "rows": rows, "of": 1201} for rows in (500, 1000, 1201)
    ]
    lines = [one for one in told if one["type"] == "line"]
    assert [one["line"] for one in lines] == list(range(1, 1202))
    assert lines[-1] == {
        "type": "line",
        "line": 1201,
        "id": None,
        "outcome": "refused",
        "errors": [{"path": "id", "message": "is missing"}],
    }
    assert told[-1] == {"type": "summary", "rows": 1201, "created": 1200, "changed": 0, "unchanged": 0, "refused": 1}
    short = send(admin, "customers", text, LINES | AS_IT_GOES, report="refused").text.splitlines()
    assert [json.loads(one)["type"] for one in short] == ["progress", "progress", "line", "progress", "summary"]


def test_who_hangs_up_loses_nothing_that_was_written(admin: httpx.Client, served: Served) -> None:
    text = people(8_000)
    with admin.stream("POST", "/v1/customers/import", content=text, headers=LINES | AS_IT_GOES) as answer:
        assert json.loads(next(answer.iter_lines()))["id"] == "c0"
    deadline = time.monotonic() + 20
    while served.doors.parts.spool.working:
        assert time.monotonic() < deadline
        time.sleep(0.02)
    report = report_of(send(admin, "customers", text, LINES, report="refused"))
    assert report["unchanged"] >= 500
    assert report["created"] == 8_000 - report["unchanged"] > 0


@pytest.mark.parametrize(
    ("door", "content", "status", "says"),
    [
        (("customers", CSV), b"", 422, "empty"),
        (("customers", CSV), b"name\nx\n", 422, "'id' is missing"),
        (("customers", CSV), b"id,colour\nx,red\n", 422, "no column 'colour'"),
        (("customers", CSV), b'id,name\na,ok\nb,"half\n', 422, "line 3"),
        (("customers", CSV), "id,name\na,ok\n".encode("utf-16"), 422, "no column"),
        (("customers", LINES), people(600).encode() + b" " * 1_000_001, 422, "line 601"),
        (("places", GEOJSON), b"", 422, "FeatureCollection"),
        (("places", GEOJSON), b'{"type": "Feature"}', 422, "FeatureCollection"),
        (("places", GEOJSON), b'{"type": "FeatureCollection", "features": [\n{"type": "Feature", ]}', 400, "line 2, column 21"),
        (("places", GEOJSON), json.dumps(files.FEATURES).encode()[:-1], 400, "line 1"),
    ],
)  # fmt: skip
def test_a_file_that_can_not_be_read_is_refused_as_a_whole(
    admin: httpx.Client, door: tuple[str, dict[str, str]], content: bytes, status: int, says: str
) -> None:
    noun, headers = door
    for more in ({}, AS_IT_GOES):
        for wish in ({}, {"atomic": True}):
            problem = problem_of(send(admin, noun, content, headers | more, **wish), status)
            assert says in json.dumps(problem)
            assert "othing was written" in problem["detail"]
    assert how_many(admin, noun) == 0


@pytest.mark.parametrize(
    "content", [b"id,name\na,\xff\n", b'id,name\na,"\xc3\x28"\n', b"id,sizes.x\na,\x00\n", b"id,name\n\xff,x\n"]
)
def test_signs_that_can_not_be_kept_are_refused_by_line(admin: httpx.Client, content: bytes) -> None:
    [line] = report_of(send(admin, "customers", content, CSV))["lines"]
    assert (line["line"], line["outcome"]) == (2, "refused")
    assert line["errors"]
    assert how_many(admin, "customers") == 0


@pytest.mark.parametrize("noun", ["places", "customers", "products", "purchases"])
def test_other_files_are_not_taken(admin: httpx.Client, noun: str) -> None:
    for kind in (
        "",
        "text/plain",
        "multipart/form-data; boundary=x",
        "text/csv; charset=iso-8859-1",
        "application/pdf",
    ):
        problem = problem_of(send(admin, noun, "x", {"Content-Type": kind}), 415)
        assert "text/csv" in problem["detail"]
        assert ("application/geo+json" in problem["detail"]) == (noun == "places")
    problem_of(send(admin, noun, "x", CSV | {"Content-Encoding": "gzip"}), 415)
    assert send(admin, noun, files.CSV[noun], {"Content-Type": "Text/CSV; charset=UTF-8"}).status_code == 200


@pytest.fixture
def stranger(served: Served) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=served.url, timeout=20) as client:
        yield client


@pytest.mark.parametrize("noun", ["places", "customers", "products", "purchases"])
def test_who_may_not_come_in_is_told_before_the_file_is_read(
    stranger: httpx.Client, keys: dict[str, str], register: Register, served: Served, noun: str
) -> None:
    phone = bearer(register()["token"])
    refused = [({}, 401), (phone, 401), (bearer(keys["read"]), 403), (bearer(keys["publishable"]), 403)]
    seller = 200 if noun == "purchases" else 403
    for credential, status in [*refused, (bearer(keys["till"]), seller), (bearer(keys["orders"]), seller)]:
        answer = send(stranger, noun, files.CSV[noun], CSV | credential)
        assert answer.status_code == status
    waiting = CSV | {"Content-Length": "1000000"}
    assert ask_without_sending(served, noun, waiting)[0] == 401
    assert ask_without_sending(served, noun, waiting | bearer(keys["read"]))[0] == 403
    assert ask_without_sending(served, noun, waiting | bearer(keys["admin"]) | {"Content-Type": "x/y"})[0] == 415


def test_a_file_may_be_larger_than_a_body_and_has_its_own_limit(admin: httpx.Client, served: Served) -> None:
    tags = ["x" * 100] * 20
    assert len(people(1000, tags=tags)) > 2_000_000
    assert report_of(send(admin, "customers", people(1000, tags=tags), LINES))["created"] == 1000
    sent = {"Authorization": admin.headers["authorization"], "Content-Length": "200000001"}
    status, body = ask_without_sending(served, "customers", sent | LINES)
    assert status == 413
    assert "200,000,000" in body["detail"]


def test_a_filter_that_is_none_is_refused(admin: httpx.Client) -> None:
    assert paths_of(send(admin, "customers", people(1), LINES, atomical=True)) == ["atomical"]
    assert paths_of(send(admin, "customers", people(1), LINES, atomic="perhaps")) == ["atomic"]
    assert how_many(admin, "customers") == 0


def test_a_withdrawn_consent_is_in_force_when_the_import_is_answered(
    admin: httpx.Client, stranger: httpx.Client, register: Register
) -> None:
    phone = bearer(register("sanne")["token"])
    ping = {"lat": 52.37, "lon": 4.89, "accuracy_m": 5}
    assert stranger.post("/v1/pings", json=ping, headers=phone).status_code == 202
    for wish in ({}, {"atomic": True}):
        for given, status in ((False, 403), (True, 202)):
            row = json.dumps({"id": "sanne", "consents": {"location": given}})
            assert report_of(send(admin, "customers", row, LINES, **wish))["changed"] == 1
            assert stranger.post("/v1/pings", json=ping, headers=phone).status_code == status
