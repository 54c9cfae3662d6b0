"""Campaigns: the table, and one of them as a sentence with what became of it."""

from typing import Any

from fastapi import APIRouter
from starlette.responses import Response

from offers import campaigns, overview
from offers.errors import Fault
from web.asking import Cursor, Named
from web.console.campaign_form import tags_of, told
from web.console.entering import Desk, Reader
from web.console.faults import Errors
from web.console.filtering import query_of
from web.console.previewing import preview_of
from web.console.routes import PageRoute
from web.console.sentence import brief, sentence

router = APIRouter(prefix="/console/campaigns", include_in_schema=False, route_class=PageRoute)

PAGE = 100


@router.get("")
def table(desk: Reader, cursor: Cursor = None) -> Response:
    with desk.parts.database.reading() as session:
        items, next_cursor = campaigns.list_campaigns(session, after=cursor or "", limit=PAGE)
        sent = overview.count_sent(session, [one["id"] for one in items])
        places = overview.name_places(session)
    when = {one["id"]: brief(one, places, desk.voice) for one in items}
    return desk.page("campaigns.html", rows=items, sent=sent, speaks=when, next_cursor=next_cursor, cursor=cursor)


@router.get("/{campaign_id}")
def show(desk: Reader, campaign_id: Named) -> Response:
    now = desk.parts.now()
    with desk.parts.database.reading() as session:
        item = campaigns.get_campaign(session, campaign_id)
        faults = campaigns.check_campaign(session, campaign_id, now=now) if item["status"] != "ended" else []
        outcomes = overview.count_outcomes(session, campaign_id=campaign_id)
        states = overview.count_deliveries(session, campaign_id=campaign_id)
        unlisted = overview.count_unlisted(session, campaign_id=campaign_id)
        versions = overview.versions_of(session, campaign_id)
        places = overview.name_places(session)
        offers = overview.name_offers(session)
    return desk.page(
        "campaign.html",
        item=item,
        sentence=sentence(item, places, offers, desk.voice),
        offers=offers,
        checks=told(said_of(faults, item, desk), tags_of(item)),
        outcomes=sorted(outcomes.items(), key=lambda one: (-one[1], one[0])),
        states=sorted(states.items(), key=lambda one: (-one[1], one[0])),
        unlisted=unlisted,
        versions=versions,
        may=[
            step for step, way in campaigns.STEPS.items() if way.get(item["status"], item["status"]) != item["status"]
        ],
        form=query_of(desk),
        errors={},
        version=item["version"],
    )


@router.get("/{campaign_id}/preview")
def preview(desk: Reader, campaign_id: Named) -> Response:
    """What a customer would be sent, by what is saved."""
    form = query_of(desk)
    errors: Errors = {}
    with desk.parts.database.reading() as session:
        item = campaigns.get_campaign(session, campaign_id)
    shown = preview_of(desk, item, form.text("customer")[:200], errors)
    return desk.page(
        "preview.html",
        422 if errors else 200,
        item=item,
        form=form,
        errors=errors,
        preview=shown,
    )


def said_of(faults: list[Fault], item: dict[str, Any], desk: Desk) -> list[Fault]:
    """What keeps a campaign from being launched, in the reader's language."""
    words = desk.voice.words
    role = words[f"role_{item['trigger'].get('role', 'premises')}"]
    return [
        Fault(one.path, words[f"check_{one.path}"].format(role=role) if f"check_{one.path}" in words else one.message)
        for one in faults
    ]
