"""Which posters hang where, and how many people scanned each since a moment: of those that hang, people alone, in two statements."""

from datetime import timedelta

from offers.live import Hanging, posters_hanging
from offers.records.database import Database
from offers.records.tables import Poster
from tests.offers.posters import poster, scan
from tests.offers.stories import LAT, LON, NOON, Town


def test_scans_by_people_since_then_are_counted_where_it_hangs(either_database: Database) -> None:
    town = Town(either_database)
    town.place("dam")
    town.customer("sanne")
    poster(town, "centraal")
    poster(town, "etalage", place="dam")
    town.write(lambda session: setattr(session.get_one(Poster, "centraal"), "name", "Hal"))
    town.write(lambda session: setattr(session.get_one(Poster, "etalage"), "name", None))
    poster(town, "gone", retired_at=NOON)
    for minute, kind in ((0, "human"), (1, "human"), (2, "bot"), (3, "preview"), (-600, "human")):
        scan(town, minute, kind=kind)
    scan(town, 5, poster="gone")
    with either_database.reading() as session:
        found = posters_hanging(session, since=NOON - timedelta(hours=1), limit=10)
        earlier = posters_hanging(session, since=NOON - timedelta(days=1), limit=1)
        none = posters_hanging(session, since=NOON, limit=0)
    assert found == [
        Hanging("centraal", "Hal", None, LAT + 0.008, LON + 0.01, 2),
        Hanging("etalage", "etalage", "dam", LAT + 0.008, LON + 0.01, 0),
    ]
    assert [(one.id, one.scans) for one in earlier] == [("centraal", 3)]
    assert none == []
