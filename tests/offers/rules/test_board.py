"""What a card of the board says of its customer's messages."""

from datetime import UTC, datetime

import pytest

from offers.rules.board import Told, is_shown, told, why_not_told

NOON = datetime(2026, 6, 10, 12, 0, tzinfo=UTC)


def line(moment: str, state: str = "sent") -> Told:
    return told(moment, state, NOON, NOON)


def test_a_wrong_store_is_the_staffs_once_it_was_told() -> None:
    assert [is_shown("wrong_store", one) for one in ("queued", "failed", "sent", "unknown")] == [
        False,
        False,
        True,
        True,
    ]
    assert is_shown("ready", "queued")


@pytest.mark.parametrize("moment", ["approach:2026-06-10", "arrived", "uncollected"])
def test_who_was_reminded_knows_that_it_is_ready(moment: str) -> None:
    assert why_not_told([line(moment)], None, ready_at=NOON) is None
    assert why_not_told([line(moment, "failed")], None, ready_at=NOON) == "not_yet"


def test_what_says_nothing_of_being_ready_leaves_it_to_be_told() -> None:
    assert why_not_told([line("changed")], None, ready_at=NOON) == "not_yet"
    assert why_not_told([line("changed")], "no_device", ready_at=NOON) == "no_device"
    assert why_not_told([], None, ready_at=None) is None
