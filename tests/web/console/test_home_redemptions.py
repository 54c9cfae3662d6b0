"""A coupon that is redeemed comes up on home: told to pages that are open, a line in the reader's language, and nobody's name."""

import threading
from datetime import timedelta

import httpx
import pytest
from redis import Redis
from redis.exceptions import RedisError

from tests.conftest import NOON
from tests.web.conftest import CAMPAIGN, PLACE, Register, Served, bearer
from tests.web.console.conftest import OFFER, Enter, Person, Town
from workers.happenings import MOST_REDEEMED, REDEEMED, newest_redemptions, tell

SAID = {"en": "coupon redeemed", "nl": "coupon ingewisseld", "de": "Gutschein eingelöst"}


@pytest.fixture
def code(admin: httpx.Client, register: Register, town: Town) -> str:
    """What a customer shows who walked in and was sent a message."""
    admin.put("/v1/places/kalverstraat-102", json=PLACE)
    admin.put("/v1/offers/ten", json=OFFER | {"codes": "generated"})
    words = {"en": {"title": "For you", "body": "Show {{ coupon.code }}"}}
    admin.put("/v1/campaigns/sneakers", json=CAMPAIGN | {"offer": "ten", "messages": words})
    assert admin.post("/v1/campaigns/sneakers/launch").status_code == 200
    admin.put("/v1/customers/sanne", json={"name": "Sanne de Vries"})
    device = register("sanne")
    ping = {"lat": PLACE["lat"], "lon": PLACE["lon"], "accuracy_m": 8}
    assert admin.post("/v1/pings", json=ping, headers=bearer(device["token"])).status_code == 202
    town.work()
    return str(admin.get("/v1/deliveries", params={"customer": "sanne"}).json()["items"][0]["coupon"])


def lines(person: Person, path: str = "/console") -> str:
    return person.look(path).html.partition("home-lines")[2].partition("</ul>")[0]


def test_at_the_till_and_at_once_on_every_desk_in_its_language(
    enter: Enter, http: httpx.Client, keys: dict[str, str], code: str
) -> None:
    people = {language: enter("viewer", f"{language}@shop.example", language) for language in SAID}
    assert all(SAID[language] not in lines(person) for language, person in people.items())
    told: list[str] = []

    def redeem() -> None:
        body = {"place": "kalverstraat-102", "purchase_id": "p1"}
        for _ in range(2):
            answer = http.post(f"/v1/coupons/{code}/redeem", json=body, headers=bearer(keys["till"]))
            assert answer.status_code == 200, answer.text

    with people["en"].http.stream("GET", "/console/events") as answer:
        heard = answer.iter_lines()
        assert next(heard) == "retry: 2000"
        acting = threading.Thread(target=redeem)
        acting.start()
        told += [next(one for one in heard if one.startswith(("event:", "data:"))) for _ in range(2)]
        acting.join()
    assert told == ["event: redemption", "data: {}"]
    for language, person in people.items():
        for path in ("/console", "/console/now"):
            shown = lines(person, path)
            assert shown.count(SAID[language]) == 1, "a till that asks again redeems nothing again"
            assert '<a href="/console/offers/ten">Ten percent</a>' in shown
            assert "Kalverstraat 102" in shown
            for trail in ("sanne", "Sanne", code, "cpn_", "p1"):
                assert trail not in shown, trail


def test_with_a_purchase(marketer: Person, http: httpx.Client, keys: dict[str, str], code: str) -> None:
    bought = {"purchase_id": "p1", "channel": "store", "at": NOON.isoformat(), "total": 10, "currency": "EUR"}
    body = bought | {"coupon": code, "customer": "sanne"}
    assert http.post("/v1/purchases", json=body, headers=bearer(keys["till"])).status_code == 201
    assert SAID["en"] in lines(marketer)


def test_what_is_kept_of_redemptions_is_little_and_nobody_s(redis_db: Redis) -> None:
    plain = {"type": "redemption", "offer": "ten", "campaign": "sneakers", "place": None}
    tell(redis_db, [plain | {"at": NOON - timedelta(minutes=90 - number)} for number in range(60)])
    tell(redis_db, [{"type": "scan", "customer": "sanne", "at": NOON}])
    assert redis_db.xlen(REDEEMED) == MOST_REDEEMED
    newest = newest_redemptions(redis_db, NOON - timedelta(minutes=40))
    assert newest[0] == (NOON - timedelta(minutes=31), "ten", "sneakers", None)
    assert [at for at, *_ in newest] == [NOON - timedelta(minutes=31 + number) for number in range(10)]


@pytest.mark.usefixtures("code")
def test_while_redis_is_away_the_rest_is_there(
    marketer: Person, served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*_: object, **__: object) -> None:
        raise RedisError

    monkeypatch.setattr(served.doors.parts.redis, "xrevrange", away)
    assert "Sneakers" in lines(marketer, "/console/now")
