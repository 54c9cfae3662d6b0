"""The brand's apps: what `/.well-known` says, and links into them."""

import httpx
import pytest

from offers.settings import Settings
from tests.web.conftest import Served, problem_of
from web.app_links import app_link

PRINT = ":".join(["AB"] * 32)
BASE = {"base_url": "https://shop.example"}


def test_without_apps_there_is_nothing(http: httpx.Client) -> None:
    for path in ("apple-app-site-association", "assetlinks.json"):
        problem_of(http.get(f"/.well-known/{path}"), 404)


def test_what_apple_and_google_fetch(http: httpx.Client, served: Served) -> None:
    parts = served.doors.parts
    told = {"ios_app": "A1B2C3D4E5.example.shop", "android_app": f"example.shop.app={PRINT}"}
    parts.settings = parts.settings.model_copy(update=told)
    apple = http.get("/.well-known/apple-app-site-association")
    assert apple.status_code == 200
    assert apple.headers["content-type"] == "application/json"
    [details] = apple.json()["applinks"]["details"]
    assert details["appIDs"] == ["A1B2C3D4E5.example.shop"]
    assert {one["/"] for one in details["components"]} >= {"/q/*", "/Q/*", "/l/*", "/01/*", "/414/*"}
    assert "/t/*" not in {one["/"] for one in details["components"]}, "those are for the browser"
    [statement] = http.get("/.well-known/assetlinks.json").json()
    assert statement["relation"] == ["delegate_permission/common.handle_all_urls"]
    assert statement["target"] == {
        "namespace": "android_app",
        "package_name": "example.shop.app",
        "sha256_cert_fingerprints": [PRINT],
    }


def test_a_link_into_the_android_app_falls_back_to_the_page() -> None:
    settings = Settings.model_validate({**BASE, "android_app": f"example.shop.app={PRINT}"})
    assert app_link(settings, "android", "K7M4 9X;#") == (
        "intent://shop.example/q/K7M4%209X%3B%23#Intent;scheme=https;package=example.shop.app;"
        "S.browser_fallback_url=https%3A%2F%2Fshop.example%2Fq%2FK7M4%25209X%253B%2523;end"
    )


def test_on_ios_the_app_store_opens() -> None:
    settings = Settings.model_validate({**BASE, "ios_app_url": "https://apps.apple.com/app/id1"})
    assert app_link(settings, "ios", "K7M4") == "https://apps.apple.com/app/id1"


@pytest.mark.parametrize(
    ("told", "os"),
    [
        ({}, "ios"),
        ({}, "android"),
        ({"android_app": f"example.shop.app={PRINT}"}, "windows"),
        ({"android_app": f"example.shop.app={PRINT}"}, None),
        ({"android_app": f"example.shop.app={PRINT}", "base_url": ""}, "android"),
    ],
)
def test_where_there_is_no_such_app(told: dict[str, str], os: str | None) -> None:
    assert app_link(Settings.model_validate({**BASE, **told}), os, "K7M4") is None
