"""The town as an SVG map: outlines and places in metres from the north-west corner. Nothing is fetched, nobody is on it."""

import json
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

OUTLINES = Path(__file__).parents[2] / "seeds" / "amsterdam" / "streets.geojson"
"""The demo town's own outlines; its licences stand beside it."""

MARGIN_M = 190.0
METRES_PER_DEGREE = 111_195.0
"""Of latitude on a sphere of Earth's mean radius: a drawing needs no more."""

Place = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Frame:
    """What the map shows, and how degrees become its units (metres)."""

    west: float
    north: float
    per_lon: float
    per_lat: float
    width: int
    height: int

    def at(self, lat: float, lon: float) -> tuple[float, float]:
        return round((lon - self.west) * self.per_lon, 1), round((self.north - lat) * self.per_lat, 1)


def frame_around(places: Sequence[Place]) -> Frame:
    """A frame that holds all geofences with a margin; of no places, the town's centre."""
    points = [point for place in places for point in _corners(place)] or [(52.3702, 4.8952)]
    south, north = min(lat for lat, _ in points), max(lat for lat, _ in points)
    west, east = min(lon for _, lon in points), max(lon for _, lon in points)
    per_lon = METRES_PER_DEGREE * math.cos(math.radians((south + north) / 2))
    return Frame(
        west=west - MARGIN_M / per_lon,
        north=north + MARGIN_M / METRES_PER_DEGREE,
        per_lon=per_lon,
        per_lat=METRES_PER_DEGREE,
        width=round((east - west) * per_lon + 2 * MARGIN_M),
        height=round((north - south) * METRES_PER_DEGREE + 2 * MARGIN_M),
    )


def draw(places: Sequence[Place]) -> dict[str, Any]:
    """What the map's template takes: the frame, outlines as paths by kind, and places with their geofences and labels."""
    frame = frame_around(places)
    outlines: dict[str, list[str]] = {"neighbourhood": [], "building": [], "route": []}
    for feature in _features():
        outlines[feature["properties"]["kind"]].append(path(feature["geometry"], frame))
    return {"frame": frame, "outlines": outlines, "places": [_drawn(place, frame) for place in places]}


def _drawn(place: Place, frame: Frame) -> dict[str, Any]:
    x, y = frame.at(place["lat"], place["lon"])
    fences = []
    for fence in place["geofences"]:
        shape: dict[str, Any] = {"id": fence["id"], "role": fence["role"]}
        if "radius_m" in fence:
            shape["x"], shape["y"] = frame.at(fence["lat"], fence["lon"])
            shape["r"] = fence["radius_m"]
        else:
            shape["d"] = path(fence["geometry"], frame)
        fences.append(shape)
    right = x < frame.width * 0.62
    reach = max([fence.get("r", 0) for fence in fences] or [0]) + 24
    brand, _, rest = place["name"].partition(" ")
    return {
        "id": place["id"],
        "name": place["name"],
        "kind": place["kind"],
        "geofences": sorted(fences, key=lambda fence: fence["role"] == "other"),
        "label": {
            "x": x + reach if right else x - reach,
            "y": y,
            "anchor": "start" if right else "end",
            "lines": [brand, rest] if rest else [brand],
        },
    }


def path(geometry: Mapping[str, Any], frame: Frame) -> str:
    """The `d` of a path for a LineString, Polygon or MultiPolygon; holes are left out by the even-odd rule."""
    coordinates = geometry["coordinates"]
    if geometry["type"] == "LineString":
        return _line(coordinates, frame)
    polygons = [coordinates] if geometry["type"] == "Polygon" else coordinates
    return "".join(_line(ring[:-1], frame) + "Z" for polygon in polygons for ring in polygon)


def _line(points: Iterable[Sequence[float]], frame: Frame) -> str:
    drawn = []
    for point in points:
        x, y = frame.at(point[1], point[0])
        drawn.append(f"{x:.0f} {y:.0f}")
    return "M" + "L".join(dict.fromkeys(drawn))


def _corners(place: Place) -> Iterable[tuple[float, float]]:
    """Points (latitude, longitude) that the frame has to hold."""
    yield place["lat"], place["lon"]
    for fence in place["geofences"]:
        if "radius_m" in fence:
            reach_lat = fence["radius_m"] / METRES_PER_DEGREE
            reach_lon = reach_lat / max(0.01, math.cos(math.radians(fence["lat"])))
            yield fence["lat"] - reach_lat, fence["lon"] - reach_lon
            yield fence["lat"] + reach_lat, fence["lon"] + reach_lon
        else:
            geometry = fence["geometry"]
            coordinates = geometry["coordinates"]
            for polygon in [coordinates] if geometry["type"] == "Polygon" else coordinates:
                for lon, lat, *_ in polygon[0]:
                    yield lat, lon


@cache
def _features() -> list[dict[str, Any]]:
    if not OUTLINES.is_file():
        return []
    features: list[dict[str, Any]] = json.loads(OUTLINES.read_text(encoding="utf-8"))["features"]
    return features
