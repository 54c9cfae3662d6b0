"""`passerby user …`: who may sign in to the console."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from offers import users
from offers.records.database import Database

Data = Annotated[Path | None, typer.Option(help="Folder that holds all state (PASSERBY_DATA).")]
Email = Annotated[str, typer.Argument(help="Their e-mail address.")]

FOR_ONCE = "That is a password for once: with it they sign in at /console, and choose one of their own. It can not be shown again."


def user_commands(database: Callable[[Path | None], Database]) -> typer.Typer:
    """The commands, over the database in the folder that is named."""
    app = typer.Typer(no_args_is_help=True, help="People who sign in to the console.")

    @app.command("create")
    def create(
        email: Email,
        role: Annotated[str, typer.Option(help="admin, marketer, staff or viewer.")] = "viewer",
        name: Annotated[str | None, typer.Option(help="How the console calls them.")] = None,
        language: Annotated[str | None, typer.Option(help="nl, de or en; else their browser's.")] = None,
        place: Annotated[
            list[str] | None,
            typer.Option(help="A store whose pickup board they see, by its id; may come again. Else every store's."),
        ] = None,
        data: Data = None,
    ) -> None:
        """Make a user and print a one-time password: it can not be shown again."""
        now = datetime.now(UTC)
        with database(data).transaction() as session:
            password = users.create_user(
                session, email, role, now=now, name=name, language=language, places=place or ()
            )
        _give(password)

    @app.command("list")
    def show(data: Data = None) -> None:
        """Everybody, with their role."""
        with database(data).reading() as session:
            everybody = users.list_users(session)
        for one in everybody:
            typer.echo(f"{one['email']}\t{one['role']}\t{'disabled' if one['disabled_at'] else 'may sign in'}")

    @app.command("role")
    def role(
        email: Email,
        role: Annotated[str, typer.Option(help="admin, marketer, staff or viewer.")],
        data: Data = None,
    ) -> None:
        """Give a user another role; it counts at their next click. The last admin keeps theirs."""
        with database(data).transaction() as session:
            changed = users.change_role(session, email, role, now=datetime.now(UTC))
        typer.echo(f"{email} is {role} {'now' if changed else 'already'}.")

    @app.command("places")
    def places(
        email: Email,
        places: Annotated[
            list[str] | None, typer.Argument(help="Ids of the stores whose pickup board they see; none: every store's.")
        ] = None,
        data: Data = None,
    ) -> None:
        """Say whose pickup board a user sees; it counts at their next click."""
        with database(data).transaction() as session:
            kept = users.change_places(session, email, places or (), now=datetime.now(UTC))
        typer.echo(f"{email} sees the pickup board of {', '.join(kept) if kept else 'every store'}.")

    @app.command("disable")
    def disable(email: Email, data: Data = None) -> None:
        """Let nobody in as this user any more; who is in is out."""
        with database(data).transaction() as session:
            users.disable_user(session, email, now=datetime.now(UTC))
        typer.echo(f"{email} is disabled.")

    @app.command("password")
    def password(email: Email, data: Data = None) -> None:
        """Print a new one-time password, and sign them out everywhere."""
        with database(data).transaction() as session:
            made = users.reset_password(session, email, now=datetime.now(UTC))
        _give(made)

    return app


def _give(password: str) -> None:
    """The password alone is what programs read; what it is for goes to whoever looks on."""
    typer.echo(password)
    typer.echo(FOR_ONCE, err=True)
