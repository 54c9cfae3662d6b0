"""A double in a thread of its own, for the tests of one process."""

import asyncio
import threading
from concurrent.futures import Future
from types import TracebackType
from typing import Self

from tests.doubles.answers import Service
from tests.doubles.tls import Certificates
from tests.doubles.wire import Wire


class InThread:
    """A service at `port` (0: any that is free) from `__enter__` to `__exit__`."""

    def __init__(self, service: Service, certificates: Certificates | None, port: int = 0) -> None:
        self.wire = Wire(service, certificates)
        self._asked_port = port
        self._bound: Future[int] = Future()
        self._ended: Future[None] = Future()
        self._thread = threading.Thread(target=self._run, name="double", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        self.port = self._bound.result()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join()
        self._ended.result()

    def _run(self) -> None:
        try:
            asyncio.run(self._serve())
        except BaseException as wrong:  # noqa: BLE001  # raised by __exit__
            self._ended.set_exception(wrong)
        else:
            self._ended.set_result(None)

    async def _serve(self) -> None:
        self._loop, self._stop = asyncio.get_running_loop(), asyncio.Event()
        try:
            port = await self.wire.open(self._asked_port)
        except OSError as error:
            self._bound.set_exception(error)
            return
        self._bound.set_result(port)
        await self._stop.wait()
        await self.wire.close()
