"""What can come between a file and the database: a busy database, a server that stops, a file that is too large."""

import http.client
import json
import time
from collections.abc import Iterator, Mapping
from io import BytesIO
from pathlib import Path
from threading import Event
from typing import Any

import httpx
import pytest
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from offers.customers import put_customers
from offers.follows import Written
from offers.rules.rows.json_rows import json_rows
from offers.rules.rows.kinds import kinds
from tests.web.conftest import Served, problem_of
from web.importing import HungUpError, Job, told_as_it_goes, told_at_the_end, work
from web.problems import ProblemError
from web.spool import MOST_KEPT

LINES = {"Content-Type": "application/x-ndjson", "Accept": "application/x-ndjson"}


def people(number: int) -> bytes:
    return b"".join(b'{"id": "c%d"}\n' % i for i in range(number))


class Busy:
    """A database that is too busy at these calls, counted from 0."""

    def __init__(self, *busy: int) -> None:
        self.busy = busy
        self.calls = 0

    def __call__(self, session: Session, bodies: Mapping[str, Any], /, *, now: Any) -> Written:
        number, self.calls = self.calls, self.calls + 1
        written = put_customers(session, bodies, now=now)
        if number in self.busy:
            raise OperationalError("UPDATE", {}, Exception("database is locked"))
        return written


def job(served: Served, content: bytes, write: Any = put_customers, *, atomic: bool = False) -> Job:
    return Job(served.doors.parts, kinds()["customers"], BytesIO(content), json_rows, write, atomic)


@pytest.fixture(autouse=True)
def _without_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("web.importing.PATIENCE_S", (0.0, 0.0))


def test_a_batch_that_was_kept_out_is_written_again(served: Served) -> None:
    write = Busy(1, 2)
    report = json.loads(told_at_the_end(job(served, people(1200), write)))
    assert (report["created"], report["unchanged"], write.calls) == (1200, 0, 5)


def test_a_database_that_stays_busy_is_told_with_what_is_in(served: Served, admin: httpx.Client) -> None:
    with pytest.raises(ProblemError) as refused:
        told_at_the_end(job(served, people(1200), Busy(*range(1, 9))))
    assert refused.value.status_code == 503
    assert "after 500 rows, which are in" in refused.value.detail
    assert refused.value.headers == {"Retry-After": "5"}
    again = json.loads(told_at_the_end(job(served, people(1200))))
    assert (again["created"], again["unchanged"]) == (700, 500)


def test_all_or_nothing_is_nothing_when_the_database_is_busy(served: Served) -> None:
    told: list[bytes] = []
    told_as_it_goes(job(served, people(1200), Busy(2), atomic=True), 1200, told.append, Event())
    last = json.loads(told[-1])
    assert (last["type"], last["problem"]["status"]) == ("error", 503)
    assert json.loads(told_at_the_end(job(served, people(1200))))["created"] == 1200


def test_what_nobody_expected_is_the_last_line_and_says_nothing_of_itself(served: Served) -> None:
    def broken(*_: Any, **__: Any) -> Written:
        raise RuntimeError("a secret")

    told: list[bytes] = []
    told_as_it_goes(job(served, people(3), broken), 3, told.append, Event())
    [last] = [json.loads(one) for one in told]
    assert (last["type"], last["problem"]["status"]) == ("error", 500)
    assert b"secret" not in told[0]


@pytest.mark.parametrize("atomic", [False, True])
def test_who_has_hung_up_has_no_further_batch_written(served: Served, atomic: bool) -> None:
    gone = Event()
    batches = 0

    def tell(_: Any) -> None:
        nonlocal batches
        batches += 1
        gone.set()

    with pytest.raises(HungUpError):
        work(job(served, people(1200), atomic=atomic), tell, gone)
    report = json.loads(told_at_the_end(job(served, people(1200))))
    assert report["created"] == (1200 if atomic else 700)


def test_a_server_that_stops_says_so_and_keeps_what_is_in(served: Served, admin: httpx.Client) -> None:
    with admin.stream("POST", "/v1/customers/import", content=people(8000), headers=LINES) as answer:
        lines = answer.iter_lines()
        next(lines)
        served.doors.parts.spool.close()
        last = json.loads(list(lines)[-1])
    assert (last["type"], last["problem"]["status"]) == ("error", 503)
    assert "send the same file again" in last["problem"]["detail"]
    assert len(admin.get("/v1/customers", params={"limit": 500}).json()["items"]) == 500


def test_a_file_that_grows_too_large_on_its_way_is_refused(admin: httpx.Client, served: Served) -> None:
    served.doors.rest.bounds = {"/v1/customers/import": 3_000_000}

    def pieces() -> Iterator[bytes]:
        for _ in range(4):
            yield b'{"id": "a"}\n' + b"\n" * 999_000

    problem_of(admin.post("/v1/customers/import", content=pieces(), headers=LINES), 413)
    assert admin.get("/v1/customers").json()["items"] == []


def test_a_file_has_no_name_while_it_is_kept(
    admin: httpx.Client, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "spool"
    folder.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(folder))
    seen: list[list[Path]] = []

    def pieces() -> Iterator[bytes]:
        for number in range(3):
            yield b'{"id": "c%d"}\n' % number + b"\n" * 1_500_000
            seen.append(list(folder.iterdir()))

    answer = admin.post("/v1/customers/import", content=pieces(), headers=LINES)
    assert json.loads(answer.text.splitlines()[-1])["created"] == 3
    assert seen == [[], [], []]
    folder.rmdir()
    problem = problem_of(admin.post("/v1/customers/import", content=b"{}", headers=LINES), 503)
    assert "no room" in problem["detail"]


def test_only_so_many_files_are_kept_at_once(admin: httpx.Client, served: Served) -> None:
    address = served.url.removeprefix("http://")
    slow = []
    for _ in range(MOST_KEPT):
        connection = http.client.HTTPConnection(address, timeout=20)
        connection.putrequest("POST", "/v1/customers/import")
        sent = {**LINES, "Authorization": admin.headers["authorization"], "Content-Length": "12"}
        for name, value in sent.items():
            connection.putheader(name, value)
        connection.endheaders(b'{"id":')
        slow.append(connection)
    deadline = time.monotonic() + 20
    while served.doors.parts.spool.kept < MOST_KEPT:  # else the next file might take the place of one of these
        assert time.monotonic() < deadline
        time.sleep(0.02)
    refused = admin.post("/v1/customers/import", content=b'{"id": "x"}', headers=LINES)
    problem_of(refused, 503)
    assert refused.headers["retry-after"] == "60"
    for connection in slow:
        connection.send(b' "a"}\n')
        answer = connection.getresponse()
        assert answer.status == 200
        answer.read()
        connection.close()
    assert admin.post("/v1/customers/import", content=b'{"id": "x"}', headers=LINES).status_code == 200
