"""The double of a push service takes what pywebpush sends, and nothing else."""

import time
from base64 import urlsafe_b64encode
from collections.abc import Iterator
from typing import Any

import httpx
import jwt
import pytest
import requests
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from py_vapid import Vapid02
from pywebpush import WebPusher, WebPushException, webpush

from tests.doubles.web_push import Ways, WebPushDouble

CONTACT = "mailto:desk@shop.example"
SHORT_S = 0.2


@pytest.fixture
def push() -> Iterator[WebPushDouble]:
    with WebPushDouble(Ways(slow_s=SHORT_S)) as double:
        yield double


def a_key() -> Vapid02:
    made = Vapid02()
    made.generate_keys()
    return made


@pytest.fixture(scope="module")
def vapid() -> Vapid02:
    return a_key()


def public_key(vapid: Vapid02) -> str:
    key: ec.EllipticCurvePublicKey = vapid.public_key
    point = key.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    return urlsafe_b64encode(point).rstrip(b"=").decode()


def send(subscription: dict[str, Any], vapid: Vapid02, text: str = "{}", **claims: Any) -> int:
    """The status that the push service answered."""
    said = {"sub": CONTACT, **claims}
    try:
        answer = webpush(subscription, text, vapid_private_key=vapid, vapid_claims=said, ttl=900, timeout=5 * SHORT_S)
    except WebPushException as error:
        if error.response is None:
            raise
        answer = error.response
    return int(answer.status_code)


def test_what_is_pushed_is_read_as_a_browser_reads_it(push: WebPushDouble, vapid: Vapid02) -> None:
    assert send(push.subscribe(public_key(vapid)), vapid, "Tulïps") == 201
    (row,) = push.received
    assert (row.plaintext, row.ttl_s, row.status, row.outcome) == ("Tulïps", 900, 201, "accepted")
    assert push.refused == []


def test_over_tls_it_is_trusted_by_its_authority(vapid: Vapid02, monkeypatch: pytest.MonkeyPatch) -> None:
    with WebPushDouble(tls=True) as push:
        monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(push.ca_file))
        assert push.origin.startswith("https://")
        assert send(push.subscribe(public_key(vapid)), vapid) == 201


@pytest.mark.parametrize(("length", "status"), [(1, 201), (3993, 201), (3994, 413)])
def test_a_body_has_4096_bytes_at_most(push: WebPushDouble, vapid: Vapid02, length: int, status: int) -> None:
    assert send(push.subscribe(public_key(vapid)), vapid, "x" * length) == status
    assert [row.plaintext for row in push.received] == (["x" * length] if status == 201 else [])
    assert [row.bytes for row in [*push.received, *push.refused]] == [length + 103]


CLAIMS: list[tuple[dict[str, Any], str]] = [
    ({"aud": "https://elsewhere.example"}, "aud"),
    ({"sub": "mailto:<desk@shop.example>"}, "sub"),
    ({"sub": "mailto:Desk <desk@shop.example>"}, "sub"),
    ({"sub": "mailto:desk"}, "sub"),
    ({"sub": "mailto:a@b.example", "exp": 4_000_000_000}, "exp"),
]


@pytest.mark.parametrize(("claims", "why"), CLAIMS)
def test_vapid_claims_are_checked(push: WebPushDouble, vapid: Vapid02, claims: dict[str, Any], why: str) -> None:
    subscription = push.subscribe(public_key(vapid))
    said = {"sub": CONTACT, "aud": push.origin, "exp": int(time.time()) + 60, **claims}
    token = jwt.encode(said, vapid.private_key, "ES256")  # py-vapid itself would not say all of them
    headers = {"Authorization": f"vapid t={token},k={public_key(vapid)}", "TTL": "60"}
    assert httpx.post(subscription["endpoint"], headers=headers).status_code == 403
    assert [row.outcome.partition(" ")[0] for row in push.refused] == [why]


def test_vapid_that_has_expired_is_refused(push: WebPushDouble, vapid: Vapid02) -> None:
    subscription = push.subscribe(public_key(vapid))
    headers = vapid.sign({"sub": CONTACT, "aud": push.origin, "exp": int(time.time()) - 1})
    answer = httpx.post(subscription["endpoint"], headers={**headers, "TTL": "60"})
    assert (answer.status_code, answer.json()["message"]) == (403, "exp must be in the future, within 24 hours")


def test_vapid_is_signed_by_the_key_of_the_subscription(push: WebPushDouble, vapid: Vapid02) -> None:
    subscription, other = push.subscribe(public_key(vapid)), a_key()
    assert send(subscription, other) == 403
    right = vapid.sign({"sub": CONTACT, "aud": push.origin, "exp": int(time.time()) + 60})["Authorization"]
    token, _, key = right.removeprefix("vapid t=").partition(",k=")
    head, claims, _ = token.split(".")
    forged = [
        f"vapid t={token},k={public_key(other)}",
        f"vapid t={head}.{claims}.{'A' * 86},k={key}",
        f"vapid t={head}.{claims},k={key}",
        f"vapid t={token}",
        f"Bearer {token}",
        "",
    ]
    for header in forged:
        sent = {"Authorization": header, "TTL": "60"}
        assert httpx.post(subscription["endpoint"], headers=sent).status_code == 401, header
    assert httpx.post(subscription["endpoint"], headers={"Authorization": right, "TTL": "60"}).status_code == 201


