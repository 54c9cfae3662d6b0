"""`/o/{order}/{mark}`: the page of one order, for who has its address; and what its customer may still do there."""

from fastapi import APIRouter
from starlette.responses import RedirectResponse, Response

from offers.order_pages import OrderSeen, version_of
from offers.paying import begin_again
from offers.reserving import cancel_order
from offers.rules.page_links import page_path
from web.aftermath import carry_out
from web.bodies import json_answer
from web.landing.asking_shown import query_of
from web.landing.entering import Looks, PageVisitor, Sends
from web.landing.order_shown import check, messages_shown, seen_of, shown
from web.landing.paying import checkout_page, go_on_to_pay, heal
from web.landing.rendering import render
from web.landing.telling import Action, stale_page, told_page
from web.landing.words import WORDS
from web.problems import ProblemError

router = APIRouter(prefix="/o/{order}/{mark}", include_in_schema=False)


@router.get("")
def order_page(visitor: Looks, order: str, mark: str, paid: str | None = None, no: str | None = None) -> Response:
    """`paid`: the visitor comes back from a checkout; whether they paid is the provider's to say. `no`: they have just refused messages."""
    check(visitor, order, mark)
    if paid is not None:
        heal(visitor.parts, order)
    seen, device, said = seen_of(visitor, order)
    language = visitor.language(seen.language)
    messages = messages_shown(visitor, seen, device, said, language, no=no is not None)
    return render(
        visitor.request,
        "order.html",
        language,
        p=shown(visitor, seen, language, came_back=paid is not None),
        token=visitor.token(order),
        kept="&paid=1" if paid is not None else "",
        m=messages,
        push=messages["push"],
    )


@router.get("/state")
def order_state(visitor: Looks, order: str, mark: str, paid: str | None = None) -> Response:
    """What the page's script looks at: another `version` for each change."""
    check(visitor, order, mark)
    if paid is not None:
        heal(visitor.parts, order)
    with visitor.parts.database.reading() as session:
        version = version_of(session, order)
    if version is None:
        raise ProblemError("not_found", 404, "There is no such order.")
    return json_answer({"version": version})


@router.post("/pay")
def pay_order(visitor: Sends, order: str, mark: str) -> Response:
    """On with a payment that stopped half-way, or to its checkout again."""
    check(visitor, order, mark)
    here = page_path(visitor.parts.codes, "order", order)
    if not visitor.carries(order):
        return stale_page(visitor, here)
    seen, _, _ = seen_of(visitor, order)
    if not seen.can_be_paid or visitor.parts.payments is None:
        return RedirectResponse(here, 303)
    with visitor.parts.database.transaction() as session:
        begin_again(session, order, visitor.parts.payments.name, now=visitor.parts.now())
    return go_on_to_pay(visitor, order, visitor.language(seen.language))


@router.get("/pay")
def pay_page(visitor: Looks, order: str, mark: str) -> Response:
    """The last page of ours before the checkout: it says the amount, has a link, and moves on by itself. Looking begins nothing.

    Browsers put what a page without a delay leads to in its place, so the way back from the checkout leads to what was before; whoever comes here
    when nothing is to be paid any more is led to the order.
    """
    check(visitor, order, mark)
    seen, _, _ = seen_of(visitor, order)
    return checkout_page(visitor, order, visitor.language(seen.language))


@router.get("/cancel")
def cancel_page(visitor: Looks, order: str, mark: str) -> Response:
    """Asks once more; looking cancels nothing."""
    check(visitor, order, mark)
    seen, _, _ = seen_of(visitor, order)
    language = visitor.language(seen.language)
    words, here = WORDS[language], page_path(visitor.parts.codes, "order", order)
    if not seen.can_be_cancelled:
        return _no_cancel(visitor, seen, here, language)
    actions = [
        Action(words["o_cancel_not"], query_of(here, {"lang": visitor.wanted}), primary=True),
        Action(words["o_cancel_do"], f"{here}/cancel", fields=(("token", visitor.token(order)),)),
    ]
    return told_page(visitor, words["o_cancel_title"], words["o_cancel_ask"], actions=actions, language=language)


@router.post("/cancel")
def cancel(visitor: Sends, order: str, mark: str) -> Response:
    check(visitor, order, mark)
    here = page_path(visitor.parts.codes, "order", order)
    if not visitor.carries(order):
        return stale_page(visitor, here)
    with visitor.parts.database.transaction() as session:
        outcome, follows = cancel_order(session, order, now=visitor.parts.now())
    carry_out(visitor.parts, follows)
    if outcome in ("paid", "too_late"):
        seen, _, _ = seen_of(visitor, order)
        return _no_cancel(visitor, seen, here, visitor.language(seen.language))
    return RedirectResponse(here, 303)


def _no_cancel(visitor: PageVisitor, seen: OrderSeen, here: str, language: str) -> Response:
    words = WORDS[language]
    if seen.status == "cancelled":
        return RedirectResponse(here, 303)
    actions = [Action(words["o_to_order"], here, primary=True)]
    said = words["o_no_cancel"]
    return told_page(visitor, words["o_no_cancel_title"], said, actions=actions, status=409, language=language)
