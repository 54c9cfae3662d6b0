"""The port to browsers against a strict push service: what arrives, in which order, signed for whom, and what one that hangs costs the others."""

import gc
import json
import os
import signal
import subprocess
import sys
import threading
import time
from base64 import urlsafe_b64decode
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from commands.vapid import new_private_text
from offers.push import Outcome, Push
from offers.rules.push_subscription import PushServices
from offers.rules.vapid import VapidKeys, private_text
from offers.settings import Settings
from tests.doubles.web_push import WebPushDouble
from tests.workers.push.browsers import KEYS, message_to, port_to, said_of, scripted
from workers.push.web_push import AT_ONCE, BATCH_S, MESSAGE_S, TOKEN_USE_S, WebPush
from workers.push.web_push_payload import payload_of

ROOT = Path(__file__).parents[3]


@pytest.fixture
def push() -> Iterator[WebPushDouble]:
    with WebPushDouble() as double:
        yield double


@pytest.fixture
def port(push: WebPushDouble) -> Iterator[WebPush]:
    one = port_to(push.origin, message_s=4.0)
    yield one
    one.close()


def _claims(head: str) -> dict[str, Any]:
    line = next(one for one in head.splitlines() if one.lower().startswith("authorization:"))
    token = line.split("t=", 1)[1].split(",")[0].split(".")[1]
    claims: dict[str, Any] = json.loads(urlsafe_b64decode(token + "=" * (-len(token) % 4)))
    return claims


def test_a_browser_reads_exactly_what_was_sent(push: WebPushDouble, port: WebPush) -> None:
    message = message_to(push.subscribe(KEYS.public), title="Tulpen \U0001f337", body="„één” bos")
    (outcome,) = port.send([message])
    (row,) = push.received
    assert row.plaintext == payload_of(message).decode()
    assert outcome == Outcome("sent", provider_id=f"{push.origin}/m/{row.id}")
    assert push.refused == []


def test_the_largest_message_is_taken(push: WebPushDouble, port: WebPush) -> None:
    message = message_to(push.subscribe(KEYS.public), body="\U0001f337" * 2000)
    assert port.send([message])[0].state == "sent"
    assert push.received[0].bytes == len(payload_of(message)) + 103


def test_how_long_how_urgent_and_what_replaces_what(push: WebPushDouble, port: WebPush) -> None:
    subscription = push.subscribe(KEYS.public)
    noon = datetime.now(UTC)
    late = [
        message_to(subscription, kind="offer", expires_at=noon + timedelta(seconds=900.9)),
        message_to(subscription, kind="order", expires_at=noon + timedelta(hours=1)),
        message_to(subscription, kind="test", expires_at=noon + timedelta(days=365)),
    ]
    one = port_to(push.origin, clock=noon.timestamp)
    assert [outcome.state for outcome in one.send(late)] == ["sent"] * 3
    one.close()
    rows = {said_of(row.plaintext)["kind"]: row for row in push.received}
    assert (rows["offer"].ttl_s, rows["offer"].urgency, rows["offer"].topic) == (900, "normal", None)
    assert (rows["order"].ttl_s, rows["order"].urgency, rows["order"].topic) == (3600, "high", late[1].tag)
    assert (rows["test"].ttl_s, rows["test"].urgency, rows["test"].topic) == (2_419_200, "normal", None)


@pytest.mark.parametrize("left_s", [-3600, -1, 0, 0.9])
def test_what_is_over_is_not_sent(push: WebPushDouble, left_s: float) -> None:
    now = time.time()
    message = message_to(
        push.subscribe(KEYS.public), expires_at=datetime.fromtimestamp(now, UTC) + timedelta(seconds=left_s)
    )
    port = port_to(push.origin, clock=lambda: now)
    assert port.send([message]) == [Outcome("failed", "too_late")]
    assert push.tries == {}
    port.close()


