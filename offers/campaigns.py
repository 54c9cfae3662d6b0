"""Campaigns: written as drafts, checked, launched, paused, ended."""

from datetime import datetime
from typing import Any, Literal

from sqlalchemy.orm import Session

from offers.errors import BadInput, Conflict, Fault, NotFound
from offers.records.ids import new_id
from offers.records.queries import campaigns as queries
from offers.records.queries import offers as offer_queries
from offers.records.queries import places as place_queries
from offers.records.queries.adding import added
from offers.records.tables import Campaign, CampaignVersion
from offers.rules.audience import read_audience
from offers.rules.campaign import CampaignBody, parse_campaign
from offers.rules.edit import Check, anyway

STEPS: dict[str, dict[str, str]] = {
    "launch": {"draft": "live", "paused": "live", "live": "live"},
    "pause": {"live": "paused", "paused": "paused"},
    "end": {"live": "ended", "paused": "ended", "ended": "ended"},
}
"""Which status a step leads to, from which."""


def put_campaign(
    session: Session, campaign_id: str, body: CampaignBody, *, now: datetime, check: Check = anyway
) -> tuple[dict[str, Any], bool]:
    """Create a draft, or write a new version. What is decided from now on goes by the new version.

    The offer is looked up before the campaign is locked: deciding takes the two in that order.
    """
    _check_offer(session, body)
    campaign = queries.campaign_locked(session, campaign_id)
    check(None if campaign is None else campaign_item(campaign))
    if campaign is not None and campaign.status == "ended":
        raise Conflict("This campaign has ended; duplicate it under another id to change it.")
    _check_places(session, body)
    definition = body.as_json()
    created = False
    if campaign is None:
        new = Campaign(
            id=campaign_id,
            name=body.name,
            status="draft",
            version=1,
            definition=definition,
            created_at=now,
            updated_at=now,
        )
        created = added(session, new)
        campaign = new
        if not created:
            return put_campaign(session, campaign_id, body, now=now, check=check)
    elif campaign.definition == definition:
        return campaign_item(campaign), False
    else:
        if campaign.status == "live" and (faults := _not_ready(session, body, now)):
            raise Conflict("This live campaign can not be changed to this.", faults)
        campaign.name, campaign.definition, campaign.updated_at = body.name, definition, now
        campaign.version += 1
    session.flush()
    session.add(CampaignVersion(campaign_id=campaign_id, version=campaign.version, definition=definition, at=now))
    session.flush()
    return campaign_item(campaign), created


def add_campaign(session: Session, body: CampaignBody, *, now: datetime) -> dict[str, Any]:
    """A new draft under an id of ours."""
    return put_campaign(session, new_id("cmp"), body, now=now)[0]


def _check_places(session: Session, body: CampaignBody) -> None:
    asked = read_audience(body.audience).places
    named = [(f"trigger.places[{number}]", one) for number, one in enumerate(body.trigger.places)]
    named += [(f"audience.{path}" if path else "audience", one) for one, path in asked.items()]
    known = place_queries.places_by_id(session, (one for _, one in named))
    faults = [Fault(path, f"there is no place {one!r}") for path, one in named if one not in known]
    if faults:
        raise BadInput(faults)


def _check_offer(session: Session, body: CampaignBody) -> None:
    """Its offer is there, is not removed before the commit, and has the code that the texts tell."""
    if body.offer is None:
        return
    offer = offer_queries.offer_that_stays(session, body.offer)
    if offer is None:
        raise BadInput.at("offer", f"there is no offer {body.offer!r}")
    if offer.codes == "none" and (paths := body.texts_with_code()):
        raise BadInput([Fault(path, f"names coupon.code, and the offer {offer.id!r} has no codes") for path in paths])


