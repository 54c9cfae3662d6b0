"""Deliveries: claim, word, send, record; and what to do about senders that died."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, cast

from sqlalchemy.orm import Session

from offers.push import MessageKind, Outcome, PushKind, PushMessage, ack_id_of, tag_of
from offers.records.ids import new_id
from offers.records.items import delivery_item
from offers.records.queries import campaigns as campaign_queries
from offers.records.queries import coupons as coupon_queries
from offers.records.queries import customers as customer_queries
from offers.records.queries import decisions as decision_queries
from offers.records.queries import deliveries as delivery_queries
from offers.records.queries import places as place_queries
from offers.records.queries import wording
from offers.records.queries.deferrals import put_off
from offers.records.queries.writing import write_together
from offers.records.tables import Customer, Delivery, Device, Offer, Place
from offers.rules import eligibility
from offers.rules.campaign import CampaignBody, parse_campaign
from offers.rules.coupon import end_of_coupon
from offers.rules.coupon_codes import CodeKeys
from offers.rules.local_time import clock_of
from offers.rules.personal_facts import message_facts
from offers.rules.personalise import LEAST, MOST_BYTES, Words, choose_language, word
from offers.rules.push_address import is_heard_of
from offers.rules.quiet_hours import ends_at, is_quiet
from offers.rules.values import language_chain

LEASE = timedelta(seconds=60)
"""Longer than any send may take; a sender that has not answered by then is dead."""

SURELY_NOT_SENT = ("expired", "failed")
RECORDED = ("state", "reason", "missing", "language", "title", "body", "url", "sent_at", "claim", "lease_until")
"""What is written of each message's outcome: rows of one batch differ in which of these change."""


@dataclass(frozen=True, slots=True)
class Claimed:
    """A delivery that one sender holds, with everything its words and its push need. No session is open while it is sent."""

    delivery_id: str
    device_id: str
    push_kind: PushKind
    push_token: str
    platform: str
    kind: MessageKind
    source_id: str
    ack_id: str
    expires_at: datetime
    language: str
    message: Mapping[str, Any]
    facts: Mapping[str, Any]
    image: str | None = None


@dataclass(frozen=True, slots=True)
class Claims:
    held: list[Claimed]
    happened: list[dict[str, Any]]
    """Those that were taken back instead of sent."""


def claim_deliveries(session: Session, ids: Sequence[str], sender: str, *, keys: CodeKeys, now: datetime) -> Claims:
    """Take what is queued of these for `sender`, and take back what may not go any more: consent, quiet hours, life.

    From here on the coupon of what is taken can be redeemed: its code may be on the phone before anybody has written so.

    Customers are locked before their deliveries, here as everywhere, so that nobody waits in a circle.
    """
    customers = customer_queries.customers_locked(session, delivery_queries.recipients(session, ids))
    rows = delivery_queries.claim(session, ids, sender, now, now + LEASE)
    devices = customer_queries.devices_by_id(session, (row.device_id for row in rows))
    places = place_queries.places_by_id(session, (row.context["place_id"] for row in rows))
    campaigns = {
        one.id: parse_campaign(one.definition)
        for one in campaign_queries.running_campaigns(session)
        if one.status == "live"
    }
    limits = campaign_queries.limits_now(session)
    coupons = coupon_queries.codes_to_tell(session, (row.decision_id for row in rows if row.decision_id), keys)
    told = {row.campaign_id: campaigns[row.campaign_id] for row in rows if row.campaign_id in campaigns}
    named = wording.named_in(session, told.values(), customers, now)
    held, taken_back = [], []
    for row in rows:
        customer, device, place = (
            customers[row.customer_id],
            devices[row.device_id],
            places.get(row.context["place_id"]),
        )
        zone = clock_of(customer.time_zone, place.time_zone if place else None).zone
        campaign = campaigns.get(row.campaign_id or "")
        reason = _why_not(row, customer, device, place, campaign, now=now)
        if reason is None and eligibility.is_quiet(limits, now, zone):
            reason = "quiet_hours"
        offer = named.offers.get(campaign.offer) if campaign and campaign.offer else None
        if reason is None and offer is not None and offer.valid_until is not None and offer.valid_until <= now:
            reason = "sold_out"  # it has ended since: its coupon would be good for nothing
        coupon = coupons.get(row.decision_id or "")
        if reason is None and campaign is not None and campaign.offer != (coupon.offer_id if coupon else None):
            reason = "sold_out"  # the campaign was edited since: its text would promise what was not reserved
        if reason is None:
            assert campaign is not None, "a delivery without its campaign has a reason not to go"
            assert place is not None, "and so has one without its place"
            messages = campaign.messages_of(row.variant)
            defaults = (campaign.default_language, limits.default_language)
            language = choose_language(messages, language_chain(customer.language or device.locale, *defaults))
            message = messages[language]
            row.coupon, code = (coupon.name, coupon.code) if coupon else (None, None)
            about = wording.about(customer, place, device, campaign, named, distance_m=row.context.get("distance_m"))
            about = replace(about, code=code, ends_at=_end_of(offer, now) if row.coupon else None)
            tongues = language_chain(language, *defaults)
            facts = message_facts(about, tongues, now.astimezone(zone), message.facts_named())
            held.append(_claimed(row, device, keys, language, message.sources(), facts))
        else:
            row.state = "expired" if reason == "too_late" else "failed"
            row.reason, row.claim, row.lease_until = reason, None, None
            taken_back.append(row)
        write_together(row, "state", "reason", "claim", "lease_until", "coupon")
    session.flush()
    _give_back(session, taken_back, now)
    return Claims(held, [{"type": "delivery", **delivery_item(row)} for row in taken_back])


