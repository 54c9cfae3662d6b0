"""How often codes may be asked for and tried, so that nobody learns who is a customer, guesses codes, or has us send texts for money.

Counted in Redis before anybody looks whether a number is known: known and unknown count alike. Under names from which nobody reads a
number or an address back. Without a count nobody is let in.
"""

import hashlib
import hmac
from collections.abc import Sequence
from typing import Any, NamedTuple

from redis import Redis

from web.visitor.attempts import network_of

QUARTER_S, DAY_S, MINUTE_S = 900, 86_400, 60
OF_PHONE, OF_PHONE_A_DAY = 3, 10
"""Codes for one number, in a quarter of an hour and in a day."""
OF_NETWORK = 10
"""Different numbers from one network, in a quarter of an hour."""
OF_BROWSER = 5
"""Codes asked for from one page, and from one browser, in a quarter of an hour."""
OF_ALL = 60
"""Codes of all together, in a minute: what a pumper can cost at most."""
WRONG = 30
"""Wrong codes from one network, in a quarter of an hour."""


class _Limit(NamedTuple):
    name: str
    most: int
    window_s: int


class PhoneLimits:
    """Each method gives the seconds to wait, 0 for none, and raises Redis's errors."""

    def __init__(self, redis: Redis, secret: bytes) -> None:
        self._redis: Any = redis
        self._key = hmac.digest(secret, b"passerby phone limits", "sha256")

    def count_asking(self, phone: str, address: str, scan_id: str, device_id: str | None) -> int:
        """Count one number that a code is asked for. Whoever is refused by their own limits takes nothing of what all share."""
        own = [
            _Limit(self._name("phone", phone), OF_PHONE, QUARTER_S),
            _Limit(self._name("day", phone), OF_PHONE_A_DAY, DAY_S),
            _Limit(self._name("page", scan_id), OF_BROWSER, QUARTER_S),
        ]
        if device_id:
            own.append(_Limit(self._name("browser", device_id), OF_BROWSER, QUARTER_S))
        if wait_s := self._numbers_of(address, phone):
            return wait_s
        return self._count(own) or self._count([_Limit("pb:recognise:all", OF_ALL, MINUTE_S)])

    def wait_for_trying(self, address: str) -> int:
        """Before a code is looked at."""
        name = self._name("wrong", network_of(address))
        many, left = self._redis.pipeline().get(name).ttl(name).execute()
        return max(int(left), 1) if many is not None and int(many) >= WRONG else 0

    def count_wrong(self, address: str) -> None:
        name = self._name("wrong", network_of(address))
        self._redis.pipeline().incr(name).expire(name, QUARTER_S, nx=True).execute()

    def _numbers_of(self, address: str, phone: str) -> int:
        name = self._name("network", network_of(address))
        with self._redis.pipeline(transaction=True) as pipeline:
            pipeline.sadd(name, self._name("of", phone))
            pipeline.expire(name, QUARTER_S, nx=True)
            pipeline.scard(name)
            pipeline.ttl(name)
            _, _, many, left = pipeline.execute()
        return max(int(left), 1) if int(many) > OF_NETWORK else 0

    def _count(self, limits: Sequence[_Limit]) -> int:
        with self._redis.pipeline(transaction=True) as pipeline:
            for one in limits:
                pipeline.incr(one.name)
                pipeline.expire(one.name, one.window_s, nx=True)
                pipeline.ttl(one.name)
            told = pipeline.execute()
        counted = zip(told[::3], told[2::3], limits, strict=True)
        return max((max(int(left), 1) for many, left, one in counted if int(many) > one.most), default=0)

    def _name(self, kind: str, value: str) -> str:
        return f"pb:recognise:{kind}:{hmac.new(self._key, f'{kind} {value}'.encode(), hashlib.sha256).hexdigest()[:32]}"
