"""How many customers an audience holds, and some of them."""

from collections.abc import Iterator, Sequence

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from offers.records.tables import Customer, Device
from offers.rules.audience import Audience, Profile
from offers.rules.launch import Reach

REACHABLE = exists().where(
    Device.customer_id == Customer.id, Device.revoked_at.is_(None), Device.push_token.is_not(None)
)


def _within(session: Session, audience: Audience) -> Iterator[tuple[Customer, bool]]:
    rows = session.execute(select(Customer, REACHABLE).order_by(Customer.id).execution_options(yield_per=1000))
    for one, reachable in rows:
        tags = tuple(map(str, one.tags))
        profile = Profile(one.language, one.time_zone, one.name, tags, one.sizes, one.attributes)
        if audience.miss(profile) is None:
            yield one, reachable


def count(session: Session, audience: Audience) -> Reach:
    size = reachable = consenting = both = 0
    for one, gets in _within(session, audience):
        agreed = one.location and one.offers
        size, reachable, consenting = size + 1, reachable + gets, consenting + agreed
        both += gets and agreed
    return Reach(size, reachable, consenting, both)


def sample(session: Session, audience: Audience, limit: int, *, reached: bool = False) -> Sequence[Customer]:
    """The first of them by id; with `reached` of those only who can be reached and agreed."""
    found: list[Customer] = []
    for one, gets in _within(session, audience):
        if not reached or (gets and one.location and one.offers):
            found.append(one)
        if len(found) == limit:
            break
    return found
