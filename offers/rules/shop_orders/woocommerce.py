"""WooCommerce's orders, as its REST API and its webhooks have them (class-wc-webhook.php, REST API v3: orders)."""

from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from html import unescape
from typing import Any

from offers.rules.shop_orders.told import (
    Orders,
    Person,
    Read,
    Said,
    Unused,
    Words,
    full_name,
    mapping,
    moment,
    numeral,
    phone,
    pieces,
    rows,
    text,
    unreadable,
)
from offers.rules.shop_sealing import ShopKeys, mark_of_guest

TOPICS = ("order.created", "order.updated", "order.restored", "order.deleted")
PICKUPS = ("pickup_location", "local_pickup")
SIZES = ("pa_size", "size", "pa_maat", "maat", "pa_groesse", "größe")
"""What an attribute is called that is a size, in lower case."""


def read_woocommerce(topic: str, body: Any, shop: Words, keys: ShopKeys) -> Read:
    """The order as it is; `order.deleted` says its id alone."""
    if topic not in TOPICS:
        return Unused("ignored", "unknown_topic", topic)
    order = mapping(body)
    number = numeral(order.get("id"))
    if number is None:
        return unreadable("id")
    order_id = f"{shop.id}-{number}"
    if topic == "order.deleted":
        return Orders((Said(order_id, None, "cancelled", only_known=True),))
    word = text(order.get("status"))
    if word is None:
        return unreadable("status")
    meaning = shop.meaning(word, word.removeprefix("wc-"))
    if meaning is None or meaning == "ignored":
        return Unused("ignored", "status_not_ours", word)
    at = moment(order.get("date_modified_gmt"), zone_is_utc=True)
    if meaning in ("cancelled", "refunded"):
        return Orders((Said(order_id, at, meaning, only_known=True, insists=topic == "order.restored"),))
    lines = [one for one in rows(order.get("shipping_lines")) if _is_pickup(one)]
    if not lines:
        return Unused("ignored", "no_pickup")
    names = _names(lines[0])
    place = shop.place(*names)
    if place is None:
        return Unused("failed", "unknown_place", next((one for one in names if one), ""))
    fields = {
        "place": place,
        "number": text(order.get("number"), 50) or number,
        "items": [
            _item(one, many) for one in rows(order.get("line_items")) if (many := pieces(one.get("quantity", 1)))
        ],
        "total": text(order.get("total"), 40),
        "currency": text(order.get("currency"), 3),
    }
    person = _person(order, shop, keys)
    return Orders((Said(order_id, at, meaning, person, fields, insists=topic == "order.restored"),))


def _is_pickup(line: Mapping[str, Any]) -> bool:
    method = text(line.get("method_id")) or ""
    return method.partition(":")[0] in PICKUPS


def _names(line: Mapping[str, Any]) -> list[str | None]:
    """What the location may be called in `places`: its name, and the method's own number and title."""
    told = _meta(line).get("pickup_location")
    method, instance = text(line.get("method_id")), text(line.get("instance_id"))
    return [told, f"{method}:{instance}" if method and instance else None, text(line.get("method_title"))]


def _meta(line: Mapping[str, Any]) -> dict[str, str]:
    """By names in lower case; the first of a name counts."""
    found: dict[str, str] = {}
    for one in rows(line.get("meta_data")):
        name, value = text(one.get("key")), text(one.get("value"))
        if name and value:
            found.setdefault(name.lower(), unescape(value))
    return found


def _item(line: Mapping[str, Any], many: int) -> dict[str, Any]:
    meta = _meta(line)
    size = next((meta[name] for name in SIZES if name in meta), None)
    item = {
        "sku": text(line.get("sku"), 100) or f"product-{text(line.get('product_id'), 40) or 'unknown'}",
        "title": unescape(text(line.get("name"), 300) or "") or None,
        "size": size[:50] if size else None,
        "quantity": many,
        "price": _price(line),
    }
    return {name: value for name, value in item.items() if value is not None}


def _price(line: Mapping[str, Any]) -> str | None:
    """Of one piece; WooCommerce divides and has as many digits as that takes."""
    said = line.get("price")
    if isinstance(said, bool) or not isinstance(said, int | float | str):
        return None
    try:
        price = Decimal(str(said)).quantize(Decimal("0.01"))
    except InvalidOperation:
        return None
    return str(price) if 0 <= price < 10**9 else None


def _person(order: Mapping[str, Any], shop: Words, keys: ShopKeys) -> Person:
    """An account of the shop by its number; a guest by a mark of the address of e-mail, which itself is not kept."""
    billing = mapping(order.get("billing"))
    account, email = numeral(order.get("customer_id")), text(billing.get("email"), 320)
    if account and account.strip("0"):
        found = f"{shop.id}-{account}"
    else:
        found = f"{shop.id}-guest-{mark_of_guest(keys, shop.id, email or 'order ' + str(order.get('id')))}"
    name = full_name(billing.get("first_name"), billing.get("last_name"))
    return Person(found, name, phone(billing.get("phone"), billing.get("country")))
