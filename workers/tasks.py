"""The tasks: telephones. Each opens, calls one room, and rings for what follows. Any may ring twice."""

import time
from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING, Any

import structlog
from celery import Celery
from redis.exceptions import RedisError

from offers.claiming import count_due
from offers.follows import Follows
from offers.records.database import clock
from offers.rules.templates import family_of
from workers import beat, sweeps
from workers.counting import count_funnels
from workers.enqueue import DECIDE_ABANDONED, DECIDE_DEFERRED, DELIVER, MATCH, SHOP_EVENTS, TEXT, TRY_PUSH
from workers.matching import Matched
from workers.shops.looking import look_at_shop_events, purge_shop_events
from workers.slots import Slots
from workers.texting import look_at_texts, purge_recognitions
from workers.trials import keep_trial
from workers.vitals import HEARD_WORKER, count, forget_the_dead

if TYPE_CHECKING:
    from workers.app import Parts

KEEP_ASIDE = timedelta(days=1)
LOOP_S = 5.0
"""How long one task sends before it rings for the next and makes way: pings wait for the same processes."""

log = structlog.get_logger()


def register(app: Celery, parts: "Callable[[], Parts]", slots: Slots) -> None:
    """Give the application its tasks. `parts()` has this process's real parts; a forked child makes its own."""

    def match(lane: int) -> None:
        here = parts()
        if here.matcher.match(lane):
            here.bell.match([lane])

    def deliver(delivery_ids: list[str]) -> None:
        here = parts()
        if send_in_a_slot(here, slots):
            here.bell.deliver(delivery_ids[:1])

    def look() -> None:
        here = parts()
        now = time.time()
        here.redis.set(HEARD_WORKER, now, ex=600)
        here.bell.match(sweeps.look_at_lanes(here.redis, here.desk, now))

    def look_at_deliveries() -> None:
        here = parts()
        follow = partial(follow_happened, here)
        here.bell.deliver(sweeps.look_at_deliveries(here.database, here.database.clock(), follow))

    def look_at_deferrals() -> None:
        here = parts()
        here.bell.decide_deferred(sweeps.look_at_deferrals(here.database, sweeps.utc(time.time())))

    def decide_deferred(deferral_ids: list[str]) -> None:
        here = parts()
        decided = sweeps.decide_what_is_due(here.database, deferral_ids, sweeps.utc(time.time()))
        here.bell.deliver(decided.deliveries)
        follow_happened(here, decided.happened)

    def look_at_coupons() -> None:
        sweeps.look_at_coupons(parts().database, sweeps.utc(time.time()))

    def repair() -> None:
        here = parts()
        sweeps.repair_blocked(here.redis, here.desk, here.database)
        sweeps.repair_targets(here.desk, here.database)
        sweeps.erase_late_traces(here.redis, here.database)
        now = time.time()
        sweeps.tell_what_waits(here.redis, here.database, sweeps.utc(now))
        sweeps.drop_salts(here.redis, here.desk, now)
        sweeps.trim_aside(here.redis, here.desk, now, KEEP_ASIDE)
        forget_the_dead(here.redis, now)

    def purge() -> None:
        here = parts()
        settings = here.settings
        sweeps.retire_stale_addresses(here.database, sweeps.utc(time.time()))
        now = sweeps.utc(time.time())
        purge_recognitions(here.database, now)
        purge_shop_events(here.database, now)
        sweeps.look_after_conversations(here.database, now, settings.scan_days, partial(follow_happened, here))
        sweeps.purge_history(here.database, now, settings.decision_days, settings.transition_days, settings.scan_days)

    named: dict[str, Callable[..., None]] = {
        MATCH: match,
        DELIVER: deliver,
        DECIDE_DEFERRED: decide_deferred,
        beat.LOOK: look,
        beat.DELIVERIES_LOOK: look_at_deliveries,
        beat.DEFERRALS_LOOK: look_at_deferrals,
        beat.COUPONS_LOOK: look_at_coupons,
        beat.PAYMENTS_LOOK: look_at_payments_of(parts),
        beat.FUNNELS: count_funnels_of(parts),
        beat.REPAIR: repair,
        beat.PURGE: purge,
    }
    named |= _of_scans(parts) | _of_texts(parts) | _of_shops(parts) | _of_trials(parts)
    for name, task in named.items():
        app.task(name=name, shared=False)(task)  # of this application alone, whichever others there are


def _of_scans(parts: "Callable[[], Parts]") -> dict[str, Callable[..., None]]:
    """The tasks of what is left: scans of which nothing came, what was put by, orders that nobody collects."""

    def look_at_abandoned() -> None:
        here = parts()
        here.bell.decide_abandoned(sweeps.look_at_abandoned(here.database, sweeps.utc(time.time())))

    def decide_abandoned(scan_ids: list[str]) -> None:
        here = parts()
        decided = sweeps.decide_what_was_left(here.database, scan_ids, sweeps.utc(time.time()))
        here.bell.deliver(decided.deliveries)
        follow_happened(here, decided.happened)

    def look_at_reservations() -> None:
        here = parts()
        sweeps.look_at_reservations(here.database, sweeps.utc(time.time()), partial(carry_out, here))

    def look_at_uncollected() -> None:
        here = parts()
        now = sweeps.utc(time.time())
        sweeps.look_at_uncollected(here.database, now, here.bell.deliver, partial(follow_happened, here))

    return {
        beat.UNCOLLECTED_LOOK: look_at_uncollected,
        beat.ABANDONED_LOOK: look_at_abandoned,
        beat.RESERVATIONS_LOOK: look_at_reservations,
        DECIDE_ABANDONED: decide_abandoned,
    }


