"""What engines that match geofences are known to get wrong: each trap by its name."""

import math

import numpy as np
import pytest
from geographiclib.geodesic import Geodesic

from geofences.fence_index import Fence, FenceIndex
from geofences.grid import CELLS_A_BOX, ITEMS_A_BOX, grids_of
from geofences.metres import distance_m
from geofences.shapes import Area, Circle, Shape, read_shape
from tests.geofences.worlds import Spot


def index(*shapes: Shape) -> FenceIndex:
    return FenceIndex([Fence(str(i), str(i), "premises", shape) for i, shape in enumerate(shapes)], version=1)


def area(*polygons: list[list[Spot]]) -> Area:
    """Rings as (longitude, latitude), not closed."""
    coordinates = [[[list(at) for at in (*ring, ring[0])] for ring in rings] for rings in polygons]
    made = read_shape({"geometry": {"type": "MultiPolygon", "coordinates": coordinates}})
    assert isinstance(made, Area)
    return made


def box(west: float, south: float, east: float, north: float) -> list[Spot]:
    return [(west, south), (east, south), (east, north), (west, north)]


def zone(south: float, north: float) -> list[Spot]:
    """All round the Earth: no edge may be longer than half of it."""
    lons = [-180.0, -60.0, 60.0, 180.0]
    return [*((lon, south) for lon in lons), *((lon, north) for lon in reversed(lons))]


def from_centre(circle: Circle, bearing: float, metres: float) -> Spot:
    way = Geodesic.WGS84.Direct(circle.lat, circle.lon, bearing, metres)
    return way["lat2"], way["lon2"]


def metres(one: FenceIndex, lat: float, lon: float, number: int = 0) -> float:
    return float(one.distances(np.array([lat]), np.array([lon]), np.array([number]))[0])


def inside(one: FenceIndex, lat: float, lon: float) -> tuple[int, ...]:
    """Both ways in have to agree."""
    found = one.containing_one(lat, lon)
    assert tuple(one.containing(np.array([lat]), np.array([lon]))[1].tolist()) == found
    return found


@pytest.mark.parametrize("lat", [0.0, 36.0, 52.0, -70.0, 89.0])
@pytest.mark.parametrize("bearing", range(0, 360, 15))
def test_degrees_for_metres_or_a_circle_as_a_polygon_or_a_sphere_for_the_ellipsoid(lat: float, bearing: float) -> None:
    """In degrees 300 m reach 185 m east at 52 north; a polygon of 64 corners is 0.36 m short; a sphere is off by up to 1.7 m."""
    circle = Circle(lat, 4.9, 300.0)
    assert inside(index(circle), *from_centre(circle, bearing, 299.99)) == (0,)
    assert inside(index(circle), *from_centre(circle, bearing, 300.01)) == ()


@pytest.mark.parametrize("radius", [1.0, 5_000.0, 50_000.0])
@pytest.mark.parametrize("bearing", [0, 45, 90, 200, 271])
def test_the_smallest_and_the_largest_circle_are_round_too(radius: float, bearing: float) -> None:
    circle = Circle(52.37, 4.89, radius)
    assert inside(index(circle), *from_centre(circle, bearing, radius - 0.02)) == (0,)
    assert inside(index(circle), *from_centre(circle, bearing, radius + 0.02)) == ()


def test_straight_edges_go_by_degrees_and_are_measured_there() -> None:
    """An edge of 100 km: the shortest way between its ends runs 240 m north of it, and is not the border (RFC 7946, 3.1.1)."""
    wide = area([box(4.0, 52.0, 4.0 + 100_000 / 68_678, 52.2)])
    middle = 4.0 + 50_000 / 68_678
    line = Geodesic.WGS84.InverseLine(52.0, 4.0, 52.0, 4.0 + 100_000 / 68_678)
    bulge = line.Position(line.s13 / 2)["lat2"]
    assert distance_m(52.0, middle, bulge, middle) == pytest.approx(245, abs=10)
    one = index(wide)
    assert inside(one, (52.0 + bulge) / 2, middle) == (0,)
    assert inside(one, 51.9999, middle) == ()
    for share in (0.1, 0.25, 0.5, 0.77):
        lon = 4.0 + share * 100_000 / 68_678
        assert metres(one, 52.0 - 100 / 111_267.6, lon) == pytest.approx(100, abs=0.02)
        assert metres(one, 52.0 + 100 / 111_267.6, lon) == pytest.approx(-100, abs=0.02)
        assert one.locate_one(52.0 - 290 / 111_267.6, lon)["0"] == pytest.approx(290, abs=0.05)


