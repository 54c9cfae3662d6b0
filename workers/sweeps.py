"""What beat looks for: lanes that wait without a ring, ticks that are due, deliveries whose time has come, lists to repair, rows to purge.

Each look only looks and rings; whatever it finds is worked by the same tasks that a ring from the door starts. Safe to repeat.
"""

import time
from collections.abc import Callable, Collection, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import structlog
from redis import Redis

from offers import conversations, history
from offers.abandoned import decide_abandoned, due_abandoned
from offers.coupons import expire_coupons
from offers.customers import known_customers
from offers.deciding import Decided
from offers.deferrals import count_deferrals, decide_deferred, due_deferrals
from offers.deliveries import end_lives, sweep_deliveries
from offers.devices import blocked_devices
from offers.devices import retire_stale_addresses as retire_some
from offers.distances import expected
from offers.follows import Follows
from offers.records.database import Database
from offers.reserving import end_reservation, reservations_to_end
from offers.rules.target import Target
from offers.uncollected import tell_uncollected, uncollected_to_tell
from workers.lanes import BELL_MS, SALTS, LaneDesk, LaneKeys
from workers.seal import hour_of
from workers.traces import erase_what_came_later, write_anew, write_anew_if_due
from workers.vitals import Waiting, tell_waiting

DUE_AT_ONCE = 500
DUE_AGAIN_S = 60
"""A tick that was sent and not worked is sent again after this."""
SALT_HOURS = 2
LIVES_S = 5.0
"""How long one look may go on ending lives."""
RUNG_FOR = 400
"""Deliveries: a ring a hundred. Who hears one sends whatever is due, and rings again."""
PURGE_S = 30.0
"""How long one purge may go on: well below what a task may take."""

RING = """
local due = redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', ARGV[1], 'LIMIT', 0, ARGV[2])
for _, device in ipairs(due) do redis.call('ZADD', KEYS[1], ARGV[3], device) end
local ring = 0
if redis.call('EXISTS', KEYS[4]) == 0 then ring = 1
elseif redis.call('XLEN', KEYS[2]) > 0 and redis.call('SET', KEYS[3], '1', 'NX', 'PX', ARGV[4]) then ring = 1 end
return {ring, due}
"""
"""KEYS due, entries, bell, epoch; ARGV now, how many, when to send them again, bell's ms -> whether to ring, devices whose tick is due."""

log = structlog.get_logger()


def look_at_lanes(redis: Redis, desk: LaneDesk, now: float) -> list[int]:
    """Lanes to ring for: entries and no bell, ticks that are due, or no epoch."""
    script = redis.register_script(RING)
    pipeline: Any = redis.pipeline(transaction=False)
    for lane in range(desk.lanes):
        keys = LaneKeys.of(lane)
        script(
            keys=[keys.due, keys.entries, keys.bell, keys.epoch],
            args=[now, DUE_AT_ONCE, now + DUE_AGAIN_S, BELL_MS],
            client=pipeline,
        )
    rings = set()
    for lane, (ring, due) in enumerate(pipeline.execute()):
        if ring:
            rings.add(lane)
        if due:
            rings.update(desk.tick(lane, [device.decode() for device in due], now))
    return sorted(rings)


def look_at_deliveries(
    database: Database, now: datetime, follow: Callable[[list[dict[str, Any]]], None] = lambda _: None
) -> list[str]:
    """Deliveries to ring for. Leases and lives that have ended are ended here; `follow` is told, after each commit."""
    ends = time.monotonic() + LIVES_S
    while True:
        with database.transaction() as session:
            over = end_lives(session, now=now)
        follow(over)
        if not over or time.monotonic() > ends:
            break
    with database.transaction() as session:
        due, ended = sweep_deliveries(session, now=now, limit=RUNG_FOR)
    if ended:
        log.warning("senders_died", count=len(ended))
    follow(ended)
    return due


def look_at_deferrals(database: Database, now: datetime) -> list[str]:
    """Deferred moments to ring for."""
    with database.reading() as session:
        return due_deferrals(session, now=now)


