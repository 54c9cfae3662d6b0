"""`/o/{order}/{mark}`: the page of one order, for who has its address; and what its customer may still do there."""

from typing import Any

from fastapi import APIRouter
from starlette.responses import RedirectResponse, Response

from offers import visitors
from offers.order_pages import OrderSeen, order_seen, version_of
from offers.paying import begin_again
from offers.reserving import cancel_order
from offers.rules.page_links import is_page_mark, page_path
from web.aftermath import carry_out
from web.bodies import json_answer
from web.landing import speaking
from web.landing.asking_shown import query_of
from web.landing.entering import Looks, PageForm, PageVisitor, Sends
from web.landing.paying import checkout_page, go_on_to_pay, heal
from web.landing.rendering import render
from web.landing.showing import tidy
from web.landing.telling import Action, stale_page, told_page
from web.landing.words import WORDS
from web.problems import ProblemError
from web.visitor.showing import panel

OPEN = ("placed", "ready", "on_the_way", "nearby", "arrived")
router = APIRouter(prefix="/o/{order}/{mark}", include_in_schema=False)


@router.get("")
def order_page(visitor: Looks, order: str, mark: str, paid: str | None = None) -> Response:
    """`paid`: the visitor comes back from a checkout; whether they paid is the provider's to say."""
    _check(visitor, order, mark)
    if paid is not None:
        heal(visitor.parts, order)
    seen, device = _seen(visitor, order)
    language = visitor.language(seen.language)
    return render(
        visitor.request,
        "order.html",
        language,
        p=_shown(visitor, seen, language, came_back=paid is not None),
        token=visitor.token(order),
        kept="&paid=1" if paid is not None else "",
        push=panel(visitor.desk.key, device, language) if seen.status in OPEN and visitor.desk.key else None,
    )


@router.get("/state")
def order_state(visitor: Looks, order: str, mark: str, paid: str | None = None) -> Response:
    """What the page's script looks at: another `version` for each change."""
    _check(visitor, order, mark)
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
    _check(visitor, order, mark)
    here = page_path(visitor.parts.codes, "order", order)
    if not visitor.carries(order):
        return stale_page(visitor, here)
    seen, _ = _seen(visitor, order)
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
    _check(visitor, order, mark)
    seen, _ = _seen(visitor, order)
    return checkout_page(visitor, order, visitor.language(seen.language))


@router.get("/cancel")
def cancel_page(visitor: Looks, order: str, mark: str) -> Response:
    """Asks once more; looking cancels nothing."""
    _check(visitor, order, mark)
    seen, _ = _seen(visitor, order)
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
    _check(visitor, order, mark)
    here = page_path(visitor.parts.codes, "order", order)
    if not visitor.carries(order):
        return stale_page(visitor, here)
    with visitor.parts.database.transaction() as session:
        outcome, follows = cancel_order(session, order, now=visitor.parts.now())
    carry_out(visitor.parts, follows)
    if outcome in ("paid", "too_late"):
        seen, _ = _seen(visitor, order)
        return _no_cancel(visitor, seen, here, visitor.language(seen.language))
    return RedirectResponse(here, 303)


def _no_cancel(visitor: PageVisitor, seen: OrderSeen, here: str, language: str) -> Response:
    words = WORDS[language]
    if seen.status == "cancelled":
        return RedirectResponse(here, 303)
    actions = [Action(words["o_to_order"], here, primary=True)]
    said = words["o_no_cancel"]
    return told_page(visitor, words["o_no_cancel_title"], said, actions=actions, status=409, language=language)


def _check(visitor: PageVisitor | PageForm, order: str, mark: str) -> None:
    """The same answer for an order that is none and for a mark that is not its own."""
    if not is_page_mark(visitor.parts.codes, "order", order, mark):
        raise ProblemError("not_found", 404, "There is no such order.")


