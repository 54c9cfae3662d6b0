"""A test send, and the lists that numbers lead to, in a real Chromium: on a phone and at a desk, light and dark, read by axe."""

import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from offers import desk_offers, shops, users
from offers.campaigns import put_campaign
from offers.customers import put_customer
from offers.devices import register_device
from offers.places import put_place
from offers.records.database import Database
from offers.rules.campaign import CampaignBody
from offers.rules.offer import OfferBody
from offers.rules.place import PlaceBody
from offers.rules.profile import CustomerBody, DeviceBody
from offers.rules.shop import NewShopBody
from offers.rules.shop_sealing import ShopKeys
from offers.settings import Settings
from tests.browser.conftest import Watched
from tests.browser.desks import admit
from tests.browser.maps import troubles
from tests.browser.test_console import has_no_sideways_scroll
from tests.conftest import NOON
from tests.web.conftest import CAMPAIGN, LANES, PLACE, serve
from tests.web.console.conftest import OFFER
from tests.web.console.test_place_import import csv, row
from tests.web.hooks.conftest import SECRET

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("patient")]

ADMIN = "noor@shop.example"
PICTURES = os.environ.get("PICTURES")
"""A folder, for who wants to look."""


@pytest.fixture(scope="module")
def desk(redis_url: str, migrated: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, str]]:
    """The address, and Noor's session. She has a device, as Sanne has."""
    folder = tmp_path_factory.mktemp("sends")
    shutil.copy(migrated, folder / "passerby.db")
    database = Database(f"sqlite:///{folder / 'passerby.db'}")
    settings = Settings(
        data=folder,
        database_url=database.url,
        redis_url=redis_url,
        lanes=LANES,
        secret_key="only for tests, but long enough for it",
    )
    with database.transaction() as session:
        secret = admit(session, ADMIN, "admin", "Noor")
        mine = users.list_users(session)[0]["id"]
        put_place(session, "kalverstraat-102", PlaceBody.model_validate(PLACE | {"name": "Dam 1"}), now=NOON)
        desk_offers.put_offer(session, "ten", OfferBody.model_validate(OFFER | {"codes": "imported"}), now=NOON)
        put_campaign(session, "sneakers", CampaignBody.model_validate(CAMPAIGN), now=NOON)
        for customer, name in ((f"me-{mine}", "Noor"), ("sanne", "Sanne de Vries")):
            profile = {"name": name, "consents": {"location": True, "offers": True}}
            put_customer(session, customer, CustomerBody.model_validate(profile), now=NOON)
            phone = {"platform": "android", "customer": customer, "push_token": f"t-{customer}"}
            register_device(session, DeviceBody.model_validate(phone), trusted=True, now=NOON)
        keys = ShopKeys.of(settings.secret())
        for number in range(3):
            shop = {"id": f"w-{number}", "kind": "standard", "name": f"Web shop {number}", "secret": SECRET}
            shops.add_shop(session, NewShopBody.model_validate(shop), keys=keys, now=NOON)
    with serve(settings, NOON.timestamp) as served:
        yield served.url, secret
    database.close()


@dataclass
class Look:
    """Noor's browser, in one width, scheme and language."""

    url: str
    watched: Watched
    seen: str

    @property
    def page(self) -> Page:
        return self.watched.page

    def at(self, path: str, name: str = "") -> None:
        self.page.goto(f"{self.url}/console/{path}")
        if name:
            self.read(name)

    def read(self, name: str) -> None:
        self.page.wait_for_load_state()  # what is read may stand there before its style sheets do
        found = Axe().run(self.page)
        assert found.violations_count == 0, f"{name}: {found.generate_report()}"
        assert has_no_sideways_scroll(self.page), name
        if PICTURES:
            self.page.screenshot(path=f"{PICTURES}/{name}-{self.seen}.png", full_page=True)


@pytest.fixture(params=[(390, "light", "de"), (390, "dark", "nl"), (1440, "light", "en")], ids=str)
def look(request: pytest.FixtureRequest, desk: tuple[str, str], browser: Browser) -> Iterator[Look]:
    (url, secret), (width, scheme, language) = desk, request.param
    context = browser.new_context(viewport={"width": width, "height": 844}, color_scheme=scheme, locale=language)
    context.add_cookies([{"name": "passerby", "value": secret, "url": url}])
    watched = Watched(context.new_page())
    yield Look(url, watched, f"{width}-{scheme}-{language}")
    assert [one for one in troubles(watched) if "422" not in one and "409" not in one] == []
    context.close()


def test_a_test_goes_to_ones_own_phone_at_once_and_to_anothers_after_a_question(look: Look) -> None:
    page, devices = look.page, look.page.locator("button[name=device]")
    look.at("campaigns/sneakers/test?customer=sanne")
    expect(devices).to_have_count(2)
    look.read("test")
    devices.nth(1).click()
    expect(page.locator(".confirm .what li")).to_have_count(3)
    look.read("sure")
    page.locator(".confirm .danger").click()
    expect(page.locator(".done")).to_be_visible()
    with page.expect_navigation():
        devices.first.click()
    expect(page.locator(".done")).to_be_visible()
    look.at("settings/push?customer=sanne")
    expect(devices).to_have_count(2)
    look.read("push")
    devices.nth(1).click()
    expect(page.locator(".confirm")).to_be_visible()
    look.at("deliveries?tests=only", "tests")
    expect(page.locator("tbody tr").first).to_be_visible()


def test_lists_and_files_are_read_on_a_phone_and_at_a_desk(look: Look, tmp_path: Path) -> None:
    page = look.page
    look.at("deliveries?tests=only&variant=warm&language=nl&told=opened", "sifted")
    look.at("settings/shops", "shops")
    expect(page.locator("tbody tr")).to_have_count(3)
    look.at("offers/ten/coupons?campaign=sneakers", "coupons")
    file = tmp_path / "file.csv"
    file.write_text(csv(row("small", "Small", "40"), row("large", "Large", "110")))
    look.at("places/import")
    page.locator("#f-file").set_input_files(file)
    page.locator("form.narrow button").click()
    expect(page.locator("tbody .said")).to_have_count(3)
    look.read("remarked")
    look.at("offers/ten/codes")
    for name, text, button, then in (
        ("looked", f"{look.seen}-1\r\n{look.seen}-2\r\n", "look", "#looked"),
        ("other", f"{look.seen}-9\n", "bring", ".summary"),
    ):
        (tmp_path / name).write_text(text)
        page.locator("#f-file").set_input_files(tmp_path / name)
        page.locator(f"button[value={button}]").click()
        expect(page.locator(then)).to_be_visible()
    look.read("other-codes")
    page.locator("button[value=bring]").click()
    expect(page.locator("p.good")).to_be_visible()
