"""A strict local double of Shopify's Admin GraphQL API, as far as a lookup of an order goes.

    with ShopifyDouble() as shopify:
        lookup = ShopifyLookup(shopify.origin)
        shopify.orders[1] = order(1, fulfilment(11, location=5))

`requests` has each request as (path, gid, status). What is checked: the address and its version, the token (401), JSON with `query` and `variables`, a
global id's form; what nobody knows is `node: null`, as Shopify answers.

Faults at `lookup`: a bare `status` (429 with `retry_after`, 500, 502, 403), or a kind: `throttled` answers 200 with the error THROTTLED and its cost,
`denied` with ACCESS_DENIED, `hang` never answers, `killed` resets the connection, `html` answers 200 with a page, `redirect` sends elsewhere.
"""

from tests.doubles.shopify.double import ShopifyDouble, fulfilment, order

__all__ = ["ShopifyDouble", "fulfilment", "order"]
