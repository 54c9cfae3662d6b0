"""Redis dies while a task runs, and is away when it ends: the worker hears its queues again all the same."""

import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.faults.slow_worker import TASK
from tests.faults.town import ROOT
from workers.embedded import child_environment, embedded_redis, wait_for_redis
from workers.enqueue import SWEEPS, new_celery

pytestmark = pytest.mark.faults

HEARS_AGAIN_WITHIN_S = 40.0
"""Two looks of five seconds, the broker's own waits, and a machine that has other things to do."""


def wait_for(path: Path, within_s: float) -> None:
    deadline = time.monotonic() + within_s
    while not path.exists():
        assert time.monotonic() < deadline, f"no {path.name} within {within_s:g} s"
        time.sleep(0.05)


def test_a_worker_that_could_not_acknowledge_is_not_deaf_for_good(tmp_path: Path) -> None:
    with (tmp_path / "log").open("wb") as log:
        redis, url = embedded_redis(tmp_path, child_environment({}), log)
        redis.start()
        wait_for_redis(url)
        app = new_celery(url)
        environment = child_environment(
            {
                "PASSERBY_REDIS_URL": url,
                "PASSERBY_DATABASE_URL": f"sqlite:///{tmp_path / 'unused.db'}",
                "PASSERBY_SECRET_KEY": "only for tests, but long enough for it",
                "PASSERBY_PROCESSES": "1",
            }
        )
        command = [sys.executable, "-m", "tests.faults.slow_worker", str(tmp_path)]
        with subprocess.Popen(command, stdout=log, stderr=log, cwd=ROOT, env=environment) as worker:
            try:
                app.send_task(TASK, args=["first"], queue=SWEEPS)
                wait_for(tmp_path / "first.began", 30)
                assert redis.process is not None
                redis.process.kill()
                redis.process.wait()
                (tmp_path / "first.may_end").touch()
                wait_for(tmp_path / "first.ended", 10)
                time.sleep(1)  # the worker tries to acknowledge, in vain
                redis.start()
                wait_for_redis(url)
                app.send_task(TASK, args=["second"], queue=SWEEPS)
                wait_for(tmp_path / "second.began", HEARS_AGAIN_WITHIN_S)
                assert worker.poll() is None, "it is the same worker that hears again"
            finally:
                (tmp_path / "second.may_end").touch()
                worker.terminate()
                worker.wait(30)
                app.close()
                redis.stop(within_s=10)
