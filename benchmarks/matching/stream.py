"""Passerby's matching and Tile38 behind the same bytes: RESP SETs of walkers in, enters and exits out to a subscriber.

`TILE38=/path/to/tile38-server passerby bench stream`. Without a Tile38 our own side runs alone. Both get the same pipelines
of 500, four on their way; every event of both is compared, in its order, with a set a device. Pings within 2 m of a circle's
border are left out: Tile38's circles are on a sphere, ours on the ellipsoid.
"""

import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import partial

from rich.console import Console
from rich.table import Table

from benchmarks.figures import FULL, QUICK, Effort, Work, alternate, cpu_of, goal, say, short, table, times
from benchmarks.matching import resp, tile38
from benchmarks.matching.agreement import same_events
from benchmarks.matching.differ import PlainDiffer
from benchmarks.matching.peers import AbsentError, Tree
from benchmarks.matching.workload import Spread, Walk, clear_of_circles, geofences, walkers
from geofences.fence_index import FenceIndex

CASES: tuple[tuple[int, Spread], ...] = (
    (100, "uniform"),
    (10_000, "uniform"),
    (100_000, "uniform"),
    (10_000, "clustered"),
)
DEVICES = 10_000
PINGS = 100_000
UNDERWAY = 4
LEAST = 4.0
"""Times Tile38's pings a second."""
OVER = "over"


@dataclass(frozen=True, slots=True)
class Server:
    name: str
    version: str
    port: int
    pid: int


@contextmanager
def passerby(count: int, spread: Spread, devices: int) -> Iterator[Server]:
    command = [sys.executable, "-m", "benchmarks.matching.stream_server", str(count), spread, str(devices)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            yield Server("Passerby's matching", "", int(process.stdout.readline()), process.pid)
        finally:
            process.terminate()


class Line:
    """A program that sends, and one that listens."""

    def __init__(self, server: Server) -> None:
        self._to = socket.create_connection(("127.0.0.1", server.port))
        self._from = socket.create_connection(("127.0.0.1", server.port))
        self._from.sendall(resp.command("PSUBSCRIBE", "*"))
        tile38.replies(self._from, 1)

    def close(self) -> None:
        self._to.close()
        self._from.close()

    def send(self, pipelines: Sequence[bytes], sizes: Sequence[int]) -> list[bytes]:
        """All of them; back when the last is answered and its events are there. What the listener got, as it came."""
        got: list[bytes] = []
        listener = threading.Thread(target=self._listen, args=(got,))
        listener.start()
        answered = 0
        for i, pipeline in enumerate(pipelines):
            self._to.sendall(pipeline)
            if i + 1 >= UNDERWAY:
                self._await(sizes[answered])
                answered += 1
        for size in sizes[answered:]:
            self._await(size)
        self._to.sendall(resp.command("PUBLISH", OVER, "{}"))
        tile38.replies(self._to, 1)
        listener.join()
        return got

    def _await(self, count: int) -> None:
        """Replies of a SET are five bytes each; a pipeline's last is not behind the next one's first in our reading."""
        left = 5 * count
        while left:
            received = self._to.recv(min(left, 1 << 18))
            if not received or received.count(b"-"):
                raise resp.BadBytesError("a SET was refused, or the connection closed")
            left -= len(received)

    def _listen(self, got: list[bytes]) -> None:
        end = resp.pushed("*", OVER, "{}")
        tail = b""
        while not tail.endswith(end):
            received = self._from.recv(1 << 18)
            if not received:
                return
            got.append(received)
            tail = (tail + received)[-len(end) :]


def expected(walk: Walk, index: FenceIndex, tree: Tree) -> tuple[list[resp.Event], list[resp.Event]]:
    """The events of a walk by people who were nowhere before, and of the same walk walked once more."""
    plain = PlainDiffer(tree.containing)

    def once() -> list[resp.Event]:
        return [(f"d{d}", index.fences[f].id, "enter" if enter else "exit") for d, f, enter in plain.batch(walk)]

    return once(), once()


def events(received: Sequence[bytes]) -> list[resp.Event]:
    replies, left = resp.values(b"".join(received))
    if left:
        raise resp.BadBytesError("a message that is cut off")
    return [event for reply in replies if (event := resp.read_event(reply)) is not None]


def shown(cases: Sequence[tuple[int, Spread]], devices: int, pings: int, effort: Effort) -> tuple[Table, list[str]]:
    result = table(
        f"The same bytes in, the same events out: mixed geofences, {devices:,} walkers, {pings:,} pings, pipelines of "
        f"{tile38.PIPELINE}; median of {effort.rounds} rounds in turn",
        (
            "geofences",
            "server",
            "pings/s",
            "slowest to fastest",
            "its CPU µs a ping",
            "ours x (clock)",
            "ours x (CPU)",
            "events compared",
            "goal",
        ),
    )
    absent: dict[str, None] = {}
    versions: dict[str, None] = {}
    for count, spread in cases:
        say(f"{count:,} {spread}")
        fences = geofences(count, "mixed", spread)
        index = FenceIndex(fences, version=1)
        walk = clear_of_circles(index, walkers(devices, max(2, pings // devices), spread))
        right = expected(walk, index, Tree(fences))
        pipelines = resp.sets(walk.device, walk.lat, walk.lon, tile38.PIPELINE)
        sizes = [len(part) for part in walk.batches(tile38.PIPELINE)]
        with ExitStack() as stack:
            servers = [stack.enter_context(passerby(count, spread, devices))]
            try:
                other = stack.enter_context(tile38.running())
                tile38.watch(other, fences)
                servers.append(Server("Tile38", other.version, other.port, other.pid))
                versions[other.version] = None
            except AbsentError as why:
                absent[f"Tile38 is not in it: {why}"] = None
            works = {}
            for server in servers:
                line = Line(server)
                stack.callback(line.close)
                for walked in right:
                    same_events(server.name, events(line.send(pipelines, sizes)), walked)
                run: Callable[[], object] = partial(line.send, pipelines, sizes)
                works[server.name] = Work(run, len(walk), partial(cpu_of, server.pid))
            spent = alternate(works, effort.rounds)
        ours = spent[servers[0].name]
        for server in servers:
            its = spent[server.name]
            ratio = None if server is servers[0] else ours.times_faster_than(its)
            result.add_row(
                f"{count:,} {spread}",
                server.name,
                *its.rates(),
                f"{its.cpu_us:.3g}",
                times(ratio),
                times(None if ratio is None else ours.times_cheaper_than(its)),
                short(sum(map(len, right))),
                "" if ratio is None else goal(ratio, least=LEAST, unit="x"),
            )
        result.add_section()
    result.caption = f"{result.caption}{''.join(f', {version}' for version in versions)}"
    return result, list(absent)


def main(*, quick: bool = False) -> None:
    console = Console(width=170)
    began = time.perf_counter()
    if quick:
        result, absent = shown([(500, "clustered")], 200, 2_000, QUICK)
    else:
        result, absent = shown(CASES, DEVICES, PINGS, FULL)
    console.print(result)
    for line in absent:
        console.print(line, highlight=False)
    say(f"{time.perf_counter() - began:.0f} s")


if __name__ == "__main__":
    main()
