import math
import random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geofences.fence_index import Fence, FenceIndex
from geofences.metres import distance_m, wrap_lon
from geofences.nearby import MARGIN_M, QUIET_MOST_M, quiet_radius, watch_after_s, watch_list
from geofences.shapes import Circle, Shape, read_shape


def store(name: str, shape: Shape) -> Fence:
    return Fence(name, name, "premises", shape)


def triangle(lat: float, lon: float, size: float) -> Shape:
    ring = [[lon, lat], [lon + size, lat], [lon + size * 0.9, lat + size * 0.7], [lon, lat]]
    return read_shape({"geometry": {"type": "Polygon", "coordinates": [ring]}})


def all_over_the_earth() -> FenceIndex:
    chance = random.Random(3)
    fences = []
    for i in range(200):
        lat = chance.choice([chance.uniform(-90, 90), chance.uniform(51, 53), chance.uniform(89, 90)])
        lon = chance.choice([chance.uniform(-180, 180), chance.uniform(3, 7), 179.999])
        if i % 2:
            fences.append(store(str(i), Circle(lat, wrap_lon(lon), chance.uniform(1, 50_000))))
        else:
            fences.append(store(str(i), triangle(min(lat, 89), min(lon, 179), chance.uniform(0.0005, 0.5))))
    return FenceIndex(fences, version=1)


EARTH = all_over_the_earth()
LATS = st.one_of(st.floats(-90, 90), st.floats(51, 53))
LONS = st.one_of(st.floats(-180, 180, exclude_max=True), st.floats(3, 7), st.just(-180.0))


def borders(lat: float, lon: float) -> list[float]:
    everyone = np.arange(len(EARTH.fences))
    metres = EARTH.distances(np.full(everyone.shape, lat), np.full(everyone.shape, lon), everyone)
    return [float(m) for m in np.abs(metres)]


@settings(deadline=None)
@given(LATS, LONS, st.none() | st.floats(1, 500))
def test_the_quiet_radius_never_reaches_a_border(lat: float, lon: float, accuracy_m: float | None) -> None:
    nearest = min(borders(lat, lon)) - (50 if accuracy_m is None else accuracy_m) - MARGIN_M
    quiet = quiet_radius(EARTH, lat, lon, accuracy_m)
    assert 0 <= quiet <= min(QUIET_MOST_M, max(0.0, nearest)) + 1e-6
    if abs(lat) < 60:
        assert quiet >= min(QUIET_MOST_M, 0.98 * nearest - 10)


@settings(deadline=None)
@given(LATS, LONS, st.floats(0, 2 * math.pi))
def test_nothing_changes_on_the_way_to_the_quiet_radius(lat: float, lon: float, way: float) -> None:
    quiet = quiet_radius(EARTH, lat, lon, 5.0)
    if quiet == 0 or abs(lat) > 80:
        return
    inside = {name for name, metres in EARTH.locate_one(lat, lon).items() if metres <= 0}
    there = (
        lat + math.cos(way) * quiet / 112_000,
        wrap_lon(lon + math.sin(way) * quiet / 112_000 / math.cos(math.radians(max(0.0, abs(lat) - 0.5)))),
    )
    assert distance_m(lat, lon, *there) <= quiet
    assert {name for name, metres in EARTH.locate_one(*there).items() if metres <= 0} == inside


@settings(deadline=None)
@given(LATS, LONS, st.integers(1, 40))
def test_the_watch_list_is_what_brute_force_finds(lat: float, lon: float, limit: int) -> None:
    """Beyond some 100 km the chords that are compared are shorter than the ways: there only the last places may be others."""
    metres = dict(zip((f.id for f in EARTH.fences), borders(lat, lon), strict=True))
    told = [metres[name] for name, _ in watch_list(EARTH, lat, lon, limit)]
    for ours, theirs in zip(told, sorted(metres.values()), strict=False):
        assert ours == pytest.approx(theirs, rel=0.2 if theirs > 100_000 else 1e-3, abs=0.5)
    assert len(told) == limit


def test_each_watched_circle_covers_its_geofence() -> None:
    for name, (lat, lon, radius_m) in watch_list(EARTH, 52.0, 4.0, 200):
        shape = EARTH.by_id[name].shape
        if isinstance(shape, Circle):
            assert (lat, lon, radius_m) == (shape.lat, shape.lon, shape.radius_m)
        else:
            assert all(distance_m(lat, lon, *vertex) <= radius_m for part in shape.parts for vertex in part[0])


def test_a_kilometre_from_the_store() -> None:
    one = FenceIndex([store("store", Circle(0.0, 4.0, 100))], version=1)
    lon = 4.0 + 1_100 / 111_319.49
    assert quiet_radius(one, 0.0, lon, 20) == pytest.approx(970, abs=0.1)
    assert quiet_radius(one, 0.0, lon, None) == pytest.approx(940, abs=0.1)
    assert quiet_radius(one, 0.0, lon, 2_000) == 0
    assert quiet_radius(one, 0.0, 4.0, 20) == pytest.approx(70, abs=0.1)


def test_nothing_to_watch() -> None:
    nothing = FenceIndex([], version=1)
    assert quiet_radius(nothing, 52.0, 4.0, 10) == QUIET_MOST_M
    assert watch_list(nothing, 52.0, 4.0, 20) == []
    assert watch_after_s(nothing, 52.0, 4.0, None) == 900


@pytest.mark.parametrize(
    ("from_centre_m", "accuracy_m", "after_s"),
    [(0, 10, 300), (99, 10, 300), (140, 10, 300), (150, 10, 900), (150, 60, 300), (170, None, 300), (190, None, 900)],
)
def test_inside_or_undecided_the_phone_pings_again_sooner(
    from_centre_m: float, accuracy_m: float | None, after_s: int
) -> None:
    one = FenceIndex([store("store", Circle(0.0, 4.0, 100))], version=1)
    assert watch_after_s(one, 0.0, 4.0 + from_centre_m / 111_319.49, accuracy_m) == after_s
