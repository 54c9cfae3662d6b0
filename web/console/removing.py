"""Removed for good: a place, a draft, an offer. Asked by naming what goes with it; where it has to stay, why is said in words."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from fastapi import APIRouter
from markupsafe import Markup
from starlette.responses import Response

from offers import campaigns, desk_offers, overview, places, users
from offers.errors import Conflict, NotFound
from offers.follows import Follows
from offers.rules.edit import Check
from web.aftermath import carry_out
from web.asking import Named
from web.console.changing import ChangedMeanwhile, unchanged
from web.console.entering import Desk, Writer
from web.console.routes import PageRoute
from web.editing import etag_of

router = APIRouter(prefix="/console", include_in_schema=False, route_class=PageRoute)

Item = dict[str, Any]


@dataclass(slots=True)
class Going:
    """What would go: what it means, line by line, and why it has to stay, when it does."""

    item: Item
    means: list[str] = field(default_factory=list)
    stays: list[str] = field(default_factory=list)


@router.get("/places/{place_id}/delete")
def ask_place(desk: Writer, place_id: Named) -> Response:
    return _ask(desk, "place", place_id, _place)


@router.post("/places/{place_id}/delete")
def remove_place(desk: Writer, place_id: Named) -> Response:
    now = desk.parts.now()

    def remove(check: Check) -> Follows:
        with desk.parts.database.transaction() as session:
            follows = places.delete_place(session, place_id, now=now, check=check)
            users.note(session, desk.user.user_id, "deleted", "place", place_id, now=now)
        return follows

    return _remove(desk, "place", place_id, _place, remove)


@router.get("/campaigns/{campaign_id}/delete")
def ask_campaign(desk: Writer, campaign_id: Named) -> Response:
    return _ask(desk, "campaign", campaign_id, _campaign)


@router.post("/campaigns/{campaign_id}/delete")
def remove_campaign(desk: Writer, campaign_id: Named) -> Response:
    now = desk.parts.now()

    def remove(check: Check) -> Follows:
        with desk.parts.database.transaction() as session:
            campaigns.delete_campaign(session, campaign_id, check=check)
            users.note(session, desk.user.user_id, "deleted", "campaign", campaign_id, now=now)
        return Follows()

    return _remove(desk, "campaign", campaign_id, _campaign, remove)


@router.get("/offers/{offer_id}/delete")
def ask_offer(desk: Writer, offer_id: Named) -> Response:
    return _ask(desk, "offer", offer_id, _offer)


@router.post("/offers/{offer_id}/delete")
def remove_offer(desk: Writer, offer_id: Named) -> Response:
    now = desk.parts.now()

    def remove(check: Check) -> Follows:
        with desk.parts.database.transaction() as session:
            desk_offers.delete_offer(session, offer_id, check=check)
            users.note(session, desk.user.user_id, "deleted", "offer", offer_id, now=now)
        return Follows()

    return _remove(desk, "offer", offer_id, _offer, remove)


Look = Callable[[Desk, str], Going]
Remove = Callable[[Check], Follows]


def _place(desk: Desk, place_id: str) -> Going:
    voice = desk.voice
    with desk.parts.database.reading() as session:
        going = Going(places.get_place(session, place_id), [voice.words["place_goes"]])
        with_it = overview.what_goes_with_place(session, place_id)
    if named := with_it["campaigns"]:
        going.means.append(
            voice.say(_many("campaigns_name_it", len(named)), count=len(named), names=_linked(desk, named))
        )
    if silenced := [one for one in named if one["only"]]:
        going.means.append(voice.say("campaigns_lose_it", names=_linked(desk, silenced)))
    if with_it["inside"]:
        going.means.append(voice.say(_many("inside_now", with_it["inside"]), count=with_it["inside"]))
    if with_it["visits"]:
        going.means.append(voice.say(_many("visits_go", with_it["visits"]), count=with_it["visits"]))
    if with_it["orders"]:
        going.stays.append(voice.words["stays_for_orders"])
    return going


def _campaign(desk: Desk, campaign_id: str) -> Going:
    with desk.parts.database.reading() as session:
        item = campaigns.get_campaign(session, campaign_id)
    going = Going(item, [desk.voice.words["draft_goes"]])
    if item["launched_at"] is not None:
        going.stays.append(desk.voice.words["stays_launched"])
    return going


def _offer(desk: Desk, offer_id: str) -> Going:
    voice = desk.voice
    with desk.parts.database.reading() as session:
        item, counts = desk_offers.get_offer(session, offer_id)
        kept_by = overview.what_keeps_offer(session, offer_id)
    going = Going(item, [voice.words["offer_goes"]])
    if counts["spent"] or counts["redeemed"] or kept_by["coupons"]:
        going.stays.append(voice.words["stays_with_coupons"])
    if kept_by["campaigns"]:
        going.stays.append(voice.say("stays_in_campaigns", names=_linked(desk, kept_by["campaigns"])))
    return going


def _many(phrase: str, count: int) -> str:
    return phrase if count != 1 else f"{phrase}_1"


def _linked(desk: Desk, named: list[Item]) -> Markup:
    return desk.voice.series(
        [Markup('<a href="/console/campaigns/{}">{}</a>').format(one["id"], one["name"]) for one in named]
    )


def _ask(desk: Desk, noun: str, its_id: str, look: Look, *, status: int = 200, changed: bool = False) -> Response:
    going = look(desk, its_id)
    return desk.page(
        "remove.html", status, noun=noun, item=going.item, going=going, etag=etag_of(going.item), changed=changed
    )


def _remove(desk: Desk, noun: str, its_id: str, look: Look, remove: Remove) -> Response:
    """Only what was asked about: somebody may have changed it since. Gone already is not there."""
    try:
        follows = remove(unchanged(desk.form.text("etag")))
    except ChangedMeanwhile as meanwhile:
        if meanwhile.now is None:
            raise NotFound(noun) from None
        return _ask(desk, noun, its_id, look, status=409, changed=True)
    except Conflict:
        return _ask(desk, noun, its_id, look, status=409)
    carry_out(desk.parts, follows)
    return desk.go(f"/console/{noun}s?done={noun}_deleted")
