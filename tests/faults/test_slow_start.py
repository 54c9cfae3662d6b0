"""A machine so busy that a new child of the worker's pool, in the place of one that died, is long in starting: it is waited for, and works. Killed and
started anew it would never be there.
"""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.faults.slow_worker import TASK
from tests.faults.test_deaf_worker import wait_for
from tests.faults.town import ROOT, family
from workers.embedded import child_environment, embedded_redis, wait_for_redis
from workers.enqueue import SWEEPS, new_celery

pytestmark = pytest.mark.faults

STARTS_IN_S = 8
"""Twice what Celery itself would wait."""


@pytest.mark.timeout(150)
def test_a_child_that_starts_slowly_is_waited_for(tmp_path: Path) -> None:
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
        command = [sys.executable, "-m", "tests.faults.slow_worker", str(tmp_path), str(STARTS_IN_S)]
        with subprocess.Popen(command, stdout=log, stderr=log, cwd=ROOT, env=environment) as worker:
            try:
                app.send_task(TASK, args=["first"], queue=SWEEPS)
                wait_for(tmp_path / "first.began", 90)
                (tmp_path / "first.may_end").touch()
                wait_for(tmp_path / "first.ended", 30)
                [child] = [pid for pid, line in family(worker.pid).items() if "slow_worker" in line]
                os.kill(child, signal.SIGKILL)
                app.send_task(TASK, args=["second"], queue=SWEEPS)
                wait_for(tmp_path / "second.began", 60)
            finally:
                for name in ("first", "second"):
                    (tmp_path / f"{name}.may_end").touch()
                worker.terminate()
                worker.wait(60)
                app.close()
                redis.stop(within_s=10)
    said = (tmp_path / "log").read_text()
    assert said.count("signal 9") == 1, "the one that died here, and not the one after it"
    assert "Timed out waiting for UP" not in said
