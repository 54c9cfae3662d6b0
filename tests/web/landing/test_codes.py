"""What a camera opens: counted, and sent on to a page that is ours."""

import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import httpx
import pytest
from redis import Redis

from offers.records.database import Database
from offers.records.tables import Poster, Scan
from offers.settings import Settings
from tests.conftest import NOON
from tests.offers.posted import CODE, GOOGLEBOT, IPHONE, WHATSAPP
from tests.web.conftest import CAMPAIGN, PLACE, Clock, Served, build_lanes, problem_of, serve
from web.landing.misses import MOST

TARGET = re.compile(r"/l/scn_[a-z0-9]{26}")


@pytest.fixture
def settings(settings: Settings) -> Settings:
    """On the loopback by http, where browsers send cookies back."""
    return settings.model_copy(update={"base_url": "http://127.0.0.1"})


@pytest.fixture
def poster(admin: httpx.Client, database: Database) -> Poster:
    """With a campaign on scans, a kilometre north of the store."""
    assert admin.put("/v1/places/kalverstraat-102", json=PLACE).status_code == 201
    product = {"title": {"en": "Sneaker"}, "price": "89.95", "currency": "EUR", "stock": {"kalverstraat-102": 2}}
    assert admin.put("/v1/products/SNEAK-1", json=product).status_code == 201
    campaign = {**CAMPAIGN, "trigger": {"on": "scan"}, "product": "SNEAK-1"}
    assert admin.put("/v1/campaigns/sneakers", json=campaign).status_code == 201
    assert admin.post("/v1/campaigns/sneakers/launch").status_code == 200
    row = Poster(
        id="centraal", code=CODE, lat=52.3792, lon=4.8994, inside=False, scanned=0, campaign_id="sneakers",
        digital_link="01/09506000134352", created_at=NOON, updated_at=NOON,
    )  # fmt: skip
    with database.transaction() as session:
        session.add(row)
    return row


@pytest.fixture
def phone(served: Served) -> Iterator[httpx.Client]:
    """A phone's browser that keeps cookies, and follows no redirect by itself."""
    headers = {"user-agent": IPHONE, "accept-language": "nl-NL,nl;q=0.9"}
    with httpx.Client(base_url=served.url, timeout=20, headers=headers) as client:
        yield client


def scans(database: Database) -> list[Scan]:
    with database.reading() as session:
        return session.query(Scan).order_by(Scan.at, Scan.id).all()


def change(database: Database, **columns: Any) -> None:
    with database.transaction() as session:
        row = session.get_one(Poster, "centraal")
        for name, value in columns.items():
            setattr(row, name, value)


@pytest.mark.usefixtures("poster")
def test_a_code_leads_to_its_page(phone: httpx.Client, database: Database) -> None:
    answer = phone.get(f"/q/{CODE}")
    assert answer.status_code == 303
    assert TARGET.fullmatch(answer.headers["location"])
    assert answer.headers["cache-control"] == "no-store"
    page = phone.get(answer.headers["location"])
    assert page.status_code == 200
    assert "Sneaker" in page.text
    [scan] = scans(database)
    assert (scan.kind, scan.device_class, scan.os, scan.language) == ("human", "phone", "ios", "nl")


@pytest.mark.usefixtures("poster")
@pytest.mark.parametrize("path", [f"/Q/{CODE}", f"/q/{CODE.lower()}", f"/q/{CODE[:5]}-{CODE[5:]}"])
def test_a_code_is_read_as_it_may_be_written(phone: httpx.Client, path: str) -> None:
    assert TARGET.fullmatch(phone.get(path).headers["location"])


@pytest.mark.usefixtures("poster")
def test_a_reload_is_the_same_scan_and_the_page_counts_nothing(
    phone: httpx.Client, database: Database, clock: Clock
) -> None:
    first = phone.get(f"/q/{CODE}").headers["location"]
    for _ in range(3):
        clock.at += 1000
        assert phone.get(f"/q/{CODE}").headers["location"] == first, "each look begins the half hour anew"
        assert phone.get(first).status_code == 200
    clock.at += 1801
    assert phone.get(f"/q/{CODE}").headers["location"] != first
    assert [one.repeat for one in scans(database)] == [False, True]


