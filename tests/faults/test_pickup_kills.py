"""As test_pickup_once.py, while web, worker, beat and Redis are killed, and senders at each named point, and the push service fails.

By docs/decisions/0011: one message an order, at least once, and the double takes it twice only where nobody could tell whether it had
left; both then have one tag, so that the phone shows one. Never two different messages, never none.
"""

import asyncio
import random
from pathlib import Path

import pytest

from tests.doubles.fcm.process import FcmProcess
from tests.faults.conftest import Where
from tests.faults.push_town import MAY_HAVE_BEEN_TAKEN, SURELY_NOT_TAKEN, settle, through
from tests.faults.strikes import Surely, database_of, settle_in_minutes, striking
from tests.faults.test_pickup_once import Customer, by_order, fine, register, say, tags
from tests.faults.town import serving

pytestmark = pytest.mark.faults

STAGES = ("deliver.picked", "deliver.claimed", "deliver.sent", "deliver.recorded")
CHANCES = "deliver.picked=0.06,deliver.claimed=0.1,deliver.sent=0.1,deliver.recorded=0.06"
STRUCK = ("child", "web", "redis", "worker", "beat", "web")


def in_trouble() -> list[Customer]:
    """Whose last phone answers in each way that is no plain yes at the first try, or never will be there again."""
    kinds = [f"{kind}-1-ra1" for kind in SURELY_NOT_TAKEN] + [f"{kind}-1" for kind in MAY_HAVE_BEEN_TAKEN]
    told = [Customer(f"{kind}-{n}", (f"other-{kind}-{n}", f"{kind}-{n}")) for kind in kinds for n in range(1)]
    return [*told, *(Customer(f"gone-{n}", (f"left-{n}", f"unregistered-{n}")) for n in range(2))]


@pytest.mark.timeout(600)
def test_ready_is_told_whatever_is_killed(tmp_path: Path, where: Where) -> None:
    people = [*fine(14), *in_trouble()]
    random.Random(4).shuffle(people)
    with FcmProcess(tmp_path) as double:
        variables = where()
        surely = Surely(tmp_path / "struck", STAGES)
        settings = through(double) | {"PASSERBY_FAILPOINTS": surely.setting(CHANCES)} | variables
        with serving(tmp_path / "data", settings) as service:
            settle(service)
            asyncio.run(register(service, people))
            with striking(service, STRUCK, 2.0, random.Random(9)) as strikes:
                say(service, people, random.Random(2), over_s=15)
            with database_of(service, variables) as database:
                settle_in_minutes(service, database, within_s=200)
            orders = by_order(service)
            states = {one.order: service.ask("GET", f"/v1/orders/{one.order}") for one in people}
        taken = tags(double)

    assert strikes.roles == set(STRUCK), f"too little was killed to show anything: {strikes.killed}"
    assert surely.missed == set(), "nobody died there"
    assert {one["status"] for one in states.values()} == {"ready"}
    assert all(
        [step["status"] for step in one["history"]] in (["placed", "ready"], ["ready"]) for one in states.values()
    )
    assert set(orders) == {one.order for one in people}, "a ready order was told to nobody"
    by_delivery = {delivery: each for each in taken.values() for _, delivery, _ in each}
    for one in people:
        rows = orders[one.order]
        left = [row for row in rows if row["state"] != "failed"]
        assert [row["state"] for row in left] == ["sent"], (one.name, [(row["state"], row["reason"]) for row in rows])
        assert {row["moment"] for row in rows} == {"ready"}
        assert len(rows) == (2 if one.name.startswith("gone") else 1), "one device; the other when that is gone"
        [sent] = left
        each = by_delivery[sent["id"]]
        assert len(each) == 1, f"{one.name}: two different messages of one order: {each}"
        [(_, _, address), times] = next(iter(each.items()))
        assert address == one.addresses[0 if one.name.startswith("gone") else 1]
        assert times == 1 or sent["attempts"] > 1, f"{one.name}: twice, though it was tried once"