def step_campaign(
    session: Session,
    campaign_id: str,
    step: Literal["launch", "pause", "end"],
    *,
    now: datetime,
    check: Check = anyway,
) -> dict[str, Any]:
    """Launch, pause or end. `Conflict` says what is wrong; a step that is done already changes nothing."""
    campaign = queries.campaign_locked(session, campaign_id)
    if campaign is None:
        raise NotFound("campaign")
    check(campaign_item(campaign))
    to = STEPS[step].get(campaign.status)
    if to is None:
        raise Conflict(f"A campaign that is {campaign.status} can not {step}.")
    if to == campaign.status:
        return campaign_item(campaign)
    if step == "launch":
        faults = _not_ready(session, parse_campaign(campaign.definition), now)
        if faults:
            raise Conflict("This campaign can not be launched yet.", faults)
        campaign.launched_at = now
    campaign.status, campaign.updated_at = to, now
    session.flush()
    return campaign_item(campaign)


def check_campaign(session: Session, campaign_id: str, *, now: datetime) -> list[Fault]:
    """What would keep it from being launched now: nothing when it may be."""
    campaign = queries.campaign_by_id(session, campaign_id)
    if campaign is None:
        raise NotFound("campaign")
    return _not_ready(session, CampaignBody.model_validate(campaign.definition), now)


def _not_ready(session: Session, body: CampaignBody, now: datetime) -> list[Fault]:
    """What would keep a launched campaign from ever sending."""
    faults = []
    if body.schedule.until is not None and body.schedule.until <= now:
        faults.append(Fault("schedule.until", "has passed"))
    fences = [
        fence
        for of_place in place_queries.live_geofences_of(session, _places_meant(session, body)).values()
        for fence in of_place
        if fence.role == body.trigger.role
    ]
    if not fences:
        faults.append(Fault("trigger", f"none of its places has a geofence with the role {body.trigger.role}"))
    elif body.trigger.on == "dwell" and not any(fence.dwell_s for fence in fences):
        faults.append(Fault("trigger.on", "none of its places' geofences has a dwell_s to wait for"))
    if body.offer is not None and (nothing := _nothing_to_give(session, body.offer)):
        faults.append(Fault("offer", nothing))
    return faults


def _nothing_to_give(session: Session, offer_id: str) -> str | None:
    """Why nobody could get this offer anywhere, or none."""
    offer = offer_queries.offer_by_id(session, offer_id)
    if offer is None:
        return f"there is no offer {offer_id!r}"
    if offer.budget is not None and offer.spent >= offer.budget:
        return f"its budget of {offer.budget} is spent"
    if offer.budget_per_place == 0:
        return "its budget_per_place is 0"
    if offer.codes == "imported" and not offer_queries.codes_left(session, [offer_id]):
        return "no codes are left; bring more along"
    if offer.codes == "shared" and offer.code is None:
        return "its code, which all share, is not known yet"
    return None


def _places_meant(session: Session, body: CampaignBody) -> list[str]:
    if body.trigger.places and not body.trigger.tags:
        return body.trigger.places
    everywhere = not body.trigger.places and not body.trigger.tags
    places = place_queries.all_places(session, "", 1_000_000)
    return [
        place.id
        for place in places
        if everywhere or place.id in body.trigger.places or set(body.trigger.tags) & set(place.tags)
    ]


def get_campaign(session: Session, campaign_id: str) -> dict[str, Any]:
    campaign = queries.campaign_by_id(session, campaign_id)
    if campaign is None:
        raise NotFound("campaign")
    return campaign_item(campaign)


def list_campaigns(session: Session, *, after: str = "", limit: int = 100) -> tuple[list[dict[str, Any]], str | None]:
    rows = queries.all_campaigns(session, after, limit + 1)
    return [campaign_item(row) for row in rows[:limit]], rows[limit - 1].id if len(rows) > limit else None


def delete_campaign(session: Session, campaign_id: str, *, check: Check = anyway) -> None:
    """Remove a draft. What was launched is ended, and kept with its decisions."""
    campaign = queries.campaign_locked(session, campaign_id)
    if campaign is None:
        raise NotFound("campaign")
    check(campaign_item(campaign))
    if campaign.launched_at is not None:
        raise Conflict("This campaign was launched; end it instead, so that its decisions keep their reason.")
    session.delete(campaign)
    session.flush()


def campaign_item(row: Campaign) -> dict[str, Any]:
    return {
        "id": row.id,
        "status": row.status,
        "version": row.version,
        **row.definition,
        "created_at": row.created_at,
        "updated_at": row.updated_at,
        "launched_at": row.launched_at,
    }
