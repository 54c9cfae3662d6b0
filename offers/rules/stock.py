"""A product's stock, as its JSON has it: by place a number of pieces, or numbers by size. Nothing here changes what it is given."""

from collections.abc import Mapping
from typing import Any

Stock = Mapping[str, Any]
UNSIZED = ""
"""Under this name stand the pieces of a place that counts no sizes."""


def pieces_at(stock: Stock, place: str) -> dict[str, int]:
    """Pieces in a place by size; under UNSIZED where it counts none; empty where it has never had the product."""
    held = stock.get(place)
    if held is None:
        return {}
    return {str(size): int(many) for size, many in held.items()} if isinstance(held, Mapping) else {UNSIZED: int(held)}


def sizes_of(sizes: list[Any], stock: Stock) -> list[str]:
    """The sizes that a customer may choose, in the shop's order; those that only the stock names come after. Empty: it has no sizes."""
    known = [str(one) for one in sizes]
    for place in stock:
        known += [size for size in pieces_at(stock, place) if size != UNSIZED and size not in known]
    return known


def has_piece(stock: Stock, place: str, size: str | None) -> bool:
    """Of this size; of any where none is named. A place that counts no sizes has whichever it has."""
    held = pieces_at(stock, place)
    if size is None:
        return any(many > 0 for many in held.values())
    return held.get(size, held.get(UNSIZED, 0)) > 0


def without_piece(stock: Stock, place: str, size: str | None, many: int = 1) -> dict[str, Any] | None:
    """The stock with that many pieces less; none where they are not there."""
    return _moved(stock, place, size, -many)


def with_piece(stock: Stock, place: str, size: str | None, many: int = 1) -> dict[str, Any]:
    """The stock with that many more. Where the shop has taken the place or the size off its list meanwhile it stays as it is: the shop's
    newer word counts.
    """
    moved = _moved(stock, place, size, many)
    return dict(stock) if moved is None else moved


def _moved(stock: Stock, place: str, size: str | None, by: int) -> dict[str, Any] | None:
    held = stock.get(place)
    if isinstance(held, Mapping):
        if size is None or size not in held or held[size] + by < 0:
            return None
        return {**stock, place: {**held, size: held[size] + by}}
    if held is None or held + by < 0:
        return None
    return {**stock, place: held + by}
