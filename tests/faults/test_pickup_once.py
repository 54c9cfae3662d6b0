"""An order that gets ready is told once, however often, in whatever order and at how many doors at once the shop says it: with one message, on the
one of two phones that was seen last. Real processes, against FCM's double.
"""

import asyncio
import random
import time
from collections import Counter, defaultdict
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

from seeds.phone import Line, Phone
from tests.doubles.fcm.process import FcmProcess
from tests.faults.push_town import (
    PATIENT,
    settle,
    through,
    wait_until_nothing_waits,
)
from tests.faults.town import Service, serving

pytestmark = pytest.mark.faults

AGAIN = 5
"""How often the shop says the same of each order."""
DOORS = 4
"""At so many doors at once."""
PATIENCE_S = 180.0
"""A shop says it again until it is taken."""


@dataclass(frozen=True)
class Customer:
    """With two phones, the one that was seen last behind the other."""

    name: str
    addresses: tuple[str, str]

    @property
    def order(self) -> str:
        return f"order-{self.name}"


def fine(many: int) -> list[Customer]:
    return [Customer(f"fine-{number}", (f"old-{number}", f"new-{number}")) for number in range(many)]


async def register(service: Service, people: Sequence[Customer]) -> None:
    async with httpx.AsyncClient(base_url=service.url) as client:
        for one in people:
            for address in one.addresses:
                await Phone.register(
                    Line(client, PATIENT),
                    service.key,
                    customer=one.name,
                    consents={"orders": True},
                    first_contact=False,
                    push_token=address,
                )


def say(service: Service, people: Sequence[Customer], dice: random.Random, over_s: float) -> None:
    """The shop says `placed`, and AGAIN times `ready`, of everybody's order, out of order and several at once; at the end `ready`."""
    said = [(one, status) for one in people for status in ("placed", *["ready"] * AGAIN)]
    dice.shuffle(said)
    began = time.monotonic()

    def put(number: int, one: Customer, status: str) -> None:
        time.sleep(max(0.0, began + over_s * number / len(said) - time.monotonic()))
        body, last = {"customer": one.name, "place": "store", "status": status}, ""
        while time.monotonic() < began + PATIENCE_S:
            try:
                service.ask("PUT", f"/v1/orders/{one.order}", json=body)
            except AssertionError as unanswered:
                if "never answered" not in str(unanswered):
                    raise
                last = str(unanswered)
            else:
                return
        raise AssertionError(f"{one.order} could not be said within {PATIENCE_S:g} s: {last}")

    with ThreadPoolExecutor(DOORS) as doors:
        list(doors.map(put, range(len(said)), *zip(*said, strict=True)))


def by_order(service: Service) -> dict[str, list[dict[str, Any]]]:
    rows: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for one in service.everything("/v1/deliveries"):
        rows[one["order"]].append(one)
    return rows


def tags(double: FcmProcess) -> dict[str, Counter[tuple[str, str, str]]]:
    """By order what the double took: (tag, delivery, address), and how often."""
    taken: dict[str, Counter[tuple[str, str, str]]] = defaultdict(Counter)
    for one in double.messages:
        data, tag = one.message["data"], one.message["android"]["notification"]["tag"]
        assert one.message["apns"]["headers"]["apns-collapse-id"] == tag, "one phone or another: one message"
        taken[tag][tag, data["delivery_id"], one.message["token"]] += 1
    return taken


@pytest.mark.timeout(240)
def test_in_peace_each_is_told_exactly_once(tmp_path: Path) -> None:
    people = fine(25)
    with FcmProcess(tmp_path) as double:
        with serving(tmp_path / "data", through(double)) as service:
            settle(service)
            asyncio.run(register(service, people))
            say(service, people, random.Random(1), over_s=2)
            wait_until_nothing_waits(service, within_s=60)
            orders = by_order(service)
        taken = tags(double)
    assert {name: [one["state"] for one in rows] for name, rows in orders.items()} == {
        one.order: ["sent"] for one in people
    }
    assert [sum(each.values()) for each in taken.values()] == [1] * len(people)
    addresses = {address for each in taken.values() for _, _, address in each}
    assert addresses == {one.addresses[1] for one in people}, "of two phones the one that was seen last, and it alone"
