"""What a scan's page says, truthfully, to whom."""

from typing import Any

import pytest

from offers.campaigns import step_campaign
from offers.landing import land_nowhere
from offers.records.database import Database
from offers.records.queries.nearest import stores_nearest_first
from offers.records.queries.offers import spend
from offers.rules.budget import Unit
from offers.rules.landing import Landing
from tests.offers.posted import CODE, PostedTown
from tests.offers.stories import LAT, LON, NOON, at, minutes

WORDS = {
    "en": {"title": "Hi {{ customer.first_name | default: 'there' }}", "body": "Near {{ place.name }}."},
    "nl": {"title": "Hoi {{ customer.first_name | default: 'daar' }}", "body": "{{ place.distance_m }} m van {{ place.name }}."},
}  # fmt: skip


@pytest.fixture
def town(database: Database) -> PostedTown:
    return PostedTown(database)


def test_nobody_in_particular_sees_the_public_offer_in_their_language(town: PostedTown) -> None:
    town.posted(messages=WORDS)
    page = town.land(town.scan().scan_id)
    assert (page.title, page.body, page.language) == ("Hoi daar", "1100 m van Kalverstraat.", "nl")
    assert page.item is not None
    assert (page.item.title, page.item.price_thousandths, page.item.now_thousandths) == ("Sneaker, wit", 89_950, 80_950)
    assert page.offer is not None
    assert (page.offer.state, page.offer.text, page.offer.code) == ("public", "10% korting", None)
    assert (page.known, page.outcome) == (None, None)
    english = town.land(page.scan_id, language="en")
    assert (english.title, english.item.title if english.item else "") == ("Hi there", "Sneaker, white")


def test_a_missing_fact_without_a_default_is_the_default_text(town: PostedTown) -> None:
    town.posted(messages={"nl": {"title": "Hoi {{ customer.first_name }}", "body": "Kom langs."}})
    page = town.land(town.scan().scan_id)
    assert (page.title, page.body) == ("Kalverstraat", "Er ligt iets voor je klaar bij Kalverstraat.")


def test_a_recognised_customer_has_their_words_their_size_and_their_coupon(town: PostedTown) -> None:
    town.posted(messages=WORDS)
    browser = town.browser("sanne", sizes={"sneakers": 38})
    page = town.land(town.scan(browser).scan_id, browser, language="en")
    assert (page.title, page.language, page.outcome) == ("Hoi Sanne", "nl", "send")
    assert page.item is not None
    assert page.item.size == "38"
    assert page.offer is not None
    assert (page.offer.state, page.offer.coupon_id) == ("yours", town.coupons()[0].id)
    assert page.offer.code
    assert page.known is not None
    assert (page.known.customer_id, page.known.first_name, page.known.anonymous) == ("sanne", "Sanne", False)
    assert page.known.consents == {"location": True, "offers": True, "orders": False}
    chosen = town.land(page.scan_id, browser, language="en", chosen=True)
    assert chosen.title == "Hi Sanne"


def test_who_only_has_the_address_is_nobody(town: PostedTown) -> None:
    town.posted()
    browser = town.browser("sanne")
    scan = town.scan(browser).scan_id
    page = town.land(scan)
    assert page.known is None
    assert page.offer is not None
    assert (page.offer.state, page.offer.code) == ("public", None)


def test_the_size_is_asked_for_then_the_profiles_then_what_was_bought(town: PostedTown) -> None:
    town.posted()
    sized, buyer = town.browser("sanne", sizes={"sneakers": "38"}), town.browser("tom")
    town.purchase({"sku": "SNEAK-1", "size": "39"}, customer="tom", minute=-10)
    town.purchase({"sku": "OTHER", "category": "sneakers", "size": "38"}, purchase="p0", customer="tom", minute=-20)

    def size(browser: str | None, **asked: Any) -> str | None:
        page = town.land(scan, browser, **asked)
        return page.item.size if page.item else "?"

    scan = town.scan().scan_id
    assert [size(sized), size(sized, size="39"), size(sized, size="44"), size(buyer), size(None)] == [
        "38", "39", "38", "39", None,
    ]  # fmt: skip


def test_stores_are_told_from_the_poster_with_pieces_and_hours(town: PostedTown) -> None:
    town.posted()
    town.place("dam", lat=LAT + 0.011, opening_hours="Mo-Sa 16:00-18:00", phone="+31201234567", pickup=True)
    page = town.land(town.scan().scan_id)
    assert [one.id for one in page.stores] == ["dam", "kalverstraat"]
    near, far = page.stores
    assert (near.distance_m, near.minutes, near.is_open, near.opens_at, near.closes_at) == (
        110,
        2,
        False,
        at(120),
        None,
    )
    assert (near.phone, near.pickup, near.pieces) == ("+31201234567", True, {})
    assert (far.distance_m, far.minutes, far.is_open, far.closes_at) == (1110, 19, True, at(240))
    assert far.pieces == {"38": 2, "39": 0}
    assert (page.best_store_id, page.place_id) == ("kalverstraat", "dam")


