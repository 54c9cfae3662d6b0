"""Test sends: at once, past every limit, and nothing is counted of them."""

from datetime import timedelta
from typing import Any

import pytest

from offers import testing
from offers.customers import erase_customer, set_consents
from offers.devices import revoke_device
from offers.errors import BadInput, Conflict, NotFound
from offers.explaining import why
from offers.overview import count_deliveries, count_sent, count_unlisted, needs_attention
from offers.push import Outcome
from offers.records.tables import Coupon, Decision
from offers.reports import report
from offers.rules.coupon_codes import EXAMPLE
from offers.rules.profile import ConsentsBody
from offers.testing import LIFE, MOST_TESTS, QueuedTest
from tests.offers.stories import NOON, Town, at, enter
from workers.tasks import counts_of

NIGHT = NOON + timedelta(hours=12)
TELLS = {"nl": {"title": "Hoi {{ customer.first_name }}", "body": "Code {{ coupon.code }} bij {{ place.name }}"}}


@pytest.fixture
def store(town: Town) -> str:
    fence = town.place()
    town.offer(budget=1)
    town.campaign(offer="ten-percent", messages=TELLS, hold_out_percent=100, live=False)
    return fence


@pytest.fixture
def phone(town: Town) -> str:
    return town.phone()


def _test(town: Town, device: str, campaign: str = "sneakers", now: Any = NIGHT) -> QueuedTest:
    return town.write(lambda session: testing.send_test(session, campaign, device, now=now))


@pytest.mark.usefixtures("store")
def test_a_drafts_message_goes_at_once_in_the_night_with_an_example_code(town: Town, phone: str) -> None:
    tested = _test(town, phone)
    [delivery] = tested.follows.deliveries
    assert tested.delivery_id == delivery
    [claimed] = town.claim([delivery], now=NIGHT).held
    assert (claimed.kind, claimed.source_id, claimed.expires_at, claimed.language) == (
        "test",
        "sneakers",
        NIGHT + LIFE,
        "nl",
    )
    town.record([claimed], Outcome("sent"), now=NIGHT)
    [item] = town.deliveries()
    assert (item["kind"], item["campaign"], item["state"]) == ("test", "sneakers", "sent")
    assert (item["title"], item["body"]) == ("Hoi Sanne", f"Code {EXAMPLE} bij Kalverstraat")
    assert item["coupon"] is None


@pytest.mark.usefixtures("store")
def test_nothing_is_counted_of_a_test(town: Town, phone: str) -> None:
    for _ in range(3):
        town.send([_test(town, phone).delivery_id or ""], now=NIGHT)
    assert len(town.deliveries()) == 3
    assert town.read(lambda session: session.query(Decision).count() + session.query(Coupon).count()) == 0
    assert town.counts()["left"] == 1

    def nothing(session: Any) -> None:
        told = report(session, "sneakers")
        assert (told["deliveries"], told["receipts"], told["by_version"]) == ({}, {}, [])
        assert count_deliveries(session) == count_deliveries(session, campaign_id="sneakers") == {}
        assert count_sent(session, ["sneakers"]) == {}
        assert count_unlisted(session) == {"decisions": 0, "deliveries": 0}
        assert [one["id"] for one in needs_attention(session, most=6).waiting] == ["sneakers"]

    town.read(nothing)
    never = town.read(lambda session: why(session, "sanne", "sneakers", now=NIGHT))
    assert never["decisions"] == []
    events = [{"type": "delivery", **one} for one in town.deliveries()]
    assert counts_of(events) == {}
    town.write(lambda session: erase_customer(session, "sanne", now=NOON))
    town.read(nothing)


def test_a_test_is_in_the_way_of_no_real_message(town: Town, phone: str) -> None:
    store = town.place()
    town.campaign(cooldown="P1D")
    town.limits(frequency_cap={"messages": 1, "window": "P1D"})
    town.send([_test(town, phone, now=at(1)).delivery_id or ""], now=at(1))
    assert town.cross(enter(phone, store, 5)).deliveries
    assert [one for _, _, one in town.outcomes()] == ["send"]


@pytest.mark.usefixtures("store")
def test_who_can_not_get_it_is_told_why(town: Town, phone: str) -> None:
    def refused(device: str) -> str:
        with pytest.raises(Conflict) as conflict:
            _test(town, device)
        return conflict.value.reason

    assert refused(town.device(push_token=None)) == "no_address"
    assert refused(town.phone("piet", consents=("location",))) == "no_consent"
    for device, campaign in (("dev_none", "sneakers"), (phone, "none")):
        with pytest.raises(NotFound):
            _test(town, device, campaign)
    town.write(lambda session: revoke_device(session, phone, now=NOON))
    with pytest.raises(NotFound):
        _test(town, phone)


@pytest.mark.usefixtures("store")
def test_a_device_gets_ten_an_hour(town: Town, phone: str) -> None:
    for minute in range(MOST_TESTS):
        assert _test(town, phone, now=at(minute)).delivery_id
    over = _test(town, phone, now=at(30))
    assert (over.delivery_id, over.follows.deliveries) == (None, ())
    assert 0 < over.wait_s - 30 * 60 <= 2
    assert _test(town, town.device(), now=at(30)).delivery_id, "each device has its own"
    assert _test(town, phone, now=at(61)).delivery_id


@pytest.mark.usefixtures("store")
def test_a_consent_that_is_withdrawn_meanwhile_holds(town: Town, phone: str) -> None:
    delivery = _test(town, phone).delivery_id or ""
    said = ConsentsBody(offers=False)
    town.write(lambda session: set_consents(session, "sanne", said, source="app", now=NIGHT))
    assert town.claim([delivery], now=NIGHT).held == []
    assert [(one["state"], one["reason"]) for one in town.deliveries()] == [("failed", "no_consent")]


def test_a_page_is_no_push_to_try(town: Town, phone: str) -> None:
    town.place()
    town.campaign("page", "scan", live=False)
    with pytest.raises(Conflict) as refused:
        _test(town, phone, "page")
    assert refused.value.reason == "not_a_push"
    town.campaign("back", "abandoned", live=False)
    assert _test(town, phone, "back").delivery_id is not None


@pytest.mark.usefixtures("store")
def test_the_words_are_those_of_the_variant_that_is_asked_for(town: Town, phone: str) -> None:
    short = {"name": "short", "messages": {"nl": {"title": "Kort", "body": "Kom."}}}
    town.campaign(variants=[{"name": "plain"}, short], live=False)
    for wanted in ("plain", "short"):
        with town.database.transaction() as session:
            testing.send_test(session, "sneakers", phone, now=NIGHT, variant=wanted)
    assert sorted(one["variant"] for one in town.deliveries()) == ["plain", "short"]
    with pytest.raises(BadInput, match="variant: there is no variant 'gone'"):
        town.write(lambda session: testing.send_test(session, "sneakers", phone, now=NIGHT, variant="gone"))
