"""The console's cookie, the token that its forms carry, and whether a request came from the console's own pages.

The cookie holds a secret that nobody guesses. Before a sign-in it opens nothing and only ties the sign-in form to its browser; a
sign-in always makes another. A form's token is derived from the secret, so that only a page that was served to this browser has it.
"""

import hashlib
import hmac
import secrets
from urllib.parse import urlsplit

from fastapi import Request
from starlette.responses import Response

from offers.users import LONGEST

SAFE = ("GET", "HEAD")


def is_secure(request: Request, base_url: str) -> bool:
    """Whether people reach us by https, here or through a proxy in front."""
    return request.url.scheme == "https" or base_url.startswith("https://")


def _name(secure: bool) -> str:
    return "__Host-passerby" if secure else "passerby"


def secret_in(request: Request, base_url: str) -> str:
    """The cookie's secret, or nothing."""
    return request.cookies.get(_name(is_secure(request, base_url)), "")[:100]


def new_secret() -> str:
    return secrets.token_urlsafe(32)


def keep(response: Response, request: Request, base_url: str, secret: str, *, signed_in: bool) -> None:
    """Give the browser its secret: for a session's life, or until the browser is closed."""
    secure = is_secure(request, base_url)
    age = int(LONGEST.total_seconds()) if signed_in else None
    response.set_cookie(_name(secure), secret, max_age=age, path="/", secure=secure, httponly=True, samesite="lax")


def drop(response: Response, request: Request, base_url: str) -> None:
    secure = is_secure(request, base_url)
    response.delete_cookie(_name(secure), path="/", secure=secure, httponly=True, samesite="lax")


def token_of(secret: str) -> str:
    """What forms carry. Tells nothing of the secret."""
    return hmac.new(secret.encode(), b"passerby console form", hashlib.sha256).hexdigest()


def is_own(request: Request, base_url: str) -> bool:
    """Whether the browser says that one of our own pages sent this. A browser that says neither word is not believed."""
    site, origin = request.headers.get("sec-fetch-site"), request.headers.get("origin")
    if site is None and origin is None:
        return False
    if site is not None and site != "same-origin":
        return False
    if origin is None:
        return True
    ours = {f"{request.url.scheme}://{request.headers.get('host', '')}".lower()}
    if base_url:
        parts = urlsplit(base_url)
        ours.add(f"{parts.scheme}://{parts.netloc}".lower())
    return origin.lower() in ours


def carries_token(secret: str, sent: str) -> bool:
    return bool(secret) and hmac.compare_digest(token_of(secret).encode(), sent.encode())
