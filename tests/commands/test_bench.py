"""`passerby bench` as people call it: by a name, from any folder."""

import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks import presence_rules


def test_a_benchmark_prints_its_table_in_any_folder(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "commands.start", "bench", "passes"]
    ran = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False, timeout=120)
    assert ran.returncode == 0, ran.stderr
    assert "78 true passes" in ran.stdout


def test_the_rules_do_not_take_the_commands_arguments_for_theirs(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["passerby", "bench", "rules"])
    monkeypatch.chdir(tmp_path)
    presence_rules.main(people=10)
    said = capsys.readouterr().out
    assert "10 people each" in said
    assert "48 passes to be seen" in said
