"""Text messages on their way: kept where tests see them, or signed to a gateway, and nowhere else to be read."""

import json
import logging
import threading
from collections.abc import Iterator
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest
from redis import Redis
from standardwebhooks import Webhook

from offers import recognising
from offers.errors import Misconfigured
from offers.records.database import Database
from offers.records.tables import PhoneCode
from offers.rules.coupon_codes import CodeKeys
from offers.rules.phone_codes import phone_code
from offers.settings import Settings
from offers.texting import TextMessage, TextsAway
from tests.offers.stories import KEYS, NOON
from tests.offers.stories import Town as Stories
from workers.enqueue import Doorbell
from workers.texting import (
    KEPT,
    GatewayTexts,
    OutboxTexts,
    Texting,
    kept_texts,
    look_at_texts,
    open_texts,
    purge_recognitions,
)
from workers.traces import TEXTS, erase_traces

PHONE, SECRET, BASE = "+31612345678", "whsec_" + "QUJD" * 8, "https://shop.example:8443"
MESSAGE = TextMessage("pc_1", PHONE, "042917 is je code\n\n@shop.example #042917")


class Gateway:
    """An SMS service's adapter: keeps what it was posted, and answers as it is told."""

    def __init__(self) -> None:
        self.seen: list[tuple[dict[str, str], bytes]] = []
        self.status = 202
        self.location: str | None = None
        gateway = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["content-length"]))
                gateway.seen.append(({name.lower(): value for name, value in self.headers.items()}, body))
                self.send_response(gateway.status)
                if gateway.location:
                    self.send_header("location", gateway.location)
                self.send_header("content-length", "0")
                self.end_headers()

            def log_message(self, *_: Any) -> None: ...

        self._server = HTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}/texts"
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)
        self._thread.start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


@pytest.fixture
def gateway() -> Iterator[Gateway]:
    one = Gateway()
    yield one
    one.close()


@pytest.fixture
def asked(database: Database) -> str:
    """A code that Sanne waits for."""
    town = Stories(database)
    town.customer("sanne", phone=PHONE)
    made = town.write(lambda session: recognising.ask_code(session, PHONE, language="nl", now=NOON))
    assert made.text_id is not None
    return made.text_id


def row(database: Database, code_id: str) -> PhoneCode:
    with database.reading() as session:
        found = session.get(PhoneCode, code_id)
    assert found is not None
    return found


def test_a_gateway_is_posted_a_signed_message(gateway: Gateway) -> None:
    GatewayTexts(gateway.url, SECRET).send(MESSAGE)
    [(headers, body)] = gateway.seen
    assert json.loads(body) == {"id": "pc_1", "to": PHONE, "text": MESSAGE.text}
    assert headers["webhook-id"] == "pc_1"
    assert Webhook(SECRET).verify(body, headers) == json.loads(body)
    with pytest.raises(Exception, match="No matching signature"):
        Webhook("whsec_" + "WFla" * 8).verify(body, headers)


@pytest.mark.parametrize("status", [302, 307, 400, 401, 429, 500, 503])
def test_a_gateway_that_does_not_take_it(gateway: Gateway, status: int) -> None:
    gateway.status, gateway.location = status, f"{gateway.url}/elsewhere"
    with pytest.raises(TextsAway, match=str(status)):
        GatewayTexts(gateway.url, SECRET).send(MESSAGE)
    assert len(gateway.seen) == 1, "no redirect is followed"


def test_a_gateway_that_is_not_there(gateway: Gateway) -> None:
    gateway.close()
    with pytest.raises(TextsAway) as away:
        GatewayTexts(gateway.url, SECRET).send(MESSAGE)
    assert PHONE not in str(away.value)


def test_the_outbox_is_short_lived_and_capped(redis: Redis) -> None:
    outbox, client = OutboxTexts(redis), redis
    for number in range(KEPT + 5):
        outbox.send(TextMessage(f"pc_{number}", PHONE, "text"))
    outbox.send(TextMessage(f"pc_{KEPT + 4}", PHONE, "text"))
    kept = kept_texts(redis)
    assert len(kept) == KEPT
    assert kept[0] == {"id": f"pc_{KEPT + 4}", "to": PHONE, "text": "text"}
    any_client: Any = client
    assert 0 < any_client.ttl(TEXTS) <= 900


