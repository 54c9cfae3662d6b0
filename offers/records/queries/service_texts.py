from collections.abc import Collection, Mapping
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from offers.records.queries.among import among
from offers.records.tables import ServiceText


def service_texts(session: Session, moments: Collection[str] | None = None) -> Mapping[str, dict[str, Any]]:
    """The brand's own texts by moment, where there are any: of these moments, or all. Then by language `{title, body}`."""
    rows = select(ServiceText)
    if moments is not None:
        rows = rows.where(among(ServiceText.moment, moments))
    return {row.moment: row.texts for row in session.scalars(rows)}


def service_text(session: Session, moment: str) -> ServiceText | None:
    return session.get(ServiceText, moment, with_for_update=True, populate_existing=True)
