"""Deliveries: claim, word, send, record; and what to do about senders that died."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal, Protocol
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from offers.records.items import delivery_item
from offers.records.queries import campaigns as campaign_queries
from offers.records.queries import coupons as coupon_queries
from offers.records.queries import customers as customer_queries
from offers.records.queries import decisions as decision_queries
from offers.records.queries import deliveries as delivery_queries
from offers.records.queries import places as place_queries
from offers.records.queries.writing import write_together
from offers.records.tables import Customer, Delivery, Device, Place
from offers.rules import eligibility
from offers.rules.campaign import CampaignBody, parse_campaign
from offers.rules.coupon_codes import CodeKeys
from offers.rules.personalise import Words, choose_language, message_facts, word
from offers.rules.values import language_chain, zone_or_none

LEASE = timedelta(seconds=60)
"""Longer than any send may take; a sender that has not answered by then is dead."""

SURELY_NOT_SENT = ("expired", "failed")
RECORDED = ("state", "reason", "language", "title", "body", "url", "sent_at", "claim", "lease_until")
"""What is written of each message's outcome: rows of one batch differ in which of these change."""


@dataclass(frozen=True, slots=True)
class Claimed:
    """A delivery that one sender holds, with everything its words and its push need. No session is open while it is sent."""

    delivery_id: str
    device_id: str
    push_token: str
    platform: str
    expires_at: datetime
    language: str
    message: Mapping[str, Any]
    facts: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class PushMessage:
    """What a push port is given. `expires_at` is when the push service must drop it too."""

    delivery_id: str
    device_id: str
    push_token: str
    platform: str
    expires_at: datetime
    title: str
    body: str
    url: str | None


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a message: `sent` means handed over, `failed` surely not, `unknown` that nobody can tell."""

    state: Literal["sent", "failed", "unknown"]
    reason: str | None = None


class Push(Protocol):
    """The way out. Its real sides live in workers/push."""

    def send(self, messages: Sequence[PushMessage]) -> list[Outcome]:
        """One outcome a message, in order. Never raises: what can not be told is `unknown`."""


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
    held, taken_back = [], []
    for row in rows:
        customer, device, place = (
            customers[row.customer_id],
            devices[row.device_id],
            places.get(row.context["place_id"]),
        )
        place_zone = zone_or_none(place.time_zone) if place else None
        zone = zone_or_none(customer.time_zone) or place_zone or ZoneInfo("UTC")
        campaign = campaigns.get(row.campaign_id or "")
        reason = _why_not(row, customer, device, place, campaign, now=now)
        if reason is None and eligibility.is_quiet(limits, now, zone):
            reason = "quiet_hours"
        if reason is None:
            assert campaign is not None, "a delivery without its campaign has a reason not to go"
            assert place is not None, "and so has one without its place"
            chain = language_chain(customer.language or device.locale, limits.default_language)
            messages = campaign.messages_of(row.variant)
            language = choose_language(messages, chain)
            message = messages[language].model_dump()
            row.coupon, code = coupons.get(row.decision_id or "", (None, None))
            facts = _facts(row, customer, place, language, now.astimezone(zone), code=code)
            token = device.push_token or ""
            held.append(Claimed(row.id, device.id, token, device.platform, row.expires_at, language, message, facts))
        else:
            row.state = "expired" if reason == "too_late" else "failed"
            row.reason, row.claim, row.lease_until = reason, None, None
            taken_back.append(row)
        write_together(row, "state", "reason", "claim", "lease_until", "coupon")
    session.flush()
    _give_back(session, taken_back)
    return Claims(held, [{"type": "delivery", **delivery_item(row)} for row in taken_back])


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
    if not device.push_token or device.revoked_at is not None:
        return "no_reachable_device"
    if place is None:
        return "place_removed"
    return None


def _facts(
    row: Delivery, customer: Customer, place: Place, language: str, local: datetime, *, code: str | None
) -> dict[str, Any]:
    person = {
        "name": customer.name,
        "language": customer.language,
        "size": customer.sizes,
        "attributes": customer.attributes,
    }
    where = {"name": place.name, "address": place.address, "distance_m": row.context.get("distance_m")}
    return message_facts(person, where, language, local, code)


def word_delivery(claimed: Claimed) -> tuple[PushMessage, Words]:
    """Fill the words; pure and outside any transaction."""
    words = word(claimed.message, claimed.facts, claimed.language)
    message = PushMessage(
        claimed.delivery_id,
        claimed.device_id,
        claimed.push_token,
        claimed.platform,
        claimed.expires_at,
        words.title,
        words.body,
        words.url,
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
        row.language, row.title, row.body, row.url = one.language, one.words.title, one.words.body, one.words.url
        row.sent_at = now if one.outcome.state == "sent" else None
        row.claim = row.lease_until = None
        write_together(row, *RECORDED)
    session.flush()
    _give_back(
        session, list(rows.values())
    )  # before the coupons are issued: giving back locks offers, which come before coupons
    left = [row.decision_id for row in rows.values() if row.state not in SURELY_NOT_SENT and row.decision_id]
    coupon_queries.issue(session, left, now)
    return [{"type": "delivery", **delivery_item(row)} for row in rows.values()]


def _give_back(session: Session, rows: Sequence[Delivery]) -> None:
    """A cap and a coupon that were reserved for a message which surely never left are free again; `unknown` keeps them."""
    asked = {row.decision_id for row in rows if row.state in SURELY_NOT_SENT and row.decision_id}
    if not asked:
        return
    free = asked - delivery_queries.siblings_that_left(session, asked)
    for decision in decision_queries.decisions_by_id(session, free).values():
        decision.spends_cap = False
    coupon_queries.release(session, free)
    session.flush()


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


def mark_receipt(
    session: Session, delivery_id: str, device_id: str, what: Literal["received", "opened"], *, now: datetime
) -> bool:
    """Stamp the first receipt of its kind; false when the delivery is not this device's. Safe to repeat."""
    row = session.get(Delivery, delivery_id)
    if row is None or row.device_id != device_id:
        return False
    if what == "opened" and row.opened_at is None:
        row.opened_at = now
    if row.received_at is None:
        row.received_at = now
    session.flush()
    return True
