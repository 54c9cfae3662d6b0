"""Who scanned a poster and did nothing with it is reminded: once, of the newest, where they agreed to it, and not when something has come of it."""

from collections.abc import Callable

import pytest
from sqlalchemy.orm import Session

from offers.abandoned import decide_abandoned, due_abandoned
from offers.customers import erase_customer, set_consents
from offers.deciding import Decided
from offers.errors import BadInput
from offers.places import delete_place
from offers.records.database import Database
from offers.records.tables import Scan
from offers.rules.profile import ConsentsBody
from tests.at_once import at_once
from tests.offers import nights
from tests.offers.nights import EVENING, MORNING
from tests.offers.posters import finish, order, pay, poster, scan
from tests.offers.stories import NOON, TELLS, Town, at, enter, leave

HOUR = 60.0


@pytest.fixture
def store(town: Town) -> str:
    fence = town.place()
    poster(town)
    return fence


@pytest.fixture
def phone(town: Town) -> str:
    return town.phone(consents=("offers",))


def due(town: Town, minute: float) -> list[str]:
    return town.read(lambda session: due_abandoned(session, now=at(minute)))


def decide(town: Town, minute: float, ids: list[str] | None = None) -> Decided:
    """What the worker does when beat has looked."""
    wanted = due(town, minute) if ids is None else ids
    return town.write(lambda session: decide_abandoned(session, wanted, now=at(minute)))


def marked(town: Town) -> set[str]:
    return town.read(lambda session: {one.id for one in session.query(Scan).filter(Scan.reminded_at.is_not(None))})


def test_who_left_the_page_is_reminded_of_it_an_hour_later_and_once(town: Town, store: str, phone: str) -> None:
    town.campaign("back", "abandoned")
    left = scan(town, 0, device_id=phone)
    assert due(town, HOUR - 0.1) == []
    assert due(town, HOUR) == [left]
    [delivery] = decide(town, HOUR).deliveries
    [decision] = town.decisions()
    assert (decision["trigger"], decision["outcome"], decision["place"]) == ("abandoned", "send", "kalverstraat")
    [claimed] = town.claim([delivery], now=at(HOUR)).held
    assert claimed.message["url"] == f"/l/{left}", "it leads back to the page"
    assert claimed.expires_at == at(HOUR + 12 * 60), "half a day, where the campaign does not say"
    assert marked(town) == {left}
    assert due(town, HOUR + 1) == []
    assert decide(town, HOUR + 1, [left]) == Decided([], [])


def test_a_campaign_may_say_where_it_leads_and_how_long_it_lives(town: Town, store: str, phone: str) -> None:
    words = {"en": {"title": "Still there", "body": "For you", "url": "https://shop.example/sneakers"}}
    town.campaign("back", "abandoned", messages=words, life="PT2H")
    scan(town, 0)
    [claimed] = town.claim(decide(town, HOUR).deliveries, now=at(HOUR)).held
    assert (claimed.message["url"], claimed.expires_at) == ("https://shop.example/sneakers", at(HOUR + 120))


def test_what_came_days_ago_is_left_alone(town: Town, store: str, phone: str) -> None:
    scan(town, 0)
    assert due(town, 24 * HOUR - 1) != []
    assert due(town, 24 * HOUR) == []


@pytest.mark.parametrize(("after", "first"), [("PT20M", 20), ("PT3H", 180)])
def test_the_desk_says_after_how_long(town: Town, store: str, phone: str, after: str, first: float) -> None:
    town.limits(abandoned_after=after)
    town.campaign("back", "abandoned")
    scan(town, 0)
    assert due(town, first - 0.1) == []
    assert len(decide(town, first).deliveries) == 1


def test_the_desk_may_say_never(town: Town, store: str, phone: str) -> None:
    left = scan(town, 0)
    town.limits(abandoned_after=None)
    assert due(town, HOUR) == []
    assert decide(town, HOUR, [left]) == Decided([], [])
    assert marked(town) == set()


@pytest.mark.parametrize("kind", ["preview", "bot"])
def test_machines_and_people_nobody_knows_are_reminded_of_nothing(
    town: Town, store: str, phone: str, kind: str
) -> None:
    scan(town, 0, kind=kind)
    scan(town, 0, customer=None)
    assert due(town, HOUR) == []