def test_an_edited_store_is_told_at_once(town: PostedTown) -> None:
    town.posted()
    scan = town.scan().scan_id
    assert [one.id for one in town.land(scan).stores] == ["kalverstraat"]
    town.place("dam", lat=LAT + 0.011, now=at(1))
    assert [one.id for one in town.land(scan).stores] == ["dam", "kalverstraat"]
    town.place("dam", lat=LAT - 0.1, now=at(2))
    assert [one.id for one in town.land(scan).stores] == ["kalverstraat", "dam"]


def test_the_best_store_is_told_however_far(town: PostedTown) -> None:
    town.posted()
    for number in range(12):
        town.place(f"near-{number:02}", lat=LAT + 0.01 + number / 10_000)
    page = town.land(town.scan().scan_id)
    assert len(page.stores) == 10
    assert page.stores[-1].id == page.best_store_id == "kalverstraat"
    wanted = town.land(page.scan_id, store="near-11")
    assert "near-11" in [one.id for one in wanted.stores]


def test_what_is_sold_out_is_told_with_the_next_best(town: PostedTown) -> None:
    town.posted()
    town.product(category="sneakers", sizes=["38"], stock={"kalverstraat": {"38": 0}})
    town.product("SNEAK-2", category="sneakers", sizes=["38"], price="79.95", stock={"kalverstraat": {"38": 1}})
    town.product("SNEAK-3", category="sneakers", stock={"kalverstraat": 0})
    town.product("BOOT-1", category="boots", stock={"kalverstraat": 5})
    page = town.land(town.scan().scan_id)
    assert page.best_store_id is None
    assert [(one.sku, one.now_thousandths) for one in page.others] == [("SNEAK-2", 79_950)]


def test_a_campaign_that_is_over_promises_nothing(town: PostedTown) -> None:
    town.posted(messages=WORDS)
    town.product("SNEAK-2", category="sneakers", stock={"kalverstraat": 1})
    scan = town.scan().scan_id
    town.write(lambda session: step_campaign(session, "sneakers", "pause", now=NOON))
    page = town.land(scan)
    assert (page.title, page.offer) == (None, None)
    assert page.item is not None
    assert page.item.now_thousandths == page.item.price_thousandths
    assert [one.sku for one in page.others] == ["SNEAK-2"]


@pytest.mark.parametrize(
    ("campaign", "offer"),
    [
        ({"schedule": {"from": at(1).isoformat()}}, False),
        ({"schedule": {"until": at(5).isoformat()}}, False),
        ({"schedule": {"weekly": "Th 00:00-24:00"}}, False),
        ({"schedule": {"only_when_open": True}}, True),
        ({"audience": {"fact": "language", "is": "de"}}, False),
        ({"audience": {"fact": "language", "is": "nl"}}, True),
        ({"audience": {"tag": "sneakers"}}, False),
    ],
)
def test_the_offer_is_public_where_it_is_for_somebody_of_whom_only_the_language_is_known(
    town: PostedTown, campaign: dict[str, Any], offer: bool
) -> None:
    town.posted(**campaign)
    page = town.land(town.scan().scan_id, minute=6 if "until" in str(campaign) else 0)
    assert (page.offer is not None) is offer
    assert page.item is not None
    assert (page.item.now_thousandths == page.item.price_thousandths) is not offer


def test_a_customer_of_the_audience_sees_what_others_do_not(town: PostedTown) -> None:
    town.posted(audience={"fact": "tags", "has": "sneakers"})
    fan = town.browser("sanne", tags=["sneakers"])
    scan = town.scan(fan).scan_id
    assert town.land(scan).offer is None
    told = town.land(scan, fan).offer
    assert told is not None
    assert told.state == "yours"


def test_what_is_used_up_says_so_and_takes_nothing_off(town: PostedTown) -> None:
    town.posted()
    town.offer(budget=1)
    town.write(lambda session: spend(session, [Unit("ten-percent", "kalverstraat")], NOON))
    page = town.land(town.scan().scan_id)
    assert page.offer is not None
    assert page.offer.state == "used_up"
    assert page.item is not None
    assert page.item.now_thousandths == 89_950


@pytest.mark.parametrize("offer", [{"budget_per_place": 0}, {"imported": ["ONLY-ONE"]}])
def test_a_budget_of_a_place_or_of_codes_may_be_used_up_too(town: PostedTown, offer: dict[str, Any]) -> None:
    town.posted()
    town.offer(**offer)
    first = town.browser("tom")
    town.scan(first)
    page = town.land(town.scan().scan_id)
    assert page.offer is not None
    assert page.offer.state == "used_up"


