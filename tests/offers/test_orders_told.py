"""An order that is ready is told once, in the customer's language, on the device that was seen last."""

from datetime import timedelta

import pytest

from offers.pickups import READY_LIFE, put_order
from offers.rules.order import OrderBody
from offers.rules.service_messages import READY, ready_message
from offers.rules.templates import check_template
from tests.offers.stories import NOON, Town, at


@pytest.fixture
def store(town: Town) -> str:
    return town.place()


def _put(town: Town, status: str = "ready", minute: float = 0) -> tuple[str, ...]:
    body = OrderBody.model_validate({"customer": "sanne", "place": "kalverstraat", "status": status})
    return town.write(lambda session: put_order(session, "A-1", body, now=at(minute)))[2].deliveries


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
    assert item["body"] == "Je kunt bestelling A-1 ophalen bij Kalverstraat."
    assert (item["place"], item["expires_at"]) == ("kalverstraat", at(1) + READY_LIFE)


@pytest.mark.usefixtures("store")
def test_nobody_is_told_who_did_not_agree_or_can_not_be_reached(town: Town) -> None:
    town.customer(consents=("location", "offers"))
    town.device()
    assert _put(town) == ()
    town.customer(consents=("orders",))
    assert len(_put(town, minute=1)) == 1, "it is ready, and by now they agree"


@pytest.mark.usefixtures("store")
@pytest.mark.parametrize(("days", "told"), [(90, 1), (91, 0)])
def test_an_order_goes_to_an_address_of_three_months(town: Town, days: int, told: int) -> None:
    town.device(town.customer(consents=("orders",)), now=NOON - timedelta(days=days))
    ids = _put(town)
    assert len(ids) == told
    assert len(town.claim(ids, now=NOON).held) == told


@pytest.mark.parametrize(
    ("languages", "told"), [(["de-AT", "de", "en"], "de"), (["nl"], "nl"), (["fr", "en"], "en"), (["fr"], "en")]
)
def test_it_is_said_in_the_customers_language(languages: list[str], told: str) -> None:
    language, message, facts = ready_message("{{ x }}", "Kalverstraat", languages)
    assert (language, message) == (told, READY[told])
    assert facts == {"order": {"number": "{{ x }}"}, "place": {"name": "Kalverstraat"}}
    for source in message.values():
        check_template(source)


def test_a_place_without_a_name_leaves_no_hole() -> None:
    _, message, facts = ready_message("A-1", " ", ["nl"])
    assert message["body"] == "Je kunt bestelling {{ order.number }} ophalen."
    assert facts["place"] == {}
