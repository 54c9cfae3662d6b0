"""Visitors' browsers at the doors: what each says of itself, and a subscription that can be read."""

from base64 import urlsafe_b64encode
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from pydantic import SecretStr
from redis import Redis

from offers.settings import Settings
from tests.web.conftest import Clock, Served, build_lanes, serve

BASE = "https://shop.example"
VAPID = "AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE"
COOKIE = "__Host-passerby-visitor"
OWN = {"origin": BASE, "sec-fetch-site": "same-origin"}


def text_of(data: bytes) -> str:
    return urlsafe_b64encode(data).decode().rstrip("=")


def subscription(name: str = "one", auth: str = "a") -> dict[str, Any]:
    """As `PushSubscription.toJSON()` gives it; another for each name."""
    key = ec.derive_private_key(int.from_bytes(name.encode().ljust(16, b".")), ec.SECP256R1()).public_key()
    point = key.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    keys = {"p256dh": text_of(point), "auth": text_of(auth.encode().ljust(16, b"."))}
    return {"endpoint": f"https://fcm.googleapis.com/wp/{name}", "expirationTime": None, "keys": keys}


def wanted(name: str = "one", **more: Any) -> dict[str, Any]:
    return {"subscription": subscription(name), "consents": {"orders": True}, "language": "nl"} | more


class Browser:
    """A browser with its own cookie, on our own pages unless told otherwise."""

    def __init__(self, http: httpx.Client) -> None:
        self.http = http
        self.cookie = ""

    def send(self, path: str, body: Any, headers: dict[str, str] | None = None) -> httpx.Response:
        own = OWN if headers is None else headers
        answer = self.http.post(f"/visitor/push{path}", json=body, headers=own | self._cookie())
        self._keep(answer)
        return answer

    def look(self, path: str = "/messages", **headers: str) -> httpx.Response:
        answer = self.http.get(path, headers=headers | self._cookie())
        self._keep(answer)
        return answer

    def _cookie(self) -> dict[str, str]:
        return {"cookie": f"{COOKIE}={self.cookie}"} if self.cookie else {}

    def _keep(self, answer: httpx.Response) -> None:
        """What a client would not do here: the cookie is for https only."""
        self.http.cookies.clear()
        name, _, rest = answer.headers.get("set-cookie", "").partition("=")
        if name == COOKIE:
            self.cookie = rest.partition(";")[0]


@pytest.fixture
def settings(settings: Settings) -> Settings:
    """A shop at https that sends to browsers."""
    return settings.model_copy(
        update={
            "base_url": BASE,
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


@pytest.fixture
def browser(served: Served) -> Iterator[Callable[[], Browser]]:
    clients: list[httpx.Client] = []

    def make() -> Browser:
        clients.append(httpx.Client(base_url=served.url, timeout=20))
        return Browser(clients[-1])

    yield make
    for client in clients:
        client.close()
