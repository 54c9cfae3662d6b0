"""No visit is kept without consent `location`, though an open order lets the phone be seen."""

import pytest

from offers.customers import set_consents
from offers.pickups import put_order
from offers.rules.order import OrderBody
from offers.rules.profile import ConsentsBody
from tests.offers.stories import KEYS, Town, at, come_back, enter, fall_silent, leave


@pytest.fixture
def store(town: Town) -> str:
    return town.place()


@pytest.fixture
def phone(town: Town, store: str) -> str:
    """Of a customer who waits for an order."""
    phone = town.phone(consents=["location", "offers", "orders"])
    body = OrderBody.model_validate({"customer": "sanne", "place": "kalverstraat", "status": "ready"})
    town.write(lambda session: put_order(session, "o-1", body, keys=KEYS, now=at(0)))
    return phone


def says(town: Town, minute: float, *, location: bool) -> None:
    said = ConsentsBody(location=location)
    town.write(lambda session: set_consents(session, "sanne", said, source="app", now=at(minute)))


def test_withdrawal_ends_the_visit_though_the_order_covers_the_stay(town: Town, store: str, phone: str) -> None:
    town.cross(enter(phone, store, 5))
    says(town, 10, location=False)
    assert town.visits() == [(at(5), at(10))]
    assert [stay.left_at for stay in town.stays()] == [None]
    town.cross(leave(phone, store, 20))
    assert town.visits() == [(at(5), at(10))]


def test_back_after_silence_goes_on_with_the_stay_and_not_with_the_visit(town: Town, store: str, phone: str) -> None:
    town.cross(enter(phone, store, 5))
    town.cross(fall_silent(phone, store, 10))
    says(town, 15, location=False)
    town.cross(come_back(phone, store, 20))
    assert [stay.left_at for stay in town.stays()] == [None]
    assert town.visits() == [(at(5), at(10))]


def test_a_visit_that_begins_once_consent_is_given_again_ends_with_its_own_phones(
    town: Town, store: str, phone: str
) -> None:
    tablet = town.device()
    town.cross(enter(phone, store, 5))
    says(town, 10, location=False)
    says(town, 12, location=True)
    town.cross(enter(tablet, store, 15))
    town.cross(leave(phone, store, 20))
    assert town.visits() == [(at(5), at(10)), (at(15), None)]
    town.cross(leave(tablet, store, 25))
    assert town.visits() == [(at(5), at(10)), (at(15), at(25))]
