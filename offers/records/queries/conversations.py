from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Select, case, delete, func, literal, select
from sqlalchemy.orm import Session

from offers.records.queries.among import among
from offers.records.queries.customers import customers_locked
from offers.records.queries.history import Asked
from offers.records.queries.leafing import Key, Orders, leaf_of
from offers.records.tables import Conversation, ConversationMessage, Customer, Delivery, Order, Purchase, User
from offers.rules.leafing import Leaf, Turn

A_MOMENT = timedelta(microseconds=1)


def conversation_by_id(session: Session, conversation_id: str) -> Conversation | None:
    return session.get(Conversation, conversation_id)


def conversation_locked(session: Session, conversation_id: str) -> tuple[Conversation, Customer] | None:
    """The conversation and whose it is, both locked until the commit, the customer first; none when it is no more."""
    while True:
        owner = session.scalar(select(Conversation.customer_id).where(Conversation.id == conversation_id))
        if owner is None:
            return None
        customer = customers_locked(session, [owner]).get(owner)
        row = session.get(Conversation, conversation_id, with_for_update=True, populate_existing=True)
        if row is None:
            return None
        if customer is not None and row.customer_id == customer.id:
            return row, customer


def messages_of(session: Session, conversation_id: str) -> Sequence[ConversationMessage]:
    """In the order in which they were said."""
    wanted = select(ConversationMessage).where(ConversationMessage.conversation_id == conversation_id)
    return session.scalars(wanted.order_by(ConversationMessage.at, ConversationMessage.id)).all()


def message_by_id(session: Session, message_id: str) -> ConversationMessage | None:
    return session.get(ConversationMessage, message_id)


def add_message(
    session: Session, row: Conversation, message_id: str, said: str, *, now: datetime, user_id: str | None = None
) -> ConversationMessage:
    """By this user of the staff, else by the customer; after all that was said before: two at one moment, or a clock that goes behind, keep
    their order. The conversation is locked.
    """
    newest = session.scalar(
        select(func.max(ConversationMessage.at)).where(ConversationMessage.conversation_id == row.id)
    )
    at = now if newest is None else max(now, newest + A_MOMENT)
    sender = "staff" if user_id else "customer"
    message = ConversationMessage(
        id=message_id, conversation_id=row.id, sender=sender, user_id=user_id, said=said, at=at
    )
    session.add(message)
    row.updated_at = at
    session.flush()
    return message


def count_open(session: Session, customer_id: str) -> int:
    wanted = select(func.count()).where(Conversation.customer_id == customer_id, Conversation.state != "closed")
    return int(session.scalar(wanted) or 0)


def open_of(session: Session, customer_id: str) -> Sequence[Conversation]:
    """Of one customer, the newest first."""
    wanted = select(Conversation).where(Conversation.customer_id == customer_id, Conversation.state != "closed")
    return session.scalars(wanted.order_by(Conversation.id.desc())).all()


def count_said(session: Session, customer_id: str, since: datetime) -> int:
    """How much a customer has said since then, in all their conversations."""
    own = select(Conversation.id).where(Conversation.customer_id == customer_id)
    said = (ConversationMessage.sender == "customer", ConversationMessage.at > since)
    return int(session.scalar(select(func.count()).where(ConversationMessage.conversation_id.in_(own), *said)) or 0)


def count_waiting(session: Session) -> int:
    return int(session.scalar(select(func.count()).where(Conversation.state == "waiting")) or 0)


def conversations(session: Session, asked: Asked) -> Sequence[Conversation]:
    """The newest first; one more than asked for when there are more."""
    wanted = select(Conversation)
    same = {
        Conversation.customer_id: asked.customer,
        Conversation.place_id: asked.place,
        Conversation.state: asked.state,
    }
    for column, value in same.items():
        if value is not None:
            wanted = wanted.where(column == value)
    if asked.since is not None:
        wanted = wanted.where(Conversation.created_at >= asked.since)
    if asked.cursor is not None:
        wanted = wanted.where(Conversation.id < asked.cursor)
    return session.scalars(wanted.order_by(Conversation.id.desc()).limit(asked.limit + 1)).all()


_LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)
ORDERS = Orders(
    Conversation.id,
    "waits",
    {
        "waits": (
            Key(case((Conversation.state == "waiting", 0), else_=1), "number"),
            Key(func.coalesce(Conversation.waiting_since, literal(_LONG_AGO, Conversation.updated_at.type)), "time"),
            Key(Conversation.updated_at, "time", falls=True),
        ),
        "changed": (Key(Conversation.updated_at, "time"),),
        "began": (Key(Conversation.created_at, "time"),),
    },
)


def leaf_of_conversations(session: Session, place_id: str | None, state: str | None, turn: Turn) -> Leaf:
    """Who waits first, the longest on top, then what was said last; or as asked for. Closed ones only where they are."""
    wanted: Select[Any] = select(Conversation).where(
        Conversation.state != "closed" if state is None else Conversation.state == state
    )
    if place_id is not None:
        wanted = wanted.where(Conversation.place_id == place_id)
    return leaf_of(session, wanted, turn, ORDERS)


