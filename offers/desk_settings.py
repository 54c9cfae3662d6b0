"""The desk's settings: the limits that hold over all campaigns."""

from typing import Any

from pydantic import ValidationError
from sqlalchemy.orm import Session

from offers.errors import BadInput
from offers.records.queries import campaigns as queries
from offers.rules.edit import Check, anyway
from offers.rules.limits import Limits


def get_limits(session: Session) -> dict[str, Any]:
    return queries.limits_now(session).model_dump(mode="json")


def change_limits(session: Session, change: dict[str, Any], *, check: Check = anyway) -> dict[str, Any]:
    """Set what `change` names and leave the rest; null switches a limit off. `BadInput` names each field."""
    row = queries.settings_locked(session)
    check(Limits.model_validate(row.chosen).model_dump(mode="json"))
    chosen = {**row.chosen, **change}
    try:
        limits = Limits.model_validate(chosen)
    except ValidationError as error:
        raise BadInput.of(error) from None
    written = limits.model_dump(mode="json")
    row.chosen = {name: written[name] for name in chosen}
    session.flush()
    return written
