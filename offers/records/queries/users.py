from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, and_, delete, or_, select
from sqlalchemy.orm import Session

from offers.records.ids import new_id
from offers.records.queries.leafing import Key, Orders, leaf_of
from offers.records.tables import Deed, User, UserSession
from offers.rules.deeds import Deeds
from offers.rules.leafing import Leaf, Turn


def user_by_id(session: Session, user_id: str) -> User | None:
    return session.get(User, user_id)


def user_by_email(session: Session, email: str) -> User | None:
    return session.scalars(select(User).where(User.email == email)).one_or_none()


def user_locked(session: Session, user_id: str) -> User | None:
    return session.get(User, user_id, with_for_update=True, populate_existing=True)


def admins_locked(session: Session) -> Sequence[User]:
    """Those who may sign in, locked until the commit."""
    wanted = select(User).where(User.role == "admin", User.disabled_at.is_(None)).order_by(User.id)
    return session.scalars(wanted.with_for_update().execution_options(populate_existing=True)).all()


def all_users(session: Session) -> Sequence[User]:
    return session.scalars(select(User).order_by(User.email)).all()


def session_by_hash(session: Session, digest: str) -> UserSession | None:
    return session.get(UserSession, digest)


def end_session(session: Session, digest: str) -> None:
    session.execute(delete(UserSession).where(UserSession.hash == digest))


def end_sessions_of(session: Session, user_id: str) -> None:
    session.execute(delete(UserSession).where(UserSession.user_id == user_id))


def purge_sessions(session: Session, now: datetime, seen_before: datetime) -> None:
    """Those that can not be used any more."""
    session.execute(delete(UserSession).where((UserSession.expires_at <= now) | (UserSession.seen_at <= seen_before)))


def note_deed(session: Session, user_id: str | None, what: str, noun: str, subject: str, *, now: datetime) -> None:
    session.add(Deed(id=new_id("ded"), user_id=user_id, what=what, noun=noun, subject=subject, at=now))
    session.flush()


OF_DEEDS = Orders(Deed.id, "-when", {"when": (Key(Deed.at, "time"),)})


def leaf_of_deeds(session: Session, user_id: str | None, noun: str | None, since: datetime | None, turn: Turn) -> Leaf:
    """A page by when they were done, the newest first unless asked otherwise."""
    same = {Deed.user_id: user_id, Deed.noun: noun}
    wanted = select(Deed).where(*(column == value for column, value in same.items() if value is not None))
    if since is not None:
        wanted = wanted.where(Deed.at >= since)
    return leaf_of(session, wanted, turn, OF_DEEDS)


def newest_deeds(session: Session, wanted: Deeds) -> Sequence[tuple[Deed, str | None]]:
    """With the e-mail address of who did it, newest first; one more than the limit, where there are."""
    which: list[ColumnElement[bool]] = []
    if wanted.by is not None:
        which.append(Deed.user_id == wanted.by if wanted.by else Deed.user_id.is_(None))
    if wanted.what is not None:
        which.append(Deed.what == wanted.what)
    if wanted.since is not None:
        which.append(Deed.at >= wanted.since)
    if wanted.until is not None:
        which.append(Deed.at < wanted.until)
    last = session.get(Deed, wanted.cursor) if wanted.cursor else None
    if last is not None:
        which += [Deed.at <= last.at, or_(Deed.at < last.at, and_(Deed.at == last.at, Deed.id < last.id))]
    rows = session.execute(
        select(Deed, User.email)
        .outerjoin(User, User.id == Deed.user_id)
        .where(*which)
        .order_by(Deed.at.desc(), Deed.id.desc())
        .limit(wanted.limit + 1)
    )
    return [(deed, email) for deed, email in rows]
