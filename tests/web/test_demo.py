"""The demo's pages by themselves: there only when asked for, in the reader's language, and with nobody's position."""

import asyncio
import re
from pathlib import Path
from typing import Any

import httpx
import pytest
from redis import Redis

from offers.arrivals import Crossing, record_crossings
from offers.devices import register_device
from offers.records.database import Database
from offers.rules.coupon_codes import CodeKeys
from offers.rules.profile import DeviceBody
from offers.settings import Settings
from seeds.load import load_folder
from seeds.pickup_story import PickupStory
from seeds.walkers import Person, Walker
from tests.conftest import NOON
from tests.offers.posted import IPHONE
from tests.web.conftest import Clock, Register, Served, build_lanes, problem_of, serve
from web.demo.drawing import draw, frame_around
from web.demo.words import WORDS
from web.tongues import choose
from workers.failpoints import Failpoints
from workers.push.outbox import OutboxPush
from workers.sending import Sender

AMSTERDAM = Path(__file__).parents[2] / "seeds" / "amsterdam"
WALKERS = "http://127.0.0.1:9"


@pytest.fixture
def settings(settings: Settings) -> Settings:
    return settings.model_copy(update={"demo": True, "demo_walkers_url": WALKERS})


@pytest.fixture
def town(database: Database) -> Database:
    load_folder(database, AMSTERDAM, now=NOON)
    return database


def state(http: httpx.Client, language: str = "en") -> dict[str, Any]:
    answer = http.get(f"/demo/state?lang={language}")
    assert answer.status_code == 200
    told: dict[str, Any] = answer.json()
    return told


def arrive(town: Database, redis: Redis, http: httpx.Client, device: str) -> None:
    """A device enters Kalverstraat 102, and what follows is sent."""
    store = next(one for one in state(http)["places"] if one["id"] == "kalverstraat-102")
    fence = next(one["id"] for one in store["geofences"] if one["role"] == "premises")
    with town.transaction() as session:
        crossing = Crossing(device, "enter", fence, NOON.timestamp(), "server", distance_m=100)
        arrivals = record_crossings(session, [crossing], now=NOON)
    Sender(town, OutboxPush(redis), CodeKeys.of(b"secret"), Failpoints.read(""), lambda _events: None).deliver(
        arrivals.deliveries, lambda: NOON
    )


def test_a_push_is_on_its_phone_in_its_own_language(
    town: Database, redis_db: Redis, http: httpx.Client, register: Register
) -> None:
    device = register("lena", consents={})["device_id"]
    arrive(town, redis_db, http, device)
    (phone,) = state(http, "nl")["phones"]
    assert (phone["device"], phone["name"], phone["language"]) == (device, "Lena Hoffmann", "de")
    (push,) = phone["pushes"]
    assert push["title"] == "Lena, neue Sneaker für Sie"
    assert (push["language"], push["place"], push["time"]) == ("de", "Stoeprand Kalverstraat 102", "12:00:00")
    assert phone["no"] is None
    page = http.get(f"/demo/phone/{device}?lang=nl")
    assert page.status_code == 200
    assert "Lena, neue Sneaker für Sie" in page.text
    assert "Alle telefoons" in page.text


def test_a_no_is_said_with_its_reason(town: Database, redis_db: Redis, http: httpx.Client, register: Register) -> None:
    arrive(town, redis_db, http, register("bram", consents={})["device_id"])
    (phone,) = state(http, "nl")["phones"]
    assert phone["pushes"] == []
    assert phone["no"]["outcome"] == "no_consent"
    assert phone["no"]["why"] == "heeft geen toestemming gegeven voor aanbiedingen"
    kinds = [one["kind"] for one in state(http)["happened"]]
    assert sorted(kinds) == ["enter", "no"]
    assert "heeft geen toestemming gegeven voor aanbiedingen" in http.get("/demo?lang=nl").text


