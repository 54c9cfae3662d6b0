"""What each of FCM's answers becomes, over the wire."""

import shutil
import socket
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from offers.push import Outcome
from tests.doubles.fcm import FcmDouble
from tests.doubles.tls import certificates
from tests.workers.push.conftest import OpenPush, message_to, received
from workers.push.credentials import ServiceAccount
from workers.push.fcm import FcmPush
from workers.push.fcm_line import FcmOptions

ROWS = {
    "unregistered-": Outcome("failed", "unregistered", address="dead"),
    "mismatch-": Outcome("failed", "sender_mismatch", address="mismatched"),
    "invalid-": Outcome("failed", "bad_token", address="mismatched"),
    "quota-ra7-": Outcome("waiting", "quota", retry_after_s=7),
    "quota-": Outcome("waiting", "quota", retry_after_s=30),
    "projquota-ra9-": Outcome("waiting", "project_quota", retry_after_s=9, lane="fcm"),
    "unavailable-ra11-": Outcome("waiting", "unavailable", retry_after_s=11),
    "unavailable-": Outcome("waiting", "unavailable"),
    "internal-": Outcome("waiting", "internal"),
    "badgateway-": Outcome("waiting", "bad_gateway"),
    "thirdparty-": Outcome("waiting", "push_key_refused", lane="fcm:android", alarm=True),
    "reset-": Outcome("unknown", "cut_off"),
    "goaway-": Outcome("unknown", "cut_off"),
    "killed-": Outcome("unknown", "cut_off"),
    "lostack-": Outcome("unknown", "cut_off"),
}


@pytest.mark.parametrize("address", ROWS)
def test_each_answer_is_one_outcome_and_is_asked_for_once(fcm: FcmDouble, push: FcmPush, address: str) -> None:
    (outcome,) = push.send([message_to(f"{address}x")])
    assert outcome == ROWS[address]
    assert len(received(fcm)) == 1, "firebase-admin sent it again by itself"
    assert fcm.token_requests == 1


def test_no_answer_is_a_doubt(fcm: FcmDouble, open_fcm: OpenPush) -> None:
    assert open_fcm(http_s=1.0).send([message_to("hang-x")]) == [Outcome("unknown", "no_answer")]
    assert open_fcm(message_s=1.0).send([message_to("hang-y")]) == [Outcome("unknown", "no_answer")]
    assert len(received(fcm)) == 2


def test_what_is_accepted_is_named(fcm: FcmDouble, push: FcmPush) -> None:
    sent, by_fid = push.send([message_to("good"), message_to("installation", push_kind="fid")])
    assert (sent.state, by_fid.state) == ("sent", "sent")
    assert [one.name for one in received(fcm)] == [sent.provider_id, by_fid.provider_id]
    assert [(one.address, one.target, one.http) for one in received(fcm)] == [
        ("token", "good", "2"),
        ("fid", "installation", "2"),
    ]


def test_a_lost_answer_was_accepted_once(fcm: FcmDouble, push: FcmPush) -> None:
    (outcome,) = push.send([message_to("lostack-x")])
    assert outcome.state == "unknown"
    assert [(one.status, one.duplicate) for one in received(fcm)] == [(200, False)]


def test_a_mixed_batch_keeps_its_order(fcm: FcmDouble, push: FcmPush) -> None:
    addresses = [f"{kind}{number}" for number in range(4) for kind in [*ROWS, "good-"]]
    addresses = [one for one in addresses if not one.startswith(("goaway", "killed", "reset", "lostack"))]
    outcomes = push.send([message_to(one) for one in addresses])
    for address, outcome in zip(addresses, outcomes, strict=True):
        expected = next((row for kind, row in ROWS.items() if address[:-1] == kind), None)
        assert outcome == expected or (expected is None and outcome.state == "sent"), address
    named = {one.target: one.name or None for one in received(fcm)}
    assert [one.provider_id for one in outcomes] == [named[one] for one in addresses]


def test_a_killed_connection_dooms_only_what_was_on_it(fcm: FcmDouble, push: FcmPush) -> None:
    outcomes = push.send([message_to(f"slow-{number}") for number in range(30)] + [message_to("killed-x")])
    assert {one.state for one in outcomes} == {"unknown"}
    after = push.send([message_to(f"good-{number}") for number in range(30)])
    assert {one.state for one in after} == {"sent"}


def test_nothing_is_worn_out_by_answers_of_503(fcm: FcmDouble, push: FcmPush) -> None:
    """firebase-admin keeps a stream for each 500 and 503 that it sends again; a hundred are all that a connection has."""
    for start in range(0, 150, 50):
        outcomes = push.send([message_to(f"unavailable-{number}") for number in range(start, start + 50)])
        assert {one.reason for one in outcomes} == {"unavailable"}
    assert len(received(fcm)) == 150
    assert [one.state for one in push.send([message_to("good")])] == ["sent"]


def test_a_message_that_is_broken_off_costs_no_connection(fcm: FcmDouble, push: FcmPush) -> None:
    assert push.send([message_to("good")])[0].state == "sent"
    before = fcm.connections
    for number in range(5):
        assert push.send([message_to(f"reset-{number}")]) == [Outcome("unknown", "cut_off")]
    assert push.send([message_to("good")])[0].state == "sent"
    assert fcm.connections == before


