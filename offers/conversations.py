"""Conversations: a customer asks a store, staff answer, either of them ends it.

`waiting` is for the store: somebody asked and nobody answered since. `answered` is for the customer. `closed` is over until one of them says
something again: what is said reopens it, so nothing that anybody wrote is lost.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from offers.errors import BadInput, Conflict, NotFound
from offers.follows import Follows
from offers.records.ids import new_id
from offers.records.items import conversation_told
from offers.records.queries import browsers, scans
from offers.records.queries import conversations as queries
from offers.records.queries import customers as customer_queries
from offers.records.queries import orders as order_queries
from offers.records.queries import places as place_queries
from offers.records.queries.users import note_deed
from offers.records.tables import Conversation, Customer, Delivery
from offers.rules.conversation import (
    FORGOTTEN,
    GLANCE,
    MOST_AN_HOUR,
    MOST_OPEN,
    REPLY_LIFE,
    TextTooLong,
    Topic,
    clean_text,
    is_read,
)

AN_HOUR = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Question:
    """What a form asks. The id is made with the form, so that a form sent twice asks once."""

    conversation_id: str
    topic: Topic
    said: str
    language: str
    place_id: str | None
    sku: str | None
    size: str | None


@dataclass(frozen=True, slots=True)
class Asked:
    """`device_id` is the browser that asked: made here where it was nobody's."""

    conversation_id: str
    device_id: str | None
    follows: Follows


@dataclass(frozen=True, slots=True)
class Answered:
    """`meanwhile`: somebody else of the staff had answered since the page was shown, so that the customer has both."""

    meanwhile: bool
    follows: Follows


def new_conversation_id() -> str:
    """For a form that asks."""
    return new_id("cnv")


def new_message_id() -> str:
    """For a form that says something in a conversation."""
    return new_id("cms")


def ask_about_scan(
    session: Session, scan_id: str, device_id: str | None, question: Question, *, now: datetime
) -> Asked:
    """Begin a conversation from a scan's page. Safe to repeat. `Conflict` with the reason `too_many_open` or `too_often`."""
    scan = scans.scan_by_id(session, scan_id)
    if scan is None:
        raise NotFound("scan")
    said = _cleaned(question.said)
    if asked := _asked_before(session, question, scan_id=scan_id):
        return asked
    known = browsers.browser_locked(session, device_id)
    device = known[0] if known else browsers.new_browser(session, question.language, now)
    if known and (asked := _asked_before(session, question, scan_id=scan_id)):
        return asked  # the same form, sent at the same moment: who came first had the lock
    row = _begin(session, device.customer_id, question, said, now)
    row.device_id, row.scan_id = device.id, scan_id
    scans.recognise(session, scan_id, device.customer_id, device.id)
    scans.finish(session, scan_id, "asked", now)
    session.flush()
    return Asked(row.id, device.id, Follows(happened=(conversation_told(row),)))


def ask_about_order(
    session: Session, order_id: str, device_id: str | None, question: Question, *, now: datetime
) -> Asked:
    """The same from an order's page: whoever has that page's address asks as the order's customer. The browser is theirs, or not noted."""
    order = order_queries.order_by_id(session, order_id)
    if order is None:
        raise NotFound("order")
    said = _cleaned(question.said)
    if asked := _asked_before(session, question, order_id=order_id):
        return asked
    if not customer_queries.lock_customers(session, [order.customer_id]):
        raise NotFound("order")
    if asked := _asked_before(session, question, order_id=order_id):
        return asked
    row = _begin(session, order.customer_id, question, said, now)
    device = customer_queries.devices_by_id(session, [device_id]).get(device_id) if device_id else None
    own = device is not None and device.customer_id == order.customer_id and browsers.is_browser_in_use(device)
    row.order_id, row.scan_id, row.device_id = order_id, order.scan_id, device_id if own else None
    if row.scan_id is not None and scans.scan_by_id(session, row.scan_id) is None:
        row.scan_id = None  # scans are kept for their own time
    session.flush()
    return Asked(row.id, row.device_id, Follows(happened=(conversation_told(row),)))


