"""Scans are kept for their time; a poster's counts and its campaign's outlive them. A customer's timeline has them."""

from datetime import timedelta
from functools import partial
from typing import Any

import pytest

from offers.customers import erase_customer
from offers.errors import Conflict
from offers.history import how_long_kept, kept_long_enough, purge
from offers.personal import export_customer, timeline
from offers.posters import around_poster, delete_poster
from offers.records.database import Database
from offers.records.queries.counting import kept_counts, kept_scans
from offers.records.queries.scans import finish
from offers.records.tables import DayCount
from tests.offers.posted import GOOGLEBOT, WHATSAPP, PostedTown
from tests.offers.stories import NOON, at

DAY = 24 * 60
MIDNIGHT = NOON.replace(hour=0)


@pytest.fixture
def town(database: Database) -> PostedTown:
    return PostedTown(database)


def purged(town: PostedTown, before: float | None, limit: int = 1000) -> int:
    kept = town.read(
        lambda session: how_long_kept(
            session,
            decisions_before=at(-DAY),
            transitions_before=at(-DAY),
            scans_before=None if before is None else at(before),
            now=at(0),
        )
    )
    ids = town.read(partial(kept_long_enough, kind="scans", kept=kept, limit=limit))
    return town.write(partial(purge, kind="scans", kept=kept, ids=ids))


def test_what_is_purged_stays_counted_by_kind_poster_campaign_and_place(town: PostedTown) -> None:
    town.posted()
    town.change(place_id="kalverstraat")
    for minute in (0, 1, DAY):
        town.scan(minute=minute)
    town.scan(minute=2, agent=WHATSAPP)
    town.scan(minute=2, agent=GOOGLEBOT)
    assert purged(town, None) == 0
    assert purged(town, DAY) == 4
    assert len(town.scans()) == 1
    assert dict(town.read(lambda session: kept_counts(session, "scan"))) == {"human": 2, "preview": 1, "bot": 1}
    kept = town.read(lambda session: kept_scans(session, ["centraal", "dam"]))
    assert {name: {kind: one.many for kind, one in of.items()} for name, of in kept.items()} == {
        "centraal": {"human": 2, "preview": 1, "bot": 1}
    }
    assert {(one.first, one.last) for one in kept["centraal"].values()} == {(MIDNIGHT, MIDNIGHT)}
    [human] = town.read(lambda session: session.query(DayCount).filter_by(kind="scan", what="human").all())
    assert (human.campaign_id, human.place_id, human.many) == ("sneakers", "kalverstraat", 2)
    assert purged(town, DAY * 2) == 1
    assert dict(town.read(lambda session: kept_counts(session, "scan"))) == {"human": 3, "preview": 1, "bot": 1}
    assert purged(town, DAY * 2) == 0


def test_a_poster_counts_the_same_before_and_after_and_is_not_to_be_deleted(town: PostedTown) -> None:
    town.posted()
    for minute in (0, 1, DAY):
        town.scan(minute=minute)
    town.scan(minute=2, agent=WHATSAPP)

    def told() -> Any:
        return town.read(lambda session: around_poster(session, "centraal", now=at(DAY)))["scans"]

    before = told()
    assert before == {"people": 3, "previews": 1, "bots": 0, "first_at": at(0), "last_at": at(DAY)}
    assert purged(town, DAY) == 3
    assert told() == {**before, "first_at": MIDNIGHT}
    assert purged(town, DAY * 2) == 1
    assert told() == {**before, "first_at": MIDNIGHT, "last_at": MIDNIGHT + timedelta(days=1)}
    with pytest.raises(Conflict, match="was scanned"):
        town.write(lambda session: delete_poster(session, "centraal"))


def test_a_portion_is_bounded(town: PostedTown) -> None:
    town.posted()
    for minute in range(5):
        town.scan(minute=minute)
    assert [purged(town, DAY, limit=2) for _ in range(4)] == [2, 2, 1, 0]


def test_an_erased_persons_scans_stay_as_nobodys(town: PostedTown) -> None:
    town.posted()
    town.scan(town.browser("sanne"))
    town.write(partial(erase_customer, customer_id="sanne", now=NOON))
    [row] = town.scans()
    assert (row.customer_id, row.device_id, row.poster_id) == (None, None, "centraal")


def test_a_timeline_has_the_scans_and_what_was_done_on_their_pages(town: PostedTown) -> None:
    town.posted()
    browser = town.browser("sanne")
    scan = town.scan(browser).scan_id
    assert scan
    town.write(lambda session: finish(session, scan, "saved", at(2)))
    items, _ = town.read(partial(timeline, customer_id="sanne"))
    told = {one["type"]: one for one in items}
    assert told["scan"]["item"]["finished_by"] == "saved"
    assert (told["scan"]["at"], told["scan"]["item"]["poster"]) == (at(0), "centraal")
    assert not {"lat", "lon"} & set(told["scan"]["item"])
    exported = town.read(lambda session: export_customer(session, "sanne", now=at(3)))
    assert [one["id"] for one in exported["tables"]["scans"]] == [scan]
