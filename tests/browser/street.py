"""A street for who walks from a billboard to a sale: two stores, a poster at the station and four more, staff, Mollie's double, and phones.

The street is at Monday noon, and each poster has its own code.
"""

import json
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any, Self

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page
from pydantic import SecretStr
from redis import Redis

from offers import users
from offers.keys import create_key
from offers.records.database import Database
from offers.records.tables import Order, Poster, Scan
from offers.rules.coupon_codes import CodeKeys
from offers.settings import Settings
from tests.browser.conftest import FLAGS, Watched, chromium
from tests.conftest import NOON
from tests.doubles.mollie import MollieDouble
from tests.offers.asking import staff
from tests.offers.posted import IPHONE
from tests.offers.stories import LAT, LON, Town
from tests.web.conftest import LANES, Clock, Served, build_lanes, serve
from workers.texting import OutboxTexts, Texting, kept_texts, look_at_texts

SHOTS = os.environ.get("PASSERBY_SHOTS", "")
"""A folder for a picture of each step, for who wants to look."""
ANDROID = "Mozilla/5.0 (Linux; Android 15; Pixel 8) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130.0.0.0 Mobile Safari/537.36"
STATION, INSIDE, RETIRED, ENDED, SWITCHED = "STATA00001", "NS1DE00002", "RET1R00003", "ENDED00004", "SW1TC00005"
HOURS = "Mo-Sa 09:00-21:00"
SAYS = {
    "nl": {"title": "Loop er lichter bij", "body": "De witte sneaker, deze week met 10% korting."},
    "de": {"title": "Leichter unterwegs", "body": "Der weiße Sneaker, diese Woche mit 10 % Rabatt."},
    "en": {"title": "Walk a little lighter", "body": "The white sneaker, 10% off this week."},
}
LATER = {one: {"title": f"Later: {says['title']}"} | {"body": says["body"]} for one, says in SAYS.items()}
PICTURE = """<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 800 600"><rect width="800" height="600" fill="#dfe9ef"/>
<path d="M120 380c60-10 120-60 160-130 30 40 80 50 120 30l60 50c50 40 120 50 200 60 30 5 40 60 0 70H130c-30 0-40-70-10-80z" fill="#fff"/></svg>"""


class Street(Town):
    """The town's own doors are open: `served`, at the time of `clock`."""

    served: Served
    clock: Clock
    mollie: MollieDouble
    key: str
    signed_in: str
    """The cookie of Noor's session, of the staff."""

    @property
    def url(self) -> str:
        return self.served.url

    def build(self) -> None:
        self.place("kalverstraat", name="Kalverstraat 102", address="Kalverstraat 102, Amsterdam", pickup=True, opening_hours=HOURS, phone="+31201234567")  # fmt: skip
        self.place("leidseplein", name="Leidseplein 31", address="Leidseplein 31, Amsterdam", pickup=True, opening_hours=HOURS, lat=LAT - 0.006, lon=LON - 0.008)  # fmt: skip
        self.stock()
        self.product("SNEAK-2", title={"nl": "Sneaker, zwart", "de": "Sneaker, schwarz", "en": "Sneaker, black"}, category="sneakers", sizes=["38"], stock={"kalverstraat": {"38": 3}}, price="79.95")  # fmt: skip
        self.offer(text={"nl": "10% korting", "de": "10 % Rabatt", "en": "10% off"})
        for name, says in (("station", SAYS), ("later", LATER)):
            self.campaign(name, on="scan", offer="ten-percent", product="SNEAK-1", messages=says)
        self._hang(STATION)
        self._hang(INSIDE, inside=True, place_id="kalverstraat", lat=LAT, lon=LON)
        self._hang(RETIRED, retired_at=NOON)
        self._hang(ENDED, ends_at=NOON)
        self._hang(SWITCHED, again_campaign_id="later")

    def stock(self, price: str = "89.95", image: str = "https://shop.example/sneaker.svg", **kalverstraat: int) -> None:
        """What the stores have of the white sneaker, by size: of 38 nine here unless told otherwise, and four of 39 further on."""
        here = {"37": 2, "38": 9, "39": 0} | {size.removeprefix("of_"): pieces for size, pieces in kalverstraat.items()}
        stock = {"kalverstraat": here, "leidseplein": {"37": 0, "38": 0, "39": 4}}
        self.product(category="sneakers", title={"nl": "Sneaker, wit", "de": "Sneaker, weiß", "en": "Sneaker, white"}, sizes=["37", "38", "39"], stock=stock, price=price, image=image)  # fmt: skip

    def sell_out(self) -> None:
        self.product(category="sneakers", title={"nl": "Sneaker, wit", "de": "Sneaker, weiß", "en": "Sneaker, white"}, sizes=["38"], stock={"kalverstraat": {"38": 0}})  # fmt: skip

    def _hang(self, code: str, **more: Any) -> None:
        plain = {
            "place_id": None,
            "lat": LAT + 0.004,
            "lon": LON,
            "inside": False,
            "scanned": 0,
            "campaign_id": "station",
        }
        row = Poster(id=code.lower(), code=code, **{**plain, "created_at": NOON, "updated_at": NOON, **more})
        self.write(lambda session: session.add(row))

    def scans(self) -> int:
        return self.read(lambda session: session.query(Scan).filter_by(kind="human").count())

    def orders(self) -> list[Order]:
        return self.read(lambda session: list(session.query(Order).order_by(Order.id)))

    def texted_code(self) -> str:
        """The code that the newest text message says. The worker's part of it is done here."""
        parts = self.served.doors.parts
        texting = Texting(self.database, OutboxTexts(parts.redis), CodeKeys.of(parts.settings.secret()), self.url)
        for waiting in look_at_texts(self.database, parts.now() + timedelta(seconds=30)):  # the broker had its turn
            texting.send(waiting, parts.now())
        return kept_texts(parts.redis)[0]["text"].split(" ")[0]


