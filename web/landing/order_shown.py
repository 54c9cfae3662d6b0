"""What the page of an order says: its state in words, where to collect it, and which one thing to do now."""

from typing import Any

from offers import visitors
from offers.order_browsers import Messages, messages_of
from offers.order_pages import OrderSeen, order_seen
from offers.rules.coupon_codes import CodeKeys
from offers.rules.page_links import is_page_mark, page_path
from web.landing import speaking
from web.landing.asking_shown import query_of
from web.landing.entering import PageForm, PageVisitor
from web.landing.showing import tidy
from web.landing.words import WORDS
from web.problems import ProblemError
from web.visitor.showing import panel
from web.visitor.words import WORDS as MESSAGE_WORDS

OPEN = ("placed", "ready", "on_the_way", "nearby", "arrived")
TO_SAY = (5, 10, 20, 30)
"""Minutes to choose from, by a tap."""
DAYS_READY = 1
"""After so many days the page says since when it is ready."""


def check(visitor: PageVisitor | PageForm, order: str, mark: str) -> None:
    """The same answer for an order that is none and for a mark that is not its own."""
    if not is_page_of(visitor.parts.codes, order, mark):
        raise ProblemError("not_found", 404, "There is no such order.")


def is_page_of(keys: CodeKeys, order: str, mark: str) -> bool:
    return is_page_mark(keys, "order", order, mark)


def here_of(visitor: PageVisitor, order: str) -> str:
    """The page's own address, in the language that was asked for."""
    return query_of(page_path(visitor.parts.codes, "order", order), {"lang": visitor.wanted})


def seen_of(visitor: PageVisitor, order: str) -> tuple[OrderSeen, visitors.Visitor | None, Messages]:
    """The order, the browser of the visitor's cookie, and what was agreed to."""
    now = visitor.parts.now()
    with visitor.parts.database.reading() as session:
        seen = order_seen(session, order, now=now)
        if seen is None:
            raise ProblemError("not_found", 404, "There is no such order.")
        device = visitors.find_visitor(session, visitor.device_id) if visitor.device_id else None
        return seen, device, messages_of(session, order, visitor.device_id, now=now)


def shown(visitor: PageVisitor, seen: OrderSeen, language: str, *, came_back: bool) -> dict[str, Any]:
    words, here = WORDS[language], page_path(visitor.parts.codes, "order", seen.id)
    onward = {"lang": visitor.wanted}
    name, is_open = name_of(seen), seen.status in OPEN
    awaited = is_open and (seen.payment in ("pending", "authorized") or (came_back and seen.can_be_paid))
    currency = seen.currency

    def money(thousandths: int | None) -> str | None:
        return speaking.money(thousandths, currency, language) if thousandths is not None and currency else None

    how_paid = words["o_is_paid"] if seen.payment == "paid" else words["o_pay_in_store"]
    knows_how_paid = is_open and name != "pending" and (seen.payment is not None or seen.scan_id is not None)
    return {
        "title": words[f"o_{name}_title"],
        "said": words["o_cancelled_shop" if name == "cancelled" and seen.cancelled_by == "server" else f"o_{name}"],
        "held": words["o_held_until"].format(until=_held_until(visitor, seen, language)) if seen.held_until else None,
        "since": _ready_since(visitor, seen, language),
        "code": seen.code if is_open and name != "pending" else None,
        "number": seen.number,
        "part": words["o_part"].format(part=seen.part[0], parts=seen.part[1]) if seen.part else None,
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
        "how_paid": how_paid if knows_how_paid else None,
        "store": _store(visitor, seen, language),
        "coming": coming(visitor, seen, name, language),
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
        "here": query_of(here, onward),
        "state_at": f"{here}/state{'?paid=1' if came_back else ''}",
    }


def coming(visitor: PageVisitor, seen: OrderSeen, name: str, language: str) -> dict[str, Any] | None:
    """The one thing to do now: say that one is on the way, then that one is here; none where nobody is expected."""
    if seen.status not in OPEN or name in ("pending", "attention", "differs"):
        return None
    words, here, onward = WORDS[language], page_path(visitor.parts.codes, "order", seen.id), {"lang": visitor.wanted}
    stage = {"placed": "way", "ready": "way", "arrived": "told"}.get(seen.status, "here")
    left = None
    if stage == "here" and seen.minutes_left is not None:
        left = words[_left(seen.minutes_left)].format(minutes=seen.minutes_left)
    return {
        "stage": stage,
        "left": left,
        "minutes": [(one, words["o_in_minutes"].format(minutes=one)) for one in TO_SAY],
        "on_my_way": query_of(f"{here}/on-my-way", onward),
        "here": query_of(f"{here}/here", onward),
        "not_coming": query_of(f"{here}/not-coming", onward) if seen.can_take_back else None,
        "told": _told(visitor, seen, language) if stage == "told" else None,
    }


