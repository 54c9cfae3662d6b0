"""A Tile38 of its own: the binary that TILE38 names, on a free port of this machine, its file off, stopped by its pid.

What it is asked (its own documentation has the words): `INTERSECTS … POINT` for areas that hold a point; `SETCHAN … FENCE
DETECT enter,exit` for events of walkers. Its circles are on a sphere of 6,371 km.
"""

import json
import os
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import redis

from benchmarks.figures import cpu_of
from benchmarks.matching import resp
from benchmarks.matching.agreement import Pairs
from benchmarks.matching.peers import AbsentError, Engine, from_degrees
from geofences.fence_index import Fence
from geofences.metres import Floats
from geofences.shapes import Area, Circle
from workers.embedded import free_port

BINARY = "TILE38"
PIPELINE = 500
AT_ONCE = 1_000_000
"""Tile38 gives at most 100 answers unless it is told another limit."""
STARTS_WITHIN_S = 10.0


@dataclass(frozen=True, slots=True)
class Tile38:
    port: int
    pid: int
    version: str

    def client(self) -> Any:
        return redis.Redis(host="127.0.0.1", port=self.port, protocol=2)


@contextmanager
def running() -> Iterator[Tile38]:
    """Raises AbsentError where TILE38 names no program, or one that does not come up."""
    binary = os.environ.get(BINARY)
    if not binary:
        raise AbsentError(f"{BINARY} names no tile38-server")
    if not Path(binary).is_file():
        raise AbsentError(f"{BINARY} names {binary}, and there is no such file")
    port = free_port()
    options = ["-h", "127.0.0.1", "-p", str(port), "--appendonly", "no", "-q"]
    with tempfile.TemporaryDirectory() as folder, subprocess.Popen([binary, *options, "-d", folder]) as process:
        try:
            version = _version(port, process)
            yield Tile38(port, process.pid, f"Tile38 {version}")
        finally:
            process.terminate()


def _version(port: int, process: subprocess.Popen[bytes]) -> str:
    until = time.monotonic() + STARTS_WITHIN_S
    client: Any = redis.Redis(host="127.0.0.1", port=port, protocol=2)
    while True:
        try:
            told = client.execute_command("SERVER")
        except redis.ConnectionError:
            if time.monotonic() > until or process.poll() is not None:
                raise AbsentError("it does not come up") from None
            time.sleep(0.05)
            continue
        return _told_version(told)


def _told_version(told: object) -> str:
    """SERVER answers with names and values in turn, or with JSON."""
    if isinstance(told, list):
        pairs = {_text(name): _text(value) for name, value in zip(told[::2], told[1::2], strict=False)}
        return pairs.get("version") or pairs.get("tile38_version") or "of unknown version"
    try:
        return str(json.loads(_text(told))["stats"]["version"])
    except (ValueError, KeyError, TypeError):
        return "of unknown version"


def _text(value: object) -> str:
    return value.decode(errors="replace") if isinstance(value, bytes) else str(value)


def geometry(fence: Fence) -> str:
    assert isinstance(fence.shape, Area)
    return json.dumps(fence.shape.to_json()["geometry"], separators=(",", ":"))


def watch(server: Tile38, fences: Sequence[Fence]) -> None:
    """One channel a geofence, told of enters and exits."""
    client = server.client()
    for i in range(0, len(fences), PIPELINE):
        with client.pipeline(transaction=False) as pipe:
            for fence in fences[i : i + PIPELINE]:
                pipe.execute_command(*channel(fence))
            pipe.execute()


def channel(fence: Fence) -> list[str]:
    """The SETCHAN of one geofence: NEARBY for a circle, WITHIN for an area."""
    shape = fence.shape
    if isinstance(shape, Circle):
        area = ["POINT", repr(shape.lat), repr(shape.lon), repr(shape.radius_m)]
        return ["SETCHAN", fence.id, "NEARBY", resp.FLEET, "FENCE", "DETECT", "enter,exit", *area]
    return ["SETCHAN", fence.id, "WITHIN", resp.FLEET, "FENCE", "DETECT", "enter,exit", "OBJECT", geometry(fence)]


@contextmanager
def tile38(fences: Sequence[Fence]) -> Iterator[Engine]:
    """Stateless: the areas as objects, one INTERSECTS a point, 500 a pipeline. Areas only: its circles are another sphere's."""
    if not all(isinstance(fence.shape, Area) for fence in fences):
        raise AbsentError("its circles are on a sphere: polygons only")
    with running() as server:
        client = server.client()
        began = time.perf_counter()
        for i in range(0, len(fences), PIPELINE):
            with client.pipeline(transaction=False) as pipe:
                for number, fence in enumerate(fences[i : i + PIPELINE], start=i):
                    pipe.execute_command("SET", "fences", str(number), "OBJECT", geometry(fence))
                pipe.execute()
        build_s = time.perf_counter() - began
        with socket.create_connection(("127.0.0.1", server.port)) as line:

            def containing(lat: Floats, lon: Floats) -> Pairs:
                return _ask(line, lat, lon)

            name = f"Tile38 INTERSECTS, {PIPELINE} a pipeline"
            yield Engine(name, server.version, from_degrees(containing), build_s, lambda: cpu_of(server.pid))


def _ask(line: socket.socket, lat: Floats, lon: Floats) -> Pairs:
    rows: list[int] = []
    numbers: list[int] = []
    for first in range(0, len(lat), PIPELINE):
        part = slice(first, first + PIPELINE)
        places = list(zip(lat[part].tolist(), lon[part].tolist(), strict=True))
        line.sendall(b"".join(question(*place) for place in places))
        for row, answer in enumerate(replies(line, len(places)), start=first):
            found = held(answer)
            rows += [row] * len(found)
            numbers += found
    return np.array(rows, dtype=np.intp), np.array(numbers, dtype=np.intp)


def question(lat: float, lon: float) -> bytes:
    return resp.command("INTERSECTS", "fences", "LIMIT", str(AT_ONCE), "IDS", "POINT", repr(lat), repr(lon))


def held(answer: object) -> list[int]:
    """The geofences of one answer: a cursor, then the ids. Raises BadBytesError where there were more than asked for."""
    if not isinstance(answer, list) or len(answer) != 2 or not isinstance(answer[1], list):
        raise resp.BadBytesError("an answer that is no cursor with ids")
    if int(answer[0]) != 0:
        raise resp.BadBytesError("an answer that goes on")
    return [int(found) for found in answer[1]]


def replies(line: socket.socket, count: int) -> list[object]:
    """So many replies from a connection."""
    found: list[object] = []
    left = b""
    while len(found) < count:
        received = line.recv(1 << 18)
        if not received:
            raise resp.BadBytesError("the connection was closed")
        more, left = resp.values(left + received)
        found += more
    return found
