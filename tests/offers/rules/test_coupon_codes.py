import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from offers.records.ids import new_id
from offers.rules.coupon_codes import DIGITS, EXAMPLE, CodeKeys, generated_code, mark_of, normalised, seal, unseal

KEYS = CodeKeys.of(b"one secret key")
OTHER = CodeKeys.of(b"another secret key")
SHAPE = re.compile(r"[0-9A-HJKMNP-TV-Z]{4}(?:-[0-9A-HJKMNP-TV-Z]{4}){2}")


def test_a_generated_code_is_the_coupons_own_and_always_the_same() -> None:
    coupons = [new_id("cpn") for _ in range(5000)]
    codes = [generated_code(KEYS, one) for one in coupons]
    assert len(set(codes)) == len(codes)
    assert codes == [generated_code(KEYS, one) for one in coupons]
    assert all(SHAPE.fullmatch(one) for one in codes)
    assert set("".join(codes)) == {*DIGITS, "-"}
    assert generated_code(OTHER, coupons[0]) != codes[0]
    assert SHAPE.fullmatch(EXAMPLE)


def test_the_digits_are_those_that_nobody_reads_as_another() -> None:
    assert len(set(DIGITS)) == 32
    assert not set("ILOU") & set(DIGITS)
    assert all(normalised(one) == one for one in DIGITS)


@pytest.mark.parametrize("typed", ["k7m4-9xqt-2rvb", "K7M49XQT2RVB", " k7m4 9xqt 2rvb ", "K7M4.9XQT_2RVB"])
def test_what_a_cashier_types_is_found(typed: str) -> None:
    assert mark_of(KEYS, typed) == mark_of(KEYS, EXAMPLE)


@pytest.mark.parametrize(("typed", "reads"), [("SOLO-1I", "S01011"), ("oil", "011"), ("L0I", "101")])
def test_letters_that_are_read_as_digits_are_those(typed: str, reads: str) -> None:
    assert normalised(typed) == reads


@given(st.text())
def test_no_text_breaks_a_mark_and_no_mark_shows_its_text(text: str) -> None:
    mark = mark_of(KEYS, text)
    assert re.fullmatch(r"[0-9a-f]{64}", mark)
    assert mark == mark_of(KEYS, normalised(text))
    assert mark != mark_of(OTHER, text)


@given(st.text(min_size=1, alphabet=st.characters(min_codepoint=33, max_codepoint=126)))
def test_what_is_sealed_opens_under_the_same_key_and_no_other(code: str) -> None:
    sealed = seal(KEYS, code)
    assert unseal(KEYS, sealed) == code
    assert unseal(OTHER, sealed) is None


def test_what_is_sealed_does_not_show() -> None:
    assert "SNEAK" not in seal(KEYS, "SNEAK-4711")
    assert "secret" not in repr(KEYS)
    assert KEYS.making.hex() not in repr(KEYS)
    assert repr(KEYS) == "CodeKeys()"
