"""Somebody comes at half past ten in the evening: nothing is sent, and at eight in the morning it is. Through the doors."""

from datetime import UTC, datetime

import httpx
import pytest

from tests.stories.test_one_visit import HERE, Phone
from tests.web.conftest import CAMPAIGN, Clock, Register, Served, bearer
from workers import sweeps
from workers.failpoints import Failpoints
from workers.push.outbox import OutboxPush
from workers.sending import Sender

EVENING = datetime(2026, 11, 23, 21, 30, tzinfo=UTC)
"""22:30 in Amsterdam."""
MORNING = 9.5 * 60
"""Minutes later: 8:00."""


class Night(Phone):
    """The phone of somebody who is out late, and what beat and a worker do until the morning."""

    def sends_what_is_due(self, minute: float) -> int:
        """One look of beat's at deferred moments and at deliveries, and the work that it rings for."""
        self.now(minute)
        at = sweeps.utc(self.clock.at)
        sender = Sender(
            self.parts.database, OutboxPush(self.parts.redis), self.parts.codes, Failpoints(), lambda _: None
        )
        if ids := sweeps.look_at_deferrals(self.parts.database, at):
            sweeps.decide_what_is_due(self.parts.database, ids, at)
        return sender.deliver(sweeps.look_at_deliveries(self.parts.database, at), lambda: at)


@pytest.fixture
def night(served: Served, admin: httpx.Client, http: httpx.Client, register: Register, clock: Clock) -> Night:
    clock.at = EVENING.timestamp()
    http.headers.update(bearer(register("sanne")["token"]))
    assert admin.put("/v1/customers/sanne", json={"time_zone": "Europe/Amsterdam"}).is_success
    night = Night(served, admin, http, clock)
    wanted = CAMPAIGN | {"quiet_hours": "defer"}
    assert admin.put("/v1/campaigns/hello", json=wanted).json()["quiet_hours"] == "defer"
    return night


def test_what_waited_out_the_night_is_sent_at_eight(night: Night, admin: httpx.Client) -> None:
    night.ping(HERE, 0)
    [decision] = night.listed("decisions")
    assert decision["outcome"] == "quiet_hours"
    assert decision["facts"] | {"happened_at": "", "local_time": ""} == {
        "from": "21:00", "until": "08:00", "local_time": "", "time_zone": "Europe/Amsterdam", "zone_of": "customer",
        "deferred_until": "2026-11-24T08:00:00+01:00", "happened_at": "",
    }  # fmt: skip
    for minute in (1, 60, MORNING - 1):
        assert night.sends_what_is_due(minute) == 0
    assert night.deliveries() == 0
    assert night.sends_what_is_due(MORNING + 1) == 1
    assert night.sends_what_is_due(MORNING + 2) == 0
    [delivery] = night.listed("deliveries")
    assert delivery["state"] == "sent"
    assert delivery["expires_at"] == "2026-11-24T07:15:00Z"
    asked = admin.get("/v1/customers/sanne/why", params={"campaign": "hello"}).json()
    assert [one["outcome"] for one in asked["decisions"]] == ["send", "quiet_hours"]
    assert asked["decisions"][0]["facts"]["due_at"] == "2026-11-24T07:00:00+00:00"


def test_who_withdraws_in_the_night_is_told_nothing(night: Night, http: httpx.Client) -> None:
    night.ping(HERE, 0)
    assert http.put("/v1/me/consents", json={"offers": False}).is_success
    assert night.sends_what_is_due(MORNING + 1) == 0
    assert [one["outcome"] for one in night.listed("decisions")] == ["quiet_hours", "no_consent"]
    assert night.deliveries() == 0


def test_who_is_erased_in_the_night_leaves_nothing_that_waits(night: Night, http: httpx.Client) -> None:
    night.ping(HERE, 0)
    assert http.delete("/v1/me").is_success
    assert night.sends_what_is_due(MORNING + 1) == 0
    assert night.listed("decisions") == []
