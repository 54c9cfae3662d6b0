"""What becomes of a batch is a number of statements that does not grow with it, however different its rows are."""

from itertools import cycle

import pytest

from offers.claiming import LEASE, word_delivery
from offers.coupons import expire_coupons
from offers.customers import erase_customer
from offers.deliveries import Sent, record_outcomes, sweep_deliveries
from offers.push import Outcome
from tests.offers.stories import NOON, TELLS, Town, at, enter

OUTCOMES = [Outcome("sent"), Outcome("failed", "token_dead"), Outcome("unknown", "timeout"), Outcome("failed")]
LINKED = {"en": {"title": "x", "body": "y", "url": "https://example.org/{{ coupon.code }}"}}


def _town_with(town: Town, people: int, *, ends: bool = True) -> list[str]:
    """Everybody gets a message: with and without an offer, a code, a link, an end; in no order."""
    stores = [town.place(f"store-{number}") for number in range(3)]
    for number, (codes, messages) in enumerate(
        [("generated", TELLS), ("none", LINKED | {"en": LINKED["en"] | {"url": "https://example.org"}})]
    ):
        town.offer(f"offer-{number}", codes=codes, **({"valid_for": "PT1H"} if ends or number else {}))
        trigger = {"on": "enter", "places": [f"store-{number}"]}
        town.campaign(f"campaign-{number}", offer=f"offer-{number}", messages=messages, trigger=trigger)
    town.campaign("campaign-2", trigger={"on": "enter", "places": ["store-2"]})
    phones = [town.phone(f"customer-{number:03}") for number in range(people)]
    return town.cross(*(enter(phone, store, 5) for phone, store in zip(phones, cycle(stores), strict=False))).deliveries


def _counted(town: Town, people: int) -> dict[str, int]:
    counts = {}
    ids = _town_with(town, people)
    with town.statements() as seen:
        held = town.claim(ids, now=at(6)).held
    counts["claim"] = len(seen)
    results = [
        Sent(one.delivery_id, one.language, word_delivery(one)[1], outcome)
        for one, outcome in zip(held, cycle(OUTCOMES), strict=False)
    ]
    with town.statements() as seen:
        town.write(lambda session: record_outcomes(session, "sender-1", results, now=at(7)))
    counts["record"] = len(seen)
    with town.statements() as seen:
        assert town.write(lambda session: expire_coupons(session, now=at(90))) > 0
    counts["expire"] = len(seen)
    return counts


@pytest.mark.parametrize("step", ["claim", "record", "expire"])
def test_statements_do_not_grow_with_a_mixed_batch(town: Town, step: str) -> None:
    counts = _counted(town, 96)
    assert counts[step] <= 24, counts


def test_a_sweep_and_what_is_taken_back(town: Town) -> None:
    ids = _town_with(town, 96)
    town.claim(ids[:48], now=at(6))
    with town.statements() as seen:
        town.write(lambda session: sweep_deliveries(session, now=at(6) + 2 * LEASE))
    assert len(seen) <= 12
    with town.statements() as seen:
        assert town.claim(ids[48:], now=at(600)).held == []
    assert len(seen) <= 26  # with what the texts name, and what became of sibling messages
    with town.statements() as seen:
        town.write(lambda session: erase_customer(session, "customer-000", now=NOON))
    assert len(seen) <= 13  # with what was put by for them