@pytest.mark.parametrize("by", ["reserved", "bought", "saved", "asked"])
def test_who_did_something_on_the_page_is_not_reminded(town: Town, store: str, phone: str, by: str) -> None:
    finish(town, scan(town, 0), by, 3)
    assert due(town, HOUR) == []


@pytest.mark.parametrize("state", ["canceled", "expired", "failed"])
def test_a_payment_that_failed_is_nothing_done(town: Town, store: str, phone: str, state: str) -> None:
    town.campaign("back", "abandoned")
    left = scan(town, 0)
    order(town, left, 2, payment="open")
    finish(town, left, "bought", 2)
    assert due(town, HOUR) == [], "it is being paid"
    pay(town, state)
    assert due(town, HOUR) == [left]
    order(town, left, 5, order_id="order-2", payment="paid")
    assert due(town, HOUR) == [], "the second try went well"


def test_a_scan_that_is_being_paid_is_not_over_yet(town: Town, store: str, phone: str) -> None:
    town.campaign("back", "abandoned")
    left = scan(town, 0)
    order(town, left, 2, payment="open")
    assert decide(town, HOUR, [left]).deliveries == []
    assert marked(town) == set()
    pay(town, "expired")
    assert len(decide(town, HOUR + 1).deliveries) == 1


def test_of_two_scans_the_newest_is_reminded_of_and_both_are_over(town: Town, store: str, phone: str) -> None:
    town.campaign("back", "abandoned")
    first, second = scan(town, 0), scan(town, 2)
    [delivery] = decide(town, HOUR + 2).deliveries
    [claimed] = town.claim([delivery], now=at(HOUR + 2)).held
    assert claimed.message["url"] == f"/l/{second}"
    assert marked(town) == {first, second}


def test_a_scan_of_a_minute_ago_takes_the_place_of_an_older_one(town: Town, store: str, phone: str) -> None:
    town.campaign("back", "abandoned")
    first, second = scan(town, 0), scan(town, 55)
    assert decide(town, HOUR) == Decided([], [])
    assert marked(town) == {first}
    [delivery] = decide(town, 55 + HOUR).deliveries
    [claimed] = town.claim([delivery], now=at(55 + HOUR)).held
    assert claimed.message["url"] == f"/l/{second}"


def test_who_finished_a_later_scan_is_not_reminded_of_the_first(town: Town, store: str, phone: str) -> None:
    town.campaign("back", "abandoned")
    first = scan(town, 0)
    finish(town, scan(town, 5), "saved", 6)
    assert decide(town, HOUR + 5) == Decided([], [])
    assert marked(town) == {first}


def test_who_bought_since_ordered_since_or_stands_in_the_store_is_left_alone(
    town: Town, store: str, phone: str
) -> None:
    town.campaign("back", "abandoned")
    for customer in ("buyer", "orderer", "visitor", "cancelled"):
        town.phone(customer, consents=("offers", "location"))
        scan(town, 0, customer)
    town.purchase({"sku": "X", "quantity": 1}, customer="buyer", minute=10)
    order(town, None, 10, customer="orderer", source="server")
    order(town, None, 10, order_id="gone", status="cancelled", customer="cancelled", source="server")
    town.cross(enter(town.device("visitor"), store, 50))
    decided = decide(town, HOUR)
    assert [one["customer"] for one in decided.happened] == ["cancelled"]
    assert len(marked(town)) == 4


def test_what_was_bought_before_the_scan_changes_nothing(town: Town, store: str, phone: str) -> None:
    town.campaign("back", "abandoned")
    town.purchase({"sku": "X", "quantity": 1}, minute=0)
    scan(town, 5)
    assert len(decide(town, HOUR + 5).deliveries) == 1


def test_offers_has_to_be_agreed_to_and_nothing_else(town: Town, store: str) -> None:
    town.campaign("back", "abandoned")
    for customer, consents in (("yes", ("offers",)), ("no", ("location", "orders")), ("nothing", ())):
        town.phone(customer, consents=consents)
        scan(town, 0, customer)
    decide(town, HOUR)
    assert {one["customer"]: one["outcome"] for one in town.decisions()} == {
        "yes": "send",
        "no": "no_consent",
        "nothing": "no_consent",
    }
    assert {one["facts"]["missing"][0] for one in town.decisions() if one["outcome"] != "send"} == {"offers"}


