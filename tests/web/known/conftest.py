"""Visitors' pages at the doors: a shop at https whose browsers keep its cookie, or do not."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import httpx
import pytest
from pydantic import SecretStr
from redis import Redis

from offers.settings import Settings
from tests.web.conftest import Clock, Served, build_lanes, serve
from tests.web.visitor.conftest import BASE, COOKIE, OWN, VAPID
from web.landing.entering import form_token

PHONE_BROWSER = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.1 Mobile/15E148 Safari/604.1"


class Visitor:
    """A browser with its own cookie; `keeps=False` refuses them."""

    def __init__(self, http: httpx.Client, secret: bytes, *, keeps: bool = True) -> None:
        self.http = http
        self.cookie = ""
        self._secret = secret
        self._keeps = keeps

    def look(self, path: str, **headers: str) -> httpx.Response:
        plain = {"user-agent": PHONE_BROWSER, "accept-language": "en", "sec-fetch-site": "none"}
        return self._kept(self.http.get(path, headers=plain | headers | self._cookie()))

    def send(
        self, path: str, scope: str | None, *, headers: Mapping[str, str] | None = None, **fields: Any
    ) -> httpx.Response:
        """A form with the token of `scope`, or with none."""
        token = {} if scope is None else {"token": form_token(self._secret, scope)}
        plain = {"user-agent": PHONE_BROWSER, "accept-language": "en"} | OWN
        data = token | fields or {"x": ""}
        return self._kept(self.http.post(path, data=data, headers=plain | dict(headers or {}) | self._cookie()))

    @property
    def device(self) -> str:
        return self.cookie.partition(".")[0]

    def _cookie(self) -> dict[str, str]:
        return {"cookie": f"{COOKIE}={self.cookie}"} if self.cookie else {}

    def _kept(self, answer: httpx.Response) -> httpx.Response:
        self.http.cookies.clear()
        name, _, rest = answer.headers.get("set-cookie", "").partition("=")
        if self._keeps and name == COOKIE:
            self.cookie = rest.partition(";")[0].strip('"')
        return answer


@pytest.fixture
def settings(settings: Settings) -> Settings:
    return settings.model_copy(
        update={
            "base_url": BASE,
            "sms": "outbox",
            "push": "web_push",
            "vapid_private_key": SecretStr(VAPID),
            "vapid_subject": "mailto:push@shop.example",
        }
    )


@pytest.fixture
def served(settings: Settings, redis_db: Redis, clock: Clock) -> Iterator[Served]:
    build_lanes(redis_db)
    with serve(settings, clock) as one:
        yield one


Visit = Callable[..., Visitor]


@pytest.fixture
def visit(served: Served) -> Iterator[Visit]:
    clients: list[httpx.Client] = []

    def make(**more: Any) -> Visitor:
        clients.append(httpx.Client(base_url=served.url, timeout=20))
        return Visitor(clients[-1], served.doors.parts.settings.secret(), **more)

    yield make
    for client in clients:
        client.close()