def _asked_before(
    session: Session, question: Question, *, scan_id: str | None = None, order_id: str | None = None
) -> Asked | None:
    """What the same form has asked already."""
    row = queries.conversation_by_id(session, question.conversation_id)
    if row is None:
        return None
    if (scan_id and row.scan_id != scan_id) or (order_id and row.order_id != order_id):
        raise NotFound("conversation")
    return Asked(row.id, row.device_id, Follows())


def _begin(session: Session, customer_id: str, question: Question, said: str, now: datetime) -> Conversation:
    """The customer is locked by the caller, so nobody else begins one of theirs now."""
    place = place_queries.place_by_id(session, question.place_id) if question.place_id else None
    if place is None:
        raise BadInput.at("store", "there is no such store")
    _refuse_too_many(session, customer_id, now)
    row = Conversation(
        id=question.conversation_id,
        customer_id=customer_id,
        place_id=place.id,
        topic=question.topic,
        sku=question.sku,
        size=question.size,
        language=question.language,
        state="waiting",
        waiting_since=now,
        created_at=now,
        updated_at=now,
        read_at=now,
    )
    session.add(row)
    session.flush()
    queries.add_message(session, row, new_id("cms"), said, now=now)
    return row


def _refuse_too_many(session: Session, customer_id: str, now: datetime, *, opens: bool = True) -> None:
    if opens and queries.count_open(session, customer_id) >= MOST_OPEN:
        raise Conflict("Three questions are open already.", reason="too_many_open")
    if queries.count_said(session, customer_id, now - AN_HOUR) >= MOST_AN_HOUR:
        raise Conflict("Too many messages within an hour.", reason="too_often")


def say(session: Session, conversation_id: str, message_id: str, typed: str, *, now: datetime) -> Follows:
    """The customer says something more; in a conversation that is over it opens it again. Safe to repeat, by the message's id."""
    said = _cleaned(typed)
    row, customer = _locked(session, conversation_id)
    if _is_said(session, message_id, conversation_id):
        return Follows()
    _refuse_too_many(session, customer.id, now, opens=row.state == "closed")
    queries.add_message(session, row, message_id, said, now=now)
    row.waiting_since = row.waiting_since or row.updated_at
    row.state, row.closed_at, row.read_at = "waiting", None, row.updated_at
    session.flush()
    return Follows(happened=(conversation_told(row),))


def answer(
    session: Session, conversation_id: str, user_id: str, message_id: str, typed: str, *, seen: str, now: datetime
) -> Answered:
    """Staff answer, also one that is over, which opens it again. Two at once are both kept. Safe to repeat, by the message's id.

    `seen` is the last message that the page showed whoever answers.
    """
    said = _cleaned(typed)
    row, customer = _locked(session, conversation_id)
    if _is_said(session, message_id, conversation_id):
        return Answered(meanwhile=False, follows=Follows())
    before = queries.messages_of(session, conversation_id)
    since = next((number + 1 for number, one in enumerate(before) if one.id == seen), 0)
    meanwhile = any(one.sender == "staff" and one.user_id != user_id for one in before[since:])
    asked_at = next((one.at for one in reversed(before) if one.sender == "customer"), row.created_at)
    message = queries.add_message(session, row, message_id, said, now=now, user_id=user_id)
    row.state, row.waiting_since, row.closed_at = "answered", None, None
    row.first_answered_at = row.first_answered_at or message.at
    note_deed(session, user_id, "answered", "conversation", row.id, now=now)
    _tell(session, row, customer, asked_at, said_at=message.at, now=now)
    session.flush()
    return Answered(meanwhile, Follows(happened=(conversation_told(row),)))


def close_as_staff(session: Session, conversation_id: str, user_id: str, *, now: datetime) -> Follows:
    """Over, whoever is waiting. Nothing when it is over already."""
    row, _ = _locked(session, conversation_id)
    if row.state == "closed":
        return Follows()
    note_deed(session, user_id, "closed", "conversation", row.id, now=now)
    return _close(session, row, now)