def test_consent_that_is_withdrawn_meanwhile_holds_at_the_claim(town: Town, store: str, phone: str) -> None:
    town.campaign("back", "abandoned")
    scan(town, 0)
    deliveries = decide(town, HOUR).deliveries
    withdrawn = ConsentsBody(offers=False)
    town.write(lambda session: set_consents(session, "sanne", withdrawn, source="server", now=at(HOUR)))
    assert town.claim(deliveries, now=at(HOUR)).held == []
    assert [(one["state"], one["reason"]) for one in town.deliveries()] == [("failed", "no_consent")]


def test_what_was_finished_while_the_message_waited_is_not_told(town: Town, store: str, phone: str) -> None:
    town.offer()
    town.campaign("back", "abandoned", offer="ten-percent", messages=TELLS)
    left = scan(town, 0)
    deliveries = decide(town, HOUR).deliveries
    finish(town, left, "reserved", HOUR + 5)
    assert town.claim(deliveries, now=at(HOUR + 6)).held == []
    assert [(one["state"], one["reason"]) for one in town.deliveries()] == [("failed", "finished")]
    assert town.coupon_states() == ["released"]


def test_the_cap_holds_and_marks(town: Town, store: str) -> None:
    town.limits(frequency_cap={"messages": 1, "window": "P1D"})
    town.campaign()
    town.campaign("back", "abandoned")
    phone = town.phone()
    town.cross(enter(phone, store, 0))
    town.cross(leave(phone, store, 5))
    left = scan(town, 6)
    assert decide(town, HOUR + 6).deliveries == []
    assert town.outcomes() == [("back", "abandoned", "frequency_cap"), ("sneakers", "enter", "send")]
    assert marked(town) == {left}


def test_on_two_devices_it_comes_on_the_one_that_scanned_or_on_both(town: Town, store: str, phone: str) -> None:
    other = town.device(now=at(1))
    town.campaign("back", "abandoned")
    scan(town, 0, device_id=phone)
    decide(town, HOUR)
    assert [one["device_id"] for one in town.deliveries()] == [phone]
    town.campaign("back", "abandoned", devices="all")
    scan(town, 70)
    decide(town, HOUR + 70)
    assert {one["device_id"] for one in town.deliveries()} == {phone, other}
    assert len(town.deliveries()) == 3


def test_at_night_it_waits_for_the_morning_and_keeps_its_page(town: Town, store: str, phone: str) -> None:
    town.campaign("back", "abandoned", quiet_hours="defer")
    left = scan(town, EVENING - HOUR)
    assert decide(town, EVENING).deliveries == []
    [row] = nights.rows(town)
    assert (row.not_before, marked(town)) == (at(MORNING), {left})
    assert due(town, MORNING) == []
    [delivery] = nights.decide(town, MORNING).deliveries
    [claimed] = town.claim([delivery], now=at(MORNING)).held
    assert claimed.message["url"] == f"/l/{left}"
    assert town.outcomes() == [("back", "abandoned", "quiet_hours"), ("back", "abandoned", "send")]


@pytest.mark.parametrize(
    "what",
    [
        lambda town, left: finish(town, left, "saved", EVENING + 5),
        lambda town, _: town.purchase({"sku": "X", "quantity": 1}, minute=EVENING + 5),
    ],
)
def test_what_came_of_it_overnight_ends_it(
    town: Town, store: str, phone: str, what: Callable[[Town, str], object]
) -> None:
    town.campaign("back", "abandoned", quiet_hours="defer")
    left = scan(town, EVENING - HOUR)
    decide(town, EVENING)
    what(town, left)
    assert nights.decide(town, MORNING) == Decided([], [])
    assert nights.rows(town) == []


def test_a_campaign_that_drops_says_nothing_at_night(town: Town, store: str, phone: str) -> None:
    town.campaign("back", "abandoned")
    scan(town, EVENING - HOUR)
    decide(town, EVENING)
    assert nights.rows(town) == []
    assert town.outcomes() == [("back", "abandoned", "quiet_hours")]


