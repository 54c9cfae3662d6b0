"""Walkers are phones like any other at the doors, and known to nobody but the simulator."""

import asyncio
import json
import socket
from pathlib import Path
from typing import Any

import httpx
import pytest

from seeds.phone import Patience, Platform
from seeds.recordings import Fix, Recording, read_recordings
from seeds.walkers import ASK_AGAIN_S, BROWSE_S, Person, Walker, Walkers, people_of, walks_of
from seeds.walkers_feed import create_feed, feeding
from tests.seeds.jumping_clock import JumpingClock
from tests.seeds.strict_server import KEY, StrictServer, Trouble

AMSTERDAM = Path(__file__).parents[2] / "seeds" / "amsterdam"
HASTY = Patience(attempts=3, first_wait_s=0.001, longest_wait_s=0.01)
WALK = Recording(
    "walk", tuple(Fix(100.0 + 10 * n, 52.0 + n / 1000, 4.9, 10.0, 1.2, 52.0005 + n / 1000, 4.9001) for n in range(6))
)


def person(customer: str, platform: Platform = "android") -> Person:
    return Person(customer, f"{customer.title()} de Vries", "nl", platform)


def walkers_at(
    server: StrictServer, *customers: str, recordings: tuple[Recording, ...] = (WALK,), **more: Any
) -> Walkers:
    people = [person(customer) for customer in customers]
    return Walkers(people, recordings, server.url, KEY, patience=HASTY, clock=JumpingClock(), **more)


def test_everybody_registers_and_reports_each_fix_of_a_walk_once() -> None:
    with StrictServer() as server:
        asyncio.run(walkers_at(server, "sanne", "daan").go(walks=1))
    assert server.faults == []
    assert [one.body["customer"] for one in server.devices] == ["sanne", "daan"]
    for device in server.devices:
        assert device.body["push_token"] == f"demo-{device.body['customer']}"
        assert device.body["locale"] == "nl"
        assert device.body["platform"] == "android"
        assert [ping["lat"] for ping in device.kept] == [fix.lat for fix in WALK.fixes]
        assert all(set(ping) == {"lat", "lon", "at", "accuracy_m", "speed_mps"} for ping in device.kept)


def test_the_truth_is_never_sent() -> None:
    with StrictServer() as server:
        asyncio.run(walkers_at(server, "sanne").go(walks=1))
    sent = {(ping["lat"], ping["lon"]) for ping in server.devices[0].kept}
    assert not sent & {(fix.true_lat, fix.true_lon) for fix in WALK.fixes}


def test_a_walk_is_restamped_to_now_at_the_speed() -> None:
    with StrictServer() as server:
        walkers = walkers_at(server, "sanne", speed=5.0)
        asyncio.run(walkers.go(walks=1))
    clock = walkers.clock
    assert isinstance(clock, JumpingClock)
    assert clock.slept[:6] == pytest.approx([0, 2, 2, 2, 2, 2])


def test_a_walk_follows_a_walk() -> None:
    with StrictServer() as server:
        walkers = walkers_at(server, "sanne")
        asyncio.run(walkers.go(walks=5))
    assert len(server.devices[0].kept) == 5 * len(WALK.fixes)
    assert isinstance(walkers.clock, JumpingClock)
    assert BROWSE_S in walkers.clock.slept, "some end with a look around in the shop"
    assert walkers.all[0].state == "resting"


def test_who_has_not_agreed_walks_unlocated_and_asks_again_later() -> None:
    told: list[tuple[str, str]] = []
    fixes = tuple(Fix(100.0 + n, 52.0, 4.9, 10.0, None, 52.1, 4.91) for n in range(40))
    with StrictServer(without_consent=("priya",)) as server:
        walkers = walkers_at(
            server,
            "priya",
            "sanne",
            recordings=(Recording("long", fixes),),
            speed=1.0,
            told=lambda walker, what: told.append((walker.person.customer, what)),
        )
        asyncio.run(walkers.go(walks=1))
    assert told == [("priya", "refused")]
    priya, sanne = walkers.all
    assert priya.refused == "no_location_consent"
    assert priya.shown(0.0)["reported"] is None
    assert priya.where(0.0) == (52.1, 4.91), "she walks all the same"
    assert sanne.refused is None
    assert len(server.devices[1].kept) == len(fixes)
    assert 1 < len(server.devices[0].requests) <= 1 + len(fixes) / ASK_AGAIN_S, "not with every fix"


