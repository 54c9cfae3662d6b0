"""One event of a web shop, worked in one transaction: for the hooks' doors, for a replay, and for who looked something up."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import Any

from offers import pickups, shop_events, shop_orders
from offers.errors import BadInput
from offers.follows import Follows
from offers.records.database import Database
from offers.rules.coupon_codes import CodeKeys
from offers.rules.shop_orders.plan import NotUsable, Taken
from offers.rules.shop_orders.told import Orders, ToLookUp, Unused
from offers.rules.shop_sealing import ShopKeys
from offers.shop_events import Heard


@dataclass(frozen=True, slots=True)
class WorkKeys:
    codes: CodeKeys = field(repr=False)
    shops: ShopKeys = field(repr=False)

    @classmethod
    def of(cls, secret: bytes) -> "WorkKeys":
        return cls(CodeKeys.of(secret), ShopKeys.of(secret))


@dataclass(frozen=True, slots=True)
class Worked:
    told: dict[str, Any]
    """`{event, state, reason}`."""
    follows: Follows = field(default_factory=Follows)
    waits: str | None = None
    """The event to ring a worker for."""


def hear(database: Database, shop_id: str, heard: Heard, *, keys: WorkKeys, now: datetime) -> Worked:
    """An event whose signature was right. Safe to repeat: what came before changes nothing."""
    begin = partial(shop_events.take_in, shop_id=shop_id, heard=heard, keys=keys.shops, now=now)
    return work(database, begin, keys=keys, now=now)


def replay(database: Database, shop_id: str, event_id: str, *, keys: WorkKeys, now: datetime, turn: int) -> Worked:
    """The same event again, by the shop's settings as they are now. Whoever took it up says the `turn`: what was used is taken up by nobody."""
    begin = partial(shop_events.reopen, shop_id=shop_id, event_id=event_id, keys=keys.shops, turn=turn)
    return work(database, begin, keys=keys, now=now)


def work(database: Database, begin: Callable[..., Taken], *, keys: WorkKeys, now: datetime) -> Worked:
    """`begin(session)` says which event and what is read of it. What can not be used is undone whole, and then written down as that."""
    try:
        return _work(database, begin, keys.codes, now)
    except NotUsable as error:
        unused = error.unused
    except BadInput as error:
        unused = Unused("failed", "bad_order", error.faults[0].path)
    with database.transaction() as session:
        taken = begin(session)
        plan = shop_orders.of_whom(session, taken.read.said, unused) if isinstance(taken.read, Orders) else None
        return Worked(shop_events.note(session, taken, unused, plan, now=now))


def _work(database: Database, begin: Callable[..., Taken], codes: CodeKeys, now: datetime) -> Worked:
    with database.transaction() as session:
        taken, follows = begin(session), Follows()
        match taken.read:
            case Unused() as unused:
                return Worked(shop_events.note(session, taken, unused, None, now=now))
            case ToLookUp():
                return Worked(shop_events.let_wait(session, taken, now=now), waits=taken.event_id)
            case Orders() as orders:
                plan = shop_orders.prepare(session, taken, orders.said, now=now)
                for step in plan.steps:
                    _, _, more = pickups.put_order(session, step.order_id, step.body, keys=codes, now=now)
                    shop_orders.stamp(session, taken, step)
                    follows |= more
                return Worked(shop_events.note(session, taken, plan.outcome, plan, now=now), follows)