def test_a_worker_that_was_away_for_a_day_tells_nobody(town: Town, store: str, phone: str) -> None:
    town.limits(quiet_hours=None)
    town.campaign("back", "abandoned")
    scan(town, 0)
    decide(town, 14 * HOUR)
    assert town.outcomes() == [("back", "abandoned", "too_late")]


def test_the_place_is_the_posters_or_the_nearest_store(town: Town, store: str, phone: str) -> None:
    town.place("far", lat=52.0, lon=5.0)
    town.place("own", lat=51.0, lon=5.0)
    poster(town, "window", place="own")
    poster(town, "near-far", lat=52.01, lon=5.0)
    town.campaign("back", "abandoned")
    for customer, where in (("a", "centraal"), ("b", "window"), ("c", "near-far")):
        town.phone(customer, consents=("offers",))
        scan(town, 0, customer, poster=where)
    decide(town, HOUR)
    found = {one["customer"]: one["place"] for one in town.decisions()}
    assert found == {"a": "kalverstraat", "b": "own", "c": "far"}


def test_without_any_store_nothing_is_decided_and_nobody_is_asked_again(town: Town, store: str, phone: str) -> None:
    town.campaign("back", "abandoned")
    left = scan(town, 0)
    town.write(lambda session: delete_place(session, "kalverstraat", now=NOON))
    assert decide(town, HOUR) == Decided([], [])
    assert marked(town) == {left}


def test_who_is_erased_is_nobodys_to_remind(town: Town, store: str, phone: str) -> None:
    town.campaign("back", "abandoned")
    left = scan(town, 0)
    town.write(lambda session: erase_customer(session, "sanne", now=NOON))
    assert due(town, HOUR) == []
    assert decide(town, HOUR, [left]) == Decided([], [])


def test_what_is_rolled_back_is_decided_again(town: Town, store: str, phone: str) -> None:
    town.campaign("back", "abandoned")
    left = scan(town, 0)

    class KilledError(Exception):
        pass

    def killed(session: Session) -> None:
        decide_abandoned(session, [left], now=at(HOUR))
        raise KilledError

    with pytest.raises(KilledError):
        town.write(killed)
    assert (marked(town), town.decisions()) == (set(), [])
    assert len(decide(town, HOUR).deliveries) == 1


def test_sixteen_workers_at_once_remind_once(town: Town, store: str) -> None:
    town.offer(budget=3)
    town.campaign("back", "abandoned", offer="ten-percent", messages=TELLS)
    people = [town.customer(f"c{number}", consents=("offers",)) for number in range(5)]
    for customer in people:
        town.device(customer)
        scan(town, 0, customer)
        scan(town, 1, customer)
    ids = due(town, HOUR + 1)
    assert len(ids) == 10
    answers = at_once([lambda: decide(town, HOUR + 1, ids) for _ in range(16)])
    assert sum(len(one.deliveries) for one in answers) == 3
    assert sorted(one["outcome"] for one in town.decisions()) == ["send"] * 3 + ["sold_out"] * 2
    assert len(marked(town)) == 10


def test_as_many_queries_for_two_as_for_forty(town: Town, store: str) -> None:
    town.campaign("back", "abandoned")

    def asked(many: int, minute: float) -> int:
        for number in range(many):
            customer = f"{minute}-{number}"
            town.device(town.customer(customer, consents=("offers",)))
            poster(town, f"poster-{customer}", lat=52.0 + number / 100)
            scan(town, minute, customer, poster=f"poster-{customer}")
        with town.statements() as seen:
            assert len(decide(town, minute + HOUR).deliveries) == many
        return len(seen)

    assert asked(2, 0) == asked(40, 5)


def test_the_setting_is_less_than_a_day(town: Town) -> None:
    with pytest.raises(BadInput, match="abandoned_after"):
        town.limits(abandoned_after="P1D")
    town.limits(abandoned_after="PT23H")


def test_no_database_is_asked_for_an_empty_ring(database: Database) -> None:
    assert Town(database).write(lambda session: decide_abandoned(session, [], now=NOON)) == Decided([], [])
