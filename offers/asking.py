"""What a customer's pages show of asking a store: what it is about, whether somebody is there now, and what was said so far."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from offers.errors import NotFound
from offers.records.queries import campaigns as campaign_queries
from offers.records.queries import conversations as queries
from offers.records.queries import customers as customer_queries
from offers.records.queries import orders as order_queries
from offers.records.queries import places as place_queries
from offers.records.queries import posters as poster_queries
from offers.records.queries import products as product_queries
from offers.records.queries import scans as scan_queries
from offers.records.queries.browsers import is_browser_in_use
from offers.records.tables import Conversation, Place
from offers.rules.campaign import parse_campaign
from offers.rules.conversation import LEAST_ANSWERED, is_read, median_s
from offers.rules.local_time import clock_of
from offers.rules.localised import said_in
from offers.rules.opening import is_open, opens_at
from offers.rules.values import language_chain

MEASURED_OVER = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class AskedStore:
    """The store that is asked. `minutes`: in how many it usually answers, where that was measured."""

    id: str
    name: str
    phone: str | None
    is_open: bool
    opens_at: datetime | None
    """Next, in UTC, while it is closed."""
    zone: ZoneInfo
    minutes: int | None


@dataclass(frozen=True, slots=True)
class About:
    """What is asked about, as far as the page knows it. `order` is its number, on an order's page."""

    store: AskedStore | None
    sku: str | None
    title: str | None
    image: str | None
    size: str | None
    language: str | None
    """The profile's, of who is known."""
    order: str | None = None
    order_called: str | None = None
    """As its customer knows it: by its pickup code, else by its number."""


@dataclass(frozen=True, slots=True)
class Said:
    """One message as the customer sees it: who of the staff wrote it is not theirs to know."""

    id: str
    by_store: bool
    said: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Chat:
    id: str
    topic: str
    state: str
    about: About
    messages: tuple[Said, ...]
    unread: bool
    """Whether the store has said something since the customer last looked."""
    in_own_browser: bool
    """Whether the browser that looks is one of its customer's."""
    scan_id: str | None = None
    """Where it was asked, unless on an order's page."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the address asks for; what it names wrongly is passed over."""

    place: str | None = None
    size: str | None = None


def about_scan(
    session: Session, scan_id: str, device_id: str | None, wanted: Wanted, language: str | None, *, now: datetime
) -> About:
    """What is asked from a scan's page: its campaign's product, and the store that is named, else the poster's or the nearest to it."""
    scan = scan_queries.scan_by_id(session, scan_id)
    if scan is None:
        raise NotFound("scan")
    poster = poster_queries.poster_by_id(session, scan.poster_id)
    campaign = campaign_queries.campaign_by_id(session, scan.campaign_id) if scan.campaign_id else None
    sku = parse_campaign(campaign.definition).product if campaign is not None else None
    place = _store(session, wanted.place)
    if place is None and poster is not None:
        nearest = place_queries.nearest_store_id(session, poster.lat, poster.lon)
        place = _store(session, poster.place_id) or _store(session, nearest)
    device = customer_queries.devices_by_id(session, [device_id]).get(device_id) if device_id else None
    customer = customer_queries.customer_by_id(session, device.customer_id) if device else None
    theirs = (customer.language if customer else None) or (device.locale if device else None)
    store = _asked_store(session, place, now) if place else None
    item = _item(session, sku, wanted.size, language or theirs or scan.language)
    return About(store, item.sku, item.title, item.image, item.size, theirs)


def about_order(session: Session, order_id: str, language: str | None, *, now: datetime) -> About:
    """What is asked from an order's page: its first item, at the store where it is collected."""
    order = order_queries.order_by_id(session, order_id)
    if order is None:
        raise NotFound("order")
    item: Mapping[str, str] = order.items[0] if order.items else {}
    customer = customer_queries.customer_by_id(session, order.customer_id)
    theirs = customer.language if customer else None
    place = place_queries.place_by_id(session, order.place_id)
    shown = _item(session, item.get("sku"), item.get("size"), language or theirs, checks=False)
    store = _asked_store(session, place, now) if place else None
    return About(store, shown.sku, shown.title, shown.image, shown.size, theirs, order.id, order.code or order.id)


