"""One step of an order, whoever says it, and all that follows from it, in the caller's transaction: the room that shops, pings, staff and customers' buttons share.

The order's customer is locked by the caller: nobody else moves the order, or tells of it, at this moment. Safe to repeat.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from offers.deciding import Moment, decide
from offers.follows import Follows
from offers.records.ids import new_id
from offers.records.items import order_told
from offers.records.queries import campaigns as campaign_queries
from offers.records.queries import consents as consent_queries
from offers.records.queries import customers as customer_queries
from offers.records.queries import deliveries as delivery_queries
from offers.records.queries import offers as offer_queries
from offers.records.queries import orders as order_queries
from offers.records.queries import payments as payment_queries
from offers.records.queries.browsers import browsers_told_of
from offers.records.queries.coming import standing_in
from offers.records.queries.for_orders import forget_what_orders_left
from offers.records.queries.holding import give_pieces_back
from offers.records.queries.targets import targets_of
from offers.records.tables import Customer, Delivery, Order
from offers.rules.campaign import parse_campaign_text
from offers.rules.order import Status
from offers.rules.order_moments import CANCELLED, MOMENTS, READY, REFUNDED, THEIRS_ALONE
from offers.rules.order_triggers import order_moment
from offers.rules.pickup_steps import (
    CLOSED,
    CUSTOMER,
    UNDO_WITHIN,
    Source,
    away_again,
    is_ready_news,
    may_follow,
    stood_at,
)
from offers.rules.profile import ConsentReceipt


@dataclass(frozen=True, slots=True)
class Taken:
    moved: bool
    """Whether anything changed."""
    follows: Follows = field(default_factory=Follows)


def take_step(
    session: Session,
    order: Order,
    customer: Customer,
    said: Status,
    source: Source,
    *,
    now: datetime,
    more: Mapping[str, Any] | None = None,
    instead: str | None = None,
) -> Taken:
    """Bring an order to what was said, where that is a step; a step that is late, or comes twice, changes nothing.

    `more`: what else this line of its history says. `instead`: the moment that is told in the place of this step's own; empty: none.
    """
    before: Status = order.status  # type: ignore[assignment]  # a column of text
    if may_follow(before, said, source):
        order.status = said
    elif not is_ready_news(before, said, source, is_ready=order.ready_at is not None):
        return Taken(False)
    if said == "collected" and order.holds_stock:
        more = {**(more or {}), "held": True}  # what an undo makes it hold again
    _write_down(order, said, source, now, more)
    if said == "cancelled":
        give_pieces_back(session, order, now)
    elif said == "collected":
        order.holds_stock = False
    name = READY if said == READY else CANCELLED if said == "cancelled" and source == "server" else None
    if instead is not None:
        name = instead
    told = tell(session, order, customer, name, now=now, key=which_time(order, name)) if name else ()
    follows = after_a_change(session, order, customer, said, now=now) | Follows(deliveries=told)
    if said == READY:
        follows |= _decide_ready(session, order, customer, is_told=bool(told), now=now)
    if order.status == READY and (here := _is_here_already(session, order, customer)):
        follows |= take_step(session, order, customer, here, "location", now=now).follows
    return Taken(True, follows)


def _decide_ready(session: Session, order: Order, customer: Customer, *, is_told: bool, now: datetime) -> Follows:
    """Campaigns that wait for `order_ready`, once each time that the order is open; none sends beside the order's own message."""
    moment = Moment(
        key=order_moment("order_ready", order.id, which_time(order, READY) or "1"),
        trigger="order_ready",
        customer_id=customer.id,
        device_id="",
        place_id=order.place_id,
        role="",
        at=now,
        served_by=order.id if is_told else None,
        order_id=order.id,
    )
    decided = decide(session, [moment], {customer.id: customer}, now=now)
    return Follows(deliveries=tuple(decided.deliveries), happened=tuple(decided.happened))


def hold_offers_of_ready(session: Session) -> None:
    """Lock what campaigns give out when an order becomes ready. Offers go before places and products: for who holds one of those before that step."""
    running = campaign_queries.running_definitions(session)
    bodies = [parse_campaign_text(definition) for _, _, _, definition in running]
    offers = {one.offer for one in bodies if one.trigger.on == "order_ready" and one.offer}
    if offers:
        offer_queries.offers_locked(session, offers)


def _is_here_already(session: Session, order: Order, customer: Customer) -> Status | None:
    """Where the customer of an order that has just become ready stands by their pings. They get the one message, that it is ready."""
    if not customer.orders:
        return None
    standing = {role for _, place, role in standing_in(session, [customer.id]) if place == order.place_id}
    return "arrived" if "premises" in standing else "nearby" if "approach" in standing else None


def which_time(order: Order, name: str) -> str | None:
    """Of what is told once for each time that the order is open: which time it is, where the shop has brought it back; none the first time."""
    back = sum(1 for entry in order.history if entry.get("again"))
    return str(back + 1) if back and name in (READY, CANCELLED, REFUNDED) else None


