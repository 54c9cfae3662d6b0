"""A store's counter in a real Chromium: two stores with orders in every state, staff with tablets, and a server that may go away and come back."""

import os
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect

from offers import users
from offers.pickups import put_order
from offers.records.database import Database
from offers.rules.order import OrderBody
from offers.settings import Settings
from tests.browser.conftest import Watched
from tests.offers.collecting import SNEAKER, order
from tests.offers.stories import KEYS, NOON, Town, at
from tests.web.conftest import LANES, Served
from web.app import build_app, build_parts
from workers.happenings import tell

SHOTS = os.environ.get("PASSERBY_SHOTS", "")
PASSWORD = "four plain words here"
STORE = "kalverstraat"


class Counter:
    """The doors from noon on, as fast as time goes."""

    def __init__(self, folder: Path, migrated: Path, redis_url: str) -> None:
        shutil.copy(migrated, folder / "passerby.db")
        self.town = Town(Database(f"sqlite:///{folder / 'passerby.db'}"))
        self._settings = Settings(
            data=folder,
            database_url=self.town.database.url,
            redis_url=redis_url,
            lanes=LANES,
            secret_key="only for tests, but long enough for it",
        )
        self._began = time.time()
        self.served = self._serve(0)
        self._hash = users.new_password(PASSWORD, PASSWORD, "")

    def _serve(self, port: int) -> Served:
        parts = build_parts(self._settings)
        parts.clock = lambda: NOON.timestamp() + time.time() - self._began
        served = Served(build_app(parts), port)
        served.start()
        return served

    @property
    def url(self) -> str:
        return self.served.url

    def close(self) -> None:
        self.served.stop()
        self.town.database.close()

    @contextmanager
    def away(self) -> Iterator[None]:
        """No server for a while; then another on the same address."""
        self.served.stop()
        yield
        self.served = self._serve(int(urlsplit(self.served.url).port or 0))

    def enlist(self, name: str, role: str = "staff", places: tuple[str, ...] = ()) -> str:
        """Somebody with a password of their own; the secret of their session."""
        email = f"{name.lower()}@shop.example"

        def make(session: object) -> str:
            users.create_user(session, email, role, now=NOON, name=name, places=places)  # type: ignore[arg-type]
            given = users.credential_of(session, email)  # type: ignore[arg-type]
            assert given is not None
            return users.change_password(session, given, self._hash, now=NOON)  # type: ignore[arg-type]

        return self.town.write(make)

    def stock(self) -> None:
        """Two stores and somebody in every state."""
        town = self.town
        town.place(STORE, name="Kalverstraat 183")
        town.place("dam", name="Dam 1")
        town.phone("sanne", consents=("orders",))
        for name in ("Bram Bakker", "Noor El Idrissi", "Annemarie van den Berg", "Joost de Wit"):
            town.phone(name.split()[0].lower(), name=name, consents=("orders",))
        town.customer("fatima", name="Fatima Yildiz", consents=())
        order(town, "A-1001", ["ready"], minute=-40, customer="bram", code="C4F7")
        order(town, "A-1002", ["ready"], minute=-12, customer="fatima", code="H2MX", number="NL-1002", part=1, parts=2)
        order(town, "A-1003", ["ready", "on_the_way"], minute=-30, customer="noor", code="9QWG",
              minutes_low=4, minutes_high=7, estimated_at=at(0))  # fmt: skip
        order(town, "A-1004", ["ready", "on_the_way"], minute=-20, customer="joost", code="J5RP",
              coming_minutes=10, coming_since=at(0), noticed_at=at(0))  # fmt: skip
        order(town, "A-1005", ["ready", "nearby"], minute=-9, customer="annemarie", code="V3WC",
              minutes_low=1, minutes_high=2, estimated_at=at(0), noticed_at=at(0))  # fmt: skip
        order(town, "A-1006", ["ready", "arrived"], minute=-5, customer="sanne", code="K7QX")
        order(town, "A-1007", ["placed", "arrived"], minute=-3, customer="bram", code="P8FH", noticed_at=at(0))
        order(town, "A-1008", ["placed"], minute=-50, customer="joost", code="M6JG")
        order(town, "A-1009", ["placed"], minute=-20, customer="fatima", code="W2RC")
        order(town, "A-0900", ["ready"], minute=-6 * 1440, customer="annemarie", code="X9CF")
        order(town, "D-1", ["ready", "arrived"], minute=-15, customer="noor", place="dam", code="G3HJ")

    def say(self, order_id: str, status: str, customer: str = "sanne", place: str = STORE) -> None:
        """The shop says a step, and what follows is told as the door would."""
        body = OrderBody.model_validate({"customer": customer, "place": place, "status": status, "items": [SNEAKER]})
        now = self.served.doors.parts.now()
        follows = self.town.write(lambda session: put_order(session, order_id, body, keys=KEYS, now=now))[2]
        tell(self.served.doors.parts.redis, follows.happened)

    def tablet(self, browser: Browser, secret: str, width: int = 1024, **more: object) -> "Tablet":
        wanted = {"viewport": {"width": width, "height": 768 if width == 1024 else 844}, "locale": "en-GB"} | more
        context = browser.new_context(**wanted)  # type: ignore[arg-type]  # Playwright names each option by itself
        context.set_default_timeout(30_000)
        context.add_cookies([{"name": "passerby", "value": secret, "url": self.url}])
        return Tablet(context, self.url)


class Tablet:
    def __init__(self, context: BrowserContext, url: str) -> None:
        self.context, self.url = context, url
        self.watched = Watched(context.new_page())

    @property
    def page(self) -> Page:
        return self.watched.page

    def go(self, path: str = "/console/pickup") -> "Tablet":
        self.page.goto(f"{self.url}{path}")
        return self

    def card(self, order_id: str) -> Locator:
        return self.page.locator(f'[data-order="{order_id}"]').first

    def column(self, state: str) -> Locator:
        return self.page.locator(f"#column-{state}")

    def shoot(self, name: str) -> None:
        if SHOTS:
            Path(SHOTS).mkdir(parents=True, exist_ok=True)
            self.page.screenshot(path=f"{SHOTS}/{name}.png", full_page=True)

    def is_sound(self) -> None:
        """Axe finds nothing, and nothing sticks out."""
        found = Axe().run(self.page)
        assert found.violations_count == 0, found.generate_report()
        wide = "document.documentElement.scrollWidth <= document.documentElement.clientWidth"
        assert self.page.evaluate(wide), "it scrolls sideways"


def is_live(tablet: Tablet) -> None:
    """Its stream is open: what happens from now on is told."""
    with tablet.page.expect_response(lambda one: "/console/pickup/events" in one.url and one.ok):
        tablet.go()
    expect(tablet.page.locator("#live-lost")).to_be_hidden()
