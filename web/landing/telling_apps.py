"""A landing as the app's JSON: what the page says, in the shapes of the API. Money is text; sizes and pieces are as the shop wrote them."""

from collections.abc import Mapping
from typing import Any

from offers.rules.landing import Item, Landing, Offered, Store
from offers.rules.money import written
from offers.rules.offer import written_value


def landing_told(landing: Landing, base_url: str) -> dict[str, Any]:
    """`coupon` is there once the customer holds it; `page` is the same as a page."""
    offer = landing.offer
    return {
        "scan": landing.scan_id,
        "state": landing.state,
        "page": None if landing.scan_id is None else f"{base_url.rstrip('/')}/l/{landing.scan_id}",
        "language": landing.language,
        "poster": landing.poster_id,
        "place": landing.place_id,
        "campaign": landing.campaign_id,
        "repeat": landing.repeat,
        "in_store": landing.in_store,
        "title": landing.title,
        "body": landing.body,
        "item": None if landing.item is None else _item(landing.item),
        "offer": None if offer is None else _offer(offer),
        "coupon": None
        if offer is None or offer.coupon_id is None
        else {"id": offer.coupon_id, "code": offer.code, "expires_at": offer.ends_at},
        "stores": [_store(one) for one in landing.stores],
        "best_store": landing.best_store_id,
        "others": [_item(one) for one in landing.others],
        "outcome": landing.outcome,
    }


def _item(item: Item) -> dict[str, Any]:
    return {
        "sku": item.sku,
        "title": item.title,
        "image": item.image,
        "category": item.category,
        "sizes": item.sizes,
        "size": item.size,
        "price": None if item.price_thousandths is None else written(item.price_thousandths),
        "price_now": None if item.now_thousandths is None else written(item.now_thousandths),
        "currency": item.currency,
    }


def _offer(offer: Offered) -> dict[str, Any]:
    return {
        "id": offer.id,
        "name": offer.name,
        "text": offer.text,
        "kind": offer.kind,
        "value": written_value(offer.kind, offer.value_thousandths),
        "currency": offer.currency,
        "minimum_basket": offer.minimum_basket,
        "state": offer.state,
        "ends_at": offer.ends_at,
    }


def _store(store: Store) -> Mapping[str, Any]:
    return {
        "id": store.id,
        "name": store.name,
        "address": store.address,
        "phone": store.phone,
        "lat": store.lat,
        "lon": store.lon,
        "distance_m": store.distance_m,
        "minutes": store.minutes,
        "is_open": store.is_open,
        "opens_at": store.opens_at,
        "closes_at": store.closes_at,
        "time_zone": store.time_zone,
        "pickup": store.pickup,
        "pieces": store.pieces,
    }
