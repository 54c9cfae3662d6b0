"""What became of campaigns, counted day by day beside everything else: today at each look, older days in turn."""

import time
from collections.abc import Callable
from datetime import datetime, timedelta

from offers import funnels
from offers.records.database import Database

LOOK_S = 10.0
"""For how long one look counts; the next one goes on with what was not come to."""
AGAIN_AFTER = timedelta(minutes=10)
"""How often a day before today is counted again while it is open to change: receipts, redemptions and visits come late."""


def count_funnels(
    database: Database, now: Callable[[], datetime], keeps: int, *, within_s: float = LOOK_S, most: int | None = None
) -> int:
    """Count days that are due, each read in one transaction and kept in another; how many.

    Killed in between, a day is as it was: it is counted whole or not at all. What is read keeps nobody waiting.
    """
    ends = time.monotonic() + within_s
    with database.reading() as session:
        due = funnels.due_days(session, keeps=keeps, again_after=AGAIN_AFTER, now=now())
    done = 0
    for day in due[:most]:
        counted_at = now()
        with database.reading() as session:
            counted = funnels.count_day(session, day)
        grains = (
            counted.in_grains()
        )  # seconds, for a chain: in a transaction the server would take it for one that was forgotten
        with database.transaction() as session:
            funnels.keep_day(session, day, grains, counted_at=counted_at)
        done += 1
        if time.monotonic() >= ends:
            break
    return done
