from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import ColumnElement, Text, delete, false, func, literal_column, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from offers.records.queries.counting import (
    COUNTED,
    count_scans_that_went,
    count_what_came_of_scans,
    count_what_went,
)
from offers.records.queries.customers import lock_customers
from offers.records.queries.following import After, happened, is_followed, language_of_decision
from offers.records.queries.leafing import Key, Orders, leaf_of
from offers.records.queries.posters_of_campaigns import came_of_scans
from offers.records.tables import Decision, Delivery, Poster, Scan, Stay, Transition, Visit
from offers.rules.leafing import Leaf, Turn


@dataclass(frozen=True, slots=True)
class Asked:
    """The filters of a list. `cursor` is the id of the last item seen; a page holds one more than `limit` when there are more."""

    customer: str | None = None
    campaign: str | None = None
    place: str | None = None
    since: datetime | None = None
    cursor: str | None = None
    limit: int = 100
    outcome: str | None = None
    """Of decisions."""
    state: str | None = None
    """Of deliveries."""
    until: datetime | None = None
    """Before this."""
    tests: bool | None = None
    """Of deliveries: tests alone, or without them; none is both."""
    told: Literal["received", "opened"] | None = None
    """Of deliveries: those of which the phone told that."""
    variant: str | None = None
    language: str | None = None
    """Of deliveries: that of their words; of decisions: their customer's. No index has what is below together with the others: see `leaf_of`."""
    without: Literal["place", "variant", "language"] | None = None
    """Those that have none."""
    kind: str | None = None
    """Of deliveries."""
    after: After | None = None
    """Of decisions: those after which that was done."""
    against: bool = False
    """Of decisions: all by which nothing was to be sent and nobody was held out."""


def transitions(session: Session, asked: Asked) -> Sequence[Transition]:
    wanted = _wanted(
        asked, Transition.id, Transition.at, {Transition.customer_id: asked.customer, Transition.place_id: asked.place}
    )
    return session.scalars(
        select(Transition).where(*wanted).order_by(Transition.id.desc()).limit(asked.limit + 1)
    ).all()


def visits(session: Session, asked: Asked) -> Sequence[Visit]:
    wanted = _wanted(
        asked, Visit.id, Visit.entered_at, {Visit.customer_id: asked.customer, Visit.place_id: asked.place}
    )
    return session.scalars(select(Visit).where(*wanted).order_by(Visit.id.desc()).limit(asked.limit + 1)).all()


def decisions(session: Session, asked: Asked) -> Sequence[Decision]:
    same = {
        Decision.customer_id: asked.customer,
        Decision.campaign_id: asked.campaign,
        Decision.place_id: asked.place,
        Decision.outcome: asked.outcome,
    }
    wanted = _wanted(asked, Decision.id, Decision.at, same)
    return session.scalars(select(Decision).where(*wanted).order_by(Decision.id.desc()).limit(asked.limit + 1)).all()


def deliveries(session: Session, asked: Asked) -> Sequence[Delivery]:
    wanted = _wanted(
        asked,
        Delivery.id,
        Delivery.created_at,
        {Delivery.customer_id: asked.customer, Delivery.campaign_id: asked.campaign, Delivery.state: asked.state},
    )
    if asked.place is not None:
        wanted.append(Delivery.decision_id.in_(select(Decision.id).where(Decision.place_id == asked.place)))
    return session.scalars(select(Delivery).where(*wanted).order_by(Delivery.id.desc()).limit(asked.limit + 1)).all()


OF_DECISIONS = Orders(Decision.id, "-when", {"when": (Key(Decision.at, "time"),)})
OF_DELIVERIES = Orders(Delivery.id, "-when", {"when": (Key(Delivery.created_at, "time"),)})
place_of_delivery: ColumnElement[str] = literal_column("deliveries.context ->> 'place_id'", Text)
"""As `ix_deliveries_place` has it: without that a place's deliveries are found by reading all of them."""


is_test: ColumnElement[bool] = Delivery.kind == literal_column("'test'", Text)
"""As `ix_deliveries_tests` has it, and no value that is told later: tests are few among all deliveries."""


def leaf_of_decisions(session: Session, asked: Asked, turn: Turn) -> Leaf:
    """A page by when they were decided, the newest first unless asked otherwise."""
    same = {
        Decision.customer_id: asked.customer,
        Decision.campaign_id: asked.campaign,
        Decision.place_id: asked.place,
        Decision.outcome: asked.outcome,
    }
    wanted = select(Decision).where(*_wanted(asked, Decision.id, Decision.at, same))
    sieve = _sieve(asked, place=Decision.place_id, variant=Decision.variant, language=language_of_decision)
    sieve += happened(session, asked.after) if asked.after else []
    sieve += [~is_followed] if asked.against else []
    looks_up = asked.after is not None or asked.language is not None or asked.without == "language"
    return leaf_of(session, wanted, turn, OF_DECISIONS, sieve=sieve, looks_up=looks_up)


