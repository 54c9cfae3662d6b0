"""Campaigns: written as drafts, checked, launched, paused, ended."""

from datetime import datetime
from typing import Any, Literal

from sqlalchemy.orm import Session

from offers.errors import BadInput, Conflict, Fault, NotFound
from offers.records.ids import new_id
from offers.records.queries import campaigns as queries
from offers.records.queries import offers as offer_queries
from offers.records.queries import places as place_queries
from offers.records.queries import products as product_queries
from offers.records.queries.adding import added
from offers.records.queries.launching import what_a_launch_rests_on, whom_it_reaches
from offers.records.tables import Campaign, CampaignVersion
from offers.rules.audience import read_audience
from offers.rules.campaign import CampaignBody, parse_campaign
from offers.rules.edit import Check, anyway
from offers.rules.launch import Finding, Reached, refusals, told, warnings
from offers.rules.launch_checks import look
from offers.rules.leafing import Leaf, Turn

Item = dict[str, Any]

STEPS: dict[str, dict[str, str]] = {
    "launch": {"draft": "live", "paused": "live", "live": "live"},
    "pause": {"live": "paused", "paused": "paused"},
    "end": {"live": "ended", "paused": "ended", "ended": "ended"},
}
"""Which status a step leads to, from which."""


def steps_of(status: str) -> list[str]:
    """The steps that would change something from here."""
    return [step for step, way in STEPS.items() if way.get(status, status) != status]


def whom_a_check_needs(
    session: Session, campaign_id: str, *, now: datetime, body: CampaignBody | None = None
) -> Reached | None:
    """Whom the campaign would reach once it is live: with `body` as it is about to be edited; none where that is not checked.

    To be read before a launch or an edit, and handed to it: counting takes seconds on SQLite, and nobody writes beside a transaction that does.
    """
    campaign = queries.campaign_by_id(session, campaign_id)
    if campaign is None or campaign.status == "ended" or (body and campaign.status != "live"):
        return None
    return whom_it_reaches(session, body or parse_campaign(campaign.definition), now)


def put_campaign(
    session: Session,
    campaign_id: str,
    body: CampaignBody,
    *,
    now: datetime,
    check: Check = anyway,
    reached: Reached | None = None,
) -> tuple[Item, bool]:
    """Create a draft, or write a new version. What is decided from now on goes by the new version.

    A live one is checked as at its launch: `Conflict`, and the version before runs on; or its item has `warnings`. The offer is looked up before the campaign is locked: deciding takes the two in that order.
    """
    _check_offer(session, body)
    campaign = queries.campaign_locked(session, campaign_id)
    check(None if campaign is None else campaign_item(campaign))
    if campaign is not None and campaign.status == "ended":
        raise Conflict("This campaign has ended; duplicate it under another id to change it.")
    _check_places(session, body)
    _check_product(session, body)
    definition = body.as_json()
    created = False
    findings = _findings(session, campaign_id, body, now, reached) if campaign and campaign.status == "live" else []
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
            return put_campaign(session, campaign_id, body, now=now, check=check, reached=reached)
    elif campaign.definition == definition:
        return _with_warnings(campaign, findings), False
    else:
        _refuse(findings, "This live campaign can not be changed to this.")
        campaign.name, campaign.definition, campaign.updated_at = body.name, definition, now
        campaign.version += 1
    session.flush()
    session.add(CampaignVersion(campaign_id=campaign_id, version=campaign.version, definition=definition, at=now))
    session.flush()
    return _with_warnings(campaign, findings), created


def add_campaign(session: Session, body: CampaignBody, *, now: datetime) -> Item:
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


def _check_product(session: Session, body: CampaignBody) -> None:
    """It is there now. It may be removed later: then texts that name it fall back to their default."""
    if body.product is not None and product_queries.product_by_sku(session, body.product) is None:
        raise BadInput.at("product", f"there is no product {body.product!r}")


