"""People at the console, each with a browser of their own, before the real doors."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

import httpx
import pytest

from offers import users
from offers.records.database import Database
from offers.settings import Settings
from tests.conftest import NOON
from tests.web.conftest import LANES, Clock, Served
from tests.web.console.reading import PageText, Sheet
from web.bodies import MOST_BYTES
from workers.failpoints import Failpoints
from workers.fences import FenceKeeper
from workers.lanes import LaneDesk
from workers.matching import Matched, Matcher
from workers.push.outbox import OutboxPush
from workers.sending import Sender

PASSWORD = "four plain words here"


@dataclass
class Person:
    """Somebody with a browser: cookies are kept, forms carry their token, and the browser says where they come from."""

    http: httpx.Client
    email: str = ""

    def look(self, path: str, status: int = 200) -> PageText:
        answer = self.http.get(path)
        assert answer.status_code == status, f"{path}: {answer.status_code} {answer.headers.get('location')}"
        return PageText(answer.text)

    def send(self, sheet: Sheet, **values: Any) -> httpx.Response:
        return self.post(sheet.action, sheet.but(**values))

    def post(self, path: str, pairs: list[tuple[str, str]] | dict[str, str]) -> httpx.Response:
        """As an address has it; a long one in parts, as a page's form for a file does."""
        content = urlencode(pairs)
        if len(content) <= MOST_BYTES:
            return self.http.post(path, content=content, headers={"content-type": FORM})
        parts = [(name, (None, text)) for name, text in (pairs.items() if isinstance(pairs, dict) else pairs)]
        return self.http.post(path, files=parts)

    def token(self) -> str:
        return self.look("/console/password").sheet("/console/password")["token"]

    def fill(self, path: str, action: str = "", **values: Any) -> httpx.Response:
        """Open a page, fill its form in, send it."""
        return self.send(self.look(path).sheet(action or path), **values)


OFFER = {
    "name": "Ten percent",
    "kind": "percentage",
    "value": 10,
    "budget": 2,
    "codes": "generated",
    "valid_for": "P7D",
}
FORM = "application/x-www-form-urlencoded"
Enter = Callable[..., Person]


@pytest.fixture(scope="session")
def password_hash() -> str:
    return users.new_password(PASSWORD, PASSWORD, "")


@pytest.fixture
def browser(served: Served) -> Iterator[Callable[..., Person]]:
    """A fresh browser; its own pages say that they are."""
    with ExitStack() as stack:

        def make(**headers: str) -> Person:
            said = {"origin": served.url, "sec-fetch-site": "same-origin", "accept-language": "en"} | headers
            client = httpx.Client(base_url=served.url, timeout=20, headers=said)
            return Person(stack.enter_context(client))

        yield make


@pytest.fixture
def enlist(database: Database, password_hash: str) -> Callable[..., str]:
    """A user of a role who has chosen a password; the e-mail address."""

    def make(role: str, email: str = "", language: str | None = None, places: Sequence[str] = ()) -> str:
        address = email or f"{role}@shop.example"
        with database.transaction() as session:
            users.create_user(session, address, role, now=NOON, name=role.title(), language=language, places=places)
            credential = users.credential_of(session, address)
            assert credential is not None
            users.change_password(session, credential, password_hash, now=NOON)
        return address

    return make


@pytest.fixture
def enter(browser: Callable[..., Person], enlist: Callable[..., str], database: Database, clock: Clock) -> Enter:
    """Somebody of a role, signed in without the form."""

    def make(role: str, email: str = "", language: str | None = None, places: Sequence[str] = ()) -> Person:
        person = browser()
        person.email = enlist(role, email, language, places)
        with database.transaction() as session:
            credential = users.credential_of(session, person.email)
            assert credential is not None
            secret = users.open_session(session, credential, now=NOON)
        assert secret is not None
        person.http.cookies.set("passerby", secret)
        return person

    return make


@pytest.fixture
def marketer(enter: Enter) -> Person:
    return enter("marketer")


@dataclass
class Town:
    """What workers do, in this process: lanes matched, deliveries sent."""

    database: Database
    served: Served
    clock: Clock
    settings: Settings
    matched: list[Matched] = field(default_factory=list)

    def work(self) -> None:
        parts = self.served.doors.parts
        desk = LaneDesk(parts.redis, self.settings.secret(), LANES)
        matcher = Matcher(
            self.database, desk, FenceKeeper(self.database), Failpoints(), self.matched.append, self.clock
        )
        for lane in range(LANES):
            matcher.match(lane)
        sender = Sender(self.database, OutboxPush(parts.redis), parts.codes, Failpoints(), lambda _: None)
        sender.deliver([one for matched in self.matched for one in matched.deliveries], parts.now)
        self.matched.clear()


@pytest.fixture
def town(database: Database, served: Served, clock: Clock, settings: Settings) -> Town:
    return Town(database, served, clock, settings)
