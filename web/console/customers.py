"""A customer whole, and why a campaign did or did not speak to them."""

from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import APIRouter, Query
from starlette.responses import Response

from offers import customers, explaining, overview, personal
from offers.overview import Names
from web.asking import LongCursor, Named
from web.console.entering import Desk, Reader
from web.console.explaining import explain, explain_never, facts_of
from web.console.filtering import query_of
from web.console.giving import coupons_said
from web.console.masking import masked
from web.console.routes import PageRoute

router = APIRouter(prefix="/console", include_in_schema=False, route_class=PageRoute)

PAGE = 50
PHONE_SHOWN = 3
KINDS: Mapping[str, tuple[str, ...]] = {
    "moves": ("transition", "visit"),
    "decisions": ("decision",),
    "deliveries": ("delivery",),
    "scans": ("scan",),
    "orders": ("order", "purchase"),
    "coupons": ("coupon", "redemption"),
    "consents": ("consent",),
}
"""What a timeline may be narrowed to, and what each shows of it."""
EVERY = tuple(one for each in KINDS.values() for one in each)
Kind = Annotated[str, Query(max_length=20)]


@router.get("/customers/{customer_id}")
def show(desk: Reader, customer_id: Named, cursor: LongCursor = None, kind: Kind = "") -> Response:
    wanted = KINDS.get(kind)
    with desk.parts.database.reading() as session:
        one = customers.get_customer(session, customer_id)
        devices = overview.devices_of(session, customer_id)
        line, next_cursor = personal.timeline(session, customer_id, cursor=cursor, limit=PAGE, kinds=wanted or EVERY)
        items = [each["item"] for each in line]
        names = overview.names_of(session, items)
        sent = [one["item"] for one in line if one["type"] == "delivery"]
        overview.hide_codes(session, sent, desk.parts.codes, masked)
        coupons = overview.coupons_of(session, sent)
    why = {
        each["item"]["id"]: explain(each["item"]["outcome"], each["item"]["facts"], desk.voice, names)
        for each in line
        if each["type"] == "decision"
    }
    return desk.page(
        "customer.html",
        one=one,
        phone=masked(one["phone"], PHONE_SHOWN),
        devices=devices,
        line=line,
        kind=kind if wanted else "",
        kinds=list(KINDS),
        next_cursor=next_cursor,
        cursor=cursor,
        names=names,
        why=why,
        coupons=coupons_said(coupons, desk.voice),
        form=query_of(desk),
        errors={},
    )


@router.get("/why")
def why(desk: Reader) -> Response:
    """`?customer=&campaign=`: the customer by id, or by a name; several fit, and they are offered."""
    form, words = query_of(desk), desk.voice.words
    typed, campaign_id = form.text("customer")[:200], form.text("campaign")[:100]
    told: dict[str, Any] | None = None
    errors, offered, coupons = {}, [], {}
    with desk.parts.database.reading() as session:
        names = overview.names_of(session, [])
        if typed:
            meant = overview.meant_customers(session, typed)
            if not meant:
                errors["customer"] = words["preview_nobody"]
            elif len(meant) > 1:
                offered = meant
            elif campaign_id in names.campaigns:
                told = explaining.why(session, meant[0]["id"], campaign_id, now=desk.parts.now())
                named = [{"customer": meant[0]["id"]}, *_places_of(told["never"])]
                names = overview.names_of(session, [*told["decisions"], *named])
                coupons = overview.coupons_of(session, told["decisions"])
        if typed and campaign_id not in names.campaigns:
            errors["campaign"] = words["bad_choice"]
    return desk.page(
        "why.html",
        422 if errors else 200,
        form=form,
        errors=errors,
        offered=offered,
        told=told,
        names=names,
        reasons=_reasons(desk, told, names),
        coupons=coupons_said(coupons, desk.voice),
    )


def _reasons(desk: Desk, told: dict[str, Any] | None, names: Names) -> list[dict[str, Any]]:
    """Each decision with its sentence and facts; where there is none, what kept the campaign from one."""
    if told is None:
        return []
    voice = desk.voice
    if told["never"]:
        return [
            {
                "decision": None,
                "said": explain_never(one["reason"], one["facts"], voice, names),
                "facts": facts_of(one["facts"], voice, names),
            }
            for one in (told["never"], *told["never"]["also"])
        ]
    return [
        {
            "decision": one,
            "said": explain(one["outcome"], one["facts"], voice, names),
            "facts": facts_of(one["facts"], voice, names),
        }
        for one in told["decisions"]
    ]


def _places_of(never: dict[str, Any] | None) -> list[dict[str, Any]]:
    """The places that the reasons name, as items with a place."""
    every = [one["facts"] for one in (never, *never["also"])] if never else []
    return [{"place": one} for facts in every for one in (facts.get("place"), *facts.get("places", [])) if one]
