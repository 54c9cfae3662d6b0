"""A worker as `passerby worker` starts it, with one task more: it takes until it is told to end, and leaves files that say how far it is.

python -m tests.faults.slow_worker FOLDER [SECONDS]: with seconds, so long until each child of its pool is there.
"""

import sys
import time
from pathlib import Path
from typing import Any

from celery.signals import worker_process_init

from commands.roles import run_worker_of
from offers.settings import read_settings
from workers.app import create_worker_app

TASK = "passerby.slow"


def main(folder: Path, start_s: float) -> None:
    settings = read_settings()
    app = create_worker_app(settings)

    def begin_slowly(**_: Any) -> None:
        time.sleep(start_s)

    worker_process_init.connect(begin_slowly, weak=False)

    def slow(name: str) -> None:
        (folder / f"{name}.began").touch()
        while not (folder / f"{name}.may_end").exists():
            time.sleep(0.05)
        (folder / f"{name}.ended").touch()

    app.task(name=TASK)(slow)
    run_worker_of(app, settings)


if __name__ == "__main__":
    main(Path(sys.argv[1]), float(sys.argv[2]) if len(sys.argv) > 2 else 0.0)
