"""A crowd before one poster: one page for all of them, with each one's own id and token, and never somebody's."""

import re
from collections.abc import Iterator

import httpx
import pytest

from offers.records.database import Database
from offers.records.tables import Device, Poster, Product
from tests.conftest import NOON
from tests.offers.posted import CODE, IPHONE
from tests.web.conftest import CAMPAIGN, PLACE, Register, Served
from web.landing.entering import form_token
from web.landing.front import CROWD, LIFE_S, MOST_PAGES, Front

PHONE = {"user-agent": IPHONE, "accept-language": "nl"}


class Second:
    """A clock that stands still until a test moves it."""

    at = 100.0

    def __call__(self) -> float:
        return self.at


@pytest.fixture
def second(served: Served) -> Second:
    clock = Second()
    served.doors.front._monotonic = clock
    return clock


@pytest.fixture
def scans(admin: httpx.Client, database: Database, served: Served) -> list[str]:
    """Paths of pages of as many people."""
    assert admin.put("/v1/places/kalverstraat-102", json=PLACE).status_code == 201
    product = {"title": {"en": "Sneaker"}, "price": "89.95", "currency": "EUR", "stock": {"kalverstraat-102": 2}}
    assert admin.put("/v1/products/SNEAK-1", json=product).status_code == 201
    campaign = {**CAMPAIGN, "trigger": {"on": "scan"}, "product": "SNEAK-1"}
    assert admin.put("/v1/campaigns/sneakers", json=campaign).status_code == 201
    assert admin.post("/v1/campaigns/sneakers/launch").status_code == 200
    row = Poster(
        id="centraal", code=CODE, lat=52.3792, lon=4.8994, inside=False, scanned=0, campaign_id="sneakers",
        created_at=NOON, updated_at=NOON,
    )  # fmt: skip
    with database.transaction() as session:
        session.add(row)
    return [httpx.get(f"{served.url}/q/{CODE}", headers=PHONE).headers["location"] for _ in range(CROWD + 4)]


@pytest.fixture
def phone(served: Served) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=served.url, timeout=20, headers=PHONE) as client:
        yield client


def sell_out(database: Database) -> None:
    with database.transaction() as session:
        session.get_one(Product, "SNEAK-1").title = {"en": "Sandal"}


def crowd(phone: httpx.Client, scans: list[str]) -> None:
    for path in scans[: CROWD + 1]:
        assert phone.get(path).status_code == 200


def plain(path: str, page: str, served: Served) -> str:
    """A page without what is its scan's own."""
    scan = path.removeprefix("/l/")
    token = form_token(served.doors.parts.settings.secret(), scan)
    return page.replace(scan, "SCAN").replace(token, "TOKEN")


@pytest.mark.usefixtures("second")
def test_pages_of_nobody_differ_in_id_and_token_alone(phone: httpx.Client, scans: list[str], served: Served) -> None:
    """What else a page had of its own, a whole crowd would share: put it into what makes the key in front.py, or not on the page."""
    told = {plain(path, phone.get(path).text, served) for path in scans[:3]}
    assert len(told) == 1
    assert "SCAN" in told.pop()


def test_a_crowd_is_shown_one_page_each_with_their_own_id_and_token(
    phone: httpx.Client, scans: list[str], second: Second, served: Served, database: Database
) -> None:
    crowd(phone, scans)
    sell_out(database)
    first, later = phone.get(scans[0]), phone.get(scans[-1])
    assert "Sandal" not in later.text, "this one was kept"
    assert plain(scans[0], first.text, served) == plain(scans[-1], later.text, served)
    mine, others = scans[-1].removeprefix("/l/"), [one.removeprefix("/l/") for one in scans[:-1]]
    assert mine in later.text
    assert not any(one in later.text for one in others)
    moving = {"date": "", "content-length": ""}  # packed, an id takes a byte more than another
    assert dict(later.headers) | moving == dict(first.headers) | moving
    second.at += LIFE_S
    assert "Sandal" in phone.get(scans[1]).text
    assert "Sandal" in phone.get(scans[2]).text


def test_where_there_is_no_crowd_each_page_is_the_truth_of_the_moment(
    phone: httpx.Client, scans: list[str], second: Second, database: Database
) -> None:
    assert "Sneaker" in phone.get(scans[0]).text
    sell_out(database)
    assert "Sandal" in phone.get(scans[0]).text
    crowd(phone, scans)
    second.at += 10
    assert phone.get(scans[0]).status_code == 200


def test_other_readers_have_other_pages(
    phone: httpx.Client, scans: list[str], second: Second, database: Database
) -> None:
    crowd(phone, scans)
    sell_out(database)
    assert "Sandal" not in phone.get(scans[0]).text
    for headers, query in (({"accept-language": "de"}, ""), ({}, "?lang=en"), ({}, "?size=38")):
        page = phone.get(scans[0] + query, headers=headers)
        assert "Sandal" in page.text
    assert second.at == 100.0


@pytest.mark.usefixtures("second")
def test_who_has_the_visitors_cookie_is_never_shown_a_kept_page(
    phone: httpx.Client, scans: list[str], served: Served, register: Register, database: Database
) -> None:
    device = register("sanne", platform="web", push_token=None)["device_id"]
    with database.transaction() as session:
        session.get_one(Device, device).platform = "web"
    cookie = served.doors.desk.state.visitors.cookie
    known = {"cookie": f"{cookie.name}={cookie.write(device, NOON.timestamp())}"}
    crowd(phone, scans)
    sell_out(database)
    assert "Sandal" in phone.get(scans[0], headers=known).text
    assert "Sandal" not in phone.get(scans[0]).text


@pytest.mark.usefixtures("second")
def test_a_scan_that_is_none_and_pages_that_are_no_success_are_not_kept(
    phone: httpx.Client, scans: list[str], database: Database
) -> None:
    nobody = f"/l/scn_{'0' * 26}"
    for _ in range(CROWD + 3):
        assert phone.get(nobody).status_code == 404
    with database.transaction() as session:
        session.get_one(Poster, "centraal").retired_at = NOON
    for path in scans:
        assert phone.get(path).status_code == 410
    with database.transaction() as session:
        session.get_one(Poster, "centraal").retired_at = None
    assert phone.get(scans[0]).status_code == 200


def test_no_more_pages_are_kept_than_there_is_room_for(served: Served) -> None:
    clock = Second()
    front = Front(served.doors.front, served.doors.parts, "cookie", clock)
    for number in range(MOST_PAGES * 3):
        clock.at += 0.001
        front._kept((number,)).asked(clock.at)
    assert len(front._pages) <= MOST_PAGES


def test_the_headers_of_a_kept_page_are_a_pages(phone: httpx.Client, scans: list[str], second: Second) -> None:
    crowd(phone, scans)
    kept = phone.get(scans[-1])
    assert kept.headers["content-language"] == "nl"
    assert kept.headers["cache-control"] == "no-store"
    assert "script-src" in kept.headers["content-security-policy"]
    assert re.search("gzip", kept.headers.get("content-encoding", ""))
    assert second.at == 100.0
