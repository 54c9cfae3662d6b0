"""The pages by which a browser is recognised: the same answer for everybody, limits, and a cookie that is new."""

import re
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from redis import Redis
from sqlalchemy import func, select

from offers.records.database import Database
from offers.records.tables import Device, PageLink, PhoneCode, Scan
from offers.rules.phone_codes import phone_code
from tests.conftest import NOON
from tests.offers.scanned import hang, poster_town, scan
from tests.offers.stories import Town
from tests.web.conftest import Clock, Served, bearer
from tests.web.known.conftest import Visit, Visitor
from web.landing import phone_limits

PHONE, OTHER = "06 12345678", "06 87654321"
E164 = "+31612345678"


@pytest.fixture
def town(database: Database) -> Town:
    return Town(database)


@pytest.fixture
def page(town: Town) -> str:
    town.place()
    town.customer("sanne", phone=E164)
    return scan(town, hang(town))


def form_of(answer: httpx.Response) -> str:
    found = re.search(r'name="id" value="([^"]+)"', answer.text)
    assert found, answer.text
    return found[1]


def plain(answer: httpx.Response) -> str:
    """The page without what differs from one form to another."""
    return re.sub(r'name="id" value="[^"]+"', "", answer.text)


def ask(visitor: Visitor, page: str, phone: str = PHONE, **more: Any) -> httpx.Response:
    return visitor.send(f"/l/{page}/recognise", page, phone=phone, **more)


def enter(visitor: Visitor, page: str, form: str, code: str) -> httpx.Response:
    return visitor.send(f"/l/{page}/recognise/code", page, id=form, code=code)


def code_of(served: Served, form: str) -> str:
    return phone_code(served.doors.parts.codes, form)


def count(town: Town, table: Any) -> int:
    return town.read(lambda session: session.scalar(select(func.count()).select_from(table))) or 0


def test_known_and_unknown_numbers_are_answered_the_same(visit: Visit, page: str, town: Town) -> None:
    known, unknown = ask(visit(), page, E164), ask(visit(), page, "+31 6 12345679")
    assert known.status_code == unknown.status_code == 200
    assert plain(known).replace("+31 6 12345678", "") == plain(unknown).replace("+31 6 12345679", "")
    assert len(form_of(known)) == len(form_of(unknown))
    told = {name: value for name, value in known.headers.items() if name not in ("date", "content-length")}
    assert told == {name: value for name, value in unknown.headers.items() if name not in ("date", "content-length")}
    assert len(known.content) == len(unknown.content)
    assert "set-cookie" not in known.headers
    assert count(town, PhoneCode) == 1


def test_the_form_asks_as_phones_can_help(visit: Visit, page: str) -> None:
    first = visit().look(f"/l/{page}/recognise", **{"accept-language": "nl"})
    assert first.status_code == 200
    assert 'autocomplete="tel"' in first.text
    assert "06 12345678" in first.text, "an example of the store's country"
    second = ask(visit(), page)
    assert 'inputmode="numeric"' in second.text
    assert 'autocomplete="one-time-code"' in second.text


@pytest.mark.parametrize("language", ["nl", "de", "en"])
def test_the_form_keeps_its_language(visit: Visit, page: str, language: str) -> None:
    assert f'<html lang="{language}">' in ask(visit(), page, language=language).text


def test_a_number_that_is_none(visit: Visit, page: str) -> None:
    answer = ask(visit(), page, '12"><script>')
    assert answer.status_code == 422
    assert "This is no phone number" in answer.text
    assert "<script>" not in answer.text


def test_the_right_code_lets_the_browser_in_with_a_new_cookie(
    visit: Visit, page: str, served: Served, town: Town, clock: Clock
) -> None:
    visitor = visit()
    form = form_of(ask(visitor, page))
    wrong = f"{(int(code_of(served, form)) + 1) % 1_000_000:06}"
    refused = enter(visitor, page, form, wrong)
    assert refused.status_code == 422
    assert "not right, or not any more" in refused.text
    assert visitor.cookie == ""
    answer = enter(visitor, page, form, code_of(served, form))
    assert (answer.status_code, answer.headers["location"]) == (303, f"/l/{page}")
    flags = answer.headers["set-cookie"].lower()
    assert all(one in flags for one in ("httponly", "secure", "samesite=lax", "path=/"))
    device = town.read(lambda session: session.get(Device, visitor.device))
    assert device is not None
    assert device.customer_id == "sanne"
    again = visit()
    assert enter(again, page, form, code_of(served, form)).status_code == 422, "once"


