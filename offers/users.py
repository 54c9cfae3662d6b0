"""Who works at the desk: users, how they sign in, how long that lasts, and what they did.

A password is kept as Argon2id, a session as the hash of its cookie's secret. Hashing takes tens of milliseconds by design, so
it happens with no transaction open: look the user up, `is_right`, then `open_session`, which looks again.
"""

import hashlib
import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from argon2 import PasswordHasher
from argon2.exceptions import Argon2Error, InvalidHashError
from sqlalchemy.orm import Session

from offers.errors import BadInput, Conflict, NotFound
from offers.records.ids import new_id
from offers.records.queries import users as queries
from offers.records.queries.adding import added
from offers.records.queries.board import store_names
from offers.records.tables import User, UserSession
from offers.rules.desk_lists import AskedUsers
from offers.rules.edit import Check, anyway
from offers.rules.leafing import Leaf, Turn
from offers.rules.values import read_language

ROLES = ("admin", "marketer", "staff", "viewer")
IDLE = timedelta(hours=12)
LONGEST = timedelta(days=7)
SEEN_EVERY = timedelta(minutes=1)
"""How often a session's last use is written down."""
SHORTEST_PASSWORD, LONGEST_PASSWORD = 12, 200
LONGEST_NAME = 100
"""Of a user: the first steps make a customer of that name."""

_EMAIL = re.compile(r"[^\s@,;<>\"]{1,64}@[^\s@,;<>\"]{1,189}")


@dataclass(frozen=True, slots=True)
class SignedIn:
    """Whose session it is. `stale`: its last use is to be written down again."""

    user_id: str
    email: str
    name: str
    role: str
    language: str | None
    password_is_first: bool
    stale: bool
    places: tuple[str, ...] = ()
    """Stores whose pickup board they see; none named: every store's."""

    @property
    def stores(self) -> tuple[str, ...] | None:
        """The same as the board takes it: none is every store's."""
        return self.places or None


@dataclass(frozen=True, slots=True)
class UserChange:
    name: str
    role: str
    places: tuple[str, ...]
    """Stores whose pickup board they see; none named: every store's."""


@dataclass(frozen=True, slots=True)
class Credential:
    user_id: str
    password_hash: str


@cache
def _hasher() -> PasswordHasher:
    """Argon2id with OWASP's parameters (19 MiB, 2 passes, 1 lane): dozens at once fit into a small machine's memory."""
    return PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)


@cache
def _nobodys_hash() -> str:
    return _hasher().hash(secrets.token_urlsafe(16))


def create_user(
    session: Session,
    email: str,
    role: str,
    *,
    now: datetime,
    name: str | None = None,
    language: str | None = None,
    places: Sequence[str] = (),
    by: str | None = None,
    user_id: str | None = None,
) -> str:
    """A new user, of these stores' pickup board or of every one's; the one-time password, which can not be shown again.

    `Conflict` for an e-mail address or, where it is the caller's own, an id that is there. `by` is the user who does it, here and below; none: somebody at the command line.
    """
    address = _address(email)
    _known_role(role)
    if name is not None and len(name) > LONGEST_NAME:
        raise BadInput.at("name", f"is longer than {LONGEST_NAME} characters")
    try:
        tongue = read_language(language) if language else None
    except ValueError as error:
        raise BadInput.at("language", str(error)) from None
    if queries.user_by_email(session, address) is not None:
        raise Conflict("There is a user with this e-mail address already.")
    password = secrets.token_urlsafe(15)
    user = User(
        id=user_id or new_id("usr"),
        email=address,
        name=name or address.partition("@")[0],
        role=role,
        password_hash=_hasher().hash(password),
        password_is_first=True,
        language=tongue,
        places=_known_stores(session, places),
        created_at=now,
    )
    if not added(session, user):
        raise Conflict("There is a user with this e-mail address already.")
    queries.note_deed(session, by, "created", "user", user.id, now=now)
    return password


def mark_of_password(session: Session, user_id: str) -> str:
    """Another one as soon as the password is another. It tells nothing about either."""
    user = queries.user_by_id(session, user_id)
    if user is None:
        raise NotFound("user")
    return _mark(user)


def _mark(user: User) -> str:
    return hashlib.sha256(user.password_hash.encode()).hexdigest()[:16]


