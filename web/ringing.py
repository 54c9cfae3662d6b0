"""Ringing workers from the event loop: a ring waits for a broker, so threads do it."""

from concurrent.futures import ThreadPoolExecutor

from workers.enqueue import Doorbell

THREADS = 2


class Ringing:
    def __init__(self, doorbell: Doorbell) -> None:
        self._doorbell = doorbell
        self._threads = ThreadPoolExecutor(THREADS, thread_name_prefix="ring")
        self._asked: set[int] = set()

    def ring(self, lane: int) -> None:
        """Ring for a lane and do not wait. One that is lost is made up for by beat."""
        self._threads.submit(self._doorbell.match, [lane])

    def ask_for_rebuild(self, lane: int) -> None:
        """As `ring`, for a lane that can not take letters: at most one ring at a time, however many requests fail."""
        if lane not in self._asked:
            self._asked.add(lane)
            asked = self._threads.submit(self._doorbell.match, [lane])
            asked.add_done_callback(lambda _done: self._asked.discard(lane))

    def text(self, code_id: str) -> None:
        """As `ring`, for a code whose text message waits."""
        self._threads.submit(self._doorbell.text, [code_id])

    def close(self) -> None:
        self._threads.shutdown(wait=True, cancel_futures=True)
