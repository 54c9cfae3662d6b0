"""The doors of web shops: who may send hooks, what their words mean here, and what they sent."""

from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from offers import desk_shops, shop_events, shops
from offers.rules.shop import NewShopBody, RotateBody, ShopBody, ShopId
from web.aftermath import carry_out
from web.asking import Cursor, Limit, Named, page
from web.bodies import JsonRoute, json_answer, no_content
from web.editing import IfUnchanged, IfUnchangedOrNew, edited
from web.examples import answers, answers_with_etag, answers_with_page, edited_or_made
from web.guards import Server
from web.parts import Have
from web.shop_examples import EVENT, SHOP, SHOP_MADE, WORKED
from workers.shops.working import replay

router = APIRouter(prefix="/v1/shops", tags=["web shops"], route_class=JsonRoute)
State = Annotated[
    str | None,
    Query(
        pattern="^[a-z_]{1,40}$",
        description="Only with this state: `waiting`, `applied`, `nothing`, `ignored`, `failed`.",
    ),
]


@router.post("", summary="Create a shop", status_code=201, responses=answers(SHOP_MADE, 201, idempotent=True))
def add_shop(body: NewShopBody, request: Request, _caller: Server, parts: Have) -> Response:
    """`secret` is in the answer where it was made here, and this once."""

    def add() -> dict[str, Any]:
        with parts.database.transaction() as session:
            return shops.add_shop(session, body, keys=parts.shop_keys.shops, now=parts.now())

    return parts.repeats.once(request, body, add)


@router.put("/{shop_id}", summary="Create or replace a shop", responses=edited_or_made(SHOP))
def put_shop(shop_id: ShopId, body: ShopBody, check: IfUnchangedOrNew, _caller: Server, parts: Have) -> Response:
    """The shop as a whole; a secret or a token that is absent stays as it is. One that is changed here is good at once, and the old one no more."""
    with parts.database.transaction() as session:
        item, made, created = shops.put_shop(
            session, shop_id, body, keys=parts.shop_keys.shops, now=parts.now(), check=check
        )
    return edited(item, 201 if created else 200, made)


@router.get("", summary="All shops", responses=answers_with_page(SHOP))
def list_shops(_caller: Server, parts: Have, cursor: Cursor = None, limit: Limit = 100) -> Response:
    with parts.database.reading() as session:
        return page(*shops.list_shops(session, after=cursor or "", limit=limit))


@router.get("/{shop_id}", summary="A shop", responses=answers_with_etag(SHOP))
def get_shop(shop_id: Named, _caller: Server, parts: Have) -> Response:
    """Never a secret: only whether there is one."""
    with parts.database.reading() as session:
        item, beside = shops.get_shop(session, shop_id)
    return edited(item, 200, beside)


@router.delete("/{shop_id}", summary="Remove a shop", status_code=204)
def delete_shop(shop_id: Named, check: IfUnchanged, _caller: Server, parts: Have) -> Response:
    """Its hooks are refused from now on, its events go; its orders stay."""
    with parts.database.transaction() as session:
        shops.delete_shop(session, shop_id, check=check)
    return no_content()


@router.post("/{shop_id}/rotate", summary="Give a shop a new secret", responses=answers(SHOP_MADE))
def rotate(shop_id: Named, body: RotateBody, _caller: Server, parts: Have) -> Response:
    """The present secret stays good for `keep_for`, an hour unless said: a shop goes on signing with it for a while."""
    with parts.database.transaction() as session:
        return json_answer(shops.rotate(session, shop_id, body, keys=parts.shop_keys.shops, now=parts.now()))


@router.get("/{shop_id}/events", summary="What a shop sent", responses=answers_with_page(EVENT))
def list_events(
    shop_id: Named, _caller: Server, parts: Have, state: State = None, cursor: Cursor = None, limit: Limit = 100
) -> Response:
    """Newest first, for 30 days; why an event changed nothing, and what to do about it."""
    with parts.database.reading() as session:
        return page(*shop_events.list_events(session, shop_id, state=state, cursor=cursor, limit=limit))


@router.post("/{shop_id}/events/{event_id}/replay", summary="Work an event again", responses=answers(WORKED))
def replay_event(shop_id: Named, event_id: Named, _caller: Server, parts: Have) -> Response:
    """By the shop's settings as they are now. 409 where it was used already, which stays as it is, and once its body is gone, after seven days."""
    with parts.database.transaction() as session:
        turn = desk_shops.take_up(session, shop_id, event_id)
    worked = replay(parts.database, shop_id, event_id, keys=parts.shop_keys, now=parts.now(), turn=turn)
    carry_out(parts, worked.follows)
    if worked.waits is not None:
        parts.doorbell.shop_events([worked.waits])
    return json_answer(worked.told)
