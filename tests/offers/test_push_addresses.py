"""Where devices are pushed to: told, told again, taken over, given up; and how lately it must have been heard of."""

import json
import secrets
from datetime import timedelta
from typing import Any

import pytest
from pydantic import ValidationError
from sqlalchemy import event
from sqlalchemy.orm import Session

from offers.devices import change_device, own_device, refresh_device, register_device, retire_stale_addresses
from offers.errors import BadInput
from offers.explaining import why
from offers.records.database import LOST_A_RACE
from offers.records.queries.devices import device_at, release_address, take_address
from offers.records.tables import Device
from offers.rules.profile import DeviceBody, DeviceChange
from offers.rules.push_address import STALE_AFTER, Address, Subscribing, subscription_address
from offers.rules.push_subscription import PushServices, PushSubscription
from offers.rules.refusals import refusals
from tests.offers.stories import NOON, Town, at, enter

MONTH = timedelta(days=30)
POINT = (
    "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4"  # RFC 8291, appendix A
)


def subscription(
    endpoint: str = "https://fcm.googleapis.com/wp/one", auth: str = "BTBZMqHH6r4Tts7J_aSIgg"
) -> dict[str, Any]:
    return {"endpoint": endpoint, "expirationTime": None, "keys": {"p256dh": POINT, "auth": auth}}


def _change(town: Town, device: str, now: Any = NOON, **said: Any) -> dict[str, Any]:
    body = DeviceChange.model_validate(said)
    return town.write(lambda session: change_device(session, device, body, now=now))


def test_an_address_says_what_it_is_and_when_it_was_heard_of(town: Town) -> None:
    device = town.device(town.customer(), push_token="f1d", push_token_kind="fid")
    item = town.read(lambda session: own_device(session, device))
    assert (item["push"], item["push_kind"], item["push_seen_at"], item["push_retired"]) == (True, "fid", NOON, None)
    assert "f1d" not in repr(item)
    again = _change(town, device, at(5), push_token="f1d", push_token_kind="fid")
    assert again["push_seen_at"] == at(5)
    other = _change(town, device, at(6), push_token="t")
    assert (other["push_kind"], other["push_seen_at"]) == ("token", at(6))
    assert _change(town, device, at(7), locale="de")["push_seen_at"] == at(6)


def test_an_address_that_is_taken_away_was_unsubscribed_and_the_next_begins_anew(town: Town) -> None:
    device = town.phone()
    gone = _change(town, device, at(5), push_token=None)
    assert (gone["push"], gone["push_kind"], gone["push_seen_at"]) == (False, None, None)
    assert gone["push_retired"] == {"at": at(5), "reason": "unsubscribed"}
    assert _change(town, device, at(6), push_token=None)["push_retired"]["at"] == at(5)
    assert _change(town, device, at(7), push_token="t")["push_retired"] is None


def test_whoever_named_it_last_has_it_and_the_other_has_none(town: Town) -> None:
    first, second = town.device(town.customer(), push_token="t"), town.device(push_token="t")
    items = town.read(lambda session: [own_device(session, one) for one in (first, second)])
    assert [(one["push"], one["push_kind"], one["push_seen_at"]) for one in items] == [
        (False, None, None),
        (True, "token", NOON),
    ]


def test_a_refreshed_token_is_a_sign_of_life_of_the_address(town: Town) -> None:
    body = DeviceBody.model_validate({"platform": "ios", "push_token": "t"})
    made = town.write(lambda session: register_device(session, body, trusted=False, now=NOON))
    town.write(lambda session: refresh_device(session, made.refresh_token or "", now=at(9)))
    assert town.read(lambda session: own_device(session, made.device_id))["push_seen_at"] == at(9)


@pytest.mark.parametrize(
    ("said", "path"),
    [
        ({"push_token_kind": "fid"}, "push_token_kind"),
        ({"push_token": "t", "push_token_kind": "apns"}, "push_token_kind"),
        ({"push_token": "t", "push_subscription": subscription()}, "push_subscription"),
        ({"push_subscription": subscription() | {"endpoint": "ftp://nobody"}}, "endpoint"),
        ({"push_subscription": "https://fcm.googleapis.com/wp/a"}, "push_subscription"),
    ],
)
def test_what_is_no_one_address_is_refused_by_its_field(said: dict[str, Any], path: str) -> None:
    for model, more in ((DeviceBody, {"platform": "web"}), (DeviceChange, {})):
        with pytest.raises(ValidationError) as refused:
            model.model_validate(said | more)
        [(told, _)] = refusals(refused.value.errors(), said | more)
        assert told.endswith(path)


@pytest.mark.parametrize(("ago", "outcome"), [(MONTH, "send"), (MONTH + timedelta(seconds=1), "no_reachable_device")])
def test_an_offer_goes_to_no_address_that_was_not_heard_of_for_a_month(
    town: Town, ago: timedelta, outcome: str
) -> None:
    store = town.place("kalverstraat")
    town.campaign()
    device = town.device(town.customer(), now=at(5) - ago)
    town.cross(enter(device, store, 5))
    assert [one for _, _, one in town.outcomes()] == [outcome]


def test_why_counts_only_addresses_that_were_heard_of(town: Town) -> None:
    town.place("kalverstraat")
    town.campaign()
    town.device(town.customer(), now=NOON - MONTH - timedelta(days=1))
    never = town.read(lambda session: why(session, "sanne", "sneakers", now=NOON))["never"]
    reasons = [never["reason"], *(one["reason"] for one in never["also"])]
    assert "no_reachable_device" in reasons


