"""The inbox: who waits for an answer, and one conversation with its reply."""

import re
from typing import Any

from fastapi import APIRouter
from starlette.responses import Response

from offers import conversations, inbox, overview
from offers.errors import BadInput
from offers.rules.conversation import LONGEST_TEXT, STATES
from web.aftermath import carry_out
from web.asking import Named
from web.console.choosing import MOST as FEW_PLACES
from web.console.choosing import SUGGESTED, meant
from web.console.entering import Answerer, Desk, Looker
from web.console.filtering import query_of
from web.console.inbox_replies import quick_replies
from web.console.routes import PageRoute

router = APIRouter(prefix="/console/inbox", include_in_schema=False, route_class=PageRoute)

MOST = 100
"""Conversations on the page; who has more open chooses a place."""
AN_HOUR_MIN, A_DAY_MIN = 60, 1440
_MESSAGE = re.compile(r"cms_[0-9a-z]{26}", re.ASCII)
_QUICK = re.compile(r"[0-2]", re.ASCII)


@router.get("")
def inbox_page(desk: Looker) -> Response:
    """Who waits longest first; `?place=` by id or name, `?state=`."""
    form, now = query_of(desk), desk.parts.now()
    state = next((one for one in STATES if one == form.text("state")), None)
    with desk.parts.database.reading() as session:
        places = overview.name_places(session)
        typed = form.text("place")
        fitting = meant(places, typed) if typed else []
        place = fitting[0] if len(fitting) == 1 else None
        found = (
            [] if typed and place is None else inbox.list_inbox(session, place, state, desk.voice.language, MOST + 1)
        )
        measured = inbox.measure(session, now=now, place=place)
    errors = {"place": desk.voice.words["bad_choice"]} if typed and place is None else {}
    return desk.page(
        "inbox.html",
        422 if errors else 200,
        rows=[one | {"waited": _waited(desk, one)} for one in found[:MOST]],
        more=len(found) > MOST,
        form=form,
        errors=errors,
        places=places,
        few_places=FEW_PLACES,
        suggested=SUGGESTED,
        states=STATES,
        measured=measured,
        median=None if measured.median_s is None else max(1, -(-measured.median_s // 60)),
        filtered=bool(typed or state),
    )


@router.get("/{conversation_id}")
def conversation_page(desk: Looker, conversation_id: Named) -> Response:
    return _page(desk, conversation_id)


@router.post("/{conversation_id}")
def reply(desk: Answerer, conversation_id: Named) -> Response:
    """Answer, or put a ready-made answer into the box, or close."""
    form, parts = desk.form, desk.parts
    if form.on("quick"):
        return _page(desk, conversation_id, quick=form.text("quick"))
    message_id = form.text("message") if _MESSAGE.fullmatch(form.text("message")) else conversations.new_message_id()
    done = "conversation_closed"
    try:
        with parts.database.transaction() as session:
            user_id, now = desk.user.user_id, parts.now()
            if form.on("close"):
                follows = conversations.close_as_staff(session, conversation_id, user_id, now=now)
            else:
                typed, seen = form.text("said"), form.text("seen")
                answered = conversations.answer(
                    session, conversation_id, user_id, message_id, typed, seen=seen, now=now
                )
                follows = answered.follows
                done = "reply_meanwhile" if answered.meanwhile else "reply_sent"
    except BadInput as refused:
        name = {"missing": "bad_missing", "too_long": "inbox_stays_long"}.get(refused.faults[0].message, "bad_missing")
        return _page(desk, conversation_id, status=422, errors={"said": desk.voice.words[name]})
    carry_out(parts, follows)
    return desk.go(f"/console/inbox/{conversation_id}?done={done}")


def _page(
    desk: Desk, conversation_id: str, *, quick: str = "", status: int = 200, errors: dict[str, str] | None = None
) -> Response:
    with desk.parts.database.reading() as session:
        one = inbox.show_conversation(session, conversation_id, desk.voice.language)
    replies = quick_replies(one)
    form = desk.form
    if _QUICK.fullmatch(quick):
        form = form.but(said="\n".join(text for text in (form.text("said"), replies[int(quick)]) if text))
    messages: list[dict[str, Any]] = one["messages"]
    seen_to = next((m["id"] for m in reversed(messages) if m["sender"] == "staff"), None)
    is_seen = seen_to is not None and bool(one["read_at"]) and one["read_at"] >= messages[-1]["at"]
    return desk.page(
        "conversation.html",
        status,
        one=one,
        waited=_waited(desk, one),
        replies=replies,
        form=form,
        errors=errors or {},
        message=conversations.new_message_id(),
        seen=messages[-1]["id"] if messages else "",
        is_seen=is_seen and messages[-1]["sender"] == "staff",
        may_answer=desk.user.role in ("staff", "marketer", "admin"),
        may_look_up=desk.user.role != "staff",
        longest=LONGEST_TEXT,
    )


def _waited(desk: Desk, one: dict[str, Any]) -> str:
    """How long somebody waits by now."""
    since = one["waiting_since"]
    if since is None:
        return ""
    minutes = max(0, int((desk.parts.now() - since).total_seconds() // 60))
    if minutes == 0:
        return str(desk.voice.words["inbox_new"])
    if minutes < 2 * AN_HOUR_MIN:
        return str(desk.voice.say("inbox_waited", minutes=minutes))
    if minutes < 2 * A_DAY_MIN:
        return str(desk.voice.say("inbox_waited_hours", hours=minutes // AN_HOUR_MIN))
    return str(desk.voice.say("inbox_waited_days", days=minutes // A_DAY_MIN))
