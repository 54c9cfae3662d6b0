"""What happens, as it happens: a short stream in Redis that workers tell and the live pages listen to.

It is a convenience beside the lists, which are the truth: an event can be missed when a process dies between commit and telling.
"""

from collections.abc import AsyncIterator, Iterable, Mapping
from datetime import datetime
from typing import Any

import msgspec
from redis import Redis
from redis.asyncio import Redis as AsyncRedis

STREAM = "pb:happenings"
KEPT = 5000
"""About so many events are kept, for listeners that come back after a moment."""
REDEEMED = "pb:redeemed"
"""The newest redemptions once more, of nobody: no list has them in the order of their moments, and among all events they would soon be gone."""
MOST_REDEEMED = 25


class _Redeemed(msgspec.Struct):
    at: datetime
    offer: str
    campaign: str
    place: str | None = None


_redeemed = msgspec.json.Decoder(_Redeemed).decode


def _plain(value: object) -> object:
    if isinstance(value, datetime):
        return value.isoformat()
    raise TypeError(f"{type(value).__name__} has no place in an event")


def tell(redis: Redis, events: Iterable[Mapping[str, Any]]) -> None:
    """Tell what happened; each event is an item of a list with its `type`. Texts and ids, never a position."""
    pipeline = redis.pipeline(transaction=False)
    for event in events:
        fields: dict[Any, Any] = {"e": msgspec.json.encode(event, enc_hook=_plain)}
        pipeline.xadd(STREAM, fields, maxlen=KEPT, approximate=True)
        if event.get("type") == "redemption":
            pipeline.xadd(REDEEMED, fields, maxlen=MOST_REDEEMED, approximate=False)
    pipeline.execute()


def newest_redemptions(redis: Redis, since: datetime) -> list[tuple[datetime, str, str, str | None]]:
    """(at, offer, campaign, place) of the newest that were told since then, the last first; no more than MOST_REDEEMED."""
    entries: Any = redis.xrevrange(REDEEMED)
    told = [_redeemed(fields[b"e"]) for _, fields in entries]
    return [(one.at, one.offer, one.campaign, one.place) for one in told if one.at >= since]


async def listen(redis: AsyncRedis, after: str = "$", block_ms: int = 5000) -> AsyncIterator[tuple[str, bytes] | None]:
    """(id, event as JSON) as they come, from after an id; none when nothing came for `block_ms`, so that the listener can breathe."""
    last = after
    if last == "$":
        newest = await redis.xrevrange(STREAM, count=1)
        last = newest[0][0].decode() if newest else "0-0"
    while True:
        found = await redis.xread({STREAM: last}, count=200, block=block_ms)
        if not found:
            yield None
            continue
        for entry_id, fields in found[0][1]:
            last = entry_id.decode()
            yield last, fields[b"e"]
