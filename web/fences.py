"""The geofences this process knows, kept up to date with the database from a thread of its own."""

import asyncio
import time

import structlog

from geofences.fence_index import FenceIndex
from offers import places
from offers.records.database import AWAY, Database

LOOK_EVERY_S = 1.0

log = structlog.get_logger()


class Fences:
    def __init__(self, database: Database) -> None:
        self._database = database
        self.index = FenceIndex([], -1)
        self._looked_at: float | None = None

    @property
    def age_s(self) -> float | None:
        """Seconds since the last look at the database; none: there was none."""
        return None if self._looked_at is None else time.monotonic() - self._looked_at

    def refresh(self) -> bool:
        """Look, and build the index anew when the version has changed. Blocking; safe to repeat."""
        with self._database.reading() as session:
            if changed := places.fence_version(session) != self.index.version:
                version, fences = places.read_fences(session)
        if changed:
            self.index = FenceIndex(fences, version)
            log.info("geofences_loaded", version=version, count=len(fences))
        self._looked_at = time.monotonic()
        return changed

    async def keep_fresh(self) -> None:
        """Look each second until cancelled. While the database is away the last index stays in force."""
        while True:
            try:
                await asyncio.to_thread(self.refresh)
            except (*AWAY, OSError) as error:
                log.warning("geofences_not_read", error=type(error).__name__)
            await asyncio.sleep(LOOK_EVERY_S)
