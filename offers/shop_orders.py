"""Orders of web shops: their customers made and locked, and what of them would change. Whoever calls brings each order there, and has it stamped."""

from collections.abc import Sequence
from datetime import datetime
from typing import cast

from pydantic import ValidationError
from sqlalchemy.orm import Session

from offers.errors import BadInput, NotFound
from offers.records.queries import customers as customer_queries
from offers.records.queries import orders as order_queries
from offers.records.queries import places as place_queries
from offers.records.queries import shops as queries
from offers.records.queries.writing import insert_missing
from offers.records.tables import Customer, Order, Shop
from offers.rules.order import OrderBody, Status
from offers.rules.pickup_steps import is_ready_news, may_follow
from offers.rules.profile import CustomerBody, is_id
from offers.rules.shop_orders.plan import NotUsable, Plan, Step, Taken
from offers.rules.shop_orders.told import Person, Said, Unused, until

REVIVES = ("placed", "ready")
PARTS = ("part", "parts")
"""Which of an order's parts; that it is whole again is said too."""


def prepare(session: Session, taken: Taken, said: Sequence[Said], *, now: datetime) -> Plan:
    """The customers are made where they are missing, and locked; the orders that would change, each with its new body.

    `NotUsable` where one of them can not be: nothing of the event counts then.
    """
    shop = queries.shop_by_id(session, taken.shop_id)
    if shop is None:
        raise NotFound("shop")
    orders, people = _locked(session, said, now)
    steps: list[Step] = []
    why = Unused("ignored", "unknown_order")
    named: Order | None = None
    for one in said:
        order = orders.get(one.order_id)
        named = named or order
        if order is None and one.only_known:
            continue
        _is_theirs(shop, order, one)
        at = until(one.at, now)
        if order is not None and order.said_at is not None and at < order.said_at:
            if not one.insists:
                why = Unused("nothing", "late")
                continue
            at = order.said_at
        step = _step(session, shop, order, one, at)
        if order is not None and _is_so(order, step):
            order.said_at, order.shop_id = at, shop.id
            why = Unused("nothing", "already_so")
            continue
        steps.append(step)
    session.flush()
    steps.sort(key=lambda step: (step.body.place, step.order_id))
    first = named.customer_id if named is not None else next((one.person.id for one in said if one.person), None)
    customer_id = first if first in people else None
    return Plan(tuple(steps), None if steps else why, said[0].order_id if said else None, customer_id)


def of_whom(session: Session, said: Sequence[Said], unused: Unused) -> Plan:
    """Of what can not be used: whose it is, where they are known here. Its body names them, so that it goes when they are erased."""
    owners = [order.customer_id for order in _orders(session, said).values()]
    named = [*(one.person.id for one in said if one.person and is_id(one.person.id)), *owners]
    people = customer_queries.customers_locked(session, named)
    return Plan((), unused, None, next((one for one in named if one in people), None))


def _locked(session: Session, said: Sequence[Said], now: datetime) -> tuple[dict[str, Order], dict[str, Customer]]:
    """The orders as they are once all their customers are locked, and those customers."""
    while True:
        orders = _orders(session, said)
        wanted = {order.customer_id for order in orders.values()}
        new = {one.person.id: one.person for one in said if one.person and not one.only_known}
        if len(orders) < len(said):
            _meet(session, [person for key, person in new.items() if key not in wanted], now)
        people = customer_queries.customers_locked(session, {*wanted, *filter(is_id, new)})
        orders = _orders(session, said)
        if all(order.customer_id in people for order in orders.values()):
            for key, person in new.items():
                if key in people:
                    _fill(people[key], person, now)
            return orders, people


def _orders(session: Session, said: Sequence[Said]) -> dict[str, Order]:
    """Those that are there. What a shop calls an order may be anything, also what no database is to be asked for."""
    return order_queries.orders_by_id(session, [one.order_id for one in said if is_id(one.order_id)])


def _meet(session: Session, people: Sequence[Person], now: datetime) -> None:
    """A shop's customer whom nobody knew: without any consent, so that nobody is told anything before they agree."""
    rows = []
    for person in people:
        body = _profile(person)
        rows.append(
            {
                "id": person.id,
                "anonymous": False,
                "name": body.name,
                "phone": body.phone,
                "sizes": {},
                "attributes": {},
                "tags": [],
                "location": False,
                "offers": False,
                "orders": False,
                "created_at": now,
                "updated_at": now,
            }
        )
    insert_missing(session, Customer, rows)


