"""Shops that are known, and hooks as they send them: signed by hand here, not by what is tested."""

import base64
import hashlib
import hmac
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from offers.records.database import Database
from tests.conftest import NOON
from tests.web.conftest import PLACE

DATA = Path(__file__).parents[1] / "data" / "webhooks"
VECTORS = {one["kind"]: one for one in json.loads((DATA / "signature_vectors.json").read_text())}
SECRET = VECTORS["standard-webhooks"]["secret"]
Send = Callable[..., httpx.Response]


@pytest.fixture
def database(either_database: Database) -> Database:
    return either_database


@pytest.fixture
def town(admin: httpx.Client) -> httpx.Client:
    for one in ("kalverstraat", "coolsingel"):
        assert admin.put(f"/v1/places/{one}", json=PLACE).status_code == 201
    return admin


def mac(key: bytes, signed: bytes) -> str:
    return base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()


def standard(
    body: bytes, secret: str = SECRET, message_id: str = "msg_1", at: float = NOON.timestamp()
) -> dict[str, str]:
    key = base64.b64decode(secret.removeprefix("whsec_"))
    signature = mac(key, f"{message_id}.{at:.0f}.".encode() + body)
    return {"webhook-id": message_id, "webhook-timestamp": f"{at:.0f}", "webhook-signature": f"v1,{signature}"}


@pytest.fixture
def shop(town: httpx.Client) -> str:
    """A standard shop with the vectors' secret."""
    body = {"id": "web", "kind": "standard", "name": "Web shop", "secret": SECRET}
    assert town.post("/v1/shops", json=body).status_code == 201
    return "web"


@pytest.fixture
def send(http: httpx.Client, shop: str) -> Send:
    """An event of the standard shop, with an id of its own each time unless said."""
    assert shop
    numbers: Iterator[int] = iter(range(1, 10_000))

    def one(kind: str, data: Any, *, timestamp: str | None = None, message_id: str | None = None) -> httpx.Response:
        said = {"type": kind, "timestamp": timestamp or NOON.isoformat(), "data": data}
        raw = json.dumps(said).encode()
        headers = standard(raw, message_id=message_id or f"msg_{next(numbers)}")
        return http.post("/hooks/orders", content=raw, headers=headers)

    return one


ORDER = {
    "id": "A-1182",
    "number": "1182",
    "customer": "sanne",
    "place": "kalverstraat",
    "items": [{"sku": "SNEAK-1", "size": "38", "quantity": 1, "price": "89.95"}],
    "total": "89.95",
    "currency": "EUR",
}
