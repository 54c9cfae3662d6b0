import pytest

from offers.rules.at_the_counter import fits, fold_code, fold_name
from offers.rules.page_order import CODE_SIGNS


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("K7QX", "code"),
        ("k7 q-x", "code"),
        ("K70X", "code"),
        ("k7ox", "code"),
        ("K7Q", None),
        ("#1042", "number"),
        ("10 42", "number"),
        ("ORD_9", "number"),
        ("1", None),
        ("jose", "name"),
        ("JOSÉ  MAR", "name"),
        ("marti", "name"),
        ("artínez", None),
        ("", None),
        (" - ", None),
    ],
)
def test_what_is_said_means_an_order_or_not(typed: str, meant: str | None) -> None:
    assert fits(typed, code="K7QX", numbers=("#1042", "ord_9"), name="José Martínez") == meant


def test_nothing_is_meant_where_nothing_is_known() -> None:
    assert fits("x", code=None, numbers=(None,), name=None) is None
    assert fits("-", code="--", numbers=(), name=None) is None


def test_no_two_codes_become_one() -> None:
    assert len({fold_code(one) for one in CODE_SIGNS}) == len(CODE_SIGNS)


@pytest.mark.parametrize(
    ("name", "folded"), [("Zoë", "zoe"), ("  Øre  Łuk ", "ore luk"), ("Straße", "strasse"), ("ﬁn", "fin")]
)
def test_names_are_one_however_they_are_written(name: str, folded: str) -> None:
    assert fold_name(name) == folded