def reset_password(
    session: Session, email: str, *, now: datetime, by: str | None = None, was: str | None = None
) -> str:
    """A new one-time password; whoever is signed in as this user is not any more. A disabled user may come back.

    `was`: only while its mark is this one, else `Conflict`: asked twice, one is made.
    """
    user = queries.user_locked(session, _by_email(session, email).id)
    if user is None:
        raise NotFound("user")
    if was is not None and was != _mark(user):
        raise Conflict("This user has another password by now.")
    password = secrets.token_urlsafe(15)
    user.password_hash, user.password_is_first, user.disabled_at = _hasher().hash(password), True, None
    queries.end_sessions_of(session, user.id)
    queries.note_deed(session, by, "password_reset", "user", user.id, now=now)
    return password


def change_role(session: Session, email: str, role: str, *, now: datetime) -> bool:
    """Another role, which counts at the next request; whether it is another. `Conflict` for the last admin who may sign in."""
    _known_role(role)
    admins = queries.admins_locked(session)  # first, so that two of them do not give it up at once
    user = _by_email(session, email)
    return _give_role(session, user, role, admins, now=now, by=None)


def _give_role(
    session: Session, user: User, role: str, admins: Sequence[User], *, now: datetime, by: str | None
) -> bool:
    if user.role == role:
        return False
    _refuse_last(user, admins)
    user.role = role
    queries.note_deed(session, by, f"role_{role}", "user", user.id, now=now)
    return True


def _refuse_last(user: User, admins: Sequence[User]) -> None:
    """`admins` are those who may sign in, locked."""
    if [one.id for one in admins] == [user.id]:
        raise Conflict("This is the last admin who may sign in; make somebody else an admin first.")


def change_user(
    session: Session, user_id: str, change: UserChange, *, now: datetime, by: str | None = None, check: Check = anyway
) -> bool:
    """Their name, role and stores, which count at their next request; whether anything is another. `Conflict` for the last admin."""
    _known_role(change.role)
    admins = queries.admins_locked(session)  # first, as above
    user = queries.user_locked(session, user_id)
    check(None if user is None else user_item(user))
    if user is None:
        raise NotFound("user")
    changed = _give_role(session, user, change.role, admins, now=now, by=by)
    if user.name != change.name:
        user.name, changed = change.name, True
        queries.note_deed(session, by, "renamed", "user", user.id, now=now)
    if list(user.places) != sorted(change.places):
        user.places, changed = _known_stores(session, change.places), True
        queries.note_deed(session, by, "stores_changed", "user", user.id, now=now)
    session.flush()
    return changed


def change_places(session: Session, email: str, places: Sequence[str], *, now: datetime) -> list[str]:
    """The stores whose pickup board they see from the next request on, by id; none named: every store's."""
    user = queries.user_locked(session, _by_email(session, email).id)
    if user is None:
        raise NotFound("user")
    user.places = _known_stores(session, places)
    queries.note_deed(session, None, "stores_changed", "user", user.id, now=now)
    return list(user.places)


def _known_stores(session: Session, places: Sequence[str]) -> list[str]:
    known = store_names(session, list(places)) if places else {}
    for one in places:
        if one not in known:
            raise BadInput.at("place", f"there is no store {one!r}")
    return sorted(known)


def _known_role(role: str) -> None:
    if role not in ROLES:
        raise BadInput.at("role", f"must be one of {', '.join(ROLES)}")


def disable_user(session: Session, email: str, *, now: datetime, by: str | None = None) -> None:
    """Nobody comes in as this user any more, and who is in is out. Safe to repeat. `Conflict` for the last admin who may sign in."""
    admins = queries.admins_locked(session)
    user = _by_email(session, email)
    _refuse_last(user, admins)
    user.disabled_at = user.disabled_at or now
    queries.end_sessions_of(session, user.id)
    queries.note_deed(session, by, "disabled", "user", user.id, now=now)


def list_users(session: Session) -> list[dict[str, Any]]:
    """By e-mail address."""
    return [user_item(row) for row in queries.all_users(session)]


def leaf_users(session: Session, wanted: AskedUsers, turn: Turn) -> Leaf:
    """A page of them, by e-mail address unless asked otherwise. `BadInput` for an order or a cursor that there is not."""
    leaf = queries.leaf_of_users(session, wanted, turn)
    return leaf.holding([user_item(row) for row in leaf.items])


def get_user(session: Session, user_id: str) -> dict[str, Any]:
    row = queries.user_by_id(session, user_id)
    if row is None:
        raise NotFound("user")
    return user_item(row)


