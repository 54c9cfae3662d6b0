"""Geofences of every sort anywhere on Earth, and ways to them by brute force, for properties."""

import math
from collections.abc import Iterator

import numpy as np
from geographiclib.geodesic import Geodesic
from hypothesis import strategies as st

from geofences.fence_index import Fence
from geofences.metres import distances_m, wrap_lon
from geofences.shapes import Circle, Shape, read_shape

Spot = tuple[float, float]

PLACES = st.one_of(
    st.tuples(st.floats(51, 53), st.floats(3, 7)),
    st.tuples(st.floats(-1, 1), st.floats(-1, 1)),
    st.tuples(st.floats(-60, 60), st.sampled_from([179.99, -179.99, 180.0, -180.0, 179.9])),
    st.tuples(st.floats(88, 90), st.floats(-180, 180)),
    st.tuples(st.floats(-90, -88), st.floats(-180, 180)),
)


def way_m(a: Spot, b: Spot) -> float:
    """Karney's, the truth."""
    return float(Geodesic.WGS84.Inverse(*a, *b, Geodesic.DISTANCE)["s12"])


def gone_from(spot: Spot, azimuth: float, metres: float) -> Spot:
    there = Geodesic.WGS84.Direct(*spot, azimuth, metres)
    return there["lat2"], wrap_lon(there["lon2"])


@st.composite
def shapes(draw: st.DrawFn, around: Spot, spread_m: float) -> Shape:
    """A circle, or a star with or without a hole, so many metres around at most; some over the antimeridian."""
    middle = gone_from(around, draw(st.floats(0, 360)), draw(st.floats(0, spread_m)))
    radius = draw(st.sampled_from([20.0, 80.0, 300.0, 5_000.0, 60_000.0])) * draw(st.floats(0.5, 1))
    if draw(st.booleans()) or abs(middle[0]) > 89 or radius > 20_000:
        return Circle(*middle, radius)
    corners = draw(st.lists(st.floats(0.4, 1.0), min_size=3, max_size=24))
    outer = [gone_from(middle, -360 * i / len(corners), share * radius) for i, share in enumerate(corners)]
    hole = [gone_from(middle, 120 * i, 0.1 * radius) for i in range(3)] if draw(st.booleans()) else []
    whole = Circle(*middle, 0.0)
    try:
        return read_shape({"geometry": _polygon(outer, hole)})
    except ValueError:  # it crosses itself, or lies over the antimeridian: `cut_in_two` has those
        return whole if radius < 1 else Circle(*middle, radius)


def _polygon(outer: list[Spot], hole: list[Spot]) -> dict[str, object]:
    rings = [[[lon, lat] for lat, lon in (*ring, ring[0])] for ring in (outer, hole) if ring]
    return {"type": "Polygon", "coordinates": rings}


def cut_in_two(lat: float, width: float) -> Shape:
    """A box over the antimeridian, as GeoJSON has it: in two parts."""
    halves = [(180 - width, 180.0), (-180.0, width - 180)]
    rings = [
        [[[west, lat], [east, lat], [east, lat + width], [west, lat + width], [west, lat]]] for west, east in halves
    ]
    return read_shape({"geometry": {"type": "MultiPolygon", "coordinates": rings}})


@st.composite
def towns(draw: st.DrawFn, most: int = 8) -> tuple[Spot, list[Fence]]:
    """A spot, and geofences near it and far."""
    lat, lon = draw(PLACES)
    spot = (lat, wrap_lon(lon))
    found = [
        draw(shapes(spot, draw(st.sampled_from([100.0, 2_000.0, 40_000.0, 3_000_000.0]))))
        for _ in range(draw(st.integers(0, most)))
    ]
    if draw(st.booleans()):
        found.append(cut_in_two(draw(st.floats(-60, 60)), draw(st.sampled_from([0.002, 0.05, 1.0]))))
    return spot, [Fence(f"gf_{i}", "store", "premises", shape) for i, shape in enumerate(found)]


def border_of(shape: Shape, apart_m: float = 1_000.0, least: int = 12) -> Iterator[Spot]:
    """Spots along the border, some `apart_m` from each other at most, and so many an edge at least."""
    if isinstance(shape, Circle):
        yield from (gone_from(shape.centre, 360 * i / 360, shape.radius_m) for i in range(360))
        return
    for lat, lon, lat2, lon2 in shape.edges.tolist():
        steps = max(least, math.ceil(math.hypot(lat2 - lat, lon2 - lon) * 111_700 / apart_m))
        yield from ((lat + i / steps * (lat2 - lat), lon + i / steps * (lon2 - lon)) for i in range(steps))


def border_m(shape: Shape, spot: Spot) -> float:
    """To the border, no less than the truth by more than 1 mm, which is what the other formula for ways is off."""
    if isinstance(shape, Circle):
        return abs(way_m(shape.centre, spot) - shape.radius_m)
    spots = np.array(list(border_of(shape, 100.0, 24)))
    return float(distances_m(np.full(len(spots), spot[0]), np.full(len(spots), spot[1]), *spots.T).min())
