"""The visitors' doors: messages on, on under another address, off; for our own pages alone, and not too often."""

from collections.abc import Callable
from typing import Any

import httpx
import pytest
from redis import Redis
from sqlalchemy import func, select

from offers.devices import link_device, revoke_device
from offers.records.database import Database
from offers.records.tables import Consent, Customer, Device
from tests.conftest import NOON
from tests.web.conftest import Clock, Served, paths_of, problem_of, serve
from tests.web.visitor.conftest import BASE, COOKIE, OWN, Browser, subscription, wanted
from web.visitor.attempts import MOST, WINDOW_S, VisitorAttempts
from web.visitor.cookie import LIFE

New = Callable[[], Browser]


def device_of(database: Database, device_id: str) -> Device:
    with database.reading() as session:
        device = session.get_one(Device, device_id)
        session.expunge(device)
        return device


def receipts(database: Database) -> list[tuple[str, bool, str | None, str | None, str]]:
    with database.reading() as session:
        rows = session.scalars(select(Consent).order_by(Consent.id))
        return [(row.purpose, row.given, row.text_version, row.language, row.source) for row in rows]


def many(database: Database, table: type[Any]) -> int:
    with database.reading() as session:
        return session.scalar(select(func.count()).select_from(table)) or 0


def switched_on(browser: Browser, name: str = "one", **more: Any) -> str:
    answer = browser.send("", wanted(name, **more))
    assert answer.status_code == 200, answer.text
    told: dict[str, Any] = answer.json()
    return str(told["device_id"])


def test_the_public_key_is_what_a_browser_takes(browser: New) -> None:
    key = browser().look("/visitor/push-key").json()["key"]
    assert len(key) == 87
    assert key.startswith("B"), "an uncompressed point"


@pytest.mark.parametrize("change", [{"push": "outbox"}, {"push": "fcm", "vapid_private_key": ""}])
def test_where_nothing_is_sent_to_browsers_nothing_is_taken(
    served: Served, clock: Clock, database: Database, change: dict[str, Any]
) -> None:
    settings = served.doors.parts.settings
    with serve(type(settings).model_validate(settings.model_dump() | change), clock) as other:
        assert other.doors.parts.settings.base_url == BASE
        with httpx.Client(base_url=other.url) as client:
            told = problem_of(client.get("/visitor/push-key"), 404)
            assert "sends no messages to browsers" in told["detail"]
            problem_of(Browser(client).send("", wanted()), 404)
            assert "data-key" not in client.get("/messages").text
    assert many(database, Device) == 0


def test_a_browser_that_agrees_is_a_device_of_a_person_nobody_knows(browser: New, database: Database) -> None:
    one = browser()
    answer = one.send("", wanted(consents={"orders": True, "offers": False}))
    told = answer.json()
    assert (told["on"], told["shared"], told["consents"]) == (True, False, {"orders": True, "offers": False})
    device = device_of(database, told["device_id"])
    assert (device.platform, device.push_kind, device.locale) == ("web", "web_push", "nl")
    assert (device.push_seen_at, device.refresh_hash) == (NOON, None)
    assert device.push_vapid == one.look("/visitor/push-key").json()["key"]
    assert device.push_token is not None
    assert subscription()["endpoint"] in device.push_token
    with database.reading() as session:
        customer = session.get_one(Customer, device.customer_id)
        assert (customer.anonymous, customer.language) == (True, "nl")
        assert (customer.orders, customer.offers, customer.location) == (True, False, False)
    assert receipts(database) == [("orders", True, "messages-3", "nl", "web page")]


def test_the_cookie_is_kept_from_scripts_and_strangers_and_holds_a_device(browser: New) -> None:
    answer = browser().send("", wanted())
    cookie = answer.headers["set-cookie"]
    assert cookie.startswith(f"{COOKIE}={answer.json()['device_id']}.")
    assert {"HttpOnly", "Secure", "Path=/", "SameSite=lax", f"Max-Age={int(LIFE.total_seconds())}"} <= set(
        cookie.split("; ")
    )
    assert "Domain" not in cookie


def test_who_says_it_again_is_the_same_browser(browser: New, database: Database) -> None:
    one = browser()
    first = switched_on(one)
    assert switched_on(one) == first
    assert switched_on(one, "another-address") == first
    assert switched_on(browser(), "another-address") == first, "the cookie is lost, the subscription is its own proof"
    assert (many(database, Device), many(database, Customer), len(receipts(database))) == (1, 1, 1)
    assert switched_on(browser(), "somebody-else") != first


