"""The doors of posters, their pictures, and their scans."""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Query, Request
from starlette.responses import Response

from offers import posters
from offers.posters import AskedPosters, AskedScans
from offers.rules.poster import PosterBody
from offers.rules.profile import Id
from web.asking import AtPlace, Campaign, Cursor, Customer, Limit, Named, Since, page
from web.bodies import JsonRoute, json_answer, no_content
from web.editing import IfUnchanged, IfUnchangedOrNew, edited
from web.examples import answers, answers_with_etag, answers_with_page, edited_or_made
from web.guards import Server
from web.parts import Have, Parts
from web.poster_examples import POSTER, SCAN
from web.printing.asked import InLanguage, Module, OnPaper, Size, Wanted, picture, url_of

router = APIRouter(prefix="/v1/posters", tags=["posters"], route_class=JsonRoute)
scans = APIRouter(prefix="/v1/scans", tags=["posters"], route_class=JsonRoute)

OfPoster = Annotated[Id | None, Query(description="Only of this poster.")]
OfKind = Annotated[Literal["human", "preview", "bot"] | None, Query(description="Only by these readers.")]


@dataclass(frozen=True, slots=True)
class Showing:
    """What is told of a poster beside what an edit is made from."""

    parts: Parts
    request: Request
    now: datetime

    def around(self, session: Any, item: dict[str, Any]) -> dict[str, Any]:
        beside = posters.around_poster(session, item["id"], now=self.now)
        return beside | {"url": url_of(self.parts, self.request, item["code"])}


def _showing(request: Request, parts: Have) -> Showing:
    return Showing(parts, request, parts.now())


Shown = Annotated[Showing, Depends(_showing)]


def _asked_posters(
    *, campaign: Campaign = None, place: AtPlace = None, cursor: Cursor = None, limit: Limit = 100
) -> AskedPosters:
    return AskedPosters(campaign, place, cursor or "", limit)


def _asked_scans(
    *,
    poster: OfPoster = None,
    campaign: Campaign = None,
    customer: Customer = None,
    kind: OfKind = None,
    since: Since = None,
    cursor: Cursor = None,
    limit: Limit = 100,
) -> AskedScans:
    return AskedScans(poster, campaign, customer, kind, since, cursor, limit)


def _png(module: Module = None, size: Size = None) -> Wanted:
    return Wanted("png", module=module, size=size)


def _pdf(paper: OnPaper = "A4", language: InLanguage = None) -> Wanted:
    return Wanted("pdf", paper=paper, language=language)


def _picture(media_type: str) -> dict[int | str, dict[str, Any]]:
    schema = {"type": "string", "format": "binary"}
    return {
        200: {"description": "The picture", "content": {media_type: {"schema": schema}}},
        304: {"description": "It is as `If-None-Match` has it"},
    }


@router.post("", summary="Create a poster", status_code=201, responses=answers(POSTER, 201, idempotent=True))
def add_poster(body: PosterBody, request: Request, _caller: Server, shown: Shown) -> Response:
    """Its `code` and `url` are made once and never change. What it leads to may."""

    def add() -> dict[str, Any]:
        with shown.parts.database.transaction() as session:
            item = posters.add_poster(session, body, now=shown.now)
            return item | shown.around(session, item)

    return shown.parts.repeats.once(request, body, add)


@router.get("", summary="All posters", responses=answers_with_page(POSTER))
def list_posters(
    request: Request, _caller: Server, asked: Annotated[AskedPosters, Depends(_asked_posters)], parts: Have
) -> Response:
    """By id. `campaign` finds those that lead to it in whatever case."""
    with parts.database.reading() as session:
        items, next_cursor = posters.list_posters(session, asked, now=parts.now())
    return page([one | {"url": url_of(parts, request, one["code"])} for one in items], next_cursor)


# before what has any id in its address: of those a method that is not there would be told
@router.get("/{poster_id}.svg", summary="A poster's code, SVG", responses=_picture("image/svg+xml"))
def get_svg(poster_id: Named, request: Request, _caller: Server, parts: Have) -> Response:
    """The code alone, with its quiet zone; it can be made as large as is wanted."""
    return picture(parts, request, poster_id, Wanted("svg"))


@router.get("/{poster_id}.png", summary="A poster's code, PNG", responses=_picture("image/png"))
def get_png(
    poster_id: Named, request: Request, _caller: Server, wanted: Annotated[Wanted, Depends(_png)], parts: Have
) -> Response:
    """The code alone, with its quiet zone of at least four modules."""
    return picture(parts, request, poster_id, wanted)


@router.get("/{poster_id}.pdf", summary="A poster to print", responses=_picture("application/pdf"))
def get_pdf(
    poster_id: Named, request: Request, _caller: Server, wanted: Annotated[Wanted, Depends(_pdf)], parts: Have
) -> Response:
    """With the campaign's title, the store's name, and the address to type for who can not scan. The fonts are those of every PDF reader."""
    return picture(parts, request, poster_id, wanted)


@router.put("/{poster_id}", summary="Create or replace a poster", responses=edited_or_made(POSTER))
def put_poster(poster_id: Named, body: PosterBody, check: IfUnchangedOrNew, _caller: Server, shown: Shown) -> Response:
    """Its code stays. 409 for one that was taken down, and for a Digital Link that leads to another poster."""
    with shown.parts.database.transaction() as session:
        item, created = posters.put_poster(session, poster_id, body, now=shown.now, check=check)
        around = shown.around(session, item)
    return edited(item, 201 if created else 200, around)


@router.get("/{poster_id}", summary="A poster", responses=answers_with_etag(POSTER))
def get_poster(poster_id: Named, _caller: Server, shown: Shown) -> Response:
    with shown.parts.database.reading() as session:
        item = posters.get_poster(session, poster_id)
        return edited(item, 200, shown.around(session, item))


@router.post("/{poster_id}/retire", summary="Take a poster down", responses=answers(POSTER))
def retire_poster(poster_id: Named, _caller: Server, shown: Shown) -> Response:
    """For good: its code is never used again, and who scans it gets a page that helps. Safe to repeat."""
    with shown.parts.database.transaction() as session:
        item = posters.retire_poster(session, poster_id, now=shown.now)
        item |= shown.around(session, item)
    return json_answer(item)


@router.delete("/{poster_id}", summary="Remove a poster", status_code=204)
def delete_poster(poster_id: Named, check: IfUnchanged, _caller: Server, parts: Have) -> Response:
    """Only one that was never scanned; 409 else, as its code hangs somewhere: retire it."""
    with parts.database.transaction() as session:
        posters.delete_poster(session, poster_id, check=check)
    return no_content()


@scans.get("", summary="Scans", responses=answers_with_page(SCAN))
def list_scans(_caller: Server, asked: Annotated[AskedScans, Depends(_asked_scans)], parts: Have) -> Response:
    """Newest first: each opening of a poster's code by a person, a messenger that shows a link, or a robot."""
    with parts.database.reading() as session:
        return page(*posters.list_scans(session, asked))
