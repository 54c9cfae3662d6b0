"""An offer is accepted by the push service at most once, a ready order's message at least once: whatever the service does to half of
the messages, and wherever the sender is killed. Real processes, the real firebase-admin, HTTP/2 over TLS against the double.
"""

import random
import sqlite3
import time
from contextlib import closing
from pathlib import Path

import httpx
import pytest

from tests.doubles.fcm.process import FcmProcess
from tests.faults.conftest import Where
from tests.faults.push_town import (
    DEAD,
    MAY_HAVE_BEEN_TAKEN,
    SURELY_NOT_TAKEN,
    People,
    accepted,
    come_in_and_collect,
    deliveries,
    settle,
    through,
    wait_until_nothing_waits,
)
from tests.faults.strikes import Surely, database_of, settle_in_minutes
from tests.faults.test_kills import killing
from tests.faults.town import serving

pytestmark = pytest.mark.faults

EACH = 3
"""Customers of each fault whose phone's first messages meet it, and as many whose do not: 50 %."""
STAGES = ("deliver.picked", "deliver.claimed", "deliver.sent", "deliver.recorded")
CHANCES = "deliver.picked=0.05,deliver.claimed=0.07,deliver.sent=0.07,deliver.recorded=0.05"


def everybody() -> People:
    """Half the addresses say themselves how the double is to answer the first message that comes for them; of the dead ones, every message."""
    addresses: dict[str, str] = {}
    for kind in SURELY_NOT_TAKEN:
        addresses |= {f"{kind}-{number}": f"{kind}-1-ra1-{number}" for number in range(EACH)}
    for kind in (*MAY_HAVE_BEEN_TAKEN, "slow"):
        addresses |= {f"{kind}-{number}": f"{kind}-1-{number}" for number in range(EACH)}
    addresses |= {"hang-0": "hang-1-0"}
    for kind in DEAD:
        addresses |= {f"{kind}-0": f"{kind}-0"}
    addresses |= {f"fine-{number}": f"fine-{number}" for number in range(len(addresses))}
    names = list(addresses)
    random.Random(5).shuffle(names)
    return People({name: addresses[name] for name in names})


@pytest.mark.timeout(600)
def test_offers_at_most_once_and_ready_orders_at_least_once(tmp_path: Path, where: Where) -> None:
    """F2 and F9 together: every fault at 50 %, and SIGKILL at every stage of sending."""
    people = everybody()
    addresses, surely = people.addresses, Surely(tmp_path / "struck", STAGES)
    with FcmProcess(tmp_path) as double:
        variables = where()
        settings = through(double) | {"PASSERBY_FAILPOINTS": surely.setting(CHANCES)} | variables
        with serving(tmp_path / "data", settings) as service:
            settle(service)
            with killing(service, 3.0, random.Random(3)) as killed:
                come_in_and_collect(service, people, over_s=15)
            with database_of(service, variables) as database:
                settle_in_minutes(service, database, within_s=270)
            offers, orders = deliveries(service, "offer"), deliveries(service, "order")
        taken, warnings = accepted(double), [one.warnings for one in double.messages if one.warnings]

    assert sum(killed.values()) >= 4, f"too little was killed to show anything: {killed}"
    assert surely.missed == set(), "nobody died there"
    dead = {f"{kind}-0" for kind in DEAD}
    # once an address was given up for the one message, nothing is written for it any more
    assert set(offers) >= set(addresses) - dead
    assert set(orders) >= set(addresses) - dead
    twice = {who: taken[one["id"]] for who, one in offers.items() if taken[one["id"]] > 1}
    assert not twice, "an offer was accepted twice"
    missing = {who: (one["state"], one["reason"]) for who, one in orders.items() if not taken[one["id"]]}
    assert set(missing) <= dead, "a ready order was told to nobody"
    for who, one in offers.items():
        assert one["state"] in ({"failed", "unknown"} if who in dead else {"sent", "unknown"}), (who, one)
        if one["state"] == "sent":
            assert taken[one["id"]] == 1, f"{who}: called accepted, and was not"
    for who, one in orders.items():
        assert one["state"] in ({"failed", "unknown"} if who in dead else {"sent"}), (who, one)
    assert not warnings


@pytest.mark.timeout(300)
def test_refused_credentials_halt_the_way_out_and_nothing_is_lost(tmp_path: Path) -> None:
    """401 for everybody: no message is spent, an alarm is raised, and it heals by itself when the credentials are good again."""
    people = People({f"p{number}": f"t{number}" for number in range(20)})
    folder = tmp_path / "data"
    with FcmProcess(tmp_path) as double:
        double.faults(send={"status": 401})
        with serving(folder, through(double)) as service:
            settle(service)
            come_in_and_collect(service, people, over_s=2)
            said = _push_part(service.url, ok=False)
            time.sleep(3)
            tries = sum(double.tries.values())
            time.sleep(3)
            assert sum(double.tries.values()) == tries, "a way out that pauses was used"
            waiting = (*deliveries(service, "offer").values(), *deliveries(service, "order").values())
            assert {one["state"] for one in waiting} == {"queued"}
            double.faults(send=None)
            _five_minutes_pass(folder / "passerby.db")
            wait_until_nothing_waits(service, within_s=90)
            offers, orders = deliveries(service, "offer"), deliveries(service, "order")
            _push_part(service.url, ok=True)
        taken = accepted(double)
        log = (folder / "log").read_text()
    assert "fcm" in said
    assert log.count("push_lane_alarm") == log.count("push_lane_healed") == 1
    assert {one["state"] for one in (*offers.values(), *orders.values())} == {"sent"}
    assert set(taken.values()) == {1}
    assert len(taken) == 2 * len(people.addresses)


def _five_minutes_pass(path: Path) -> None:
    """For what pauses and what waits for the pause's end: their times are the database's alone."""
    with closing(sqlite3.connect(path, timeout=30)) as database, database:
        database.execute("UPDATE push_lanes SET paused_until = datetime(paused_until, '-5 minutes')")
        database.execute("UPDATE deliveries SET not_before = datetime(not_before, '-6 minutes') WHERE state = 'queued'")


def _push_part(url: str, *, ok: bool) -> str:
    """What /readyz says of the push services, once it says so."""
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        part = httpx.get(f"{url}/readyz", timeout=10).json()["parts"]["push"]
        if part["ok"] is ok:
            return str(part["detail"])
        time.sleep(0.2)
    raise AssertionError(f"/readyz says {part}")
