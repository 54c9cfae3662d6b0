from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, and_, func, or_, select
from sqlalchemy.orm import Session

from offers.records.queries.leafing import Key, Orders, leaf_of
from offers.records.tables import Place, Poster
from offers.rules.leafing import Leaf, Turn


@dataclass(frozen=True, slots=True)
class AskedPosters:
    """The filters of the list. `after` is the id of the last one seen; a page holds one more than `limit` when there are more."""

    campaign: str | None = None
    place: str | None = None
    after: str = ""
    limit: int = 100
    text: str = ""
    """What the id or the placement's name holds, in whatever case."""
    state: str | None = None
    """`live`, `early`, `ended` or `retired`, as rules/scanning.py's `state_of` says."""


def posters_asked(session: Session, asked: AskedPosters) -> Sequence[Poster]:
    """By id; those that lead, or may lead, to the campaign."""
    wanted = _wanted(asked).where(Poster.id > asked.after).order_by(Poster.id).limit(asked.limit + 1)
    return session.scalars(wanted).all()


def _wanted(asked: AskedPosters) -> Select[Any]:
    wanted = select(Poster)
    if asked.campaign is not None:
        wanted = wanted.where(or_(*(column == asked.campaign for column in CAMPAIGNS)))
    if asked.place is not None:
        wanted = wanted.where(Poster.place_id == asked.place)
    if asked.text:
        wanted = wanted.where(or_(*(one.icontains(asked.text, autoescape=True) for one in (Poster.id, Poster.name))))
    return wanted


ORDERS = Orders(
    Poster.id,
    "name",
    {
        "name": (Key(func.lower(func.coalesce(Poster.name, Poster.id))),),
        "place": (
            Key(func.lower(func.coalesce(Place.name, ""))),
            Key(func.lower(func.coalesce(Poster.name, Poster.id))),
        ),
        "changed": (Key(Poster.updated_at, "time"),),
    },
)


def leaf_of_posters(session: Session, asked: AskedPosters, turn: Turn, now: datetime) -> Leaf:
    """The same in the order that is asked for, and in that state at this moment."""
    wanted = _wanted(asked).outerjoin(Place, Place.id == Poster.place_id)
    if asked.state is not None:
        ended = and_(Poster.ends_at.is_not(None), Poster.ends_at <= now)
        early = and_(~ended, Poster.starts_at.is_not(None), Poster.starts_at > now)
        hangs = Poster.retired_at.is_(None)
        states = {
            "retired": ~hangs,
            "ended": and_(hangs, ended),
            "early": and_(hangs, early),
            "live": and_(hangs, ~ended, ~early),
        }
        wanted = wanted.where(states[asked.state])
    return leaf_of(session, wanted, turn, ORDERS)


CAMPAIGNS = (Poster.campaign_id, Poster.inside_campaign_id, Poster.again_campaign_id, Poster.then_campaign_id)


def posters_that_hang(session: Session, limit: int) -> list[tuple[str, str | None, str | None, float, float]]:
    """(id, name, place, lat, lon) of those that were not taken down, the first so many by id."""
    wanted = select(Poster.id, Poster.name, Poster.place_id, Poster.lat, Poster.lon).where(Poster.retired_at.is_(None))
    rows = session.execute(wanted.order_by(Poster.id).limit(limit))
    return [(poster_id, name, place, lat, lon) for poster_id, name, place, lat, lon in rows]


def poster_by_id(session: Session, poster_id: str) -> Poster | None:
    return session.get(Poster, poster_id)


def posters_by_id(session: Session, ids: Iterable[str]) -> dict[str, Poster]:
    return {row.id: row for row in session.scalars(select(Poster).where(Poster.id.in_(set(ids))))}


def poster_by_code(session: Session, code: str) -> Poster | None:
    """`code` as rules/coupon_codes.py's `normalised` reads it."""
    return session.scalar(select(Poster).where(Poster.code == code))


def poster_by_digital_link(session: Session, keys: Sequence[str]) -> Poster | None:
    """The poster that one of these GS1 keys leads to; the first that does, and those that hang before those that were taken down."""
    found = {row.digital_link: row for row in session.scalars(select(Poster).where(Poster.digital_link.in_(keys)))}
    known = [found[key] for key in keys if key in found]
    return next((one for one in known if one.retired_at is None), known[0] if known else None)


def poster_locked(session: Session, poster_id: str) -> Poster | None:
    return session.get(Poster, poster_id, with_for_update=True, populate_existing=True)


def posters_locked(session: Session, ids: Iterable[str]) -> dict[str, Poster]:
    """These posters as they are now, locked in the order of their ids until the commit."""
    rows = session.scalars(
        select(Poster)
        .where(Poster.id.in_(set(ids)))
        .order_by(Poster.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    return {row.id: row for row in rows}


def ids_there(session: Session, ids: Collection[str]) -> set[str]:
    """Those of these ids that are posters."""
    return set(session.scalars(select(Poster.id).where(Poster.id.in_(set(ids))))) if ids else set()


def posters_of_links(session: Session, keys: Collection[str]) -> Sequence[Poster]:
    """Whoever has one of these GS1 keys."""
    return session.scalars(select(Poster).where(Poster.digital_link.in_(set(keys))).order_by(Poster.id)).all()
