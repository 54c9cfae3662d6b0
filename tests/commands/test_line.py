"""The command line as a whole: what goes wrong is one plain line."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from workers.embedded import free_port


@pytest.mark.parametrize("command", ["migrate", "key list"])
def test_a_database_that_is_away_is_one_plain_line(tmp_path: Path, command: str) -> None:
    address = f"postgresql://somebody:pa55word@127.0.0.1:{free_port()}/x"
    ran = subprocess.run(
        [sys.executable, "-m", "commands.line", *command.split()],
        env=os.environ | {"PASSERBY_DATABASE_URL": address},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert ran.returncode == 1
    assert ran.stderr.startswith("passerby: The database does not answer: ")
    assert ran.stderr.count("\n") == 1
    assert "pa55word" not in ran.stderr
