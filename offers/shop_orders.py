"""Orders of web shops: their customers made and locked, and what of them would change. Whoever calls brings each order there, and has it stamped."""

from collections.abc import Sequence
from datetime import datetime

from pydantic import ValidationError
from sqlalchemy.orm import Session

from offers.errors import BadInput, NotFound
from offers.records.queries import customers as customer_queries
from offers.records.queries import orders as order_queries
from offers.records.queries import places as place_queries
from offers.records.queries import shops as queries
from offers.records.queries.writing import insert_missing
from offers.records.tables import Customer, Order, Shop
from offers.rules.order import OrderBody
from offers.rules.pickup_steps import is_ready_news, may_follow
from offers.rules.profile import CustomerBody
from offers.rules.shop_orders.plan import Item, NotUsable, Plan, Step, Taken
from offers.rules.shop_orders.told import Person, Said, Unused, not_ahead

BESIDE = ("number", "part", "parts")
"""What an order has beside its body."""
REVIVES = ("placed", "ready")


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
        at = not_ahead(one.at, now)
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


def _locked(session: Session, said: Sequence[Said], now: datetime) -> tuple[dict[str, Order], dict[str, Customer]]:
    """The orders as they are once all their customers are locked, and those customers."""
    ids = [one.order_id for one in said]
    while True:
        orders = order_queries.orders_by_id(session, ids)
        wanted = {order.customer_id for order in orders.values()}
        new = {one.person.id: one.person for one in said if one.person and not one.only_known}
        if len(orders) < len(ids):
            _meet(session, [person for key, person in new.items() if key not in wanted], now)
        people = customer_queries.customers_locked(session, wanted | new.keys())
        orders = order_queries.orders_by_id(session, ids)
        if all(order.customer_id in people for order in orders.values()):
            for key, person in new.items():
                if key in people:
                    _fill(people[key], person, now)
            return orders, people


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
    fields = {name: value for name, value in said.fields.items() if value is not None}
    if order is None:
        if said.person is None:
            raise NotUsable("bad_order", "customer")
        fields["customer"] = said.person.id
        if shop.default_place is not None:
            fields.setdefault("place", shop.default_place)
    else:
        fields["customer"] = order.customer_id
        fields.setdefault("place", order.place_id)
        kept = (
            {"items": order.items, "total": order.total, "currency": order.currency} if order.source == "server" else {}
        )
        fields = {**{name: value for name, value in kept.items() if value is not None}, **fields}
    fields["status"] = _status(order, said.status)
    beside = {name: fields[name] for name in BESIDE if name in fields}
    _check_beside(beside)
    known = OrderBody.model_fields
    try:
        body = OrderBody.model_validate({name: value for name, value in fields.items() if name in known})
    except ValidationError as error:
        path = BadInput.of(error).faults[0].path
        if path == "place" and isinstance(fields.get("place"), str):
            raise NotUsable("unknown_place", fields["place"]) from error
        raise NotUsable("bad_order", path) from error
    if place_queries.place_by_id(session, body.place) is None:
        raise NotUsable("unknown_place", body.place)
    return Step(said.order_id, body, at, beside)


def _status(order: Order | None, said: str | None) -> str:
    """A Meaning as a step: money given back before the order was handed over ends it; afterwards nothing is left to end."""
    if said == "refunded":
        return "cancelled"
    return said or (order.status if order is not None else "placed")


def _check_beside(beside: Item) -> None:
    number, part, parts = (beside.get(name) for name in BESIDE)
    if number is not None and not (isinstance(number, str) and 0 < len(number) <= 100 and "\0" not in number):
        raise NotUsable("bad_order", "number")
    if part is None and parts is None:
        return
    if type(part) is not int or type(parts) is not int or not 1 <= part <= parts <= 100:
        raise NotUsable("bad_order", "part")


def _is_so(order: Order, step: Step) -> bool:
    """Whether the order is what the shop says, in all that is said and step by step."""
    body, status = step.body, order.status
    lines = [one.model_dump(mode="json", exclude_none=True) for one in body.items]
    total = None if body.total is None else str(body.total)
    same = (
        body.place == order.place_id
        and (order.source != "server" or (lines, total, body.currency) == (order.items, order.total, order.currency))
        and all(getattr(order, name) == value for name, value in step.beside.items())
    )
    revived = status == "cancelled" and body.status in REVIVES
    moves = may_follow(status, body.status, "server")  # type: ignore[arg-type]  # a column of text
    news = is_ready_news(status, body.status, is_ready=order.ready_at is not None)  # type: ignore[arg-type]
    return same and not (revived or moves or news)


def stamp(session: Session, taken: Taken, step: Step) -> None:
    """After the order was brought there: which shop said so, and when by its clock."""
    order = order_queries.order_by_id(session, step.order_id)
    if order is None:
        raise NotFound("order")
    order.shop_id, order.said_at = taken.shop_id, step.at
    for name, value in step.beside.items():
        setattr(order, name, value)
    session.flush()