def count_funnels_of(parts: "Callable[[], Parts]") -> Callable[[], None]:
    def count_days() -> None:
        here = parts()
        count_funnels(here.database, lambda: sweeps.utc(time.time()), here.settings.decision_days)

    return count_days


def look_at_payments_of(parts: "Callable[[], Parts]") -> Callable[[], None]:
    def look_at_payments() -> None:
        here = parts()
        if here.asking is not None:
            here.asking.ask_for_long_open(partial(carry_out, here))

    return look_at_payments


def _of_texts(parts: "Callable[[], Parts]") -> dict[str, Callable[..., None]]:
    """The tasks of text messages."""

    def text(code_id: str) -> None:
        parts().texting.send(code_id, sweeps.utc(time.time()))

    def look() -> None:
        here = parts()
        here.bell.text(look_at_texts(here.database, sweeps.utc(time.time())))

    return {TEXT: text, beat.TEXTS_LOOK: look}


def _of_shops(parts: "Callable[[], Parts]") -> dict[str, Callable[..., None]]:
    """The tasks of web shops' events that carry no order."""

    def look_up(event_ids: list[str]) -> None:
        here = parts()
        here.looking.look_up(event_ids, lambda: sweeps.utc(time.time()), lambda follows: carry_out(here, follows))

    def look() -> None:
        here = parts()
        here.bell.shop_events(look_at_shop_events(here.database, sweeps.utc(time.time())))

    return {SHOP_EVENTS: look_up, beat.SHOPS_LOOK: look}


def _of_trials(parts: "Callable[[], Parts]") -> dict[str, Callable[..., None]]:
    """Whether a push service takes our credentials, for somebody who waits for the answer."""

    def try_it(trial_id: str) -> None:
        from workers.push.trying import try_push  # noqa: PLC0415 - what it needs beat can do without

        here = parts()
        keep_trial(here.redis, try_push(here.settings, here.account, trial_id))

    return {TRY_PUSH: try_it}


def send_in_a_slot(parts: "Parts", slots: Slots) -> bool:
    """Send what is due if a slot is free; whether to ring for more.

    Where none is, whoever has it sends this too: after giving it back they look once more, for what was rung for meanwhile.
    """
    for _ in range(2):
        with slots.take() as taken:
            if not taken:
                return False
            if send_what_is_due(parts, time.monotonic() + LOOP_S):
                return True
        with parts.database.reading() as session:
            if not count_due(session, 1, now=clock(session)):
                return False
    return False


def send_what_is_due(parts: "Parts", until: float) -> bool:
    """Send until nothing is due, the rate is used up or `until`, by the monotonic clock; whether there may be more.

    By the database's clock: leases, waits and lives are written by it, whichever machine works them.
    """
    while parts.sender.deliver_next(parts.database.clock).more:
        if time.monotonic() >= until:
            return True
    return False


def counts_of(happened: list[dict[str, Any]]) -> dict[str, int]:
    """What the counters make of live events: `decision:send`, `delivery:sent`, `transition:enter`, `zone:missing`; and of messages that
    went out as the default text the fact that was missing: `default_text:purchase.title`. Tests are not counted.
    """
    happened = [event for event in happened if event.get("kind") != "test"]
    names = {"decision": "outcome", "delivery": "state", "transition": "kind"}
    counts = Counter(f"{event['type']}:{event[names[event['type']]]}" for event in happened if event["type"] in names)
    counts.update(
        f"default_text:{family_of(event['missing'])}"
        for event in happened
        if event["type"] == "delivery" and event["state"] in ("sent", "unknown") and event.get("missing")
    )
    decided = [event["facts"] for event in happened if event["type"] == "decision"]
    counts.update(f"zone:{facts['customer_zone']}" for facts in decided if "customer_zone" in facts)
    return dict(counts)


def follow_matched(parts: "Parts", matched: Matched) -> None:
    """After the commit: ring for the deliveries, tell what happened, count it."""
    parts.bell.deliver(matched.deliveries)
    follow_happened(parts, matched.happened)


def carry_out(parts: "Parts", follows: Follows) -> None:
    """What follows a commit of a worker's: in the lanes, in messages, and told. With Redis away beat repairs the lanes, and sweeps ring."""
    try:
        parts.bell.match(parts.desk.follow(follows, time.time()))
    except (RedisError, OSError) as error:
        log.warning("aftermath_left_to_beat", error=type(error).__name__)
    follow_matched(parts, Matched(list(follows.deliveries), [dict(one) for one in follows.happened]))


def follow_happened(parts: "Parts", happened: list[dict[str, Any]]) -> None:
    """Tell and count it. Redis being away fails nobody: whoever calls may hold messages that are about to be sent."""
    if not happened:
        return
    parts.tell(happened)
    try:
        count(parts.redis, counts_of(happened))
    except RedisError as error:
        log.warning("not_counted", error=type(error).__name__)
