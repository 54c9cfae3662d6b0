"""The door of what is measured of pickup: JSON, CSV, and what can not be asked."""

import csv
import io

import httpx
import pytest

from tests.web.conftest import PLACE


@pytest.fixture
def ready(admin: httpx.Client) -> None:
    assert admin.put("/v1/places/kalverstraat-102", json=PLACE).status_code == 201
    assert admin.put("/v1/customers/sanne", json={"name": "Sanne"}).status_code == 201
    order = {"customer": "sanne", "place": "kalverstraat-102", "status": "ready"}
    assert admin.put("/v1/orders/A-1", json=order).status_code == 201


@pytest.mark.usefixtures("ready")
def test_it_is_told_as_json_and_as_a_file(admin: httpx.Client) -> None:
    # the orders of a fixed noon are asked for up to a moment after it
    until = {"until": "2099-01-01T00:00:00Z", "since": "2098-12-01T00:00:00Z"}
    assert admin.get("/v1/reports/pickups", params=until).json()["places"] == []
    made = admin.get("/v1/orders/A-1").json()["created_at"]
    after = {"since": made, "until": f"{made[:10]}T23:59:59Z"}
    [store] = admin.get("/v1/reports/pickups", params=after).json()["places"]
    assert store["orders"]["ready"] == 1
    answer = admin.get("/v1/reports/pickups", params={**after, "format": "csv"})
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert answer.headers["content-disposition"] == 'attachment; filename="pickup-times.csv"'
    [line] = [one for one in csv.DictReader(io.StringIO(answer.text)) if one["measure"] == "ready"]
    assert (line["place"], line["n"]) == ("kalverstraat-102", "1")


@pytest.mark.parametrize(
    "asked",
    [
        {"format": "xlsx"},
        {"days": "7"},
        {"since": "2026-01-01"},
        {"since": "2026-01-02T00:00:00Z", "until": "2026-01-01T00:00:00Z"},
        {"since": "2026-01-01T00:00:00Z", "until": "2026-06-01T00:00:00Z"},
    ],
)
def test_what_can_not_be_asked_is_named(admin: httpx.Client, asked: dict[str, str]) -> None:
    answer = admin.get("/v1/reports/pickups", params=asked)
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["path"] in (*asked, "since")
