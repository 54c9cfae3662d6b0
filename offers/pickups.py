"""Orders to be collected, as the shop tells of them: written and read."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from offers.errors import BadInput, NotFound
from offers.follows import Follows
from offers.order_steps import after_a_change, hold_offers_of_ready, take_step, tell, turn_away, which_time
from offers.records.items import order_item
from offers.records.queries import customers as customer_queries
from offers.records.queries import deliveries as delivery_queries
from offers.records.queries import orders as queries
from offers.records.queries import payments as payment_queries
from offers.records.queries import places as place_queries
from offers.records.queries.holding import give_pieces_back, lock_products_of, take_pieces_again
from offers.records.queries.stepping import take_step as end_delivery
from offers.records.tables import Customer, Delivery, Order
from offers.rules.coupon_codes import CodeKeys
from offers.rules.order import Contents, OrderBody, Status, StepBody, is_late, lines_of
from offers.rules.order_moments import CANCELLED, CHANGED, MOMENTS, MOVED, READY, REFUNDED, name_of
from offers.rules.page_links import page_path
from offers.rules.pickup_steps import CLOSED, may_come_back
from offers.rules.sending import Step

READY_LIFE = MOMENTS[READY].life
"""For so long it is worth telling, if the phone is off or the night is quiet."""


@dataclass(frozen=True, slots=True)
class _Changed:
    """What of an order a body makes another than it was."""

    anything: bool
    place: bool
    contents: Contents | None
    """What is in it now, where that is something else than it was."""


def put_order(
    session: Session, order_id: str, body: OrderBody, *, keys: CodeKeys, now: datetime
) -> tuple[dict[str, Any], bool, Follows]:
    """Create an order, or bring it to what the shop says now; a new status joins its history. Safe to repeat.

    What the shop said before something newer changes nothing at all. What `body` does not name stays as it is.
    """
    if place_queries.place_by_id(session, body.place) is None:
        raise BadInput.at("place", f"there is no place {body.place!r}")
    customer = customer_queries.customers_locked(session, [body.customer]).get(body.customer)
    if customer is None:
        raise BadInput.at("customer", f"there is no customer {body.customer!r}")
    if body.status == READY:
        hold_offers_of_ready(session)  # before the place, whose codes are looked at, and before products
    order = queries.orders_by_id(session, [order_id]).get(order_id)
    created = order is None
    if order is None:
        order = _begun(session, order_id, body, keys, now)
    elif order.customer_id != body.customer:
        raise BadInput.at("customer", "this order is somebody else's")
    elif is_late(body.at, order.said_at):
        return order_seen_by_shop(session, order, keys, now), False, Follows()
    comes_back = order.status == "cancelled" and not created and not body.refunded
    comes_back = comes_back and may_come_back(body.status, body.at, order.said_at, order.closed_at)
    if comes_back and order.source == "page":  # its pieces before its store, as who reserves takes them
        lock_products_of(session, [*order.items, *_items(body)])
    changed = _Changed(anything=False, place=False, contents=None)
    if created or comes_back or order.status not in CLOSED or body.status == order.status:  # else it is late
        _settle_its_pieces(session, order, body, now)
        changed = _written(session, order, body, keys, created=created, now=now)
    attention = _brought_back(session, order, body.status, keys, now) if comes_back else None
    turned = _turned_to_another_store(session, order, customer, changed, now)
    said = Said(body.status, body.at, body.refunded)
    follows = _heard(
        session, order, customer, said, is_first=created, came_back=comes_back, attention=attention, now=now
    )
    if not created and not comes_back and not follows.deliveries and order.status not in CLOSED:
        follows |= Follows(deliveries=_tell_what_changed(session, order, customer, changed, now))
    follows = turned | follows
    if changed.anything and not follows.happened:
        follows |= after_a_change(session, order, customer, "moved" if changed.place else "changed", now=now)
    return order_seen_by_shop(session, order, keys, now), created, follows


def _turned_to_another_store(
    session: Session, order: Order, customer: Customer, changed: _Changed, now: datetime
) -> Follows:
    """Whoever was on the way to the store, or in it, is not so at the other one: its staff would wait for somebody who has to be told first."""
    if not changed.place or order.status in CLOSED:
        return Follows()
    return turn_away(session, order, customer, now=now, source="server", out_of_reach=True).follows


@dataclass(frozen=True, slots=True)
class Said:
    """What the shop says of an order beside what is in it."""

    status: Status
    at: datetime | None = None
    refunded: bool = False


def say_step(
    session: Session, order_id: str, status: Status, body: StepBody, *, keys: CodeKeys, now: datetime
) -> tuple[dict[str, Any], Follows]:
    """The shop says of an order that it is ready, collected or cancelled. What comes late or twice changes nothing. Safe to repeat."""
    locked = queries.order_with_its_customer_locked(session, order_id)
    if locked is None:
        raise NotFound("order")
    order, customer = locked
    follows = Follows()
    if not is_late(body.at, order.said_at):
        if order.code is None and status == READY:
            hold_offers_of_ready(session)
            order.code = queries.free_code(session, order.place_id, order.id, keys, now=now)
        follows = _heard(session, order, customer, Said(status, body.at, body.refunded), now=now)
    return order_seen_by_shop(session, order, keys, now), follows


def _heard(
    session: Session,
    order: Order,
    customer: Customer,
    said: Said,
    *,
    is_first: bool = False,
    came_back: bool = False,
    attention: str | None = None,
    now: datetime,
) -> Follows:
    """The shop's word as a step, and what its customer is told of it. Of an order that is over when it is first heard of nobody is told."""
    if said.at is not None:
        at = min(said.at, now)  # a clock that is ahead shall not make all that follows late
        order.said_at = max(order.said_at or at, at)
    is_open = order.status not in CLOSED
    status: Status = "cancelled" if said.refunded and is_open else said.status
    instead = "" if is_first and status == "cancelled" else REFUNDED if said.refunded and is_open else None
    more = None if attention is None else {"attention": attention}
    taken = take_step(session, order, customer, status, "server", now=now, more=more, instead=instead)
    if taken.moved:
        return taken.follows
    if said.refunded and not is_open:
        return Follows(deliveries=_refunded_after(session, order, customer, now))
    if is_first or came_back:
        return after_a_change(session, order, customer, order.status, now=now)
    if status != READY or order.ready_at is None or order.status in CLOSED:
        return Follows()
    return Follows(deliveries=tell(session, order, customer, READY, now=now, key=which_time(order, READY)))


