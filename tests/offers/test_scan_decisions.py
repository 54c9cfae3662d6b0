"""What a scan's campaign gives: the same list of reasons as a ping, but what a page makes different."""

from collections import Counter
from typing import Any

import pytest

from offers.customers import put_customer
from offers.explaining import why
from offers.records.database import Database
from offers.records.queries.customers import customers_locked
from offers.records.queries.scans import scan_by_id
from offers.rules.profile import CustomerBody
from offers.scan_decisions import Given, decide_scan
from tests.at_once import at_once
from tests.offers.posted import PostedTown
from tests.offers.stories import KEYS, TELLS, at, enter

NIGHT = 12 * 60
"""Minutes after noon: two in the night in Amsterdam."""


@pytest.fixture
def town(database: Database) -> PostedTown:
    return PostedTown(database)


def ask(town: PostedTown, scan: str | None, customer: str = "sanne", minute: float = 1) -> Given:
    """They tapped for what the page offers."""

    def work(session: Any) -> Given:
        people = customers_locked(session, [customer])
        row = scan_by_id(session, scan or "")
        assert row is not None
        return decide_scan(session, row, people[customer], asked_for=True, keys=KEYS, now=at(minute))

    return town.write(work)


def outcome_of(town: PostedTown, browser: str, minute: float = 0) -> str | None:
    given = town.scan(browser, minute=minute).given
    assert given is not None
    return given.outcome


@pytest.mark.parametrize(
    ("consents", "outcome"),
    [(["offers"], "send"), (["location", "offers"], "send"), (["location"], "no_consent"), ([], "no_consent")],
)
def test_offers_is_the_only_consent_that_a_scan_asks(town: PostedTown, consents: list[str], outcome: str) -> None:
    town.posted()
    assert outcome_of(town, town.browser("sanne", consents=consents)) == outcome


def test_what_is_asked_for_needs_no_consent(town: PostedTown) -> None:
    town.posted()
    scan = town.scan(town.browser("sanne", consents=[])).scan_id
    given = ask(town, scan)
    assert given.outcome == "send"
    assert given.coupon is not None
    assert given.coupon.code
    assert town.outcomes() == [("sneakers", "scan", "no_consent"), ("sneakers", "scan", "send")]


def test_quiet_hours_a_silent_phone_and_a_short_life_do_not_matter_on_a_page(town: PostedTown) -> None:
    town.posted(life="PT1M")
    town.limits(quiet_hours={"from": "21:00", "until": "08:00"}, message_life="PT1M")
    assert outcome_of(town, town.browser("sanne"), minute=NIGHT) == "send"
    assert town.deliveries() == [], "the page tells it: nothing is on its way"


def test_closed_stores_and_other_hours_do(town: PostedTown) -> None:
    town.posted(schedule={"only_when_open": True})
    assert outcome_of(town, town.browser("sanne"), minute=NIGHT) == "place_closed"


def test_the_cap_counts_scans_and_is_spent_by_unasked_ones_alone(town: PostedTown) -> None:
    town.posted()
    town.limits(frequency_cap={"messages": 1, "window": "P1D"})
    town.campaign("other", on="scan")
    browser = town.browser("sanne", consents=["offers"])
    assert outcome_of(town, browser) == "send"
    town.change(campaign_id="other")
    scanned = town.scan(browser, minute=60)
    assert scanned.given is not None
    assert scanned.given.outcome == "frequency_cap"
    assert ask(town, scanned.scan_id, minute=61).outcome == "send"
    spent = [one for one in town.decisions() if one["outcome"] == "send"]
    assert len(spent) == 2
    tom = town.browser("tom")
    town.change(campaign_id="sneakers")
    first = town.scan(tom, minute=100)
    assert first.given is not None
    assert first.given.outcome == "send"


def test_what_was_asked_for_leaves_the_cap_to_pings(town: PostedTown) -> None:
    town.posted()
    town.limits(frequency_cap={"messages": 1, "window": "P1D"})
    town.campaign("walk-in", on="enter")
    browser = town.browser("sanne", consents=[])
    scan = town.scan(browser).scan_id
    assert ask(town, scan).outcome == "send"
    body = {"name": "Sanne", "consents": {"location": True, "offers": True}}
    town.write(lambda session: put_customer(session, "sanne", CustomerBody.model_validate(body), now=at(2)))
    town.cross(enter(town.device("sanne"), town.fences("kalverstraat")["premises"], 5))
    assert ("walk-in", "enter", "send") in town.outcomes()


