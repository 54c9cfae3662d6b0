"""The bytes for Tile38: as the redis package packs them, as a real server sends them, and as its messages are documented."""

import json
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

import numpy as np
import pytest
from redis import Redis
from redis.connection import Connection

from benchmarks.matching import resp, tile38
from benchmarks.matching.peers import AbsentError
from benchmarks.matching.workload import geofences, walkers

ENTERED = {
    "command": "set",
    "group": "5c5203ccf5ec4e4f349fd038",
    "detect": "enter",
    "hook": "f0000007",
    "key": "fleet",
    "time": "2026-11-26T09:00:00.123456Z",
    "id": "d12",
    "object": {"type": "Point", "coordinates": [4.9, 52.37]},
}
"""A message in the form of Tile38's documentation."""


@contextmanager
def connected(url: str) -> Iterator[socket.socket]:
    """A bare connection to a real server, which knows who we are."""
    at = urlsplit(url)
    assert at.hostname
    assert at.port
    with socket.create_connection((at.hostname, at.port)) as line:
        line.sendall(resp.command("AUTH", at.password or ""))
        assert tile38.replies(line, 1) == [b"OK"]
        yield line


def test_commands_are_packed_as_the_redis_package_packs_them() -> None:
    words = ("SET", "fleet", "d1", "POINT", "52.37", "4.9", "über\r\n")
    packer: Any = Connection
    assert resp.command(*words) == b"".join(packer().pack_command(*words))


def test_sets_are_read_back_to_the_last_bit_wherever_the_bytes_are_cut() -> None:
    walk = walkers(40, 3)
    pipelines = resp.sets(walk.device, walk.lat, walk.lon, 50)
    assert [pipeline.count(b"SET") for pipeline in pipelines] == [50, 50, 20]
    names: list[bytes] = []
    lat, lon = np.empty(0), np.empty(0)
    left = b""
    received = b"".join(pipelines)
    for i in range(0, len(received), 97):
        found, lats, lons, left = resp.read_sets(left + received[i : i + 97])
        names += found
        lat, lon = np.append(lat, lats), np.append(lon, lons)
    assert left == b""
    assert names == [f"d{device}".encode() for device in walk.device.tolist()]
    assert np.array_equal(lat, walk.lat)
    assert np.array_equal(lon, walk.lon)


@pytest.mark.parametrize(
    "wrong",
    [
        resp.command("DEL", "fleet", "d1", "POINT", "1", "2"),
        resp.command("SET", "others", "d1", "POINT", "1", "2"),
        resp.command("SET", "fleet", "d1", "POINT", "north", "2"),
        resp.command("SET", "fleet", "d1", "BOUNDS", "1", "2"),
    ],
)
def test_what_is_no_set_of_a_point_is_refused(wrong: bytes) -> None:
    with pytest.raises(resp.BadBytesError):
        resp.read_sets(resp.command("SET", "fleet", "d0", "POINT", "1", "2") + wrong)


def test_replies_of_a_real_server(redis_db: Redis, redis_url: str) -> None:
    """Valkey speaks the same protocol: statuses, numbers, bulk strings with line ends in them, nulls, lists in lists."""
    redis_db.set("text", b"one\r\n$5\r\ntwo")
    redis_db.rpush("list", "a", "")
    asked = [
        resp.command("PING"),
        resp.command("INCR", "n"),
        resp.command("GET", "text"),
        resp.command("GET", "nothing"),
        resp.command("LRANGE", "list", "0", "-1"),
        resp.command("EVAL", "return {1, {'x', {}}}", "0"),
    ]
    with connected(redis_url) as line:
        line.sendall(b"".join(asked))
        assert tile38.replies(line, len(asked)) == [
            b"PONG",
            1,
            b"one\r\n$5\r\ntwo",
            None,
            [b"a", b""],
            [1, [b"x", []]],
        ]
        line.sendall(resp.command("NOTHING"))
        with pytest.raises(resp.BadBytesError, match="unknown command"):
            tile38.replies(line, 1)


def test_messages_of_a_real_server(redis_db: Redis, redis_url: str) -> None:
    with connected(redis_url) as line:
        line.sendall(resp.command("PSUBSCRIBE", "*"))
        assert tile38.replies(line, 1) == [[b"psubscribe", b"*", 1]]
        until = time.monotonic() + 5
        while redis_db.publish("f0000007", json.dumps(ENTERED)) != 1:
            assert time.monotonic() < until
        told = tile38.replies(line, 1)[0]
    assert resp.read_event(told) == ("d12", "f0000007", "enter")
    assert resp.values(resp.pushed("*", "f0000007", json.dumps(ENTERED))) == ([told], b"")


def test_other_messages_are_no_events() -> None:
    for other in ({**ENTERED, "detect": "inside"}, {"command": "del", "hook": "f1", "id": "d1"}, {}):
        assert resp.read_event([b"pmessage", b"*", b"f1", json.dumps(other).encode()]) is None
    assert resp.read_event([b"psubscribe", b"*", 1]) is None
    with pytest.raises(resp.BadBytesError):
        resp.read_event([b"pmessage", b"*", b"f1", b"{"])


def test_a_reply_may_come_in_any_pieces() -> None:
    whole = resp.command("a", "bc") + b":7\r\n$-1\r\n+OK\r\n"
    for cut in range(len(whole)):
        first, left = resp.values(whole[:cut])
        second, rest = resp.values(left + whole[cut:])
        assert first + second == [[b"a", b"bc"], 7, None, b"OK"]
        assert rest == b""


def test_a_channel_a_geofence() -> None:
    circle, area = geofences(2, "mixed")
    assert tile38.channel(circle)[:8] == [
        "SETCHAN", "f0000000", "NEARBY", "fleet", "FENCE", "DETECT", "enter,exit", "POINT",
    ]  # fmt: skip
    asked = tile38.channel(area)
    assert asked[2] == "WITHIN"
    assert json.loads(asked[-1])["type"] == "Polygon"


def test_answers_of_intersects() -> None:
    assert tile38.held([0, [b"3", b"12"]]) == [3, 12]
    with pytest.raises(resp.BadBytesError, match="goes on"):
        tile38.held([100, [b"3"]])
    with pytest.raises(resp.BadBytesError):
        tile38.held(b"OK")


@pytest.mark.parametrize(("named", "why"), [(None, "names no"), ("/nowhere/tile38-server", "no such file")])
def test_without_a_tile38_it_is_said_why(named: str | None, why: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(tile38.BINARY, raising=False)
    if named:
        monkeypatch.setenv(tile38.BINARY, named)
    with pytest.raises(AbsentError, match=why), tile38.running():
        pass


def test_a_program_that_is_no_tile38_is_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(tile38.BINARY, "/bin/true")
    with pytest.raises(AbsentError, match="does not come up"), tile38.running():
        pass
