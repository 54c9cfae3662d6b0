"""However a shop's events of an order are shuffled and doubled on their way, it ends as the shop's newest says."""

import json
from collections.abc import Sequence
from datetime import timedelta
from itertools import count

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from offers import pickups, shops
from offers.errors import NotFound
from offers.records.database import Database
from offers.rules.shop import ShopBody
from offers.shop_events import Heard
from tests.conftest import NOON
from tests.offers.stories import Town
from workers.shops.working import WorkKeys, hear

NUMBERS = count(1)
"""An order of its own each time: the database stays."""
KEYS = WorkKeys.of(b"only for tests, but long enough for it")
AFTER = {"placed": ("ready", "cancelled"), "ready": ("cancelled", "collected"), "cancelled": ("placed", "ready")}
"""What a shop may say next of an order; what was handed over is over."""


@st.composite
def histories(draw: st.DrawFn) -> tuple[str, ...]:
    said = ["placed"]
    for _ in range(draw(st.integers(0, 5))):
        if said[-1] == "collected":
            break
        later = [one for one in AFTER[said[-1]] if one != "collected" or "cancelled" not in said]
        # what was ready is `placed` again only by way of a cancellation that came first: docs/web-shops.md
        later = [one for one in later if one != "placed" or "ready" not in said]
        said.append(draw(st.sampled_from(later)))
    return tuple(said)


@st.composite
def arrivals(draw: st.DrawFn) -> tuple[tuple[str, ...], list[int]]:
    """A history, and its numbers as they arrive: each once or twice."""
    history = draw(histories())
    numbers = [one for one in range(len(history)) for _ in range(draw(st.integers(1, 2)))]
    return history, draw(st.permutations(numbers))


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(arrivals())
def test_it_ends_as_the_newest_says(database: Database, told: tuple[Sequence[str], Sequence[int]]) -> None:
    history, numbers = told
    order_id = f"A-{next(NUMBERS)}"
    town = Town(database)
    try:
        with database.reading() as session:
            shops.get_shop(session, "web")
    except NotFound:
        town.place("kalverstraat")
        body = ShopBody.model_validate({"kind": "standard", "name": "Web shop"})
        town.write(lambda s: shops.put_shop(s, "web", body, keys=KEYS.shops, now=NOON))
    for arrival, number in enumerate(numbers):
        at = NOON + timedelta(minutes=number)
        order = {"id": order_id, "customer": "sanne", "place": "kalverstraat", "number": f"{number}"}
        said = {"type": f"order.{history[number]}", "timestamp": at.isoformat(), "data": order}
        heard = Heard(f"{order_id} {number}", "order", at, json.dumps(said).encode())
        now = NOON + timedelta(hours=1, seconds=arrival)
        hear(database, "web", heard, keys=KEYS, now=now)
    with database.reading() as session:
        found = pickups.get_order(session, order_id)
    assert (found["status"], found["number"]) == (history[-1], f"{len(history) - 1}")
