"""Shopify's events of orders and of fulfilment orders, and what a lookup of an order tells (shopify.dev: webhooks, Admin GraphQL).

An order that is collected in two places is an order here for each: the first has the order's own id, the others `-2`, `-3`.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from offers.rules.shop import PREPARED
from offers.rules.shop_orders.told import (
    Orders,
    Person,
    Read,
    Said,
    ToLookUp,
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

ORDER_TOPICS = (
    *("orders/create", "orders/updated", "orders/edited", "orders/paid", "orders/cancelled", "orders/delete"),
    *("orders/fulfilled", "orders/partially_fulfilled"),
)
THIN_TOPICS = (
    PREPARED,
    *("fulfillment_orders/order_routing_complete", "fulfillment_orders/moved", "fulfillment_orders/cancelled"),
)
"""They name a fulfilment order, and neither the order, the customer nor the store."""
PICKUPS = ("pick_up", "pickup", "local_pickup")
MOST_PARTS = 10

QUERY = """
query Passerby($id: ID!) {
  node(id: $id) {
    ... on FulfillmentOrder { order { ...Told } }
    ... on Order { ...Told }
  }
}
fragment Told on Order {
  id name updatedAt cancelledAt displayFinancialStatus email phone
  customer { id firstName lastName }
  currentTotalPriceSet { shopMoney { amount currencyCode } }
  fulfillmentOrders(first: 20) { nodes {
    id status updatedAt
    deliveryMethod { methodType }
    assignedLocation { name location { id } }
    lineItems(first: 100) { nodes { sku productTitle variantTitle totalQuantity } }
  } }
}
"""
"""Of an order, or of the order of a fulfilment order, by its global id."""


def read_shopify(topic: str, body: Any, shop: Words, keys: ShopKeys, triggered_at: datetime | None) -> Read:
    said = mapping(body)
    if topic.startswith("fulfillment_orders/"):
        return _thin(topic, said, shop)
    if topic not in ORDER_TOPICS and shop.meaning(topic) is None:
        return Unused("ignored", "unknown_topic", topic)
    number = numeral(said.get("id"))
    if number is None:
        return unreadable("id")
    if topic == "orders/delete":
        return _cancelled(f"{shop.id}-{number}", triggered_at, "cancelled")
    if shop.has_token:
        return ToLookUp(f"gid://shopify/Order/{number}")
    return _fat(topic, said, f"{shop.id}-{number}", shop, keys)


def _thin(topic: str, said: Mapping[str, Any], shop: Words) -> Read:
    one = mapping(said.get("fulfillment_order") or said.get("original_fulfillment_order"))
    gid = text(one.get("id"), 100)
    if topic not in THIN_TOPICS and shop.meaning(topic) is None:
        return Unused("ignored", "unknown_topic", topic)
    if gid is None:
        return unreadable("fulfillment_order.id")
    method = text(mapping(one.get("delivery_method")).get("method_type"))
    if method is not None and method.lower() not in PICKUPS:
        return Unused("ignored", "no_pickup", method)
    if not shop.has_token:
        return Unused("failed", "token_missing")
    number = _number(gid)
    return ToLookUp(f"gid://shopify/FulfillmentOrder/{number}") if number else unreadable("fulfillment_order.id")


def _fat(topic: str, said: Mapping[str, Any], order_id: str, shop: Words, keys: ShopKeys) -> Read:
    """Of the event alone, where the shop gave no token: the location is what the shipping line is called."""
    at = moment(said.get("updated_at"))
    if said.get("cancelled_at"):
        return _cancelled(order_id, at, shop.meaning("cancelled") or "cancelled")
    if said.get("financial_status") == "refunded":
        return _cancelled(order_id, at, shop.meaning("refunded") or "refunded")
    meaning = shop.meaning(topic, text(said.get("fulfillment_status")))
    if meaning == "ignored":
        return Unused("ignored", "status_not_ours", topic)
    lines = rows(said.get("shipping_lines"))
    names = [word for one in lines for name in ("code", "title") if (word := text(one.get(name)))]
    known = next((shop.places[name] for name in names if name in shop.places), None)
    if known is None:
        collected = any((text(one.get("delivery_category")) or "").lower() in PICKUPS for one in lines)
        if not collected:
            return Unused("ignored", "no_pickup", next(iter(names), ""))
        if shop.default_place is None:
            return Unused("failed", "unknown_place", next(iter(names), ""))
    fields = {
        "place": known or shop.default_place,
        "number": text(said.get("name"), 50),
        "items": _items(said.get("line_items"), "name", "quantity"),
        "total": text(said.get("current_total_price") or said.get("total_price"), 40),
        "currency": text(said.get("currency"), 3),
    }
    customer, address = mapping(said.get("customer")), mapping(said.get("billing_address"))
    email = text(said.get("email") or customer.get("email"), 320)
    person = Person(
        _who(numeral(customer.get("id")), email, order_id, shop, keys),
        full_name(customer.get("first_name"), customer.get("last_name")),
        phone(said.get("phone") or address.get("phone"), address.get("country_code")),
    )
    return Orders((Said(order_id, at, meaning, person, fields),))


def read_looked_up(
    topic: str, gid: str, node: Any, shop: Words, keys: ShopKeys, *, triggered_at: datetime | None
) -> Orders | Unused:
    """What `QUERY` answered, for an event of this topic that named `gid`: the order as it is now, in as many parts as there are stores."""
    found = mapping(node)
    order = mapping(found.get("order")) if "order" in found else found
    number = _number(text(order.get("id"), 100))
    if number is None:
        return Unused("failed", "not_there", gid)
    order_id, told_at = f"{shop.id}-{number}", moment(order.get("updatedAt"))
    at = max((one for one in (told_at, triggered_at) if one), default=None)
    if order.get("cancelledAt"):
        return _cancelled(order_id, at, shop.meaning("cancelled") or "cancelled")
    if text(order.get("displayFinancialStatus")) == "REFUNDED":
        return _cancelled(order_id, at, shop.meaning("refunded") or "refunded")
    parts = _parts(rows(mapping(order.get("fulfillmentOrders")).get("nodes")))
    if not parts:
        return Unused("ignored", "no_pickup")
    money = mapping(mapping(order.get("currentTotalPriceSet")).get("shopMoney"))
    whole = {"number": text(order.get("name"), 50)}
    if len(parts) == 1:
        whole |= {"total": text(money.get("amount"), 40), "currency": text(money.get("currencyCode"), 3)}
    customer = mapping(order.get("customer"))
    person = Person(
        _who(_number(text(customer.get("id"), 100)), text(order.get("email"), 320), order_id, shop, keys),
        full_name(customer.get("firstName"), customer.get("lastName")),
        phone(order.get("phone")),
    )
    said = []
    for part, one in enumerate(parts, 1):
        location = mapping(one.get("assignedLocation"))
        at_location = text(mapping(location.get("location")).get("id"), 100)
        names = [at_location, _number(at_location), text(location.get("name"))]
        place = shop.place(*names)
        if place is None:
            return Unused("failed", "unknown_place", names[2] or names[1] or "")
        items = _items(mapping(one.get("lineItems")).get("nodes"), "productTitle", "totalQuantity")
        several = len(parts) > 1
        which = {"part": part if several else None, "parts": len(parts) if several else None}
        fields = {**whole, "place": place, "items": items, **which}
        status = _status(topic, gid, one, shop)
        said.append(Said(_part_id(order_id, part), at, None if status == "ignored" else status, person, fields))
    gone = [
        Said(_part_id(order_id, part), at, "cancelled", only_known=True)
        for part in range(len(parts) + 1, MOST_PARTS + 1)
    ]
    return Orders((*said, *gone))


def _parts(nodes: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """What is collected, in the order of their numbers; those that were given up only where nothing else is left."""
    collected = [one for one in nodes if _method(one) in PICKUPS and _number(text(one.get("id"), 100))]
    left = [one for one in collected if one.get("status") != "CANCELLED"] or collected[:1]
    return sorted(left, key=lambda one: int(_number(text(one.get("id"), 100)) or 0))[:MOST_PARTS]


def _method(node: Mapping[str, Any]) -> str:
    return (text(mapping(node.get("deliveryMethod")).get("methodType")) or "").lower()


def _status(topic: str, gid: str, node: Mapping[str, Any], shop: Words) -> str | None:
    """What is over is over, whatever the event said; else what the event means for whom it is about; else nothing new."""
    over = shop.meaning((text(node.get("status")) or "").lower())
    if over is not None:
        return over
    about = _number(gid) == _number(text(node.get("id"), 100)) or "/Order/" in gid
    return shop.meaning(topic) if about else None


def _cancelled(order_id: str, at: datetime | None, meaning: str) -> Orders | Unused:
    if meaning == "ignored":
        return Unused("ignored", "status_not_ours", "cancelled")
    ids = (_part_id(order_id, part) for part in range(1, MOST_PARTS + 1))
    return Orders(tuple(Said(one, at, meaning, only_known=True) for one in ids))


def _part_id(order_id: str, part: int) -> str:
    return order_id if part == 1 else f"{order_id}-{part}"


def _number(gid: str | None) -> str | None:
    """`1046000776` of `gid://shopify/FulfillmentOrder/1046000776`."""
    number = (gid or "").rpartition("/")[2].partition("?")[0]
    return number if number.isascii() and number.isdigit() and len(number) <= 30 else None


def _items(lines: Any, title: str, quantity: str) -> list[dict[str, Any]]:
    return [_item(one, title, many) for one in rows(lines) if (many := pieces(one.get(quantity, 1)))]


def _item(line: Mapping[str, Any], title: str, many: int) -> dict[str, Any]:
    variant = text(line.get("variantTitle"))
    name = " - ".join(one for one in (text(line.get(title)), variant if variant != "Default Title" else None) if one)
    item = {
        "sku": text(line.get("sku"), 100) or f"product-{text(line.get('product_id'), 40) or 'unknown'}",
        "title": name[:300] or None,
        "quantity": many,
        "price": text(line.get("price"), 20),
    }
    return {name: value for name, value in item.items() if value is not None}


def _who(number: str | None, email: str | None, order_id: str, shop: Words, keys: ShopKeys) -> str:
    """A customer of the shop by their number; a guest by a mark of the address of e-mail, which itself is not kept."""
    return f"{shop.id}-{number or 'guest-' + mark_of_guest(keys, shop.id, email or order_id)}"
