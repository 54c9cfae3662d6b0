"""An offer's coupons: how the budget goes, who holds what, and one that is let go."""

from typing import Annotated, Any

from fastapi import APIRouter, Query
from starlette.responses import Response

from offers import desk_coupons, desk_offers, overview, users
from offers.errors import Conflict
from web.asking import Cursor, Named
from web.console.entering import Desk, Reader, Writer
from web.console.masking import masked
from web.console.routes import PageRoute
from web.console.speaking import Voice

router = APIRouter(prefix="/console/offers", include_in_schema=False, route_class=PageRoute)

PAGE = 50
State = Annotated[str, Query(max_length=20)]


@router.get("/{offer_id}/goes")
def goes(desk: Reader, offer_id: Named) -> Response:
    """A part of the offer's page alone."""
    with desk.parts.database.reading() as session:
        now = desk_coupons.how_it_goes(session, offer_id)
    return desk.page("offer_goes.html", goes=as_it_goes(now, desk.voice))


@router.get("/{offer_id}/coupons")
def table(desk: Reader, offer_id: Named, state: State = "", cursor: Cursor = None) -> Response:
    wanted = state if state in desk_coupons.STATES else None
    with desk.parts.database.reading() as session:
        offer, _ = desk_offers.get_offer(session, offer_id)
        rows, next_cursor = desk_coupons.list_coupons(
            session, offer_id, keys=desk.parts.codes, state=wanted, cursor=cursor, limit=PAGE
        )
        names = overview.names_of(session, rows)
    return desk.page(
        "offer_coupons.html",
        offer=offer,
        rows=[row | {"code": masked(row["code"])} for row in rows],
        names=names,
        state=wanted or "",
        states=desk_coupons.STATES,
        cursor=cursor,
        next_cursor=next_cursor,
    )


@router.get("/{offer_id}/coupons/{coupon_id}/release")
def ask(desk: Writer, offer_id: Named, coupon_id: Named) -> Response:
    return _ask(desk, offer_id, coupon_id)


@router.post("/{offer_id}/coupons/{coupon_id}/release")
def release(desk: Writer, offer_id: Named, coupon_id: Named) -> Response:
    now = desk.parts.now()
    try:
        with desk.parts.database.transaction() as session:
            desk_coupons.release_coupon(session, offer_id, coupon_id, now=now)
            users.note(session, desk.user.user_id, "released", "coupon", coupon_id, now=now)
    except Conflict as refused:
        return _ask(desk, offer_id, coupon_id, refused.reason, 409)
    return desk.go(f"/console/offers/{offer_id}/coupons?done=coupon_let_go")


def _ask(desk: Desk, offer_id: str, coupon_id: str, refused: str | None = None, status: int = 200) -> Response:
    with desk.parts.database.reading() as session:
        offer, _ = desk_offers.get_offer(session, offer_id)
        one = desk_coupons.get_coupon(session, offer_id, coupon_id)
        names = overview.names_of(session, [one])
    if one["state"] != "reserved":
        refused = "not_reserved"
    return desk.page("coupon_release.html", status, offer=offer, one=one, names=names, refused=refused or "")


def as_it_goes(now: dict[str, Any], voice: Voice) -> dict[str, Any]:
    """An offer's budget as the page says and draws it; the parts in percent of the budget, none where it has no limit."""
    many = now["reserved"] > desk_coupons.MOST_COUNTED
    reserved = min(now["reserved"], desk_coupons.MOST_COUNTED, now["spent"])
    given = now["spent"] - reserved
    shown: dict[str, Any] = {
        "given": voice.say("coupons_at_most", count=given) if many else given,
        "reserved": voice.say("coupons_more_than", count=reserved) if many else reserved,
        "redeemed": now["redeemed"],
        "left": now["left"],
        "parts": None,
        "said": "",
    }
    if now["budget"]:
        parts = {"spent": now["spent"], "given": given, "redeemed": now["redeemed"]}
        shown["parts"] = {name: min(100.0, 100 * count / now["budget"]) for name, count in parts.items()}
        shown["said"] = voice.say("coupons_of_budget", spent=now["spent"], budget=now["budget"])
    return shown
