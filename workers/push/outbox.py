"""The outbox: a push port that sends nothing. What would have gone is in the deliveries; that it went, and once, is in this stream."""

from collections.abc import Sequence
from typing import Any

from redis import Redis

from offers.push import Outcome, PushMessage
from workers.traces import OUTBOX

KEPT = 100_000


class OutboxPush:
    """Keeps (delivery, device) of each message handed over, in order. No words and no tokens are kept here."""

    def __init__(self, redis: Redis) -> None:
        self._redis: Any = redis

    def send(self, messages: Sequence[PushMessage]) -> list[Outcome]:
        outcomes = []
        for message in messages:
            self._redis.xadd(
                OUTBOX, {"delivery": message.delivery_id, "device": message.device_id}, maxlen=KEPT, approximate=True
            )
            outcomes.append(Outcome("sent"))
        return outcomes
