from functools import partial

import pytest

from offers.customers import get_customer, list_customers, set_consents
from offers.devices import (
    REFRESH_GRACE,
    Registered,
    blocked_devices,
    change_device,
    link_device,
    list_devices,
    own_device,
    refresh_device,
    register_device,
    revoke_device,
)
from offers.errors import BadInput, NotFound
from offers.follows import Follows
from offers.records.tables import Consent, Customer, Device
from offers.rules.profile import ConsentsBody, DeviceBody, DeviceChange
from tests.offers.stories import NOON, TELLS, Town, at, enter

ALL = {"location": True, "offers": True, "orders": True}


def _register(town: Town, *, trusted: bool = False, **more: object) -> Registered:
    body = DeviceBody.model_validate({"platform": "ios", **more})
    return town.write(lambda session: register_device(session, body, trusted=trusted, now=NOON))


def test_an_app_registers_without_a_name_and_its_positions_wait_for_consent(town: Town) -> None:
    made = _register(town)
    assert made.customer_id.startswith("anon_")
    assert made.follows == Follows(
        block={made.device_id: "no_location_consent"}, forget=(made.device_id,), targets={made.device_id: ()}
    )
    assert made.refresh_token is not None
    kept = town.read(lambda session: session.get_one(Device, made.device_id))
    assert made.refresh_token not in repr(vars(kept))
    assert town.read(lambda session: get_customer(session, made.customer_id))["anonymous"] is True


def test_only_a_server_binds_a_device_to_a_customer(town: Town) -> None:
    with pytest.raises(BadInput) as refused:
        _register(town, customer="sanne")
    assert refused.value.faults[0].path == "customer"
    made = _register(town, trusted=True, customer="sanne", consents=ALL)
    assert made.customer_id == "sanne"
    assert made.follows == Follows(unblock=(made.device_id,), targets={made.device_id: ()})
    second = _register(town, trusted=True, customer="sanne")
    assert set(second.follows.unblock) == {made.device_id, second.device_id}
    assert len(town.read(list_customers)[0]) == 1


def test_a_location_app_gets_no_refresh_token(town: Town) -> None:
    made = _register(town, trusted=True, customer="sanne", positions_only=True)
    assert (made.positions_only, made.refresh_token) == (True, None)


def test_a_push_token_belongs_to_whoever_registered_it_last(town: Town) -> None:
    first, second, third = (_register(town, push_token=token).device_id for token in ("t", "t", "u"))
    items = town.read(lambda session: [own_device(session, one) for one in (first, second, third)])
    assert [item["push"] for item in items] == [False, True, True]
    town.tell(third, "t")
    assert town.read(lambda session: session.get_one(Device, second)).push_token is None
    assert town.read(lambda session: session.get_one(Device, third)).push_token == "t"


def test_a_change_touches_what_it_names(town: Town) -> None:
    device = _register(town, push_token="t", locale="nl-NL", app_version="1").device_id
    change = DeviceChange.model_validate({"push_token": None, "app_version": "2"})
    item = town.write(lambda session: change_device(session, device, change, now=at(5)))
    assert (item["push"], item["locale"], item["app_version"], item["updated_at"]) == (False, "nl-NL", "2", at(5))


def test_a_refresh_token_is_good_for_one_new_one_and_a_moment_longer(town: Town) -> None:
    old = _register(town).refresh_token
    assert old is not None
    new = town.write(lambda session: refresh_device(session, old, now=at(5))).refresh_token
    assert new not in (None, old)
    within = town.write(lambda session: refresh_device(session, old, now=at(5) + REFRESH_GRACE)).refresh_token
    assert within is not None
    with pytest.raises(NotFound):
        town.write(lambda session: refresh_device(session, old, now=at(10)))
    assert town.write(lambda session: refresh_device(session, within, now=at(60))).refresh_token
    with pytest.raises(NotFound):
        town.write(lambda session: refresh_device(session, "rt_made-up", now=at(5)))


def test_a_revoked_device_is_good_for_nothing_more(town: Town) -> None:
    made = _register(town, push_token="t", consents=ALL)
    follows = town.write(lambda session: revoke_device(session, made.device_id, now=at(5)))
    assert follows == Follows(block={made.device_id: "revoked"}, forget=(made.device_id,))
    token = made.refresh_token or ""
    for forbidden in (
        lambda session: own_device(session, made.device_id),
        lambda session: revoke_device(session, made.device_id, now=at(6)),
        lambda session: change_device(session, made.device_id, DeviceChange(push_token="x"), now=at(6)),
        lambda session: refresh_device(session, token, now=at(6)),
        lambda session: link_device(session, made.device_id, "sanne", now=at(6)),
    ):
        with pytest.raises(NotFound):
            town.write(forbidden)
    assert town.read(lambda session: list_devices(session, [made.customer_id])) == []
    assert town.read(blocked_devices) == {made.device_id: "revoked"}


