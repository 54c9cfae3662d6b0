"""Messages about an order, agreed to on its page. Who has the page's address may not be its customer: they are told of this order, and get nothing else."""

import re
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from offers import order_browsers, visitors
from offers.claiming import word_delivery
from offers.customers import set_consents
from offers.devices import link_device
from offers.errors import NotFound
from offers.order_browsers import MOST_BROWSERS, Messages, Wording
from offers.pickups import put_order
from offers.records.queries.browsers import browser_by_id, new_browser
from offers.records.queries.customers import customers_locked, reachable_devices
from offers.records.tables import Consent, Customer, Delivery, Device
from offers.rules.order import OrderBody
from offers.rules.profile import ConsentsBody
from offers.rules.push_address import Address
from tests.offers.pickups import KILOMETRE, Pickups, fence
from tests.offers.stories import KEYS, LAT, NOON, Town, at, circle, enter

TEXT = Wording("messages-3", "nl")


def address(name: str) -> Address:
    return Address("web_push", f'{{"endpoint":"https://push.example/{name}"}}')


@pytest.fixture(autouse=True)
def store(town: Town) -> str:
    town.limits(quiet_hours=None)
    town.customer(consents=())
    return town.place()


def put(town: Town, status: str = "placed", order: str = "A-1", minute: float = 0, customer: str = "sanne") -> Any:
    body = OrderBody.model_validate({"customer": customer, "place": "kalverstraat", "status": status})
    return town.write(lambda session: put_order(session, order, body, keys=KEYS, now=at(minute)))[2].deliveries


def say(town: Town, given: bool, *, device: str | None = None, order: str = "A-1", minute: float = 1) -> str:
    return town.write(
        lambda session: order_browsers.say_of_messages(
            session, order, device, given=given, wording=TEXT, now=at(minute)
        )
    )[0]


def tell(town: Town, name: str = "phone", order: str = "A-1", minute: float = 2) -> str | None:
    def work(session: Any) -> str | None:
        told, _ = order_browsers.tell_this_browser(
            session, order, address(name), language="nl", vapid_key="key", now=at(minute)
        )
        return told.id if told else None

    return town.write(work)


def messages(town: Town, device: str | None = None, order: str = "A-1") -> Messages:
    return town.read(lambda session: order_browsers.messages_of(session, order, device, now=at(5)))


def consents(town: Town) -> list[tuple[str, bool, str | None, str | None]]:
    return town.read(
        lambda session: [
            (one.purpose, one.given, one.text_version, one.source)
            for one in session.scalars(select(Consent).order_by(Consent.id))
        ]
    )


def own_browser(town: Town, customer: str = "sanne") -> str:
    def make(session: Any) -> str:
        customers_locked(session, [customer])
        return new_browser(session, "nl", NOON, customer).id

    return town.write(make)


def deliveries(town: Town) -> list[Delivery]:
    return town.read(lambda session: list(session.scalars(select(Delivery).order_by(Delivery.id))))


def test_agreed_on_the_page_and_told_in_that_browser(town: Town) -> None:
    put(town)
    assert messages(town) == Messages(agreed=False, may_agree=True, own=False, elsewhere=False)
    assert tell(town) is None, "nobody agreed"
    assert say(town, True) == "given"
    assert consents(town) == [("orders", True, "messages-3", "page")]
    assert say(town, True) == "again"
    browser = tell(town)
    assert browser is not None
    assert tell(town) == browser, "twice is once"
    [delivery] = put(town, "ready", minute=3)
    assert town.send([delivery], now=at(4)) == ["Je bestelling ligt klaar"]
    assert [one.device_id for one in deliveries(town)] == [browser]


def test_who_agrees_when_it_is_ready_already_is_told_once_in_that_browser(town: Town) -> None:
    assert put(town, "ready") == ()
    assert say(town, True) == "given"
    assert deliveries(town) == [], "nothing can be reached"
    browser = tell(town)
    assert [(one.moment, one.device_id, one.state) for one in deliveries(town)] == [("ready", browser, "queued")]
    tell(town, "another", minute=3)
    assert put(town, "ready", minute=4) == ()
    assert len(deliveries(town)) == 1


def test_who_agrees_in_their_own_browser_is_told_at_once_of_each_order_that_waits(town: Town) -> None:
    town.device(platform="android", push_token="t")
    put(town, "ready")
    put(town, "ready", "A-2")
    put(town, "placed", "A-3")
    put(town, "arrived", "A-4")
    put(town, "collected", "A-5")
    assert say(town, True) == "given"
    assert sorted((one.order_id, one.moment) for one in deliveries(town)) == [("A-1", "ready"), ("A-2", "ready")]
    say(town, False)
    say(town, True)
    assert len(deliveries(town)) == 2


