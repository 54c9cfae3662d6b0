"""Whose clock it is, and when it shows a time."""

import zoneinfo
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from offers.rules import values
from offers.rules.local_time import clock_of, showings

AMSTERDAM = ZoneInfo("Europe/Amsterdam")


def test_the_customers_clock_then_the_places_then_utc() -> None:
    assert clock_of("Asia/Tokyo", "Europe/Amsterdam").facts() == {"time_zone": "Asia/Tokyo", "zone_of": "customer"}
    assert clock_of(None, "Europe/Amsterdam").facts() == {
        "time_zone": "Europe/Amsterdam", "zone_of": "place", "customer_zone": "missing",
    }  # fmt: skip
    assert clock_of("Mars/Olympus", "Europe/Amsterdam").facts() == {
        "time_zone": "Europe/Amsterdam", "zone_of": "place", "customer_zone": "unknown",
    }  # fmt: skip
    assert clock_of(None, "Mars/Olympus").facts() == {
        "time_zone": "UTC", "zone_of": "utc", "customer_zone": "missing",
    }  # fmt: skip


@pytest.mark.parametrize(
    "name", ["", "../../etc/passwd", "/etc/localtime", "Europe/Amsterdam\x00", "europe/amsterdam/", "posix", "é" * 300]
)
def test_no_name_of_a_zone_raises(name: str) -> None:
    assert clock_of(name, name).whose == "utc"


@pytest.fixture
def broken_zones(tmp_path: Path) -> Iterator[list[str]]:
    """Names that this machine has, of files that hold no zone."""
    files = {"Broken": b"TZif", "Cut_Off": b"TZif2" + bytes(20), "Senseless": b"TZif2" + b"\xff" * 200}
    before = zoneinfo.TZPATH
    for name, held in files.items():
        (tmp_path / name).write_bytes(held)
    zoneinfo.reset_tzpath([tmp_path, *before])
    values._zones.cache_clear()
    yield list(files)
    zoneinfo.reset_tzpath(before)
    values._zones.cache_clear()


def test_a_zone_whose_file_can_not_be_read_is_unknown(broken_zones: list[str]) -> None:
    assert set(broken_zones) < zoneinfo.available_timezones()
    for name in broken_zones:
        assert clock_of(name, "Europe/Amsterdam").facts()["customer_zone"] == "unknown"


def test_a_time_is_shown_once_twice_or_at_the_jump() -> None:
    once = datetime(2026, 6, 10, 6, tzinfo=UTC)
    assert showings(datetime(2026, 6, 10, 8), AMSTERDAM) == (once, once)  # noqa: DTZ001 - the wall has no zone
    twice = (datetime(2026, 10, 25, 0, 30, tzinfo=UTC), datetime(2026, 10, 25, 1, 30, tzinfo=UTC))
    assert showings(datetime(2026, 10, 25, 2, 30), AMSTERDAM) == twice  # noqa: DTZ001
    jump = datetime(2026, 3, 29, 1, tzinfo=UTC)
    assert showings(datetime(2026, 3, 29, 2, 30), AMSTERDAM) == (jump, jump)  # noqa: DTZ001