def test_a_ping_spends_what_a_scan_then_lacks(town: PostedTown) -> None:
    town.posted()
    town.limits(frequency_cap={"messages": 1, "window": "P1D"})
    town.campaign("walk-in", on="enter")
    town.customer("sanne")
    town.cross(enter(town.device("sanne"), town.fences("kalverstraat")["premises"], 0))
    assert outcome_of(town, town.browser("sanne"), minute=5) == "frequency_cap"


def test_a_cooldown_holds_for_both(town: PostedTown) -> None:
    town.posted(offer=None, cooldown="P1D")
    browser = town.browser("sanne")
    assert outcome_of(town, browser) == "send"
    scanned = town.scan(browser, minute=60)
    assert scanned.given is not None
    assert scanned.given.outcome == "campaign_cooldown"
    assert ask(town, scanned.scan_id, minute=61).outcome == "campaign_cooldown"
    assert outcome_of(town, browser, minute=25 * 60) == "send"


def test_whom_the_scan_held_out_gets_nothing_by_asking(town: PostedTown) -> None:
    town.posted(hold_out_percent=100)
    scanned = town.scan(town.browser("sanne"))
    assert scanned.given is not None
    assert (scanned.given.outcome, scanned.given.coupon) == ("held_out", None)
    assert ask(town, scanned.scan_id).outcome == "held_out"
    assert town.counts()["spent"] == 0


def test_an_audience_takes_whom_it_takes(town: PostedTown) -> None:
    town.posted(audience={"fact": "tags", "has": "sneakers"})
    fan, other = town.browser("sanne", tags=["sneakers"]), town.browser("tom")
    assert (outcome_of(town, fan), outcome_of(town, other)) == ("send", "not_in_audience")
    assert ask(town, town.scans()[-1].id, "tom").outcome == "not_in_audience"


def test_a_second_scan_gives_no_second_coupon_while_the_first_is_good(town: PostedTown) -> None:
    town.posted()
    town.offer(valid_for="P1D")
    browser = town.browser("sanne")
    first, second = town.scan(browser).given, town.scan(browser, minute=60).given
    assert first is not None
    assert second is not None
    assert first.coupon is not None
    assert second.coupon is not None
    assert (second.outcome, second.coupon.id) == ("send", first.coupon.id)
    assert town.counts()["spent"] == 1
    later = town.scan(browser, minute=25 * 60).given
    assert later is not None
    assert later.coupon is not None
    assert later.coupon.id != first.coupon.id


def test_a_redeemed_coupon_is_no_longer_held(town: PostedTown) -> None:
    town.posted()
    browser = town.browser("sanne")
    first = town.scan(browser).given
    assert first is not None
    assert first.coupon is not None
    assert town.redeem(first.coupon.code or "", now=at(5))["state"] == "redeemed"
    again = town.scan(browser, minute=60).given
    assert again is not None
    assert again.coupon is not None
    assert again.coupon.id != first.coupon.id


def test_asking_twice_is_asking_once(town: PostedTown) -> None:
    town.posted()
    scan = town.scan(town.browser("sanne", consents=[])).scan_id
    found = {(one.outcome, one.coupon.id if one.coupon else "") for one in (ask(town, scan) for _ in range(3))}
    assert len(found) == 1
    assert len(town.coupons()) == 1


def test_sixteen_at_once_spend_a_budget_to_the_unit(town: PostedTown) -> None:
    town.posted()
    town.offer(budget=5)
    browsers = [town.browser(f"customer-{number}") for number in range(16)]
    found = at_once([lambda one=one: town.scan(one).given for one in browsers])  # type: ignore[misc]  # each its own
    assert Counter(one.outcome for one in found if one) == {"send": 5, "sold_out": 11}
    assert sum(one.coupon is not None for one in found if one) == 5
    assert town.counts()["spent"] == 5
    assert town.coupon_states() == ["issued"] * 5


def test_a_customer_on_sixteen_browsers_at_once_has_one_coupon(town: PostedTown) -> None:
    town.posted()
    browsers = [town.browser("sanne") for _ in range(16)]
    found = at_once([lambda one=one: town.scan(one).given for one in browsers])  # type: ignore[misc]  # each its own
    assert len({one.coupon.id for one in found if one and one.coupon}) == 1
    assert town.counts()["spent"] == 1


def test_why_explains_them(town: PostedTown) -> None:
    town.posted(messages=TELLS)
    town.scan(town.browser("sanne", consents=["location"]))
    told = town.read(lambda session: why(session, "sanne", "sneakers", now=at(1)))
    assert "no_consent" in str(told)


def test_only_a_live_campaign_gives(town: PostedTown) -> None:
    town.posted()
    town.campaign("draft", on="scan", live=False)
    town.change(campaign_id="draft")
    scanned = town.scan(town.browser("sanne"))
    assert scanned.given is not None
    assert scanned.given.outcome in ("not_live", None)
    assert town.coupons() == []
