"""The console for a browser: a database of its own, somebody who is signed in, the doors at noon, and windows onto them."""

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, BrowserContext
from sqlalchemy.orm import Session

from offers import users
from offers.records.database import Database
from offers.settings import Settings
from tests.browser.conftest import Watched
from tests.conftest import NOON
from tests.web.conftest import LANES, Served, serve

PASSWORD = "four plain words here"
"""Chosen; the one that was given is good for the first page only."""
SECRET_KEY = "only for tests, but long enough for it"
Desk = tuple[Served, Database, str]
"""The doors, what is behind them, and the secret of somebody's session."""
Opened = Callable[..., Watched]


def admit(session: Session, email: str, role: str, name: str) -> str:
    """A new user who has chosen a password; the secret of their session."""
    users.create_user(session, email, role, now=NOON, name=name)
    return let_in(session, email)


def let_in(session: Session, email: str) -> str:
    """A user who is there chooses a password; the secret of the session that they go on in."""
    first = users.credential_of(session, email)
    assert first is not None
    return users.change_password(session, first, users.new_password(PASSWORD, PASSWORD, ""), now=NOON)


@contextmanager
def desk_at(
    redis_url: str,
    migrated: Path,
    folder: Path,
    *,
    role: str = "marketer",
    name: str = "Noor",
    fill: Callable[[Database], None] | None = None,
) -> Iterator[Desk]:
    """`fill`: what the database holds before the doors open. The user's address is `name@shop.example`."""
    shutil.copy(migrated, folder / "passerby.db")
    database = Database(f"sqlite:///{folder / 'passerby.db'}")
    with database.transaction() as session:
        secret = admit(session, f"{name.lower()}@shop.example", role, name)
    if fill:
        fill(database)
    settings = Settings(data=folder, database_url=database.url, redis_url=redis_url, lanes=LANES, secret_key=SECRET_KEY)
    with serve(settings, NOON.timestamp) as served:
        yield served, database, secret
    database.close()


@contextmanager
def windows(browser: Browser, url: str, secret: str, **usual: Any) -> Iterator[Opened]:
    """Opens pages of somebody who is signed in, each in a browser of its own: as `usual`, but for what is asked for. All are closed at the end."""
    contexts: list[BrowserContext] = []

    def make(path: str, **more: Any) -> Watched:
        context = browser.new_context(**usual | more)
        context.add_cookies([{"name": "passerby", "value": secret, "url": url}])
        contexts.append(context)
        watched = Watched(context.new_page())
        watched.page.goto(f"{url}{path}")
        return watched

    yield make
    for context in contexts:
        context.close()
