"""The doors of location apps: each protocol as its client speaks it, and the client's own success in return."""

import asyncio
from collections.abc import Callable
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from starlette.responses import Response

from web.ingest import osmand, overland, owntracks, traccar, transistorsoft
from web.ingest.credentials import Came, LocationAppGuard
from web.ingest.describing import described
from web.ingest.intake import Intake, Records, Taken
from web.ingest.watching import Watch, Watching
from web.parts import Have, Parts
from web.problems import ProblemError, unauthorized
from workers.lanes import LanesUnavailableError

PREFIX = "/ingest"
ASIDE_BYTES = 50_000
"""A body over this is read in a thread, so that others' requests go on."""

router = APIRouter(prefix=PREFIX, tags=["location apps"])


def _intake_of(request: Request) -> Intake:
    intake: Intake = request.app.state.intake
    return intake


def _watching_of(request: Request) -> Watching:
    watching: Watching = request.app.state.watching
    return watching


IntoLanes = Annotated[Intake, Depends(_intake_of)]
Tells = Annotated[Watching, Depends(_watching_of)]
Sender = Annotated[Came, Depends(LocationAppGuard())]
OsmandSender = Annotated[Came, Depends(LocationAppGuard(*osmand.NAMES, in_body=osmand.token_of))]
TraccarSender = Annotated[Came, Depends(LocationAppGuard(in_body=traccar.token_of))]

Read = Callable[[bytes, float], Records]


@router.post("/owntracks", summary="OwnTracks", openapi_extra=described(owntracks.CLIENT))
async def take_owntracks(came: Sender, parts: Have, intake: IntoLanes, watching: Tells) -> Response:
    """One message of the app. The answer is `[]`, or the command that sets the geofences to watch."""
    taken = await _take(owntracks.CLIENT, came, owntracks.read, parts, intake)
    return _json(owntracks.answer(await _news(came, taken, parts, watching)))


@router.get(
    "/osmand",
    summary="OsmAnd form, in the address",
    response_class=Response,
    openapi_extra=described(None, *osmand.NAMES),
)
async def take_osmand_address(came: OsmandSender, request: Request, parts: Have, intake: IntoLanes) -> Response:
    """Traccar Client and GPSLogger: one position. `id` or `deviceid` may be the token."""
    return await _take_osmand(came, request, parts, intake)


@router.post(
    "/osmand",
    summary="OsmAnd form, in the address or the body",
    response_class=Response,
    openapi_extra=described(osmand.CLIENT, *osmand.NAMES),
)
async def take_osmand(came: OsmandSender, request: Request, parts: Have, intake: IntoLanes) -> Response:
    """As with GET; without a place in the address the body counts, a form or the Traccar Client's JSON."""
    return await _take_osmand(came, request, parts, intake)


@router.post(
    "/traccar", summary="Traccar Client, JSON", response_class=Response, openapi_extra=described(traccar.CLIENT)
)
async def take_traccar(came: TraccarSender, parts: Have, intake: IntoLanes) -> Response:
    """The token may be the app's device identifier, `device_id`."""
    await _take(traccar.CLIENT, came, traccar.read, parts, intake)
    return Response(b"")


@router.post("/overland", summary="Overland", openapi_extra=described(overland.CLIENT))
async def take_overland(came: Sender, parts: Have, intake: IntoLanes) -> Response:
    """A batch of points."""
    await _take(overland.CLIENT, came, overland.read, parts, intake)
    return _json(b'{"result":"ok"}')


@router.post("/transistorsoft", summary="Transistorsoft SDK", openapi_extra=described(transistorsoft.CLIENT))
async def take_transistorsoft(came: Sender, parts: Have, intake: IntoLanes, watching: Tells) -> Response:
    """One record or a batch. The answer is `{}`, or the commands that set the geofences to watch."""
    taken = await _take(transistorsoft.CLIENT, came, transistorsoft.read, parts, intake)
    return _json(transistorsoft.answer(await _news(came, taken, parts, watching)))


async def _take_osmand(came: Came, request: Request, parts: Parts, intake: Intake) -> Response:
    query = dict(request.query_params)
    await _take(osmand.CLIENT, came, lambda body, at: osmand.read(query, body, at), parts, intake)
    return Response(b"")


async def _take(client: str, came: Came, read: Read, parts: Parts, intake: Intake) -> Taken:
    """Read and put into the lane. What the customer did not agree to is dropped, and the app told of its success all the same."""
    now = parts.clock()
    if came.body is None:
        records = Records(now).drop("too_large")
    elif len(came.body) > ASIDE_BYTES:
        records = await asyncio.to_thread(read, came.body, now)
    else:
        records = read(came.body, now)
    try:
        taken = await intake.take(client, came.claim.device_id, records)
    except LanesUnavailableError as error:
        detail = "The positions could not be kept; send them again."
        after = {"Retry-After": str(error.retry_after_s)}
        raise ProblemError("service_unavailable", 503, detail, headers=after) from None
    if taken.refused == "revoked":
        raise unauthorized("This device is not registered any more.", sent=True)
    return taken


async def _news(came: Came, taken: Taken, parts: Parts, watching: Watching) -> Watch | None:
    return await watching.news(came.claim.device_id, taken.newest, parts.clock(), came.claim.platform)


def _json(body: bytes) -> Response:
    return Response(body, media_type="application/json")


def paths() -> frozenset[str]:
    """Every address of these doors."""
    return frozenset(str(route.path) for route in router.routes if hasattr(route, "path"))
