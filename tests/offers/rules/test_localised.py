"""As a language writes it: what customers read of money, shares, days."""

from datetime import UTC, datetime, timedelta

import pytest

from offers.rules.localised import end_of, locale_of, money, percentage, said_in, weekday

NOON = datetime(2026, 12, 8, 12, tzinfo=UTC)


def plain(text: str) -> str:
    """Blanks that do not break as blanks."""
    return text.replace("\u00a0", " ").replace("\u202f", " ")


@pytest.mark.parametrize(
    ("language", "price", "whole", "share", "day"),
    [
        ("nl", "€ 1.089,95", "€ 5", "12,5%", "dinsdag"),
        ("nl-BE", "€ 1.089,95", "€ 5", "12,5%", "dinsdag"),
        ("de", "1.089,95 €", "5 €", "12,5 %", "Dienstag"),
        ("en", "€1,089.95", "€5", "12.5%", "Tuesday"),
        ("fr", "1 089,95 €", "5 €", "12,5 %", "mardi"),
        ("qq", "€1,089.95", "€5", "12.5%", "Tuesday"),
    ],
)
def test_money_shares_and_days(language: str, price: str, whole: str, share: str, day: str) -> None:
    assert plain(money(1_089_950, "EUR", language)) == price
    assert plain(money(5_000, "EUR", language)) == whole
    assert plain(percentage(12_500, language)) == share
    assert weekday(NOON, language) == day


def test_every_currency_is_told_with_the_decimals_it_has() -> None:
    assert money(1_234_567, "KWD", "en").endswith("1,234.567")
    assert money(89_000, "JPY", "en") == "JP¥89"
    assert plain(money(5_500, "QQQ", "en")) == "QQQ5.50"


@pytest.mark.parametrize(
    ("ends", "language", "said"),
    [
        (datetime(2026, 12, 15, 13, 6, tzinfo=UTC), "nl", "15 december, 13:06"),
        (datetime(2026, 12, 15, 13, 6, tzinfo=UTC), "de", "15. Dezember, 13:06"),
        (datetime(2026, 12, 15, 13, 6, tzinfo=UTC), "en", "15 December, 13:06"),
        (datetime(2026, 12, 31, 23, 59, 59, tzinfo=UTC), "nl", "31 december"),
        (datetime(2027, 1, 1, 0, 0, tzinfo=UTC), "nl", "31 december"),
        (datetime(2028, 1, 1, 0, 0, tzinfo=UTC), "nl", "31 december 2027"),
    ],
)
def test_until_when_something_is_good(ends: datetime, language: str, said: str) -> None:
    """A day alone only where it is good for the whole of it: nobody is told more than is so."""
    assert end_of(ends, NOON, language) == said


def test_a_text_in_the_first_language_that_there_is() -> None:
    texts = {"nl": "wit", "en": "white"}
    assert said_in(texts, ["de-AT", "de", "en", "nl"]) == "white"
    assert said_in(texts, ["fr"]) is None


def test_any_tag_has_a_locale() -> None:
    assert [str(locale_of(tag)) for tag in ("en", "en-GB", "en-US", "de-AT", "zh-Hant-TW", "nl-XX", "xx")] == [
        "en_GB", "en_GB", "en_US", "de_AT", "zh_Hant_TW", "nl", "en_GB",
    ]  # fmt: skip
    assert end_of(NOON + timedelta(hours=1), NOON, "ja") == "12月8日, 13:00"
