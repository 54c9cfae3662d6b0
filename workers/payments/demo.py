"""A bank that only plays, for the demo and for a try: its payments lie in Redis, its page is web/payments/bank.py, and no money moves."""

import hashlib
from typing import Any

import msgspec
from redis import Redis
from redis.exceptions import RedisError

from offers.payment import OVER, STATES, PaymentsAway, PaymentTold, PaymentWanted

KEPT_S = 7 * 24 * 3600
PATH = "/demo-bank"


class DemoPayments:
    name = "demo"

    def __init__(self, redis: Redis) -> None:
        self._redis: Any = redis

    def create(self, wanted: PaymentWanted) -> PaymentTold:
        provider_id = "demo_" + hashlib.sha256(wanted.payment_id.encode()).hexdigest()[:24]
        plays = {
            "payment_id": wanted.payment_id,
            "state": "open",
            "amount": wanted.amount_thousandths,
            "currency": wanted.currency,
            "return_url": wanted.return_url,
            "language": wanted.language,
        }
        try:
            self._redis.set(_key(provider_id), msgspec.json.encode(plays), nx=True, ex=KEPT_S)
        except (RedisError, OSError) as error:
            raise PaymentsAway(f"redis does not answer ({type(error).__name__})") from None
        told = self.fetch(provider_id)
        if told is None:
            raise PaymentsAway("redis has lost it")
        return told

    def fetch(self, provider_id: str) -> PaymentTold | None:
        plays = self.played(provider_id)
        if plays is None:
            return None
        return PaymentTold(
            provider_id=provider_id,
            state=plays["state"],
            amount_thousandths=plays["amount"],
            currency=plays["currency"],
            method="demo",
            checkout_url=f"{PATH}/{provider_id}" if plays["state"] == "open" else None,
            payment_id=plays["payment_id"],
        )

    def played(self, provider_id: str) -> dict[str, Any] | None:
        """As the bank's page needs it."""
        try:
            raw = self._redis.get(_key(provider_id))
        except (RedisError, OSError) as error:
            raise PaymentsAway(f"redis does not answer ({type(error).__name__})") from None
        return None if raw is None else msgspec.json.decode(raw)

    def play(self, provider_id: str, state: str) -> None:
        """What the visitor chose at the bank. What is over stays so."""
        plays = self.played(provider_id)
        if plays is None or state not in STATES or plays["state"] in (*OVER, "paid"):
            return
        try:
            self._redis.set(_key(provider_id), msgspec.json.encode({**plays, "state": state}), xx=True, keepttl=True)
        except (RedisError, OSError) as error:
            raise PaymentsAway(f"redis does not answer ({type(error).__name__})") from None

    def close(self) -> None:
        """Redis is its opener's to close."""


def _key(provider_id: str) -> str:
    return f"pb:demo-bank:{provider_id}"