def test_posters_hang_on_the_page_and_a_scan_is_told(town: Database, http: httpx.Client) -> None:
    hall = state(http)["posters"][0]
    assert hall == {"id": "centraal-hall", "name": "Amsterdam Centraal, hall", "path": "/q/7K3M9PQR2T", "scans": 0}
    code = http.get("/demo/poster/centraal-hall.svg")
    assert (code.status_code, code.headers["content-type"]) == (200, "image/svg+xml")
    assert http.get("/demo/poster/nowhere.svg").status_code == 404
    assert http.get(hall["path"], headers={"User-Agent": IPHONE}).status_code == 303
    told = state(http, "nl")
    assert told["posters"][0]["scans"] == 1
    (scan,) = told["happened"]
    assert (scan["kind"], scan["who"], scan["what"]) == ("scan", "een voorbijganger", "Amsterdam Centraal, hall")
    page = http.get("/demo?lang=nl").text
    assert 'href="/q/7K3M9PQR2T"' in page
    assert 'src="/demo/poster/centraal-hall.svg"' in page


def test_a_visitor_whom_nobody_knows_is_no_phone_and_has_no_id_on_the_page(
    town: Database, http: httpx.Client, register: Register
) -> None:
    register("daan", consents={})
    with town.transaction() as session:
        register_device(session, DeviceBody(platform="web"), trusted=True, now=NOON)
    told = state(http)
    assert [one["customer"] for one in told["phones"]] == ["daan"]
    assert "anon_" not in http.get("/demo").text


def test_an_order_that_is_ready_is_on_the_phone(town: Database, http: httpx.Client, register: Register) -> None:
    register("sanne", consents={})
    register("daan", consents={})
    orders = {one["customer"]: one["order"] for one in state(http)["phones"]}
    assert orders["daan"] is None
    assert orders["sanne"]["said"] == "Order S-10482 is ready at Stoeprand Kalverstraat 183"
    page = orders["sanne"]["page"]
    assert http.get(page, headers={"User-Agent": IPHONE}).status_code == 200
    assert f'href="{page}"' in http.get("/demo").text
    assert 'href="/console/pickup"' in http.get("/demo").text


def test_the_story_of_pickup_goes_on_with_a_new_order_once_the_last_was_collected(
    town: Database, served: Served, admin: httpx.Client, register: Register
) -> None:
    register("sanne", consents={})
    key = str(admin.headers["authorization"]).removeprefix("Bearer ")
    story = PickupStory.of_seed(AMSTERDAM, served.url, key)
    sanne, daan = (Walker(Person(one, one, "nl", "ios")) for one in ("sanne", "daan"))

    def told() -> list[tuple[str, str]]:
        rows = admin.get("/v1/deliveries", params={"customer": "sanne"}).json()["items"]
        return sorted((one["order"], one["state"]) for one in rows)

    assert [one for one, _ in told()] == ["S-10482"], "it was ready before her phone was there"
    asyncio.run(story.sets_out(daan))
    assert len(told()) == 1, "nobody else's walk tells of it"
    for _ in range(2):
        asyncio.run(story.sets_out(sanne))
        assert [one for one, _ in told()] == ["S-10482"], "she sets out twice, and is told once"
    order = {"customer": "sanne", "place": "kalverstraat-183", "status": "collected"}
    assert admin.put("/v1/orders/S-10482", json=order).status_code == 200
    asyncio.run(story.sets_out(sanne))
    assert [one for one, _ in told()] == ["S-10482", "S-10482-2"]
    again = PickupStory.of_seed(AMSTERDAM, served.url, key)
    asyncio.run(again.sets_out(sanne))
    assert again.order_id == "S-10482-2", "a simulator that starts anew goes on where it was"
    away = PickupStory.of_seed(AMSTERDAM, "http://127.0.0.1:9", key)
    asyncio.run(away.sets_out(sanne))


