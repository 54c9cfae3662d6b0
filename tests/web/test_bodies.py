"""A body is read before anybody knows who sends it: in the time that reading takes, whatever it says."""

import os
import subprocess
import sys
import time

import httpx
import pytest

from tests.web.conftest import Served, problem_of

LONG = b"a" * 400_000
NUL = rb'"\u0000"'


@pytest.mark.parametrize(
    ("body", "paths"),
    [
        (b'{"' + LONG + b'": [' + b'"",' * 180_000 + NUL + b"]}", ["a" * 100 + "…[180000]"]),
        (b'{"' + LONG + b'": [' + (NUL + b",") * 60_000 + b"1]}", None),
        (b"[" * 900 + NUL + b"]" * 900, ["[0]" * 900]),
        (rb'{"a": {"b": "\u0000", "c\u0000": 1}, "d": [{"e": "\u0000"}]}', ["a", "a.b", "d[0].e"]),
    ],
    ids=["a long name before many values", "and before many faults", "deep", "plain"],
)
def test_what_can_not_be_kept_is_found_at_once(admin: httpx.Client, body: bytes, paths: list[str] | None) -> None:
    begun = time.monotonic()
    answer = admin.post("/v1/campaigns", content=body, headers={"content-type": "application/json"})
    assert time.monotonic() - begun < 3
    problem = problem_of(answer, 422)
    told = sorted(one["path"] for one in problem["errors"])
    assert told == paths if paths is not None else len(told) <= 100


def test_a_stranger_keeps_nobody_waiting(served: Served) -> None:
    """They are refused by their credential; but their body was looked at before."""
    body = b'{"' + LONG + b'": [' + b'"",' * 180_000 + NUL + b"]}"
    begun = time.monotonic()
    answer = httpx.post(f"{served.url}/v1/devices", content=body, headers={"content-type": "application/json"})
    assert answer.status_code == 401
    assert time.monotonic() - begun < 3


def test_reading_a_body_does_not_walk_through_the_whole_process() -> None:
    """Many small arrays make the garbage collector run: what the process has anyhow is none of its business by then."""
    script = "import gc; from web.app import create_app; doors = create_app(); print(len(gc.get_objects()))"
    given = {
        "PASSERBY_SECRET_KEY": "s" * 40,
        "PASSERBY_DATABASE_URL": "sqlite://",
        "PASSERBY_REDIS_URL": "redis://127.0.0.1:1/0",
    }
    ran = subprocess.run(
        [sys.executable, "-c", script], env=os.environ | given, capture_output=True, text=True, check=False
    )
    assert ran.returncode == 0, ran.stderr
    assert int(ran.stdout.splitlines()[-1]) < 10_000
