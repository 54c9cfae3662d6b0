"""How many of a worker's processes may send at a time, so that some are left for pings while a push service hangs.

A slot is a byte of a file without a name that is locked by record (POSIX): the lock is one process's, and goes with it however it ends.
"""

import fcntl
import os
import tempfile
import weakref
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


class Slots:
    """Made before the processes are forked, so that all of them have the same file. Two threads of one process take the same slot."""

    def __init__(self, number: int) -> None:
        self._number = number
        self._file, name = tempfile.mkstemp(prefix="passerby-slots-")
        Path(name).unlink()
        # not before this goes itself: closing it anywhere in a process gives back what that process holds
        weakref.finalize(self, os.close, self._file)

    @contextmanager
    def take(self) -> Iterator[bool]:
        """Whether a slot was free; it is held until the block ends."""
        slot = next((one for one in range(self._number) if self._is_taken(one)), None)
        try:
            yield slot is not None
        finally:
            if slot is not None:
                fcntl.lockf(self._file, fcntl.LOCK_UN, 1, slot)

    def _is_taken(self, slot: int) -> bool:
        try:
            fcntl.lockf(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB, 1, slot)
        except OSError:  # another process's
            return False
        return True


def slots_of(processes: int) -> int:
    """All but one of a worker's processes may send; the only one of course."""
    return max(1, processes - 1)