def decide_what_is_due(database: Database, ids: Sequence[str], now: datetime) -> Decided:
    """Decide deferred moments anew, in one transaction; what follows is the caller's to carry out. Safe to repeat."""
    with database.transaction() as session:
        return decide_deferred(session, ids, now=now)


def look_at_abandoned(database: Database, now: datetime) -> list[str]:
    """Scans to ring for, of which nothing came."""
    with database.reading() as session:
        return due_abandoned(session, now=now)


def decide_what_was_left(database: Database, scan_ids: Sequence[str], now: datetime) -> Decided:
    """Decide scans of which nothing came, in one transaction; what follows is the caller's to carry out. Safe to repeat."""
    with database.transaction() as session:
        return decide_abandoned(session, scan_ids, now=now)


def tell_what_waits(redis: Redis, database: Database, now: datetime) -> None:
    """Say in Redis how many moments wait for the end of the quiet hours, for /metrics."""
    with database.reading() as session:
        waiting, due = count_deferrals(session, now=now)
    tell_waiting(redis, Waiting(waiting, due))


def look_at_reservations(database: Database, now: datetime, follow: Callable[[Follows], None] = lambda _: None) -> int:
    """Put up for sale again what was put by on pages for long enough, one order a transaction; how many. `follow` carries out what follows."""
    with database.reading() as session:
        ids = reservations_to_end(session, now=now)
    ended = 0
    for one in ids:
        with database.transaction() as session:
            follows = end_reservation(session, one, now=now)
        ended += bool(follows.happened)
        follow(follows)
    return ended


def look_at_uncollected(
    database: Database,
    now: datetime,
    deliver: Callable[[Sequence[str]], object] = lambda _: None,
    follow: Callable[[list[dict[str, Any]]], None] = lambda _: None,
) -> int:
    """Tell whose order waits still, one order a transaction; how many. What a look does not come to the next one does."""
    ends, told, after = time.monotonic() + LIVES_S, 0, None
    while time.monotonic() < ends:
        with database.reading() as session:
            found = uncollected_to_tell(session, after, now=now)
        for _, order_id in found:
            with database.transaction() as session:
                follows = tell_uncollected(session, order_id, now=now)
            told += len(follows.deliveries)
            deliver(follows.deliveries)
            follow([dict(one) for one in follows.happened])
        if not found:
            break
        after = found[-1]
    return told


def look_at_coupons(database: Database, now: datetime) -> int:
    """End the coupons whose time is over, a thousand a transaction; how many. Tills go by the time itself and wait for no look."""
    ended = 0
    while True:
        with database.transaction() as session:
            some = expire_coupons(session, now=now)
        ended += some
        if not some:
            return ended


def repair_blocked(redis: Redis, desk: LaneDesk, database: Database) -> int:
    """Make the lanes' lists of blocked devices what SQL says. Only what two reads of SQL agree on is touched: a withdrawal may be under way."""
    client: Any = redis
    listed: dict[str, str] = {}
    for lane in range(desk.lanes):
        listed |= {device.decode(): why.decode() for device, why in client.hgetall(LaneKeys.of(lane).blocked).items()}
    before, after = _blocked(database), _blocked(database)
    missing = {device: why for device, why in before.items() if after.get(device) == why and listed.get(device) != why}
    extra = [
        device for device in listed if device not in before and device not in after and listed[device] != "revoked"
    ]
    desk.block(missing)
    desk.unblock(extra)
    return len(missing) + len(extra)


def repair_targets(desk: LaneDesk, database: Database) -> int:
    """Make the lanes' lists of where customers are expected what SQL says; how many devices were put right. Only what two reads agree on, as above."""
    listed: dict[str, tuple[Target, ...]] = {}
    for lane in range(desk.lanes):
        listed |= desk.expected(lane)
    before, after = _expected(database), _expected(database)
    wrong = {
        device: before.get(device, ())
        for device in {*listed, *before, *after}
        if before.get(device) == after.get(device) != listed.get(device)
    }
    desk.expect(wrong)
    return len(wrong)