def test_a_subscription_without_a_key_takes_any_or_none(push: WebPushDouble, vapid: Vapid02) -> None:
    subscription = push.subscribe()
    assert send(subscription, vapid) == 201
    assert httpx.post(subscription["endpoint"], headers={"TTL": "60"}).status_code == 201
    assert send(subscription, vapid, aud="https://elsewhere.example") == 403


HEADERS: list[tuple[dict[str, str], int]] = [
    ({}, 400),
    ({"TTL": "0"}, 201),
    ({"TTL": "2419200"}, 201),
    ({"TTL": "2419201"}, 400),
    ({"TTL": "-1"}, 400),
    ({"TTL": "1.5"}, 400),
    ({"TTL": "60", "Urgency": "very-low"}, 201),
    ({"TTL": "60", "Urgency": "urgent"}, 400),
    ({"TTL": "60", "Topic": "a-_Z" * 8}, 201),
    ({"TTL": "60", "Topic": "a" * 33}, 400),
    ({"TTL": "60", "Topic": "a b"}, 400),
]


@pytest.mark.parametrize(("headers", "status"), HEADERS)
def test_headers_are_checked(push: WebPushDouble, headers: dict[str, str], status: int) -> None:
    assert httpx.post(push.subscribe()["endpoint"], headers=headers).status_code == status


def test_what_a_browser_could_not_read_is_refused(push: WebPushDouble) -> None:
    mine, other = push.subscribe(), push.subscribe()
    body = WebPusher(other).encode(b"{}", content_encoding="aes128gcm")["body"]
    right = {"TTL": "60", "Content-Encoding": "aes128gcm"}
    assert httpx.post(mine["endpoint"], content=body, headers=right).status_code == 400
    assert (
        httpx.post(other["endpoint"], content=body, headers={**right, "Content-Encoding": "aesgcm"}).status_code == 400
    )
    assert httpx.post(other["endpoint"], content=body, headers=right).status_code == 201
    assert [row.outcome.partition(":")[0] for row in push.refused] == ["cannot decrypt"] * 2


def test_an_endpoint_that_never_was_is_not_found(push: WebPushDouble) -> None:
    assert httpx.post(f"{push.origin}/push/nobody", headers={"TTL": "60"}).status_code == 404
    assert httpx.get(push.subscribe()["endpoint"]).status_code == 404


KINDS = {
    "gone": 410,
    "missing": 404,
    "toolarge": 413,
    "quota": 429,
    "unavailable": 503,
    "unauthorised": 401,
    "forbidden": 403,
    "windows": 406,
    "badgateway": 502,
    "slow": 201,
}


@pytest.mark.parametrize("kind", KINDS)
def test_a_subscription_misbehaves_by_its_kind(push: WebPushDouble, vapid: Vapid02, kind: str) -> None:
    assert send(push.subscribe(public_key(vapid), kind), vapid) == KINDS[kind]
    (row,) = [*push.received, *push.refused]
    assert (row.outcome, row.accepted) == (kind, kind == "slow")


@pytest.mark.parametrize("kind", ["hang", "reset", "killed"])
def test_a_subscription_breaks_off_by_its_kind(push: WebPushDouble, vapid: Vapid02, kind: str) -> None:
    with pytest.raises(requests.RequestException):
        send(push.subscribe(public_key(vapid), kind), vapid)
    assert (push.received, [row.outcome for row in push.refused]) == ([], [kind])


def test_a_lost_answer_makes_a_duplicate(push: WebPushDouble, vapid: Vapid02) -> None:
    subscription = push.subscribe(public_key(vapid), "lostack-1")
    with pytest.raises(requests.RequestException):
        send(subscription, vapid, '{"ack_id": "1", "ttl": 60}')
    assert send(subscription, vapid, '{"ack_id": "1", "ttl": 50}') == 201
    assert send(subscription, vapid, '{"data": {"ack_id": "2"}}') == 201
    assert [(row.outcome, row.duplicate) for row in push.received] == [
        ("lostack", False),
        ("accepted", True),
        ("accepted", False),
    ]


def test_a_quota_says_how_long_to_wait_and_ends(push: WebPushDouble) -> None:
    endpoint = push.subscribe(kind="quota-2")["endpoint"]
    answers = [httpx.post(endpoint, headers={"TTL": "60"}) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [429, 429, 201]
    assert answers[0].headers["Retry-After"] == "120"
    assert answers[2].headers["Location"].startswith(f"{push.origin}/m/")


def test_faults_come_by_share_and_by_count(push: WebPushDouble) -> None:
    endpoint = push.subscribe()["endpoint"]
    push.faults([{"kind": "quota", "count": 1, "retry_after": 3}, {"status": 500, "share": 0.5}])
    with httpx.Client() as http:
        answers = [http.post(endpoint, headers={"TTL": "60"}) for _ in range(101)]
    assert (answers[0].status_code, answers[0].headers["Retry-After"]) == (429, "3")
    rest = [answer.status_code for answer in answers[1:]]
    assert {status: rest.count(status) for status in sorted(set(rest))} == {201: 63, 500: 37}
    push.reset()
    assert (push.received, push.refused, push.tries) == ([], [], {})
    assert httpx.post(endpoint, headers={"TTL": "60"}).status_code == 201
