from collections.abc import Iterable, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from offers.records.tables import Product


def product_by_sku(session: Session, sku: str) -> Product | None:
    return session.get(Product, sku)


def products_by_sku(session: Session, skus: Iterable[str]) -> dict[str, Product]:
    """Those of these products that there are."""
    return {row.sku: row for row in session.scalars(select(Product).where(Product.sku.in_(set(skus))))}


def products_locked(session: Session, skus: Iterable[str]) -> dict[str, Product]:
    """These products as they are now, locked in the order of their skus until the commit."""
    rows = session.scalars(
        select(Product)
        .where(Product.sku.in_(set(skus)))
        .order_by(Product.sku)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    return {row.sku: row for row in rows}


def all_products(session: Session, after: str, limit: int) -> Sequence[Product]:
    return session.scalars(select(Product).where(Product.sku > after).order_by(Product.sku).limit(limit)).all()
