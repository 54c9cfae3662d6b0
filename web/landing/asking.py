"""Asking a store, from a scan's page or an order's: what it is about is one tap, and leads to the conversation."""

import hmac
import re
from collections.abc import Callable, Mapping
from typing import Annotated

from fastapi import APIRouter, Path, Query
from starlette.responses import RedirectResponse, Response

from offers import asking, conversations
from offers.asking import About, Wanted
from offers.conversations import Asked, Question
from offers.errors import BadInput, Conflict, NotFound
from offers.records.database import LOST_A_RACE
from offers.rules.conversation import LONGEST_TEXT, TOPICS, Topic
from offers.rules.page_links import is_page_mark, page_path
from offers.rules.profile import Id
from web.aftermath import carry_out
from web.landing.asking_shown import AskingRoute, first_question, hours_said, query_of, told_page, usually_said
from web.landing.entering import Looks, PageForm, PageVisitor, Sends
from web.landing.rendering import render
from web.landing.words import WORDS

router = APIRouter(include_in_schema=False, route_class=AskingRoute)

ScanId = Annotated[Id, Path()]
OrderId = Annotated[str, Path(max_length=200, pattern=r"^[^\x00-\x1f]+$")]
Mark = Annotated[str, Path(max_length=40)]
Short = Annotated[str | None, Query(max_length=100)]
_CONVERSATION = re.compile(r"cnv_[0-9a-z]{26}", re.ASCII)


@router.get("/l/{scan_id}/ask")
def ask_page(visitor: Looks, scan_id: ScanId, size: Short = None, store: Short = None, topic: Short = None) -> Response:
    """What it is about, filled in; call now, or ask."""
    about, language = _of_scan(visitor, scan_id, Wanted(_plain(store), _plain(size)))
    return _page(visitor, scan_id, about, language, first=topic)


@router.post("/l/{scan_id}/ask")
def ask(visitor: Sends, scan_id: ScanId) -> Response:
    form = visitor.form
    about, language = _of_scan(visitor, scan_id, Wanted(form.or_none("store"), form.or_none("size")))

    def carry(question: Question) -> Asked:
        with visitor.parts.database.transaction() as session:
            now = visitor.parts.now()
            return conversations.ask_about_scan(session, scan_id, visitor.device_id, question, now=now)

    return _ask(visitor, scan_id, about, language, carry)


@router.get("/o/{order_id}/{mark}/ask")
def ask_page_of_order(visitor: Looks, order_id: OrderId, mark: Mark, topic: Short = None) -> Response:
    about, language = _of_order(visitor, order_id, mark)
    return _page(visitor, f"order:{order_id}", about, language, first=topic or "pickup")


@router.post("/o/{order_id}/{mark}/ask")
def ask_of_order(visitor: Sends, order_id: OrderId, mark: Mark) -> Response:
    about, language = _of_order(visitor, order_id, mark)

    def carry(question: Question) -> Asked:
        with visitor.parts.database.transaction() as session:
            now = visitor.parts.now()
            return conversations.ask_about_order(session, order_id, visitor.device_id, question, now=now)

    return _ask(visitor, f"order:{order_id}", about, language, carry)


def _of_scan(visitor: PageVisitor, scan_id: str, wanted: Wanted) -> tuple[About, str]:
    parts = visitor.parts
    with parts.database.reading() as session:
        about = asking.about_scan(session, scan_id, visitor.device_id, wanted, visitor.wanted, now=parts.now())
        language = visitor.language(about.language)
        if language != visitor.wanted:  # the title is to be in the page's language, which only now is known
            about = asking.about_scan(session, scan_id, visitor.device_id, wanted, language, now=parts.now())
    return about, language


def _of_order(visitor: PageVisitor, order_id: str, mark: str) -> tuple[About, str]:
    parts = visitor.parts
    if not is_page_mark(parts.codes, "order", order_id, mark):
        raise NotFound("order")
    with parts.database.reading() as session:
        about = asking.about_order(session, order_id, visitor.wanted, now=parts.now())
        language = visitor.language(about.language)
        if language != visitor.wanted:
            about = asking.about_order(session, order_id, language, now=parts.now())
    return about, language


