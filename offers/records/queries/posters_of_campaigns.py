"""Posters by the campaigns that they lead to, and what was scanned of them."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import and_, case, exists, func, or_, select
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


BECAME = case(
    (Order.status == "cancelled", "cancelled"),
    (exists().where(Payment.order_id == Order.id, Payment.state.in_(PAID)), "bought"),
    (~exists().where(Payment.order_id == Order.id), "reserved"),
)
"""What an order that came of a scan counts as; null while it is being paid."""
REMINDED = ABANDONED + Scan.id
OF_REMINDERS = and_(
    Decision.customer_id == Scan.customer_id,
    Decision.trigger == "abandoned",
    or_(Decision.moment == REMINDED, Decision.moment.startswith(REMINDED + ":")),
)
"""What was decided of a scan that was left, put off or not."""


def orders_counted(session: Session, campaign_id: str, since: datetime | None) -> Counter[str]:
    """Orders that came of its scans: `bought` where they are paid, `cancelled`, else `reserved`."""
    wanted = (
        select(BECAME, func.count())
        .select_from(Order)
        .join(Scan, Scan.id == Order.scan_id)
        .where(Scan.campaign_id == campaign_id, BECAME.is_not(None))
        .group_by(BECAME)
    )
    rows = session.execute(wanted if since is None else wanted.where(Order.created_at >= since))
    return Counter({became: many for became, many in rows})  # noqa: C416 - says what is counted


def reminders_counted(session: Session, campaign_id: str, since: datetime | None) -> Counter[str]:
    """What was decided of its scans that were left, by any campaign with the trigger `abandoned`: by outcome, put off or not."""
    wanted = (
        select(Decision.outcome, func.count())
        .select_from(Scan)
        .join(Decision, OF_REMINDERS)
        .where(Scan.campaign_id == campaign_id, Scan.reminded_at.is_not(None))
        .group_by(Decision.outcome)
    )
    rows = session.execute(wanted if since is None else wanted.where(Decision.at >= since))
    return Counter({outcome: many for outcome, many in rows})  # noqa: C416 - says what is counted


def came_of_scans(session: Session, ids: Sequence[str]) -> dict[str, list[tuple[datetime, str | None, str]]]:
    """What came of these scans, each as (when, the scan's campaign, what): it is to be counted before they go, as it then stands."""
    orders = (
        select(Order.created_at, Scan.campaign_id, BECAME)
        .join(Scan, Scan.id == Order.scan_id)
        .where(Scan.id.in_(ids), BECAME.is_not(None))
    )
    reminders = (
        select(Decision.at, Scan.campaign_id, Decision.outcome)
        .select_from(Scan)
        .join(Decision, OF_REMINDERS)
        .where(Scan.id.in_(ids), Scan.reminded_at.is_not(None))
    )
    return {
        kind: [(at, campaign_id, what) for at, campaign_id, what in session.execute(wanted)]
        for kind, wanted in (("order", orders), ("reminder", reminders))
    }
