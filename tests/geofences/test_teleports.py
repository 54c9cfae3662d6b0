"""Pings too far away to be true yet: set aside, believed when the next agrees, and never one of anybody who moves as people do."""

import csv
import gzip
import math
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.walk_truth import premises, read_walks
from geofences.cells import cell_of
from geofences.metres import distance_m, metres_per_degree, wrap_lon
from geofences.presence import Presence, Sighting, step
from geofences.teleports import CELL_LASTS_S, SLACK_M
from tests.geofences.story import FAR, STORE, Walk, index

HERE, UTRECHT, HAARLEM = (52.37, 4.89), (52.09, 5.12), (52.38, 4.64)
"""At the store; 35 km and 17 km away."""


def inside() -> Walk:
    walk = Walk()
    walk.ping(0, -60, where=HERE)
    assert walk.told == ["0 enter store"]
    return walk


# the story of one jump


def test_a_jump_changes_nothing_but_that_it_is_remembered() -> None:
    walk = inside()
    before = walk.presence
    moved = walk.ping(1, FAR, where=UTRECHT)
    assert (moved.verdict, moved.transitions) == ("suspect", ())
    assert before is not None
    assert walk.presence is not None
    assert walk.presence.suspect is not None
    assert (walk.presence.last_at, walk.presence.heard_at, walk.presence.seen) == (
        before.last_at,
        before.heard_at,
        before.seen,
    )
    assert walk.presence.inside == before.inside


def test_the_next_that_is_where_it_was_drops_the_suspect() -> None:
    walk = inside()
    walk.ping(1, FAR, where=UTRECHT)
    assert walk.ping(2, -60, where=HERE).verdict == "used"
    assert walk.presence is not None
    assert walk.presence.suspect is None
    assert walk.ping(3, FAR, where=UTRECHT).verdict == "suspect"  # what agreed once agrees no more
    assert walk.told == ["0 enter store"]


def test_the_next_that_agrees_is_believed_and_what_was_open_ends() -> None:
    walk = inside()
    walk.ping(1, FAR, where=UTRECHT)
    assert walk.ping(2, FAR, where=UTRECHT).verdict == "used"
    assert walk.told == ["0 enter store", "2 exit store jumped"]


def test_with_an_unknown_accuracy_the_ping_that_agrees_is_enough_too() -> None:
    walk = inside()
    for minutes in range(1, 5):
        walk.ping(minutes, FAR, where=UTRECHT, accuracy_m=None)
    assert walk.told == ["0 enter store", "2 exit store jumped"]


