from collections.abc import Mapping

import pytest
from sqlalchemy import make_url

from tests.postgres import Server


def address(server: Server) -> str:
    """A new database's address as an operator writes it, without the driver's name."""
    return make_url(server.new_database()).set(drivername="postgresql").render_as_string(hide_password=False)


@pytest.fixture(params=["sqlite", "postgresql"])
def where(request: pytest.FixtureRequest) -> Mapping[str, str]:
    """The variables that choose the database of a whole service: none, or an empty one on PostgreSQL."""
    if request.param == "sqlite":
        return {}
    return {"PASSERBY_DATABASE_URL": address(request.getfixturevalue("postgresql_server"))}
