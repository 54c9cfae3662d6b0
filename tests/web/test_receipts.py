"""The doors of receipts."""

from collections.abc import Callable
from typing import Any

import httpx
import pytest
from redis import Redis

from offers.arrivals import Crossing, record_crossings
from offers.push import ack_id_of
from offers.records.database import Database
from offers.rules.coupon_codes import CodeKeys
from offers.rules.receipts import MOST_RECEIPTS
from offers.settings import Settings
from tests.web.conftest import CAMPAIGN, PLACE, Clock, Register, Served, bearer, paths_of, problem_of
from web.receipts import MOST_BYTES
from workers.failpoints import Failpoints
from workers.happenings import STREAM
from workers.push.outbox import OutboxPush
from workers.sending import Sender
from workers.sweeps import utc

Phone = dict[str, Any]


@pytest.fixture
def keys_of_codes(settings: Settings) -> CodeKeys:
    return CodeKeys.of(settings.secret())


@pytest.fixture
def sent(
    *,
    admin: httpx.Client,
    register: Register,
    database: Database,
    redis_db: Redis,
    clock: Clock,
    keys_of_codes: CodeKeys,
) -> tuple[str, Phone]:
    """A message that left, and the phone that it went to."""
    admin.put("/v1/places/kalverstraat-102", json=PLACE)
    admin.put("/v1/campaigns/sneakers", json=CAMPAIGN)
    admin.post("/v1/campaigns/sneakers/launch")
    phone = register("sanne")
    fence = admin.get("/v1/geofences").json()["items"][0]["id"]
    now = utc(clock())
    with database.transaction() as session:
        crossing = Crossing(phone["device_id"], "enter", fence, clock(), "server")
        arrived = record_crossings(session, [crossing], now=now)
    sender = Sender(database, OutboxPush(redis_db), keys_of_codes, Failpoints(), lambda _: None)
    assert sender.deliver(arrived.deliveries, lambda: now) == 1
    return arrived.deliveries[0], phone


@pytest.fixture
def read(admin: httpx.Client) -> Callable[[], dict[str, Any]]:
    return lambda: dict(admin.get("/v1/deliveries").json()["items"][0])


def test_a_phone_tells_and_may_say_when(
    http: httpx.Client, sent: tuple[str, Phone], read: Callable[[], dict[str, Any]], clock: Clock, redis_db: Redis
) -> None:
    delivery, phone = sent
    begun = utc(clock())
    clock.at += 300
    told = http.post(
        f"/v1/deliveries/{delivery}/received", headers=bearer(phone["token"]), json={"at": begun.isoformat()}
    )
    assert told.status_code == 204
    before: Any = redis_db.xlen(STREAM)
    for what in ("opened", "opened", "received"):
        assert http.post(f"/v1/deliveries/{delivery}/{what}", headers=bearer(phone["token"])).status_code == 204
    item = read()
    assert (item["received_at"], item["opened_at"]) == (
        f"{begun:%Y-%m-%dT%H:%M:%SZ}",
        f"{utc(clock()):%Y-%m-%dT%H:%M:%SZ}",
    )
    assert redis_db.xlen(STREAM) == before + 1, "listeners hear of a message's opening once"
    for at in ("yesterday", 5, "2026-12-01T13:00:00"):
        address = f"/v1/deliveries/{delivery}/received"
        assert paths_of(http.post(address, headers=bearer(phone["token"]), json={"at": at})) == ["at"]


def test_another_phones_message_is_none(http: httpx.Client, sent: tuple[str, Phone], register: Register) -> None:
    delivery, _ = sent
    other = register("piet")
    theirs = http.post(f"/v1/deliveries/{delivery}/opened", headers=bearer(other["token"]))
    none = http.post("/v1/deliveries/dlv_none/opened", headers=bearer(other["token"]))
    assert problem_of(theirs, 404) == problem_of(none, 404)


def test_who_has_the_message_needs_no_token(
    http: httpx.Client, sent: tuple[str, Phone], read: Callable[[], dict[str, Any]], keys_of_codes: CodeKeys
) -> None:
    ack_id = ack_id_of(sent[0], keys_of_codes)
    told = http.post("/v1/receipts", json={"ack_id": ack_id, "what": "received"})
    assert (told.status_code, told.content) == (204, b"")
    assert read()["received_at"] is not None
    assert read()["opened_at"] is None
    several = [{"ack_id": "dlv_none.aaaa", "what": "opened"}, {"ack_id": ack_id, "what": "opened"}]
    assert http.post("/v1/receipts", json=several).status_code == 204
    assert read()["opened_at"] is not None


def test_a_wrong_mark_and_an_unknown_message_look_the_same(
    http: httpx.Client, sent: tuple[str, Phone], keys_of_codes: CodeKeys
) -> None:
    good, unknown = (ack_id_of(one, keys_of_codes) for one in (sent[0], "dlv_none"))
    answers = [
        http.post("/v1/receipts", json={"ack_id": one, "what": "opened"})
        for one in (f"{sent[0]}.{unknown[-16:]}", unknown, sent[0], "x", f"{good}x", "é.é")
    ]
    assert [problem_of(one, 404) for one in answers] == [problem_of(answers[0], 404)] * len(answers)


def test_whoever_guesses_takes_no_turn_at_writing(
    http: httpx.Client, served: Served, keys_of_codes: CodeKeys, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On SQLite one writes at a time, and everybody may call this door: a mark that is not ours is refused without the database."""
    database = served.doors.parts.database
    opened: list[bool] = []
    begin = database.transaction

    def counted() -> Any:
        opened.append(True)
        return begin()

    monkeypatch.setattr(database, "transaction", counted)
    wrong = {"ack_id": "dlv_none.aaaaaaaaaaaaaaaa", "what": "opened"}
    problem_of(http.post("/v1/receipts", json=wrong), 404)
    assert http.post("/v1/receipts", json=[wrong] * MOST_RECEIPTS).status_code == 204
    assert opened == []
    problem_of(http.post("/v1/receipts", json=wrong | {"ack_id": ack_id_of("dlv_none", keys_of_codes)}), 404)
    assert opened == [True]


def test_what_is_no_receipt_is_refused_by_its_field(http: httpx.Client) -> None:
    good = {"ack_id": "a", "what": "opened"}
    assert paths_of(http.post("/v1/receipts", json=good | {"what": "read"})) == ["what"]
    assert paths_of(http.post("/v1/receipts", json=[good, {"what": "opened"}])) == ["[1].ack_id"]
    assert paths_of(http.post("/v1/receipts", json=good | {"ack_id": "a" * 201})) == ["ack_id"]
    for body in ([], [good] * (MOST_RECEIPTS + 1), "a", None):
        assert http.post("/v1/receipts", json=body).status_code == 422
    assert http.post("/v1/receipts", json=[good] * MOST_RECEIPTS).status_code == 204
    large = b'{"ack_id": "' + b"a" * MOST_BYTES + b'"}'
    problem_of(http.post("/v1/receipts", content=large, headers={"Content-Type": "application/json"}), 413)