def test_a_withdrawal_is_in_force_at_once(town: Town) -> None:
    put(town)
    say(town, True)
    tell(town)
    [delivery] = put(town, "ready", minute=3)
    assert say(town, False, minute=3.5) == "withdrawn"
    assert town.send([delivery], now=at(4)) == []
    assert consents(town)[-1] == ("orders", False, "messages-3", "page")
    assert say(town, True, minute=5) == "given", "what was withdrawn here may be given here"


def test_it_withdraws_nothing_else(town: Town) -> None:
    town.customer(consents=("location", "offers", "orders"))
    put(town)
    assert say(town, False) == "withdrawn"
    row = town.read(lambda session: session.get_one(Customer, "sanne"))
    assert (row.location, row.offers, row.orders) == (True, True, False)


def test_positions_are_covered_while_the_order_is_open_and_no_longer(town: Town) -> None:
    phone = town.device()
    put(town)
    follows = town.write(
        lambda session: order_browsers.say_of_messages(session, "A-1", None, given=True, wording=TEXT, now=at(1))
    )[1]
    assert phone in follows.unblock
    follows = town.write(
        lambda session: order_browsers.say_of_messages(session, "A-1", None, given=False, wording=TEXT, now=at(2))
    )[1]
    assert (follows.block, follows.forget) == ({phone: "no_location_consent"}, (phone,))


def test_who_said_no_elsewhere_is_not_made_to_say_yes_by_an_address(town: Town) -> None:
    town.customer(consents=("orders",))
    body = ConsentsBody.model_validate({"orders": False})
    town.write(lambda session: set_consents(session, "sanne", body, source="device", now=at(0)))
    put(town)
    assert not messages(town).may_agree
    assert say(town, True) == "refused_elsewhere"
    browser = own_browser(town)
    assert messages(town, browser).may_agree
    assert say(town, True, device=browser, minute=2) == "given"
    assert consents(town)[-1] == ("orders", True, "messages-3", "web page")
    assert say(town, False, device=browser, minute=3) == "withdrawn"
    assert say(town, True, minute=4) == "refused_elsewhere", "their own browser said no, not the page's holder"


@pytest.mark.parametrize("status", ["collected", "cancelled"])
def test_nothing_is_agreed_to_for_an_order_that_is_over(town: Town, status: str) -> None:
    put(town)
    put(town, status, minute=0.5)
    assert say(town, True) == "closed"
    town.customer(consents=("orders",))
    assert tell(town) is None
    assert say(town, False) == "withdrawn", "no is always taken"


def test_the_browser_opens_nothing_of_the_customers(town: Town) -> None:
    """Its device leads no cookie anywhere, takes no offers and no other order's messages, and can not be given away."""
    put(town)
    put(town, order="A-2")
    say(town, True)
    browser = tell(town)
    assert browser is not None
    assert town.read(lambda session: browser_by_id(session, browser)) is None
    assert town.read(lambda session: visitors.find_visitor(session, browser)) is None
    assert town.read(lambda session: [reachable_devices(session, ["sanne"], at(3), kind) for kind in ("offer", "order", "reply")]) == [{}, {}, {}]  # fmt: skip
    assert put(town, "ready", "A-2", 3) == (), "of the other order nobody is told"
    assert len(put(town, "ready", "A-1", 3)) == 1
    with pytest.raises(NotFound):
        town.write(lambda session: link_device(session, browser, "ben", now=at(4)))


def test_its_address_opens_no_other_door(town: Town) -> None:
    """Whoever has attached a browser by a leaked address asks the visitors' doors with the same subscription."""
    put(town)
    say(town, True)
    browser = tell(town)
    text = visitors.Wording("messages-3", "nl")
    made, _ = town.write(
        lambda session: visitors.subscribe(
            session, None, address("phone"), {"offers": True}, text, vapid_key="key", now=at(3)
        )
    )
    assert (made.device_id != browser, made.shared) == (True, False), "a person whom nobody knows"
    row = town.read(lambda session: session.get_one(Customer, "sanne"))
    assert (row.offers, row.anonymous) == (False, False)
    tell(town, "other", minute=4)
    with pytest.raises(NotFound):
        town.write(lambda session: visitors.renew(session, None, None, address("other"), vapid_key="key", now=at(5)))
    town.write(
        lambda session: visitors.switch_off(session, None, address("other"), ["orders", "offers"], text, now=at(5))
    )
    assert town.read(lambda session: session.get_one(Customer, "sanne")).orders is True


