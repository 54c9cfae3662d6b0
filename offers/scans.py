"""Scans: one opening of a poster's code, counted once a visit, and what its campaign gives at once to who is recognised."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from sqlalchemy.orm import Session

from offers.follows import Follows
from offers.records.ids import new_id
from offers.records.items import scan_told
from offers.records.queries import browsers, campaigns, customers, offers, posters, scans
from offers.records.tables import Customer, Device, Scan
from offers.rules.coupon_codes import CodeKeys, normalised
from offers.rules.landing import State
from offers.rules.scanning import (
    ONE_VISIT,
    Reader,
    campaign_of,
    counts_scans,
    shared_scan_id,
    state_of,
)
from offers.scan_decisions import Given, decide_scan

MOST_CODE = 64
"""Characters of a code that are looked up; ours have ten."""


@dataclass(frozen=True, slots=True)
class Before:
    """A scan that this browser remembers."""

    poster_id: str
    scan_id: str
    at: datetime
    """When it was last looked at."""


@dataclass(frozen=True, slots=True)
class ScanAsked:
    """What a door knows of one opening of a code."""

    code: str
    """As it was typed or scanned; empty where a Digital Link was."""
    reader: Reader
    source: Literal["web", "app"] = "web"
    keys: Sequence[str] = ()
    """Of a GS1 Digital Link, the most particular first."""
    device_id: str | None = None
    """What the visitor's cookie says, or the app's device."""
    language: str | None = None
    before: Sequence[Before] = ()
    inside: frozenset[str] = frozenset()
    """Places at whose premises the app says it is. The position itself went with the request."""
    at: datetime | None = None
    """When it was scanned, where that is not now."""


@dataclass(frozen=True, slots=True)
class Scanned:
    state: State
    poster_id: str | None = None
    scan_id: str | None = None
    """Of the page; none where the code leads to none."""
    is_new: bool = False
    """A row was written: no second look of the same visit."""
    kind: str = "human"
    campaign_id: str | None = None
    in_store: bool = False
    repeat: bool = False
    """Of what is new."""
    customer_id: str | None = None
    given: Given | None = None
    """Decided now, for who was recognised."""
    follows: Follows = field(default_factory=Follows)


def record_scan(session: Session, asked: ScanAsked, *, keys: CodeKeys, now: datetime) -> Scanned:
    """Count one opening of a code and decide for who is recognised. Safe to repeat within the visit: the same scan is the answer."""
    poster = find_poster(session, asked)
    if poster is None:
        return Scanned("unknown")
    state, kind, at = state_of(poster, now), asked.reader.kind, asked.at or now
    if state != "live":
        return Scanned(state, poster.id, kind=kind)
    if kind != "human":
        return _looked_at(session, asked, poster, keys, at)
    before = _remembered(session, asked, poster.id, at)
    if before is not None:
        return Scanned(state, poster.id, before)
    whose = _whose(session, asked)
    device, customer = whose
    if device is not None and (same := scans.last_by_device(session, poster.id, device.id, at - ONE_VISIT)):
        return Scanned(state, poster.id, same, customer_id=customer.id if customer else None)
    return _counted(session, asked, poster, whose, keys=keys, at=at, now=now)


def find_poster(session: Session, asked: ScanAsked) -> Any | None:
    """The poster's columns, by its code or by the first of its keys that a poster has."""
    if asked.keys:
        return posters.poster_by_digital_link(session, asked.keys)
    code = normalised(asked.code)
    return scans.poster_to_scan(session, code) if 0 < len(code) <= MOST_CODE else None


def find_state(session: Session, asked: ScanAsked, *, now: datetime) -> State:
    """Whether the code leads anywhere now. Counts nothing."""
    poster = find_poster(session, asked)
    return "unknown" if poster is None else state_of(poster, now)


def _remembered(session: Session, asked: ScanAsked, poster_id: str, at: datetime) -> str | None:
    """The scan of this visit, by what the browser remembers."""
    known = (one for one in asked.before if one.poster_id == poster_id and at - one.at < ONE_VISIT)
    last = max(known, key=lambda one: one.at, default=None)
    return last.scan_id if last is not None and scans.is_of_poster(session, last.scan_id, poster_id) else None


