"""Who works at the desk: users, their sessions, and what they did."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from offers.records.database import Table


class User(Table):
    """A person with a name of their own at the console."""

    __tablename__ = "users"

    id: Mapped[str] = mapped_column(primary_key=True)
    email: Mapped[str] = mapped_column(unique=True)
    """In lower case: one person, one spelling."""
    name: Mapped[str]
    role: Mapped[str]
    """`admin`, `marketer`, `staff` or `viewer`."""
    password_hash: Mapped[str]
    """Argon2id with its parameters and salt."""
    password_is_first: Mapped[bool]
    """Made by a command and seen by whoever ran it: good for setting one's own, and for nothing else."""
    language: Mapped[str | None]
    places: Mapped[list[Any]] = mapped_column(default=list, server_default="[]")
    """Stores whose pickup board this person sees; none named: every store's."""
    created_at: Mapped[datetime]
    disabled_at: Mapped[datetime | None]


class UserSession(Table):
    """A signed-in browser. The cookie's secret is not here, only its hash."""

    __tablename__ = "sessions"

    hash: Mapped[str] = mapped_column(primary_key=True)
    """SHA-256 of the cookie's secret (256 random bits, so no salt)."""
    user_id: Mapped[str] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    created_at: Mapped[datetime]
    seen_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    """At the latest; earlier when it is idle."""


class Deed(Table):
    """Who did what to what, and when. Of customers there is the id and nothing else."""

    __tablename__ = "audit"
    __table_args__ = (
        Index("ix_audit_at", "at", "id"),
        Index("ix_audit_by", "user_id", "at", "id"),
        Index("ix_audit_what", "what", "at", "id"),
    )

    id: Mapped[str] = mapped_column(primary_key=True)
    user_id: Mapped[str | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"), index=True)
    """None: somebody at the command line."""
    what: Mapped[str]
    """A verb: `signed_in`, `launched` …"""
    noun: Mapped[str]
    """`user`, `place` or `campaign`."""
    subject: Mapped[str]
    """The noun's id."""
    at: Mapped[datetime]
