"""How many customers and places have a zone that nobody here knows."""

from sqlalchemy.orm import Session

from offers.records.condition import UnknownZones, unknown_zones
from offers.records.tables import Customer, Place
from tests.offers.stories import Town


def test_each_of_them_counts_and_who_says_none_does_not(town: Town) -> None:
    for customer in ("ann", "ben", "tim", "sanne"):
        town.customer(customer)
    town.customer("kei", time_zone=None)
    town.place()
    assert unknown_zones(town.database) == UnknownZones(0, 0)

    def break_them(session: Session) -> None:
        for customer, zone in (("ann", "Mars/Olympus"), ("ben", "Mars/Olympus"), ("tim", "")):
            session.get_one(Customer, customer).time_zone = zone
        session.get_one(Place, "kalverstraat").time_zone = "Mars/Olympus"

    town.write(break_them)
    assert unknown_zones(town.database) == UnknownZones(3, 1)
