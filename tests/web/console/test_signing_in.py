"""The way in: by the form, by the right password only, and out again at once when it ends."""

import re
from collections.abc import Callable

import httpx
import pytest
from redis import Redis

from offers import users
from offers.records.database import Database
from tests.conftest import NOON
from tests.web.conftest import Clock, Served, serve
from tests.web.console.conftest import PASSWORD, Enter, Person
from web.console.attempts import MOST_OF_ADDRESS, MOST_OF_EMAIL, MOST_TOGETHER, WINDOW_S, Attempts
from web.console.signing_in import OWN

Browser = Callable[..., Person]
Enlist = Callable[..., str]
DOOR = "/console/sign-in"


def sign_in(person: Person, email: str, password: str = PASSWORD, **also: str) -> httpx.Response:
    return person.fill(DOOR, email=email, password=password, **also)


def test_the_right_password_opens_the_first_page(browser: Browser, enlist: Enlist) -> None:
    person, email = browser(), enlist("marketer")
    answer = sign_in(person, f" {email.upper()} ")
    assert (answer.status_code, answer.headers["location"]) == (303, "/console")
    page = person.look("/console")
    assert "Needs attention" in page.text
    assert "Marketer" in page.text


def test_a_wrong_password_and_an_unknown_address_look_the_same(browser: Browser, enlist: Enlist) -> None:
    enlist("marketer")
    said = []
    for email in ("marketer@shop.example", "nobody@shop.example"):
        person = browser()
        answer = sign_in(person, email, "not the password")
        assert answer.status_code == 401
        assert "do not belong together" in answer.text
        assert f'value="{email}"' in answer.text, "what was typed is still there"
        assert "not the password" not in answer.text
        token = person.look(DOOR).sheet(DOOR)["token"]
        said.append(re.sub(r'name="once" value="[^"]+"', "", answer.text.replace(email, "").replace(token, "")))
        assert person.http.get("/console").status_code == 303
    assert said[0] == said[1]


def test_too_many_tries_wait_even_with_the_right_password(browser: Browser, enlist: Enlist) -> None:
    email, person = enlist("marketer"), browser()
    for _ in range(MOST_TOGETHER):
        assert sign_in(person, email, "wrong").status_code == 401
    answer = sign_in(person, email)
    assert answer.status_code == 429
    assert 0 < int(answer.headers["retry-after"]) <= WINDOW_S
    assert "Too many tries" in answer.text
    other = enlist("admin")
    assert sign_in(browser(), other).status_code == 303, "others come in still"


def test_a_stranger_elsewhere_does_not_lock_the_owner_out(redis_db: Redis) -> None:
    attempts = Attempts(redis_db, b"secret")
    for _ in range(MOST_OF_EMAIL + 5):
        attempts.count("marketer@shop.example", "198.51.100.7")
    assert attempts.count("marketer@shop.example", "198.51.100.7") > 0
    assert attempts.count("marketer@shop.example", "203.0.113.9") == 0


def test_many_addresses_together_are_held_up_too(redis_db: Redis) -> None:
    attempts = Attempts(redis_db, b"secret")
    waits = [attempts.count("marketer@shop.example", f"198.51.100.{number}") for number in range(101)]
    assert waits[:100] == [0] * 100
    assert waits[100] > 0


def test_who_signs_in_properly_all_day_is_not_held_up(redis_db: Redis) -> None:
    attempts = Attempts(redis_db, b"secret")
    for _ in range(30):
        assert attempts.count("marketer@shop.example", "203.0.113.9") == 0
        attempts.forget("marketer@shop.example", "203.0.113.9")


def test_no_count_no_sign_in(browser: Browser, enlist: Enlist, served: Served) -> None:
    email, person = enlist("marketer"), browser()
    sheet = person.look(DOOR).sheet(DOOR)
    served.doors.parts.fences.stop()  # which speaks to Redis each second
    served.doors.parts.redis.connection_pool.connection_kwargs["port"] = 1
    served.doors.parts.redis.connection_pool.reset()
    answer = person.send(sheet, email=email, password=PASSWORD)
    assert answer.status_code == 503
    assert "not possible at the moment" in answer.text


