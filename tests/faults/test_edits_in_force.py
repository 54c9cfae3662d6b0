"""An edit of a geofence reaches every process that runs, the idle ones too, and none is started again for it."""

import os
import signal
import time
from pathlib import Path

import pytest

from tests.faults.conftest import Where
from tests.faults.town import Service, serving
from workers.vitals import FenceVitals, read_vitals

pytestmark = pytest.mark.faults

WITHIN_S = 30
"""How long is waited: two seconds are promised to processes that get their turn, and here they may not. What is held against the promise is
that each process says by itself, within one look, which version it matches by."""


def processes(service: Service) -> dict[str, FenceVitals]:
    return read_vitals(service.redis(), 16, time.time()).fences


def wait_until_all_have(service: Service, version: int) -> set[str]:
    """Until every process matches by this version; who they are."""
    deadline = time.monotonic() + WITHIN_S
    while True:
        told = processes(service)
        if len(told) > 1 and all(one.version == version for one in told.values()):
            return set(told)
        assert time.monotonic() < deadline, f"version {version}: {told}"
        time.sleep(0.1)


def put(service: Service, radius_m: int, **more: object) -> None:
    circle = {"role": "premises", "lat": 52.37, "lon": 4.89, "radius_m": radius_m}
    body = {"name": "Store", "kind": "store", "lat": 52.37, "lon": 4.89, "time_zone": "UTC", "geofences": [circle]}
    service.ask("PUT", "/v1/places/store", json={**body, **more})


def test_edits_are_followed_by_web_and_every_worker_without_a_restart(tmp_path: Path, where: Where) -> None:
    with serving(tmp_path, {**where(), "PASSERBY_PROCESSES": "2"}) as service:
        service.wait_until_ready(WITHIN_S)
        deadline = time.monotonic() + WITHIN_S
        while len(all_of_them := set(processes(service))) < 3:
            assert time.monotonic() < deadline, f"a web and two workers were awaited: {all_of_them}"
            time.sleep(0.1)
        assert sorted(one.partition("@")[0] for one in all_of_them) == ["web", "worker", "worker"]
        pids = {role: service.pids(role) for role in ("web", "worker")}
        put(service, 100)
        assert wait_until_all_have(service, 1) == all_of_them
        put(service, 120)
        put(service, 120, paused=True)
        assert wait_until_all_have(service, 3) == all_of_them
        service.ask("DELETE", "/v1/places/store")
        assert wait_until_all_have(service, 4) == all_of_them
        assert {role: service.pids(role) for role in ("web", "worker")} == pids
        assert all(one.looked_ago_s < WITHIN_S for one in processes(service).values())
        service.wait_until_ready(WITHIN_S)


def test_a_worker_process_that_was_killed_is_no_more_and_the_next_one_starts_with_what_is_in_force(
    tmp_path: Path,
) -> None:
    with serving(tmp_path, {"PASSERBY_PROCESSES": "1"}) as service:
        put(service, 100)
        before = wait_until_all_have(service, 1)
        (worker,) = (one for one in before if one.startswith("worker@"))
        pid = int(worker.rpartition(":")[2].partition("-")[0])
        assert pid in service.pids("worker")
        os.kill(pid, signal.SIGKILL)
        put(service, 120)
        deadline = time.monotonic() + WITHIN_S
        while worker in (told := processes(service)) or len(told) < 2:
            assert time.monotonic() < deadline, f"{told}"
            time.sleep(0.1)
        assert wait_until_all_have(service, 2) == set(told)
        service.wait_until_ready(WITHIN_S)
