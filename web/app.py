"""The doors of Passerby on one page, and the one place where their parts are put together.

uvicorn web.app:create_app --factory
"""

import asyncio
import contextlib
import gc
import signal
import threading
import time
from collections.abc import AsyncIterator, Callable
from typing import Any

import anyio.to_thread
import structlog
from fastapi import FastAPI
from redis import Redis
from redis.asyncio import Redis as AsyncRedis
from redis.asyncio.retry import Retry as AsyncRetry
from redis.backoff import NoBackoff
from redis.retry import Retry
from starlette.types import Receive, Scope, Send

from geofences.nearby import leave
from offers.records.database import AWAY, Database
from offers.rules.coupon_codes import CodeKeys
from offers.rules.push_address import Subscribing
from offers.rules.push_subscription import PushServices
from offers.settings import Settings, read_settings
from web import app_links, devices, events, health, me, my, nearby, problems, receipts, reference, scans, transitions
from web.bodies import FILE_DOORS, MOST_FILE_BYTES, Envelope
from web.console import place_import
from web.console.doors import open_console
from web.demo.pages import open_demo
from web.desk import (
    audiences,
    campaigns,
    conversations,
    coupons,
    customers,
    geofences,
    imports,
    keys,
    lists,
    offers,
    orders,
    pickup_times,
    places,
    posters,
    previews,
    products,
    purchases,
    rehearsing,
    reports,
    service_messages,
    settings,
    shops,
    testing,
)
from web.hooks import mollie, shopify, woocommerce
from web.hooks import orders as order_hooks
from web.ingest import doors as ingest
from web.ingest.credentials import MOST_DRAINED
from web.ingest.intake import Intake
from web.ingest.watching import Watching
from web.landing import asking, chatting, look, order_browsers, order_coming, order_page, ordering, recognising
from web.landing import my as own_pages
from web.landing import pages as landing_pages
from web.landing.front import Front
from web.landing.scanning import open_scans
from web.landing.telling import told_instead
from web.listeners import Listeners
from web.metrics import PushLanesCollector, VitalsCollector
from web.openapi import describe
from web.packing import Packing
from web.parts import Parts
from web.payments import bank
from web.pings import PATH, PingDoor
from web.repeats import Repeats
from web.ringing import Ringing
from web.routing import take
from web.tokens import Tokens
from web.visitor.doors import MOST_BYTES as MOST_OF_VISITORS
from web.visitor.doors import WRITES
from web.visitor.pages import open_visitors
from workers.enqueue import Doorbell, new_celery
from workers.fences import FenceKeeper
from workers.lanes import LaneDesk, LaneDoor
from workers.logs import configure_logging
from workers.payments.opening import open_payments
from workers.shops.working import WorkKeys
from workers.vitals import FenceVitals, name_of_process, tell_fences

DOORS = (
    devices.router,
    me.router,
    my.router,
    app_links.router,
    receipts.router,
    transitions.router,
    ingest.router,
    places.router,
    customers.router,
    products.router,
    purchases.router,
    orders.router,
    imports.router,
    posters.router,
    posters.scans,
    offers.router,
    coupons.router,
    campaigns.router,
    reports.router,
    pickup_times.router,
    audiences.router,
    previews.router,
    testing.router,
    rehearsing.router,
    settings.router,
    service_messages.router,
    keys.router,
    shops.router,
    order_hooks.router,
    shopify.router,
    woocommerce.router,
    nearby.router,
    geofences.router,
    lists.router,
    conversations.router,
    events.router,
    health.router,
    reference.router,
    look.router,
    landing_pages.router,
    scans.router,
    ordering.router,
    order_page.router,
    order_coming.router,
    order_browsers.router,
    asking.router,
    chatting.router,
)
"""Every router. The ping door stands beside them, in `Doors`."""

PAGES = (recognising.router, own_pages.router)
"""Visitors' pages, which need what `open_visitors` opens."""

THREADS = 12
"""Requests that may be in the database at once; its pool has 15 connections."""
REDIS_TIMEOUT_S = 5.0

log = structlog.get_logger()


