"""A store's answer reaches the customer: on the page, or by one message for all that they have not read."""

from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from offers import conversations
from offers.claiming import word_delivery
from offers.deliveries import sweep_deliveries
from offers.push import Outcome
from offers.records.queries import consents as consent_queries
from offers.records.tables import Customer, Device
from offers.rules.conversation import GLANCE, REPLY_LIFE
from offers.rules.page_links import page_path
from offers.rules.profile import ConsentReceipt
from offers.rules.service_messages import NAMELESS_REPLY, REPLY, reply_message
from offers.rules.templates import check_template
from tests.offers.asking import answer, ask, poster, row_of, say, staff
from tests.offers.stories import KEYS, NOON, Town, at

SOON = NOON + timedelta(minutes=1) + GLANCE


@pytest.fixture
def noor(town: Town) -> str:
    town.place(name="Kalverstraat 102")
    poster(town)
    return staff(town)


def reach(town: Town, conversation: str, *, agreed: bool = True) -> str:
    """The browser it was begun in takes messages, and its customer agrees to those of orders."""
    row = row_of(town, conversation)

    def write(session: Session) -> None:
        device = session.get_one(Device, row.device_id)
        device.push_token, device.push_kind, device.push_seen_at = f"push-{device.id}", "token", NOON
        customer = session.get_one(Customer, row.customer_id)
        consent_queries.write_receipts(session, customer, {"orders": ConsentReceipt(given=agreed)}, NOON)

    town.write(write)
    return row.device_id or ""


def waiting(town: Town) -> list[str]:
    return [one["id"] for one in town.deliveries() if one["state"] == "queued"]


def test_an_answer_that_is_not_read_is_told_once_a_run(town: Town, noor: str) -> None:
    one = ask(town)
    device = reach(town, one)
    answer(town, one, noor, "Ja, nog twee paar.", now=at(1))
    answer(town, one, noor, "Tot 18 uur.", now=at(1.1))
    [waits] = waiting(town)
    assert town.claim([waits], now=at(1)).held == [], "they may be looking at the page"
    assert town.send([waits], now=SOON) == ["Kalverstraat 102 heeft geantwoord"]
    [item] = town.deliveries()
    assert (item["kind"], item["conversation"], item["order"], item["campaign"]) == ("reply", one, None, None)
    assert (item["device_id"], item["state"], item["place"]) == (device, "sent", "kalverstraat")
    assert "paar" not in item["title"] + item["body"], "a locked screen is anybody's to read"
    assert item["url"] is None, "whoever has the address writes as the customer"
    assert item["expires_at"] == at(1) + REPLY_LIFE
    answer(town, one, noor, "Of morgen.", now=at(3))
    assert waiting(town) == [], "the first one still leads to all of it"


def test_the_message_leads_to_the_conversation_and_takes_the_place_of_the_last(town: Town, noor: str) -> None:
    one = ask(town)
    reach(town, one)
    answer(town, one, noor, now=at(1))
    [first] = town.claim(waiting(town), now=SOON).held
    message, _ = word_delivery(first)
    assert message.url == page_path(KEYS, "conversation", one)
    town.record([first], Outcome("sent"), now=SOON)
    town.write(lambda session: conversations.look(session, one, now=at(4)))
    answer(town, one, noor, now=at(5))
    [second] = town.claim(waiting(town), now=at(6)).held
    assert word_delivery(second)[0].tag == message.tag
    assert message.kind == "reply"


def test_who_read_it_on_the_page_is_not_told(town: Town, noor: str) -> None:
    one = ask(town)
    reach(town, one)
    answer(town, one, noor, now=at(1))
    town.write(lambda session: conversations.look(session, one, now=at(1.2)))
    answer(town, one, noor, now=at(1.3))
    first, second = sorted(waiting(town))
    claims = town.claim([first, second], now=at(3))
    assert [held.delivery_id for held in claims.held] == [second], "what came after they looked is news"
    assert [(event["id"], event["state"], event["reason"]) for event in claims.happened] == [(first, "failed", "read")]