def _claimed(  # noqa: PLR0917 - what it is put together from
    row: Delivery, device: Device, keys: CodeKeys, language: str, message: Mapping[str, Any], facts: Mapping[str, Any]
) -> Claimed:
    return Claimed(
        delivery_id=row.id,
        device_id=device.id,
        push_kind=cast("PushKind", device.push_kind or "token"),
        push_token=device.push_token or "",
        platform=device.platform,
        kind=cast("MessageKind", row.kind),
        source_id=row.source_id,
        ack_id=ack_id_of(row.id, keys),
        expires_at=row.expires_at,
        language=language,
        message=message,
        facts=facts,
    )


def _why_not(
    row: Delivery,
    customer: Customer,
    device: Device,
    place: Place | None,
    campaign: CampaignBody | None,
    *,
    now: datetime,
) -> str | None:
    if now >= row.expires_at:
        return "too_late"
    if not (customer.offers and customer.location):
        return "no_consent"
    if campaign is None:
        return "not_live"
    if device.revoked_at is not None or not device.push_token or not is_heard_of(device.push_seen_at, row.kind, now):
        return "no_reachable_device"
    if place is None:
        return "place_removed"
    return None


def _end_of(offer: Offer | None, now: datetime) -> datetime | None:
    """When a coupon that is issued about now will end."""
    return None if offer is None else end_of_coupon(now, offer.valid_for_s, offer.valid_until)


def word_delivery(claimed: Claimed) -> tuple[PushMessage, Words]:
    """Fill the words; pure and outside any transaction."""
    words = word(claimed.message, claimed.facts, claimed.language, MOST_BYTES.get(claimed.platform, LEAST))
    message = PushMessage(
        delivery_id=claimed.delivery_id,
        device_id=claimed.device_id,
        push_kind=claimed.push_kind,
        push_token=claimed.push_token,
        platform=claimed.platform,
        kind=claimed.kind,
        tag=tag_of(claimed.kind, claimed.source_id),
        ack_id=claimed.ack_id,
        expires_at=claimed.expires_at,
        language=claimed.language,
        title=words.title,
        body=words.body,
        url=words.url,
        image=claimed.image,
        label=claimed.source_id if claimed.kind == "offer" else claimed.kind,
    )
    return message, words


@dataclass(frozen=True, slots=True)
class Sent:
    delivery_id: str
    language: str
    words: Words
    outcome: Outcome


