"""From queued to what became of it: claimed by one, sent while it is still true, given back when it surely never left."""

from datetime import timedelta
from typing import Any

import pytest

from offers.campaigns import step_campaign
from offers.claiming import LEASE, word_delivery
from offers.customers import erase_customer, set_consents
from offers.deliveries import Sent, record_outcomes, sweep_deliveries
from offers.devices import revoke_device
from offers.places import delete_place
from offers.push import Outcome
from offers.records.tables import Decision, Delivery, Device
from offers.rules.profile import ConsentsBody
from tests.offers.stories import NOON, Town, at, enter, leave, minutes


@pytest.fixture
def store(town: Town) -> str:
    fence = town.place()
    town.campaign()
    return fence


@pytest.fixture
def phone(town: Town) -> str:
    return town.phone()


@pytest.fixture
def queued(town: Town, store: str, phone: str) -> str:
    """Sanne walked in at 12:05: one delivery that may go until 12:20."""
    [delivery] = town.cross(enter(phone, store, 5)).deliveries
    return delivery


def _states(town: Town) -> list[tuple[str, str | None]]:
    return [(one["state"], one["reason"]) for one in town.deliveries()]


def _spends(town: Town) -> list[bool]:
    return [one.spends_cap for one in town.read(lambda session: list(session.query(Decision)))]


def test_a_message_is_worded_for_its_customer_and_sent_once(town: Town, queued: str, phone: str) -> None:
    claims = town.claim([queued], now=at(6))
    assert claims.happened == []
    [claimed] = claims.held
    message, words = word_delivery(claimed)
    token = town.read(lambda session: session.get_one(Device, phone)).push_token
    assert (message.delivery_id, message.device_id, message.push_token) == (queued, phone, token)
    assert (message.platform, message.expires_at) == ("android", at(20))
    assert (message.title, message.body) == ("Hoi Sanne", "Je bent bij Kalverstraat.")
    happened = town.write(
        lambda session: record_outcomes(
            session, "sender-1", [Sent(queued, claimed.language, words, Outcome("sent"))], now=at(7)
        )
    )
    assert [(one["type"], one["id"], one["state"]) for one in happened] == [("delivery", queued, "sent")]
    [item] = town.deliveries()
    assert (item["state"], item["language"], item["title"], item["sent_at"]) == ("sent", "nl", "Hoi Sanne", at(7))
    assert town.claim([queued], now=at(8)).held == []


def test_what_one_sender_holds_no_other_gets(town: Town, queued: str) -> None:
    assert [one.delivery_id for one in town.claim([queued], now=at(6), sender="a").held] == [queued]
    assert town.claim([queued], now=at(6), sender="b").held == []


def test_a_sender_that_asks_again_gets_nothing_twice(town: Town, store: str, queued: str) -> None:
    """A task may ring twice under one name; what it holds already, it may have sent already."""
    [second] = town.cross(enter(town.phone("ben"), store, 6)).deliveries
    assert len(town.claim([queued], now=at(6), sender="a").held) == 1
    assert town.claim([queued], now=at(6), sender="a").held == []
    assert [one.delivery_id for one in town.claim([queued, second], now=at(6), sender="a").held] == [second]


def test_what_is_not_due_yet_waits(town: Town, queued: str) -> None:
    def later(session: Any) -> None:
        session.get_one(Delivery, queued).not_before = at(10)

    town.write(later)
    assert town.claim([queued], now=at(9)).held == []
    assert town.write(lambda session: sweep_deliveries(session, now=at(9))) == ([], [])
    assert town.write(lambda session: sweep_deliveries(session, now=at(10))) == ([queued], [])
    assert len(town.claim([queued], now=at(10)).held) == 1


def test_the_sweep_finds_what_is_due_the_shortest_lived_first(town: Town, store: str, queued: str) -> None:
    town.campaign("hurry", priority=90, life="PT2M")
    [hurried] = town.cross(enter(town.phone("ben"), store, 6)).deliveries
    assert town.write(lambda session: sweep_deliveries(session, now=at(7))) == ([hurried, queued], [])
    assert town.write(lambda session: sweep_deliveries(session, now=at(7), limit=1)) == ([hurried], [])


def _withdraw(purpose: str) -> Any:
    body = ConsentsBody.model_validate({purpose: False})
    return lambda session, _: set_consents(session, "sanne", body, source="app", now=at(6))


