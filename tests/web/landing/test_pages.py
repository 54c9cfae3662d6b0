"""The page of a scan through its door, and what every page is sent with."""

import gzip
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest

from offers.records.database import Database
from offers.records.tables import Poster, Scan
from tests.conftest import NOON
from tests.web.conftest import PLACE, Served
from tests.web.console.reading import PageText
from tests.web.landing.examples import CODE, NOWHERE, STATES
from web.landing import look
from web.landing.pages import render_landing
from web.landing.showing import Ways
from web.landing.words import WORDS
from web.tongues import LANGUAGES

MOST_SENT = 12_000
"""Bytes of page and style as browsers are sent them; NUMBERS says 30,000 without any compression."""
PRODUCT = {
    "title": {"en": "Sneaker, white", "nl": "Sneaker, wit"},
    "price": "89.95",
    "currency": "EUR",
    "category": "sneakers",
    "image": "https://pictures.shop.example/sneak-1.jpg",
    "sizes": ["38", "39", "40"],
    "stock": {"kalverstraat-102": {"38": 2, "39": 1, "40": 0}},
}
OFFER = {"name": "Twenty", "kind": "percentage", "value": 20, "codes": "generated", "text": {"en": "20% off sneakers"}}
CAMPAIGN = {
    "name": "Sneakers",
    "trigger": {"on": "scan"},
    "product": "SNEAK-1",
    "offer": "twenty",
    "messages": {"en": {"title": "Sneakers for today", "body": "Four minutes from here."}},
}
Put = Callable[..., str]


@pytest.fixture
def put_up(admin: httpx.Client, database: Database) -> Put:
    """A poster at the store, with its campaign, and one scan of it; the scan's address."""

    def make(campaign: bool = True, **poster: Any) -> str:
        for path, body in (
            ("places/kalverstraat-102", PLACE | {"pickup": True, "address": "Kalverstraat 102"}),
            ("products/SNEAK-1", PRODUCT),
            ("offers/twenty", OFFER),
            ("campaigns/sneakers", CAMPAIGN),
        ):
            admin.put(f"/v1/{path}", json=body).raise_for_status()
        admin.post("/v1/campaigns/sneakers/launch").raise_for_status()
        led = "sneakers" if campaign else None
        with database.transaction() as session:
            row = {"id": "pos_1", "code": "0123456789", "lat": 52.3721, "lon": 4.8906, "campaign_id": led}
            session.add(Poster(**row | poster, created_at=NOON, updated_at=NOON))
            session.flush()
            scan = {"id": "scn_1", "poster_id": "pos_1", "campaign_id": led, "at": NOON, "source": "web"}
            session.add(Scan(**scan, kind="human", device_class="phone", repeat=False, in_store=False))
        return "/l/scn_1"

    return make


def words_of(answer: httpx.Response) -> str:
    return " ".join(PageText(answer.text).text.split())


def test_a_scan_leads_to_what_its_poster_promises(http: httpx.Client, put_up: Put) -> None:
    answer = http.get(put_up(), headers={"accept-language": "en"})
    assert (answer.status_code, answer.headers["content-language"]) == (200, "en")
    said = words_of(answer)
    for wanted in ("Sneakers for today", "€71.96", "€89.95", "20% off sneakers", "PLACE"):
        assert wanted.replace("PLACE", "Kalverstraat 102") in said
    page = PageText(answer.text)
    assert page.links[WORDS["en"]["reserve"]] == "/l/scn_1/reserve?store=kalverstraat-102"
    assert "set-cookie" not in answer.headers


def test_a_size_is_chosen_in_one_tap_and_carried_on(http: httpx.Client, put_up: Put) -> None:
    path = put_up()
    page = PageText(http.get(path, headers={"accept-language": "nl"}).text)
    chosen = http.get(page.links["39"])
    assert re.search(r'href="/l/scn_1\?size=39#sizes" aria-current="true"', chosen.text)
    said = http.get(f"{path}?size=39&lang=nl")
    page = PageText(said.text)
    assert page.links[WORDS["nl"]["reserve"]] == "/l/scn_1/reserve?size=39&store=kalverstraat-102&lang=nl"
    assert page.links["Deutsch"] == "/l/scn_1?lang=de&size=39"
    assert WORDS["nl"]["stock_few_size"].format(pieces=1, size="39") in words_of(said)
    gone = http.get(f"{path}?size=40", headers={"accept-language": "en"})
    assert "Size 40 is sold out everywhere." in words_of(gone)
    assert WORDS["en"]["reserve"] not in PageText(gone.text).links


