"""The brand's own apps, as the settings name them and as iOS and Android want them in `/.well-known`."""

import re
from urllib.parse import urlsplit

_IOS = re.compile(r"[A-Z0-9]{10}(\.[A-Za-z0-9-]+)+", re.ASCII)
_PACKAGE = re.compile(r"[A-Za-z][A-Za-z0-9_]*(\.[A-Za-z][A-Za-z0-9_]*)+", re.ASCII)
BYTES = 32
"""Of a SHA-256."""


def read_ios_apps(text: str) -> list[str]:
    """`TEAMID1234.example.shop.app`, several by commas. `ValueError` says what is wrong with which."""
    apps = _split(text)
    for one in apps:
        if not _IOS.fullmatch(one):
            raise ValueError(
                f"{one!r} is no app: it begins with the team's ID of ten capitals and digits, then a dot and the bundle's id, such as A1B2C3D4E5.example.shop"
            )
    return apps


def read_android_apps(text: str) -> dict[str, list[str]]:
    """`example.shop.app=AA:BB:…`, several by commas: the fingerprints of each package, in capitals with colons."""
    found: dict[str, list[str]] = {}
    for one in _split(text):
        package, equals, print_ = one.partition("=")
        if not _PACKAGE.fullmatch(package):
            raise ValueError(f"{package!r} is no name of an Android package, such as example.shop.app")
        digits = print_.replace(":", "").upper()
        if not equals or not re.fullmatch(f"[0-9A-F]{{{2 * BYTES}}}", digits):
            raise ValueError(
                f"{package} needs, after a =, the SHA-256 fingerprint of its signing certificate: {BYTES} pairs of hexadecimal digits, as AA:BB:…"
            )
        found.setdefault(package, []).append(":".join(re.findall("..", digits)))
    return found


def read_app_url(text: str) -> str:
    try:
        at = urlsplit(text)
        good = at.scheme == "https" and bool(at.hostname) and at.username is None
    except ValueError:
        good = False
    if not good or any(one.isspace() or one in "<>\"'" for one in text):
        raise ValueError(
            "must be the app's https address in the App Store, such as https://apps.apple.com/app/id123456789"
        )
    return text


def _split(text: str) -> list[str]:
    return [one.strip() for one in text.split(",") if one.strip()]
