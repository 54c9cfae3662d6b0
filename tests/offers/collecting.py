"""Orders on their way to a counter: a shop's, in the states that a board shows, told in minutes after noon."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy.orm import Session

from offers import users
from offers.pickups import put_order
from offers.records.queries.orders import order_by_id
from offers.records.tables import Deed, Order, User
from offers.rules.order import OrderBody
from tests.offers.stories import KEYS, NOON, Town, at

SNEAKER = {"sku": "SNEAK-1", "title": "Sneaker, white", "size": "38"}


def order(
    town: Town,
    order_id: str = "A-1",
    steps: Sequence[str] = ("ready",),
    *,
    minute: float = 0,
    customer: str = "sanne",
    place: str = "kalverstraat",
    **columns: Any,
) -> str:
    """An order that the shop told of, with a step a minute from `minute` on; then these columns as they are given."""

    def told(session: Session) -> None:
        for number, step in enumerate(steps):
            body = OrderBody.model_validate({"customer": customer, "place": place, "status": step, "items": [SNEAKER]})
            put_order(session, order_id, body, keys=KEYS, now=at(minute + number))

    town.write(told)

    def set_columns(session: Session) -> None:
        row = order_by_id(session, order_id)
        for name, value in columns.items():
            setattr(row, name, value)

    town.write(set_columns)
    return order_id


def row_of(town: Town, order_id: str = "A-1") -> Order:
    row = town.read(lambda session: order_by_id(session, order_id))
    assert row is not None
    return row


def staff(town: Town, name: str = "Kim", places: Sequence[str] = ()) -> str:
    """The id of somebody at the counter."""
    email = f"{name.lower()}@shop.example"
    town.write(lambda session: users.create_user(session, email, "staff", now=NOON, name=name, places=places))
    return town.read(lambda session: str(session.query(User.id).filter(User.email == email).scalar()))


def deeds(town: Town) -> list[tuple[str, str]]:
    """What was done to orders, and to which, in the order of it."""
    return town.read(
        lambda session: [
            (one.what, one.subject) for one in session.query(Deed).filter_by(noun="order").order_by(Deed.id)
        ]
    )
