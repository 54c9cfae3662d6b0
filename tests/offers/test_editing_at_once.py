"""Many who edit one thing from the same reading of it, with real threads and real locks: one of them wins."""

import threading
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from sqlalchemy.orm import Session

from offers.campaigns import get_campaign, put_campaign
from offers.customers import get_customer, put_customer
from offers.desk_offers import get_offer, put_offer
from offers.desk_settings import change_limits, get_limits
from offers.errors import NotFound
from offers.places import get_place, put_place
from offers.rules.campaign import CampaignBody
from offers.rules.edit import Check
from offers.rules.offer import OfferBody
from offers.rules.place import PlaceBody
from offers.rules.profile import CustomerBody
from tests.offers.stories import LAT, LON, NOON, Town, campaign_body, circle

MANY = 6
Put = Callable[[Session, int, Check], object]


class StaleError(Exception):
    pass


def _place(session: Session, number: int, check: Check) -> object:
    plain = {"name": f"Store {number}", "kind": "store", "lat": LAT, "lon": LON, "time_zone": "Europe/Amsterdam"}
    body = PlaceBody.model_validate({**plain, "geofences": [circle(50 + number)]})
    return put_place(session, "store", body, now=NOON, check=check)


def _customer(session: Session, number: int, check: Check) -> object:
    return put_customer(session, "sanne", CustomerBody(name=f"Sanne {number}"), now=NOON, check=check)


def _campaign(session: Session, number: int, check: Check) -> object:
    body = CampaignBody.model_validate(campaign_body(priority=number))
    return put_campaign(session, "sneakers", body, now=NOON, check=check)


def _limits(session: Session, number: int, check: Check) -> object:
    return change_limits(session, {"hold_out_percent": number}, check=check)


def _offer(session: Session, number: int, check: Check) -> object:
    body = OfferBody.model_validate({"name": "Off", "kind": "percentage", "value": number + 1})
    return put_offer(session, "ten-percent", body, now=NOON, check=check)


EDITS: dict[str, tuple[Put, Callable[[Session], Any]]] = {
    "place": (_place, lambda session: get_place(session, "store")),
    "customer": (_customer, lambda session: get_customer(session, "sanne")),
    "campaign": (_campaign, lambda session: get_campaign(session, "sneakers")),
    "offer": (_offer, lambda session: get_offer(session, "ten-percent")[0]),
    "limits": (_limits, get_limits),
}


def _only_from(expected: Any) -> Check:
    def check(now: Mapping[str, Any] | None) -> None:
        if now != expected:
            raise StaleError

    return check


def _at_once(town: Town, put: Put, expected: Any, first: int = 1) -> int:
    """How many of many edits that were made from the same thing, or from nothing, came through."""
    start = threading.Barrier(MANY)

    def edit(number: int) -> int:
        start.wait()
        try:
            town.write(lambda session: put(session, number, _only_from(expected)))
        except StaleError:
            return 0
        return 1

    with ThreadPoolExecutor(MANY) as pool:
        return sum(pool.map(edit, range(first, first + MANY)))


@pytest.mark.parametrize("name", EDITS)
def test_of_edits_made_from_the_same_thing_one_comes_through(town: Town, name: str) -> None:
    put, read = EDITS[name]
    town.place("kalverstraat")
    town.write(lambda session: put(session, 90, lambda _: None))
    for turn in range(3):
        before = town.read(read)
        assert _at_once(town, put, before, turn * MANY) == 1
        assert town.read(read) != before


@pytest.mark.parametrize("name", ["place", "customer", "campaign", "offer"])
def test_of_many_who_only_want_to_create_one_does(town: Town, name: str) -> None:
    put, read = EDITS[name]
    with pytest.raises(NotFound):
        town.read(read)
    assert _at_once(town, put, None) == 1
    assert town.read(read)
