from collections.abc import Iterator

import pytest
from sqlalchemy.orm import Session

from offers.records.database import WRITES, Database
from tests.offers.records.audience_rows import add_places


@pytest.fixture
def session_in_places(either_database: Database) -> Iterator[Session]:
    """A transaction on either database with the audiences' places in it; it is never committed."""
    with Session(either_database.engine, expire_on_commit=False) as session:
        session.connection(execution_options={WRITES: True})
        add_places(session)
        yield session
