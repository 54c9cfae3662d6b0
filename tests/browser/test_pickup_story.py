"""The seed's story from end to end, with real processes and browsers: an order becomes ready, its customer walks from Amsterdam Centraal to the
Kalverstraat along a recorded walk with two phones, and the store's board follows. Workers are killed on the way, hooks come twice and late, pings
come twice and in no order; each message goes once.
"""

import base64
import hashlib
import hmac
import json
import os
import random
import re
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.sync_api import Browser, Page, expect

from seeds.recordings import Fix
from seeds.replay import ping_of
from tests.browser.conftest import Watched
from tests.faults.town import ROOT, Service, serving, walks
from tests.offers.posted import IPHONE

pytestmark = pytest.mark.browser

WALK = "ucb-sdb-ios-3|walk_downtown_urban_canyon_7"
STORE, ORDER, CUSTOMER = "kalverstraat-183", "S-20001", "mila"
PASSWORD = "four plain words for the board"
SPEED = 12
"""So many times as fast as it was walked: a minute."""
SOON_MS = 30_000
SHOTS = os.environ.get("PASSERBY_SHOTS", "")


@dataclass
class Story:
    service: Service
    secret: str
    tokens: list[str] = field(default_factory=list)
    """Of Mila's two phones."""

    def hook(self, event_id: str, kind: str, at: datetime, **more: Any) -> None:
        """The shop's word, signed as Standard Webhooks says."""
        order = {"id": ORDER, "number": "20001", "customer": CUSTOMER, "place": STORE, "items": [], **more}
        body = json.dumps({"type": kind, "timestamp": at.isoformat(), "data": order}).encode()
        now = str(int(time.time()))
        key = base64.b64decode(self.secret.removeprefix("whsec_"))
        signed = base64.b64encode(hmac.digest(key, f"{event_id}.{now}.".encode() + body, hashlib.sha256)).decode()
        headers = {"webhook-id": event_id, "webhook-timestamp": now, "webhook-signature": f"v1,{signed}"}
        answer = httpx.post(f"{self.service.url}/hooks/orders", content=body, headers=headers, timeout=20)
        assert answer.status_code == httpx.codes.OK, answer.text

    def send(self, token: str, pings: Sequence[Any]) -> None:
        """As a phone does: again, the same, until it is answered."""
        for _ in range(100):
            try:
                answer = httpx.post(
                    f"{self.service.url}/v1/pings",
                    json=list(pings),
                    headers={"Authorization": f"Bearer {token}"},
                    timeout=20,
                )
            except httpx.TransportError:
                time.sleep(0.1)
                continue
            if answer.status_code == httpx.codes.ACCEPTED:
                return
            assert answer.status_code == httpx.codes.SERVICE_UNAVAILABLE, answer.text
            time.sleep(0.2)
        raise AssertionError("the pings were never taken")

    def order(self) -> dict[str, Any]:
        found: dict[str, Any] = self.service.ask("GET", f"/v1/orders/{ORDER}")
        return found

    def told(self) -> Counter[str]:
        """How many messages of each moment went out, or may have."""
        rows = self.service.everything(f"/v1/deliveries?customer={CUSTOMER}")
        return Counter(one["moment"].partition(":")[0] for one in rows if one["state"] not in ("queued", "failed"))

    def wait_until_told(self, *moments: str) -> None:
        """Until every lane is empty and these went out. What is written of the branch that they walk past waits, and is over by then."""
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            client: Any = self.service.redis()
            if not sum(client.xlen(key) for key in client.scan_iter("pb:*:entries")) and self.told() == Counter(
                moments
            ):
                return
            time.sleep(0.5)
        raise AssertionError(f"told {dict(self.told())}")

    def kill_workers(self) -> None:
        for pid in self.service.pids("worker"):
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                continue


