"""The port to a payment provider. Its real sides are in workers/payments; tests have a double of the provider's own API behind the real side."""

from dataclasses import dataclass
from typing import Protocol

STATES = ("open", "pending", "authorized", "paid", "canceled", "expired", "failed")
"""Mollie's words for a payment, which are ours too."""
OVER = frozenset({"canceled", "expired", "failed"})


class PaymentsAway(Exception):
    """The provider did not answer, or answered that it can not at the moment. Nobody knows whether it took the request."""


class PaymentRefused(Exception):
    """The provider refused the request for good; the message says why, without secrets."""


@dataclass(frozen=True, slots=True)
class PaymentWanted:
    """What is asked of the provider. `payment_id` is ours and makes the request safe to repeat."""

    payment_id: str
    order_id: str
    amount_thousandths: int
    currency: str
    description: str
    """On the customer's statement."""
    return_url: str
    """Where the customer comes back to, whatever came of it."""
    webhook_url: str
    language: str


@dataclass(frozen=True, slots=True)
class PaymentTold:
    """What the provider says of a payment now."""

    provider_id: str
    state: str
    """One of STATES."""
    amount_thousandths: int
    currency: str
    method: str | None
    checkout_url: str | None
    """Where the customer pays, while it is open."""
    payment_id: str | None = None
    """Ours, as we gave it along."""


class Payments(Protocol):
    @property
    def name(self) -> str:
        """Of the provider, as it stands in payments.provider."""
        ...

    def create(self, wanted: PaymentWanted) -> PaymentTold:
        """Safe to repeat. `PaymentsAway`, `PaymentRefused`."""
        ...

    def fetch(self, provider_id: str) -> PaymentTold | None:
        """None where the provider knows no such payment. `PaymentsAway`, `PaymentRefused`."""
        ...

    def close(self) -> None:
        """End its connections; nothing is asked afterwards."""
        ...
