"""Codes to a phone, and numbers as people type them."""

from collections import Counter

import pytest

from offers.rules.coupon_codes import CodeKeys
from offers.rules.phone_codes import (
    TEXTS,
    countries_of,
    is_phone_code,
    phone_code,
    read_phone,
    text_of,
)

KEYS = CodeKeys.of(b"a secret that is only good for tests")


def test_a_code_is_six_digits_of_its_id_and_its_secret_alone() -> None:
    codes = [phone_code(KEYS, f"pc_{number}") for number in range(2000)]
    assert all(len(one) == 6 and one.isdecimal() for one in codes)
    assert codes == [phone_code(KEYS, f"pc_{number}") for number in range(2000)]
    assert len(set(codes)) > 1990
    assert len(Counter(one[0] for one in codes)) == 10
    assert phone_code(CodeKeys.of(b"another secret, also only for tests"), "pc_1") != codes[1]


@pytest.mark.parametrize("between", ["", " ", "-", "\u00a0"])
def test_a_code_as_it_is_typed(between: str) -> None:
    code = phone_code(KEYS, "pc_1")
    assert is_phone_code(KEYS, "pc_1", f" {code[:3]}{between}{code[3:]}")
    assert not is_phone_code(KEYS, "pc_2", code)
    for bad in ("", code[:5], f"{code}0", "\ud800", "é" * 6):
        assert not is_phone_code(KEYS, "pc_1", bad)


@pytest.mark.parametrize("language", ["nl", "nl-BE", "de", "en", "fr"])
def test_a_text_fits_into_one_message_and_ends_as_browsers_read_it(language: str) -> None:
    text = text_of(language, "042917", "passerby.shop.example:8443")
    assert text.startswith("042917 ")
    assert text.endswith("\n\n@passerby.shop.example #042917")
    assert len(text) <= 160
    assert "\N{EXCLAMATION MARK}" not in text


def test_each_language_says_the_life() -> None:
    assert all("10 " in text for text in TEXTS.values())


@pytest.mark.parametrize(
    ("typed", "countries", "read"),
    [
        ("030 123456", ["DE"], "+4930123456"),
        ("06 12345678", ["NL"], "+31612345678"),
        ("+31 6 12345678", ["DE"], "+31612345678"),
        ("0031612345678", ["NL"], "+31612345678"),
        ("0151 23456789", ["NL", "DE"], "+4915123456789"),
        ("0612345678", ["DE", "NL"], "+31612345678"),
        ("(07400) 123456", ["NL", "GB"], "+447400123456"),
        ("12", ["NL"], None),
        ("", ["NL"], None),
        ("0612345678", [], None),
        ("+31612345678 ext. 5", ["NL"], None),
        ("0" * 41, ["NL"], None),
        ("not a number", ["NL"], None),
        ("+999123456789", ["NL"], None),
    ],
)
def test_numbers_as_people_type_them(typed: str, countries: list[str], read: str | None) -> None:
    assert read_phone(typed, countries) == read


@pytest.mark.parametrize(
    ("accepted", "language", "zone", "first"),
    [
        ("nl-NL,nl;q=0.9", "nl", "Europe/Berlin", ["DE", "NL"]),
        ("de-AT,de;q=0.9,en;q=0.5", "de", None, ["AT", "DE"]),
        ("en-US", "en", "Europe/Amsterdam", ["NL", "US", "GB"]),
        ("zh-Hans-CN", "en", "Nowhere/Else", ["CN", "GB"]),
        ("", "nl", None, ["NL"]),
        ("xx-ZZ", "nl", None, ["NL"]),
    ],
)
def test_where_a_number_may_be_from(accepted: str, language: str, zone: str | None, first: list[str]) -> None:
    assert countries_of(accepted, language, zone) == first
