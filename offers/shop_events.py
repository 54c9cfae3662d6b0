"""What web shops told: each event once, and what it comes to here. A signature was checked before.

Whoever calls works it in one transaction: `take_in` or `reopen`, then what offers/shop_orders.py prepares, then `note`.
"""

import hashlib
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from offers.errors import Conflict, NotFound
from offers.records.ids import new_id
from offers.records.queries import shops as queries
from offers.records.tables import Shop, ShopEvent
from offers.rules.shop_orders.plan import Plan, Taken
from offers.rules.shop_orders.shopify import read_looked_up, read_shopify
from offers.rules.shop_orders.standard import read_standard
from offers.rules.shop_orders.told import (
    REASONS,
    Read,
    ToLookUp,
    Unused,
    Words,
    read_body,
    text,
)
from offers.rules.shop_orders.woocommerce import read_woocommerce
from offers.rules.shop_sealing import ShopKeys, seal, unseal

BODIES_KEPT, EVENTS_KEPT = timedelta(days=7), timedelta(days=30)
LEASE = timedelta(minutes=1)
"""An event that a worker took is looked up again after this: the worker died."""
GIVE_UP_AFTER = timedelta(days=1)
LONGEST_WAIT = timedelta(hours=1)
LONGEST_KEY = 200
Item = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Heard:
    """One event as its headers and its raw body say it."""

    key: str
    topic: str
    at: datetime | None
    """When it happened, by the headers."""
    raw: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Lookup:
    """What a worker asks the shop, with no session open."""

    event_id: str
    domain: str
    token: str = field(repr=False)
    gid: str
    turn: int


def take_in(session: Session, shop_id: str, heard: Heard, *, keys: ShopKeys, now: datetime) -> Taken:
    """Write the event down, once, and read it. What came before, by its own id, is not read again."""
    shop = queries.shop_by_id(session, shop_id)
    if shop is None:
        raise NotFound("shop")
    event_id, key = new_id("sev"), _short(heard.key)
    row = {
        "id": event_id,
        "shop_id": shop_id,
        "key": key,
        "topic": heard.topic[:LONGEST_KEY],
        "happened_at": heard.at,
        "received_at": now,
        "state": "waiting",
        "body": seal(keys, heard.raw, shop_id, "body", key),
        "attempts": 0,
        "not_before": None,
    }
    if not queries.add_event(session, row):
        return Taken(None, shop_id, Unused("nothing", "twice"))
    return Taken(event_id, shop_id, _read(shop, heard, keys, now))


def reopen(session: Session, shop_id: str, event_id: str, *, keys: ShopKeys, turn: int | None = None) -> Taken:
    """The same event again, by what the shop's settings are now; `Conflict` where its body is not kept any more.

    `turn` is of who took it up: `Conflict` where somebody else did so since.
    """
    event, shop = queries.event_of(session, shop_id, event_id), queries.shop_by_id(session, shop_id)
    if event is None or shop is None:
        raise NotFound("event")
    if event.body is None:
        raise Conflict("The event's body is kept for seven days, and gone.", reason="conflict")
    if turn is not None and event.attempts != turn:
        raise Conflict("Somebody else works this event at this moment.")
    raw = unseal(keys, event.body, shop_id, "body", event.key)
    if raw is None:
        return Taken(event_id, shop_id, Unused("failed", "secret_key_changed"), event.attempts)
    heard = Heard(event.key, event.topic, event.happened_at, raw)
    return Taken(event_id, shop_id, _read(shop, heard, keys, event.received_at), event.attempts)


def _read(shop: Shop, heard: Heard, keys: ShopKeys, now: datetime) -> Read:
    body, words = read_body(heard.raw), _words_of(shop)
    if shop.kind == "standard":
        return read_standard(body, words, heard.at or now)
    if shop.kind == "woocommerce":
        return read_woocommerce(heard.topic, body, words, keys)
    return read_shopify(heard.topic, body, words, keys, heard.at)


def _words_of(shop: Shop) -> Words:
    return Words(shop.id, shop.kind, shop.statuses, shop.places, shop.default_place, shop.api_token is not None)


def read_answer(session: Session, lookup: Lookup, node: Any, *, keys: ShopKeys) -> Taken:
    """What a lookup found. `Conflict` when the event does not wait for this one any more."""
    event = queries.event_by_id(session, lookup.event_id)
    shop = None if event is None else queries.shop_by_id(session, event.shop_id)
    if event is None or shop is None:
        raise NotFound("event")
    if event.state != "waiting" or event.attempts != lookup.turn:
        raise Conflict("Somebody else works this event at this moment.")
    read = read_looked_up(event.topic, lookup.gid, node, _words_of(shop), keys, triggered_at=event.happened_at)
    return Taken(event.id, shop.id, read, event.attempts)


