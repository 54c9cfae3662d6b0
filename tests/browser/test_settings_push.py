"""The push services and the consent texts, in a real Chromium: read by axe, on a phone and at a desk, light and dark."""

import json
import os
import shutil
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser
from pydantic import SecretStr

from commands.vapid import new_private_text
from offers import campaigns, customers, devices, push_lanes
from offers.push import Outcome
from offers.records.database import Database
from offers.rules.campaign import CampaignBody
from offers.rules.profile import CustomerBody, DeviceBody
from offers.settings import Settings
from tests.browser.desks import Opened, admit, windows
from tests.browser.test_console import has_no_sideways_scroll
from tests.conftest import NOON
from tests.doubles.fcm.account import make_account
from tests.web.conftest import LANES, serve
from workers.trials import Trial, keep_trial

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("patient")]

PICTURES = os.environ.get("PICTURES")
"""A folder, for who wants to look."""
RECEIPT = {"given": True, "language": "nl", "at": NOON.isoformat(), "source": "app"}


@pytest.fixture(scope="module")
def desk(redis_url: str, migrated: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, str]]:
    """The address, and an admin's session. A way out is paused, the last test was refused, and some agreed."""
    folder = tmp_path_factory.mktemp("push")
    shutil.copy(migrated, folder / "passerby.db")
    account = folder / "account.json"
    account.write_text(json.dumps(make_account("https://localhost:1", "shop-amsterdam-3f1c2")))
    database = Database(f"sqlite:///{folder / 'passerby.db'}")
    with database.transaction() as session:
        secret = admit(session, "mara@shop.example", "admin", "Mara")
        said = {"trigger": {"on": "enter"}, "messages": {"en": {"title": "Hello", "body": "You are near."}}}
        campaigns.put_campaign(session, "sneakers", CampaignBody.model_validate({"name": "Sneakers", **said}), now=NOON)
        for name, version in (("sanne", "messages-3"), ("daan", "messages-1"), ("noor", "our-app-7")):
            agreed = {"offers": RECEIPT | {"text_version": version}, "orders": RECEIPT | {"text_version": version}}
            body = CustomerBody.model_validate({"name": name.title(), "consents": agreed})
            customers.put_customer(session, name, body, now=NOON)
        plain = DeviceBody(customer="sanne", platform="ios", push_token="t-1")
        devices.register_device(session, plain, trusted=True, now=NOON)
    refused = Outcome("waiting", "push_key_refused", lane="fcm:ios", alarm=True)
    with database.transaction() as session:
        push_lanes.learn_of_lanes(session, [("fcm:ios", refused)], now=database.clock() - timedelta(minutes=2))
    settings = Settings(
        data=folder,
        database_url=database.url,
        redis_url=redis_url,
        lanes=LANES,
        secret_key="only for tests, but long enough for it",
        push="fcm",
        google_application_credentials=str(account),
        vapid_private_key=SecretStr(new_private_text()),
        vapid_subject="mailto:push@shop.example",
    )
    with serve(settings, NOON.timestamp) as served:
        key = served.doors.parts.subscribing.vapid_key or ""
        trial = Trial(
            "x", NOON.timestamp(), "not_allowed", "shop-amsterdam-3f1c2", "", 403, "PERMISSION_DENIED", 0.2, 431
        )
        keep_trial(served.doors.parts.redis, replace(trial, vapid=key))
        yield served.url, secret
    database.close()


@pytest.fixture
def opened(desk: tuple[str, str], browser: Browser) -> Iterator[Opened]:
    url, secret = desk
    with windows(browser, url, secret) as make:
        yield make


SHOWN = {
    "push": "/console/settings/push?customer=sanne",
    "consents": "/console/settings/consents",
    "consent": "/console/settings/consents/text?version=messages-3",
    "consent-of-an-app": "/console/settings/consents/text?version=our-app-7",
}


@pytest.mark.parametrize(
    ("width", "scheme", "language"),
    [(390, "dark", "de"), (390, "light", "nl"), (1440, "light", "en"), (1440, "dark", "nl")],
)
def test_axe_finds_nothing_and_nothing_runs_out_of_sight(
    opened: Opened, width: int, scheme: str, language: str
) -> None:
    for name, path in SHOWN.items():
        to = f"{path}{'&' if '?' in path else '?'}lang={language}"
        watched = opened(to, viewport={"width": width, "height": 844}, color_scheme=scheme)
        page = watched.page
        found = Axe().run(page).response["violations"]
        assert [(one["id"], [node["html"] for node in one["nodes"]]) for one in found] == [], (
            f"{name}, {width} px, {scheme}"
        )
        assert has_no_sideways_scroll(page), f"{name} at {width} px"
        if PICTURES:
            page.screenshot(path=f"{PICTURES}/{name}-{width}-{scheme}.png", full_page=True)
        assert watched.errors == []
