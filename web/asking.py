"""What a list is asked: filters, a cursor, a limit; and how its page is answered."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Annotated, Any

from fastapi import Depends, Path, Query
from starlette.responses import Response

from offers.history import Asked
from offers.rules.profile import Id
from offers.rules.values import Moment
from web.bodies import json_answer

Named = Annotated[Id, Path(description="An id, as `PUT` named it or `POST` made it.")]
LongCursor = Annotated[
    str | None, Query(pattern="^[A-Za-z0-9_-]{1,300}$", description="`next_cursor` of the page before.")
]
Limit = Annotated[int, Query(ge=1, le=500, description="Items a page holds at most.")]
Cursor = Annotated[Id | None, Query(description="`next_cursor` of the page before.")]


Customer = Annotated[Id | None, Query(description="Only this customer's.")]
Campaign = Annotated[Id | None, Query(description="Only this campaign's.")]
AtPlace = Annotated[Id | None, Query(description="Only at this place.")]
Since = Annotated[
    Moment | None,
    Query(description="Not earlier than this, RFC 3339 with an offset.", examples=["2026-12-01T00:00:00+01:00"]),
]


def asked(
    *,
    customer: Customer = None,
    campaign: Campaign = None,
    place: AtPlace = None,
    since: Since = None,
    cursor: Cursor = None,
    limit: Limit = 100,
) -> Asked:
    return Asked(customer, campaign, place, since, cursor, limit)


def asked_of_positions(
    *,
    customer: Customer = None,
    place: AtPlace = None,
    since: Since = None,
    cursor: Cursor = None,
    limit: Limit = 100,
) -> Asked:
    return Asked(customer, None, place, since, cursor, limit)


def asked_of_decisions(
    wanted: Annotated[Asked, Depends(asked)],
    outcome: Annotated[
        str | None, Query(pattern="^[a-z_]{1,40}$", description="Only with this outcome: `send`, or the named reason.")
    ] = None,
) -> Asked:
    return replace(wanted, outcome=outcome)


def page(items: Sequence[Any], next_cursor: str | None) -> Response:
    return json_answer({"items": items, "next_cursor": next_cursor})
