"""Files that are sent in: kept without a name while they are worked, few at a time, and gone with the last who holds them."""

import asyncio
import tempfile
import threading
from collections.abc import Callable
from typing import Any, BinaryIO, TypeVar, cast

import anyio
import anyio.to_thread
from fastapi import Request

from web.problems import ProblemError

AT_ONCE = 2
"""Files that a process works on at the same time; the others wait, and the desk keeps its threads."""
PIECE = 1 << 20

T = TypeVar("T")


class Spool:
    def __init__(self) -> None:
        self._turns = anyio.CapacityLimiter(AT_ONCE)
        self._closed = threading.Event()
        self._tasks: set[asyncio.Task[Any]] = set()

    @property
    def is_closed(self) -> bool:
        """The server stops: who works on a file ends after its present batch."""
        return self._closed.is_set()

    @property
    def working(self) -> int:
        """How many files are worked on."""
        return self._turns.borrowed_tokens

    def close(self) -> None:
        self._closed.set()

    async def take(self, request: Request) -> BinaryIO:
        """The body, in a file that has no name and is readable by this process alone; how large it may be, `Envelope` sees to.

        The file goes when it is closed, or with the process, however that ends.
        """
        file = cast("BinaryIO", tempfile.TemporaryFile())  # noqa: SIM115 - whoever works on it closes it
        try:
            piece = bytearray()
            async for chunk in request.stream():
                piece += chunk
                if len(piece) >= PIECE:
                    await self._write(file, bytes(piece))
                    piece.clear()
            await self._write(file, bytes(piece))
            file.seek(0)
        except BaseException:
            file.close()
            raise
        return file

    async def _write(self, file: BinaryIO, piece: bytes) -> None:
        try:
            await anyio.to_thread.run_sync(file.write, piece)
        except OSError:
            detail = "There is no room to keep the file while it is read."
            raise ProblemError("service_unavailable", 503, detail, headers={"Retry-After": "60"}) from None

    async def work(self, do: Callable[[], T]) -> T:
        """Off the event loop, when it is this one's turn."""
        return await anyio.to_thread.run_sync(do, limiter=self._turns)

    def start(self, do: Callable[[], None]) -> None:
        """The same, without waiting for it."""
        task = asyncio.get_running_loop().create_task(self.work(do))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
