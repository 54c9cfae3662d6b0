"""The live map: numbers at places, what happened last, the stream, and nobody in any of it."""

import re
import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import httpx
import pytest
from sqlalchemy import insert

from offers.live import count_inside
from offers.places import put_place
from offers.records.database import Database
from offers.records.tables import Stay
from offers.rules.place import PlaceBody
from offers.settings import Settings
from tests.conftest import NOON
from tests.offers.stories import Town
from tests.web.conftest import CAMPAIGN, PLACE, Served
from tests.web.console.conftest import OFFER, Enter, Person
from web.console import live_events, maps
from workers.happenings import tell

LIVE = "/console/live"
DOORS = tuple(f"{LIVE}{one}" for one in ("", "/map", "/counts", "/posters", "/streets", "/events"))


def fences(database: Database, place: str) -> dict[str, str]:
    from offers.places import get_place

    with database.reading() as session:
        return {one["role"]: one["id"] for one in get_place(session, place)["geofences"]}


def a_town(database: Database) -> Town:
    """Two places; Sanne with two phones and Bram are in the one, Kim is near it, Lot came for an order alone, Joost left."""
    town = Town(database)
    shape = PLACE["geofences"][0]
    both = [shape | {"role": "premises"}, shape | {"role": "approach", "radius_m": 400}]
    with database.transaction() as session:
        put_place(session, "kalver", PlaceBody.model_validate(PLACE | {"name": "Kalver", "geofences": both}), now=NOON)
        put_place(session, "dam", PlaceBody.model_validate(PLACE | {"name": "Dam"}), now=NOON)
    of = fences(database, "kalver")
    stays: list[dict[str, Any]] = []
    for who, role, more in (
        ("sanne", "premises", {}),
        ("sanne", "premises", {}),
        ("bram", "premises", {}),
        ("kim", "approach", {}),
        ("lot", "premises", {"for_orders": True}),
        ("joost", "premises", {"left_at": NOON, "left_reason": "left"}),
    ):
        number = len(stays)
        device = town.device(town.customer(who) if who not in {one["customer_id"] for one in stays} else who)
        row: dict[str, Any] = {"id": f"sty_{number}", "device_id": device, "customer_id": who, "geofence_id": of[role]}
        row |= {"moment": f"m{number}", "entered_at": NOON - timedelta(minutes=5), "left_at": None, "left_reason": None}
        stays.append(row | {"for_orders": False} | more)
    with database.transaction() as session:
        session.execute(insert(Stay), stays)
    return town


def test_people_are_counted_once_and_only_who_is_inside(either_database: Database) -> None:
    a_town(either_database)
    with either_database.reading() as session:
        assert count_inside(session, ["kalver", "dam"]) == {"kalver": 2}
        assert count_inside(session, ["dam"]) == {}
        assert count_inside(session, []) == {}


def test_the_page_says_how_many_are_where_and_names_nobody(marketer: Person, database: Database) -> None:
    a_town(database)
    answer = marketer.http.get(LIVE)
    assert answer.status_code == 200
    rows = dict(re.findall(r'<a href="/console/places/(\w+)">.*?<td[^>]*>(\d+)</td>', answer.text))
    assert rows == {"dam": "0", "kalver": "2"}
    told = marketer.http.get(f"{LIVE}/map")
    inside = {one["id"]: one["inside"] for one in told.json()["places"]}
    assert inside == {"dam": 0, "kalver": 2}
    kalver = next(one for one in told.json()["places"] if one["id"] == "kalver")
    assert {one["role"]: one["radius_m"] for one in kalver["fences"]}["approach"] == 400
    assert marketer.http.get(f"{LIVE}/counts").json() == {"kalver": 2}
    for text in (answer.text, told.text):
        assert not re.search(r"sanne|bram|lot\b|dev_|/console/customers/", text, re.IGNORECASE)


def test_who_may_not_read_places_sees_no_map(enter: Enter, browser: Callable[..., Person]) -> None:
    staff, stranger = enter("staff"), browser()
    for door in DOORS:
        assert staff.http.get(door).status_code == 403, door
        assert stranger.http.get(door).headers["location"].startswith("/console/sign-in"), door
    viewer = enter("viewer", "viewer@shop.example")
    assert all(viewer.http.get(door).status_code == 200 for door in DOORS[:-1])


