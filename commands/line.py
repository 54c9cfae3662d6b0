"""The command line: `passerby …`. Each command parses, calls one room, prints for people."""

import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from offers.errors import PasserbyError
from offers.settings import Settings, read_settings

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False, help=__doc__)
keys = typer.Typer(no_args_is_help=True, help="Server keys (sk_…) and publishable keys (pk_…).")
app.add_typer(keys, name="key")

Host = Annotated[str, typer.Option(help="Address to listen on.")]
Port = Annotated[int, typer.Option(help="Port to listen on.", min=1, max=65_535)]
Data = Annotated[Path | None, typer.Option(help="Folder that holds all state (PASSERBY_DATA).")]


def _settings(data: Path | None = None) -> Settings:
    settings = read_settings()
    return settings.model_copy(update={"data": data}) if data else settings


@app.command()
def serve(host: Host = "127.0.0.1", port: Port = 8080, data: Data = None) -> None:
    """Everything in one go: HTTP, workers, beat, and a Redis of its own when none is configured."""
    from commands.serve import serve as run

    run(_settings(data), host, port)


@app.command()
def web(host: Host = "127.0.0.1", port: Port = 8080) -> None:
    """The doors alone."""
    from commands.roles import run_web

    run_web(_settings(), host, port)


@app.command()
def worker() -> None:
    """A worker alone, with PASSERBY_PROCESSES processes."""
    from commands.roles import run_worker

    run_worker(_settings())


@app.command()
def beat() -> None:
    """Beat alone: one to an installation."""
    from commands.roles import run_beat

    run_beat(_settings())


@app.command()
def migrate(
    to: Annotated[str, typer.Argument(help="Revision; head is the newest, base removes everything.")] = "head",
) -> None:
    """Bring the database's schema up (or down) to a revision."""
    from offers.records import schema
    from offers.records.database import Database, without_password

    settings = _settings()
    settings.data.mkdir(parents=True, exist_ok=True, mode=0o700)
    database = Database(settings.database)
    before = schema.revision_here(database)
    schema.migrate(database, to)
    typer.echo(
        f"{without_password(settings.database)}: {before or 'empty'} -> {schema.revision_here(database) or 'empty'}"
    )


@app.command()
def seed(
    folder: Annotated[
        Path,
        typer.Argument(help="Folder with places.json, customers.json, campaigns.json, orders.json, settings.json."),
    ],
    data: Data = None,
) -> None:
    """Load demo or own data. Safe to run twice."""
    from offers.records.database import Database
    from seeds.load import load_folder

    database = Database(_settings(data).database)
    loaded = load_folder(database, folder, now=datetime.now(UTC))
    typer.echo(", ".join(f"{count} {noun}" for noun, count in loaded.counts.items()))


@keys.command("create")
def key_create(
    role: Annotated[str, typer.Option(help="admin, orders, till, read or publishable.")] = "admin", data: Data = None
) -> None:
    """Make a key and print it: it can not be shown again."""
    from offers.keys import create_key
    from offers.records.database import Database

    with Database(_settings(data).database).transaction() as session:
        typer.echo(create_key(session, role, now=datetime.now(UTC)))


def main() -> None:
    """What `passerby` runs. A known error is one plain line and exit code 1."""
    try:
        app()
    except PasserbyError as error:
        typer.echo(f"passerby: {error}", err=True)
        sys.exit(1)


if __name__ == "__main__":
    main()