def note(session: Session, taken: Taken, outcome: Unused | None, plan: Plan | None, *, now: datetime) -> Item:
    """What became of it, in the log: none is `applied`. `{event, state, reason}`. `Conflict` when somebody else worked it meanwhile."""
    state, reason = ("applied", None) if outcome is None else (outcome.state, outcome.reason)
    if taken.event_id is not None:
        told = None if outcome is None else text(f"{outcome.reason} {outcome.what}", 300)
        values = {"state": state, "reason": told, "not_before": None}
        if plan is not None:
            values |= {"order_id": plan.order_id, "customer_id": plan.customer_id}
        if not queries.write_event(session, taken.event_id, taken.turn, values):
            raise Conflict("Somebody else works this event at this moment.")
        queries.heard(session, taken.shop_id, now)
    return {"event": taken.event_id, "state": state, "reason": reason}


def let_wait(session: Session, taken: Taken, *, now: datetime) -> Item:
    """It has to be looked up first: a worker is rung for, and finds it by this row."""
    if taken.event_id is None:
        raise NotFound("event")
    values = {"state": "waiting", "reason": None, "not_before": now}
    if not queries.write_event(session, taken.event_id, taken.turn, values):
        raise Conflict("Somebody else works this event at this moment.")
    queries.heard(session, taken.shop_id, now)
    return {"event": taken.event_id, "state": "waiting", "reason": None}


def claim(session: Session, event_id: str, *, keys: ShopKeys, now: datetime) -> Lookup | None:
    """Take an event that waits, for a minute; none where somebody else has it, or nothing is to be looked up any more."""
    event = queries.event_by_id(session, event_id)
    if event is None or event.state != "waiting" or event.not_before is None or event.not_before > now:
        return None
    turn = event.attempts + 1
    leased = {"attempts": turn, "not_before": now + LEASE}
    if not queries.write_event(session, event_id, event.attempts, leased):
        return None
    shop = queries.shop_by_id(session, event.shop_id)
    taken = Taken(event_id, event.shop_id, Unused("failed", "token_missing"), turn)
    token = None if shop is None or shop.api_token is None else unseal(keys, shop.api_token, shop.id, "api_token")
    if event.body is None or shop is None or shop.origin is None or token is None:
        note(session, taken, Unused("failed", "token_missing"), None, now=now)
        return None
    read = reopen(session, event.shop_id, event_id, keys=keys).read
    if not isinstance(read, ToLookUp):
        note(session, taken, read if isinstance(read, Unused) else Unused("failed", "unreadable"), None, now=now)
        return None
    return Lookup(event_id, shop.origin, token.decode(), read.gid, turn)


def put_off(session: Session, lookup: Lookup, *, again_in: timedelta | None, now: datetime) -> None:
    """The shop is away, or wants to be asked later: twice as long each time, up to an hour; after a day it is given up, to be replayed."""
    event = queries.event_by_id(session, lookup.event_id)
    if event is None or event.state != "waiting":
        return
    if now - event.received_at > GIVE_UP_AFTER:
        fail(session, lookup, "lookup_away")
        return
    wait = min(max(again_in or timedelta(0), timedelta(seconds=5 * 2 ** min(lookup.turn - 1, 12))), LONGEST_WAIT)
    queries.write_event(session, lookup.event_id, lookup.turn, {"not_before": now + wait})


def fail(session: Session, lookup: Lookup, reason: str) -> None:
    values = {"state": "failed", "reason": reason, "not_before": None}
    queries.write_event(session, lookup.event_id, lookup.turn, values)


def waiting(session: Session, *, now: datetime, limit: int = 200) -> list[str]:
    """Events to ring for: nobody has looked them up, or whoever began died."""
    return list(queries.waiting_events(session, now, limit))


def list_events(
    session: Session, shop_id: str, *, state: str | None = None, cursor: str | None = None, limit: int = 100
) -> tuple[list[Item], str | None]:
    """Newest first."""
    if queries.shop_by_id(session, shop_id) is None:
        raise NotFound("shop")
    rows = queries.events_of(session, shop_id, state, cursor, limit + 1)
    return [event_item(row) for row in rows[:limit]], rows[limit - 1].id if len(rows) > limit else None


def purge(session: Session, *, now: datetime, limit: int = 500) -> int:
    """Bodies after a week, events after a month, some at a time; how many. Safe to repeat."""
    gone = queries.remove_events(session, now - EVENTS_KEPT, limit)
    return gone + queries.forget_bodies(session, now - BODIES_KEPT, limit)


def event_item(row: ShopEvent) -> Item:
    """`reason` with `what` of it; `advice` is what to do about it."""
    reason, _, what = (row.reason or "").partition(" ")
    return {
        "id": row.id,
        "shop": row.shop_id,
        "key": row.key,
        "topic": row.topic,
        "happened_at": row.happened_at,
        "received_at": row.received_at,
        "state": row.state,
        "reason": reason or None,
        "what": what or None,
        "advice": REASONS.get(reason),
        "order": row.order_id,
        "customer": row.customer_id,
        "attempts": row.attempts,
        "may_be_replayed": row.body is not None and row.state != "applied",
    }


def _short(key: str) -> str:
    return key if len(key) <= LONGEST_KEY else hashlib.sha256(key.encode(errors="replace")).hexdigest()
