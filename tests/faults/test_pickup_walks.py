"""From the station to the store with an order that is ready, while web, worker, beat and Redis are killed: one reminder on the way, one arrival, and each
message on one device; with the real walks of the seed, every ping sent twice and some late, on two phones of each customer.
"""

import asyncio
import json
import random
import time
from collections import Counter, defaultdict
from pathlib import Path
from typing import Any

import httpx
import pytest

from seeds.phone import Line, Phone, moment
from seeds.pickup_story import WALK
from seeds.recordings import Recording
from seeds.replay import ping_of, stamps
from tests.doubles.fcm.process import FcmProcess
from tests.faults.conftest import Where
from tests.faults.push_town import PATIENT, through
from tests.faults.strikes import Surely, database_of, settle_in_minutes, striking
from tests.faults.test_pickup_kills import CHANCES as DELIVERING
from tests.faults.test_pickup_kills import STAGES, STRUCK
from tests.faults.town import PLACES, Service, serving, walks

pytestmark = pytest.mark.faults

SPEED = 40
STORE = "kalverstraat-183"
PEOPLE = 4
COUNTER = {"lat": 52.36805, "lon": 4.8921116}
STANDS_FOR = 8
"""Pings at the store's counter, a second apart: the recording ends as it comes to the door, with two fixes of 100 m and more."""
POINTS = (*STAGES, "match.before", "match.committed", "match.advanced")
CHANCES = f"{DELIVERING},match.before=0.02,match.committed=0.04,match.advanced=0.02"


def settle(service: Service) -> None:
    service.ask("PATCH", "/v1/settings", json={"quiet_hours": None, "frequency_cap": None})
    for place in json.loads(PLACES.read_text()):
        service.ask("PUT", f"/v1/places/{place.pop('id')}", json=place)


async def walk(service: Service, recording: Recording) -> None:
    """Everybody at once, a second apart; of two phones the one walks, and the other comes along some seconds behind it."""
    async with httpx.AsyncClient(base_url=service.url, limits=httpx.Limits(max_connections=64)) as client:
        phones: list[list[Phone]] = []
        for number in range(PEOPLE):
            name = f"p{number}"
            pair = [
                await Phone.register(
                    Line(client, PATIENT),
                    service.key,
                    customer=name,
                    consents={"orders": True},
                    first_contact=False,
                    push_token=f"{name}-{one}",
                )
                for one in range(2)
            ]
            phones.append(pair)
            order = {"customer": name, "place": STORE, "status": "ready"}
            await asyncio.to_thread(service.ask, "PUT", f"/v1/orders/order-{name}", json=order)

        async def one(number: int, phone: Phone, behind_s: float) -> None:
            dice = random.Random(number)
            start = time.time() + 2 + number * 0.3 + behind_s
            before: Any = None
            for fix, at in zip(recording.fixes, stamps(recording, start, SPEED), strict=True):
                await asyncio.sleep(max(0.0, at - time.time()))
                ping = ping_of(fix, at)
                sent = [ping] if before is None else [ping, before] if dice.random() < 0.5 else [before, ping]
                for _ in range(2):
                    await phone.send(sent)
                before = ping
            for _ in range(STANDS_FOR):
                await asyncio.sleep(1)
                await phone.send([{**COUNTER, "accuracy_m": 15, "at": moment(time.time())}])

        async with asyncio.TaskGroup() as everybody:
            for number, both in enumerate(phones):
                for which, phone in enumerate(both):
                    everybody.create_task(one(number, phone, 3.0 * which))


@pytest.mark.timeout(420)
def test_on_the_way_and_there_once_each(tmp_path: Path, where: Where) -> None:
    recording = next(one for one in walks() if one.name == WALK)
    with FcmProcess(tmp_path) as double:
        variables = where()
        surely = Surely(tmp_path / "struck", POINTS)
        settings = through(double) | {"PASSERBY_FAILPOINTS": surely.setting(CHANCES)} | variables
        with serving(tmp_path / "data", settings) as service:
            settle(service)
            with striking(service, STRUCK, 2.0, random.Random(7)) as strikes:
                asyncio.run(walk(service, recording))
            with database_of(service, variables) as database:
                settle_in_minutes(service, database, within_s=200)
            orders = {n: service.ask("GET", f"/v1/orders/order-p{n}") for n in range(PEOPLE)}
            told: dict[str, Counter[str]] = defaultdict(Counter)
            for row in service.everything("/v1/deliveries"):
                told[row["order"]][row["moment"].partition(":")[0]] += 1
            visits = service.everything("/v1/visits")
        taken: dict[tuple[str, str], set[str]] = defaultdict(set)
        for message in double.messages:
            taken[message.message["android"]["notification"]["tag"], message.message["data"]["delivery_id"]].add(
                message.message["token"]
            )
    assert strikes.roles == set(STRUCK), f"too little was killed to show anything: {strikes.killed}"
    assert surely.missed == set(), "nobody died there"
    for number, order in orders.items():
        assert order["status"] == "arrived", (number, order["history"])
        steps = Counter(one["status"] for one in order["history"])
        assert steps["arrived"] == 1, (number, order["history"])
        assert told[order["id"]]["ready"] == 1
        assert told[order["id"]]["approach"] == 1
        assert told[order["id"]]["arrived"] == 1
    assert {len(addresses) for addresses in taken.values()} == {1}, "one message went to two devices"
    assert visits == [], "consent to orders alone keeps no visit"
