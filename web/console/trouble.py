"""What of the machine itself stands still, for people who can not read its log."""

import structlog
from redis.exceptions import RedisError

from web.health import OLD_LANE_S, SILENT_S, vitals_of
from web.parts import Parts
from workers.vitals import Vitals

log = structlog.get_logger()


def troubles_of(parts: Parts) -> list[str]:
    """`redis`, `workers`, `beat`, `lanes`, `unbuilt`: what is silent now, the first to mend first."""
    try:
        vitals = vitals_of(parts)
    except (RedisError, OSError) as error:
        log.warning("vitals_not_read", error=type(error).__name__)
        return ["redis"]
    return _troubles(vitals)


def is_silent(parts: Parts) -> bool:
    """Whether what is sent now would wait."""
    return bool(troubles_of(parts))


def _troubles(vitals: Vitals) -> list[str]:
    found = []
    if vitals.beat_heard_s is None or vitals.beat_heard_s > SILENT_S:
        found.append("beat")
    if vitals.worker_heard_s is None or vitals.worker_heard_s > SILENT_S:
        found.append("workers")
    if vitals.epochs_missing:
        found.append("unbuilt")
    if any(one.oldest_age_s > OLD_LANE_S for one in vitals.lanes):
        found.append("lanes")
    return found
