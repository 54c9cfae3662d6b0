"""Puts a worker's real parts together, and makes the Celery application that worker and beat run."""

import os
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import structlog
from celery import Celery
from celery.signals import worker_process_init, worker_process_shutdown
from redis import Redis
from redis.exceptions import RedisError

from offers.records.database import Database
from offers.rules.coupon_codes import CodeKeys
from offers.settings import Settings
from workers import beat, tasks
from workers.ears import Ears
from workers.embedded import die_with_parent
from workers.enqueue import Doorbell, new_celery
from workers.failpoints import Failpoints
from workers.fences import FenceKeeper
from workers.happenings import tell
from workers.lanes import LaneDesk
from workers.matching import Matched, Matcher
from workers.payments.asking import Asking
from workers.payments.opening import open_payments
from workers.push.credentials import ServiceAccount, read_account
from workers.push.opening import open_push
from workers.sending import Sender
from workers.shops.looking import Looking
from workers.shops.shopify import ShopifyLookup
from workers.shops.working import WorkKeys
from workers.slots import Slots, slots_of
from workers.texting import Texting, open_texts
from workers.vitals import FenceVitals, name_of_process, tell_fences

log = structlog.get_logger()


@dataclass(slots=True)
class Parts:
    """The real parts of one process."""

    settings: Settings
    database: Database
    redis: Redis
    desk: LaneDesk
    bell: Doorbell
    fences: FenceKeeper = field(init=False)
    matcher: Matcher = field(init=False)
    sender: Sender = field(init=False)
    asking: Asking | None = None
    """Of payments; none where nobody pays on a page."""
    texting: Texting = field(init=False)
    looking: Looking = field(init=False)
    account: ServiceAccount | None = None
    """What is sent through FCM with."""

    def tell(self, happened: list[dict[str, Any]]) -> None:
        """Live events are a convenience: Redis being away fails nobody."""
        try:
            tell(self.redis, happened)
        except RedisError as error:
            log.warning("not_told", error=type(error).__name__)


def open_redis(url: str) -> Redis:
    """A synchronous client with bounded waits, so that a half-open connection is noticed."""
    return Redis.from_url(
        url, socket_timeout=10, socket_connect_timeout=5, socket_keepalive=True, health_check_interval=25
    )


def open_parts(settings: Settings, app: Celery) -> Parts:
    database = Database(settings.database)
    redis = open_redis(settings.redis())
    desk = LaneDesk(redis, settings.secret(), settings.lanes)
    parts = Parts(settings, database, redis, desk, Doorbell(app))
    failpoints = Failpoints.read(settings.failpoints)

    def matched(result: Matched) -> None:
        tasks.follow_matched(parts, result)

    def happened(events: list[dict[str, Any]]) -> None:
        tasks.follow_happened(parts, events)

    process = name_of_process("worker")

    def far(vitals: FenceVitals | None) -> None:
        tell_fences(redis, process, vitals, time.time())

    parts.fences = FenceKeeper(database, tell=far)
    parts.matcher = Matcher(database, desk, parts.fences, failpoints, matched)
    codes = CodeKeys.of(settings.secret())
    if (payments := open_payments(settings, redis)) is not None:
        parts.asking = Asking(database, payments, codes, lambda: datetime.now(UTC))
    if settings.push == "fcm":
        parts.account = read_account(settings.google_application_credentials)
    parts.sender = Sender(database, open_push(settings, redis), codes, failpoints, happened)
    lookup = ShopifyLookup(settings.shopify_endpoint.rstrip("/"))
    parts.looking = Looking(database, lookup, WorkKeys.of(settings.secret()), failpoints)
    texts = open_texts(settings, redis)
    parts.texting = Texting(database, texts, codes, settings.base_url)
    return parts


def create_worker_app(settings: Settings) -> Celery:
    """The Celery application with its tasks and beat's schedule. Each process opens its parts when it first needs them."""
    settings.sms_gateway()  # half of it is said at the start, not in the first process that needs it
    app = new_celery(settings.broker or settings.redis())
    app.conf.beat_schedule = beat.schedule()
    app.conf.beat_scheduler = beat.HeardScheduler
    app.conf.worker_concurrency = (
        min(2, settings.processes) if settings.database.startswith("sqlite") else settings.processes
    )
    app.steps["consumer"].add(Ears)
    app.passerby_redis = open_redis(settings.redis())
    opened: dict[int, Parts] = {}

    def parts() -> Parts:
        pid = os.getpid()
        if pid not in opened:
            opened.clear()
            opened[pid] = open_parts(settings, app)
            opened[pid].fences.start()
        return opened[pid]

    def begin_child(**_: Any) -> None:
        """A pool's child must not outlive its worker: nobody would take its results, and it would go on moving lanes.

        It follows the geofences from here on, also while it has nothing to do.
        """
        die_with_parent()
        parts()

    def end_child(**_: Any) -> None:
        if here := opened.get(os.getpid()):
            here.fences.stop()

    tasks.register(app, parts, Slots(slots_of(app.conf.worker_concurrency)))
    worker_process_init.connect(begin_child, weak=False)
    worker_process_shutdown.connect(end_child, weak=False)
    return app
