"""How many are where, now: numbers, never who."""

from collections.abc import Collection

from sqlalchemy.orm import Session

from offers.records.queries.inside import inside_now


def count_inside(session: Session, place_ids: Collection[str]) -> dict[str, int]:
    """Of each of these places how many customers are on its premises now; a place where nobody is, is not named."""
    return inside_now(session, place_ids)
