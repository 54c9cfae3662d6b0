"""A store whose customers' phones are known to FCM's double: people come in, orders get ready, and the double has the last word."""

import asyncio
import time
from collections import Counter
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

import httpx

from seeds.phone import Line, Patience, Phone, moment
from tests.doubles.fcm.process import FcmProcess
from tests.faults.town import Service
from tests.faults.walk_in import STORE

PATIENT = Patience(attempts=200)

SURELY_NOT_TAKEN = ("quota", "projquota", "unavailable", "internal", "badgateway")
"""Answers that say that the message was not taken."""
MAY_HAVE_BEEN_TAKEN = ("lostack", "reset", "goaway")
"""After these nobody can tell."""
DEAD = ("unregistered", "mismatch", "invalid")
"""The address is no good."""


def through(double: FcmProcess) -> dict[str, str]:
    """The variables of a service that sends through it."""
    return {
        "PASSERBY_PUSH": "fcm",
        "PASSERBY_GOOGLE_APPLICATION_CREDENTIALS": str(double.account_file),
        "PASSERBY_FCM_ENDPOINT": double.url,
        "SSL_CERT_FILE": str(double.ca_file),
        "REQUESTS_CA_BUNDLE": str(double.ca_file),
    }


@dataclass
class People:
    """Customers by name, each with the address of their one phone."""

    addresses: Mapping[str, str]
    phones: dict[str, Phone] = field(default_factory=dict)


def settle(service: Service, life: str = "PT15M") -> None:
    """A campaign on everybody who comes in, without limits; orders may be told at any hour."""
    service.ask("PATCH", "/v1/settings", json={"quiet_hours": None, "frequency_cap": None, "message_life": life})
    place = {"name": "Store", "kind": "store", **STORE, "time_zone": "Europe/Amsterdam", "pickup": True}
    premises = {"role": "premises", **STORE, "radius_m": 100}
    service.ask("PUT", "/v1/places/store", json={**place, "geofences": [premises]})
    words = {"en": {"title": "{{ place.name }}", "body": "Hello {{ customer.first_name | default: 'you' }}"}}
    service.ask("PUT", "/v1/campaigns/c", json={"name": "C", "trigger": {"on": "enter"}, "messages": words})
    service.ask("POST", "/v1/campaigns/c/launch")


def come_in_and_collect(service: Service, people: People, over_s: float) -> None:
    """Everybody comes in, one after the other, and has an order that gets ready while they are there: two messages for each phone. Who came in with
    a ready order would be welcomed for it, and no offer goes beside that: tests/faults/test_pickup_walks.py.
    """
    asyncio.run(_come_in(service, people, over_s))


async def _come_in(service: Service, people: People, over_s: float) -> None:
    async with httpx.AsyncClient(base_url=service.url) as client:
        consents = {"location": True, "offers": True, "orders": True}
        for customer, address in people.addresses.items():
            people.phones[customer] = await Phone.register(
                Line(client, PATIENT),
                service.key,
                customer=customer,
                consents=consents,
                first_contact=False,
                push_token=address,
            )

        async def one(number: int, customer: str) -> None:
            await asyncio.sleep(over_s * number / len(people.phones))
            await people.phones[customer].send([{**STORE, "accuracy_m": 10, "at": moment(time.time())}])
            decided = f"/v1/decisions?customer={customer}"
            for _ in range(200):
                if (await asyncio.to_thread(service.ask, "GET", decided))["items"]:
                    break
                await asyncio.sleep(1)
            order = {"customer": customer, "place": "store", "status": "ready"}
            await asyncio.to_thread(service.ask, "PUT", f"/v1/orders/order-{customer}", json=order)

        async with asyncio.TaskGroup() as everybody:
            for number, customer in enumerate(people.phones):
                everybody.create_task(one(number, customer))


def accepted(double: FcmProcess) -> Counter[str]:
    """How often the double accepted each delivery."""
    return Counter(one.message["data"]["delivery_id"] for one in double.messages)


def deliveries(service: Service, kind: str) -> dict[str, dict[str, Any]]:
    """By customer; each has one of a kind."""
    rows = [one for one in service.everything("/v1/deliveries") if one["kind"] == kind]
    found = {one["customer"]: one for one in rows}
    assert len(found) == len(rows), f"a customer has two deliveries of kind {kind}"
    return found


def wait_until_nothing_waits(service: Service, within_s: float) -> None:
    """Until every delivery has come to its end."""
    with suppress(AssertionError):
        service.settle(within_s)
    waiting = [one for one in service.everything("/v1/deliveries") if one["state"] in {"queued", "sending"}]
    assert not waiting, [(one["customer"], one["state"], one["reason"], one["attempts"]) for one in waiting]
