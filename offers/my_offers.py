"""What a customer has: coupons, orders, conversations; on their browser's page and at their app's doors."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from offers.errors import NotFound
from offers.records.items import minutes_of, steps_told
from offers.records.queries import mine as queries
from offers.records.queries import offers as offer_queries
from offers.records.queries import places as place_queries
from offers.records.queries.browsers import browser_by_id
from offers.records.queries.orders import order_by_id
from offers.records.tables import Coupon, Offer, Order, Place
from offers.rules import localised
from offers.rules.coupon_codes import CodeKeys
from offers.rules.nearby_stores import store_told
from offers.rules.offer import written_value
from offers.rules.page_links import page_path
from offers.rules.values import language_chain

MOST_SHOWN = 100
"""Of each kind, on the page."""


@dataclass(frozen=True, slots=True)
class MyCoupon:
    """One coupon as its page says it."""

    id: str
    name: str
    worth: str | None
    """`10%`, `€ 5`; none where the offer's text says it all."""
    text: str | None
    minimum_basket: str | None
    code: str
    """What a till reads: of a coupon without a code its id."""
    state: str
    """`issued`, `redeemed` or `expired`, as of now."""
    until: str | None
    """In words, by the store's clock; none where it has no end."""
    place: str | None
    """The name of the store that gave it; of one that redeemed it the store where."""


@dataclass(frozen=True, slots=True)
class MyOrder:
    id: str
    status: str
    place: str | None
    code: str | None
    at: str


@dataclass(frozen=True, slots=True)
class MyConversation:
    id: str
    topic: str
    state: str
    place: str | None
    at: str


@dataclass(frozen=True, slots=True)
class Mine:
    """All that the page of one browser shows."""

    device_id: str
    customer_id: str
    first_name: str | None
    anonymous: bool
    language: str | None
    """The customer's, or the browser's."""
    on: bool
    """Whether messages go to this browser."""
    consents: Mapping[str, bool]
    coupons: tuple[MyCoupon, ...]
    orders: tuple[MyOrder, ...]
    conversations: tuple[MyConversation, ...]


def language_of(session: Session, device_id: str | None) -> str | None:
    """The language of this browser's customer, or of the browser; none for who is not known."""
    found = browser_by_id(session, device_id)
    return (found[1].language or found[0].locale) if found else None


def of_browser(session: Session, device_id: str | None, *, keys: CodeKeys, language: str, now: datetime) -> Mine | None:
    """Whose the cookie says this browser is; none once that is nobody."""
    found = browser_by_id(session, device_id)
    if found is None:
        return None
    device, customer = found
    coupons = queries.coupons_of(session, customer.id, None, MOST_SHOWN)
    orders = queries.latest_orders(session, customer.id, MOST_SHOWN)
    talks = queries.latest_conversations(session, customer.id, MOST_SHOWN)
    places = _places(session, [*(one.place_id for one in orders), *(one.place_id for one in talks)])
    return Mine(
        device_id=device.id,
        customer_id=customer.id,
        first_name=(customer.name or "").split(" ")[0] or None,
        anonymous=customer.anonymous,
        language=customer.language or device.locale,
        on=device.push_token is not None,
        consents={purpose: getattr(customer, purpose) for purpose in ("location", "offers", "orders")},
        coupons=tuple(_shown(session, coupons, keys, language, now)),
        orders=tuple(
            MyOrder(
                one.id,
                one.status,
                _name(places, one.place_id),
                one.code,
                _day(one.created_at, places, one.place_id, language),
            )
            for one in orders
        ),
        conversations=tuple(
            MyConversation(
                one.id,
                one.topic,
                one.state,
                _name(places, one.place_id),
                _day(one.updated_at, places, one.place_id, language),
            )
            for one in talks
        ),
    )


def one_coupon(session: Session, coupon_id: str, *, keys: CodeKeys, language: str, now: datetime) -> MyCoupon | None:
    """For who has its own address: the browser that was just given it, and keeps no cookie."""
    row = queries.coupon_by_id(session, coupon_id)
    return _shown(session, [row], keys, language, now)[0] if row else None


def _shown(session: Session, rows: Sequence[Coupon], keys: CodeKeys, language: str, now: datetime) -> list[MyCoupon]:
    offers = offer_queries.offers_by_id(session, {one.offer_id for one in rows})
    places = _places(session, (one.redeemed_place_id or one.place_id for one in rows))
    codes = queries.codes_of(session, rows, keys)
    return [_coupon(one, offers[one.offer_id], places, codes.get(one.id), language=language, now=now) for one in rows]


