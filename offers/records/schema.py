"""The schema's migrations: up, down, and whether the database is where the code expects it."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util.exc import CommandError
from sqlalchemy import Connection

from offers.errors import BadInput
from offers.records.database import WRITES, Database

FOLDER = Path(__file__).parent / "migrations"


def _config(connection: Connection | None = None) -> Config:
    config = Config()
    config.set_main_option("script_location", str(FOLDER))
    config.attributes["connection"] = connection
    return config


def migrate(database: Database, to: str = "head") -> None:
    """Bring the schema to revision `to`, up or down ("base": nothing left). Safe to repeat; two at once wait for each other."""
    with database.engine.connect().execution_options(**{WRITES: True}) as connection:
        if not database.is_sqlite:
            connection.exec_driver_sql("SELECT pg_advisory_xact_lock(7112001)")
        config = _config(connection)
        here = MigrationContext.configure(connection).get_current_revision()
        script = ScriptDirectory.from_config(config)
        down = to == "base" or (
            here is not None
            and to not in (here, "head")
            and to in {r.revision for r in script.iterate_revisions(here, "base")}
        )
        try:
            (command.downgrade if down else command.upgrade)(config, to)
        except CommandError:
            raise BadInput.at("revision", f"there is no {to!r}; head is the newest, base is none") from None
        connection.commit()


def revision_here(database: Database) -> str | None:
    with database.engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision()


def revision_expected() -> str | None:
    return ScriptDirectory.from_config(_config()).get_current_head()


def draft_revision(database: Database, message: str, revision_id: str) -> None:
    """For developers: write a new migration file from the difference between the tables and this database."""
    with database.engine.connect().execution_options(**{WRITES: True}) as connection:
        command.revision(_config(connection), message=message, autogenerate=True, rev_id=revision_id)
