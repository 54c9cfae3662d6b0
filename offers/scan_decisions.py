"""What a scan's campaign gives its customer: decided like any other moment, told by the page itself. As deciding.py, several use cases call it."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from offers.deciding import Moment, decide
from offers.records.queries import coupons as coupon_queries
from offers.records.queries import decisions as decision_queries
from offers.records.queries.nearest import stores_nearest_first
from offers.records.queries.posters import poster_by_id
from offers.records.tables import Customer, Scan
from offers.rules.coupon_codes import CodeKeys
from offers.rules.scan_moments import scan_moment


@dataclass(frozen=True, slots=True)
class Given:
    """What the customer has of the scan's campaign now."""

    outcome: str | None
    """Of the decision; none where nothing was decided: the code leads to no campaign, or there is no store."""
    coupon: coupon_queries.Held | None = None
    happened: list[dict[str, Any]] = field(default_factory=list)
    """Live events, to tell after the commit."""


def decide_scan(
    session: Session, scan: Scan, customer: Customer, *, asked_for: bool, keys: CodeKeys, now: datetime
) -> Given:
    """Decide the scan's campaign for this customer, who is locked by the caller, and issue the coupon that comes of it. Safe to repeat.

    A coupon of the campaign that the customer holds and can still use is the answer, and nothing more is given out. `asked_for`: they tapped
    for it, so neither consent to be told unasked nor the frequency cap stands in the way; whom the scan has held out gets nothing all the same.
    """
    poster = poster_by_id(session, scan.poster_id)
    place_id = (poster.place_id or stores_nearest_first(session, poster.lat, poster.lon).first) if poster else None
    if scan.campaign_id is None or place_id is None:
        return Given(None)
    held = coupon_queries.held_of_campaign(session, customer.id, scan.campaign_id, keys, now)
    if held is not None:
        return Given("send", held)
    at_first = decision_queries.outcome_of(
        session, customer.id, scan.campaign_id, scan_moment(scan.id, asked_for=False)
    )
    if at_first is not None and (not asked_for or at_first == "held_out"):
        return Given(at_first)
    moment = Moment(
        key=scan_moment(scan.id, asked_for=asked_for),
        trigger="scan",
        customer_id=customer.id,
        device_id=scan.device_id or "",
        place_id=place_id,
        role="",
        at=now,
        only=frozenset({scan.campaign_id}),
        asked_for=asked_for,
        scan_id=scan.id,
    )
    decided = decide(session, [moment], {customer.id: customer}, now=now)
    outcome = decision_queries.outcome_of(session, customer.id, scan.campaign_id, moment.key)
    made = decision_queries.id_of(session, customer.id, scan.campaign_id, moment.key) if outcome == "send" else None
    if made is not None:
        coupon_queries.codes_to_tell(session, [made], keys)
        coupon_queries.issue(session, [made], now)
    held = coupon_queries.held_of_campaign(session, customer.id, scan.campaign_id, keys, now)
    return Given(outcome, held, decided.happened)