def test_a_long_edge_far_away_is_measured_along_its_line() -> None:
    """30 km south of a wide area: brute force over a hundred thousand spots of the edge."""
    wide = area([box(4.0, 60.0, 10.0, 60.2)])
    spots = np.linspace(4.0, 10.0, 100_001)
    for lon in (3.0, 4.5, 7.0, 9.99):
        due = min(distance_m(59.73, lon, 60.0, at) for at in spots[:: 100 if lon == 7.0 else 50].tolist())
        assert metres(index(wide), 59.73, lon) == pytest.approx(due, abs=0.5)


def test_the_circle_to_watch_holds_a_long_edges_bulge() -> None:
    wide = area([box(0.0, 60.0, 40.0, 61.0)])
    lat, lon, radius = wide.covering
    assert all(
        distance_m(lat, lon, at, east) <= radius for at in (60.0, 61.0) for east in np.linspace(0, 40, 401).tolist()
    )


def test_precision_of_an_eleventh_of_a_millimetre() -> None:
    """As 32 bits a longitude is off by 0.4 m."""
    one = index(area([box(4.9, 52.3, 4.901, 52.301)]))
    assert inside(one, 52.3005, 4.901 - 1e-9) == inside(one, 52.3005, 4.901) == (0,)
    assert inside(one, 52.3005, 4.901 + 1e-9) == ()
    assert inside(one, 52.3005, np.nextafter(4.901, 5)) == ()
    assert inside(one, np.nextafter(52.3, 52), 4.9005) == ()


@pytest.mark.parametrize("lon", [179.9990, 179.9995, -180.0, 180.0, -179.9995])
def test_the_antimeridian_cuts_no_circle(lon: float) -> None:
    assert inside(index(Circle(0.0, 179.9995, 500.0)), 0.0, lon) == (0,)
    assert inside(index(Circle(0.0, -180.0, 500.0)), 0.0, lon) == (0,)


def test_an_area_that_ends_at_the_antimeridian_holds_both_its_names() -> None:
    west, east = index(area([box(179.9, 0.0, 180.0, 0.1)])), index(area([box(-180.0, 0.0, -179.9, 0.1)]))
    for one in (west, east):
        assert inside(one, 0.05, 180.0) == inside(one, 0.05, -180.0) == (0,)
        assert metres(one, 0.05, -180.0) == metres(one, 0.05, 180.0) == 0
        assert one.locate_one(0.05, 180.0) == one.locate_one(0.05, -180.0) == {"0": 0.0}
    assert inside(west, 0.05, -179.9999) == inside(east, 0.05, 179.9999) == ()
    assert west.locate_one(0.05, -179.999)["0"] == pytest.approx(111.3, abs=0.1)
    assert east.locate_one(0.05, 179.999)["0"] == pytest.approx(111.3, abs=0.1)


def test_where_an_area_was_cut_is_a_border_only_where_one_side_is_empty() -> None:
    fiji = area([box(179.9, -17.0, 180.0, -16.9)], [box(-180.0, -17.0, -179.9, -16.8)])
    assert metres(index(fiji), -16.95, 180.0) < -5_000
    assert metres(index(fiji), -16.85, 179.999) == pytest.approx(106.5, abs=0.2)
    assert metres(index(fiji), -16.85, -179.999) == pytest.approx(-106.5, abs=0.2)


@pytest.mark.parametrize("sign", [1, -1])
def test_poles_are_places_like_others(sign: int) -> None:
    holds_pole, cap = Circle(sign * 89.999, 10.0, 500.0), area([zone(*sorted([sign * 89.99, sign * 90.0]))])
    one = index(holds_pole, cap)
    for lon in (-180.0, -170.0, 10.0, 179.0):
        assert inside(one, sign * 90.0, lon) == inside(one, sign * 89.999, lon) == (0, 1)
        assert inside(one, sign * 89.98, lon) == ()
        assert metres(one, sign * 89.989, lon, 1) == pytest.approx(111.7, abs=0.1)
        assert metres(one, sign * 89.991, lon, 1) == pytest.approx(-111.7, abs=0.1)
    assert metres(one, sign * 90.0, 0.0, 1) == pytest.approx(-1_116.9, abs=0.1)


