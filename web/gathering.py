"""Group commit: letters of many requests go into a lane as one sealed entry."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field

import structlog

from web.ringing import Ringing
from workers.lanes import MOST_DEVICES, LaneDoor, LanesUnavailableError
from workers.letters import DeviceLetter, size_of

MOST_PINGS = 10_000
"""Pings and transitions in one entry: some 400 kB sealed, and a worker's bite."""

log = structlog.get_logger()


@dataclass(slots=True)
class _Batch:
    letters: list[DeviceLetter] = field(default_factory=list)
    waiting: list[asyncio.Future[str | None]] = field(default_factory=list)
    pings: int = 0


class Gathering:
    """Belongs to one event loop."""

    def __init__(self, lanes: LaneDoor, ringing: Ringing, gather_s: float, clock: Callable[[], float]) -> None:
        self._lanes = lanes
        self._ringing = ringing
        self._gather_s = gather_s
        self._clock = clock
        self._open: dict[int, _Batch] = {}
        self._timer: asyncio.TimerHandle | None = None
        self._sending: set[asyncio.Task[None]] = set()

    def put(self, lane: int, letter: DeviceLetter) -> asyncio.Future[str | None]:
        """Add a letter to the lane's next entry. The future is done when the lane has it: none, or why the device is refused.

        `LanesUnavailableError` when it was not kept.
        """
        batch = self._open.get(lane)
        if batch is None:
            batch = self._open[lane] = _Batch()
            if self._timer is None:
                self._timer = asyncio.get_running_loop().call_later(self._gather_s, self._close_all)
        kept: asyncio.Future[str | None] = asyncio.get_running_loop().create_future()
        batch.letters.append(letter)
        batch.waiting.append(kept)
        batch.pings += size_of(letter)
        if len(batch.letters) >= MOST_DEVICES or batch.pings >= MOST_PINGS:
            self._close(lane)
        return kept

    def _close_all(self) -> None:
        self._timer = None
        for lane in list(self._open):
            self._close(lane)

    def _close(self, lane: int) -> None:
        sending = asyncio.get_running_loop().create_task(self._send(lane, self._open.pop(lane)))
        self._sending.add(sending)
        sending.add_done_callback(self._sending.discard)

    async def _send(self, lane: int, batch: _Batch) -> None:
        try:
            done = await self._lanes.append(lane, batch.letters, self._clock())
        except LanesUnavailableError as error:
            self._ringing.ask_for_rebuild(lane)
            _fail(batch, error)
            return
        except Exception as error:  # every request that waits must hear of it, whatever it was
            log.exception("append_failed", lane=lane)
            _fail(batch, LanesUnavailableError(type(error).__name__))
            return
        if done.ring:
            self._ringing.ring(lane)
        for letter, kept in zip(batch.letters, batch.waiting, strict=True):
            if not kept.done():
                kept.set_result(done.refused.get(letter.device))

    async def close(self) -> None:
        """Send what is gathered and wait until the lanes have it."""
        if self._timer is not None:
            self._timer.cancel()
        self._close_all()
        await asyncio.gather(*self._sending)


def _fail(batch: _Batch, error: LanesUnavailableError) -> None:
    for kept in batch.waiting:
        if not kept.done():
            kept.set_exception(LanesUnavailableError(str(error), error.retry_after_s))
