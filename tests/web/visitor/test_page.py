"""The visitor's page and worker as they are served, before any script runs."""

import gzip
import json
import re
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest

from offers.devices import revoke_device
from offers.records.database import Database
from tests.conftest import NOON
from tests.web.conftest import Clock, Served
from tests.web.console.reading import PageText
from tests.web.visitor.conftest import Browser, wanted
from web.tongues import LANGUAGES
from web.visitor.cookie import LIFE
from web.visitor.words import WORDS, WORKER

New = Callable[[], Browser]
MOST_BYTES = 31_000
STATIC = Path(__file__).parents[3] / "web" / "static"


def language_of(answer: httpx.Response) -> str:
    found = re.search(r'<html lang="(\w+)">', answer.text)
    assert found is not None
    assert answer.headers["content-language"] == found[1]
    return found[1]


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page_speaks_each_language(browser: New, language: str) -> None:
    answer = browser().look("/messages", **{"accept-language": f"{language}-XX,fr;q=0.9"})
    assert answer.status_code == 200
    assert language_of(answer) == language
    words = WORDS[language]
    for name in ("title", "push_why", "no_script", "orders", "offers", "switch_on", "agreed_nothing", "kept_before"):
        assert words[name] in answer.text, name
    assert "shop.example" in answer.text
    assert f"{LIFE.days} " in answer.text


def test_the_address_goes_before_the_profile_and_the_profile_before_the_browser(browser: New) -> None:
    one = browser()
    french = {"accept-language": "fr"}
    assert language_of(one.look("/messages", **french)) == "en"
    one.send("", wanted(language="de"))
    assert language_of(one.look("/messages", **french)) == "de"
    assert language_of(one.look("/messages?lang=nl", **french)) == "nl"
    assert language_of(one.look("/messages?lang=xx", **french)) == "de"


def test_looking_leaves_nothing_behind(browser: New) -> None:
    for path in ("/messages", "/push-worker.js", "/visitor/push-key"):
        assert "set-cookie" not in browser().look(path).headers, path


def test_what_was_agreed_to_is_shown(browser: New) -> None:
    one = browser()
    assert "checked" not in one.look().text, "nothing is ticked for anybody"
    one.send("", wanted(consents={"orders": True}))
    page = one.look().text
    assert re.search(r'name="orders"[^>]* checked', page)
    assert not re.search(r'name="offers"[^>]* checked', page)
    assert '<li data-purpose="orders">' in page
    assert '<li data-purpose="offers" hidden>' in page
    one.send("/off", {"withdraw": [], "language": "nl"})
    page = one.look().text
    assert "checked" not in page
    assert '<p class="agreed-but-off">' in page
    assert '<li data-purpose="orders">' in page


def test_a_cookie_that_leads_nowhere_is_as_none(browser: New, database: Database, clock: Clock) -> None:
    one = browser()
    device_id = one.send("", wanted()).json()["device_id"]
    good = one.cookie
    assert "data-on" in one.look().text
    for bad in (good[:-2] + "xx", good.replace(device_id, "dev_other"), "nonsense"):
        one.cookie = bad
        assert "data-on" not in one.look().text
    one.cookie = good
    clock.at += LIFE.total_seconds()
    assert "data-on" not in one.look().text
    clock.at -= LIFE.total_seconds()
    assert "data-on" in one.look().text
    with database.transaction() as session:
        revoke_device(session, device_id, now=NOON)
    assert "data-on" not in one.look().text


def test_the_page_is_there_while_the_database_is_away(browser: New, served: Served, tmp_path: Path) -> None:
    one = browser()
    one.send("", wanted())
    (tmp_path / "passerby.db").rename(tmp_path / "away.db")
    (tmp_path / "passerby.db").mkdir()
    served.doors.parts.database.close()
    answer = one.look()
    assert answer.status_code == 503
    assert WORDS["nl"]["not_now"] in one.look("/messages?lang=nl").text
    assert 'id="agreed" hidden>' in answer.text, (
        "nobody knows at the moment what was agreed to, so nothing is said of it"
    )


def test_a_language_that_is_none_is_as_none_said(browser: New) -> None:
    for said in ("xx", "", "n" * 3000, "%00", "%ED%A0%80"):
        answer = browser().look(f"/messages?lang={said}", **{"accept-language": "de"})
        assert (answer.status_code, answer.headers["content-language"]) == (200, "de")


def test_nothing_runs_but_our_own_files(browser: New) -> None:
    answer = browser().look()
    policy = answer.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    page = answer.text
    assert re.findall(r"<script[^>]*>(.)", page) == ["<"] * page.count("<script"), "no script in the page"
    assert "style=" not in page
    assert "<style" not in page
    assert not re.search(r"\son\w+=", page)
    assert answer.headers["cache-control"] == "no-store"


def test_the_page_is_read_aloud_well(browser: New) -> None:
    page = PageText(browser().look().text)
    assert page.html.count("<h1>") == 1
    assert len(page.ids) == len(set(page.ids))
    assert set(page.described) <= set(page.ids)
    assert 'role="status"' in page.html


def test_the_page_is_small(browser: New, served: Served) -> None:
    one = browser()
    page = one.look()
    files = set(re.findall(r'(?:src|href)="(/static/[^"]+\.(?:css|js|webmanifest))"', page.text))
    assert len(files) >= 5
    parts = [page.content, one.look("/push-worker.js").content]
    for path in files:
        answer = one.look(path)
        assert answer.status_code == 200, path
        parts.append(answer.content)
    assert sum(len(part) for part in parts) <= MOST_BYTES
    assert len(gzip.compress(page.content)) < 4_000


def test_the_worker_is_every_pages(browser: New) -> None:
    answer = browser().look("/push-worker.js")
    assert answer.headers["content-type"] == "text/javascript; charset=utf-8"
    assert answer.headers["service-worker-allowed"] == "/"
    assert answer.headers["cache-control"] == "no-cache"
    said = json.loads(answer.text.partition("\n")[0].removeprefix("const WORDS = ").removesuffix(";"))
    assert {language: set(words) for language, words in said.items()} == {one: set(WORKER) for one in LANGUAGES}


def test_the_manifest_is_one(browser: New) -> None:
    manifest = json.loads((STATIC / "visitor" / "messages.webmanifest").read_text())
    assert (manifest["start_url"], manifest["display"], manifest["scope"]) == ("/messages", "standalone", "/")
    for icon in manifest["icons"]:
        assert browser().look(icon["src"]).status_code == 200
