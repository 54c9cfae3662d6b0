"""A link from the brand's app lets one browser in, once; and what is over is purged."""

from datetime import datetime
from functools import partial

import pytest
from sqlalchemy import select

from offers import recognising
from offers.errors import NotFound
from offers.recognising import Recognised
from offers.records.tables import PageLink, PhoneCode, Scan
from tests.at_once import at_once
from tests.offers.scanned import hang, scan
from tests.offers.stories import KEYS, NOON, Town, at
from tests.offers.test_recognising import PHONE, ask, count, row


@pytest.fixture
def page(town: Town) -> str:
    town.place()
    town.customer("sanne", phone=PHONE)
    return scan(town, hang(town))


def link(town: Town, customer: str = "sanne") -> str:
    return town.write(lambda session: recognising.make_link(session, customer, now=NOON)).token


def follow(town: Town, token: str, seen: str | None = None, *, now: datetime = NOON) -> Recognised | None:
    return town.write(lambda session: recognising.follow_link(session, token, seen, language="nl", keys=KEYS, now=now))


def test_a_link_is_good_once_and_for_five_minutes(town: Town, page: str) -> None:
    token = link(town)
    kept = town.read(lambda session: session.scalars(select(PageLink)).one())
    assert token not in kept.mark
    made = follow(town, token, page)
    assert made is not None
    assert (made.customer_id, made.scan_id) == ("sanne", page)
    assert row(town, Scan, page).customer_id == "sanne"
    assert follow(town, token, page) is None
    late = link(town)
    assert follow(town, late, now=at(5)) is None
    assert follow(town, late, now=at(4.9)) is not None
    assert follow(town, "nobody-made-this") is None


def test_a_link_followed_twice_at_once_lets_one_in(town: Town, page: str) -> None:
    token, made = link(town), list[Recognised | None]()
    at_once([lambda: made.append(follow(town, token)) for _ in range(4)])
    assert len([one for one in made if one]) == 1


def test_a_link_with_somebody_elses_scan_leads_to_ones_own_offers(town: Town, page: str) -> None:
    town.customer("ben")
    theirs = scan(town, hang(town, code="0123456789"), customer_id="ben")
    for seen in (theirs, "scn_none", "//evil.example"):
        made = follow(town, link(town), seen)
        assert made is not None
        assert made.scan_id is None
    assert row(town, Scan, theirs).customer_id == "ben"


def test_no_link_for_nobody(town: Town) -> None:
    with pytest.raises(NotFound):
        link(town)


def test_what_is_over_for_a_day_is_purged(town: Town, page: str) -> None:
    ask(town)
    link(town)
    purge = partial(recognising.purge_recognitions, before=NOON)
    assert town.write(purge) == 0
    assert town.write(partial(recognising.purge_recognitions, before=at(6))) == 1, "the link"
    assert town.write(partial(recognising.purge_recognitions, before=at(11))) == 1, "the code"
    assert (count(town, PhoneCode), count(town, PageLink)) == (0, 0)
