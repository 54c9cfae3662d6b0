"""What one crossing means for one order, and which exits are believed."""

import pytest

from offers.rules.pickup_moments import Spot, is_gone, meaning, metres_between, to_fifty

STORE = Spot("store", "store", 52.37, 4.89)
BRANCH = Spot("branch", "store", 52.379, 4.89)
STATION = Spot("station", "landmark", 52.379, 4.89)


@pytest.mark.parametrize(
    ("kind", "role", "spot", "means"),
    [
        ("enter", "premises", STORE, "arrived"),
        ("reopen", "premises", STORE, "arrived"),
        ("enter", "approach", STORE, "nearby"),
        ("enter", "other", STORE, None),
        ("exit", "premises", STORE, "left_store"),
        ("exit", "approach", STORE, "left_reach"),
        ("exit", "premises", STATION, "on_the_way"),
        ("enter", "premises", STATION, "back"),
        ("enter", "premises", BRANCH, "elsewhere"),
        ("reopen", "premises", BRANCH, None),
        ("enter", "approach", BRANCH, None),
        ("exit", "premises", BRANCH, None),
        ("dwell", "approach", BRANCH, None),
    ],
)
def test_a_crossing_means(kind: str, role: str, spot: Spot, means: str | None) -> None:
    assert meaning(kind, role, spot, STORE, reach_m=2000) == means


@pytest.mark.parametrize(("reach_m", "means"), [(1001, None), (1002, "on_the_way"), (0, None)])
def test_a_landmark_counts_as_far_as_the_reach_goes(reach_m: int, means: str | None) -> None:
    assert 1001 < metres_between(STATION, STORE) < 1002
    assert meaning("exit", "premises", STATION, STORE, reach_m=reach_m) == means


@pytest.mark.parametrize("how", ["inferred", "jumped"])
def test_nobody_is_on_the_way_whom_nobody_saw_leave(how: str) -> None:
    assert meaning("exit", "premises", STATION, STORE, reach_m=2000, how=how) is None


@pytest.mark.parametrize(
    ("status", "believed"),
    [("arrived", {None, "device"}), ("nearby", {None, "device", "inferred"}), ("collected", set()), ("ready", set())],
)
def test_which_exits_take_a_status_back_and_of_whose_saying(status: str, believed: set[str | None]) -> None:
    for how in (None, "device", "inferred", "jumped", "geofence_changed"):
        assert is_gone(status, "location", how) == (how in believed)
        for said_by in ("page", "device", "staff", "server", None):
            assert not is_gone(status, said_by, how)


@pytest.mark.parametrize(("metres", "told"), [(0, 50), (74, 50), (76, 100), (1001.9, 1000)])
def test_distances_are_rounded_to_fifty_and_never_nothing(metres: float, told: int) -> None:
    assert to_fifty(metres) == told
