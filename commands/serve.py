"""`passerby serve`: everything in one go."""

import os
import secrets
import shlex
import signal
import sys
import time
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from types import FrameType
from typing import IO

import httpx

from commands.vapid import new_private_text, served_keys
from offers import users
from offers.errors import Misconfigured
from offers.keys import COMMAND, create_key
from offers.records import schema
from offers.records.database import Database
from offers.rules.vapid import VapidKeys, private_text
from offers.settings import Settings
from workers.embedded import (
    Child,
    Household,
    child_environment,
    embedded_redis,
    only_one,
    wait_for_redis,
    why_not_listen,
)
from workers.logs import configure_logging
from workers.push.credentials import check_credentials

READY_WITHIN_S = 60.0


@dataclass(slots=True)
class Served:
    """A household that takes requests."""

    url: str
    admin_key: str
    environment: Mapping[str, str]
    household: Household
    has_users: bool
    stopping: list[int] = field(default_factory=list)

    def stopped(self) -> bool:
        return bool(self.stopping)


def kept_secret(path: Path, make: Callable[[], str]) -> str:
    """The text in a file that only its owner reads; made and kept at the first call."""
    if not path.exists():
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w") as kept:
            kept.write(make() + "\n")
    return path.read_text().strip()


class Serving(AbstractContextManager[Served]):
    """Starts the household, and stops it on the way out. SIGTERM and SIGINT only ask for the end."""

    def __init__(
        self, settings: Settings, host: str, port: int, extra: Mapping[str, str] | None = None, log: Path | None = None
    ) -> None:
        self._settings = settings
        self._host = host
        self._port = port
        self._extra = extra or {}
        self._log = log
        self._stack = ExitStack()

    def __enter__(self) -> Served:
        try:
            return self._start()
        except BaseException:
            self._stack.close()
            raise

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    def _start(self) -> Served:
        if reason := why_not_listen(self._host, self._port, " with --port."):
            raise Misconfigured(reason)
        folder = self._settings.data
        self._stack.enter_context(only_one(folder))
        output: IO[bytes] | None = self._stack.enter_context(self._log.open("ab")) if self._log else None
        text = self._stack.enter_context(self._log.open("a", buffering=1)) if self._log else None
        configure_logging(self._settings.log_level, text)
        secret = self._settings.secret_key.get_secret_value() or kept_secret(
            folder / "secret.key", lambda: secrets.token_urlsafe(48)
        )
        vapid = self._vapid()
        url = f"http://{self._host}:{self._port}"
        environment = {
            "PASSERBY_DATA": str(folder.resolve()),
            "PASSERBY_DATABASE_URL": self._settings.database,
            "PASSERBY_SECRET_KEY": secret,
            "PASSERBY_BASE_URL": self._settings.base_url or url,
            "PASSERBY_VAPID_PRIVATE_KEY": private_text(vapid.private),
            "PASSERBY_VAPID_SUBJECT": vapid.subject,
            **self._extra,
        }
        admin_key, has_users = self._prepare_database()
        served = Served(url, admin_key, environment, Household(), has_users)
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda got, _frame: served.stopping.append(got))
        self._stack.callback(served.household.stop)
        if not self._settings.redis_url:
            child, redis_url = embedded_redis(folder, child_environment(environment), output)
            environment["PASSERBY_REDIS_URL"] = redis_url
            served.household.add(child)
            wait_for_redis(redis_url)
        roles = {
            "web": ["web", "--host", self._host, "--port", str(self._port)],
            "worker": ["worker"],
            "beat": ["beat"],
        }
        if self._settings.mqtt_url:
            roles["mqtt"] = ["mqtt"]
        for name, command in roles.items():
            line = [sys.executable, "-m", "commands.start", *command]
            served.household.add(Child(name, line, child_environment(environment), output))
        self._wait_until_ready(served)
        return served

    def _vapid(self) -> VapidKeys:
        """What browsers' subscriptions are bound to: what is set, else what the data folder keeps, made at the first start."""
        path = self._settings.data / "vapid.key"
        kept = "" if self._settings.vapid_private_key.get_secret_value() else kept_secret(path, new_private_text)
        try:
            return served_keys(self._settings, kept)
        except ValueError as error:
            raise Misconfigured(f"{path} {error}.") from None

    def _prepare_database(self) -> tuple[str, bool]:
        """The schema as this code wants it, and at the first start a server key beside it; and whether anybody has a login."""
        database = Database(self._settings.database)
        try:
            schema.migrate(database)

            def first_key() -> str:
                with database.transaction() as session:
                    return create_key(session, "admin", now=datetime.now(UTC), by=COMMAND)

            key = kept_secret(self._settings.data / "admin.key", first_key)
            with database.reading() as session:
                return key, bool(users.list_users(session))
        finally:
            database.close()

    def _wait_until_ready(self, served: Served) -> None:
        deadline = time.monotonic() + READY_WITHIN_S
        answer = ""
        while not served.stopped():
            served.household.look()
            try:
                response = httpx.get(f"{served.url}/readyz", timeout=2, trust_env=False)  # never by a proxy
                if response.status_code == httpx.codes.OK or _waits_for_a_broker(response):
                    return
                answer = response.text[:400]
            except httpx.HTTPError as error:
                answer = type(error).__name__
            if time.monotonic() > deadline:
                raise Misconfigured(f"Not ready after {READY_WITHIN_S:.0f} s. /readyz says: {answer}")
            time.sleep(0.1)


def _waits_for_a_broker(response: httpx.Response) -> bool:
    """All that is missing is the broker of location apps: it may come later, and the doors are open without it."""
    try:
        parts = response.json()["parts"]
    except (ValueError, LookupError):
        return False
    return {name for name, one in parts.items() if not one["ok"]} == {"mqtt"}


def serve(settings: Settings, host: str, port: int) -> None:
    """Start everything, say so, live until SIGTERM or Ctrl-C. Nothing is started that could not send."""
    check_credentials(settings)
    with Serving(settings, host, port) as served:
        if not served.stopped():
            # in one piece: who reads the first line may close the pipe behind it
            sys.stdout.write(f"ready {served.url}\n{way_in(settings, served)}\n")
            sys.stdout.flush()
        served.household.live_until(served.stopped)


def way_in(settings: Settings, served: Served) -> str:
    """For people: where the console is, and while nobody has a login how to make one."""
    console = f"The console is at {settings.base_url.rstrip('/') or served.url}/console"
    if served.has_users:
        return f"{console}."
    data = shlex.quote(str(settings.data))
    return f"{console}. Nobody can sign in yet: passerby user create you@shop.example --role admin --data {data}"


def raise_on_signal(_number: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt
