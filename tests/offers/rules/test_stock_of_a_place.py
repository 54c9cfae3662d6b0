"""What a place has of a product, by size or without: one reading for pages, orders and campaigns."""

from typing import Any

from offers.rules.stock import has_piece, pieces_at


def test_pieces_by_size_or_without() -> None:
    stock: dict[str, Any] = {"a": {"38": 2, "39": 0}, "b": 3, "c": 0}
    assert pieces_at(stock, "a") == {"38": 2, "39": 0}
    assert pieces_at(stock, "b") == {"": 3}
    assert pieces_at(stock, "gone") == {}
    assert has_piece(stock, "b", "38"), "the shop counts no sizes"
    assert not has_piece(stock, "a", "39")
    assert has_piece(stock, "a", None)
    assert not has_piece(stock, "c", None)
    assert not has_piece(stock, "gone", None)