def test_an_address_that_nothing_was_heard_of_for_too_long_is_given_up_once(town: Town) -> None:
    old, new = town.device(town.customer(), now=NOON), town.device(now=NOON + timedelta(seconds=1))
    now = NOON + STALE_AFTER + timedelta(seconds=1)
    assert [town.write(lambda session: retire_stale_addresses(session, now=now)) for _ in range(2)] == [1, 0]
    item = town.read(lambda session: own_device(session, old))
    assert (item["push"], item["push_retired"]) == (False, {"at": now, "reason": "stale"})
    assert town.read(lambda session: session.get_one(Device, new)).push_token is not None


def _browser(town: Town, key: str | None = "our-key", **said: Any) -> str:
    body = DeviceBody.model_validate({"platform": "web", **said})
    ours = Subscribing(vapid_key=key)
    made = town.write(lambda session: register_device(session, body, trusted=False, subscribing=ours, now=NOON))
    return made.device_id


def test_a_browsers_subscription_is_an_address_that_is_bound_to_our_key(town: Town) -> None:
    browser = _browser(town, push_subscription=subscription())
    row = town.read(lambda session: session.get_one(Device, browser))
    assert (row.push_kind, row.push_vapid, row.push_seen_at) == ("web_push", "our-key", NOON)
    assert json.loads(row.push_token or "") == {key: subscription()[key] for key in ("endpoint", "keys")}
    again = DeviceChange.model_validate({"push_subscription": subscription()})
    later = Subscribing(vapid_key="the next key")
    town.write(lambda session: change_device(session, browser, again, subscribing=later, now=at(5)))
    row = town.read(lambda session: session.get_one(Device, browser))
    assert (row.push_vapid, row.push_seen_at) == ("our-key", at(5)), "it was made under the key of then"
    item = _change(town, browser, at(6), push_token="t")
    assert (item["push_kind"], town.read(lambda session: session.get_one(Device, browser)).push_vapid) == (
        "token",
        None,
    )


def test_a_subscription_is_the_same_when_its_keys_are_too(town: Town) -> None:
    """Who knows the endpoint alone takes nobody's messages away: the keys are the browser's secret."""
    first = _browser(town, push_subscription=subscription())
    other = _browser(town, push_subscription=subscription("https://fcm.googleapis.com/wp/One"))
    longer = _browser(town, push_subscription=subscription("https://fcm.googleapis.com/wp/one-more"))
    second = _browser(town, push_subscription=subscription(auth="AAAAAAAAAAAAAAAAAAAAAA"))
    again = _browser(town, push_subscription=subscription())
    items = town.read(lambda session: [own_device(session, one) for one in (first, other, longer, second, again)])
    assert [one["push"] for one in items] == [False, True, True, True, True]


def test_only_a_browser_has_a_subscription_and_only_of_a_service_that_is_known(town: Town) -> None:
    phone = town.phone()
    with pytest.raises(BadInput) as refused:
        _change(town, phone, push_subscription=subscription())
    assert refused.value.faults[0].path == "push_subscription"
    with pytest.raises(BadInput) as refused:
        _browser(town, push_subscription=subscription("https://10.0.0.1/wp/one"))
    assert refused.value.faults[0].path == "push_subscription.endpoint"


def test_who_has_an_address_is_found_by_an_index(town: Town) -> None:
    """Whatever the address is: a visitor who subscribes must not have a million devices looked through."""
    address = subscription_address(PushSubscription.model_validate(subscription()), PushServices())
    device = _browser(town, push_subscription=subscription())
    with town.database.engine.begin() as connection:
        asked: list[tuple[str, Any]] = []

        @event.listens_for(connection, "before_cursor_execute")
        def _note(*arguments: Any) -> None:
            asked.append((arguments[2], arguments[3]))

        with Session(connection) as session:
            assert device_at(session, address) == device
            release_address(session, address, but="another")
            assert device_at(session, address) is None
        event.remove(connection, "before_cursor_execute", _note)
        explain = "EXPLAIN QUERY PLAN" if town.database.is_sqlite else "EXPLAIN"
        if not town.database.is_sqlite:
            connection.exec_driver_sql("SET LOCAL enable_seqscan = off")  # of one row it would rather read all
        assert len(asked) == 3
        for statement, values in asked:
            plan = "\n".join(str(row) for row in connection.exec_driver_sql(f"{explain} {statement}", values))
            assert "ix_devices_push_hash" in plan


def test_an_address_may_be_as_long_as_it_may(town: Town) -> None:
    """PostgreSQL's indexes take no more than 2,704 bytes."""
    longest = secrets.token_hex(2048)
    first, second = town.device(push_token=longest), town.device(push_token=longest)
    rows = town.read(lambda session: [session.get_one(Device, one).push_token for one in (first, second)])
    assert rows == [None, longest]


def test_two_that_name_one_address_at_once_do_not_both_have_it(town: Town) -> None:
    """A page that subscribes twice: without a cookie yet, it would be two people, each with a message."""
    if town.database.is_sqlite:
        pytest.skip("one writes at a time there")
    first, second = town.phone("ben"), town.phone("sanne")
    address = Address("token", "the-same")
    with town.database.transaction() as one, town.database.transaction() as other:
        for session, device in ((one, first), (other, second)):
            take_address(session, session.get_one(Device, device), address, None, at(5))
        one.flush()
        one.commit()
        with pytest.raises(LOST_A_RACE):
            other.flush()
        other.rollback()
    tokens = town.read(lambda session: [session.get_one(Device, key).push_token for key in (first, second)])
    assert tokens[0] == "the-same"
    assert tokens[1] != "the-same"
