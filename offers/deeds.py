"""Who did what at the desk, and when: looked through by user, by deed and by time."""

from typing import Any

from sqlalchemy.orm import Session

from offers.records.queries import keys as key_queries
from offers.records.queries import users as queries
from offers.rules.deeds import LATEST, Deeds


def list_deeds(session: Session, wanted: Deeds = LATEST) -> tuple[list[dict[str, Any]], str | None]:
    """Newest first, and the cursor of the next page, if there is one. `by` is an e-mail address; none: at the command line."""
    found = queries.newest_deeds(session, wanted)
    shown = found[: wanted.limit]
    items = [
        {"at": deed.at, "by": email, "what": deed.what, "noun": deed.noun, "subject": deed.subject}
        for deed, email in shown
    ]
    return items, shown[-1][0].id if len(found) > wanted.limit else None


def names_of_keys(session: Session, deeds: list[dict[str, Any]]) -> dict[str, str]:
    """Of the keys that these deeds are about, those that have a name."""
    return key_queries.names_of_keys(session, {one["subject"] for one in deeds if one["noun"] == "key"})
