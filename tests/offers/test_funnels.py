"""The funnel, counted day by day: each step, each dimension, late receipts, erasures, and once however often it is counted."""

from collections import Counter
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from functools import partial
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.pool import QueuePool

from offers import funnels, reports
from offers.customers import erase_customer
from offers.funnels import Asked, Counts, many_of, read_funnel
from offers.push import Outcome
from offers.receipts import Receipt, mark_receipts
from offers.records.tables import Decision, Delivery, FunnelCount, FunnelDay, Purchase, Visit
from offers.rules.funnel import DayOfFunnel, Grains, Where
from tests.offers.stories import NOON, Town, at, enter, leave
from workers.counting import count_funnels

TODAY = date(2026, 6, 10)
DAY = timedelta(days=1)
HOUR = 60
LATER = NOON + timedelta(hours=1)
KEPT = 30


def count(town: Town, now: datetime = LATER, **more: Any) -> int:
    return count_funnels(town.database, lambda: now, KEPT, **more)


def kept(town: Town) -> list[tuple[Any, ...]]:
    """Every count with all that it says."""
    return sorted(tuple(row) for row in town.read(lambda session: session.execute(select(FunnelCount.__table__)).all()))


def told(town: Town, by: str = "day", first: date = TODAY, last: date = TODAY, **same: Any) -> funnels.Told:
    return town.read(partial(read_funnel, asked=Asked(first, last, by=by, **same), today=TODAY))


def steps(counts: Counts) -> dict[str, int]:
    """Each step that anybody came to, by its name and reason."""
    return {f"{step}:{reason}" if reason else step: many for (step, reason), many in counts.items() if many}


def visit(town: Town, customer: str, when: datetime) -> None:
    row = Visit(id=f"v-{customer}", customer_id=customer, place_id="kalverstraat", entered_at=when, left_at=when)
    town.write(lambda session: session.add(row))


def hold_out(town: Town, customer: str) -> None:
    """As if they had been drawn to be held out, of a decision that was made."""

    def change(session: Any) -> None:
        row = session.query(Decision).filter_by(customer_id=customer).one()
        row.outcome, row.spends_cap = "held_out", False

    town.write(change)


@pytest.fixture
def history(town: Town) -> dict[str, str]:
    """Sanne is sent to, opens it, comes again, redeems and buys; Ben's message fails; Tom agreed to none; Ada is held out and buys."""
    fence = town.place()
    town.offer()
    town.campaign(offer="ten-percent")
    for customer, minute in (("sanne", 0), ("ben", 1), ("ada", 2)):
        town.walk_in(fence, customer, minute)
    tom = town.phone("tom", consents=("location",), language="de")
    town.cross(enter(tom, fence, 3), leave(tom, fence, 4))
    hold_out(town, "ada")
    ids = {one["customer"]: one["id"] for one in town.deliveries()}
    town.send([ids["sanne"]], now=at(5))
    town.send([ids["ben"]], now=at(5), outcome=Outcome("failed", "dead_token"))
    town.write(lambda session: session.query(Delivery).filter_by(id=ids["ada"]).delete())
    town.write(lambda session: mark_receipts(session, [Receipt(ids["sanne"], "opened")], now=at(6)))
    visit(town, "sanne", at(3 * 24 * HOUR))
    visit(town, "ben", at(8 * 24 * HOUR))
    town.redeem(town.code("sanne"), now=at(7), place="kalverstraat", purchase_id="p-1")
    for purchase, customer, minute in (("p-1", "sanne", 7), ("p-2", "ada", 2 * 24 * HOUR), ("p-0", "ada", 1)):
        town.purchase({"sku": "S", "price": 1}, purchase=purchase, customer=customer, minute=minute)
    return ids


WHOLE = {
    "matched": 4,
    "sent": 2,
    "held_out": 1,
    "no:no_consent": 1,
    "messages": 2,
    "accepted": 1,
    "not_accepted:failed": 1,
    "received": 1,
    "opened": 1,
    "redeemed": 1,
    "watched:send": 2,
    "watched:held_out": 1,
    "visited:send": 1,
    "bought:send": 1,
    "bought:held_out": 1,
}


@pytest.mark.usefixtures("history")
def test_each_step_is_counted(town: Town) -> None:
    """A visit eight days later is not of it, nor a purchase before the decision."""
    assert count(town) == 1
    assert steps(told(town).whole) == WHOLE


@pytest.mark.usefixtures("history")
def test_it_says_what_the_report_of_the_api_says(town: Town) -> None:
    count(town)
    said = town.read(partial(reports.report, campaign_id="sneakers"))
    whole = told(town, campaign="sneakers").whole
    assert many_of(whole, "matched") == sum(said["decisions"].values())
    assert many_of(whole, "sent") == said["decisions"]["send"]
    assert many_of(whole, "held_out") == said["decisions"]["held_out"]
    assert many_of(whole, "messages") == sum(said["deliveries"].values())
    assert many_of(whole, "accepted") == said["deliveries"]["sent"]
    assert {name: many_of(whole, name) for name in ("received", "opened")} == said["receipts"]
    assert many_of(whole, "redeemed") == said["coupons"]["redeemed"]


