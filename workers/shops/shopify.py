"""Shopify's Admin API, GraphQL alone (shopify.dev: Admin GraphQL, API rate limits, authentication by X-Shopify-Access-Token).

Only a shop's own address at Shopify is ever called, over https, and no redirect is followed, so that the token goes nowhere else.
"""

from datetime import timedelta
from typing import Any

import httpx
import msgspec

from offers.rules.shop import is_shopify_domain
from offers.rules.shop_orders.shopify import QUERY
from offers.shop_lookup import ShopAway, ShopRefuses, Wanted

VERSION = "2026-10"
TIMEOUT = httpx.Timeout(10.0, connect=4.0)
"""Seconds."""
MOST_BYTES = 2_000_000
LONGEST_RETRY_S = 3600
BUSY = (408, 425, 429, 430)
"""430 is Shopify's own, for who looks like an attack."""
FOR_THE_TOKEN = ("ACCESS_DENIED", "UNAUTHORIZED")


class ShopifyLookup:
    def __init__(self, endpoint: str = "") -> None:
        """`endpoint`: of a test's own Shopify, which stands for every shop; empty for the real one."""
        self._endpoint = endpoint
        self._client = httpx.Client(
            headers={"user-agent": "passerby"}, timeout=TIMEOUT, follow_redirects=False, trust_env=False
        )

    def find(self, wanted: Wanted) -> dict[str, Any] | None:
        """The node that `QUERY` asks for. `ShopAway`, `ShopRefuses`."""
        if not is_shopify_domain(wanted.domain):
            raise ShopRefuses("the shop's origin is no address at Shopify")
        url = f"{self._endpoint or f'https://{wanted.domain}'}/admin/api/{VERSION}/graphql.json"
        try:
            with self._client.stream(
                "POST",
                url,
                json={"query": QUERY, "variables": {"id": wanted.gid}},
                headers={"x-shopify-access-token": wanted.token, "accept": "application/json"},
            ) as answer:
                return _told(answer.status_code, answer.headers, _bounded(answer))
        except (httpx.HTTPError, OSError) as error:
            raise ShopAway(type(error).__name__) from None

    def close(self) -> None:
        self._client.close()


def _bounded(answer: httpx.Response) -> bytes:
    raw = bytearray()
    for some in answer.iter_bytes():
        raw += some
        if len(raw) > MOST_BYTES:
            raise ShopAway("shopify's answer is too long")
    return bytes(raw)


def _told(status: int, headers: httpx.Headers, raw: bytes) -> dict[str, Any] | None:
    if status in (401, 403):
        raise ShopRefuses(f"shopify answered {status}")
    if status != 200:
        # 404 too: a shop that is closed for now, or that moved; whatever it is, it is tried for a day
        raise ShopAway(f"shopify answered {status}", _retry_after(headers) if status in BUSY or status >= 500 else None)
    try:
        said = msgspec.json.decode(raw)
    except (ValueError, RecursionError):
        raise ShopAway("shopify's answer can not be read") from None
    if not isinstance(said, dict):
        raise ShopAway("shopify's answer can not be read")
    data = said.get("data")
    codes = _codes(said.get("errors"))
    if "THROTTLED" in codes:
        raise ShopAway("shopify throttles", _throttled_for(said))
    if not isinstance(data, dict) or "node" not in data or (data["node"] is None and codes):
        if any(code in FOR_THE_TOKEN for code in codes):
            raise ShopRefuses(f"shopify answered {', '.join(sorted(codes))}")
        raise ShopAway(f"shopify answered with errors {', '.join(sorted(codes))}".rstrip())
    node = data["node"]
    return node if isinstance(node, dict) and node else None


def _codes(errors: Any) -> set[str]:
    """`extensions.code` of each error: their messages may repeat what was asked."""
    found = [one.get("extensions") for one in errors if isinstance(one, dict)] if isinstance(errors, list) else []
    return {str(one.get("code"))[:40] if isinstance(one, dict) else "ERROR" for one in found}


def _retry_after(headers: httpx.Headers) -> timedelta | None:
    said = headers.get("retry-after", "")
    try:
        return timedelta(seconds=min(max(float(said), 0.0), LONGEST_RETRY_S))
    except ValueError:
        return None


def _throttled_for(said: dict[str, Any]) -> timedelta | None:
    """Until as many points are there again as the question costs (`extensions.cost`)."""
    try:
        cost = said["extensions"]["cost"]
        state = cost["throttleStatus"]
        missing = float(cost["requestedQueryCost"]) - float(state["currentlyAvailable"])
        seconds = missing / float(state["restoreRate"])
        return timedelta(seconds=min(max(seconds, 0.0), LONGEST_RETRY_S))
    except (KeyError, TypeError, ValueError, ZeroDivisionError, OverflowError):
        return None
