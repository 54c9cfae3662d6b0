"""The access token: fetched once, beside everything else; without one nothing is lost and nothing in doubt."""

import asyncio
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from offers.push import Outcome
from tests.doubles.fcm import FcmDouble
from tests.workers.push.conftest import OpenPush, message_to, received
from workers.push.credentials import ServiceAccount
from workers.push.fcm import FcmPush
from workers.push.fcm_line import FcmOptions


@pytest.mark.parametrize(
    "fault",
    [{"status": status} for status in (429, 500, 502, 503, 504)] + [{"kind": "reset"}, {"kind": "killed"}],
    ids=str,
)
def test_a_token_endpoint_that_is_down_loses_nothing(fcm: FcmDouble, push: FcmPush, fault: dict[str, object]) -> None:
    fcm.faults(token=fault)
    outcomes = push.send([message_to(f"good-{number}") for number in range(20)])
    assert set(outcomes) == {Outcome("waiting", "no_access_token")}
    assert fcm.token_requests <= 3
    assert not received(fcm)
    fcm.faults(token=None)
    assert push.send([message_to("good")])[0].state == "sent"


def test_a_token_endpoint_that_nobody_serves_loses_nothing(fcm: FcmDouble, account: ServiceAccount) -> None:
    elsewhere = replace(account, info={**account.info, "token_uri": "https://127.0.0.1:1/token"})
    push = FcmPush(elsewhere, FcmOptions(endpoint=fcm.url))
    try:
        assert push.send([message_to("good")]) == [Outcome("waiting", "no_access_token")]
    finally:
        push.close()


def test_a_refused_account_stops_the_lane(fcm: FcmDouble, push: FcmPush) -> None:
    fcm.faults(token={"kind": "invalid_grant"})
    outcomes = push.send([message_to("good"), message_to("good")])
    assert outcomes == [Outcome("waiting", "credentials_refused", lane="fcm", alarm=True)] * 2
    assert not received(fcm)


def test_a_slow_token_is_fetched_once_and_freezes_nothing(fcm: FcmDouble, push: FcmPush) -> None:
    fcm.faults(token={"kind": "slow", "seconds": 2.0})
    with ThreadPoolExecutor(2) as pool:
        first, second = [
            pool.submit(push.send, [message_to(f"good-{half}-{number}") for number in range(100)]) for half in range(2)
        ]
        line = push._line()
        turns = 0
        while not received(fcm) and not first.done():
            asyncio.run_coroutine_threadsafe(asyncio.sleep(0), line._loop).result(1)
            turns += 1
            time.sleep(0.02)
        assert turns > 5, "the loop took turns while the token was on its way"
        assert {one.state for one in [*first.result(), *second.result()]} == {"sent"}
    assert fcm.token_requests == 1


def test_a_token_that_does_not_come_is_waited_for_so_long(fcm: FcmDouble, open_fcm: OpenPush) -> None:
    fcm.faults(token={"kind": "slow", "seconds": 1.5})
    push = open_fcm(token_s=0.5)
    assert push.send([message_to("good")]) == [Outcome("waiting", "no_access_token")]
    outcome = Outcome("waiting", "no_access_token")
    for _ in range(20):
        (outcome,) = push.send([message_to("good")])
        if outcome.state == "sent":
            break
    assert outcome.state == "sent", "the fetch that was under way is used when it ends"
    assert fcm.token_requests == 1


def test_a_token_taken_back_is_fetched_anew_once_for_all(fcm: FcmDouble, push: FcmPush) -> None:
    assert push.send([message_to("good")])[0].state == "sent"
    fcm.revoke()
    outcomes = push.send([message_to(f"after-{number}") for number in range(100)])
    assert {one.state for one in outcomes} == {"sent"}
    assert fcm.token_requests == 2
    assert not any(one.duplicate for one in fcm.messages)


def test_another_token_is_not_waited_for_beyond_the_batch(fcm: FcmDouble, open_fcm: OpenPush) -> None:
    """Else the whole batch would be given up, and what was accepted in it with it."""
    push = open_fcm(total_s=3.0)
    assert "sent" in (push.send([message_to("good")])[0].state for _ in range(20)), (
        "opening takes of the batch's time too"
    )
    fcm.revoke()
    fcm.faults(token={"kind": "slow", "seconds": 4.0})
    assert push.send([message_to("after")]) == [Outcome("waiting", "no_access_token")]


def test_tokens_that_are_always_refused_stop_the_lane(fcm: FcmDouble, push: FcmPush) -> None:
    fcm.faults(send={"kind": "unauthorised"})
    outcomes = push.send([message_to(f"good-{number}") for number in range(50)])
    assert set(outcomes) == {Outcome("waiting", "credentials_refused", lane="fcm", alarm=True)}
    assert len(received(fcm)) <= 100, "once, and once with another token"
    assert fcm.token_requests <= 3


def test_a_missing_push_key_costs_no_token(fcm: FcmDouble, push: FcmPush) -> None:
    """firebase-admin would fetch two more tokens for each such message, on its event loop, and send it three times."""
    outcomes = push.send([message_to(f"thirdparty-{number}", platform="ios") for number in range(20)])
    assert set(outcomes) == {Outcome("waiting", "push_key_refused", lane="fcm:ios", alarm=True)}
    assert len(received(fcm)) == 20
    assert fcm.token_requests == 1
