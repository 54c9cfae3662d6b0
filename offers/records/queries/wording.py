"""What texts are filled from: fetched for a whole batch, in a number of queries that does not grow with it, and only what they name."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Protocol

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from offers.records.queries.offers import offers_by_id
from offers.records.queries.products import products_by_sku
from offers.records.tables import Device, Offer, Place, Product, Purchase, PurchaseItem
from offers.rules.campaign import CampaignBody, Message
from offers.rules.coupon import end_of_coupon
from offers.rules.coupon_codes import EXAMPLE
from offers.rules.personal_facts import About, Bought, Given, OnSale


@dataclass(frozen=True, slots=True)
class Named:
    """What the texts of a batch name beside customer, place and device. Purchases are by customer, products by sku."""

    bought: Mapping[str, Bought] = field(default_factory=dict)
    products: Mapping[str, Product] = field(default_factory=dict)
    offers: Mapping[str, Offer] = field(default_factory=dict)


def named_in(session: Session, campaigns: Iterable[CampaignBody], customers: Iterable[str], now: datetime) -> Named:
    """What the texts of these campaigns name for these customers: three queries at most. An offer is there whether it is named or not."""
    campaigns = list(campaigns)
    facts = frozenset().union(*(one.facts_named() for one in campaigns))
    roots = {fact.partition(".")[0] for fact in facts}
    last = _last_purchases(session, customers, now) if "purchase" in roots else {}
    skus = {item.sku for _, item in last.values() if item} if facts & {"purchase.title", "purchase.category"} else set()
    skus |= {one.product for one in campaigns if one.product}
    products = products_by_sku(session, skus) if skus else {}
    offers = {one.offer for one in campaigns if one.offer}
    return Named(
        bought={customer: _bought(at, item, products) for customer, (at, item) in last.items()},
        products=products,
        offers=offers_by_id(session, offers) if offers else {},
    )


def named_as(product: Product | None, offer: Offer | None) -> Named:
    """The same for nobody in particular, of what was read already."""
    return Named(
        products={} if product is None else {product.sku: product}, offers={} if offer is None else {offer.id: offer}
    )


class Addressed(Protocol):
    """Whom a text speaks to, as far as it can."""

    @property
    def id(self) -> str: ...
    @property
    def name(self) -> str | None: ...
    @property
    def language(self) -> str | None: ...
    @property
    def sizes(self) -> Mapping[str, Any]: ...
    @property
    def attributes(self) -> Mapping[str, Any]: ...


def about(
    customer: Addressed,
    place: Place | None,
    device: Device | None,
    campaign: CampaignBody,
    named: Named,
    *,
    distance_m: int | None,
) -> About:
    """What a message of this campaign may tell this customer; the coupon is the caller's to add."""
    product, offer = named.products.get(campaign.product or ""), named.offers.get(campaign.offer or "")
    return About(
        person={
            "name": customer.name,
            "language": customer.language,
            "size": customer.sizes,
            "attributes": customer.attributes,
        },
        place={} if place is None else {"name": place.name, "address": place.address, "distance_m": distance_m},
        device={} if device is None else {"platform": device.platform, "os_version": device.os_version},
        bought=named.bought.get(customer.id),
        product=None if product is None else OnSale(product.title, product.price_thousandths, product.currency),
        offer=None if offer is None else _given(offer),
    )


def with_an_example(told: About, offer: Offer | None, at: datetime) -> About:
    """The same as with a coupon that was issued then, where the campaign has an offer: its code is an example, and nothing is spent."""
    if offer is None:
        return told
    code = None if offer.codes == "none" else EXAMPLE if offer.codes != "shared" else offer.code
    return replace(told, code=code, ends_at=end_of_coupon(at, offer.valid_for_s, offer.valid_until))


def image_of(message: Message, campaign: CampaignBody, named: Named) -> str | None:
    """The message's own, else that of the campaign's product where a phone would fetch it."""
    product = named.products.get(campaign.product or "")
    of_product = product.image if product is not None and product.image else None
    return message.image or (of_product if of_product and of_product.startswith("https://") else None)


def _given(offer: Offer) -> Given:
    return Given(
        offer.name, offer.kind, offer.value_thousandths, offer.currency, offer.text, offer.minimum_basket or {}
    )


def _last_purchases(
    session: Session, customers: Iterable[str], now: datetime
) -> dict[str, tuple[datetime, PurchaseItem | None]]:
    """Of each of these customers when they last bought, and the dearest item of it."""
    newest = func.row_number().over(
        partition_by=Purchase.customer_id, order_by=(Purchase.at.desc(), Purchase.id.desc())
    )
    ranked = (
        select(Purchase.id, Purchase.customer_id, Purchase.at, newest.label("number"))
        .where(Purchase.customer_id.in_(set(customers)), Purchase.at <= now)
        .subquery()
    )
    rows = session.execute(
        select(ranked.c.customer_id, ranked.c.at, PurchaseItem)
        .outerjoin(PurchaseItem, PurchaseItem.purchase_id == ranked.c.id)
        .where(ranked.c.number == 1)
        .order_by(ranked.c.customer_id, PurchaseItem.position)
    )
    of_customer: dict[str, tuple[datetime, list[PurchaseItem]]] = {}
    for customer, at, item in rows:
        items = of_customer.setdefault(customer, (at, []))[1]
        if item is not None:
            items.append(item)
    return {customer: (at, _dearest(items)) for customer, (at, items) in of_customer.items()}


def _dearest(items: Sequence[PurchaseItem]) -> PurchaseItem | None:
    """By the price of one piece; the first on the receipt of those that cost the same, or tell none."""
    return max(items, key=lambda one: one.price_thousandths or 0, default=None)


def _bought(at: datetime, item: PurchaseItem | None, products: Mapping[str, Product]) -> Bought:
    if item is None:
        return Bought(at)
    product = products.get(item.sku)
    title: Mapping[str, Any] = {} if product is None else product.title
    category = item.category or (None if product is None else product.category)
    return Bought(at, item.sku, category, item.size, title)
