"""How long a message may go: from its moment by the device's clock, to the push service too."""

import pytest

from offers.claiming import word_delivery
from tests.offers.nights import EVENING, MORNING, decide
from tests.offers.stories import Town, at, enter


@pytest.fixture
def store(town: Town) -> str:
    return town.place()


@pytest.fixture
def phone(town: Town) -> str:
    return town.phone()


@pytest.mark.parametrize(
    ("moment", "now", "until"),
    [(5, 5, 20), (5, 19.9, 20), (7, 5, 20), (5 + 1 / 60, 5, 20)],
    ids=["at once", "learnt late", "a clock two minutes ahead", "a second ahead"],
)
def test_a_quarter_of_an_hour_from_the_moment_and_no_longer_by_a_clock_that_goes_ahead(
    town: Town, store: str, phone: str, *, moment: float, now: float, until: float
) -> None:
    town.campaign()
    [delivery] = town.cross(enter(phone, store, moment), now=at(now)).deliveries
    [claimed] = town.claim([delivery], now=at(now)).held
    message, _ = word_delivery(claimed)
    assert message.expires_at == at(until), "the push port is given it"


def test_it_is_not_claimed_when_it_has_outlived_its_moment(town: Town, store: str, phone: str) -> None:
    town.campaign()
    [delivery] = town.cross(enter(phone, store, 5)).deliveries
    assert len(town.claim([delivery], now=at(20)).held) == 0
    assert [(one["state"], one["reason"]) for one in town.deliveries()] == [("expired", "too_late")]


def test_the_campaigns_own_life_counts_and_else_the_settings_one(town: Town, store: str) -> None:
    town.limits(message_life="PT30M")
    town.campaign("own", life="PT5M", trigger={"on": "enter"}, priority=90)
    town.cross(enter(town.phone("ann"), store, 5))
    town.campaign("settings", priority=100)
    town.cross(enter(town.phone("ben"), store, 5))
    assert [one["expires_at"] for one in (*town.deliveries("ann"), *town.deliveries("ben"))] == [at(10), at(35)]


def test_what_was_put_off_lives_from_when_it_came_due_however_late_the_worker(
    town: Town, store: str, phone: str
) -> None:
    town.campaign(quiet_hours="defer", life="PT10M")
    town.cross(enter(phone, store, EVENING + 1), now=at(EVENING))
    [delivery] = decide(town, MORNING + 9).deliveries
    [claimed] = town.claim([delivery], now=at(MORNING + 9)).held
    assert word_delivery(claimed)[0].expires_at == at(MORNING + 10)
