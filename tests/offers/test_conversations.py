"""A customer asks a store and staff answer: states, order, bounds, and what is kept of it."""

from datetime import datetime, timedelta
from functools import partial
from typing import Any

import pytest
from sqlalchemy.orm import Session

from offers import conversations
from offers.customers import erase_customer
from offers.errors import BadInput, Conflict, NotFound
from offers.personal import export_customer
from offers.pickups import put_order
from offers.records.database import Table
from offers.records.ids import new_id
from offers.records.tables import Conversation, ConversationMessage, Deed, Device, Scan
from offers.rules.conversation import FORGOTTEN, MOST_AN_HOUR, MOST_OPEN
from offers.rules.order import OrderBody
from tests.at_once import at_once
from tests.offers.asking import answer, ask, messages, poster, question, row_of, say, staff
from tests.offers.stories import KEYS, NOON, Town, at


def _count(session: Session, table: type[Table]) -> int:
    return session.query(table).count()


@pytest.fixture
def scan(town: Town) -> str:
    town.place()
    return poster(town)


@pytest.fixture
def noor(town: Town) -> str:
    return staff(town)


@pytest.mark.usefixtures("scan")
def test_a_question_makes_a_browser_of_nobody_and_finishes_the_scan(town: Town) -> None:
    asked = question()
    made = town.write(lambda session: conversations.ask_about_scan(session, "scn_1", None, asked, now=NOON))
    row = row_of(town, asked.conversation_id)
    assert (row.state, row.waiting_since, row.place_id, row.size) == ("waiting", NOON, "kalverstraat", "38")
    [first] = messages(town, row.id)
    assert (first.sender, first.said, first.at) == ("customer", "Is maat 38 er nog?", NOON)
    device = town.read(lambda session: session.get_one(Device, made.device_id))
    assert (device.platform, device.customer_id) == ("web", row.customer_id)
    scanned = town.read(lambda session: session.get_one(Scan, "scn_1"))
    assert (scanned.finished_by, scanned.customer_id) == ("asked", row.customer_id)
    assert made.follows.happened == (
        {"type": "conversation", "id": row.id, "place": "kalverstraat", "state": "waiting"},
    )


@pytest.mark.usefixtures("scan")
def test_a_form_that_is_sent_twice_asks_once(town: Town) -> None:
    asked = question()
    one = [
        town.write(lambda session: conversations.ask_about_scan(session, "scn_1", None, asked, now=NOON)) for _ in "ab"
    ]
    assert {each.conversation_id for each in one} == {asked.conversation_id}
    assert town.read(lambda session: session.query(Conversation).count()) == 1
    assert town.read(lambda session: session.query(Device).count()) == 1
    poster(town, "scn_2")
    with pytest.raises(NotFound):
        town.write(lambda session: conversations.ask_about_scan(session, "scn_2", None, asked, now=NOON))


@pytest.mark.usefixtures("scan")
def test_a_form_that_is_sent_at_one_moment_from_one_browser_asks_once(town: Town) -> None:
    device = row_of(town, ask(town)).device_id
    asked = question()

    def send() -> str:
        return town.write(
            lambda session: conversations.ask_about_scan(session, "scn_1", device, asked, now=at(1))
        ).conversation_id

    assert set(at_once([send] * 4)) == {asked.conversation_id}
    assert len(messages(town, asked.conversation_id)) == 1


@pytest.mark.usefixtures("scan")
def test_who_waits_waits_from_the_oldest_question_that_nobody_answered(town: Town, noor: str) -> None:
    one = ask(town)
    say(town, one, now=at(2))
    assert row_of(town, one).waiting_since == NOON
    answer(town, one, noor, now=at(5))
    row = row_of(town, one)
    assert (row.state, row.waiting_since, row.first_answered_at) == ("answered", None, at(5))
    say(town, one, now=at(7))
    answer(town, one, noor, now=at(9))
    assert row_of(town, one).first_answered_at == at(5)
    say(town, one, now=at(11))
    assert (row_of(town, one).state, row_of(town, one).waiting_since) == ("waiting", at(11))