def test_an_erasure_empties_the_outbox(redis: Redis) -> None:
    OutboxTexts(redis).send(MESSAGE)
    erase_traces(redis, ["sanne"])
    assert kept_texts(redis) == []


def test_a_code_is_sent_once_and_named_by_the_shops_host(database: Database, redis: Redis, asked: str) -> None:
    texting = Texting(database, OutboxTexts(redis), KEYS, BASE)
    assert texting.send(asked, NOON)
    assert not texting.send(asked, NOON), "it has left"
    assert not texting.send("pc_none", NOON)
    [kept] = kept_texts(redis)
    assert kept["text"].endswith(f"@shop.example #{phone_code(KEYS, asked)}")
    assert row(database, asked).sent_at == NOON


def test_a_text_that_was_not_taken_is_rung_for_again_while_it_is_young(
    database: Database, redis: Redis, gateway: Gateway, asked: str
) -> None:
    gateway.status = 503
    texting = Texting(database, GatewayTexts(gateway.url, SECRET), KEYS, BASE)
    assert not texting.send(asked, NOON)
    assert (row(database, asked).sent_at, row(database, asked).failed) == (None, 1)
    assert look_at_texts(database, NOON) == [], "it has just been tried"
    later = NOON + timedelta(seconds=20)
    assert look_at_texts(database, later) == [asked]
    gateway.status = 202
    assert texting.send(asked, later)
    assert look_at_texts(database, later) == []
    assert {headers["webhook-id"] for headers, _ in gateway.seen} == {asked}
    assert look_at_texts(database, NOON + timedelta(hours=1)) == []


def test_nothing_is_sent_where_no_texts_are(database: Database, asked: str) -> None:
    assert not Texting(database, None, KEYS, BASE).send(asked, NOON)
    assert row(database, asked).failed == 0


def test_number_and_code_are_in_no_log_and_no_task(
    database: Database,
    gateway: Gateway,
    asked: str,
    caplog: pytest.LogCaptureFixture,
    capsys: pytest.CaptureFixture[str],
) -> None:
    caplog.set_level(logging.DEBUG)
    gateway.status = 500
    Texting(database, GatewayTexts(gateway.url, SECRET), KEYS, BASE).send(asked, NOON)
    rung: list[tuple[str, Any]] = []

    class App:
        def send_task(self, task: str, args: list[Any], **_: Any) -> None:
            rung.append((task, args))

    Doorbell(App()).text([asked])
    assert rung == [("passerby.text", [asked])]
    out = capsys.readouterr()
    said = caplog.text + out.out + out.err
    assert "text_not_taken" in said
    assert PHONE not in said
    assert phone_code(KEYS, asked) not in said


def test_what_the_settings_open(redis: Redis) -> None:
    def told(**more: str) -> Settings:
        return Settings.model_validate({"base_url": BASE, **more})

    assert open_texts(told(), redis) is None
    assert isinstance(open_texts(told(sms="outbox"), redis), OutboxTexts)
    both = {"sms_url": "https://sms.shop.example/texts", "sms_secret": SECRET}
    assert isinstance(open_texts(told(sms="gateway", **both), redis), GatewayTexts)
    for missing, said in (("sms_url", "PASSERBY_SMS_URL"), ("sms_secret", "PASSERBY_SMS_SECRET")):
        with pytest.raises(Misconfigured, match=said) as refused:
            open_texts(told(sms="gateway", **{name: value for name, value in both.items() if name != missing}), redis)
        assert SECRET not in str(refused.value)
    with pytest.raises(Misconfigured, match="PASSERBY_BASE_URL"):
        open_texts(told(sms="outbox", base_url=""), redis)


def test_the_daily_purge_takes_what_has_been_over_for_a_day(database: Database, asked: str) -> None:
    over = NOON + timedelta(minutes=10)
    assert purge_recognitions(database, over + timedelta(days=1)) == 0
    assert purge_recognitions(database, over + timedelta(days=1, seconds=1)) == 1


def test_codes_of_another_secret_are_others() -> None:
    assert phone_code(KEYS, "pc_1") != phone_code(CodeKeys.of(b"x" * 40), "pc_1")
