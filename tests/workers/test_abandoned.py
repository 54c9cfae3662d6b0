"""Scans of which nothing came, through the parts of a worker: beat's look, the ring, the deciding, the sending."""

from datetime import UTC, datetime
from typing import Any

import pytest

from offers.abandoned import decide_abandoned
from offers.campaigns import put_campaign, step_campaign
from offers.desk_settings import change_limits
from offers.records.tables import Poster, Scan
from offers.rules.campaign import CampaignBody
from tests.workers.town import Town
from workers import sweeps
from workers.tasks import counts_of

SCANNED = datetime(2026, 6, 10, 10, 0, tzinfo=UTC).timestamp()
HOUR = 3600


@pytest.fixture
def scanned(town: Town) -> Town:
    """Somebody has scanned a poster at ten."""
    town.at = SCANNED
    device = town.device("sanne")
    words = {"en": {"title": "Still there", "body": "{{ place.name }} has it for you."}}
    body = {"name": "Back", "trigger": {"on": "abandoned"}, "messages": words}
    with town.database.transaction() as session:
        put_campaign(session, "back", CampaignBody.model_validate(body), now=town.now)
        step_campaign(session, "back", "launch", now=town.now)
        change_limits(session, {"quiet_hours": None})
        at = town.now
        session.add(Poster(id="p", code="0123456789", lat=52.37, lon=4.89, created_at=at, updated_at=at))
        session.flush()
        session.add(
            Scan(
                id="scn_1",
                poster_id="p",
                customer_id="sanne",
                device_id=device,
                at=at,
                source="web",
                kind="human",
                device_class="phone",
                repeat=False,
                in_store=False,
            )
        )
    return town


def work(town: Town) -> list[dict[str, Any]]:
    """A look of beat's, and what the worker does when it is rung; what happened."""
    happened: list[dict[str, Any]] = []
    if ids := sweeps.look_at_abandoned(town.database, town.now):
        decided = sweeps.decide_what_was_left(town.database, ids, town.now)
        happened += decided.happened
        town.sender.deliver(decided.deliveries, lambda: town.now)
    return happened


def test_it_is_sent_an_hour_later_and_once(scanned: Town) -> None:
    scanned.at = SCANNED + HOUR - 60
    assert work(scanned) == []
    scanned.at = SCANNED + HOUR
    assert counts_of(work(scanned))["decision:send"] == 1
    [delivery] = scanned.deliveries()
    assert (delivery["state"], delivery["url"]) == ("sent", "/l/scn_1")
    for scanned.at in (SCANNED + HOUR + 60, SCANNED + 2 * HOUR):
        assert work(scanned) == []
    assert len(scanned.deliveries()) == 1


def test_a_ring_that_comes_twice_sends_once(scanned: Town) -> None:
    scanned.at = SCANNED + HOUR
    ids = sweeps.look_at_abandoned(scanned.database, scanned.now)
    assert ids == ["scn_1"]
    for _ in range(2):
        decided = sweeps.decide_what_was_left(scanned.database, ids, scanned.now)
        scanned.sender.deliver(decided.deliveries, lambda: scanned.now)
    assert [one["state"] for one in scanned.deliveries()] == ["sent"]


def test_a_worker_killed_before_its_commit_leaves_it_to_the_next_look(scanned: Town) -> None:
    scanned.at = SCANNED + HOUR

    class KilledError(Exception):
        pass

    def killed() -> None:
        with scanned.database.transaction() as session:
            decide_abandoned(session, ["scn_1"], now=scanned.now)
            raise KilledError

    with pytest.raises(KilledError):
        killed()
    assert len(work(scanned)) == 1
    assert [one["state"] for one in scanned.deliveries()] == ["sent"]


def test_a_sender_killed_after_the_commit_leaves_it_to_the_look_at_deliveries(scanned: Town) -> None:
    scanned.at = SCANNED + HOUR
    sweeps.decide_what_was_left(scanned.database, ["scn_1"], scanned.now)
    assert work(scanned) == []
    waiting = sweeps.look_at_deliveries(scanned.database, scanned.now)
    scanned.sender.deliver(waiting, lambda: scanned.now)
    assert [one["state"] for one in scanned.deliveries()] == ["sent"]