@pytest.mark.parametrize(
    ("meanwhile", "when", "state"),
    [
        (lambda _session, _phone: None, 20, ("expired", "too_late")),
        (_withdraw("offers"), 7, ("failed", "no_consent")),
        (_withdraw("location"), 7, ("failed", "no_consent")),
        (lambda session, _: step_campaign(session, "sneakers", "pause", now=at(6)), 7, ("failed", "not_live")),
        (lambda session, _: step_campaign(session, "sneakers", "end", now=at(6)), 7, ("failed", "not_live")),
        (lambda session, phone: revoke_device(session, phone, now=at(6)), 7, ("failed", "no_reachable_device")),
        (lambda session, _: delete_place(session, "kalverstraat", now=at(6)), 7, ("failed", "place_removed")),
    ],
    ids=["late", "offers withdrawn", "location withdrawn", "paused", "ended", "revoked", "place removed"],
)
def test_what_became_untrue_before_it_was_sent_is_taken_back_with_its_reason(
    town: Town, queued: str, phone: str, *, meanwhile: Any, when: float, state: tuple[str, str]
) -> None:
    town.write(lambda session: meanwhile(session, phone))
    claims = town.claim([queued], now=at(when))
    assert claims.held == []
    assert [(one["type"], one["state"], one["reason"]) for one in claims.happened] == [("delivery", *state)]
    assert _states(town) == [state]
    assert _spends(town) == [False]


def test_quiet_hours_are_asked_again_at_the_claim(town: Town, queued: str) -> None:
    town.limits(quiet_hours={"from": "14:06", "until": "15:00"})
    assert town.claim([queued], now=at(6)).held == []
    assert _states(town) == [("failed", "quiet_hours")]


def test_one_that_can_not_go_does_not_keep_the_others(town: Town, store: str, queued: str) -> None:
    [second] = town.cross(enter(town.phone("ben"), store, 6)).deliveries
    town.write(lambda session: revoke_device(session, town.deliveries("sanne")[0]["device_id"], now=at(6)))
    assert [one.delivery_id for one in town.claim([queued, second], now=at(7)).held] == [second]


def test_a_claim_of_what_is_gone_is_empty(town: Town, queued: str) -> None:
    town.write(lambda session: erase_customer(session, "sanne", now=NOON))
    claims = town.claim([queued, "dlv_never_was"], now=at(6))
    assert (claims.held, claims.happened) == ([], [])
    assert town.claim([], now=at(6)).held == []


def test_what_surely_never_left_gives_the_cap_back(town: Town, store: str, queued: str, phone: str) -> None:
    town.limits(frequency_cap={"messages": 1, "window": "P1D"})
    town.send([queued], now=at(6), outcome=Outcome("failed", "token_dead"))
    assert _states(town) == [("failed", "token_dead")]
    town.cross(leave(phone, store, 10))
    town.cross(enter(phone, store, 30))
    assert town.outcomes() == [("sneakers", "enter", "send")] * 2


@pytest.mark.parametrize("outcome", [Outcome("sent"), Outcome("unknown", "timeout")])
def test_what_left_or_may_have_left_keeps_the_cap(
    town: Town, store: str, queued: str, phone: str, outcome: Outcome
) -> None:
    town.limits(frequency_cap={"messages": 1, "window": "P1D"})
    town.send([queued], now=at(6), outcome=outcome)
    town.cross(leave(phone, store, 10))
    town.cross(enter(phone, store, 30))
    assert town.outcomes() == [("sneakers", "enter", "frequency_cap"), ("sneakers", "enter", "send")]


def test_what_never_left_frees_the_campaigns_cooldown_too(town: Town, store: str, phone: str) -> None:
    town.campaign("sneakers", cooldown="P1D")
    [delivery] = town.cross(enter(phone, store, 5)).deliveries
    town.send([delivery], now=at(6), outcome=Outcome("failed"))
    town.cross(leave(phone, store, 10))
    assert len(town.cross(enter(phone, store, 30)).deliveries) == 1


def test_a_sender_that_died_leaves_an_offer_unknown_and_it_is_never_sent_again(town: Town, queued: str) -> None:
    town.claim([queued], now=at(6))
    assert town.write(lambda session: sweep_deliveries(session, now=at(6) + LEASE)) == ([], [])
    after = at(6) + LEASE + timedelta(seconds=1)
    due, [ended] = town.write(lambda session: sweep_deliveries(session, now=after))
    assert (due, ended["state"]) == ([], "unknown")
    assert _states(town) == [("unknown", "sender_died")]
    assert _spends(town) == [True]
    assert town.claim([queued], now=at(8)).held == []


