"""Who listens to what happens: one reader of the stream a process, one short queue a listener."""

import asyncio
from collections import Counter
from collections.abc import AsyncGenerator, AsyncIterator, Mapping
from typing import Any

import msgspec
import structlog
from redis.asyncio import Redis as AsyncRedis
from redis.exceptions import RedisError

from workers.happenings import STREAM, listen

HEARTBEAT_S = 15.0
MOST_WAITING = 500
"""Events that wait for a slow listener; past that it is hung up on, and comes back with Last-Event-ID."""
READ_BLOCK_MS = 2000
"""Shorter than the time-out of the connection it waits on."""

log = structlog.get_logger()

Event = tuple[str, bytes]
"""The id in the stream, and the event as JSON."""


class _Type(msgspec.Struct):
    type: str = "message"


_type_of = msgspec.json.Decoder(_Type).decode


class Listeners:
    """The listeners of this process and their one reader, which runs while there are any. Belongs to one event loop."""

    def __init__(self, redis: AsyncRedis, heartbeat_s: float = HEARTBEAT_S) -> None:
        self._redis: Any = redis
        self.heartbeat_s = heartbeat_s
        self._queues: set[asyncio.Queue[Event | None]] = set()
        self._of: Counter[str] = Counter()
        """How many streams are whose."""
        self._reader: asyncio.Task[None] | None = None
        self._closed = False

    @property
    def count(self) -> int:
        """How many listen."""
        return len(self._queues)

    def has_room(self, shares: Mapping[str, int]) -> bool:
        """Whether one more is within each of these shares, of which it says whose it is and how many streams it has at most."""
        return all(self._of[whose] < most for whose, most in shares.items())

    async def stream(self, after: str | None, shares: Mapping[str, int] | None = None) -> AsyncGenerator[bytes]:
        """The text of the stream for one listener, from after an event or from now on.

        It is empty where a share is full: many who asked at the same moment were all told that there is room.
        """
        queue: asyncio.Queue[Event | None] = asyncio.Queue(MOST_WAITING)
        shares = shares or {}
        if self._closed or not self.has_room(shares):
            return
        self._queues.add(queue)
        self._of.update(list(shares))
        try:
            newest = await self._newest()
            last = after or newest
            if self._reader is None:
                self._reader = asyncio.get_running_loop().create_task(self._read(newest))
            yield b"retry: 2000\n: listening\n\n"
            async for event in self._since(last):
                last = event[0]
                yield _text(event)
            while True:
                try:
                    waiting = await asyncio.wait_for(queue.get(), self.heartbeat_s)
                except TimeoutError:
                    yield b": still here\n\n"
                    continue
                if waiting is None:
                    return
                if _order(waiting[0]) > _order(last):  # what was caught up with comes by a second time
                    last = waiting[0]
                    yield _text(waiting)
        except (RedisError, OSError) as error:
            log.warning("events_interrupted", error=type(error).__name__)
        finally:
            self._leave(queue, shares)

    def _leave(self, queue: asyncio.Queue[Event | None], shares: Mapping[str, int]) -> None:
        self._queues.discard(queue)
        for whose in shares:
            self._of[whose] -= 1
            if not self._of[whose]:
                del self._of[whose]
        if not self._queues and self._reader is not None:
            self._reader.cancel()
            self._reader = None

    async def _newest(self) -> str:
        newest = await self._redis.xrevrange(STREAM, count=1)
        return newest[0][0].decode() if newest else "0-0"

    async def _since(self, last: str) -> AsyncIterator[Event]:
        async for found in listen(self._redis, last, 1):
            if found is None:
                return
            yield found

    async def _read(self, after: str) -> None:
        """Hand every event to every listener. While Redis is away, try again each second from the last one seen."""
        while True:
            try:
                async for found in listen(self._redis, after, READ_BLOCK_MS):
                    if found is None:
                        continue
                    after = found[0]
                    for queue in list(self._queues):
                        self._hand(queue, found)
            except (RedisError, OSError) as error:
                log.warning("events_interrupted", error=type(error).__name__)
                await asyncio.sleep(1.0)

    def _hand(self, queue: asyncio.Queue[Event | None], event: Event) -> None:
        try:
            queue.put_nowait(event)
        except asyncio.QueueFull:
            self._hang_up(queue)

    def _hang_up(self, queue: asyncio.Queue[Event | None]) -> None:
        self._queues.discard(queue)
        while not queue.empty():
            queue.get_nowait()
        queue.put_nowait(None)

    def close(self) -> None:
        """End all streams, so that a server which waits for its connections can stop."""
        self._closed = True
        for queue in list(self._queues):
            self._hang_up(queue)
        if self._reader is not None:
            self._reader.cancel()
            self._reader = None


def _text(event: Event) -> bytes:
    event_id, raw = event
    return b"id: %b\nevent: %b\ndata: %b\n\n" % (event_id.encode(), _type_of(raw).type.encode(), raw)


def _order(event_id: str) -> tuple[int, int]:
    ms, _, number = event_id.partition("-")
    return int(ms), int(number)
