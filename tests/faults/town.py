"""A whole service as real processes, on real walks: started, asked, and killed at will."""

import os
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
from redis import Redis

from seeds.recordings import Recording, read_recordings
from workers.embedded import child_environment, free_port

ROOT = Path(__file__).parents[2]
WALKS = ROOT / "seeds" / "amsterdam" / "walks_transplanted.csv"
PLACES = ROOT / "seeds" / "amsterdam" / "places.json"
READY_WITHIN_S = 60
ANSWERED_WITHIN_S = 150
"""On a busy machine: what is killed again and again is away for most of that."""


@dataclass
class Service:
    """One `passerby serve`, seen from outside."""

    process: "subprocess.Popen[str]"
    folder: Path
    url: str
    key: str = field(repr=False)

    def ask(self, method: str, path: str, **options: Any) -> Any:
        """The desk's answer; tried again while the doors are down."""
        said = Counter[str]()
        until = time.monotonic() + ANSWERED_WITHIN_S
        while time.monotonic() < until:
            try:
                answer = httpx.request(
                    method, self.url + path, headers={"Authorization": f"Bearer {self.key}"}, timeout=10, **options
                )
            except httpx.TransportError as error:
                said[type(error).__name__] += 1
                time.sleep(0.1)
                continue
            if answer.status_code == httpx.codes.SERVICE_UNAVAILABLE:
                said[answer.text] += 1
                time.sleep(0.2)
                continue
            assert answer.is_success, f"{method} {path}: {answer.status_code} {answer.text}"
            return answer.json() if answer.content else None
        raise AssertionError(f"{method} {path} was never answered: {dict(said)}")

    def everything(self, path: str) -> list[dict[str, Any]]:
        """A list to its last page."""
        items: list[dict[str, Any]] = []
        cursor = None
        while True:
            page = self.ask("GET", path, params={"limit": 500, **({"cursor": cursor} if cursor else {})})
            items += page["items"]
            cursor = page["next_cursor"]
            if cursor is None:
                return items

    def redis(self) -> Redis:
        settings = dict(line.split(" ", 1) for line in (self.folder / "redis" / "redis.conf").read_text().splitlines())
        return Redis.from_url(f"redis://:{settings['requirepass']}@127.0.0.1:{settings['port']}/0")

    def pids(self, name: str) -> list[int]:
        """The live processes of a role, the pool's children included."""
        return [pid for pid, line in family(self.process.pid).items() if f"commands.start {name}" in line]

    def wait_until_ready(self, within_s: float) -> None:
        """Until /readyz says that every part works."""
        deadline = time.monotonic() + within_s
        answer = ""
        while time.monotonic() < deadline:
            try:
                response = httpx.get(f"{self.url}/readyz", timeout=10)
            except httpx.TransportError as error:
                answer = type(error).__name__
            else:
                if response.is_success:
                    return
                answer = response.text
            time.sleep(0.2)
        raise AssertionError(f"not ready within {within_s:g} s: {answer}")

    def settle(self, within_s: float = 60) -> None:
        """Wait until every lane is empty and every delivery has come to its end."""
        deadline = time.monotonic() + within_s
        while time.monotonic() < deadline:
            client: Any = self.redis()
            waiting = sum(client.xlen(key) for key in client.scan_iter("pb:*:entries"))
            under_way = [one for one in self.everything("/v1/deliveries") if one["state"] in {"queued", "sending"}]
            if not waiting and not under_way:
                return
            time.sleep(0.5)
        raise AssertionError(f"{waiting} entries wait and {len(under_way)} deliveries are under way")

    def stop(self) -> int:
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(40)


def family(parent: int) -> dict[int, str]:
    """All descendants of a process, with their command lines."""
    parents, lines = {}, {}
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit():
            try:
                parents[int(folder.name)] = int((folder / "stat").read_text().rpartition(")")[2].split()[1])
                lines[int(folder.name)] = (folder / "cmdline").read_text().replace("\0", " ").strip()
            except (OSError, IndexError):
                continue
    found = {parent}
    while more := {pid for pid, above in parents.items() if above in found} - found:
        found |= more
    return {pid: lines[pid] for pid in found - {parent}}


@contextmanager
def serving(folder: Path, environment: Mapping[str, str] | None = None) -> Iterator[Service]:
    """Start everything in this folder; stop it, or kill what is left, at the end."""
    port = free_port()
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "log").open("a") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "commands.start", "serve", "--port", str(port), "--data", str(folder)],
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
            cwd=ROOT,
            env=child_environment(environment or {}),
        )
        assert process.stdout is not None
        line = process.stdout.readline()
        assert line == f"ready http://127.0.0.1:{port}\n", f"said {line!r}; {(folder / 'log').read_text()[-2000:]}"
        service = Service(process, folder, f"http://127.0.0.1:{port}", (folder / "admin.key").read_text().strip())
        try:
            yield service
        finally:
            process.stdout.close()
            if process.poll() is None:
                service.stop()
            for pid in family(process.pid):
                os.kill(pid, signal.SIGKILL)


def walks() -> list[Recording]:
    return read_recordings(WALKS)
