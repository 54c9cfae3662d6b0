"""What the stories of deferred moments are told with: an evening, the morning after it, and what waits between the two."""

from typing import Any

from sqlalchemy.orm import Session

from offers.deciding import Decided
from offers.deferrals import decide_deferred, due_deferrals
from offers.records.tables import Customer, Deferral
from tests.offers.stories import Town, at

EVENING, MORNING = 510.0, 1080.0
"""22:30 in Amsterdam, and 8:00 of the next day, in minutes after noon in UTC."""


def rows(town: Town) -> list[Deferral]:
    return town.read(lambda session: list(session.query(Deferral).order_by(Deferral.id)))


def due(town: Town, minute: float) -> list[str]:
    return town.read(lambda session: due_deferrals(session, now=at(minute)))


def decide(town: Town, minute: float, ids: list[str] | None = None) -> Decided:
    """What the worker does when beat has looked."""
    wanted = due(town, minute) if ids is None else ids
    return town.write(lambda session: decide_deferred(session, wanted, now=at(minute)))


def newest(town: Town, customer: str = "sanne") -> dict[str, Any]:
    return town.decisions(customer)[0]


def move_to(town: Town, zone: str) -> None:
    def move(session: Session) -> None:
        session.get_one(Customer, "sanne").time_zone = zone

    town.write(move)
