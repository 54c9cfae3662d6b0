from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, delete, func, or_, select
from sqlalchemy.orm import Session

from offers.records.ids import new_id
from offers.records.queries.leafing import Key, Orders, leaf_of
from offers.records.tables import Deed, User, UserSession
from offers.rules.deeds import Deeds
from offers.rules.desk_lists import AskedUsers
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


OF_USERS = Orders(
    User.id,
    "email",
    {
        "email": (Key(User.email),),
        "name": (Key(func.lower(User.name)),),
        "role": (Key(User.role), Key(User.email)),
        "made": (Key(User.created_at, "time"),),
    },
)


def leaf_of_users(session: Session, wanted: AskedUsers, turn: Turn) -> Leaf:
    """By address unless asked otherwise."""
    which = select(User)
    if wanted.text:
        which = which.where(or_(*(one.icontains(wanted.text, autoescape=True) for one in (User.email, User.name))))
    if wanted.role is not None:
        which = which.where(User.role == wanted.role)
    if wanted.may_enter is not None:
        which = which.where(User.disabled_at.is_(None) == wanted.may_enter)
    return leaf_of(session, which, turn, OF_USERS)


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


def leaf_of_deeds(session: Session, wanted: Deeds, turn: Turn) -> Leaf:
    """A page by when they were done, the newest first unless asked otherwise."""
    return leaf_of(session, select(Deed).where(*_which(wanted)), turn, OF_DEEDS)


def newest_deeds(session: Session, wanted: Deeds, limit: int) -> Sequence[Deed]:
    """Newest first."""
    rows = select(Deed).where(*_which(wanted)).order_by(Deed.at.desc(), Deed.id.desc()).limit(limit)
    return session.scalars(rows).all()


def _which(wanted: Deeds) -> list[ColumnElement[bool]]:
    which: list[ColumnElement[bool]] = []
    if wanted.by is not None:
        which.append(Deed.user_id == wanted.by if wanted.by else Deed.user_id.is_(None))
    if wanted.what is not None:
        which.append(Deed.what == wanted.what)
    if wanted.noun is not None:
        which.append(Deed.noun == wanted.noun)
    if wanted.since is not None:
        which.append(Deed.at >= wanted.since)
    if wanted.until is not None:
        which.append(Deed.at < wanted.until)
    return which
