"""What a device should watch by itself where it is: `GET /v1/geofences/nearby`.

The position is used for the answer and goes with it. Yet it is one, so the rule is the ping door's: without a consent that covers
positions nothing is answered. A positions-only token stands in other people's apps for ever, and stays at what its name says; their
protocols have answers of their own that say what to watch.
"""

import math
from typing import Annotated

from fastapi import APIRouter, Query
from starlette.responses import Response

from geofences import nearby
from geofences.fence_index import Fence
from geofences.ping import Refusal, read_ping
from offers import devices
from offers.errors import Fault
from web.bodies import JsonRoute, json_answer
from web.examples import NEARBY, answers
from web.guards import Device
from web.parts import Have
from web.problems import ProblemError

MOST_WATCHED = 100
"""What Android watches for one app; iOS watches 20."""
LIMIT = 20

router = APIRouter(prefix="/v1/geofences", tags=["pings"], route_class=JsonRoute)

Lat = Annotated[float, Query(ge=-90, le=90, allow_inf_nan=False, description="Degrees, WGS84.", examples=[52.3702])]
Lon = Annotated[float, Query(ge=-180, le=180, allow_inf_nan=False, description="Degrees, WGS84.", examples=[4.8906])]
Accuracy = Annotated[
    float | None, Query(allow_inf_nan=False, description="Metres, as the phone reports it; missing counts as 50.")
]
Most = Annotated[
    int, Query(ge=1, le=MOST_WATCHED, description="So many are told at most: 20 for iOS, 100 for Android.")
]


@router.get("/nearby", summary="What the device should watch by itself", responses=answers(NEARBY))
def list_nearby(
    device: Device, parts: Have, *, lat: Lat, lon: Lon, accuracy_m: Accuracy = None, limit: Most = LIMIT
) -> Response:
    """The geofences with the nearest borders, nearest first; each circle holds its geofence.

    Within `quiet_radius_m` nothing can change; within `watch_radius_m` no geofence can be entered that is not told here.
    """
    here = read_ping({"lat": lat, "lon": lon, "accuracy_m": accuracy_m}, received_at=0.0)
    if isinstance(here, Refusal):
        raise ProblemError("bad_input", 422, "The position was refused.", [Fault(here.field, here.message)])
    with parts.database.reading() as session:
        devices.must_cover_positions(session, device.device_id)
    index = parts.fences.index
    if index.version < 0:
        detail, after = "The geofences were not read yet; try again.", {"Retry-After": "1"}
        raise ProblemError("service_unavailable", 503, detail, headers=after)
    watch = nearby.watch(index, here.lat, here.lon, limit, here.accuracy_m)
    quiet_radius_m = nearby.quiet_radius(index, here.lat, here.lon, here.accuracy_m)
    return json_answer(
        {
            "items": [_item(fence) for fence in watch.fences],
            "quiet_radius_m": nearby.told_m(quiet_radius_m),
            "watch_radius_m": nearby.told_m(watch.radius_m),
            "geofences_version": index.version,
        }
    )


def _item(fence: Fence) -> dict[str, object]:
    lat, lon, radius_m = fence.shape.covering
    return {
        "geofence_id": fence.id,
        "place": fence.place,
        "lat": lat,
        "lon": lon,
        "radius_m": math.ceil(radius_m * 10) / 10,
        "dwell_s": fence.dwell_s,
    }