def test_the_order_is_kept_whoever_answers_first(push: WebPushDouble, port: WebPush) -> None:
    kinds = {
        "ok": Outcome("sent"),
        "gone": Outcome("failed", "subscription_gone", address="dead"),
        "missing": Outcome("failed", "subscription_gone", address="dead"),
        "toolarge": Outcome("failed", "bad_payload", alarm=True),
        "quota": Outcome("waiting", "quota", retry_after_s=120.0),
        "windows": Outcome("waiting", "quota", retry_after_s=60.0),
        "unavailable": Outcome("waiting", "unavailable"),
        "badgateway": Outcome("waiting", "unavailable"),
        "forbidden": Outcome("waiting", "credentials_refused"),
        "unauthorised": Outcome("waiting", "credentials_refused"),
        "hang": Outcome("unknown", "no_answer"),
        "reset": Outcome("unknown", "cut_off"),
        "killed": Outcome("unknown", "cut_off"),
        "lostack": Outcome("unknown", "cut_off"),
    }
    push.service.ways = replace(push.service.ways, slow_s=0.3)
    asked = [*kinds, "slow", *reversed(kinds), "ok"] * 3
    messages = [message_to(push.subscribe(KEYS.public, kind)) for kind in asked]
    outcomes = port.send(messages)
    assert [replace(one, provider_id=None) for one in outcomes] == [kinds.get(kind, Outcome("sent")) for kind in asked]
    by_message = {said_of(row.plaintext)["delivery_id"]: row for row in push.received}
    for message, kind, outcome in zip(messages, asked, outcomes, strict=True):
        if kind in {"ok", "slow"}:
            assert outcome.provider_id == f"{push.origin}/m/{by_message[message.delivery_id].id}"
        assert (message.delivery_id in by_message) == (kind in {"ok", "slow", "lostack"})
    assert set(push.tries.values()) == {1}, "nothing is tried twice here"


def test_what_no_browser_gave_is_refused_and_costs_nobody_else(push: WebPushDouble, port: WebPush) -> None:
    good = message_to(push.subscribe(KEYS.public))
    with scripted() as elsewhere:
        messages = [
            replace(good, push_token="a-token"),
            message_to(elsewhere.subscription()),
            replace(good, push_kind="fid"),
            good,
        ]
        assert [replace(one, provider_id=None) for one in port.send(messages)] == [
            Outcome("failed", "bad_subscription", address="dead"),
            Outcome("failed", "unknown_service"),
            Outcome("failed", "not_a_browser"),
            Outcome("sent"),
        ]
        assert elsewhere.connections == 0, "a service that the settings name no more is not called"
    assert port.send([]) == []


def test_a_subscription_of_another_key_is_given_up(push: WebPushDouble, port: WebPush) -> None:
    before = VapidKeys.of(new_private_text(), KEYS.subject)
    message = message_to(push.subscribe(before.public))
    assert port.send([message]) == [Outcome("failed", "vapid_mismatch", address="mismatched")]


def test_each_service_is_signed_to_by_its_own_name(push: WebPushDouble) -> None:
    """Both are strict: each refuses a signature that is for somebody else."""
    with WebPushDouble() as other:
        port = port_to(push.origin, other.origin)
        messages = [message_to(one.subscribe(KEYS.public)) for one in (push, other) * 20]
        assert {outcome.state for outcome in port.send(messages)} == {"sent"}
        assert (len(push.received), len(other.received)) == (20, 20)
        port.close()


def test_a_signature_is_used_again_for_some_hours() -> None:
    clock = [time.time()]
    with scripted() as service:
        port = port_to(service.origin, clock=lambda: clock[0])
        for step in (0, TOKEN_USE_S - 1, 1, -TOKEN_USE_S - 10):
            clock[0] += step
            message = message_to(service.subscription(), expires_at=datetime.fromtimestamp(clock[0] + 900, UTC))
            assert port.send([message])[0].state == "sent"
            claims = _claims(service.heads[-1])
            assert claims["aud"] == service.origin
            assert claims["sub"] == KEYS.subject
            assert 0 < claims["exp"] - clock[0] <= 12 * 3600
        first, again, later, back = (_claims(head)["exp"] for head in service.heads)
        assert first == again < later
        assert back < first, "a clock that was put back signs anew"
        port.close()


def test_an_endpoint_goes_out_as_the_browser_gave_it() -> None:
    with scripted() as service:
        port = port_to(service.origin)
        for path in ("/w/?token=BQYAAAC%2bx%2fQ%3d%3d&a=b+c", "/fcm/send/a:APA91b-x_y", "/x/%7Ey/../z"):
            assert port.send([message_to(service.subscription(path))])[0].state == "sent"
            assert service.heads[-1].startswith(f"POST {path} HTTP/1.1\r\n")
        port.close()