def _expected(database: Database) -> dict[str, tuple[Target, ...]]:
    with database.reading() as session:
        return expected(session)


def _blocked(database: Database) -> dict[str, str]:
    with database.reading() as session:
        return blocked_devices(session)


def erase_late_traces(redis: Redis, database: Database) -> int:
    """After an erasure, what was told of somebody a moment later."""

    def known(ids: Collection[str]) -> set[str]:
        with database.reading() as session:
            return known_customers(session, ids)

    return erase_what_came_later(redis, known)


def drop_salts(redis: Redis, desk: LaneDesk, now: float) -> int:
    """Remove the salts of hours that no entry needs any more: what was sealed then stays shut for good, in Redis' own file too."""
    client: Any = redis
    needed = [hour_of(now) - SALT_HOURS + 1]
    for lane in range(desk.lanes):
        keys = LaneKeys.of(lane)
        for stream in (keys.entries, keys.aside):
            needed += [int(fields[b"h"]) for _, fields in client.xrange(stream, count=1)]
    old = [hour for hour in client.hkeys(SALTS) if int(hour) < min(needed)]
    if old:
        client.hdel(SALTS, *old)
        write_anew(client)
    else:
        write_anew_if_due(client)
    return len(old)


def trim_aside(redis: Redis, desk: LaneDesk, now: float, keep: timedelta) -> None:
    """What was set aside is kept, sealed, for somebody to look into, and not for longer."""
    client: Any = redis
    oldest = int((now - keep.total_seconds()) * 1000)
    for lane in range(desk.lanes):
        client.xtrim(LaneKeys.of(lane).aside, minid=f"{oldest}-0", approximate=False)


def retire_stale_addresses(database: Database, now: datetime) -> int:
    """Give up push addresses that nothing was heard of for too long, a thousand a transaction; how many."""
    given_up = 0
    while True:
        with database.transaction() as session:
            some = retire_some(session, now=now)
        given_up += some
        if not some:
            return given_up


def look_after_conversations(
    database: Database,
    now: datetime,
    kept_days: int,
    follow: Callable[[list[dict[str, Any]]], None] = lambda _: None,
) -> tuple[int, int]:
    """Close what nobody goes on with, and remove what was closed long enough ago; how many of each, some at a time."""
    ends, closed, gone = time.monotonic() + LIVES_S, 0, 0
    while time.monotonic() < ends:
        with database.transaction() as session:
            some, follows = conversations.close_forgotten(session, now=now)
        follow([dict(one) for one in follows.happened])
        closed += some
        if not some:
            break
    while time.monotonic() < ends:
        with database.transaction() as session:
            some = conversations.purge_closed(session, before=now - timedelta(days=kept_days))
        gone += some
        if not some:
            break
    return closed, gone


def purge_history(
    database: Database, now: datetime, decision_days: int, transition_days: int, scan_days: int | None = None
) -> dict[str, int]:
    """Remove what has been kept long enough, a thousand rows a transaction; how many of each kind.

    Nobody waits for longer than one portion takes, and when there is more than fits into a task the next one goes on with it.
    """
    ends = time.monotonic() + PURGE_S
    gone = dict.fromkeys(history.PURGED, 0)
    with database.reading() as session:
        kept = history.how_long_kept(
            session,
            decisions_before=now - timedelta(days=decision_days),
            transitions_before=now - timedelta(days=transition_days),
            scans_before=None if scan_days is None else now - timedelta(days=scan_days),
            now=now,
        )
    for kind in history.PURGED:
        after = ""
        while time.monotonic() < ends:
            with database.reading() as session:
                ids = history.kept_long_enough(session, kind, kept, after=after)
            if not ids:
                break
            with database.transaction() as session:
                gone[kind] += history.purge(session, kind, kept, ids)
            after = ids[-1]
    return gone


def utc(at: float) -> datetime:
    return datetime.fromtimestamp(at, UTC)
