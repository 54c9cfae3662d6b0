"""What a rehearsal reads: moments on record, and of their customers only what a decision needs. Rows, never objects: there may be half a million."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, func, or_, select, true
from sqlalchemy.orm import Session

from offers.records.queries import offers as offer_queries
from offers.records.queries.among import among
from offers.records.tables import (
    CampaignVersion,
    Coupon,
    Decision,
    OfferAtPlace,
    Scan,
    Transition,
)
from offers.rules.budget import Left
from offers.rules.campaign import OF_A_POSTER
from offers.rules.rehearsing import CLOCKS_APART, Last, Seen, Send, Stock, Winner
from offers.rules.values import read_duration

AT_A_TIME = 5_000
"""Ids a query names at most: every database takes that many."""
Mark = tuple[datetime, str]
"""(at, id) of a transition: the order in which they are read."""


def portions(ids: Iterable[str]) -> Iterator[list[str]]:
    wanted = sorted(ids)
    for start in range(0, len(wanted), AT_A_TIME):
        yield wanted[start : start + AT_A_TIME]


Kept = type[Transition] | type[Scan]
"""What is on record of what makes moments."""


def after_mark(kept: Kept, mark: Mark) -> ColumnElement[bool]:
    at, last = mark
    return and_(kept.at >= at, or_(kept.at > at, kept.id > last))


def up_to(kept: Kept, end: Mark | datetime) -> ColumnElement[bool]:
    if isinstance(end, datetime):
        return kept.at <= end
    return and_(kept.at <= end[0], or_(kept.at < end[0], kept.id <= end[1]))


def end_of_slice(session: Session, kept: Kept, after: Mark, until: datetime, size: int) -> Mark | None:
    """The mark of the `size`-th transition, or scan, after that one; none when fewer are left.

    A slice is so many rows of the index, whatever is in them: no single statement reads a whole month to find three moments.
    """
    row = session.execute(
        select(kept.at, kept.id)
        .where(after_mark(kept, after), kept.at <= until)
        .order_by(kept.at, kept.id)
        .offset(size - 1)
        .limit(1)
    ).first()
    return None if row is None else (row.at, row.id)


def moments_between(
    session: Session, after: Mark, to: Mark | datetime, *, kind: str, role: str, places: Collection[str] | None
) -> list[Seen]:
    """What made a moment of this kind, after a mark up to another, or up to a time; at these places where they are named."""
    wanted = (
        select(Transition.at, Transition.id, Transition.moment, Transition.customer_id, Transition.place_id)
        .where(
            after_mark(Transition, after),
            up_to(Transition, to),
            Transition.kind == kind,
            Transition.role == role,
            Transition.moment.is_not(None),
        )
        .order_by(Transition.at, Transition.id)
    )
    if places is not None:
        wanted = wanted.where(among(Transition.place_id, places))
    return [Seen(at, id_, str(moment), customer, place) for at, id_, moment, customer, place in session.execute(wanted)]


def sends_between(
    session: Session, customer_ids: Iterable[str], since: datetime, until: datetime, *, own: str, own_until: datetime
) -> dict[str, list[Send]]:
    """What counts against these customers' caps in that time; of the campaign `own` only what it sent before `own_until`."""
    found: defaultdict[str, list[Send]] = defaultdict(list)
    for some in portions(customer_ids):
        rows = session.execute(
            select(Decision.customer_id, Decision.at, Decision.id, Decision.moment).where(
                among(Decision.customer_id, some),
                Decision.spends_cap.is_(True),
                Decision.at > since,
                Decision.at <= until + CLOCKS_APART,
                or_(Decision.campaign_id != own, Decision.at < own_until),
            )
        )
        for customer, at, decision, moment in rows:
            found[customer].append(Send(at, decision, moment))
    return found


def last_times_before(
    session: Session, customer_ids: Iterable[str], campaign_id: str, since: datetime, until: datetime
) -> dict[str, Last]:
    """When this campaign last sent to each of them and did not take it back, and last held them out, in that time."""
    sent, held_out = Decision.spends_cap.is_(True), Decision.outcome == "held_out"
    found: dict[str, Last] = {}
    for some in portions(customer_ids):
        rows = session.execute(
            select(Decision.customer_id, func.max(Decision.at).filter(sent), func.max(Decision.at).filter(held_out))
            .where(
                among(Decision.customer_id, some),
                Decision.campaign_id == campaign_id,
                Decision.at > since,
                Decision.at < until,
                or_(sent, held_out),
            )
            .group_by(Decision.customer_id)
        )
        found |= {customer: (sent_at, held_at) for customer, sent_at, held_at in rows}
    return found


