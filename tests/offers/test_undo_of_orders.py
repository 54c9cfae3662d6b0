"""A hand-over that is undone: the order stands where it stood, also where it became ready only while its customer was on the way."""

from functools import partial

import pytest
from sqlalchemy.orm import Session

from offers.order_steps import undo_hand_over
from offers.pickups import put_order
from offers.records.queries.orders import order_with_its_customer_locked
from offers.rules.order import OrderBody
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
