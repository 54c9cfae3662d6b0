"""All but one of a worker's processes may send: a push service that hangs leaves somebody for pings."""

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import update

from offers.push import Outcome
from offers.records.tables import Delivery
from tests.workers.test_sending import Way, burst, sender
from tests.workers.town import Town
from workers import tasks
from workers.sending import Sender
from workers.slots import Slots, slots_of


@contextmanager
def another_process_sends(slots: Slots) -> Iterator[int]:
    """A fork that has taken a slot, and goes on until it is killed."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:  # pragma: no cover - the other process
        with slots.take() as taken:
            os.write(writing, b"y" if taken else b"n")
            signal.pause()
    try:
        assert os.read(reading, 1) == b"y"
        yield child
    finally:
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        os.close(reading)
        os.close(writing)


def test_there_are_as_many_as_were_made_and_a_killed_process_gives_its_own_back() -> None:
    slots = Slots(2)
    with another_process_sends(slots), slots.take() as second:
        assert second, "there are two"
    one = Slots(1)
    with another_process_sends(one) as child:
        with one.take() as taken:
            assert not taken
        os.kill(child, signal.SIGKILL)
        os.waitid(os.P_PID, child, os.WEXITED | os.WNOWAIT)
        with one.take() as taken:
            assert taken
    with another_process_sends(one), one.take() as taken:
        assert not taken, "it was given back"


@pytest.mark.parametrize(("processes", "slots"), [(1, 1), (2, 1), (4, 3)])
def test_one_process_is_left_for_pings(processes: int, slots: int) -> None:
    assert slots_of(processes) == slots


@dataclass
class Parts:
    """What sending asks of a process's parts."""

    database: Any
    sender: Sender


def test_nothing_is_sent_without_a_slot_and_whoever_has_it_looks_once_more(town: Town) -> None:
    """What is rung for while the slot is taken must not wait for beat."""
    first, later = burst(town, 2)
    with town.database.transaction() as session:
        session.execute(
            update(Delivery).where(Delivery.id == later).values(not_before=town.database.clock() + timedelta(hours=1))
        )
    way = Way()
    parts: Any = Parts(town.database, sender(town, way))
    slots = Slots(1)
    with another_process_sends(slots):
        assert not tasks.send_in_a_slot(parts, slots)
        assert way.given == []

    class RungForMeanwhile(Slots):
        @contextmanager
        def take(self) -> Iterator[bool]:
            with super().take() as taken:
                yield taken
                with town.database.transaction() as session:
                    session.execute(update(Delivery).where(Delivery.id == later).values(not_before=town.now))

    assert not tasks.send_in_a_slot(parts, RungForMeanwhile(1))
    assert [one.delivery_id for one in way.given] == [first, later]


def test_what_the_rate_holds_back_is_left_to_beat(town: Town) -> None:
    """The second look is one look: it does not go round for what is due and may not go."""
    burst(town, 1)
    rounds: list[bool] = []

    @dataclass(frozen=True, slots=True)
    class MayNot(Sender):
        def deliver_next(self, now: Any, most: int = 100) -> Any:
            rounds.append(True)
            return replace(_none(), more=False)

    made = sender(town, Way(lambda _: Outcome("sent")))
    may_not = MayNot(made.database, made.push, made.keys, made.failpoints, made.follow)
    assert not tasks.send_in_a_slot(Parts(town.database, may_not), Slots(1))  # type: ignore[arg-type]
    assert len(rounds) == 2


def _none() -> Any:
    from workers.sending import Round

    return Round(0, 0, more=True)