def _coupon(
    row: Coupon, offer: Offer, places: Mapping[str, Place], code: str | None, *, language: str, now: datetime
) -> MyCoupon:
    place_id = row.redeemed_place_id or row.place_id
    chain = language_chain(language, "en")
    return MyCoupon(
        id=row.id,
        name=offer.name,
        worth=_worth(offer, language),
        text=localised.said_in(offer.text, chain) or next(iter(offer.text.values()), None),
        minimum_basket=localised.said_in(offer.minimum_basket or {}, chain),
        code=code or row.id,
        state=state_of(row, now),
        until=_until(row.expires_at, places.get(place_id), now, language),
        place=_name(places, place_id),
    )


def state_of(row: Coupon, now: datetime) -> str:
    """One whose time is over is expired, whether the sweep has seen it or not."""
    over = row.state == "issued" and row.expires_at is not None and row.expires_at <= now
    return "expired" if over else row.state


def _worth(offer: Offer, language: str) -> str | None:
    if offer.value_thousandths is None:
        return None
    if offer.kind == "percentage":
        return localised.percentage(offer.value_thousandths, language)
    return localised.money(offer.value_thousandths, offer.currency, language) if offer.currency else None


def _until(ends: datetime | None, place: Place | None, now: datetime, language: str) -> str | None:
    if ends is None:
        return None
    zone = ZoneInfo(place.time_zone if place else "UTC")
    return localised.end_of(ends.astimezone(zone), now.astimezone(zone), language)


def _day(moment: datetime, places: Mapping[str, Place], place_id: str | None, language: str) -> str:
    place = places.get(place_id or "")
    local = moment.astimezone(ZoneInfo(place.time_zone if place else "UTC"))
    return localised.end_of(local, local, language)


def _places(session: Session, ids: Iterable[str | None]) -> Mapping[str, Place]:
    return place_queries.places_by_id(session, {one for one in ids if one})


def _name(places: Mapping[str, Place], place_id: str | None) -> str | None:
    place = places.get(place_id or "")
    return place.name if place else None


def list_offers(
    session: Session, customer_id: str, *, keys: CodeKeys, before: str | None, limit: int, now: datetime
) -> tuple[list[dict[str, Any]], str | None]:
    """A customer's coupons, the newest first, and the next cursor."""
    rows = queries.coupons_of(session, customer_id, before, limit + 1)
    offers = offer_queries.offers_by_id(session, {one.offer_id for one in rows})
    codes = queries.codes_of(session, rows[:limit], keys)
    items = [_coupon_item(one, offers[one.offer_id], codes.get(one.id), now) for one in rows[:limit]]
    return items, rows[limit - 1].id if len(rows) > limit else None


def _coupon_item(row: Coupon, offer: Offer, code: str | None, now: datetime) -> dict[str, Any]:
    return {
        "id": row.id,
        "offer": offer.id,
        "name": offer.name,
        "kind": offer.kind,
        "value": written_value(offer.kind, offer.value_thousandths),
        "currency": offer.currency,
        "text": offer.text,
        "minimum_basket": offer.minimum_basket or {},
        "campaign": row.campaign_id,
        "place": row.place_id,
        "code": code or row.id,
        "state": state_of(row, now),
        "issued_at": row.issued_at,
        "expires_at": row.expires_at,
        "redeemed_at": row.redeemed_at,
        "redeemed_place": row.redeemed_place_id,
    }


def list_orders(
    session: Session, customer_id: str, *, keys: CodeKeys, before: str | None, limit: int, now: datetime
) -> tuple[list[dict[str, Any]], str | None]:
    """A customer's orders, by id downwards, and the next cursor. `now`: to which the minutes away are counted down."""
    rows = queries.orders_of(session, customer_id, before, limit + 1)
    places = _places(session, (one.place_id for one in rows[:limit]))
    items = [_order_item(one, places[one.place_id], keys, now) for one in rows[:limit]]
    return items, rows[limit - 1].id if len(rows) > limit else None


def one_order(session: Session, customer_id: str, order_id: str, *, keys: CodeKeys, now: datetime) -> dict[str, Any]:
    """One of them. `NotFound` where it is not theirs."""
    row = order_by_id(session, order_id)
    if row is None or row.customer_id != customer_id:
        raise NotFound("order")
    return _order_item(row, _places(session, [row.place_id])[row.place_id], keys, now)


def _order_item(row: Order, place: Place, keys: CodeKeys, now: datetime) -> dict[str, Any]:
    """`url` is a path on this service; the door makes it an address."""
    names = ("id", "status", "items", "total", "currency", "code", "number", "part", "parts", "ready_at")
    store = store_told(place, 0.0, {}, now)
    return {
        "place": row.place_id,
        **{name: getattr(row, name) for name in names},
        "history": steps_told(row.history),
        "coming_minutes": row.coming_minutes,
        "coming_since": row.coming_since,
        **minutes_of(row, now=now),
        "store": {
            "name": store.name,
            "address": store.address,
            "phone": store.phone,
            "open": store.is_open,
            "opens_at": store.opens_at,
            "closes_at": store.closes_at,
        },
        "url": page_path(keys, "order", row.id),
        "created_at": row.created_at,
        "updated_at": row.updated_at,
    }