def _ask(visitor: PageForm, scope: str, about: About, language: str, carry: Callable[[Question], Asked]) -> Response:
    form, parts = visitor.form, visitor.parts
    topic = _topic(form.text("topic")) or "other"
    conversation_id = form.text("conversation")
    if not visitor.carries(scope) or not _is_sealed(visitor, conversation_id):
        return _page(visitor, scope, about, language, wrong="form_stale", status=403)
    if about.store is None:
        raise NotFound("store")
    question = Question(
        conversation_id=conversation_id,
        topic=topic,
        said=form.text("said") or first_question(topic, about, language),
        language=language,
        place_id=about.store.id,
        sku=about.sku,
        size=about.size,
    )
    try:
        asked = _carried(carry, question)
    except BadInput as refused:
        wrong = f"ask_{refused.faults[0].message}" if refused.faults[0].path == "said" else "ask_not_ours_why"
        return _page(visitor, scope, about, language, wrong=wrong, status=422)
    except Conflict as refused:
        return _page(visitor, scope, about, language, wrong=f"ask_{refused.reason}", status=409)
    carry_out(parts, asked.follows)
    onward = f"?lang={visitor.wanted}" if visitor.wanted else ""
    path = page_path(parts.codes, "conversation", asked.conversation_id)
    answer = RedirectResponse(f"{path}{onward}", 303)
    if asked.device_id is not None:
        visitor.desk.cookie.keep(answer, asked.device_id, parts.clock())
    return answer


def _carried(carry: Callable[[Question], Asked], question: Question) -> Asked:
    """Once more when the same form came at the same moment from a browser without our cookie: who lost finds what was asked."""
    try:
        return carry(question)
    except LOST_A_RACE:
        return carry(question)


def _is_sealed(visitor: PageForm, conversation_id: str) -> bool:
    """Whether our own page made this id: nobody asks under one that they know from elsewhere, and is led to its conversation."""
    seal = visitor.token(f"ask {conversation_id}")
    sent = visitor.form.text("seal")
    return bool(_CONVERSATION.fullmatch(conversation_id)) and hmac.compare_digest(seal.encode(), sent.encode())


def _topic(named: str | None) -> Topic | None:
    return next((one for one in TOPICS if one == named), None)


def _plain(text: str | None) -> str | None:
    """What no database takes is read over."""
    return (text or "").replace("\0", "") or None


def _back(
    visitor: PageVisitor, scope: str, about: About, chosen: Mapping[str, str | None], words: Mapping[str, str]
) -> tuple[str, str]:
    """To the page that led here, with what was chosen there."""
    onward = {"lang": visitor.wanted}
    if about.order is not None:
        return query_of(page_path(visitor.parts.codes, "order", about.order), onward), words["o_to_order"]
    return query_of(f"/l/{scope}", {**chosen, **onward}), words["back_to_offer"]


def _page(
    visitor: PageVisitor,
    scope: str,
    about: About,
    language: str,
    *,
    first: str | None = None,
    wrong: str = "",
    status: int = 200,
) -> Response:
    """`first` is the topic that stands first. What was typed stays, whatever was `wrong`."""
    if about.store is None:
        return told_page(visitor.request, "ask_no_store", 404)
    now, words = visitor.parts.now(), WORDS[language]
    conversation_id = conversations.new_conversation_id()
    with visitor.parts.database.reading() as session:
        open_ones = asking.open_ones(session, visitor.device_id)
    typed = visitor.form.text("said") if isinstance(visitor, PageForm) else ""
    chosen = {"size": None if about.order else about.size, "store": None if about.order else about.store.id}
    topics = sorted(TOPICS, key=lambda one: one != first)
    return render(
        visitor.request,
        "asking.html",
        language,
        status=status,
        about=about,
        store=about.store,
        hours=hours_said(about.store, now, language),
        usually=usually_said(about.store, language),
        topics=[(one, words[f"ask_topic_{one}"], first_question(one, about, language)) for one in topics],
        open_ones=[
            (page_path(visitor.parts.codes, "conversation", one), words[f"ask_topic_{topic}"])
            for one, topic in open_ones
        ],
        token=visitor.token(scope),
        conversation=conversation_id,
        seal=visitor.token(f"ask {conversation_id}"),
        typed=typed,
        wrong=words[wrong] if wrong else "",
        wanted=visitor.wanted,
        kept=query_of("", chosen).replace("?", "&"),
        back=_back(visitor, scope, about, chosen, words),
        longest=LONGEST_TEXT,
    )