@pytest.mark.parametrize(("each", "accuracy_m"), [(2, 10), (3, 10), (4, 10), (7, 10), (4, None), (7, None)])
def test_two_phones_of_one_token_in_two_stores_enter_each_of_them_once(each: int, accuracy_m: float | None) -> None:
    """As many pings from the one as from the other, a second apart: nobody enters a store with every second ping."""
    walk = Walk(index("store", "utrecht"))
    for number in range(40 * each):
        here = (number // each) % 2 == 0
        metres = (-90, FAR) if here else (FAR, -90)
        walk.ping(number / 60, *metres, where=HERE if here else UTRECHT, accuracy_m=accuracy_m)
    kinds = [line.split()[1:3] for line in walk.told]
    assert kinds.count(["enter", "store"]) == 1
    assert kinds.count(["enter", "utrecht"]) == 1
    assert ["reopen", "store"] in kinds


def test_who_comes_back_after_an_hour_comes_in_anew() -> None:
    walk = inside()
    for minutes in (1, 2, 61, 62.1):
        walk.ping(minutes, FAR, where=UTRECHT)
    walk.ping(63, -60, where=HERE)
    walk.ping(64, -60, where=HERE)
    assert walk.told == ["0 enter store", "2 exit store jumped", "64 enter store"]


def test_evidence_begins_at_the_ping_that_agrees() -> None:
    """The jump into the store is one ping inside, and two a little inside are needed: the one that was set aside is none of them."""
    walk = Walk()
    walk.ping(0, FAR, where=UTRECHT)
    assert walk.ping(1, -10, where=HERE).verdict == "suspect"
    walk.ping(2, -10, where=HERE)
    assert walk.told == []
    walk.ping(3, -10, where=HERE)
    assert walk.told == ["3 enter store"]


def test_an_enter_in_the_making_is_not_gone_on_with_elsewhere() -> None:
    walk = Walk()
    walk.ping(0, -10, where=HERE)
    walk.ping(1, FAR, where=UTRECHT)
    walk.ping(2, FAR, where=UTRECHT)
    assert walk.presence is not None
    assert walk.presence.pending == {}


def test_the_same_ping_again_never_agrees_with_itself() -> None:
    walk = inside()
    for _ in range(5):
        assert walk.ping(1, FAR, where=UTRECHT).verdict == "suspect"
    assert walk.told == ["0 enter store"]


def test_an_older_ping_does_not_agree_with_a_newer_one() -> None:
    walk = inside()
    walk.ping(3, FAR, where=UTRECHT)
    assert walk.ping(2, FAR, where=UTRECHT).verdict == "suspect"
    assert walk.ping(4, FAR, where=UTRECHT).verdict == "used"


def test_two_that_disagree_with_each_other_too_are_both_set_aside() -> None:
    walk = inside()
    assert walk.ping(1, FAR, where=UTRECHT).verdict == "suspect"
    assert walk.ping(1.5, FAR, where=HAARLEM).verdict == "suspect"
    assert walk.ping(2, FAR, where=UTRECHT).verdict == "suspect"
    assert walk.told == ["0 enter store"]


def test_who_flies_is_believed_after_the_landing() -> None:
    """800 km/h, a ping a minute, over the store in the second; then on the ground."""
    walk = Walk()
    verdicts = [
        walk.ping(minutes, -60 if minutes == 2 else FAR, where=(50 + minutes * 0.12, 4.89)).verdict
        for minutes in range(8)
    ]
    assert verdicts == ["used"] + ["suspect"] * 7
    assert walk.ping(8, FAR, where=(50.84, 4.89)).verdict == "used"
    assert walk.told == []


def test_a_teleport_over_a_geofence_crosses_nothing() -> None:
    """No kind of transition is made up from the line between two pings."""
    walk = Walk()
    walk.ping(0, FAR, where=(52.0, 4.89))
    walk.ping(1, FAR, where=(52.7, 4.89))
    walk.ping(2, FAR, where=(52.7, 4.89))
    assert walk.told == []


def test_a_cell_is_used_for_a_quarter_of_an_hour_only() -> None:
    walk = inside()
    assert walk.ping(CELL_LASTS_S / 60 + 0.1, FAR, where=(-33.9, 151.2)).verdict == "used"


def test_a_cell_is_kept_for_a_quarter_of_an_hour_only() -> None:
    walk = Walk()
    walk.ping(0, FAR, where=UTRECHT)
    walk.ping(0.5, FAR, where=(-33.9, 151.2))
    assert walk.due() == 15
    walk.wait(14.9)
    assert walk.presence is not None
    assert walk.presence.seen is not None
    assert walk.presence.suspect is not None
    walk.wait(15)
    after = walk.presence
    assert after.seen is None
    assert after.suspect is None
    assert walk.due() == 45


def test_a_phones_own_transitions_do_not_keep_a_cell_alive() -> None:
    walk = Walk()
    walk.ping(0, FAR, where=HERE)
    walk.told_by_phone(14, "enter")
    walk.told_by_phone(16, "exit")
    assert walk.presence is not None
    assert walk.presence.seen is None


@pytest.mark.parametrize(
    ("one", "other"),
    [((0.0, 179.999), (0.0, -179.999)), ((89.999, 0.0), (89.999, 180.0 - 360.0)), ((-89.999, 30.0), (-89.999, -150.0))],
    ids=["the antimeridian", "the north pole", "the south pole"],
)
def test_a_step_over_the_worlds_seams_is_no_jump(one: tuple[float, float], other: tuple[float, float]) -> None:
    walk = Walk()
    walk.ping(0, FAR, where=one)
    assert walk.ping(0.1, FAR, where=other).verdict == "used"


# nobody who moves as people do is ever set aside

METRES_PER_S = 300 / 3.6


@given(
    st.floats(-89.5, 89.5),
    st.floats(-180, 180, exclude_max=True),
    st.lists(
        st.tuples(
            st.floats(0.001, CELL_LASTS_S), st.floats(0, METRES_PER_S), st.floats(0, 2 * math.pi), st.floats(0, 200)
        ),
        max_size=20,
    ),
)
def test_no_movement_below_300_km_h_is_set_aside(
    lat: float, lon: float, moves: list[tuple[float, float, float, float]]
) -> None:
    """Each ping errs by up to 200 m in any direction, and its time is cut to whole seconds."""
    at, presence = 1_772_366_400.0, None
    for seconds, speed, turn, error in moves:
        at += seconds
        per_lat, per_lon = metres_per_degree(lat)
        new_lat = lat + math.cos(turn) * speed * seconds / per_lat
        new_lon = wrap_lon(lon + math.sin(turn) * speed * seconds / per_lon)
        if abs(new_lat) > 89.5 or distance_m(lat, lon, new_lat, new_lon) > METRES_PER_S * seconds:
            new_lat, new_lon = lat, lon
        lat, lon = new_lat, new_lon
        seen = lat + error / per_lat * math.sin(at), wrap_lon(lon + error / per_lon * math.cos(at))
        moved = step(presence, Sighting(float(int(at)), 10.0, {}, cell_of(*seen)), STORE, received_at=at)
        presence = moved.presence
        assert moved.verdict != "suspect"


AMSTERDAM = Path(__file__).parents[2] / "seeds" / "amsterdam"
DATA = Path(__file__).parent / "data"


Fix = tuple[float, float, float, float | None]
"""(time, lat, lon, accuracy_m)."""


def tracks() -> Iterator[tuple[str, list[Fix]]]:
    """Recordings of real phones and receivers, by time."""
    for name, walk in read_walks(AMSTERDAM / "walks_transplanted.csv").items():
        yield name, sorted((p.at, p.lat, p.lon, p.accuracy_m) for p in (one.ping for one in walk))
    for path in sorted(DATA.glob("*.gpx.gz")):
        tree = ET.fromstring(gzip.decompress(path.read_bytes()))
        points = [(one, one.find("{*}time")) for one in tree.iter() if one.tag.endswith("}trkpt")]
        timed = [
            (datetime.fromisoformat(str(when.text)).timestamp(), p.attrib) for p, when in points if when is not None
        ]
        yield path.name, sorted((at, float(p["lat"]), float(p["lon"]), 10.0) for at, p in timed)
    raw = gzip.decompress((AMSTERDAM / "walks" / "locations.csv.gz").read_bytes()).decode()
    found: dict[str, list[Fix]] = {}
    for row in csv.DictReader(raw.splitlines()):
        key = f"{row['phone']} {row['leg']} {row['run']}"
        fix = (float(row["ts"]), float(row["lat"]), float(row["lon"]), float(row["accuracy_m"]))
        found.setdefault(key, []).append(fix)
    yield from ((name, sorted(fixes)) for name, fixes in found.items())


def test_in_no_recording_is_a_ping_set_aside() -> None:
    pings = 0
    for name, track in tracks():
        presence: Presence | None = None
        for at, lat, lon, accuracy_m in track:
            moved = step(presence, Sighting(at, accuracy_m, {}, cell_of(lat, lon)), premises(), received_at=at)
            presence = moved.presence
            assert moved.verdict != "suspect", (name, at)
            pings += 1
    assert pings > 5_000


def test_a_jump_in_a_recording_is() -> None:
    """The same walks with one ping of each moved away: else the test above could not fail."""
    for name, track in tracks():
        (at, lat, lon, _), rest = track[0], track[1:]
        later = next((one[0] for one in rest if one[0] > at), None)
        if later is None:
            continue
        before = step(None, Sighting(at, 10.0, {}, cell_of(lat, lon)), premises(), received_at=at).presence
        far = (METRES_PER_S * (later - at) + SLACK_M + 3_500) / 111_000
        gone = Sighting(later, 10.0, {}, cell_of(lat + far, lon))
        expected = "suspect" if later - at <= CELL_LASTS_S else "used"
        assert step(before, gone, premises(), received_at=later).verdict == expected, name
