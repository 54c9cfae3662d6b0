"""Money, ways, hours and days as each language writes them, by the store's own clock."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.conftest import NOON
from tests.web.landing.examples import a_store
from web.landing import speaking
from web.landing.words import WORDS

NO_BREAK = "\u00a0"
CLOSED: dict[str, Any] = {"is_open": False, "closes_at": None}


@pytest.mark.parametrize(
    ("opening", "nl", "de", "en"),
    [
        ({"closes_at": NOON + timedelta(hours=9)}, "open tot 21:00", "bis 21:00 Uhr geöffnet", "open until 21:00"),
        ({"closes_at": None}, "nu open", "jetzt geöffnet", "open now"),
        ({"closes_at": NOON + timedelta(days=2)}, "nu open", "jetzt geöffnet", "open now"),
        (CLOSED, "nu gesloten", "jetzt geschlossen", "closed now"),
        (
            CLOSED | {"opens_at": NOON + timedelta(hours=1, minutes=30)},
            "nu gesloten, gaat open om 13:30",
            "geschlossen, öffnet um 13:30 Uhr",
            "closed, opens at 13:30",
        ),
        (
            CLOSED | {"opens_at": NOON + timedelta(hours=22)},
            "nu gesloten, gaat morgen open om 10:00",
            "geschlossen, öffnet morgen um 10:00 Uhr",
            "closed, opens at 10:00 tomorrow",
        ),
        (
            CLOSED | {"opens_at": NOON + timedelta(days=5)},
            "nu gesloten, gaat zaterdag open om 12:00",
            "geschlossen, öffnet am Samstag um 12:00 Uhr",
            "closed, opens at 12:00 on Saturday",
        ),
        (
            CLOSED | {"opens_at": NOON + timedelta(days=9)},
            "nu gesloten, gaat open op 2 december om 12:00",
            "geschlossen, öffnet am 2. Dezember um 12:00 Uhr",
            "closed, opens at 12:00 on 2 December",
        ),
    ],
)
def test_hours(opening: dict[str, Any], nl: str, de: str, en: str) -> None:
    store = a_store(**opening)
    said = [speaking.hours(store, NOON, WORDS[one], one) for one in ("nl", "de", "en")]
    assert said == [nl, de, en]


def test_hours_go_by_the_stores_clock() -> None:
    """Half past four in Amsterdam is past midnight in Tokyo: what opens in ten hours there opens today."""
    at = datetime(2026, 11, 23, 15, 30, tzinfo=UTC)
    tokyo = a_store(**CLOSED, opens_at=at + timedelta(hours=9, minutes=30), time_zone="Asia/Tokyo")
    assert speaking.hours(tokyo, at, WORDS["en"], "en") == "closed, opens at 10:00"
    amsterdam = a_store(**CLOSED, opens_at=at + timedelta(hours=17, minutes=30))
    assert speaking.hours(amsterdam, at, WORDS["en"], "en") == "closed, opens at 10:00 tomorrow"


@pytest.mark.parametrize(
    ("minutes", "metres", "nl", "de", "en"),
    [
        (1, 40, "1 minuut lopen", "1 Minute zu Fuß", "1 minute on foot"),
        (4, 310, "4 minuten lopen", "4 Minuten zu Fuß", "4 minutes on foot"),
        (60, 4_600, "4,6 km", "4,6 km", "4.6 km"),
        (716, 57_300, "57 km", "57 km", "57 km"),
    ],
)
def test_ways(minutes: int, metres: int, nl: str, de: str, en: str) -> None:
    store = a_store(minutes=minutes, distance_m=metres)
    assert [speaking.way(store, WORDS[one], one) for one in ("nl", "de", "en")] == [nl, de, en]


@pytest.mark.parametrize(
    ("pieces", "size", "said"),
    [
        ({"38": 2}, "38", "2 left in size 38"),
        ({"38": 4}, "38", "in stock in size 38"),
        ({"38": 0, "39": 1}, "38", "not in size 38"),
        ({"38": 0, "39": 0}, "38", "not in stock"),
        ({}, "38", "not in stock"),
        ({"38": 2, "39": 1}, None, "3 left"),
        ({"": 9}, None, "in stock"),
        ({"": 9}, "38", "in stock"),
        ({"": 0}, None, "not in stock"),
    ],
)
def test_stock(pieces: dict[str, int], size: str | None, said: str) -> None:
    assert speaking.stock(a_store(pieces=pieces), size, WORDS["en"]) == said


def test_money() -> None:
    said = [speaking.money(89_950, "EUR", one).replace(NO_BREAK, " ") for one in ("nl", "de", "en")]
    assert said == ["€ 89,95", "89,95 €", "€89.95"]
    assert speaking.money(1_200_000, "JPY", "en") == "JP¥1,200"


@pytest.mark.parametrize(
    ("at", "zone", "said"),
    [
        (datetime(2026, 11, 30, 22, 59, 59, tzinfo=UTC), "Europe/Amsterdam", "Valid until the end of 30 November"),
        (datetime(2026, 11, 30, 23, tzinfo=UTC), "Europe/Amsterdam", "Valid until the end of 30 November"),
        (datetime(2026, 11, 30, 23, tzinfo=UTC), "UTC", "Valid until 30 November, 23:00"),
        (datetime(2026, 12, 1, 9, 5, tzinfo=UTC), "Europe/Amsterdam", "Valid until 1 December, 10:05"),
    ],
)
def test_until(at: datetime, zone: str, said: str) -> None:
    assert speaking.until(at, NOON, zone, "en") == said
