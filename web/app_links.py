"""The brand's own apps: which addresses they open themselves, and links that lead into them."""

from typing import Any
from urllib.parse import quote, urlsplit

from fastapi import APIRouter
from starlette.responses import Response

from offers.rules.app_names import read_android_apps, read_ios_apps
from offers.settings import Settings
from web.bodies import json_answer
from web.parts import Have
from web.problems import ProblemError

PATHS = ("/q/*", "/Q/*", "/l/*", "/01/*", "/255/*", "/414/*", "/417/*")
"""Codes of posters, their pages, and GS1 Digital Links: of a product, a coupon, a place, a party."""
KEPT_S = 3600
"""For so long who fetches it may keep it: Apple and Google fetch it for every phone."""

router = APIRouter(include_in_schema=False)


@router.get("/.well-known/apple-app-site-association")
def apple_app_site_association(parts: Have) -> Response:
    """404 where the brand has no iOS app."""
    apps = read_ios_apps(parts.settings.ios_app)
    components = [{"/": path} for path in PATHS]
    return _told(apps, {"applinks": {"details": [{"appIDs": apps, "components": components}]}})


@router.get("/.well-known/assetlinks.json")
def assetlinks(parts: Have) -> Response:
    """404 where the brand has no Android app."""
    apps = read_android_apps(parts.settings.android_app)
    statements = [
        {
            "relation": ["delegate_permission/common.handle_all_urls"],
            "target": {
                "namespace": "android_app",
                "package_name": package,
                "sha256_cert_fingerprints": fingerprints,
            },
        }
        for package, fingerprints in apps.items()
    ]
    return _told(apps, statements)


def _told(apps: Any, said: Any) -> Response:
    if not apps:
        raise ProblemError("not_found", 404, "The brand has no such app here.")
    return json_answer(said, headers={"cache-control": f"public, max-age={KEPT_S}"})


def app_link(settings: Settings, os: str | None, code: str) -> str | None:
    """What a page's "open in the app" leads to, for a poster's code; none where there is no such app, or nobody knows our address.

    On Android the app itself, and this service where it is not installed; on iOS the App Store, since there an app that is installed opens
    codes by itself.
    """
    if os == "ios":
        return settings.ios_app_url or None
    at = urlsplit(settings.base_url)
    packages = list(read_android_apps(settings.android_app))
    if os != "android" or not packages or not at.netloc:
        return None
    path = f"{at.netloc}{at.path.rstrip('/')}/q/{quote(code, safe='')}"
    fallback = quote(f"{at.scheme}://{path}", safe="")
    return f"intent://{path}#Intent;scheme={at.scheme};package={packages[0]};S.browser_fallback_url={fallback};end"