@pytest.mark.usefixtures("poster")
def test_cookies_refused_the_address_alone_carries_the_page(served: Served, database: Database) -> None:
    for number in (1, 2):
        answer = httpx.get(f"{served.url}/q/{CODE}", headers={"user-agent": IPHONE})
        assert httpx.get(served.url + answer.headers["location"]).status_code == 200
        assert len(scans(database)) == number


@pytest.mark.usefixtures("poster")
def test_the_cookie_is_for_us_alone_and_forged_ones_are_nothing(
    phone: httpx.Client, database: Database, served: Served
) -> None:
    answer = phone.get(f"/q/{CODE}")
    said = answer.headers["set-cookie"]
    assert "HttpOnly" in said
    assert "SameSite=lax" in said
    assert said.startswith("passerby-scans=")
    value = said.partition("=")[2].partition(";")[0].strip('"')
    scan = scans(database)[0].id
    for forged in (
        value[:-1] + ("A" if value[-1] != "A" else "B"),
        value.replace("centraal", "dam"),
        "!",
        "é",
        value * 9,
    ):
        headers = [(b"user-agent", IPHONE.encode()), (b"cookie", f"passerby-scans={forged}".encode())]
        other = httpx.get(f"{served.url}/q/{CODE}", headers=headers)
        assert other.status_code == 303
        assert other.headers["location"] != f"/l/{scan}"
    kept = httpx.get(f"{served.url}/q/{CODE}", headers={"user-agent": IPHONE, "cookie": f"passerby-scans={value}"})
    assert kept.headers["location"] == f"/l/{scan}"


@pytest.mark.parametrize(
    ("base_url", "name"),
    [("http://localhost:8000", "passerby-scans"), ("https://passerby.shop.example", "__Host-passerby-scans")],
)
@pytest.mark.usefixtures("poster")
def test_the_cookies_name_says_whether_it_is_for_https_alone(
    settings: Settings, base_url: str, name: str, clock: Clock, redis_db: Redis
) -> None:
    build_lanes(redis_db)
    with serve(settings.model_copy(update={"base_url": base_url}), clock) as one:
        said = httpx.get(f"{one.url}/q/{CODE}", headers={"user-agent": IPHONE}).headers["set-cookie"]
    assert said.startswith(f"{name}=")
    assert ("Secure" in said) == name.startswith("__Host")


@pytest.mark.usefixtures("poster")
def test_previews_and_bots_are_counted_apart_and_get_no_cookie(served: Served, database: Database) -> None:
    for agent in (WHATSAPP, GOOGLEBOT, "", WHATSAPP):
        answer = httpx.get(f"{served.url}/q/{CODE}", headers={"user-agent": agent})
        assert answer.status_code == 303
        assert "set-cookie" not in answer.headers
        assert httpx.get(served.url + answer.headers["location"]).status_code == 200
    assert sorted(one.kind for one in scans(database)) == ["bot", "preview"]


@pytest.mark.usefixtures("poster")
@pytest.mark.parametrize(
    "header", [{"sec-purpose": "prefetch;prerender"}, {"purpose": "prefetch"}, {"x-moz": "prefetch"}]
)
def test_what_is_fetched_in_advance_is_refused_and_counts_nothing(
    phone: httpx.Client, database: Database, header: dict[str, str]
) -> None:
    assert phone.get(f"/q/{CODE}", headers=header).status_code == 503
    assert scans(database) == []
    assert phone.get(f"/q/{CODE}").status_code == 303


@pytest.mark.usefixtures("poster")
def test_a_head_is_told_whether_the_code_leads_anywhere(phone: httpx.Client, database: Database) -> None:
    assert phone.head(f"/q/{CODE}").status_code == 200
    assert phone.head("/q/B7M49XQT2R").status_code == 404
    change(database, retired_at=NOON)
    assert phone.head(f"/q/{CODE}").status_code == 410
    assert scans(database) == []


