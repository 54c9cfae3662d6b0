"""Campaigns: the table, and one of them as a sentence with what became of it."""

from fastapi import APIRouter
from starlette.responses import Response

from offers import campaigns, overview, reports
from offers.rules.campaign import OF_A_POSTER, parse_campaign
from offers.rules.launch import refusals, warnings
from web.asking import Named
from web.console import variants_form
from web.console.campaign_form import definition, tags_of, told
from web.console.checking import said_of
from web.console.entering import Reader
from web.console.faults import Errors
from web.console.filtering import query_of
from web.console.listing import Shown, read_asked
from web.console.maps import with_map
from web.console.previewing import preview_of
from web.console.routes import PageRoute
from web.console.sentence import brief, sentence
from web.console.tables import CAMPAIGNS, list_page, read_campaigns

router = APIRouter(prefix="/console/campaigns", include_in_schema=False, route_class=PageRoute)

MOST_NAMED = 20
"""Places that are named beside the map."""
MOST_VERSIONS = 10
"""On the campaign's own page, the newest; they have a list of their own."""


@router.get("")
def table(desk: Reader) -> Response:
    asked = read_asked(desk, CAMPAIGNS)
    with desk.parts.database.reading() as session:
        leaf = asked.look(read_campaigns(asked), session)
        sent = overview.count_sent(session, [one["id"] for one in leaf.items])
        places = overview.name_places(session)
    when = {one["id"]: brief(one, places, desk.voice) for one in leaf.items}
    return list_page(desk, "campaigns.html", Shown(asked, leaf), sent=sent, speaks=when)


@router.get("/{campaign_id}")
def show(desk: Reader, campaign_id: Named) -> Response:
    """Without what counting its audience would tell, while others are counted."""
    now = desk.parts.now()
    with desk.parts.counting.taken_if_free() as mine, desk.parts.database.reading() as session:
        item = campaigns.get_campaign(session, campaign_id)
        ended = item["status"] == "ended"
        found = [] if ended else campaigns.check_campaign(session, campaign_id, now=now, count=mine, roughly=True)
        outcomes, states, counted_at = overview.what_came_of(session, campaign_id)
        unlisted = overview.count_unlisted(session, campaign_id=campaign_id)
        funnel = reports.of_posters(session, campaign_id) if item["trigger"]["on"] in OF_A_POSTER else {}
        versions = overview.versions_of(session, campaign_id, limit=MOST_VERSIONS + 1)
        places = overview.name_places(session)
        offers = overview.name_offers(session)
        names = overview.name_campaigns(session) | places
    tags = tags_of(item)
    page = desk.page(
        "campaign.html",
        item=item,
        sentence=sentence(item, places, offers, desk.voice),
        offers=offers,
        variants=variants_form.of_item(item, desk.voice),
        checks=told(said_of(refusals(found), desk.voice), tags),
        warned=told(said_of(warnings(found), desk.voice, "warn", names), tags),
        outcomes=sorted(outcomes.items(), key=lambda one: (-one[1], one[0])),
        states=sorted(states.items(), key=lambda one: (-one[1], one[0])),
        counted_at=counted_at,
        funnel={name: sorted(counts.items()) for name, counts in funnel.items()},
        unlisted=unlisted,
        versions=versions[:MOST_VERSIONS],
        more_versions=len(versions) > MOST_VERSIONS,
        may=campaigns.steps_of(item["status"]),
        form=query_of(desk),
        errors={},
        version=item["version"],
        named_places=[(one, places.get(one, one)) for one in item["trigger"]["places"][:MOST_NAMED]],
        more_places=max(0, len(item["trigger"]["places"]) - MOST_NAMED),
        style_url=desk.parts.settings.map_style_url,
    )
    return with_map(page, desk.parts)


@router.get("/{campaign_id}/preview")
def preview(desk: Reader, campaign_id: Named) -> Response:
    """What a customer would be sent, by what is saved."""
    form = query_of(desk)
    errors: Errors = {}
    with desk.parts.database.reading() as session:
        item = campaigns.get_campaign(session, campaign_id)
    body, typed = parse_campaign(definition(item)), form.text("customer")[:200]
    shown = preview_of(desk, body, typed, errors, campaign_id, variant=form.or_none("variant"))
    return desk.page(
        "preview.html",
        422 if errors else 200,
        item=item,
        form=form,
        errors=errors,
        preview=shown,
    )