@pytest.mark.parametrize(
    "query",
    [
        "utm_source=poster&fbclid=x", "size=", "size=99", "store=nowhere", "lang=xx", "size=38&size=39", "size=%00",
        "size=%ED%A0%80", "store=" + "x" * 5000, "size=%3Cscript%3E", "%", "&&&=", "store=%F0%9F%91%9F",
    ],
)  # fmt: skip
def test_whatever_else_an_address_says_the_page_is_there(http: httpx.Client, put_up: Put, query: str) -> None:
    answer = http.get(f"{put_up()}?{query}")
    assert answer.status_code == 200
    assert "Sneakers for today" in answer.text
    assert "utm_source" not in answer.text


@pytest.mark.parametrize("scan", ["scn_nobody", "%00", "%ED%A0%80", "x" * 3000, "..", "a%2Fb", "%F0%9F%91%9F"])
def test_a_scan_that_is_none_gets_the_page_of_an_unknown_code(http: httpx.Client, put_up: Put, scan: str) -> None:
    put_up()
    answer = http.get(f"/l/{scan}", headers={"accept-language": "de"})
    assert answer.status_code == 404
    title = WORDS["de"]["lost_title" if scan in ("..", "a%2Fb") else "unknown_title"]
    assert title in answer.text or scan == ".."


@pytest.mark.parametrize(
    ("poster", "status", "state"),
    [
        ({"retired_at": NOON}, 410, "retired"),
        ({"ends_at": NOON}, 410, "ended"),
        ({"starts_at": NOON.replace(year=2027)}, 200, "early"),
        ({"campaign": False}, 200, "nothing"),
    ],
)
def test_a_poster_that_leads_nowhere_says_why_and_names_the_store(
    http: httpx.Client, put_up: Put, poster: dict[str, Any], status: int, state: str
) -> None:
    answer = http.get(put_up(**poster), headers={"accept-language": "en"})
    assert answer.status_code == status
    said = words_of(answer)
    assert WORDS["en"][f"{state}_title"] in said
    assert WORDS["en"]["nearest"] in said
    assert "Kalverstraat 102" in said
    assert "on foot from the poster" in said


def test_while_the_database_is_away_a_page_says_so(http: httpx.Client, served: Served, tmp_path: Path) -> None:
    (tmp_path / "passerby.db").rename(tmp_path / "away.db")
    (tmp_path / "passerby.db").mkdir()
    served.doors.parts.database.close()
    answer = http.get("/l/scn_1?lang=nl")
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "2")
    assert answer.headers["content-type"].startswith("text/html")
    assert WORDS["nl"]["away_title"] in answer.text


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_page_is_whole(staged: httpx.Client, language: str) -> None:
    for name in (*STATES, *NOWHERE):
        answer = staged.get(f"/l/stage/{name}?lang={language}")
        assert answer.status_code == (NOWHERE[name][1] if name in NOWHERE else 200)
        page = PageText(answer.text)
        assert (page.lang, page.html.count("<h1"), page.html.count("<main"), page.styled) == (language, 1, 1, 0), name
        assert len(page.ids) == len(set(page.ids)), name
        assert set(re.findall(r'aria-labelledby="(\w+)"', page.html)) <= set(page.ids), name
        assert "None" not in page.text, name
        assert "{" not in page.text, name
        levels = [int(one) for one in re.findall(r"<h(\d)", page.html)]
        assert levels[0] == 1, name
        assert set(levels) <= {1, 2}, name
        assert all(one.action.startswith("/l/scn_8fJx2LqP/") and one["token"] for one in page.sheets), name


