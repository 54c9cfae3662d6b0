"""A replay is what the phones did: every fix once, in order, at its moment, however bad the line is."""

import json
import time
from asyncio import run
from collections.abc import Sequence
from datetime import datetime
from itertools import pairwise
from pathlib import Path
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from seeds.phone import Patience, PhoneError, moment
from seeds.recordings import Fix, Recording, read_recordings
from seeds.replay import ALL_CONSENTS, MAX, Crew, Pace, Step, play, replay, stamps
from tests.seeds.jumping_clock import JumpingClock
from tests.seeds.strict_server import KEY, StrictServer, Trouble

WALKS = Path(__file__).parents[2] / "seeds" / "amsterdam" / "walks_transplanted.csv"
WALK = Recording("walk", tuple(Fix(100.0 + 10 * n, 52.0 + n / 1000, 4.9, 10.0, None) for n in range(5)))
NOWHERE = Recording("nowhere", (Fix(0, 52, 4.9), Fix(1, 0, 0), Fix(2, 52, 4.9)))
HASTY = Patience(first_wait_s=0.001, longest_wait_s=0.01)
FAST = Pace(speed=MAX)

recordings = st.lists(st.floats(0, 2e9), min_size=1, max_size=20).map(
    lambda times: Recording("any", tuple(Fix(at, 52, 4.9) for at in sorted(times)))
)


def now_and_then(number: int) -> Trouble | None:
    """Of 31 requests, five go wrong, each in its own way."""
    troubles: dict[int, Trouble] = {1: "busy", 8: "lost request", 15: "lost answer", 20: "broken", 25: "expired"}
    return troubles.get(number % 31)


def said(fix: Fix) -> dict[str, Any]:
    """What a ping says of its fix besides the time."""
    known = {"lat": fix.lat, "lon": fix.lon, "accuracy_m": fix.accuracy_m, "speed_mps": fix.speed_mps}
    return {name: value for name, value in known.items() if value is not None}


def spacing(moments: Sequence[float]) -> list[float]:
    return [at - moments[0] for at in moments]


def without_time(ping: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in ping.items() if name != "at"}


@given(recording=recordings, start=st.floats(1e9, 2e9), speed=st.floats(0.01, 1000))
def test_stamps_run_from_the_start_at_the_speed(recording: Recording, start: float, speed: float) -> None:
    moments = stamps(recording, start, speed)
    assert moments[0] == start
    assert moments[-1] - moments[0] == pytest.approx(recording.duration_s / speed, rel=1e-6, abs=1e-5)
    assert all(one <= other for one, other in pairwise(moments))


@given(recording=recordings, end=st.floats(1e9, 2e9))
def test_at_the_greatest_speed_the_last_fix_is_now_and_the_spacing_stays(recording: Recording, end: float) -> None:
    moments = stamps(recording, end, MAX)
    assert moments[-1] == end
    assert moments[-1] - moments[0] == pytest.approx(recording.duration_s, abs=1e-5)


def test_stamps_of_a_walk_ten_times_as_fast() -> None:
    assert stamps(WALK, 1000.0, 10) == (1000, 1001, 1002, 1003, 1004)
    assert stamps(WALK, 1000.0, 0.5) == (1000, 1020, 1040, 1060, 1080)


def test_all_44_walks_arrive_whole_over_a_line_that_fails_all_the_time() -> None:
    walks = read_recordings(WALKS)
    crew = Crew(key=KEY, customers=[f"c{number}" for number in range(50)], consents=ALL_CONSENTS)
    before = time.time()
    with StrictServer(now_and_then) as server:
        played = run(play(walks, to=server.url, crew=crew, pace=FAST, patience=HASTY))
    assert server.faults == []
    assert played.is_complete
    assert list(played.devices) == [walk.name for walk in walks]
    for number, (walk, tally, device) in enumerate(zip(walks, played.tallies, server.devices, strict=True)):
        assert tally.device_id == device.device_id
        assert device.body == {"customer": f"c{number}", "platform": "android", "consents": ALL_CONSENTS}
        assert [without_time(ping) for ping in device.kept] == [said(fix) for fix in walk.fixes]
        taken = [datetime.fromisoformat(ping["at"]).timestamp() for ping in device.kept]
        assert spacing(taken) == pytest.approx(spacing([fix.at for fix in walk.fixes]), abs=1e-5)
        assert before <= taken[-1] <= time.time()
        assert len(set(device.requests)) == len(walk.fixes), "a repetition is the same to the byte"
        assert (tally.sent, tally.accepted, tally.stopped_by) == (len(walk.fixes), len(walk.fixes), None)
    assert server.refreshes > 44
    assert server.ping_requests == 2342 + server.refreshes + sum(tally.retried for tally in played.tallies)


def test_each_ping_is_sent_at_the_moment_that_it_says() -> None:
    clock = JumpingClock(now=5000.0)
    seen: list[tuple[float, Step]] = []
    with StrictServer() as server:
        crew, pace = Crew(key=KEY), Pace(speed=20)
        run(
            play(
                [WALK], to=server.url, crew=crew, pace=pace, progress=lambda s: seen.append((clock.at, s)), clock=clock
            )
        )
    assert [at for at, _ in seen] == [5000, 5000.5, 5001, 5001.5, 5002]
    assert [step.at for _, step in seen] == [at for at, _ in seen]
    assert [step.fix for _, step in seen] == list(WALK.fixes)
    assert [(step.recording, step.device_id, step.done, step.of) for _, step in seen][-1] == ("walk", "d0", 5, 5)
    assert [ping["at"] for ping in server.devices[0].kept] == [moment(at) for at, _ in seen]
    assert server.devices[0].body == {"platform": "android"}


