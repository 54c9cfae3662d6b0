"""The fast differ says what a set a device says, ping by ping, whatever the batches are."""

from itertools import pairwise

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.matching.agreement import Pairs
from benchmarks.matching.differ import Differ, PlainDiffer
from benchmarks.matching.workload import Walk, geofences, walkers
from geofences.fence_index import FenceIndex
from geofences.metres import Floats

FENCES = 12


def numbers_in_latitude(lat: Floats, lon: Floats) -> Pairs:
    """A world without a map: the bits of the latitude are the geofences that a ping is in."""
    bits = (lat.astype(np.int64)[:, None] >> np.arange(FENCES)) & 1
    row, fence = np.nonzero(bits)
    assert len(lat) == len(lon)
    return row, fence


pings = st.lists(st.tuples(st.integers(0, 5), st.integers(0, 2**FENCES - 1)), max_size=60)


@given(pings, st.lists(st.integers(1, 20), min_size=1, max_size=6))
def test_as_a_set_a_device(told: list[tuple[int, int]], sizes: list[int]) -> None:
    device = np.array([one for one, _ in told], dtype=np.intp)
    lat = np.array([float(bits) for _, bits in told])
    walk = Walk(device, lat, np.zeros(len(told)))
    fast, plain = Differ(numbers_in_latitude, 6, FENCES), PlainDiffer(numbers_in_latitude)
    begins = [0]
    while begins[-1] < len(walk):
        begins.append(begins[-1] + sizes[len(begins) % len(sizes)])
    for i, j in pairwise(begins):
        part = Walk(walk.device[i:j], walk.lat[i:j], walk.lon[i:j])
        assert fast.batch(part).told(part) == plain.batch(part)


def test_a_batch_of_everything_tells_what_pings_one_by_one_do() -> None:
    fences = geofences(2_000, "mixed", "clustered")
    index = FenceIndex(fences, version=1)
    walk = walkers(300, 10, "clustered")
    told = {}
    for size in (1, 7, 450, len(walk)):
        differ = Differ(index.containing, 300, len(fences))
        told[size] = [event for part in walk.batches(size) for event in differ.batch(part).told(part)]
    assert len(told[1]) > 50
    assert told[1] == told[7] == told[450] == told[len(walk)]


def test_exits_come_before_enters_and_geofences_in_their_order() -> None:
    differ = Differ(numbers_in_latitude, 1, FENCES)
    walk = Walk(np.zeros(2, dtype=np.intp), np.array([0b0110, 0b1001]).astype(np.float64), np.zeros(2))
    assert differ.batch(walk).told(walk) == [
        (0, 1, True),
        (0, 2, True),
        (0, 1, False),
        (0, 2, False),
        (0, 0, True),
        (0, 3, True),
    ]
