"""The inbox: who waits for an answer, and one conversation with its reply."""

import re
from typing import Any

from fastapi import APIRouter
from starlette.responses import Response

from offers import conversations, inbox, overview
from offers.errors import BadInput
from offers.rules.conversation import LONGEST_TEXT, STATES
from offers.rules.leafing import Leaf, Turn
from web.aftermath import carry_out
from web.asking import Named
from web.console.choosing import MOST as FEW_PLACES
from web.console.choosing import SUGGESTED, meant
from web.console.entering import Answerer, Desk, Looker
from web.console.exporting import csv_answer
from web.console.filtering import query_of
from web.console.inbox_replies import quick_replies
from web.console.listing import Asked, Column, Listing, Read, Shown, read_asked
from web.console.routes import PageRoute
from web.console.tables import list_page

router = APIRouter(prefix="/console/inbox", include_in_schema=False, route_class=PageRoute)

AN_HOUR_MIN, A_DAY_MIN = 60, 1440
_MESSAGE = re.compile(r"cms_[0-9a-z]{26}", re.ASCII)
_QUICK = re.compile(r"[0-2]", re.ASCII)


INBOX = Listing(
    "/console/inbox",
    tuple(Column(name, name, sorts=True) for name in ("waits", "changed", "began")),
    "waits",
    ("place", "state"),
    {"state": STATES},
)


def _asked(desk: Desk, session: Any) -> tuple[Asked, Read, dict[str, str]]:
    """What the inbox was asked, how its pages are read, and the places by name; `?place=` by id or name, `?state=`."""
    form = query_of(desk)
    places = overview.name_places(session)
    typed = form.text("place")
    fitting = meant(places, typed) if typed else []
    errors = {"place": desk.voice.words["bad_choice"]} if typed and len(fitting) != 1 else {}
    place, state = fitting[0] if fitting else None, next((one for one in STATES if one == form.text("state")), None)

    def read(session: Any, turn: Turn) -> Leaf:
        return inbox.leaf_inbox(session, place, state, desk.voice.language, turn)

    return read_asked(desk, INBOX, form, errors), read, places


@router.get("")
def inbox_page(desk: Looker) -> Response:
    """Who waits longest first, unless asked otherwise."""
    with desk.parts.database.reading() as session:
        asked, read, places = _asked(desk, session)
        leaf = asked.look(read, session)
        typed = asked.form.text("place")
        fitting = meant(places, typed) if typed else []
        measured = inbox.measure(session, now=desk.parts.now(), place=fitting[0] if len(fitting) == 1 else None)
    rows = [one | {"waited": _waited(desk, one)} for one in leaf.items]
    return list_page(
        desk,
        "inbox.html",
        Shown(asked, leaf.holding(rows)),
        places=places,
        few_places=FEW_PLACES,
        suggested=SUGGESTED,
        states=STATES,
        measured=measured,
        median=None if measured.median_s is None else max(1, -(-measured.median_s // 60)),
    )


exports = APIRouter(prefix="/console", include_in_schema=False, route_class=PageRoute)


@exports.get("/inbox.csv")
def inbox_as_csv(desk: Looker) -> Response:
    """Without what was said, and by whom: who reads a file of it needs how it goes."""
    with desk.parts.database.reading() as session:
        asked, read, _ = _asked(desk, session)
    words = desk.voice.words

    def cells(_session: Any, leaf: Leaf) -> list[Any]:
        return [
            (
                one["id"],
                one["created_at"],
                one["updated_at"],
                words[f"c_{one['state']}"],
                words[f"t_{one['topic']}"],
                one["title"],
                one["size"],
                one["store"],
                one["language"],
                one["waiting_since"],
            )
            for one in leaf.items
        ]

    heads = ("id", "list_began", "list_said_last", "state", "list_topic", "list_product", "list_size", "place")
    return csv_answer(asked, "inbox", (*heads, "language", "list_waits_since"), read, cells, tells=True)


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
