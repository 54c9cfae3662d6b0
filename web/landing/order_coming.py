"""`/o/{order}/{mark}/…`: what its customer says on an order's page: on my way, here, not coming; yes or no to messages."""

from collections.abc import Callable

from fastapi import APIRouter
from starlette.responses import RedirectResponse, Response

from offers import order_browsers
from offers.coming import LEAST_MINUTES, MOST_MINUTES, Said, say_here, say_not_coming, say_on_my_way
from offers.order_browsers import Wording
from web.aftermath import carry_out
from web.landing.entering import PageForm, Sends
from web.landing.order_shown import check, here_of
from web.landing.telling import stale_page
from web.parts import Parts
from web.tongues import LANGUAGES
from web.visitor.words import TEXT_VERSION

router = APIRouter(prefix="/o/{order}/{mark}", include_in_schema=False)


@router.post("/on-my-way")
def on_my_way(visitor: Sends, order: str, mark: str) -> Response:
    """`minutes`, if one of the buttons with a time was tapped. What is no such number is as if none was said."""
    return _said(
        visitor,
        order,
        mark,
        lambda parts: _on_my_way(parts, order, _minutes(visitor.form.text("minutes"))),
    )


@router.post("/here")
def here(visitor: Sends, order: str, mark: str) -> Response:
    return _said(visitor, order, mark, lambda parts: _here(parts, order))


@router.post("/not-coming")
def not_coming(visitor: Sends, order: str, mark: str) -> Response:
    return _said(visitor, order, mark, lambda parts: _not_coming(parts, order))


@router.post("/messages")
def say_of_messages(visitor: Sends, order: str, mark: str) -> Response:
    """`to`: `agree`, `refuse`, which writes nothing, or `withdraw`."""
    check(visitor, order, mark)
    back, to = here_of(visitor, order), visitor.form.text("to")
    if not visitor.carries(order):
        return stale_page(visitor, back)
    if to in ("agree", "withdraw"):
        parts, shown_in = visitor.parts, visitor.form.text("language")
        wording = Wording(TEXT_VERSION, shown_in if shown_in in LANGUAGES else visitor.language())
        with parts.database.transaction() as session:
            _, follows = order_browsers.say_of_messages(
                session,
                order,
                visitor.device_id,
                given=to == "agree",
                wording=wording,
                now=parts.now(),
            )
        carry_out(parts, follows)
    no = f"{'&' if '?' in back else '?'}no=1" if to == "refuse" else ""
    return _to(f"{back}{no}#messages")


def _said(visitor: PageForm, order: str, mark: str, say: Callable[[Parts], Said]) -> Response:
    """What is said of an order that is closed changes nothing, and its page says that it is."""
    check(visitor, order, mark)
    if not visitor.carries(order):
        return stale_page(visitor, here_of(visitor, order))
    carry_out(visitor.parts, say(visitor.parts).follows)
    return _to(here_of(visitor, order))


def _on_my_way(parts: Parts, order: str, minutes: int | None) -> Said:
    with parts.database.transaction() as session:
        return say_on_my_way(session, order, customer_id=None, minutes=minutes, source="page", now=parts.now())


def _here(parts: Parts, order: str) -> Said:
    with parts.database.transaction() as session:
        return say_here(session, order, customer_id=None, source="page", now=parts.now())


def _not_coming(parts: Parts, order: str) -> Said:
    with parts.database.transaction() as session:
        return say_not_coming(session, order, customer_id=None, source="page", now=parts.now())


def _minutes(text: str) -> int | None:
    minutes = int(text) if text.isascii() and text.isdigit() and len(text) < 4 else 0
    return minutes if LEAST_MINUTES <= minutes <= MOST_MINUTES else None


def _to(path: str) -> Response:
    return RedirectResponse(path, 303, headers={"cache-control": "no-store"})
