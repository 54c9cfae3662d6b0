"""`/l/{scan}/reserve` and `/l/{scan}/buy`: what a visitor confirms before a piece is theirs, and what to do next where it can not be."""

import secrets
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlencode

from fastapi import APIRouter
from starlette.responses import RedirectResponse, Response

from offers.landing import LandAsked, land
from offers.reserving import DONE, ReserveAsked, Reserved, reserve
from offers.rules.landing import Item, Landing, Store
from offers.rules.page_links import page_path
from offers.rules.page_order import nonce_of
from web.aftermath import carry_out
from web.landing import speaking
from web.landing.entering import Looks, PageForm, PageVisitor, Sends
from web.landing.paying import go_on_to_pay
from web.landing.rendering import render
from web.landing.showing import tidy
from web.landing.telling import Action, stale_page, told_page
from web.landing.words import WORDS
from web.problems import ProblemError

MOST_TEXT = 100
router = APIRouter(include_in_schema=False)


@dataclass(frozen=True, slots=True)
class _Chosen:
    """What address or form choose; checked only for being text."""

    size: str | None = None
    store: str | None = None


@router.get("/l/{scan}/reserve")
def reserve_page(visitor: Looks, scan: str, size: str | None = None, store: str | None = None) -> Response:
    """Looking takes nothing: the piece is taken when the form is sent."""
    return _confirm_page(visitor, scan, _Chosen(_text(size), _text(store)))


@router.post("/l/{scan}/reserve")
def reserve_piece(visitor: Sends, scan: str) -> Response:
    return _confirmed(visitor, scan, pays=False)


@router.post("/l/{scan}/buy")
def buy_piece(visitor: Sends, scan: str) -> Response:
    """Reserves like the other and goes on to the checkout; first the page to confirm, where the form comes without one's nonce."""
    return _confirmed(visitor, scan, pays=True)


def _confirmed(visitor: PageForm, scan: str, *, pays: bool) -> Response:
    parts, form = visitor.parts, visitor.form
    if not visitor.carries(scan):
        return stale_page(visitor, f"/l/{quote(scan, safe='')}/reserve")
    chosen = _Chosen(_text(form.text("size")), _text(form.text("store")))
    if not form.text("nonce"):
        return _confirm_page(visitor, scan, chosen)
    landed = _landed(visitor, scan, chosen)
    if landed.item is None:
        raise ProblemError("not_found", 404, "There is no such page.")
    visitor.count_order()
    pays = pays and parts.payments is not None
    asked = ReserveAsked(
        scan_id=scan,
        device_id=visitor.device_id,
        sku=landed.item.sku,
        size=chosen.size,
        place=chosen.store or "",
        seen_thousandths=_number(form.text("seen")),
        nonce=form.text("nonce")[:MOST_TEXT],
        language=landed.language,
        name=tidy(form.text("name"))[:40] or None,
        provider=parts.payments.name if pays and parts.payments else None,
    )
    with parts.database.transaction() as session:
        done = reserve(session, asked, keys=parts.codes, now=parts.now())
    carry_out(parts, done.follows)
    if done.outcome not in DONE or done.order_id is None:
        return _not_done(visitor, landed, done, chosen)
    if done.payment_id is not None:
        answer = go_on_to_pay(visitor, done.order_id, landed.language)
    else:
        answer = RedirectResponse(page_path(parts.codes, "order", done.order_id), 303)
    if done.device_id is not None:
        visitor.desk.cookie.keep(answer, done.device_id, parts.clock())
    return answer


def _not_done(visitor: PageForm, landed: Landing, done: Reserved, chosen: _Chosen) -> Response:
    """What stood in the way, and the next thing to do. Nothing was done."""
    scan, words = landed.scan_id or "", WORDS[landed.language]
    match done.outcome:
        case "price_changed":
            # the same nonce is still good: nothing was made of it
            return _confirm_page(
                visitor,
                scan,
                chosen,
                alarm=words["o_price_changed"],
                price=done.price_thousandths,
                nonce=visitor.form.text("nonce")[:MOST_TEXT],
            )
        case "sold_out":
            return _sold_out(visitor, landed, chosen)
        case "unknown_size":
            return _confirm_page(visitor, scan, _Chosen(None, chosen.store), alarm=words["o_unknown_size"])
        case "too_old":
            return _confirm_page(visitor, scan, chosen, alarm=words["o_too_old"])
    name = "too_many" if done.outcome == "too_many" else "not_now"
    back = [Action(words["o_back"], _offer(visitor, scan, chosen), primary=True)]
    return told_page(
        visitor,
        words[f"o_{name}_title"],
        words[f"o_{name}"],
        actions=back,
        status=409,
        language=landed.language,
    )


def _sold_out(visitor: PageForm, landed: Landing, chosen: _Chosen) -> Response:
    """The nearest other store that hands over and has the size; where none has it, the offer's page shows the next best."""
    words, scan = WORDS[landed.language], landed.scan_id or ""
    before = next((one.name for one in landed.stores if one.id == chosen.store), None)
    other = next((one for one in landed.stores if one.id != chosen.store and one.pickup and one.has(chosen.size)), None)
    if other is not None and before is not None:
        said = words["o_sold_out_next"].format(store=tidy(before))
        return _confirm_page(visitor, scan, _Chosen(chosen.size, other.id), alarm=said)
    actions = [
        Action(words["o_back"], _offer(visitor, scan, chosen), primary=True),
        Action(words["ask"], _offer(visitor, scan, chosen, "/ask")),
    ]
    return told_page(
        visitor,
        words["o_sold_out_title"],
        words["o_sold_out"],
        actions=actions,
        status=409,
        language=landed.language,
    )


