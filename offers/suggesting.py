"""What a rule over customers may name, for whom it is to be chosen from: what was seen of customers, of purchases and of products."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from offers.records.queries import suggesting as queries

MOST = 100
"""Of each; beyond that a list helps nobody."""
LOOKED_AT = 1000
"""Customers, drawn from all of them: a tag that fewer than one in a thousand have is to be typed."""


@dataclass(frozen=True, slots=True)
class Suggested:
    tags: list[str]
    attributes: list[str]
    sizes: list[str]
    categories: list[str]
    products: dict[str, dict[str, str]]
    """Sku to title by language; none where there are too many to choose from."""


def suggest(session: Session) -> Suggested:
    """The commonest of each first, categories by name. In a time that does not grow with what is kept."""
    seen = queries.drawn_profiles(session, LOOKED_AT)
    products = queries.first_products(session, MOST + 1)
    return Suggested(
        _commonest(tag for row in seen for tag in row.tags if isinstance(tag, str)),
        _commonest(name for row in seen for name in row.attributes),
        _commonest(name for row in seen for name in row.sizes),
        queries.bought_categories(session, MOST),
        {row.sku: row.title for row in products} if len(products) <= MOST else {},
    )


def _commonest(names: Iterable[Any]) -> list[str]:
    counted = Counter(names)
    return sorted(counted, key=lambda one: (-counted[one], one))[:MOST]