def test_an_empty_system_says_what_to_do_first(enter: Enter) -> None:
    page = enter("marketer").look(LIVE)
    assert "No places to watch yet" in page.text
    assert page.links["New place"] == "/console/places/new"
    viewer = enter("viewer", "viewer@shop.example").look(LIVE)
    assert "/console/places/new" not in viewer.links.values()


def hear(person: Person, happen: Callable[[], None], many: int) -> list[str]:
    told: list[str] = []
    with person.http.stream("GET", f"{LIVE}/events") as answer:
        assert answer.headers["content-type"].startswith("text/event-stream")
        lines = answer.iter_lines()
        assert next(lines) == "retry: 2000"
        acting = threading.Thread(target=happen)
        acting.start()
        for line in lines:
            if line and not line.startswith(":"):
                told.append(line)
            if len(told) == many:
                break
        acting.join()
    return told


def test_the_stream_tells_what_and_where_and_not_of_whom(
    marketer: Person, admin: httpx.Client, database: Database, served: Served
) -> None:
    a_town(database)
    assert admin.put("/v1/offers/ten", json=OFFER).status_code == 201
    scanned = CAMPAIGN | {"name": "Scanned", "trigger": {"on": "scan"}}
    assert admin.put("/v1/campaigns/scanned", json=scanned).status_code == 201
    assert admin.put("/v1/posters/window", json={"place": "dam", "campaign": "scanned"}).status_code == 201

    def happen() -> None:
        redis = served.doors.parts.redis
        whose = {"customer": "sanne", "device_id": "dev_1", "at": NOON.isoformat()}
        tell(redis, [{"type": "delivery", "id": "dlv_1", "place": "kalver", "state": "sent", **whose}])
        tell(redis, [{"type": "transition", "kind": "enter", "place": "kalver", "geofence_id": "geo_1", **whose}])
        tell(redis, [{"type": "scan", "kind": "person", "poster": "gone", **whose}])
        tell(redis, [{"type": "scan", "kind": "person", "poster": "window", **whose}])

    assert hear(marketer, happen, 4) == [
        "event: happened",
        'data: {"kind":"enter","place":"kalver","fence":"geo_1"}',
        "event: happened",
        'data: {"kind":"scan","place":"dam","fence":null,"poster":"window"}',
    ]


def test_the_stream_ends_with_the_session(marketer: Person, served: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live_events, "ASK_AGAIN_S", 0.0)
    monkeypatch.setattr(served.doors.parts.listeners, "heartbeat_s", 0.05)
    token = marketer.token()
    with marketer.http.stream("GET", f"{LIVE}/events") as answer:
        lines = answer.iter_lines()
        assert next(lines) == "retry: 2000"
        marketer.post("/console/sign-out", {"token": token})
        assert all(not line.startswith("event:") for line in lines), "it ends by itself"


def test_the_policy_is_wider_by_the_one_host_of_the_style() -> None:
    alone = maps.policy("")
    assert "worker-src 'self'" in alone
    assert "connect-src 'self';" in alone
    assert "http" not in alone
    told = maps.policy("https://tiles.shop.example:8443/styles/day.json?key=1")
    assert "connect-src 'self' https://tiles.shop.example:8443;" in told
    assert "img-src 'self' data: blob: https://tiles.shop.example:8443;" in told
    assert "script-src 'self';" in told
    assert "key" not in told


def test_only_pages_with_a_map_may_fetch_more(marketer: Person) -> None:
    assert "worker-src 'self'" in marketer.http.get(LIVE).headers["content-security-policy"]
    for path in ("/console", "/console/campaigns", "/console/customers"):
        assert "worker-src" not in marketer.http.get(path).headers["content-security-policy"]


@pytest.mark.parametrize(
    "url",
    [
        "http://tiles.shop.example/style.json",
        "https://tiles.shop.example",
        "https://a.example/;script-src *",
        "https://a.example/ x",
        "https://*/style.json",
        "https://user@a.example/style.json",
        "mapbox://styles/x",
    ],
)
def test_a_style_that_could_loosen_the_policy_is_refused_at_start(url: str) -> None:
    with pytest.raises(ValueError, match="https address of a style"):
        Settings(map_style_url=url)


@pytest.mark.parametrize("url", ["", "https://tiles.shop.example/a/style.json?key=x", "http://localhost:8000/s.json"])
def test_a_style_of_one_host_is_taken(url: str) -> None:
    assert Settings(map_style_url=url).map_style_url == url