def _landed(visitor: PageVisitor, scan: str, chosen: _Chosen) -> Landing:
    asked = LandAsked(
        _text(scan) or "", visitor.device_id, visitor.language(), visitor.wanted is not None, chosen.size, chosen.store
    )
    with visitor.parts.database.reading() as session:
        landed = land(session, asked, keys=visitor.parts.codes, now=visitor.parts.now())
    if landed is None:
        raise ProblemError("not_found", 404, "There is no such page.")
    return landed


def _confirm_page(
    visitor: PageVisitor,
    scan: str,
    chosen: _Chosen,
    *,
    alarm: str | None = None,
    price: int | None = None,
    nonce: str | None = None,
) -> Response:
    """`price` is what it costs by now, where that is not what the offer's page says; with a `nonce` the form goes on as the one before."""
    landed = _landed(visitor, scan, chosen)
    item, store = landed.item, _store(landed, chosen)
    back = f"/l/{quote(scan, safe='')}"
    if item is None or landed.state != "live":
        return RedirectResponse(back + _query(lang=visitor.wanted), 303)
    words, language, parts = WORDS[landed.language], landed.language, visitor.parts
    if store is None:
        actions = [
            Action(words["o_back"], _offer(visitor, scan, chosen), primary=True),
            Action(words["ask"], _offer(visitor, scan, chosen, "/ask")),
        ]
        return told_page(
            visitor,
            words["o_sold_out_title"],
            words["o_sold_out"],
            actions=actions,
            status=200 if alarm is None else 409,
            language=language,
        )
    seen = item.now_thousandths if price is None else price
    pays = parts.payments is not None and bool(seen) and item.currency is not None
    tail = _query(lang=visitor.wanted)
    shown = {
        "alarm": alarm,
        "product": tidy(item.title),
        "price": None if seen is None or item.currency is None else speaking.money(seen, item.currency, language),
        "seen": "" if seen is None else seen,
        "nonce": nonce or nonce_of(parts.now(), secrets.token_urlsafe(15)),
        "size": _size(item, store, chosen),
        "sizes": _sizes(item, store, language),
        "store_id": store.id,
        "store": _told_store(landed, store, visitor),
        "reserve": f"{back}/reserve{tail}",
        "buy": f"{back}/buy{tail}" if pays else None,
        "demo": parts.settings.payments == "demo",
        "back": _offer(visitor, scan, chosen),
        "asks_name": landed.known is None or (landed.known.anonymous and not landed.known.first_name),
    }
    page = render(
        visitor.request,
        "reserve.html",
        language,
        status=200 if alarm is None else 409,
        p=shown,
        token=visitor.token(scan),
        kept=_query(size=chosen.size, store=chosen.store).replace("?", "&"),
    )
    # kept for the way back, which then shows the same form with the same nonce; it holds nothing that its reader was not told
    page.headers["cache-control"] = "private, no-cache"
    return page


def _offer(visitor: PageVisitor, scan: str, chosen: _Chosen, below: str = "") -> str:
    """The offer's page, or one below it, with what was chosen."""
    chosen_there = _query(size=chosen.size, store=chosen.store, lang=visitor.wanted)
    return f"/l/{quote(scan, safe='')}{below}{chosen_there}"


def _store(landed: Landing, chosen: _Chosen) -> Store | None:
    """The chosen one while it hands over and has it, else the nearest that does."""
    size = chosen.size or (landed.item.size if landed.item else None)
    able = [one for one in landed.stores if one.pickup and one.has(None)]
    for wanted in (size, None):
        having = [one for one in able if one.has(wanted)]
        if found := next((one for one in having if one.id == chosen.store), next(iter(having), None)):
            return found
    return None


def _size(item: Item, store: Store, chosen: _Chosen) -> str | None:
    size = chosen.size or item.size
    return size if size is not None and size in item.sizes and store.has(size) else None


def _sizes(item: Item, store: Store, language: str) -> list[dict[str, Any]]:
    gone = WORDS[language]["o_size_gone"]
    return [
        {"size": size, "gone": not store.has(size), "label": size if store.has(size) else gone.format(size=size)}
        for size in item.sizes
    ]


def _told_store(landed: Landing, store: Store, visitor: PageVisitor) -> dict[str, Any]:
    words, language = WORDS[landed.language], landed.language
    return {
        "name": tidy(store.name),
        "address": tidy(store.address),
        "way": None if landed.in_store else speaking.way(store, words, language),
        "hours": speaking.hours(store, visitor.parts.now(), words, language),
        "open": store.is_open,
        "stock": None,
        "has": True,
    }


def _text(text: str | None) -> str | None:
    return text if text and len(text) <= MOST_TEXT and text.isprintable() else None


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 15 else None


def _query(**values: str | None) -> str:
    said = urlencode({name: value for name, value in values.items() if value})
    return f"?{said}" if said else ""