def leaf_of_deliveries(session: Session, asked: Asked, turn: Turn) -> Leaf:
    """A page by when they were made, the newest first unless asked otherwise; of a place those that speak of it."""
    # a test is no campaign's, and says whose words it has
    of = Delivery.source_id if asked.tests else Delivery.campaign_id
    same = {Delivery.customer_id: asked.customer, of: asked.campaign, Delivery.state: asked.state}
    wanted = select(Delivery).where(*_wanted(asked, Delivery.id, Delivery.created_at, same))
    if asked.tests is not None:
        wanted = wanted.where(is_test if asked.tests else ~is_test)
    if asked.place is not None:
        wanted = wanted.where(place_of_delivery == asked.place)
    told = {"received": Delivery.received_at, "opened": Delivery.opened_at}
    sieve = _sieve(asked, place=place_of_delivery, variant=Delivery.variant, language=Delivery.language)
    sieve += [told[asked.told].is_not(None)] if asked.told else []
    sieve += [Delivery.kind == asked.kind] if asked.kind is not None else []
    return leaf_of(session, wanted, turn, OF_DELIVERIES, sieve=sieve)


def _sieve(asked: Asked, **columns: Any) -> list[ColumnElement[bool]]:
    """Variant, language, and what there is to be none of: an empty text is none, as it is counted."""
    sieve = [columns[name] == text for name in ("variant", "language") if (text := getattr(asked, name)) is not None]
    return sieve + ([func.coalesce(columns[asked.without], "") == ""] if asked.without else [])


def _wanted(
    asked: Asked, key: Any, at: Any, same: dict[InstrumentedAttribute[Any], str | None]
) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = [column == value for column, value in same.items() if value is not None]
    if asked.since is not None:
        conditions.append(at >= asked.since)
    if asked.until is not None:
        conditions.append(at < asked.until)
    if asked.cursor is not None:
        conditions.append(key < asked.cursor)
    return conditions


@dataclass(frozen=True, slots=True)
class Kept:
    """How long history is kept: up to which moments it has been kept long enough."""

    decisions_before: datetime
    transitions_before: datetime
    counted_since: datetime
    """A send or a hold-out from after this still counts against a cap or a cooldown, however old."""
    scans_before: datetime | None = None
    """None: scans are kept."""


def _over(kind: str, kept: Kept) -> tuple[Any, list[ColumnElement[bool]]]:
    """A table of history, and which of its rows have been kept long enough."""
    match kind:
        case "transitions":
            return Transition, [Transition.at < kept.transitions_before]
        case "stays":
            return Stay, [Stay.left_at < kept.transitions_before]
        case "visits":
            return Visit, [Visit.left_at < kept.transitions_before]
        case "deliveries":
            under_way = Delivery.state.in_(("queued", "sending"))
            return Delivery, [Delivery.created_at < kept.decisions_before, ~under_way]
        case "decisions":
            counts = or_(Decision.spends_cap.is_(True), Decision.outcome == "held_out")
            done = or_(~counts, Decision.at < kept.counted_since)
            return Decision, [Decision.at < kept.decisions_before, done]
        case "scans":
            before = kept.scans_before
            return Scan, [Scan.at < before] if before is not None else [false()]
    raise ValueError(kind)


def kept_long_enough(session: Session, kind: str, kept: Kept, after: str, limit: int) -> Sequence[str]:
    """Ids of rows that may go, from after an id on, in their order."""
    table, over = _over(kind, kept)
    return session.scalars(select(table.id).where(table.id > after, *over).order_by(table.id).limit(limit)).all()


def purge(session: Session, kind: str, kept: Kept, ids: Sequence[str]) -> int:
    """Remove those of these rows that still may go, and count them; how many. Their customers are locked first, as by everybody who writes of them."""
    table, over = _over(kind, kept)
    these = table.id.in_(ids)
    if kind == "scans":
        return _purge_scans(session, [these, *over])
    lock_customers(session, session.scalars(select(table.customer_id).where(these).distinct()))
    shown, _ = COUNTED.get(kind, ((table.id,), None))
    gone = delete(table).where(these, *over).returning(*shown).execution_options(synchronize_session=False)
    rows = session.execute(gone).all()
    if kind in COUNTED:
        count_what_went(session, kind, rows)
    return len(rows)


def _purge_scans(session: Session, which: Sequence[ColumnElement[bool]]) -> int:
    """They outlive whose they were, and nobody writes of them who waits for a customer."""
    leaving = session.scalars(select(Scan.id).where(*which).order_by(Scan.id).with_for_update()).all()
    for kind, came in came_of_scans(session, leaving).items():
        count_what_came_of_scans(session, kind, came)
    which = [Scan.id.in_(leaving)]
    shown = (Scan.at, Scan.kind, Scan.campaign_id, Scan.poster_id, Scan.repeat, Scan.in_store, Scan.customer_id)
    gone = delete(Scan).where(*which).returning(*shown).execution_options(synchronize_session=False)
    rows = session.execute(gone).all()
    hung = select(Poster.id, Poster.place_id).where(Poster.id.in_({row.poster_id for row in rows}))
    places = {poster: place for poster, place in session.execute(hung)}  # noqa: C416 - says what hangs where
    count_scans_that_went(session, rows, places)
    return len(rows)