def test_nobodys_messages_are_taken_away(town: Town) -> None:
    """An address that is a device's already stays that device's; and the customer's own devices come first."""
    put(town)
    say(town, True)
    text = visitors.Wording("messages-3", "nl")
    town.write(
        lambda session: visitors.subscribe(
            session, None, address("mine"), {"orders": True}, text, vapid_key="key", now=at(1)
        )
    )
    assert tell(town, "mine") is None
    assert tell(town, "strange") is not None
    phone = town.device(now=NOON - timedelta(days=3))
    assert messages(town).elsewhere
    put(town, "ready", minute=3)
    assert [one.device_id for one in deliveries(town)] == [phone], "though it was seen long before"


def test_few_browsers_are_told_of_an_order(town: Town) -> None:
    put(town)
    say(town, True)
    told = [tell(town, f"phone-{number}", minute=2 + number) for number in range(MOST_BROWSERS + 1)]
    assert (None not in told[:-1], told[-1]) == (True, None)


def test_switched_off_and_known_again(town: Town) -> None:
    put(town)
    say(town, True)
    browser = tell(town)

    def is_told(name: str, old: str | None = None) -> bool:
        before = address(old) if old else None
        return town.write(
            lambda session: order_browsers.is_told(session, "A-1", before, address(name), vapid_key="key", now=at(3))
        )

    assert [is_told("phone"), is_told("nobody")] == [True, False]
    assert is_told("renewed", old="phone")
    town.write(lambda session: order_browsers.tell_no_more(session, "A-1", address("renewed"), now=at(4)))
    assert not is_told("renewed")
    assert put(town, "ready", minute=5) == ()
    assert town.read(lambda session: session.get_one(Device, str(browser))).push_retired_reason == "unsubscribed"


def test_it_goes_along_when_the_orders_customer_becomes_known(town: Town) -> None:
    """The shop links the browser that the order was made in: the order, and who is told of it, are the known customer's."""
    made = town.write(lambda session: new_browser(session, "nl", NOON).id)
    anonymous = town.read(lambda session: session.get_one(Device, made).customer_id)
    put(town, customer=anonymous)
    say(town, True)
    browser = tell(town)
    town.write(lambda session: link_device(session, made, "ben", now=at(3)))
    assert town.read(lambda session: session.get(Customer, anonymous)) is None
    assert town.read(lambda session: session.get_one(Device, str(browser))).customer_id == "ben"
    assert len(put(town, "ready", customer="ben", minute=4)) == 1


def test_on_and_off_again_makes_no_row_each_time(town: Town) -> None:
    """Who has the address may do that all day, under another subscription each time."""
    put(town, "ready")
    assert say(town, given=True) == "given"
    for number in range(MOST_BROWSERS + 3):
        assert tell(town, f"browser-{number}", minute=2 + number)
        here, now = address(f"browser-{number}"), at(2.5 + number)
        town.write(lambda session, here=here, now=now: order_browsers.tell_no_more(session, "A-1", here, now=now))  # type: ignore[misc]
    assert town.read(lambda session: len(session.scalars(select(Device)).all())) == 1
    assert tell(town, minute=20), "and one that comes then is told"


def test_who_only_has_the_address_reads_nowhere_how_far_the_customer_is(database: Any) -> None:
    """Their phone tells positions and takes no messages; whoever was given the address takes those of the order."""
    walk = Pickups(database)
    phone = walk.device(walk.customer(consents=("orders",)), push_token=None)
    walk.place("kalverstraat", [circle(), circle(400, "approach", None)], pickup=True)
    walk.place("damrak", [walk.round(1)], lat=LAT + KILOMETRE)
    put(walk, "ready")
    browser = tell(walk)
    assert browser
    ring = fence(walk, "kalverstraat", "approach")
    near = walk.cross(replace(enter(phone, ring, 5), distance_m=300)).deliveries
    [held] = walk.claim(near, now=at(5)).held
    words = word_delivery(held)[1]
    assert held.device_id == browser
    assert not re.search(r"\d\s*k?m\b", f"{words.title} {words.body}"), words
    assert not walk.cross(enter(phone, fence(walk, "damrak"), 9)).deliveries, (
        "that they are at another store is theirs to know"
    )