def test_nobody_is_told_who_did_not_agree_or_can_not_be_reached(town: Town, noor: str) -> None:
    one = ask(town)
    answer(town, one, noor, now=at(1))
    reach(town, one, agreed=False)
    answer(town, one, noor, now=at(2))
    assert waiting(town) == []
    reach(town, one)
    answer(town, one, noor, now=at(3))
    [waits] = waiting(town)
    reach(town, one, agreed=False)
    assert [event["reason"] for event in town.claim([waits], now=at(4)).happened] == ["no_consent"]


def test_an_answer_at_night_waits_unless_they_asked_just_now(town: Town, noor: str) -> None:
    night = NOON + timedelta(hours=9)  # 23:00 in Amsterdam
    town.limits(quiet_hours={"from": "22:00", "until": "08:00"})
    one, other = ask(town), ask(town, now=night - timedelta(minutes=10))
    for conversation in (one, other):
        reach(town, conversation)
        answer(town, conversation, noor, now=night)
    held = town.claim(waiting(town), now=night + GLANCE).held
    assert [each.source_id for each in held] == [other]
    [late] = [each for each in town.deliveries() if each["conversation"] == one]
    assert (late["state"], late["reason"]) == ("queued", "quiet_hours")
    assert late["not_before"] == NOON.replace(hour=6) + timedelta(days=1)
    assert [each.source_id for each in town.claim([late["id"]], now=late["not_before"]).held] == [one]


def test_of_a_conversation_that_is_no_more_nobody_is_told(town: Town, noor: str) -> None:
    one = ask(town)
    reach(town, one)
    answer(town, one, noor, now=at(1))
    town.write(lambda session: conversations.close_as_staff(session, one, noor, now=at(1)))
    town.write(lambda session: conversations.purge_closed(session, before=at(2)))
    assert [event["reason"] for event in town.claim(waiting(town), now=at(3)).happened] == ["conversation_removed"]


def test_where_the_browser_is_gone_their_phone_is_told(town: Town, noor: str) -> None:
    one = ask(town)
    browser = reach(town, one)
    phone = town.device(row_of(town, one).customer_id)
    answer(town, one, noor, now=at(1))
    town.send(waiting(town), now=SOON, outcome=Outcome("failed", "unregistered", address="dead"))
    [second] = [each for each in town.deliveries() if each["state"] == "queued"]
    assert (browser, second["device_id"]) == (town.deliveries()[1]["device_id"], phone)
    assert town.send([second["id"]], now=at(3)) == ["Kalverstraat 102 heeft geantwoord"]


def test_a_sender_that_dies_leaves_it_to_go_again(town: Town, noor: str) -> None:
    one = ask(town)
    reach(town, one)
    answer(town, one, noor, now=at(1))
    assert town.claim(waiting(town), now=SOON).held
    _, ended = town.write(lambda session: sweep_deliveries(session, now=at(5)))
    assert [each["state"] for each in ended] == ["queued"]


def test_the_run_is_over_when_they_speak(town: Town, noor: str) -> None:
    one = ask(town)
    reach(town, one)
    answer(town, one, noor, now=at(1))
    town.send(waiting(town), now=SOON)
    say(town, one, now=at(4))
    answer(town, one, noor, now=at(5))
    assert len(waiting(town)) == 1


@pytest.mark.parametrize("language", ["nl", "de", "en"])
def test_it_fits_a_screen_in_each_language(language: str) -> None:
    found, message, facts = reply_message("cnv_1", "m", "Kalverstraat 102, bij de Dam", [language])
    assert found == language
    name = facts["place"]["name"]  # type: ignore[index]
    title = message["title"].replace("{{ place.name }}", name)
    assert len(title) <= 40, title
    assert len(message["body"]) <= 110
    for source in (*REPLY[language].values(), *NAMELESS_REPLY[language].values()):
        check_template(source)
    assert reply_message("cnv_1", "m", "\u200b", ["fr"])[1]["title"] == "The store answered"
