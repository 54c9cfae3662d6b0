"""How the secrets of web shops, and what they sent, are kept: sealed, so that the database alone opens nothing.

Bound to the shop and to what it is: a sealed text that is moved to another row, or column, does not open.
"""

import base64
import binascii
import hmac
from dataclasses import dataclass, field

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESSIV
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF


@dataclass(frozen=True, slots=True)
class ShopKeys:
    """Both from the secret key."""

    sealing: bytes = field(repr=False)
    marking: bytes = field(repr=False)

    @classmethod
    def of(cls, secret: bytes) -> "ShopKeys":
        key = HKDF(algorithm=SHA256(), length=96, salt=None, info=b"passerby web shops").derive(secret)
        return cls(key[:64], key[64:])


def seal(keys: ShopKeys, plain: bytes, *bound_to: str) -> str:
    """AES-SIV (RFC 5297), which needs no dice; `bound_to` is what it is, as the shop's id and a column."""
    return base64.b64encode(AESSIV(keys.sealing).encrypt(plain, _bound(bound_to))).decode()


def unseal(keys: ShopKeys, sealed: str, *bound_to: str) -> bytes | None:
    """None when it was sealed under another secret key, or for something else."""
    try:
        return AESSIV(keys.sealing).decrypt(base64.b64decode(sealed), _bound(bound_to))
    except (InvalidTag, binascii.Error):
        return None


def mark_of_guest(keys: ShopKeys, shop_id: str, email: str) -> str:
    """Who orders without an account, the same for the same address of e-mail, from which nobody without the secret key comes back to it."""
    told = f"{shop_id}\0{email.strip().lower()}".encode(errors="replace")
    return hmac.digest(keys.marking, told, "sha256").hex()[:24]


def _bound(to: tuple[str, ...]) -> list[bytes]:
    return [b"passerby web shop", *(one.encode() for one in to)]
