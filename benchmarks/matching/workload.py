"""The geofences and pings that every table of matching is about: the same for the same seed, on any machine.

Geofences have a radius of 50 to 300 m; an area is a star-shaped polygon of 16 to 64 vertices that lie between 0.6 and 1
radius from its middle. *uniform*: geofences and pings anywhere in the Netherlands' box. *clustered*: both round the
same 25 towns. Walkers move 20 to 200 m from ping to ping, each time in a direction of its own.
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import shapely

from geofences.fence_index import Fence, FenceIndex, Ints
from geofences.metres import Floats, metres_per_degree
from geofences.shapes import Area, Circle

SEED = 38
SOUTH, NORTH, WEST, EAST = 50.75, 53.55, 3.36, 7.22
TOWNS = 25
TOWN_M = 2_100.0
"""Standard deviation of a town on each axis: 10,000 clustered geofences then hold a ping 0.6 times over."""
LEAST_M, MOST_M = 50.0, 300.0
STEP_LEAST_M, STEP_MOST_M = 20.0, 200.0

Kind = Literal["circles", "polygons", "mixed"]
Spread = Literal["uniform", "clustered"]


@dataclass(frozen=True, slots=True)
class Walk:
    """Pings in the order in which they arrive, each walker's in the order of time; all three of one length."""

    device: Ints
    lat: Floats
    lon: Floats

    def __len__(self) -> int:
        return len(self.device)

    def batches(self, size: int) -> Iterator["Walk"]:
        for i in range(0, len(self), size):
            part = slice(i, i + size)
            yield Walk(self.device[part], self.lat[part], self.lon[part])

    def only(self, keep: np.ndarray[tuple[int], np.dtype[np.bool_]]) -> "Walk":
        return Walk(self.device[keep], self.lat[keep], self.lon[keep])


def geofences(count: int, kind: Kind, spread: Spread = "uniform", seed: int = SEED) -> list[Fence]:
    """`count` of them with ids that sort as their numbers do; of *mixed* every second one is a circle."""
    random = np.random.default_rng([seed, 1])
    lat, lon = _spots(random, count, spread, seed)
    radius = random.uniform(LEAST_M, MOST_M, count)
    vertices = random.integers(16, 65, count)
    found = []
    for i, (at_lat, at_lon, metres) in enumerate(zip(lat.tolist(), lon.tolist(), radius.tolist(), strict=True)):
        if kind == "circles" or (kind == "mixed" and i % 2 == 0):
            shape: Circle | Area = Circle(at_lat, at_lon, metres)
        else:
            shape = _star(random, at_lat, at_lon, metres, int(vertices[i]))
        found.append(Fence(f"f{i:07}", f"p{i:07}", "premises", shape))
    return found


def positions(count: int, spread: Spread = "uniform", seed: int = SEED) -> tuple[Floats, Floats]:
    """Latitudes and longitudes of pings that have nothing to do with each other."""
    return _spots(np.random.default_rng([seed, 2]), count, spread, seed)


def positions_near(fences: Sequence[Fence], count: int, seed: int = SEED) -> tuple[Floats, Floats]:
    """Pings at most 400 m north or south and east or west of a geofence's centre: where somebody has to look closely."""
    random = np.random.default_rng([seed, 3])
    centres = np.array([fences[i].shape.centre for i in random.integers(0, len(fences), count)])
    per_lat, per_lon = metres_per_degree((SOUTH + NORTH) / 2)
    away = random.uniform(-400, 400, (count, 2))
    return centres[:, 0] + away[:, 0] / per_lat, centres[:, 1] + away[:, 1] / per_lon


def walkers(count: int, rounds: int, spread: Spread = "uniform", seed: int = SEED) -> Walk:
    """`count` walkers with `rounds` pings each; in every round each walker pings once, in an order of its own."""
    random = np.random.default_rng([seed, 4])
    lat, lon = _spots(random, count, spread, seed)
    device = np.empty((rounds, count), dtype=np.intp)
    lats, lons = np.empty((rounds, count)), np.empty((rounds, count))
    for i in range(rounds):
        order = random.permutation(count)
        device[i], lats[i], lons[i] = order, lat[order], lon[order]
        metres = random.uniform(STEP_LEAST_M, STEP_MOST_M, count)
        lat, lon = _moved(lat, lon, metres, random.uniform(0, 2 * math.pi, count))
    return Walk(device.ravel(), lats.ravel(), lons.ravel())


def clear_of_circles(index: FenceIndex, walk: Walk, by_m: float = 2.0) -> Walk:
    """Without the pings so near to a circle's border that a sphere and an ellipsoid may disagree on them: at most 0.56 %
    of 300 m. Others measure on a sphere, and are to give the same answers.
    """
    near = index.locate(walk.lat, walk.lon)
    is_circle = np.array([isinstance(fence.shape, Circle) for fence in index.fences])
    keep = np.ones(len(walk), dtype=bool)
    keep[near.row[is_circle[near.fence] & (np.abs(near.distance_m) <= by_m)]] = False
    return walk.only(keep)


def _spots(random: np.random.Generator, count: int, spread: Spread, seed: int) -> tuple[Floats, Floats]:
    if spread == "uniform":
        return random.uniform(SOUTH, NORTH, count), random.uniform(WEST, EAST, count)
    towns = np.random.default_rng([seed, 0])
    town_lat, town_lon = towns.uniform(SOUTH + 0.2, NORTH - 0.2, TOWNS), towns.uniform(WEST + 0.2, EAST - 0.2, TOWNS)
    town = random.integers(0, TOWNS, count)
    metres, bearing = random.rayleigh(TOWN_M, count), random.uniform(0, 2 * math.pi, count)
    return _moved(town_lat[town], town_lon[town], metres, bearing)


def _moved(lat: Floats, lon: Floats, metres: Floats, bearing: Floats) -> tuple[Floats, Floats]:
    """On a plane: good to a part in a thousand, and a random step needs no more."""
    per_lat = metres_per_degree((SOUTH + NORTH) / 2)[0]
    per_lon = per_lat * np.cos(np.radians(lat))
    return lat + metres * np.cos(bearing) / per_lat, lon + metres * np.sin(bearing) / per_lon


def _star(random: np.random.Generator, lat: float, lon: float, radius_m: float, vertices: int) -> Area:
    per_lat, per_lon = metres_per_degree(lat)
    turn = np.arange(vertices) * (2 * math.pi / vertices)
    metres = radius_m * random.uniform(0.6, 1.0, vertices)
    ring = np.stack([lon + metres * np.cos(turn) / per_lon, lat + metres * np.sin(turn) / per_lat], axis=1)
    return Area(shapely.Polygon(ring))
