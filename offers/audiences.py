"""Audiences: how many customers one holds, how many of them a message could get to, and some of them by name."""

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from offers.errors import BadInput, Fault
from offers.records.queries import audiences as queries
from offers.records.queries import places as place_queries
from offers.rules.audience import Audience, read_audience
from offers.rules.audience_body import AudienceBody

SAMPLE = 10


def count_audience(session: Session, body: AudienceBody, *, now: datetime) -> dict[str, Any]:
    """`{size, reachable, consenting, reachable_and_consenting, sample}`, as of `now`. `BadInput` names a place that there is not.

    Reachable: a device in use that can be pushed to. Consenting: to location and to offers, which every campaign needs.
    """
    audience = read_audience(body.audience)
    _check_places(session, audience)
    counted = queries.count(session, audience, now)
    return {
        "size": counted.size,
        "reachable": counted.reachable,
        "consenting": counted.consenting,
        "reachable_and_consenting": counted.both,
        "sample": [
            {"customer": one.id, **({"name": one.name} if one.name else {}), "language": one.language}
            for one in queries.sample(session, audience, now, SAMPLE)
        ],
    }


def _check_places(session: Session, audience: Audience) -> None:
    known = place_queries.places_by_id(session, audience.places)
    faults = [
        Fault(f"audience.{path}" if path else "audience", f"there is no place {place!r}")
        for place, path in audience.places.items()
        if place not in known
    ]
    if faults:
        raise BadInput(faults)
