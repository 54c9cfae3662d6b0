"""Audiences: how many customers one holds, how many of them a message could get to, and some of them by name."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from offers.errors import BadInput, Fault
from offers.records.queries import audiences as queries
from offers.records.queries import estimating
from offers.records.queries import places as place_queries
from offers.rules.audience import Audience, read_audience
from offers.rules.audience_body import AudienceBody
from offers.rules.campaign import ON_A_PAGE
from offers.rules.eligibility import purposes_at
from offers.rules.sampled import TOO_FEW, fewer_than, said_of_all

SAMPLE = 10
MOST_NAMED = 5
"""Of an estimate."""


@dataclass(frozen=True, slots=True)
class Estimate:
    """How many are in an audience, how many of them the message could get to, and some of them as id and name."""

    size: int
    reached: int
    is_exact: bool
    some: list[tuple[str, str | None]]
    fewer_than: int | None
    """Where too few of those who were looked at are in it to say more."""


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


def estimate_audience(session: Session, body: AudienceBody, trigger: str, *, now: datetime) -> Estimate:
    """The same fast enough to be asked while somebody types, for a campaign of this trigger. `BadInput` as above.

    Of many customers some thousand are looked at, and `size` and `reached` are said of all; `is_exact` is false then.
    """
    audience = read_audience(body.audience)
    _check_places(session, audience)
    found = estimating.estimate(
        session,
        audience,
        now,
        purposes_at(trigger, asked_for=False),
        with_push=trigger not in ON_A_PAGE,
        most_named=MOST_NAMED,
    )
    return Estimate(
        said_of_all(found.size, found.looked_at, found.total),
        said_of_all(found.reached, found.looked_at, found.total),
        found.looked_at >= found.total,
        [(one.id, one.name) for one in found.some],
        fewer_than(found.looked_at, found.total) if found.size < TOO_FEW else None,
    )


def _check_places(session: Session, audience: Audience) -> None:
    known = place_queries.places_by_id(session, audience.places)
    faults = [
        Fault(f"audience.{path}" if path else "audience", f"there is no place {place!r}")
        for place, path in audience.places.items()
        if place not in known
    ]
    if faults:
        raise BadInput(faults)