def test_an_area_beside_a_pole_is_measured_round() -> None:
    """A wedge of 90 degrees to 200 m from the pole; on its other side the nearest spot is on its rim, not at a vertex."""
    low = 90 - 200 / 111_694
    one = index(area([box(-45.0, low - 0.01, 45.0, low)]))
    assert metres(one, 90.0, 0.0) == pytest.approx(200, abs=0.01)
    assert metres(one, 90 - 100 / 111_694, 0.0) == pytest.approx(100, abs=0.01)
    assert metres(one, 90 - 50 / 111_694, -180.0) == pytest.approx(
        math.hypot(50 + 200 * math.sqrt(0.5), 200 * math.sqrt(0.5)), abs=0.05
    )
    assert one.locate_one(90 - 50 / 111_694, -180.0)["0"] > 230


@pytest.mark.parametrize(
    ("lat", "lon"),
    [(math.nan, 4.9), (52.3, math.nan), (math.inf, 4.9), (52.3, -math.inf), (95.0, 4.9), (52.3, 365.0), (-90.1, 0.0)],
)
def test_what_is_no_position_is_nowhere_and_harms_nobody(lat: float, lon: float) -> None:
    """The ping door refuses all of these by name (test_ping)."""
    one = index(Circle(52.3, 4.9, 500.0), area([zone(-90.0, 90.0)]))
    assert inside(one, lat, lon) == ()
    assert one.locate_one(lat, lon) == {}
    row, number = one.containing(np.array([lat, 52.3, lat, 10.0]), np.array([lon, 4.9, lon, 10.0]))
    assert (row.tolist(), number.tolist()) == ([1, 1, 3], [0, 1, 1])
    seen = one.locate(np.array([lat, 52.3]), np.array([lon, 4.9]))
    assert (seen.row.tolist(), seen.fence.tolist()) == ([1, 1], [0, 1])


def test_a_holes_border_is_inside_and_its_middle_is_not() -> None:
    one = index(area([box(4.0, 52.0, 4.01, 52.01), box(4.004, 52.004, 4.006, 52.006)], [box(4.011, 52.0, 4.02, 52.01)]))
    for lat, lon in [(52.004, 4.004), (52.005, 4.004), (52.006, 4.005), (52.01, 4.01), (52.0, 4.005), (52.005, 4.015)]:
        assert inside(one, lat, lon) == (0,)
    assert inside(one, 52.005, 4.005) == inside(one, 52.005, 4.0105) == ()
    assert inside(one, 52.005, 4.004 + 1e-12) == ()


def test_overlapping_geofences_come_in_the_order_of_their_numbers() -> None:
    """Large ones lie in the coarse grid and small ones in the fine one: the order is not theirs."""
    shapes = [Circle(52.0, 4.0, radius) for radius in (50_000, 100, 20_000, 200, 30_000, 50)]
    one = index(*shapes, area([box(3.9, 51.9, 4.1, 52.1)]), area([box(-10.0, 40.0, 20.0, 60.0)]))
    assert inside(one, 52.0, 4.0) == tuple(range(8))
    assert one.locate(np.array([52.0]), np.array([4.0])).fence.tolist() == list(range(8))
    assert list(one.locate_one(52.0, 4.0)) == [str(i) for i in range(8)]


def test_large_geofences_do_not_fill_the_grid() -> None:
    """A thousand circles of 50 km and countries on top of each other, in cells of 87 m, would be some hundred million entries."""
    at = np.linspace(0, 1, 1_000)
    bounds = np.stack([50 + at, 3 + at, 51 + 10 * at, 5 + 20 * at], axis=1)
    fine = sum(grid.nbytes for grid in grids_of(bounds, np.arange(1_000)))
    assert fine < 40 * 1_000 * 4 * (CELLS_A_BOX + ITEMS_A_BOX)


def test_geofences_all_over_the_earth_do_not_fill_the_grid() -> None:
    chance = np.random.default_rng(5)
    south, west = chance.uniform(-80, 80, 20_000), chance.uniform(-180, 179, 20_000)
    grids = grids_of(np.stack([south, west, south + 0.003, west + 0.005], axis=1), np.arange(20_000))
    cells = sum(grid.nbytes for grid in grids) - 3_600 * 1_800 * 4
    assert cells < 2 * 20_000 * 4 * (CELLS_A_BOX + ITEMS_A_BOX)
