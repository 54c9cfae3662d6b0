"""Products: what campaigns and landing pages show. Written as a whole, under the shop's own sku."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from offers.errors import BadInput, Fault, NotFound
from offers.follows import Written
from offers.records.queries import places as place_queries
from offers.records.queries import products as queries
from offers.records.queries.writing import insert_missing, write_whole
from offers.records.tables import Product
from offers.rules.edit import Check, anyway
from offers.rules.money import thousandths, written
from offers.rules.product import ProductBody


def put_product(
    session: Session, sku: str, body: ProductBody, *, now: datetime, check: Check = anyway
) -> tuple[dict[str, Any], bool]:
    """Create or replace. `BadInput` names a place of `stock` that is none."""
    done = put_products(session, {sku: body}, now=now, check=check)
    if sku in done.refused:
        raise BadInput(done.refused[sku])
    return get_product(session, sku), sku in done.created


def put_products(
    session: Session, bodies: Mapping[str, ProductBody], *, now: datetime, check: Check = anyway
) -> Written:
    """The same for many, in a number of statements that does not grow with them; those with an unknown place are left out."""
    places = place_queries.places_that_stay(session, {place for body in bodies.values() for place in body.stock})
    refused = {
        sku: [Fault(f"stock.{place}", f"there is no place {place!r}") for place in body.stock if place not in places]
        for sku, body in bodies.items()
        if body.stock.keys() - places
    }
    wanted = {sku: _columns(body) for sku, body in bodies.items() if sku not in refused}
    created = insert_missing(
        session,
        Product,
        [{"sku": sku, **columns, "created_at": now, "updated_at": now} for sku, columns in wanted.items()],
    )
    changed = set()
    for sku, product in queries.products_locked(session, wanted).items():
        check(None if sku in created else product_item(product))
        for name, value in wanted[sku].items():
            setattr(product, name, value)
        if session.is_modified(product):
            changed.add(sku)
            product.updated_at = now
            write_whole(product)
    session.flush()
    return Written(frozenset(created), frozenset(changed), refused)


def get_product(session: Session, sku: str) -> dict[str, Any]:
    product = queries.product_by_sku(session, sku)
    if product is None:
        raise NotFound("product")
    return product_item(product)


def list_products(session: Session, *, after: str = "", limit: int = 100) -> tuple[list[dict[str, Any]], str | None]:
    """Products by sku, and the cursor of the next page."""
    rows = queries.all_products(session, after, limit + 1)
    return [product_item(row) for row in rows[:limit]], rows[limit - 1].sku if len(rows) > limit else None


def delete_product(session: Session, sku: str, *, check: Check = anyway) -> None:
    """Purchases of it stay: they hold its sku as it was."""
    product = queries.products_locked(session, [sku]).get(sku)
    if product is None:
        raise NotFound("product")
    check(product_item(product))
    session.delete(product)
    session.flush()


def product_item(row: Product) -> dict[str, Any]:
    return {
        "sku": row.sku,
        "title": row.title,
        "image": row.image,
        "price": None if row.price_thousandths is None else written(row.price_thousandths),
        "currency": row.currency,
        "category": row.category,
        "sizes": row.sizes,
        "stock": row.stock,
        "created_at": row.created_at,
        "updated_at": row.updated_at,
    }


def _columns(body: ProductBody) -> dict[str, Any]:
    return {
        "title": dict(body.title),
        "image": body.image,
        "price_thousandths": None if body.price is None else thousandths(body.price),
        "currency": body.currency,
        "category": body.category,
        "sizes": list(body.sizes),
        "stock": {place: dict(many) if isinstance(many, dict) else many for place, many in body.stock.items()},
    }