def user_item(row: User) -> dict[str, Any]:
    return {
        "id": row.id,
        "email": row.email,
        "name": row.name,
        "role": row.role,
        "language": row.language,
        "places": list(row.places),
        "created_at": row.created_at,
        "disabled_at": row.disabled_at,
    }


def credential_of(session: Session, email: str) -> Credential | None:
    """What a password is held against; none for who is unknown or disabled."""
    user = queries.user_by_email(session, email.strip().lower())
    return None if user is None or user.disabled_at else Credential(user.id, user.password_hash)


def is_right(credential: Credential | None, password: str) -> bool:
    """Whether this is the password. Takes as long for who is unknown."""
    kept = credential.password_hash if credential else _nobodys_hash()
    try:
        _hasher().verify(kept, password[: LONGEST_PASSWORD + 1])
    except (Argon2Error, InvalidHashError):
        return False
    return credential is not None


def open_session(session: Session, credential: Credential, *, now: datetime, instead_of: str = "") -> str | None:
    """The secret of a new session, in the place of the one that the browser had; none when the user has changed meanwhile."""
    user = queries.user_locked(session, credential.user_id)
    if user is None or user.disabled_at or user.password_hash != credential.password_hash:
        return None
    queries.purge_sessions(session, now, now - IDLE)
    queries.end_session(session, _digest(instead_of))
    queries.note_deed(session, user.id, "signed_in", "user", user.id, now=now)
    return _new_session(session, user, now)


def signed_in(session: Session, secret: str, *, now: datetime) -> SignedIn | None:
    """Whose session this is; none when it has ended, was idle for too long, or the user may not come in any more."""
    row = queries.session_by_hash(session, _digest(secret))
    if row is None or now >= row.expires_at or now - row.seen_at >= IDLE:
        return None
    user = queries.user_by_id(session, row.user_id)
    if user is None or user.disabled_at:
        return None
    stale = now - row.seen_at >= SEEN_EVERY
    return SignedIn(
        user.id, user.email, user.name, user.role, user.language, user.password_is_first, stale, tuple(user.places)
    )


def see_session(session: Session, secret: str, *, now: datetime) -> None:
    row = queries.session_by_hash(session, _digest(secret))
    if row is not None:
        row.seen_at = max(now, row.seen_at)


def close_session(session: Session, secret: str) -> None:
    """Signed out: this secret opens nothing any more. Safe to repeat."""
    queries.end_session(session, _digest(secret))


def new_password(password: str, again: str, email: str, *, present: str = "") -> str:
    """The hash of a password that somebody chose; `BadInput` names the field, and what is wrong by a name.

    The present one is none: the first was made by somebody else, who knows it.
    """
    if not SHORTEST_PASSWORD <= len(password) <= LONGEST_PASSWORD or password.lower() == email:
        raise BadInput.at("password", "too_short")
    if password != again:
        raise BadInput.at("again", "not_the_same")
    if password == present:
        raise BadInput.at("password", "as_before")
    return _hasher().hash(password)


def change_password(session: Session, credential: Credential, new_hash: str, *, now: datetime) -> str:
    """Their own new password, by its hash. All their sessions end; the secret of the new one."""
    user = queries.user_locked(session, credential.user_id)
    if user is None or user.password_hash != credential.password_hash:
        raise Conflict("The password was changed meanwhile.")
    user.password_hash, user.password_is_first = new_hash, False
    queries.end_sessions_of(session, user.id)
    queries.note_deed(session, user.id, "password_changed", "user", user.id, now=now)
    return _new_session(session, user, now)


def choose_language(session: Session, user_id: str, language: str) -> None:
    user = queries.user_locked(session, user_id)
    if user is not None:
        user.language = language


def note(session: Session, user_id: str | None, what: str, noun: str, subject: str, *, now: datetime) -> None:
    """Who did what to what: in the transaction that did it."""
    queries.note_deed(session, user_id, what, noun, subject, now=now)


def _new_session(session: Session, user: User, now: datetime) -> str:
    secret = secrets.token_urlsafe(32)
    session.add(
        UserSession(hash=_digest(secret), user_id=user.id, created_at=now, seen_at=now, expires_at=now + LONGEST)
    )
    session.flush()
    return secret


def _by_email(session: Session, email: str) -> User:
    user = queries.user_by_email(session, email.strip().lower())
    if user is None:
        raise NotFound("user")
    return user


def _address(email: str) -> str:
    address = email.strip().lower()
    if not _EMAIL.fullmatch(address):
        raise BadInput.at("email", "is not an e-mail address")
    return address


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
