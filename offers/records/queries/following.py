"""What somebody did within some days after a decision, and whose language it goes by: asked in one way by who counts it and by who lists it."""

from collections import defaultdict
from collections.abc import Iterable
from typing import Any, Literal

from sqlalchemy import ColumnElement, String, and_, case, exists, func, literal, select
from sqlalchemy.orm import Session

from offers.records.queries.among import among
from offers.records.tables import Coupon, Customer, Decision, Purchase, Visit
from offers.rules.funnel import FOLLOWED, HELD_OUT, SENT

Deed = Literal["visited", "bought"]
After = Literal["visited", "bought", "redeemed"]
DEEDS: dict[Deed, tuple[Any, Any]] = {"visited": (Visit, Visit.entered_at), "bought": (Purchase, Purchase.at)}
"""What is followed, and the moment at which it happened."""

is_followed: ColumnElement[bool] = Decision.outcome.in_((SENT, HELD_OUT))
language_of_decision: ColumnElement[str] = (
    select(func.coalesce(Customer.language, "")).where(Customer.id == Decision.customer_id).scalar_subquery()
)
"""The customer's, as it is now; empty where none is known. Looked up row by row, so that of a list no more customers are read than it has rows."""


def came_after(session: Session, deed: Deed) -> ColumnElement[int]:
    """1 where it did come after the decision, else 0: a value and no condition, which PostgreSQL would answer by joining all visits ever made."""
    table, _ = DEEDS[deed]
    return case((exists(select(table.id).where(_is_after(session, deed))), 1), else_=0)


def happened(session: Session, after: After) -> list[ColumnElement[bool]]:
    """What holds of the decisions after which that was done: of a coupon whenever it was redeemed, of the rest as it is counted."""
    if after == "redeemed":
        redeemed = exists().where(Coupon.decision_id == Decision.id, Coupon.state == "redeemed")
        return [case((redeemed, 1), else_=0) == 1]
    return [is_followed, came_after(session, after) == 1]


def deeds_after(session: Session, decision_ids: Iterable[str], deed: Deed) -> dict[str, list[Any]]:
    """By decision the visits or purchases that came after it, the first first."""
    table, at = DEEDS[deed]
    wanted = select(Decision.id, table).join(table, _is_after(session, deed)).where(among(Decision.id, decision_ids))
    found: dict[str, list[Any]] = defaultdict(list)
    for decision, row in session.execute(wanted.order_by(at, table.id)):
        found[decision].append(row)
    return found


def _is_after(session: Session, deed: Deed) -> ColumnElement[bool]:
    table, at = DEEDS[deed]
    return and_(table.customer_id == Decision.customer_id, at > Decision.at, at <= _until(session))


def _until(session: Session) -> Any:
    """Some days after the decision, as this database reckons. SQLite keeps moments as texts, to the microsecond."""
    if session.get_bind().dialect.name == "postgresql":
        return Decision.at + literal(FOLLOWED)
    return func.strftime("%Y-%m-%d %H:%M:%f", Decision.at, f"+{FOLLOWED.days} days", type_=String) + "000"
