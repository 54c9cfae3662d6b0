"""Files that are sent in: kept without a name while they are worked, few at a time, and gone with the last who holds them."""

import asyncio
import contextlib
import tempfile
import threading
import weakref
from collections.abc import Callable
from functools import partial
from typing import Any, BinaryIO, TypeVar, cast

import anyio
import anyio.to_thread
from fastapi import Request

from web.problems import ProblemError

AT_ONCE = 2
"""Files that a process works on at the same time; the others wait, and the desk keeps its threads."""
MOST_KEPT = 8
"""With those that wait or are on their way here: the disk has room for as many."""
PIECE = 1 << 20

T = TypeVar("T")


class Spool:
    def __init__(self) -> None:
        self._turns = anyio.CapacityLimiter(AT_ONCE)
        self._closed = threading.Event()
        self._tasks: set[asyncio.Task[Any]] = set()
        self._files: weakref.WeakSet[BinaryIO] = weakref.WeakSet()
        self._coming = 0
        """Places that are taken while the disk still makes their files."""

    @property
    def is_closed(self) -> bool:
        """The server stops: who works on a file ends after its present batch."""
        return self._closed.is_set()

    @property
    def working(self) -> int:
        """How many files are worked on."""
        return self._turns.borrowed_tokens

    @property
    def kept(self) -> int:
        """How many files are here or on their way."""
        return self._coming + sum(not one.closed for one in self._files)

    def close(self) -> None:
        self._closed.set()

    async def take(self, request: Request) -> BinaryIO:
        """The body, in a file that has no name and is readable by this process alone; how large it may be, `Envelope` sees to.

        The file goes when it is closed, or with the process, however that ends.
        """
        if self.kept >= MOST_KEPT:
            detail = "Too many files are on their way at once; send this one a little later."
            raise ProblemError("service_unavailable", 503, detail, headers={"Retry-After": "60"})
        self._coming += 1
        try:
            file = cast("BinaryIO", await _on_disk(tempfile.TemporaryFile))
            self._files.add(file)
        finally:
            self._coming -= 1
        try:
            piece = bytearray()
            async for chunk in request.stream():
                piece += chunk
                if len(piece) >= PIECE:
                    await _on_disk(partial(file.write, bytes(piece)))
                    piece.clear()
            await _on_disk(partial(file.write, bytes(piece)))
            await _on_disk(partial(file.seek, 0))
        except BaseException:
            with contextlib.suppress(OSError):  # what a full disk did not take is not missed
                file.close()
            raise
        return file

    async def work(self, do: Callable[[], T]) -> T:
        """Off the event loop, when it is this one's turn."""
        return await anyio.to_thread.run_sync(do, limiter=self._turns)

    def start(self, do: Callable[[], None]) -> None:
        """The same, without waiting for it."""
        task = asyncio.get_running_loop().create_task(self.work(do))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


async def _on_disk(do: Callable[[], T]) -> T:
    """Off the event loop; 503 when the disk does not take it."""
    try:
        return await anyio.to_thread.run_sync(do)
    except OSError:
        detail = "There is no room to keep the file while it is read."
        raise ProblemError("service_unavailable", 503, detail, headers={"Retry-After": "60"}) from None
