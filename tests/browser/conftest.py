"""A real Chromium that talks to nobody but this machine, and the real demo.

Both live for one module: Playwright's synchronous face holds an event loop while it lives, and no other test could run one.
"""

import os
import shutil
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, expect, sync_playwright

from tests.commands.demo_process import READY, Demo

FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--enable-unsafe-swiftshader",  # maps are drawn without a graphics card
)
PATIENT_MS, USUAL_MS = 30_000, 5_000
LOOKS = [
    (390, "light", "en"),
    (390, "dark", "nl"),
    (390, "light", "de"),
    (1440, "dark", "en"),
    (1440, "light", "nl"),
    (1440, "dark", "de"),
]
"""Width in pixels, scheme and language: of any two of them each pair once. What sticks out goes by width and language, what is too faint by scheme."""


class Watched:
    """A page with everything it said and fetched."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.errors: list[str] = []
        self.hosts: set[str | None] = set()
        page.on("console", lambda said: self.errors.append(said.text) if is_ours(said) else None)
        page.on("pageerror", lambda error: self.errors.append(str(error)))
        page.on("request", lambda request: self.hosts.add(urlsplit(request.url).hostname))


def is_ours(said: ConsoleMessage) -> bool:
    """An error or a warning; but for what a machine without a graphics card says of drawing slowly."""
    return said.type in ("error", "warning") and "GL Driver Message" not in said.text


@pytest.fixture
def patient() -> Iterator[None]:
    """What is expected of a page may take this long: maps are drawn without a graphics card, and a page of the console asks for several parts of itself."""
    expect.set_options(timeout=PATIENT_MS)
    yield
    expect.set_options(timeout=USUAL_MS)


def chromium() -> str | None:
    """Where a Chromium is: PASSERBY_CHROMIUM, else the usual places."""
    asked = os.environ.get("PASSERBY_CHROMIUM")
    return asked or shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    path = chromium()
    if path is None:
        pytest.skip("there is no Chromium here; install one, or name it in PASSERBY_CHROMIUM")
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=path, args=list(FLAGS), headless=True)
        yield started
        started.close()


@pytest.fixture(scope="module")
def running_demo(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    """Asks for the browser first: without one no demo is started."""
    demo = Demo(tmp_path_factory.mktemp("demo") / "town", "--speed", "30", "--for", "280")
    try:
        demo.wait_for(READY)
        yield demo
    finally:
        demo.kill()


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    """A fresh profile, as wide as a desk, in British English."""
    opened = browser.new_context(viewport={"width": 1440, "height": 900}, locale="en-GB")
    yield opened
    opened.close()