def step_campaign(
    session: Session,
    campaign_id: str,
    step: Literal["launch", "pause", "end"],
    *,
    now: datetime,
    check: Check = anyway,
    reached: Reached | None = None,
) -> Item:
    """Launch, pause or end. `Conflict` says what is wrong; a step that is done already changes nothing."""
    campaign = queries.campaign_locked(session, campaign_id)
    if campaign is None:
        raise NotFound("campaign")
    check(campaign_item(campaign))
    to = STEPS[step].get(campaign.status)
    if to is None:
        raise Conflict(f"A campaign that is {campaign.status} can not {step}.")
    findings = []
    if to == "live":
        findings = _findings(session, campaign_id, parse_campaign(campaign.definition), now, reached)
    if to != campaign.status:
        if to == "live":
            _refuse(findings, "This campaign can not be launched yet.")
            campaign.launched_at = now
        campaign.status, campaign.updated_at = to, now
        session.flush()
    return _with_warnings(campaign, findings)


def check_campaign(
    session: Session, campaign_id: str, *, now: datetime, count: bool = True, roughly: bool = False
) -> list[Finding]:
    """What a launch now would say: refusals, which keep it from being launched, and warnings; without `count` none of those of whom it reaches.

    `roughly`: for a page, which does not wait until a million customers are counted. A launch itself counts them.
    """
    campaign = queries.campaign_by_id(session, campaign_id)
    if campaign is None:
        raise NotFound("campaign")
    body = parse_campaign(campaign.definition)
    reached = whom_it_reaches(session, body, now, roughly=roughly) if count else Reached(body.audience, None)
    return _findings(session, campaign_id, body, now, reached)


def _findings(
    session: Session, campaign_id: str, body: CampaignBody, now: datetime, reached: Reached | None
) -> list[Finding]:
    """Counted here where it was not before, or for an audience that is another by now."""
    if reached is None or reached.audience != body.audience:
        reached = whom_it_reaches(session, body, now)
    return look(body, what_a_launch_rests_on(session, campaign_id, body, now, reached))


def _refuse(findings: list[Finding], message: str) -> None:
    """`Conflict` with this message and each refusal, when there are any."""
    if refused := refusals(findings):
        raise Conflict(message, [Fault(one.path, one.message, one.name, one.facts) for one in refused])


def _with_warnings(campaign: Campaign, findings: list[Finding]) -> Item:
    """A live campaign says what it was warned of, in `warnings` beside it."""
    item = campaign_item(campaign)
    return item | {"warnings": told(warnings(findings))} if campaign.status == "live" else item


def get_campaign(session: Session, campaign_id: str) -> Item:
    campaign = queries.campaign_by_id(session, campaign_id)
    if campaign is None:
        raise NotFound("campaign")
    return campaign_item(campaign)


def list_versions(
    session: Session, campaign_id: str, *, after: str = "", limit: int = 100
) -> tuple[list[Item], str | None]:
    """What the campaign said in each of its versions, newest first; `after` is the number of the last one seen."""
    if queries.campaign_by_id(session, campaign_id) is None:
        raise NotFound("campaign")
    before = int(after) if after.isdecimal() and len(after) < 10 else None
    if after and before is None:
        raise BadInput.at("cursor", "is none that this list made")
    rows = queries.versions_of(session, campaign_id, before, limit + 1)
    items = [{"version": one.version, "at": one.at, **one.definition} for one in rows[:limit]]
    return items, str(rows[limit - 1].version) if len(rows) > limit else None


def list_campaigns(session: Session, *, after: str = "", limit: int = 100) -> tuple[list[Item], str | None]:
    rows = queries.all_campaigns(session, after, limit + 1)
    return [campaign_item(row) for row in rows[:limit]], rows[limit - 1].id if len(rows) > limit else None


def leaf_campaigns(session: Session, turn: Turn, *, text: str = "", status: str | None = None) -> Leaf:
    """A page of those whose id or name holds the text. `BadInput` for an order or a cursor that there is not."""
    leaf = queries.leaf_of_campaigns(session, text.strip(), status, turn)
    return leaf.holding([campaign_item(row) for row in leaf.items])


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


def campaign_item(row: Campaign) -> Item:
    return {
        "id": row.id,
        "status": row.status,
        "version": row.version,
        **row.definition,
        "created_at": row.created_at,
        "updated_at": row.updated_at,
        "launched_at": row.launched_at,
    }
