"""`make gallery`: every page of the console at a phone's and at a desk's width, as it looks in the demo's town, into docs/gallery.

The demo runs for a while first, so that there is something to see. Needs a Chromium, as the browser tests do.
"""

import sys
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

from benchmarks.console_pages import admin_of
from benchmarks.figures import say
from offers.records.database import Database
from tests.browser.conftest import FLAGS, chromium
from tests.commands.demo_process import READY, Demo
from tests.gallery.pages import PAGES, Shown

GALLERY = Path(__file__).parents[2] / "docs" / "gallery"
WIDTHS: Mapping[int, int] = {390: 844, 1440: 900}
"""Width to height, in pixels."""
TALLEST = 2400
LIVES_S = 100.0
"""How long the town lives before it is looked at."""
TOWN = {
    "place": "kalverstraat-102",
    "campaign": "sneakers-kalverstraat",
    "offer": "stoep-ten",
    "poster": "centraal-hall",
    "customer": "sanne",
}


def picture(browser: Browser, url: str, secret: str, one: Shown, width: int) -> None:
    context = browser.new_context(
        viewport={"width": width, "height": WIDTHS[width]}, locale="en-GB", reduced_motion="reduce"
    )
    context.add_cookies([{"name": "passerby", "value": secret, "url": url}])
    page = context.new_page()
    page.goto(url + one.path.format(**TOWN))
    page.wait_for_timeout(400)
    tall = min(TALLEST, int(page.evaluate("document.documentElement.scrollHeight")))
    page.set_viewport_size({"width": width, "height": max(tall, WIDTHS[width])})
    if page.locator(".map").count():  # it is drawn anew at its new size
        page.wait_for_selector(".map[data-state=idle]", timeout=30_000)
        page.wait_for_timeout(2_000)
    page.screenshot(path=GALLERY / f"{one.name}-{width}.jpg", type="jpeg", quality=70)
    context.close()


def index() -> str:
    """The gallery's page, in Markdown."""
    lines = [
        "# The console, page by page",
        "",
        "Made by `make gallery` from the demo's town; each page on a phone (390 px) and at a desk (1440 px).",
        "",
    ]
    for one in PAGES:
        lines += [f"## {one.title}", "", f"`{one.path}`", ""]
        lines += [
            f'<img src="{one.name}-{width}.jpg" alt="{one.title}, {width} px wide" width="{shown}">'
            for width, shown in ((390, 195), (1440, 560))
        ]
        lines.append("")
    return "\n".join(lines)


def main() -> int:
    path = chromium()
    if path is None:
        say("there is no Chromium here; install one, or name it in PASSERBY_CHROMIUM")
        return 1
    GALLERY.mkdir(exist_ok=True)
    for old in GALLERY.glob("*.jpg"):
        old.unlink()
    with tempfile.TemporaryDirectory() as folder:
        demo = Demo(Path(folder) / "town", "--speed", "30")
        try:
            demo.wait_for(READY)
            say(f"the town lives for {LIVES_S:.0f} s")
            time.sleep(LIVES_S)
            database = Database(f"sqlite:///{demo.folder / 'passerby.db'}")
            secret = admin_of(database, database.clock())
            database.close()
            with sync_playwright() as playwright:
                browser = playwright.chromium.launch(executable_path=path, args=list(FLAGS), headless=True)
                for number, one in enumerate(PAGES, 1):
                    for width in WIDTHS:
                        picture(browser, demo.url, secret, one, width)
                    say(f"  {number} of {len(PAGES)}: {one.title}")
                browser.close()
        finally:
            demo.kill()
    (GALLERY / "README.md").write_text(index())
    return 0


if __name__ == "__main__":
    sys.exit(main())
