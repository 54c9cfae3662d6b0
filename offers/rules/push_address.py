"""Where a device is pushed to, as callers write it, and for how long an address that was not heard of is used."""

import hashlib
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Literal, LiteralString, Self

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from offers.rules.push_subscription import PushServices, PushSubscription
from offers.rules.refusals import PATH_WITHIN
from offers.rules.values import Strict

SEEN_WITHIN = {
    "offer": timedelta(days=30),
    "order": timedelta(days=90),
    "reply": timedelta(days=90),
    "test": timedelta(days=270),
}
"""By a message's kind how lately the device must have said that its address is its own."""
STALE_AFTER = timedelta(days=270)
"""Firebase, "Best practices for FCM registration token management": one of which nothing was heard for a month is stale, Android's end after
270 days, and those of iOS never end by themselves."""

AddressKind = Literal["token", "fid", "web_push"]


@dataclass(frozen=True, slots=True)
class Address:
    kind: AddressKind
    token: str
    """FCM's registration token or installation id; a browser's subscription, its keys too, as canonical JSON."""

    @property
    def hash(self) -> str:
        """SHA-256. An address is up to 4,096 characters long, which no index takes.

        Of a subscription with its keys: who knows an endpoint alone, and makes up keys, takes nobody's messages away.
        """
        return hashlib.sha256(self.token.encode()).hexdigest()


def subscription_address(subscription: PushSubscription, services: PushServices) -> Address:
    """A browser's address; `UnknownService` when it may not be called."""
    return Address("web_push", services.address(subscription))


def is_heard_of(seen_at: datetime | None, kind: str, now: datetime) -> bool:
    """Whether an address that the device last said to be its own then may get a message of this kind."""
    return seen_at is not None and seen_at >= now - SEEN_WITHIN[kind]


@dataclass(frozen=True, slots=True)
class Subscribing:
    """What browsers subscribe by: whom a subscription may name, and our public key, which it is bound to for its life."""

    services: PushServices = field(default_factory=PushServices)
    vapid_key: str | None = None


class Addressed(Strict):
    """The part of a device's registration that says where to push."""

    push_token: str | None = Field(None, min_length=1, max_length=4096)
    push_token_kind: Literal["token", "fid"] = "token"  # noqa: S105 - what kind it is
    push_subscription: PushSubscription | None = None

    @model_validator(mode="after")
    def _is_one_address(self) -> Self:
        if "push_token_kind" in self.model_fields_set and "push_token" not in self.model_fields_set:
            raise _wrong("push_token_kind", "says what push_token is, and there is none")
        if self.push_subscription is not None and self.push_token is not None:
            raise _wrong("push_subscription", "is beside push_token: a device has one of them")
        return self

    @property
    def says_where(self) -> bool:
        """Whether an address is named, or taken away."""
        return not self.model_fields_set.isdisjoint(("push_token", "push_subscription"))

    def address(self, services: PushServices) -> Address | None:
        """`ValueError` for a subscription that may not be called."""
        if self.push_subscription is not None:
            return subscription_address(self.push_subscription, services)
        return None if self.push_token is None else Address(self.push_token_kind, self.push_token)


def _wrong(path: LiteralString, what: LiteralString) -> PydanticCustomError:
    return PydanticCustomError(path, what, {PATH_WITHIN: path})
