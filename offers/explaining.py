"""Why: a campaign's decisions for a customer, or every condition that has kept it from deciding."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from offers.errors import NotFound
from offers.records.items import decision_item
from offers.records.queries import campaigns as campaign_queries
from offers.records.queries import customers as customer_queries
from offers.records.queries import history as history_queries
from offers.records.queries import whereabouts
from offers.records.queries.history import Asked
from offers.records.queries.profiles import profiles
from offers.records.tables import Campaign, CampaignVersion, Customer
from offers.rules.audience import Profile, read_audience
from offers.rules.campaign import OF_A_POSTER, OF_AN_ORDER, parse_campaign
from offers.rules.never import Never, Standing, reasons
from offers.rules.push_address import is_heard_of

MOST_DECISIONS = 100
MOST_VERSIONS = 100
"""So far back is looked for the version in which the trigger became what it is."""


def why(session: Session, customer_id: str, campaign_id: str, *, now: datetime) -> dict[str, Any]:
    """`{customer, campaign, decisions, never}`: the newest decisions first, or in `never` what keeps the customer out.

    `never` is the most telling reason with its facts, and in `also` the others that hold too; rules/never.py says in which order.
    """
    customer = customer_queries.customer_by_id(session, customer_id)
    if customer is None:
        raise NotFound("customer")
    campaign = campaign_queries.campaign_by_id(session, campaign_id)
    if campaign is None:
        raise NotFound("campaign")
    asked = Asked(customer=customer_id, campaign=campaign_id, limit=MOST_DECISIONS)
    decisions = [decision_item(row) for row in history_queries.decisions(session, asked)[:MOST_DECISIONS]]
    never = None
    if not decisions:
        first, *others = [_told(one) for one in reasons(_standing(session, customer, campaign, now))]
        never = {**first, "also": others}
    return {"customer": customer_id, "campaign": campaign_id, "decisions": decisions, "never": never}


def _told(one: Never) -> dict[str, Any]:
    return {"reason": one.reason, "facts": dict(one.facts)}


def _standing(session: Session, customer: Customer, campaign: Campaign, now: datetime) -> Standing:
    body = parse_campaign(campaign.definition)
    audience = read_audience(body.audience)
    profile = profiles(session, {customer.id: customer}, audience.needs, now)[customer.id]
    devices = customer_queries.devices_of(session, [customer.id]).get(customer.id, [])
    of_a_poster = body.trigger.on in OF_A_POSTER
    of_an_order = body.trigger.on in OF_AN_ORDER
    seen = [] if of_a_poster or of_an_order else whereabouts.seen_at(session, customer.id)
    versions = campaign_queries.versions_of(session, campaign.id, None, MOST_VERSIONS)
    at_places = {one.place for one in seen if one.role == body.trigger.role}
    return Standing(
        now=now,
        status=campaign.status,
        status_since=_status_since(campaign, versions),
        launched_at=campaign.launched_at,
        trigger_since=_trigger_since(campaign, versions),
        body=body,
        consents=profile.consents,
        miss=audience.miss(profile, now),
        profile=_plain(profile),
        devices=len(devices),
        reachable=sum(one.push_token is not None and is_heard_of(one.push_seen_at, "offer", now) for one in devices),
        seen=seen,
        stayed=whereabouts.stayed_at(session, customer.id, at_places, body.trigger.role) if at_places else {},
        campaign_id=campaign.id,
        scanned=whereabouts.scanned_by(session, customer.id) if of_a_poster else (),
        ordered=whereabouts.ready_for(session, customer.id) if of_an_order else (),
        abandoned_after=campaign_queries.limits_now(session).abandoned_after if of_a_poster else None,
    )


def _status_since(campaign: Campaign, versions: Sequence[CampaignVersion]) -> datetime | None:
    """When it was made, or last stepped; not known where it was edited after that."""
    if campaign.status == "draft":
        return campaign.created_at
    edited = versions[0].at if versions else None
    return None if edited == campaign.updated_at else campaign.updated_at


def _trigger_since(campaign: Campaign, versions: Sequence[CampaignVersion]) -> datetime:
    since = campaign.created_at
    for one in versions:
        if one.definition["trigger"] != campaign.definition["trigger"]:
            break
        since = one.at
    return since


def _plain(profile: Profile) -> dict[str, Any]:
    """What the profile has by the names that conditions use, absent sizes and attributes apart."""
    plain = {"language": profile.language, "time_zone": profile.time_zone, "tags": list(profile.tags)}
    sizes = {f"sizes.{name}": value for name, value in profile.sizes.items()}
    return {
        **plain,
        "name": profile.name,
        **sizes,
        **{f"attributes.{one}": of for one, of in profile.attributes.items()},
    }
