"""Server keys and publishable keys: made once, shown once, kept hashed."""

import hashlib
import secrets
from datetime import datetime

from sqlalchemy.orm import Session

from offers.errors import BadInput
from offers.records.ids import new_id
from offers.records.queries import keys as queries
from offers.records.tables import ServerKey

ROLES = ("admin", "orders", "till", "read", "publishable")


def create_key(session: Session, role: str, *, now: datetime) -> str:
    """A new key of a role: `sk_…`, or `pk_…` for `publishable`. It can not be shown again."""
    if role not in ROLES:
        raise BadInput.at("role", f"must be one of {', '.join(ROLES)}")
    key = ("pk_" if role == "publishable" else "sk_") + secrets.token_urlsafe(24)
    session.add(ServerKey(id=new_id("key"), hash=_hash(key), role=role, created_at=now))
    session.flush()
    return key


def role_of_key(session: Session, key: str) -> str | None:
    """The role of a key that is good, else none."""
    row = queries.key_by_hash(session, _hash(key))
    return row.role if row and row.revoked_at is None else None


def _hash(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()
