"""Geofences of every kind in every odd place of the Earth, and positions that are hard for them, by a seed."""

import math
import random
from collections.abc import Iterator

import shapely
from geographiclib.geodesic import Geodesic

from geofences.fence_index import Fence
from geofences.metres import wrap_lon
from geofences.shapes import Area, Circle, Shape, ShapeError, read_shape

PLACES = [
    (52.37, 4.89),
    (0.0, 0.0),
    (0.0, 180.0),
    (-17.0, 179.99),
    (60.0, -180.0),
    (89.99, 10.0),
    (-89.95, 0.0),
    (-33.9, 151.2),
]
Spot = tuple[float, float]


def star(chance: random.Random, lat: float, lon: float, radius_deg: float) -> Shape | None:
    """A polygon round the place, perhaps with a hole, cut where it goes over the antimeridian; or none that can be."""
    count = chance.randint(3, 60)
    reach = [radius_deg * chance.uniform(0.4, 1) for _ in range(count)]
    scale = max(0.05, math.cos(math.radians(lat)))

    def ring(size: float) -> list[Spot]:
        turns = [math.tau * i / count for i in range(count)]
        return [
            (lon + size * r * math.cos(t) / scale, max(-90.0, min(90.0, lat + size * r * math.sin(t))))
            for r, t in zip(reach, turns, strict=True)
        ]

    whole = shapely.Polygon(ring(1), [ring(0.4)] if chance.random() < 0.5 else [])
    if not whole.is_valid:
        return None
    parts = []
    for turn in (-360, 0, 360):
        part = whole.intersection(shapely.box(turn - 180, -90, turn + 180, 90))
        moved = shapely.transform(part, lambda at, turn=turn: at - (turn, 0))
        parts += [one for one in getattr(moved, "geoms", [moved]) if isinstance(one, shapely.Polygon) and one.area > 0]
    try:
        return read_shape({"geometry": shapely.MultiPolygon(parts).__geo_interface__})
    except ShapeError:
        return None


def shape(chance: random.Random) -> Shape:
    lat, lon = chance.choice(PLACES)
    lat = max(-90.0, min(90.0, lat + chance.gauss(0, 0.01)))
    lon = wrap_lon(lon + chance.gauss(0, 0.01))
    made = star(chance, lat, lon, 10 ** chance.uniform(-4, 1)) if chance.random() < 0.6 else None
    return made or Circle(lat, lon, 10 ** chance.uniform(0, 4.69))


def fences(seed: int, count: int = 25) -> list[Fence]:
    chance = random.Random(seed)
    return [Fence(f"gf-{i}", f"gf-{i}", "premises", shape(chance)) for i in range(count)]


def spots(seed: int, some: list[Fence]) -> list[Spot]:
    """On borders, a few last bits and metres beside them, within, around, and anywhere."""
    chance = random.Random(seed)
    found = [(90.0, 0.0), (-90.0, -180.0), (89.999, 170.0), (0.0, -180.0), (-17.0, 179.9999)]
    for fence in some:
        found += list(_around(chance, fence.shape))
    return [(lat, wrap_lon(lon)) for lat, lon in found if -90 <= lat <= 90]


def _around(chance: random.Random, shape: Shape) -> Iterator[Spot]:
    lat, lon, radius = shape.covering
    for _ in range(3):
        way = Geodesic.WGS84.Direct(lat, lon, chance.uniform(0, 360), radius * chance.uniform(0, 1.3))
        yield way["lat2"], way["lon2"]
    off = chance.choice([0, 1e-9, 1e-6, 1e-3, 1e-1, 200.0]) * chance.choice([-1, 1])
    if isinstance(shape, Area):
        lat1, lon1, lat2, lon2 = shape.edges[chance.randrange(len(shape.edges))].tolist()
        share, off = chance.choice([0.0, 0.5, chance.random()]), off * 1e-5
        at = lat1 + share * (lat2 - lat1), lon1 + share * (lon2 - lon1)
        yield at
        yield at[0] + off, at[1]
        yield at[0], at[1] + off
    else:
        way = Geodesic.WGS84.Direct(lat, lon, chance.uniform(0, 360), max(0.0, shape.radius_m + off))
        yield way["lat2"], way["lon2"]
