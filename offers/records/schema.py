"""The schema's migrations: up, down, and whether the database is where the code expects it."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util.exc import CommandError
from sqlalchemy import Connection

from offers.errors import BadInput, Misconfigured
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
            # an index over a large table takes its time, and so does a migration that is waited for; a lock that somebody holds may not
            connection.exec_driver_sql("SET LOCAL statement_timeout = 0")
            connection.exec_driver_sql("SELECT pg_advisory_xact_lock(7112001)")
            connection.exec_driver_sql("SET LOCAL lock_timeout = '30s'")
        config = _config(connection)
        here = MigrationContext.configure(connection).get_current_revision()
        script = ScriptDirectory.from_config(config)
        if here is not None and here not in {one.revision for one in script.walk_revisions()}:
            raise Misconfigured(f"The {misfit(here, script.get_current_head())}.")
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


def misfit(here: str | None, wanted: str | None) -> str | None:
    """What is wrong with a schema at `here` for code that wants `wanted`, and what to do; none when they agree."""
    if here == wanted:
        return None
    if here is not None and wanted is not None and here > wanted:
        do = "run the version that made it, or migrate down with that one"
        return f"schema is {here}, newer than this program, which wants {wanted}: {do}"
    return f"schema is {here or 'empty'}, this program wants {wanted}: run passerby migrate"


def revision_here(database: Database) -> str | None:
    with database.engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision()


def revision_expected() -> str | None:
    return ScriptDirectory.from_config(_config()).get_current_head()


def draft_revision(database: Database, message: str, revision_id: str) -> None:
    """For developers: write a new migration file from the difference between the tables and this database."""
    with database.engine.connect().execution_options(**{WRITES: True}) as connection:
        command.revision(_config(connection), message=message, autogenerate=True, rev_id=revision_id)
