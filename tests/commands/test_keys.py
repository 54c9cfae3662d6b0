"""`passerby key`: made, listed, revoked from the command line."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from commands.line import app


def test_a_key_is_made_listed_and_revoked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PASSERBY_DATABASE_URL", f"sqlite:///{tmp_path / 'passerby.db'}")
    monkeypatch.setenv("PASSERBY_DATA", str(tmp_path))
    run = CliRunner()
    assert run.invoke(app, ["migrate"]).exit_code == 0
    secret = run.invoke(app, ["key", "create", "--role", "till"]).stdout.strip()
    assert secret.startswith("sk_")
    listed = run.invoke(app, ["key", "list"]).stdout
    key_id, role, *rest = listed.split()
    assert role == "till"
    assert "revoked" not in rest
    assert secret[3:] not in listed
    assert run.invoke(app, ["key", "revoke", key_id]).exit_code == 0
    assert "revoked" in run.invoke(app, ["key", "list"]).stdout.split()
    assert run.invoke(app, ["key", "revoke", "key_nothing"]).exit_code != 0