def test_an_orders_message_goes_again_when_its_sender_died(town: Town, queued: str) -> None:
    def of_an_order(session: Any) -> None:
        session.get_one(Delivery, queued).kind = "order"

    town.claim([queued], now=at(6))
    town.write(of_an_order)
    due, [ended] = town.write(lambda session: sweep_deliveries(session, now=at(8), dice=lambda: 0.0))
    assert (due, ended["state"], ended["reason"]) == ([], "queued", "sender_died")
    again = at(8) + timedelta(seconds=10)
    assert town.write(lambda session: sweep_deliveries(session, now=again)) == ([queued], [])


def test_a_sender_that_comes_too_late_with_its_outcome_changes_nothing(town: Town, queued: str) -> None:
    [claimed] = town.claim([queued], now=at(6)).held
    _, words = word_delivery(claimed)
    town.write(lambda session: sweep_deliveries(session, now=at(8)))
    result = [Sent(queued, "nl", words, Outcome("sent"))]
    assert town.write(lambda session: record_outcomes(session, "sender-1", result, now=at(9))) == []
    assert _states(town) == [("unknown", "sender_died")]


def test_only_the_holder_records_an_outcome_and_only_once(town: Town, queued: str) -> None:
    [claimed] = town.claim([queued], now=at(6), sender="a").held
    _, words = word_delivery(claimed)
    sent, failed = Sent(queued, "nl", words, Outcome("sent")), Sent(queued, "nl", words, Outcome("failed"))
    assert town.write(lambda session: record_outcomes(session, "b", [failed], now=at(7))) == []
    assert len(town.write(lambda session: record_outcomes(session, "a", [sent], now=at(7)))) == 1
    assert town.write(lambda session: record_outcomes(session, "a", [failed], now=at(8))) == []
    assert _states(town) == [("sent", None)]


def _titles(
    town: Town, store: str, customer: dict[str, Any], device: dict[str, Any], messages: dict[str, Any]
) -> list[str]:
    town.campaign("words", priority=90, messages=messages)
    phone = town.device(town.customer("ben", **customer), **device)
    return town.send(town.cross(enter(phone, store, 5)).deliveries, now=at(6))


MESSAGES = {tag: {"title": f"{tag}: {{{{ customer.first_name }}}}", "body": "x"} for tag in ("nl", "de", "en")}


@pytest.mark.parametrize(
    ("customer", "device", "title"),
    [
        ({"name": "Ben Ali", "language": "nl"}, {}, "nl: Ben"),
        ({"name": "Ben Ali", "language": "de-AT"}, {}, "de: Ben"),
        ({"name": "Ben Ali", "language": None}, {"locale": "de-DE"}, "de: Ben"),
        ({"name": "Ben Ali", "language": "fr"}, {}, "en: Ben"),
        ({"name": "  ", "language": "nl"}, {}, "Kalverstraat"),
        ({"name": "\u202e", "language": "nl"}, {}, "Kalverstraat"),
        ({"name": None, "language": "nl"}, {}, "Kalverstraat"),
    ],
    ids=repr,
)
def test_the_words_are_in_the_customers_language_and_have_no_holes(
    town: Town, store: str, customer: dict[str, Any], device: dict[str, Any], title: str
) -> None:
    assert _titles(town, store, customer, device, MESSAGES) == [title]


def test_a_default_text_is_marked_as_one(town: Town, store: str) -> None:
    _titles(town, store, {"name": None}, {}, MESSAGES)
    assert _states(town) == [("sent", "default_text")]


def test_an_attribute_that_says_nothing_is_a_missing_one(town: Town, store: str) -> None:
    messages = {"nl": {"title": "{{ customer.attributes.team | default: 'fan' }}", "body": "{{ customer.size.shoes }}"}}
    assert _titles(town, store, {"attributes": {"team": " "}, "sizes": {"shoes": 38}}, {}, messages) == ["fan"]


def test_the_weekday_is_the_customers(town: Town, store: str) -> None:
    town.limits(quiet_hours=None)
    messages = {"nl": {"title": "{{ weekday }}", "body": "x"}}
    assert _titles(town, store, {"time_zone": "Pacific/Kiritimati"}, {}, messages) == ["donderdag"]


def test_claims_ask_in_a_number_of_queries_that_does_not_grow(town: Town, store: str) -> None:
    counts = []
    for people in (2, 20):
        phones = [town.phone(f"{number}-of-{people}", name=f"P{number} Jansen") for number in range(people)]
        ids = town.cross(*(enter(one, store, 5) for one in phones)).deliveries
        with town.statements() as seen:
            assert len(town.claim(ids, now=at(6)).held) == people
        counts.append(len(seen))
    assert counts[0] == counts[1]
    assert minutes(0) < LEASE
