"""A hand-over that is undone: the order stands where it stood, also where it became ready only while its customer was on the way."""

from functools import partial

import pytest
from sqlalchemy.orm import Session

from offers import board
from offers.order_steps import undo_hand_over
from offers.pickups import put_order
from offers.records.database import Database
from offers.records.queries.orders import order_with_its_customer_locked
from offers.reserving import cancel_order
from offers.rules.order import OrderBody
from tests.offers.billboards import Billboard
from tests.offers.collecting import row_of, staff
from tests.offers.stories import KEYS, Town, at


@pytest.mark.parametrize(
    ("said", "stood"),
    [
        (("ready",), "ready"),
        (("ready", "on_the_way"), "on_the_way"),
        (("on_the_way", "ready"), "on_the_way"),
        (("arrived", "ready"), "arrived"),
        ((), "placed"),
    ],
)
def test_it_stands_where_it_stood(town: Town, said: tuple[str, ...], stood: str) -> None:
    town.place()
    town.customer(consents=("orders",))
    for number, status in enumerate(("placed", *said, "collected")):
        body = OrderBody.model_validate({"customer": "sanne", "place": "kalverstraat", "status": status})
        town.write(partial(put_order, order_id="A-1", body=body, keys=KEYS, now=at(number)))

    def undo(session: Session) -> tuple[bool, str]:
        found = order_with_its_customer_locked(session, "A-1")
        assert found is not None
        taken = undo_hand_over(session, *found, now=at(len(said) + 1.5))
        return taken.moved, found[0].status

    assert town.write(undo) == (True, stood)


def _order(town: Town, order_id: str, status: str, minute: float) -> str | None:
    body = OrderBody.model_validate({"customer": "sanne", "place": "kalverstraat", "status": status})
    town.write(partial(put_order, order_id=order_id, body=body, keys=KEYS, now=at(minute)))
    return row_of(town, order_id).code


def test_its_code_is_nobody_elses_while_it_can_be_undone(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    """Else two open orders of one store had the same code, and one was handed the other's."""
    monkeypatch.setattr("offers.records.queries.orders.pickup_code", lambda _keys, _order, attempt: f"C{attempt}")
    town.place()
    town.customer(consents=("orders",))
    first = _order(town, "A-1", "ready", 0)
    kim = staff(town)
    town.write(lambda session: board.hand_over(session, "A-1", kim, None, now=at(1)))
    second = _order(town, "A-2", "ready", 1.5)
    assert town.write(lambda session: board.undo(session, "A-1", kim, None, now=at(1.9))).moved
    assert (first, second) == ("C0", "C1")
    town.write(lambda session: board.hand_over(session, "A-1", kim, None, now=at(2)))
    assert _order(town, "A-3", "ready", 3.5) == "C0", "a minute later it is free again"


def test_its_piece_is_put_by_again(database: Database) -> None:
    """What is cancelled after all goes back on the shelf, once."""
    town = Billboard(database)
    town.put_up()
    order_id = town.reserve(town.asked()).order_id or ""
    kim = staff(town)
    assert town.stock() == {"38": 0, "39": 0}
    for minute in (2, 3):
        given, undone = at(minute), at(minute + 0.5)
        town.write(lambda session, now=given: board.hand_over(session, order_id, kim, None, now=now))  # type: ignore[misc]
        assert not row_of(town, order_id).holds_stock
        assert town.write(lambda session, now=undone: board.undo(session, order_id, kim, None, now=now)).moved  # type: ignore[misc]
        assert row_of(town, order_id).holds_stock
    town.write(lambda session: cancel_order(session, order_id, now=at(4)))
    assert town.stock() == {"38": 1, "39": 0}
