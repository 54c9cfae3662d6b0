"""How many agreed to which text, and under which names: for the desk. Nothing here writes: receipts are only ever added, by who agrees."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from offers.records.queries import consent_texts as queries

MOST_COUNTED = 5_000
"""Receipts of a text that are looked at, each with whether its customer said something later."""
MOST_LISTED = 500
"""The same where several texts stand on one page."""
MOST_VERSIONS = 20


@dataclass(frozen=True, slots=True)
class Agreed:
    """Who agreed to a text. `now` counts customers by purpose and language whose consent still holds, of the newest `looked_at` receipts."""

    version: str | None
    """None: receipts that name no text."""
    now: Mapping[tuple[str, str | None], int]
    looked_at: int
    more: bool
    """There are more receipts than were looked at."""
    first: datetime | None = None
    last: datetime | None = None

    def by_purpose(self) -> dict[str, int]:
        found: dict[str, int] = {}
        for (purpose, _), many in sorted(self.now.items(), key=lambda one: one[0][0]):
            found[purpose] = found.get(purpose, 0) + many
        return found


def versions_agreed_to(session: Session, *, limit: int = MOST_VERSIONS) -> tuple[list[str | None], bool]:
    """The names of the texts that somebody agreed to, receipts without one as none and last; and whether there are more than `limit`."""
    found: list[str | None] = []
    after: str | None = None
    while (version := queries.next_version(session, after)) is not None:
        if len(found) == limit:
            return found, True
        found.append(version)
        after = version
    if queries.first_and_last(session, None) is not None:
        found.append(None)
    return found, False


def times_of(session: Session, version: str | None) -> Agreed:
    """When the first and the last agreed to a text, and no count."""
    first, last = queries.first_and_last(session, version) or (None, None)
    return Agreed(version, {}, 0, False, first, last)


def agreed_to(session: Session, version: str | None, *, most: int = MOST_COUNTED) -> Agreed:
    """A text that nobody agreed to has nothing of all this, and is no fault."""
    rows = queries.agreed_now(session, version, most)
    looked_at = sum(many for _, _, many, _ in rows)
    more = looked_at == most and queries.has_more(session, version, most)
    ends = queries.first_and_last(session, version)
    first, last = ends or (None, None)
    now = {(purpose, language): held for purpose, language, _, held in rows}
    return Agreed(version, now, looked_at, more, first, last)
