"""The doors of what goes out without a decision: a test of a campaign, and word of an order that is ready."""

import httpx
import pytest

from offers.testing import MOST_TESTS
from tests.web.conftest import CAMPAIGN, PLACE, Register, bearer, paths_of, problem_of

ORDER = {"customer": "sanne", "place": "kalverstraat-102", "status": "ready"}


@pytest.fixture(autouse=True)
def town(admin: httpx.Client) -> None:
    admin.put("/v1/places/kalverstraat-102", json=PLACE)
    admin.put("/v1/campaigns/sneakers", json=CAMPAIGN)


def test_a_test_is_queued_and_listed_as_one(admin: httpx.Client, register: Register) -> None:
    device = register("sanne")["device_id"]
    answer = admin.post("/v1/campaigns/sneakers/test", json={"device_id": device})
    assert answer.status_code == 202
    [item] = admin.get("/v1/deliveries").json()["items"]
    assert (item["id"], item["kind"], item["campaign"]) == (answer.json()["delivery_id"], "test", "sneakers")
    assert admin.get("/v1/deliveries?campaign=sneakers").json()["items"] == []
    for _ in range(MOST_TESTS - 1):
        admin.post("/v1/campaigns/sneakers/test", json={"device_id": device})
    over = admin.post("/v1/campaigns/sneakers/test", json={"device_id": device})
    assert problem_of(over, 429)["type"].endswith(":too_many_tries")
    assert int(over.headers["retry-after"]) > 0


def test_who_can_not_get_a_test_is_named(admin: httpx.Client, http: httpx.Client, register: Register) -> None:
    phone = register("sanne")
    http.patch("/v1/devices/me", json={"push_token": None}, headers=bearer(phone["token"]))
    answer = admin.post("/v1/campaigns/sneakers/test", json={"device_id": phone["device_id"]})
    assert problem_of(answer, 409)["type"].endswith(":no_address")
    silent = register("piet", consents={"location": True})["device_id"]
    answer = admin.post("/v1/campaigns/sneakers/test", json={"device_id": silent})
    assert problem_of(answer, 409)["type"].endswith(":no_consent")
    problem_of(admin.post("/v1/campaigns/none/test", json={"device_id": silent}), 404)
    problem_of(admin.post("/v1/campaigns/sneakers/test", json={"device_id": "dev_none"}), 404)
    assert paths_of(admin.post("/v1/campaigns/sneakers/test", json={})) == ["device_id"]


def test_an_order_that_is_ready_is_told_once(admin: httpx.Client, register: Register) -> None:
    register("sanne", consents={"orders": True})
    assert admin.put("/v1/orders/A-1", json=ORDER | {"status": "placed"}).status_code == 201
    assert admin.get("/v1/deliveries").json()["items"] == []
    for _ in range(2):
        assert admin.put("/v1/orders/A-1", json=ORDER).status_code == 200
    [item] = admin.get("/v1/deliveries").json()["items"]
    assert (item["kind"], item["order"], item["state"]) == ("order", "A-1", "queued")
    told = admin.get("/v1/orders/A-1").json()
    assert [one["status"] for one in told["history"]] == ["placed", "ready"]
    problem_of(admin.get("/v1/orders/none"), 404)
    assert paths_of(admin.put("/v1/orders/A-2", json=ORDER | {"customer": "nobody"})) == ["customer"]