@pytest.mark.usefixtures("scan")
def test_two_who_answer_at_once_are_both_kept_and_the_second_is_told(town: Town, noor: str) -> None:
    piet, one = staff(town, "Piet"), ask(town)
    seen = messages(town, one)[0].id
    assert not answer(town, one, noor, "Ja.", now=at(1), seen=seen).meanwhile
    assert answer(town, one, piet, "Ja, twee paar.", now=at(1), seen=seen).meanwhile
    said = messages(town, one)
    assert [(each.sender, each.said, each.user_id) for each in said[1:]] == [
        ("staff", "Ja.", noor),
        ("staff", "Ja, twee paar.", piet),
    ]
    assert said[1].at < said[2].at, "in their order, though it was one moment"
    assert not answer(town, one, piet, "Tot 18 uur.", now=at(2), seen=seen and said[2].id).meanwhile


@pytest.mark.usefixtures("scan")
def test_two_at_one_moment_lose_nothing(town: Town, noor: str) -> None:
    piet, one = staff(town, "Piet"), ask(town)
    seen = messages(town, one)[0].id

    def speak(who: str) -> bool:
        return answer(town, one, who, who, now=at(1), seen=seen).meanwhile

    found = at_once([partial(speak, who) for who in (noor, piet)])
    assert sorted(found) == [False, True]
    assert {each.said for each in messages(town, one)[1:]} == {noor, piet}


@pytest.mark.usefixtures("scan")
def test_an_answer_that_is_sent_twice_is_said_once(town: Town, noor: str) -> None:
    one, other = ask(town), ask(town, said="Hoe laat?")
    for _ in "ab":
        answer(town, one, noor, now=at(1), message="cms_same")
        say(town, one, now=at(2), message="cms_mine")
    assert [each.sender for each in messages(town, one)] == ["customer", "staff", "customer"]
    for speak in (
        lambda: answer(town, other, noor, now=at(3), message="cms_same"),
        lambda: say(town, other, now=at(3), message="cms_mine"),
    ):
        with pytest.raises(NotFound):
            speak()


@pytest.mark.usefixtures("scan")
def test_what_is_over_is_over_once_and_opens_again_when_somebody_speaks(town: Town, noor: str) -> None:
    one = ask(town)
    assert town.write(lambda session: conversations.close_as_staff(session, one, noor, now=at(1))).happened
    assert not town.write(lambda session: conversations.close_as_staff(session, one, noor, now=at(2))).happened
    assert not town.write(lambda session: conversations.close_as_customer(session, one, now=at(2))).happened
    row = row_of(town, one)
    assert (row.state, row.closed_at, row.waiting_since) == ("closed", at(1), None)
    answer(town, one, noor, now=at(3))
    assert (row_of(town, one).state, row_of(town, one).closed_at) == ("answered", None)
    town.write(lambda session: conversations.close_as_customer(session, one, now=at(4)))
    say(town, one, now=at(5))
    assert (row_of(town, one).state, row_of(town, one).waiting_since) == ("waiting", at(5))
    done = town.read(
        lambda session: [each.what for each in session.query(Deed).filter_by(subject=one).order_by(Deed.id)]
    )
    assert done == ["closed", "answered"]


@pytest.mark.usefixtures("scan")
def test_nobody_has_more_than_three_open(town: Town, noor: str) -> None:
    device = row_of(town, first := ask(town)).device_id
    for _ in range(MOST_OPEN - 1):
        ask(town, device)
    with pytest.raises(Conflict) as refused:
        ask(town, device)
    assert refused.value.reason == "too_many_open"
    town.write(lambda session: conversations.close_as_staff(session, first, noor, now=at(1)))
    ask(town, device)
    with pytest.raises(Conflict):
        say(town, first, now=at(2))
    assert row_of(town, first).state == "closed"


@pytest.mark.usefixtures("scan")
def test_nobody_says_more_than_thirty_things_an_hour(town: Town) -> None:
    one = ask(town)
    for number in range(MOST_AN_HOUR - 1):
        say(town, one, now=NOON + timedelta(seconds=number))
    with pytest.raises(Conflict) as refused:
        say(town, one, now=at(30))
    assert refused.value.reason == "too_often"
    say(town, one, now=at(61))


