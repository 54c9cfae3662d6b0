"""Devices: registered, linked to a customer, refreshed, changed, revoked."""

import hashlib
import secrets
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from offers.errors import BadInput, NotFound, Refused
from offers.follows import Follows
from offers.order_steps import consents_said, tell_what_is_ready
from offers.records.ids import new_id
from offers.records.queries import consents as consent_queries
from offers.records.queries import customers as queries
from offers.records.queries import devices as device_queries
from offers.records.queries import linking
from offers.records.queries import stays as stay_queries
from offers.records.queries.leaving import end_stays
from offers.records.queries.targets import targets_of
from offers.records.tables import Customer, Device
from offers.rules.profile import DeviceBody, DeviceChange
from offers.rules.push_address import STALE_AFTER, Address, Addressed, Subscribing
from offers.rules.push_subscription import UnknownService

REFRESH_GRACE = timedelta(minutes=2)


@dataclass(frozen=True, slots=True)
class Registered:
    device_id: str
    customer_id: str
    platform: str
    positions_only: bool
    refresh_token: str | None
    """Shown once; only its hash is kept. A `positions_only` device has none: its token does not run out."""
    follows: Follows


def register_device(
    session: Session, body: DeviceBody, *, trusted: bool, subscribing: Subscribing | None = None, now: datetime
) -> Registered:
    """A new device, bound to a customer (made when new) or to a person nobody knows yet. Only the server (`trusted`) names customers."""
    if body.customer is not None and not trusted:
        raise BadInput.at(
            "customer", "only a server key may bind a device to a customer; register it anonymously and link it later"
        )
    address = _address(body, body.platform, subscribing)
    customer_id = body.customer or new_id("anon")
    customer = queries.customers_locked(session, [customer_id]).get(customer_id)
    if customer is None:
        customer = consent_queries.add_customer(session, customer_id, anonymous=body.customer is None, now=now)
    refresh = None if body.positions_only else _new_refresh()
    device = Device(
        id=new_id("dev"),
        customer_id=customer_id,
        platform=body.platform,
        locale=body.locale,
        time_zone=body.time_zone,
        os_version=body.os_version,
        app_version=body.app_version,
        positions_only=body.positions_only,
        refresh_hash=_hash(refresh) if refresh else None,
        created_at=now,
        updated_at=now,
    )
    if address:
        _take_address(session, device, address, subscribing, now)
    session.add(device)
    session.flush()
    follows = consents_said(session, customer, body.consents.receipts(now, "device"), now=now)
    return Registered(device.id, customer_id, body.platform, body.positions_only, refresh, follows)


def link_device(session: Session, device_id: str, customer_id: str, *, now: datetime) -> Follows:
    """An anonymous device becomes a customer's, with the consents that were given on it, its coupons, and what was made on pages.

    What else it did before is counted and not carried over. A consent that the customer withdrew after it was given on the device stays withdrawn.
    """
    device = queries.device_with_its_customer_locked(session, device_id, [customer_id])
    if device is None or device.revoked_at is not None or device.order_id is not None:
        raise NotFound("device")
    if device.customer_id == customer_id:
        return Follows()
    before = session.get_one(Customer, device.customer_id)
    if not before.anonymous:
        raise BadInput.at("customer", "this device is somebody's already; revoke it and register it anew")
    customer = session.get(Customer, customer_id)
    if customer is None:
        customer = consent_queries.add_customer(session, customer_id, anonymous=False, now=now)
    handed = linking.hand_over(session, device, before, customer, now)
    linking.remove_if_empty(session, before)
    told = tell_what_is_ready(session, [customer], now=now)
    follows = Follows(happened=handed.happened, targets=targets_of(session, [customer_id]), deliveries=told)
    return Follows(forget=(device_id,)) | follows | Follows.of_positions(handed.devices, handed.covered)


def refresh_device(session: Session, refresh_token: str, *, now: datetime) -> Registered:
    """A new refresh token for a good one. `NotFound` when it is not, or not any more.

    The old one stays good for REFRESH_GRACE, in case the answer is lost on its way to the phone.
    """
    old = _hash(refresh_token)
    device = device_queries.device_by_refresh_hash(session, old)
    if device is None or device.revoked_at is not None:
        raise NotFound("refresh token")
    if device.refresh_hash != old and (device.refreshed_at is None or now - device.refreshed_at > REFRESH_GRACE):
        raise NotFound("refresh token")
    refresh = _new_refresh()
    device.previous_refresh_hash, device.refresh_hash = old, _hash(refresh)
    device.refreshed_at = device.updated_at = now
    if device.push_token is not None:
        device.push_seen_at = now
    session.flush()
    return Registered(device.id, device.customer_id, device.platform, device.positions_only, refresh, Follows())


def own_device(session: Session, device_id: str) -> dict[str, Any]:
    """The device that calls. `NotFound` once it is revoked or erased."""
    return device_item(_in_use(session, device_id))


