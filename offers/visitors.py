"""Visitors without the app: a browser that takes messages, kept as the device of a person nobody knows until the shop links it."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from offers.errors import BadInput, NotFound
from offers.follows import Follows
from offers.order_steps import consents_said
from offers.records.queries import consents as consent_queries
from offers.records.queries import customers as queries
from offers.records.queries import devices as device_queries
from offers.records.queries.browsers import is_browser_in_use, new_browser
from offers.records.tables import Customer, Device
from offers.rules.push_address import Address
from offers.rules.visitor import ASKED, receipt_of


@dataclass(frozen=True, slots=True)
class Visitor:
    """What a page tells of a browser."""

    device_id: str
    on: bool
    """Whether there is an address to push to."""
    shared: bool
    """Whether the customer is known, so that what is withdrawn here ends messages on other devices too."""
    language: str | None
    consents: Mapping[str, bool]


@dataclass(frozen=True, slots=True)
class Wording:
    """Under which text, in which language something was agreed to or withdrawn."""

    text_version: str
    language: str


def find_visitor(session: Session, device_id: str) -> Visitor | None:
    """Who the cookie says; none once that device is revoked or erased."""
    device = queries.devices_by_id(session, [device_id]).get(device_id)
    if device is None or not is_browser_in_use(device):
        return None
    return _visitor(device, session.get_one(Customer, device.customer_id))


def subscribe(
    session: Session,
    device_id: str | None,
    address: Address,
    ticked: Mapping[str, bool],
    wording: Wording,
    *,
    vapid_key: str,
    now: datetime,
) -> tuple[Visitor, Follows]:
    """Take messages in this browser, and what was agreed to. Safe to repeat: the cookie's device, or the one that has this address, is changed.

    `BadInput` when nothing would be agreed to.
    """
    device = _found_locked(session, device_id, address)
    in_force = _in_force(session.get_one(Customer, device.customer_id)) if device else {}
    if not any({**in_force, **ticked}.values()):
        raise BadInput.at("consents", "agrees to nothing: at least one of orders and offers is needed")
    if device is None:
        device = new_browser(session, wording.language, now)
    customer = session.get_one(Customer, device.customer_id)
    device_queries.take_address(session, device, address, vapid_key, now)
    device.locale, device.updated_at = wording.language, now
    if customer.anonymous:
        customer.language = wording.language
    follows = _write_consents(session, customer, ticked, wording, now)
    return _visitor(device, customer), follows


def renew(
    session: Session,
    device_id: str | None,
    old: Address | None,
    address: Address,
    *,
    vapid_key: str,
    now: datetime,
) -> Visitor:
    """The browser's address as it is now. `NotFound` when nobody knows the browser, or its visitor switched messages off. Safe to repeat.

    Known is who has the cookie, the old subscription as a whole, or this one already: its secret is known to that browser only.
    """
    device = _found_locked(session, device_id, old, address)
    if device is None or device.push_retired_reason == "unsubscribed":
        raise NotFound("subscription")
    device_queries.take_address(session, device, address, vapid_key, now)
    device.updated_at = now
    session.flush()
    return _visitor(device, session.get_one(Customer, device.customer_id))


def switch_off(
    session: Session,
    device_id: str | None,
    address: Address | None,
    withdraw: Collection[str],
    wording: Wording,
    *,
    now: datetime,
) -> Follows:
    """Erase the browser's address, and withdraw these purposes. Safe to repeat; nothing for who is not known."""
    device = _found_locked(session, device_id, address)
    if device is None:
        return Follows()
    if device.push_token is not None or device.push_retired_reason != "unsubscribed":
        device_queries.retire_address(device, "unsubscribed", now)
        device.updated_at = now
    customer = session.get_one(Customer, device.customer_id)
    return _write_consents(session, customer, dict.fromkeys(withdraw, False), wording, now)


def say(
    session: Session, device_id: str | None, said: Mapping[str, bool], wording: Wording, *, now: datetime
) -> Follows:
    """Agree to purposes, or withdraw them, and leave the browser's address as it is. Safe to repeat; nothing for who is not known."""
    device = _found_locked(session, device_id)
    if device is None:
        return Follows()
    customer = session.get_one(Customer, device.customer_id)
    return _write_consents(session, customer, said, wording, now)


def _found_locked(session: Session, device_id: str | None, *addresses: Address | None) -> Device | None:
    """The device of the cookie, else the first that has one of these addresses; its customer locked."""
    for wanted in (device_id, *addresses):
        found = device_queries.device_at(session, wanted) if isinstance(wanted, Address) else wanted
        device = queries.device_with_its_customer_locked(session, found) if found else None
        if (
            device is not None
            and is_browser_in_use(device)
            and (not isinstance(wanted, Address) or device.push_token == wanted.token)
        ):
            return device
    return None


def _write_consents(
    session: Session, customer: Customer, said: Mapping[str, bool], wording: Wording, now: datetime
) -> Follows:
    """A receipt for each purpose that is said otherwise than before, or for the first time under this text."""
    newest = consent_queries.newest_receipts(session, [customer.id]).get(customer.id, {})
    receipts = {}
    for purpose, given in said.items():
        before = newest.get(purpose)
        repeated = before is not None and (before.given, before.text_version, before.language) == (
            given,
            wording.text_version,
            wording.language,
        )
        in_force = getattr(customer, purpose)
        if not (in_force and repeated) if given else in_force:
            receipts[purpose] = receipt_of(given, wording.text_version, wording.language)
    return consents_said(session, customer, receipts, now=now)


def _in_force(customer: Customer) -> dict[str, bool]:
    return {purpose: bool(getattr(customer, purpose)) for purpose in ASKED}


def _visitor(device: Device, customer: Customer) -> Visitor:
    on = device.push_token is not None
    return Visitor(device.id, on, not customer.anonymous, customer.language or device.locale, _in_force(customer))
