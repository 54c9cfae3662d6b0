"""What there is to choose from: read in a bounded part, or step by step along an index."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import func, literal, select
from sqlalchemy.orm import Session

from offers.records.queries.estimating import drawn
from offers.records.tables import Customer, Product, PurchaseItem


def drawn_profiles(session: Session, most: int) -> Sequence[Any]:
    """(tags, attributes, sizes) of all customers, or of about so many of them."""
    return session.execute(drawn(session, select(Customer.tags, Customer.attributes, Customer.sizes), most)).all()


def first_products(session: Session, limit: int) -> Sequence[Any]:
    """(sku, title), by sku."""
    return session.execute(select(Product.sku, Product.title).order_by(Product.sku).limit(limit)).all()


def bought_categories(session: Session, limit: int) -> list[str]:
    """The first categories that anything was bought from, by name: one step along the index each, however many purchases there are."""
    seen = select(func.min(PurchaseItem.category).label("name"), literal(1).label("many")).cte("seen", recursive=True)
    onward = select(func.min(PurchaseItem.category)).where(PurchaseItem.category > seen.c.name).scalar_subquery()
    seen = seen.union_all(select(onward, seen.c.many + 1).where(seen.c.name.is_not(None), seen.c.many < limit))
    return list(session.scalars(select(seen.c.name).where(seen.c.name.is_not(None))))
