"""PostGIS on the server that PASSERBY_TEST_POSTGRES_URL names: one join of all points with all geofences.

Circles are boxes in the same index, then ST_DWithin on the ellipsoid. Everything lies in a temporary table that goes
with the connection.
"""

import os
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import psycopg
import shapely
from shapely.geometry.base import BaseGeometry

from benchmarks.figures import cpu_of
from benchmarks.matching.agreement import Pairs
from benchmarks.matching.peers import AbsentError, Engine, from_degrees
from geofences.fence_index import Fence
from geofences.metres import Floats
from geofences.shapes import Circle

POSTGRESQL = "PASSERBY_TEST_POSTGRES_URL"

TABLE = """
CREATE TEMP TABLE fence (number integer, box geometry(Polygon, 4326), shape geometry(Geometry, 4326), middle geography(Point), radius_m float8)
"""
JOIN = """
SELECT ping.row, fence.number
FROM (SELECT row, ST_SetSRID(ST_MakePoint(lon, lat), 4326) AS at FROM unnest(%s::int[], %s::float8[], %s::float8[]) AS given (row, lon, lat)) AS ping
JOIN fence ON fence.box && ping.at
AND CASE WHEN radius_m IS NULL THEN ST_Intersects(shape, at) ELSE ST_DWithin(middle, at::geography, radius_m) END
"""


@contextmanager
def postgis(fences: Sequence[Fence]) -> Iterator[Engine]:
    named = os.environ.get(POSTGRESQL)
    if not named:
        raise AbsentError(f"{POSTGRESQL} names no server")
    try:
        connection = psycopg.connect(_plain(named), autocommit=True)
    except psycopg.OperationalError as error:
        raise AbsentError(f"the server does not answer: {str(error).splitlines()[0]}") from None
    with connection:
        try:
            connection.execute("CREATE EXTENSION IF NOT EXISTS postgis")
        except psycopg.Error as error:
            raise AbsentError(f"the server has no PostGIS: {str(error).splitlines()[0]}") from None
        connection.execute("SET max_parallel_workers_per_gather = 0")
        connection.execute("SET jit = off")
        began = time.perf_counter()
        _fill(connection, fences)
        build_s = time.perf_counter() - began

        def containing(lat: Floats, lon: Floats) -> Pairs:
            asked = (list(range(len(lat))), lon.tolist(), lat.tolist())
            found = connection.execute(JOIN, asked, binary=True).fetchall()
            row, number = np.array(found, dtype=np.intp).reshape(-1, 2).T
            return row, number

        version = _one(
            connection, "SELECT 'PostGIS ' || postgis_lib_version() || ', PostgreSQL ' || split_part(version(), ' ', 2)"
        )
        pid = int(_one(connection, "SELECT pg_backend_pid()"))
        yield Engine("PostGIS, one join", version, from_degrees(containing), build_s, lambda: _server_cpu_s(pid))


def _fill(connection: psycopg.Connection, fences: Sequence[Fence]) -> None:
    connection.execute(TABLE)
    with connection.cursor().copy("COPY fence FROM STDIN") as copy:
        for number, fence in enumerate(fences):
            shape = fence.shape
            south, west, north, east = shape.bounds
            box = _bytes(shapely.box(west, south, east, north))
            if isinstance(shape, Circle):
                copy.write_row((number, box, None, f"POINT({shape.lon!r} {shape.lat!r})", shape.radius_m))
            else:
                copy.write_row((number, box, _bytes(shape.geometry), None, None))
    connection.execute("CREATE INDEX ON fence USING gist (box)")
    connection.execute("ANALYZE fence")


def _bytes(geometry: BaseGeometry) -> str:
    """To the last bit, as a text of decimals would not be."""
    return str(shapely.to_wkb(shapely.set_srid(geometry, 4326), hex=True, include_srid=True))


def _server_cpu_s(pid: int) -> float:
    """The server process' own, where it is on this machine; 0 where it is not."""
    try:
        return cpu_of(pid) if "postgres" in Path(f"/proc/{pid}/comm").read_text() else 0.0
    except OSError:
        return 0.0


def _one(connection: psycopg.Connection, sql: str) -> str:
    row = connection.execute(sql).fetchone()
    assert row is not None
    return str(row[0])


def _plain(url: str) -> str:
    """Without the name of a driver."""
    return url.replace("+psycopg", "", 1)
