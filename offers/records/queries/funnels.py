"""The funnel by day: counted from rows that are there and from counts of those that have left; written by difference; summed for a page."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime

from sqlalchemy import ColumnElement, case, delete, func, select, tuple_
from sqlalchemy.orm import InstrumentedAttribute, Session

from offers.records.queries.following import came_after, is_followed
from offers.records.queries.writing import insert_of
from offers.records.tables import (
    Coupon,
    Customer,
    DayCount,
    Decision,
    Delivery,
    FunnelCount,
    FunnelDay,
)
from offers.rules.funnel import COLUMNS, HELD_OUT, SENT, Counted, DayOfFunnel, Where

PORTION = 500


def count_day(session: Session, day: date, begins: datetime, ends: datetime) -> DayOfFunnel:
    """All of a day, by the moment of the decision. What has left is counted by its day in UTC, which has no hours."""
    counted = DayOfFunnel.empty()
    _decisions(session, counted, begins, ends)
    _deliveries(session, counted, begins, ends)
    _coupons(session, counted, begins, ends)
    _what_has_left(session, counted, day)
    return counted


def _decisions(session: Session, counted: DayOfFunnel, begins: datetime, ends: datetime) -> None:
    """People by the language of their profile; whether they came to a store, or bought, within some days after."""
    each = (
        select(
            Decision.campaign_id,
            func.coalesce(Decision.place_id, "").label("place"),
            func.coalesce(Decision.variant, "").label("variant"),
            func.coalesce(Customer.language, "").label("language"),
            Decision.outcome,
            case((is_followed, came_after(session, "visited")), else_=0).label("came"),
            case((is_followed, came_after(session, "bought")), else_=0).label("bought"),
        )
        .join(Customer, Customer.id == Decision.customer_id)
        .where(Decision.at >= begins, Decision.at < ends)
        .subquery()
    )
    by = (each.c.campaign_id, each.c.place, each.c.variant, each.c.language, each.c.outcome)
    wanted = select(*by, func.count(), func.sum(each.c.came), func.sum(each.c.bought)).group_by(*by)
    for *where, outcome, many, visited, purchased in session.execute(wanted):
        counted.decided(Where(*where), outcome, many)
        if outcome in (SENT, HELD_OUT):
            counted.followed(Where(*where), outcome, many, int(visited), int(purchased))


def _deliveries(session: Session, counted: DayOfFunnel, begins: datetime, ends: datetime) -> None:
    """Of offers alone, by the language of their words: tests and messages of orders have no campaign."""
    place = func.coalesce(Delivery.context["place_id"].as_string(), "").label("place")
    each = (
        select(
            Delivery.campaign_id,
            place,
            func.coalesce(Delivery.variant, "").label("variant"),
            func.coalesce(Delivery.language, "").label("language"),
            Delivery.state,
            Delivery.received_at,
            Delivery.opened_at,
        )
        .where(Delivery.created_at >= begins, Delivery.created_at < ends, Delivery.campaign_id.is_not(None))
        .subquery()
    )
    by = (each.c.campaign_id, each.c.place, each.c.variant, each.c.language, each.c.state)
    wanted = select(*by, func.count(), func.count(each.c.received_at), func.count(each.c.opened_at)).group_by(*by)
    for *where, state, many, received, opened in session.execute(wanted):
        counted.went(Where(*where), state, many)
        counted.told(Where(*where), "received", received)
        counted.told(Where(*where), "opened", opened)


def _coupons(session: Session, counted: DayOfFunnel, begins: datetime, ends: datetime) -> None:
    by = (
        Coupon.campaign_id,
        Coupon.place_id,
        func.coalesce(Decision.variant, "").label("variant"),
        func.coalesce(Customer.language, "").label("language"),
    )
    wanted = (
        select(*by, func.count())
        .select_from(Coupon)
        .join(Customer, Customer.id == Coupon.customer_id)
        .outerjoin(Decision, Decision.id == Coupon.decision_id)
        .where(Coupon.reserved_at >= begins, Coupon.reserved_at < ends, Coupon.state == "redeemed")
        .group_by(Coupon.campaign_id, Coupon.place_id, Decision.variant, Customer.language)
    )
    for *where, many in session.execute(wanted):
        counted.told(Where(*where), "redeemed", many)


def _what_has_left(session: Session, counted: DayOfFunnel, day: date) -> None:
    kinds = ("decision", "delivery", "receipt", "coupon")
    at = datetime(day.year, day.month, day.day, tzinfo=UTC)
    wanted = select(DayCount).where(DayCount.day == at, DayCount.kind.in_(kinds), DayCount.campaign_id != "")
    for one in session.scalars(wanted):
        where = Where(one.campaign_id, one.place_id, one.variant, one.language)
        if one.kind == "decision":
            counted.decided(where, one.what, one.many)
        elif one.kind == "delivery":
            counted.went(where, one.what, one.many)
        elif one.kind == "receipt" or one.what == "redeemed":
            counted.told(where, one.what, one.many)


KEY: tuple[InstrumentedAttribute[str], ...] = (
    FunnelCount.grain,
    FunnelCount.campaign_id,
    FunnelCount.place_id,
    FunnelCount.variant,
    FunnelCount.language,
    FunnelCount.reason,
)
COUNTS = ("many", *COLUMNS.values())


def days_counted(session: Session) -> dict[date, datetime]:
    """Each day that has been counted, and up to when."""
    rows = session.execute(select(FunnelDay.day, FunnelDay.counted_at))
    return {date.fromisoformat(day): at for day, at in rows}


def first_moment(session: Session) -> datetime | None:
    """When the first of what is counted was decided, as far as it is known."""
    firsts = (
        session.scalar(select(func.min(Decision.at))),
        session.scalar(select(func.min(Delivery.created_at))),
        session.scalar(select(func.min(Coupon.reserved_at))),
        session.scalar(select(func.min(DayCount.day)).where(DayCount.campaign_id != "")),
    )
    return min((one for one in firsts if one is not None), default=None)


def take_day(session: Session, day: date, counted_at: datetime) -> bool:
    """Mark a day as counted up to a moment, and hold it; not where somebody has counted it up to a later one."""
    new = insert_of(session, FunnelDay).values(day=day.isoformat(), counted_at=counted_at)
    new = new.on_conflict_do_update(
        index_elements=["day"],
        set_={"counted_at": new.excluded.counted_at},
        where=FunnelDay.counted_at < new.excluded.counted_at,
    )
    return session.execute(new.returning(FunnelDay.day)).first() is not None


def write_day(session: Session, day: date, counts: Mapping[Counted, Mapping[str, int]]) -> int:
    """Make what is kept of a day these counts; how many rows changed. What is the same is not written."""
    of_day = FunnelCount.day == day.isoformat()
    columns = [getattr(FunnelCount, one) for one in COUNTS]
    many = len(KEY)
    kept = {Counted(*row[:many]): tuple(row[many:]) for row in session.execute(select(*KEY, *columns).where(of_day))}
    wanted = {key: tuple(row.get(one, 0) for one in COUNTS) for key, row in counts.items()}
    changed = sorted((key, row) for key, row in wanted.items() if kept.get(key) != row)
    gone = [key for key in kept if key not in wanted]
    for some in _portions(gone):
        session.execute(delete(FunnelCount).where(of_day, tuple_(*KEY).in_([tuple(key) for key in some])))
    new = insert_of(session, FunnelCount)
    new = new.on_conflict_do_update(
        index_elements=[*FunnelCount.__table__.primary_key], set_={one: new.excluded[one] for one in COUNTS}
    )
    if changed:
        said = {"day": day.isoformat()}
        session.execute(new, [key._asdict() | said | dict(zip(COUNTS, row, strict=True)) for key, row in changed])
    return len(changed) + len(gone)


def _portions(keys: Sequence[Counted]) -> Iterator[Sequence[Counted]]:
    for start in range(0, len(keys), PORTION):
        yield keys[start : start + PORTION]


@dataclass(frozen=True, slots=True)
class Slice:
    """The counts of one grain, of the days from first to last, with these values in these columns."""

    grain: str
    first: date
    last: date
    same: Mapping[str, str]

    def asked(self) -> list[ColumnElement[bool]]:
        asked: list[ColumnElement[bool]] = [
            FunnelCount.grain == self.grain,
            FunnelCount.day >= self.first.isoformat(),
            FunnelCount.day <= self.last.isoformat(),
        ]
        return asked + [getattr(FunnelCount, name) == value for name, value in self.same.items()]


def sums(session: Session, of: Slice, by: str) -> dict[str, Counter[tuple[str, str]]]:
    """By the values of a column: how many of each step. Reasons are not among them."""
    column = getattr(FunnelCount, by)
    steps = [func.sum(getattr(FunnelCount, name)) for name in COLUMNS.values()]
    rows = session.execute(select(column, *steps).where(*of.asked()).group_by(column))
    return {
        value: Counter({step: int(many) for step, many in zip(COLUMNS, counts, strict=True)}) for value, *counts in rows
    }


def reasons(session: Session, of: Slice) -> Counter[tuple[str, str]]:
    """How many of each reason, with its step."""
    grain = [FunnelCount.grain == f"{of.grain}/why", *of.asked()[1:]]
    rows = session.execute(
        select(FunnelCount.reason, func.sum(FunnelCount.many)).where(*grain).group_by(FunnelCount.reason)
    )
    found: Counter[tuple[str, str]] = Counter()
    for said, many in rows:
        step, _, reason = said.partition(":")
        found[step, reason] = int(many)
    return found


def totals_of_campaigns(session: Session, ids: Sequence[str]) -> dict[str, Counter[tuple[str, str]]]:
    """Of each of these campaigns all that was ever counted: how many of each step, and of each reason with its step."""
    of_these = FunnelCount.campaign_id.in_(ids)
    steps = [func.sum(getattr(FunnelCount, name)) for name in COLUMNS.values()]
    wanted = select(FunnelCount.campaign_id, *steps).where(FunnelCount.grain == "campaign", of_these)
    found = {
        campaign: Counter({step: int(many) for step, many in zip(COLUMNS, counts, strict=True)})
        for campaign, *counts in session.execute(wanted.group_by(FunnelCount.campaign_id))
    }
    by = (FunnelCount.campaign_id, FunnelCount.reason)
    why = select(*by, func.sum(FunnelCount.many)).where(FunnelCount.grain == "campaign/why", of_these).group_by(*by)
    for campaign, said, many in session.execute(why):
        step, _, reason = said.partition(":")
        found.setdefault(campaign, Counter())[step, reason] = int(many)
    return found


def values_of(session: Session, of: Slice, column: str) -> list[str]:
    """Which values a column has, for a filter."""
    wanted = getattr(FunnelCount, column)
    return list(session.scalars(select(wanted).where(*of.asked()).distinct().order_by(wanted)))
