"""This process's copy of the geofences: followed edit by edit, compacted in the background, and told of in Redis.

Readers take `index`, which is swapped whole and never changed, and wait for nobody. `start` begins two threads: one looks at the
database each second, the other tells each second how far this process is, also while the first one waits for a database that hangs.
"""

import threading
import time
from collections.abc import Callable

import structlog
from redis.exceptions import RedisError

from geofences.fence_index import FenceIndex
from offers.fences import follow_edits
from offers.records.database import AWAY, Database
from workers.vitals import FenceVitals

LOOK_EVERY_S = 1.0
"""A committed edit is in force at most two of these later: one until the next look begins, one for the look."""
OVERLAY_MOST = 2000
"""Changed and removed geofences beside the base, above which it is built anew. Up to here an edit takes some 50 ms and a look-up
costs little more than without; building a base of 100,000 takes about a second, which is too much for every edit."""
COMPACT_AGAIN_S = 10.0
"""How long after a failed building the next one begins. The overlay stays right meanwhile, only slower."""
STOP_WITHIN_S = 5.0

log = structlog.get_logger()


def to_nobody(_: FenceVitals | None) -> None:
    """Told where nobody listens."""


class FenceKeeper:
    """The geofences of one process. `tell` gets how far they are each second, and None when the process ends; `clock` counts seconds."""

    def __init__(
        self,
        database: Database,
        *,
        tell: Callable[[FenceVitals | None], None] = to_nobody,
        clock: Callable[[], float] = time.monotonic,
        overlay_most: int = OVERLAY_MOST,
        compacted: Callable[[FenceIndex], FenceIndex] = FenceIndex.compacted,
    ) -> None:
        self._database, self._tell, self._clock = database, tell, clock
        self._overlay_most, self._compacted = overlay_most, compacted
        self.index = FenceIndex([], -1)
        self._overlay = 0
        self._made_at = clock()
        self._looked_at: float | None = None
        self._looking = threading.Lock()
        """Held by whoever swaps the index."""
        self._threads: list[threading.Thread] = []
        self._ends = threading.Event()
        self._compaction: threading.Thread | None = None
        self._compact_from = 0.0
        self._compactions = self._compactions_failed = 0
        self._compaction_s = 0.0

    @property
    def age_s(self) -> float | None:
        """Seconds since the last look that succeeded; none: there was none."""
        return None if self._looked_at is None else self._clock() - self._looked_at

    def current(self, at_least: int = 0) -> FenceIndex:
        """The index to match with. Waits for a look where there was none yet, or where a version is named that is not known here.

        Without `start` it also looks by itself, once a second.
        """
        age_s = self.age_s
        late = not self._threads and age_s is not None and age_s >= LOOK_EVERY_S
        if age_s is None or late or self.index.version < at_least:
            self.look()
        return self.index

    def look(self) -> bool:
        """Follow what was committed; whether that was anything. Blocking; safe to repeat, from any thread.

        Raises what the database raises when it is away; the last index stays in force then.
        """
        with self._looking:
            began = self._clock()
            with self._database.reading() as session:
                index = follow_edits(session, self.index)
            changed = self._take(index)
            self._looked_at = began
        if changed:
            log.info("geofences_followed", version=index.version, count=len(index.by_id))
        self._compact_if_due()
        return changed

    def _take(self, index: FenceIndex) -> bool:
        """Swap the index, with the lock held; whether it is another."""
        if index is self.index:
            return False
        self._overlay = index.overlay_size  # counted once: it takes a look at every geofence
        self.index = index
        return True

    def vitals(self) -> FenceVitals:
        """How far this process is."""
        return FenceVitals(
            version=self.index.version,
            looked_ago_s=self._clock() - (self._made_at if self._looked_at is None else self._looked_at),
            overlay=self._overlay,
            compactions=self._compactions,
            compactions_failed=self._compactions_failed,
            compaction_s=self._compaction_s,
        )

    def start(self) -> None:
        """Look and tell each second from now on, in threads of this process: after a fork, never before."""
        self._ends.clear()
        self._threads = [
            threading.Thread(target=self._each_second, args=(work,), name=name, daemon=True)
            for name, work in (("geofences look", self.look), ("geofences tell", lambda: self._tell(self.vitals())))
        ]
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """End the threads, and say that this process ends."""
        self._ends.set()
        for thread in (*self._threads, *filter(None, [self._compaction])):
            thread.join(STOP_WITHIN_S)
        hang = any(thread.is_alive() for thread in self._threads)
        self._threads = []
        try:
            if not hang:
                self._tell(None)
        except (RedisError, OSError) as error:
            log.warning("not_told", error=type(error).__name__)

    def _each_second(self, work: Callable[[], object]) -> None:
        name = threading.current_thread().name
        while not self._ends.is_set():
            try:
                work()
            except (*AWAY, RedisError, OSError) as error:
                log.warning("geofences_not_followed", name=name, error=type(error).__name__)
            except Exception as error:
                # whatever it is, the next second may be better; until then this process runs behind, and /readyz says so
                log.exception("geofences_not_followed", name=name, error=type(error).__name__)
            self._ends.wait(LOOK_EVERY_S)

    def _compact_if_due(self) -> None:
        with self._looking:
            due = self._overlay > self._overlay_most and self._clock() >= self._compact_from
            if not due or self._compaction is not None:
                return
            self._compaction = threading.Thread(
                target=self._compact, args=(self.index,), name="geofences compact", daemon=True
            )
            self._compaction.start()

    def _compact(self, index: FenceIndex) -> None:
        """Build a base of everything in `index` without being in anybody's way, follow what was edited meanwhile, and swap."""
        began = self._clock()
        try:
            base = self._compacted(index)
            with self._looking, self._database.reading() as session:
                self._take(follow_edits(session, base))
            failed = False
        except Exception as error:
            log.exception("geofences_not_compacted", error=type(error).__name__)
            failed = True
        ended = self._clock()
        with self._looking:
            self._compactions += not failed
            self._compactions_failed += failed
            self._compaction_s += ended - began
            self._compact_from = ended + COMPACT_AGAIN_S if failed else ended
            self._compaction = None
        if not failed:
            log.info("geofences_compacted", version=base.version, seconds=round(ended - began, 3))
