"""An edited index answers as a fresh one of the same geofences does."""

from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geofences.fence_index import Fence, FenceIndex
from geofences.shapes import Circle, Shape, read_shape

IDS = [f"gf-{i}" for i in range(12)]


def square(lat: float, lon: float, size: float) -> Shape:
    ring = [[lon, lat], [lon + size, lat], [lon + size, lat + size], [lon, lat + size], [lon, lat]]
    return read_shape({"geometry": {"type": "Polygon", "coordinates": [ring]}})


LATS, LONS = st.floats(52.0, 52.02), st.floats(4.0, 4.02)
SHAPES = st.one_of(
    st.builds(Circle, LATS, LONS, st.floats(50, 500)), st.builds(square, LATS, LONS, st.floats(0.001, 0.01))
)
FENCES = st.dictionaries(st.sampled_from(IDS), SHAPES, max_size=8).map(
    lambda shapes: [Fence(name, name, "premises", shape) for name, shape in shapes.items()]
)
EDITS = st.lists(st.tuples(FENCES, st.lists(st.sampled_from(IDS), max_size=4)), max_size=5)
LAT, LON = (axis.ravel() for axis in np.meshgrid(np.linspace(51.99, 52.03, 25), np.linspace(3.99, 4.03, 25)))


def same(one: FenceIndex, other: FenceIndex) -> None:
    assert one.fences == other.fences
    assert dict(one.by_id) == dict(other.by_id)
    for found, expected in zip(one.containing(LAT, LON), other.containing(LAT, LON), strict=True):
        assert found.tolist() == expected.tolist()
    assert [one.containing_one(*spot) for spot in zip(LAT[::40], LON[::40], strict=True)] == [
        other.containing_one(*spot) for spot in zip(LAT[::40], LON[::40], strict=True)
    ]
    seen, due = one.locate(LAT, LON), other.locate(LAT, LON)
    assert (seen.row.tolist(), seen.fence.tolist()) == (due.row.tolist(), due.fence.tolist())
    assert seen.distance_m.tolist() == due.distance_m.tolist()
    for spot in zip(LAT[::60], LON[::60], strict=True):
        assert one.locate_one(*spot) == other.locate_one(*spot)
        everyone = np.arange(len(one.fences))
        lat, lon = (np.full(everyone.shape, degrees) for degrees in spot)
        assert one.distances(lat, lon, everyone).tolist() == other.distances(lat, lon, everyone).tolist()


@settings(max_examples=40)
@given(FENCES, EDITS)
def test_any_edits_answer_as_a_fresh_index(fences: list[Fence], edits: Sequence[tuple[list[Fence], list[str]]]) -> None:
    index = FenceIndex(fences, 1)
    expected = {fence.id: fence for fence in fences}
    for version, (changed, removed) in enumerate(edits, start=2):
        for name in removed:
            expected.pop(name, None)
        expected |= {fence.id: fence for fence in changed}
        index = index.edited(changed, removed, version)
        assert index.version == version
        assert dict(index.by_id) == expected
    same(index, FenceIndex(index.fences, index.version))
    same(index.compacted(), index)


def test_an_edit_keeps_the_base_and_leaves_the_old_snapshot_alone() -> None:
    old = FenceIndex(
        [Fence("a", "a", "premises", Circle(52, 4, 100)), Fence("b", "b", "premises", Circle(52, 4, 50))], 1
    )
    new = old.edited([Fence("a", "a", "premises", Circle(53, 4, 100))], [], 2)
    assert new.layers[0] is old.layers[0]
    assert (old.containing_one(52, 4), new.containing_one(52, 4)) == ((0, 1), (0,))
    assert [fence.id for fence in new.fences] == ["b", "a"]
    assert [numbers.tolist() for numbers in new.numbers] == [[-1, 0], [1]]


def test_taken_out_of_the_overlay_and_put_back() -> None:
    one = Fence("a", "a", "premises", Circle(52, 4, 100))
    index = FenceIndex([], 1)
    sizes = [index.overlay_size]
    for version, (changed, removed) in enumerate([([one], []), ([], ["a"]), ([one], []), ([], ["a", "b"])], start=2):
        index = index.edited(changed, removed, version)
        sizes.append(index.overlay_size)
        assert index.containing_one(52, 4) == ((0,) if changed else ())
    assert sizes == [0, 1, 0, 1, 0]
    assert len(index.layers) == 1


def test_what_was_removed_from_the_base_counts_until_it_is_compacted() -> None:
    fences = [Fence(name, name, "premises", Circle(52, 4, 100)) for name in "abc"]
    index = FenceIndex(fences, 1).edited([fences[0]], ["b"], 2)
    assert (index.overlay_size, index.compacted().overlay_size) == (2, 0)


def test_one_that_is_changed_and_removed_stays() -> None:
    one = Fence("a", "a", "premises", Circle(52, 4, 100))
    index = FenceIndex([one], 1).edited([one], ["a"], 2)
    assert index.fences == (one,)
    assert index.containing_one(52, 4) == (0,)


def test_an_edit_can_not_bring_one_id_twice() -> None:
    one = Fence("a", "a", "premises", Circle(52, 4, 100))
    with pytest.raises(ValueError, match="same id"):
        FenceIndex([], 1).edited([one, one], [], 2)
