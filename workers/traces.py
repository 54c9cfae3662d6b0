"""What a person leaves in Redis beside the lanes: live events with names in their texts, and the outboxes. Erased with the person."""

from collections.abc import Callable, Collection, Iterator
from typing import Any

import msgspec
import structlog
from redis import Redis
from redis.exceptions import ResponseError

from workers.happenings import STREAM as HAPPENINGS

OUTBOX = "pb:outbox"
TEXTS = "pb:texts"
"""Text messages of the outbox: a list, the newest first."""
ERASED = "pb:erased"
"""Somebody was erased since beat last looked: an event of theirs may have been told a moment later, and Redis' file still holds the rest."""
UNWRITTEN = "pb:unwritten"
"""Something was removed that Redis' append-only file still holds."""
AT_ONCE = 1000
REWRITE = """
local gone = {}
for _, id in ipairs(ARGV) do gone[id] = true end
local all = redis.call('XRANGE', KEYS[1], '-', '+')
redis.call('DEL', KEYS[1])
for _, entry in ipairs(all) do
  if not gone[entry[1]] then redis.call('XADD', KEYS[1], entry[1], unpack(entry[2])) end
end
if redis.call('EXISTS', KEYS[1]) == 1 then redis.call('XSETID', KEYS[1], all[#all][1]) end
"""
"""KEYS stream; ARGV entries to leave out. XDEL only marks an entry as deleted: its bytes stay in memory, in DUMP and in Redis' file
for as long as others of the same node live."""

log = structlog.get_logger()


class _Event(msgspec.Struct):
    customer: str | None = None
    device_id: str | None = None


_event = msgspec.json.Decoder(_Event, strict=False).decode


def erase_traces(redis: Redis, ids: Collection[str]) -> None:
    """Remove what names these customers or devices."""
    client: Any = redis
    client.set(ERASED, 1)
    _remove(client, HAPPENINGS, lambda fields: not _named(fields[b"e"]).isdisjoint(ids))
    _remove(client, OUTBOX, lambda fields: fields.get(b"device", b"").decode() in ids)
    client.delete(TEXTS)  # numbers, and nobody's names: they live for minutes, and only where nothing is really sent


def erase_what_came_later(redis: Redis, known: Callable[[Collection[str]], set[str]]) -> int:
    """After an erasure: remove the events of customers that `known` does not know, and have Redis write its file anew. How many went."""
    client: Any = redis
    if not client.getdel(ERASED):
        return 0
    told = {one for _, fields in _entries(client, HAPPENINGS) for one in [_event(fields[b"e"]).customer] if one}
    gone = told - known(told)
    removed = _remove(client, HAPPENINGS, lambda fields: _event(fields[b"e"]).customer in gone) if gone else 0
    write_anew(client)
    return removed


def write_anew(client: Any) -> None:
    """Have Redis write its append-only file anew: what was removed still stands in it."""
    client.set(UNWRITTEN, 1)
    write_anew_if_due(client)


def write_anew_if_due(client: Any) -> None:
    """Ask again when Redis refused: one that was under way may have begun before the removal. Safe to repeat."""
    if not client.exists(UNWRITTEN):
        return
    try:
        client.bgrewriteaof()
    except ResponseError as error:
        log.info("file_not_written_anew", reason=type(error).__name__)
        return
    client.delete(UNWRITTEN)


def _named(raw: bytes) -> set[str]:
    event = _event(raw)
    return {one for one in (event.customer, event.device_id) if one}


def _remove(client: Any, stream: str, is_theirs: Callable[[dict[bytes, bytes]], bool]) -> int:
    found = [entry_id for entry_id, fields in _entries(client, stream) if is_theirs(fields)]
    if found:
        client.register_script(REWRITE)(keys=[stream], args=found)
    return len(found)


def _entries(client: Any, stream: str) -> Iterator[tuple[bytes, dict[bytes, bytes]]]:
    after = "-"
    while page := client.xrange(stream, after, "+", AT_ONCE):
        yield from page
        after = b"(" + page[-1][0]
