"""An FCM of one's own: reached by its own certificate, and told to nobody else. And what stands on private names says when they go."""

import threading
from types import SimpleNamespace
from typing import Any

import firebase_admin
import pytest
from firebase_admin import _http_client, messaging

from tests.doubles.fcm import FcmDouble
from tests.workers.push.conftest import OpenPush, message_to, received
from workers.push.credentials import ServiceAccount
from workers.push.fcm_endpoint import FirebaseChanged, keep_at_home, point_at
from workers.push.fcm_sdk import credential_of, open_app, switch_off_retries


@pytest.mark.parametrize("path", ["", "/"])
def test_it_is_sent_to(fcm: FcmDouble, open_fcm: OpenPush, path: str) -> None:
    assert open_fcm(endpoint=fcm.url + path).send([message_to("good")])[0].state == "sent"
    assert [one.project for one in received(fcm)] == ["demo"]


def test_a_certificate_that_is_not_trusted_is_not_sent_to(
    fcm: FcmDouble, open_fcm: OpenPush, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("SSL_CERT_FILE")
    (outcome,) = open_fcm().send([message_to("good")])
    assert (outcome.state, outcome.reason) == ("waiting", "not_connected")
    assert fcm.token_requests == 1, "REQUESTS_CA_BUNDLE is for the token"
    assert received(fcm) == []


def test_a_token_endpoint_that_is_not_trusted_gives_no_token(
    fcm: FcmDouble, open_fcm: OpenPush, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("REQUESTS_CA_BUNDLE")
    (outcome,) = open_fcm().send([message_to("good")])
    assert (outcome.state, outcome.reason) == ("waiting", "no_access_token")
    assert fcm.token_requests == 0


def test_it_is_told_to_nobody_else(fcm: FcmDouble, open_fcm: OpenPush, monkeypatch: pytest.MonkeyPatch) -> None:
    """google-auth would look up the account's allowed locations at Google, in a thread, with the access token."""
    started: list[str] = []
    start = threading.Thread.start

    def noted(thread: threading.Thread) -> None:
        started.append(type(thread).__name__)
        start(thread)

    monkeypatch.setattr(threading.Thread, "start", noted)
    assert open_fcm().send([message_to(f"good-{one}") for one in range(5)])[0].state == "sent"
    assert set(started) == {"Thread"}


def test_without_one_it_is_google_s(account: ServiceAccount) -> None:
    app = open_app(credential_of(account), "demo", 1.0, "")
    try:
        assert messaging._get_messaging_service(app)._fcm_url.startswith("https://fcm.googleapis.com/")
    finally:
        firebase_admin.delete_app(app)


def test_one_app_s_endpoint_is_not_another_s(account: ServiceAccount) -> None:
    apps = [open_app(credential_of(account), "demo", 1.0, one) for one in ("https://one.example", "")]
    try:
        urls = [messaging._get_messaging_service(app)._fcm_url for app in apps]
        assert urls == [
            "https://one.example/v1/projects/demo/messages:send",
            "https://fcm.googleapis.com/v1/projects/demo/messages:send",
        ]
        assert messaging._MessagingService.FCM_URL.startswith("https://fcm.googleapis.com/")
    finally:
        for app in apps:
            firebase_admin.delete_app(app)


@pytest.mark.parametrize("service", [SimpleNamespace(), SimpleNamespace(_fcm_url="https://fcm.example/"), None])
def test_a_renamed_address_is_said(service: Any) -> None:
    with pytest.raises(FirebaseChanged, match="_fcm_url"):
        point_at(service, "https://localhost")


def test_a_renamed_lookup_is_said() -> None:
    with pytest.raises(FirebaseChanged, match="regional_access"):
        keep_at_home(SimpleNamespace())


def test_renamed_retries_are_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(_http_client.DEFAULT_HTTPX_RETRY_CONFIG, "retries_left")
    with pytest.raises(FirebaseChanged, match="retries_left"):
        switch_off_retries()
    monkeypatch.delattr(_http_client, "DEFAULT_HTTPX_RETRY_CONFIG")
    with pytest.raises(FirebaseChanged, match="DEFAULT_HTTPX_RETRY_CONFIG"):
        switch_off_retries()


def test_a_changed_firebase_sends_nothing_and_loses_nothing(
    fcm: FcmDouble, open_fcm: OpenPush, monkeypatch: pytest.MonkeyPatch
) -> None:
    push = open_fcm()
    with monkeypatch.context() as changed:
        changed.delattr(_http_client.DEFAULT_HTTPX_RETRY_CONFIG, "retries_left")
        (outcome,) = push.send([message_to("good")])
        assert (outcome.state, outcome.lane, outcome.alarm) == ("waiting", "fcm", True)
    assert received(fcm) == []
    assert push.send([message_to("good")])[0].state == "sent"