def test_a_first_password_is_good_for_choosing_another_only(browser: Browser, database: Database) -> None:
    with database.transaction() as session:
        first = users.create_user(session, "new@shop.example", "marketer", now=NOON)
    person = browser()
    assert sign_in(person, "new@shop.example", first).status_code == 303
    for path in ("/console", "/console/campaigns/new", "/console/users"):
        answer = person.http.get(path)
        assert (answer.status_code, answer.headers["location"]) == (303, "/console/password"), path
    token = person.token()
    assert person.post("/console/places/new", {"token": token}).headers["location"] == "/console/password"
    wrong = person.fill("/console/password", present="wrong", password=PASSWORD, again=PASSWORD)
    assert (wrong.status_code, "not your password" in wrong.text) == (422, True)
    short = person.fill("/console/password", present=first, password="short", again="short")
    assert (short.status_code, "12 to 200" in short.text) == (422, True)
    other = person.fill("/console/password", present=first, password=PASSWORD, again=PASSWORD + "x")
    assert (other.status_code, "not the same" in other.text) == (422, True)
    before = person.http.cookies["passerby"]
    same = person.fill("/console/password", present=first, password=first, again=first)
    assert (same.status_code, "Choose another one." in same.text) == (422, True), "who made it knows it"
    done = person.fill("/console/password", present=first, password=PASSWORD, again=PASSWORD)
    assert done.headers["location"] == "/console?done=password_changed"
    assert person.http.cookies["passerby"] != before
    assert "Your password is changed." in person.look("/console?done=password_changed").text
    assert sign_in(browser(), "new@shop.example", first).status_code == 401


def test_one_users_wrong_passwords_hold_up_nobody_else(enter: Enter, redis_db: Redis) -> None:
    attempts = Attempts(redis_db, b"only for tests, but long enough for it")
    one, other = enter("viewer"), enter("marketer")
    for _ in range(MOST_TOGETHER):
        answer = one.fill("/console/password", present="wrong", password=PASSWORD, again=PASSWORD)
        assert answer.status_code == 422
    assert one.fill("/console/password", present="wrong", password=PASSWORD, again=PASSWORD).status_code == 429
    for number in range(MOST_OF_ADDRESS):  # more users than a network address may try for
        attempts.count(f"user-{number}@shop.example", f"{OWN} usr_{number}")
    new = "another four plain words"
    assert other.fill("/console/password", present=PASSWORD, password=new, again=new).status_code == 303


def test_a_changed_password_ends_the_other_sessions(enter: Enter, browser: Browser) -> None:
    person, other = enter("marketer"), browser()
    sign_in(other, person.email)
    person.fill(
        "/console/password", present=PASSWORD, password="another four plain words", again="another four plain words"
    )
    assert person.http.get("/console").status_code == 200
    assert other.http.get("/console").status_code == 303


def test_a_sign_in_always_makes_another_secret(browser: Browser, enlist: Enlist) -> None:
    """Who planted a cookie in this browser knows nothing of the session that comes after."""
    person, email = browser(), enlist("marketer")
    person.http.cookies.set("passerby", "planted-by-somebody-else")
    sign_in(person, email)
    secrets = [one.value for one in person.http.cookies.jar if one.name == "passerby"]
    fresh = [one for one in secrets if one != "planted-by-somebody-else"]
    assert len(fresh) == 1
    planted = browser()
    planted.http.cookies.set("passerby", "planted-by-somebody-else")
    assert planted.http.get("/console").status_code == 303


def test_signing_in_again_ends_the_session_before(browser: Browser, enlist: Enlist) -> None:
    person, email = browser(), enlist("marketer")
    sign_in(person, email)
    old = person.http.cookies["passerby"]
    sign_in(person, email)
    late = browser()
    late.http.cookies.set("passerby", old)
    assert late.http.get("/console").status_code == 303


def test_signing_out_ends_it_here_and_everywhere_the_cookie_went(marketer: Person, browser: Browser) -> None:
    copied = browser()
    copied.http.cookies.set("passerby", marketer.http.cookies["passerby"])
    assert copied.http.get("/console").status_code == 200
    answer = marketer.fill("/console", "/console/sign-out")
    assert answer.headers["location"] == "/console/sign-in?out=1"
    assert "You are signed out." in marketer.look("/console/sign-in?out=1").text
    assert copied.http.get("/console").status_code == 303


