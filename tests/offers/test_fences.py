"""Following the edits: whatever was done, the index that followed says what one that was read anew says."""

import random
import threading
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import text

from geofences.fence_index import FenceIndex
from geofences.shapes import Circle
from offers.fences import fence_version, follow_edits, read_index
from offers.follows import Follows
from offers.places import delete_place, put_place
from offers.records.database import Database
from offers.records.tables import Geofence
from offers.rules.place import PlaceBody
from tests.offers.stories import LAT, LON, NOON, Town, at, circle


def follow(town: Town, index: FenceIndex) -> FenceIndex:
    return town.read(lambda session: follow_edits(session, index))


def assert_is_the_truth(town: Town, index: FenceIndex) -> None:
    fresh = town.read(read_index)
    assert index.version == fresh.version
    assert dict(index.by_id) == dict(fresh.by_id)


def remove(town: Town, place: str) -> Follows:
    return town.write(lambda session: delete_place(session, place, now=at(5)))


def test_the_index_gets_all_geofences_in_force_and_their_version(town: Town) -> None:
    empty = town.read(read_index)
    assert (empty.version, empty.fences) == (0, ())
    town.place()
    first = town.read(read_index)
    assert [(fence.place, fence.role, fence.shape, fence.dwell_s) for fence in first.fences] == [
        ("kalverstraat", "premises", Circle(LAT, LON, 100), 60)
    ]
    town.place(geofences=[circle(50)])
    second = town.read(read_index)
    assert second.version == first.version + 1
    assert [(fence.shape, fence.since) for fence in second.fences] == [(Circle(LAT, LON, 50), second.version)]


def test_nothing_new_is_the_same_index(town: Town) -> None:
    town.place()
    index = town.read(read_index)
    assert follow(town, index) is index


EDITS: dict[str, Callable[[Town], object]] = {
    "made": lambda town: town.place("new"),
    "moved": lambda town: town.place("a", [circle(70)]),
    "another dwell": lambda town: town.place("a", [circle(dwell_s=5)]),
    "a geofence more": lambda town: town.place("a", [circle(), circle(300, "approach")]),
    "paused": lambda town: town.place("a", paused=True),
    "resumed": lambda town: town.place("p"),
    "paused and moved": lambda town: town.place("a", [circle(90)], paused=True),
    "moved while paused": lambda town: town.place("p", [circle(90)], paused=True),
    "deleted": lambda town: remove(town, "a"),
    "deleted while paused": lambda town: remove(town, "p"),
    "made and deleted": lambda town: (town.place("new"), remove(town, "new")),
    "deleted and made anew": lambda town: (remove(town, "a"), town.place("a", [circle(60)])),
    "paused and resumed": lambda town: (town.place("a", paused=True), town.place("a")),
    "deleted and others moved": lambda town: (town.place("b", [circle(40)]), remove(town, "a"), town.place("c")),
    "a new name": lambda town: town.place("a", name="Another"),
}


@pytest.mark.parametrize("edit", EDITS)
def test_every_edit_is_followed(town: Town, edit: str) -> None:
    for place in ("a", "b"):
        town.place(place)
    town.place("p", paused=True)
    index = town.read(read_index)
    EDITS[edit](town)
    assert_is_the_truth(town, follow(town, index))


def test_any_edits_in_any_order_seen_at_any_moment(town: Town) -> None:
    dice = random.Random(5)
    index = town.read(read_index)
    there: set[str] = set()
    for _ in range(60):
        place = dice.choice("abcdef")
        if place in there and dice.random() < 0.25:
            remove(town, place)
            there.remove(place)
        else:
            shape = circle(dice.choice([50, 60]), dwell_s=dice.choice([None, 60]))
            town.place(place, [shape], paused=dice.random() < 0.3)
            there.add(place)
        if dice.random() < 0.4:
            index = follow(town, index)
            assert_is_the_truth(town, index)


