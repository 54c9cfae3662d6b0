"""A campaign is rehearsed over what is on record: who would have got what, and why not. Nothing of it is written."""

from datetime import timedelta
from typing import Any

import pytest

from offers.errors import NotFound
from offers.purchases import record_purchase
from offers.records.tables import Offer
from offers.rehearsal import Bounds, rehearse
from offers.rules.eligibility import OUTCOMES
from offers.rules.purchase import PurchaseBody
from tests.offers.stories import KEYS, Town, at, circle, dwell, enter, leave


def told(town: Town, campaign: str = "draft", *, minute: float = 600, days: int = 7, **bounds: Any) -> dict[str, Any]:
    return town.read(lambda session: rehearse(session, campaign, days, now=at(minute), bounds=Bounds(**bounds)))


def counted(answer: dict[str, Any]) -> dict[str, int]:
    assert list(answer["outcomes"]) == list(OUTCOMES)
    return {name: many for name, many in answer["outcomes"].items() if many}


def pass_by(town: Town, device: str, fence: str, *minutes_after_noon: float) -> None:
    """In at each of these minutes, and out four minutes later."""
    for minute in minutes_after_noon:
        town.cross(enter(device, fence, minute))
        town.cross(leave(device, fence, minute + 4))


def buy(town: Town, minute: float) -> None:
    """Sanne buys sneakers."""
    item = {"sku": "SNEAK-1", "category": "sneakers", "quantity": 1, "price": "89.95"}
    bill = {"purchase_id": "web-1", "customer": "sanne", "channel": "online", "at": at(minute).isoformat()}
    body = PurchaseBody.model_validate({**bill, "total": "89.95", "currency": "EUR", "items": [item]})
    town.write(lambda session: record_purchase(session, body, keys=KEYS, now=at(minute)))


def test_a_draft_tells_who_would_have_got_it_and_writes_nothing(town: Town) -> None:
    store, phone = town.place(), town.phone()
    pass_by(town, phone, store, 1, 20, 90)
    town.campaign("draft", live=False, cooldown="PT1H", offer=town.offer(budget=5))
    before = town.everything()
    answer = told(town)
    assert counted(answer) == {"send": 2, "campaign_cooldown": 1}
    assert answer["moments"] == 3
    assert answer["customers"] == 1
    assert (answer["campaign"], answer["version"], answer["days"], answer["complete"]) == ("draft", 1, 7, True)
    assert (answer["since"], answer["until"]) == (at(600) - timedelta(days=7), at(600))
    newest, middle, first = answer["sample"]
    assert [one["at"] for one in (first, middle, newest)] == [at(1), at(20), at(90)]
    assert middle["outcome"] == "campaign_cooldown"
    assert middle["facts"]["last_sent"] == at(1).isoformat()
    assert (newest["customer"], newest["place"], newest["variant"]) == ("sanne", "kalverstraat", None)
    assert newest["facts"] == {"offer": "ten-percent", "happened_at": at(90).isoformat()}
    assert town.everything() == before
    assert town.coupons() == []
    assert town.counts()["spent"] == 0
    assert told(town) == answer


def test_hours_go_by_the_sun_of_the_place(town: Town) -> None:
    """Half past eight in the evening: in Amsterdam the sun of June is up, and it answers as a live one does."""
    store, phone = town.place(), town.phone()
    written: dict[str, Any] = {"schedule": {"weekly": "sunrise-sunset"}, "cooldown": None}
    town.campaign("real", **written)
    pass_by(town, phone, store, 390)
    assert [one["outcome"] for one in town.decisions()] == ["send"]
    town.campaign("draft", live=False, priority=90, **written)
    assert counted(told(town)) == {"send": 1}


def test_an_offer_that_ends_is_given_out_until_then(town: Town) -> None:
    store, phone = town.place(), town.phone()
    pass_by(town, phone, store, 1, 20)
    offer = town.offer(valid_until=at(10).isoformat())
    town.campaign("draft", live=False, offer=offer)
    answer = told(town)
    assert counted(answer) == {"send": 1, "sold_out": 1}
    assert answer["sample"][0]["facts"]["ended_at"] == at(10).isoformat()


