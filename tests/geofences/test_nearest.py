"""What is nearest, against brute force and Karney's ways; and what a phone may rely on while it walks."""

import math
import random

import numpy as np
import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from geofences import nearby
from geofences.chords import LEAST_RADIUS_M, box_radius_m, cut, longest_way, longest_ways, spot_of, squares_of_many
from geofences.edits import MOST_EDITS, Edits
from geofences.fence_index import Fence, FenceIndex
from geofences.metres import wrap_lon
from geofences.nearest import Nearest
from geofences.presence import Presence, Sighting, step
from geofences.shapes import Area, Circle, read_shape
from tests.geofences.earth import Spot, border_m, border_of, cut_in_two, gone_from, towns, way_m

ANYWHERE = st.tuples(st.floats(-90, 90), st.floats(-180, 180, exclude_max=True))
NOBODY: frozenset[int] = frozenset()


@given(ANYWHERE, ANYWHERE)
@example((0.0, 0.0), (0.0, 179.9))
@example((0.0, 0.0), (0.5, -179.7))
@example((90.0, 0.0), (-90.0, 0.0))
def test_a_way_lies_between_its_chord_and_what_schur_allows(a: Spot, b: Spot) -> None:
    chord, way = math.dist(spot_of(*a)[2:], spot_of(*b)[2:]), way_m(a, b)
    assert chord <= way + 1e-6
    assert way <= longest_way(chord) + 1e-6
    assert longest_way(chord) <= float(longest_ways(np.array([chord]))[0]) * (1 + 1e-12)


@given(st.floats(0, 1_000_000))
def test_the_series_is_never_less_than_the_formula_and_close_to_it(chord: float) -> None:
    exact = 2 * LEAST_RADIUS_M * math.asin(chord / (2 * LEAST_RADIUS_M))
    series = float(longest_ways(np.array([chord]))[0])
    assert exact <= series + 1e-9
    assert series - exact <= 0.1 * (exact - chord) + 1e-9


@given(ANYWHERE, st.floats(1e-4, 60), st.floats(1e-4, 60), st.floats(0, 1), st.floats(0, 1))
def test_a_box_is_no_wider_than_its_radius(at: Spot, tall: float, wide: float, up: float, along: float) -> None:
    south, west = min(at[0], 90 - tall), min(at[1], 180 - wide)
    assume(south >= -90)
    north, east = south + tall, west + wide
    corner = (south + up * tall, west + along * wide)
    assert way_m(((south + north) / 2, (west + east) / 2), corner) <= box_radius_m(south, west, north, east) + 1e-6


@given(towns())
def test_the_way_to_a_border_is_never_too_long_and_hardly_too_short(town: tuple[Spot, list[Fence]]) -> None:
    spot, fences = town
    nearest = Nearest([fence.shape for fence in fences])
    told, _ = nearest.look(spot_of(*spot), NOBODY, 0.0)
    truth = min((border_m(fence.shape, spot) for fence in fences), default=math.inf)
    assert told <= truth + 0.01
    if truth < 20_000 and abs(spot[0]) < 85:
        assert told >= truth * 0.97 - 60  # the brute force goes along an edge in steps of 100 m


@settings(max_examples=60)
@given(towns(), st.integers(1, 12))
def test_the_list_is_what_brute_force_finds(town: tuple[Spot, list[Fence]], limit: int) -> None:
    spot, fences = town
    index = FenceIndex(fences, 1)
    watch = nearby.watch(index, *spot, limit, 0.0)
    assert len(watch.fences) == min(limit, len(fences))
    ways = {fence.id: border_m(fence.shape, spot) for fence in fences}
    told = {fence.id for fence in watch.fences}
    if others := [metres for name, metres in ways.items() if name not in told]:
        assert watch.radius_m <= max(0.0, min(others) - nearby.MARGIN_M) + 0.01  # nobody else comes nearer
        farthest = max(ways[name] for name in told)
        assert farthest <= min(others) * 1.03 + 60 or farthest > 20_000
    else:
        assert watch.radius_m == nearby.QUIET_MOST_M