def command(folder: Path, *words: str) -> str:
    line = [sys.executable, "-m", "commands.start", *words, "--data", str(folder)]
    done = subprocess.run(line, capture_output=True, text=True, cwd=ROOT, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture
def story(tmp_path: Path, browser: Browser) -> Iterator[Story]:
    """The seed's town. Asks for the browser first: without one nothing is started."""
    with serving(tmp_path / "town") as service:
        command(service.folder, "seed", str(ROOT / "seeds" / "amsterdam"))
        service.ask("PATCH", "/v1/settings", json={"quiet_hours": None})
        shop = service.ask("POST", "/v1/shops", json={"kind": "standard", "name": "Stoeprand web shop"})
        story = Story(service, shop["secret"])
        service.ask("PUT", f"/v1/customers/{CUSTOMER}", json={"name": "Mila Jansen", "language": "en", "consents": {"orders": True}})  # fmt: skip
        for platform in ("ios", "android"):
            device = service.ask("POST", "/v1/devices", json={"customer": CUSTOMER, "platform": platform, "push_token": f"{platform}-of-mila"})  # fmt: skip
            story.tokens.append(device["token"])
        yield story


def staff_page(browser: Browser, story: Story) -> Watched:
    """Noor of the store, at a tablet: signed in with a password of her own."""
    said = command(
        story.service.folder, "user", "create", "noor@stoeprand.example", "--role", "staff", "--place", STORE
    )
    context = browser.new_context(viewport={"width": 1024, "height": 768}, locale="en-GB", has_touch=True)
    watched = Watched(context.new_page())
    page = watched.page
    page.goto(f"{story.service.url}/console")
    first = said.strip().splitlines()[-1]
    page.locator("#email").fill("noor@stoeprand.example")
    page.locator("#password").fill(first)
    page.locator("form button").first.click()
    for name, typed in (("present", first), ("password", PASSWORD), ("again", PASSWORD)):
        page.locator(f"input[name={name}]").fill(typed)
    with page.expect_navigation():
        page.locator("form.narrow button").click()
    page.goto(f"{story.service.url}/console")
    expect(page.locator("#column-ready")).to_be_visible(timeout=SOON_MS)
    return watched


def customer_page(browser: Browser, story: Story) -> Watched:
    context = browser.new_context(viewport={"width": 390, "height": 844}, locale="en-GB", user_agent=IPHONE)
    watched = Watched(context.new_page())
    path = "/o/" + story.order()["url"].partition("/o/")[2]
    watched.page.goto(story.service.url + path)
    return watched


def shots(step: str, **pages: Page) -> None:
    if SHOTS:
        for name, page in pages.items():
            page.screenshot(path=f"{SHOTS}/story-{step}-{name}.png")


def compressed(fixes: Sequence[Fix]) -> list[tuple[float, Fix]]:
    """Seconds after the first step, and what a phone saw there."""
    return [((one.at - fixes[0].at) / SPEED, one) for one in fixes]


def walk(story: Story, fixes: Sequence[Fix], *, strike_after: int | None = None) -> None:
    """Both phones go along, the second a moment later and with every other position; batches are shuffled and come twice."""
    dice = random.Random(8)
    began = time.time()
    batch: list[Any] = []
    second: list[Any] = []
    for number, (after, fix) in enumerate(compressed(fixes)):
        time.sleep(max(0.0, began + after - time.time()))
        batch.append(ping_of(fix, began + after))
        if number % 2:
            second.append(ping_of(fix, began + after + 0.01))
        if number == strike_after:
            story.kill_workers()
        if len(batch) == 4:
            for token, some in ((story.tokens[0], batch), (story.tokens[1], second)):
                shuffled = dice.sample(some, len(some))
                story.send(token, shuffled)
                story.send(token, shuffled)
            batch, second = [], []
    if batch:
        story.send(story.tokens[0], batch)


def test_from_the_station_to_the_counter(story: Story, browser: Browser) -> None:
    now = datetime.now(UTC)
    story.hook("msg_placed", "order.placed", now - timedelta(minutes=2))
    phone, board = customer_page(browser, story), staff_page(browser, story)
    card = board.page.locator(f"[data-order='{ORDER}']")
    expect(card).to_have_count(0)

    for event in ("msg_ready", "msg_ready", "msg_ready_again"):
        story.hook(event, "order.ready", now - timedelta(minutes=1))
    story.hook("msg_placed_late", "order.placed", now - timedelta(minutes=3))
    expect(board.page.locator("#column-ready").locator(card)).to_be_visible(timeout=SOON_MS)
    expect(phone.page.locator("h1")).to_have_text(re.compile("ready", re.IGNORECASE), timeout=SOON_MS)
    story.wait_until_told("ready")
    shots("1-ready", phone=phone.page, board=board.page)

    fixes = next(one for one in walks() if one.name == WALK).fixes
    walk(story, fixes, strike_after=len(fixes) // 3)
    story.wait_until_told("ready", "approach", "arrived")
    expect(board.page.locator("#column-arrived").locator(card)).to_be_visible(timeout=SOON_MS)
    expect(card).to_have_class(re.compile("is-new"))
    shots("2-here", phone=phone.page, board=board.page)
    steps = [(one["status"], one["source"]) for one in story.order()["history"]]
    assert [one for one, _ in steps] == sorted(
        (one for one, _ in steps), key=["placed", "ready", "on_the_way", "nearby", "arrived"].index
    )
    assert {one for one, source in steps if source == "location"} >= {"on_the_way", "arrived"}

    story.kill_workers()
    card.locator("[data-hand]").click()
    expect(board.page.locator("#column-arrived").locator(card)).to_have_count(0, timeout=SOON_MS)
    expect(phone.page.locator("h1")).to_have_text(re.compile("collected", re.IGNORECASE), timeout=SOON_MS)
    shots("3-collected", phone=phone.page, board=board.page)
    story.service.wait_until_ready(60)
    story.wait_until_told("ready", "approach", "arrived")
    assert story.order()["status"] == "collected"
    assert story.service.everything(f"/v1/transitions?customer={CUSTOMER}") == [], (
        "what the order alone covered is gone with it"
    )
    assert story.service.everything(f"/v1/visits?customer={CUSTOMER}") == []
    assert phone.errors == []
    assert board.errors == []
