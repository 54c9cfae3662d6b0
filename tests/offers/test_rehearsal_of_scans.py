"""Campaigns of posters are rehearsed over the scans on record, and say what they say when they are live."""

from functools import partial
from typing import Any

import pytest
from sqlalchemy.orm import Session

from offers.abandoned import decide_abandoned, due_abandoned
from offers.records.tables import Poster
from offers.rehearsal import Bounds
from tests.offers.posters import answer, finish, order, poster, scan
from tests.offers.stories import Town, at, enter, leave
from tests.offers.test_rehearsal import counted, told


@pytest.fixture
def hung(town: Town) -> Town:
    town.place()
    poster(town)
    town.phone(consents=("offers",))
    return town


def test_a_draft_tells_who_would_have_got_it_and_writes_nothing(hung: Town) -> None:
    hung.customer("nobody-agreed", consents=("location",))
    for customer, minute in (("sanne", 1), ("nobody-agreed", 2), (None, 3)):
        scan(hung, minute, customer)
    scan(hung, 4, kind="bot")
    hung.campaign("draft", "scan", live=False, offer=hung.offer(budget=5))
    before = hung.everything()
    seen = told(hung)
    assert counted(seen) == {"no_consent": 1, "send": 1}
    assert seen["by_place"] == [{"place": "kalverstraat", "moments": 2, "send": 1}]
    assert {"posters_as_they_are_now", "coupons_are_kept"} < set(seen["assumes"])
    assert (seen["complete"], hung.everything(), hung.coupons(), hung.counts()["spent"]) == (True, before, [], 0)
    hung.campaign("elsewhere", "enter", live=False)
    assert "posters_as_they_are_now" not in told(hung, "elsewhere")["assumes"]


def test_it_is_what_the_live_campaign_decides(hung: Town) -> None:
    """In the night too, without a device, over the cap; and who holds its coupon is not decided about again."""
    hung.offer(budget=2)
    people = ["a", "b", "c", "d"]
    for name in people:
        hung.customer(name, consents=("offers",))
    hung.limits(frequency_cap={"messages": 1, "window": "P1D"})
    hung.campaign("real", "scan", offer="ten-percent")
    for number, name in enumerate([*people, *people]):
        one = scan(hung, 600 + number, name, campaign_id="real")
        answer(hung, one, name, now=at(600 + number))
    live = sorted((one["customer"], one["outcome"], one["moment"]) for one in hung.decisions())
    assert {outcome for _, outcome, _ in live} == {"send", "sold_out"}
    seen = told(hung, "real", minute=700)
    assert sorted((one["customer"], one["outcome"], one["moment"]) for one in seen["sample"]) == live


def test_posters_that_lead_to_it_are_meant_where_there_are_any(hung: Town) -> None:
    poster(hung, "other")
    scan(hung, 1)
    scan(hung, 2, poster="other")
    hung.campaign("draft", "scan", live=False)
    assert counted(told(hung)) == {"send": 2}

    def lead(session: Session) -> None:
        session.get_one(Poster, "other").again_campaign_id = "draft"

    hung.write(lead)
    seen = told(hung)
    assert [one["at"] for one in seen["sample"]] == [at(2)]


def test_places_are_those_of_the_posters_or_the_nearest_stores(hung: Town) -> None:
    hung.place("far", lat=53.0)
    poster(hung, "far-away", lat=53.01)
    scan(hung, 1)
    scan(hung, 2, poster="far-away")
    hung.campaign("draft", "scan", live=False, trigger={"on": "scan", "places": ["far"]})
    assert [one["at"] for one in told(hung)["sample"]] == [at(2)]


def test_what_the_poster_led_to_then_gives_way_whatever_its_priority(hung: Town) -> None:
    hung.limits(frequency_cap={"messages": 1, "window": "P1D"})
    hung.campaign("real", "scan", priority=900)
    answer(hung, scan(hung, 1, campaign_id="real"), now=at(1))
    hung.campaign("draft", "scan", live=False)
    seen = told(hung)
    assert (counted(seen), seen["would_displace"]) == ({"send": 1}, {"real": 1})


@pytest.mark.parametrize("slice_", [1, 2, 5000])
def test_reminders_are_what_the_live_campaign_decides(hung: Town, slice_: int) -> None:
    """Left, left twice, finished, finished later, bought since, ordered since, at the store, there and gone again, without consent."""
    hung.limits(quiet_hours=None)
    fence = hung.fences("kalverstraat")["premises"]
    names = ("left", "twice", "done", "late", "bought", "ordered", "there", "gone", "no")
    for number, name in enumerate(names):
        hung.phone(name, consents=("offers", "location") if name != "no" else ("location",))
        one = scan(hung, number, name)
        if name == "done":
            finish(hung, one, "saved", number + 5)
    scan(hung, 30, "twice")
    hung.purchase({"sku": "X", "quantity": 1}, customer="bought", minute=20)
    order(hung, None, 20, customer="ordered")
    there, gone = hung.device("there"), hung.device("gone")
    hung.cross(enter(there, fence, 25))
    hung.cross(enter(gone, fence, 25))
    hung.cross(leave(gone, fence, 35))
    hung.campaign("real", "abandoned")
    for minute in range(60, 100):
        ids = hung.read(partial(due_abandoned, now=at(minute)))
        hung.write(partial(decide_abandoned, scan_ids=ids, now=at(minute)))
    live = {(one["customer"], one["outcome"], one["moment"]) for one in hung.decisions() if one["campaign"] == "real"}
    assert {customer for customer, *_ in live} == {"left", "twice", "late", "gone", "no"}
    seen = told(hung, "real", minute=120, slice=slice_)
    assert {(one["customer"], one["outcome"], one["moment"]) for one in seen["sample"]} == live
    assert (seen["moments"], seen["complete"]) == (len(live), True)


def test_reminders_are_looked_at_by_when_their_time_was_up(hung: Town) -> None:
    scan(hung, -30)
    hung.campaign("draft", "abandoned", live=False)
    day = 24 * 60
    assert told(hung, minute=day + 20, days=1)["moments"] == 1, "it was scanned before the day, and left within it"
    assert told(hung, minute=day + 40, days=1)["moments"] == 0
    assert told(hung, minute=20, days=1)["moments"] == 0, "its time is not up"
    hung.limits(abandoned_after=None)
    assert told(hung, minute=day + 20, days=1)["moments"] == 0


def test_as_many_queries_for_two_scans_as_for_forty(hung: Town) -> None:
    hung.campaign("scans", "scan", live=False)
    hung.campaign("left", "abandoned", live=False)

    def asked(campaign: str, many: int, minute: float) -> int:
        for number in range(many):
            hung.phone(f"{campaign}-{minute}-{number}", consents=("offers",))
            scan(hung, minute, f"{campaign}-{minute}-{number}")
        with hung.statements() as seen:
            told(hung, campaign)
        return len(seen)

    for campaign in ("scans", "left"):
        few: Any = asked(campaign, 2, 0)
        assert asked(campaign, 40, 1) == few
    assert Bounds().slice > 40
