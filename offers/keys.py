"""Server keys and publishable keys: made once, shown once, kept hashed, followed by another, revoked for good."""

import hashlib
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from offers.errors import BadInput, Conflict, NotFound
from offers.records.ids import new_id
from offers.records.queries import keys as queries
from offers.records.queries.adding import added
from offers.records.tables import ServerKey
from offers.rules.desk_lists import AskedKeys
from offers.rules.leafing import Leaf, Turn

ROLES = ("admin", "orders", "till", "read", "publishable")
COMMAND = "command"
"""Who made a key at the command line."""
USED_EVERY = timedelta(hours=1)
"""How often a key's last use is written down."""


@dataclass(frozen=True, slots=True)
class MadeKey:
    """`secret` is the key itself: `sk_…`, or `pk_…` for `publishable`. It can not be shown again."""

    id: str
    role: str
    secret: str


def make_key(
    session: Session, role: str, *, now: datetime, name: str = "", by: str | None = None, key_id: str | None = None
) -> MadeKey:
    """A new key of a role. With an id of the caller's own it is made once: `Conflict` for one that is there."""
    if role not in ROLES:
        raise BadInput.at("role", f"must be one of {', '.join(ROLES)}")
    if key_id is not None and queries.key_by_id(session, key_id) is not None:
        raise Conflict("This key was made already.")
    secret = ("pk_" if role == "publishable" else "sk_") + secrets.token_urlsafe(24)
    made = MadeKey(key_id or new_id("key"), role, secret)
    row = ServerKey(id=made.id, hash=_hash(secret), role=role, name=name, made_by=by, created_at=now)
    if not added(session, row):
        raise Conflict("This key was made already.")
    return made


def new_key_id() -> str:
    """For a form that makes one: sent twice, it is one key."""
    return new_id("key")


def create_key(session: Session, role: str, *, now: datetime, by: str | None = None) -> str:
    """A new key of a role, the secret alone."""
    return make_key(session, role, now=now, by=by).secret


def rotate_key(
    session: Session,
    key_id: str,
    grace: timedelta,
    *,
    now: datetime,
    by: str | None = None,
    made_id: str | None = None,
) -> MadeKey:
    """Another key of the same role and name in the place of this one, which goes on for `grace` and then opens nothing.

    `Conflict` for one that is revoked, or that another has taken the place of already: asked twice, one is made. With an id of the
    caller's own for the other it is `made_already` where that one has taken it.
    """
    row = queries.key_by_id(session, key_id)
    if row is None:
        raise NotFound("key")
    if row.revoked_at is not None:
        if made_id is not None and queries.key_by_id(session, made_id) is not None:
            raise Conflict("This key was made already.", reason="made_already")
        raise Conflict("This key is revoked, or another has taken its place.")
    made = make_key(session, row.role, now=now, name=row.name, by=by, key_id=made_id)
    row.revoked_at = now + grace
    session.flush()
    return made


def list_keys(session: Session, *, after: str = "", limit: int = 100) -> tuple[list[dict[str, Any]], str | None]:
    """Every key, those made first first, the revoked ones too; never a secret, nor its hash."""
    rows = queries.all_keys(session, after, limit + 1)
    return [key_item(row) for row in rows[:limit]], rows[limit - 1].id if len(rows) > limit else None


def leaf_keys(session: Session, wanted: AskedKeys, turn: Turn, *, now: datetime) -> Leaf:
    """A page of every key that is asked for, the revoked ones too, those made last first unless asked otherwise; with the name of the key that
    made it, where a key did. `BadInput` for an order or a cursor that there is not.
    """
    leaf = queries.leaf_of_keys(session, wanted, turn, now)
    names = queries.names_of_keys(session, {row.made_by for row in leaf.items if row.made_by})
    return leaf.holding([key_item(row) | {"made_by_name": names.get(row.made_by or "")} for row in leaf.items])


def get_key(session: Session, key_id: str) -> dict[str, Any]:
    row = queries.key_by_id(session, key_id)
    if row is None:
        raise NotFound("key")
    return key_item(row)


def revoke_key(session: Session, key_id: str, *, now: datetime, by: str | None = None) -> bool:
    """The key opens nothing any more; whether it did until now. Safe to repeat.

    `by` is the key that asks: it may end itself, but not as the last admin, after which nobody could ask for anything.
    """
    admins = queries.admin_keys_locked(session)
    row = queries.key_by_id(session, key_id)
    if row is None:
        raise NotFound("key")
    if not _is_good(row, now):
        return False
    if key_id == by and [one.id for one in admins] == [key_id]:
        raise Conflict("This is the last key of role admin; make another before this one is revoked.")
    row.revoked_at = now
    session.flush()
    return True


def role_of_key(session: Session, key: str, *, now: datetime) -> str | None:
    """The role of a key that is good, else none."""
    row = queries.key_by_hash(session, _hash(key))
    return row.role if row and _is_good(row, now) else None


def key_in_use(session: Session, key: str, *, now: datetime) -> Mapping[str, Any] | None:
    """A key that is good, as the lists show it, else none. `stale`: its use is to be written down again."""
    row = queries.key_by_hash(session, _hash(key))
    if row is None or not _is_good(row, now):
        return None
    return key_item(row) | {"stale": row.used_at is None or now - row.used_at >= USED_EVERY}


def note_use(session: Session, key_id: str, *, now: datetime) -> None:
    """The key was used; written at most once an hour. Safe to repeat."""
    queries.note_use(session, key_id, now, USED_EVERY)


def is_in_use(session: Session, key_id: str, *, now: datetime) -> bool:
    """Whether a key that was good is good still."""
    row = queries.key_by_id(session, key_id)
    return row is not None and _is_good(row, now)


def key_item(row: ServerKey) -> dict[str, Any]:
    return {
        "id": row.id,
        "name": row.name,
        "role": row.role,
        "made_by": row.made_by,
        "created_at": row.created_at,
        "used_at": row.used_at,
        "revoked_at": row.revoked_at,
    }


def _is_good(row: ServerKey, now: datetime) -> bool:
    return row.revoked_at is None or now < row.revoked_at


def _hash(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()
