"""*Save the offer*: whoever taps gets it, once, as long as there is any."""

from functools import partial

import pytest
from sqlalchemy import func, select

from offers.errors import NotFound
from offers.my_offers import list_offers, list_orders, of_browser, one_coupon
from offers.records.queries.counting import kept_counts
from offers.records.tables import Consent, Customer, Device, Scan
from offers.saving import Saved, save_offer
from offers.visitors import Wording, say
from tests.at_once import at_once
from tests.offers.scanned import hang, poster_town, scan
from tests.offers.stories import KEYS, NOON, Town, at
from tests.offers.test_recognising import add_order, browser, row


def save(town: Town, seen: str, device: str | None = None) -> Saved:
    return town.write(lambda session: save_offer(session, seen, device, language="nl", keys=KEYS, now=NOON))


def test_a_browser_that_is_nobodys_becomes_somebodys_with_the_coupon(town: Town) -> None:
    poster, campaign = poster_town(town)
    seen = scan(town, poster, campaign)
    saved = save(town, seen)
    device = row(town, Device, saved.device_id)
    customer = row(town, Customer, device.customer_id)
    assert (customer.anonymous, customer.language) == (True, "nl")
    assert not any((customer.offers, customer.orders, customer.location)), "to tap is no consent"
    again = row(town, Scan, seen)
    assert (again.customer_id, again.device_id, again.finished_by) == (customer.id, device.id, "saved")
    assert town.outcomes() == [("station", "scan", "send")]
    assert save(town, seen, saved.device_id).coupon_id == saved.coupon_id, "a second tap changes nothing"
    assert len(town.coupons()) == 1


def test_sold_out_is_told_and_nothing_is_finished(town: Town) -> None:
    poster, campaign = poster_town(town, budget=1)
    assert save(town, scan(town, poster, campaign)).coupon_id
    late = scan(town, poster, campaign)
    saved = save(town, late)
    assert (saved.coupon_id, saved.outcome) == (None, "sold_out")
    again = row(town, Scan, late)
    assert (again.finished_at, again.customer_id, again.device_id) == (None, None, None)
    assert town.read(lambda session: session.query(Customer).count()) == 1, "nobody is kept for whom there was nothing"
    assert town.read(lambda session: session.query(Device).count()) == 1
    counted = town.read(lambda session: kept_counts(session, "decision", campaign_id=campaign))
    assert counted == {"sold_out": 1}, "what was decided stays counted"


def test_a_code_that_leads_to_nothing_has_nothing_to_save(town: Town) -> None:
    town.place()
    saved = save(town, scan(town, hang(town)))
    assert (saved.coupon_id, saved.outcome) == (None, None)


def test_no_page_no_offer(town: Town) -> None:
    with pytest.raises(NotFound):
        save(town, "scn_none")
    assert town.read(lambda session: session.scalar(select(func.count()).select_from(Customer))) == 0


def test_the_last_one_is_saved_once(town: Town) -> None:
    poster, campaign = poster_town(town, budget=1)
    pages = [scan(town, poster, campaign) for _ in range(6)]
    at_once([partial(save, town, page) for page in pages])
    assert len(town.coupons()) == 1


def test_what_was_saved_is_shown_until_it_is_over(town: Town) -> None:
    poster, campaign = poster_town(town, valid_for="PT1H")
    saved = save(town, scan(town, poster, campaign))
    coupon = saved.coupon_id or ""

    def states(minute: float) -> list[str]:
        mine = town.read(lambda session: of_browser(session, saved.device_id, keys=KEYS, language="de", now=at(minute)))
        assert mine is not None
        return [one.state for one in mine.coupons]

    assert states(59) == ["issued"]
    assert states(60) == ["expired"], "by the time itself: the sweep may not have looked yet"
    alone = town.read(lambda session: one_coupon(session, coupon, keys=KEYS, language="en", now=NOON))
    assert alone is not None
    assert (alone.worth, alone.until, alone.place) == ("10%", "10 June, 15:00", "Kalverstraat")
    town.redeem(alone.code or "", now=at(5), place="kalverstraat")
    assert states(6) == ["redeemed"]


def test_lists_of_the_app_go_on_from_page_to_page(town: Town) -> None:
    poster, campaign = poster_town(town)
    town.customer("sanne")
    device, _ = browser(town, "sanne")
    save(town, scan(town, poster, campaign), device)
    add_order(town, "sanne")

    def offers(before: str | None = None) -> tuple[list[dict[str, object]], str | None]:
        return town.read(lambda session: list_offers(session, "sanne", keys=KEYS, before=before, limit=1, now=NOON))

    [item], after = offers()
    assert after is None
    assert (item["offer"], item["value"], item["state"], item["place"]) == ("ten-percent", 10, "issued", "kalverstraat")
    assert item["code"]
    assert offers(str(item["id"])) == ([], None)
    [order], after = town.read(lambda session: list_orders(session, "sanne", keys=KEYS, now=NOON, before=None, limit=5))
    assert (order["id"], order["status"], after) == ("o-1", "placed", None)
    nothing = town.read(lambda session: list_offers(session, "ben", keys=KEYS, before=None, limit=5, now=NOON))
    assert nothing == ([], None)


def test_codes_of_every_kind_are_shown(town: Town) -> None:
    town.place()
    town.offer("shared", codes="shared", code="SNEAK10")
    town.offer("imported", imported=["OURS-4711"])
    town.offer("bare", codes="none")
    device, nobody = browser(town)
    says = {"en": {"title": "For you", "body": "Ten percent off."}}
    for number, offer in enumerate(("shared", "imported", "bare")):
        town.campaign(offer, on="scan", offer=offer, messages=says)
        save(town, scan(town, hang(town, offer, code=f"000000000{number}"), offer), device)
    mine = town.read(lambda session: of_browser(session, device, keys=KEYS, language="nl", now=NOON))
    assert mine is not None
    assert mine.anonymous
    [bare] = [one for one in mine.coupons if one.id == one.code]
    assert {one.code for one in mine.coupons} == {"SNEAK10", "OURS-4711", bare.id}
    listed, _ = town.read(lambda session: list_offers(session, nobody, keys=KEYS, before=None, limit=9, now=NOON))
    assert {one["code"] for one in listed} == {"SNEAK10", "OURS-4711", bare.id}
    assert town.redeem(bare.code, now=at(1))["state"] == "redeemed", "a till reads what is shown"


def test_agreeing_on_the_page_leaves_a_receipt_and_withdrawing_another(town: Town) -> None:
    device, nobody = browser(town)
    wording = Wording("my-offers-1", "nl")
    for given in (True, True, False, False):
        town.write(partial(say, device_id=device, said={"offers": given}, wording=wording, now=NOON))
    rows = town.read(lambda session: list(session.scalars(select(Consent).order_by(Consent.id))))
    told = [(one.customer_id, one.purpose, one.given, one.text_version, one.language, one.source) for one in rows]
    assert told == [
        (nobody, "offers", True, "my-offers-1", "nl", "web page"),
        (nobody, "offers", False, "my-offers-1", "nl", "web page"),
    ]
    assert town.write(lambda session: say(session, "dev_none", {"offers": True}, wording, now=NOON)).unblock == ()
