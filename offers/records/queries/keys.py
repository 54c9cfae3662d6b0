from sqlalchemy import select
from sqlalchemy.orm import Session

from offers.records.tables import ServerKey


def key_by_hash(session: Session, key_hash: str) -> ServerKey | None:
    return session.scalars(select(ServerKey).where(ServerKey.hash == key_hash)).one_or_none()
