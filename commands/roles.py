"""One role each, for production: web, worker, beat, mqtt."""

import gc
import importlib
import warnings

import uvicorn
from celery import Celery
from celery.signals import setup_logging

from offers.settings import Settings
from workers.app import create_worker_app
from workers.enqueue import QUEUES
from workers.logs import configure_logging
from workers.push.credentials import check_credentials


def run_web(settings: Settings, host: str, port: int) -> None:
    """The doors, until SIGTERM. No access log: a query string may hold what nobody may read."""
    configure_logging(settings.log_level)
    settings.vapid()  # half of a pair is said before a door opens
    gc.disable()  # what is loaded stays, and looking through it for garbage takes long: the application enables it once it is there
    uvicorn.run(
        "web.app:create_app",
        factory=True,
        host=host,
        port=port,
        access_log=False,
        server_header=False,
        log_config=None,
        proxy_headers=bool(settings.trusted_proxies),
        forwarded_allow_ips=settings.trusted_proxies or None,
        timeout_graceful_shutdown=5,
    )


def _keep_our_logs() -> None:
    """Celery sets up logging of its own unless somebody says that it is done."""

    def already_done(**_: object) -> None: ...

    setup_logging.connect(already_done, weak=False)


def run_worker(settings: Settings) -> None:
    """Celery's worker for all three queues, until SIGTERM. `Misconfigured` where what it is to send could not be sent."""
    check_credentials(settings)
    settings.vapid()  # half of a pair is said before a process is started
    run_worker_of(create_worker_app(settings), settings)


def run_worker_of(app: Celery, settings: Settings) -> None:
    """The same over an application that is there already."""
    configure_logging(settings.log_level)
    _keep_our_logs()
    # Celery warns root of pickles; this project takes JSON alone
    warnings.filterwarnings("ignore", message="You're running the worker with superuser privileges")
    # and of a user without a name, as containers have them
    warnings.filterwarnings("ignore", message="An entry for the specified gid or egid was not found")
    app.Worker(
        quiet=True,
        queues=list(QUEUES),
        loglevel="WARNING",
        without_gossip=True,
        without_mingle=True,
        without_heartbeat=True,
    ).start()


def run_beat(settings: Settings) -> None:
    """Celery's beat, until SIGTERM. One to an installation."""
    configure_logging(settings.log_level)
    _keep_our_logs()
    app = create_worker_app(settings)
    app.Beat(loglevel="WARNING", quiet=True).run()


def run_mqtt(settings: Settings) -> None:
    """The listener to OwnTracks' broker, until SIGTERM. One to an installation. It is loaded by its name, as uvicorn loads web."""
    configure_logging(settings.log_level)
    importlib.import_module("web.ingest.mqtt_role").run(settings)
