"""An offer's coupons: how the budget goes, who holds what, and one that is let go."""

from dataclasses import replace
from typing import Any

from fastapi import APIRouter
from pydantic import TypeAdapter, ValidationError
from starlette.responses import Response

from offers import desk_coupons, desk_offers, overview, users
from offers.errors import Conflict
from offers.rules.desk_lists import AskedCoupons
from offers.rules.leafing import Leaf, Turn
from offers.rules.profile import Id
from web.asking import Named
from web.console.clock import read_typed
from web.console.entering import Desk, Reader, Writer
from web.console.exporting import csv_answer
from web.console.faults import Errors
from web.console.filtering import query_of
from web.console.listing import Asked, Column, Listing, Read, Shown, read_asked
from web.console.masking import masked
from web.console.routes import PageRoute
from web.console.speaking import Voice
from web.console.tables import list_page

router = APIRouter(prefix="/console/offers", include_in_schema=False, route_class=PageRoute)

COUPONS = Listing(
    "",
    (
        Column("code", "coupon_code_end"),
        Column("state", "state"),
        Column("customer", "customer"),
        Column("place", "place"),
        Column("made", "coupons_reserved", sorts=True),
        Column("issued", "list_coupon_issued"),
        Column("redeemed", "list_coupon_redeemed"),
    ),
    "-made",
    ("state", "customer", "campaign", "place", "since", "until"),
    {"state": desk_coupons.STATES},
    page=50,
)
"""Of one offer, whose address it has."""
MOMENTS = ("since", "until")
SIFTED = ("campaign", "place", *MOMENTS)
"""What no index has: it goes with a state, or with a customer."""
_ID = TypeAdapter(Id)


@router.get("/{offer_id}/goes")
def goes(desk: Reader, offer_id: Named) -> Response:
    """A part of the offer's page alone."""
    with desk.parts.database.reading() as session:
        now = desk_coupons.how_it_goes(session, offer_id)
    return desk.page("offer_goes.html", goes=as_it_goes(now, desk.voice))


@router.get("/{offer_id}/coupons")
def table(desk: Reader, offer_id: Named) -> Response:
    asked = _asked(desk, offer_id)
    with desk.parts.database.reading() as session:
        offer, _ = desk_offers.get_offer(session, offer_id)
        leaf = asked.look(_read(asked, offer_id), session)
        names = overview.names_of(session, leaf.items)
        campaigns = overview.name_campaigns(session)
    return list_page(desk, "offer_coupons.html", Shown(asked, leaf), offer=offer, names=names, campaigns=campaigns)


@router.get("/{offer_id}/coupons.csv")
def table_as_csv(desk: Reader, offer_id: Named) -> Response:
    """Of a code no more than on the page."""
    with desk.parts.database.reading() as session:
        desk_offers.get_offer(session, offer_id)
    asked, words = _asked(desk, offer_id), desk.voice.words

    def cells(session: Any, leaf: Leaf) -> list[Any]:
        names = overview.names_of(session, leaf.items)
        moments = ("reserved_at", "issued_at", "redeemed_at", "expires_at")
        return [
            (
                one["id"],
                one["code"],
                words[f"coupon_{one['state']}"],
                one["customer"],
                names.campaigns.get(one["campaign"] or "", one["campaign"]),
                names.places.get(one["place"] or "", one["place"]),
                *(one[name] for name in moments),
            )
            for one in leaf.items
        ]

    heads = ("id", "coupon_code_end", "state", "customer_id", "campaign", "place")
    more = ("coupons_reserved", "list_coupon_issued", "list_coupon_redeemed", "list_coupon_ends")
    return csv_answer(asked, "coupons", (*heads, *more), _read(asked, offer_id), cells, tells=True)


def _asked(desk: Desk, offer_id: str) -> Asked:
    form, errors = query_of(desk), Errors()
    for name in ("customer", "campaign", "place"):
        if typed := form.text(name):
            try:
                _ID.validate_python(typed)
            except ValidationError:
                errors[name] = desk.voice.words["bad_id"]
    for name in MOMENTS:
        try:
            read_typed(form.text(name), desk.voice.zone)
        except ValueError:
            errors[name] = desk.voice.words["bad_moment"]
    if any(form.text(name) for name in SIFTED) and not form.text("state") and not form.text("customer"):
        errors["state"] = desk.voice.words["coupons_state_too"]
    return read_asked(desk, replace(COUPONS, path=f"/console/offers/{offer_id}/coupons"), form, errors)


def _read(asked: Asked, offer_id: str) -> Read:
    form, codes, zone = asked.form, asked.desk.parts.codes, asked.desk.voice.zone
    since, until = (None if asked.errors else read_typed(form.text(name), zone) for name in MOMENTS)
    named = {name: form.or_none(name) for name in ("state", "customer", "campaign", "place")}
    wanted = AskedCoupons(**named, since=since, until=until)

    def read(session: Any, turn: Turn) -> Leaf:
        leaf = desk_coupons.leaf_coupons(session, offer_id, turn, keys=codes, asked=wanted)
        return leaf.holding([one | {"code": masked(one["code"])} for one in leaf.items])

    return read


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
