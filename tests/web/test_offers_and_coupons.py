"""An offer from the desk to the till, through the doors."""

from collections.abc import Callable
from typing import Any

import httpx
import pytest
from redis import Redis

from offers.arrivals import Crossing, record_crossings
from offers.push import Outcome
from offers.records.database import Database
from offers.rules.coupon_codes import CodeKeys
from offers.settings import Settings
from tests.web.conftest import CAMPAIGN, PLACE, Clock, Register, bearer, paths_of, problem_of
from web.desk.guesses import MOST
from web.examples import CODES_ADDED, COUPON, OFFER
from workers.failpoints import Failpoints
from workers.push.outbox import OutboxPush
from workers.sending import Sender
from workers.sweeps import look_at_coupons, look_at_deliveries, utc

TEN = {"name": "Ten percent", "kind": "percentage", "value": 10, "codes": "generated", "text": {"nl": "10% korting"}}
TELLS = CAMPAIGN | {"offer": "ten-percent", "messages": {"en": {"title": "For you", "body": "Show {{ coupon.code }}"}}}
Enter = Callable[..., None]


class DeadPush:
    """The sender is killed on its way."""

    def send(self, messages: Any) -> list[Outcome]:
        raise SystemExit(len(messages))


class ClosedPush:
    """Every token is dead."""

    def send(self, messages: Any) -> list[Outcome]:
        return [Outcome("failed", "token_dead") for _ in messages]


@pytest.fixture
def enters(
    *, admin: httpx.Client, register: Register, database: Database, settings: Settings, redis_db: Redis, clock: Clock
) -> Enter:
    """A customer with a phone walks in, and the message that follows is sent."""
    admin.put("/v1/places/kalverstraat-102", json=PLACE)

    def walk(customer: str, push: Any = None) -> None:
        device = register(customer)["device_id"]
        fence = admin.get("/v1/geofences").json()["items"][0]["id"]
        now = utc(clock())
        with database.transaction() as session:
            arrived = record_crossings(session, [Crossing(device, "enter", fence, clock(), "server")], now=now)
        keys = CodeKeys.of(settings.secret())
        sender = Sender(database, push or OutboxPush(redis_db), keys, Failpoints(), lambda _: None)
        sender.deliver(arrived.deliveries, lambda: now)

    return walk


@pytest.fixture
def till(http: httpx.Client, keys: dict[str, str]) -> Callable[..., httpx.Response]:
    def redeem(code: str, role: str = "till", **body: Any) -> httpx.Response:
        more: dict[str, Any] = {"json": body} if body else {}
        return http.post(f"/v1/coupons/{code}/redeem", headers=bearer(keys[role]), **more)

    return redeem


def _launch(admin: httpx.Client, campaign: dict[str, Any] = TELLS, **offer: Any) -> None:
    assert admin.put("/v1/offers/ten-percent", json=TEN | offer).status_code in (200, 201)
    assert admin.put("/v1/campaigns/sneakers", json=campaign).status_code == 201
    assert admin.post("/v1/campaigns/sneakers/launch").status_code == 200


def _last(admin: httpx.Client, customer: str) -> dict[str, Any]:
    delivery: dict[str, Any] = admin.get("/v1/deliveries", params={"customer": customer}).json()["items"][0]
    return delivery


def _outcome(admin: httpx.Client, customer: str) -> tuple[str, dict[str, Any]]:
    [decision] = admin.get("/v1/decisions", params={"customer": customer}).json()["items"]
    return decision["outcome"], decision["facts"]


