"""What follows a commit, carried out before the answer: blocks, forgetting, rings."""

import structlog
from redis.exceptions import RedisError

from offers.follows import Follows
from offers.records.database import AWAY
from web.parts import Parts
from workers.happenings import tell
from workers.traces import erase_traces

log = structlog.get_logger()


def carry_out(parts: Parts, follows: Follows) -> None:
    """Do outside what SQL has decided."""
    if follows.geofences_changed:
        _look_at_geofences(parts)
    _write_to_lanes(parts, follows)


def _look_at_geofences(parts: Parts) -> None:
    """An edit is in force for the next ping that this process takes; the others look each second."""
    try:
        parts.fences.look()
    except (*AWAY, OSError) as error:
        log.warning("geofences_not_read", error=type(error).__name__)


def _write_to_lanes(parts: Parts, follows: Follows) -> None:
    """With Redis away SQL stays the truth: no ping is taken then, and beat repairs the rest."""
    try:
        rings = parts.desk.follow(follows, parts.clock())
        tell(parts.redis, follows.happened)
        if follows.erased:
            erase_traces(parts.redis, follows.erased)
            parts.repeats.erase(follows.erased)
    except (RedisError, OSError) as error:
        log.warning("aftermath_left_to_beat", error=type(error).__name__)
        return
    for lane in rings:
        parts.ringing.ring(lane)
    if follows.deliveries:
        parts.doorbell.deliver(follows.deliveries)
