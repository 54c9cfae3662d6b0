"""The address of one coupon, for the browser that was just given it: one that keeps no cookie is known by nothing else."""

import hmac
from base64 import urlsafe_b64encode

from offers.rules.coupon_codes import CodeKeys


def saved_mark(keys: CodeKeys, coupon_id: str) -> str:
    """96 bits in base64url, behind a letter: ids in addresses begin with one."""
    digest = hmac.digest(keys.marking, f"page:coupon:{coupon_id}".encode(), "sha256")[:12]
    return f"s{urlsafe_b64encode(digest).decode()}"


def is_saved_mark(keys: CodeKeys, coupon_id: str, mark: str) -> bool:
    return hmac.compare_digest(saved_mark(keys, coupon_id).encode(), mark.encode(errors="replace"))


def saved_path(keys: CodeKeys, coupon_id: str) -> str:
    """`/my/offers/cpn_…/s…`: a path on this service."""
    return f"/my/offers/{coupon_id}/{saved_mark(keys, coupon_id)}"
