"""A coupon's states, and what a till is answered: the first redeems, everybody after it is told why not."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Literal, Protocol, TypeVar

from pydantic import ConfigDict

from offers.rules.profile import Id
from offers.rules.purchase import PurchaseId
from offers.rules.values import LATEST, Strict

STATES = ("reserved", "issued", "redeemed", "released", "expired")
"""Reserved at the decision, issued with its push. Released: its push surely never left, and its unit is back in the budget."""

Verdict = Literal["redeemed", "repeated", "already_redeemed", "expired", "unknown"]
_BEST_FIRST: tuple[Verdict, ...] = ("repeated", "redeemed", "already_redeemed", "expired", "unknown")


class RedeemBody(Strict):
    """`POST /v1/coupons/{code}/redeem`. `customer` is needed for a code that all share; where it is named the coupon has to be theirs."""

    model_config = ConfigDict(
        extra="forbid",
        frozen=True,
        json_schema_extra={"examples": [{"place": "kalverstraat-102", "purchase_id": "till-7-2026-1001"}]},
    )

    place: Id | None = None
    purchase_id: PurchaseId | None = None
    customer: Id | None = None


class Held(Protocol):
    """A coupon, as far as it matters at the till."""

    @property
    def state(self) -> str: ...
    @property
    def expires_at(self) -> datetime | None: ...
    @property
    def purchase_id(self) -> str | None: ...


def end_of_coupon(issued_at: datetime, valid_for_s: int | None, valid_until: datetime | None) -> datetime | None:
    """When a coupon that is issued at this time ends: the earlier of both, or never. An end past the calendar's is the calendar's."""
    ends = [issued_at + min(timedelta(seconds=valid_for_s), LATEST - issued_at)] if valid_for_s is not None else []
    return min([*ends, *([valid_until] if valid_until is not None else [])], default=None)


C = TypeVar("C", bound=Held)


def verdict_on(coupon: Held, purchase_id: str | None, now: datetime) -> Verdict:
    """What becomes of this coupon now.

    One that is only reserved is taken too: its push may be on the phone before we have written down that it left.
    """
    if coupon.state == "redeemed":
        same = purchase_id is not None and coupon.purchase_id == purchase_id
        return "repeated" if same else "already_redeemed"
    if coupon.state == "released":
        return "unknown"
    ended = coupon.state == "expired" or (coupon.expires_at is not None and coupon.expires_at <= now)
    return "expired" if ended else "redeemed"


def best_of(coupons: Iterable[C], purchase_id: str | None, now: datetime) -> tuple[C | None, Verdict]:
    """Of several that a code stands for, the one to redeem: a repeat before all, then the first that is good."""
    judged = [(verdict_on(one, purchase_id, now), one) for one in coupons]
    if not judged:
        return None, "unknown"
    verdict, coupon = min(judged, key=lambda one: _BEST_FIRST.index(one[0]))
    return coupon, verdict