def test_an_endpoint_with_another_secret_is_no_proof(browser: New, database: Database) -> None:
    """Who has only seen the address gets a device of their own, whose messages nobody can read, and takes nothing from whose it is."""
    first = switched_on(browser(), consents={"orders": True, "offers": True})
    stranger = wanted(subscription=subscription(auth="guessed"))
    answer = browser().send("", stranger)
    assert answer.json()["device_id"] != first
    assert answer.json()["consents"] == {"orders": True, "offers": False}
    assert device_of(database, first).push_token is not None
    guessed_too = {"subscription": subscription("new"), "old": subscription(auth="guessed again")}
    problem_of(browser().send("/renew", guessed_too), 404)


def test_a_choice_is_changed_and_only_what_changed_is_kept(browser: New, database: Database) -> None:
    one = browser()
    switched_on(one)
    answer = one.send("", wanted(consents={"orders": False, "offers": True}))
    assert answer.json()["consents"] == {"orders": False, "offers": True}
    one.send("", wanted(consents={"orders": False, "offers": True}))
    assert [row[:2] for row in receipts(database)] == [("orders", True), ("orders", False), ("offers", True)]


@pytest.mark.parametrize("consents", [{}, {"orders": False}, {"offers": False, "orders": False}])
def test_nothing_is_switched_on_for_nothing(browser: New, database: Database, consents: dict[str, bool]) -> None:
    answer = browser().send("", wanted(consents=consents))
    assert paths_of(answer) == ["consents"]
    assert "set-cookie" not in answer.headers
    assert (many(database, Device), many(database, Customer)) == (0, 0)


@pytest.mark.parametrize(
    ("body", "path"),
    [
        (wanted(language="fr"), "language"),
        (wanted(consents={"location": True}), "consents.location"),
        (wanted(subscription={"endpoint": "https://fcm.googleapis.com/x"}), "subscription.keys"),
        (wanted(subscription=subscription() | {"endpoint": "https://10.0.0.1/x"}), "subscription.endpoint"),
        (wanted(subscription=subscription() | {"endpoint": "http://fcm.googleapis.com/x"}), "subscription.endpoint"),
        (wanted(customer="sanne"), "customer"),
    ],
)
def test_what_is_none_is_refused_by_its_name(browser: New, database: Database, body: Any, path: str) -> None:
    assert paths_of(browser().send("", body)) == [path]
    assert many(database, Device) == 0


def test_a_body_is_small(browser: New) -> None:
    for path in ("", "/renew", "/off"):
        problem_of(browser().send(path, wanted(padding="x" * 10_000)), 413)


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"origin": "https://elsewhere.example"},
        {"origin": "null", "sec-fetch-site": "same-origin"},
        {"sec-fetch-site": "cross-site"},
        {"origin": BASE, "sec-fetch-site": "same-site"},
        {"sec-fetch-site": "none"},
    ],
)
def test_only_our_own_pages_write(browser: New, database: Database, headers: dict[str, str]) -> None:
    one = browser()
    switched_on(one)
    bodies = {"": wanted("two"), "/renew": {"subscription": subscription("two")}, "/off": {"language": "nl"}}
    for path, body in bodies.items():
        problem_of(one.send(path, body, headers), 403)
    assert many(database, Device) == 1
    assert switched_on(one) is not None


def test_a_new_address_takes_the_place_of_the_old(browser: New, database: Database, clock: Clock) -> None:
    one = browser()
    first = switched_on(one)
    clock.at += 3600
    answer = one.send("/renew", {"subscription": subscription("two")})
    assert answer.json()["device_id"] == first
    device = device_of(database, first)
    assert "wp/two" in str(device.push_token)
    assert device.push_seen_at is not None
    assert device.push_seen_at > NOON


def test_without_a_cookie_the_old_subscription_is_the_proof(browser: New, database: Database) -> None:
    first = switched_on(browser())
    late = browser()
    renewed = {"subscription": subscription("two"), "old": subscription()}
    assert late.send("/renew", renewed).json()["device_id"] == first
    assert late.cookie.startswith(first), "and it has its cookie again"
    again = browser().send("/renew", renewed)
    assert again.json()["device_id"] == first, "once more is the same"
    for unknown in ({"subscription": subscription("x")}, {"subscription": subscription("x"), "old": subscription("y")}):
        answer = browser().send("/renew", unknown)
        problem_of(answer, 404)
        assert "set-cookie" not in answer.headers
    assert many(database, Device) == 1


def test_an_address_of_another_key_is_bound_to_ours_now(browser: New, database: Database) -> None:
    one = browser()
    first = switched_on(one)
    with database.transaction() as session:
        session.get_one(Device, first).push_vapid = "an-older-key"
    one.send("/renew", {"subscription": subscription("two"), "old": subscription()})
    assert device_of(database, first).push_vapid == one.look("/visitor/push-key").json()["key"]