def test_one_coupon_two_customers_and_a_till(admin: httpx.Client, enters: Enter, till: Any) -> None:
    _launch(admin, budget=1, valid_for="P7D")
    enters("sanne")
    enters("ben")
    code = _last(admin, "sanne")["coupon"]
    assert _last(admin, "sanne")["body"] == f"Show {code}"
    assert _outcome(admin, "sanne")[0] == "send"
    outcome, facts = _outcome(admin, "ben")
    assert (outcome, facts["offer"], facts["budget"]) == ("sold_out", "ten-percent", 1)
    assert admin.get("/v1/deliveries", params={"customer": "ben"}).json()["items"] == []
    why = admin.get("/v1/customers/ben/why", params={"campaign": "sneakers"}).json()
    assert why["decisions"][0]["outcome"] == "sold_out"
    done = till(code.lower(), place="kalverstraat-102", purchase_id="p1")
    assert done.status_code == 200, done.text
    assert set(done.json()) == set(COUPON)
    assert (done.json()["customer"], done.json()["value"], done.json()["text"]) == ("sanne", 10, TEN["text"])
    again = problem_of(till(code), 409)
    assert again["type"] == "urn:passerby:problem:already_redeemed"
    assert "2026-11-23T11:00:00" in again["detail"]
    assert till(code, purchase_id="p1").json() == done.json()
    offer = admin.get("/v1/offers/ten-percent").json()
    assert (offer["spent"], offer["left"], offer["redeemed"]) == (1, 0, 1)
    problem_of(admin.delete("/v1/offers/ten-percent"), 409)


def test_a_sender_that_is_killed_leaves_the_coupon_and_one_that_fails_gives_it_back(
    admin: httpx.Client, enters: Enter, till: Any, database: Database, clock: Clock
) -> None:
    _launch(admin, budget=1)
    enters("ben", ClosedPush())
    assert _last(admin, "ben")["state"] == "failed"
    assert admin.get("/v1/offers/ten-percent").json()["left"] == 1
    problem_of(till(_last(admin, "ben")["coupon"]), 404)
    with pytest.raises(SystemExit):
        enters("sanne", DeadPush())
    clock.at += 61
    look_at_deliveries(database, utc(clock()))
    assert _last(admin, "sanne")["state"] == "unknown"
    assert admin.get("/v1/offers/ten-percent").json()["left"] == 0
    assert till(_last(admin, "sanne")["coupon"]).status_code == 200


def test_a_coupon_ends(admin: httpx.Client, enters: Enter, till: Any, database: Database, clock: Clock) -> None:
    _launch(admin, valid_for="PT1H")
    enters("sanne")
    clock.at += 3600
    code = _last(admin, "sanne")["coupon"]
    assert problem_of(till(code), 410)["type"].endswith(":expired")
    assert look_at_coupons(database, utc(clock())) == 1
    assert problem_of(till(code), 410)["type"].endswith(":expired")


def test_a_shared_code_and_imported_ones(admin: httpx.Client, enters: Enter, till: Any) -> None:
    assert admin.put("/v1/offers/ten-percent", json=TEN | {"codes": "imported"}).status_code == 201
    body = {"codes": ["SNEAK-4711", "sneak4711"]}
    added = admin.post("/v1/offers/ten-percent/codes", json=body)
    assert (added.status_code, added.json()) == (201, {"added": 1, "known": 1, "codes_left": 1})
    assert set(added.json()) == set(CODES_ADDED)
    _launch(admin, codes="imported")
    enters("sanne")
    enters("ben")
    assert _last(admin, "sanne")["coupon"] == "SNEAK-4711"
    assert _outcome(admin, "ben")[0] == "sold_out"
    assert till("SNEAK4711").status_code == 200
    admin.put("/v1/offers/summer", json=TEN | {"codes": "shared", "code": "SUMMER"})
    admin.put("/v1/campaigns/sneakers", json=TELLS | {"offer": "summer"})
    enters("ann")
    refused = problem_of(till("summer"), 409)
    assert refused["type"].endswith(":customer_needed")
    assert [one["path"] for one in refused["errors"]] == ["customer"]
    assert till("summer", customer="ann").json()["offer"] == "summer"


def test_a_purchase_redeems_its_coupon(admin: httpx.Client, enters: Enter, till: Any) -> None:
    _launch(admin)
    enters("sanne")
    code = _last(admin, "sanne")["coupon"]
    bought = {"purchase_id": "p1", "channel": "store", "at": "2026-11-23T12:00:00Z", "total": 9, "currency": "EUR"}
    assert admin.post("/v1/purchases", json=bought | {"coupon": code}).status_code == 201
    problem_of(till(code), 409)
    assert till(code, purchase_id="p1").status_code == 200


