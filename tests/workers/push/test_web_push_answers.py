"""Each answer of a push service over the real wire, in the words that the services really use, and what becomes of the message."""

import socket
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from offers.push import Outcome
from tests.workers.push.browsers import KEYS, Scripted, closing_after, message_to, port_to, scripted
from workers.push.web_push import WebPush
from workers.push.web_push_answers import Answer, outcome_of, retry_after_s, why_refused

GOOGLE_OTHER_KEY = "the VAPID credentials in the authorization header do not correspond to the credentials used to create the subscriptions.\n"
GOOGLE_OTHER_SENDER = "the key in the authorization header does not correspond to the sender ID used to subscribe this user. Please ensure …"
MOZILLA_OTHER_KEY = '{"code":401,"errno":109,"error":"Unauthorized","message":"VAPID public key mismatch","more_info":"http://autopush…"}'
MOZILLA_NO_KEY = (
    '{"code":401,"errno":109,"error":"Unauthorized","message":"Request did not validate missing authorization header"}'
)
MOZILLA_EXPIRED = '{"code":410,"errno":106,"error":"","message":"push subscription has unsubscribed or expired."}'
NOON = datetime(2026, 6, 10, 12, 0, tzinfo=UTC)
REFUSED = Outcome("waiting", "credentials_refused", lane="web_push", alarm=True)
OTHER_KEY = Outcome("failed", "vapid_mismatch", address="mismatched")
GONE = Outcome("failed", "subscription_gone", address="dead")
BAD = Outcome("failed", "bad_payload", alarm=True)


@pytest.fixture
def service() -> Iterator[Scripted]:
    with scripted() as one:
        yield one


@pytest.fixture
def port(service: Scripted) -> Iterator[WebPush]:
    one = port_to(service.origin)
    yield one
    one.close()


@pytest.mark.parametrize(
    ("status", "said", "outcome"),
    [
        (200, "", Outcome("sent")),
        (201, "", Outcome("sent")),
        (202, '{"queued": true}', Outcome("sent")),
        (404, "", GONE),
        (410, MOZILLA_EXPIRED, GONE),
        (410, "push subscription has unsubscribed or expired.\n", GONE),
        (400, '{"reason":"VapidPkHashMismatch"}', OTHER_KEY),
        (401, MOZILLA_OTHER_KEY, OTHER_KEY),
        (403, GOOGLE_OTHER_KEY, OTHER_KEY),
        (403, GOOGLE_OTHER_SENDER, OTHER_KEY),
        (401, MOZILLA_NO_KEY, REFUSED),
        (401, "authorization header must be specified.\n", REFUSED),
        (403, '{"reason":"BadJwtToken"}', REFUSED),
        (403, "invalid JWT provided\n", REFUSED),
        (403, "", REFUSED),
        (400, "UnauthorizedRegistration", REFUSED),
        (400, "", BAD),
        (400, '{"code":400,"errno":111,"error":"Bad Request","message":"Missing TTL Header"}', BAD),
        (413, "", BAD),
        (406, "", Outcome("waiting", "quota", retry_after_s=60.0)),
        (429, "", Outcome("waiting", "quota", retry_after_s=60.0)),
        (408, "", Outcome("waiting", "unavailable")),
        (500, "", Outcome("waiting", "unavailable")),
        (502, "<html><title>502 Bad Gateway</title></html>", Outcome("waiting", "unavailable")),
        (503, "", Outcome("waiting", "unavailable")),
        (418, "", Outcome("failed", "not_understood", alarm=True)),
    ],
    ids=lambda value: str(value)[:40] if isinstance(value, int | str) else "",
)
def test_what_each_answer_means(service: Scripted, port: WebPush, status: int, said: str, outcome: Outcome) -> None:
    service.says(status, said)
    assert port.send([message_to(service.subscription())]) == [outcome]


def test_an_accepted_message_keeps_what_the_service_calls_it(service: Scripted, port: WebPush) -> None:
    service.says(201, Location="https://push.example/m/1")
    assert port.send([message_to(service.subscription())])[0].provider_id == "https://push.example/m/1"
    service.says(201, Location="x" * 5000)
    assert port.send([message_to(service.subscription())])[0].provider_id == "x" * 500
    service.answer = b"HTTP/1.1 201 Created\r\nContent-Length: 0\r\nLocation: /m/\xff\xfe\r\n\r\n"
    assert port.send([message_to(service.subscription())]) == [Outcome("sent")]


@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_no_redirect_is_followed(service: Scripted, port: WebPush, status: int) -> None:
    """It would be a way to somewhere that no list names."""
    with scripted() as elsewhere:
        service.says(status, Location=f"{elsewhere.origin}/push/x")
        assert port.send([message_to(service.subscription())]) == [Outcome("failed", "not_understood", alarm=True)]
        assert elsewhere.connections == 0
    assert len(service.heads) == 1


