"""The port to a web shop's own API, for events that carry no order. Its real side is in workers/shops; tests have a double of Shopify behind it."""

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Protocol


class ShopAway(Exception):
    """The shop did not answer, or said that it can not at the moment. `again_in`: when it wants to be asked again, where it says so."""

    def __init__(self, why: str, again_in: timedelta | None = None) -> None:
        super().__init__(why)
        self.again_in = again_in


class ShopRefuses(Exception):
    """The shop refuses the token, or what was asked with it, for good; the message says why, without secrets."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is looked up, at whose shop."""

    domain: str
    token: str = field(repr=False)
    gid: str


class ShopLookup(Protocol):
    def find(self, wanted: Wanted) -> dict[str, Any] | None:
        """The order, or the fulfilment order with its order, as `QUERY` of rules/shop_orders/shopify.py asks; none where there is none.

        `ShopAway`, `ShopRefuses`.
        """
        ...

    def close(self) -> None: ...
