"""Who may push to a subscription: VAPID, RFC 8292."""

import json
import re
import time
from base64 import urlsafe_b64decode, urlsafe_b64encode
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, utils

MOST_LIFE_S = 24 * 3600
HEADER = re.compile(r"vapid t=([^,\s]+),\s*k=([^,\s]+)")
CONTACT = re.compile(r"(mailto:[^<>\s]+@[^<>\s]+|https://\S+)\Z")


def wrong_vapid(header: str, origin: str, bound_to: str | None) -> tuple[int, str] | None:
    """The status and why; none when it is right. `bound_to`: the public key that the browser subscribed with."""
    match = HEADER.fullmatch(header)
    if match is None:
        return (401, "Missing or malformed VAPID Authorization (errno 109)") if bound_to else None
    claims = _verified(match[1], match[2])
    if claims is None:
        return 401, "VAPID signature does not verify (errno 109)"
    if bound_to and unb64(bound_to) != unb64(match[2]):
        # the words of Google's service
        return 403, (
            "the VAPID credentials in the authorization header do not correspond to the credentials"
            " used to create the subscriptions."
        )
    if claims.get("aud") != origin:
        return 403, f"aud {claims.get('aud')!r} is not {origin!r}"
    now, expiry = time.time(), claims.get("exp")
    if not isinstance(expiry, int | float) or not now < expiry <= now + MOST_LIFE_S:
        return 403, "exp must be in the future, within 24 hours"
    if not CONTACT.match(str(claims.get("sub", ""))):
        return 403, "sub must be a mailto: or https: contact (Apple: BadJwtToken)"
    return None


def _verified(token: str, key: str) -> dict[str, Any] | None:
    try:
        head, claims_text, signature = token.split(".")
        header, claims, signed = json.loads(unb64(head)), json.loads(unb64(claims_text)), unb64(signature)
        public = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), unb64(key))
        der = utils.encode_dss_signature(int.from_bytes(signed[:32]), int.from_bytes(signed[32:]))
        public.verify(der, f"{head}.{claims_text}".encode(), ec.ECDSA(hashes.SHA256()))
    except (ValueError, InvalidSignature):
        return None
    right = len(signed) == 64 and isinstance(header, dict) and header.get("alg") == "ES256"
    return claims if right and isinstance(claims, dict) else None


def b64(content: bytes) -> str:
    return urlsafe_b64encode(content).rstrip(b"=").decode()


def unb64(text: str) -> bytes:
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))
