"""Redis is killed and comes back, and is emptied: no accepted ping is lost to the first, nothing in SQL to the second."""

import asyncio
import os
import signal
import time
from pathlib import Path
from typing import Any

import httpx
import pytest

from seeds.phone import Line, Patience, Phone, moment
from tests.faults.town import Service, serving

pytestmark = pytest.mark.faults

STORE = {"lat": 52.3702516, "lon": 4.8906199}
PEOPLE = 40
PATIENT = Patience(attempts=200)


def settle_store(service: Service) -> None:
    service.ask("PATCH", "/v1/settings", json={"quiet_hours": None, "frequency_cap": None})
    place = {"name": "Store", "kind": "store", **STORE, "time_zone": "Europe/Amsterdam"}
    service.ask(
        "PUT", "/v1/places/store", json={**place, "geofences": [{"role": "premises", **STORE, "radius_m": 100}]}
    )
    words = {"en": {"title": "{{ place.name }}", "body": "Hello"}}
    service.ask("PUT", "/v1/campaigns/c", json={"name": "C", "trigger": {"on": "enter"}, "messages": words})
    service.ask("POST", "/v1/campaigns/c/launch")


def redis_pid(service: Service) -> int:
    client: Any = service.redis()
    return int(client.info("server")["process_id"])


async def walk_in(service: Service, faults: list[float]) -> None:
    """People come in one after the other, their phones repeating what is not answered; Redis is killed at these moments."""
    async with httpx.AsyncClient(base_url=service.url) as client:
        consents = {"location": True, "offers": True}
        phones = [
            await Phone.register(
                Line(client, PATIENT), service.key, customer=f"p{number}", consents=consents, push_token=f"t{number}"
            )
            for number in range(PEOPLE)
        ]
        began = time.monotonic()

        async def come_in(number: int, phone: Phone) -> None:
            await asyncio.sleep(number * 0.25)
            await phone.send([{**STORE, "accuracy_m": 10, "at": moment(time.time())}])

        async def strike() -> None:
            for at in faults:
                await asyncio.sleep(max(0.0, began + at - time.monotonic()))
                os.kill(await asyncio.to_thread(redis_pid, service), signal.SIGKILL)

        async with asyncio.TaskGroup() as everybody:
            everybody.create_task(strike())
            for number, phone in enumerate(phones):
                everybody.create_task(come_in(number, phone))


@pytest.mark.timeout(240)
def test_no_accepted_ping_is_lost_when_redis_is_killed(tmp_path: Path) -> None:
    with serving(tmp_path) as service:
        settle_store(service)
        asyncio.run(walk_in(service, faults=[2.0, 6.0]))
        service.settle(within_s=90)
        entered = [one["customer"] for one in service.everything("/v1/transitions") if one["kind"] == "enter"]
        assert sorted(entered) == sorted(f"p{number}" for number in range(PEOPLE))
        deliveries = service.everything("/v1/deliveries")
        assert len({one["customer"] for one in deliveries}) == len(deliveries) == PEOPLE
        assert {one["state"] for one in deliveries} <= {"sent", "unknown"}


@pytest.mark.timeout(240)
def test_an_emptied_redis_is_rebuilt_and_nobody_enters_twice(tmp_path: Path) -> None:
    with serving(tmp_path) as service:
        settle_store(service)
        asyncio.run(walk_in(service, faults=[]))
        service.settle()
        client: Any = service.redis()
        client.flushall()
        deadline = time.monotonic() + 30
        while httpx.get(f"{service.url}/readyz", timeout=10).status_code != 200:
            assert time.monotonic() < deadline, "not ready again within 30 s"
            time.sleep(0.2)

        async def once_more() -> None:
            async with httpx.AsyncClient(base_url=service.url) as http:
                for number in range(PEOPLE):
                    phone = await Phone.register(
                        Line(http, PATIENT),
                        service.key,
                        customer=f"p{number}",
                        consents={"location": True},
                        push_token=f"again{number}",
                    )
                    await phone.send([{**STORE, "accuracy_m": 10, "at": moment(time.time())}])

        asyncio.run(once_more())
        service.settle()
        assert len(service.everything("/v1/visits")) == PEOPLE
        assert len(service.everything("/v1/deliveries")) == PEOPLE
