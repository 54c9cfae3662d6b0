"""The command line as a whole: what goes wrong is one plain line."""

import os
import signal
import subprocess
import sys
from importlib.metadata import entry_points
from pathlib import Path

import pytest

from workers.embedded import free_port


@pytest.mark.parametrize("command", ["migrate", "key list"])
def test_a_database_that_is_away_is_one_plain_line(tmp_path: Path, command: str) -> None:
    address = f"postgresql://somebody:pa55word@127.0.0.1:{free_port()}/x"
    ran = subprocess.run(
        [sys.executable, "-m", "commands.start", *command.split()],
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


def test_a_folder_that_can_not_be_made_is_one_plain_line(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    ran = subprocess.run(
        [sys.executable, "-m", "commands.start", "migrate"],
        env=os.environ | {"PASSERBY_DATA": str(tmp_path / "file" / "below")},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert ran.returncode == 1
    assert "can not be made" in ran.stderr
    assert ran.stderr.count("\n") == 1


def test_ctrl_c_while_the_command_is_being_read_is_no_traceback() -> None:
    """In its first second `make demo` does nothing but read code; the signal comes in the midst of it."""
    script = """
import os, signal, sys
class CtrlC:
    def find_spec(self, name, path=None, target=None):
        if name == "commands.line":
            os.kill(os.getpid(), signal.SIGINT)
sys.meta_path.insert(0, CtrlC())
signal.signal(signal.SIGINT, signal.default_int_handler)
from commands.start import main
main()
"""
    ran = subprocess.run(
        [sys.executable, "-c", script, "demo", "--help"], capture_output=True, text=True, check=False, timeout=60
    )
    assert ran.returncode == -signal.SIGINT
    assert ran.stderr == ""


def test_the_command_that_is_installed_begins_there() -> None:
    assert entry_points(group="console_scripts", name="passerby")["passerby"].value == "commands.start:main"
