from collections.abc import Callable

import pytest
from sqlalchemy import make_url

from tests.postgres import Server

Where = Callable[[], dict[str, str]]
"""Each call: the variables that give a whole service an empty database of its own."""


def on_postgresql(server: Server) -> Where:
    """The address as an operator writes it, without the driver's name."""

    def variables() -> dict[str, str]:
        url = make_url(server.new_database()).set(drivername="postgresql")
        return {"PASSERBY_DATABASE_URL": url.render_as_string(hide_password=False)}

    return variables


@pytest.fixture(params=["sqlite", "postgresql"])
def where(request: pytest.FixtureRequest) -> Where:
    """On SQLite nothing is set: the database is a file in the data folder."""
    return dict if request.param == "sqlite" else on_postgresql(request.getfixturevalue("postgresql_server"))