def test_a_linked_device_brings_its_consents_and_leaves_its_anonymous_past(town: Town) -> None:
    made = _register(town, consents={"location": True, "offers": True})
    town.customer("sanne", consents=[])
    follows = town.write(lambda session: link_device(session, made.device_id, "sanne", now=at(5)))
    assert follows == Follows(unblock=(made.device_id,), forget=(made.device_id,), targets={made.device_id: ()})
    assert town.read(lambda session: get_customer(session, "sanne"))["consents"] == ALL | {"orders": False}
    receipts = town.read(lambda session: [(one.purpose, one.source, one.at) for one in session.query(Consent)])
    assert sorted(receipts) == [("location", "linked device", NOON), ("offers", "linked device", NOON)]
    assert town.read(lambda session: session.get(Customer, made.customer_id)) is None
    assert town.write(lambda session: link_device(session, made.device_id, "sanne", now=at(6))) == Follows()


def test_a_linked_device_keeps_what_was_shown_when_it_was_agreed_to(town: Town) -> None:
    made = _register(town, consents={"location": {"given": True, "text_version": "7", "language": "nl"}})
    town.write(lambda session: link_device(session, made.device_id, "sanne", now=at(5)))
    kept = town.read(lambda session: [(one.at, one.text_version, one.language) for one in session.query(Consent)])
    assert kept == [(NOON, "7", "nl")]


def test_a_consent_that_was_withdrawn_since_is_not_brought_back_by_a_device(town: Town) -> None:
    made = _register(town, consents={"location": True, "offers": True})
    town.customer("sanne", consents=[])
    town.write(lambda session: set_consents(session, "sanne", ConsentsBody(location=False), source="app", now=at(1)))
    follows = town.write(lambda session: link_device(session, made.device_id, "sanne", now=at(5)))
    assert town.read(lambda session: get_customer(session, "sanne"))["consents"] == {
        "location": False,
        "offers": True,
        "orders": False,
    }
    assert follows.block == {made.device_id: "no_location_consent"}


def test_consent_that_comes_with_a_linked_device_opens_the_customers_other_devices_too(town: Town) -> None:
    town.customer("sanne", consents=[])
    tablet = town.device()
    made = _register(town, consents={"location": True})
    follows = town.write(lambda session: link_device(session, made.device_id, "sanne", now=at(5)))
    assert set(follows.unblock) == {tablet, made.device_id}
    assert follows.forget == (made.device_id,), "the other devices' presence stays"


def test_a_device_links_to_a_customer_whom_nobody_knew_and_never_to_a_second(town: Town) -> None:
    device = _register(town).device_id
    town.write(lambda session: link_device(session, device, "sanne", now=at(5)))
    assert town.read(lambda session: get_customer(session, "sanne"))["anonymous"] is False
    with pytest.raises(BadInput, match="somebody's already"):
        town.write(lambda session: link_device(session, device, "ben", now=at(6)))
    with pytest.raises(NotFound):
        town.write(lambda session: link_device(session, "dev_none", "ben", now=at(6)))


def test_which_devices_are_blocked(town: Town) -> None:
    open_one, closed, ordering = (
        town.device(town.customer(name, consents=consents), push_token=None)
        for name, consents in (("a", ["location"]), ("b", ["offers"]), ("c", ["orders"]))
    )
    assert town.read(blocked_devices) == {closed: "no_location_consent", ordering: "no_location_consent"}
    town.write(lambda session: set_consents(session, "a", ConsentsBody(location=False), source="app", now=at(1)))
    assert open_one in town.read(blocked_devices)


def test_the_devices_in_use_of_some_customers(town: Town) -> None:
    first, second = town.device(town.customer("a")), town.device(town.customer("b"))
    assert [one["device_id"] for one in town.read(lambda session: list_devices(session, ["a", "b"]))] == [first, second]
    assert town.read(lambda session: list_devices(session, [])) == []


def test_coupons_of_a_linked_device_whose_messages_go_with_its_past(town: Town) -> None:
    """Nobody will write down what became of these messages: what waited is given back, and what a sender holds may have left."""
    store = town.place()
    town.offer(budget=9, valid_for="PT1H")
    town.campaign(offer="ten-percent", messages=TELLS)
    phones = [_register(town, push_token=f"token-{number}", consents=ALL).device_id for number in range(2)]
    waiting, held = (town.cross(enter(phone, store, 5)).deliveries for phone in phones)
    town.claim(held, now=at(6))
    town.customer("sanne")
    for phone in phones:
        town.write(partial(link_device, device_id=phone, customer_id="sanne", now=at(7)))
    assert len(waiting) == 1
    assert town.coupon_states() == ["released", "issued"]
    assert town.counts()["spent"] == 1
    assert [one.expires_at for one in town.coupons()] == [None, at(67)]
