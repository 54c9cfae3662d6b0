"""One campaign over moments that are past: what is put off, what is counted, what is shown of it."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from offers.rules.audience import ANY_STORE, Profile
from offers.rules.eligibility import Verdict
from offers.rules.rehearsed import MOST_PLACES, SAMPLE, Tally
from offers.rules.rehearsing import Person, Seen, Stayed, Where

NOON = datetime(2026, 6, 10, 12, tzinfo=UTC)
HERE = Where(ZoneInfo("Europe/Amsterdam"), None)


def seen(minute: float, *, customer: str = "sanne", place: str = "kalverstraat") -> Seen:
    return Seen(NOON + timedelta(minutes=minute), f"trn-{minute}", f"enter:vis-{minute}", customer, place)


def test_what_is_put_off_is_the_same_moment_later() -> None:
    moment = seen(0)
    assert moment.once_due(Verdict("quiet_hours")) is None
    morning = NOON + timedelta(hours=9)
    again = moment.once_due(Verdict("quiet_hours", put_off_until=morning))
    assert again == Seen(morning, "trn-0", "enter:vis-0:deferred", "sanne", "kalverstraat", NOON)
    later = again.once_due(Verdict("quiet_hours", put_off_until=morning + timedelta(hours=1)))
    assert later is not None
    assert (later.key, later.happened_at) == ("enter:vis-0:deferred-2", NOON)


def test_a_moment_that_is_decided_again_is_one_moment_with_two_answers() -> None:
    tally = Tally()
    tally.count(seen(0), Verdict("quiet_hours"), HERE)
    again = seen(0).once_due(Verdict("quiet_hours", put_off_until=NOON + timedelta(hours=20)))
    assert again is not None
    tally.count(again, Verdict("send"), HERE)
    told = tally.as_json(NOON, NOON + timedelta(days=1))
    assert (told["moments"], told["decided_again"]) == (1, 1)
    assert (told["outcomes"]["quiet_hours"], told["outcomes"]["send"]) == (1, 1)
    assert told["by_day"] == [
        {"date": "2026-06-10", "moments": 1, "send": 0},
        {"date": "2026-06-11", "moments": 0, "send": 1},
    ]
    assert [one["facts"]["happened_at"] for one in told["sample"]] == [NOON.isoformat()] * 2


def test_the_sample_has_room_for_each_outcome_and_the_places_are_those_with_most() -> None:
    tally = Tally()
    for minute in range(200):
        place = f"store-{minute % 30:02}" if minute < 100 else "busy"
        outcome = {7: "sold_out", 8: "held_out"}.get(minute, "send" if minute % 2 else "not_in_audience")
        tally.count(seen(minute, customer=f"customer-{minute % 9}", place=place), Verdict(outcome), HERE)
    told = tally.as_json(NOON, NOON)
    assert told["customers"] == 9
    assert len(told["sample"]) == SAMPLE
    assert {one["outcome"] for one in told["sample"]} == {"sold_out", "held_out", "send", "not_in_audience"}
    assert [one["at"] for one in told["sample"]] == sorted((one["at"] for one in told["sample"]), reverse=True)
    assert len(told["by_place"]) == MOST_PLACES
    assert told["by_place"][0]["place"] == "busy"


def test_where_somebody_was_is_asked_of_the_time() -> None:
    def at(minute: float) -> datetime:
        return NOON + timedelta(minutes=minute)

    stays = (
        Stayed(at(0), at(10), "kalverstraat", is_store=True, on_premises=True),
        Stayed(at(5), None, "centraal", is_store=False, on_premises=False),
    )
    person = Person(Profile(language="nl"), frozenset(), None, reachable=True, stays=stays)
    assert person.as_of(at(-5)).near == frozenset()
    assert person.as_of(at(6)).near == {"kalverstraat", ANY_STORE, "centraal"}
    assert person.as_of(at(6)).inside == {"kalverstraat", ANY_STORE}
    assert person.as_of(at(10)).inside == frozenset()
    assert person.as_of(at(10)).near == {"centraal"}
    assert person.as_of(at(10)).language == "nl"