def test_what_was_not_written_has_not_left(fcm: FcmDouble, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """After a restart somebody takes the connection, lets one message be written, says nothing and hangs up."""
    monkeypatch.setenv("SSL_CERT_FILE", str(shutil.copy(str(fcm.ca_file), tmp_path)))
    port = int(fcm.url.rpartition(":")[2])
    push = FcmPush(ServiceAccount(fcm.account()), FcmOptions(endpoint=fcm.url))
    try:
        assert push.send([message_to("good")])[0].state == "sent"
        assert push.send([message_to("killed-x")])[0].state == "unknown"
        fcm.__exit__(None, None, None)
        with listening(port), ThreadPoolExecutor(1) as pool:
            sending = pool.submit(push.send, [message_to(f"good-{number}") for number in range(10)])
            outcomes = sending.result(60)
    finally:
        push.close()
    assert outcomes.count(Outcome("unknown", "cut_off")) == 1
    assert outcomes.count(Outcome("waiting", "not_connected")) == 9


@contextmanager
def listening(port: int) -> Iterator[None]:
    """HTTP/2 over TLS as far as the handshake; each connection ends when a message's worth was read from it."""
    stop = threading.Event()

    def serve(listener: socket.socket) -> None:
        context = certificates().server_context("h2")
        while not stop.is_set():
            try:
                plain, _ = listener.accept()
            except TimeoutError:
                continue
            with plain, suppress(OSError):
                plain.settimeout(5)
                with context.wrap_socket(plain, server_side=True) as caller:
                    heard = b""
                    while b"dlv_" not in heard:
                        heard += caller.recv(65_536) or b"dlv_"

    with socket.create_server(("127.0.0.1", port)) as listener:
        listener.settimeout(0.2)
        thread = threading.Thread(target=serve, args=(listener,))
        thread.start()
        yield
        stop.set()
        thread.join()


def test_an_fcm_without_tls_is_sent_to_by_http_1(monkeypatch: pytest.MonkeyPatch) -> None:
    with FcmDouble(tls=False) as fcm:
        push = FcmPush(ServiceAccount(fcm.account()), FcmOptions(endpoint=fcm.url))
        try:
            outcomes = push.send([message_to(f"good-{number}") for number in range(100)])
            assert {one.state for one in outcomes} == {"sent"}
            assert push.send([message_to("reset-x"), message_to("killed-x")]) == [Outcome("unknown", "cut_off")] * 2
            assert push.send([message_to("unavailable-x")]) == [Outcome("waiting", "unavailable")]
        finally:
            push.close()
        assert {one.http for one in received(fcm)} == {"1.1"}


def test_messages_that_hang_do_not_starve_those_after_them(fcm: FcmDouble, open_fcm: OpenPush) -> None:
    """Each holds a stream of its connection for good, and there are a hundred."""
    push = open_fcm(message_s=3.0, http_s=20.0, total_s=60.0)
    outcomes = push.send([message_to(f"hang-{number}") for number in range(160)] + [message_to("good")] * 20)
    left = {one.target for one in received(fcm)}
    told = {f"hang-{number}": (one.state, one.reason) for number, one in enumerate(outcomes[:160])}
    assert {told[target] for target in left if target in told} == {("unknown", "no_answer")}
    assert {told[target][0] for target in told if target not in left} <= {"waiting"}, (
        "on a busy machine some do not leave"
    )
    assert len(left & set(told)) >= 80
    assert {one.state for one in outcomes[160:]} == {"sent"}


def test_a_batch_ends_in_time_whatever_hangs(fcm: FcmDouble, open_fcm: OpenPush) -> None:
    push = open_fcm(total_s=3.0, message_s=2.0, http_s=1.8, at_once=4)
    outcomes = push.send([message_to(f"hang-{number}") for number in range(12)])
    assert [one.state for one in outcomes[:4]] == ["unknown"] * 4
    assert outcomes[-1] == Outcome("waiting", "busy")
    assert len(received(fcm)) == sum(one.state == "unknown" for one in outcomes), "what waits has not left"


def test_nobody_who_listens_is_no_doubt(fcm: FcmDouble, open_fcm: OpenPush) -> None:
    push = open_fcm(endpoint="https://127.0.0.1:1")
    assert push.send([message_to("good")]) == [Outcome("waiting", "not_connected")]


def test_a_refused_payload_is_ours_and_costs_no_address(fcm: FcmDouble, push: FcmPush) -> None:
    assert push.send([message_to("good", tag="x" * 65)]) == [Outcome("failed", "bad_payload", alarm=True)]
    assert [one.outcome for one in received(fcm)] == ["malformed"]


def test_a_message_that_can_not_be_written_is_ours(fcm: FcmDouble, push: FcmPush) -> None:
    assert push.send([message_to("good")])[0].state == "sent"
    assert push.send([message_to("good", body="half a sign \ud83d")]) == [Outcome("failed", "bad_payload", alarm=True)]


@pytest.mark.parametrize(
    ("status", "outcome"),
    [
        (403, Outcome("waiting", "not_allowed", lane="fcm", alarm=True)),
        (404, Outcome("waiting", "refused", lane="fcm", alarm=True)),
        (413, Outcome("failed", "bad_payload", alarm=True)),
        (400, Outcome("failed", "bad_payload", alarm=True)),
        (429, Outcome("waiting", "project_quota", retry_after_s=60, lane="fcm")),
        (504, Outcome("waiting", "unavailable")),
    ],
)
def test_answers_without_a_code_of_fcm(fcm: FcmDouble, push: FcmPush, status: int, outcome: Outcome) -> None:
    fcm.faults(send={"status": status, "count": 1})
    assert push.send([message_to("good")]) == [outcome]
    assert push.send([message_to("good")])[0].state == "sent"