def close_as_customer(session: Session, conversation_id: str, *, now: datetime) -> Follows:
    """They have what they wanted. Nothing when it is over already."""
    row, _ = _locked(session, conversation_id)
    if row.state == "closed":
        return Follows()
    row.read_at = max(now, row.updated_at)
    return _close(session, row, now)


def look(session: Session, conversation_id: str, *, now: datetime) -> None:
    """The customer has looked at the conversation. Safe to repeat; who looks earlier than somebody else changes nothing."""
    row, _ = _locked(session, conversation_id)
    row.read_at = max(now, row.updated_at, row.read_at or now)
    session.flush()


def close_forgotten(session: Session, *, now: datetime, limit: int = 200) -> tuple[int, Follows]:
    """Close those in which nobody has said anything for two weeks; how many, `limit` at most. Safe to repeat."""
    follows, closed = Follows(), 0
    ids = queries.silent_since(session, now - FORGOTTEN, limit)
    owners = {row.customer_id for row in queries.conversations_by_id(session, ids).values()}
    customer_queries.lock_customers(session, owners)
    for conversation_id in sorted(ids):
        found = queries.conversation_locked(session, conversation_id)
        if found is not None and found[0].state != "closed" and found[0].updated_at < now - FORGOTTEN:
            follows |= _close(session, found[0], now)
            closed += 1
    return closed, follows


def purge_closed(session: Session, *, before: datetime, limit: int = 500) -> int:
    """Remove conversations that were closed before then; how many, `limit` at most. Safe to repeat."""
    found = queries.closed_before(session, before, limit)
    customer_queries.lock_customers(session, {customer for _, customer in found})
    return queries.remove_closed(session, [one for one, _ in found], before)


def _close(session: Session, row: Conversation, now: datetime) -> Follows:
    row.state, row.waiting_since, row.closed_at = "closed", None, now
    session.flush()
    return Follows(happened=(conversation_told(row),))


def _locked(session: Session, conversation_id: str) -> tuple[Conversation, Customer]:
    found = queries.conversation_locked(session, conversation_id)
    if found is None:
        raise NotFound("conversation")
    return found


def _is_said(session: Session, message_id: str, conversation_id: str) -> bool:
    message = queries.message_by_id(session, message_id)
    if message is not None and message.conversation_id != conversation_id:
        raise NotFound("message")
    return message is not None


def _cleaned(typed: str) -> str:
    try:
        said = clean_text(typed)
    except TextTooLong:
        raise BadInput.at("said", "too_long") from None
    except ValueError:
        raise BadInput.at("said", "unreadable") from None
    if not said:
        raise BadInput.at("said", "missing")
    return said


def _tell(
    session: Session, row: Conversation, customer: Customer, asked_at: datetime, *, said_at: datetime, now: datetime
) -> None:
    """One message for a run of answers that the customer has not read, and not before they had a moment to read it on the page.

    The customer is locked by the caller, so nobody else writes one now. The look at deliveries finds it when it is due.
    """
    if not customer.orders or is_read(row.read_at, said_at):
        return
    devices: Sequence[str] = customer_queries.reachable_devices(session, [customer.id], now, "reply").get(
        customer.id, []
    )
    if not devices or queries.is_told_since(session, customer.id, row.id, row.read_at):
        return
    session.add(
        Delivery(
            id=new_id("dlv"),
            customer_id=customer.id,
            device_id=row.device_id if row.device_id in devices else devices[0],
            source_id=row.id,
            kind="reply",
            moment=f"reply:{said_at.isoformat()}",
            context={"place_id": row.place_id, "asked_at": asked_at.isoformat(), "said_at": said_at.isoformat()},
            state="queued",
            turn=0,
            created_at=now,
            not_before=now + GLANCE,
            expires_at=now + REPLY_LIFE,
            attempts=0,
        )
    )
