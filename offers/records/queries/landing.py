"""What landing pages are made of, read without a lock: a page promises nothing, and whoever taps is decided anew."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, func, select
from sqlalchemy.orm import Session

from offers.records.tables import (
    Coupon,
    Decision,
    Offer,
    OfferAtPlace,
    OfferCode,
    Poster,
    Product,
    Purchase,
    PurchaseItem,
    Scan,
)
from offers.rules.budget import Left


@dataclass(frozen=True, slots=True)
class Page:
    """What a scan's page is about. Nothing of who scanned."""

    scan_id: str
    poster_id: str
    place_id: str | None
    lat: float
    lon: float
    campaign_id: str | None
    in_store: bool
    repeat: bool
    retired_at: datetime | None
    starts_at: datetime | None
    ends_at: datetime | None
    code: str


# made once: putting a statement together takes longer than running it
_PAGE = (
    select(
        *(Scan.id, Scan.poster_id),
        *(Poster.place_id, Poster.lat, Poster.lon),
        *(Scan.campaign_id, Scan.in_store, Scan.repeat),
        *(Poster.retired_at, Poster.starts_at, Poster.ends_at, Poster.code),
    )
    .join(Poster, Poster.id == Scan.poster_id)
    .where(Scan.id == bindparam("scan"))
)
_SPENT = select(OfferAtPlace.spent).where(
    OfferAtPlace.offer_id == bindparam("offer"), OfferAtPlace.place_id == bindparam("place")
)


def page_of(session: Session, scan_id: str) -> Page | None:
    row = session.connection().execute(_PAGE, {"scan": scan_id}).first()
    return None if row is None else Page(*tuple(row))


def what_seems_left(session: Session, offer: Offer, place_id: str, now: datetime) -> Left:
    """What is left of an offer at a place at this moment; nothing is held."""
    spent_at = session.connection().execute(_SPENT, {"offer": offer.id, "place": place_id}).scalar()
    codes: list[str] | None = None
    if offer.codes == "imported":
        free = select(OfferCode.mark).where(OfferCode.offer_id == offer.id, OfferCode.taken_at.is_(None)).limit(1)
        codes = list(session.scalars(free))
    return Left(
        offer.id,
        offer.codes,
        offer.budget,
        offer.spent,
        offer.budget_per_place,
        {place_id: spent_at or 0},
        codes,
        offer.valid_until if offer.valid_until is not None and offer.valid_until <= now else None,
    )


def decided_of(session: Session, customer_id: str, campaign_id: str, moments: Sequence[str]) -> dict[str, Any]:
    """By moment: outcome and variant of what was decided at it."""
    rows = session.execute(
        select(Decision.moment, Decision.outcome, Decision.variant).where(
            Decision.customer_id == customer_id,
            Decision.campaign_id == campaign_id,
            Decision.moment.in_(moments),
        )
    )
    return {row.moment: row for row in rows}


def variant_of_coupon(session: Session, coupon_id: str) -> str | None:
    """Of the decision that gave it: the words that its holder was told."""
    return session.scalar(
        select(Decision.variant).join(Coupon, Coupon.decision_id == Decision.id).where(Coupon.id == coupon_id)
    )


def last_size_in(session: Session, customer_id: str, category: str, now: datetime) -> str | None:
    """The size of what the customer last bought in a category; by the product's own where the receipt names none."""
    return session.scalar(
        select(PurchaseItem.size)
        .join(Purchase, Purchase.id == PurchaseItem.purchase_id)
        .outerjoin(Product, Product.sku == PurchaseItem.sku)
        .where(
            Purchase.customer_id == customer_id,
            Purchase.at <= now,
            func.coalesce(PurchaseItem.category, Product.category) == category,
            PurchaseItem.size.is_not(None),
        )
        .order_by(Purchase.at.desc(), Purchase.id.desc(), PurchaseItem.position)
        .limit(1)
    )


def of_category(session: Session, category: str, most: int) -> Sequence[Product]:
    return session.scalars(select(Product).where(Product.category == category).order_by(Product.sku).limit(most)).all()
