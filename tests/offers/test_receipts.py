"""What phones tell of messages: the first time counts, in whatever order and however often it is told."""

from typing import Any

import pytest

from offers.claiming import LEASE
from offers.deliveries import sweep_deliveries
from offers.push import Outcome, ack_id_of
from offers.receipts import Receipt, mark_receipts, proven
from offers.records.tables import Delivery
from offers.reports import report
from offers.rules.receipts import ReceiptBody
from tests.offers.stories import KEYS, NOON, Town, at, enter


@pytest.fixture
def phone(town: Town) -> str:
    return town.phone()


@pytest.fixture
def queued(town: Town, phone: str) -> str:
    store = town.place()
    town.offer()
    town.campaign(offer="ten-percent")
    [delivery] = town.cross(enter(phone, store, 5)).deliveries
    return delivery


@pytest.fixture
def sent(town: Town, queued: str) -> str:
    town.send([queued], now=at(6))
    return queued


def _tell(town: Town, *told: tuple[str, str, float | None], device: str | None = None, minute: float = 9) -> Any:
    said = [Receipt(of, what, None if when is None else at(when)) for of, what, when in told]  # type: ignore[arg-type]
    return town.write(lambda session: mark_receipts(session, said, device_id=device, now=at(minute)))


def _times(town: Town) -> tuple[Any, Any]:
    [item] = town.deliveries()
    return item["received_at"], item["opened_at"]


def test_receipts_are_stamped_once_and_only_by_the_device_itself(town: Town, sent: str, phone: str) -> None:
    assert _tell(town, (sent, "opened", None), device=town.device(), minute=7)[0] == 0
    for what, minute in (("received", 7), ("received", 8), ("opened", 9), ("opened", 10), ("received", 11)):
        known, follows = _tell(town, (sent, what, None), device=phone, minute=minute)
        assert (known, bool(follows.happened)) == (1, minute in (7, 9)), "it is told when it changes something"
    assert _times(town) == (at(7), at(9))
    assert _tell(town, ("dlv_none", "opened", None), device=phone)[0] == 0


def test_what_was_opened_had_arrived_and_a_later_receipt_says_nothing_new(town: Town, sent: str) -> None:
    _tell(town, (sent, "opened", None))
    _tell(town, (sent, "received", None), minute=12)
    assert _times(town) == (at(9), at(9))


@pytest.mark.parametrize("turned", [False, True])
def test_what_waited_on_the_phone_is_of_when_it_happened_in_either_order(town: Town, sent: str, turned: bool) -> None:
    told = [(sent, "received", 7), (sent, "opened", 8)]
    _tell(town, *(reversed(told) if turned else told), minute=30)
    assert _times(town) == (at(7), at(8))


@pytest.mark.parametrize(("said", "kept"), [(500, 9), (3, 6), (None, 9), (8, 8)])
def test_a_phones_clock_is_held_between_the_sending_and_now(
    town: Town, sent: str, said: float | None, kept: float
) -> None:
    _tell(town, (sent, "received", said))
    assert _times(town) == (at(kept), None)


def test_nobody_opened_a_message_before_it_arrived(town: Town, sent: str) -> None:
    _tell(town, (sent, "received", 8))
    _tell(town, (sent, "opened", 7))
    assert _times(town) == (at(8), at(8))


def test_nothing_is_told_of_a_message_that_no_sender_ever_had(town: Town, queued: str, phone: str) -> None:
    assert _tell(town, (queued, "received", None), device=phone)[0] == 0
    assert _times(town) == (None, None)


def test_a_message_that_may_have_left_and_arrived_was_accepted(town: Town, queued: str) -> None:
    town.send([queued], now=at(6), outcome=Outcome("unknown", "no_answer"))
    if town.deliveries()[0]["state"] == "unknown":
        _tell(town, (queued, "received", 8))
        [item] = town.deliveries()
        assert (item["state"], item["reason"], item["sent_at"], item["received_at"]) == (
            "sent",
            "receipt",
            at(8),
            at(8),
        )
        assert town.coupon_states() == ["issued"]
    told = town.read(lambda session: report(session, "sneakers"))
    assert (told["deliveries"], told["receipts"]) == ({"sent": 1}, {"received": 1})


@pytest.mark.parametrize("early", [True, False])
def test_what_a_service_did_not_take_and_yet_arrived_does_not_go_again(town: Town, queued: str, early: bool) -> None:
    """A gateway's 502 is no proof that what stands behind it had nothing."""
    held = town.claim([queued], now=at(6)).held
    if early:
        _tell(town, (queued, "received", 7), minute=7)
    town.record(held, Outcome("waiting", "bad_gateway"), now=at(7))
    if not early:
        _tell(town, (queued, "received", 8), minute=8)
    [item] = town.deliveries()
    assert (item["state"], item["reason"]) == ("sent", "receipt")
    assert town.coupon_states() == ["issued"]
    assert town.claim([queued], now=at(9)).held == []


def test_a_receipt_that_comes_before_a_doubtful_answer_settles_it(town: Town, queued: str) -> None:
    held = town.claim([queued], now=at(6)).held
    _tell(town, (queued, "received", 7), minute=7)
    town.record(held, Outcome("unknown", "no_answer"), now=at(8))
    [item] = town.deliveries()
    assert (item["state"], item["reason"], item["sent_at"]) == ("sent", "receipt", at(7))


def test_a_sender_that_died_and_a_message_that_arrived(town: Town, queued: str) -> None:
    town.claim([queued], now=at(6))
    _tell(town, (queued, "received", 7), minute=7)
    assert town.deliveries()[0]["state"] == "sending", "its sender may be about to write what became of it"
    town.write(lambda session: sweep_deliveries(session, now=at(7) + LEASE))
    [item] = town.deliveries()
    assert (item["state"], item["reason"]) == ("sent", "receipt")


def test_the_mark_is_the_proof(town: Town, sent: str) -> None:
    good = ack_id_of(sent, KEYS)
    wrong = [f"{good[:-1]}{'a' if good[-1] != 'a' else 'b'}", sent, f"dlv_none.{good.rpartition('.')[2]}", "."]

    def tell(*ack_ids: str) -> int:
        said = [ReceiptBody(ack_id=one, what="opened") for one in ack_ids]
        return town.write(lambda session: mark_receipts(session, proven(said, keys=KEYS), now=at(9)))[0]

    assert tell(*wrong) == 0
    assert tell(ack_id_of("dlv_none", KEYS)) == 0
    assert _times(town) == (None, None)
    assert tell(*wrong, good) == 1
    assert _times(town) == (at(9), at(9))


def test_a_report_counts_receipts_beside_states_and_keeps_them(town: Town, sent: str) -> None:
    _tell(town, (sent, "opened", None))
    told = town.read(lambda session: report(session, "sneakers", since=NOON))
    assert told["receipts"] == {"opened": 1, "received": 1}
    [version] = told["by_version"]
    assert (version["version"], version["receipts"]) == (1, {"opened": 1, "received": 1})
    assert town.read(lambda session: session.get_one(Delivery, sent)).state == "sent"
