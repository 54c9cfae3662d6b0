"""Events that carry no order: what they name is looked up at the shop, with no session open meanwhile, and then worked as any other."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial

import structlog

from offers import shop_events
from offers.errors import Conflict, NotFound
from offers.follows import Follows
from offers.records.database import Database
from offers.shop_lookup import ShopAway, ShopLookup, ShopRefuses, Wanted
from workers.failpoints import Failpoints
from workers.shops.working import WorkKeys, work

PURGES = 100
"""Portions of one purge."""
log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Looking:
    """With whom and with what. A worker that dies in the middle leaves the event waiting: its lease ends, and the order changes once all the same."""

    database: Database
    shop: ShopLookup
    keys: WorkKeys = field(repr=False)
    failpoints: Failpoints

    def look_up(self, event_ids: Iterable[str], now: Callable[[], datetime], follow: Callable[[Follows], None]) -> int:
        """How many were worked; those that somebody else has are passed over."""
        return sum(self._look_up(one, now, follow) for one in event_ids)

    def _look_up(self, event_id: str, now: Callable[[], datetime], follow: Callable[[Follows], None]) -> bool:
        with self.database.transaction() as session:
            lookup = shop_events.claim(session, event_id, keys=self.keys.shops, now=now())
        if lookup is None:
            return False
        self.failpoints.reach("shops.claimed")
        try:
            node = self.shop.find(Wanted(lookup.domain, lookup.token, lookup.gid))
        except ShopAway as error:
            log.warning("shop_away", shop_event=event_id, reason=str(error))
            with self.database.transaction() as session:
                shop_events.put_off(session, lookup, again_in=error.again_in, now=now())
            return False
        except ShopRefuses as error:
            log.error("shop_token_refused", shop_event=event_id, reason=str(error))  # noqa: TRY400 - what the shop said is all there is to say
            with self.database.transaction() as session:
                shop_events.fail(session, lookup, "token_refused")
            return True
        self.failpoints.reach("shops.looked_up")
        try:
            begin = partial(shop_events.read_answer, lookup=lookup, node=node, keys=self.keys.shops)
            worked = work(self.database, begin, keys=self.keys, now=now())
        except (Conflict, NotFound):  # somebody else worked it, or its shop or its customer went, meanwhile
            return False
        self.failpoints.reach("shops.committed")
        log.info("shop_event_worked", shop_event=event_id, status=worked.told["state"], reason=worked.told["reason"])
        follow(worked.follows)
        return True


def look_at_shop_events(database: Database, now: datetime) -> list[str]:
    """Events to ring for: nobody heard the ring, the shop was away, or a worker died over them."""
    with database.reading() as session:
        return shop_events.waiting(session, now=now)


def purge_shop_events(database: Database, now: datetime) -> int:
    """Bodies after a week, events after a month, some a transaction; how many."""
    gone = 0
    for _ in range(PURGES):
        with database.transaction() as session:
            some = shop_events.purge(session, now=now)
        gone += some
        if not some:
            break
    return gone