@contextmanager
def street_of(migrated: Path, folder: Path, redis_url: str) -> Iterator[Street]:
    with Redis.from_url(redis_url) as redis:
        redis.flushall()
        build_lanes(redis)
    shutil.copy(migrated, folder / "passerby.db")
    database = Database(f"sqlite:///{folder / 'passerby.db'}")
    street = Street(database)
    street.build()
    staff(street)
    with database.transaction() as session:
        street.key = create_key(session, "admin", now=NOON)
        credential = users.credential_of(session, "noor@shop.example")
        assert credential is not None
        own = users.new_password("four plain words here", "four plain words here", "")
        street.signed_in = users.change_password(session, credential, own, now=NOON)
    street.clock = Clock()
    with MollieDouble() as street.mollie:
        settings = Settings(
            data=folder,
            database_url=database.url,
            redis_url=redis_url,
            lanes=LANES,
            secret_key=SecretStr("only for tests, but long enough for it"),
            base_url="http://127.0.0.1",
            push="web_push",
            vapid_private_key=SecretStr("AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE"),
            vapid_subject="mailto:push@shop.example",
            payments="mollie",
            mollie_api_key=SecretStr(street.mollie.key),
            mollie_endpoint=street.mollie.origin,
            sms="outbox",
            android_app="example.shop=" + ":".join(["AB"] * 32),
            ios_app_url="https://apps.apple.com/app/id1234567890",
        )
        with serve(settings, street.clock) as street.served:
            street.served.doors.parts.settings = settings.model_copy(update={"base_url": street.served.url})
            yield street
    database.close()


def phone(language: str, **more: Any) -> dict[str, Any]:
    """What Playwright has to know of one."""
    plain = {"viewport": {"width": 390, "height": 844}, "locale": language, "user_agent": IPHONE, "has_touch": True}
    return {**plain, **more}


@contextmanager
def refusing_cookies(browser: Browser, folder: Path, language: str) -> Iterator[BrowserContext]:
    """A Chromium whose owner has chosen to block all cookies, which only a profile of its own can say."""
    (folder / "profile" / "Default").mkdir(parents=True)
    blocked = {"profile": {"default_content_setting_values": {"cookies": 2}}}
    (folder / "profile" / "Default" / "Preferences").write_text(json.dumps(blocked))
    context = browser.browser_type.launch_persistent_context(
        folder / "profile", executable_path=chromium(), args=list(FLAGS), headless=True, **phone(language)
    )
    yield context
    context.close()


class Walker:
    """Somebody with a phone, 390 px wide, in a language; each step is read by axe, and pictured for who wants to look."""

    def __init__(self, browser: Browser, street: Street, language: str, *, name: str = "", **more: Any) -> None:
        self._begin(browser.new_context(**phone(language, **more)), street, language, name or language)
        self.has_scripts = more.get("java_script_enabled", True)

    @classmethod
    def in_a_context(cls, context: BrowserContext, street: Street, language: str, name: str) -> Self:
        made = cls.__new__(cls)
        made._begin(context, street, language, name)
        return made

    def _begin(self, context: BrowserContext, street: Street, language: str, name: str) -> None:
        self.context, self.street, self.language, self.name = context, street, language, name
        self.has_scripts = True
        context.route(
            "https://shop.example/**", lambda route: route.fulfill(body=PICTURE, content_type="image/svg+xml")
        )
        context.set_default_timeout(30_000)
        self.watched = Watched(context.new_page())

    @property
    def page(self) -> Page:
        return self.watched.page

    def picture_never_comes(self) -> None:
        self.context.unroute("https://shop.example/**")
        self.context.route("https://shop.example/**", lambda route: route.abort())

    def slow_down(self) -> None:
        """To what Chromium's own tools call slow 3G and the rest of the world 2G."""
        session = self.context.new_cdp_session(self.page)
        speed = {"latency": 300, "downloadThroughput": 250_000 / 8, "uploadThroughput": 50_000 / 8}
        session.send("Network.emulateNetworkConditions", {"offline": False, **speed})

    def go(self, path: str) -> None:
        self.page.goto(f"{self.street.url}{path}")

    def scan(self, code: str = STATION) -> str:
        """Open a poster's code; the path of its page."""
        self.go(f"/q/{code}")
        return self.page.url.removeprefix(self.street.url)

    def look(self, step: str) -> None:
        if SHOTS:
            self.page.screenshot(path=f"{SHOTS}/{step}-{self.name}.png", full_page=True)
        assert self.page.locator("html").get_attribute("lang") == self.language, step
        assert self.page.locator("h1").count() == 1, f"{step}: one heading says what the page is"
        if not self.has_scripts:
            return
        found = Axe().run(self.page)
        assert found.violations_count == 0, f"{step}: {found.generate_report()}"
        assert self.page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth"), step