def test_days_and_places_are_counted(town: Town) -> None:
    """A day is the place's: half past ten at night in UTC is the next one in Amsterdam."""
    store, other = town.place(), town.place("damrak")
    phone, second = town.phone(), town.phone("piet")
    town.limits(quiet_hours=None)
    pass_by(town, phone, store, -3 * 1440, 0, 630)
    pass_by(town, second, other, 5)
    town.campaign("draft", live=False)
    answer = told(town, minute=700, days=3)
    assert answer["by_day"] == [
        {"date": "2026-06-07", "moments": 0, "send": 0},
        {"date": "2026-06-08", "moments": 0, "send": 0},
        {"date": "2026-06-09", "moments": 0, "send": 0},
        {"date": "2026-06-10", "moments": 2, "send": 2},
        {"date": "2026-06-11", "moments": 1, "send": 1},
    ]
    assert answer["by_place"] == [
        {"place": "kalverstraat", "moments": 2, "send": 2},
        {"place": "damrak", "moments": 1, "send": 1},
    ]
    assert told(town, minute=700, days=4)["moments"] == 4


def test_only_what_it_waits_for_is_a_moment(town: Town) -> None:
    store = town.place(tags=["sport"])
    approach = town.place("damrak", [circle(), circle(300, "approach")])
    phone, second = town.phone(), town.device()
    town.cross(enter(phone, store, 1), enter(second, store, 2), dwell(phone, store, 3), dwell(second, store, 4))
    town.cross(leave(phone, store, 5), leave(second, store, 6))
    town.cross(enter(phone, town.fences("damrak")["approach"], 10))
    town.cross(enter(phone, approach, 12, reason="geofence_created"))
    for name, trigger, moments in (
        ("come", {"on": "enter"}, 1),
        ("stay", {"on": "dwell"}, 1),
        ("go", {"on": "exit"}, 1),
        ("near", {"on": "enter", "role": "approach"}, 1),
        ("tagged", {"on": "enter", "tags": ["sport"]}, 1),
        ("named", {"on": "enter", "places": ["damrak"]}, 0),
        ("either", {"on": "exit", "places": ["damrak"], "tags": ["sport"]}, 1),
    ):
        town.campaign(name, trigger=trigger, live=False)
        assert told(town, name)["moments"] == moments, name


def test_it_is_decided_by_the_clock_of_then(town: Town) -> None:
    store, phone = town.place(opening_hours="We 14:00-14:30"), town.phone()
    pass_by(town, phone, store, 10, 40, 8 * 60)
    town.campaign("draft", live=False, schedule={"only_when_open": True})
    assert counted(told(town)) == {"send": 1, "place_closed": 2}
    town.campaign("later", live=False, schedule={"from": at(30).isoformat()})
    assert counted(told(town, "later")) == {"outside_schedule": 1, "send": 1, "quiet_hours": 1}


def test_who_agrees_to_nothing_or_has_no_phone_is_told_of(town: Town) -> None:
    store = town.place()
    for name, more in (("anna", {}), ("ben", {"consents": ["location"]}), ("cor", {"tags": ["vip"]})):
        town.customer(name, **more)
        pass_by(town, town.device(name, push_token=None if name == "cor" else ""), store, 1)
    pass_by(town, town.phone("dirk", tags=["vip"]), store, 2)
    town.campaign("draft", live=False, audience={"fact": "tags", "has": "vip"})
    answer = told(town)
    assert counted(answer) == {"no_consent": 1, "not_in_audience": 1, "no_reachable_device": 1, "send": 1}
    assert {one["customer"]: one["outcome"] for one in answer["sample"]} == {
        "anna": "not_in_audience",
        "ben": "no_consent",
        "cor": "no_reachable_device",
        "dirk": "send",
    }


