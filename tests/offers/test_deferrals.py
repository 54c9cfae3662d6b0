"""What happens at night and is told in the morning: put off once, decided anew by all the rules, never twice, never a day later."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import pytest

from offers.campaigns import step_campaign
from offers.customers import erase_customer, put_customer, set_consents
from offers.deciding import Decided
from offers.deferrals import MOST_MOMENTS, count_deferrals
from offers.devices import revoke_device
from offers.explaining import why
from offers.personal import export_customer, timeline
from offers.places import delete_place
from offers.records.tables import Campaign, Deferral
from offers.rules.profile import ConsentsBody, CustomerBody
from tests.at_once import at_once
from tests.offers.nights import EVENING, MORNING, decide, due, newest, rows
from tests.offers.stories import NOON, Town, at, dwell, enter, leave, minutes


@pytest.fixture
def store(town: Town) -> str:
    return town.place()


@pytest.fixture
def phone(town: Town) -> str:
    return town.phone()


def ends(town: Town, campaign: str = "sneakers") -> None:
    town.write(lambda session: step_campaign(session, campaign, "end", now=NOON))


def test_who_comes_at_night_is_told_in_the_morning_and_once(town: Town, store: str, phone: str) -> None:
    town.campaign(quiet_hours="defer")
    assert town.cross(enter(phone, store, EVENING)).deliveries == []
    [decision] = town.decisions()
    assert decision["outcome"] == "quiet_hours"
    assert decision["facts"]["deferred_until"] == "2026-06-11T08:00:00+02:00"
    [row] = rows(town)
    assert (row.not_before, row.happened_at) == (at(MORNING), at(EVENING))
    assert decide(town, MORNING - 1, [row.id]).deliveries == [], "a ring that comes too early decides nothing"
    assert due(town, MORNING - 0.1) == []
    [delivery] = decide(town, MORNING).deliveries
    assert rows(town) == []
    assert town.outcomes() == [("sneakers", "enter", "quiet_hours"), ("sneakers", "enter", "send")]
    facts = newest(town)["facts"]
    assert (facts["happened_at"], facts["due_at"]) == (at(EVENING).isoformat(), at(MORNING).isoformat())
    [item] = town.deliveries()
    assert item["expires_at"] == at(MORNING + 15), "its life counts from when it came due"
    assert town.send([delivery], now=at(MORNING + 1)) == ["Hoi Sanne"]
    assert decide(town, MORNING + 1, [row.id]) == Decided([], [])


def test_a_campaign_that_drops_puts_nothing_off(town: Town, store: str, phone: str) -> None:
    town.campaign()
    town.cross(enter(phone, store, EVENING))
    assert rows(town) == []
    assert "deferred_until" not in newest(town)["facts"]


def test_what_was_learnt_after_its_life_is_given_no_new_one(town: Town, store: str, phone: str) -> None:
    town.campaign(quiet_hours="defer")
    town.cross(enter(phone, store, EVENING - 60), now=at(EVENING))
    assert town.outcomes() == [("sneakers", "enter", "quiet_hours")]
    assert rows(town) == []


def test_the_clock_is_the_customers(town: Town, store: str) -> None:
    town.campaign(quiet_hours="defer")
    town.limits(quiet_hours={"from": "21:00", "until": "08:00"})
    town.cross(enter(town.phone("kei", time_zone="Asia/Tokyo"), store, 30))  # 21:30 there
    [row] = rows(town)
    assert row.not_before == datetime(2026, 6, 10, 23, tzinfo=UTC)
    facts = newest(town, "kei")["facts"]
    assert (facts["time_zone"], facts["zone_of"]) == ("Asia/Tokyo", "customer")


@pytest.mark.parametrize(
    ("evening", "morning"),
    [("2026-03-28T21:30+01:00", "2026-03-29T08:00+02:00"), ("2026-10-24T21:30+02:00", "2026-10-25T08:00+01:00")],
)
def test_on_the_nights_the_clock_changes(town: Town, store: str, phone: str, evening: str, morning: str) -> None:
    town.campaign(quiet_hours="defer")
    began, ended = datetime.fromisoformat(evening), datetime.fromisoformat(morning)
    town.tell(phone, "its own, said lately", now=began)
    town.cross(enter(phone, store, (began - NOON) / minutes(1)))
    [row] = rows(town)
    assert row.not_before == ended
    last_minute, first = (ended - NOON) / minutes(1) - 1, (ended - NOON) / minutes(1)
    assert due(town, last_minute) == []
    assert len(decide(town, first).deliveries) == 1


def test_several_campaigns_of_one_moment_are_decided_together_and_one_wins(town: Town, store: str, phone: str) -> None:
    town.campaign("late", quiet_hours="defer", priority=90)
    town.campaign("later", quiet_hours="defer")
    town.campaign("never", priority=100)
    town.cross(enter(phone, store, EVENING))
    assert len(rows(town)) == 2
    assert len(decide(town, MORNING, due(town, MORNING)[:1]).deliveries) == 1, "one id brings its moment's others"
    assert town.outcomes() == [
        ("late", "enter", "quiet_hours"),
        ("late", "enter", "send"),
        ("later", "enter", "outranked"),
        ("later", "enter", "quiet_hours"),
        ("never", "enter", "quiet_hours"),
    ]
    assert rows(town) == []


def test_two_moments_of_a_night_are_two_and_the_cap_holds_over_both(town: Town, store: str, phone: str) -> None:
    town.campaign("came", quiet_hours="defer")
    town.campaign("stayed", "dwell", quiet_hours="defer")
    town.limits(frequency_cap={"messages": 1, "window": "P1D"})
    town.cross(enter(phone, store, EVENING), dwell(phone, store, EVENING + 2))
    assert len(decide(town, MORNING).deliveries) == 1
    assert sorted(outcome for _, _, outcome in town.outcomes()) == [
        "frequency_cap",
        "quiet_hours",
        "quiet_hours",
        "send",
    ]


def _withdraws(town: Town, _: str) -> None:
    body = ConsentsBody.model_validate({"offers": False})
    town.write(lambda session: set_consents(session, "sanne", body, source="app", now=at(EVENING + 1)))


def _pauses(town: Town, _: str) -> None:
    town.write(lambda session: step_campaign(session, "sneakers", "pause", now=at(EVENING + 1)))


def _grows_out(town: Town, _: str) -> None:
    body = CustomerBody.model_validate({"name": "Sanne", "language": "de", "time_zone": "Europe/Amsterdam"})
    town.write(lambda session: put_customer(session, "sanne", body, now=at(EVENING + 1)))


def _edits(**more: Any) -> Callable[[Town, str], None]:
    plain: dict[str, Any] = {"quiet_hours": "defer", "audience": {"fact": "language", "is": "nl"}}

    def edit(town: Town, _: str) -> None:
        town.campaign(live=False, **{**plain, **more})

    return edit


def _revokes(town: Town, phone: str) -> None:
    town.write(lambda session: revoke_device(session, phone, now=at(EVENING + 1)))


@pytest.mark.parametrize(
    ("meanwhile", "outcome"),
    [
        (_withdraws, "no_consent"),
        (_pauses, "not_live"),
        (lambda town, _: ends(town), "not_live"),
        (_edits(trigger={"on": "exit"}), "not_live"),
        (_edits(schedule={"until": "2026-06-11T00:00:00Z"}), "outside_schedule"),
        (_edits(schedule={"weekly": "Mo-Su 10:00-18:00"}), "outside_schedule"),
        (_edits(schedule={"only_when_open": True}), "place_closed"),
        (_grows_out, "not_in_audience"),
        (_revokes, "no_reachable_device"),
        (_edits(hold_out_percent=100), "held_out"),
    ],
    ids=["withdrawn", "paused", "ended", "trigger", "until", "weekly", "closed", "audience", "revoked", "held out"],
)
def test_every_rule_is_asked_again(town: Town, *, meanwhile: Callable[[Town, str], None], outcome: str) -> None:
    store = town.place(opening_hours="Mo-Su 09:00-19:00")
    town.campaign(quiet_hours="defer", audience={"fact": "language", "is": "nl"})
    phone = town.phone()
    town.cross(enter(phone, store, EVENING))
    assert len(rows(town)) == 1
    meanwhile(town, phone)
    decided = decide(town, MORNING)
    assert decided.deliveries == []
    assert [one["outcome"] for one in decided.happened] == [outcome]
    assert rows(town) == []


def test_a_budget_that_is_spent_in_the_night_is_spent_in_the_morning(town: Town, store: str, phone: str) -> None:
    town.offer(budget=1)
    town.campaign(quiet_hours="defer", offer="ten-percent")
    town.cross(enter(phone, store, EVENING), enter(town.phone("ben"), store, EVENING))
    assert town.coupons() == [], "nothing is reserved for who waits"
    assert len(decide(town, MORNING).deliveries) == 1
    last = sorted(one["outcome"] for one in town.decisions() if one["outcome"] != "quiet_hours")
    assert last == ["send", "sold_out"]


def test_the_device_that_saw_it_may_go_another_one_gets_it(town: Town, store: str, phone: str) -> None:
    town.campaign(quiet_hours="defer")
    town.cross(enter(phone, store, EVENING))
    tablet = town.device()
    _revokes(town, phone)
    assert len(decide(town, MORNING).deliveries) == 1
    assert [one["device_id"] for one in town.deliveries()] == [tablet]


@pytest.mark.parametrize(
    "gone",
    [
        lambda session: erase_customer(session, "sanne", now=NOON),
        lambda session: delete_place(session, "kalverstraat", now=NOON),
        lambda session: session.delete(session.get_one(Campaign, "sneakers")),
    ],
    ids=["customer", "place", "campaign"],
)
def test_it_goes_with_its_customer_its_place_and_its_campaign(
    town: Town, store: str, phone: str, *, gone: Callable[[Any], Any]
) -> None:
    town.campaign(quiet_hours="defer")
    town.cross(enter(phone, store, EVENING), leave(phone, store, EVENING + 5))
    ids = [row.id for row in rows(town)]
    town.campaign(quiet_hours="defer", live=False)
    ends(town)
    town.write(gone)
    assert rows(town) == []
    assert decide(town, MORNING, ids) == Decided([], [])


def test_quiet_again_is_put_off_again(town: Town, store: str, phone: str) -> None:
    town.campaign(quiet_hours="defer")
    town.cross(enter(phone, store, EVENING))
    town.limits(quiet_hours={"from": "21:00", "until": "10:30"})
    assert decide(town, MORNING).deliveries == []
    [row] = rows(town)
    assert (row.not_before, row.happened_at) == (at(MORNING + 150), at(EVENING))
    town.limits(quiet_hours={"from": "21:00", "until": "11:00"})
    decide(town, MORNING + 150)
    [delivery] = decide(town, MORNING + 180).deliveries
    assert [one["moment"].rpartition(":")[2] for one in town.decisions()][:3] == [
        "deferred-3",
        "deferred-2",
        "deferred",
    ]
    assert town.send([delivery], now=at(MORNING + 181)) == ["Hoi Sanne"]
    assert rows(town) == []


def test_nothing_is_put_off_for_more_than_a_day(town: Town, store: str, phone: str) -> None:
    town.campaign(quiet_hours="defer")
    town.cross(enter(phone, store, EVENING))
    town.limits(quiet_hours={"from": "07:00", "until": "22:31"})
    assert decide(town, MORNING).deliveries == []
    assert newest(town)["outcome"] == "too_late"
    assert newest(town)["facts"]["longest_wait"] == "P1D"
    assert rows(town) == []


def test_after_a_day_without_workers_what_waited_is_too_late(town: Town, store: str, phone: str) -> None:
    town.campaign(quiet_hours="defer")
    town.cross(enter(phone, store, EVENING))
    assert decide(town, MORNING + 15).deliveries == []
    assert newest(town)["outcome"] == "too_late"
    assert rows(town) == [], "rows never pile up"


def test_rung_twice_at_once_it_is_decided_once(town: Town, store: str) -> None:
    town.campaign(quiet_hours="defer")
    town.cross(*(enter(town.phone(f"customer-{number}"), store, EVENING) for number in range(12)))
    ids = due(town, MORNING)
    assert len(ids) == 12
    found = at_once([partial(decide, town, MORNING, order) for order in (ids, ids[::-1], ids[6:], ids[:6])])
    assert sum(len(one.deliveries) for one in found) == 12
    assert len(town.deliveries()) == 12
    assert rows(town) == []


def test_more_than_a_batch_is_left_to_the_next(town: Town, store: str, phone: str) -> None:
    town.campaign(quiet_hours="defer")
    town.cross(enter(phone, store, EVENING))
    [row] = rows(town)
    more = [
        Deferral(
            id=f"dfr_{number:04}", customer_id="sanne", campaign_id="sneakers", moment=f"enter:vis_{number:04}", trigger="enter",
            device_id=phone, place_id="kalverstraat", role="premises", happened_at=at(EVENING), created_at=at(EVENING),
            not_before=row.not_before,
        )
        for number in range(MOST_MOMENTS + 10)
    ]  # fmt: skip
    town.write(lambda session: session.add_all(more))
    decide(town, MORNING, [row.id])
    assert len(rows(town)) == 11
    decide(town, MORNING)
    assert rows(town) == []


def test_the_questions_do_not_grow_with_what_is_due(town: Town, store: str) -> None:
    town.campaign(quiet_hours="defer")
    asked = []
    for number in (2, 20):
        day = timedelta(days=number) / minutes(1)
        people = [town.phone(f"customer-{number}-{one}") for one in range(number)]
        town.cross(*(enter(phone, store, day + EVENING) for phone in people))
        with town.statements() as seen:
            assert len(decide(town, day + MORNING).deliveries) == number
        asked.append(len(seen))
    assert asked[0] == asked[1]


def test_it_is_counted_and_shown(town: Town, store: str, phone: str) -> None:
    town.campaign(quiet_hours="defer")
    town.cross(enter(phone, store, EVENING))
    assert town.read(lambda session: count_deferrals(session, now=at(EVENING))) == (1, 0)
    assert town.read(lambda session: count_deferrals(session, now=at(MORNING))) == (1, 1)
    answer = town.read(lambda session: why(session, "sanne", "sneakers", now=at(EVENING)))
    assert answer["decisions"][0]["facts"]["deferred_until"] == "2026-06-11T08:00:00+02:00"
    items, _ = town.read(lambda session: timeline(session, "sanne"))
    assert "deferred_until" in next(one["item"] for one in items if one["type"] == "decision")["facts"]
    held = town.read(lambda session: export_customer(session, "sanne", now=NOON))["tables"]["deferrals"]
    assert [one["not_before"] for one in held] == [at(MORNING)]
