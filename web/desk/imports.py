"""The doors that take whole files: places, customers, products, purchases, posters."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass
from email.message import Message
from functools import partial
from threading import Event
from typing import Annotated, BinaryIO, Literal

from fastapi import APIRouter, Depends, Query, Request
from starlette.responses import Response, StreamingResponse

from offers import customers, places, posters, products, purchases
from offers.imports import Write
from offers.rules.rows.csv_rows import csv_rows
from offers.rules.rows.feature_rows import feature_rows
from offers.rules.rows.json_rows import json_rows
from offers.rules.rows.kinds import Kind, kinds
from offers.rules.rows.row import Row
from web.files import GEOJSON, JSON_LINES, file_door
from web.guards import Admin, Caller, server
from web.importing import Job, look_through, told_as_it_goes, told_at_the_end
from web.parts import Have, Parts
from web.problems import ProblemError

router = APIRouter(prefix="/v1", tags=["imports"])

Read = Callable[[BinaryIO], Iterator[Row]]
Seller = Annotated[Caller, Depends(server("till", "orders"))]


@dataclass(frozen=True, slots=True)
class Wish:
    """What the caller wants of the import and of its report."""

    atomic: bool
    only_refused: bool


def _wish(
    *,
    atomic: Annotated[
        bool, Query(description="All rows or none: a refused one is 422, and nothing was written.")
    ] = False,
    report: Annotated[Literal["all", "refused"], Query(description="Which rows the report names.")] = "all",
) -> Wish:
    return Wish(atomic, report == "refused")


Wanted = Annotated[Wish, Depends(_wish)]


@router.post("/places/import", summary="Import places", **file_door("places"))
async def import_places(request: Request, _caller: Admin, parts: Have, wish: Wanted) -> Response:
    """A GeoJSON FeatureCollection, CSV or JSON lines. A Feature's properties are the place's fields; an area is its premises, and so is
    a Point with `radius_m`.
    """
    return await _take(request, parts, "places", places.put_places, wish)


@router.post("/customers/import", summary="Import customers", **file_door("customers"))
async def import_customers(request: Request, _caller: Admin, parts: Have, wish: Wanted) -> Response:
    """CSV or JSON lines: the profile as a whole, as `PUT` takes it, with its `id`. Consents that are absent stay as they are."""
    return await _take(request, parts, "customers", customers.put_customers, wish)


@router.post("/products/import", summary="Import products", **file_door("products"))
async def import_products(request: Request, _caller: Admin, parts: Have, wish: Wanted) -> Response:
    """CSV or JSON lines: the product as a whole, as `PUT` takes it, with its `sku`."""
    return await _take(request, parts, "products", products.put_products, wish)


@router.post("/purchases/import", summary="Import purchases", **file_door("purchases"))
async def import_purchases(request: Request, _caller: Seller, parts: Have, wish: Wanted) -> Response:
    """CSV or JSON lines. In CSV each item has a line, and lines that follow each other under one `purchase_id` are one purchase."""
    return await _take(request, parts, "purchases", purchases.record_purchases, wish)


@router.post("/posters/import", summary="Import posters", **file_door("posters"))
async def import_posters(request: Request, _caller: Admin, parts: Have, wish: Wanted) -> Response:
    """CSV or JSON lines: a row a placement, as `PUT` takes it; each line of the report has the `code`. An `id` is kept, so that a later file can
    change the poster; a row without one makes a poster once, however often it comes.
    """
    return await _take(request, parts, "posters", posters.put_posters, wish)


async def _take(request: Request, parts: Parts, noun: str, write: Write, wish: Wish) -> Response:
    """The caller is known by now, and the body not read yet."""
    kind = kinds()[noun]
    read = _reader(request, kind)
    file = await parts.spool.take(request)
    job = Job(parts, kind, file, read, write, wish.atomic, wish.only_refused)
    if not _wants_lines(request):
        answer = await parts.spool.work(partial(told_at_the_end, job))
        return Response(answer, headers={"cache-control": "no-store"}, media_type="application/json")
    rows = await parts.spool.work(partial(_look_through, job))
    headers = {"cache-control": "no-store", "x-accel-buffering": "no"}
    return StreamingResponse(_as_it_goes(job, rows), headers=headers, media_type=JSON_LINES[0])


def _look_through(job: Job) -> int:
    try:
        return look_through(job)
    except BaseException:
        job.file.close()
        raise


async def _as_it_goes(job: Job, rows: int) -> AsyncIterator[bytes]:
    """What the work tells. It waits for no slow listener, and ends when there is none."""
    loop = asyncio.get_running_loop()
    told: asyncio.Queue[bytes | None] = asyncio.Queue()
    gone = Event()

    def put(piece: bytes | None) -> None:
        if not gone.is_set():
            loop.call_soon_threadsafe(told.put_nowait, piece)

    def do() -> None:
        try:
            told_as_it_goes(job, rows, put, gone)
        finally:
            put(None)

    job.parts.spool.start(do)
    try:
        while (piece := await told.get()) is not None:
            yield piece
    finally:
        gone.set()


def _wants_lines(request: Request) -> bool:
    accepted = {one.partition(";")[0].strip().lower() for one in request.headers.get("accept", "").split(",")}
    return bool(accepted & set(JSON_LINES))


def _reader(request: Request, kind: Kind) -> Read:
    """By Content-Type. A file in another coding would be taken for what it is not, so it is refused."""
    sent = Message()
    sent["content-type"] = request.headers.get("content-type", "")
    readers: dict[str, Read] = {"text/csv": partial(csv_rows, columns=kind.columns)}
    readers |= dict.fromkeys(JSON_LINES, json_rows)
    if kind.noun == "places":
        readers |= dict.fromkeys(GEOJSON, feature_rows)
    read = readers.get(sent.get_content_type()) if sent["content-type"] else None
    charset = str(sent.get_param("charset", "utf-8")).lower()
    coded = request.headers.get("content-encoding", "identity").lower() != "identity"
    if read is None or coded or charset not in {"utf-8", "utf8", "us-ascii"}:
        taken = ", ".join(readers)
        raise ProblemError(
            "unsupported_media_type", 415, f"A file of {kind.noun} is one of: {taken}; UTF-8, not packed."
        )
    return read
