"""The keys that browsers subscribe with: printed, kept by `serve`, and refused in one line when half of them is there."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from commands import findings
from commands.doctor import as_served
from commands.findings import Finding
from commands.line import app
from commands.serve import kept_secret
from commands.vapid import new_private_text, served_keys
from offers.rules.vapid import NOBODY, VapidKeys, private_text
from offers.settings import Settings
from workers.embedded import free_port

SUBJECT = "mailto:push@shop.example"
SECRET = "only for tests, but long enough for it"


def _printed() -> tuple[dict[str, str], str]:
    """The variables, and all that was said."""
    ran = CliRunner().invoke(app, ["key", "vapid"])
    assert ran.exit_code == 0
    return dict(line.split("=", 1) for line in ran.stdout.splitlines() if not line.startswith("#")), ran.stdout


def test_a_pair_is_printed_as_the_variables_take_it(monkeypatch: pytest.MonkeyPatch) -> None:
    said, text = _printed()
    assert set(said) == {"PASSERBY_VAPID_PRIVATE_KEY", "PASSERBY_VAPID_SUBJECT"}
    for name, value in said.items():
        monkeypatch.setenv(name, value)
    keys = Settings().vapid()
    assert keys is not None
    assert private_text(keys.private) == said["PASSERBY_VAPID_PRIVATE_KEY"]
    assert keys.public in text


def test_each_pair_is_another() -> None:
    assert _printed()[0] != _printed()[0]


def test_serve_keeps_one_that_only_its_owner_reads(tmp_path: Path) -> None:
    path = tmp_path / "vapid.key"
    first = kept_secret(path, new_private_text)
    assert kept_secret(path, new_private_text) == first
    assert path.stat().st_mode & 0o777 == 0o600
    keys = served_keys(Settings(), first)
    assert (private_text(keys.private), keys.subject) == (first, NOBODY)
    assert served_keys(Settings(base_url="https://shop.example/"), first).subject == "https://shop.example"
    assert served_keys(Settings(vapid_subject=SUBJECT), first).subject == SUBJECT


def test_what_is_set_goes_before_what_is_kept() -> None:
    own, kept = new_private_text(), new_private_text()
    settings = Settings.model_validate({"vapid_private_key": own})
    assert served_keys(settings, kept).public == VapidKeys.of(own, SUBJECT).public


def test_doctor_finds_what_serve_keeps(tmp_path: Path) -> None:
    kept = kept_secret(tmp_path / "vapid.key", new_private_text)
    seen = as_served(Settings(data=tmp_path))
    assert seen.vapid_private_key.get_secret_value() == kept
    assert seen.vapid_subject == NOBODY


def _bad(found: list[Finding]) -> list[tuple[str, str]]:
    assert all(one.state == "ok" or one.do for one in found)
    return [(one.state, one.said) for one in found if one.state != "ok"]


def test_what_doctor_says_of_the_keys() -> None:
    key = new_private_text()
    assert findings.of_vapid("outbox", "", "") == []
    assert _bad(findings.of_vapid("web_push", key, SUBJECT)) == []
    assert _bad(findings.of_vapid("outbox", key, NOBODY)) == []
    told = {push: findings.of_vapid(push, key, SUBJECT)[0].said for push in ("outbox", "fcm", "web_push")}
    assert [push for push, said in told.items() if "no browser subscribes" in said] == ["outbox"]
    assert [state for state, _ in _bad(findings.of_vapid("web_push", "", ""))] == ["wrong"]
    assert _bad(findings.of_vapid("fcm", "", "")) == [], "a shop whose customers all have the app needs none"
    assert [state for state, _ in _bad(findings.of_vapid("web_push", key, ""))] == ["wrong"]
    assert [state for state, _ in _bad(findings.of_vapid("web_push", key, NOBODY))] == ["look"]
    ((state, said),) = _bad(findings.of_vapid("outbox", "not-a-key", SUBJECT))
    assert state == "wrong"
    assert "not-a-key" not in said


@pytest.mark.parametrize("command", ["web", "worker"])
@pytest.mark.parametrize(
    ("environment", "said"),
    [
        ({"PASSERBY_PUSH": "web_push"}, "PASSERBY_VAPID_PRIVATE_KEY is not set"),
        ({"PASSERBY_VAPID_PRIVATE_KEY": "KEY"}, "PASSERBY_VAPID_SUBJECT is not set"),
        ({"PASSERBY_VAPID_PRIVATE_KEY": "sesame"}, "PASSERBY_VAPID_PRIVATE_KEY: is no private key"),
        ({"PASSERBY_VAPID_SUBJECT": "mailto:push@localhost"}, "PASSERBY_VAPID_SUBJECT: is neither mailto:"),
        ({"PASSERBY_WEB_PUSH_SERVICES": "https://push.example"}, "PASSERBY_WEB_PUSH_SERVICES: https://push.example is no host"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_one_line_and_never_the_key(
    tmp_path: Path, command: str, environment: dict[str, str], said: str
) -> None:
    key = new_private_text()
    given = {name: value.replace("KEY", key) for name, value in environment.items()}
    world = {"PASSERBY_DATA": str(tmp_path), "PASSERBY_SECRET_KEY": SECRET, "PASSERBY_REDIS_URL": "redis://127.0.0.1:1"}
    ran = subprocess.run(
        [sys.executable, "-m", "commands.start", command],
        env=os.environ | world | given,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert ran.returncode == 1
    assert ran.stderr.startswith(f"passerby: {said}")
    assert ran.stderr.count("\n") == 1
    assert key not in ran.stderr
    assert "sesame" not in ran.stderr


def test_serve_refuses_a_key_that_is_none(tmp_path: Path) -> None:
    (tmp_path / "vapid.key").write_text("sesame\n")
    ran = subprocess.run(
        [sys.executable, "-m", "commands.start", "serve", "--port", str(free_port()), "--data", str(tmp_path)],
        env=os.environ,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert ran.returncode == 1, ran.stderr
    assert "vapid.key is no private key" in ran.stderr
    assert ran.stderr.count("\n") == 1
    assert "sesame" not in ran.stderr
