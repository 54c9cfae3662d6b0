"""Named points strike where a setting says so, and nowhere else."""

import os
import signal
from pathlib import Path

import pytest

from offers.errors import Misconfigured
from workers.failpoints import Failpoints


@pytest.fixture
def struck(monkeypatch: pytest.MonkeyPatch) -> list[tuple[int, int]]:
    """(process id, signal) of each kill."""
    kills: list[tuple[int, int]] = []
    monkeypatch.setattr(os, "kill", lambda pid, number: kills.append((pid, number)))
    return kills


ME = (os.getpid(), signal.SIGKILL)


def test_without_a_setting_nothing_happens(struck: list[tuple[int, int]]) -> None:
    Failpoints.read("").reach("deliver.sent")
    Failpoints.read("deliver.sent=0").reach("deliver.sent")
    Failpoints.read("match.before=1").reach("deliver.sent")
    assert struck == []


def test_a_chance_of_one_strikes_each_time(struck: list[tuple[int, int]]) -> None:
    points = Failpoints.read("deliver.sent=1")
    for _ in range(3):
        points.reach("deliver.sent")
    assert struck == [ME] * 3


def test_once_is_once_for_all_processes_and_leaves_its_mark(tmp_path: Path, struck: list[tuple[int, int]]) -> None:
    setting = f"deliver.sent=once:{tmp_path},deliver.picked=once:{tmp_path}"
    for _ in range(3):  # each as another process reads it
        Failpoints.read(setting).reach("deliver.sent")
    assert struck == [ME]
    assert [path.name for path in tmp_path.iterdir()] == ["deliver.sent"]


def test_once_and_a_chance_go_together(tmp_path: Path, struck: list[tuple[int, int]]) -> None:
    points = Failpoints.read(f"deliver.sent=once:{tmp_path},deliver.sent=0")
    for _ in range(3):
        points.reach("deliver.sent")
    assert struck == [ME]


@pytest.mark.parametrize("setting", ["nowhere=1", "deliver.sent", "deliver.sent=often", "deliver.sent=once:here"])
def test_what_says_nothing_is_refused_by_name(setting: str) -> None:
    with pytest.raises(Misconfigured, match="PASSERBY_FAILPOINTS"):
        Failpoints.read(setting)
