"""One order in the hands of everybody at the same moment: no deadlock, nothing told twice, and nothing left of it when it is closed."""

import random
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from offers import board, coming
from offers.customers import set_consents
from offers.distances import Sighted, record_distances
from offers.pickups import put_order, say_step
from offers.records.database import Database
from offers.records.tables import Delivery, Order, Stay, Transition
from offers.reserving import cancel_order
from offers.rules.order import OrderBody, StepBody
from offers.rules.pickup_steps import CLOSED
from offers.rules.profile import ConsentsBody
from offers.uncollected import tell_uncollected
from tests.at_once import at_once
from tests.offers.collecting import staff
from tests.offers.pickups import Pickups, fence
from tests.offers.stories import KEYS, at, enter, leave

ROUNDS = 6


@pytest.mark.parametrize("seed", range(ROUNDS))
def test_everybody_at_once(database: Database, seed: int) -> None:
    """The shop four times, a till, the customer's page and app, a phone's crossings and distances, a sender, and a withdrawal."""
    town = Pickups(database)
    phone = town.build(("orders",), ready=False)
    other = town.device("sanne")
    for one in ("o-1", "o-2"):
        town.order(one, "placed")
    kim = staff(town)
    store, ring, station = fence(town, "kalverstraat"), fence(town, "kalverstraat", "approach"), fence(town, "centraal")
    town.cross(enter(phone, station, 1))

    def say(order: str, status: str) -> Callable[[], Any]:
        body = OrderBody.model_validate({"customer": "sanne", "place": "kalverstraat", "status": status})
        return lambda: town.write(lambda s: put_order(s, order, body, keys=KEYS, now=at(5)))

    def do(work: Callable[[Session], Any]) -> Callable[[], Any]:
        return lambda: town.write(work)

    def send() -> None:
        ids = town.read(lambda s: list(s.scalars(select(Delivery.id))))
        town.send(ids, now=at(5))

    moved = {"customer": "sanne", "place": "damrak", "status": "ready"}
    works = [
        *(say("o-1", "ready") for _ in range(4)),
        say("o-2", "ready"),
        do(lambda s: put_order(s, "o-2", OrderBody.model_validate(moved), keys=KEYS, now=at(5))),
        do(lambda s: board.hand_over(s, "o-1", kim, None, now=at(6))),
        do(lambda s: cancel_order(s, "o-1", now=at(6))),
        do(lambda s: say_step(s, "o-2", "cancelled", StepBody(), keys=KEYS, now=at(6))),
        do(lambda s: coming.say_here(s, "o-1", customer_id=None, source="page", now=at(5))),
        do(lambda s: coming.say_on_my_way(s, "o-2", customer_id="sanne", minutes=5, source="device", now=at(5))),
        lambda: town.cross(leave(phone, station, 5), enter(phone, ring, 5), enter(phone, store, 5)),
        lambda: town.cross(enter(other, ring, 5), leave(other, ring, 5.5)),
        do(lambda s: record_distances(s, [Sighted(phone, one, 800, int(at(5).timestamp())) for one in ("o-2", "o-1")], now=at(5))),
        do(lambda s: set_consents(s, "sanne", ConsentsBody(orders=seed % 2 == 0), source="device", now=at(5))),
        do(lambda s: tell_uncollected(s, "o-1", now=at(5))),
        send,
    ]  # fmt: skip
    random.Random(seed).shuffle(works)
    at_once(works)
    do(lambda s: say_step(s, "o-1", "collected", StepBody(), keys=KEYS, now=at(7)))()
    do(lambda s: say_step(s, "o-2", "collected", StepBody(), keys=KEYS, now=at(7)))()
    for one in ("o-1", "o-2"):
        order = town.read(lambda s, one=one: s.get_one(Order, one))  # type: ignore[misc]
        assert order.status in CLOSED
        assert (order.track, order.minutes_high, order.holds_stock) == (None, None, False)
        closes = [line["status"] for line in order.history if line["status"] in CLOSED]
        back = sum(1 for line in order.history if line.get("again"))
        assert len(closes) == 1 + back, "the shop may have brought it back, and nobody else"
        assert sum(line["status"] == "ready" and not line.get("away") for line in order.history) <= 1 + back
    told = Counter(town.read(lambda s: [(row.order_id, row.moment) for row in s.scalars(select(Delivery))]))
    assert not [one for one, times in told.items() if times > 1]
    left = town.read(lambda s: [s.scalar(select(func.count()).select_from(one)) for one in (Stay, Transition)])
    assert left == [0, 0], "of somebody who agreed to orders alone"
