"""The doors of campaigns: written as drafts, launched, paused, ended."""

from typing import Any, Literal

from fastapi import APIRouter, Request
from starlette.responses import Response

from offers import campaigns
from offers.rules.campaign import CampaignBody
from offers.rules.launch import refusals, told, warnings
from web.asking import Cursor, Limit, Named, page
from web.bodies import JsonRoute, json_answer, no_content
from web.campaign_examples import CHECKS, LAUNCHED, VERSION
from web.editing import IfUnchanged, IfUnchangedOrNew, edited
from web.examples import (
    CAMPAIGN,
    answers,
    answers_with_etag,
    answers_with_page,
    edited_or_made,
)
from web.guards import Server
from web.parts import Have

router = APIRouter(prefix="/v1/campaigns", tags=["campaigns"], route_class=JsonRoute)


@router.post("", summary="Create a campaign", status_code=201, responses=answers(CAMPAIGN, 201, idempotent=True))
def add_campaign(body: CampaignBody, request: Request, _caller: Server, parts: Have) -> Response:
    """It is a draft until it is launched."""

    def add() -> dict[str, Any]:
        with parts.database.transaction() as session:
            return campaigns.add_campaign(session, body, now=parts.now())

    return parts.repeats.once(request, body, add)


@router.put("/{campaign_id}", summary="Create or replace a campaign", responses=edited_or_made(CAMPAIGN))
def put_campaign(
    campaign_id: Named, body: CampaignBody, check: IfUnchangedOrNew, _caller: Server, parts: Have
) -> Response:
    """A live campaign is edited as a new version: what is decided from then on goes by it.

    It is checked as at its launch: 409 with what is wrong, and the version before runs on; else `warnings` beside the campaign.
    """
    now = parts.now()
    with parts.database.reading() as session:
        reached = campaigns.whom_a_check_needs(session, campaign_id, now=now, body=body)
    with parts.database.transaction() as session:
        item, created = campaigns.put_campaign(session, campaign_id, body, now=now, check=check, reached=reached)
    warned = {name: item.pop(name) for name in ("warnings",) if name in item}
    return edited(item, 201 if created else 200, warned)


@router.get("", summary="All campaigns", responses=answers_with_page(CAMPAIGN))
def list_campaigns(_caller: Server, parts: Have, cursor: Cursor = None, limit: Limit = 100) -> Response:
    with parts.database.reading() as session:
        return page(*campaigns.list_campaigns(session, after=cursor or "", limit=limit))


@router.get("/{campaign_id}", summary="A campaign", responses=answers_with_etag(CAMPAIGN))
def get_campaign(campaign_id: Named, _caller: Server, parts: Have) -> Response:
    with parts.database.reading() as session:
        return edited(campaigns.get_campaign(session, campaign_id))


@router.get("/{campaign_id}/versions", summary="A campaign's versions", responses=answers_with_page(VERSION))
def list_versions(
    campaign_id: Named, _caller: Server, parts: Have, cursor: Cursor = None, limit: Limit = 100
) -> Response:
    """What it said in each of its versions, newest first. Decisions name theirs."""
    with parts.database.reading() as session:
        return page(*campaigns.list_versions(session, campaign_id, after=cursor or "", limit=limit))


@router.get("/{campaign_id}/checks", summary="What a launch would say", responses=answers(CHECKS))
def check(campaign_id: Named, _caller: Server, parts: Have) -> Response:
    """Refusals keep it from being launched, warnings do not. Nothing changes."""
    with parts.counting.taken(), parts.database.reading() as session:
        found = campaigns.check_campaign(session, campaign_id, now=parts.now())
    return json_answer({"refusals": told(refusals(found)), "warnings": told(warnings(found))})


@router.delete("/{campaign_id}", summary="Remove a draft", status_code=204)
def delete_campaign(campaign_id: Named, check: IfUnchanged, _caller: Server, parts: Have) -> Response:
    """409 for a campaign that was launched: end it instead, so that its decisions keep their reason."""
    with parts.database.transaction() as session:
        campaigns.delete_campaign(session, campaign_id, check=check)
    return no_content()


@router.post("/{campaign_id}/launch", summary="Launch a campaign", responses=answers(LAUNCHED))
def launch(campaign_id: Named, _caller: Server, parts: Have) -> Response:
    """409 with what is wrong when it could never send; what else is to be known is among its `warnings`."""
    now = parts.now()
    with parts.database.reading() as session:
        reached = campaigns.whom_a_check_needs(session, campaign_id, now=now)
    with parts.database.transaction() as session:
        return json_answer(campaigns.step_campaign(session, campaign_id, "launch", now=now, reached=reached))


@router.post("/{campaign_id}/pause", summary="Pause a campaign", responses=answers(CAMPAIGN))
def pause(campaign_id: Named, _caller: Server, parts: Have) -> Response:
    return _step(campaign_id, "pause", parts)


@router.post("/{campaign_id}/end", summary="End a campaign", responses=answers(CAMPAIGN))
def end(campaign_id: Named, _caller: Server, parts: Have) -> Response:
    """For good: an ended campaign can not be launched again."""
    return _step(campaign_id, "end", parts)


def _step(campaign_id: str, step: Literal["pause", "end"], parts: Have) -> Response:
    with parts.database.transaction() as session:
        return json_answer(campaigns.step_campaign(session, campaign_id, step, now=parts.now()))