def get_device(session: Session, device_id: str) -> dict[str, Any]:
    """Any device, for the desk: the revoked ones too."""
    device = queries.devices_by_id(session, [device_id]).get(device_id)
    if device is None:
        raise NotFound("device")
    return device_item(device)


def devices_of_customer(
    session: Session, customer_id: str, *, after: str = "", limit: int = 100
) -> tuple[list[dict[str, Any]], str | None]:
    """A customer's devices by id, so those registered first first; the revoked ones too."""
    if queries.customer_by_id(session, customer_id) is None:
        raise NotFound("customer")
    rows = device_queries.devices_registered(session, customer_id, after, limit + 1)
    return [device_item(row) for row in rows[:limit]], rows[limit - 1].id if len(rows) > limit else None


def list_devices(session: Session, customer_ids: Sequence[str]) -> list[dict[str, Any]]:
    """The devices in use of these customers, those registered first first."""
    rows = [row for some in queries.devices_of(session, customer_ids).values() for row in some]
    return [device_item(row) for row in sorted(rows, key=lambda row: (row.created_at, row.id))]


def change_device(
    session: Session, device_id: str, body: DeviceChange, *, subscribing: Subscribing | None = None, now: datetime
) -> dict[str, Any]:
    """What is absent stays as it is. The address that the device has already, said again, is one that was heard of now."""
    device = _in_use(session, device_id)
    for name in body.model_fields_set - set(Addressed.model_fields):
        setattr(device, name, getattr(body, name))
    if address := _address(body, device.platform, subscribing):
        _take_address(session, device, address, subscribing, now)
    elif body.says_where and device.push_token is not None:
        device_queries.retire_address(device, "unsubscribed", now)
    device.updated_at = now
    session.flush()
    return device_item(device)


def _address(body: Addressed, platform: str, subscribing: Subscribing | None) -> Address | None:
    if body.push_subscription is not None and platform != "web":
        raise BadInput.at("push_subscription", f"only a browser has one, and this device's platform is {platform}")
    try:
        return body.address((subscribing or Subscribing()).services)
    except UnknownService as unknown:
        raise BadInput.at("push_subscription.endpoint", str(unknown)) from None


def _take_address(
    session: Session, device: Device, address: Address, subscribing: Subscribing | None, now: datetime
) -> None:
    ours = subscribing.vapid_key if subscribing else None
    device_queries.take_address(session, device, address, ours, now)


def retire_stale_addresses(session: Session, *, now: datetime, limit: int = 1000) -> int:
    """Give up those of which nothing was heard for so long that no push service knows them; how many. Safe to repeat."""
    stale = device_queries.unheard_of(session, now - STALE_AFTER, limit)
    for device in stale:
        device_queries.retire_address(device, "stale", now)
    session.flush()
    return len(stale)


def revoke_device(session: Session, device_id: str, *, now: datetime) -> Follows:
    """Its token and refresh token are good no more, and it is inside nothing."""
    device = queries.device_with_its_customer_locked(session, device_id)
    if device is None or device.revoked_at is not None:
        raise NotFound("device")
    device.revoked_at, device.refresh_hash, device.previous_refresh_hash = now, None, None
    device_queries.drop_address(device)
    happened = end_stays(session, stay_queries.open_stays_of_devices(session, [device_id]), "device_revoked", now)
    return Follows(block={device_id: "revoked"}, forget=(device_id,), happened=tuple(happened))


def blocked_devices(session: Session) -> dict[str, str]:
    """Every device whose pings are to be refused, with the reason: what the lanes' own lists are repaired from."""
    return queries.blocked_devices(session)


def known_devices(session: Session, ids: Collection[str]) -> set[str]:
    """Those of these ids that are devices, in use or not. At most some thousands."""
    return queries.known_devices(session, ids)


def must_cover_positions(session: Session, device_id: str) -> None:
    """`Refused` when the customer's consents do not cover this device's positions, `NotFound` when it is not in use."""
    reason = queries.blocked_devices(session, device_id).get(device_id)
    if reason == "revoked":
        raise NotFound("device")
    if reason is not None:
        raise Refused(reason, "The customer's consents do not cover positions; nothing was kept.")


def _in_use(session: Session, device_id: str) -> Device:
    device = queries.devices_by_id(session, [device_id]).get(device_id)
    if device is None or device.revoked_at is not None:
        raise NotFound("device")
    return device


def _new_refresh() -> str:
    return "rt_" + secrets.token_urlsafe(32)


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


def device_item(row: Device) -> dict[str, Any]:
    return {
        "device_id": row.id,
        "customer": row.customer_id,
        "platform": row.platform,
        "push": row.push_token is not None,
        "push_kind": row.push_kind,
        "push_seen_at": row.push_seen_at,
        "push_retired": None
        if row.push_retired_at is None
        else {"at": row.push_retired_at, "reason": row.push_retired_reason},
        "locale": row.locale,
        "time_zone": row.time_zone,
        "os_version": row.os_version,
        "app_version": row.app_version,
        "positions_only": row.positions_only,
        "created_at": row.created_at,
        "updated_at": row.updated_at,
        "revoked_at": row.revoked_at,
    }
