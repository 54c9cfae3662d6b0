"""The double of a push service takes what pywebpush sends, and nothing else."""

from base64 import urlsafe_b64encode
from collections.abc import Iterator
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from py_vapid import Vapid02
from pywebpush import WebPushException, webpush

from tests.doubles.web_push import WebPushDouble

CONTACT = "mailto:desk@shop.example"


@pytest.fixture
def push() -> Iterator[WebPushDouble]:
    with WebPushDouble() as double:
        yield double


@pytest.fixture(scope="module")
def vapid() -> Vapid02:
    made = Vapid02()
    made.generate_keys()
    return made


def public_key(vapid: Vapid02) -> str:
    key: ec.EllipticCurvePublicKey = vapid.public_key
    return urlsafe_b64encode(key.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)).rstrip(b"=").decode()


def send(subscription: dict[str, Any], vapid: Vapid02, text: str = "{}", **claims: Any) -> int:
    """The status that the push service answered."""
    said = {"sub": CONTACT, **claims}
    try:
        answer = webpush(subscription, text, vapid_private_key=vapid, vapid_claims=said, ttl=900, timeout=5)
    except WebPushException as error:
        if error.response is None:
            raise
        answer = error.response
    return int(answer.status_code)


def test_what_is_pushed_is_read_as_a_browser_reads_it(push: WebPushDouble, vapid: Vapid02) -> None:
    assert send(push.subscribe(public_key(vapid)), vapid, "Tulïps") == 201
    (row,) = push.received
    assert (row.plaintext, row.ttl_s, row.status) == ("Tulïps", 900, 201)
    assert push.refused == []