@pytest.mark.parametrize(
    ("role", "status"), [("till", 404), ("admin", 404), ("read", 403), ("orders", 403), ("publishable", 403)]
)
def test_who_may_redeem(till: Any, role: str, status: int) -> None:
    problem_of(till("K7M4-9XQT-2RVB", role), status)


@pytest.mark.parametrize(("role", "status"), [("read", 200), ("till", 403), ("orders", 403), ("publishable", 403)])
def test_who_may_look_at_offers_and_nobody_but_admin_writes(
    http: httpx.Client, keys: dict[str, str], role: str, status: int
) -> None:
    own = bearer(keys[role])
    assert http.get("/v1/offers", headers=own).status_code == status
    problem_of(http.put("/v1/offers/x", json=TEN, headers=own), 403)
    problem_of(http.post("/v1/offers/x/codes", json={"codes": ["CODE"]}, headers=own), 403)


def test_a_key_that_guesses_has_to_wait_and_another_has_not(admin: httpx.Client, till: Any, redis_db: Redis) -> None:
    for number in range(MOST):
        problem_of(till(f"GUESS-{number}"), 404)
    refused = till("GUESS-X")
    assert problem_of(refused, 429)["type"].endswith(":too_many_tries")
    assert 0 < int(refused.headers["retry-after"]) <= 900
    problem_of(till("GUESS-X", "admin"), 404)
    redis_db.flushall()
    problem_of(till("GUESS-X"), 404)


def test_codes_that_are_guessed_by_purchases_count_too(http: httpx.Client, keys: dict[str, str], till: Any) -> None:
    bought = {"channel": "store", "at": "2026-11-23T12:00:00Z", "total": 9, "currency": "EUR"}

    def buy(number: int, **more: Any) -> httpx.Response:
        body = bought | {"purchase_id": f"p{number}", **more}
        return http.post("/v1/purchases", json=body, headers=bearer(keys["till"]))

    for number in range(MOST - 1):
        assert buy(number, coupon=f"GUESS-{number}").status_code == 201
    assert buy(0, coupon="GUESS-0").status_code == 200, "the same purchase again guesses nothing"
    problem_of(till("GUESS-X"), 404)
    refused = buy(MOST, coupon="GUESS-Y")
    assert problem_of(refused, 429)["type"].endswith(":too_many_tries")
    problem_of(till("GUESS-X"), 429)
    assert buy(MOST + 1).status_code == 201, "without a coupon it is only a purchase"
    assert buy(MOST).status_code == 201, "what was refused was not written"


def test_a_good_code_and_a_shared_one_are_no_guesses(admin: httpx.Client, enters: Enter, redis_db: Redis) -> None:
    bought = {"channel": "store", "at": "2026-11-23T12:00:00Z", "total": 9, "currency": "EUR"}
    _launch(admin)
    enters("sanne")
    code = _last(admin, "sanne")["coupon"]
    admin.put("/v1/offers/shared", json=TEN | {"codes": "shared", "code": "SUMMER10"})
    for number, coupon in enumerate((code, code, "SUMMER10")):
        assert (
            admin.post("/v1/purchases", json=bought | {"purchase_id": f"p{number}", "coupon": coupon}).status_code
            == 201
        )
    assert redis_db.keys("pb:guesses:*") == []
    admin.post("/v1/purchases", json=bought | {"purchase_id": "p9", "coupon": "NOBODYS"})
    assert len(redis_db.keys("pb:guesses:*")) == 1  # type: ignore[arg-type]  # the synchronous client answers with a list


