"""The whole way with nothing of the browser's replaced: Chromium subscribes by itself, and decrypts what our sender encrypted for it.

Google's part is a double on this machine, tests/doubles/gcm. What is sent to the address that Chromium gave goes there instead of to Google.
"""

import json
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.sync_api import BrowserContext, sync_playwright

from offers.push import Outcome, PushMessage
from offers.rules.push_subscription import PushServices
from tests.browser.conftest import FLAGS, Watched, chromium
from tests.browser.visiting import Shop, Told, campaign_of, shop, state_of, switch_on, until, walk_in
from tests.doubles.gcm import GcmDouble
from tests.web.conftest import bearer
from workers.push.web_push import WebPush

pytestmark = pytest.mark.browser
__all__ = ["shop"]


class ToTheDouble:
    """The real port to browsers; only where it calls is another machine."""

    def __init__(self, shop: Shop, gcm: GcmDouble) -> None:
        keys = shop.served.doors.parts.settings.vapid()
        assert keys is not None
        self._gcm = gcm
        self._port = WebPush(keys, PushServices.read(gcm.host))

    def send(self, messages: Sequence[PushMessage]) -> list[Outcome]:
        return self._port.send([replace(one, push_token=self._turned(one.push_token)) for one in messages])

    def _turned(self, address: str) -> str:
        told: dict[str, Any] = json.loads(address)
        return json.dumps(told | {"endpoint": self._gcm.at(told["endpoint"])})

    def close(self) -> None:
        self._port.close()


@pytest.fixture
def gcm() -> Iterator[GcmDouble]:
    with GcmDouble() as double:
        yield double


@pytest.fixture
def kept_profile(gcm: GcmDouble, shop: Shop, tmp_path: Path) -> Iterator[BrowserContext]:
    """A browser with a profile of its own on the disk: without one there is no push."""
    path = chromium()
    if path is None:
        pytest.skip("there is no Chromium here; install one, or name it in PASSERBY_CHROMIUM")
    flags = [one for one in FLAGS if one not in gcm.NOT]
    with sync_playwright() as playwright:
        context = playwright.chromium.launch_persistent_context(
            tmp_path / "profile",
            executable_path=path,
            headless=True,
            args=[*flags, *gcm.flags],
            ignore_default_args=list(gcm.NOT),
            locale="en-GB",
            viewport={"width": 390, "height": 844},
        )
        context.grant_permissions(["notifications"], origin=shop.url)
        yield context
        context.close()


def test_chromium_itself_subscribes_and_reads_what_was_encrypted_for_it(
    kept_profile: BrowserContext, gcm: GcmDouble, shop: Shop
) -> None:
    watched = Watched(kept_profile.new_page())
    page = watched.page
    page.goto(f"{shop.url}/messages?lang=en")
    switch_on(page, "offers")
    (device,) = shop.devices()
    (name,) = [name for name, one in gcm.registered.items() if one.subtype.startswith(f"wp:{shop.url}/")]
    assert gcm.registered[name].sender == shop.vapid_key, "the subscription is bound to our key"
    assert device.push_token is not None
    assert json.loads(device.push_token)["endpoint"].endswith(f"/fcm/send/{name}")
    page.reload()
    state_of(page, "on")

    port = ToTheDouble(shop, gcm)
    with httpx.Client(base_url=shop.url, headers=bearer(shop.key), timeout=20) as admin:

        def delivery() -> dict[str, Any]:
            (one,) = admin.get("/v1/deliveries").json()["items"]
            told: dict[str, Any] = one
            return told

        campaign_of(shop, admin)
        admin.post(f"/v1/devices/{device.id}/link", json={"customer": "sanne"}).raise_for_status()
        walk_in(shop, admin, "sanne", port)
        assert delivery()["state"] == "sent"
        until(page, lambda: delivery()["received_at"] is not None)
        told = Told(page)
        (shown,) = told.notifications()
        assert (shown["title"], shown["body"]) == (delivery()["title"], delivery()["body"])
        told.click()
        until(page, lambda: delivery()["opened_at"] is not None)

        page.reload()
        state_of(page, "on")
        page.get_by_label("Also stop these messages on my other devices").check()
        page.get_by_role("button", name="Switch messages off").click()
        state_of(page, "switched_off")
        assert shop.devices()[0].push_token is None
        consents = admin.get("/v1/customers/sanne").json()["consents"]
        assert consents == {"location": True, "offers": False, "orders": False}
        until(page, lambda: name not in gcm.registered)
    port.close()
    assert gcm.pushed == [name]
    assert watched.errors == []
    assert watched.hosts == {"127.0.0.1"}