def test_all_start_together_at_the_time_that_is_asked_for() -> None:
    clock = JumpingClock(now=5000.0)
    later = Recording("later", tuple(Fix(fix.at + 7777, fix.lat, fix.lon) for fix in WALK.fixes))
    with StrictServer() as server:
        run(play([WALK, later], to=server.url, crew=Crew(key=KEY), pace=Pace(10, start_at=6000), clock=clock))
    assert [[ping["at"] for ping in device.kept] for device in server.devices] == [
        [moment(6000.0 + second) for second in range(5)]
    ] * 2


def test_recorded_times_are_kept_when_asked() -> None:
    with StrictServer() as server:
        replay([WALK], to=server.url, crew=Crew(key=KEY), pace=Pace(MAX, restamp="keep"))
    assert [ping["at"] for ping in server.devices[0].kept] == [moment(fix.at) for fix in WALK.fixes]


def test_what_is_due_goes_out_in_bundles() -> None:
    with StrictServer() as server:
        played = replay([WALK], to=server.url, crew=Crew(key=KEY), pace=Pace(MAX, bundle=3))
    assert [len(json.loads(body)) for body in server.devices[0].requests] == [3, 2]
    assert played.tallies[0].accepted == 5


def test_a_bundle_never_runs_ahead_of_the_time() -> None:
    clock = JumpingClock(now=5000.0)
    with StrictServer() as server:
        run(play([WALK], to=server.url, crew=Crew(key=KEY), pace=Pace(10, bundle=500), clock=clock))
        late = run(play([WALK], to=server.url, crew=Crew(key=KEY), pace=Pace(10, bundle=4, start_at=5000), clock=clock))
    one_by_one, caught_up = server.devices
    assert len(one_by_one.requests) == 5
    assert [len(json.loads(body)) for body in caught_up.requests[:1]] == [4]
    assert late.is_complete


@pytest.mark.parametrize("bundle", [1, 3])
def test_a_fix_that_is_refused_is_counted_by_its_reason_and_the_walk_goes_on(bundle: int) -> None:
    with StrictServer() as server:
        (tally,) = replay([NOWHERE], to=server.url, crew=Crew(key=KEY), pace=Pace(MAX, bundle=bundle)).tallies
    assert (tally.sent, tally.accepted, tally.rejected, tally.stopped_by) == (3, 2, {"null_island": 1}, None)
    assert len(server.devices[0].kept) == 2


def test_who_agreed_to_nothing_ends_early_and_the_others_go_on() -> None:
    walks = [WALK, Recording("second", WALK.fixes)]
    with StrictServer(without_consent=("priya",)) as server:
        crew = Crew(key=KEY, customers=("priya", "sanne"))
        played = replay(walks, to=server.url, crew=crew, pace=FAST)
    priya, sanne = played.tallies
    assert (priya.sent, priya.stopped_by) == (0, "refused with 403 no_location_consent")
    assert (sanne.sent, sanne.stopped_by) == (5, None)
    assert not played.is_complete


def test_customers_take_turns() -> None:
    walks = [Recording(str(number), WALK.fixes[:1]) for number in range(5)]
    with StrictServer() as server:
        replay(walks, to=server.url, crew=Crew(key=KEY, customers=("a", "b"), platform="ios"), pace=FAST)
    assert [device.body for device in server.devices] == [{"customer": who, "platform": "ios"} for who in "ababa"]


def test_tokens_that_are_there_are_walked_with() -> None:
    with StrictServer() as server:
        answer = httpx.post(
            f"{server.url}/v1/devices",
            json={"platform": "web"},
            headers={"Authorization": f"Bearer {KEY}", "Idempotency-Key": "1"},
        )
        played = replay([WALK], to=server.url, crew=Crew(tokens=[answer.json()["token"]]), pace=FAST)
    assert len(server.devices) == 1
    assert len(server.devices[0].kept) == 5
    assert played.is_complete
    assert played.devices == {}


def test_a_server_that_goes_away_leaves_the_rest_unsent_and_said() -> None:
    patience = Patience(attempts=3, first_wait_s=0.001)
    with StrictServer(lambda number: "lost request" if number >= 2 else None) as server:
        (tally,) = run(play([WALK], to=server.url, crew=Crew(key=KEY), pace=FAST, patience=patience)).tallies
    assert (tally.sent, tally.accepted, tally.retried) == (2, 2, 2)
    assert tally.stopped_by == "no answer in 3 attempts"


def test_a_key_that_is_none_ends_the_replay() -> None:
    with StrictServer() as server, pytest.raises(PhoneError, match="401 unknown-key"):
        replay([WALK], to=server.url, crew=Crew(key="sk_wrong"), pace=FAST)


@pytest.mark.parametrize(
    ("to", "crew", "pace", "problem"),
    [
        ("localhost:8000", Crew(key=KEY), FAST, "http://HOST"),
        ("http://", Crew(key=KEY), FAST, "http://HOST"),
        ("http://a:port", Crew(key=KEY), FAST, "not the address"),
        ("http://a", Crew(), FAST, "server key"),
        ("http://a", Crew(tokens=["dt_1", "dt_2"]), FAST, "1 recordings need"),
        ("http://a", Crew(key=KEY), Pace(-1), "0 \\(as fast as possible\\)"),
        ("http://a", Crew(key=KEY), Pace(float("nan")), "0 \\(as fast as possible\\)"),
        ("http://a", Crew(key=KEY), Pace(bundle=501), "1 to 500"),
    ],
)
def test_arguments_that_do_not_fit_are_said_before_anything_is_sent(
    to: str, crew: Crew, pace: Pace, problem: str
) -> None:
    with pytest.raises(ValueError, match=problem):
        replay([WALK], to=to, crew=crew, pace=pace)