def test_an_offer_from_first_to_last(admin: httpx.Client) -> None:
    made = admin.put("/v1/offers/ten-percent", json=TEN)
    assert (made.status_code, set(made.json())) == (201, set(OFFER))
    read = admin.get("/v1/offers/ten-percent")
    assert (read.json(), read.headers["etag"]) == (made.json(), made.headers["etag"])
    assert admin.get("/v1/offers").json() == {"items": [made.json()], "next_cursor": None}
    key = {"Idempotency-Key": "one"}
    ours = admin.post("/v1/offers", json=TEN, headers=key).json()
    assert admin.post("/v1/offers", json=TEN, headers=key).json() == ours
    assert ours.keys() == made.json().keys()
    assert admin.delete(f"/v1/offers/{ours['id']}").status_code == 204
    problem_of(admin.get(f"/v1/offers/{ours['id']}"), 404)


def test_counts_are_no_part_of_what_an_edit_is_made_from(admin: httpx.Client, enters: Enter) -> None:
    _launch(admin, budget=5)
    before = admin.get("/v1/offers/ten-percent")
    enters("sanne")
    after = admin.get("/v1/offers/ten-percent")
    assert (before.json()["spent"], after.json()["spent"]) == (0, 1)
    assert before.headers["etag"] == after.headers["etag"]


@pytest.mark.parametrize(
    ("more", "paths"),
    [
        ({"value": None}, ["value"]),
        ({"currency": "EUR"}, ["currency"]),
        ({"kind": "amount"}, ["currency"]),
        ({"budget": -1}, ["budget"]),
        ({"codes": "some", "valid_for": "a week"}, ["codes", "valid_for"]),
        ({"code": "SUMMER"}, ["code"]),
        ({"text": {"nl": ""}}, ["text.nl"]),
    ],
)
def test_a_bad_offer_names_its_fields(admin: httpx.Client, more: dict[str, Any], paths: list[str]) -> None:
    assert paths_of(admin.put("/v1/offers/ten-percent", json=TEN | more)) == paths
    assert admin.get("/v1/offers").json()["items"] == []


def test_a_campaign_says_what_its_offer_does_not_allow(admin: httpx.Client) -> None:
    admin.put("/v1/places/kalverstraat-102", json=PLACE)
    assert paths_of(admin.put("/v1/campaigns/sneakers", json=TELLS)) == ["offer"]
    assert paths_of(admin.put("/v1/campaigns/sneakers", json=TELLS | {"offer": None})) == ["messages.en.body"]
    admin.put("/v1/offers/ten-percent", json=TEN | {"codes": "none"})
    assert paths_of(admin.put("/v1/campaigns/sneakers", json=TELLS)) == ["messages.en.body"]
    admin.put("/v1/offers/ten-percent", json=TEN | {"budget": 0})
    assert admin.put("/v1/campaigns/sneakers", json=TELLS).json()["offer"] == "ten-percent"
    refused = problem_of(admin.post("/v1/campaigns/sneakers/launch"), 409)
    assert [one["path"] for one in refused["errors"]] == ["offer"]


@pytest.mark.parametrize("code", ["%00", "%F0%9F%8E%89", "a%2Fb", "x" * 101, "..%2F..", "%27%3B--"])
def test_codes_that_are_none_are_told_so(till: Any, code: str) -> None:
    assert till(code).status_code in (404, 422)


def test_ten_thousand_codes_fit_into_a_call(admin: httpx.Client) -> None:
    admin.put("/v1/offers/ten-percent", json=TEN | {"codes": "imported"})
    many = [f"SNEAKERS-AUTUMN-2026-{number:06d}" for number in range(10_000)]
    assert admin.post("/v1/offers/ten-percent/codes", json={"codes": many}).json()["added"] == 10_000
    assert paths_of(admin.post("/v1/offers/ten-percent/codes", json={"codes": [*many, "ONE-MORE"]})) == ["codes"]


def test_nothing_in_the_database_tells_a_code_that_was_not_sent(admin: httpx.Client, database: Database) -> None:
    """What was sent stands in its text, for as long as that is kept."""
    admin.put("/v1/offers/imported", json=TEN | {"codes": "imported"})
    admin.post("/v1/offers/imported/codes", json={"codes": ["CANARY-4711"]})
    with database.engine.connect() as connection:
        dumped = "\n".join(connection.connection.driver_connection.iterdump())  # type: ignore[union-attr]  # SQLite's own
    assert "CANARY-4711" not in dumped