def _whose(session: Session, asked: ScanAsked) -> tuple[Device, Customer] | tuple[None, None]:
    """Whose browser or app it is, with the customer locked until the commit."""
    if asked.device_id is None:
        return None, None
    if asked.source == "web":
        return browsers.browser_locked(session, asked.device_id) or (None, None)
    device = customers.device_with_its_customer_locked(session, asked.device_id)
    if device is None or device.revoked_at is not None:
        return None, None
    return device, session.get_one(Customer, device.customer_id)


def _looked_at(session: Session, asked: ScanAsked, poster: Any, keys: CodeKeys, at: datetime) -> Scanned:
    """A messenger's or a bot's look: one row a day, which decides nothing."""
    scan_id = shared_scan_id(keys, poster.id, asked.reader, at)
    campaign = campaign_of(poster, in_store=poster.inside, repeat=False, over=_is_over(poster), now=at)
    values = _values(asked, scan_id, poster, campaign, at)
    is_new = scans.add_shared_scan(session, values)
    return Scanned("live", poster.id, scan_id, is_new=is_new, kind=asked.reader.kind)


def _counted(
    session: Session,
    asked: ScanAsked,
    poster: Any,
    whose: tuple[Device, Customer] | tuple[None, None],
    *,
    keys: CodeKeys,
    at: datetime,
    now: datetime,
) -> Scanned:
    device, customer = whose
    in_store = poster.inside or _is_in_a_store(session, asked, customer)
    repeat = any(one.poster_id == poster.id for one in asked.before) or (
        device is not None and customer is not None and scans.has_scanned(session, poster.id, customer.id, device.id)
    )
    over = counts_scans(poster, now) and not _count(session, poster, customer)
    campaign = campaign_of(poster, in_store=in_store, repeat=repeat, over=over, now=now)
    values = _values(asked, new_id("scn"), poster, campaign, at) | {"in_store": in_store, "repeat": repeat}
    if device is not None and customer is not None:
        values |= {"device_id": device.id, "customer_id": customer.id}
        if asked.source == "app" and device.platform != "web":
            values["os"] = device.platform
    scans.add_scan(session, values)
    given = None
    if customer is not None:
        given = decide_scan(session, Scan(**values), customer, asked_for=False, keys=keys, now=now)
    happened = ({"type": "scan", **scan_told(values)}, *(given.happened if given else ()))
    return Scanned(
        "live",
        poster.id,
        values["id"],
        is_new=True,
        campaign_id=campaign,
        in_store=in_store,
        repeat=repeat,
        customer_id=values["customer_id"],
        given=given,
        follows=Follows(happened=happened),
    )


def _count(session: Session, poster: Any, customer: Customer | None) -> bool:
    """Locks the poster until the commit; whoever is decided for has the offers locked before, in the order that everybody keeps."""
    if customer is not None:
        ways = (poster.campaign_id, poster.inside_campaign_id, poster.then_campaign_id, poster.again_campaign_id)
        led_to = campaigns.campaigns_by_id(session, {one for one in ways if one is not None})
        if named := {offer for one in led_to if (offer := one.definition.get("offer"))}:
            offers.offers_locked(session, named)
    return scans.count_scan(session, poster.id)


def _values(asked: ScanAsked, scan_id: str, poster: Any, campaign: str | None, at: datetime) -> dict[str, Any]:
    return {
        "id": scan_id,
        "poster_id": poster.id,
        "campaign_id": campaign,
        "customer_id": None,
        "device_id": None,
        "at": at,
        "source": asked.source,
        "kind": asked.reader.kind,
        "device_class": asked.reader.device_class,
        "os": asked.reader.os,
        "language": asked.language,
        "repeat": False,
        "in_store": poster.inside,
        "finished_at": None,
        "finished_by": None,
        "reminded_at": None,
    }


def _is_over(poster: Any) -> bool:
    return poster.then_after is not None and poster.scanned >= poster.then_after


def _is_in_a_store(session: Session, asked: ScanAsked, customer: Customer | None) -> bool:
    """By where the app says it is, or by where the customer stays."""
    if asked.inside and scans.has_a_store(session, asked.inside):
        return True
    return customer is not None and scans.is_in_a_store(session, customer.id)
