"""The pages speak three languages, each whole, each to be read by a machine that reads aloud."""

import re
import string
from collections import Counter
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules
from typing import Any, get_args

import httpx
import pytest

from offers import users
from offers.records.database import Database
from offers.rules.board import How, NotTold
from offers.rules.eligibility import OUTCOMES
from offers.rules.order_moments import MOMENTS
from offers.rules.pickup_steps import CLOSED, OPEN, Source
from offers.rules.pickup_times import MEASURES, NOT_TOLD
from offers.rules.templates import FACTS
from tests.conftest import NOON
from tests.web.conftest import CAMPAIGN, PLACE, Register, bearer
from tests.web.console.conftest import OFFER, Enter, Person, Town
from tests.web.console.test_campaigns import FILLED, NEW
from web.console import words
from web.console.pickup import VIEWS
from web.console.pickup_shown import ATTENTIONS
from web.console.pickup_times import COUNTS
from web.console.rendering import TEMPLATES
from web.console.words import LINES, TONGUES
from web.tongues import LANGUAGES

HOUSE = Path(__file__).parents[3]


def fields_of(phrase: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(phrase) if name}


def test_each_phrase_says_the_same_things_in_each_language() -> None:
    for line in LINES.values():
        assert len(line) == len(TONGUES) == len(LANGUAGES)
        assert all(phrase.strip() for phrase in line)
        assert len({frozenset(fields_of(phrase)) for phrase in line}) == 1
        assert not [phrase for phrase in line if "!" in phrase], "no exclamation marks from us"
        english, dutch, german = line
        assert not re.search(r"\b(u|uw)\b", dutch), "Dutch says je"
        assert not re.search(r"\b(du|dein\w*|dich|dir)\b", german), "German says Sie"
        assert "color" not in english


def test_no_phrase_stands_twice() -> None:
    """Of two the later would win, and one page would speak with the other's words."""
    rooms = [import_module(f"web.console.words.{one.name}") for one in iter_modules(words.__path__)]
    twice = [name for name, count in Counter(name for room in rooms for name in room.LINES).items() if count > 1]
    assert twice == []
    assert sum(len(room.LINES) for room in rooms) == len(LINES)


def test_every_phrase_is_used_somewhere() -> None:
    sources = "".join(path.read_text() for path in sorted(TEMPLATES.glob("console/*.html")))
    sources += "".join(path.read_text() for path in sorted((HOUSE / "web/console").glob("*.py")))
    sources += " ".join(f"out_{one} why_{one}" for one in OUTCOMES)
    sources += "".join(f" pt_{one} " for one in (*COUNTS, *MEASURES, *(f"not_{one}" for one in NOT_TOLD)))
    sources += "".join(
        f" board_{one} board_step_{one} board_was_{one} board_none_{one} " for one in (*OPEN, *CLOSED, "uncollected")
    )
    sources += "".join(f" board_of_{one} " for one in MOMENTS) + "".join(
        f" board_by_{one} " for one in get_args(Source)
    )
    sources += "".join(f" board_{one} " for one in (*VIEWS, *get_args(How), *get_args(NotTold), *ATTENTIONS))
    prefixes = (
        "why_", "never_", "zone_", "out_", "st_", "r_", "k_", "f_", "kind_", "role_", "status_", "on_", "s_", "w_", "c_", "t_", "funnel_",
        "unit_", "one_", "deed_", "noun_", "check_", "warn_", "consent_", "did_", "launch_", "pause_", "end_", "join_", "gives_", "assume_", "codes_", "coupon_", "refused_", "place_", "offer_", "fact_", "lack_", "poster_became_", "finished_", "goes_", "line_", "filter_", "part_", "frame_", "rule_", "source_",
    )  # fmt: skip
    asked_by_parts = {"not_the_same", "as_before"}
    left = [
        name
        for name in LINES
        if not name.startswith(prefixes)
        and name not in asked_by_parts
        and not re.search(rf"\b{re.escape(name.removesuffix('_why').removesuffix('_1'))}\b", sources)
    ]
    assert left == []


def test_every_outcome_has_its_words() -> None:
    for outcome in OUTCOMES:
        assert {f"out_{outcome}", f"why_{outcome}"} <= set(LINES)


def test_every_fact_has_its_words() -> None:
    for fact in FACTS:
        assert f"fact_{fact.removesuffix('.<name>').replace('.', '_')}" in LINES


@pytest.fixture
def busy(marketer: Person, admin: httpx.Client, register: Register, town: Town) -> None:
    """Something of everything that pages show."""
    far = {"role": "other", "lat": 52.371, "lon": 4.9, "radius_m": 50}
    ring = {"role": "approach", "lat": PLACE["lat"], "lon": PLACE["lon"], "radius_m": 400}
    admin.put("/v1/places/kalverstraat-102", json=PLACE | {"geofences": [*PLACE["geofences"], ring, far]})
    admin.put("/v1/offers/ten", json=OFFER)
    marketer.fill(NEW, **FILLED, offer="ten", do="save")
    marketer.fill("/console/campaigns/sneakers/launch")
    marketer.fill(NEW, **{**FILLED, "id": "waiting", "schedule__until": "2026-11-21T00:00"}, do="save")
    profile = {
        "name": "Sanne de Vries",
        "phone": "+31612345678",
        "time_zone": "Europe/Amsterdam",
        "sizes": {"shoes": "39"},
    }
    profile |= {"tags": ["sneakers"], "attributes": {"pairs_bought": 4, "member": True}}
    admin.put("/v1/customers/sanne", json=profile | {"consents": {"location": True, "offers": True}})
    for customer in ("sanne", "daan"):
        device = register(customer, push_token=f"t-{customer}")
        ping = {"lat": PLACE["lat"], "lon": PLACE["lon"], "accuracy_m": 8}
        admin.post("/v1/pings", json=ping, headers=bearer(device["token"]))
    purchase: dict[str, Any] = {
        "purchase_id": "b-1",
        "customer": "sanne",
        "place": "kalverstraat-102",
        "channel": "store",
    }
    purchase |= {"at": NOON.isoformat(), "total": "99.95", "currency": "EUR", "items": []}
    admin.post("/v1/purchases", json=purchase)
    town.work()
    admin.put("/v1/campaigns/scanned", json=CAMPAIGN | {"trigger": {"on": "scan"}})
    for poster in ("window", "down"):
        hangs = {"place": "kalverstraat-102", "campaign": "scanned", "then": {"campaign": "scanned", "after_scans": 5}}
        admin.put(f"/v1/posters/{poster}", json=hangs)
    admin.post("/v1/posters/down/retire")


