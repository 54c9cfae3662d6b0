"""What a visitor's browser sends: its push subscription, and what was ticked."""

from typing import Literal

from pydantic import Field

from offers.rules.profile import ConsentReceipt
from offers.rules.push_subscription import PushSubscription
from offers.rules.values import Flag, Strict

ASKED = ("orders", "offers")
"""What a page asks consent for; `location` is the app's."""
Tongue = Literal["nl", "de", "en"]
SOURCE = "web page"
"""Where the receipts of a visitor's consents come from."""


class Ticked(Strict):
    """A purpose that is absent stays as it is."""

    orders: Flag | None = None
    offers: Flag | None = None

    def said(self) -> dict[str, bool]:
        return {purpose: getattr(self, purpose) for purpose in ASKED if getattr(self, purpose) is not None}


class SubscribeBody(Strict):
    """`POST /visitor/push`."""

    subscription: PushSubscription
    consents: Ticked
    language: Tongue


class RenewBody(Strict):
    """`POST /visitor/push/renew`. `old` is the subscription that `subscription` takes the place of, whole: who has its secret is its browser."""

    subscription: PushSubscription
    old: PushSubscription | None = None


class OffBody(Strict):
    """`POST /visitor/push/off`. `subscription` is for who has lost the cookie."""

    withdraw: list[Literal["orders", "offers"]] = Field(default=["orders", "offers"], max_length=2)
    subscription: PushSubscription | None = None
    language: Tongue


def receipt_of(given: bool, text_version: str, language: str) -> ConsentReceipt:
    return ConsentReceipt(given=given, text_version=text_version, language=language, source=SOURCE)
