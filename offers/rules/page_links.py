"""Addresses of pages that are somebody's: an order, a conversation, a person's offers. Who has the address may see the page, so it can not be guessed."""

import hmac
from base64 import urlsafe_b64encode
from typing import Literal

from offers.rules.coupon_codes import CodeKeys

Kind = Literal["order", "conversation"]
PATHS: dict[Kind, str] = {"order": "/o", "conversation": "/c"}


def page_mark(keys: CodeKeys, kind: Kind, key: str) -> str:
    """96 bits in base64url; of this page alone."""
    digest = hmac.digest(keys.marking, f"page:{kind}:{key}".encode(), "sha256")[:12]
    return urlsafe_b64encode(digest).decode()


def is_page_mark(keys: CodeKeys, kind: Kind, key: str, mark: str) -> bool:
    return hmac.compare_digest(page_mark(keys, kind, key).encode(), mark.encode(errors="replace"))


def hook_mark(keys: CodeKeys, payment_id: str) -> str:
    """What the address of a payment's webhook has: it was given out by us. The same, of no page."""
    digest = hmac.digest(keys.marking, f"hook:{payment_id}".encode(), "sha256")[:12]
    return urlsafe_b64encode(digest).decode()


def is_hook_mark(keys: CodeKeys, payment_id: str, mark: str) -> bool:
    return hmac.compare_digest(hook_mark(keys, payment_id).encode(), mark.encode(errors="replace"))


def page_path(keys: CodeKeys, kind: Kind, key: str) -> str:
    """`/o/ord_…/aB3…`: a path on this service."""
    return f"{PATHS[kind]}/{key}/{page_mark(keys, kind, key)}"