PAGES = (
    "/console",
    "/console/password",
    "/console/places",
    "/console/places/new",
    "/console/places/kalverstraat-102",
    "/console/campaigns",
    "/console/campaigns/new",
    "/console/campaigns/sneakers",
    "/console/campaigns/waiting",
    "/console/campaigns/waiting/edit?checks=1",
    "/console/campaigns/sneakers/preview?customer=sanne",
    "/console/campaigns/waiting/launch",
    "/console/campaigns/sneakers/pause",
    "/console/campaigns/sneakers/end",
    "/console/places?q=kalver",
    "/console/places?q=nowhere",
    "/console/places/kalverstraat-102/delete",
    "/console/campaigns/waiting/delete",
    "/console/campaigns/sneakers/delete",
    "/console/offers",
    "/console/offers/new",
    "/console/offers/ten",
    "/console/offers/ten/delete",
    "/console/posters",
    "/console/posters?campaign=scanned",
    "/console/posters?campaign=none",
    "/console/posters/new",
    "/console/posters/import",
    "/console/posters/window",
    "/console/posters/window/retire",
    "/console/posters/down",
    "/console/customers",
    "/console/customers/sanne",
    "/console/why?customer=sanne&campaign=sneakers",
    "/console/why?customer=daan&campaign=waiting",
    "/console/deliveries",
    "/console/decisions",
    "/console/users",
)


@pytest.mark.usefixtures("busy")
@pytest.mark.parametrize("language", LANGUAGES)
def test_every_page_is_whole_in_each_language(enter: Enter, language: str) -> None:
    """Undefined names fail at once: templates are strict. What is left is a page that says its language and names its fields."""
    person = enter("admin", language=language)
    for path in PAGES:
        page = person.look(path)
        assert page.lang == language, path
        assert page.html.count("<h1>") == 1, path
        assert page.html.count("<main") == 1, path
        assert len(page.ids) == len(set(page.ids)), f"{path}: an id stands twice"
        assert set(page.described) <= set(page.ids), path
        assert set(page.controls) <= page.labelled, f"{path}: {set(page.controls) - page.labelled} has no label"
        assert page.links[LINES["skip"][TONGUES.index(language)]] == "#content", path
        assert page.styled == 0, path
        assert "{" not in page.text.replace("{{", "").replace("}}", "") or "campaigns" in path, path
        assert "None" not in page.text, path
        assert not re.search(r"built-in|object at 0x", page.text), path


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_door_speaks_each_language(browser: Any, language: str) -> None:
    person = browser(**{"accept-language": language})
    for path, status in (("/console/sign-in", 200), ("/console/sign-in?over=1", 200), ("/console/sign-in?out=1", 200)):
        page = person.look(path, status)
        assert page.lang == language
        assert set(page.controls) <= page.labelled
    wrong = person.fill("/console/sign-in", email="a@b", password="x")
    assert wrong.status_code == 401
    assert person.look("/console/sign-in?lang=de").lang == "de"


def test_empty_pages_say_the_next_step_and_do_it(marketer: Person, enter: Enter) -> None:
    assert marketer.look("/console").links["First steps"] == "/console/start"
    assert marketer.look("/console").links["Or make a place without them"] == "/console/places/new"
    assert marketer.look("/console/places").links["New place"] == "/console/places/new"
    assert marketer.look("/console/campaigns").links["New campaign"] == "/console/campaigns/new"
    for path in ("/console/customers", "/console/deliveries", "/console/decisions"):
        assert 'class="empty"' in marketer.look(path).html
    viewer = enter("viewer")
    assert "New place" not in viewer.look("/console/places").links


def test_moments_go_by_the_desks_clock(enter: Enter, admin: httpx.Client) -> None:
    admin.put("/v1/places/tokyo", json=PLACE | {"time_zone": "Asia/Tokyo"})
    admin.put("/v1/places/tokyo-2", json=PLACE | {"time_zone": "Asia/Tokyo"})
    admin.put("/v1/places/amsterdam", json=PLACE)
    boss = enter("admin", language="nl")
    assert "23 nov 2026 20:00" in boss.look("/console/users").text
    assert "23.11.2026 20:00" in boss.look("/console/users?lang=de").text


def test_a_user_without_a_language_gets_the_browsers(enter: Enter, database: Database) -> None:
    person = enter("viewer")
    person.http.headers["accept-language"] = "de-AT,de;q=0.9"
    assert person.look("/console").lang == "de"
    with database.transaction() as session:
        one = next(each for each in users.list_users(session) if each["email"] == person.email)
        users.choose_language(session, one["id"], "nl")
    assert person.look("/console").lang == "nl"
