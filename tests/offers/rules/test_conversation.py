"""Texts that people type at each other, cleaned; and what a median is."""

import unicodedata
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from offers.rules.conversation import LONGEST_TEXT, TextTooLong, clean_text, median_s


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("  Hoi  ", "Hoi"),
        ("een\r\ntwee\rdrie", "een\ntwee\ndrie"),
        ("een\n\n\n\ntwee", "een\n\ntwee"),
        ("a\tb\x07c", "a bc"),
        ("\u202eedoc\u202c \u2066x\u2069 \u200fy", "edoc x y"),
        ("\ufeffja\u200b", "ja"),
        ("👨\u200d👩\u200d👧", "👨\u200d👩\u200d👧"),
        ("\u0645\u06cc\u200c\u062e\u0648", "\u0645\u06cc\u200c\u062e\u0648"),
    ],
)
def test_what_nobody_sees_goes(typed: str, kept: str) -> None:
    assert clean_text(typed) == kept


def test_the_bound_is_of_what_is_kept() -> None:
    assert len(clean_text("\u202e" * 500 + "a" * LONGEST_TEXT)) == LONGEST_TEXT
    with pytest.raises(TextTooLong):
        clean_text("a" * (LONGEST_TEXT + 1))
    with pytest.raises(ValueError, match="U\\+0000"):
        clean_text("a\0")


@given(st.text(max_size=200).filter(lambda text: "\0" not in text))
def test_cleaned_is_clean_and_stays_so(typed: str) -> None:
    text = clean_text(typed)
    assert clean_text(text) == text
    unseen = {one for one in text if unicodedata.category(one) in ("Cc", "Cf", "Cs", "Co", "Cn")}
    assert unseen <= {"\n", "\u200c", "\u200d"}


def test_a_median_is_one_of_the_waits() -> None:
    waits = [timedelta(seconds=one) for one in (90, 10, 30, 20)]
    assert (median_s(waits), median_s(waits[:3]), median_s([])) == (20, 30, None)