@pytest.mark.usefixtures("scan")
@pytest.mark.parametrize(
    ("typed", "why"), [("", "missing"), (" \u202e\u0007 ", "missing"), ("a" * 1001, "too_long"), ("a\0b", "unreadable")]
)
def test_a_text_that_can_not_be_kept_is_refused(town: Town, typed: str, why: str) -> None:
    with pytest.raises(BadInput) as refused:
        ask(town, said=typed)
    assert [(one.path, one.message) for one in refused.value.faults] == [("said", why)]
    assert town.read(lambda session: session.query(Device).count()) == 0


@pytest.mark.usefixtures("scan")
def test_a_store_that_is_none_is_refused(town: Town) -> None:
    with pytest.raises(BadInput):
        ask(town, place_id="nowhere")
    with pytest.raises(NotFound):
        ask(town, scan="scn_none")


@pytest.mark.usefixtures("scan")
def test_looking_is_kept_and_never_goes_back(town: Town, noor: str) -> None:
    one = ask(town)
    answer(town, one, noor, now=at(5))
    for minute in (6, 4):
        town.write(partial(conversations.look, conversation_id=one, now=at(minute)))
    assert row_of(town, one).read_at == at(6)


@pytest.mark.usefixtures("scan")
def test_what_nobody_goes_on_with_is_closed_and_later_removed(town: Town, noor: str) -> None:
    one, other = ask(town), ask(town)
    say(town, other, now=at(1))
    later = NOON + FORGOTTEN + timedelta(seconds=1)
    closed, follows = town.write(lambda session: conversations.close_forgotten(session, now=later))
    assert (closed, [each["id"] for each in follows.happened]) == (1, [one])
    assert (row_of(town, one).state, row_of(town, other).state) == ("closed", "waiting")

    def purge(before: datetime) -> int:
        return town.write(lambda session: conversations.purge_closed(session, before=before))

    assert (purge(later), purge(later + timedelta(seconds=1)), purge(later + timedelta(days=1))) == (0, 1, 0)
    assert (
        town.read(lambda session: [each.conversation_id for each in session.query(ConversationMessage)]) == [other] * 2
    )


@pytest.mark.usefixtures("scan")
def test_an_export_has_the_words_and_an_erasure_takes_them(town: Town, noor: str) -> None:
    one = ask(town)
    answer(town, one, noor, now=at(1))
    owner = row_of(town, one).customer_id
    tables: dict[str, Any] = town.read(lambda session: export_customer(session, owner, now=NOON))["tables"]
    assert [each["said"] for each in tables["conversation_messages"]] == ["Is maat 38 er nog?", "Ja hoor."]
    assert "user_id" not in tables["conversation_messages"][0]
    town.write(lambda session: erase_customer(session, owner, now=NOON))
    for table in (Conversation, ConversationMessage):
        assert town.read(partial(_count, table=table)) == 0
    with pytest.raises(NotFound):
        say(town, one, now=at(2), message=new_id("cms"))


@pytest.mark.usefixtures("scan")
def test_an_order_is_asked_about_as_its_customer(town: Town) -> None:
    town.customer()
    body = OrderBody.model_validate({"customer": "sanne", "place": "kalverstraat", "status": "ready"})
    town.write(lambda session: put_order(session, "A-1", body, keys=KEYS, now=NOON))
    stranger = row_of(town, ask(town)).device_id
    asked = question(topic="pickup")
    made = town.write(lambda session: conversations.ask_about_order(session, "A-1", stranger, asked, now=at(1)))
    row = row_of(town, made.conversation_id)
    assert (row.customer_id, row.order_id, row.device_id) == ("sanne", "A-1", None)
    again = town.write(lambda session: conversations.ask_about_order(session, "A-1", None, asked, now=at(2)))
    assert again.conversation_id == row.id
    assert len(messages(town, row.id)) == 1
