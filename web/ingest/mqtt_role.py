"""The process that listens to the broker: `passerby mqtt` loads it by its name."""

import asyncio
import contextlib
import signal
from collections.abc import Callable

import structlog
from redis.exceptions import RedisError

from geofences.nearby import leave
from offers.errors import Misconfigured
from offers.records.database import AWAY
from offers.settings import Settings
from web.app import build_parts, close_parts
from web.gathering import Gathering
from web.ingest.intake import Intake
from web.ingest.mqtt import Listener
from web.ingest.mqtt_broker import Broker, client_id_of
from web.ingest.watching import Watching
from web.parts import Parts
from workers.vitals import count, tell_mqtt

TELL_EVERY_S = 1.0

log = structlog.get_logger()


def run(settings: Settings) -> None:
    """Listen until SIGTERM or SIGINT. `Misconfigured` without a broker's address."""
    if not settings.mqtt_url:
        raise Misconfigured("PASSERBY_MQTT_URL is not set: there is no broker to listen to.")
    asyncio.run(_until_told(build_parts(settings, role="mqtt")))


async def _until_told(parts: Parts) -> None:
    ending, loop = asyncio.Event(), asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, ending.set)
    await listen(parts, ending)


async def listen(parts: Parts, ending: asyncio.Event, intake_of: Callable[[Parts, Gathering], Intake] = Intake) -> None:
    """Until the event; the parts are closed when this returns."""
    try:
        await asyncio.to_thread(parts.fences.look)
        # the first answer of a base makes its bounds, half a second for 100,000 geofences: not with phones waiting
        await asyncio.to_thread(leave, parts.fences.index, 0.0, 0.0, None)
    except (*AWAY, OSError) as error:
        log.warning("geofences_not_read", error=type(error).__name__)
    parts.fences.start()
    gathering = Gathering(parts.lanes, parts.ringing, parts.settings.gather_ms / 1000, parts.clock)
    intake, watching = intake_of(parts, gathering), Watching(parts.lanes, parts.fences)
    broker = Broker.of(parts.settings.mqtt_url)
    listener = Listener(parts, intake, watching, broker, client_id_of(parts.settings.secret()))
    listener.start()
    try:
        while not ending.is_set():
            await _tell(parts, listener)
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(ending.wait(), TELL_EVERY_S)
    finally:
        await listener.close()
        await gathering.close()
        await _tell(parts, listener)
        await asyncio.to_thread(close_parts, parts)
        await parts.async_redis.aclose()


async def _tell(parts: Parts, listener: Listener) -> None:
    """That we live, whether the broker lets us listen, and what became of messages. Kept for the next time while Redis is away."""
    counts = {f"mqtt:{outcome}": by for outcome, by in listener.counts.items()}
    listener.counts.clear()
    try:
        await asyncio.to_thread(tell_mqtt, parts.redis, parts.clock(), connected=listener.connected)
        if counts:
            await asyncio.to_thread(count, parts.redis, counts)
    except (RedisError, OSError) as error:
        log.warning("vitals_not_told", error=type(error).__name__)
        listener.counts.update({name.removeprefix("mqtt:"): by for name, by in counts.items()})
