"""What is measured of pickup, of orders that came, were told and were collected as they really are; on both databases."""

import csv
import io
from datetime import timedelta
from typing import Any

import pytest

from offers.customers import erase_customer
from offers.errors import BadInput
from offers.pickup_times import as_csv, pickup_times
from offers.pickups import put_order
from offers.records.database import Database
from offers.rules.order import OrderBody
from tests.offers.stories import KEYS, Town, at


@pytest.fixture
def town(either_database: Database) -> Town:
    town = Town(either_database)
    town.place()
    return town


def put(town: Town, order: str, status: str, minute: float, **more: str) -> None:
    said = {"customer": "sanne", "place": "kalverstraat", **more, "status": status}
    body = OrderBody.model_validate(said)
    told = town.write(lambda session: put_order(session, order, body, keys=KEYS, now=at(minute)))[2].deliveries
    if told:
        town.send(told, now=at(minute) + timedelta(seconds=4))


def measured(town: Town, **asked: Any) -> dict[str, Any]:
    with town.database.reading() as session:
        return pickup_times(session, now=at(120), **asked)


def test_a_day_at_the_store(town: Town) -> None:
    town.phone("sanne", consents=("orders",))
    town.customer("ben", consents=())
    for number in range(6):
        put(town, f"A-{number}", "ready", 0)
        put(town, f"A-{number}", "arrived", 10)
        put(town, f"A-{number}", "collected", 10 + number)
    put(town, "B-1", "ready", 61, customer="ben")
    put(town, "B-2", "placed", 61, customer="ben")
    report = measured(town)
    assert (report["since"], report["until"], report["truncated"]) == (at(120) - timedelta(days=7), at(120), False)
    [store] = report["places"]
    assert (store["place"], store["name"], store["time_zone"]) == ("kalverstraat", "Kalverstraat", "Europe/Amsterdam")
    assert store["orders"]["ready"] == 7
    assert store["orders"]["told"] == 6
    assert store["orders"]["not_told"]["no_consent"] == 1
    assert store["orders"]["not_collected"] == 1
    whole = {"n": 6, "median_s": 4, "p90_s": 4}
    assert store["ready_to_told"] == {**whole, "hours": [{"hour": 14, **whole}]}
    handed = {"n": 6, "median_s": 150, "p90_s": 300}
    assert store["arrived_to_handed_over"] == {**handed, "hours": [{"hour": 14, **handed}]}


def test_what_was_brought_back_is_measured_by_its_own_time(town: Town) -> None:
    """It was told at noon, cancelled, and told again an hour later: it took four seconds each time, and not none."""
    town.phone("sanne", consents=("orders",))
    for number in range(5):
        for status, minute in (("ready", 0), ("cancelled", 1), ("ready", 60)):
            put(town, f"A-{number}", status, minute)
    [store] = measured(town)["places"]
    assert store["orders"]["told"] == 5
    assert store["ready_to_told"]["median_s"] == 4


def test_days_and_places_are_chosen(town: Town) -> None:
    town.place("leidseplein")
    town.phone("sanne", consents=("orders",))
    put(town, "A-1", "ready", 0)
    put(town, "A-2", "ready", 60, place="leidseplein")
    assert {one["place"]: one["orders"]["ready"] for one in measured(town)["places"]} == {
        "kalverstraat": 1,
        "leidseplein": 1,
    }
    assert [one["place"] for one in measured(town, places=["leidseplein"])["places"]] == ["leidseplein"]
    assert [one["place"] for one in measured(town, since=at(1))["places"]] == ["leidseplein"]
    assert [one["place"] for one in measured(town, until=at(60))["places"]] == ["kalverstraat"]
    assert measured(town, since=at(61))["places"] == []
    newest = measured(town, most=1)
    assert ([one["place"] for one in newest["places"]], newest["truncated"]) == (["leidseplein"], True)
    for asked in ({"since": at(120)}, {"since": at(120) - timedelta(days=93)}):
        with pytest.raises(BadInput):
            measured(town, **asked)


def test_however_many_they_are_the_database_is_asked_as_often(town: Town) -> None:
    town.phone("sanne", consents=("orders",))
    counts = []
    for many in (1, 30):
        for number in range(many):
            put(town, f"A-{many}-{number}", "ready", 0)
        with town.statements() as seen:
            measured(town)
        counts.append(len(seen))
    assert counts[0] == counts[1] < 8


def test_who_is_erased_is_counted_no_more(town: Town) -> None:
    town.phone("sanne", consents=("orders",))
    put(town, "A-1", "ready", 0)
    town.write(lambda session: erase_customer(session, "sanne", now=at(1)))
    assert measured(town)["places"] == []


def test_a_file_for_a_spreadsheet_runs_nothing(town: Town) -> None:
    town.place("evil", name='=HYPERLINK("x")')
    town.phone("sanne", consents=("orders",))
    put(town, "A-1", "ready", 0, place="evil")
    lines = list(csv.DictReader(io.StringIO(as_csv(measured(town)))))
    assert {one["name"] for one in lines} == {'\'=HYPERLINK("x")'}
    told = {(one["measure"], one["hour"]): (one["n"], one["median_s"]) for one in lines}
    assert told["ready_to_told", ""] == told["ready_to_told", "14"] == ("1", "")
    assert told["ready", ""] == ("1", "")
    assert told["not_told.no_device", ""] == ("0", "")
