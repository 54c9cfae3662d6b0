"""What became of a campaign's posters: scans, what was reserved and bought of them, and reminders of those that were left."""

from functools import partial
from typing import Any

from offers.abandoned import decide_abandoned, due_abandoned
from offers.customers import erase_customer
from offers.deferrals import decide_deferred, due_deferrals
from offers.history import Kept, kept_long_enough, purge
from offers.records.tables import Scan
from offers.reports import report
from tests.offers.nights import EVENING, MORNING
from tests.offers.posters import answer, finish, order, poster, scan
from tests.offers.stories import NOON, Town, at


def counts(town: Town, **more: Any) -> tuple[dict[str, int], dict[str, int], dict[str, int]]:
    told = town.read(lambda session: report(session, "page", **more))
    return told["scans"], told["orders"], told["reminders"]


def hang(town: Town) -> None:
    town.place()
    poster(town)
    town.phone(consents=("offers",))
    town.campaign("page", "scan")
    town.campaign("other", "scan")


def test_a_campaign_without_posters_has_nothing(town: Town) -> None:
    hang(town)
    scan(town, 1, campaign_id="other")
    scan(town, 1)
    assert counts(town) == ({}, {}, {})


def test_scans_by_people_are_told_apart(town: Town) -> None:
    hang(town)
    scan(town, 1, customer=None, campaign_id="page")
    scan(town, 2, campaign_id="page", repeat=True)
    scan(town, 3, campaign_id="page", in_store=True, repeat=True)
    scan(town, 4, campaign_id="page", kind="bot")
    scan(town, 5, campaign_id="page", kind="preview")
    assert counts(town)[0] == {"first": 1, "repeat": 2, "in_store": 1, "known": 2}
    assert counts(town, since=at(3))[0] == {"repeat": 1, "in_store": 1, "known": 1}


def test_an_erased_persons_scans_stay(town: Town) -> None:
    hang(town)
    scan(town, 1, campaign_id="page")
    town.write(lambda session: erase_customer(session, "sanne", now=NOON))
    assert counts(town)[0] == {"first": 1}


def test_orders_that_came_of_its_scans(town: Town) -> None:
    hang(town)
    of_it = scan(town, 1, campaign_id="page")
    of_another = scan(town, 1, campaign_id="other")
    order(town, of_it, 2, order_id="reserved")
    order(town, of_it, 3, order_id="bought", payment="paid")
    order(town, of_it, 4, order_id="paying", payment="open")
    order(town, of_it, 5, order_id="gone", status="cancelled", payment="expired")
    order(town, of_another, 6, order_id="another")
    order(town, None, 7, order_id="shop", source="server")
    assert counts(town)[1] == {"reserved": 1, "bought": 1, "cancelled": 1}
    assert counts(town, since=at(3))[1] == {"bought": 1, "cancelled": 1}


def test_reminders_of_its_scans_put_off_or_not(town: Town) -> None:
    hang(town)
    town.customer("no", consents=())
    town.campaign("back", "abandoned", quiet_hours="defer")
    for customer in ("sanne", "no"):
        scan(town, EVENING - 60, customer, campaign_id="page")
    town.phone("elsewhere", consents=("offers",))
    scan(town, EVENING - 60, "elsewhere", campaign_id="other")
    ids = town.read(lambda session: due_abandoned(session, now=at(EVENING)))
    town.write(lambda session: decide_abandoned(session, ids, now=at(EVENING)))
    assert counts(town)[2] == {"quiet_hours": 1, "no_consent": 1}
    put_off = town.read(lambda session: due_deferrals(session, now=at(MORNING)))
    town.write(lambda session: decide_deferred(session, put_off, now=at(MORNING)))
    assert counts(town)[2] == {"quiet_hours": 1, "no_consent": 1, "send": 1}
    assert counts(town, since=at(MORNING))[2] == {"send": 1}


def test_a_report_is_the_same_before_and_after_the_purge(town: Town) -> None:
    """The rows of scans go, a portion at a time; what was counted of them, and of what came of them, stays."""
    hang(town)
    town.customer("no", consents=())
    town.campaign("back", "abandoned")
    scan(town, 1, customer=None, campaign_id="page")
    scan(town, 2, campaign_id="page", repeat=True, in_store=True)
    scan(town, 3, campaign_id="page", kind="bot")
    bought = scan(town, 4, campaign_id="page")
    order(town, bought, 5, order_id="bought", payment="paid")
    order(town, bought, 5, order_id="paying", payment="open")
    order(town, bought, 6, order_id="gone", status="cancelled", customer="no")
    left = scan(town, 7, customer="no", campaign_id="page")
    town.write(lambda session: decide_abandoned(session, [left], now=at(70)))
    order(town, left, 80, order_id="reserved", customer="no")
    before = counts(town)
    assert before == (
        {"first": 3, "repeat": 1, "in_store": 1, "known": 3},
        {"bought": 1, "reserved": 1, "cancelled": 1},
        {"no_consent": 1},
    )
    kept = Kept(at(-1), at(-1), at(-1), at(60 * 24))
    while ids := town.read(lambda session: kept_long_enough(session, "scans", kept, limit=2)):
        town.write(partial(purge, kind="scans", kept=kept, ids=ids))
        assert counts(town) == before
    assert town.read(lambda session: session.query(Scan).count()) == 0
    assert counts(town, since=at(-60 * 24)) == before
    assert counts(town, since=at(60 * 24)) == ({}, {}, {})


def test_as_many_queries_for_one_scan_as_for_twenty(town: Town) -> None:
    hang(town)

    def asked(many: int) -> int:
        for number in range(many):
            one = scan(town, number, campaign_id="page")
            answer(town, one, now=at(number))
            order(town, one, number, order_id=f"order-{many}-{number}")
            finish(town, one, "reserved", number)
        with town.statements() as seen:
            counts(town)
        return len(seen)

    assert asked(1) == asked(20)
