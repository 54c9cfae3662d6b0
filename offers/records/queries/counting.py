"""Rows that leave are counted before: so many, of what, of which day; and of nobody."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from offers.records.queries.writing import insert_of
from offers.records.tables import Coupon, DayCount, Decision, Delivery, Purchase, Visit


class Counted(NamedTuple):
    """What a row counts as. In the order of the table's key, which is the order in which its rows are locked."""

    day: datetime
    kind: str
    what: str
    campaign_id: str
    place_id: str
    variant: str
    language: str


def _of(at: datetime, kind: str, what: str = "", **more: str | None) -> Counted:
    told = {name: more.get(name) or "" for name in ("campaign_id", "place_id", "variant", "language")}
    return Counted(at.replace(hour=0, minute=0, second=0, microsecond=0), kind, what, **told)


def _decision(row: Any) -> Iterator[Counted]:
    yield _of(row.at, "decision", row.outcome, campaign_id=row.campaign_id, place_id=row.place_id, variant=row.variant)


LEFT_AS = {"queued": "failed", "sending": "unknown"}
"""What a delivery counts as that is removed on its way: nobody sends it any more, or will ever say what became of it."""


def _delivery(row: Any) -> Iterator[Counted]:
    if row.kind == "test":
        return
    told: dict[str, str | None] = {
        "campaign_id": row.campaign_id,
        "place_id": row.context.get("place_id"),
        "variant": row.variant,
        "language": row.language,
    }
    yield _of(row.created_at, "delivery", LEFT_AS.get(row.state, row.state), **told)
    for what in ("received", "opened"):
        if getattr(row, f"{what}_at") is not None:
            yield _of(row.created_at, "receipt", what, **told)


def _coupon(row: Any) -> Iterator[Counted]:
    state = (
        "issued" if row.state == "reserved" else row.state
    )  # its message is under way, or it would have been released
    yield _of(row.reserved_at, "coupon", state, campaign_id=row.campaign_id, place_id=row.place_id)


def _visit(row: Any) -> Iterator[Counted]:
    yield _of(row.entered_at, "visit", place_id=row.place_id)


def _purchase(row: Any) -> Iterator[Counted]:
    yield _of(row.at, "purchase", row.channel, place_id=row.place_id)


Column = InstrumentedAttribute[Any]
COUNTED: Mapping[str, tuple[tuple[Column, ...], Callable[[Any], Iterator[Counted]]]] = {
    "decisions": (
        (Decision.at, Decision.outcome, Decision.campaign_id, Decision.place_id, Decision.variant),
        _decision,
    ),
    "deliveries": (
        (
            Delivery.created_at,
            Delivery.kind,
            Delivery.state,
            Delivery.campaign_id,
            Delivery.context,
            Delivery.variant,
            Delivery.language,
            Delivery.received_at,
            Delivery.opened_at,
        ),
        _delivery,
    ),
    "coupons": ((Coupon.reserved_at, Coupon.state, Coupon.campaign_id, Coupon.place_id), _coupon),
    "visits": ((Visit.entered_at, Visit.place_id), _visit),
    "purchases": ((Purchase.at, Purchase.channel, Purchase.place_id), _purchase),
}
"""By table what is read of a row that leaves, and what it counts as. A test holds that nothing of a person is among it."""

OWNERS: Mapping[str, Column] = {
    "decisions": Decision.customer_id,
    "deliveries": Delivery.customer_id,
    "coupons": Coupon.customer_id,
    "visits": Visit.customer_id,
    "purchases": Purchase.customer_id,
}


def count_what_goes_with(session: Session, customer_id: str) -> None:
    """A customer is about to be removed: their rows stay counted. The customer is locked by the caller, who locks nothing after this."""
    leaving: Counter[Counted] = Counter()
    for table, (columns, counted_as) in COUNTED.items():
        for row in session.execute(select(*columns).where(OWNERS[table] == customer_id)):
            leaving.update(counted_as(row))
    _add(session, leaving)


def count_what_went(session: Session, table: str, rows: Iterable[Any]) -> None:
    """The same for rows, of the columns that are counted, that a portion of a purge has removed."""
    _, counted_as = COUNTED[table]
    _add(session, Counter(one for row in rows for one in counted_as(row)))