def test_a_recognised_customer_is_greeted_and_sees_the_code(staged: httpx.Client) -> None:
    page = staged.get("/l/stage/recognised?lang=en")
    said = words_of(page)
    for wanted in ("Hello Sanne", "Not you?", CODE, "20% off sneakers", "Valid until the end of 30 November"):
        assert wanted in said
    assert '<meta name="robots" content="noindex">' in page.text, "what is somebody's is not for a search engine"
    assert "Customer already?" not in said
    stranger = staged.get("/l/stage/live?lang=en")
    assert CODE not in stranger.text
    assert "Customer already?" in words_of(stranger)
    assert "noindex" not in stranger.text


def test_calls_are_offered_while_somebody_is_there(staged: httpx.Client) -> None:
    assert PageText(staged.get("/l/stage/live?lang=en").text).links["Call the store"] == "tel:+31201234567"
    assert "tel:" not in staged.get("/l/stage/closed").text


def test_what_is_not_set_up_is_not_offered() -> None:
    bare = render_landing(STATES["live"], Ways(now=NOON)).decode()
    assert WORDS["en"]["buy"] not in PageText(bare).text
    assert WORDS["en"]["recognise"] not in bare
    assert "canonical" not in bare


def test_only_https_pictures_are_shown() -> None:
    for address in (
        "http://a.example/x.jpg",
        "javascript:alert(1)",
        "data:image/png;base64,x",
        "//a.example/x",
        "https:",
    ):
        landing = STATES["live"]
        item = landing.item
        assert item is not None
        page = render_landing(replace(landing, item=replace(item, image=address)), Ways(now=NOON)).decode()
        assert "<img" not in page, address


def test_the_page_is_small_and_waits_for_one_file(staged: httpx.Client) -> None:
    for name in ("live", "recognised", "ten-stores"):
        page = staged.get(f"/l/stage/{name}", headers={"accept-encoding": "identity"})
        blocking = re.findall(r'<link rel="stylesheet" href="([^"]+)"|<script', page.text)
        assert blocking == [look.address()]
        style = staged.get(look.address(), headers={"accept-encoding": "identity"})
        assert len(page.content) + len(style.content) <= 30_000, "not even unpacked"
        assert len(gzip.compress(page.content, 5)) + len(gzip.compress(style.content, 5)) <= MOST_SENT / 2


def test_text_is_sent_packed_to_who_takes_it(staged: httpx.Client, admin: httpx.Client) -> None:
    for path in ("/l/stage/live", look.address(), "/static/visitor/push.js"):
        packed = staged.get(path, headers={"accept-encoding": "gzip"})
        plain = staged.get(path, headers={"accept-encoding": "identity"})
        assert packed.headers["content-encoding"] == "gzip", path
        assert "accept-encoding" in packed.headers["vary"].lower(), path
        assert "content-encoding" not in plain.headers, path
        assert re.sub("token.{40}", "", packed.text) == re.sub("token.{40}", "", plain.text)
        assert int(packed.headers["content-length"]) < len(plain.content) / 2, path
    desk = admin.get("/openapi.json", headers={"accept-encoding": "gzip"})
    assert "content-encoding" not in desk.headers


def test_the_style_is_kept_under_its_own_address_alone(staged: httpx.Client) -> None:
    own, other = staged.get(look.address()), staged.get("/look/0000000000000000.css")
    assert own.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert other.headers["cache-control"] == "no-cache"
    assert own.content == other.content
    assert own.headers["content-type"].startswith("text/css")
    assert b"/*" not in own.content


def test_nothing_strange_runs_and_nothing_is_kept(staged: httpx.Client) -> None:
    answer = staged.get("/l/stage/recognised")
    policy = answer.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert "img-src 'self' https:" in policy
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["referrer-policy"] == "same-origin"
    assert re.findall(r'<img[^>]* referrerpolicy="no-referrer"', answer.text)
    assert "<script" not in answer.text
    assert "style=" not in answer.text
    assert set(re.findall(r'(?:src|href|action)="(https?://[^/"]+)', answer.text)) == {
        "https://pictures.shop.example",
        "https://www.openstreetmap.org",
    }
