"""The command line: `passerby …`. Each command parses, calls one room, prints for people."""

import sys
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from commands.loading import loading
from commands.people import user_commands
from offers.errors import Misconfigured, PasserbyError
from offers.records import schema
from offers.records.condition import refusal_of
from offers.records.database import AWAY, Database, without_password
from offers.settings import Settings, read_settings

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False, help=__doc__)
keys = typer.Typer(no_args_is_help=True, help="Server keys (sk_…) and publishable keys (pk_…).")
app.add_typer(keys, name="key")

Host = Annotated[str, typer.Option(help="Address to listen on.")]
Port = Annotated[int, typer.Option(help="Port to listen on.", min=1, max=65_535)]
Data = Annotated[Path | None, typer.Option(help="Folder that holds all state (PASSERBY_DATA).")]


class Noun(StrEnum):
    """What can be imported."""

    places = "places"
    customers = "customers"
    products = "products"
    purchases = "purchases"
    posters = "posters"


def _database(settings: Settings) -> Database:
    """The database, when its schema is this code's."""
    database = _opened(settings)
    if wrong := schema.misfit(schema.revision_here(database), schema.revision_expected()):
        raise Misconfigured(f"The database's {wrong}.")
    return database


def _opened(settings: Settings) -> Database:
    """The database, whatever is in it. The data folder is made where it is to lie there, and needed nowhere else."""
    if not settings.database_url:
        try:
            settings.data.mkdir(parents=True, exist_ok=True, mode=0o700)
        except OSError as error:
            raise Misconfigured(
                f"{settings.data} can not be made: {error.strerror}. Choose another folder with PASSERBY_DATA."
            ) from None
    return Database(settings.database)


def _settings(data: Path | None = None) -> Settings:
    settings = read_settings()
    return settings.model_copy(update={"data": data}) if data else settings


app.add_typer(user_commands(lambda data: _database(_settings(data))), name="user")


@app.command()
def serve(host: Host = "127.0.0.1", port: Port = 8080, data: Data = None) -> None:
    """Everything in one go: HTTP, workers, beat, and a Redis of its own when none is configured."""
    with loading():
        from commands.serve import serve as run

    run(_settings(data), host, port)


@app.command()
def demo(
    host: Host = "127.0.0.1",
    port: Port = 8080,
    speed: Annotated[
        float, typer.Option(help="How many times as fast as recorded people walk.", min=0.1, max=200)
    ] = 12,
    data: Annotated[Path, typer.Option(help="The demo's own folder, emptied at each start.")] = Path(".demo"),
    for_s: Annotated[float | None, typer.Option("--for", help="End after so many seconds.", min=0)] = None,
) -> None:
    """Everything in one go with an invented town, and people who follow recorded walks through it."""
    with loading():
        from commands.demo import Options
        from commands.demo import demo as run

    run(Options(_settings(), host, port, speed, data, for_s))


@app.command()
def web(host: Host = "127.0.0.1", port: Port = 8080) -> None:
    """The doors alone."""
    with loading():
        from commands.roles import run_web

    run_web(_settings(), host, port)


@app.command()
def worker() -> None:
    """A worker alone, with PASSERBY_PROCESSES processes."""
    with loading():
        from commands.roles import run_worker

    run_worker(_settings())


@app.command()
def beat() -> None:
    """Beat alone: one to an installation."""
    with loading():
        from commands.roles import run_beat

    run_beat(_settings())


@app.command()
def mqtt() -> None:
    """The listener to OwnTracks' MQTT broker alone (PASSERBY_MQTT_URL): one to an installation."""
    with loading():
        from commands.roles import run_mqtt

    run_mqtt(_settings())


@app.command()
def migrate(
    to: Annotated[str, typer.Argument(help="Revision; head is the newest, base removes everything.")] = "head",
    data: Data = None,
) -> None:
    """Bring the database's schema up (or down) to a revision."""
    settings = _settings(data)
    database = _opened(settings)
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
    from seeds.load import load_folder

    loaded = load_folder(_database(_settings(data)), folder, now=datetime.now(UTC))
    typer.echo(", ".join(f"{count} {noun}" for noun, count in loaded.counts.items()))


@keys.command("create")
def key_create(
    role: Annotated[str, typer.Option(help="admin, orders, till, read or publishable.")] = "admin", data: Data = None
) -> None:
    """Make a key and print it: it can not be shown again."""
    from offers.keys import COMMAND, create_key

    with _database(_settings(data)).transaction() as session:
        typer.echo(create_key(session, role, now=datetime.now(UTC), by=COMMAND))


@keys.command("vapid")
def key_vapid() -> None:
    """Make a VAPID pair for browsers and print the two variables to set: it is kept nowhere."""
    from commands.vapid import printed_pair

    typer.echo(printed_pair())


