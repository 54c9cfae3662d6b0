"""The town as an SVG map: outlines and places in metres from the north-west corner. Nothing is fetched, nobody is on it."""

import json
import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

OUTLINES = Path(__file__).parents[2] / "seeds" / "amsterdam" / "streets.geojson"
"""The demo town's own outlines; its licences stand beside it."""

NORTH_M, SIDE_M, SOUTH_M = 200.0, 160.0, 40.0
"""Around the outermost geofences; the outlines end soon after them in the south."""
GAP_M = 24.0
"""Between a place and its label."""
LETTER_M, LINE_M = 40.0, 72.0
"""A letter and a line of a label where the map is smallest, on a phone: 13 px at 5 m a pixel."""
METRES_PER_DEGREE = 111_195.0
"""Of latitude on a sphere of Earth's mean radius: a drawing needs no more."""

Place = Mapping[str, Any]
Box = tuple[float, float, float, float]
"""Left, top, right, bottom in the map's units."""


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
        west=west - SIDE_M / per_lon,
        north=north + NORTH_M / METRES_PER_DEGREE,
        per_lon=per_lon,
        per_lat=METRES_PER_DEGREE,
        width=round((east - west) * per_lon + 2 * SIDE_M),
        height=round((north - south) * METRES_PER_DEGREE + NORTH_M + SOUTH_M),
    )


def draw(places: Sequence[Place]) -> dict[str, Any]:
    """What the map's template takes: the frame, outlines as paths by kind, places with their geofences, and labels."""
    frame = frame_around(places)
    outlines: dict[str, list[str]] = {"neighbourhood": [], "building": [], "route": []}
    for feature in _features():
        outlines[feature["properties"]["kind"]].append(path(feature["geometry"], frame))
    return {
        "frame": frame,
        "outlines": outlines,
        "places": [_drawn(place, frame) for place in places],
        "labels": list(_labelled(places, frame)),
    }


def _drawn(place: Place, frame: Frame) -> dict[str, Any]:
    fences = []
    for fence in place["geofences"]:
        shape: dict[str, Any] = {"id": fence["id"], "role": fence["role"]}
        if "radius_m" in fence:
            shape["x"], shape["y"] = frame.at(fence["lat"], fence["lon"])
            shape["r"] = fence["radius_m"]
        else:
            shape["d"] = path(fence["geometry"], frame)
        fences.append(shape)
    return {"id": place["id"], "name": place["name"], "kind": place["kind"], "geofences": fences}


def _labelled(places: Sequence[Place], frame: Frame) -> Iterator[dict[str, Any]]:
    """Each place's name in one or two lines: beside, below or above it, where no other place and no other label is."""
    reaches = {place["id"]: _reach(place, frame) for place in places}
    taken: list[Box] = []
    for place in sorted(places, key=lambda place: -float(place["lon"])):  # those at the edge have the least choice
        brand, _, rest = place["name"].partition(" ")
        lines = [brand, rest] if rest else [brand]
        wide, high = max(map(len, lines)) * LETTER_M, len(lines) * LINE_M
        left, top, right, bottom = reaches[place["id"]]
        down = (top + bottom) / 2
        across = min(max((left + right) / 2, wide / 2), frame.width - wide / 2)
        choices = [
            ("start", right + GAP_M, down - high / 2),
            ("end", left - GAP_M, down - high / 2),
            ("middle", across, bottom + GAP_M),
            ("middle", across, top - GAP_M - high),
        ]
        others = [*taken, *(reach for other, reach in reaches.items() if other != place["id"])]
        anchor, x, y = next((one for one in choices if _is_free(_box(one, wide, high), others, frame)), choices[0])
        taken.append(_box((anchor, x, y), wide, high))
        yield {"x": round(x, 1), "y": round(y + 0.8 * LINE_M, 1), "anchor": anchor, "lines": lines}


def _box(choice: tuple[str, float, float], wide: float, high: float) -> Box:
    anchor, x, y = choice
    left = {"start": x, "end": x - wide, "middle": x - wide / 2}[anchor]
    return left, y, left + wide, y + high


def _is_free(box: Box, others: Iterable[Box], frame: Frame) -> bool:
    left, top, right, bottom = box
    if left < 0 or top < 0 or right > frame.width or bottom > frame.height:
        return False
    return all(left > other[2] or right < other[0] or top > other[3] or bottom < other[1] for other in others)


def _reach(place: Place, frame: Frame) -> Box:
    corners = [frame.at(lat, lon) for lat, lon in _corners(place)]
    across, down = [x for x, _ in corners], [y for _, y in corners]
    return min(across), min(down), max(across), max(down)


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
