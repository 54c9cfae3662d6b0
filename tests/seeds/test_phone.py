"""A phone loses nothing: whatever happens on the way, the same bytes come again until there is an answer."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import TypeVar

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from seeds.phone import PATIENT, Clock, Line, Patience, Phone, RefusedError, UnansweredError, moment
from tests.seeds.jumping_clock import JumpingClock
from tests.seeds.strict_server import KEY, StrictServer, Trouble

HASTY = Patience(first_wait_s=0.001, longest_wait_s=0.01, answer_within_s=5.0)
T = TypeVar("T")
PING: dict[str, float | str | bool] = {"lat": 52.37, "lon": 4.89, "at": "2026-05-01T12:00:00+00:00", "accuracy_m": 12.0}


def call(url: str, work: Callable[[Line], Awaitable[T]], patience: Patience = HASTY, clock: Clock | None = None) -> T:
    async def run() -> T:
        async with httpx.AsyncClient(base_url=url) as client:
            return await work(Line(client, patience, clock or JumpingClock()))

    return asyncio.run(run())


def in_turn(*troubles: Trouble | None) -> Callable[[int], Trouble | None]:
    return lambda number: troubles[number] if number < len(troubles) else None


@pytest.fixture
def nowhere() -> str:
    """An address where nobody listens any more."""
    with StrictServer() as server:
        return server.url


def test_one_ping_is_an_object_and_several_are_an_array() -> None:
    async def work(line: Line) -> None:
        phone = await Phone.register(line, KEY, customer="sanne", consents={"location": True}, platform="ios")
        answer = await phone.send([PING])
        assert (answer.accepted, answer.rejected, answer.quiet_radius_m, answer.watch_after_s) == (1, (), 50, 300)
        answer = await phone.send([PING | {"lat": 52.0}, {"lat": 0, "lon": 0, "at": PING["at"]}])
        assert (answer.accepted, answer.rejected) == (1, ((1, "null_island"),))

    with StrictServer() as server:
        call(server.url, work)
    (device,) = server.devices
    assert device.body == {"customer": "sanne", "consents": {"location": True}, "platform": "ios"}
    assert [body[:1] for body in device.requests] == [b"{", b"["]
    assert server.faults == []


def test_every_kind_of_silence_is_answered_by_the_same_bytes_again() -> None:
    troubles: tuple[Trouble, ...] = ("busy", "broken", "lost request", "lost answer", "slow")

    async def work(line: Line) -> int:
        phone = await Phone.register(line, KEY)
        await phone.send([PING])
        return phone.retried

    with StrictServer(in_turn(*troubles)) as server:
        assert call(server.url, work, replace(HASTY, answer_within_s=1.0)) == len(troubles)
    (device,) = server.devices
    assert server.ping_requests == len(troubles) + 1
    assert len(set(device.requests)) == 1
    assert device.kept == [PING]
    assert server.faults == []


def test_an_expired_token_is_refreshed_and_the_same_bytes_are_sent() -> None:
    async def work(line: Line) -> None:
        phone = await Phone.register(line, KEY)
        for number in range(4):
            await phone.send([PING | {"lat": 52.0 + number}])

    with StrictServer(in_turn(None, "expired", None, None, "expired")) as server:
        call(server.url, work)
    assert server.refreshes == 2
    assert [ping["lat"] for ping in server.devices[0].kept] == [52, 53, 54, 55]


def test_a_token_that_stays_bad_is_a_refusal_and_no_circle() -> None:
    async def work(line: Line) -> None:
        phone = await Phone.register(line, KEY)
        with pytest.raises(RefusedError) as caught:
            await phone.send([PING])
        assert (caught.value.status, caught.value.problem) == (401, "token-expired")

    with StrictServer(lambda _: "revoked") as server:
        call(server.url, work)
    assert server.refreshes == 1
    assert server.ping_requests == 2


def test_a_given_token_without_refresh_is_refused_at_once() -> None:
    async def work(line: Line) -> None:
        with pytest.raises(RefusedError, match="401 token-expired"):
            await Phone(line, "dt_nobodys").send([PING])

    with StrictServer() as server:
        call(server.url, work)
    assert server.refreshes == 0


def test_a_refusal_is_said_without_position_and_token() -> None:
    async def work(line: Line) -> str:
        phone = await Phone.register(line, KEY, customer="priya")
        with pytest.raises(RefusedError) as caught:
            await phone.send([PING])
        return str(caught.value)

    with StrictServer(without_consent=("priya",)) as server:
        assert call(server.url, work) == "refused with 403 no_location_consent"
    assert server.ping_requests == 1


def test_a_lost_answer_to_a_registration_makes_no_second_device() -> None:
    async def work(line: Line) -> str | None:
        return (await Phone.register(line, KEY)).device_id

    with StrictServer(registering=in_turn("busy", "lost answer", "lost answer")) as server:
        assert call(server.url, work) == "d0"
    assert server.registrations == 4
    assert len(server.devices) == 1


def test_a_wrong_key_is_refused() -> None:
    async def work(line: Line) -> None:
        with pytest.raises(RefusedError, match="401 unknown-key"):
            await Phone.register(line, "sk_wrong")

    with StrictServer() as server:
        call(server.url, work)


def test_where_nobody_is_patience_ends(nowhere: str) -> None:
    clock = JumpingClock()

    async def send(line: Line) -> None:
        with pytest.raises(UnansweredError, match="no answer in 60 attempts"):
            await Phone(line, "dt_1").send([PING])

    call(nowhere, send, PATIENT, clock)
    assert len(clock.slept) == 59

    async def register(line: Line) -> None:
        with pytest.raises(UnansweredError, match="no answer in 8 attempts"):
            await Phone.register(line, KEY)

    call(nowhere, register, PATIENT)

    async def another(line: Line) -> None:
        with pytest.raises(UnansweredError, match="no answer in 60 attempts"):
            await Phone.register(line, KEY, first_contact=False)

    call(nowhere, another, PATIENT, JumpingClock())


@pytest.mark.parametrize("count", [0, 501])
def test_a_request_holds_one_to_five_hundred(count: int) -> None:
    async def work(line: Line) -> None:
        with pytest.raises(ValueError, match="1 to 500"):
            await Phone(line, "dt_1").send([PING] * count)

    call("http://127.0.0.1:9", work)


@pytest.mark.parametrize(
    ("header", "low", "high"), [("7", 7, 7.2), ("Mon, 12 Jan 1970 13:46:50 GMT", 10, 10.2), ("soon", 0, 0.2)]
)
def test_retry_after_is_honoured_as_seconds_and_as_a_date(header: str, low: float, high: float) -> None:
    answers = iter(
        [
            httpx.Response(503, headers={"Retry-After": header}),
            httpx.Response(202, json={"accepted": 1, "rejected": []}),
        ]
    )
    clock = JumpingClock()

    async def run() -> None:
        transport = httpx.MockTransport(lambda _: next(answers))
        async with httpx.AsyncClient(base_url="http://shop.example", transport=transport) as client:
            await Phone(Line(client, PATIENT, clock), "dt_1").send([PING])

    asyncio.run(run())
    (slept,) = clock.slept
    assert low <= slept <= high


def answers_to_a_registration(*answers: httpx.Response) -> tuple[list[str], Callable[[], Phone]]:
    """The Idempotency-Keys that came, and a registration that is answered so."""
    keys: list[str] = []
    left = iter(answers)

    def answer(request: httpx.Request) -> httpx.Response:
        keys.append(request.headers["Idempotency-Key"])
        return next(left)

    async def run() -> Phone:
        async with httpx.AsyncClient(base_url="http://shop.example", transport=httpx.MockTransport(answer)) as client:
            return await Phone.register(Line(client, PATIENT, JumpingClock()), KEY)

    return keys, lambda: asyncio.run(run())


def test_a_first_request_that_is_still_under_way_is_waited_for() -> None:
    """As after a server that was killed with the registration in its hands."""
    keys, register = answers_to_a_registration(
        *[httpx.Response(409, headers={"Retry-After": "2"})] * 3,
        httpx.Response(201, json={"device_id": "d0", "token": "dt_0"}),
    )
    assert register().device_id == "d0"
    assert len(keys) == 4
    assert len(set(keys)) == 1


def test_a_conflict_that_no_waiting_ends_is_a_refusal() -> None:
    keys, register = answers_to_a_registration(httpx.Response(409))
    with pytest.raises(RefusedError, match="409"):
        register()
    assert len(keys) == 1


@pytest.mark.parametrize(
    "answer", [httpx.Response(202, text="<html>"), httpx.Response(202, json=[]), httpx.Response(302)]
)
def test_an_answer_that_is_none_of_the_servers_is_a_refusal(answer: httpx.Response) -> None:
    async def run() -> None:
        async with httpx.AsyncClient(
            base_url="http://shop.example", transport=httpx.MockTransport(lambda _: answer)
        ) as client:
            with pytest.raises(RefusedError):
                await Phone(Line(client, PATIENT, JumpingClock()), "dt_1").send([PING])

    asyncio.run(run())


@given(attempt=st.integers(0, 10_000), chance=st.floats(0, 1), asked=st.none() | st.floats(0, 1e9))
def test_a_wait_is_never_beyond_its_bounds(attempt: int, chance: float, asked: float | None) -> None:
    wait_s = PATIENT.wait_s(attempt, asked, chance)
    if asked is None:
        assert 0.5 * PATIENT.first_wait_s <= wait_s <= PATIENT.longest_wait_s
    else:
        assert min(asked, PATIENT.longest_retry_after_s) < wait_s
        assert wait_s <= PATIENT.longest_retry_after_s + PATIENT.first_wait_s


def test_waits_double_until_they_are_long_enough() -> None:
    assert [PATIENT.wait_s(n, None, 1.0) for n in range(9)] == pytest.approx([0.1, 0.2, 0.4, 0.8, 1.6, 3.2, 6.4, 8, 8])


def test_moments_are_rfc_3339_in_utc() -> None:
    assert moment(1781351967.587) == "2026-06-13T11:59:27.587000+00:00"
    assert moment(0.0) == "1970-01-01T00:00:00.000000+00:00"