@keys.command("list")
def key_list(data: Data = None) -> None:
    """Every key with its role and when it was made; never the key itself."""
    from offers.keys import list_keys

    with _database(_settings(data)).reading() as session:
        found, _ = list_keys(session, limit=1_000_000)
    for one in found:
        ended = f"  revoked {one['revoked_at']:%Y-%m-%d %H:%M} UTC" if one["revoked_at"] else ""
        typer.echo(f"{one['id']}  {one['role']:<11}  made {one['created_at']:%Y-%m-%d %H:%M} UTC{ended}")


@keys.command("revoke")
def key_revoke(
    key_id: Annotated[str, typer.Argument(help="The key's id, as `passerby key list` shows it.")], data: Data = None
) -> None:
    """The key opens nothing any more."""
    from offers.keys import revoke_key

    with _database(_settings(data)).transaction() as session:
        revoke_key(session, key_id, now=datetime.now(UTC))
    typer.echo(f"{key_id} is revoked")


@app.command()
def doctor(
    data: Data = None,
    part: Annotated[list[str] | None, typer.Option(help="Look at this part alone; may be said again.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
) -> None:
    """Look at every setting and part, and say what to do about each finding. Exit code 1 when something must be done."""
    from rich.console import Console

    from commands.doctor import run_doctor

    if not run_doctor(lambda: _settings(data), part or [], Console(), as_json=as_json):
        raise typer.Exit(1)


@app.command()
def replay(
    file: Annotated[Path, typer.Argument(help="A .gpx, .csv, .csv.gz or OwnTracks .rec file.")],
    to: Annotated[str, typer.Option(help="The server's address.")] = "http://127.0.0.1:8080",
    speed: Annotated[
        float, typer.Option(help="So many times as fast as recorded; 0: as fast as it answers.", min=0)
    ] = 1.0,
    key: Annotated[
        str | None, typer.Option(help="A server key (role admin) that registers the phones.", envvar="PASSERBY_KEY")
    ] = None,
    token: Annotated[
        list[str] | None, typer.Option(help="A device's own token, one a recording, in the place of a key.")
    ] = None,
    customer: Annotated[
        list[str] | None, typer.Option(help="Whose phones they are, in turn; none: nobody's yet.")
    ] = None,
    keep_times: Annotated[bool, typer.Option(help="Say the recorded times, not the moment of sending.")] = False,
) -> None:
    """Play recorded tracks against a server as phones would: each fix is repeated until it is answered."""
    from rich.console import Console

    from commands.replay import Asked, run_replay

    if not key and not token:
        raise Misconfigured("Give --key (a server key; `serve` keeps one in DIR/admin.key) or a device's --token.")
    asked = Asked(file, to, speed, key, tuple(token or ()), tuple(customer or ()), keep_times)
    if not run_replay(asked, Console()):
        raise typer.Exit(1)


@app.command("import")
def import_file(
    noun: Annotated[Noun, typer.Argument(help="What the file's rows are.")],
    file: Annotated[
        Path, typer.Argument(help="A .csv, .jsonl or, for places, .geojson file.", exists=True, dir_okay=False)
    ],
    to: Annotated[str, typer.Option(help="The server's address.")] = "http://127.0.0.1:8080",
    key: Annotated[
        str | None,
        typer.Option(help="A server key: role admin, for purchases also till or orders.", envvar="PASSERBY_KEY"),
    ] = None,
    atomic: Annotated[bool, typer.Option("--atomic", help="All rows or none.")] = False,
) -> None:
    """Send a file of rows to a server. Safe to repeat: what is there already stays. Exit code 1 when something was refused."""
    from rich.console import Console

    from commands.imports import Asked, run_import

    if not key:
        raise Misconfigured("Give --key (a server key; `serve` keeps one in DIR/admin.key) or set PASSERBY_KEY.")
    if not run_import(Asked(noun.value, file, to, key, atomic), Console()):
        raise typer.Exit(1)


@app.command()
def bench(
    names: Annotated[list[str] | None, typer.Argument(help="Which, or all; none: say which there are.")] = None,
    quick: Annotated[bool, typer.Option(help="Small sizes: the tables come out, their figures mean nothing.")] = False,
) -> None:
    """The benchmarks, each one table, with the machine and the date."""
    from rich.console import Console

    from commands.bench import run_benchmarks

    run_benchmarks(names or [], Console(), quick=quick)


def main() -> None:
    """What `passerby` runs. A known error is one plain line and exit code 1."""
    try:
        app()
    except PasserbyError as error:
        typer.echo(f"passerby: {error}", err=True)
        sys.exit(1)
    except AWAY as error:
        reason = str(getattr(error, "orig", None) or type(error).__name__).partition("\n")[0]
        said = "refuses" if refusal_of(error) else "does not answer"
        typer.echo(f"passerby: The database {said}: {reason}. PASSERBY_DATABASE_URL says where it is.", err=True)
        sys.exit(1)


if __name__ == "__main__":
    main()
