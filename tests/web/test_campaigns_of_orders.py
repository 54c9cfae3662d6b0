"""Campaigns that wait for an order, through the doors: written, launched with a warning, decided, listed; and what a rehearsal says."""

import httpx
import pytest

from tests.web.conftest import CAMPAIGN, PLACE

RING = {"role": "approach", "lat": PLACE["lat"], "lon": PLACE["lon"], "radius_m": 400}
STORE = {**PLACE, "pickup": True, "geofences": [*PLACE["geofences"], RING]}


@pytest.fixture
def sanne(admin: httpx.Client) -> str:
    """Not agreed to `orders`."""
    assert admin.put("/v1/places/kalverstraat-102", json=STORE).status_code == 201
    consents = {"location": True, "offers": True}
    admin.put("/v1/customers/sanne", json={"name": "Sanne", "language": "nl", "consents": consents})
    device = {"customer": "sanne", "platform": "ios", "push_token": "p" * 40}
    assert admin.post("/v1/devices", json=device).status_code == 201
    return "sanne"


@pytest.mark.parametrize("on", ["order_ready", "approach", "arrived"])
def test_it_is_written_launched_and_not_rehearsed(admin: httpx.Client, sanne: str, on: str) -> None:
    campaign = {**CAMPAIGN, "trigger": {"on": on, "places": ["kalverstraat-102"]}}
    assert admin.put("/v1/campaigns/order", json=campaign).status_code == 201
    assert admin.get("/v1/campaigns/order").json()["trigger"]["on"] == on
    launched = admin.post("/v1/campaigns/order/launch")
    assert launched.status_code == 200
    assert "service_first" in [one["name"] for one in launched.json()["warnings"]]
    rehearsed = admin.post("/v1/campaigns/order/rehearse", json={"days": 7})
    assert (rehearsed.status_code, rehearsed.json()["type"]) == (409, "urn:passerby:problem:not_on_record")


def test_what_was_decided_of_it_is_listed_with_its_trigger(admin: httpx.Client, sanne: str) -> None:
    campaign = {**CAMPAIGN, "audience": None, "trigger": {"on": "order_ready"}}
    admin.put("/v1/campaigns/order", json=campaign)
    assert admin.post("/v1/campaigns/order/launch").status_code == 200
    order = {"customer": sanne, "place": "kalverstraat-102", "items": [], "status": "ready"}
    assert admin.put("/v1/orders/o-1", json=order).status_code == 201
    [decision] = admin.get("/v1/decisions", params={"campaign": "order"}).json()["items"]
    assert (decision["trigger"], decision["place"]) == ("order_ready", "kalverstraat-102")
    assert decision["facts"]["order"] == "o-1"