def turn_away(
    session: Session,
    order: Order,
    customer: Customer,
    *,
    now: datetime,
    source: Source = "location",
    out_of_reach: bool = False,
) -> Taken:
    """Pings saw the customer go without having collected: out of the premises, out of reach (`out_of_reach`: of both). Or they took back that they
    were on their way.
    """
    back = away_again(order.status, is_ready=order.ready_at is not None)  # type: ignore[arg-type]  # a column of text
    if back is None:
        return Taken(False)
    if out_of_reach:
        back = "ready" if order.ready_at is not None else "placed"
    order.status, order.arrived_at = back, None
    if back in ("placed", "ready"):
        order.coming_minutes = order.coming_since = None
    _write_down(order, back, source, now, {"away": True})
    return Taken(True, after_a_change(session, order, customer, "away", now=now))


def undo_hand_over(session: Session, order: Order, customer: Customer, *, now: datetime) -> Taken:
    """Staff tapped the wrong order: it stands again where it stood before, for UNDO_WITHIN."""
    if order.status != "collected" or order.closed_at is None or now - order.closed_at > UNDO_WITHIN:
        return Taken(False)
    order.holds_stock = bool(order.history[-1].get("held"))
    order.status, order.closed_at = stood_at(order.history), None
    _write_down(order, order.status, "staff", now, {"undone": True})
    return Taken(True, after_a_change(session, order, customer, "undone", now=now))


def consents_said(
    session: Session, customer: Customer, receipts: Mapping[str, ConsentReceipt], *, now: datetime
) -> Follows:
    """Keep what a customer said of consents, put it in force, and all that follows: for their positions, and of what lies ready for them.

    The customer is locked by the caller.
    """
    follows = _settled(session, customer, receipts, now)
    return follows | Follows(deliveries=tell_what_is_ready(session, [customer], now=now))


def tell_what_is_ready(session: Session, customers: Collection[Customer], *, now: datetime) -> tuple[str, ...]:
    """Of orders that became ready when nobody could be told: who agrees, or can be reached, since then is told now. Those who stand in the
    store know. The customers are locked by the caller. Safe to repeat.
    """
    agreed = {one.id: one for one in customers if one.orders}
    if not agreed:
        return ()
    told: tuple[str, ...] = ()
    for order in order_queries.ready_and_untold(session, agreed):
        key = which_time(order, READY)
        told += tell(session, order, agreed[order.customer_id], READY, now=now, key=key)
    return told


def _settled(session: Session, customer: Customer, receipts: Mapping[str, ConsentReceipt], now: datetime) -> Follows:
    """Whether the customer's positions are covered, and where they are expected, from now on."""
    covered = consent_queries.write_receipts(session, customer, receipts, now)
    devices = [one.id for one in customer_queries.devices_of(session, [customer.id]).get(customer.id, [])]
    return Follows.of_positions(devices, covered) | Follows(targets=targets_of(session, [customer.id]))


def after_a_change(session: Session, order: Order, customer: Customer, what: str, *, now: datetime) -> Follows:
    """What follows whenever an order changed: whether the customer's positions are covered still, where they are expected, the live event.

    When no order of theirs is open any more, what only an order covered is erased.
    """
    session.flush()
    follows = _settled(session, customer, {}, now)
    if order.status in CLOSED:
        forget_what_orders_left(session, customer, order)
    payment = payment_queries.newest_payment(session, order.id)
    return follows | Follows(happened=(order_told(order, payment, what),))


def tell(
    session: Session,
    order: Order,
    customer: Customer,
    name: str,
    *,
    now: datetime,
    key: str | None = None,
    device_id: str | None = None,
    context: Mapping[str, Any] | None = None,
    happened_at: datetime | None = None,
) -> tuple[str, ...]:
    """Queue one message of this moment, once an order (and `key`, as a day), on the device that was seen, else the one seen last: its id.

    It lives from when it happened, as a phone without a network tells late. None where the customer did not agree to `orders`, or nothing can
    be reached.
    """
    moment = name if key is None else f"{name}:{key}"
    if not customer.orders:
        return ()
    reachable = customer_queries.reachable_devices(session, [customer.id], now, "order").get(customer.id, [])
    if not reachable and name not in THEIRS_ALONE:
        reachable = browsers_told_of(session, [order.id], now).get(order.id, [])
    if not reachable or delivery_queries.was_told(session, customer.id, order.id, moment):
        return ()
    life: timedelta = MOMENTS[name].life
    row = Delivery(
        id=new_id("dlv"),
        customer_id=customer.id,
        device_id=device_id if device_id in reachable else reachable[0],
        source_id=order.id,
        order_id=order.id,
        kind="order",
        moment=moment,
        context={"place_id": order.place_id, **(context or {})},
        state="queued",
        turn=0,
        created_at=now,
        not_before=now + MOMENTS[name].after,
        expires_at=min(happened_at or now, now) + life,
        attempts=0,
    )
    session.add(row)
    session.flush()
    return (row.id,)


def _write_down(order: Order, said: Status, source: Source, now: datetime, more: Mapping[str, Any] | None) -> None:
    entry: dict[str, Any] = {"status": said, "at": now.isoformat(), "source": source, **(more or {})}
    if source in (*CUSTOMER, "location") and order.history and "attention" in order.history[-1]:
        entry["attention"] = order.history[-1]["attention"]  # the shop's to look into: nobody's way there ends that
    order.history, order.updated_at, order.noticed_at = [*order.history, entry], now, None
    if said == "ready":
        order.ready_at = order.ready_at or now
    elif said == "arrived":
        order.arrived_at = order.arrived_at or now
    elif said in CLOSED:
        order.closed_at = now
