"""What follows a commit, carried out before the answer: blocks, forgetting, rings."""

import structlog
from redis.exceptions import RedisError

from offers.follows import Follows
from web.parts import Parts

log = structlog.get_logger()


def carry_out(parts: Parts, follows: Follows) -> None:
    """Do in Redis what SQL has decided. With Redis away SQL stays the truth: no ping is taken then, and beat repairs the rest."""
    try:
        if follows.block:
            parts.desk.block(follows.block)
        rings = parts.desk.forget(follows.forget, parts.clock()) if follows.forget else []
        if follows.unblock:
            parts.desk.unblock(follows.unblock)
    except (RedisError, OSError) as error:
        log.warning("aftermath_left_to_beat", error=type(error).__name__)
        return
    for lane in rings:
        parts.ringing.ring(lane)
    if follows.deliveries:
        parts.doorbell.deliver(follows.deliveries)
