"""A benchmark stops where an engine is wrong: each comparison is fed with one that is."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import numpy as np
import pytest

from benchmarks.figures import QUICK
from benchmarks.matching import nearby, scalar, stateful
from benchmarks.matching.agreement import DisagreementError, Pairs, same_events, same_pairs
from benchmarks.matching.containing import race
from benchmarks.matching.peers import Engine, Tree, from_degrees, shapely_tree
from benchmarks.matching.workload import geofences, positions, walkers
from geofences.fence_index import Fence, FenceIndex, Sightings
from geofences.metres import Floats


def pairs(*rows: tuple[int, int]) -> Pairs:
    row, fence = np.array(rows, dtype=np.intp).reshape(-1, 2).T
    return row, fence


class Forgetful(FenceIndex):
    """Does not see the last geofence when it is asked for many."""

    def containing(self, lat: Floats, lon: Floats) -> Pairs:
        row, fence = super().containing(lat, lon)
        return row[fence < len(self.fences) - 1], fence[fence < len(self.fences) - 1]


class Farsighted(FenceIndex):
    """Says that every border is a metre farther away, when it is asked for many."""

    def locate(self, lat: Floats, lon: Floats) -> Sightings:
        seen = super().locate(lat, lon)
        return Sightings(seen.row, seen.fence, seen.distance_m + 1.0)

    def locate_one(self, lat: float, lon: float) -> dict[str, float]:
        return FenceIndex(self.fences, 1).locate_one(lat, lon)


@contextmanager
def seldom_wrong(fences: Sequence[Fence]) -> Iterator[Engine]:
    """Shapely's answers without the first pair."""
    right = Tree(fences)

    def containing(lat: Floats, lon: Floats) -> Pairs:
        row, fence = right.containing(lat, lon)
        return row[1:], fence[1:]

    yield Engine("seldom wrong", "", from_degrees(containing), 0.0)


def test_the_same_pairs_in_any_order() -> None:
    assert same_pairs("it", pairs((2, 1), (0, 3)), pairs((0, 3), (2, 1)), 9) == 2


@pytest.mark.parametrize(
    "found", [pairs((0, 3)), pairs((0, 3), (2, 1), (2, 2)), pairs((0, 3), (2, 2)), pairs((0, 3), (2, 1), (2, 1))]
)
def test_a_pair_too_few_too_many_another_or_twice(found: Pairs) -> None:
    with pytest.raises(DisagreementError, match="it has"):
        same_pairs("it", found, pairs((0, 3), (2, 1)), 9)


@pytest.mark.parametrize("found", [[1, 2], [1, 2, 3, 4], [1, 3, 2]])
def test_events_too_few_too_many_or_in_another_order(found: list[int]) -> None:
    with pytest.raises(DisagreementError, match="the first that differs is number"):
        same_events("it", found, [1, 2, 3])
    assert same_events("it", [1, 2, 3], [1, 2, 3]) == 3


def test_an_engine_that_misses_one_pair_is_never_timed() -> None:
    fences = geofences(200, "mixed", "clustered")
    with pytest.raises(DisagreementError, match="seldom wrong"):
        race(fences, positions(500, "clustered"), {"seldom wrong": seldom_wrong}, QUICK)
    raced, absent = race(fences, positions(500, "clustered"), {"tree": shapely_tree}, QUICK)
    assert [one.engine.name for one in raced] == ["Passerby", "Shapely STRtree, bulk"]
    assert not absent


def test_events_of_an_index_that_misses_a_geofence() -> None:
    fences = geofences(60, "circles", "clustered")
    middle = fences[-1].shape.centre
    walk = walkers(10, 5, "clustered")
    walk.lat[20], walk.lon[20] = middle
    assert stateful.check(walk, FenceIndex(fences, 1), Tree(fences), 25, 10) >= 1
    with pytest.raises(DisagreementError, match="Passerby in batches of 25"):
        stateful.check(walk, Forgetful(fences, 1), Tree(fences), 25, 10)


@pytest.mark.parametrize("index", [Forgetful, Farsighted])
def test_a_scalar_path_that_says_something_else(index: type[FenceIndex]) -> None:
    fences = geofences(60, "mixed", "clustered")
    lat, lon = (np.array([degrees]) for degrees in fences[-1].shape.centre)
    assert scalar.agree(FenceIndex(fences, 1), Tree(fences), lat, lon) >= 2
    with pytest.raises(DisagreementError):
        scalar.agree(index(fences, 1), Tree(fences), lat, lon)


def test_a_list_without_the_nearest_and_a_radius_that_is_too_wide() -> None:
    fences = geofences(80, "mixed", "clustered")
    lat, lon = positions(5, "clustered")
    assert nearby.check(FenceIndex(fences, 1), lat, lon) == 5

    class Shortsighted(FenceIndex):
        """Knows the ways to all borders, but half as long as they are: what is looked up is not what is measured."""

        def distances(self, lat: Floats, lon: Floats, fence: np.ndarray[tuple[int], np.dtype[np.intp]]) -> Floats:
            return super().distances(lat, lon, fence) * np.where(fence % 2, 0.2, 1.0)

    right = FenceIndex(fences, 1)
    with pytest.raises(DisagreementError):
        nearby.check(_Torn(right, Shortsighted(fences, 1)), lat, lon)


class _Torn(FenceIndex):
    """Searches as one index and measures as another."""

    def __init__(self, searches: FenceIndex, measures: FenceIndex) -> None:
        super().__init__(searches.fences, 1)
        self.measures = measures

    def distances(self, lat: Floats, lon: Floats, fence: np.ndarray[tuple[int], np.dtype[np.intp]]) -> Floats:
        if len(fence) == len(self.fences):
            return self.measures.distances(lat, lon, fence)
        return super().distances(lat, lon, fence)