def test_an_offer_that_has_ended_is_none(town: PostedTown) -> None:
    town.posted()
    town.offer(valid_until=at(5).isoformat())
    scan = town.scan().scan_id
    before, after = town.land(scan), town.land(scan, minute=6)
    assert before.offer is not None
    assert before.offer.ends_at == at(5)
    assert after.offer is None


def test_who_was_held_out_sees_no_offer_and_no_other_price(town: PostedTown) -> None:
    town.posted(hold_out_percent=100, messages=WORDS)
    browser = town.browser("sanne")
    page = town.land(town.scan(browser).scan_id, browser)
    assert (page.outcome, page.offer, page.title) == ("held_out", None, None)
    assert page.item is not None
    assert page.item.now_thousandths == 89_950
    assert town.coupons() == []


def test_who_did_not_agree_to_offers_sees_the_public_one(town: PostedTown) -> None:
    town.posted()
    browser = town.browser("sanne", consents=["orders"])
    page = town.land(town.scan(browser).scan_id, browser)
    assert page.outcome == "no_consent"
    assert page.offer is not None
    assert page.offer.state == "public"


def test_a_variants_words_are_its_customers(town: PostedTown) -> None:
    variants = [
        {"name": "a", "weight": 0},
        {"name": "b", "messages": {"nl": {"title": "Variant b", "body": "Kom langs."}}},
    ]
    town.posted(messages=WORDS, variants=variants)
    browser = town.browser("sanne")
    scan = town.scan(browser).scan_id
    assert (town.land(scan, browser).title, town.land(scan).title) == ("Variant b", "Hoi daar")


def test_a_picture_that_is_not_on_https_is_not_shown(town: PostedTown) -> None:
    town.posted()
    town.product(image="http://shop.example/a.jpg")
    page = town.land(town.scan().scan_id)
    assert page.item is not None
    assert page.item.image is None


def test_a_page_asks_as_much_however_many_stores_there_are(town: PostedTown) -> None:
    town.posted()
    browser = town.browser("sanne")
    scan = town.scan(browser).scan_id

    def asked(*who: str) -> int:
        town.land(scan, *who)
        with town.statements() as seen:
            town.land(scan, *who)
        return len(seen)

    before = [asked(), asked(browser)]
    for number in range(30):
        town.place(f"store-{number}", lat=LAT + number / 1000)
    assert [asked(), asked(browser)] == before
    assert max(before) <= 20


def nowhere(town: PostedTown, code: str = CODE, **more: Any) -> Landing:
    return town.read(lambda session: land_nowhere(session, code, "nl", now=NOON, **more))


def test_a_dead_code_tells_the_stores_nearest_to_where_it_hangs(town: PostedTown) -> None:
    town.posted()
    town.place("far", lat=LAT - 1)
    town.change(retired_at=NOON)
    page = nowhere(town)
    assert (page.state, page.scan_id, page.poster_id) == ("retired", None, "centraal")
    assert [one.id for one in page.stores] == ["kalverstraat", "far"]
    town.change(retired_at=None, starts_at=NOON + minutes(1))
    assert nowhere(town).state == "early"


def test_of_an_unknown_code_nobody_knows_where_it_hangs(town: PostedTown) -> None:
    town.posted()
    assert nowhere(town, "B7M49XQT2R").stores == ()
    near = nowhere(town, "B7M49XQT2R", near="centraal")
    assert (near.state, near.poster_id, [one.id for one in near.stores]) == ("unknown", None, ["kalverstraat"])
    assert nowhere(town, "B7M49XQT2R", near="gone").stores == ()


def test_with_no_store_at_all_there_is_still_a_page(town: PostedTown) -> None:
    town.campaign(on="scan", live=False)
    town.poster(lat=LAT, lon=LON)
    page = town.land(town.scan(town.browser("sanne")).scan_id)
    assert (page.stores, page.place_id, page.best_store_id) == ((), None, None)


def test_a_store_that_comes_or_moves_is_seen_at_once_whatever_its_edit_is_dated(town: PostedTown) -> None:
    """Two edits of one moment, or one that commits late, have no newer time: the version tells."""
    town.posted()
    scan, lat, lon = town.scan().scan_id, LAT + 0.01, LON

    def first() -> str:
        page = town.land(scan)
        with town.database.reading() as session:
            assert stores_nearest_first(session, lat, lon).first == page.stores[0].id
        return page.stores[0].id

    before = first()
    town.place("beside", lat=lat, lon=lon)
    assert first() == "beside"
    town.place("beside", lat=lat + 1, lon=lon)
    assert first() == before
    town.place("beside", lat=lat, lon=lon)
    assert first() == "beside"
    town.place("beside", lat=lat, lon=lon, kind="landmark")
    assert first() == before
