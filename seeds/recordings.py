"""Recorded walks as values: what a phone saw, when, and where it really was if anybody knows.

A file holds one recording or many. GPX, CSV (also gzipped) and the OwnTracks recorder's `.rec` are read;
latitude and longitude in degrees, accuracy in metres, speed in metres a second, times in epoch seconds.
"""

import csv
import gzip
import json
import math
import zlib
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path
from typing import Any, TextIO

import gpxpy
import gpxpy.gpx

WALKING_PACE_MPS = 1.4
"""A grown person's usual pace: the preferred speed of walking studies, 1.3 to 1.4 m/s."""

GPX_ACCURACY_M = 10.0
"""GPX has no accuracy. What was recorded by satellite under an open sky is taken to be this good."""

METRES_PER_HDOP = 5.0
"""Where GPX has a dilution of precision: times the usual range error of a phone's receiver."""

GPS_EPOCH = datetime(1980, 1, 6, tzinfo=UTC).timestamp()
"""No satellite told a time before; some writers put 1901 or 1970 where they have none."""

# What tells one recording of a CSV file from the next, where the columns are there.
_GROUPING = ("trace", "phone", "run", "leg")

_COLUMNS = {
    "at": "ts",
    "lat": "lat",
    "lon": "lon",
    "accuracy_m": "accuracy_m",
    "speed_mps": "speed_mps",
    "true_lat": "true_lat",
    "true_lon": "true_lon",
}
"""Fix's names and the columns of a CSV file; only the first three have to be there."""


class RecordingError(Exception):
    """A recording that can not be read: which file, which line (None: the whole file), and what is wrong."""

    def __init__(self, file: Path, line: int | None, problem: str) -> None:
        self.file, self.line, self.problem = file, line, problem
        super().__init__(f"{file}: {problem}" if line is None else f"{file}, line {line}: {problem}")


@dataclass(frozen=True, slots=True)
class Fix:
    """One recorded position. `at` is in epoch seconds; None is unknown, never zero."""

    at: float
    lat: float
    lon: float
    accuracy_m: float | None = None
    speed_mps: float | None = None
    true_lat: float | None = None
    true_lon: float | None = None


@dataclass(frozen=True, slots=True)
class Recording:
    """One phone on one way: at least one fix, in the order of their times. Names are unique within a file."""

    name: str
    fixes: tuple[Fix, ...]

    @property
    def duration_s(self) -> float:
        return self.fixes[-1].at - self.fixes[0].at


def read_recordings(path: Path) -> list[Recording]:
    """All recordings of a file, in the file's order. Raises RecordingError for what can not be read."""
    reader = next((read for ending, read in _READERS.items() if path.name.lower().endswith(ending)), None)
    if reader is None:
        raise RecordingError(path, None, f"not a kind of recording that is known here: {', '.join(_READERS)}")
    try:
        tracks = reader(path)
    except UnicodeDecodeError as error:
        raise RecordingError(path, None, "not UTF-8 text") from error
    except (gzip.BadGzipFile, EOFError, zlib.error) as error:
        raise RecordingError(path, None, "not gzip, or cut off") from error
    except OSError as error:
        raise RecordingError(path, None, error.strerror or "can not be opened") from error
    recordings = _named(tracks)
    if not recordings:
        raise RecordingError(path, None, "holds no position")
    return recordings


def _named(tracks: Iterable[tuple[str, list[Fix]]]) -> list[Recording]:
    """Sorted by time, fixes of one time in the order they were recorded; a name that comes again is counted up."""
    seen: Counter[str] = Counter()
    recordings = []
    for name, fixes in tracks:
        if not fixes:
            continue
        seen[name] += 1
        unique = name if seen[name] == 1 else f"{name} ({seen[name]})"
        recordings.append(Recording(unique, tuple(sorted(fixes, key=lambda fix: fix.at))))
    return recordings


# CSV


def _read_csv(path: Path) -> list[tuple[str, list[Fix]]]:
    with _open_text(path) as lines:
        rows = csv.DictReader(lines, strict=True)
        try:
            columns = rows.fieldnames or ()
            missing = [name for name in ("ts", "lat", "lon") if name not in columns]
            if missing:
                raise RecordingError(path, 1, f"the heading has no column {', '.join(missing)}")
            grouping = [name for name in _GROUPING if name in columns]
            tracks: dict[str, list[Fix]] = {}
            for row in rows:
                name = "|".join(row[column] or "" for column in grouping) or path.name.split(".")[0]
                tracks.setdefault(name, []).append(_fix_of_row(path, rows.line_num, row))
        except csv.Error as error:
            raise RecordingError(path, rows.line_num + 1, f"not CSV: {error}") from error
    return list(tracks.items())


def _open_text(path: Path) -> TextIO:
    if path.name.lower().endswith(".gz"):
        return gzip.open(path, "rt", encoding="utf-8", newline="")
    return path.open(encoding="utf-8", newline="")


def _fix_of_row(path: Path, line: int, row: Mapping[str, str | None]) -> Fix:
    said: dict[str, float | None] = {}
    for name, column in _COLUMNS.items():
        text = row.get(column)
        try:
            said[name] = float(text) if text else None
        except ValueError as error:
            raise RecordingError(path, line, f"{column} is not a number") from error
    return _checked(path, line, **said)


# OwnTracks recorder: time, tab, kind padded to 18 characters, tab, JSON; `*` is the kind of a position