@settings(max_examples=25)
@given(towns(most=4))
def test_each_circle_to_watch_holds_its_geofence(town: tuple[Spot, list[Fence]]) -> None:
    spot, fences = town
    for fence in nearby.watch(FenceIndex(fences, 1), *spot, 100, None).fences:
        lat, lon, radius_m = fence.shape.covering
        slack = 1e-3 + 1e-7 * radius_m  # of the ways by which a circle is drawn
        assert all(way_m((lat, lon), one) <= radius_m + slack for one in border_of(fence.shape))


@given(towns(), st.lists(st.tuples(st.floats(0, 360), st.floats(0, 1)), min_size=3, max_size=8), st.floats(1, 60))
def test_who_stays_within_the_quiet_radius_enters_and_leaves_nothing(
    town: tuple[Spot, list[Fence]], walk: list[tuple[float, float]], accuracy_m: float
) -> None:
    spot, fences = town
    index = FenceIndex(fences, 1)
    quiet = nearby.leave(index, *spot, accuracy_m).quiet_radius_m
    inside = set(index.containing_one(*spot))
    presence = None
    for i in range(15):  # what this very ping and the next ones at the spot decide is not the radius' business
        presence = _pinged(presence, index, spot, accuracy_m, at=float(i))[0]
    for i, (azimuth, share) in enumerate(walk):
        there = gone_from(spot, azimuth, quiet * share)
        assert set(index.containing_one(*there)) == inside
        presence, transitions = _pinged(presence, index, there, accuracy_m, at=10.0 + i)
        assert not transitions


def _pinged(
    presence: Presence | None, index: FenceIndex, spot: Spot, accuracy_m: float, at: float
) -> tuple[Presence, tuple[object, ...]]:
    done = step(presence, Sighting(at, accuracy_m, index.locate_one(*spot)), index, received_at=at)
    return done.presence, done.transitions


@given(towns(), st.integers(1, 5), st.lists(st.tuples(st.floats(0, 360), st.floats(0, 1)), min_size=3, max_size=8))
def test_within_the_lists_circle_nothing_else_is_entered(
    town: tuple[Spot, list[Fence]], limit: int, walk: list[tuple[float, float]]
) -> None:
    spot, fences = town
    index = FenceIndex(fences, 1)
    watch = nearby.watch(index, *spot, limit, 10.0)
    known = {fence.id for fence in watch.fences} | {fences[i].id for i in index.containing_one(*spot)}
    for azimuth, share in walk:
        there = gone_from(spot, azimuth, watch.radius_m * share)
        assert {fences[i].id for i in index.containing_one(*there)} <= known


@given(towns(), st.floats(0, 360), st.floats(0, 5_000))
def test_the_quiet_radius_changes_no_more_than_one_walks(
    town: tuple[Spot, list[Fence]], azimuth: float, metres: float
) -> None:
    spot, fences = town
    index, there = FenceIndex(fences, 1), gone_from(spot, azimuth, metres)
    quiets = [nearby.leave(index, *one, 0.0).quiet_radius_m for one in (spot, there)]
    areas = [fence.shape.edges for fence in fences if isinstance(fence.shape, Area)]
    pieces = cut(areas) if areas else []
    unsure = max((2 * one.slack_m for one in pieces), default=0.0) + 0.2  # chords are 0.13 m short at 50 km
    assert abs(quiets[0] - quiets[1]) <= metres + unsure


@given(towns(most=10), st.data())
def test_an_edited_index_answers_as_a_fresh_one(town: tuple[Spot, list[Fence]], data: st.DataObject) -> None:
    spot, fences = town
    assume(fences)
    index = FenceIndex(fences, 1)
    nearby.leave(index, *spot, 10.0)  # boxes are made with those that go now
    for version in range(2, 5):
        gone = data.draw(st.lists(st.sampled_from([fence.id for fence in fences]), max_size=3))
        moved = [Fence(name, "store", "premises", Circle(*spot, 500.0 * version)) for name in sorted(set(gone))[:1]]
        index = index.edited(moved, gone, version)
        fresh = FenceIndex(index.fences, version)
        assert nearby.leave(index, *spot, 10.0) == nearby.leave(fresh, *spot, 10.0)
        limit = data.draw(st.integers(1, 5))
        assert nearby.watch(index, *spot, limit, 10.0) == nearby.watch(fresh, *spot, limit, 10.0)


