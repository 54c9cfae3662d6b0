"""Orders that nobody collects: told of once, after as many days as the desk says, and on the store's list until somebody comes."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest

from offers import board
from offers.pickups import put_order, say_step
from offers.records.database import Database
from offers.rules.order import OrderBody, Status, StepBody
from offers.uncollected import tell_uncollected, uncollected_to_tell
from tests.at_once import at_once
from tests.offers.stories import KEYS, NOON, Town, at
from workers.sweeps import look_at_uncollected

DAY = timedelta(days=1)


@pytest.fixture
def town(database: Database) -> Town:
    one = Town(database)
    one.place(opening_hours="Mo-Su 10:00-18:00")
    one.place("leidsestraat")
    one.device(one.customer(consents=("orders",), language="en"))
    return one


def put(town: Town, order: str = "A-1", status: str = "ready", *, customer: str = "sanne", **more: Any) -> None:
    body = OrderBody.model_validate({"customer": customer, "place": "kalverstraat", "status": status, **more})
    town.write(lambda session: put_order(session, order, body, keys=KEYS, now=NOON))


def say(town: Town, order: str, status: Status) -> None:
    town.write(lambda session: say_step(session, order, status, StepBody(), keys=KEYS, now=at(1)))


def look(town: Town, days: float) -> list[str]:
    """What a look rings for."""
    rung: list[str] = []

    def ring(ids: Sequence[str]) -> None:
        rung.extend(ids)

    assert look_at_uncollected(town.database, NOON + days * DAY, ring) == len(rung)
    return rung


def listed(town: Town, days: float, places: Sequence[str] | None = None) -> list[str]:
    """On the store's list at the board; whatever is on it is in no column."""
    now, stores = NOON + days * DAY, None if places is None else tuple(places)
    rows = town.read(lambda session: board.columns(session, stores, now=now, view="uncollected"))
    columns = town.read(lambda session: board.columns(session, stores, now=now)).columns.values()
    found = [one.id for one in rows.columns["uncollected"]]
    assert rows.counts["uncollected"] == len(found)
    assert not {one.id for some in columns for one in some} & set(found)
    return found


def test_it_is_told_once_when_its_days_are_over(town: Town) -> None:
    put(town)
    assert look(town, 2.99) == []
    [delivery] = look(town, 3)
    assert look(town, 3) == []
    town.send([delivery], now=NOON + 3 * DAY)
    [body] = [one["body"] for one in town.deliveries() if one["id"] == delivery]
    assert body == "Kalverstraat is still keeping order A-1 for you. Open until 18:00."
    assert look(town, 5) == []


def test_it_waits_for_the_end_of_the_quiet_hours(town: Town) -> None:
    put(town)
    ids = look(town, 3.4)
    night = NOON + 3.4 * DAY
    assert town.claim(ids, now=night).held == []
    assert len(town.claim(ids, now=night + timedelta(hours=10)).held) == 1


@pytest.mark.parametrize("status", ["placed", "arrived", "collected", "cancelled"])
def test_nobody_is_told_whose_order_does_not_wait(town: Town, status: Status) -> None:
    put(town, status="placed" if status == "placed" else "ready")
    if status == "arrived":
        put(town, status="arrived")
    elif status != "placed":
        say(town, "A-1", status)
    assert (look(town, 4), listed(town, 4)) == ([], [])


def test_who_can_not_be_told_keeps_nobody_waiting(town: Town) -> None:
    """They are not even found: a look would come to them each time, and to nobody behind them."""
    town.device(town.customer("ben", consents=("offers",)))
    town.customer("cas", consents=("orders",))
    for customer in ("ben", "cas", "sanne"):
        put(town, f"of-{customer}", customer=customer)
    found = town.read(lambda session: uncollected_to_tell(session, now=NOON + 3 * DAY))
    assert [order for _, order in found] == ["of-sanne"]
    assert len(look(town, 3)) == 1


def test_a_look_reads_on_behind_what_it_found(town: Town) -> None:
    for number in range(3):
        put(town, f"A-{number}")
    [first, second, third] = town.read(lambda session: uncollected_to_tell(session, now=NOON + 3 * DAY))
    rest = town.read(lambda session: uncollected_to_tell(session, first, now=NOON + 3 * DAY))
    assert rest == [second, third]


@pytest.mark.parametrize(("after", "days"), [("P1D", 1), ("P10D", 10)])
def test_the_desk_says_after_how_long(town: Town, after: str, days: int) -> None:
    town.limits(uncollected_after=after)
    put(town)
    assert (look(town, days - 0.01), listed(town, days - 0.01)) == ([], [])
    assert (len(look(town, days)), listed(town, days)) == (1, ["A-1"])


def test_the_desk_says_never(town: Town) -> None:
    town.limits(uncollected_after=None)
    put(town)
    assert (look(town, 4), listed(town, 4)) == ([], [])
    seen = town.read(lambda session: board.columns(session, None, now=NOON + 400 * DAY))
    assert ([one.id for one in seen.columns["ready"]], seen.counts["uncollected"]) == (["A-1"], 0)


def test_nobody_is_told_of_what_has_lain_there_for_ever(town: Town) -> None:
    put(town)
    assert look(town, 10) == []
    assert listed(town, 10) == ["A-1"], "the store sees it all the same"


def test_the_stores_list_is_of_its_stores(town: Town) -> None:
    put(town)
    put(town, "B-1", place="leidsestraat")
    assert listed(town, 3) == ["A-1", "B-1"]
    assert listed(town, 3, ["leidsestraat"]) == ["B-1"]
    assert listed(town, 3, []) == []


def test_two_looks_at_once_tell_once(either_database: Database) -> None:
    town = Town(either_database)
    town.place()
    town.device(town.customer(consents=("orders",)))
    put(town)

    def tell() -> int:
        return len(town.write(lambda session: tell_uncollected(session, "A-1", now=NOON + 3 * DAY)).deliveries)

    assert sorted(at_once([tell] * 4)) == [0, 0, 0, 1]
