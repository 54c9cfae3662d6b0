"""Revision 0005 and back: a program that knows no pause must not tell those who stand where one was."""

from sqlalchemy import text

from offers.places import put_place
from offers.records.database import Database
from offers.records.schema import migrate
from offers.rules.place import PlaceBody
from tests.offers.stories import LAT, LON, NOON, circle


def _put(database: Database, place: str, *, paused: bool) -> None:
    body = {"name": place, "kind": "store", "lat": LAT, "lon": LON, "time_zone": "UTC", "geofences": [circle()]}
    with database.transaction() as session:
        put_place(session, place, PlaceBody.model_validate({**body, "paused": paused}), now=NOON)


def test_what_was_paused_comes_back_into_force_as_if_it_were_made_then(bare_url: str) -> None:
    database = Database(bare_url)
    migrate(database)
    _put(database, "open", paused=False)
    _put(database, "shut", paused=True)
    migrate(database, "0004")
    with database.engine.connect() as connection:
        assert connection.scalar(text("SELECT number FROM geofence_version")) == 3
        since = {row.place_id: row.since for row in connection.execute(text("SELECT place_id, since FROM geofences"))}
    assert since == {"open": 1, "shut": 3}
    migrate(database)
    with database.engine.connect() as connection:
        changed = {
            row.place_id: row.changed for row in connection.execute(text("SELECT place_id, changed FROM geofences"))
        }
    assert changed == since
    database.close()


def test_going_back_with_nothing_paused_is_no_edit(bare_url: str) -> None:
    database = Database(bare_url)
    migrate(database)
    _put(database, "open", paused=False)
    migrate(database, "0004")
    with database.engine.connect() as connection:
        assert connection.scalar(text("SELECT number FROM geofence_version")) == 1
    database.close()
