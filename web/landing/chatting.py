"""A conversation as its customer has it: what was said, a box, and what is new, asked for by a small script or by loading the page again."""

import re
from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query
from starlette.responses import RedirectResponse, Response

from offers import asking, conversations, visitors
from offers.asking import Chat, Said
from offers.errors import BadInput, Conflict, NotFound
from offers.rules.conversation import LONGEST_TEXT
from offers.rules.page_links import is_page_mark, page_path
from offers.rules.profile import Id
from web.aftermath import carry_out
from web.bodies import json_answer
from web.landing.asking_shown import AskingRoute, hours_said, near, query_of, usually_said
from web.landing.entering import Looks, PageForm, PageVisitor, Sends
from web.landing.rendering import render
from web.landing.words import WORDS
from web.visitor.showing import panel

router = APIRouter(prefix="/c", include_in_schema=False, route_class=AskingRoute)

ConversationId = Annotated[Id, Path()]
Mark = Annotated[str, Path(max_length=40)]
After = Annotated[str, Query(pattern=r"^[0-9a-z_]{0,40}$")]
_MESSAGE = re.compile(r"cms_[0-9a-z]{26}", re.ASCII)


@router.get("/{conversation_id}/{mark}")
def chat_page(visitor: Looks, conversation_id: ConversationId, mark: Mark) -> Response:
    """Who opens it has read it."""
    _refuse_other_marks(visitor, conversation_id, mark)
    chat, language = _chat(visitor, conversation_id)
    if chat.unread:
        _note_look(visitor, conversation_id)
    return _page(visitor, chat, language)


@router.get("/{conversation_id}/{mark}/state")
def news(visitor: Looks, conversation_id: ConversationId, mark: Mark, after: After = "") -> Response:
    """What was said after a message. Asked only by a page that somebody looks at, so it is read from here on."""
    _refuse_other_marks(visitor, conversation_id, mark)
    parts = visitor.parts
    with parts.database.reading() as session:
        state, unread, messages = asking.news(session, conversation_id, after)
        place = asking.chat(session, conversation_id, visitor.wanted, now=parts.now()) if messages else None
    if unread:
        _note_look(visitor, conversation_id)
    language = visitor.language(place.about.language if place else None)
    said = [_shown(one, place, visitor, language) for one in messages] if place else []
    return json_answer({"state": state, "said": WORDS[language][f"chat_state_{state}"], "messages": said})


@router.post("/{conversation_id}/{mark}")
def speak(visitor: Sends, conversation_id: ConversationId, mark: Mark) -> Response:
    """Say something more, or close."""
    _refuse_other_marks(visitor, conversation_id, mark)
    form, parts = visitor.form, visitor.parts
    chat, language = _chat(visitor, conversation_id)
    message_id = form.text("message")
    if not visitor.carries(conversation_id) or not _MESSAGE.fullmatch(message_id):
        return _page(visitor, chat, language, wrong="form_stale", status=403)
    try:
        with parts.database.transaction() as session:
            if form.on("close"):
                follows = conversations.close_as_customer(session, conversation_id, now=parts.now())
            else:
                said = form.text("said")
                follows = conversations.say(session, conversation_id, message_id, said, now=parts.now())
    except BadInput as refused:
        missing = refused.faults[0].message == "missing"
        return _page(visitor, chat, language, wrong="" if missing else f"ask_{refused.faults[0].message}", status=422)
    except Conflict as refused:
        return _page(visitor, chat, language, wrong=f"ask_{refused.reason}", status=409)
    carry_out(parts, follows)
    onward = f"?lang={visitor.wanted}" if visitor.wanted else ""
    return RedirectResponse(f"{page_path(parts.codes, 'conversation', conversation_id)}{onward}#write", 303)


def _refuse_other_marks(visitor: PageVisitor, conversation_id: str, mark: str) -> None:
    """An address that we did not give looks like one that is no more."""
    if not is_page_mark(visitor.parts.codes, "conversation", conversation_id, mark):
        raise NotFound("conversation")


def _chat(visitor: PageVisitor, conversation_id: str) -> tuple[Chat, str]:
    parts = visitor.parts
    with parts.database.reading() as session:
        device_id = visitor.device_id
        chat = asking.chat(session, conversation_id, visitor.wanted, now=parts.now(), device_id=device_id)
    return chat, visitor.language(chat.about.language)


def _note_look(visitor: PageVisitor, conversation_id: str) -> None:
    with visitor.parts.database.transaction() as session:
        conversations.look(session, conversation_id, now=visitor.parts.now())


def _shown(one: Said, chat: Chat, visitor: PageVisitor, language: str) -> dict[str, Any]:
    store = chat.about.store
    zone = store.zone if store else None
    at = near(one.at, visitor.parts.now(), zone, language) if zone else one.at.strftime("%H:%M")
    by = (store.name if store else "") if one.by_store else WORDS[language]["chat_you"]
    return {"id": one.id, "by_store": one.by_store, "by": by, "said": one.said, "at": one.at, "when": at}


def _back(visitor: PageVisitor, chat: Chat, words: Mapping[str, str]) -> tuple[str, str] | None:
    """To where it was asked: the order's page, or the scan's with size and store as they were."""
    onward = {"lang": visitor.wanted} if visitor.wanted else {}
    if chat.about.order is not None:
        return query_of(page_path(visitor.parts.codes, "order", chat.about.order), onward), words["o_to_order"]
    if chat.scan_id is None:
        return None
    store = chat.about.store.id if chat.about.store else None
    return query_of(f"/l/{chat.scan_id}", {"size": chat.about.size, "store": store, **onward}), words["back_to_offer"]


def _page(visitor: PageVisitor, chat: Chat, language: str, *, wrong: str = "", status: int = 200) -> Response:
    parts, words, store = visitor.parts, WORDS[language], chat.about.store
    with parts.database.reading() as session:
        known = visitors.find_visitor(session, visitor.device_id) if visitor.device_id else None
    is_theirs = known is not None and chat.in_own_browser
    return render(
        visitor.request,
        "chat.html",
        language,
        status=status,
        chat=chat,
        about=chat.about,
        store=store,
        hours=hours_said(store, parts.now(), language) if store else "",
        usually=usually_said(store, language) if store and chat.state == "waiting" else "",
        messages=[_shown(one, chat, visitor, language) for one in chat.messages],
        token=visitor.token(chat.id),
        message=conversations.new_message_id(),
        typed=visitor.form.text("said") if isinstance(visitor, PageForm) else "",
        wrong=words[wrong] if wrong else "",
        push=panel(visitor.desk.key, known if is_theirs else None, language),
        offers_push=is_theirs and visitor.desk.key is not None and chat.state != "closed",
        wanted=visitor.wanted,
        back=_back(visitor, chat, words),
        longest=LONGEST_TEXT,
    )