def _profile(person: Person) -> CustomerBody:
    try:
        OrderBody.model_validate({"customer": person.id, "place": "any"})
        return CustomerBody(name=person.name, phone=person.phone)
    except ValidationError as error:
        raise NotUsable("bad_order", "customer") from error


def _fill(customer: Customer, person: Person, now: datetime) -> None:
    """What is empty in a profile; what somebody wrote there stays."""
    body = _profile(person)
    for name in ("name", "phone"):
        if getattr(customer, name) is None and getattr(body, name) is not None:
            setattr(customer, name, getattr(body, name))
            customer.updated_at = now


def _is_theirs(shop: Shop, order: Order | None, said: Said) -> None:
    if order is None:
        return
    if order.shop_id not in (None, shop.id):
        raise NotUsable("not_theirs", "data.id")
    if shop.kind == "standard" and said.person is not None and said.person.id != order.customer_id:
        raise NotUsable("not_theirs", "customer")


def _step(session: Session, shop: Shop, order: Order | None, said: Said, at: datetime) -> Step:
    """What is not said is as the order has it."""
    known = {name: value for name, value in said.fields.items() if name in OrderBody.model_fields}
    fields = {name: value for name, value in known.items() if value is not None or name in PARTS}
    if order is None:
        if not is_id(said.order_id):
            raise NotUsable("bad_order", "id")
        if said.person is None:
            raise NotUsable("bad_order", "customer")
        fields["customer"] = said.person.id
        if shop.default_place is not None:
            fields.setdefault("place", shop.default_place)
    else:
        fields["customer"] = order.customer_id
        fields.setdefault("place", order.place_id)
    fields["refunded"] = said.status == "refunded"
    fields["status"] = (
        "cancelled" if fields["refunded"] else said.status or ("placed" if order is None else order.status)
    )
    fields["at"] = None if said.insists or _is_brought_back(order, fields["status"]) else at
    try:
        body = OrderBody.model_validate(fields)
    except ValidationError as error:
        path = BadInput.of(error).faults[0].path
        if path == "place" and isinstance(fields.get("place"), str):
            raise NotUsable("unknown_place", fields["place"]) from error
        raise NotUsable("bad_order", path) from error
    if place_queries.place_by_id(session, body.place) is None:
        raise NotUsable("unknown_place", body.place)
    return Step(said.order_id, body, at)


def _is_brought_back(order: Order | None, status: object) -> bool:
    """Whether the shop takes back its own cancellation. That is by its own clock alone, which was compared; another's cancellation is by ours."""
    if order is None or order.status != "cancelled" or status not in REVIVES:
        return False
    return next((one["source"] for one in reversed(order.history) if one["status"] == "cancelled"), "") == "server"


def _is_so(order: Order, step: Step) -> bool:
    """Whether the order is what the shop says, in all that is said and step by step."""
    body, before = step.body, cast("Status", order.status)
    said = {
        "place": body.place == order.place_id,
        "items": [one.model_dump(mode="json", exclude_none=True) for one in body.items] == order.items,
        "total": (None if body.total is None else str(body.total)) == order.total,
        **{name: getattr(body, name) == getattr(order, name) for name in ("currency", "number", "part", "parts")},
    }
    same = all(so for name, so in said.items() if name in body.model_fields_set)
    revived = before == "cancelled" and body.status in REVIVES
    moves = may_follow(before, body.status, "server") or revived
    news = is_ready_news(before, body.status, "server", is_ready=order.ready_at is not None)
    refunds = body.refunded and order.said_at != step.at
    return same and not (moves or news or refunds)


def stamp(session: Session, taken: Taken, step: Step) -> None:
    """After the order was brought there: which shop said so, and when by its clock."""
    order = order_queries.order_by_id(session, step.order_id)
    if order is None:
        raise NotFound("order")
    order.shop_id, order.said_at = taken.shop_id, max(order.said_at or step.at, step.at)
    session.flush()
