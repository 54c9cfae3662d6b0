"""FCM's double answers the real firebase-admin as FCM does."""

import asyncio
import time
from collections.abc import Iterator
from pathlib import Path

import firebase_admin
import httpx
import jwt
import pytest
from firebase_admin import credentials, messaging

from tests.doubles.fcm import FcmDouble, FcmProcess, Ways, point_firebase_admin_at
from tests.doubles.fcm.tokens import GRANT

SCOPE = "https://www.googleapis.com/auth/firebase.messaging"


@pytest.fixture
def fcm(monkeypatch: pytest.MonkeyPatch) -> Iterator[FcmDouble]:
    with FcmDouble(Ways(slow_s=0.1)) as double:
        monkeypatch.setenv("SSL_CERT_FILE", str(double.ca_file))
        monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(double.ca_file))
        yield double


@pytest.fixture
def app(fcm: FcmDouble) -> Iterator[firebase_admin.App]:
    app = firebase_admin.initialize_app(credentials.Certificate(fcm.account()), name="double")
    point_firebase_admin_at(app, fcm.url)
    yield app
    firebase_admin.delete_app(app)


def a_message(target: str) -> messaging.Message:
    return messaging.Message(fid=target, notification=messaging.Notification(title="Tulips", body="Half price"))


def test_what_is_sent_is_received(fcm: FcmDouble, app: firebase_admin.App) -> None:
    name = messaging.send(a_message("phone-1"), app=app)
    (row,) = fcm.messages
    assert (row.target, row.address, row.name, row.http) == ("phone-1", "fid", name, "1.1")
    assert row.message["notification"] == {"title": "Tulips", "body": "Half price"}
    assert fcm.token_requests == 1


def test_http_2_serves_many_at_once(fcm: FcmDouble) -> None:
    bearer = {"Authorization": f"Bearer {a_bearer(fcm)}"}

    async def send() -> list[httpx.Response]:
        async with httpx.AsyncClient(http2=True, headers=bearer) as http:
            address = f"{fcm.url}/v1/projects/demo/messages:send"
            return await asyncio.gather(
                *(http.post(address, json={"message": {"fid": f"phone-{number}"}}) for number in range(250))
            )

    answers = asyncio.run(send())
    assert {(each.status_code, each.http_version) for each in answers} == {(200, "HTTP/2")}
    assert {row.target for row in fcm.messages} == {f"phone-{number}" for number in range(250)}
    assert fcm.connections == 2  # one for the token


def a_bearer(fcm: FcmDouble) -> str:
    account, now = fcm.account(), int(time.time())
    claims = {
        "iss": account["client_email"],
        "aud": account["token_uri"],
        "iat": now,
        "exp": now + 3600,
        "scope": SCOPE,
    }
    assertion = jwt.encode(claims, account["private_key"], "RS256", {"kid": account["private_key_id"]})
    answer = httpx.post(account["token_uri"], data={"grant_type": GRANT, "assertion": assertion})
    return str(answer.raise_for_status().json()["access_token"])


def test_a_process_serves_and_is_asked(tmp_path: Path) -> None:
    with FcmProcess(tmp_path) as fcm:
        assert fcm.stats == {"token_requests": 0}
        assert fcm.messages == []
        fcm.faults(send={"kind": "unavailable", "share": 0.5})
