import pytest

from offers.customers import erase_customer, get_customer, list_customers, put_customer, set_consents
from offers.errors import NotFound
from offers.follows import Follows
from offers.records.tables import Consent
from offers.rules.profile import ConsentsBody, CustomerBody
from tests.offers.stories import NOON, Town, at, enter

NONE = {"location": False, "offers": False, "orders": False}


def test_a_profile_is_created_and_then_replaced_as_a_whole(town: Town) -> None:
    body = CustomerBody.model_validate(
        {"name": "Sanne", "sizes": {"shoes": 38.5}, "attributes": {"vip": True}, "tags": ["a"]}
    )
    item, created, follows = town.write(lambda session: put_customer(session, "sanne", body, now=NOON))
    assert (created, follows) == (True, Follows())
    assert (item["name"], item["sizes"], item["attributes"], item["tags"]) == (
        "Sanne",
        {"shoes": 38.5},
        {"vip": True},
        ["a"],
    )
    assert item["consents"] == NONE
    item, created, _ = town.write(
        lambda session: put_customer(session, "sanne", CustomerBody(language="nl"), now=at(5))
    )
    assert created is False
    assert (item["name"], item["language"], item["sizes"], item["tags"]) == (None, "nl", {}, [])
    assert (item["created_at"], item["updated_at"]) == (NOON, at(5))
    assert town.read(lambda session: get_customer(session, "sanne")) == item


def test_consents_that_are_not_named_stay_as_they_are(town: Town) -> None:
    town.customer("sanne", consents=["location", "offers"])
    phone = town.device()
    body = CustomerBody(consents=ConsentsBody(orders=True))
    item, _, follows = town.write(lambda session: put_customer(session, "sanne", body, now=at(5)))
    assert item["consents"] == {"location": True, "offers": True, "orders": True}
    assert follows == Follows(unblock=(phone,), targets={phone: ()})


def test_every_word_about_consent_is_kept_as_a_receipt(town: Town) -> None:
    town.customer("sanne", consents=["location"])
    said = ConsentsBody.model_validate(
        {"location": {"given": False, "text_version": "v2", "language": "nl", "source": "till"}}
    )
    now, _ = town.write(lambda session: set_consents(session, "sanne", said, source="app", now=at(5)))
    assert now == NONE
    receipts = town.read(lambda session: list(session.query(Consent).order_by(Consent.at)))
    assert [(one.given, one.at, one.source, one.text_version, one.language) for one in receipts] == [
        (True, NOON, "server", None, None),
        (False, at(5), "till", "v2", "nl"),
    ]


def test_offers_withdrawn_leaves_the_location_alone(town: Town) -> None:
    fence = town.place()
    phone = town.phone()
    town.cross(enter(phone, fence, 1))
    body = ConsentsBody(offers=False)
    _, follows = town.write(lambda session: set_consents(session, "sanne", body, source="app", now=at(5)))
    assert follows == Follows(unblock=(phone,), targets={phone: ()})
    assert [stay.left_at for stay in town.stays()] == [None]


def test_erasing_says_what_is_to_be_blocked_and_forgotten(town: Town) -> None:
    town.place()
    town.campaign()
    phone, tablet = town.phone(), town.device()
    follows = town.write(lambda session: erase_customer(session, "sanne", now=NOON))
    assert follows.block == {phone: "revoked", tablet: "revoked"}
    assert set(follows.forget) == {phone, tablet}
    assert town.read(lambda session: session.query(Consent).count()) == 0


def test_who_is_not_there(town: Town) -> None:
    with pytest.raises(NotFound):
        town.read(lambda session: get_customer(session, "nobody"))
    with pytest.raises(NotFound):
        town.write(lambda session: erase_customer(session, "nobody", now=NOON))
    with pytest.raises(NotFound):
        town.write(lambda session: set_consents(session, "nobody", ConsentsBody(offers=True), source="app", now=NOON))


def test_the_list_goes_page_by_page(town: Town) -> None:
    for name in ("c", "a", "b"):
        town.customer(name)
    items, cursor = town.read(lambda session: list_customers(session, limit=2))
    assert ([one["id"] for one in items], cursor) == (["a", "b"], "b")
    items, cursor = town.read(lambda session: list_customers(session, after="b", limit=2))
    assert ([one["id"] for one in items], cursor) == (["c"], None)
    assert town.read(lambda session: list_customers(session, limit=3))[1] is None


def test_a_withdrawal_leaves_an_exit_with_its_reason_and_tells_it(town: Town) -> None:
    """Or a live page would show the person inside for ever."""
    store, phone = town.place(), town.phone()
    town.cross(enter(phone, store, 5))
    body = ConsentsBody(location=False)
    _, follows = town.write(lambda session: set_consents(session, "sanne", body, source="device", now=at(6)))
    assert town.transitions() == [("enter", at(5)), ("exit", at(6))]
    assert [(one["kind"], one["reason"]) for one in follows.happened] == [("exit", "consent_withdrawn")]
    assert follows.block == {phone: "no_location_consent"}
