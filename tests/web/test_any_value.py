"""Any value in any field of any body: refused by name or taken, never a 5xx."""

import json
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from offers.rules.product import ProductBody
from offers.rules.purchase import PurchaseBody
from tests.web.conftest import CAMPAIGN, PLACE, Register, bearer, problem_of
from web import examples

NASTY: tuple[Any, ...] = (
    None,
    True,
    0,
    -1,
    10**30,
    1e308,
    "",
    " ",
    "a" * 10_000,
    "\u202e\u0301",
    "'; DROP TABLE places; --",
    "{{ x",
    "0001-01-01T00:00:00+14:00",
    "9999-12-31T23:59:59-14:00",
    "2026-02-30T00:00:00Z",
    "P999999999W",
    "P9999999999999999999D",
    "24:00",
    "../../etc/passwd",
    "Europe/../Amsterdam",
    [],
    [[]],
    {},
    {"a": {"b": []}},
)
RAW = (b'"\\u0000"', b'"\\ud800"', b"NaN", b"1e999", b"1" * 5000, b'"\xff"', b"[" * 5000 + b"]" * 5000)
"""What json.dumps would not write."""
MARK = "the value to be put here"

CONSENT = {"given": True, "text_version": "1", "language": "nl", "at": "2026-01-01T00:00:00Z", "source": "web"}
AREA = {"type": "Polygon", "coordinates": [[[4.8, 52.3], [4.9, 52.3], [4.9, 52.4], [4.8, 52.3]]]}
FULL_PLACE = PLACE | {
    "address": "Kalverstraat 102",
    "opening_hours": "Mo-Sa 09:00-19:00",
    "tags": ["centre"],
    "pickup": True,
    "geofences": [*PLACE["geofences"], {"role": "other", "geometry": AREA}],
}
FULL_CUSTOMER = {
    "name": "Sanne",
    "phone": "+31612345678",
    "language": "nl",
    "time_zone": "Europe/Amsterdam",
    "sizes": {"shoes": "38"},
    "attributes": {"points": 7},
    "tags": ["sneakers"],
    "consents": {"location": CONSENT, "offers": True},
}
FULL_CAMPAIGN = CAMPAIGN | {
    "audience": {"all": [{"fact": "language", "is": "nl"}, {"not": {"fact": "tags", "has": "x"}}]},
    "schedule": {
        "from": "2026-01-01T00:00:00Z",
        "until": "2027-01-01T00:00:00Z",
        "weekly": "Mo-Sa 09:00-18:00",
        "only_when_open": True,
    },
    "priority": 50,
    "cooldown": "P1D",
    "quiet_hours": "drop",
    "life": "PT15M",
    "hold_out_percent": 10,
}
FULL_DEVICE = {
    "platform": "ios",
    "customer": "sanne",
    "push_token": "token",
    "locale": "nl",
    "time_zone": "Europe/Amsterdam",
    "os_version": "16",
    "app_version": "1",
    "consents": {"location": CONSENT},
    "positions_only": False,
}
BODIES: dict[str, tuple[str, str, Any]] = {
    "place": ("PUT", "/v1/places/kalverstraat-102", FULL_PLACE),
    "customer": ("PUT", "/v1/customers/sanne", FULL_CUSTOMER),
    "campaign": ("PUT", "/v1/campaigns/sneakers", FULL_CAMPAIGN),
    "device": ("POST", "/v1/devices", FULL_DEVICE),
    "product": (
        "PUT",
        "/v1/products/SNEAK-1",
        {n: v for n, v in examples.PRODUCT.items() if n in ProductBody.model_fields},
    ),
    "purchase": (
        "POST",
        "/v1/purchases",
        {n: v for n, v in examples.PURCHASE.items() if n in PurchaseBody.model_fields},
    ),
    "settings": ("PATCH", "/v1/settings", examples.LIMITS),
}


def with_each_field_changed(body: Any) -> Iterator[Any]:
    """The body with the mark in the place of every value in it, one after another; itself first."""
    yield MARK
    if isinstance(body, dict):
        for name, value in body.items():
            for changed in with_each_field_changed(value):
                yield body | {name: changed}
    elif isinstance(body, list):
        for number, value in enumerate(body):
            for changed in with_each_field_changed(value):
                yield [*body[:number], changed, *body[number + 1 :]]


def raw_bodies(body: Any) -> Iterator[bytes]:
    for changed in with_each_field_changed(body):
        before, after = json.dumps(changed).encode().split(json.dumps(MARK).encode())
        for value in NASTY:
            yield before + json.dumps(value).encode() + after
        for raw in RAW:
            yield before + raw + after