def _refunded_after(session: Session, order: Order, customer: Customer, now: datetime) -> tuple[str, ...]:
    """Told in the place of the cancellation where that waits still: it says both."""
    for row in _waiting(delivery_queries.told_of_order(session, customer.id, order.id), CANCELLED):
        _take_back(row)
    return tell(session, order, customer, REFUNDED, now=now, key=which_time(order, REFUNDED))


def _tell_what_changed(
    session: Session, order: Order, customer: Customer, changed: _Changed, now: datetime
) -> tuple[str, ...]:
    """One message at most, the most telling. What waits still to say where the order is, says it of the store where it is now: nothing beside it."""
    if not changed.place and changed.contents is None:
        return ()
    told = delivery_queries.told_of_order(session, customer.id, order.id)
    if changed.place:
        for row in (one for one in told if one.state == "queued"):
            row.context = {**row.context, "place_id": order.place_id}
        session.flush()
        if _waiting(told, READY, MOVED):
            return ()
        for row in _waiting(told, CHANGED):
            _take_back(row)
        times = sum(1 for one in {row.moment for row in told} if name_of(one) == MOVED)
        key = order.place_id if not times else f"{order.place_id}.{times + 1}"
        return tell(session, order, customer, MOVED, now=now, key=key)
    if changed.contents is None or _waiting(told, READY, CHANGED):
        return ()
    if order.source != "page" and all(row.state in ("failed", "expired") for row in told):
        return ()  # nobody was told of it as it was
    return tell(session, order, customer, CHANGED, now=now, key=changed.contents.key)


def _waiting(told: Sequence[Delivery], *names: str) -> list[Delivery]:
    """Of these messages those of a moment that surely have not left."""
    return [row for row in told if row.state == "queued" and not row.attempts and name_of(row.moment) in names]


def _take_back(row: Delivery) -> None:
    """It is said by another."""
    end_delivery(row, Step("failed", "over", row.attempts, row.doubts))