def count_scans_that_went(session: Session, rows: Iterable[Any], places: Mapping[str, str | None]) -> None:
    """The same of scans (at, kind, campaign_id, poster_id, repeat, in_store, customer_id): in the place of a variant they have their poster.

    Once by who read the code, as a poster counts them; and those by people once more, by all that a campaign's report tells of them.
    `places` are the posters'.
    """
    leaving: Counter[Counted] = Counter()
    for row in rows:
        told = {"campaign_id": row.campaign_id, "place_id": places.get(row.poster_id), "variant": row.poster_id}
        leaving[_of(row.at, "scan", row.kind, **told)] += 1
        if row.kind == "human":
            names = {"repeat": row.repeat, "first": not row.repeat, "in_store": row.in_store, "known": row.customer_id}
            leaving.update(_of(row.at, "person", name, **told) for name, is_so in names.items() if is_so)
    _add(session, leaving)


def count_what_came_of_scans(session: Session, kind: str, rows: Iterable[tuple[datetime, str | None, str]]) -> None:
    """What came of scans that leave, `order` or `reminder`: (when, the scan's campaign, what it is)."""
    _add(session, Counter(_of(at, kind, what, campaign_id=campaign_id) for at, campaign_id, what in rows))


class KeptScans(NamedTuple):
    many: int
    first: datetime
    """The first day of them, and the last: days have no hours."""
    last: datetime


def kept_scans(session: Session, poster_ids: Iterable[str]) -> dict[str, dict[str, KeptScans]]:
    """How many scans of these posters have left, by poster and kind: on top of the rows that are there."""
    wanted = (
        select(DayCount.variant, DayCount.what, func.sum(DayCount.many), func.min(DayCount.day), func.max(DayCount.day))
        .where(DayCount.kind == "scan", DayCount.variant.in_(set(poster_ids)))
        .group_by(DayCount.variant, DayCount.what)
    )
    found: dict[str, dict[str, KeptScans]] = {}
    for poster_id, what, many, first, last in session.execute(wanted):
        found.setdefault(poster_id, {})[what] = KeptScans(int(many), first, last)
    return found


def _add(session: Session, leaving: Counter[Counted]) -> None:
    """On top of what is counted, in one order: two that add to the same days wait for each other, and never in a circle."""
    if leaving:
        new = insert_of(session, DayCount)
        total = {"many": DayCount.many + new.excluded.many}
        new = new.on_conflict_do_update(index_elements=[*DayCount.__table__.primary_key], set_=total)
        session.execute(new, [{**counted._asdict(), "many": many} for counted, many in sorted(leaving.items())])


def kept_counts(
    session: Session, kind: str, *, since: datetime | None = None, campaign_id: str | None = None
) -> Counter[str]:
    """How many of a kind have left, by what they were. Of days that began before `since` none: a day's count has no hours."""
    wanted = select(DayCount.what, func.sum(DayCount.many)).where(DayCount.kind == kind).group_by(DayCount.what)
    wanted = wanted.where(*_asked(since, campaign_id))
    return Counter({what: int(many) for what, many in session.execute(wanted)})


def _asked(since: datetime | None, campaign_id: str | None) -> Sequence[ColumnElement[bool]]:
    asked: list[ColumnElement[bool]] = []
    if since is not None:
        asked.append(DayCount.day >= since)
    if campaign_id is not None:
        asked.append(DayCount.campaign_id == campaign_id)
    return asked


def kept_deliveries(session: Session, campaign_ids: Iterable[str], state: str | None = None) -> Counter[str]:
    """How many deliveries of each of these campaigns have left: in any state, or in that one."""
    wanted = (
        select(DayCount.campaign_id, func.sum(DayCount.many))
        .where(DayCount.campaign_id.in_(set(campaign_ids)), DayCount.kind == "delivery")
        .group_by(DayCount.campaign_id)
    )
    if state is not None:
        wanted = wanted.where(DayCount.what == state)
    return Counter({campaign: int(many) for campaign, many in session.execute(wanted)})
