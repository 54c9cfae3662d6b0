"""Beat: looks and rings, and nothing else. It keeps no schedule file, so a kill leaves nothing to mend."""

import time
from typing import Any

import structlog
from celery.beat import Scheduler
from redis.exceptions import RedisError

from workers.enqueue import SWEEPS
from workers.vitals import HEARD_BEAT

LOOK = "passerby.look"
DELIVERIES_LOOK = "passerby.look_at_deliveries"
DEFERRALS_LOOK = "passerby.look_at_deferrals"
ABANDONED_LOOK = "passerby.look_at_abandoned"
COUPONS_LOOK = "passerby.look_at_coupons"
PAYMENTS_LOOK = "passerby.look_at_payments"
RESERVATIONS_LOOK = "passerby.look_at_reservations"
UNCOLLECTED_LOOK = "passerby.look_at_uncollected"
TEXTS_LOOK = "passerby.look_at_texts"
SHOPS_LOOK = "passerby.look_at_shop_events"
FUNNELS = "passerby.count_funnels"
REPAIR = "passerby.repair"
PURGE = "passerby.purge"

SCHEDULE: dict[str, tuple[str, float]] = {
    "lanes that wait, ticks that are due": (LOOK, 1.0),
    "deliveries that are due": (DELIVERIES_LOOK, 1.0),
    "what waited out the quiet hours": (DEFERRALS_LOOK, 2.0),
    "scans of which nothing came": (ABANDONED_LOOK, 60.0),
    "text messages that nobody took": (TEXTS_LOOK, 10.0),
    "events of web shops that wait for a lookup": (SHOPS_LOOK, 5.0),
    "coupons whose time is over": (COUPONS_LOOK, 60.0),
    "payments whose webhook was lost": (PAYMENTS_LOOK, 60.0),
    "pieces that are put by for long enough": (RESERVATIONS_LOOK, 300.0),
    "orders that nobody collects": (UNCOLLECTED_LOOK, 300.0),
    "what became of campaigns, in counts": (FUNNELS, 30.0),
    "blocked devices and old salts": (REPAIR, 60.0),
    "what has been kept long enough": (PURGE, 3600.0),
}
"""What is looked at -> the task, and every how many seconds."""

log = structlog.get_logger()


def schedule() -> dict[str, dict[str, Any]]:
    """Celery's form of it. A look that nobody took within its own interval is dropped: the next one sees the same."""
    return {
        name: {
            "task": task,
            "schedule": every_s,
            "options": {"queue": SWEEPS, "expires": max(2.0, every_s), "argsrepr": "-"},
        }
        for name, (task, every_s) in SCHEDULE.items()
    }


class HeardScheduler(Scheduler):  # type: ignore[misc]  # Celery has no types
    """Says in Redis that beat is alive, each time it has looked at its schedule."""

    def tick(self, *args: Any, **kwargs: Any) -> float:
        wait: float = super().tick(*args, **kwargs)
        try:
            self.app.passerby_redis.set(HEARD_BEAT, time.time(), ex=600)
        except RedisError as error:
            log.warning("beat_unheard", error=type(error).__name__)
        return min(wait, 1.0)
