"""What the doors are made of, in one object: put together in web/app.py, and by tests from their own parts."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Annotated

from celery import Celery
from fastapi import Depends, Request
from prometheus_client import CollectorRegistry, disable_created_metrics
from redis import Redis
from redis.asyncio import Redis as AsyncRedis

from offers.payment import Payments
from offers.records.database import Database
from offers.rules.coupon_codes import CodeKeys
from offers.rules.push_address import Subscribing
from offers.settings import Settings
from web.listeners import Listeners
from web.repeats import Repeats
from web.ringing import Ringing
from web.spool import Spool
from web.stage import Stage, Turns, turns_to_count, turns_to_try
from web.tokens import Tokens
from workers.enqueue import Doorbell
from workers.fences import FenceKeeper
from workers.lanes import LaneDesk, LaneDoor
from workers.shops.working import WorkKeys


def _new_registry() -> CollectorRegistry:
    """Counts without a `…_created` beside each: Prometheus does not read those, and they would double what it keeps."""
    disable_created_metrics()  # type: ignore[no-untyped-call]
    return CollectorRegistry()


@dataclass(slots=True)
class Parts:
    settings: Settings
    database: Database
    redis: Redis
    async_redis: AsyncRedis
    celery: Celery
    lanes: LaneDoor
    desk: LaneDesk
    doorbell: Doorbell
    ringing: Ringing
    fences: FenceKeeper
    tokens: Tokens
    repeats: Repeats
    listeners: Listeners
    codes: CodeKeys
    shop_keys: WorkKeys
    subscribing: Subscribing = field(default_factory=Subscribing)
    payments: Payments | None = None
    """Where customers pay on pages; none: pages offer no buying."""
    clock: Callable[[], float] = time.time
    """Epoch seconds."""
    registry: CollectorRegistry = field(default_factory=_new_registry)
    spool: Spool = field(default_factory=Spool)
    stage: Stage = field(default_factory=Stage)
    counting: Turns = field(default_factory=turns_to_count)
    trying: Turns = field(default_factory=turns_to_try)

    def now(self) -> datetime:
        return datetime.fromtimestamp(self.clock(), UTC)


def parts_of(request: Request) -> Parts:
    parts: Parts = request.app.state.parts
    return parts


Have = Annotated[Parts, Depends(parts_of)]
"""What a door asks for to get the parts."""
