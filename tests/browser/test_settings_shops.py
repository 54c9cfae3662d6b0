"""Web shops in the settings, in a real Chromium: read by axe, on a phone and at a desk, in the dark and in the light."""

import json
import os
import shutil
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, expect

from offers import places, shops
from offers.records.database import Database
from offers.rules.place import PlaceBody
from offers.rules.shop import ShopBody
from offers.settings import Settings
from offers.shop_events import Heard
from tests.browser.conftest import Watched
from tests.browser.desks import admit
from tests.browser.test_console import has_no_sideways_scroll
from tests.conftest import NOON
from tests.web.conftest import LANES, PLACE, serve
from workers.shops.working import WorkKeys, hear

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("patient")]

PICTURES = os.environ.get("PICTURES")
"""A folder, for who wants to look."""
SECRET_KEY = "only for tests, but long enough for it"
KEYS = WorkKeys.of(SECRET_KEY.encode())
WHERE = "/console/settings/shops"
TOLD = (("placed", "kalverstraat"), ("ready", "kalverstraat"), ("ready", "kalverstraat"), ("placed", "Store at the harbour"), ("packed", "kalverstraat"))  # fmt: skip


@pytest.fixture(scope="module")
def desk(
    redis_url: str, migrated: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[str, str, str, str]]:
    """The address, an admin's session, and two events: one that was used, one that failed."""
    folder = tmp_path_factory.mktemp("shops")
    shutil.copy(migrated, folder / "passerby.db")
    database = Database(f"sqlite:///{folder / 'passerby.db'}")
    with database.transaction() as session:
        secret = admit(session, "mara@shop.example", "admin", "Mara")
        places.put_place(session, "kalverstraat", PlaceBody.model_validate(PLACE), now=NOON)
        for shop_id, name in (("web", "Our web shop"), ("silent", "A shop that says nothing")):
            body = ShopBody.model_validate({"kind": "standard", "name": name, "places": {"Store 1": "kalverstraat"}})
            shops.put_shop(session, shop_id, body, keys=KEYS.shops, now=NOON)
    events = []
    for number, (kind, place) in enumerate(TOLD):
        at = NOON + timedelta(minutes=number - 30)
        order = {"id": f"A-{number // 3}", "number": f"118{number // 3}", "customer": "sanne", "place": place}
        said = {"type": f"order.{kind}", "timestamp": at.isoformat(), "data": order}
        heard = Heard(f"msg_{number}", "order", at, json.dumps(said).encode())
        events.append(str(hear(database, "web", heard, keys=KEYS, now=at).told["event"]))
    settings = Settings(data=folder, database_url=database.url, redis_url=redis_url, lanes=LANES, secret_key=SECRET_KEY)
    with serve(settings, NOON.timestamp) as served:
        yield served.url, secret, events[0], events[3]
    database.close()


@pytest.mark.parametrize(("width", "scheme", "language"), [(390, "dark", "de"), (1440, "light", "en")])
def test_axe_finds_nothing_and_nothing_runs_out_of_sight(
    browser: Browser, desk: tuple[str, str, str, str], width: int, scheme: str, language: str
) -> None:
    url, secret, used, failed = desk
    shown = {
        "shops": WHERE,
        "log": f"{WHERE}/web",
        "filtered": f"{WHERE}/web?state=waiting",
        "silent": f"{WHERE}/silent",
    }
    shown |= {"used": f"{WHERE}/web/events/{used}", "replay": f"{WHERE}/web/events/{failed}"}
    shown |= {"edit": f"{WHERE}/web/edit", "rotate": f"{WHERE}/web/rotate", "delete": f"{WHERE}/web/delete"}
    shown |= {"new": "/console/settings/new-shop"}
    viewport = {"width": width, "height": 844}
    with browser.new_context(viewport=viewport, color_scheme=scheme) as context:  # type: ignore[arg-type]  # names of its own
        context.add_cookies([{"name": "passerby", "value": secret, "url": url}])
        for name, path in shown.items():
            watched = Watched(context.new_page())
            watched.page.goto(f"{url}{path}{'&' if '?' in path else '?'}lang={language}")
            expect(watched.page.locator("html")).to_have_attribute("lang", language)
            if PICTURES:
                watched.page.screenshot(path=f"{PICTURES}/shops-{name}-{width}-{scheme}.png", full_page=True)
            found = Axe().run(watched.page)
            assert found.violations_count == 0, found.generate_report()
            assert has_no_sideways_scroll(watched.page), name
            assert watched.errors == []
