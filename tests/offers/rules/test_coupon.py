"""What a till is answered."""

from dataclasses import dataclass
from datetime import UTC, datetime

import pytest

from offers.rules.coupon import STATES, best_of, end_of_coupon, verdict_on
from offers.rules.values import LATEST
from tests.offers.stories import at


@dataclass(frozen=True)
class Coupon:
    state: str
    expires_at: datetime | None = None
    purchase_id: str | None = None


@pytest.mark.parametrize(
    ("coupon", "purchase", "verdict"),
    [
        (Coupon("reserved"), None, "redeemed"),
        (Coupon("issued"), None, "redeemed"),
        (Coupon("issued", at(5)), None, "expired"),
        (Coupon("issued", at(5.1)), "p1", "redeemed"),
        (Coupon("expired", at(9)), None, "expired"),
        (Coupon("released"), None, "unknown"),
        (Coupon("redeemed"), None, "already_redeemed"),
        (Coupon("redeemed", at(1)), None, "already_redeemed"),
        (Coupon("redeemed", None, "p1"), "p1", "repeated"),
        (Coupon("redeemed", None, "p1"), "p2", "already_redeemed"),
        (Coupon("redeemed", None, "p1"), None, "already_redeemed"),
    ],
    ids=repr,
)
def test_each_state_has_its_answer(coupon: Coupon, purchase: str | None, verdict: str) -> None:
    assert verdict_on(coupon, purchase, at(5)) == verdict
    assert coupon.state in STATES


def test_of_several_the_first_that_is_good_is_redeemed_and_a_repeat_comes_before_all() -> None:
    over, good, later = Coupon("expired"), Coupon("issued", at(9)), Coupon("issued", at(10))
    done = Coupon("redeemed", None, "p1")
    assert best_of([over, done, good, later], None, at(5)) == (good, "redeemed")
    assert best_of([good, done], "p1", at(5)) == (done, "repeated")
    assert best_of([over, done], None, at(5)) == (done, "already_redeemed")
    assert best_of([], "p1", at(5)) == (None, "unknown")


def test_a_coupon_ends_with_the_calendar_at_the_latest() -> None:
    assert end_of_coupon(datetime(9999, 1, 1, tzinfo=UTC), 365 * 86_400, None) == LATEST


@pytest.mark.parametrize(
    ("valid_for_s", "valid_until", "ends"),
    [
        (None, None, None),
        (600, None, at(11)),
        (None, at(5), at(5)),
        (600, at(5), at(5)),
        (60, at(5), at(2)),
        (60, at(-5), at(-5)),
    ],
)
def test_a_coupon_that_is_issued_at_12_01_ends(
    valid_for_s: int | None, valid_until: datetime | None, ends: datetime | None
) -> None:
    assert end_of_coupon(at(1), valid_for_s, valid_until) == ends
