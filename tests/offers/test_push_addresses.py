"""Where devices are pushed to: told, told again, taken over, given up; and how lately it must have been heard of."""

from datetime import timedelta
from typing import Any

import pytest
from pydantic import ValidationError

from offers.devices import change_device, own_device, refresh_device, register_device, retire_stale_addresses
from offers.explaining import why
from offers.records.tables import Device
from offers.rules.profile import DeviceBody, DeviceChange
from offers.rules.push_address import STALE_AFTER
from tests.offers.stories import NOON, Town, at, enter

MONTH = timedelta(days=30)


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


@pytest.mark.parametrize(("said", "path"), [({"push_token_kind": "fid"}, "push_token_kind")])
def test_what_is_no_one_address_is_refused_by_its_field(said: dict[str, Any], path: str) -> None:
    for model, more in ((DeviceBody, {"platform": "web"}), (DeviceChange, {})):
        with pytest.raises(ValidationError) as refused:
            model.model_validate(said | more)
        [fault] = refused.value.errors()
        assert path in (*fault["loc"], fault.get("ctx", {}).get("path_within"))


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