def test_a_planted_cookie_is_not_recognised_with_its_victim(
    visit: Visit, page: str, served: Served, town: Town
) -> None:
    """Session fixation: the attacker saved something, put that cookie into another's browser, and waits."""
    attacker, victim = visit(), visit()
    poster, campaign = _campaign(town)
    seen = scan(town, poster, campaign)
    assert attacker.send(f"/l/{seen}/save", seen).status_code == 303
    victim.cookie = attacker.cookie
    form = form_of(ask(victim, page))
    assert enter(victim, page, form, code_of(served, form)).status_code == 303
    assert victim.device != attacker.device
    assert "Hallo Sanne" in victim.look("/my/offers").text
    assert "We do not know this browser yet" in attacker.look("/my/offers").text


def test_forms_come_from_our_own_pages(visit: Visit, page: str, town: Town) -> None:
    visitor = visit()
    cross = {"origin": "https://evil.example", "sec-fetch-site": "cross-site"}
    for path in (f"/l/{page}/recognise", f"/l/{page}/recognise/code", f"/l/{page}/save", "/my/forget", "/t/abc"):
        assert visitor.send(path, page, headers=cross, phone=PHONE).status_code == 403
    for scope in (None, "another page"):
        stale = visitor.send(f"/l/{page}/recognise", scope, phone=PHONE)
        assert stale.status_code == 403
        assert "open for too long" in stale.text
        assert 'value="06 12345678"' in stale.text, "what was typed is kept"
        assert visitor.send(f"/l/{page}/recognise/code", scope, id="pc_1", code="1").status_code == 403
    assert count(town, PhoneCode) == 0


def test_pages_that_are_none(visit: Visit) -> None:
    visitor = visit()
    for answer in (
        visitor.look("/l/scn_none/recognise"),
        ask(visitor, "scn_none"),
        enter(visitor, "scn_none", "pc_1", "123456"),
        visitor.send("/l/scn_none/save", "scn_none"),
    ):
        assert answer.status_code == 404
        assert answer.headers["content-type"].startswith("text/html")
        assert "Scan the code on the poster again" in answer.text


def waits(answer: httpx.Response) -> bool:
    assert answer.status_code in (200, 429)
    if answer.status_code == 429:
        assert int(answer.headers["retry-after"]) > 0
        assert "Too many codes were asked for" in answer.text
    return answer.status_code == 429


@pytest.mark.parametrize("phone", [PHONE, OTHER])
def test_a_number_gets_three_codes_a_quarter_whether_it_is_known_or_not(
    visit: Visit, town: Town, page: str, phone: str
) -> None:
    pages = [scan(town, hang(town, code=f"000000000{number}")) for number in range(4)]
    assert [waits(ask(visit(), one, phone)) for one in pages] == [False, False, False, True]
    assert waits(ask(visit(), page, phone))


def test_a_number_gets_ten_codes_a_day(visit: Visit, town: Town, page: str, redis_db: Redis) -> None:
    told = []
    for number in range(11):
        for one in redis_db.scan_iter("pb:recognise:phone:*"):
            redis_db.delete(one)  # a quarter of an hour goes by
        told.append(waits(ask(visit(), scan(town, hang(town, code=f"00000000{number:02}")))))
    assert told == [False] * 10 + [True]


def test_a_network_asks_for_ten_numbers(visit: Visit, town: Town, page: str) -> None:
    told = []
    for number in range(11):
        seen = scan(town, hang(town, code=f"00000000{number:02}"))
        told.append(waits(ask(visit(), seen, f"06 1234{number:02}78")))
    assert told == [False] * 10 + [True]