def test_many_geofences_on_one_spot_and_one_that_holds_them_all() -> None:
    chance = random.Random(5)
    crowd = [Fence(f"gf_{i:03}", "mall", "premises", Circle(52.0, 5.0, 50.0)) for i in range(300)]
    fences = [*crowd, Fence("land", "land", "approach", Circle(52.0, 5.0, 150_000.0))]
    index = FenceIndex(fences, 1)
    for _ in range(50):
        spot = (chance.uniform(51.9, 52.1), chance.uniform(4.9, 5.1))
        told = nearby.watch(index, *spot, 100, 0.0)
        assert [fence.id for fence in told.fences] == [f"gf_{i:03}" for i in range(100)]
        border = abs(way_m(spot, (52.0, 5.0)) - 50.0)
        quiet, after = nearby.leave(index, *spot, 0.0)
        assert quiet == pytest.approx(max(0.0, border - 10), abs=0.01)
        assert told.radius_m == pytest.approx(max(0.0, border - 10), abs=0.01)
        assert after == 300  # the land holds everybody


def test_a_new_base_has_the_boxes_that_the_old_one_was_asked_for() -> None:
    """Else each phone's next ping would make them, in the one thread that answers all: 20 ms each, of a hundred thousand geofences."""
    chance = random.Random(7)
    fences = [
        Fence(f"gf_{i}", "store", "premises", Circle(chance.uniform(51, 53), chance.uniform(4, 6), 80.0))
        for i in range(400)
    ]
    spots = [(chance.uniform(51, 53), chance.uniform(4, 6)) for _ in range(100)]
    index = FenceIndex(fences, 1)
    told = [(nearby.leave(index, *spot, 10.0), nearby.watch(index, *spot, 20, 10.0)) for spot in spots]
    fresh = index.compacted()
    boxes = fresh.layers[0].nearest._boxes
    made = {keep: boxes[keep]._count for keep in (1, 21)}
    assert min(made.values()) > 1
    assert [(nearby.leave(fresh, *spot, 10.0), nearby.watch(fresh, *spot, 20, 10.0)) for spot in spots] == told
    assert {keep: boxes[keep]._count for keep in (1, 21)} == made
    assert "nearest" not in vars(FenceIndex(fences, 1).compacted().layers[0])  # a worker is never asked


def test_boxes_and_pieces_are_bounded() -> None:
    chance = random.Random(6)
    shapes = [cut_in_two(chance.uniform(-60, 60), 0.01) for _ in range(100)]
    pieces_of_one = cut([shape.edges for shape in shapes if isinstance(shape, Area)])[0].rows.shape[1]
    thrifty, lavish = Nearest(shapes, most_boxes=40, most_pieces=40), Nearest(shapes)
    for _ in range(300):
        at = spot_of(chance.uniform(-60, 60), wrap_lon(180 + chance.uniform(-0.5, 0.5)))
        assert thrifty.look(at, NOBODY, 0.0) == lavish.look(at, NOBODY, 0.0)
    depth = 30
    assert thrifty._boxes[1]._count <= 40 + depth < lavish._boxes[1]._count
    kept = sum(one.rows.shape[1] for one in thrifty._ground._pieces.values())
    assert kept <= 64 * pieces_of_one < sum(one.rows.shape[1] for one in lavish._ground._pieces.values())


def test_pieces_cross_no_ring() -> None:
    """A polygon with a hole and a second part: from the middle of the hole the nearest border is the hole's."""
    rings = [[0.1, 52.0, 0.0], [0.01, 52.0, 0.0]]
    coordinates = [[[x + dx * r, lat + dy * r] for dx, dy in _SQUARE] for r, lat, x in rings]
    shape = _area([coordinates, [[[x + 2, y] for x, y in coordinates[0]]]])
    (pieces,) = cut([shape.edges])
    at = spot_of(52.0, 0.0)
    truth = border_m(shape, (52.0, 0.0))
    assert pieces.least_m(at) == pytest.approx(truth, abs=pieces.slack_m + 0.5)
    assert math.sqrt(squares_of_many([pieces], at)[0]) == pytest.approx(truth, abs=pieces.slack_m + 0.5)
    assert Nearest([shape]).look(at, NOBODY, 0.0)[0] == pytest.approx(pieces.least_m(at), abs=0.2)


