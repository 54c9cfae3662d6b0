"""Web shops as the desk looks at them: when each was heard, what it told, and an event that somebody wants worked again.

Nothing of a person comes out of here: no body of an event, and of what a shop wrote only what names a field, a location or a status.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from offers.errors import BadInput, Conflict, NotFound
from offers.records.queries import orders as order_queries
from offers.records.queries import shop_log as queries
from offers.records.queries import shops as shop_queries
from offers.records.tables import Shop, ShopEvent
from offers.rules.desk_lists import AskedShops
from offers.rules.leafing import Leaf, Turn
from offers.rules.profile import is_id
from offers.rules.shop_log import STATES, plain_topic, plain_what

LATELY = timedelta(hours=24)
Item = dict[str, Any]


def leaf_shops(session: Session, wanted: AskedShops, turn: Turn, *, now: datetime) -> Leaf:
    """A page by their names, unless asked otherwise. `last_at` is when the last event came, `lately` how many in 24 hours, `failed` and `waiting`
    how many are so now. `BadInput` for an order or a cursor that there is not.

    A count of more than MOST_COUNTED is told as one more than that.
    """
    leaf = shop_queries.leaf_of_shops(session, wanted, turn)
    figures = queries.figures_of(session, [row.id for row in leaf.items], now - LATELY)
    items = []
    for row in leaf.items:
        last_at, lately, failed, waiting = figures[row.id]
        counts = {"lately": lately, "failed": failed, "waiting": waiting}
        items.append(_shop_item(row) | {"last_at": last_at or row.heard_at} | counts)
    return leaf.holding(items)


def get_shop(session: Session, shop_id: str) -> Item:
    return _shop_item(_shop(session, shop_id))


def leaf_events(session: Session, shop_id: str, state: str | None, turn: Turn) -> Leaf:
    """A page of what a shop told. `BadInput` for a state, an order or a cursor that there is not."""
    _shop(session, shop_id)
    if state is not None and state not in STATES:
        raise BadInput.at("state", "is none that an event has")
    leaf = queries.leaf_of_events(session, shop_id, state, turn)
    return leaf.holding(_event_items(session, leaf.items))


def get_event(session: Session, shop_id: str, event_id: str) -> Item:
    """`NotFound` for an event of another shop too."""
    event = queries.event_without_body(session, shop_id, event_id)
    if event is None:
        raise NotFound("event")
    [item] = _event_items(session, [event])
    return item


def take_up(session: Session, shop_id: str, event_id: str) -> int:
    """The event is to be worked again: which turn of it that is. Whoever works it says the turn, so that of two who take it up one is heard.

    `Conflict` where it was used already, which would change nothing, or where its body is gone.
    """
    turn = queries.take_up(session, shop_id, event_id)
    if turn is not None:
        return turn
    if get_event(session, shop_id, event_id)["state"] == "applied":
        raise Conflict("The event was used already.", reason="used_already")
    raise Conflict("The event's body is kept for seven days, and gone.", reason="body_gone")


def _shop(session: Session, shop_id: str) -> Shop:
    shop = shop_queries.shop_by_id(session, shop_id)
    if shop is None:
        raise NotFound("shop")
    return shop


def _shop_item(row: Shop) -> Item:
    """`places`: where its orders may be collected, the usual one first."""
    usual = [] if row.default_place is None else [row.default_place]
    places = dict.fromkeys([*usual, *sorted({str(one) for one in row.places.values()})])
    return {"id": row.id, "kind": row.kind, "name": row.name, "origin": row.origin, "places": list(places)}


def _event_items(session: Session, rows: Sequence[ShopEvent]) -> list[Item]:
    """`order` only where there is one by that id: what a shop calls an order may be anything until it is one here."""
    named = {row.order_id for row in rows if row.order_id is not None and is_id(row.order_id)}
    orders = order_queries.orders_by_id(session, sorted(named))
    kept = queries.with_bodies(session, [row.id for row in rows])
    items = []
    for row in rows:
        reason, _, what = (row.reason or "").partition(" ")
        order = orders.get(row.order_id or "")
        items.append(
            {
                "id": row.id,
                "topic": plain_topic(row.topic),
                "received_at": row.received_at,
                "state": row.state,
                "reason": reason or None,
                "what": plain_what(reason, what),
                "tries": row.attempts + 1,
                "order": None if order is None else {"id": order.id, "number": order.number or order.id},
                "body_kept": row.id in kept,
                "may_replay": row.id in kept and row.state != "applied",
            }
        )
    return items