def record_outcomes(session: Session, sender: str, results: Sequence[Sent], *, now: datetime) -> list[dict[str, Any]]:
    """Write what became of the messages that `sender` still holds, and give back what surely never left. Safe to repeat.

    The coupon of one that left, or may have left, is issued.
    """
    ids = [one.delivery_id for one in results]
    customer_queries.customers_locked(session, delivery_queries.recipients(session, ids))
    rows = {row.id: row for row in delivery_queries.held_by(session, ids, sender)}
    for one in results:
        row = rows.get(one.delivery_id)
        if row is None:
            continue
        row.state, row.reason = one.outcome.state, one.outcome.reason or ("default_text" if one.words.missing else None)
        row.missing = one.words.missing
        row.language, row.title, row.body, row.url = one.language, one.words.title, one.words.body, one.words.url
        row.sent_at = now if one.outcome.state == "sent" else None
        if row.state == "unknown" and row.received_at is not None:
            row.state, row.reason, row.sent_at = "sent", "receipt", row.received_at
        row.claim = row.lease_until = None
        write_together(row, *RECORDED)
    session.flush()
    _give_back(
        session, list(rows.values()), now
    )  # before the coupons are issued: giving back locks offers, which come before coupons
    left = [row.decision_id for row in rows.values() if row.state not in SURELY_NOT_SENT and row.decision_id]
    coupon_queries.issue(session, left, now)
    return [{"type": "delivery", **delivery_item(row)} for row in rows.values()]


def _give_back(session: Session, rows: Sequence[Delivery], now: datetime) -> None:
    """A cap and a coupon that were reserved for a message which surely never left are free again; `unknown` keeps them."""
    asked = {row.decision_id for row in rows if row.state in SURELY_NOT_SENT and row.decision_id}
    if not asked:
        return
    siblings = delivery_queries.siblings(session, asked)
    free = asked - siblings.left
    for decision in decision_queries.decisions_by_id(session, free).values():
        decision.spends_cap = False
    coupon_queries.release(session, free)
    if siblings.met_quiet_hours:
        _put_off(session, siblings.met_quiet_hours, now)
    session.flush()


def _put_off(session: Session, ids: Collection[str], now: datetime) -> None:
    """What met the quiet hours at its claim is decided anew at their end, where its campaign says so.

    Only of decisions of which nothing left and nothing is under way: whom one phone has told by now, another tells nothing in the morning.
    """
    window = campaign_queries.limits_now(session).quiet_hours
    if window is None:
        return
    rows = [row for row in delivery_queries.deliveries_by_id(session, ids) if now < row.expires_at]
    campaigns = {one.id: parse_campaign(one.definition) for one in campaign_queries.running_campaigns(session)}
    decisions = decision_queries.decisions_by_id(session, (row.decision_id for row in rows))
    customers = customer_queries.customers_by_id(session, (row.customer_id for row in rows))
    places = place_queries.places_by_id(session, (row.context["place_id"] for row in rows))
    waiting = []
    for row in rows:
        campaign, decision = campaigns.get(row.campaign_id or ""), decisions[row.decision_id or ""]
        place = places.get(row.context["place_id"])
        if campaign is None or place is None or campaign.quiet_hours == "drop":
            continue
        zone = clock_of(customers[row.customer_id].time_zone, place.time_zone).zone
        until = ends_at(now, zone, window) if is_quiet(now, zone, window) else now
        said = row.context.get("happened_at")
        happened_at = datetime.fromisoformat(said) if said else row.created_at
        if until > happened_at + eligibility.LONGEST_WAIT:
            continue
        decision.facts = {**decision.facts, "deferred_until": until.astimezone(zone).isoformat()}
        waiting.append(
            {
                "id": new_id("dfr"),
                "customer_id": row.customer_id,
                "campaign_id": row.campaign_id,
                "moment": row.moment,
                "trigger": decision.trigger,
                "device_id": row.device_id,
                "place_id": place.id,
                "role": row.context.get("role", campaign.trigger.role),
                "happened_at": happened_at,
                "created_at": now,
                "not_before": until,
            }
        )
    put_off(session, waiting)


def sweep_deliveries(session: Session, *, now: datetime, limit: int = 1000) -> tuple[list[str], int]:
    """Ids that are due and whose ring was lost or is yet to come, and how many leases had ended."""
    ids = delivery_queries.with_expired_lease(session, now)
    ended = 0
    if ids:
        customer_queries.customers_locked(session, delivery_queries.recipients(session, ids))
        decisions = delivery_queries.end_expired_leases(session, ids, now)
        ended = len(decisions)
        coupon_queries.issue(session, [one for one in decisions if one], now)
    return delivery_queries.due_deliveries(session, now, limit), ended