@dataclass(frozen=True, slots=True)
class Rivals:
    """Every other campaign that waits, or waited, for the same kind of moment."""

    priorities: Mapping[tuple[str, int], int]
    """By campaign and version."""
    longest_life: timedelta
    """How long after its moment one of them may have decided to send."""


def rivals_of(session: Session, campaign_id: str, kind: str, role: str, usual_life: timedelta) -> Rivals | None:
    """`role` says nothing of moments of posters, which have none."""
    said = CampaignVersion.definition
    same_role = true() if kind in OF_A_POSTER else said["trigger"]["role"].as_string() == role
    rows = session.execute(
        select(
            CampaignVersion.campaign_id,
            CampaignVersion.version,
            said["priority"].as_integer(),
            said["life"].as_string(),
        ).where(
            CampaignVersion.campaign_id != campaign_id,
            said["trigger"]["on"].as_string() == kind,
            same_role,
        )
    ).all()
    lives = (read_duration(life) if life else usual_life for _, _, _, life in rows)
    priorities = {(campaign, version): priority for campaign, version, priority, _ in rows}
    return Rivals(priorities, max(lives)) if rows else None


def winners_of(session: Session, moments: Collection[Seen], rivals: Rivals) -> dict[tuple[str, str], list[Winner]]:
    """What won these moments, by (customer, moment).

    Looked for by when it was decided: of each customer that is a few rows of an index, where moments by their keys would be tried one by one.
    """
    found: defaultdict[tuple[str, str], list[Winner]] = defaultdict(list)
    wanted = {(one.customer_id, one.key) for one in moments}
    since = min(one.at for one in moments) - CLOCKS_APART
    until = max(one.at for one in moments) + rivals.longest_life
    for some in portions({one.customer_id for one in moments}):
        rows = session.execute(
            select(
                Decision.customer_id,
                Decision.moment,
                Decision.id,
                Decision.campaign_id,
                Decision.campaign_version,
                Decision.outcome,
            ).where(
                among(Decision.customer_id, some),
                Decision.spends_cap.in_((True, False)),
                Decision.at >= since,
                Decision.at <= until,
                Decision.outcome.in_(("send", "held_out")),
            )
        )
        for customer, moment, decision, campaign, version, outcome in rows:
            priority = rivals.priorities.get((campaign, version))
            if priority is not None and (customer, moment) in wanted:
                found[customer, moment].append(Winner(decision, campaign, priority, outcome))
    return found


def what_was_left(session: Session, offer_id: str, campaign_id: str, since: datetime) -> Stock | None:
    """What is left of an offer now, and what this campaign has given out of it since then put back. Locks nothing."""
    offer = offer_queries.offer_by_id(session, offer_id)
    if offer is None:
        return None
    own = _given_out(session, offer_id, campaign_id, since)
    rows = session.execute(select(OfferAtPlace.place_id, OfferAtPlace.spent).where(OfferAtPlace.offer_id == offer_id))
    codes = None
    if offer.codes == "imported":
        codes = [""] * (offer_queries.codes_left(session, [offer_id]).get(offer_id, 0) + sum(own.values()))
    left = Left(
        offer.id,
        offer.codes,
        offer.budget,
        offer.spent - sum(own.values()),
        offer.budget_per_place,
        spent_at={place: spent - own.get(place, 0) for place, spent in rows},
        codes=codes,
    )
    return Stock(left, offer.valid_until)


def _given_out(session: Session, offer_id: str, campaign_id: str, since: datetime) -> dict[str, int]:
    """Units by place. Only a coupon that was released has put its own back."""
    rows: Sequence[Any] = session.execute(
        select(Coupon.place_id, func.count())
        .where(
            Coupon.campaign_id == campaign_id,
            Coupon.offer_id == offer_id,
            Coupon.reserved_at >= since,
            Coupon.state != "released",
        )
        .group_by(Coupon.place_id)
    ).all()
    return {place: count for place, count in rows}  # noqa: C416 - says what is counted
