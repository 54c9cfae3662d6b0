"""Ids that nobody guesses and that sort by the time they were made (a UUIDv7 in Crockford's base 32)."""

import secrets
import threading
import time

from offers.rules.coupon_codes import DIGITS
from offers.rules.poster import CODE_DIGITS

ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
RANDOM_BITS = 80
_PAIRS = [high + low for high in ALPHABET for low in ALPHABET]
_LOW_BITS = 70
_HIGH, _LOW = range(50, -10, -10), range(60, -10, -10)
"""Bits below each pair of digits, in the part above the low bits and in those."""

_lock = threading.Lock()
_last = 0
_high = 0, ""
"""The high part of the last id, in numbers and in digits: the next one's is mostly the same."""


def new_id(prefix: str) -> str:
    """`prefix` and 26 characters: 48 bits of milliseconds, 80 random bits.

    Within a process each id is greater than the one before, so that what happened in one millisecond keeps its order: the random
    part then goes on by a random step.
    """
    global _last, _high  # noqa: PLW0603 - the one thing that makes ids of one process rise
    with _lock:
        number = time.time_ns() // 1_000_000 << RANDOM_BITS
        if number >> RANDOM_BITS > _last >> RANDOM_BITS:
            number |= secrets.randbits(RANDOM_BITS)
        else:
            number = _last + 1 + secrets.randbits(40)
        _last = number
        high, digits = _high
        if number >> _LOW_BITS != high:
            high = number >> _LOW_BITS
            digits = "".join([_PAIRS[high >> place & 1023] for place in _HIGH])
            _high = high, digits
    return f"{prefix}_{digits}{''.join([_PAIRS[number >> place & 1023] for place in _LOW])}"


def new_poster_code() -> str:
    """What a poster's address ends in: nobody guesses it, and whoever types it can not misread it."""
    return "".join(secrets.choice(DIGITS) for _ in range(CODE_DIGITS))
