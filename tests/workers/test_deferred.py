"""What the quiet hours put off, through the parts of a worker: beat's look, the ring, the deciding, the sending, the counting."""

from datetime import UTC, datetime
from typing import Any

import pytest
from redis import Redis

from offers.campaigns import put_campaign
from offers.desk_settings import change_limits
from offers.rules.campaign import CampaignBody
from tests.workers.town import STORE, Town
from workers import sweeps
from workers.tasks import counts_of
from workers.vitals import Waiting, read_vitals

EVENING = datetime(2026, 6, 10, 20, 30, tzinfo=UTC).timestamp()
"""22:30 in Amsterdam."""
MORNING = datetime(2026, 6, 11, 6, 0, tzinfo=UTC).timestamp()


@pytest.fixture
def night(town: Town) -> Town:
    """The town at 22:30, with a campaign that waits for the morning."""
    town.at = EVENING
    words = {"en": {"title": "Hello", "body": "You were at {{ place.name }}."}}
    body = {"name": "Enter", "trigger": {"on": "enter"}, "messages": words, "quiet_hours": "defer"}
    with town.database.transaction() as session:
        put_campaign(session, "enter", CampaignBody.model_validate(body), now=town.now)
        change_limits(session, {"quiet_hours": {"from": "21:00", "until": "08:00"}})
    return town


def work(town: Town) -> list[dict[str, Any]]:
    """A look of beat's, and what the worker does when it is rung; what happened."""
    happened: list[dict[str, Any]] = []
    ids = sweeps.look_at_deferrals(town.database, town.now)
    if ids:
        decided = sweeps.decide_what_is_due(town.database, ids, town.now)
        happened += decided.happened
        town.sender.deliver(decided.deliveries, lambda: town.now)
    return happened


def test_what_came_at_night_is_sent_in_the_morning_and_once(night: Town) -> None:
    night.ping(night.device("sanne"), STORE)
    assert [one["outcome"] for one in night.decisions()] == ["quiet_hours"]
    for night.at in (EVENING + 60, MORNING - 1):
        assert work(night) == []
    night.at = MORNING
    happened = work(night)
    assert counts_of(happened) == {"decision:send": 1, "zone:missing": 1}
    assert [one["state"] for one in night.deliveries()] == ["sent"]
    for night.at in (MORNING, MORNING + 2):
        assert work(night) == []
    assert len(night.deliveries()) == 1


def test_a_ring_that_was_lost_is_rung_again(night: Town) -> None:
    night.ping(night.device("sanne"), STORE)
    night.at = MORNING
    first = sweeps.look_at_deferrals(night.database, night.now)
    night.at += 2
    assert sweeps.look_at_deferrals(night.database, night.now) == first


def test_how_many_wait_is_told(night: Town, redis: Redis) -> None:
    assert read_vitals(redis, 4, night.at).waiting is None
    for customer in ("sanne", "ben"):
        night.ping(night.device(customer), STORE)
    sweeps.tell_what_waits(redis, night.database, night.now)
    assert read_vitals(redis, 4, night.at).waiting == Waiting(2, 0)
    night.at = MORNING
    sweeps.tell_what_waits(redis, night.database, night.now)
    assert read_vitals(redis, 4, night.at).waiting == Waiting(2, 2)
    work(night)
    sweeps.tell_what_waits(redis, night.database, night.now)
    assert read_vitals(redis, 4, night.at).waiting == Waiting(0, 0)


def test_a_message_that_a_sender_meets_at_nine_is_put_off_by_the_sender(night: Town) -> None:
    night.at = EVENING - 90 * 60 - 60
    night.ping(night.device("sanne"), STORE)
    night.at = EVENING - 90 * 60
    assert night.deliver() == 0
    assert [(one["state"], one["reason"]) for one in night.deliveries()] == [("failed", "quiet_hours")]
    night.at = MORNING
    work(night)
    assert [one["state"] for one in night.deliveries()] == ["sent", "failed"]
