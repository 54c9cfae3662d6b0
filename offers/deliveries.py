"""What becomes of deliveries: outcomes are recorded, dead senders and ended lives are noticed."""

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from offers.push import Outcome, lanes_above
from offers.records.queries import coupons as coupon_queries
from offers.records.queries import customers as customer_queries
from offers.records.queries import deliveries as delivery_queries
from offers.records.queries import devices as device_queries
from offers.records.queries import push_lanes as lane_queries
from offers.records.queries.devices import Refusal
from offers.records.queries.for_orders import deliveries_told, says_no_more
from offers.records.queries.giving_back import give_back
from offers.records.queries.stepping import STEPPED, settle_by_receipt, take_step, tried
from offers.records.queries.telling import tell_elsewhere
from offers.records.queries.writing import write_together
from offers.records.tables import Delivery
from offers.rules.personalise import Words
from offers.rules.push_lanes import LaneState
from offers.rules.sending import Step, life_over, next_step

RECORDED = (*STEPPED, "missing", "language", "title", "body", "url", "image", "sent_at", "provider_id")
"""What is written of each message's outcome: rows of one batch differ in which of these change."""
SENDER_DIED = Outcome("unknown", "sender_died")


@dataclass(frozen=True, slots=True)
class SentTo:
    """Where a message went, and when its sender took it: what may be concluded of its address."""

    lane: str
    push_token: str
    claimed_at: datetime


@dataclass(frozen=True, slots=True)
class Sent:
    delivery_id: str
    language: str
    words: Words
    outcome: Outcome
    image: str | None = None
    to: SentTo | None = None


def record_outcomes(
    session: Session,
    sender: str,
    results: Sequence[Sent],
    *,
    now: datetime,
    dice: Callable[[], float] = random.random,
) -> list[dict[str, Any]]:
    """Write what became of the messages that `sender` still holds, and give back what surely never left. Safe to repeat.

    The coupon of one that left, or may have left, is issued. An address that is no more is given up, unless its lane is braked; an order's
    message goes to the customer's next device then.
    """
    ids = [one.delivery_id for one in results]
    customer_queries.customers_locked(session, delivery_queries.recipients(session, ids))
    rows = {row.id: row for row in delivery_queries.held_by(session, ids, sender)}
    lanes = lane_queries.lane_states(session)
    refused: list[Refusal] = []
    unsaid = says_no_more(session, rows.values())
    for one in results:
        row = rows.get(one.delivery_id)
        if row is None:
            continue
        pause_ends = _pause_ends(lanes, one, now)
        step = next_step(one.outcome, tried(row), now=now, dice=dice(), pause_ends=pause_ends)
        take_step(row, step)
        _write_words(row, one, step)
        if row.id in unsaid:
            row.title = row.body = None
        row.sent_at = now if step.state == "sent" else None
        settle_by_receipt(row)
        write_together(row, *RECORDED)
        if step.retire and one.to and not (step.retire == "mismatched" and _is_braked(lanes, one.to.lane)):
            why, to = step.reason or step.retire, one.to
            refused.append(Refusal(row.device_id, row.customer_id, to.push_token, to.claimed_at, why))
    device_queries.retire_refused(session, refused, now)
    tell_elsewhere(session, rows.values(), now)
    _settle(session, list(rows.values()), now)
    return deliveries_told(session, rows.values())


def _write_words(row: Delivery, one: Sent, step: Step) -> None:
    """What it said; not of what waits and surely never left: that is worded anew."""
    if step.state == "queued" and one.outcome.state == "waiting":
        return
    if step.state == "sent" and row.reason is None and one.words.missing:
        row.reason = "default_text"
    row.missing, row.image, row.provider_id = one.words.missing, one.image, one.outcome.provider_id
    row.language, row.title, row.body, row.url = one.language, one.words.title, one.words.body, one.words.url
    if row.kind == "reply":
        row.url = None  # whoever has the conversation's address writes as the customer: lists and live events are not to tell it


def _pause_ends(lanes: dict[str, LaneState], one: Sent, now: datetime) -> datetime | None:
    """When the way out goes on that this outcome says must pause."""
    state = lanes.get(one.outcome.lane or "")
    return state.paused_until if state and state.pauses(now) else None


def _is_braked(lanes: dict[str, LaneState], lane: str) -> bool:
    return any(lanes[name].is_braked() for name in lanes_above(lane) if name in lanes)


def _settle(session: Session, rows: Sequence[Delivery], now: datetime) -> None:
    """Give back what surely never left; issue the coupons of what left or may have."""
    session.flush()
    give_back(session, rows, now)  # before the coupons are issued: giving back locks offers, which come before coupons
    left = [row.decision_id for row in rows if row.state in LEFT and row.decision_id]
    coupon_queries.issue(session, left, now)


LEFT = ("sent", "unknown")


def sweep_deliveries(
    session: Session, *, now: datetime, limit: int = 1000, dice: Callable[[], float] = random.random
) -> tuple[list[str], list[dict[str, Any]]]:
    """Ids that are due and whose ring was lost or is yet to come, and what became of those whose sender died.

    Nobody knows whether these left. An offer stays `unknown`; an order's message goes again.
    """
    ids = delivery_queries.with_expired_lease(session, now, limit)
    ended: Sequence[Delivery] = []
    if ids:
        customer_queries.customers_locked(session, delivery_queries.recipients(session, ids))
        ended = delivery_queries.of_dead_senders(session, ids, now)
        for row in ended:
            take_step(row, next_step(SENDER_DIED, tried(row), now=now, dice=dice()))
            settle_by_receipt(row)
        _settle(session, ended, now)
    due = delivery_queries.due_deliveries(session, now, limit)
    return due, deliveries_told(session, ended)


def end_lives(session: Session, *, now: datetime, limit: int = 500) -> list[dict[str, Any]]:
    """What waited and has no life left is over, with all that a claim does which takes back; `limit` at most. Safe to repeat."""
    ids = delivery_queries.outlived(session, now, limit)
    if not ids:
        return []
    customer_queries.customers_locked(session, delivery_queries.recipients(session, ids))
    rows = delivery_queries.outlived_of(session, ids, now)
    for row in rows:
        take_step(row, life_over(tried(row), row.reason))
    _settle(session, rows, now)
    return deliveries_told(session, rows)