def chat(
    session: Session, conversation_id: str, language: str | None, *, now: datetime, device_id: str | None = None
) -> Chat:
    """A conversation with all that was said in it, for the browser that the cookie says."""
    row = queries.conversation_by_id(session, conversation_id)
    if row is None:
        raise NotFound("conversation")
    place = place_queries.place_by_id(session, row.place_id) if row.place_id else None
    shown = _item(session, row.sku, row.size, language or row.language, checks=False)
    store = _asked_store(session, place, now) if place else None
    order = order_queries.order_by_id(session, row.order_id) if row.order_id else None
    called = (order.code if order else None) or row.order_id
    about = About(store, shown.sku, shown.title, shown.image, shown.size, row.language, row.order_id, called)
    messages = _said(session, row)
    device = customer_queries.devices_by_id(session, [device_id]).get(device_id) if device_id else None
    is_own = device is not None and device.customer_id == row.customer_id
    return Chat(row.id, row.topic, row.state, about, messages, _is_unread(row, messages), is_own, row.scan_id)


def open_ones(session: Session, device_id: str | None) -> list[tuple[str, str]]:
    """(id, topic) of what the customer of this browser has asked and not closed."""
    device = customer_queries.devices_by_id(session, [device_id]).get(device_id) if device_id else None
    if device is None or not is_browser_in_use(device):
        return []
    return [(row.id, row.topic) for row in queries.open_of(session, device.customer_id)]


def news(session: Session, conversation_id: str, after: str) -> tuple[str, bool, tuple[Said, ...]]:
    """The state, whether something is unread, and what was said after that message; all of it where nobody knows that one."""
    row = queries.conversation_by_id(session, conversation_id)
    if row is None:
        raise NotFound("conversation")
    messages = _said(session, row)
    known = next((number + 1 for number, one in enumerate(messages) if one.id == after), 0)
    return row.state, _is_unread(row, messages), messages[known:]


def _said(session: Session, row: Conversation) -> tuple[Said, ...]:
    found = queries.messages_of(session, row.id)
    return tuple(Said(one.id, one.sender == "staff", one.said, one.at) for one in found)


def _is_unread(row: Conversation, messages: tuple[Said, ...]) -> bool:
    return any(one.by_store and not is_read(row.read_at, one.at) for one in messages)


def _store(session: Session, place_id: str | None) -> Place | None:
    place = place_queries.place_by_id(session, place_id) if place_id else None
    return place if place is not None and place.kind == "store" else None


@dataclass(frozen=True, slots=True)
class _Item:
    sku: str | None
    title: str | None
    image: str | None
    size: str | None


def _item(session: Session, sku: str | None, size: str | None, language: str | None, *, checks: bool = True) -> _Item:
    """`checks`: a size that the product does not have is not asked about."""
    product = product_queries.product_by_sku(session, sku) if sku else None
    if product is None:
        return _Item(sku, None, None, None if checks else size)
    title = said_in(product.title, language_chain(language, "en")) or next(iter(product.title.values()), sku)
    image = product.image if product.image and product.image.startswith("https://") else None
    return _Item(sku, title, image, None if checks and size not in product.sizes else size)


def _asked_store(session: Session, place: Place, now: datetime) -> AskedStore:
    zone, spot = clock_of(None, place.time_zone).zone, (place.lat, place.lon)
    waits = queries.answered_since(session, place.id, now - MEASURED_OVER)
    usual = median_s(waits) if len(waits) >= LEAST_ANSWERED else None
    opened = is_open(place.opening_hours, now, zone, spot)
    return AskedStore(
        id=place.id,
        name=place.name,
        phone=place.phone,
        is_open=opened,
        opens_at=None if opened else opens_at(place.opening_hours, now, zone, spot),
        zone=zone,
        minutes=None if usual is None else max(1, -(-usual // 60)),
    )
