"""What becomes of a delivery by what the push service answered: again, over, put off, or in doubt."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from offers.claiming import Claimed, word_delivery
from offers.customers import set_consents
from offers.deliveries import Sent, SentTo, end_lives, record_outcomes, sweep_deliveries
from offers.pickups import put_order
from offers.push import Outcome
from offers.records.tables import Delivery, Device
from offers.rules.order import OrderBody
from offers.rules.profile import ConsentsBody
from tests.offers.stories import KEYS, NOON, TELLS, Town, at, enter

BUSY = Outcome("waiting", "unavailable")


@pytest.fixture
def store(town: Town) -> str:
    return town.place()


@pytest.fixture
def queued(town: Town, store: str) -> str:
    """One delivery that may go until 12:20."""
    town.offer(budget=1)
    town.campaign(offer="ten-percent", messages=TELLS)
    [delivery] = town.cross(enter(town.phone(), store, 5)).deliveries
    return delivery


def seconds(number: float) -> timedelta:
    return timedelta(seconds=number)


def _to(held: Claimed) -> SentTo:
    return SentTo(held.lane, held.push_token, held.claimed_at)


def answer(town: Town, held: list[Claimed], outcome: Outcome, *, now: datetime) -> list[dict[str, Any]]:
    results = [Sent(one.delivery_id, one.language, word_delivery(one)[1], outcome, to=_to(one)) for one in held]
    return town.write(lambda session: record_outcomes(session, "sender-1", results, now=now, dice=lambda: 0.0))


def the(town: Town, delivery: str) -> Delivery:
    return town.read(lambda session: session.get_one(Delivery, delivery))


def ends(town: Town, now: datetime) -> list[tuple[str, str | None]]:
    return [(one["state"], one["reason"]) for one in town.write(lambda session: end_lives(session, now=now))]


def test_what_waits_is_queued_again_and_says_why(town: Town, queued: str) -> None:
    [told] = answer(town, town.claim([queued], now=at(6)).held, BUSY, now=at(6))
    row = the(town, queued)
    assert (row.state, row.reason, row.attempts, row.claim, row.title) == ("queued", "unavailable", 1, None, None)
    assert row.not_before == at(6) + seconds(10)
    assert (told["state"], told["attempts"], told["not_before"]) == ("queued", 1, row.not_before)
    assert (town.coupon_states(), town.counts()["left"]) == (["reserved"], 0)
    assert town.claim([queued], now=at(6) + seconds(9)).held == []
    again = town.claim([queued], now=at(6) + seconds(10)).held
    [told] = answer(town, again, Outcome("sent", provider_id="projects/p/messages/1"), now=at(7))
    assert (told["state"], told["reason"], told["attempts"], told["not_before"]) == ("sent", None, 2, None)
    assert told["provider_id"] == "projects/p/messages/1"
    assert town.coupon_states() == ["issued"]


def test_what_waited_past_its_life_is_too_late_and_gives_everything_back(town: Town, queued: str) -> None:
    answer(town, town.claim([queued], now=at(6)).held, BUSY, now=at(6))
    assert ends(town, at(20) - seconds(1)) == []
    assert ends(town, at(20)) == [("expired", "too_late")]
    assert ends(town, at(20)) == []
    [item] = town.deliveries()
    assert (item["state"], item["reason"], item["fault"]) == ("expired", "too_late", "unavailable")
    assert (town.coupon_states(), town.counts()["left"]) == (["released"], 1)
    assert [one["facts"].get("offer") for one in town.decisions()] == ["ten-percent"]


def test_what_could_go_again_only_after_its_life_is_over_at_once(town: Town, queued: str) -> None:
    held = town.claim([queued], now=at(6)).held
    [told] = answer(town, held, Outcome("waiting", "throttled", retry_after_s=3600), now=at(6))
    assert (told["state"], told["reason"], told["fault"]) == ("expired", "too_late", "throttled")
    assert town.coupon_states() == ["released"]


def test_a_life_that_ends_is_not_rung_for_and_not_picked_up_by_the_look(town: Town, queued: str) -> None:
    assert town.write(lambda session: sweep_deliveries(session, now=at(20))) == ([], [])
    assert town.write(lambda session: sweep_deliveries(session, now=at(20) - seconds(1)))[0] == [queued]


@pytest.fixture
def order(town: Town, store: str) -> str:
    """A message of an order that Sanne can collect; it lives for two hours."""
    town.limits(quiet_hours=None)
    town.device(town.customer(consents=("orders",), language="en"))
    body = OrderBody.model_validate({"customer": "sanne", "place": "kalverstraat", "status": "ready"})
    [delivery] = town.write(lambda session: put_order(session, "A-1", body, keys=KEYS, now=NOON))[2].deliveries

    def shorten(session: Any) -> None:
        session.get_one(Delivery, delivery).expires_at = at(120)

    town.write(shorten)
    return delivery


def test_an_order_goes_again_for_as_long_as_nobody_can_tell(town: Town, order: str) -> None:
    now, waited = at(1), []
    for _ in range(3):
        held = town.claim([order], now=now).held
        assert [(one.kind, one.message["title"]) for one in held] == [("order", "Your order is ready")]
        [told] = answer(town, held, Outcome("unknown", "timeout"), now=now)
        assert (told["state"], told["reason"]) == ("queued", "timeout")
        waited.append((told["not_before"] - now).total_seconds())
        now = told["not_before"]
    assert waited == [10, 20, 40]
    [told] = answer(town, town.claim([order], now=now).held, Outcome("sent"), now=now)
    assert (told["state"], told["attempts"], the(town, order).doubts) == ("sent", 4, 3)


def test_an_order_in_doubt_whose_life_ends_is_unknown(town: Town, order: str) -> None:
    answer(town, town.claim([order], now=at(1)).held, Outcome("unknown", "timeout"), now=at(1))
    assert ends(town, at(120)) == [("unknown", "timeout")]


def test_an_order_that_never_left_is_too_late(town: Town, order: str) -> None:
    answer(town, town.claim([order], now=at(1)).held, BUSY, now=at(1))
    assert ends(town, at(120)) == [("expired", "too_late")]


@pytest.mark.parametrize(
    ("status", "consents", "reason"),
    [("collected", ["orders"], "not_ready"), ("ready", [], "no_consent"), ("cancelled", ["orders"], "not_ready")],
)
def test_an_order_is_told_of_while_it_is_ready_and_they_agree(
    town: Town, order: str, *, status: str, consents: list[str], reason: str
) -> None:
    body = OrderBody.model_validate({"customer": "sanne", "place": "kalverstraat", "status": status})
    town.write(lambda session: put_order(session, "A-1", body, keys=KEYS, now=at(1)))
    said = ConsentsBody.model_validate({"orders": "orders" in consents})
    town.write(lambda session: set_consents(session, "sanne", said, source="app", now=at(1)))
    assert town.claim([order], now=at(2)).held == []
    assert [(one["state"], one["reason"]) for one in town.deliveries() if one["moment"] == "ready"] == [
        ("failed", reason)
    ]
    others = [one["moment"] for one in town.deliveries() if one["moment"] != "ready"]
    assert others == (["cancelled"] if status == "cancelled" else []), "that it is cancelled is told in its place"


def test_an_order_waits_for_the_end_of_the_quiet_hours(town: Town, order: str) -> None:
    town.limits(quiet_hours={"from": "14:01", "until": "15:00"})
    claims = town.claim([order], now=at(2))
    assert (claims.held, claims.happened) == ([], [])
    row = the(town, order)
    assert (row.state, row.reason, row.not_before, row.attempts) == ("queued", "quiet_hours", at(60), 0)
    assert len(town.claim([order], now=at(60)).held) == 1


def test_an_order_whose_life_ends_in_the_quiet_hours_is_too_late(town: Town, order: str) -> None:
    town.limits(quiet_hours={"from": "14:01", "until": "20:00"})
    [told] = town.claim([order], now=at(2)).happened
    assert (told["state"], told["reason"], told["fault"]) == ("expired", "too_late", "quiet_hours")


def test_an_address_that_is_no_more_is_given_up(town: Town, queued: str) -> None:
    [held] = town.claim([queued], now=at(6)).held
    answer(town, [held], Outcome("failed", "unregistered", address="dead"), now=at(6))
    device = town.read(lambda session: session.get_one(Device, held.device_id))
    assert (device.push_token, device.push_retired_at, device.push_retired_reason) == (None, at(6), "unregistered")


def test_an_address_that_was_said_anew_meanwhile_is_kept(town: Town, queued: str) -> None:
    [held] = town.claim([queued], now=at(6)).held

    def said(session: Any) -> None:
        session.get_one(Device, held.device_id).push_seen_at = at(6)

    town.write(said)
    answer(town, [held], Outcome("failed", "unregistered", address="dead"), now=at(7))
    assert town.read(lambda session: session.get_one(Device, held.device_id)).push_token == held.push_token


def test_another_address_than_the_one_that_was_sent_to_is_kept(town: Town, queued: str) -> None:
    [held] = town.claim([queued], now=at(6)).held
    town.tell(held.device_id, "another", now=at(5))
    answer(town, [held], Outcome("failed", "unregistered", address="dead"), now=at(7))
    assert town.read(lambda session: session.get_one(Device, held.device_id)).push_token == "another"


def test_a_message_that_no_service_takes_costs_no_address(town: Town, queued: str) -> None:
    [held] = town.claim([queued], now=at(6)).held
    answer(town, [held], Outcome("failed", "invalid_message", alarm=True), now=at(6))
    assert town.read(lambda session: session.get_one(Device, held.device_id)).push_token == held.push_token


def test_offers_go_by_their_campaigns_priority_and_orders_before_them(town: Town, order: str, store: str) -> None:
    phones = [town.phone(name) for name in ("ada", "ben", "cas")]
    ids = []
    for number, (phone, priority) in enumerate(zip(phones, (0, 1000, 50), strict=True)):
        town.campaign("sneakers", priority=priority)
        ids += town.cross(enter(phone, store, 5 + number)).deliveries
    due = town.write(lambda session: sweep_deliveries(session, now=at(9)))[0]
    assert due == [order, ids[1], ids[2], ids[0]]
    assert [the(town, one).turn for one in due] == [0, 1, 951, 1001]


def test_outcomes_are_written_in_a_number_of_statements_that_does_not_grow(town: Town, store: str) -> None:
    """Whatever they are: a campaign that comes back after a year meets many addresses that are no more."""
    town.offer()
    town.campaign(offer="ten-percent", messages=TELLS)
    said = (Outcome("sent"), Outcome("failed", "unregistered", address="dead"), BUSY, Outcome("unknown", "no_answer"))
    counts = []
    for people in (8, 40):
        phones = [town.phone(f"{number}-of-{people}") for number in range(people)]
        held = town.claim(town.cross(*(enter(one, store, 5) for one in phones)).deliveries, now=at(6)).held
        results = [
            Sent(one.delivery_id, one.language, word_delivery(one)[1], said[number % 4], to=_to(one))
            for number, one in enumerate(held)
        ]
        with town.statements() as seen:
            town.write(lambda session: record_outcomes(session, "sender-1", results, now=at(6)))  # noqa: B023 - called at once
        counts.append(len(seen))
        gone = town.read(lambda session: [one.id for one in session.query(Device) if one.push_retired_at])
        assert len(gone) == sum(people // 4 for people in (8, 40)[: len(counts)])
    assert counts[0] == counts[1]
