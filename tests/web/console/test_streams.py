"""Streams are shared out: nobody, by many tabs or by a script, takes those of everybody else."""

import asyncio
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager

import pytest

from offers import users
from offers.records.database import Database
from tests.conftest import NOON
from tests.web.conftest import Served
from tests.web.console.conftest import Enter, Person
from web.console import streams

DOORS = ("/console/events", "/console/live/events", "/console/pickup/events", "/console/inbox/events")


@pytest.fixture(autouse=True)
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(streams, "OF_A_USER", 3)
    monkeypatch.setattr(streams, "OF_A_BROWSER", 2)


@contextmanager
def listening(person: Person, path: str) -> Iterator[None]:
    with person.http.stream("GET", path) as answer:
        assert answer.status_code == 200, path
        lines = answer.iter_lines()
        assert next(lines) == "retry: 2000"
        yield


def refused(person: Person, path: str) -> None:
    with person.http.stream("GET", path) as answer:
        assert answer.status_code == 503, path
        assert answer.headers["retry-after"] == "30"


def elsewhere(person: Person, browser: Callable[..., Person], database: Database) -> Person:
    """The same user in another browser."""
    other = browser()
    with database.transaction() as session:
        credential = users.credential_of(session, person.email)
        assert credential is not None
        secret = users.open_session(session, credential, now=NOON)
    assert secret is not None
    other.http.cookies.set("passerby", secret)
    return other


@pytest.mark.parametrize("path", DOORS)
def test_a_browser_has_its_share_at_whatever_door(enter: Enter, path: str) -> None:
    marketer, viewer = enter("marketer"), enter("viewer")
    with ExitStack() as stack:
        for one in DOORS[:2]:
            stack.enter_context(listening(marketer, one))
        refused(marketer, path)
        stack.enter_context(listening(viewer, path))


def test_a_user_has_a_share_in_all_their_browsers(
    enter: Enter, browser: Callable[..., Person], database: Database, served: Served
) -> None:
    first = enter("staff")
    second, third = (elsewhere(first, browser, database) for _ in range(2))
    with ExitStack() as stack:
        for one in (first, first, second):
            stack.enter_context(listening(one, DOORS[2]))
        for one in (first, second, third):
            refused(one, DOORS[2])
        stack.enter_context(listening(enter("admin"), DOORS[0]))
    listeners = served.doors.parts.listeners
    listeners.heartbeat_s = 0.05
    for _ in range(200):
        if listeners.count == 0:
            break
        time.sleep(0.05)
    with listening(third, DOORS[2]):
        """Who went makes room."""


def test_a_full_process_is_told_as_before(enter: Enter, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(streams, "MOST_LISTENING", 0)
    refused(enter("marketer"), DOORS[0])


def test_of_many_who_ask_at_once_no_more_are_told_than_the_share(served: Served) -> None:
    """All were told that there is room before any of them was counted."""
    listeners = served.doors.parts.listeners
    asked = [listeners.stream(None, {"user usr_1": 2}) for _ in range(5)]

    async def hear() -> list[bool]:
        first = await asyncio.gather(*(anext(one, None) for one in asked))
        heard = [one is not None for one in first]
        for one in asked:
            await one.aclose()
        return heard

    loop = served._loop
    assert loop is not None
    assert sum(asyncio.run_coroutine_threadsafe(hear(), loop).result(20)) == 2
    assert listeners.has_room({"user usr_1": 1})
