"""A whole `passerby serve` of its own, for benchmarks that go through the doors."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx

from workers.embedded import free_port


@contextmanager
def serving(folder: Path, database_url: str | None = None) -> Iterator[httpx.Client]:
    """In this folder, on SQLite unless an address is given; a client with its admin key. No variable of this process reaches it."""
    port = free_port()
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PASSERBY_")}
    if database_url:
        environment["PASSERBY_DATABASE_URL"] = database_url
    command = [sys.executable, "-m", "commands.start", "serve", "--port", str(port), "--data", str(folder)]
    with (
        (folder / "log").open("w") as log,
        subprocess.Popen(command, stdout=subprocess.PIPE, stderr=log, text=True, env=environment) as process,
    ):
        try:
            assert process.stdout is not None
            if not process.stdout.readline().startswith("ready"):
                raise RuntimeError((folder / "log").read_text()[-2000:])
            headers = {"Authorization": f"Bearer {(folder / 'admin.key').read_text().strip()}"}
            with httpx.Client(
                base_url=f"http://127.0.0.1:{port}", headers=headers, timeout=20, trust_env=False
            ) as client:
                yield client
        finally:
            process.terminate()


def key_of(client: httpx.Client) -> str:
    """The server key that a client sends."""
    return str(client.headers["Authorization"]).removeprefix("Bearer ")
