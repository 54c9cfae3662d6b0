"""Test sends: a campaign's message on one device, now, to see that it arrives and how it looks. Nothing is counted, reserved or spent."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from offers.errors import BadInput, Conflict, NotFound
from offers.follows import Follows
from offers.records.ids import new_id
from offers.records.queries import campaigns as campaign_queries
from offers.records.queries import customers as customer_queries
from offers.records.queries import deliveries as queries
from offers.records.queries import overview as overview_queries
from offers.records.queries import places as place_queries
from offers.records.tables import Delivery
from offers.rules.campaign import ON_A_PAGE, WITHOUT_POSITION, CampaignBody, parse_campaign
from offers.rules.draws import draw_variant
from offers.rules.push_address import is_heard_of

LIFE = timedelta(minutes=10)
MOST_TESTS, WITHIN = 10, timedelta(hours=1)
"""A device gets no more of them: whoever may send them shall not wake somebody all night by mistake."""
DISTANCE_M = 100
"""How far away a customer is taken to be, as in a preview."""


@dataclass(frozen=True, slots=True)
class QueuedTest:
    delivery_id: str | None
    """None where the device got its share."""
    wait_s: int = 0
    follows: Follows = field(default_factory=Follows)


def send_test(
    session: Session,
    campaign_id: str,
    device_id: str,
    *,
    now: datetime,
    variant: str | None = None,
    moment: str | None = None,
) -> QueuedTest:
    """Queue the message for the device, past caps, cooldown, quiet hours, hold-out and budget; the coupon's code is an example.

    `NotFound` names the campaign or the device. `Conflict` `not_a_push`: a poster's page tells the campaign; scan one. `no_address` or `no_consent`: the device can not be pushed to, or its customer has
    not agreed to offers. `BadInput` names a `variant` that is none; without one it is the one that the customer draws. Asked again with a `moment` of
    the caller's own, it is the test that was queued first, and nothing follows.
    """
    campaign = campaign_queries.campaign_by_id(session, campaign_id)
    if campaign is None:
        raise NotFound("campaign")
    body = parse_campaign(campaign.definition)
    if body.trigger.on in ON_A_PAGE:
        raise Conflict(
            "A poster's page tells this campaign, and no push does: scan one of its posters.", reason="not_a_push"
        )
    if variant is not None and variant not in {one.name for one in body.variants}:
        raise BadInput.at("variant", f"there is no variant {variant!r}")
    device = customer_queries.device_with_its_customer_locked(session, device_id)
    if device is None or device.revoked_at is not None:
        raise NotFound("device")
    customer = customer_queries.customers_by_id(session, [device.customer_id])[device.customer_id]
    if not device.push_token or not is_heard_of(device.push_seen_at, "test", now):
        raise Conflict("This device has no push address.", reason="no_address")
    if not customer.offers:
        raise Conflict("This device's customer has not agreed to offers.", reason="no_consent")
    if moment is not None and (first := queries.test_of(session, device_id, moment)) is not None:
        return QueuedTest(first)
    before = queries.tests_since(session, device_id, now - WITHIN)
    if len(before) >= MOST_TESTS:
        return QueuedTest(None, max(1, int((before[-MOST_TESTS] + WITHIN - now).total_seconds()) + 1))
    row = Delivery(
        id=new_id("dlv"),
        customer_id=customer.id,
        device_id=device.id,
        source_id=campaign.id,
        kind="test",
        moment=moment or new_id("test"),
        variant=variant or draw_variant(campaign.id, customer.id, body.variants),
        context={
            "place_id": _place(session, body),
            "distance_m": None if body.trigger.on in WITHOUT_POSITION else DISTANCE_M,
        },
        state="queued",
        turn=0,
        created_at=now,
        not_before=now,
        expires_at=now + LIFE,
        attempts=0,
    )
    session.add(row)
    session.flush()
    return QueuedTest(row.id, follows=Follows(deliveries=(row.id,)))


def whose_device(session: Session, device_id: str) -> str | None:
    """The id of the customer whose device it is; none where there is no such device."""
    device = customer_queries.devices_by_id(session, [device_id]).get(device_id)
    return device.customer_id if device is not None and device.revoked_at is None else None


def campaigns_to_test(session: Session, *, limit: int = 100) -> list[dict[str, str]]:
    """Campaigns that a push tells and that have not ended, live ones first: `{id, name, status}`."""
    rows = overview_queries.campaigns_in(session, ["live", "draft", "paused"])
    pushed = [one for one in rows if one.definition.get("trigger", {}).get("on") not in ON_A_PAGE]
    pushed.sort(key=lambda one: one.status != "live")
    return [{"id": one.id, "name": one.name, "status": one.status} for one in pushed[:limit]]


def became_of_test(session: Session, delivery_id: str) -> dict[str, Any]:
    """`{state, reason, at}` of a test; `NotFound` where there is none, whatever else has this id."""
    row = next(iter(queries.deliveries_by_id(session, [delivery_id])), None)
    if row is None or row.kind != "test":
        raise NotFound("test")
    return {"state": row.state, "reason": row.reason, "at": row.sent_at or row.created_at}


def _place(session: Session, campaign: CampaignBody) -> str | None:
    """The first that the campaign names and that is there, else any: as in a preview."""
    there = place_queries.places_by_id(session, campaign.trigger.places)
    named = next((one for one in campaign.trigger.places if one in there), None)
    return named or next((one.id for one in place_queries.all_places(session, "", 1)), None)
