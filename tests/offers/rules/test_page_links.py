import re

import pytest

from offers.rules.coupon_codes import CodeKeys
from offers.rules.page_links import is_page_mark, page_mark, page_path

KEYS, OTHER = CodeKeys.of(b"one secret"), CodeKeys.of(b"another secret")


def test_a_mark_is_of_one_page_under_one_secret() -> None:
    mark = page_mark(KEYS, "order", "ord_1")
    assert re.fullmatch(r"[A-Za-z0-9_-]{16}", mark)
    assert is_page_mark(KEYS, "order", "ord_1", mark)
    others = {
        page_mark(KEYS, "order", "ord_2"),
        page_mark(KEYS, "conversation", "ord_1"),
        page_mark(OTHER, "order", "ord_1"),
    }
    assert mark not in others
    assert not any(is_page_mark(KEYS, "order", "ord_1", one) for one in others)


@pytest.mark.parametrize("mark", ["", "a", "é" * 16, "\ud800", "A" * 16, "A" * 10_000])
def test_what_is_no_mark_opens_nothing(mark: str) -> None:
    assert not is_page_mark(KEYS, "order", "ord_1", mark)


def test_the_path_has_both() -> None:
    assert page_path(KEYS, "conversation", "cnv_1") == f"/c/cnv_1/{page_mark(KEYS, 'conversation', 'cnv_1')}"