def test_only_the_rows_that_were_written_since_are_read(town: Town) -> None:
    for number in range(20):
        town.place(f"p{number:02}")
    index = town.read(read_index)
    town.place("p03", [circle(55)])
    with town.statements() as asked:
        after = follow(town, index)
    [about] = [one for one in asked if "FROM geofences" in one]
    assert "geofences.changed >" in about
    assert after.overlay_size == 2, "the one that went and the one that came"
    same = [fence_id for fence_id, fence in after.by_id.items() if index.by_id.get(fence_id) is fence]
    assert len(same) == 19


def test_ids_of_all_are_compared_only_when_rows_went_altogether(town: Town) -> None:
    for place in "abc":
        town.place(place)
    index = town.read(read_index)
    remove(town, "b")
    with town.statements() as asked:
        index = follow(town, index)
    assert [one.count("geofences.shape") for one in asked if "FROM geofences" in one] == [1, 0]
    assert_is_the_truth(town, index)
    town.place("a", [circle(30)])
    with town.statements() as asked:
        follow(town, index)
    assert len([one for one in asked if "FROM geofences" in one]) == 1


def test_shapes_that_were_checked_once_are_not_checked_again(town: Town) -> None:
    """Checking a hundred thousand at every start takes most of a minute. What no check would let in shows that there is none."""
    fence = town.place()
    bow = {
        "geometry": {
            "type": "Polygon",
            "coordinates": [[[4.0, 52.0], [4.1, 52.1], [4.1, 52.0], [4.0, 52.1], [4.0, 52.0]]],
        }
    }

    def write(session: Any) -> None:
        session.get_one(Geofence, fence).shape = bow

    town.write(write)
    [read] = town.read(read_index).fences
    assert read.shape.to_json() == bow


def test_a_database_older_than_the_index_is_read_anew(town: Town) -> None:
    """A backup was restored under a process that runs."""
    town.place("a")
    town.place("b")
    index = town.read(read_index)
    town.write(lambda session: session.execute(text("UPDATE geofence_version SET number = 1")))
    town.write(lambda session: session.execute(text("DELETE FROM places WHERE id = 'b'")))
    index = follow(town, index)
    assert (index.version, [fence.place for fence in index.fences]) == (1, ["a"])


def test_many_who_edit_at_once_and_one_who_follows_meanwhile(database: Database) -> None:
    """Commit order is version order: at whatever moment it looks, it has each edit up to its version, and ends with all."""
    town = Town(database)
    writers, rounds, failed = 4, 8, []
    ready = threading.Barrier(writers + 1)

    def edit(name: str) -> None:
        try:
            ready.wait()
            for number in range(rounds):
                body = PlaceBody.model_validate(
                    {
                        "name": name, "kind": "store", "lat": LAT, "lon": LON, "time_zone": "UTC",
                        "paused": number % 3 == 1, "geofences": [circle(50 + number)],
                    }
                )  # fmt: skip
                with database.transaction() as session:
                    put_place(session, name, body, now=NOON)
                if number % 4 == 3:
                    with database.transaction() as session:
                        delete_place(session, name, now=NOON)
        except Exception as error:  # noqa: BLE001 - a thread's failure is told by the assertion below
            failed.append(error)

    threads = [threading.Thread(target=edit, args=(f"place-{number}",)) for number in range(writers)]
    for thread in threads:
        thread.start()
    index = town.read(read_index)
    ready.wait()
    looks = 0
    while any(thread.is_alive() for thread in threads):
        with database.reading() as session:  # one moment: the followed index and the truth of it
            followed, fresh = follow_edits(session, index), read_index(session)
        assert followed.version == fresh.version
        assert dict(followed.by_id) == dict(fresh.by_id)
        index, looks = followed, looks + 1
    for thread in threads:
        thread.join()
    assert failed == []
    assert looks > 0
    index = follow(town, index)
    assert_is_the_truth(town, index)
    assert index.version == town.read(fence_version) == writers * (rounds + rounds // 4)
