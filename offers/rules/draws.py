"""Draws that stay as they fall: who is held out, and which variant a customer gets.

Each is a hash with words of its own, so that none tells anything about another; no id holds the character between the words.
"""

import hashlib
from collections.abc import Mapping, Sequence
from typing import Any

from offers.rules.campaign import Variant

_RANGE = 2**64


def _drawn(*words: str) -> int:
    """A number below `_RANGE`, always the same for the same words."""
    return int.from_bytes(hashlib.sha256("\x00".join(words).encode()).digest()[:8])


def is_held_out_of_all(customer_id: str, percent: int) -> bool:
    """A draw by the customer alone. Who is in a share is in every larger one too."""
    return percent > 0 and _drawn("", "held out", customer_id) % 10_000 < percent * 100


def is_held_out(campaign_id: str, customer_id: str, percent: int) -> bool:
    """The campaign's own draw. Who is in a share is in every larger one too."""
    return percent > 0 and _drawn(campaign_id, customer_id) % 10_000 < percent * 100


def held_out(campaign_id: str, customer_id: str, *, of_all: int, of_campaign: int) -> Mapping[str, Any] | None:
    """The facts of `held_out`, or none for who is not. Shares in percent; the customer falls under either draw."""
    if is_held_out_of_all(customer_id, of_all):
        return {"percent": of_all, "of": "all"}
    if is_held_out(campaign_id, customer_id, of_campaign):
        return {"percent": of_campaign, "of": "campaign"}
    return None


def draw_variant(campaign_id: str, customer_id: str, variants: Sequence[Variant]) -> str | None:
    """The name of the variant that this customer gets for as long as the campaign's variants stay as they are; none without any."""
    if not variants:
        return None
    left = _drawn(campaign_id, "variant", customer_id) * sum(one.weight for one in variants) // _RANGE
    for one in variants:
        if left < one.weight:
            return one.name
        left -= one.weight
    raise AssertionError("some variant has a weight")
