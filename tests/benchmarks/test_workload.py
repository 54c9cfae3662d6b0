"""The same geofences and pings for the same seed, and of the kind that is promised."""

import numpy as np
import pytest

from benchmarks.matching.workload import (
    LEAST_M,
    MOST_M,
    STEP_LEAST_M,
    STEP_MOST_M,
    Spread,
    clear_of_circles,
    geofences,
    positions,
    walkers,
)
from geofences.fence_index import FenceIndex
from geofences.metres import distance_m, distances_m
from geofences.shapes import Area, Circle

SPREADS: tuple[Spread, ...] = ("uniform", "clustered")


@pytest.mark.parametrize("spread", SPREADS)
def test_a_seed_gives_the_same_and_another_one_others(spread: Spread) -> None:
    assert geofences(40, "mixed", spread) == geofences(40, "mixed", spread)
    assert geofences(40, "mixed", spread) != geofences(40, "mixed", spread, seed=1)
    for mine, again, other in zip(
        positions(40, spread), positions(40, spread), positions(40, spread, seed=1), strict=True
    ):
        assert np.array_equal(mine, again)
        assert not np.array_equal(mine, other)
    assert np.array_equal(walkers(9, 3, spread).lat, walkers(9, 3, spread).lat)


def test_half_are_circles_and_half_are_stars_of_16_to_64_vertices() -> None:
    shapes = [fence.shape for fence in geofences(400, "mixed")]
    circles = [shape for shape in shapes if isinstance(shape, Circle)]
    areas = [shape for shape in shapes if isinstance(shape, Area)]
    assert len(circles) == len(areas) == 200
    assert all(LEAST_M <= circle.radius_m <= MOST_M for circle in circles)
    corners = [len(area.edges) for area in areas]
    assert min(corners) >= 16
    assert max(corners) <= 64
    assert len(set(corners)) > 20
    for area in areas:
        assert area.geometry.is_valid
        middle = area.geometry.centroid
        reach = [distance_m(middle.y, middle.x, lat, lon) for lat, lon, _, _ in area.edges.tolist()]
        assert max(reach) <= MOST_M * 1.2
        assert min(reach) >= 0.4 * LEAST_M


def test_towns_are_the_same_for_geofences_and_for_people() -> None:
    index = FenceIndex(geofences(1_000, "circles", "clustered"), version=1)
    held = {spread: len(index.containing(*positions(5_000, spread))[0]) for spread in SPREADS}
    assert held["clustered"] > 20 * max(held["uniform"], 1)


def test_walkers_ping_once_a_round_and_go_20_to_200_m() -> None:
    walk = walkers(50, 4)
    assert len(walk) == 200
    by_round = walk.device.reshape(4, 50)
    assert all(sorted(one) == list(range(50)) for one in by_round.tolist())
    lat, lon = np.empty((4, 50)), np.empty((4, 50))
    for i, device in enumerate(by_round):
        lat[i, device], lon[i, device] = walk.lat.reshape(4, 50)[i], walk.lon.reshape(4, 50)[i]
    metres = distances_m(lat[:-1], lon[:-1], lat[1:], lon[1:])
    assert metres.min() >= STEP_LEAST_M * 0.98
    assert metres.max() <= STEP_MOST_M * 1.02


def test_pings_on_a_circles_border_can_be_left_out() -> None:
    index = FenceIndex(geofences(300, "mixed", "clustered"), version=1)
    walk = walkers(3_000, 4, "clustered")
    clear = clear_of_circles(index, walk, by_m=20.0)
    assert 0 < len(walk) - len(clear) < len(walk) / 2
    seen = index.locate(clear.lat, clear.lon)
    near = [
        metres
        for fence, metres in zip(seen.fence.tolist(), seen.distance_m.tolist(), strict=True)
        if isinstance(index.fences[fence].shape, Circle)
    ]
    assert near
    assert min(abs(metres) for metres in near) > 20.0
    polygons = [fence for fence in seen.fence.tolist() if isinstance(index.fences[fence].shape, Area)]
    assert polygons
