"""What customers are told of their orders: our texts, and the brand's own in their place."""

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from offers.errors import NotFound
from offers.records.queries import service_texts as queries
from offers.records.tables import ServiceText
from offers.rules.order_moments import MOMENTS
from offers.rules.order_texts import OURS
from offers.rules.service_texts import ServiceTextsBody
from offers.rules.values import write_duration


def list_service_texts(session: Session) -> list[dict[str, Any]]:
    """Each moment, in the order of an order's life."""
    own = queries.service_texts(session)
    return [_item(moment, own.get(moment, {})) for moment in MOMENTS]


def put_service_text(session: Session, moment: str, body: ServiceTextsBody, *, now: datetime) -> dict[str, Any]:
    """The brand's texts from now on, also of what waits to be sent; a language that is not among them has ours. Safe to repeat."""
    if moment not in MOMENTS:
        raise NotFound("service message")
    written = body.as_json()
    row = queries.service_text(session, moment)
    if row is None:
        session.add(ServiceText(moment=moment, texts=written, updated_at=now))
    elif row.texts != written:
        row.texts, row.updated_at = written, now
    session.flush()
    return _item(moment, written)


def remove_service_text(session: Session, moment: str) -> None:
    """Ours again. Safe to repeat."""
    if moment not in MOMENTS:
        raise NotFound("service message")
    row = queries.service_text(session, moment)
    if row is not None:
        session.delete(row)
        session.flush()


def _item(moment: str, own: dict[str, Any]) -> dict[str, Any]:
    """`ours` are the words where every fact is known; `texts` the brand's."""
    rules = MOMENTS[moment]
    ours = {tag: {"title": text.title, "body": text.bodies[0]} for tag, text in OURS[moment].items()}
    return {
        "moment": moment,
        "life": write_duration(rules.life),
        "waits_for_morning": rules.waits,
        "ours": ours,
        "texts": own,
    }