def _begun(session: Session, order_id: str, body: OrderBody, keys: CodeKeys, now: datetime) -> Order:
    """An order that is new begins with being placed. Its code is found before it is written: a row that names the place would hold it."""
    code = queries.free_code(session, body.place, order_id, keys, now=now)
    order = Order(
        id=order_id,
        customer_id=body.customer,
        place_id=body.place,
        status="placed",
        items=[],
        history=[{"status": "placed", "at": now.isoformat(), "source": "server"}],
        source="server",
        code=code,
        holds_stock=False,
        created_at=now,
        updated_at=now,
    )
    session.add(order)
    return order


def _written(
    session: Session, order: Order, body: OrderBody, keys: CodeKeys, *, created: bool, now: datetime
) -> _Changed:
    """Write what the body names, and say what of it is new."""
    named = body.model_fields_set
    was = Contents.of(order.items, order.total, order.currency)
    before = _all_of(order)
    if "items" in named:
        order.items = _items(body)
    if "total" in named:
        order.total = str(body.total) if body.total is not None else None
    if "currency" in named or "total" in named:
        order.currency = body.currency
    if "number" in named:
        order.number = body.number
    if "part" in named or "parts" in named:
        order.part, order.parts = body.part, body.parts
    if order.code is None or body.place != order.place_id:
        order.code = queries.free_code(session, body.place, order.id, keys, order.code, now=now)
    order.place_id = body.place
    contents = Contents.of(order.items, order.total, order.currency)
    changed = _Changed(
        anything=not created and before != _all_of(order),
        place=not created and before[0] != order.place_id,
        contents=contents if contents.is_another_than(was) else None,
    )
    if changed.anything:
        order.updated_at = now
    if changed.place:
        order.noticed_at = None
        order.track = order.minutes_low = order.minutes_high = order.estimated_at = (
            None  # these were to the other store
        )
    session.flush()
    return changed


def _all_of(order: Order) -> tuple[Any, ...]:
    return (order.place_id, order.items, order.total, order.currency, order.number, order.part, order.parts)


def _brought_back(session: Session, order: Order, said: Status, keys: CodeKeys, now: datetime) -> str | None:
    """The shop brings back what was cancelled, with another code where its own is another's by now, and what was made on a page with its piece.

    What the shop has to look into, where the piece is gone.
    """
    attention = None
    if order.source == "page" and not order.holds_stock and not take_pieces_again(session, order, now):
        attention = "brought_back_without_piece"
    order.code = queries.free_code(session, order.place_id, order.id, keys, order.code, now=now)
    order.status, order.closed_at, order.ready_at, order.arrived_at = "placed", None, None, None
    again: dict[str, Any] = {"status": "placed", "at": now.isoformat(), "source": "server", "again": True}
    if attention is not None and said == "placed":
        again["attention"] = attention
    order.history, order.updated_at, order.noticed_at = [*order.history, again], now, None
    session.flush()
    return attention


def _items(body: OrderBody) -> list[dict[str, Any]]:
    return [item.model_dump(mode="json", exclude_none=True) for item in body.items]


def _settle_its_pieces(session: Session, order: Order, body: OrderBody, now: datetime) -> None:
    """Of an order that was made on a page: its pieces go back when the shop cancels it, and when the shop makes other things of it. Those that
    were collected are gone.
    """
    if not order.holds_stock:
        return
    others = "items" in body.model_fields_set and lines_of(order.items) != lines_of(_items(body))
    if body.status == "collected":
        order.holds_stock = False
    elif body.status == "cancelled" or body.refunded or others or body.place != order.place_id:
        give_pieces_back(session, order, now)


def get_order(
    session: Session, order_id: str, *, keys: CodeKeys | None = None, now: datetime | None = None
) -> dict[str, Any]:
    """With `keys`, the path of its page too: for who may pass it on to the customer. `now`: to which the minutes away are counted down."""
    order = queries.order_by_id(session, order_id)
    if order is None:
        raise NotFound("order")
    return order_seen_by_shop(session, order, keys, now)


def order_seen_by_shop(
    session: Session, order: Order, keys: CodeKeys | None, now: datetime | None = None
) -> dict[str, Any]:
    item = order_item(order, payment_queries.newest_payment(session, order.id), now=now)
    return item if keys is None else {**item, "url": page_path(keys, "order", order.id)}


def list_orders(session: Session, customer_id: str, *, now: datetime | None = None) -> list[dict[str, Any]]:
    """A customer's orders by their ids."""
    rows = queries.orders_of(session, customer_id)
    return [order_item(row, payment_queries.newest_payment(session, row.id), now=now) for row in rows]