def test_off_is_off(browser: New, database: Database) -> None:
    one = browser()
    first = switched_on(one, consents={"orders": True, "offers": True})
    for _ in range(2):
        assert one.send("/off", {"language": "nl"}).status_code == 204
        device = device_of(database, first)
        assert (device.push_token, device.push_kind, device.push_retired_reason) == (None, None, "unsubscribed")
        assert device.push_retired_at == NOON
    assert [row[:2] for row in receipts(database)].count(("offers", False)) == 1
    with database.reading() as session:
        customer = session.get_one(Customer, device.customer_id)
        assert (customer.orders, customer.offers) == (False, False)
    problem_of(one.send("/renew", {"subscription": subscription()}), 404)
    assert device_of(database, first).push_token is None, "a renewal revives nothing that was switched off"
    assert switched_on(one) == first
    assert device_of(database, first).push_retired_at is None


def test_what_is_not_withdrawn_stays(browser: New, database: Database) -> None:
    one = browser()
    first = switched_on(one, consents={"orders": True, "offers": True})
    assert one.send("/off", {"withdraw": ["offers"], "language": "nl"}).status_code == 204
    with database.reading() as session:
        customer = session.get_one(Customer, session.get_one(Device, first).customer_id)
        assert (customer.orders, customer.offers) == (True, False)


def test_off_without_a_cookie_goes_by_the_subscription(browser: New, database: Database) -> None:
    first = switched_on(browser())
    assert browser().send("/off", {"language": "nl"}).status_code == 204
    assert browser().send("/off", {"language": "nl", "subscription": subscription("two")}).status_code == 204
    assert device_of(database, first).push_token is not None
    assert browser().send("/off", {"language": "nl", "subscription": subscription()}).status_code == 204
    assert device_of(database, first).push_token is None


def test_a_known_customers_other_devices_are_told_of(browser: New, database: Database) -> None:
    one = browser()
    first = switched_on(one)
    with database.transaction() as session:
        link_device(session, first, "sanne", now=NOON)
    answer = one.send("", wanted(consents={"offers": True}))
    assert answer.json() == {
        "device_id": first,
        "on": True,
        "shared": True,
        "consents": {"orders": True, "offers": True},
    }
    with database.reading() as session:
        assert session.get_one(Customer, "sanne").language is None, "a profile is the shop's to write"
    one.send("/off", {"withdraw": [], "language": "nl"})
    with database.reading() as session:
        assert session.get_one(Customer, "sanne").orders is True


def test_a_revoked_device_is_nobody(browser: New, database: Database) -> None:
    one = browser()
    first = switched_on(one)
    with database.transaction() as session:
        revoke_device(session, first, now=NOON)
    problem_of(one.send("/renew", {"subscription": subscription("two")}), 404)
    assert switched_on(one) != first


def test_nobody_fills_the_database_from_one_network(browser: New, database: Database, redis_db: Redis) -> None:
    name = f"pb:visitor:{'0' * 32}"
    one = browser()
    switched_on(one)
    (name,) = redis_db.scan_iter("pb:visitor:*")
    assert b"127.0.0.1" not in name
    redis_db.set(name, MOST, keepttl=True)
    answer = browser().send("", wanted("two"))
    problem_of(answer, 429)
    assert 0 < int(answer.headers["retry-after"]) <= WINDOW_S
    problem_of(browser().send("/off", {"language": "nl", "subscription": subscription()}), 429)
    problem_of(one.send("/renew", {"subscription": subscription("two")}), 429)
    assert one.send("/off", {"language": "nl"}).status_code == 204, "whoever has the cookie may always take back"
    assert many(database, Device) == 1


def test_a_whole_ipv6_network_is_one(redis_db: Redis) -> None:
    attempts = VisitorAttempts(redis_db, b"secret")
    waits = [attempts.count(f"2001:db8:0:1::{number:x}") for number in range(MOST + 1)]
    assert waits[:MOST] == [0] * MOST
    assert waits[MOST] > 0
    assert attempts.count("2001:db8:0:2::1") == 0
    assert attempts.count("203.0.113.9") == 0


def test_no_count_no_write(browser: New, served: Served, database: Database) -> None:
    one = browser()
    first = switched_on(one)
    served.doors.parts.fences.stop()  # which speaks to Redis each second
    served.doors.parts.redis.connection_pool.connection_kwargs["port"] = 1
    served.doors.parts.redis.connection_pool.reset()
    problem_of(one.send("", wanted("two")), 503)
    assert many(database, Device) == 1
    assert one.send("/off", {"language": "nl"}).status_code == 204, "but to take back"
    assert device_of(database, first).push_token is None


def test_own_pages_are_those_of_the_settings_and_of_the_host(browser: New, served: Served) -> None:
    assert browser().send("", wanted(), OWN).status_code == 200
    assert browser().send("", wanted("two"), {"origin": served.url}).status_code == 200
