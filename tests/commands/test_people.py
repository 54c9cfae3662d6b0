"""`passerby user`: made, given another role, shut out from the command line."""

import re
from pathlib import Path

import pytest
from typer.testing import CliRunner

from commands.line import app
from offers.records.database import Database
from tests.offers.stories import Town

NOOR, MARA = "noor@shop.example", "mara@shop.example"


def test_a_user_gets_another_role(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PASSERBY_DATABASE_URL", f"sqlite:///{tmp_path / 'passerby.db'}")
    monkeypatch.setenv("PASSERBY_DATA", str(tmp_path))
    run = CliRunner()
    assert run.invoke(app, ["migrate"]).exit_code == 0
    for email, role in ((NOOR, "viewer"), (MARA, "admin")):
        assert run.invoke(app, ["user", "create", email, "--role", role]).exit_code == 0
    said = run.invoke(app, ["user", "role", NOOR, "--role", "marketer"])
    assert (said.exit_code, said.stdout) == (0, f"{NOOR} is marketer now.\n")
    assert run.invoke(app, ["user", "role", NOOR, "--role", "marketer"]).stdout == f"{NOOR} is marketer already.\n"
    for email, role in ((MARA, "viewer"), (NOOR, "queen"), ("nobody@shop.example", "admin")):
        assert run.invoke(app, ["user", "role", email, "--role", role]).exit_code != 0
    roles = {line.split("\t")[0]: line.split("\t")[1] for line in run.invoke(app, ["user", "list"]).stdout.splitlines()}
    assert roles == {NOOR: "marketer", MARA: "admin"}


def test_a_user_is_bound_to_stores(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PASSERBY_DATABASE_URL", f"sqlite:///{tmp_path / 'passerby.db'}")
    monkeypatch.setenv("PASSERBY_DATA", str(tmp_path))
    run = CliRunner()
    assert run.invoke(app, ["migrate"]).exit_code == 0
    assert run.invoke(app, ["user", "create", NOOR, "--role", "staff", "--place", "dam"]).exit_code != 0
    town = Town(Database(f"sqlite:///{tmp_path / 'passerby.db'}"))
    for place in ("dam", "kalverstraat"):
        town.place(place)
    town.database.close()
    assert run.invoke(app, ["user", "create", NOOR, "--role", "staff", "--place", "dam"]).exit_code == 0
    said = run.invoke(app, ["user", "places", NOOR, "kalverstraat", "dam"])
    assert said.stdout == f"{NOOR} sees the pickup board of dam, kalverstraat.\n"
    assert run.invoke(app, ["user", "places", NOOR, "nowhere"]).exit_code != 0
    assert run.invoke(app, ["user", "places", NOOR]).stdout == f"{NOOR} sees the pickup board of every store.\n"


def test_a_password_stands_alone_and_what_it_is_for_beside_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PASSERBY_DATABASE_URL", f"sqlite:///{tmp_path / 'passerby.db'}")
    monkeypatch.setenv("PASSERBY_DATA", str(tmp_path))
    run = CliRunner()
    assert run.invoke(app, ["migrate"]).exit_code == 0
    for line in (["create", NOOR], ["password", NOOR]):
        said = run.invoke(app, ["user", *line])
        assert re.fullmatch(r"\S{20}\n", said.stdout), "a program reads it as it is"
        assert said.stderr.count("\n") == 1
        assert "sign in at /console" in said.stderr