def _read_owntracks(path: Path) -> list[tuple[str, list[Fix]]]:
    fixes = []
    with path.open(encoding="utf-8") as lines:
        for line, text in enumerate(lines, start=1):
            if not text.strip():
                continue
            columns = text.rstrip("\n").split("\t", 2)
            if len(columns) != 3:
                raise RecordingError(path, line, "not a line of the OwnTracks recorder: time, kind and JSON, by tabs")
            if columns[1].strip() != "*":
                continue
            try:
                said = json.loads(columns[2])
            except ValueError as error:
                raise RecordingError(path, line, "the third column is not JSON") from error
            if isinstance(said, dict) and said.get("_type") == "location":
                fixes.append(_fix_of_owntracks(path, line, said))
    return [(path.stem, fixes)]


def _fix_of_owntracks(path: Path, line: int, said: Mapping[str, Any]) -> Fix:
    def number(key: str) -> float | None:
        value = said.get(key)
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise RecordingError(path, line, f"{key} is not a number")
        return float(value)

    speed_kmh = number("vel")
    speed_mps = None if speed_kmh is None else speed_kmh / 3.6
    lat, lon = number("lat"), number("lon")
    return _checked(path, line, at=number("tst"), lat=lat, lon=lon, accuracy_m=number("acc"), speed_mps=speed_mps)


# GPX


def _read_gpx(path: Path) -> list[tuple[str, list[Fix]]]:
    with path.open(encoding="utf-8-sig") as text:
        try:
            gpx = gpxpy.parse(text)
        except (gpxpy.gpx.GPXException, ValueError) as error:
            if isinstance(error, UnicodeDecodeError):
                raise
            line = getattr(error.__cause__ or error.__context__, "position", (None,))[0]
            raise RecordingError(path, line, "not GPX") from error
    for point in gpx.walk(only_points=True):
        if point.time is not None and _epoch(point.time) < GPS_EPOCH:
            point.time = None
    gpx.add_missing_times()
    tracks = []
    for track in gpx.tracks:
        points = [point for segment in track.segments for point in segment.points]
        if len({point.time for point in points if point.time is not None}) > 1:
            timed = [(_epoch(point.time), point) for point in points if point.time is not None]
        else:
            timed = list(_walked(points))
        tracks.append((track.name or path.stem, [_fix_of_point(path, at, point) for at, point in timed]))
    for route in gpx.routes:
        fixes = [_fix_of_point(path, at, point) for at, point in _walked(route.points)]
        tracks.append((route.name or path.stem, fixes))
    return tracks


def _epoch(time: datetime) -> float:
    """GPX times are in UTC; gpxpy leaves the zone off where the file does."""
    return (time if time.tzinfo else time.replace(tzinfo=UTC)).timestamp()


def _walked(points: list[Any]) -> Iterable[tuple[float, Any]]:
    """Somebody walks along points that have no times, or one time for all: a fix each second, and one at the end."""
    if not points:
        return
    at = left_s = 0.0
    for here, there in pairwise(points):
        leg_s = here.distance_2d(there) / WALKING_PACE_MPS
        while left_s < leg_s:
            share = left_s / leg_s
            between = gpxpy.gpx.GPXTrackPoint(
                latitude=here.latitude + share * (there.latitude - here.latitude),
                longitude=here.longitude + share * (there.longitude - here.longitude),
                horizontal_dilution=here.horizontal_dilution,
            )
            yield at, between
            at, left_s = at + 1.0, left_s + 1.0
        left_s -= leg_s
    yield at, points[-1]


def _fix_of_point(path: Path, at: float, point: Any) -> Fix:
    dilution = point.horizontal_dilution
    accuracy_m = METRES_PER_HDOP * dilution if dilution else GPX_ACCURACY_M
    speed_mps = getattr(point, "speed", None)
    return _checked(
        path, None, at=at, lat=point.latitude, lon=point.longitude, accuracy_m=accuracy_m, speed_mps=speed_mps
    )


# What every kind shares


def _checked(path: Path, line: int | None, **said: float | None) -> Fix:
    """A fix of the numbers that a file gives under the names of Fix; `at`, `lat` and `lon` have to be there."""
    at, lat, lon = (_required(path, line, name, said[name]) for name in ("at", "lat", "lon"))
    if not (-90 <= lat <= 90 and -180 <= lon <= 180):
        raise RecordingError(path, line, "latitude is -90 to 90 degrees and longitude -180 to 180")
    accuracy_m = _known(said["accuracy_m"]) or None  # an accuracy of 0 is unknown, never perfect
    return Fix(at, lat, lon, accuracy_m, _known(said["speed_mps"]), said.get("true_lat"), said.get("true_lon"))


def _required(path: Path, line: int | None, name: str, value: float | None) -> float:
    if value is None or not math.isfinite(value):
        raise RecordingError(path, line, f"a position without {'time' if name == 'at' else name}")
    return value


def _known(value: float | None) -> float | None:
    """Phones say unknown as -1 or as nothing at all."""
    return None if value is None or not math.isfinite(value) or value < 0 else value


_READERS: Mapping[str, Callable[[Path], list[tuple[str, list[Fix]]]]] = {
    ".gpx": _read_gpx,
    ".csv": _read_csv,
    ".csv.gz": _read_csv,
    ".rec": _read_owntracks,
}
