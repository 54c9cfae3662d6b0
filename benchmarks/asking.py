"""A generator of requests over open connections, in a process of its own on a core of its own: what it costs is not the server's."""

import asyncio
import json
import os
import subprocess
import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from benchmarks.figures import cpu_of

HOUSE = Path(__file__).parents[1]
CONNECTIONS = 16


class Generator:
    """`ask` has so many requests sent, the paths in turn; says how many of each status came, and what they led to."""

    def __init__(self, port: int, core: int | None = None) -> None:
        command = [sys.executable, "-m", "benchmarks.asking", str(port)]
        self._process = subprocess.Popen(command, cwd=HOUSE, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        if core is not None:
            os.sched_setaffinity(self._process.pid, {core})

    def ask(self, paths: Sequence[str], many: int, headers: Sequence[str] = ()) -> tuple[dict[int, int], list[str]]:
        """Statuses by number; of redirects where they lead, those of the first thousand."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps([list(paths), many, list(headers)]) + "\n")
        self._process.stdin.flush()
        statuses, led = json.loads(self._process.stdout.readline())
        return {int(status): number for status, number in statuses.items()}, led

    def cpu_s(self) -> float:
        return cpu_of(self._process.pid)

    def close(self) -> None:
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait(10)


async def _lane(port: int, asked: list[bytes], statuses: Counter[int], led: list[str]) -> None:
    """One connection: a request, its whole answer, the next."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    for request in asked:
        writer.write(request)
        head = await reader.readuntil(b"\r\n\r\n")
        fields = dict(line.lower().partition(b": ")[::2] for line in head.split(b"\r\n")[1:])
        await reader.readexactly(int(fields.get(b"content-length", b"0")))
        statuses[int(head[9:12])] += 1
        if b"location" in fields and len(led) < 1000:
            led.append(fields[b"location"].decode())
    writer.close()


async def _all(port: int, paths: Sequence[str], many: int, headers: Sequence[str]) -> tuple[Counter[int], list[str]]:
    said = "".join(f"{line}\r\n" for line in ("Host: 127.0.0.1", *headers))
    each = [f"GET {path} HTTP/1.1\r\n{said}\r\n".encode() for path in paths]
    statuses: Counter[int] = Counter()
    led: list[str] = []
    lanes = [[each[number % len(each)] for number in range(lane, many, CONNECTIONS)] for lane in range(CONNECTIONS)]
    await asyncio.gather(*(_lane(port, lane, statuses, led) for lane in lanes))
    return statuses, led


def main() -> None:
    port = int(sys.argv[1])
    for line in sys.stdin:
        statuses, led = asyncio.run(_all(port, *json.loads(line)))
        print(json.dumps([statuses, led]), flush=True)


if __name__ == "__main__":
    main()
