"""What a card of the board says of its customer's messages."""

from datetime import UTC, datetime

import pytest

from offers.rules.board import Told, for_staff, told, why_not_told

NOON = datetime(2026, 6, 10, 12, 0, tzinfo=UTC)


def line(moment: str, state: str = "sent") -> Told:
    return told(moment, state, NOON, NOON)


def test_a_wrong_store_is_the_staffs_once_it_was_told() -> None:
    lines = [line("ready"), line("wrong_store", "queued")]
    assert [one.what for one in for_staff(lines)] == ["ready"]
    assert [one.what for one in for_staff([line("ready"), line("wrong_store")])] == ["ready", "wrong_store"]


@pytest.mark.parametrize("moment", ["approach:2026-06-10", "arrived", "uncollected"])
def test_who_was_reminded_knows_that_it_is_ready(moment: str) -> None:
    assert why_not_told([line(moment)], None, is_ready=True) is None
    assert why_not_told([line(moment, "failed")], None, is_ready=True) == "not_yet"


def test_what_says_nothing_of_being_ready_leaves_it_to_be_told() -> None:
    assert why_not_told([line("changed")], None, is_ready=True) == "not_yet"
    assert why_not_told([line("changed")], "no_device", is_ready=True) == "no_device"
    assert why_not_told([], None, is_ready=False) is None
