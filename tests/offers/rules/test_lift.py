"""The lift of a campaign and its interval, against published figures."""

import pytest

from offers.rules.lift import lift


def test_the_interval_is_newcombes() -> None:
    """Newcombe (1998), table II: 56/70 against 48/80 has 0.0524 to 0.3339 by method 10."""
    found = lift(56, 70, 48, 80)
    assert found is not None
    assert (found.sent, found.held_out) == (0.8, 0.6)
    assert found.difference == pytest.approx(0.2)
    assert (round(found.low, 4), round(found.high, 4)) == (0.0524, 0.3339)
    assert found.is_sure


def test_too_few_say_nothing() -> None:
    assert lift(5, 19, 5, 500) is None
    assert lift(5, 500, 0, 0) is None


@pytest.mark.parametrize(("did", "others"), [(0, 0), (20, 20), (0, 20), (20, 0)])
def test_it_stays_within_what_shares_can_be(did: int, others: int) -> None:
    found = lift(did, 20, others, 20)
    assert found is not None
    assert -1 <= found.low <= found.difference <= found.high <= 1


def test_no_difference_is_not_sure() -> None:
    found = lift(30, 100, 28, 100)
    assert found is not None
    assert not found.is_sure