@pytest.mark.usefixtures("history")
@pytest.mark.parametrize(
    ("by", "expected"),
    [
        ("campaign", {"sneakers": 4}),
        ("place", {"kalverstraat": 4}),
        ("language", {"nl": 3, "de": 1}),
        ("variant", {"": 4}),
        ("day", {"2026-06-10": 4}),
    ],
)
def test_each_dimension_tells_apart(town: Town, by: str, expected: Mapping[str, int]) -> None:
    count(town)
    narrowed: tuple[dict[str, Any], ...] = (
        {},
        {"campaign": "sneakers"},
        {"place": "kalverstraat"},
        {"campaign": "sneakers", "variant": ""},
    )
    for same in narrowed:
        rows = told(town, by, **same).rows
        assert {value: many_of(counts, "matched") for value, counts in rows.items()} == expected, same
        together: Counts = Counter()
        for counts in rows.values():
            together.update(counts)
        assert steps(together) == {name: many for name, many in WHOLE.items() if not name.startswith("no")}, same
    assert told(town, by, place="elsewhere").rows == {}
    assert steps(told(town, by, language="de").whole) == {"matched": 1, "no:no_consent": 1}


def test_variants_are_told_apart_by_what_was_drawn() -> None:
    day = DayOfFunnel.empty()
    day.decided(Where("c", "p", "a", "nl"), "send", 3)
    day.decided(Where("c", "q", "b", "nl"), "held_out", 2)
    day.decided(Where("c", "q", "b", "nl"), "quiet_hours", 1)
    rows = day.in_grains()
    assert {
        (one.grain, one.place_id, one.variant, one.language): row["matched"]
        for one, row in rows.items()
        if not one.reason
    } == {
        ("whole", "", "", ""): 6,
        ("campaign", "", "", ""): 6,
        ("language", "", "", "nl"): 6,
        ("place", "p", "", ""): 3,
        ("place", "q", "", ""): 3,
        ("place-language", "p", "", "nl"): 3,
        ("place-language", "q", "", "nl"): 3,
        ("campaign-place", "p", "", ""): 3,
        ("campaign-place", "q", "", ""): 3,
        ("campaign-words", "", "a", "nl"): 3,
        ("campaign-words", "", "b", "nl"): 3,
        ("all", "p", "a", "nl"): 3,
        ("all", "q", "b", "nl"): 3,
    }
    why = {one.grain: row for one, row in rows.items() if one.reason == "no:quiet_hours"}
    assert why["whole/why"] == why["all/why"] == {"many": 1}


@pytest.mark.usefixtures("history")
def test_counted_twice_it_is_the_same(town: Town) -> None:
    count(town)
    first = kept(town)
    assert first
    count(town, LATER + timedelta(minutes=1))
    assert kept(town) == first


def test_a_late_receipt_moves_the_day_of_its_message(town: Town, history: dict[str, str]) -> None:
    tomorrow = LATER + DAY
    town.send([], now=at(1))
    count(town)
    before = steps(told(town).whole)
    late = history["sanne"]
    town.write(lambda session: session.query(Delivery).filter_by(id=late).update({"opened_at": None}))
    assert count(town, tomorrow) == 2, "today, and yesterday once more"
    assert steps(told(town).whole) == {name: many for name, many in before.items() if name != "opened"}
    town.write(lambda session: mark_receipts(session, [Receipt(late, "opened")], now=tomorrow))
    assert count(town, tomorrow + timedelta(minutes=1)) == 1, "yesterday not yet again"
    assert count(town, tomorrow + timedelta(minutes=20)) == 2
    assert steps(told(town).whole) == before
    assert told(town, first=TODAY + DAY, last=TODAY + DAY).whole == Counter()


@pytest.mark.usefixtures("history")
def test_a_day_is_the_desks(town: Town) -> None:
    """23:30 in Amsterdam is still today; a minute past midnight there it is tomorrow, and in UTC it is not."""
    fence = town.place("dam")
    late, next_day = 9 * HOUR + 30, 10 * HOUR + 1
    town.walk_in(fence, "lena", late)
    town.walk_in(fence, "max", next_day)
    count(town, at(next_day + 1))
    days = town.read(partial(read_funnel, asked=Asked(TODAY, TODAY + DAY), today=TODAY + DAY)).days
    assert {day: many_of(counts, "matched") for day, counts in days.items()} == {TODAY: 5, TODAY + DAY: 1}


