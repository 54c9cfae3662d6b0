"""What a shop told, as the desk looks through it. Bodies are never read here: they are sealed, and may be a megabyte each."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, ScalarSelect, Select, func, literal, select, update
from sqlalchemy.orm import Session, defer

from offers.records.queries.among import among
from offers.records.queries.leafing import Key, Orders, leaf_of
from offers.records.tables import Shop, ShopEvent
from offers.rules.leafing import MOST_COUNTED, Leaf, Turn

OF_EVENTS = Orders(ShopEvent.id, "-received", {"received": (Key(ShopEvent.received_at, "time"),)})
Figures = tuple[datetime | None, int, int, int]
"""When its last event came; how many since a moment; how many failed, and how many wait. MOST_COUNTED + 1 stands for more than MOST_COUNTED."""


def leaf_of_events(session: Session, shop_id: str, state: str | None, turn: Turn) -> Leaf:
    """A page by when they came, the newest first unless asked otherwise."""
    return leaf_of(session, _events(shop_id, state), turn, OF_EVENTS)


def event_without_body(session: Session, shop_id: str, event_id: str) -> ShopEvent | None:
    return session.scalars(_events(shop_id, None).where(ShopEvent.id == event_id)).one_or_none()


def _events(shop_id: str, state: str | None) -> Select[ShopEvent]:
    wanted = select(ShopEvent).options(defer(ShopEvent.body, raiseload=True)).where(ShopEvent.shop_id == shop_id)
    return wanted if state is None else wanted.where(ShopEvent.state == state)


def with_bodies(session: Session, event_ids: Sequence[str]) -> set[str]:
    """Those of these events whose bodies are still kept."""
    return set(session.scalars(select(ShopEvent.id).where(among(ShopEvent.id, event_ids), ShopEvent.body.is_not(None))))


def figures_of(session: Session, shop_ids: Sequence[str], since: datetime) -> Mapping[str, Figures]:
    last = (
        select(ShopEvent.received_at)
        .where(ShopEvent.shop_id == Shop.id)
        .order_by(ShopEvent.received_at.desc(), ShopEvent.id.desc())
        .limit(1)
        .correlate(Shop)
        .scalar_subquery()
    )
    counts = [_many(ShopEvent.received_at >= since), *(_many(ShopEvent.state == one) for one in ("failed", "waiting"))]
    found = session.execute(select(Shop.id, last, *counts).where(among(Shop.id, shop_ids)))
    return {one[0]: (one[1], one[2], one[3], one[4]) for one in found}


def _many(which: ColumnElement[bool]) -> ScalarSelect[int]:
    """How many of a shop's events, and no further than one past MOST_COUNTED."""
    some = select(literal(1)).where(ShopEvent.shop_id == Shop.id, which).correlate(Shop).limit(MOST_COUNTED + 1)
    return select(func.count()).select_from(some.subquery()).correlate(Shop).scalar_subquery()


def take_up(session: Session, shop_id: str, event_id: str) -> int | None:
    """How often it has been tried, this time included; none where it was used, or its body is gone."""
    one_more = (
        update(ShopEvent)
        .where(
            ShopEvent.id == event_id,
            ShopEvent.shop_id == shop_id,
            ShopEvent.state != "applied",
            ShopEvent.body.is_not(None),
        )
        .values(attempts=ShopEvent.attempts + 1)
        .execution_options(synchronize_session=False)
    )
    return session.scalar(one_more.returning(ShopEvent.attempts))
