"""What the desk is told of the push services: what became of messages lately, how the ways out are, and how a test ended."""

from datetime import timedelta

import pytest

from commands.vapid import new_private_text
from offers import lately, testing
from offers.errors import NotFound
from offers.push import Outcome
from offers.push_lanes import lanes_now, learn_of_lanes
from offers.records.queries import lately as queries
from offers.rules.vapid import NOBODY, standing_of
from tests.offers.stories import NOON, Town, at, enter

MESSAGE = {"nl": {"title": "Hoi", "body": "Je bent er bijna."}}
DAY = timedelta(hours=24)


def test_what_became_of_messages_is_counted_with_why(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    fence = town.place()
    town.limits(frequency_cap=None)
    town.campaign()
    gone = Outcome("failed", "unregistered", address="dead")
    phones = [town.phone(one) for one in ("sanne", "daan", "noor")]
    for phone, outcome in zip(phones, (Outcome("sent"), gone, gone), strict=True):
        made = town.cross(enter(phone, fence, 5))
        town.record(town.claim(made.deliveries, now=at(5)).held, outcome, now=at(5))
    told = town.read(lambda session: lately.count_answers(session, since=at(5) - DAY))
    assert (told.by_state, told.reasons, told.more) == ({"sent": 1, "failed": 2}, [("unregistered", 2)], False)
    later = town.read(lambda session: lately.count_answers(session, since=at(5) + DAY))
    assert (later.by_state, later.reasons) == ({}, [])
    monkeypatch.setattr(queries, "MOST_COUNTED", 1)
    assert town.read(lambda session: lately.count_answers(session, since=at(5) - DAY)).more


def test_only_what_a_push_tells_can_be_tested_and_a_test_says_how_it_ended(town: Town) -> None:
    town.place()
    town.campaign(messages=MESSAGE, live=False)
    town.campaign("scanned", trigger={"on": "scan"}, messages=MESSAGE, live=False)
    listed = town.read(testing.campaigns_to_test)
    assert [one["id"] for one in listed] == ["sneakers"]
    phone = town.phone()
    tested = town.write(lambda session: testing.send_test(session, "sneakers", phone, now=NOON))
    delivery = str(tested.delivery_id)

    def became() -> tuple[str, str | None]:
        told = town.read(lambda session: testing.became_of_test(session, delivery))
        return told["state"], told["reason"]

    assert became() == ("queued", None)
    gone = Outcome("failed", "unregistered", address="dead")
    town.record(town.claim([delivery], now=NOON).held, gone, now=NOON)
    assert became() == ("failed", "unregistered")
    with pytest.raises(NotFound):
        town.read(lambda session: testing.became_of_test(session, "dlv_nowhere"))


def test_an_offer_is_no_test(town: Town) -> None:
    fence = town.place()
    town.campaign()
    made = town.cross(enter(town.phone(), fence, 5))
    with pytest.raises(NotFound):
        town.read(lambda session: testing.became_of_test(session, made.deliveries[0]))


def test_a_way_that_pauses_says_since_when_and_until(town: Town) -> None:
    refused = Outcome("waiting", "credentials_refused", lane="fcm", alarm=True)
    town.write(lambda session: learn_of_lanes(session, [("fcm", refused)], now=NOON))
    (way,) = town.read(lanes_now)
    assert (way.name, way.is_alarm, way.reason, way.since) == ("fcm", True, "credentials_refused", NOON)
    assert way.paused_until is not None
    assert way.paused_until > NOON


def test_how_it_stands_with_browsers() -> None:
    key = new_private_text()
    subject = "mailto:push@shop.example"
    assert standing_of("outbox", "", "").how == "not_asked"
    assert standing_of("fcm", "", "").how == "none"
    assert standing_of("web_push", "", "").how == "missing"
    assert standing_of("fcm", key, "").how == "no_subject"
    assert standing_of("fcm", key, NOBODY).how == "nobodys"
    assert standing_of("outbox", key, NOBODY).how == "waits"
    ready = standing_of("fcm", key, subject)
    assert (ready.how, ready.subject) == ("ready", subject)
    assert key not in repr(ready)
    wrong = standing_of("fcm", "sesame", subject)
    assert wrong.how == "wrong"
    assert "sesame" not in wrong.why