@pytest.mark.usefixtures("history")
def test_killed_between_portions_and_gone_on_with_it_is_the_same(town: Town) -> None:
    now = LATER + 5 * DAY
    count(town, now)
    whole = kept(town)
    town.write(lambda session: (session.query(FunnelCount).delete(), session.query(FunnelDay).delete()))
    assert count(town, now, most=1) == 1
    assert kept(town) == [], "today came first, and nothing has happened"
    asked = told(town, last=TODAY + 5 * DAY)
    assert asked.whole == Counter()
    for _ in range(5):
        assert count(town, now, most=2) <= 2
    count(town, now)
    assert kept(town) == whole


@pytest.mark.usefixtures("history")
def test_killed_while_a_day_is_kept_leaves_it_as_it_was(town: Town) -> None:
    count(town)
    before = kept(town)
    counted = town.read(partial(funnels.count_day, day=TODAY))
    counted.decided(Where("sneakers"), "send", 7)

    def die_in_it(session: Any) -> None:
        assert funnels.keep_day(session, TODAY, counted.in_grains(), counted_at=LATER + DAY)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        town.write(die_in_it)
    assert kept(town) == before
    assert town.read(lambda session: session.query(FunnelDay).one()).counted_at == LATER


@pytest.mark.usefixtures("history")
def test_no_transaction_waits_while_a_day_is_reckoned(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    """A chain's day took longer than a transaction may stand idle, so that it was never counted."""
    reckon, open_then = DayOfFunnel.in_grains, list[int]()

    def look(day: DayOfFunnel) -> Grains:
        pool = town.database.engine.pool
        assert isinstance(pool, QueuePool)
        open_then.append(pool.checkedout())
        return reckon(day)

    monkeypatch.setattr(DayOfFunnel, "in_grains", look)
    assert count(town) == 1
    assert open_then == [0]


@pytest.mark.usefixtures("history")
def test_what_was_read_later_stays(town: Town) -> None:
    stale = town.read(partial(funnels.count_day, day=TODAY))
    stale.decided(Where("sneakers"), "send", 7)
    count(town)
    before = kept(town)
    keep = partial(funnels.keep_day, day=TODAY, counted=stale.in_grains(), counted_at=LATER - timedelta(seconds=1))
    assert town.write(keep) == 0
    assert kept(town) == before


@pytest.mark.usefixtures("history")
def test_a_closed_day_outlives_its_rows_and_an_open_one_an_erasure(town: Town) -> None:
    count(town)
    for customer in ("sanne", "ben", "ada", "tom"):
        town.write(partial(erase_customer, customer_id=customer, now=NOON))
    count(town, LATER + DAY)
    followed = ("watched", "visited", "bought")
    left = {name: many for name, many in WHOLE.items() if not name.startswith(followed)}
    assert steps(told(town).whole) == left, "who is erased stays counted, and is followed no more"
    before = kept(town)
    town.write(lambda session: session.query(Decision).delete())
    assert count(town, LATER + KEPT * DAY) == KEPT
    assert kept(town) == before, "it has closed"


def test_before_anything_happened_nothing_is_counted(town: Town) -> None:
    town.place()
    assert count(town) == 0
    asked = told(town)
    assert (asked.whole, asked.counted_at, asked.uncounted) == (Counter(), None, 0)


@pytest.mark.usefixtures("history")
def test_it_says_up_to_when_it_is_counted_and_what_is_not_yet(town: Town) -> None:
    later = TODAY + 3 * DAY
    read = partial(read_funnel, asked=Asked(TODAY, later), today=later)
    count(town, LATER + 3 * DAY, most=1)
    count(town, LATER, most=1)
    said = town.read(read)
    assert (said.counted_at, said.uncounted) == (LATER + 3 * DAY, 2)


def test_tests_and_messages_of_orders_are_in_no_funnel(town: Town, history: dict[str, str]) -> None:
    def as_test(session: Any) -> None:
        row = session.get(Delivery, history["sanne"])
        row.kind, row.campaign_id = "test", None

    town.write(as_test)
    count(town)
    assert many_of(told(town).whole, "messages") == 1


@pytest.mark.usefixtures("history")
def test_purchases_of_nobody_are_nobodys(town: Town) -> None:
    town.write(lambda session: session.query(Purchase).update({"customer_id": None}))
    count(town)
    whole = told(town).whole
    assert many_of(whole, "bought") == 0
    assert many_of(whole, "watched") == 2


def test_counting_adds_nothing_to_what_decides(town: Town) -> None:
    """It reads beside it: the statements of a crossing name none of its tables."""
    fence = town.place()
    town.campaign()
    device = town.phone()
    with town.statements() as seen:
        town.cross(enter(device, fence, 0))
    assert seen
    assert not [one for one in seen if "funnel" in one]
