"""Who would send through FCM and can not does not start, and says why in one line that shows no key."""

import json
import os
from pathlib import Path
from typing import Any

import pytest

from commands import roles
from commands import serve as serving
from offers.errors import Misconfigured
from offers.settings import Settings, read_settings
from tests.doubles.fcm.account import make_account
from workers.push.credentials import check_credentials, read_account

ACCOUNT = make_account("https://localhost:1", "demo")
VARIABLE = "PASSERBY_GOOGLE_APPLICATION_CREDENTIALS"
EC_KEY = """-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgevZzL1gdAFr88hb2
OF/2NxApJCzGCEDdfSp6VQO30hyhRANCAAQRWz+jn65BtOMvdyHKcvjBeBSDZH2r
1RTwjmYSi9R/zpBnuQ4EiMnCqfMPWiZqB4QdbAd0E7oH50VpuZ1P087G
-----END PRIVATE KEY-----
"""


def settings_for(monkeypatch: pytest.MonkeyPatch, folder: Path, file: Path | str, name: str = VARIABLE) -> Settings:
    monkeypatch.setenv("PASSERBY_PUSH", "fcm")
    monkeypatch.setenv("PASSERBY_DATA", str(folder / "data"))
    monkeypatch.delenv("GOOGLE_APPLICATION_CREDENTIALS", raising=False)
    monkeypatch.setenv(name, str(file))
    return read_settings()


def written(folder: Path, content: Any) -> Path:
    file = folder / "account.json"
    file.write_bytes(content if isinstance(content, bytes) else json.dumps(content).encode())
    return file


@pytest.mark.parametrize("name", [VARIABLE, "GOOGLE_APPLICATION_CREDENTIALS"])
def test_an_account_that_can_sign_is_let_through(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, name: str) -> None:
    settings = settings_for(monkeypatch, tmp_path, written(tmp_path, ACCOUNT), name)
    check_credentials(settings)
    account = read_account(settings.google_application_credentials)
    assert account.project_id == "demo"
    assert ACCOUNT["private_key"] not in f"{account} {account!r}"


BAD: dict[str, tuple[Any, str]] = {
    "no JSON": (b"-----BEGIN PRIVATE KEY-----", "is not JSON"),
    "no text": (b"\xff\xfe\x00", "is not JSON"),
    "deep": (b"[" * 100_000, "is not JSON"),
    "a list": ([ACCOUNT], "is not the key of a service account"),
    "a user": ({**ACCOUNT, "type": "authorized_user"}, "is not the key of a service account"),
    "no project": ({**ACCOUNT, "project_id": " "}, "has no project_id"),
    "no e-mail": ({**ACCOUNT, "client_email": None}, "has no client_email"),
    "no key": ({**ACCOUNT, "private_key": ""}, "has no private_key"),
    "half a key": ({**ACCOUNT, "private_key": ACCOUNT["private_key"][:600]}, "has a private_key that can not be read"),
    "another key": ({**ACCOUNT, "private_key": EC_KEY}, "has a private_key that can not be read"),
    "no address": ({**ACCOUNT, "token_uri": "oauth2"}, "has a token_uri that is no web address"),
}


@pytest.mark.parametrize("case", BAD)
def test_what_is_wrong_with_a_file_is_said(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, case: str) -> None:
    content, why = BAD[case]
    file = written(tmp_path, content)
    refused(settings_for(monkeypatch, tmp_path, file), f"{VARIABLE}: {file} {why}.")


def test_a_file_that_can_not_be_opened_is_said(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    nowhere = tmp_path / "nowhere.json"
    refused(settings_for(monkeypatch, tmp_path, nowhere), f"{VARIABLE}: {nowhere} is not there.")
    refused(settings_for(monkeypatch, tmp_path, tmp_path), f"{VARIABLE}: {tmp_path} can not be read (Is a directory).")
    odd = f"{tmp_path}/two\nlines"
    refused(settings_for(monkeypatch, tmp_path, odd), f"{VARIABLE}: {tmp_path}/two lines is not there.")


@pytest.mark.skipif(os.geteuid() == 0, reason="root reads everything")
def test_a_file_of_somebody_else_is_said(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    file = written(tmp_path, ACCOUNT)
    file.chmod(0)
    refused(settings_for(monkeypatch, tmp_path, file), f"{VARIABLE}: {file} can not be read (Permission denied).")


def test_no_file_at_all_is_said(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    refused(
        settings_for(monkeypatch, tmp_path, ""),
        f"{VARIABLE} is not set: PASSERBY_PUSH=fcm needs the file with a service account's key.",
    )


def test_who_does_not_send_through_fcm_needs_none(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    settings_for(monkeypatch, tmp_path, "/nowhere")
    for push in ("outbox", "web_push"):
        monkeypatch.setenv("PASSERBY_PUSH", push)
        check_credentials(read_settings())


def refused(settings: Settings, line: str) -> None:
    """In one line that shows no key, before a worker or `serve` has touched anything."""
    for start in (roles.run_worker, lambda one: serving.serve(one, "127.0.0.1", 1)):
        with pytest.raises(Misconfigured) as raised:
            start(settings)
        assert str(raised.value) == line
    assert "\n" not in line
    assert "PRIVATE" not in line
    assert not settings.data.exists()


@pytest.mark.parametrize(
    "endpoint", ["https://localhost:9443", "http://127.0.0.1:8", "https://fcm.shop.example/fcm/", "https://[::1]:1", ""]
)
def test_an_fcm_of_ones_own_is_a_web_address(monkeypatch: pytest.MonkeyPatch, endpoint: str) -> None:
    monkeypatch.setenv("PASSERBY_FCM_ENDPOINT", endpoint)
    assert read_settings().fcm_endpoint == endpoint


@pytest.mark.parametrize(
    "endpoint",
    [
        "localhost:9443",
        "ftp://localhost",
        "https://",
        "https://:9443",
        "https://localhost:port",
        "https://localhost:0",
        "https://localhost:70000",
        "https://[::1",
        "https://user:word@localhost",
        "https://localhost?x",
        "https://localhost#x",
        "/fcm",
    ],
)
def test_what_is_no_web_address_is_refused(monkeypatch: pytest.MonkeyPatch, endpoint: str) -> None:
    monkeypatch.setenv("PASSERBY_FCM_ENDPOINT", endpoint)
    with pytest.raises(Misconfigured) as raised:
        read_settings()
    assert str(raised.value).startswith("PASSERBY_FCM_ENDPOINT: ")