def last_messages(session: Session, ids: Iterable[str]) -> dict[str, ConversationMessage]:
    """What was said last in each of these."""
    number = func.row_number().over(
        partition_by=ConversationMessage.conversation_id,
        order_by=(ConversationMessage.at.desc(), ConversationMessage.id.desc()),
    )
    ranked = (
        select(ConversationMessage.id, number.label("number"))
        .where(among(ConversationMessage.conversation_id, ids))
        .subquery()
    )
    rows = session.scalars(
        select(ConversationMessage).join(ranked, ranked.c.id == ConversationMessage.id).where(ranked.c.number == 1)
    )
    return {row.conversation_id: row for row in rows}


def names_of_staff(session: Session, ids: Iterable[str]) -> dict[str, str]:
    rows = session.execute(select(User.id, User.name).where(among(User.id, ids)))
    return {row.id: row.name for row in rows}


def answered_since(session: Session, place_id: str, since: datetime, limit: int = 1000) -> list[timedelta]:
    """How long those at this store waited for their first answer who began since then."""
    wanted = (
        select(Conversation.created_at, Conversation.first_answered_at)
        .where(
            Conversation.place_id == place_id,
            Conversation.created_at >= since,
            Conversation.first_answered_at.is_not(None),
        )
        .order_by(Conversation.created_at.desc())
        .limit(limit)
    )
    return [row.first_answered_at - row.created_at for row in session.execute(wanted) if row.first_answered_at]


def begun_between(session: Session, since: datetime, until: datetime, place_id: str | None) -> Sequence[Any]:
    """(id, place_id, customer_id, created_at, first_answered_at) of conversations, by when they began."""
    wanted = select(
        Conversation.id,
        Conversation.place_id,
        Conversation.customer_id,
        Conversation.created_at,
        Conversation.first_answered_at,
    ).where(Conversation.created_at >= since, Conversation.created_at < until)
    if place_id is not None:
        wanted = wanted.where(Conversation.place_id == place_id)
    return session.execute(wanted.order_by(Conversation.created_at, Conversation.id)).all()


def bought_since(session: Session, customers: Iterable[str], since: datetime) -> dict[str, list[datetime]]:
    """When each of these customers bought, or ordered on a page, since then. An order that was cancelled is none."""
    ids = set(customers)
    found: dict[str, list[datetime]] = {}
    bought = select(Purchase.customer_id, Purchase.at).where(among(Purchase.customer_id, ids), Purchase.at >= since)
    ordered = select(Order.customer_id, Order.created_at).where(
        among(Order.customer_id, ids), Order.created_at >= since, Order.source == "page", Order.status != "cancelled"
    )
    for customer, at in (*session.execute(bought), *session.execute(ordered)):
        found.setdefault(customer, []).append(at)
    return found


def is_told_since(session: Session, customer_id: str, conversation_id: str, since: datetime | None) -> bool:
    """Whether a message that the store has answered was written since then, and may have left or still may."""
    wanted = select(Delivery.id).where(
        Delivery.customer_id == customer_id,
        Delivery.source_id == conversation_id,
        Delivery.kind == "reply",
        Delivery.state.in_(("queued", "sending", "sent", "unknown")),
    )
    if since is not None:
        wanted = wanted.where(Delivery.created_at > since)
    return session.scalar(wanted.limit(1)) is not None


def conversations_by_id(session: Session, ids: Iterable[str]) -> dict[str, Conversation]:
    """These as they are now."""
    wanted = select(Conversation).where(among(Conversation.id, ids)).execution_options(populate_existing=True)
    return {row.id: row for row in session.scalars(wanted)}


def silent_since(session: Session, before: datetime, limit: int) -> Sequence[str]:
    """Ids of those that are open and in which nobody has said anything since."""
    wanted = select(Conversation.id).where(Conversation.state != "closed", Conversation.updated_at < before)
    return session.scalars(wanted.order_by(Conversation.updated_at, Conversation.id).limit(limit)).all()


def closed_before(session: Session, before: datetime, limit: int) -> Sequence[tuple[str, str]]:
    """(id, customer) of those that were closed before."""
    wanted = select(Conversation.id, Conversation.customer_id).where(
        Conversation.state == "closed", Conversation.closed_at < before
    )
    rows = session.execute(wanted.order_by(Conversation.closed_at, Conversation.id).limit(limit))
    return [(one, customer) for one, customer in rows]


def remove_closed(session: Session, ids: Iterable[str], before: datetime) -> int:
    """Those of these of which that is still so; their messages go with them."""
    gone = (
        delete(Conversation)
        .where(among(Conversation.id, ids), Conversation.state == "closed", Conversation.closed_at < before)
        .returning(Conversation.id)
        .execution_options(synchronize_session=False)
    )
    return len(session.execute(gone).all())