def test_names_are_text_and_never_markup(
    town: Database, http: httpx.Client, admin: httpx.Client, register: Register
) -> None:
    evil = "<script>alert(1)</script>"
    assert admin.put("/v1/customers/eve", json={"name": evil}).status_code == 201
    device = register("eve")["device_id"]
    for path in ("/demo", f"/demo/phone/{device}"):
        page = http.get(path).text
        assert evil not in page
        assert "&lt;script&gt;alert(1)" in page


@pytest.mark.parametrize(
    ("accepted", "query", "language"),
    [
        ("nl-NL,nl;q=0.9,en;q=0.8", "", "nl"),
        ("fr, de;q=0.7, nl;q=0.5", "", "de"),
        ("nl;q=0, de;q=0.1", "", "de"),
        ("fr", "", "en"),
        ("", "", "en"),
        (";;q=x,,", "", "en"),
        ("nl", "?lang=de", "de"),
        ("nl", "?lang=xx", "nl"),
    ],
)
def test_the_page_speaks_the_readers_language(
    town: Database, http: httpx.Client, accepted: str, query: str, language: str
) -> None:
    answer = http.get(f"/demo{query}", headers={"Accept-Language": accepted})
    assert answer.headers["content-language"] == language
    assert f'<html lang="{language}">' in answer.text
    assert WORDS[language]["title"] in answer.text


def test_words_are_the_same_in_all_languages() -> None:
    keys = {language: set(words) for language, words in WORDS.items()}
    assert keys["nl"] == keys["de"] == keys["en"]
    holes = {
        language: {key: sorted(re.findall(r"{(\w+)}", text)) for key, text in words.items()}
        for language, words in WORDS.items()
    }
    assert holes["nl"] == holes["de"] == holes["en"]
    assert choose(None, "") == "en"


def test_only_our_own_scripts_and_the_simulator_may_be_used(town: Database, http: httpx.Client) -> None:
    page = http.get("/demo")
    policy = page.headers["content-security-policy"]
    assert f"connect-src 'self' {WALKERS};" in policy
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert " style=" not in page.text
    assert re.findall(r"<script(?! type=.module. src=./static/)", page.text) == []
    for asset in re.findall(r'(?:href|src)="(/static/[^"]+)"', page.text):
        assert http.get(asset).status_code == 200, asset


def test_an_unknown_phone_is_a_404_page(town: Database, http: httpx.Client) -> None:
    answer = http.get("/demo/phone/dev_nobody")
    assert answer.status_code == 404
    assert "There is no phone with this id here." in answer.text


def test_without_the_setting_there_is_no_demo(settings: Settings, redis_db: Redis, clock: Clock) -> None:
    build_lanes(redis_db)
    with serve(settings.model_copy(update={"demo": False}), clock) as plain, httpx.Client(base_url=plain.url) as http:
        for path in ("/demo", "/demo/state", "/demo/events", "/demo/phone/x"):
            problem_of(http.get(path), 404)


def test_an_empty_town_is_a_page_too(http: httpx.Client) -> None:
    answer = http.get("/demo")
    assert answer.status_code == 200
    assert "Nothing yet. The first walkers are on their way." in answer.text


def test_the_map_holds_every_geofence_and_no_label_covers_another(town: Database, http: httpx.Client) -> None:
    places = state(http)["places"]
    drawn = draw(places)
    frame = drawn["frame"]
    circles = [fence for place in drawn["places"] for fence in place["geofences"] if "r" in fence]
    assert len(circles) == 5, "four premises, and what is within reach of the store that holds an order"
    for circle in circles:
        assert circle["r"] <= circle["x"] <= frame.width - circle["r"]
        assert circle["r"] <= circle["y"] <= frame.height - circle["r"]
    anchors = {(label["x"], label["y"]) for label in drawn["labels"]}
    assert len(anchors) == len(places)
    assert frame_around([]).width > 0
