"""What an offer gives, and what became of its coupons, in words."""

from collections.abc import Mapping
from typing import Any

from web.console.speaking import Voice


def worth(offer: Mapping[str, Any], voice: Voice) -> str:
    """`10%` or `EUR 5.00`, as the language writes it; empty for an offer that has no number. Plain text, not escaped."""
    value = offer["value"]
    if value is None:
        return ""
    number = str(value) if voice.language == "en" else str(value).replace(".", ",")
    if offer["kind"] == "percentage":
        return f"{number}\u00a0%" if voice.language == "de" else f"{number}%"
    return f"{number}\u00a0{offer['currency']}" if voice.language == "de" else f"{offer['currency']}\u00a0{number}"


def coupons_said(coupons: Mapping[str, Mapping[str, Any]], voice: Voice) -> dict[str, dict[str, str]]:
    """Each coupon as `{offer, name, said}`: whose offer it is, and how it stands."""
    return {
        one: {"offer": coupon["offer"], "name": coupon["name"], "said": _stands(coupon, voice)}
        for one, coupon in coupons.items()
    }


def _stands(coupon: Mapping[str, Any], voice: Voice) -> str:
    state = coupon["state"]
    if state == "redeemed" and coupon["redeemed_at"]:
        return voice.words["coupon_redeemed_at"].format(at=voice.moment(coupon["redeemed_at"]))
    if state == "issued" and coupon["expires_at"]:
        return voice.words["coupon_issued_until"].format(at=voice.moment(coupon["expires_at"]))
    return voice.words.get(f"coupon_{state}", str(state))