def test_a_proxy_of_the_environment_is_used(monkeypatch: pytest.MonkeyPatch) -> None:
    with scripted() as proxy, scripted() as service:
        monkeypatch.setenv("http_proxy", proxy.origin)
        monkeypatch.setenv("no_proxy", "")
        port = port_to(service.origin)
        assert port.send([message_to(service.subscription())])[0].state == "sent"
        assert (len(proxy.heads), len(service.heads)) == (1, 0)
        assert proxy.heads[0].startswith(f"POST {service.origin}/push/x HTTP/1.1\r\n")
        monkeypatch.setenv("no_proxy", "127.0.0.1")
        assert port.send([message_to(service.subscription())])[0].state == "sent"
        assert (len(proxy.heads), len(service.heads)) == (1, 1)
        port.close()


@pytest.mark.parametrize("broken", ["http://:0", "127.0.0.1:1", "http://proxy.invalid:3128", "socks5://127.0.0.1:1"])
def test_a_proxy_that_is_none_loses_no_message(monkeypatch: pytest.MonkeyPatch, broken: str) -> None:
    with scripted() as service:
        monkeypatch.setenv("http_proxy", broken)
        monkeypatch.setenv("no_proxy", "")
        port = port_to(service.origin)
        (outcome,) = port.send([message_to(service.subscription())])
        assert outcome == (Outcome("waiting", "not_connected") if service.heads == [] else Outcome("sent"))
        assert (outcome.state == "sent") == broken.startswith("socks"), "what speaks no HTTP is not used"
        port.close()


def test_a_proxy_that_refuses_has_passed_nothing_on(monkeypatch: pytest.MonkeyPatch) -> None:
    with scripted() as proxy:
        proxy.says(403)
        monkeypatch.setenv("https_proxy", proxy.origin)
        port = port_to()
        message = message_to(proxy.subscription() | {"endpoint": "https://web.push.apple.com/x"})
        assert port.send([message]) == [Outcome("waiting", "not_connected")]
        assert proxy.heads[0].startswith("CONNECT web.push.apple.com:443 HTTP/1.1\r\n")
        port.close()


def test_a_message_that_can_not_be_written_costs_nobody_else(push: WebPushDouble, port: WebPush) -> None:
    good = message_to(push.subscribe(KEYS.public))
    odd: Any = object()
    outcomes = port.send([replace(good, title=odd), good])
    assert outcomes[0] == Outcome("failed", "bad_payload", alarm=True)
    assert outcomes[1].state == "sent"


def test_a_service_that_hangs_holds_nobody_elses(push: WebPushDouble) -> None:
    """It has more messages than go out at once, and the other's last are behind all of them."""
    with WebPushDouble() as hanging:
        hanging.faults({"kind": "hang"})
        port = port_to(push.origin, hanging.origin, message_s=30.0, batch_s=4.0)
        stuck = [message_to(hanging.subscribe(KEYS.public)) for _ in range(AT_ONCE + 5)]
        fine = [message_to(push.subscribe(KEYS.public)) for _ in range(AT_ONCE + 5)]
        outcomes = port.send([*stuck, *fine])
        assert {one.state for one in outcomes[len(stuck) :]} == {"sent"}
        assert outcomes[:AT_ONCE] == [Outcome("unknown", "no_answer")] * AT_ONCE
        assert outcomes[AT_ONCE : len(stuck)] == [Outcome("waiting", "out_of_time")] * 5, "these surely did not leave"
        port.close()


def test_endpoints_that_hang_hold_the_others_of_their_service_for_their_own_time_alone(
    push: WebPushDouble, port: WebPush
) -> None:
    messages = [message_to(push.subscribe(KEYS.public, kind)) for kind in ["hang"] * AT_ONCE + ["ok"] * 5]
    outcomes = port.send(messages)
    assert outcomes[:AT_ONCE] == [Outcome("unknown", "no_answer")] * AT_ONCE
    assert {one.state for one in outcomes[AT_ONCE:]} == {"sent"}


def test_all_of_it_ends_before_a_lease_and_a_tasks_time_are_over() -> None:
    assert MESSAGE_S == 10
    assert BATCH_S + MESSAGE_S < 45


