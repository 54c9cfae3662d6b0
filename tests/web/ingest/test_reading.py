"""Times and numbers as phones write them."""

from typing import Any

import pytest

from tests.conftest import NOON
from web.ingest.reading import UnreadableError, decoded, moment, number, scaled

AT = NOON.timestamp()


@pytest.mark.parametrize(
    "written",
    [
        AT,
        int(AT),
        int(AT) * 1000,
        f"{AT:.0f}",
        f"{AT * 1000:.0f}",
        "2026-11-23T11:00:00Z",
        "2026-11-23T11:00:00.000Z",
        "2026-11-23t11:00:00z",
        "2026-11-23T12:00:00+01:00",
        "2026-11-23T12:00:00 01:00",
        "2026-11-23T04:00:00-0700",
        "2026-11-23T04:00:00.000-07:00",
        "2026-11-23 11:00:00",
        "2026-11-23T11:00:00",
        " 2026-11-23T11:00:00Z ",
    ],
)
def test_one_moment_in_every_way_that_phones_write_it(written: Any) -> None:
    assert moment(written) == AT


def test_parts_of_a_second_are_kept() -> None:
    assert moment("2026-11-23T11:00:00.123Z") == pytest.approx(AT + 0.123)
    assert moment("2026-11-23T11:00:00.123456789Z") == pytest.approx(AT + 0.123456)
    assert moment(AT * 1000 + 250) == pytest.approx(AT + 0.25)
    assert moment("1795431600.5") == AT + 0.5


@pytest.mark.parametrize(
    "written",
    [
        "",
        " ",
        "now",
        "NaN",
        "1e9",
        "-1",
        "9" * 40,
        "2026-02-30T00:00:00Z",
        "2026-11-23",
        "2026-11-23T11:00Z",
        "2026-11-23T25:00:00Z",
        "2026-11-23T11:00:00+25:00",
        "٢٠٢٦-11-23T11:00:00Z",
        True,
        None,
        [],
        {},
        float("nan"),
        float("inf"),
        10**400,
    ],
)
def test_what_is_no_time(written: Any) -> None:
    assert moment(written) is None


@pytest.mark.parametrize("edge", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00"])
def test_the_ends_of_the_calendar_are_times_or_none(edge: str) -> None:
    assert moment(edge) is None or isinstance(moment(edge), float)


def test_a_number_is_finite_and_no_word_and_no_truth() -> None:
    assert [number(one) for one in (5, 5.5, -1, 0)] == [5.0, 5.5, -1.0, 0.0]
    none: tuple[Any, ...] = (True, "5", None, [], float("nan"), float("inf"), 10**400)
    assert [number(one) for one in none] == [None] * len(none)
    assert scaled(36, 1 / 3.6) == pytest.approx(10)
    assert scaled(-1, 1 / 3.6) is None


@pytest.mark.parametrize(
    ("payload", "reason"),
    [
        (b"", "empty"),
        (b" \r\n", "empty"),
        (b"{", "invalid_json"),
        (b'{"a": NaN}', "invalid_json"),
        (b'{"a": 1e999}', "invalid_json"),
        (b"[" * 100_000, "invalid_json"),
        (b'{"a":' * 50_000 + b"1" + b"}" * 50_000, "invalid_json"),
        (b'"\xff\xfe"', "invalid_json"),
        (b"{}{}", "invalid_json"),
        (b'"\\ud800"', "invalid_json"),
    ],
)
def test_what_can_not_be_read_has_a_name(payload: bytes, reason: str) -> None:
    with pytest.raises(UnreadableError) as refused:
        decoded(payload)
    assert refused.value.reason == reason


def test_of_two_fields_with_one_name_the_last_counts() -> None:
    assert decoded(b'{"a": 1, "a": 2}') == {"a": 2}
