"""One server for all of the matrix, with the demo's pages; what was changed is put back between the requests."""

import itertools
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
from redis import Redis
from sqlalchemy import insert, select

from offers.push import ack_id_of
from offers.records.database import Database, Table
from offers.rules.coupon_codes import CodeKeys
from offers.settings import Settings
from tests.conftest import NOON
from tests.web.conftest import LANES, Served, build_lanes, serve
from tests.web.route_matrix.callers import Knocking, found
from tests.web.route_matrix.table import TABLE, Access
from web.tokens import Tokens
from workers.vitals import HEARD_FENCES

SECRET = "only for tests, but long enough for it"
REFRESHED_AS = "sanne's phone"

Rows = dict[str, list[dict[str, Any]]]


@dataclass
class Matrix:
    served: Served
    database: Database
    redis: Redis
    knocking: Knocking
    first: Rows
    http: httpx.Client

    def knock(self, route: str, caller: str, *, ids: dict[str, str] | None = None, **more: Any) -> httpx.Response:
        """One request with its good body. `ids` fills the address otherwise; `more` is httpx's."""
        access = TABLE[route]
        method, _, path = route.partition(" ")
        body = self.body_of(access)
        if body is not None and not {"content", "json"} & set(more):
            more["json"] = body
        headers = dict(self.knocking.headers[caller])
        if access.file is not None and "content" not in more:
            headers["Content-Type"], more["content"] = access.file
        headers |= more.pop("headers", {})
        address = self.address(path, access, ids or {})
        with self.http.stream(method, address, headers=headers, **more) as answer:
            if not (access.streams and answer.status_code == 200):
                answer.read()
        return answer

    def address(self, path: str, access: Access, ids: dict[str, str]) -> str:
        filled = self.knocking.ids | {name: one.format(**self.knocking.ids) for name, one in access.ids.items()} | ids
        return path.replace(":path}", "}").format(**filled) + access.query

    def body_of(self, access: Access) -> dict[str, Any] | None:
        if access.body is None:
            return None
        known = {f"{{{name}}}": one for name, one in self.knocking.ids.items()}
        known["{refresh}"] = self.knocking.refresh[REFRESHED_AS]
        return {name: known.get(one, one) if isinstance(one, str) else one for name, one in access.body.items()}

    def rows(self) -> Rows:
        """All that lies in SQL."""
        with self.database.engine.connect() as connection:
            return {
                table.name: [dict(row) for row in connection.execute(select(table)).mappings()]
                for table in Table.metadata.sorted_tables
            }

    def kept(self) -> dict[bytes, Any]:
        """All that lies in Redis, but for the hours' salts and what processes say of themselves: those are nobody's."""
        nobodys = {b"pb:salts", HEARD_FENCES.encode()}
        return {key: self.redis.dump(key) for key in self.redis.scan_iter() if key not in nobodys}

    def restore(self) -> None:
        with self.database.engine.begin() as connection:
            for table in reversed(Table.metadata.sorted_tables):
                connection.execute(table.delete())
            for table in Table.metadata.sorted_tables:
                if self.first[table.name]:
                    connection.execute(insert(table), self.first[table.name])
        self.redis.flushall()
        build_lanes(self.redis)
        self.served.doors.parts.desk.block(dict.fromkeys(self.knocking.blocked, "revoked"))


@pytest.fixture(scope="module")
def town(redis_url: str, migrated: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Matrix]:
    folder = tmp_path_factory.mktemp("matrix")
    (folder / "passerby.db").write_bytes(migrated.read_bytes())
    settings = Settings(
        data=folder,
        database_url=f"sqlite:///{folder / 'passerby.db'}",
        redis_url=redis_url,
        secret_key=SECRET,
        lanes=LANES,
        gather_ms=2.0,
        demo=True,
        demo_walkers_url="http://127.0.0.1:9",
    )
    database = Database(settings.database)
    tokens, strange = (Tokens(secret.encode(), settings.token_life_s) for secret in (SECRET, SECRET[::-1]))
    knocking = found(database, tokens, strange)
    knocking.ids["ack_id"] = ack_id_of(knocking.ids["delivery_id"], CodeKeys.of(settings.secret()))
    with (
        Redis.from_url(redis_url) as redis,
        serve(settings, NOON.timestamp) as served,
        httpx.Client(base_url=served.url, timeout=20) as http,
    ):
        one = Matrix(served, database, redis, knocking, {}, http)
        one.first = one.rows()
        yield one
    database.close()


@pytest.fixture
def matrix(town: Matrix) -> Matrix:
    """The town as it was founded."""
    town.restore()
    return town


Missing = Callable[[str], dict[str, str]]


@pytest.fixture
def missing() -> Missing:
    """For a route's path, ids of the right shape that nobody has."""
    number = itertools.count()

    def ids(path: str) -> dict[str, str]:
        prefixes = {"device_id": "dev", "delivery_id": "dlv", "key_id": "key"}
        names = [piece.partition("}")[0].removesuffix(":path") for piece in path.split("{")[1:]]
        return {name: f"{prefixes.get(name, 'no')}_{next(number):026d}" for name in names}

    return ids