@pytest.mark.usefixtures("poster")
@pytest.mark.parametrize(
    ("columns", "status"),
    [
        ({"retired_at": NOON}, 410),
        ({"ends_at": NOON}, 410),
        ({"starts_at": NOON + timedelta(days=1)}, 200),
    ],
)
def test_a_dead_code_is_answered_with_a_page_that_helps(
    phone: httpx.Client, database: Database, columns: dict[str, Any], status: int
) -> None:
    change(database, **columns)
    answer = phone.get(f"/q/{CODE}")
    assert answer.status_code == status
    assert answer.headers["content-type"].startswith("text/html")
    assert answer.headers["content-language"] == "nl"
    assert "Kalverstraat 102" in answer.text, "it knows where it hangs"
    assert scans(database) == []


@pytest.mark.usefixtures("poster")
def test_an_unknown_code_is_answered_near_where_the_visitor_scanned_last(phone: httpx.Client, served: Served) -> None:
    stranger = httpx.get(f"{served.url}/q/B7M49XQT2R", headers={"user-agent": IPHONE})
    assert stranger.status_code == 404
    assert stranger.headers["content-type"].startswith("text/html")
    assert "Kalverstraat 102" not in stranger.text
    phone.get(f"/q/{CODE}")
    assert "Kalverstraat 102" in phone.get("/q/B7M49XQT2R").text


@pytest.mark.usefixtures("poster")
def test_guessing_is_limited_and_codes_that_are_never_are(phone: httpx.Client) -> None:
    statuses = [phone.get(f"/q/B7M49XQT{number:02d}").status_code for number in range(MOST + 2)]
    assert statuses == [404] * MOST + [429] * 2
    refused = phone.get("/q/B7M49XQT2R")
    assert int(refused.headers["retry-after"]) > 0
    assert refused.headers["content-type"].startswith("text/html")
    assert phone.get(f"/q/{CODE}").status_code == 303


@pytest.mark.usefixtures("poster")
@pytest.mark.parametrize(
    "code",
    [
        "//e.example",
        "%2f%2fe.example",
        "%5c%5ce.example",
        "https:e.example",
        "%09//e",
        "javascript:alert(1)",
        "%00",
        "%ff",
    ],
)
def test_no_code_leads_elsewhere(phone: httpx.Client, code: str) -> None:
    answer = phone.get(f"/q/{code}")
    assert answer.status_code in (404, 405)
    assert "location" not in answer.headers


@pytest.mark.usefixtures("poster")
@pytest.mark.parametrize("query", ["?next=https://e.example", "?url=//e.example", "?lang=https://e.example"])
def test_no_query_decides_where_it_leads(phone: httpx.Client, query: str) -> None:
    assert TARGET.fullmatch(phone.get(f"/q/{CODE}{query}").headers["location"])


@pytest.mark.usefixtures("poster")
@pytest.mark.parametrize(
    "path",
    [
        "/01/09506000134352",
        "/01/09506000134352/10/ABC%2F1?17=271231",
        "/01/09506000134352?linkType=gs1:pip&utm_source=x",
    ],
)
def test_a_digital_link_on_our_own_host_is_a_scan_of_its_poster(
    phone: httpx.Client, database: Database, path: str
) -> None:
    assert TARGET.fullmatch(phone.get(path).headers["location"])
    assert scans(database)[0].poster_id == "centraal"


@pytest.mark.usefixtures("poster")
@pytest.mark.parametrize(
    "path",
    [
        "/01/09506000134369",
        "/01/09506000134353",
        "/01/x",
        "/8003/x",
        "/414/8712345000004/254/X",
        "/00/106141412345678908",
    ],
)
def test_a_digital_link_that_no_poster_has_is_an_unknown_code(
    phone: httpx.Client, database: Database, path: str
) -> None:
    answer = phone.get(path)
    assert answer.status_code == 404
    assert answer.headers["content-type"].startswith("text/html")
    assert scans(database) == []


def body_of(answer: httpx.Response, status: int = 200) -> dict[str, Any]:
    assert answer.status_code == status, answer.text
    said: dict[str, Any] = answer.json()
    return said


@pytest.fixture
def app(served: Served, register: Any) -> Iterator[httpx.Client]:
    token = register()["token"]
    with httpx.Client(base_url=served.url, timeout=20, headers={"authorization": f"Bearer {token}"}) as client:
        yield client


