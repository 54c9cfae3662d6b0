"""Stories of one store: 100 m around Kalverstraat 102, a dwell of one minute, and phones that come and go."""

import pytest

from geofences.presence import Inside
from offers.arrivals import memberships_of
from offers.customers import erase_customer, set_consents
from offers.devices import link_device, register_device, revoke_device
from offers.places import get_place
from offers.records.tables import Order
from offers.rules.profile import ConsentsBody, DeviceBody
from tests.offers.stories import (
    NOON,
    Town,
    at,
    circle,
    come_back,
    dwell,
    enter,
    fall_silent,
    leave,
)


@pytest.fixture
def store(town: Town) -> str:
    """The premises of a store with a live campaign for whoever enters."""
    fence = town.place()
    town.campaign()
    return fence


def test_who_walks_in_is_inside_visits_and_gets_one_push(town: Town, store: str) -> None:
    phone = town.phone()
    arrived = town.cross(enter(phone, store, 5))
    assert arrived.memberships == {phone: {store: Inside(since=at(5).timestamp())}}
    assert town.visits() == [(at(5), None)]
    assert town.outcomes() == [("sneakers", "enter", "send")]
    assert [one["id"] for one in town.deliveries()] == arrived.deliveries
    assert [one["type"] for one in arrived.happened] == ["transition", "decision"]


def test_who_walks_out_again_is_inside_nothing(town: Town, store: str) -> None:
    phone = town.phone()
    town.cross(enter(phone, store, 5))
    arrived = town.cross(leave(phone, store, 25))
    assert arrived.memberships == {phone: {}}
    assert town.visits() == [(at(5), at(25))]
    assert town.transitions() == [("enter", at(5)), ("exit", at(25))]


def test_a_second_visit_is_a_second_moment(town: Town, store: str) -> None:
    phone = town.phone()
    town.cross(enter(phone, store, 5))
    town.cross(leave(phone, store, 25))
    town.cross(enter(phone, store, 60))
    assert town.visits() == [(at(5), at(25)), (at(60), None)]
    assert town.outcomes() == [("sneakers", "enter", "send")] * 2


def test_two_phones_of_one_customer_are_one_visit_and_one_push(town: Town, store: str) -> None:
    town.campaign("bye", "exit")
    phone, tablet = town.phone(), town.device()
    town.cross(enter(phone, store, 5))
    town.cross(enter(tablet, store, 6))
    assert len(town.stays()) == 2
    assert town.visits() == [(at(5), None)]
    assert [one["device_id"] for one in town.deliveries()] == [phone]
    town.cross(leave(phone, store, 20))
    assert town.visits() == [(at(5), None)]
    assert ("bye", "exit", "send") not in town.outcomes()
    town.cross(leave(tablet, store, 30))
    assert town.visits() == [(at(5), at(30))]
    assert ("bye", "exit", "send") in town.outcomes()


def test_a_visit_lasts_from_the_first_phone_in_to_the_last_phone_out_by_the_phones_own_times(
    town: Town, store: str
) -> None:
    """Silence is noticed late: what it ends may have ended before something that is known already."""
    phone, tablet = town.phone(), town.device()
    town.cross(enter(phone, store, 5))
    town.cross(enter(tablet, store, 3))
    town.cross(leave(tablet, store, 30))
    town.cross(fall_silent(phone, store, 20), now=at(40))
    assert town.visits() == [(at(3), at(30))]


def test_back_after_a_jump_goes_on_with_the_visit_and_pushes_nothing(town: Town, store: str) -> None:
    phone = town.phone()
    town.cross(enter(phone, store, 0))
    for minute in range(1, 9, 2):
        town.cross(leave(phone, store, minute, "jumped"))
        assert town.cross(come_back(phone, store, minute + 1)).deliveries == []
    assert town.visits() == [(at(0), None)]
    assert town.outcomes() == [("sneakers", "enter", "send")]


def test_back_after_silence_reopens_the_stay_and_its_visit_and_pushes_nothing(town: Town, store: str) -> None:
    phone = town.phone()
    town.cross(enter(phone, store, 5), dwell(phone, store, 7))
    town.cross(fall_silent(phone, store, 10), now=at(25))
    assert town.visits() == [(at(5), at(10))]
    arrived = town.cross(come_back(phone, store, 40))
    assert arrived.memberships == {phone: {store: Inside(since=at(5).timestamp(), dwelled=True)}}
    assert arrived.deliveries == []
    assert town.visits() == [(at(5), None)]
    assert town.outcomes() == [("sneakers", "enter", "send")]


def test_back_after_silence_joins_the_visit_that_another_phone_began_meanwhile(town: Town, store: str) -> None:
    phone, tablet = town.phone(), town.device()
    town.cross(enter(phone, store, 5))
    town.cross(fall_silent(phone, store, 10), now=at(25))
    town.cross(enter(tablet, store, 30))
    town.cross(come_back(phone, store, 40))
    town.cross(leave(tablet, store, 50))
    assert town.visits() == [(at(5), at(10)), (at(30), None)]
    town.cross(leave(phone, store, 60))
    assert town.visits()[1] == (at(30), at(60))