def test_a_page_asks_for_five_codes(visit: Visit, page: str) -> None:
    assert [waits(ask(visit(), page, f"06 1234567{number}")) for number in range(6)] == [False] * 5 + [True]


def test_all_together_have_a_ceiling(visit: Visit, page: str, redis_db: Redis, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(phone_limits, "OF_ALL", 1)
    assert not waits(ask(visit(), page))
    assert waits(ask(visit(), page, OTHER))
    client: Any = redis_db
    assert 0 < client.ttl("pb:recognise:all") <= 60


def test_wrong_codes_are_counted_by_network(
    visit: Visit, page: str, served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(phone_limits, "WRONG", 2)
    visitor = visit()
    form = form_of(ask(visitor, page))
    assert [enter(visitor, page, "pc_none", "1").status_code for _ in range(2)] == [422, 422]
    refused = enter(visitor, page, form, code_of(served, form))
    assert refused.status_code == 429


def test_without_a_count_nobody_is_asked_or_let_in(
    visit: Visit, page: str, served: Served, town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    visitor = visit()
    form = form_of(ask(visitor, page))

    def away(*_: object, **__: object) -> int:
        raise ConnectionError

    monkeypatch.setattr(phone_limits.PhoneLimits, "count_asking", away)
    monkeypatch.setattr(phone_limits.PhoneLimits, "wait_for_trying", away)
    for answer in (ask(visitor, page), enter(visitor, page, form, code_of(served, form))):
        assert answer.status_code == 503
        assert "Try again in a minute" in answer.text
    assert count(town, PhoneCode) == 1


def test_no_number_lies_in_redis_where_it_is_counted(visit: Visit, page: str, redis_db: Redis) -> None:
    ask(visit(), page)
    kept: list[bytes] = []
    for name in redis_db.scan_iter("*"):
        kept += [name, redis_db.dump(name) or b""]  # type: ignore[list-item]
    assert any(b"pb:recognise:" in one for one in kept)
    assert not [one for one in kept if b"612345678" in one or b"12345678" in one]


def test_the_demo_says_what_the_text_would_say_and_nobody_else_does(visit: Visit, page: str, served: Served) -> None:
    assert "the text message would say" not in ask(visit(), page).text
    parts = served.doors.parts
    parts.settings = parts.settings.model_copy(update={"demo": True})
    answer = ask(visit(), page)
    assert "Demo: the text message would say" in answer.text
    assert code_of(served, form_of(answer)) in answer.text
    assert "the text message would say" not in ask(visit(), page, OTHER).text
    parts.settings = parts.settings.model_copy(update={"sms": "gateway"})
    assert "the text message would say" not in ask(visit(), page).text


def test_where_no_texts_are_sent_nobody_is_asked(visit: Visit, page: str, served: Served, town: Town) -> None:
    parts = served.doors.parts
    parts.settings = parts.settings.model_copy(update={"sms": "none"})
    for answer in (visit().look(f"/l/{page}/recognise"), ask(visit(), page), enter(visit(), page, "pc_1", "1")):
        assert answer.status_code == 404
        assert "Nobody is recognised by phone here" in answer.text
    assert count(town, PhoneCode) == 0


@pytest.fixture
def app(served: Served, register: Any) -> Iterator[httpx.Client]:
    """Sanne's own app."""
    token = register("sanne", platform="ios", push_token="push")["token"]
    with httpx.Client(base_url=served.url, timeout=20, headers=bearer(token)) as client:
        yield client


def link(app: httpx.Client, **body: str) -> str:
    answer = app.post("/v1/me/links", json=body)
    assert answer.status_code == 201, answer.text
    assert answer.json()["expires_at"] == "2026-11-23T11:05:00Z"
    url: str = answer.json()["url"]
    assert url.startswith("https://shop.example/t/")
    return url.removeprefix("https://shop.example")


def test_a_link_of_the_app_lets_one_browser_in(visit: Visit, page: str, app: httpx.Client, town: Town) -> None:
    path = link(app, scan=page)
    visitor = visit()
    answer = visitor.look(path)
    assert (answer.status_code, answer.headers["location"]) == (303, f"/l/{page}")
    assert answer.headers["referrer-policy"] == "no-referrer"
    assert "Hallo Sanne" in visitor.look("/my/offers").text
    seen = town.read(lambda session: session.get(Scan, page))
    assert seen is not None
    assert seen.customer_id == "sanne"
    over = visit().look(path)
    assert over.status_code == 410
    assert "set-cookie" not in over.headers
    unknown = visit().look("/t/" + "A" * 43)
    assert (unknown.status_code, unknown.text.replace("A" * 43, "")) == (
        410,
        over.text.replace(path.partition("?")[0].removeprefix("/t/"), ""),
    )


def test_what_only_looks_at_a_link_does_not_use_it_up(visit: Visit, page: str, app: httpx.Client, town: Town) -> None:
    path = link(app)
    visitor = visit()
    assert visitor.http.head(path).status_code == 200
    for headers in ({"user-agent": "WhatsApp/2.23"}, {"sec-purpose": "prefetch;prerender"}, {"user-agent": "curl/8"}):
        answer = visitor.look(path, **headers)
        assert answer.status_code == 200
        assert "set-cookie" not in answer.headers
        assert "<button>Go on</button>" in answer.text
    token = path.removeprefix("/t/")
    assert visitor.send(path, "another").status_code == 410
    answer = visitor.send(path, f"link {token}")
    assert (answer.status_code, answer.headers["location"]) == (303, "/my/offers")
    assert visitor.device
    kept = town.read(lambda session: session.scalars(select(PageLink)).one())
    assert kept.used_at == NOON


@pytest.mark.usefixtures("page")
def test_no_address_that_somebody_was_sent_makes_their_browser_somebody_elses(
    visit: Visit, app: httpx.Client, town: Town
) -> None:
    """Whoever has saved or ordered something here taps first; whoever is the link's customer already goes straight on."""
    visitor, seen = visit(), scan(town, *_campaign(town))
    assert visitor.send(f"/l/{seen}/save", seen).status_code == 303
    before = visitor.cookie
    asked = visitor.look(link(app))
    assert asked.status_code == 200
    assert "<button>Go on</button>" in asked.text
    assert visitor.cookie == before
    path = link(app)
    assert visitor.send(path, f"link {path.removeprefix('/t/')}").status_code == 303
    assert visitor.cookie != before
    assert visitor.look(link(app)).status_code == 303


@pytest.mark.parametrize("seen", ["scn_none", "evil.example", "a:b@c"])
def test_a_link_leads_nowhere_else(visit: Visit, page: str, app: httpx.Client, seen: str) -> None:
    assert visit().look(link(app, scan=seen)).headers["location"] == "/my/offers"
    for strange in ("//evil.example", "https://evil.example", "/%5Cevil"):
        answer = visit().look(f"{link(app)}?scan={strange}")
        assert answer.status_code == 422
        assert "location" not in answer.headers


def test_a_link_is_made_once_for_a_key(app: httpx.Client, page: str, town: Town) -> None:
    first, second = (app.post("/v1/me/links", json={}, headers={"idempotency-key": "k1"}) for _ in range(2))
    assert first.json() == second.json()
    assert count(town, PageLink) == 1


def test_the_apps_own_lists(visit: Visit, app: httpx.Client, town: Town) -> None:
    poster, campaign = poster_town(town)
    visitor = visit()
    seen = scan(town, poster, campaign)
    assert visitor.look(link(app, scan=seen)).status_code == 303
    [item] = app.get("/v1/me/offers").json()["items"]
    assert (item["offer"], item["state"]) == ("ten-percent", "issued")
    assert item["code"] in visitor.look("/my/offers").text
    assert app.get("/v1/me/offers?cursor=" + item["id"]).json() == {"items": [], "next_cursor": None}
    assert app.get("/v1/me/orders").json() == {"items": [], "next_cursor": None}


def _campaign(town: Town) -> tuple[str, str]:
    says = {"en": {"title": "For you", "body": "Ten percent off."}}
    town.offer()
    campaign = town.campaign("station", on="scan", offer="ten-percent", messages=says)
    return hang(town, campaign, code="9999999999"), campaign
