"""One store, and people who come in one after the other while something is done to the servers."""

import asyncio
import time
from collections import Counter
from collections.abc import Callable, Sequence

import httpx

from seeds.phone import Line, Patience, Phone, moment
from tests.faults.town import Service

STORE = {"lat": 52.3702516, "lon": 4.8906199}
PEOPLE = 40
PATIENT = Patience(attempts=200)
BETWEEN_S = 0.25


def settle_store(service: Service) -> None:
    service.ask("PATCH", "/v1/settings", json={"quiet_hours": None, "frequency_cap": None})
    place = {"name": "Store", "kind": "store", **STORE, "time_zone": "Europe/Amsterdam"}
    service.ask(
        "PUT", "/v1/places/store", json={**place, "geofences": [{"role": "premises", **STORE, "radius_m": 100}]}
    )
    words = {"en": {"title": "{{ place.name }}", "body": "Hello"}}
    service.ask("PUT", "/v1/campaigns/c", json={"name": "C", "trigger": {"on": "enter"}, "messages": words})
    service.ask("POST", "/v1/campaigns/c/launch")


def walk_in(service: Service, strikes: Sequence[tuple[float, Callable[[], None]]] = ()) -> None:
    """People come in one after the other, their phones repeating what is not answered; each strike comes so many seconds after the first."""
    asyncio.run(_walk_in(service, strikes))


async def _walk_in(service: Service, strikes: Sequence[tuple[float, Callable[[], None]]]) -> None:
    async with httpx.AsyncClient(base_url=service.url) as client:
        consents = {"location": True, "offers": True}
        phones = [
            await Phone.register(
                Line(client, PATIENT),
                service.key,
                customer=f"p{number}",
                consents=consents,
                first_contact=False,
                push_token=f"t{number}",
            )
            for number in range(PEOPLE)
        ]
        began = time.monotonic()

        async def come_in(number: int, phone: Phone) -> None:
            await asyncio.sleep(number * BETWEEN_S)
            await phone.send([{**STORE, "accuracy_m": 10, "at": moment(time.time())}])

        async def strike() -> None:
            for at, act in strikes:
                await asyncio.sleep(max(0.0, began + at - time.monotonic()))
                await asyncio.to_thread(act)

        async with asyncio.TaskGroup() as everybody:
            everybody.create_task(strike())
            for number, phone in enumerate(phones):
                everybody.create_task(come_in(number, phone))


def everybody_came_in_once(service: Service) -> None:
    """No accepted ping lost, nothing doubled."""
    kinds = Counter((one["customer"], one["kind"]) for one in service.everything("/v1/transitions"))
    assert {who for who, kind in kinds if kind == "enter"} == {f"p{number}" for number in range(PEOPLE)}
    assert {count for (_, kind), count in kinds.items() if kind == "enter"} == {1}
    deliveries = service.everything("/v1/deliveries")
    assert len({one["customer"] for one in deliveries}) == len(deliveries) == PEOPLE
    assert {one["state"] for one in deliveries} <= {"sent", "unknown"}