def test_back_after_silence_at_a_landmark_leaves_one_moment_for_all_phones(town: Town) -> None:
    station = town.place("centraal", kind="landmark", geofences=[circle(role="other", dwell_s=None)])
    town.campaign("bye", trigger={"on": "exit", "role": "other"})
    phone, tablet = town.phone(), town.device()
    town.cross(enter(phone, station, 5))
    town.cross(fall_silent(phone, station, 10), now=at(25))
    town.cross(enter(tablet, station, 30))
    town.cross(come_back(phone, station, 40))
    sent_before = len(town.deliveries())
    town.cross(leave(tablet, station, 50))
    assert len(town.deliveries()) == sent_before
    town.cross(leave(phone, station, 60))
    assert len(town.deliveries()) == sent_before + 1


def test_a_return_of_which_nothing_is_known_is_an_enter(town: Town, store: str) -> None:
    phone = town.phone()
    town.cross(come_back(phone, store, 5))
    assert town.outcomes() == [("sneakers", "enter", "send")]


def test_dwell_happens_once_a_stay_and_never_outside(town: Town, store: str) -> None:
    town.campaign("stay-a-while", "dwell")
    phone = town.phone()
    town.cross(dwell(phone, store, 4))
    assert town.outcomes() == []
    town.cross(enter(phone, store, 5), dwell(phone, store, 6), dwell(phone, store, 7))
    assert town.transitions() == [("enter", at(5)), ("dwell", at(6))]
    assert town.outcomes() == [("sneakers", "enter", "send"), ("stay-a-while", "dwell", "send")]


def test_an_exit_from_before_the_enter_is_stale(town: Town, store: str) -> None:
    phone = town.phone()
    town.cross(enter(phone, store, 5))
    assert town.cross(leave(phone, store, 4), now=at(6)).memberships[phone]


def test_only_premises_of_stores_make_visits(town: Town) -> None:
    town.place(geofences=[circle(), circle(400, "approach")])
    fences = town.fences("kalverstraat")
    town.campaign("nearby", trigger={"on": "enter", "role": "approach"})
    phone, tablet = town.phone(), town.device()
    town.cross(enter(phone, fences["approach"], 1), enter(tablet, fences["approach"], 2))
    assert town.visits() == []
    assert town.outcomes() == [("nearby", "enter", "send")]
    town.cross(enter(phone, fences["premises"], 5))
    assert town.visits() == [(at(5), None)]


def test_a_customer_in_two_premises_of_one_store_is_there_until_out_of_both(town: Town) -> None:
    town.place(geofences=[circle(), circle(50)])
    town.campaign()
    first, second = sorted(_fence_ids(town))
    phone = town.phone()
    town.cross(enter(phone, first, 5), enter(phone, second, 6))
    town.cross(leave(phone, first, 10))
    assert town.visits() == [(at(5), None)]
    town.cross(leave(phone, second, 12))
    assert town.visits() == [(at(5), at(12))]
    assert town.outcomes() == [("sneakers", "enter", "send")]


def _fence_ids(town: Town) -> list[str]:
    return [fence["id"] for fence in town.read(lambda session: get_place(session, "kalverstraat"))["geofences"]]


def test_a_geofence_that_is_drawn_around_somebody_pushes_nothing(town: Town, store: str) -> None:
    phone = town.phone()
    town.campaign("stays", "dwell")
    arrived = town.cross(enter(phone, store, 5, reason="geofence_created"))
    assert arrived.memberships[phone][store].dwelled, "presence would tell of a dwell that nobody is to hear of"
    town.cross(dwell(phone, store, 7))
    assert town.transitions() == [("enter", at(5))]
    assert town.visits() == [(at(5), None)]
    assert town.outcomes() == []


def test_a_geofence_that_moves_away_closes_the_stay_with_a_reason_and_pushes_nothing(town: Town, store: str) -> None:
    town.campaign("bye", "exit")
    phone = town.phone()
    town.cross(enter(phone, store, 5))
    town.place(geofences=[circle(50)], now=at(10))
    arrived = town.cross(leave(phone, store, 11, reason="geofence_changed"))
    assert arrived.memberships == {phone: {}}
    assert [(stay.left_at, stay.left_reason) for stay in town.stays()] == [(at(10), "geofence_changed")]
    assert town.visits() == [(at(5), at(10))]
    assert town.outcomes() == [("sneakers", "enter", "send")]
    assert town.transitions() == [("enter", at(5)), ("exit", at(10))]


def test_an_exit_that_an_edit_caused_pushes_nothing_even_where_the_stay_was_still_open(town: Town, store: str) -> None:
    town.campaign("bye", "exit")
    phone = town.phone()
    town.cross(enter(phone, store, 5))
    town.cross(leave(phone, store, 9, reason="geofence_changed"))
    assert [(stay.left_at, stay.left_reason) for stay in town.stays()] == [(at(9), "geofence_changed")]
    assert town.outcomes() == [("sneakers", "enter", "send")]


