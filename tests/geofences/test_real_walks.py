"""44 recorded walks, with the errors, gaps and delays that real phones had, past two stores and two off the route."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from benchmarks.walk_truth import Enter, Pass, Recorded, each_once, fit, passes, premises, read_walks
from geofences.presence import Presence, Sighting, step

WALKS = read_walks(Path(__file__).parents[2] / "seeds" / "amsterdam" / "walks_transplanted.csv")
INDEX = premises()


def truth() -> list[Pass]:
    return [p for name, walk in WALKS.items() for p in passes(name, each_once(walk), INDEX)]


def enters(name: str, walk: Sequence[Recorded], *, speed: float = 1.0) -> list[Enter]:
    """What a phone's pings give in this order; presence goes through its bytes each time, as it does in Redis."""
    found = []
    kept: bytes | None = None
    for recorded in walk:
        ping = recorded.ping
        at = ping.at / speed
        sighting = Sighting(at, ping.accuracy_m, INDEX.locate_one(ping.lat, ping.lon))
        moved = step(Presence.from_bytes(kept) if kept else None, sighting, INDEX, received_at=at)
        kept = moved.presence.to_bytes()
        found += [Enter(name, t.fence_id, ping.at) for t in moved.transitions if t.kind == "enter"]
    return found


IN_ORDER = [enter for name, walk in WALKS.items() for enter in enters(name, each_once(walk))]


def test_the_recordings_are_all_there() -> None:
    assert len(WALKS) == 44
    assert sum(p.must_be_seen for p in truth()) == 48


def test_nearly_every_real_visit_is_seen_and_nearly_nothing_else() -> None:
    result = fit(truth(), IN_ORDER)
    assert result.recall >= 0.95
    assert result.precision >= 0.95


def test_nobody_enters_twice_and_nobody_where_they_never_were() -> None:
    result = fit(truth(), IN_ORDER)
    assert result.doubled == 0
    assert result.off_route == 0


def test_repeated_and_late_pings_change_nothing() -> None:
    again = [
        enter
        for name, walk in WALKS.items()
        for enter in enters(name, [r for r in sorted(walk, key=lambda r: r.arrived_at) for _ in range(2)])
    ]
    assert again == IN_ORDER


@pytest.mark.parametrize("speed", [30.0, 1 / 3])
def test_a_recording_replayed_at_another_speed_enters_the_same(speed: float) -> None:
    again = [enter for name, walk in WALKS.items() for enter in enters(name, each_once(walk), speed=speed)]
    assert again == IN_ORDER
