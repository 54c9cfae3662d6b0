from datetime import datetime
from functools import partial
from typing import Any

import pytest

from offers.history import (
    PURGED,
    Asked,
    Kept,
    Page,
    how_long_kept,
    kept_long_enough,
    list_decisions,
    list_deliveries,
    list_transitions,
    list_visits,
    purge,
)
from tests.offers.stories import Town, at, dwell, enter, leave

LATER = at(3 * 24 * 60)
"""When no cap of a day counts these sends any more."""


@pytest.fixture
def two_visits(town: Town) -> list[str]:
    """Sanne in the Kalverstraat at 12:05, and at the Damrak at 13:05, where she still is; Ben at the Damrak at 12:30."""
    kalverstraat, damrak = town.place(), town.place("damrak")
    town.campaign()
    sanne, ben = town.phone(), town.phone("ben")
    town.cross(enter(sanne, kalverstraat, 5), leave(sanne, kalverstraat, 15), now=at(15))
    town.cross(enter(ben, damrak, 30), leave(ben, damrak, 40), now=at(40))
    town.cross(enter(sanne, damrak, 65), dwell(sanne, damrak, 67), now=at(67))
    return [sanne, ben]


def _ask(town: Town, listing: Any, asked: Asked) -> Page:
    page: Page = town.read(lambda session: listing(session, asked))
    return page


LISTS: list[Any] = [list_transitions, list_visits, list_decisions, list_deliveries]


@pytest.mark.parametrize(
    ("asked", "counts"),
    [
        (Asked(), [6, 3, 3, 3]),
        (Asked(customer="sanne"), [4, 2, 2, 2]),
        (Asked(place="damrak"), [4, 2, 2, 2]),
        (Asked(customer="ben", place="kalverstraat"), [0, 0, 0, 0]),
        (Asked(since=at(60)), [2, 1, 1, 1]),
        (Asked(customer="nobody"), [0, 0, 0, 0]),
    ],
)
def test_the_filters_of_every_list(town: Town, two_visits: list[str], asked: Asked, counts: list[int]) -> None:
    assert [len(_ask(town, one, asked).items) for one in LISTS] == counts


def test_a_campaign_filters_what_has_one(town: Town, two_visits: list[str]) -> None:
    for one in (list_decisions, list_deliveries):
        assert len(_ask(town, one, Asked(campaign="sneakers")).items) == 3
        assert _ask(town, one, Asked(campaign="boots")).items == []


@pytest.mark.parametrize("listing", LISTS)
def test_pages_join_up_newest_first(town: Town, two_visits: list[str], listing: Any) -> None:
    whole = [one["id"] for one in town.read(lambda session: listing(session, Asked())).items]
    assert whole == sorted(whole, reverse=True)
    pieces: list[str] = []
    cursor = None
    for _ in range(10):
        page = _ask(town, listing, Asked(cursor=cursor, limit=2))
        pieces += [one["id"] for one in page.items]
        cursor = page.next_cursor
        if cursor is None:
            break
    assert pieces == whole


def test_what_the_lists_hold(town: Town, two_visits: list[str]) -> None:
    kinds: dict[Any, set[str]] = {
        list_transitions: {"device_id", "customer", "place", "geofence_id", "role", "kind", "at", "source", "reason"},
        list_visits: {"customer", "place", "entered_at", "left_at"},
        list_decisions: {"id", "customer", "campaign", "campaign_version", "trigger", "at", "outcome", "facts"},
        list_deliveries: {
            "id", "customer", "device_id", "campaign", "order", "kind", "state", "reason", "language", "title", "body", "url",
            "coupon", "created_at", "sent_at", "expires_at",
        },
    }  # fmt: skip
    for listing, fields in kinds.items():
        assert fields <= _ask(town, listing, Asked(limit=1)).items[0].keys()


def _purge(town: Town, decisions_before: datetime, transitions_before: datetime, now: datetime) -> dict[str, int]:
    """How many of each kind went, one row a portion."""
    gone = dict.fromkeys(PURGED, 0)
    kept = town.read(
        lambda session: how_long_kept(
            session, decisions_before=decisions_before, transitions_before=transitions_before, now=now
        )
    )
    for kind in PURGED:
        while ids := town.read(partial(kept_long_enough, kind=kind, kept=kept, limit=1)):
            gone[kind] += town.write(partial(purge, kind=kind, kept=kept, ids=ids))
    return gone


def test_what_was_kept_long_enough_goes_and_what_is_open_stays(town: Town, two_visits: list[str]) -> None:
    town.send([one["id"] for one in town.deliveries("ben")], now=at(41))
    town.send([one["id"] for one in town.deliveries("sanne")], now=at(67))
    early = _purge(town, at(41), at(60), LATER)
    assert early == {"transitions": 4, "stays": 2, "visits": 2, "deliveries": 2, "decisions": 2, "scans": 0}
    late = _purge(town, at(900), at(900), LATER)
    assert late == {"transitions": 2, "stays": 0, "visits": 0, "deliveries": 1, "decisions": 1, "scans": 0}
    assert [visit[1] for visit in town.visits()] == [None]
    assert set(_purge(town, at(900), at(900), LATER).values()) == {0}


def test_what_is_under_way_is_not_purged(town: Town) -> None:
    store = town.place()
    town.campaign()
    town.cross(enter(town.phone(), store, 5))
    purged = _purge(town, at(900), at(900), LATER)
    assert (purged["decisions"], purged["deliveries"]) == (1, 0)
    [delivery] = town.deliveries()
    assert town.claim([delivery["id"]], now=at(6)).held


def test_a_send_that_a_cooldown_still_counts_is_kept(town: Town) -> None:
    """However short decisions are kept otherwise: purging one must not make a second message possible."""
    store = town.place()
    town.limits(frequency_cap=None)
    town.campaign(cooldown="P60D")
    phone = town.phone()
    town.cross(enter(phone, store, 5), leave(phone, store, 10))
    day = 24 * 60
    for days, left in ((40, 1), (61, 0)):
        now = at(days * day)
        _purge(town, now, now, now)
        assert len(town.decisions()) == left


@pytest.mark.parametrize("people", [1, 60])
def test_a_portion_is_a_few_statements_however_many_people(town: Town, people: int) -> None:
    store = town.place()
    town.campaign()
    for number in range(people):
        town.cross(enter(town.phone(f"customer-{number}"), store, 5))
    with town.statements() as seen:
        assert _whole_purge(town) == people
    assert len([one for one in seen if one.split()[0] in ("SELECT", "DELETE")]) == 4


def _whole_purge(town: Town) -> int:
    kept = Kept(at(900), at(900), at(900))
    ids = town.read(lambda session: kept_long_enough(session, "decisions", kept))
    return town.write(lambda session: purge(session, "decisions", kept, ids))