def test_what_they_had_bought_and_visited_is_of_then(town: Town) -> None:
    store, phone = town.place(), town.phone()
    buy(town, 15)
    pass_by(town, phone, store, 10, 20, 50)
    town.campaign("bought", live=False, audience={"fact": "purchases.category", "has": "sneakers"})
    assert [one["outcome"] for one in told(town, "bought")["sample"]] == ["send", "send", "not_in_audience"]
    town.campaign("again", live=False, audience={"fact": "visits.count", "at_least": 2})
    assert [one["outcome"] for one in told(town, "again")["sample"]] == ["send", "send", "not_in_audience"]
    lately = {"fact": "purchases.category", "has": "sneakers", "within_days": 1}
    town.campaign("lately", live=False, audience=lately)
    pass_by(town, phone, store, 3 * 1440)
    assert [one["outcome"] for one in told(town, "lately", minute=4 * 1440)["sample"]][:2] == [
        "not_in_audience",
        "send",
    ]


def test_where_they_were_is_of_then(town: Town) -> None:
    """In the one store at the first of two moments at the other, and out of it at the second."""
    store, other = town.place(), town.place("damrak")
    phone = town.phone()
    town.cross(enter(phone, store, 1))
    pass_by(town, phone, other, 10)
    town.cross(leave(phone, store, 20))
    pass_by(town, phone, other, 30)
    town.campaign(
        "draft", live=False, audience={"inside": "kalverstraat"}, trigger={"on": "enter", "places": ["damrak"]}
    )
    assert [one["outcome"] for one in told(town)["sample"]] == ["not_in_audience", "send"]


def test_a_budget_ends_and_each_place_has_its_share(town: Town) -> None:
    store, other = town.place(), town.place("damrak")
    for number in range(4):
        pass_by(town, town.phone(f"customer-{number}"), store if number < 3 else other, number)
    town.campaign("draft", live=False, offer=town.offer(budget=10, budget_per_place=2))
    answer = told(town)
    assert counted(answer) == {"send": 3, "sold_out": 1}
    sold_out = next(one for one in answer["sample"] if one["outcome"] == "sold_out")
    assert sold_out["facts"]["budget_per_place"] == 2


def test_imported_codes_run_out(town: Town) -> None:
    store = town.place()
    for number in range(3):
        pass_by(town, town.phone(f"customer-{number}"), store, number)
    town.campaign("draft", live=False, offer=town.offer(imported=["AAAA-1111", "BBBB-2222"]))
    assert counted(told(town)) == {"send": 2, "sold_out": 1}


def test_an_offer_that_is_gone_is_named(town: Town) -> None:
    store, phone = town.place(), town.phone()
    pass_by(town, phone, store, 1)
    town.campaign("draft", live=False, offer=town.offer())
    town.write(lambda session: session.delete(session.get_one(Offer, "ten-percent")))
    answer = told(town)
    assert counted(answer) == {"sold_out": 1}
    assert answer["sample"][0]["facts"]["removed"] is True


def test_a_live_campaigns_own_past_is_rehearsed_anew(town: Town) -> None:
    """What it sent is what it sends again: it spends neither cap nor budget a second time."""
    store, phone = town.place(), town.phone()
    town.limits(frequency_cap={"messages": 1, "window": "PT1H"})
    town.campaign("live", offer=town.offer(budget=1))
    pass_by(town, phone, store, 1, 30, 90)
    assert town.outcomes() == [
        ("live", "enter", "frequency_cap"),
        ("live", "enter", "send"),
        ("live", "enter", "sold_out"),
    ]
    assert counted(told(town, "live")) == {"send": 1, "frequency_cap": 1, "sold_out": 1}


def test_what_it_sent_before_the_days_looked_at_still_counts(town: Town) -> None:
    store, phone = town.place(), town.phone()
    town.campaign("live", cooldown="P2D")
    pass_by(town, phone, store, 1, 1440)
    assert counted(told(town, "live", minute=1450, days=1)) == {"campaign_cooldown": 1}


def test_others_count_against_the_cap_and_may_come_first(town: Town) -> None:
    store, phone = town.place(), town.phone()
    town.limits(frequency_cap={"messages": 2, "window": "PT2H"})
    town.campaign("strong", priority=80, cooldown="PT1H")
    pass_by(town, phone, store, 1, 20, 50)
    town.campaign("draft", live=False)
    answer = told(town)
    assert counted(answer) == {"outranked": 1, "send": 1, "frequency_cap": 1}
    outranked = next(one for one in answer["sample"] if one["outcome"] == "outranked")
    assert outranked["facts"] == {"by": "strong", "priority": 80, "happened_at": at(1).isoformat()}
    assert answer["would_displace"] == {}


