"""kill -9 of one part at a time, each once it does its work: a busy machine takes long to start a process, and one that is killed while it still
starts is never there to be asked. And the minute after which what a dead worker held is taken up again.
"""

import os
import random
import signal
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
from redis.exceptions import RedisError
from sqlalchemy import select, update

from offers.records.database import Database, clock
from offers.records.tables import Delivery, ShopEvent
from tests.faults.town import Service, family

STRUCK_WITHIN_S = 150.0
LEASE = timedelta(minutes=1)
"""What a sender has for a delivery, and a worker for an event."""
SURELY_DEAD = timedelta(seconds=20)
"""Nothing that lives holds anything for so long."""


@dataclass
class Strikes:
    """What was killed."""

    killed: list[tuple[str, int]] = field(default_factory=list)
    """(role, process id)."""

    @property
    def roles(self) -> set[str]:
        return {role for role, _ in self.killed}


def victim(service: Service, role: str, dice: random.Random) -> int | None:
    """The process to kill: `web`, `beat` and `redis` once they answer, of `worker` the one that has children, and a `child`; none yet where it still starts."""
    with suppress(httpx.TransportError, RedisError, OSError):
        if role == "redis":
            client: Any = service.redis()
            return int(client.info("server")["process_id"])
        if role == "web" and not httpx.get(f"{service.url}/healthz", timeout=10).is_success:
            return None
        pids = service.pids("worker" if role == "child" else role)
        if role in ("web", "beat"):
            return pids[0] if pids else None
        children = {pid: set(family(pid)) & set(pids) for pid in pids}
        if role == "worker":
            return next((pid for pid, mine in children.items() if mine), None)
        grown = [pid for mine in children.values() for pid in mine]
        return dice.choice(sorted(grown)) if grown else None
    return None


@contextmanager
def striking(service: Service, roles: Sequence[str], every_s: float, dice: random.Random) -> Iterator[Strikes]:
    """Kill these one after the other while the block goes on; at its end all have been."""
    strikes = Strikes()

    def strike() -> None:
        until = time.monotonic() + STRUCK_WITHIN_S
        for role in roles:
            time.sleep(dice.uniform(0.5, 1.5) * every_s)
            pid = victim(service, role, dice)
            while pid is None and time.monotonic() < until:
                time.sleep(0.3)
                pid = victim(service, role, dice)
            if pid is not None:
                with suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
                    strikes.killed.append((role, pid))

    thread = threading.Thread(target=strike)
    thread.start()
    try:
        yield strikes
    finally:
        thread.join()


@dataclass(frozen=True)
class Surely:
    """Named points each of which kills one process, the first that comes there: on a busy machine many messages go in one round, and a chance of one in
    ten may never strike.
    """

    folder: Path
    names: Sequence[str]

    def setting(self, chances: str = "") -> str:
        """The value of PASSERBY_FAILPOINTS: these once, then `chances`."""
        self.folder.mkdir()
        return ",".join(filter(None, [*(f"{name}=once:{self.folder}" for name in self.names), chances]))

    @property
    def missed(self) -> set[str]:
        """Where nobody ever came."""
        return set(self.names) - {path.name for path in self.folder.iterdir()}


@contextmanager
def database_of(service: Service, variables: Mapping[str, str]) -> Iterator[Database]:
    """The service's own, from outside."""
    url = variables.get("PASSERBY_DATABASE_URL", f"sqlite:///{service.folder / 'passerby.db'}")
    database = Database(url.replace("postgresql://", "postgresql+psycopg://", 1))
    try:
        yield database
    finally:
        database.close()


def a_minute_passes(database: Database) -> None:
    """For what somebody took twenty seconds ago and has not let go of: they are dead, and their lease is over now. And for a message that is to be
    tried again in some minutes, or looked at again, whether its customer still stands in the wrong store.
    """
    with database.transaction() as session:
        now = clock(session)
        taken = now + LEASE - SURELY_DEAD
        leases = select(Delivery.id, Delivery.lease_until).where(
            Delivery.state == "sending", Delivery.lease_until < taken
        )
        for delivery_id, until in session.execute(leases).all():
            assert until is not None
            ends = {"lease_until": until - LEASE}
            session.execute(
                update(Delivery).where(Delivery.id == delivery_id, Delivery.lease_until == until).values(ends)
            )
        later = select(Delivery.id, Delivery.not_before).where(Delivery.state == "queued", Delivery.not_before > now)
        for delivery_id, at in session.execute(later).all():
            session.execute(
                update(Delivery)
                .where(Delivery.id == delivery_id, Delivery.not_before == at, Delivery.state == "queued")
                .values({"not_before": at - LEASE})
            )
        events = select(ShopEvent.id, ShopEvent.not_before).where(
            ShopEvent.state == "waiting", ShopEvent.attempts > 0, ShopEvent.not_before < taken
        )
        for event_id, until in session.execute(events).all():
            assert until is not None
            session.execute(
                update(ShopEvent)
                .where(ShopEvent.id == event_id, ShopEvent.not_before == until)
                .values({"not_before": until - LEASE})
            )


def settle_in_minutes(service: Service, database: Database, within_s: float) -> None:
    """Until every delivery has come to its end, with the minutes passing faster for who died."""
    until = time.monotonic() + within_s
    while time.monotonic() < until:
        with suppress(AssertionError):
            service.settle(5)
            return
        a_minute_passes(database)
    under_way = [one for one in service.everything("/v1/deliveries") if one["state"] in {"queued", "sending"}]
    raise AssertionError([(one["customer"], one["state"], one["reason"], one["attempts"]) for one in under_way])
