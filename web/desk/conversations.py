"""Conversations for who evaluates them: lists without a word of what was said, one with all of it, and counts by store and day."""

from dataclasses import replace
from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter, Depends, Query
from starlette.responses import Response

from offers import inbox
from offers.history import Asked
from web.asking import AtPlace, Named, Since, asked_of_positions, page
from web.asking_examples import CONVERSATION, CONVERSATION_COUNT, CONVERSATION_WITH_WORDS
from web.bodies import JsonRoute, json_answer
from web.examples import answers, answers_with_page
from web.guards import Server
from web.parts import Have

router = APIRouter(prefix="/v1", tags=["what happened"], route_class=JsonRoute)

LOOKS_BACK, LONGEST = timedelta(days=30), timedelta(days=90)


def asked_of_conversations(
    wanted: Annotated[Asked, Depends(asked_of_positions)],
    state: Annotated[
        str | None,
        Query(pattern="^[a-z_]{1,40}$", description="Only those that are `waiting`, `answered` or `closed`."),
    ] = None,
) -> Asked:
    return replace(wanted, state=state)


@router.get(
    "/conversations",
    summary="What customers asked stores, without the words",
    responses=answers_with_page(CONVERSATION),
)
def list_conversations(
    _caller: Server, wanted: Annotated[Asked, Depends(asked_of_conversations)], parts: Have
) -> Response:
    """Newest first. What was said is in each conversation alone."""
    with parts.database.reading() as session:
        items, next_cursor = inbox.list_conversations(session, wanted)
    return page(items, next_cursor)


@router.get(
    "/conversations/counts",
    summary="By store and day: conversations, waits, and sales after contact",
    responses=answers({"items": [CONVERSATION_COUNT]}),
)
def count_conversations(_caller: Server, parts: Have, place: AtPlace = None, since: Since = None) -> Response:
    """Of the last 30 days, or since a moment, 90 days back at most. A day is one of the store's own clock."""
    now = parts.now()
    begin = max(since, now - LONGEST) if since else now - LOOKS_BACK
    with parts.database.reading() as session:
        return json_answer({"items": inbox.count_by_day(session, begin, place, now=now)})


@router.get(
    "/conversations/{conversation_id}",
    summary="One conversation with what was said",
    responses=answers(CONVERSATION_WITH_WORDS),
)
def show_conversation(_caller: Server, conversation_id: Named, parts: Have) -> Response:
    with parts.database.reading() as session:
        return json_answer(inbox.get_conversation(session, conversation_id))
