import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geofences.fence_index import REACH_M, Fence, FenceIndex
from geofences.metres import distance_m, wrap_lon
from geofences.shapes import Circle, Shape, read_shape


def fence(name: str, shape: Shape) -> Fence:
    return Fence(name, name, "premises", shape)


def index(**shapes: Shape) -> FenceIndex:
    return FenceIndex([fence(name, shape) for name, shape in shapes.items()], version=1)


def triangle(lat: float, lon: float, size: float) -> Shape:
    ring = [[lon, lat], [lon + size, lat], [lon + size, lat + size / 2], [lon, lat]]
    return read_shape({"geometry": {"type": "Polygon", "coordinates": [ring]}})


FIJI = read_shape(
    {
        "geometry": {
            "type": "MultiPolygon",
            "coordinates": [
                [[[179.9, -17.0], [180.0, -17.0], [180.0, -16.9], [179.9, -16.9], [179.9, -17.0]]],
                [[[-180.0, -17.0], [-179.8, -17.0], [-179.8, -16.9], [-180.0, -16.9], [-180.0, -17.0]]],
            ],
        }
    }
)
EVERYWHERE = FenceIndex(
    [
        *(fence(f"circle-{i}", Circle(52 + i / 500, 4 + i / 300, 50 + 10 * i)) for i in range(20)),
        *(fence(f"triangle-{i}", triangle(52 + i / 400, 4 + i / 400, 0.004)) for i in range(20)),
        fence("date-line", Circle(0.0, 179.9995, 500)),
        fence("north-pole", Circle(89.999, 10.0, 500)),
        fence("south-pole", Circle(-90.0, 0.0, 500)),
        fence("fiji", FIJI),
    ],
    version=1,
)
SPOTS = st.one_of(
    st.tuples(st.floats(51.99, 52.06), st.floats(3.99, 4.07)),
    st.tuples(st.floats(-90, 90), st.floats(-180, 180, exclude_max=True)),
    st.tuples(st.floats(-0.01, 0.01), st.floats(-0.01, 0.01).map(lambda lon: wrap_lon(lon + 180))),
    st.tuples(st.sampled_from([-90.0, -89.999, 89.999, 90.0]), st.floats(-180, 180, exclude_max=True)),
    st.tuples(st.floats(-17.01, -16.89), st.sampled_from([-180.0, 179.9999, -179.9999, -179.8])),
)


@settings(max_examples=60, deadline=None)
@given(st.lists(SPOTS, min_size=1, max_size=40))
def test_one_position_at_a_time_says_the_same_as_many(spots: list[tuple[float, float]]) -> None:
    lat, lon = np.array(spots).T
    many = EVERYWHERE.locate(lat, lon)
    for i, spot in enumerate(spots):
        mine = many.row == i
        names = [EVERYWHERE.fences[j].id for j in many.fence[mine]]
        one = EVERYWHERE.locate_one(*spot)
        assert list(one) == names
        assert list(one.values()) == many.distance_m[mine].tolist()


@settings(max_examples=60, deadline=None)
@given(st.lists(SPOTS, min_size=1, max_size=10))
def test_the_tree_misses_nothing(spots: list[tuple[float, float]]) -> None:
    everyone = np.arange(len(EVERYWHERE.fences))
    for lat, lon in spots:
        all_m = EVERYWHERE.distances(np.full(everyone.shape, lat), np.full(everyone.shape, lon), everyone)
        expected = {f.id for f, metres in zip(EVERYWHERE.fences, all_m, strict=True) if metres <= REACH_M}
        assert set(EVERYWHERE.locate_one(lat, lon)) == expected


def test_a_circle_is_round_in_metres_in_every_direction() -> None:
    # one degree of longitude is 0.61 degrees of latitude here: a circle in degrees would reach only 185 m east
    store = index(store=Circle(52.0, 4.0, 300))
    assert store.locate_one(52.0, 4.0 + 299.9 / 68_677.4)["store"] == pytest.approx(-0.1, abs=0.05)
    assert store.locate_one(52.0 + 300.1 / 111_267.6, 4.0)["store"] == pytest.approx(0.1, abs=0.05)


def test_reach_ends_where_it_says() -> None:
    store = index(store=Circle(0.0, 4.0, 100))
    metre = 1 / 111_319.49
    assert store.locate_one(0.0, 4.0 + 399 * metre)["store"] == pytest.approx(299, abs=0.01)
    assert store.locate_one(0.0, 4.0 + 401 * metre) == {}


@pytest.mark.parametrize(
    ("lat", "lon", "name"),
    [
        (0.0, 179.9990, "date-line"),
        (0.0, -179.9995, "date-line"),
        (0.0, -180.0, "date-line"),
        (89.999, 10.0, "north-pole"),
        (89.999, -170.0, "north-pole"),
        (90.0, -180.0, "north-pole"),
        (-90.0, 77.0, "south-pole"),
        (-89.998, 77.0, "south-pole"),
        (-16.95, -180.0, "fiji"),
        (-16.95, 179.99999, "fiji"),
    ],
)
def test_the_odd_places_of_the_earth_are_inside(lat: float, lon: float, name: str) -> None:
    assert EVERYWHERE.locate_one(lat, lon)[name] < -100


def test_a_circle_over_the_antimeridian_measures_the_short_way() -> None:
    metres = EVERYWHERE.locate_one(0.0, -179.9950)["date-line"]
    assert metres == pytest.approx(distance_m(0.0, 179.9995, 0.0, -179.9950) - 500, abs=1e-6)


def test_part_to_part_and_into_a_hole() -> None:
    square = [[4.0, 52.0], [4.01, 52.0], [4.01, 52.01], [4.0, 52.01], [4.0, 52.0]]
    hole = [[4.004, 52.004], [4.006, 52.004], [4.006, 52.006], [4.004, 52.006], [4.004, 52.004]]
    island = [[4.011, 52.0], [4.02, 52.0], [4.02, 52.01], [4.011, 52.01], [4.011, 52.0]]
    shape = read_shape({"geometry": {"type": "MultiPolygon", "coordinates": [[square, hole], [island]]}})
    park = index(park=shape)
    assert park.locate_one(52.005, 4.002)["park"] < 0
    assert park.locate_one(52.005, 4.005)["park"] > 0
    assert park.locate_one(52.005, 4.0105)["park"] == pytest.approx(34.3, abs=0.1)
    assert park.locate_one(52.005, 4.015)["park"] < 0


def test_an_empty_index_knows_nothing() -> None:
    empty = FenceIndex([], version=3)
    assert empty.locate_one(52.0, 4.0) == {}
    assert (empty.version, empty.fences, dict(empty.by_id)) == (3, (), {})
    assert len(empty.locate(np.array([52.0]), np.array([4.0])).row) == 0
    assert len(EVERYWHERE.locate(np.array([]), np.array([])).row) == 0


def test_two_geofences_can_not_have_one_id() -> None:
    twice = fence("store", Circle(52.0, 4.0, 100))
    with pytest.raises(ValueError, match="same id"):
        FenceIndex([twice, twice], version=1)