@pytest.mark.parametrize("name", BODIES)
def test_any_value_of_a_body_is_taken_or_refused(admin: httpx.Client, name: str) -> None:
    method, path, body = BODIES[name]
    admin.put("/v1/places/kalverstraat-102", json=PLACE)
    admin.put("/v1/customers/sanne", json={})
    assert admin.request(method, path, json=body).status_code in (200, 201)
    tried = 0
    for raw in raw_bodies(body):
        answer = admin.request(method, path, content=raw, headers={"Content-Type": "application/json"})
        if answer.status_code not in (200, 201):
            assert answer.status_code in (400, 409, 422), raw[:300]
            problem_of(answer, answer.status_code)
        tried += 1
    assert tried > 100
    for of in ("places", "customers", "campaigns", "settings", "products", "purchases"):
        assert admin.get(f"/v1/{of}").status_code == 200  # what was taken can be read


@pytest.mark.parametrize("name", ["place", "customer", "product", "purchase"])
def test_any_value_of_a_row_is_taken_or_refused(admin: httpx.Client, name: str) -> None:
    """As a line of JSON, as a Feature's properties and geometry, as a cell: the rest of the file goes in all the same."""
    _, _, body = BODIES[name]
    key = {"product": "sku", "purchase": "purchase_id"}.get(name, "id")
    lines = [raw.replace(b"\n", b" ") for raw in raw_bodies({key: "x", **body}) if raw.strip()]
    good = json.dumps({**body, key: "good"}).encode()
    sent: list[tuple[str, bytes, int]] = [("application/x-ndjson", b"\n".join([*lines, good]), len(lines) + 1)]
    names = (
        ["id", "name", "lat", "geometry", "tags", "radius_m"]
        if name == "place"
        else [key, "customer", "name", "price", "tags"]
    )
    names = [one for one in names if one in (key, "geometry", "radius_m", *body)]
    cells = [str(value).replace('"', '""') for value in NASTY]
    table = [",".join(names), *(",".join(f'"{cell}"' for _ in names) for cell in cells if cell.strip())]
    sent.append(("text/csv", "\n".join(table).encode(), len(table) - 1))
    if name == "place":
        feature = {"type": "Feature", "id": "x", "geometry": AREA, "properties": body | {"radius_m": 5}}
        texts = [json.dumps(one) for one in with_each_field_changed(feature)]
        features = [one.replace(json.dumps(MARK), json.dumps(value)) for one in texts for value in NASTY]
        collection = f'{{"type": "FeatureCollection", "features": [{",".join(features)}]}}'
        sent.append(("application/geo+json", collection.encode(), len(features)))
    for content_type, content, rows in sent:
        answer = admin.post(f"/v1/{name}s/import", content=content, headers={"Content-Type": content_type})
        assert answer.status_code == 200, answer.text[:300]
        report = answer.json()
        assert report["rows"] == rows
        assert all(one["errors"] for one in report["lines"] if one["outcome"] == "refused")
        atomic = admin.post(f"/v1/{name}s/import?atomic=true", content=content, headers={"Content-Type": content_type})
        assert len(problem_of(atomic, 422)["errors"]) > 5
        assert admin.get(f"/v1/{name}s").status_code == 200  # what was taken can be read


def test_any_value_of_a_ping_is_taken_or_refused(http: httpx.Client, register: Register) -> None:
    token = bearer(register()["token"])
    ping = {"lat": 52.37, "lon": 4.89, "accuracy_m": 5, "speed_mps": 1, "heading_deg": 2, "mock": False, "at": None}
    for body in (ping, [ping]):
        for raw in raw_bodies(body):
            answer = http.post("/v1/pings", content=raw, headers=token)
            if answer.status_code != 202:
                assert answer.status_code in (400, 422), raw[:300]
                problem_of(answer, answer.status_code)


@pytest.mark.parametrize(
    "value", ["%00", "%ff", "a" * 5000, "%F0%9F%98%80", "..", "1e999", "0001-01-01T00:00:00%2B14:00"]
)
def test_any_value_of_an_address_is_taken_or_refused(admin: httpx.Client, value: str) -> None:
    for path in (
        "/v1/places/X",
        "/v1/customers/X/why?campaign=X",
        "/v1/deliveries?since=X",
        "/v1/places?cursor=X",
        "/X",
    ):
        answer = admin.get(path.replace("X", value))
        assert answer.status_code in (200, 404, 422), path
