"""`passerby serve` as its operator meets it: ready, and where the console is; a clean stop, nothing left behind, plain words when it can not start."""

import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import httpx
import pytest

from tests.faults.conftest import Where
from tests.faults.town import ROOT, family, serving
from workers.embedded import child_environment, free_port

pytestmark = pytest.mark.faults


def start(*arguments: str, **environment: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-m", "commands.start", *arguments],
        capture_output=True,
        text=True,
        timeout=60,
        cwd=ROOT,
        env=child_environment(environment),
        check=False,
    )


def is_alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def wait_until_gone(pids: set[int], within_s: float = 15) -> set[int]:
    deadline = time.monotonic() + within_s
    while (left := {pid for pid in pids if is_alive(pid)}) and time.monotonic() < deadline:
        time.sleep(0.1)
    return left


def test_it_stops_cleanly_and_starts_again_with_what_it_had(tmp_path: Path, where: Where) -> None:
    environment = where()
    with serving(tmp_path, environment) as service:
        assert httpx.get(f"{service.url}/healthz").status_code == 200
        service.ask("PUT", "/v1/customers/sanne", json={"name": "Sanne"})
        pids = set(family(service.process.pid))
        assert len(pids) >= 4
        assert service.stop() == 0
        assert not wait_until_gone(pids)
    for kept in ("admin.key", "secret.key", "vapid.key"):
        assert (tmp_path / kept).stat().st_mode & 0o777 == 0o600
    with serving(tmp_path, environment) as service:
        assert service.ask("GET", "/v1/customers/sanne")["name"] == "Sanne"


def test_behind_ready_it_says_where_the_console_is_and_how_the_first_user_comes_in(tmp_path: Path) -> None:
    told = []
    for _ in range(2):
        with serving(tmp_path) as service:
            assert service.process.stdout is not None
            told.append(service.process.stdout.readline())
            where = f"The console is at {service.url}/console."
            assert told[-1].startswith(where)
            command = told[0].partition("Nobody can sign in yet: passerby ")[2].split()
            if len(told) == 1:
                made = start(*command)
                assert made.returncode == 0, made.stderr
    assert told[1] == f"{where}\n"


def test_a_killed_serve_leaves_nothing_behind(tmp_path: Path) -> None:
    with serving(tmp_path) as service:
        pids = set(family(service.process.pid))
        service.process.kill()
        service.process.wait(10)
        assert not wait_until_gone(pids), "children outlived their parent"


def test_a_child_that_dies_is_started_again(tmp_path: Path) -> None:
    with serving(tmp_path) as service:
        for role in ("web", "beat", "worker"):
            before = set(service.pids(role))
            os.kill(min(before), signal.SIGKILL)
            deadline = time.monotonic() + 20
            while not (after := set(service.pids(role))) or after & before:
                assert time.monotonic() < deadline, f"{role} did not come back"
                time.sleep(0.1)
        service.wait_until_ready(within_s=30)


def test_an_occupied_port_is_said_plainly(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        refused = start("serve", "--port", str(port), "--data", str(tmp_path))
    assert refused.returncode == 1
    assert (
        refused.stderr
        == f"passerby: Port {port} on 127.0.0.1 is in use. Stop what uses it, or choose another with --port.\n"
    )
    assert refused.stdout == ""


def test_two_can_not_share_a_folder(tmp_path: Path) -> None:
    with serving(tmp_path):
        refused = start("serve", "--port", str(free_port()), "--data", str(tmp_path))
    assert refused.returncode == 1
    assert "Another passerby is using" in refused.stderr


@pytest.mark.parametrize(
    ("command", "environment", "said"),
    [
        (["web"], {"PASSERBY_REDIS_URL": "redis://127.0.0.1:1"}, "PASSERBY_SECRET_KEY is not set"),
        (["worker"], {"PASSERBY_SECRET_KEY": "x" * 40}, "PASSERBY_REDIS_URL is not set"),
        (["serve"], {"PASSERBY_SECRET_KEY": "short"}, "PASSERBY_SECRET_KEY"),
        (["serve"], {"PASSERBY_PUSH": "pigeon"}, "PASSERBY_PUSH"),
        (["serve"], {"PASSERBY_PROCESSES": "many"}, "PASSERBY_PROCESSES"),
        (["serve"], {"PASSERBY_PUSH": "fcm"}, "PASSERBY_GOOGLE_APPLICATION_CREDENTIALS is not set"),
        (
            ["worker"],
            {"PASSERBY_PUSH": "fcm", "PASSERBY_GOOGLE_APPLICATION_CREDENTIALS": "/dev/null"},
            "PASSERBY_GOOGLE_APPLICATION_CREDENTIALS: /dev/null is not JSON",
        ),
        (["seed", "nowhere"], {}, "nowhere"),
        (["key", "create", "--role", "king"], {}, "role"),
        (["replay", "nothing.gpx", "--key", "sk_x"], {}, "nothing.gpx"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_what_is_wrong_is_one_plain_line(
    tmp_path: Path, command: list[str], environment: dict[str, str], said: str
) -> None:
    migrated = start("migrate", PASSERBY_DATA=str(tmp_path))
    assert migrated.returncode == 0, migrated.stderr
    refused = start(*command, **{"PASSERBY_DATA": str(tmp_path), **environment})
    assert refused.returncode == 1
    assert refused.stderr.startswith("passerby: ")
    assert said in refused.stderr
    assert len(refused.stderr.strip().splitlines()) == 1, refused.stderr
