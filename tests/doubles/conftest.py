"""FCM's double, and the two that speak with it: the real firebase-admin, and a plain client that sees what the SDK hides."""

import asyncio
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import firebase_admin
import httpx
import jwt
import pytest
from firebase_admin import _http_client, credentials, messaging

from tests.doubles.fcm import FcmDouble, Ways, point_firebase_admin_at
from tests.doubles.fcm.tokens import GRANT

SCOPE = "https://www.googleapis.com/auth/firebase.messaging"
SHORT_S = 0.2
"""Of what is slow; a sender that waits for what hangs gives up after five times as long."""


@pytest.fixture
def fcm(monkeypatch: pytest.MonkeyPatch) -> Iterator[FcmDouble]:
    with FcmDouble(Ways(slow_s=SHORT_S)) as double:
        monkeypatch.setenv("SSL_CERT_FILE", str(double.ca_file))
        monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(double.ca_file))
        yield double


@dataclass
class Sdk:
    """firebase-admin over both of its ways: `requests` and HTTP/1.1, httpx and HTTP/2."""

    app: firebase_admin.App
    runner: asyncio.Runner

    def send(self, target: str) -> str:
        return str(messaging.send(a_message(target), app=self.app))

    def send_each(self, *targets: str) -> list[BaseException | None]:
        """Over HTTP/2, at once: how each ended."""
        batch = self.runner.run(messaging.send_each_async([a_message(target) for target in targets], app=self.app))
        return [each.exception for each in batch.responses]


@pytest.fixture
def sdk(fcm: FcmDouble, monkeypatch: pytest.MonkeyPatch) -> Iterator[Sdk]:
    # its own retries keep connections for ever, and would take seconds
    monkeypatch.setattr(_http_client.DEFAULT_HTTPX_RETRY_CONFIG, "retries_left", 0)
    trusted = credentials.Certificate(fcm.account())
    app = firebase_admin.initialize_app(trusted, {"httpTimeout": 5 * SHORT_S}, name="double")
    point_firebase_admin_at(app, fcm.url)
    with asyncio.Runner() as runner:
        yield Sdk(app, runner)
        firebase_admin.delete_app(app)
        runner.run(asyncio.sleep(0))


def a_message(target: str) -> messaging.Message:
    return messaging.Message(fid=target, notification=messaging.Notification(title="Tulips", body="Half price"))


@dataclass
class Plain:
    fcm: FcmDouble
    http: httpx.Client

    def post(self, content: Any, project: str = "demo") -> httpx.Response:
        return self.http.post(f"{self.fcm.url}/v1/projects/{project}/messages:send", json=content)

    def send(self, target: str, **parts: Any) -> httpx.Response:
        return self.post({"message": {"fid": target, **parts}})


@pytest.fixture
def plain(fcm: FcmDouble) -> Iterator[Plain]:
    with httpx.Client(http2=True, headers={"Authorization": f"Bearer {a_bearer(fcm.account())}"}) as http:
        yield Plain(fcm, http)


def an_assertion(account: dict[str, str], headers: dict[str, str] | None = None, **claims: Any) -> str:
    now = int(time.time())
    right = {"iss": account["client_email"], "aud": account["token_uri"], "iat": now, "exp": now + 3600, "scope": SCOPE}
    named = {"kid": account["private_key_id"], **(headers or {})}
    return jwt.encode({**right, **claims}, account["private_key"], "RS256", named)


def ask_for_token(account: dict[str, str], assertion: str, grant: str = GRANT) -> httpx.Response:
    return httpx.post(account["token_uri"], data={"grant_type": grant, "assertion": assertion})


def a_bearer(account: dict[str, str]) -> str:
    answer = ask_for_token(account, an_assertion(account))
    return str(answer.raise_for_status().json()["access_token"])