def test_nobody_enters_a_geofence_that_is_gone(town: Town, store: str) -> None:
    phone = town.phone()
    town.place(geofences=[circle(50)], now=at(4))
    assert town.cross(enter(phone, store, 5)).memberships == {phone: {}}
    assert town.cross(enter(phone, "gf_nowhere", 6)).memberships == {phone: {}}


def test_withdrawn_consent_ends_the_stays_at_once(town: Town, store: str) -> None:
    phone, tablet = town.phone(), town.device()
    town.cross(enter(phone, store, 5), enter(tablet, store, 6))
    body = ConsentsBody(location=False)
    _, follows = town.write(lambda session: set_consents(session, "sanne", body, source="app", now=at(10)))
    assert {(stay.left_at, stay.left_reason) for stay in town.stays()} == {(at(10), "consent_withdrawn")}
    assert town.visits() == [(at(5), at(10))]
    assert follows.block == {phone: "no_location_consent", tablet: "no_location_consent"}
    assert set(follows.forget) == {phone, tablet}
    arrived = town.cross(enter(phone, store, 11))
    assert arrived.gone == {phone}
    assert arrived.memberships == {}
    assert len(town.stays()) == 2


def test_an_open_order_covers_the_position_but_no_visit_and_no_offer(town: Town, store: str) -> None:
    phone = town.phone(consents=["offers", "orders"])
    assert town.cross(enter(phone, store, 5)).gone == {phone}
    order = Order(
        id="o-1", customer_id="sanne", place_id="kalverstraat", status="ready", items=[], history=[],
        created_at=NOON, updated_at=NOON,
    )  # fmt: skip
    town.write(lambda session: session.add(order))
    arrived = town.cross(enter(phone, store, 6))
    assert arrived.memberships[phone].keys() == {store}
    assert [stay.for_orders for stay in town.stays()] == [True]
    assert town.visits() == []
    assert town.outcomes() == [], "a decision would say where they were"
    assert arrived.happened == []
    assert arrived.deliveries == []


def test_devices_that_nobody_knows_or_that_are_revoked_are_gone(town: Town, store: str) -> None:
    phone, tablet = town.phone(), town.device()
    town.write(lambda session: revoke_device(session, tablet, now=at(1)))
    arrived = town.cross(enter(phone, store, 5), enter(tablet, store, 5), enter("dev_nobody", store, 5))
    assert arrived.gone == {tablet, "dev_nobody"}
    assert arrived.memberships.keys() == {phone}


def test_a_revoked_phone_leaves_and_the_visit_goes_on_with_the_other(town: Town, store: str) -> None:
    phone, tablet = town.phone(), town.device()
    town.cross(enter(phone, store, 5), enter(tablet, store, 6))
    town.write(lambda session: revoke_device(session, phone, now=at(10)))
    assert town.visits() == [(at(5), None)]
    town.write(lambda session: revoke_device(session, tablet, now=at(12)))
    assert town.visits() == [(at(5), at(12))]


def test_an_erased_customer_leaves_nothing_behind(town: Town, store: str) -> None:
    phone = town.phone()
    town.cross(enter(phone, store, 5))
    town.write(lambda session: erase_customer(session, "sanne", now=NOON))
    assert town.everything() == [[], [], [], [], []]
    assert town.cross(leave(phone, store, 6)).gone == {phone}


def test_what_a_device_did_before_it_was_linked_is_not_carried_over(town: Town, store: str) -> None:
    body = DeviceBody.model_validate(
        {"platform": "android", "push_token": "t", "consents": {"location": True, "offers": True}}
    )
    phone = town.write(lambda session: register_device(session, body, trusted=False, now=NOON)).device_id
    second = town.write(lambda session: register_device(session, body, trusted=False, now=NOON)).device_id
    for one in (phone, second):
        town.cross(enter(one, store, 5), fall_silent(one, store, 10))
    town.customer("sanne")
    town.write(lambda session: link_device(session, phone, "sanne", now=at(12)))
    town.cross(come_back(phone, store, 20))
    assert town.visits("sanne") == [(at(20), None)]


def test_the_presences_are_rebuilt_from_the_open_stays(town: Town, store: str) -> None:
    phone, tablet, gone = town.phone(), town.device(), town.phone("ben")
    town.cross(enter(phone, store, 5), dwell(phone, store, 6), enter(tablet, store, 7))
    town.cross(enter(gone, store, 5), leave(gone, store, 6))
    everybody = {
        phone: {store: Inside(since=at(5).timestamp(), dwelled=True)},
        tablet: {store: Inside(since=at(7).timestamp())},
    }
    assert town.read(memberships_of) == everybody
    assert town.read(lambda session: memberships_of(session, [tablet, gone])) == {tablet: everybody[tablet]}
    assert town.read(lambda session: memberships_of(session, [])) == {}