@pytest.mark.usefixtures("poster")
@pytest.mark.parametrize(
    "code",
    [CODE, CODE.lower(), f"https://any.host/q/{CODE}", f"HTTPS://ANY.HOST/Q/{CODE}", f"https://any.host/q/{CODE}?lang=nl",
     "https://id.gs1.org/01/09506000134352/10/A?17=271231"],
)  # fmt: skip
def test_the_app_is_told_what_the_page_says(app: httpx.Client, database: Database, code: str) -> None:
    said = body_of(app.post("/v1/scans", json={"code": code}))
    [scan] = scans(database)
    assert (said["scan"], said["state"], said["poster"]) == (scan.id, "live", "centraal")
    assert said["item"]["price"] == said["item"]["price_now"] == "89.95"
    assert said["stores"][0]["id"] == said["best_store"] == "kalverstraat-102"
    assert said["stores"][0]["pieces"] == {"": 2}
    assert said["outcome"] == "send"
    assert (scan.source, scan.customer_id, scan.os) == ("app", "sanne", "android")
    assert app.get(httpx.URL(said["page"] or "").path).status_code == 200


@pytest.mark.usefixtures("poster")
def test_the_app_scans_once_a_visit(app: httpx.Client, database: Database) -> None:
    found = {body_of(app.post("/v1/scans", json={"code": CODE}))["scan"] for _ in range(3)}
    assert found == {scans(database)[0].id}


@pytest.mark.usefixtures("poster")
def test_where_the_app_is_decides_whether_it_is_in_a_store_and_is_not_kept(
    app: httpx.Client, database: Database, served: Served
) -> None:
    served.doors.parts.fences.look()
    there = {"code": CODE, "lat": PLACE["lat"], "lon": PLACE["lon"]}
    assert body_of(app.post("/v1/scans", json=there))["in_store"]
    assert scans(database)[0].in_store


@pytest.mark.usefixtures("poster")
@pytest.mark.parametrize(
    ("more", "path"),
    [
        ({"lat": 52.0}, "lon"),
        ({"lat": 91, "lon": 4}, "lat"),
        ({"lat": 52, "lon": True}, "lon"),
        ({"at": (NOON - timedelta(hours=25)).isoformat()}, "at"),
        ({"at": (NOON + timedelta(minutes=3)).isoformat()}, "at"),
        ({"at": "yesterday"}, "at"),
        ({"code": ""}, "code"),
        ({"more": 1}, "more"),
    ],
)
def test_what_an_app_may_not_say_is_named(app: httpx.Client, more: dict[str, Any], path: str) -> None:
    answer = app.post("/v1/scans", json={"code": CODE, **more})
    assert [one["path"] for one in problem_of(answer, 422)["errors"]] == [path]


@pytest.mark.usefixtures("poster")
def test_a_scan_of_a_while_ago_is_kept_with_its_time(app: httpx.Client, database: Database) -> None:
    ago = NOON - timedelta(hours=3)
    body_of(app.post("/v1/scans", json={"code": CODE, "at": ago.isoformat()}))
    ahead = NOON + timedelta(minutes=1)
    body_of(app.post("/v1/scans", json={"code": CODE, "at": ahead.isoformat()}))
    assert [one.at for one in scans(database)] == [ago, NOON]


@pytest.mark.usefixtures("poster")
def test_the_app_is_told_of_dead_codes_with_what_helps(app: httpx.Client, database: Database) -> None:
    problem_of(app.post("/v1/scans", json={"code": "B7M49XQT2R"}), 404)
    change(database, ends_at=NOON)
    said = body_of(app.post("/v1/scans", json={"code": CODE}))
    assert (said["state"], said["scan"], said["page"]) == ("ended", None, None)
    assert said["stores"][0]["id"] == "kalverstraat-102"
    assert scans(database) == []


@pytest.mark.usefixtures("poster")
def test_scans_are_counted_by_kind(phone: httpx.Client, served: Served) -> None:
    for _ in range(2):
        phone.get(f"/q/{CODE}")
    phone.get(f"/q/{CODE}", headers={"user-agent": WHATSAPP})
    phone.get("/q/B7M49XQT2R")
    told = httpx.get(f"{served.url}/metrics").text
    for kind in ("human", "preview", "unknown"):
        assert f'passerby_scans_total{{kind="{kind}"}} 1.0' in told