_SQUARE = [(-1, -1), (1, -1), (1, 1), (-1, 1), (-1, -1)]


def _area(polygons: list[list[list[list[float]]]]) -> Area:
    shape = read_shape({"geometry": {"type": "MultiPolygon", "coordinates": polygons}})
    assert isinstance(shape, Area)
    return shape


HERE, AWAY = (52.0, 5.0), (52.5, 5.0)


def _store(name: str, at: Spot, radius_m: float = 100.0) -> Fence:
    return Fence(name, name, "premises", Circle(*at, radius_m))


def _town() -> FenceIndex:
    return FenceIndex([_store(f"gf_{i}", (52.0 + 0.01 * i, 5.0)) for i in range(30)], 1)


@pytest.mark.parametrize(
    ("changed", "removed", "touches"),
    [
        ([_store("new", (52.001, 5.0))], [], True),
        ([_store("new", (54.0, 5.0))], [], False),
        ([_store("gf_1", (54.0, 5.0))], [], True),
        ([_store("gf_28", (54.0, 5.0))], [], False),
        ([], ["gf_2"], True),
        ([], ["gf_28"], False),
        ([_store("holds us", (54.0, 5.0), 400_000.0)], [], True),
        ([], ["nobody"], False),
    ],
)
def test_an_edit_concerns_the_lists_whose_circles_it_touches(
    changed: list[Fence], removed: list[str], touches: bool
) -> None:
    index = _town().edited(changed, removed, 2)
    assert nearby.must_watch_again(index, *HERE, 20, 1) is touches
    assert nearby.must_watch_again(index, *HERE, 20, 2) is False
    assert index.compacted().edits is index.edits


def test_what_is_not_known_any_more_makes_every_list_doubtful() -> None:
    index = FenceIndex([_store("far", AWAY)], 7)
    assert nearby.must_watch_again(index, *HERE, 20, 6) is True
    assert nearby.must_watch_again(index, *HERE, 20, 8) is True  # of a process that is ahead of this one
    edits = Edits(0)
    for version in range(1, 12):
        edits = edits.after([Circle(*AWAY, 50.0)] * (MOST_EDITS // 10), version)
        assert len(edits.shapes) <= MOST_EDITS
    assert edits.since > 0
    assert not edits.touch(spot_of(*HERE), 1_000.0, edits.since)
    assert edits.touch(spot_of(*HERE), 1_000.0, edits.since - 1)


def test_an_edit_that_came_and_went_between_two_versions_is_remembered() -> None:
    index = _town().edited([_store("new", (52.001, 5.0))], [], 2).edited([], ["new"], 3)
    assert [nearby.must_watch_again(index, *HERE, 20, version) for version in (1, 2, 3)] == [True, True, False]


def test_a_phone_that_walks_off_its_list_learns_of_an_edit_before_it_can_enter() -> None:
    """It asked at HERE, the edit lies in the circle of its list, and it walks there by its quiet radius, asking with each ping."""
    index = _town()
    watch = nearby.watch(index, *HERE, 20, None)
    new = gone_from(HERE, 270, watch.radius_m - 100)
    index = index.edited([_store("new", new)], [], 2)
    assert nearby.must_watch_again(index, *HERE, 20, 1), "where it asked, the next answer says so"
    spot, asked = gone_from(HERE, 90, 0.9 * watch.radius_m), 0
    while not nearby.must_watch_again(index, *spot, 20, 1):
        assert way_m(spot, new) > 100
        spot, asked = gone_from(spot, 270, max(nearby.leave(index, *spot, 10.0).quiet_radius_m, 20.0)), asked + 1
    assert asked > 0
    assert way_m(spot, new) > 100
