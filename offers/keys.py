"""Server keys and publishable keys: made once, shown once, kept hashed, revoked for good."""

import hashlib
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from offers.errors import BadInput, Conflict, NotFound
from offers.records.ids import new_id
from offers.records.queries import keys as queries
from offers.records.tables import ServerKey

ROLES = ("admin", "orders", "till", "read", "publishable")


@dataclass(frozen=True, slots=True)
class MadeKey:
    """`secret` is the key itself: `sk_…`, or `pk_…` for `publishable`. It can not be shown again."""

    id: str
    role: str
    secret: str


def make_key(session: Session, role: str, *, now: datetime) -> MadeKey:
    """A new key of a role."""
    if role not in ROLES:
        raise BadInput.at("role", f"must be one of {', '.join(ROLES)}")
    secret = ("pk_" if role == "publishable" else "sk_") + secrets.token_urlsafe(24)
    made = MadeKey(new_id("key"), role, secret)
    session.add(ServerKey(id=made.id, hash=_hash(secret), role=role, created_at=now))
    session.flush()
    return made


def create_key(session: Session, role: str, *, now: datetime) -> str:
    """A new key of a role, the secret alone."""
    return make_key(session, role, now=now).secret


def list_keys(session: Session, *, after: str = "", limit: int = 100) -> tuple[list[dict[str, Any]], str | None]:
    """Every key, those made first first, the revoked ones too; never a secret, nor its hash."""
    rows = queries.all_keys(session, after, limit + 1)
    return [key_item(row) for row in rows[:limit]], rows[limit - 1].id if len(rows) > limit else None


def revoke_key(session: Session, key_id: str, *, now: datetime, by: str | None = None) -> None:
    """The key opens nothing any more. Safe to repeat.

    `by` is the key that asks: it may end itself, but not as the last admin, after which nobody could ask for anything.
    """
    admins = queries.admin_keys_locked(session)
    row = queries.key_by_id(session, key_id)
    if row is None:
        raise NotFound("key")
    if row.revoked_at is not None:
        return
    if key_id == by and [one.id for one in admins] == [key_id]:
        raise Conflict("This is the last key of role admin; make another before this one is revoked.")
    row.revoked_at = now
    session.flush()


def role_of_key(session: Session, key: str) -> str | None:
    """The role of a key that is good, else none."""
    row = queries.key_by_hash(session, _hash(key))
    return row.role if row and row.revoked_at is None else None


def key_in_use(session: Session, key: str) -> Mapping[str, Any] | None:
    """A key that is good, as the lists show it, else none."""
    row = queries.key_by_hash(session, _hash(key))
    return key_item(row) if row and row.revoked_at is None else None


def is_in_use(session: Session, key_id: str) -> bool:
    """Whether a key that was good is good still."""
    row = queries.key_by_id(session, key_id)
    return row is not None and row.revoked_at is None


def key_item(row: ServerKey) -> dict[str, Any]:
    return {"id": row.id, "role": row.role, "created_at": row.created_at, "revoked_at": row.revoked_at}


def _hash(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()
