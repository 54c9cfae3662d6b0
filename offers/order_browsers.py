"""Messages about one order, agreed to on its page: by its customer, or by whoever else the order's address was given to.

Who has the address may see the page. That makes nobody its customer: a browser that is not the customer's own may be told of this order and of
nothing else, opens no page of theirs, and comes after each device of theirs.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from sqlalchemy.orm import Session

from offers.errors import NotFound
from offers.follows import Follows
from offers.order_steps import consents_said, tell_what_is_ready
from offers.records.queries import consents as consent_queries
from offers.records.queries import customers as customer_queries
from offers.records.queries import devices as device_queries
from offers.records.queries import orders as queries
from offers.records.queries.browsers import (
    browser_by_id,
    browsers_told_of,
    is_browser_of,
    new_browser,
    silent_browser_of,
)
from offers.records.tables import Consent, Customer, Device, Order
from offers.rules import visitor
from offers.rules.pickup_steps import CLOSED
from offers.rules.profile import ConsentReceipt
from offers.rules.push_address import Address

SOURCE = "page"
"""Where receipts come from that the page of an order wrote for who only has its address; of the customer's own browser they are a visitor's."""
MOST_BROWSERS = 5
"""That are told of one order alone."""
Answer = Literal["given", "withdrawn", "again", "refused_elsewhere", "closed"]
"""`refused_elsewhere`: the customer said no in their app, in a browser of theirs or to the shop, and this page does not say otherwise for them."""


@dataclass(frozen=True, slots=True)
class Messages:
    """What an order's page shows of messages about it."""

    agreed: bool
    """The customer's consent `orders` is in force."""
    may_agree: bool
    own: bool
    """This browser is the customer's."""
    elsewhere: bool
    """Messages go to another device of the customer's, so they do not come here."""


def messages_of(session: Session, order_id: str, device_id: str | None, *, now: datetime) -> Messages:
    """`device_id`: what the browser's cookie says."""
    order = _order(session, order_id)
    customer = session.get_one(Customer, order.customer_id)
    own = _is_own(session, customer, device_id)
    reachable = customer_queries.reachable_devices(session, [customer.id], now, "order").get(customer.id, [])
    return Messages(
        agreed=customer.orders,
        may_agree=order.status not in CLOSED and (own or not _said_no_elsewhere(session, customer)),
        own=own,
        elsewhere=not own and bool(reachable),
    )


@dataclass(frozen=True, slots=True)
class Wording:
    text_version: str
    language: str


def say_of_messages(
    session: Session, order_id: str, device_id: str | None, *, given: bool, wording: Wording, now: datetime
) -> tuple[Answer, Follows]:
    """Agree to `orders`, or withdraw it, on the page of an order. No other purpose is this page's. Safe to repeat.

    Anybody with the address may withdraw: it only makes less of what is known. Agree they may unless the customer has said no elsewhere.
    """
    order, customer = _locked(session, order_id)
    if given == customer.orders:
        return "again", Follows()
    if given and order.status in CLOSED:
        return "closed", Follows()
    if given and not _is_own(session, customer, device_id) and _said_no_elsewhere(session, customer):
        return "refused_elsewhere", Follows()
    source = visitor.SOURCE if _is_own(session, customer, device_id) else SOURCE
    receipt = ConsentReceipt(given=given, text_version=wording.text_version, language=wording.language, source=source)
    return "given" if given else "withdrawn", consents_said(session, customer, {"orders": receipt}, now=now)


def tell_this_browser(
    session: Session, order_id: str, address: Address, *, language: str, vapid_key: str, now: datetime
) -> tuple[Device | None, Follows]:
    """Messages of this order go to this address from now on, if they go to no device of the customer's own; that it is ready too, where nobody
    was told so yet. Safe to repeat.

    None where nobody agreed to them, the order is closed, or the address is another device's already: nobody's messages are taken away.
    """
    order, customer = _locked(session, order_id)
    if not customer.orders or order.status in CLOSED:
        return None, Follows()
    device = _browser_at(session, order, address)
    if device is None and device_queries.device_at(session, address) is not None:
        return None, Follows()
    if device is None and len(browsers_told_of(session, [order.id], now).get(order.id, [])) >= MOST_BROWSERS:
        return None, Follows()
    device = device or silent_browser_of(session, order.id, customer.id)
    device = device or new_browser(session, language, now, customer.id, order.id)
    device_queries.take_address(session, device, address, vapid_key, now)
    device.locale, device.updated_at = language, now
    session.flush()
    return device, Follows(deliveries=tell_what_is_ready(session, [customer], now=now))


def is_told(
    session: Session, order_id: str, old: Address | None, address: Address, *, vapid_key: str, now: datetime
) -> bool:
    """Whether this browser is told of the order; its address is kept up to date. Known is who has the subscription as a whole."""
    order, customer = _locked(session, order_id)
    device = next(
        (one for where in (address, old) if where and (one := _browser_at(session, order, where)) is not None), None
    )
    if device is None or not customer.orders:
        return False
    device_queries.take_address(session, device, address, vapid_key, now)
    device.updated_at = now
    session.flush()
    return True


def tell_no_more(session: Session, order_id: str, address: Address | None, *, now: datetime) -> None:
    """Erase this browser's address. What was agreed to stays until it is withdrawn. Safe to repeat."""
    order, _ = _locked(session, order_id)
    device = _browser_at(session, order, address) if address else None
    if device is not None:
        device_queries.retire_address(device, "unsubscribed", now)
        device.updated_at = now
        session.flush()


def _browser_at(session: Session, order: Order, address: Address) -> Device | None:
    found = device_queries.device_at(session, address)
    device = customer_queries.devices_by_id(session, [found]).get(found) if found else None
    return device if device is not None and is_browser_of(device, order.id) else None


def _order(session: Session, order_id: str) -> Order:
    order = queries.order_by_id(session, order_id)
    if order is None:
        raise NotFound("order")
    return order


def _locked(session: Session, order_id: str) -> tuple[Order, Customer]:
    locked = queries.order_with_its_customer_locked(session, order_id)
    if locked is None:
        raise NotFound("order")
    return locked


def _is_own(session: Session, customer: Customer, device_id: str | None) -> bool:
    found = browser_by_id(session, device_id)
    return found is not None and found[1].id == customer.id


def _said_no_elsewhere(session: Session, customer: Customer) -> bool:
    said: Mapping[str, Consent] = consent_queries.newest_receipts(session, [customer.id]).get(customer.id, {})
    newest = said.get("orders")
    return newest is not None and not newest.given and newest.source != SOURCE