def test_how_long_a_service_asks_to_wait(service: Scripted, port: WebPush) -> None:
    for status, reason in ((429, "quota"), (406, "quota"), (503, "unavailable")):
        service.says(status, Retry_After="7")
        assert port.send([message_to(service.subscription())]) == [Outcome("waiting", reason, retry_after_s=7.0)]
    service.says(429, Retry_After=format_datetime(datetime.now(UTC) + timedelta(days=2), usegmt=True))
    assert port.send([message_to(service.subscription())])[0].retry_after_s == 3600.0


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("0", 0.0),
        ("120", 120.0),
        ("3601", 3600.0),
        ("9" * 500, 3600.0),
        ("Wed, 10 Jun 2026 12:01:30 GMT", 90.0),
        ("Wed, 10 Jun 2026 11:00:00 GMT", 0.0),
        ("Wednesday, 10-Jun-26 12:01:30 GMT", 90.0),
        ("Wed Jun 10 12:01:30 2026", 90.0),
        ("", None),
        ("soon", None),
        ("-5", None),
        ("1.5", None),
        ("\u0665", None),
        ("Wed, 99 Jun 2026 12:01:30 GMT", None),
        ("Wed, 10 Jun 99999999999 12:01:30 GMT", None),
    ],
)
def test_a_wait_is_read_in_seconds_or_as_a_date(text: str, seconds: float | None) -> None:
    assert retry_after_s({"Retry-After": text}, NOON) == seconds
    wait = outcome_of(Answer(429, {"Retry-After": text}, ""), NOON).retry_after_s
    assert wait == (60.0 if seconds is None else seconds)
    assert outcome_of(Answer(503, {"Retry-After": text}, ""), NOON).retry_after_s == seconds


@pytest.mark.parametrize("status", range(200, 600))
def test_every_status_has_an_outcome(status: int) -> None:
    outcome = outcome_of(Answer(status, {}, ""), NOON)
    assert (outcome.state == "sent") == (status < 300)
    assert outcome.state != "unknown"
    assert (outcome.lane is not None) == (status in {401, 403})


def test_only_a_services_own_word_may_be_logged() -> None:
    assert why_refused('{"reason": "BadJwtToken"}') == "BadJwtToken"
    assert why_refused(MOZILLA_OTHER_KEY) == "109"
    assert why_refused(GOOGLE_OTHER_KEY) == ""
    assert why_refused('{"reason": "https://web.push.apple.com/secret"}') == ""


@pytest.mark.parametrize(
    "half",
    [
        b"",
        b"HTTP/1.1 201 Created\r\nContent-",
        b'HTTP/1.1 201 Created\r\nContent-Length: 40\r\n\r\n{"cut',
        b"HTTP/1.1 503 Service Unavailable\r\nContent-Length: 40\r\n\r\n",
        b"\x15\x03\x01 not HTTP\r\n\r\n",
    ],
)
def test_half_an_answer_is_none(half: bytes) -> None:
    """Whether it arrived nobody can tell."""
    with closing_after(half) as service:
        port = port_to(service.origin)
        assert port.send([message_to(service.subscription())]) == [Outcome("unknown", "cut_off")]
        port.close()


def test_an_answer_without_end_is_judged_by_its_beginning(service: Scripted, port: WebPush) -> None:
    service.says(403, '{"reason":"BadJwtToken"}' + "x" * 3_000_000)
    assert port.send([message_to(service.subscription())]) == [REFUSED]


def test_nobody_there_is_no_connection(port: WebPush) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        origin = f"http://127.0.0.1:{listening.getsockname()[1]}"
    gone = port_to(origin)
    assert gone.send([message_to(Scripted(b"", origin).subscription())]) == [Outcome("waiting", "not_connected")]
    gone.close()


def test_a_host_without_an_address_is_no_connection() -> None:
    port = port_to("https://no-such-host.invalid")
    message = message_to(Scripted(b"", "https://no-such-host.invalid").subscription())
    assert port.send([message]) == [Outcome("waiting", "not_connected")]
    port.close()


def test_a_service_that_speaks_no_tls_is_no_connection() -> None:
    with closing_after(b"HTTP/1.1 400 Bad Request\r\n\r\n") as service:
        service.origin = service.origin.replace("http:", "https:")
        port = port_to(service.origin)
        assert port.send([message_to(service.subscription())]) == [Outcome("waiting", "not_connected")]
        port.close()


def test_one_address_that_is_refused_pauses_nobody_where_others_are_taken(service: Scripted, port: WebPush) -> None:
    """A visitor chooses the address: one that a service refuses must not silence all browsers."""
    assert port.send([message_to(service.subscription())])[0].state == "sent"
    service.says(403)
    alone = Outcome("waiting", "credentials_refused")
    assert port.send([message_to(service.subscription())]) == [alone]
    with scripted() as another:
        both = port_to(service.origin, another.origin)
        another.says(403)
        assert both.send([message_to(one.subscription()) for one in (service, another)]) == [REFUSED, REFUSED]
        service.says(201)
        outcomes = both.send([message_to(one.subscription()) for one in (another, service)])
        assert outcomes == [REFUSED, Outcome("sent")]
        both.close()


def test_what_is_refused_is_told_without_the_address(
    service: Scripted, port: WebPush, capsys: pytest.CaptureFixture[str]
) -> None:
    service.says(403, '{"reason":"BadJwtToken"}')
    port.send([message_to(service.subscription("/push/a-very-secret-address"))])
    told = "".join(capsys.readouterr())
    assert "BadJwtToken" in told
    assert "very-secret" not in told
    assert KEYS.public not in told
