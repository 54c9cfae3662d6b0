"""A product's stores as seen from a poster: which are told, how far they are on foot, and which is the best to go to."""

import math
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Protocol
from zoneinfo import ZoneInfo

from offers.rules.landing import Store
from offers.rules.opening import closes_at, is_open, opens_at
from offers.rules.stock import has_piece
from offers.rules.values import zone_or_none

MOST_STORES = 10
METRES_A_MINUTE = 80.0
"""On foot, along the way: what Japan's Fair Competition Code for real estate advertising reckons with, and it rounds up to whole minutes too."""
AS_THE_STREETS_GO = 1.3
"""The way is so much longer than the straight line: G. F. Newell (Traffic Flow on Transportation Networks, 1980) has 1.2 for roads in
towns, and on foot it is more.
"""


def minutes_on_foot(distance_m: float) -> int:
    """At least 1."""
    return max(1, math.ceil(distance_m * AS_THE_STREETS_GO / METRES_A_MINUTE - 1e-9))


def best_of(nearest_first: Sequence[str], stock: Mapping[str, Any], size: str | None) -> str | None:
    """The nearest that has the size, else the nearest that has any; none where no store has one."""
    for wanted in dict.fromkeys((size, None)):
        for place_id in nearest_first:
            if has_piece(stock, place_id, wanted):
                return place_id
    return None


def gone_of(sizes: Sequence[str], stores: Sequence[str], stock: Mapping[str, Any]) -> tuple[str, ...]:
    """The sizes that none of these stores has; none of them where one counts no sizes and has some."""
    left = set(sizes)
    for told in (stock.get(place_id) for place_id in stores):
        if isinstance(told, Mapping):
            left -= {str(size) for size, many in told.items() if many}
        elif told:
            return ()
        if not left:
            break
    return tuple(size for size in sizes if size in left)


def told_of(nearest_first: Sequence[str], *also: str | None) -> list[str]:
    """The nearest, with these among them however far they are; the nearest first."""
    named = {one for one in also if one in nearest_first}
    kept = {*nearest_first[:MOST_STORES]}
    for one in reversed(nearest_first[:MOST_STORES]):
        if len(kept | named) <= MOST_STORES:
            break
        if one not in named:
            kept.discard(one)
    return [one for one in nearest_first if one in kept or one in named]


class Shop(Protocol):
    """A store, as far as a page tells of it."""

    @property
    def id(self) -> str: ...
    @property
    def name(self) -> str: ...
    @property
    def lat(self) -> float: ...
    @property
    def lon(self) -> float: ...
    @property
    def address(self) -> str | None: ...
    @property
    def phone(self) -> str | None: ...
    @property
    def time_zone(self) -> str: ...
    @property
    def opening_hours(self) -> str | None: ...
    @property
    def pickup(self) -> bool: ...


def store_told(shop: Shop, metres: float, pieces: Mapping[str, int], now: datetime) -> Store:
    """The store at this moment, so many metres from the poster."""
    zone, spot = zone_or_none(shop.time_zone) or ZoneInfo("UTC"), (shop.lat, shop.lon)
    opened = is_open(shop.opening_hours, now, zone, spot)
    return Store(
        id=shop.id,
        name=shop.name,
        address=shop.address,
        lat=shop.lat,
        lon=shop.lon,
        phone=shop.phone,
        distance_m=round(metres / 10) * 10,
        minutes=minutes_on_foot(metres),
        is_open=opened,
        opens_at=None if opened else opens_at(shop.opening_hours, now, zone, spot),
        closes_at=closes_at(shop.opening_hours, now, zone, spot) if opened else None,
        time_zone=shop.time_zone,
        pickup=shop.pickup,
        pieces=pieces,
    )


def size_of(sizes: Sequence[str], asked: str | None, own: Any, bought: str | None) -> str | None:
    """The size that is chosen: what is asked for, else the profile's, else what was last bought in the category; if the product has it."""
    return next((size for one in (asked, own, bought) if (size := _written(one)) is not None and size in sizes), None)


def _written(size: Any) -> str | None:
    """38, 38.0 and "38" are one shoe."""
    if size is None or isinstance(size, bool):
        return None
    return str(int(size)) if isinstance(size, float) and size == int(size) else str(size)


class Priced(Protocol):
    @property
    def sku(self) -> str: ...
    @property
    def sizes(self) -> Sequence[Any]: ...
    @property
    def stock(self) -> Mapping[str, Any]: ...
    @property
    def price_thousandths(self) -> int | None: ...
    @property
    def currency(self) -> str | None: ...


def next_best(products: Sequence[Any], like: Priced, size: str | None, places: frozenset[str], most: int) -> list[Any]:
    """Products that some store has a piece of: first those in the size, then those that cost about the same."""

    def in_stock(one: Priced, wanted: str | None) -> bool:
        return any(has_piece(one.stock, place, wanted) for place in one.stock if place in places)

    def worse(one: Priced) -> tuple[bool, float, str]:
        apart = math.inf
        if one.price_thousandths is not None and like.price_thousandths is not None and one.currency == like.currency:
            apart = abs(one.price_thousandths - like.price_thousandths)
        return size is not None and not in_stock(one, size), apart, one.sku

    return sorted((one for one in products if one.sku != like.sku and in_stock(one, None)), key=worse)[:most]
