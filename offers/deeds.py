"""Who did what at the desk, and when: looked through by user, by deed, by what it was done to and by time."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy.orm import Session

from offers.records.queries import keys as key_queries
from offers.records.queries import users as queries
from offers.records.tables import Deed
from offers.rules.deeds import ANY, Deeds
from offers.rules.leafing import Leaf, Turn


def leaf_deeds(session: Session, wanted: Deeds, turn: Turn) -> Leaf:
    """A page of them. `BadInput` for an order or a cursor that there is not."""
    leaf = queries.leaf_of_deeds(session, wanted, turn)
    return leaf.holding(_as_items(session, leaf.items))


def list_deeds(session: Session, wanted: Deeds = ANY, limit: int = 50) -> list[dict[str, Any]]:
    """The newest. `by` is an e-mail address; none: at the command line."""
    return _as_items(session, queries.newest_deeds(session, wanted, limit))


def names_of_keys(session: Session, deeds: list[dict[str, Any]]) -> dict[str, str]:
    """Of the keys that these deeds are about, those that have a name."""
    return key_queries.names_of_keys(session, {one["subject"] for one in deeds if one["noun"] == "key"})


def _as_items(session: Session, deeds: Sequence[Deed]) -> list[dict[str, Any]]:
    names = {one.id: one.email for one in queries.all_users(session)}
    return [
        {
            "at": deed.at,
            "by": names.get(deed.user_id or ""),
            "what": deed.what,
            "noun": deed.noun,
            "subject": deed.subject,
        }
        for deed in deeds
    ]
