"""The inbox: which customers wait for a store, what one of them asks about, and how well it goes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from offers.errors import NotFound
from offers.records.items import conversation_item
from offers.records.queries import conversations as queries
from offers.records.queries import customers as customer_queries
from offers.records.queries import orders as order_queries
from offers.records.queries import places as place_queries
from offers.records.queries import products as product_queries
from offers.records.queries.history import Asked
from offers.records.tables import Conversation, Customer, Product
from offers.rules.conversation import BUYS_WITHIN, LEAST_MEASURED, median_s
from offers.rules.leafing import Leaf, Turn
from offers.rules.local_time import clock_of
from offers.rules.localised import said_in
from offers.rules.values import language_chain

LOOKS_BACK = timedelta(days=30)
PREVIEW = 160
"""Characters of the last message in a list of the console."""


@dataclass(frozen=True, slots=True)
class Measured:
    """How it went over LOOKS_BACK. What rests on fewer than LEAST_MEASURED conversations is none."""

    conversations: int
    median_s: int | None
    """From the question to the first answer, of those that were answered."""
    bought_percent: int | None
    """Of those that began more than BUYS_WITHIN ago: a purchase, or an order made on a page, of the same customer within that time."""


def count_waiting(session: Session) -> int:
    """How many wait for an answer."""
    return queries.count_waiting(session)


def leaf_inbox(session: Session, place: str | None, state: str | None, language: str, turn: Turn) -> Leaf:
    """A page of conversations as the inbox shows them: who waits first, the longest on top, unless asked otherwise. Of the customer the first
    name only. `BadInput` for an order or a cursor that there is not.
    """
    leaf = queries.leaf_of_conversations(session, place, state, turn)
    return leaf.holding(_shown(session, leaf.items, language))


def _shown(session: Session, rows: Sequence[Conversation], language: str) -> list[dict[str, Any]]:
    last = queries.last_messages(session, (row.id for row in rows))
    people = customer_queries.customers_by_id(session, (row.customer_id for row in rows))
    products = product_queries.products_by_sku(session, {row.sku for row in rows if row.sku})
    places = place_queries.places_by_id(session, (row.place_id for row in rows if row.place_id))
    return [
        {
            **conversation_item(row),
            "first_name": _first_name(people.get(row.customer_id)),
            "title": _title(products.get(row.sku or ""), row.sku, language),
            "store": places[row.place_id].name if row.place_id in places else None,
            "last": last[row.id].said[:PREVIEW] if row.id in last else "",
            "last_sender": last[row.id].sender if row.id in last else None,
        }
        for row in rows
    ]


def show_conversation(session: Session, conversation_id: str, language: str) -> dict[str, Any]:
    """One conversation for who answers it: what was said and by whom, what it is about, what the store has of it, and their order."""
    row = _there(session, conversation_id)
    messages = queries.messages_of(session, conversation_id)
    names = queries.names_of_staff(session, (one.user_id for one in messages if one.user_id))
    customer = customer_queries.customer_by_id(session, row.customer_id)
    product = product_queries.product_by_sku(session, row.sku) if row.sku else None
    place = place_queries.place_by_id(session, row.place_id) if row.place_id else None
    order = order_queries.order_by_id(session, row.order_id) if row.order_id else None
    return {
        **conversation_item(row),
        "first_name": _first_name(customer),
        "title": _title(product, row.sku, language),
        "title_theirs": _title(product, row.sku, row.language),
        "store": place.name if place else None,
        "pieces": _pieces(product, row.place_id) if product else None,
        "order_status": order.status if order else None,
        "messages": [
            {"id": one.id, "sender": one.sender, "by": names.get(one.user_id or ""), "said": one.said, "at": one.at}
            for one in messages
        ],
    }


def list_conversations(session: Session, asked: Asked) -> tuple[list[dict[str, Any]], str | None]:
    """The newest first, without what was said; and the cursor of the next page."""
    rows = [conversation_item(row) for row in queries.conversations(session, asked)]
    more = len(rows) > asked.limit
    return rows[: asked.limit], rows[asked.limit - 1]["id"] if more else None


def get_conversation(session: Session, conversation_id: str) -> dict[str, Any]:
    """One conversation with what was said."""
    row = _there(session, conversation_id)
    said = [
        {"id": one.id, "sender": one.sender, "user": one.user_id, "said": one.said, "at": one.at}
        for one in queries.messages_of(session, conversation_id)
    ]
    return {**conversation_item(row), "messages": said}


def measure(session: Session, *, now: datetime, place: str | None = None) -> Measured:
    """Over the last 30 days: two queries, however many there were."""
    rows = queries.begun_between(session, now - LOOKS_BACK, now, place)
    waits = [row.first_answered_at - row.created_at for row in rows if row.first_answered_at]
    settled = [row for row in rows if row.created_at <= now - BUYS_WITHIN]
    bought = _bought(session, settled) if len(settled) >= LEAST_MEASURED else set()
    return Measured(
        len(rows),
        median_s(waits) if len(waits) >= LEAST_MEASURED else None,
        round(100 * len(bought) / len(settled)) if len(settled) >= LEAST_MEASURED else None,
    )


def count_by_day(session: Session, since: datetime, place: str | None, *, now: datetime) -> list[dict[str, Any]]:
    """By store and day of its own clock: conversations that began, how many were answered, the median wait, how many bought after."""
    rows = queries.begun_between(session, since, now, place)
    bought = _bought(session, rows)
    places = place_queries.places_by_id(session, {row.place_id for row in rows if row.place_id})
    zones = {one: clock_of(None, row.time_zone).zone for one, row in places.items()}
    days: dict[tuple[str, date], list[Any]] = {}
    for row in rows:
        zone = zones.get(row.place_id or "")
        at = row.created_at.astimezone(zone) if zone else row.created_at
        days.setdefault((row.place_id or "", at.date()), []).append(row)
    return [
        {
            "place": place_id or None,
            "day": day.isoformat(),
            "conversations": len(some),
            "answered": sum(1 for one in some if one.first_answered_at),
            "median_wait_s": median_s([o.first_answered_at - o.created_at for o in some if o.first_answered_at]),
            "bought_after": sum(1 for one in some if one.id in bought),
        }
        for (place_id, day), some in sorted(days.items(), key=lambda one: (one[0][1], one[0][0]), reverse=True)
    ]


def _bought(session: Session, rows: Sequence[Any]) -> set[str]:
    """Ids of those of these conversations after which the customer bought in time."""
    if not rows:
        return set()
    first = min(row.created_at for row in rows)
    times = queries.bought_since(session, {row.customer_id for row in rows}, first)
    return {
        row.id
        for row in rows
        if any(row.created_at <= at < row.created_at + BUYS_WITHIN for at in times.get(row.customer_id, ()))
    }


def _there(session: Session, conversation_id: str) -> Conversation:
    row = queries.conversation_by_id(session, conversation_id)
    if row is None:
        raise NotFound("conversation")
    return row


def _first_name(customer: Customer | None) -> str | None:
    names = (customer.name or "").split() if customer else []
    return names[0] if names else None


def _title(product: Product | None, sku: str | None, language: str) -> str | None:
    if product is None:
        return sku
    return said_in(product.title, language_chain(language, "en")) or next(iter(product.title.values()), product.sku)


def _pieces(product: Product, place_id: str | None) -> Mapping[str, int]:
    """Pieces at the store by size; under "" where the shop counts no sizes."""
    there = product.stock.get(place_id or "", 0)
    return there if isinstance(there, dict) else {"": there}