def test_who_is_disabled_is_out_at_once(marketer: Person, database: Database, browser: Browser) -> None:
    assert marketer.http.get("/console").status_code == 200
    with database.transaction() as session:
        users.disable_user(session, marketer.email, now=NOON)
    assert marketer.http.get("/console").status_code == 303
    assert sign_in(browser(), marketer.email).status_code == 401


@pytest.mark.parametrize(("idle_s", "status"), [(12 * 3600 - 1, 200), (12 * 3600, 303)])
def test_an_idle_session_ends(marketer: Person, clock: Clock, idle_s: int, status: int) -> None:
    clock.at += idle_s
    assert marketer.http.get("/console").status_code == status


def test_no_session_lasts_longer_than_a_week(marketer: Person, clock: Clock) -> None:
    for _ in range(27):
        clock.at += 6 * 3600
        assert marketer.http.get("/console").status_code == 200
    clock.at += 6 * 3600
    assert marketer.http.get("/console").status_code == 303


def test_the_way_leads_on_to_the_page_that_was_asked_for(browser: Browser, enlist: Enlist) -> None:
    person, email = browser(), enlist("marketer")
    answer = person.http.get("/console/deliveries?state=sent&since=2026-11-22T12:00")
    assert answer.status_code == 303
    page = person.look(answer.headers["location"])
    there = person.send(page.sheet(DOOR), email=email, password=PASSWORD).headers["location"]
    assert there.startswith("/console/deliveries?state=sent&since=2026-11-22T12")
    assert person.http.get(there).status_code == 200


@pytest.mark.parametrize(
    "onward",
    [
        "https://evil.example/",
        "//evil.example/console",
        "/\\evil.example",
        "/console//evil.example",
        "/console/../../evil",
        "/console@evil.example",
        "/consoleevil",
        "javascript:alert(1)",
        "/console\r\nset-cookie: a=b",
        "/v1/places",
        " /console\t//evil.example",
    ],
)
def test_the_way_never_leads_out(browser: Browser, enlist: Enlist, onward: str) -> None:
    person, email = browser(), enlist("marketer")
    answer = sign_in(person, email, next=onward)
    there = answer.headers["location"]
    assert answer.status_code == 303
    assert there == "/console" or (
        there.startswith("/console/") and "//" not in there and "evil" not in there.split("/")[1]
    )
    assert "set-cookie: a" not in str(answer.headers)


def test_the_cookie_is_kept_from_scripts_and_strangers(browser: Browser, enlist: Enlist) -> None:
    answer = sign_in(browser(), enlist("marketer"))
    cookie = answer.headers["set-cookie"]
    assert cookie.startswith("passerby=")
    assert {"HttpOnly", "Path=/", "SameSite=lax"} <= set(cookie.split("; "))
    assert "Secure" not in cookie, "this is http, for a try on one's own machine"


def test_behind_https_the_cookie_is_for_this_host_only(
    served: Served, clock: Clock, redis_db: Redis, enlist: Enlist
) -> None:
    email = enlist("marketer")
    settings = served.doors.parts.settings.model_copy(update={"base_url": "https://shop.example"})
    with (
        serve(settings, clock) as secure,
        httpx.Client(base_url=secure.url, headers={"origin": "https://shop.example"}, timeout=20) as client,
    ):
        person = Person(client)
        answer = client.get(DOOR)
        cookie = answer.headers["set-cookie"]
        assert cookie.startswith("__Host-passerby=")
        assert {"Secure", "HttpOnly", "Path=/", "SameSite=lax"} <= set(cookie.split("; "))
        assert "Domain" not in cookie
        secret = cookie.partition("=")[2].partition(";")[0]
        client.cookies.clear()
        client.headers["cookie"] = f"__Host-passerby={secret}"
        answer = person.fill(DOOR, email=email, password=PASSWORD)
        assert answer.status_code == 303
        assert answer.headers["set-cookie"].startswith("__Host-passerby=")
        client.headers["cookie"] = f"passerby={secret}"
        assert client.get("/console").status_code == 303, "the plain name counts for nothing here"


def test_ones_language_is_kept(marketer: Person) -> None:
    assert marketer.look("/console").lang == "en"
    answer = marketer.fill("/console", "/console/language", language="nl")
    assert answer.headers["location"] == "/console"
    assert marketer.look("/console").lang == "nl"
    assert "Vraagt aandacht" in marketer.look("/console").text