class Doors:
    """All doors as one ASGI application: pings go straight to theirs, everything else to the desk's routers."""

    def __init__(self, parts: Parts) -> None:
        self.parts = parts
        self.pings = PingDoor(parts)
        self.desk = FastAPI(
            title="Passerby",
            docs_url=None,
            redoc_url=None,
            redirect_slashes=False,  # to an address of the caller's own Host, and to http from behind a proxy that ends TLS
            lifespan=self._live,
            debug=False,
        )
        self.desk.state.parts = parts
        self.desk.state.transitions = transitions.TransitionDoor(parts, self.pings.gathering)
        self.desk.state.intake = Intake(parts, self.pings.gathering)
        self.desk.state.watching = Watching(parts.lanes, parts.fences)
        for router in DOORS:
            take(self.desk, router)
        open_console(self.desk)
        open_visitors(self.desk, parts)
        for router in PAGES:
            take(self.desk, router)
        open_scans(self.desk, parts)
        mollie.open_hook(self.desk, parts)
        if parts.settings.demo:
            open_demo(self.desk)
        if parts.settings.payments == "demo":
            take(self.desk, bank.router)
        self.desk.openapi = lambda: describe(self.desk)  # type: ignore[method-assign]  # FastAPI's own way to do it
        problems.install(self.desk, told_instead)
        parts.registry.register(VitalsCollector(lambda: health.vitals_of(parts)))
        parts.registry.register(PushLanesCollector(lambda: health.lanes_of_push(parts)))
        bounds = dict.fromkeys(FILE_DOORS, MOST_FILE_BYTES) | dict.fromkeys(ingest.paths(), MOST_DRAINED)
        bounds |= {mollie.PATH: mollie.MOST_BYTES, place_import.PATH: place_import.MOST_SENT}
        bounds |= {receipts.PATH: receipts.MOST_BYTES} | dict.fromkeys(WRITES, MOST_OF_VISITORS)
        self.front = self.desk.state.front = Front(self.desk, parts, self.desk.state.visitors.cookie.name)
        self.rest = Envelope(Packing(self.front), bounds, told_instead)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["path"] == PATH:
            await self.pings(scope, receive, send)
            return
        try:
            await self.rest(scope, receive, send)
        except Exception:
            if scope["type"] != "http":
                raise
            # It was logged without its message and answered with 500; a server would log the message too.

    @contextlib.asynccontextmanager
    async def _live(self, _app: FastAPI) -> AsyncIterator[None]:
        parts = self.parts
        anyio.to_thread.current_default_thread_limiter().total_tokens = THREADS
        try:
            await asyncio.to_thread(parts.fences.look)
            # the first answer of a base makes its bounds, half a second for 100,000 geofences: not with phones waiting
            await asyncio.to_thread(leave, parts.fences.index, 0.0, 0.0, None)
        except (*AWAY, OSError) as error:
            log.warning("geofences_not_read", error=type(error).__name__)
        parts.fences.start()

        def let_go() -> None:
            parts.listeners.close()
            parts.spool.close()

        with _also_on_stop(let_go):
            yield
        let_go()
        await self.pings.gathering.close()
        await asyncio.to_thread(close_parts, parts)
        await parts.async_redis.aclose()


@contextlib.contextmanager
def _also_on_stop(close: Callable[[], None]) -> Any:
    """Call `close` when the process is told to stop: the server waits for open streams before it ends its lifespan."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    loop = asyncio.get_running_loop()
    before = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)}

    def stop(number: int, frame: Any) -> None:
        loop.call_soon_threadsafe(close)
        then = before[signal.Signals(number)]
        if callable(then):
            then(number, frame)

    for number in before:
        signal.signal(number, stop)
    try:
        yield
    finally:
        for number, then in before.items():
            if signal.getsignal(number) is stop:
                signal.signal(number, then)


def close_parts(parts: Parts) -> None:
    """All but the asynchronous Redis, which its own loop closes."""
    parts.fences.stop()
    parts.ringing.close()
    parts.celery.close()
    if parts.payments is not None:
        parts.payments.close()
    parts.redis.close()
    parts.database.close()


def build_parts(settings: Settings, role: str = "web") -> Parts:
    """The real parts, of a process that tells of itself by its role. Nothing is connected yet; `Misconfigured` when a setting is missing."""
    secret, celery = settings.secret(), new_celery(settings.broker)
    settings.sms_gateway()
    patience: dict[str, Any] = {
        "socket_timeout": REDIS_TIMEOUT_S,
        "socket_connect_timeout": 2.0,
        "socket_keepalive": True,
        "health_check_interval": 25,
    }
    redis = Redis.from_url(settings.redis(), retry=Retry(NoBackoff(), 1), **patience)
    async_redis = AsyncRedis.from_url(settings.redis(), retry=AsyncRetry(NoBackoff(), 1), **patience)
    database, doorbell = Database(settings.database), Doorbell(celery)
    process = name_of_process(role)

    def far(vitals: FenceVitals | None) -> None:
        tell_fences(redis, process, vitals, time.time())

    return Parts(
        settings=settings,
        database=database,
        redis=redis,
        async_redis=async_redis,
        celery=celery,
        lanes=LaneDoor(async_redis, secret, settings.lanes),
        desk=LaneDesk(redis, secret, settings.lanes),
        doorbell=doorbell,
        ringing=Ringing(doorbell),
        fences=FenceKeeper(database, tell=far),
        tokens=Tokens(secret, settings.token_life_s),
        repeats=Repeats(redis, secret),
        listeners=Listeners(async_redis),
        codes=CodeKeys.of(secret),
        shop_keys=WorkKeys.of(secret),
        subscribing=_subscribing(settings),
        payments=open_payments(settings, redis),
    )


def _subscribing(settings: Settings) -> Subscribing:
    """Our public VAPID key is none where nothing is sent to browsers."""
    keys = settings.vapid() if settings.push != "outbox" else None
    return Subscribing(PushServices.read(settings.web_push_services), keys.public if keys else None)


def build_app(parts: Parts) -> Doors:
    """The doors over these parts; they are closed when the application ends."""
    return Doors(parts)


def create_app() -> Doors:
    """For uvicorn: settings from the environment, logs set up, the real parts.

    What is there by now stays for as long as the process does, so the garbage collector need not walk through it again. A body of small
    arrays makes it walk many times: at 1 MB most of a second, in which nobody else is answered, instead of a tenth.
    """
    settings = read_settings()
    configure_logging(settings.log_level)
    doors = build_app(build_parts(settings))
    gc.collect()
    gc.freeze()
    gc.enable()  # whoever starts us may have waited with it
    return doors