def _left(minutes: int) -> str:
    return {0: "o_left_none", 1: "o_left_one"}.get(minutes, "o_left")


def _told(visitor: PageVisitor, seen: OrderSeen, language: str) -> str:
    """Since when the store knows."""
    at, now = seen.arrived_at or visitor.parts.now(), visitor.parts.now()
    zone = seen.store.time_zone if seen.store else "UTC"
    is_today = (now - at).days < 1 and speaking.day_of(at, zone) == speaking.day_of(now, zone)
    when = speaking.clock(at, zone) if is_today else speaking.end(at, now, zone, language)
    return WORDS[language]["o_told_since" if not seen.is_noticed else "o_noticed_since"].format(time=when)


def messages_shown(
    visitor: PageVisitor, seen: OrderSeen, device: visitors.Visitor | None, said: Messages, language: str, *, no: bool
) -> dict[str, Any]:
    """The question for consent, or what was agreed to; and `push`, the switch of this browser once it was."""
    here, onward = page_path(visitor.parts.codes, "order", seen.id), {"lang": visitor.wanted}
    is_open = seen.status in OPEN
    push = None
    if is_open and said.agreed and visitor.desk.key and not said.elsewhere:
        push = panel(visitor.desk.key, device if said.own else None, language)
        push |= {"alone": True, "doors": None if said.own else f"{here}/push", "scope": None if said.own else here}
    asks = is_open and not said.agreed and said.may_agree
    return {
        "v": MESSAGE_WORDS[language],
        "asks": asks and not no,
        "refused": asks and no,
        "agreed": said.agreed,
        "elsewhere": is_open and said.agreed and said.elsewhere,
        "not_here": is_open and not said.agreed and not said.may_agree,
        "to": query_of(f"{here}/messages", onward),
        "push": push,
    }


def name_of(seen: OrderSeen) -> str:
    """Which of the page's words say how it stands."""
    if seen.attention == "paid_but_cancelled":
        return "attention"
    if seen.attention == "amount_differs":
        return "differs"
    if seen.status == "cancelled":
        return {"payment": "unpaid", "held_for_long": "given_back"}.get(seen.cancelled_by or "", "cancelled")
    if seen.can_be_paid:
        return "pending"
    if seen.status == "arrived":
        return "here" if seen.ready_at else "here_early"
    if seen.status in ("on_the_way", "nearby"):
        return "coming" if seen.ready_at else "coming_early"
    if seen.status == "placed":
        return "paid" if seen.payment == "paid" else "placed" if seen.scan_id else "ordered"
    return seen.status


def _chosen(seen: OrderSeen) -> dict[str, str | None]:
    """The size and the store of an order, as the pages before it choose them."""
    return {"size": seen.items[0].size if seen.items else None, "store": seen.store.id if seen.store else None}


def _held_until(visitor: PageVisitor, seen: OrderSeen, language: str) -> str:
    zone = seen.store.time_zone if seen.store else "UTC"
    return speaking.end(seen.held_until or visitor.parts.now(), visitor.parts.now(), zone, language)


def _ready_since(visitor: PageVisitor, seen: OrderSeen, language: str) -> str | None:
    """Of what has waited for days. Until when it is kept only the store knows, and so it is not said."""
    now = visitor.parts.now()
    if seen.status != "ready" or seen.ready_at is None or (now - seen.ready_at).days < DAYS_READY:
        return None
    zone = seen.store.time_zone if seen.store else "UTC"
    return WORDS[language]["o_ready_since"].format(since=speaking.end(seen.ready_at, now, zone, language))


def _store(visitor: PageVisitor, seen: OrderSeen, language: str) -> dict[str, Any] | None:
    store = seen.store
    if store is None:
        return None
    lat, lon = f"{store.lat:.5f}", f"{store.lon:.5f}"
    number = "".join(one for one in store.phone or "" if one.isdigit() or one == "+")
    now = visitor.parts.now()
    return {
        "name": tidy(store.name),
        "address": tidy(store.address),
        "hours": speaking.hours(store, now, WORDS[language], language),
        "closing": speaking.closing(store, now, WORDS[language]),
        "open": store.is_open,
        "map": f"https://www.openstreetmap.org/?mlat={lat}&mlon={lon}#map=18/{lat}/{lon}",
        "call": f"tel:{number}" if number and store.is_open else None,
    }
