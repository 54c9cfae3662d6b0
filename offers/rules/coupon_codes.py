"""Coupon codes: made, read as a cashier types them, found again by a mark, and kept so that the database alone tells none.

A generated code is made from the secret key and the coupon's id, so that it lies nowhere. An imported one is somebody else's and has
to be kept: sealed. Both are found by an HMAC of what they read as.
"""

import base64
import hmac
from dataclasses import dataclass, field

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESSIV
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

DIGITS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Crockford's base 32: no letter that is read as another."""
LENGTH = 12
"""Digits of a generated code: 60 bits."""
EXAMPLE = "K7M4-9XQT-2RVB"
"""What a preview shows in the place of a code."""

_READ_AS = str.maketrans("OIL", "011", "-_. ")
_SEALED_FOR = [b"passerby imported code"]


@dataclass(frozen=True, slots=True)
class CodeKeys:
    """What codes are made, marked and sealed with; all from the secret key."""

    making: bytes = field(repr=False)
    marking: bytes = field(repr=False)
    sealing: bytes = field(repr=False)

    @classmethod
    def of(cls, secret: bytes) -> "CodeKeys":
        key = HKDF(algorithm=SHA256(), length=128, salt=None, info=b"passerby coupon codes").derive(secret)
        return cls(key[:32], key[32:64], key[64:])


def generated_code(keys: CodeKeys, coupon_id: str) -> str:
    """The code of one coupon, always the same: `K7M4-9XQT-2RVB`."""
    number = int.from_bytes(hmac.digest(keys.making, coupon_id.encode(), "sha256")[:8]) >> 4
    digits = "".join(DIGITS[number >> (5 * place) & 31] for place in reversed(range(LENGTH)))
    return "-".join(digits[start : start + 4] for start in range(0, LENGTH, 4))


def normalised(code: str) -> str:
    """What a code reads as: without hyphens, dots and blanks, in capitals, with O as 0 and I and L as 1."""
    return code.upper().translate(_READ_AS)


def mark_of(keys: CodeKeys, code: str) -> str:
    """What a code is found by: the same for all that read the same, and nothing to read it back from."""
    return hmac.digest(keys.marking, normalised(code).encode(errors="replace"), "sha256").hex()


def seal(keys: CodeKeys, code: str) -> str:
    """The code as it is kept: AES-SIV (RFC 5297), which needs no dice."""
    return base64.b64encode(AESSIV(keys.sealing).encrypt(code.encode(), _SEALED_FOR)).decode()


def unseal(keys: CodeKeys, sealed: str) -> str | None:
    """The code again; none when it was sealed under another secret key."""
    try:
        return AESSIV(keys.sealing).decrypt(base64.b64decode(sealed), _SEALED_FOR).decode()
    except InvalidTag:
        return None
