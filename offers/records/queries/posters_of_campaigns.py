"""Posters by the campaigns that they lead to, and what was scanned of them."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import and_, exists, func, or_, select
from sqlalchemy.orm import Session

from offers.records.tables import Decision, Order, Payment, Poster, Scan
from offers.rules.scan_moments import ABANDONED

LEADS_TO = (Poster.campaign_id, Poster.inside_campaign_id, Poster.again_campaign_id, Poster.then_campaign_id)


def hanging(
    session: Session, now: datetime, campaign_id: str | None = None
) -> Sequence[tuple[str | None, tuple[float, float]]]:
    """Of each poster that hangs, or is going to, its place and where it is; those that lead to a campaign, or all."""
    wanted = select(Poster.place_id, Poster.lat, Poster.lon).where(
        Poster.retired_at.is_(None), or_(Poster.ends_at.is_(None), Poster.ends_at > now)
    )
    if campaign_id is not None:
        wanted = wanted.where(or_(*(one == campaign_id for one in LEADS_TO)))
    return [(row.place_id, (row.lat, row.lon)) for row in session.execute(wanted.order_by(Poster.id))]


PAID = ("paid", "authorized")


def scans_counted(session: Session, campaign_id: str, since: datetime | None) -> Counter[str]:
    """Scans by people: `first` and `repeat`, which are all, and of them `in_store` and by `known` customers."""
    wanted = select(
        func.count().filter(Scan.repeat.is_(False)),
        func.count().filter(Scan.repeat.is_(True)),
        func.count().filter(Scan.in_store.is_(True)),
        func.count().filter(Scan.customer_id.is_not(None)),
    ).where(Scan.campaign_id == campaign_id, Scan.kind == "human")
    row = session.execute(wanted if since is None else wanted.where(Scan.at >= since)).one()
    return Counter(
        {name: many for name, many in zip(("first", "repeat", "in_store", "known"), row, strict=True) if many}
    )


def orders_counted(session: Session, campaign_id: str, since: datetime | None) -> Counter[str]:
    """Orders that came of its scans: `bought` where they are paid, `cancelled`, else `reserved`."""
    paid = exists().where(Payment.order_id == Order.id, Payment.state.in_(PAID))
    cancelled = Order.status == "cancelled"
    unpaid = exists().where(Payment.order_id == Order.id)
    wanted = (
        select(
            func.count().filter(and_(~cancelled, paid)),
            func.count().filter(and_(~cancelled, ~unpaid)),
            func.count().filter(cancelled),
        )
        .select_from(Order)
        .join(Scan, Scan.id == Order.scan_id)
        .where(Scan.campaign_id == campaign_id)
    )
    row = session.execute(wanted if since is None else wanted.where(Order.created_at >= since)).one()
    return Counter({name: many for name, many in zip(("bought", "reserved", "cancelled"), row, strict=True) if many})


def reminders_counted(session: Session, campaign_id: str, since: datetime | None) -> Counter[str]:
    """What was decided of its scans that were left, by any campaign with the trigger `abandoned`: by outcome, put off or not."""
    key = ABANDONED + Scan.id
    wanted = (
        select(Decision.outcome, func.count())
        .select_from(Scan)
        .join(
            Decision,
            and_(
                Decision.customer_id == Scan.customer_id,
                Decision.trigger == "abandoned",
                or_(Decision.moment == key, Decision.moment.startswith(key + ":")),
            ),
        )
        .where(Scan.campaign_id == campaign_id, Scan.reminded_at.is_not(None))
        .group_by(Decision.outcome)
    )
    rows = session.execute(wanted if since is None else wanted.where(Decision.at >= since))
    return Counter({outcome: many for outcome, many in rows})  # noqa: C416 - says what is counted