def test_what_would_have_had_to_give_way_is_counted_and_no_longer_counts(town: Town) -> None:
    store, phone = town.place(), town.phone()
    town.limits(frequency_cap={"messages": 2, "window": "PT2H"})
    town.campaign("weak", priority=20, cooldown="PT1H")
    pass_by(town, phone, store, 1, 20)
    town.campaign("draft", live=False)
    answer = told(town)
    assert counted(answer) == {"send": 2}
    assert answer["would_displace"] == {"weak": 1}


def test_held_out_customers_keep_others_from_coming_first(town: Town) -> None:
    store, phone = town.place(), town.phone()
    town.campaign("strong", priority=80, hold_out_percent=100)
    pass_by(town, phone, store, 1)
    town.campaign("draft", live=False)
    assert counted(told(town)) == {"outranked": 1}
    town.campaign("held", live=False, hold_out_percent=100, priority=90)
    answer = told(town, "held")
    assert counted(answer) == {"held_out": 1}
    assert answer["sample"][0]["facts"]["percent"] == 100


def test_the_sample_has_some_of_each_outcome(town: Town) -> None:
    store, phone = town.place(), town.phone()
    town.limits(frequency_cap=None)
    pass_by(town, phone, store, *range(0, 300, 5))
    town.campaign("draft", live=False, schedule={"until": at(10).isoformat()})
    answer = told(town)
    assert counted(answer) == {"send": 3, "outside_schedule": 57}
    assert len(answer["sample"]) == 50
    assert sum(one["outcome"] == "send" for one in answer["sample"]) == 3
    assert answer["sample"][0]["at"] == at(295)


def test_it_ends_where_it_may_not_go_on(town: Town) -> None:
    store, phone = town.place(), town.phone()
    pass_by(town, phone, store, 1, 20, 40)
    town.campaign("draft", live=False)
    answers = iter((True, False))
    answer = told(town, slice=2, go_on=lambda: next(answers))
    assert (answer["complete"], answer["until"], answer["moments"]) == (False, at(24), 2)
    assert told(town, slice=2, most_moments=1)["until"] == at(5)
    assert told(town, slice=2)["complete"] is True


def test_it_tells_how_far_it_is(town: Town) -> None:
    store, phone = town.place(), town.phone()
    pass_by(town, phone, store, 1, 20, 40)
    town.campaign("draft", live=False)
    shares: list[float] = []
    told(town, slice=2, days=1, tell=shares.append)
    assert len(shares) > 2
    assert shares == sorted(shares)
    assert 0 < shares[0] < 1
    assert shares[-1] == 1


@pytest.mark.parametrize("size", [1, 2, 3, 100])
def test_portions_make_no_difference(town: Town, size: int) -> None:
    store = town.place()
    for number in range(5):
        pass_by(town, town.phone(f"customer-{number}"), store, 1, 30)
    town.campaign("draft", live=False, cooldown="PT1H")
    assert told(town, slice=size) == told(town)
    assert counted(told(town, slice=size)) == {"send": 5, "campaign_cooldown": 5}


def test_a_portion_costs_so_many_queries_whoever_is_in_it(town: Town) -> None:
    store = town.place()
    town.campaign("other")

    def statements(of: str, **bounds: Any) -> int:
        with town.statements() as seen:
            told(town, of, **bounds)
        return len(seen)

    town.campaign("draft", live=False, offer=town.offer(budget=100), cooldown="PT1H")
    pass_by(town, town.phone("customer-0"), store, 0)
    few = statements("draft")
    for number in range(1, 12):
        pass_by(town, town.phone(f"customer-{number}"), store, number * 10)
    assert statements("draft") == few
    two, three, four = (statements("draft", slice=size) for size in (12, 8, 6))
    assert four - three == three - two <= 7


def test_an_unknown_campaign_is_not_found(town: Town) -> None:
    with pytest.raises(NotFound):
        told(town, "nobody")
