"""The line to FCM in a process: one thread whatever calls it, none of before a fork, nothing that grows."""

import os
import signal
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path

import pytest

from offers.push import Outcome
from tests.doubles.fcm import FcmDouble
from tests.workers.push.conftest import OpenPush, message_to, received
from workers.push.fcm import FcmPush


def lines() -> list[str]:
    return [one.name for one in threading.enumerate() if one.name == "fcm"]


def test_nothing_is_opened_before_something_is_sent(fcm: FcmDouble, push: FcmPush) -> None:
    assert push.send([]) == []
    assert lines() == []
    assert (fcm.connections, fcm.token_requests) == (0, 0)


def test_threads_share_one_line(fcm: FcmDouble, push: FcmPush) -> None:
    with ThreadPoolExecutor(8) as pool:
        sent = list(pool.map(lambda number: push.send([message_to(f"good-{number}")]), range(16)))
    assert {one.state for (one,) in sent} == {"sent"}
    assert lines() == ["fcm"]
    assert fcm.token_requests == 1


class _TimeIsOverError(Exception):
    pass


def test_after_a_tasks_time_limit_nothing_more_begins(fcm: FcmDouble, open_fcm: OpenPush) -> None:
    """Whoever called writes that nobody can tell: what then went out would be told twice."""
    push = open_fcm(at_once=1)
    assert push.send([message_to("good")])[0].state == "sent"

    def end(*_: object) -> None:
        raise _TimeIsOverError

    before = signal.signal(signal.SIGALRM, end)
    signal.setitimer(signal.ITIMER_REAL, 0.5)  # as Celery's: a signal, in the thread that waits
    try:
        with pytest.raises(_TimeIsOverError):
            push.send([message_to(f"slow-{number}") for number in range(6)])
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
    assert push.send([message_to("good")])[0].state == "sent", "in its turn: who waited before it went before it"
    assert sum(one.target.startswith("slow-") for one in received(fcm)) < 6


def test_a_message_that_can_not_be_built_stops_nobody(push: FcmPush) -> None:
    odd = message_to("odd", platform="ios", kind="something new")
    refused, sent = push.send([odd, message_to("good")])
    assert refused == Outcome("failed", "bad_payload", alarm=True)
    assert sent.state == "sent"


def test_a_fork_opens_its_own(fcm: FcmDouble, push: FcmPush) -> None:
    """As Celery's pool does it; the parent's line, with its thread and its sockets, is of no use in the child."""
    assert push.send([message_to("parent")])[0].state == "sent"
    held = push._locks[os.getpid()]
    with held:  # another thread of the parent opens at that moment
        pid = os.fork()
        if pid == 0:
            try:
                sent = push.send([message_to("child")])[0].state == "sent"
                os._exit(0 if sent and lines() == ["fcm"] else 1)
            finally:
                os._exit(2)
    deadline = time.monotonic() + 60
    while (ended := os.waitpid(pid, os.WNOHANG)) == (0, 0):
        if time.monotonic() > deadline:
            os.kill(pid, 9)
            os.waitpid(pid, 0)
            raise AssertionError("the child waits for what its parent holds")
        time.sleep(0.05)
    assert os.waitstatus_to_exitcode(ended[1]) == 0
    assert push.send([message_to("parent")])[0].state == "sent"
    assert [one.target for one in received(fcm)] == ["parent", "child", "parent"]


def test_threads_and_apps_stay_as_they_are(fcm: FcmDouble, push: FcmPush) -> None:
    import firebase_admin

    assert push.send([message_to("good")])[0].state == "sent"
    before = threading.active_count()
    for batch in range(20):
        assert {one.state for one in push.send([message_to(f"good-{batch}-{one}") for one in range(100)])} == {"sent"}
        push.send([message_to(f"{kind}-{batch}") for kind in ("unavailable", "thirdparty", "goaway", "unregistered")])
    assert threading.active_count() <= before + 1, [one.name for one in threading.enumerate()]
    apps = [name for name in firebase_admin._apps if name.startswith("passerby-")]
    assert len(apps) <= 2, "broken ones are closed"


def test_closing_leaves_no_thread_and_the_next_send_opens_again(fcm: FcmDouble, push: FcmPush) -> None:
    assert push.send([message_to("good")])[0].state == "sent"
    push.close()
    push.close()
    assert lines() == []
    assert push.send([message_to("good")])[0].state == "sent"


def test_closing_ends_what_is_under_way(fcm: FcmDouble, push: FcmPush) -> None:
    with ThreadPoolExecutor(1) as pool:
        sending = pool.submit(push.send, [message_to("hang-x")])
        while not received(fcm):
            time.sleep(0.02)
        push.close()
        assert sending.result(30) == [Outcome("unknown", "cut_off")]


def test_what_can_not_be_opened_is_tried_once_a_batch_and_loses_nothing(
    fcm: FcmDouble, push: FcmPush, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "nowhere.pem"))
    outcomes = push.send([message_to("good")] * 50)
    assert set(outcomes) == {Outcome("waiting", "not_begun", lane="fcm", alarm=True)}
    monkeypatch.setenv("SSL_CERT_FILE", str(fcm.ca_file))
    assert push.send([message_to("good")])[0].state == "sent"


def test_what_has_expired_is_not_sent(fcm: FcmDouble, push: FcmPush) -> None:
    now = datetime.now(UTC)
    late, timely = push.send(
        [message_to("late", expires_at=now), message_to("timely", expires_at=now + timedelta(minutes=1))]
    )
    assert late == Outcome("failed", "too_late")
    assert timely.state == "sent"
    assert [one.target for one in received(fcm)] == ["timely"]


def test_what_expires_while_it_waits_its_turn_is_not_sent(fcm: FcmDouble, open_fcm: OpenPush) -> None:
    """The clock jumps behind the tenth look at it, while most of the batch waits."""
    start = datetime.now(UTC)
    looks = count()

    def clock() -> datetime:
        return start + (timedelta(minutes=16) if next(looks) >= 60 else timedelta(0))

    push = open_fcm(now=clock, at_once=2)
    outcomes = push.send([message_to(f"good-{one}", expires_at=start + timedelta(minutes=15)) for one in range(50)])
    states = [one.state for one in outcomes]
    assert 0 < states.count("sent") < 50
    assert {one for one in outcomes if one.state != "sent"} == {Outcome("failed", "too_late")}
    assert len(received(fcm)) == states.count("sent")