def test_two_thousand_messages_leave_no_thread_and_few_connections(push: WebPushDouble, port: WebPush) -> None:
    subscriptions = [push.subscribe(KEYS.public) for _ in range(50)]
    port.send([message_to(one) for one in subscriptions])
    before = threading.active_count()
    for _ in range(20):
        outcomes = port.send([message_to(subscriptions[number % 50]) for number in range(100)])
        assert {one.state for one in outcomes} == {"sent"}
        assert threading.active_count() <= before
    assert len(push.received) == 2050
    assert push._thread.wire.connections <= 2 * AT_ONCE
    assert push.refused == []


def test_a_task_that_runs_out_of_time_lets_go() -> None:
    """Celery's soft limit is an exception in the midst of waiting; what was on its way is stopped, and the next batch goes."""

    class OutOfTime(Exception):
        pass

    with WebPushDouble() as push:
        port = port_to(push.origin, message_s=30.0)
        stuck = message_to(push.subscribe(KEYS.public, "hang"))

        def stop(*_: object) -> None:
            raise OutOfTime

        old = signal.signal(signal.SIGALRM, stop)
        try:
            signal.setitimer(signal.ITIMER_REAL, 0.5)
            with pytest.raises(OutOfTime):
                port.send([stuck])
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)
            signal.signal(signal.SIGALRM, old)
        assert port.send([message_to(push.subscribe(KEYS.public))])[0].state == "sent"
        port.close()


def test_several_threads_share_one_loop(push: WebPushDouble, port: WebPush) -> None:
    found: list[str] = []

    def send() -> None:
        found.extend(one.state for one in port.send([message_to(push.subscribe(KEYS.public)) for _ in range(5)]))

    threads = [threading.Thread(target=send) for _ in range(8)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert found == ["sent"] * 40
    assert len(port._loops) == 1


def test_a_process_that_was_forked_opens_its_own(push: WebPushDouble, port: WebPush) -> None:
    """As Celery's pool does, after the parent has sent."""
    assert port.send([message_to(push.subscribe(KEYS.public))])[0].state == "sent"
    message = message_to(push.subscribe(KEYS.public))
    child = os.fork()
    if child == 0:
        try:
            good = port.send([message])[0].state == "sent" and len(port._loops) == 2
            os._exit(0 if good else 1)
        finally:
            os._exit(2)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    assert port.send([message_to(push.subscribe(KEYS.public))])[0].state == "sent"
    assert len(push.received) == 3


def test_over_tls_with_an_authority_that_is_trusted(monkeypatch: pytest.MonkeyPatch) -> None:
    with WebPushDouble(tls=True) as push:
        message = message_to(push.subscribe(KEYS.public))
        stranger = port_to(push.origin)
        assert stranger.send([message]) == [Outcome("waiting", "not_connected")]
        stranger.close()
        assert push.tries == {}
        monkeypatch.setenv("SSL_CERT_FILE", str(push.ca_file))
        port = port_to(push.origin)
        assert port.send([message])[0].state == "sent"
        port.close()


def test_it_is_made_of_the_settings() -> None:
    none: Push | None = WebPush.of(Settings())
    assert none is None
    port = WebPush.of(
        Settings.model_validate(
            {
                "vapid_private_key": private_text(KEYS.private),
                "vapid_subject": KEYS.subject,
                "web_push_services": "127.0.0.1:8123",
            }
        )
    )
    assert port is not None
    assert port.keys.public == KEYS.public
    assert port.services == PushServices(("127.0.0.1:8123",))
    assert private_text(KEYS.private) not in repr(port)
    assert port._loops == {}, "nothing is opened before the first message"


def test_whoever_forgets_it_leaves_nothing_open() -> None:
    """Nor does a process that ends without closing it say anything of that."""
    with scripted() as service:
        assert port_to(service.origin).send([message_to(service.subscription())])[0].state == "sent"
        gc.collect()
        assert "web-push" not in {one.name for one in threading.enumerate()}
    script = """
from tests.workers.push.browsers import message_to, port_to, scripted
with scripted() as service:
    port = port_to(service.origin)
    assert port.send([message_to(service.subscription())])[0].state == "sent"
    kept = [port]
"""
    ran = subprocess.run(
        [sys.executable, "-W", "default", "-c", script],
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
        cwd=ROOT,
    )
    assert ran.stderr == ""


def test_importing_it_opens_nothing() -> None:
    script = "import threading, workers.push.web_push; assert threading.active_count() == 1"
    subprocess.run([sys.executable, "-c", script], check=True, timeout=60)