def _seen(visitor: PageVisitor, order: str) -> tuple[OrderSeen, visitors.Visitor | None]:
    """The order, and the browser of the visitor's cookie."""
    with visitor.parts.database.reading() as session:
        seen = order_seen(session, order, now=visitor.parts.now())
        device = visitors.find_visitor(session, visitor.device_id) if visitor.device_id else None
    if seen is None:
        raise ProblemError("not_found", 404, "There is no such order.")
    return seen, device


def _shown(visitor: PageVisitor, seen: OrderSeen, language: str, *, came_back: bool) -> dict[str, Any]:
    words, here = WORDS[language], page_path(visitor.parts.codes, "order", seen.id)
    onward = {"lang": visitor.wanted}
    name, is_open = _name_of(seen), seen.status in OPEN
    awaited = is_open and (seen.payment in ("pending", "authorized") or (came_back and seen.can_be_paid))
    currency = seen.currency

    def money(thousandths: int | None) -> str | None:
        return speaking.money(thousandths, currency, language) if thousandths is not None and currency else None

    how_paid = words["o_is_paid"] if seen.payment == "paid" else words["o_pay_in_store"]
    return {
        "title": words[f"o_{name}_title"],
        "said": words["o_cancelled_shop" if name == "cancelled" and seen.cancelled_by == "server" else f"o_{name}"],
        "held": words["o_held_until"].format(until=_held_until(visitor, seen, language)) if seen.held_until else None,
        "code": seen.code if is_open and name != "pending" else None,
        "lines": [
            {
                "title": tidy(one.title),
                "size": one.size,
                "quantity": one.quantity,
                "price": money(one.price_thousandths),
            }
            for one in seen.items
        ],
        "total": money(seen.total_thousandths),
        "how_paid": how_paid if is_open and name != "pending" else None,
        "store": _store(visitor, seen, language),
        "pay": f"{here}/pay" if seen.can_be_paid and seen.payment in ("wanted", "open") else None,
        "cancel": query_of(f"{here}/cancel", onward) if seen.can_be_cancelled else None,
        "ask": query_of(f"{here}/ask", onward),
        "again": query_of(f"/l/{seen.scan_id}/reserve", {**_chosen(seen), **onward})
        if seen.scan_id and seen.status == "cancelled"
        else None,
        "open": is_open,
        "awaited": awaited,
        "follow": is_open,
        "version": seen.version,
        "state_at": f"{here}/state{'?paid=1' if came_back else ''}",
    }


def _chosen(seen: OrderSeen) -> dict[str, str | None]:
    """The size and the store of an order, as the pages before it choose them."""
    return {"size": seen.items[0].size if seen.items else None, "store": seen.store.id if seen.store else None}


def _name_of(seen: OrderSeen) -> str:
    """Which of the page's words say how it stands."""
    if seen.attention == "paid_but_cancelled":
        return "attention"
    if seen.attention == "amount_differs":
        return "differs"
    if seen.status == "cancelled":
        return {"payment": "unpaid", "held_for_long": "given_back"}.get(seen.cancelled_by or "", "cancelled")
    if seen.can_be_paid:
        return "pending"
    if seen.status in ("on_the_way", "nearby", "arrived"):
        return "coming"
    return "paid" if seen.status == "placed" and seen.payment == "paid" else seen.status


def _held_until(visitor: PageVisitor, seen: OrderSeen, language: str) -> str:
    zone = seen.store.time_zone if seen.store else "UTC"
    return speaking.end(seen.held_until or visitor.parts.now(), visitor.parts.now(), zone, language)


def _store(visitor: PageVisitor, seen: OrderSeen, language: str) -> dict[str, Any] | None:
    store = seen.store
    if store is None:
        return None
    lat, lon = f"{store.lat:.5f}", f"{store.lon:.5f}"
    number = "".join(one for one in store.phone or "" if one.isdigit() or one == "+")
    return {
        "name": tidy(store.name),
        "address": tidy(store.address),
        "hours": speaking.hours(store, visitor.parts.now(), WORDS[language], language),
        "open": store.is_open,
        "map": f"https://www.openstreetmap.org/?mlat={lat}&mlon={lon}#map=18/{lat}/{lon}",
        "call": f"tel:{number}" if number and store.is_open else None,
    }
