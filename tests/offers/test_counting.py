"""Rows leave, with their customer or with time, and the counts stay as they were."""

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from typing import Any

import pytest

from offers import overview
from offers.customers import erase_customer
from offers.devices import link_device, register_device
from offers.history import PURGED, how_long_kept, kept_long_enough, purge
from offers.receipts import Receipt, mark_receipts
from offers.records.queries.counting import kept_counts
from offers.records.tables import DayCount
from offers.rules.profile import DeviceBody
from tests.at_once import at_once
from tests.offers.stories import NOON, Town, at, enter, leave

TODAY = NOON.replace(hour=0, minute=0)
DAY = timedelta(days=1)
MANY = 16


@pytest.fixture
def store(town: Town) -> str:
    """A store with a live campaign and an offer, where Sanne came and got a message, and Tom, who agreed to none."""
    fence = town.place()
    town.offer()
    town.campaign(offer="ten-percent")
    sanne, tom = town.phone("sanne"), town.phone("tom", consents=("location",))
    town.cross(enter(sanne, fence, 0), leave(sanne, fence, 5), enter(tom, fence, 6), leave(tom, fence, 7))
    town.send([one["id"] for one in town.deliveries()], now=at(8))
    return fence


def _counts(town: Town, since: datetime | None = None) -> list[Any]:
    return [
        *(
            town.read(partial(work, since=since, campaign_id=campaign))
            for work in (overview.count_outcomes, overview.count_deliveries)
            for campaign in (None, "sneakers", "other")
        ),
        town.read(lambda session: overview.count_sent(session, ["sneakers", "other"])),
        [one["id"] for one in town.read(partial(overview.needs_attention, most=6)).silent],
    ]


def _erase(town: Town, *customers: str) -> None:
    for customer in customers:
        town.write(partial(erase_customer, customer_id=customer, now=NOON))


def _purge(town: Town, *_customers: str) -> None:
    later = at(60 * 24 * 60)
    kept = town.read(partial(how_long_kept, decisions_before=later, transitions_before=later, now=later))
    for kind in PURGED:
        ids = town.read(partial(kept_long_enough, kind=kind, kept=kept))
        town.write(partial(purge, kind=kind, kept=kept, ids=ids))


def _left(town: Town, kind: str) -> dict[str, int]:
    return dict(town.read(lambda session: kept_counts(session, kind)))


@pytest.mark.parametrize("leave_by", [_erase, _purge])
@pytest.mark.usefixtures("store")
def test_counts_are_the_same_when_their_rows_have_left(town: Town, leave_by: Callable[..., None]) -> None:
    before = _counts(town)
    assert before[:2] == [{"send": 1, "no_consent": 1}] * 2
    assert before[-2:] == [{"sneakers": 1}, []]
    unlisted = partial(overview.count_unlisted, campaign_id="sneakers")
    assert town.read(unlisted) == {"decisions": 0, "deliveries": 0}
    leave_by(town, "sanne", "tom")
    assert [*town.decisions(), *town.deliveries(), *town.visits()] == []
    assert _counts(town) == before
    assert town.read(unlisted) == {"decisions": 2, "deliveries": 1}
    assert _left(town, "visit") == {"": 2}


@pytest.mark.usefixtures("store")
def test_a_row_is_counted_once_whoever_removes_it(town: Town) -> None:
    before = _counts(town)
    _purge(town)
    _purge(town)
    _erase(town, "sanne", "tom")
    assert _counts(town) == before


@pytest.mark.usefixtures("store")
def test_days_campaigns_places_and_what_came_of_it_are_kept_and_nobody(town: Town) -> None:
    [delivery] = town.deliveries()
    town.write(lambda session: mark_receipts(session, [Receipt(delivery["id"], "opened")], now=at(9)))
    town.redeem(town.code(), now=at(10), place="kalverstraat", purchase_id="p-1")
    _erase(town, "sanne")
    rows = town.read(lambda session: session.query(DayCount).order_by(DayCount.kind, DayCount.what).all())
    told = [(one.day, one.kind, one.what, one.campaign_id, one.place_id, one.language, one.many) for one in rows]
    here = ("sneakers", "kalverstraat")
    assert told == [
        (TODAY, "coupon", "redeemed", *here, "", 1),
        (TODAY, "decision", "send", *here, "", 1),
        (TODAY, "delivery", "sent", *here, "nl", 1),
        (TODAY, "receipt", "opened", *here, "nl", 1),
        (TODAY, "receipt", "received", *here, "nl", 1),
        (TODAY, "visit", "", "", "kalverstraat", "", 1),
    ]


def test_a_day_has_no_hours(town: Town, store: str) -> None:
    """Since a moment within a day: of the rows those since then, of what has left no part of that day."""
    town.cross(enter(town.phone("ada"), store, 24 * 60 + 5))
    before = {since: _counts(town, since)[0] for since in (TODAY, TODAY + DAY, at(8), at(24 * 60 + 3))}
    assert [found.get("send", 0) for found in before.values()] == [2, 1, 1, 1]
    _erase(town, "sanne", "tom", "ada")
    assert [_counts(town, since)[0].get("send", 0) for since in before] == [2, 1, 1, 0]


def test_a_message_on_its_way_counts_as_what_becomes_of_it(town: Town) -> None:
    """Nobody sends what is queued, and of what a sender holds nobody will hear."""
    store = town.place()
    town.offer()
    town.campaign(offer="ten-percent")
    for customer in ("sanne", "ben"):
        town.walk_in(store, customer)
    town.claim([town.deliveries("ben")[0]["id"]], now=at(6))
    _erase(town, "sanne", "ben")
    assert town.read(overview.count_deliveries) == {"failed": 1, "unknown": 1}
    assert _left(town, "coupon") == {"released": 1, "issued": 1}
    assert town.counts()["spent"] == 1


def test_what_an_anonymous_device_was_sent_before_it_was_linked_stays_counted(town: Town) -> None:
    store = town.place()
    town.campaign()
    body = DeviceBody.model_validate(
        {"platform": "ios", "push_token": "one", "consents": {"location": True, "offers": True}}
    )
    made = town.write(lambda session: register_device(session, body, trusted=True, now=NOON))
    town.send(town.cross(enter(made.device_id, store, 5)).deliveries, now=at(5))
    before = _counts(town)
    town.write(lambda session: link_device(session, made.device_id, "sanne", now=at(6)))
    assert town.decisions() == []
    assert _counts(town) == before
    assert before[0] == {"send": 1}


def test_erasures_and_purges_at_once_add_up(town: Town) -> None:
    store = town.place()
    town.campaign()
    people = [f"customer-{number}" for number in range(MANY)]
    for one in people:
        town.send(town.walk_in(store, one), now=at(5))
    before = _counts(town)
    assert before[0] == {"send": MANY}
    works: list[Callable[[], None]] = [partial(_purge, town), partial(_purge, town)]
    works += [partial(_erase, town, one) for one in people]
    at_once(works)
    assert town.decisions() == []
    assert _counts(town) == before
