from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from offers.records.database import Table


def added(session: Session, row: Table) -> bool:
    """Write a new row; false when another transaction wrote one under the same key first. The transaction goes on either way."""
    try:
        with session.begin_nested():
            session.add(row)
    except IntegrityError:
        return False
    return True
