"""The doors of products."""

from fastapi import APIRouter
from starlette.responses import Response

from offers import products
from offers.rules.product import ProductBody
from web.asking import Cursor, Limit, Named, page
from web.bodies import JsonRoute, no_content
from web.editing import IfUnchanged, IfUnchangedOrNew, edited
from web.examples import PRODUCT, answers_with_etag, answers_with_page, edited_or_made
from web.guards import Server
from web.parts import Have

router = APIRouter(prefix="/v1/products", tags=["products and purchases"], route_class=JsonRoute)


@router.put("/{sku}", summary="Create or replace a product", responses=edited_or_made(PRODUCT))
def put_product(sku: Named, body: ProductBody, check: IfUnchangedOrNew, _caller: Server, parts: Have) -> Response:
    """The product as a whole. `stock` is by place: pieces, or pieces by size."""
    with parts.database.transaction() as session:
        item, created = products.put_product(session, sku, body, now=parts.now(), check=check)
    return edited(item, 201 if created else 200)


@router.get("", summary="All products", responses=answers_with_page(PRODUCT))
def list_products(_caller: Server, parts: Have, cursor: Cursor = None, limit: Limit = 100) -> Response:
    with parts.database.reading() as session:
        return page(*products.list_products(session, after=cursor or "", limit=limit))


@router.get("/{sku}", summary="A product", responses=answers_with_etag(PRODUCT))
def get_product(sku: Named, _caller: Server, parts: Have) -> Response:
    with parts.database.reading() as session:
        return edited(products.get_product(session, sku))


@router.delete("/{sku}", summary="Remove a product", status_code=204)
def delete_product(sku: Named, check: IfUnchanged, _caller: Server, parts: Have) -> Response:
    """Purchases of it stay: they hold its sku as it was."""
    with parts.database.transaction() as session:
        products.delete_product(session, sku, check=check)
    return no_content()
