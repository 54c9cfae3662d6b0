"""The live events: told as they happen, gone on with after a break, ended with the server."""

import contextlib
import time
from collections.abc import Iterator

import httpx
import pytest
from redis import Redis

from offers.settings import Settings
from tests.web.conftest import Clock, Served, bearer, build_lanes, paths_of, problem_of, serve
from web.events import ASK_AGAIN_S
from workers.happenings import tell


class Listening:
    """One open stream, read event by event."""

    def __init__(self, answer: httpx.Response) -> None:
        self.answer = answer
        self._lines = answer.iter_lines()

    def comment(self) -> str:
        return next(line for line in self._lines if line.startswith(":"))

    def event(self) -> dict[str, str]:
        fields: dict[str, str] = {}
        for line in self._lines:
            if line and not line.startswith(":"):
                name, _, value = line.partition(": ")
                fields[name] = value
            elif not line and "data" in fields:
                return fields
            elif not line:
                fields = {}
        raise EOFError

    def ends(self) -> bool:
        return not any(line.startswith("data") for line in self._lines)


@contextlib.contextmanager
def listening(url: str, key: str, **headers: str) -> Iterator[Listening]:
    with (
        httpx.Client(base_url=url, timeout=20, headers=bearer(key) | headers) as client,
        client.stream("GET", "/v1/events") as answer,
    ):
        assert answer.status_code == 200
        assert answer.headers["content-type"].startswith("text/event-stream")
        stream = Listening(answer)
        assert stream.comment() == ": listening"
        yield stream


@pytest.fixture
def key(keys: dict[str, str]) -> str:
    return keys["read"]


def test_what_happens_comes_as_it_happens(served: Served, key: str, redis_db: Redis) -> None:
    tell(redis_db, [{"type": "transition", "kind": "before"}])
    with listening(served.url, key) as one, listening(served.url, key) as two:
        tell(redis_db, [{"type": "transition", "kind": "enter"}, {"type": "delivery", "state": "sent"}])
        for stream in (one, two):
            first, second = stream.event(), stream.event()
            assert (first["event"], first["data"]) == ("transition", '{"type":"transition","kind":"enter"}')
            assert second["event"] == "delivery"
            assert second["id"] > first["id"]


def test_a_listener_that_comes_back_misses_nothing_and_hears_nothing_twice(
    served: Served, key: str, redis_db: Redis
) -> None:
    with listening(served.url, key) as stream:
        tell(redis_db, [{"type": "t", "n": 1}])
        last = stream.event()["id"]
    tell(redis_db, [{"type": "t", "n": number} for number in range(2, 1002)])
    with listening(served.url, key, **{"Last-Event-ID": last}) as stream:
        missed = [stream.event()["data"] for _ in range(1000)]
        tell(redis_db, [{"type": "t", "n": "live"}])
        assert stream.event()["data"] == '{"type":"t","n":"live"}'
    assert missed == [f'{{"type":"t","n":{number}}}' for number in range(2, 1002)]


def test_a_quiet_stream_says_that_it_lives(served: Served, key: str) -> None:
    served.doors.parts.listeners.heartbeat_s = 0.05
    with listening(served.url, key) as stream:
        assert stream.comment() == ": still here"


def test_a_stream_ends_with_the_server(settings: Settings, redis_db: Redis, clock: Clock, key: str) -> None:
    build_lanes(redis_db)
    with contextlib.ExitStack() as stack:
        served = stack.enter_context(serve(settings, clock))
        stream = stack.enter_context(listening(served.url, key))
        served.stop()  # fails when the server waits for the stream
        assert stream.ends()


def test_the_reader_rests_when_nobody_listens(served: Served, key: str, redis_db: Redis) -> None:
    with listening(served.url, key):
        assert served.doors.parts.listeners.count == 1
    for _ in range(200):
        tell(redis_db, [{"type": "t"}])  # a stream learns of its listener's going when it has something to say
        if served.doors.parts.listeners.count == 0:
            break
        time.sleep(0.05)
    assert served.doors.parts.listeners.count == 0


@pytest.mark.parametrize("last", ["yesterday", "1", "1-1; DROP", "99999999999999999999-0"])
def test_an_id_that_is_none_is_refused(http: httpx.Client, key: str, last: str) -> None:
    answer = http.get("/v1/events", headers=bearer(key) | {"Last-Event-ID": last})
    assert paths_of(answer) == ["Last-Event-ID"]


def test_no_credential_in_the_address(http: httpx.Client, key: str) -> None:
    problem_of(http.get("/v1/events", params={"access_token": key}), 401)
    problem_of(http.get("/v1/events"), 401)


def test_a_stream_ends_when_its_key_is_revoked(served: Served, admin: httpx.Client, redis_db: Redis) -> None:
    """Not only the next one is refused: what happens is no longer told on the open one either."""
    made = admin.post("/v1/keys", json={"role": "read"}).json()
    with listening(served.url, made["key"]) as stream:
        time.sleep(ASK_AGAIN_S)
        tell(redis_db, [{"type": "transition", "number": 1}])
        assert '"number":1' in stream.event()["data"].replace(" ", "")
        assert admin.delete(f"/v1/keys/{made['id']}").status_code == 204
        time.sleep(ASK_AGAIN_S)
        tell(redis_db, [{"type": "transition", "number": 2}])
        assert stream.ends()
    problem_of(httpx.get(served.url + "/v1/events", headers=bearer(made["key"])), 401)