def test_a_removed_phone_stops_alone() -> None:
    told: list[tuple[str, str]] = []

    def first_is_removed(_number: int) -> Trouble | None:
        server.devices[0].token = server.devices[0].refresh_token = "removed"
        return None

    with StrictServer(first_is_removed) as server:
        walkers = walkers_at(
            server, "sanne", "daan", told=lambda walker, what: told.append((walker.person.customer, what))
        )
        asyncio.run(walkers.go(walks=1))
    assert told == [("sanne", "gone")]
    sanne, daan = walkers.all
    assert (sanne.state, sanne.refused, sanne.where(0.0)) == ("waiting", "unknown-refresh-token", None)
    assert (daan.state, daan.refused) == ("resting", None)
    assert [len(one.kept) for one in server.devices] == [0, len(WALK.fixes)]


@pytest.mark.parametrize(
    ("now", "lat"), [(90.0, 52.0005), (100.0, 52.0005), (105.0, 52.001), (150.0, 52.0055), (900.0, 52.0055)]
)
def test_between_two_fixes_somebody_is_on_the_way(now: float, lat: float) -> None:
    walker = Walker(person("sanne"), walk=WALK, moments=tuple(fix.at for fix in WALK.fixes))
    assert walker.where(now) == pytest.approx((lat, 4.9001))


def test_where_the_truth_is_unknown_the_phones_word_counts() -> None:
    walk = Recording("walk", (Fix(0.0, 52.0, 4.9),))
    assert Walker(person("sanne"), walk=walk, moments=(5.0,)).where(5.0) == (52.0, 4.9)


def test_the_town_has_its_people_and_walks() -> None:
    people = people_of(json.loads((AMSTERDAM / "customers.json").read_text()))
    assert [one.initials for one in people[:4]] == ["SV", "DB", "FJ", "YA"]
    assert {one.platform for one in people} == {"ios", "android"}
    recordings = read_recordings(AMSTERDAM / "walks_transplanted.csv")
    walks = walks_of(recordings)
    assert 35 < len(walks) < len(recordings)
    assert min(one.duration_s for one in walks) >= 300


def test_there_must_be_something_to_walk() -> None:
    with pytest.raises(ValueError, match="no recording"):
        Walkers([person("sanne")], [], "http://127.0.0.1:1", KEY)


async def _ask(origin: str, accept: str) -> tuple[httpx.Response, bytes]:
    """The feed's answer and the first kilobytes of its body, from a real socket."""
    walker = Walker(person("sanne"), walk=WALK, moments=tuple(fix.at for fix in WALK.fixes))
    app = create_feed(lambda: [walker.shown(105.0)], ["http://127.0.0.1:8080"], every_s=0.01)
    with socket.create_server(("127.0.0.1", 0)) as bound:
        url = f"http://127.0.0.1:{bound.getsockname()[1]}/walkers"
        async with feeding(app, bound), httpx.AsyncClient() as client:
            headers = {"Origin": origin, "Accept": accept}
            async with client.stream("GET", url, headers=headers) as answer:
                body = b""
                async for part in answer.aiter_bytes():
                    body += part
                    if body.count(b"event: walkers") >= 2:
                        break
                return answer, body


def test_the_feed_says_where_everybody_is_as_json() -> None:
    answer, body = asyncio.run(_ask("http://127.0.0.1:8080", "application/json"))
    assert answer.headers["access-control-allow-origin"] == "http://127.0.0.1:8080"
    (shown,) = json.loads(body)["items"]
    assert shown["initials"] == "SV"
    assert shown["true"] == {"lat": 52.001, "lon": 4.9001}
    assert shown["reported"] is None


def test_the_feed_goes_on_as_events() -> None:
    answer, body = asyncio.run(_ask("http://127.0.0.1:8080", "text/event-stream"))
    assert answer.headers["content-type"].startswith("text/event-stream")
    data = [line for line in body.decode().splitlines() if line.startswith("data: ")]
    assert json.loads(data[1].removeprefix("data: "))[0]["customer"] == "sanne"


def test_the_feed_is_for_the_demos_own_pages() -> None:
    answer, _ = asyncio.run(_ask("https://elsewhere.example", "application/json"))
    assert "access-control-allow-origin" not in answer.headers
