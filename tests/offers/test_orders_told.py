"""An order that is ready is told once, in the customer's language, on the device that was seen last."""

from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from offers.claiming import word_delivery
from offers.devices import link_device
from offers.order_steps import tell
from offers.pickups import READY_LIFE, get_order, put_order
from offers.push import Outcome
from offers.records.database import Database
from offers.records.tables import Customer, Delivery, Order
from offers.rules.order import OrderBody
from offers.rules.order_moments import APPROACH
from offers.rules.page_links import page_path
from tests.offers.billboards import Billboard
from tests.offers.stories import KEYS, NOON, Town, at, enter


@pytest.fixture
def store(town: Town) -> str:
    return town.place()


def _put(town: Town, status: str = "ready", minute: float = 0) -> tuple[str, ...]:
    body = OrderBody.model_validate({"customer": "sanne", "place": "kalverstraat", "status": status})
    return town.write(lambda session: put_order(session, "A-1", body, keys=KEYS, now=at(minute)))[2].deliveries


@pytest.mark.usefixtures("store")
def test_it_goes_to_the_device_seen_last_and_once(town: Town) -> None:
    town.customer(consents=("orders",))
    town.device(now=NOON - timedelta(days=2))
    phone = town.device(now=NOON - timedelta(days=1))
    assert _put(town, "placed") == ()
    [delivery] = _put(town, minute=1)
    assert [_put(town, status, minute=2) for status in ("ready", "placed", "ready")] == [(), (), ()]
    town.device(now=at(3))
    assert _put(town, minute=4) == (), "another device does not hear of it again"
    assert town.send([delivery], now=at(5)) == ["Je bestelling ligt klaar"]
    [item] = town.deliveries()
    assert (item["kind"], item["order"], item["campaign"], item["device_id"]) == ("order", "A-1", None, phone)
    code = town.read(lambda session: get_order(session, "A-1"))["code"]
    assert item["body"] == f"Je kunt bestelling A-1 ophalen bij Kalverstraat. Je code is {code}."
    assert item["url"] == page_path(KEYS, "order", "A-1")
    assert (item["place"], item["expires_at"]) == ("kalverstraat", at(1) + READY_LIFE)


@pytest.mark.usefixtures("store")
def test_nobody_is_told_who_did_not_agree_or_can_not_be_reached(town: Town) -> None:
    town.customer(consents=("location", "offers"))
    town.device()
    assert _put(town) == ()
    town.customer(consents=("orders",))
    assert [one["state"] for one in town.deliveries()] == ["queued"], "it is ready, and by now they agree"
    assert _put(town, minute=1) == (), "which is told once"


@pytest.mark.usefixtures("store")
@pytest.mark.parametrize(("days", "told"), [(90, 1), (91, 0)])
def test_an_order_goes_to_an_address_of_three_months(town: Town, days: int, told: int) -> None:
    town.device(town.customer(consents=("orders",)), now=NOON - timedelta(days=days))
    ids = _put(town)
    assert len(ids) == told
    assert len(town.claim(ids, now=NOON).held) == told


GONE = Outcome("failed", "unregistered", address="dead")


def _waiting(town: Town) -> list[tuple[str, str]]:
    """Deliveries that wait, with their devices."""
    return [(one["id"], one["device_id"]) for one in town.deliveries() if one["state"] == "queued"]


@pytest.mark.usefixtures("store")
def test_each_moment_of_an_order_has_its_own_way_to_the_next_device(town: Town) -> None:
    """What one moment was told on is no reason to keep the other from it; and of two that fail at once both go on."""
    town.customer(consents=("orders",))
    older, newest = (town.device(now=NOON - timedelta(days=days)) for days in (2, 1))
    [ready] = _put(town, minute=1)

    def remind(key: str) -> tuple[str, ...]:
        def told(session: Session) -> tuple[str, ...]:
            order, customer = session.get_one(Order, "A-1"), session.get_one(Customer, "sanne")
            return tell(session, order, customer, APPROACH, now=at(2), key=key)

        return town.write(told)

    [first], [second] = remind("2026-06-10"), remind("2026-06-11")
    town.send([ready], now=at(3), outcome=GONE)
    assert [device for _, device in _waiting(town)].count(older) == 1
    town.send([first, second], now=at(3), outcome=GONE)
    told = {(one["moment"], one["device_id"]): one["state"] for one in town.deliveries()}
    assert told == {
        (moment, device): state
        for moment in ("ready", "approach:2026-06-10", "approach:2026-06-11")
        for device, state in ((newest, "failed"), (older, "queued"))
    }


@pytest.mark.usefixtures("store")
def test_an_order_whose_device_is_no_more_is_told_on_the_next(town: Town) -> None:
    """Each device once: whoever was not told stands at home while their order waits."""
    town.customer(consents=("orders",))
    oldest, older, newest = (town.device(now=NOON - timedelta(days=days)) for days in (3, 2, 1))
    town.device(town.customer("ben", consents=("orders",)))
    [first] = _put(town, minute=1)
    town.send([first], now=at(5), outcome=GONE)
    [(second, device)] = _waiting(town)
    assert (device, town.deliveries("sanne")[-1]["device_id"]) == (older, newest)
    assert town.read(lambda session: session.get_one(Delivery, second)).expires_at == at(1) + READY_LIFE
    town.tell(older, None, now=at(6))
    assert town.claim([second], now=at(7)).held == [], "it was taken back at its claim"
    [(third, device)] = _waiting(town)
    assert device == oldest
    assert town.send([third], now=at(8), outcome=GONE) == ["Je bestelling ligt klaar"]
    assert _waiting(town) == [], "there is no other"
    assert [one["reason"] for one in town.deliveries()] == ["unregistered", "no_reachable_device", "unregistered"]


@pytest.mark.usefixtures("store")
@pytest.mark.parametrize(
    "outcome", [Outcome("sent"), Outcome("failed", "bad_payload", alarm=True), Outcome("failed", "too_late")]
)
def test_no_other_device_is_told_for_another_reason(town: Town, outcome: Outcome) -> None:
    town.customer(consents=("orders",))
    town.device(), town.device()
    town.send(_put(town), now=at(1), outcome=outcome)
    assert _waiting(town) == []


def test_an_offer_goes_to_no_other_device_for_that(town: Town, store: str) -> None:
    town.campaign()
    phone = town.phone()
    ids = town.cross(enter(phone, store, 5)).deliveries
    town.device()
    town.send(ids, now=at(6), outcome=GONE)
    assert _waiting(town) == []


def test_the_message_of_an_order_made_on_a_page_leads_back_there(database: Database) -> None:
    board = Billboard(database)
    board.put_up()
    done = board.reserve(board.asked())
    board.customer("sanne", consents=("orders",))
    board.write(lambda session: link_device(session, done.device_id or "", "sanne", now=at(2)))
    phone = board.device("sanne")
    [row] = board.orders()
    body = OrderBody.model_validate({"customer": "sanne", "place": "kalverstraat", "status": "ready"})
    _, _, follows = board.write(lambda session: put_order(session, row.id, body, keys=KEYS, now=at(3)))
    [held] = board.claim(list(follows.deliveries), now=at(4)).held
    message, words = word_delivery(held)
    assert (held.device_id, message.url) == (phone, page_path(KEYS, "order", row.id))
    assert str(row.code) in words.body
