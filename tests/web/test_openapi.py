"""The description of the doors is whole, true, and readable without anything from elsewhere."""

import re
from typing import Any

import httpx
import jsonschema_rs
import pytest
from markupsafe import escape
from pydantic import BaseModel

from geofences.ping import Ping, read_ping
from geofences.told import Told, read_transition
from offers.desk_settings import change_limits
from offers.records.database import Database
from offers.rules.audience_body import AudienceBody
from offers.rules.campaign import CampaignBody
from offers.rules.coupon import RedeemBody
from offers.rules.offer import CodesBody, OfferBody
from offers.rules.place import PlaceBody
from offers.rules.preview import PreviewBody
from offers.rules.product import ProductBody
from offers.rules.profile import CustomerBody, DeviceBody
from offers.rules.purchase import PurchaseBody
from offers.rules.rehearsed import RehearseBody
from tests.conftest import NOON
from tests.web.conftest import CAMPAIGN, PLACE, Register, bearer
from web import campaign_examples, examples
from web.devices import LinkBody, RefreshBody


@pytest.fixture
def document(http: httpx.Client) -> dict[str, Any]:
    found: dict[str, Any] = http.get("/openapi.json").json()
    return found


def operations(document: dict[str, Any]) -> list[tuple[str, str, dict[str, Any]]]:
    return [(path, method, one) for path, item in document["paths"].items() for method, one in item.items()]


def test_it_is_openapi_3_1_and_every_reference_leads_somewhere(document: dict[str, Any]) -> None:
    assert document["openapi"] == "3.1.0"
    assert set(document["info"]) >= {"title", "version"}
    references = re.findall(r"'\$ref': '#/components/schemas/([^']+)'", str(document))
    assert references
    assert set(references) <= set(document["components"]["schemas"])
    ids = [one["operationId"] for _, _, one in operations(document)]
    assert len(ids) == len(set(ids))


def test_every_door_says_what_it_does_and_what_it_refuses(document: dict[str, Any]) -> None:
    assert len(operations(document)) >= 35
    for path, method, one in operations(document):
        assert one["summary"], (method, path)
        good = [status for status in one["responses"] if status.startswith("2")]
        assert good, (method, path)
        for status, answer in one["responses"].items():
            if path.startswith("/v1") and status[0] in "45":
                assert list(answer["content"]) == ["application/problem+json"], (method, path, status)
        if one.get("security"):
            assert ({"401"} if path.startswith("/ingest") else {"401", "403"}) <= set(one["responses"])
            for choice in one["security"]:
                assert set(choice) <= set(document["components"]["securitySchemes"])


def test_the_ping_door_is_described(document: dict[str, Any]) -> None:
    door = document["paths"]["/v1/pings"]["post"]
    assert set(door["responses"]) == {"202", "400", "401", "403", "413", "422", "503"}
    assert document["components"]["schemas"]["Ping"]["required"] == ["lat", "lon"]
    one = examples.PINGS["one"] | {"at": NOON.isoformat()}
    assert isinstance(read_ping(one, received_at=NOON.timestamp()), Ping)


def test_the_door_of_phones_transitions_is_described(document: dict[str, Any]) -> None:
    door = document["paths"]["/v1/transitions"]["post"]
    assert set(door["responses"]) == {"202", "400", "401", "403", "413", "415", "422", "503"}
    assert document["components"]["schemas"]["PhoneTransition"]["required"] == ["geofence_id", "kind", "at"]
    shown = [examples.TRANSITIONS["one"], *examples.TRANSITIONS["several"]]
    for one in shown:
        assert isinstance(read_transition(one | {"at": NOON.isoformat()}, received_at=NOON.timestamp()), Told)


def test_every_example_of_a_body_is_good_by_its_own_schema(document: dict[str, Any]) -> None:
    """What a generator of clients and a mock server take it for, whatever the door would say."""
    checked = 0
    for path, method, one in operations(document):
        for media in one.get("requestBody", {}).get("content", {}).values():
            schema = media["schema"] | {"components": document["components"]}
            for shown in [kept["value"] for kept in media.get("examples", {}).values()]:
                assert [error.message for error in jsonschema_rs.iter_errors(schema, shown)] == [], (method, path)
                checked += 1
    assert checked >= 2


@pytest.mark.parametrize(
    "body",
    [
        PlaceBody,
        CustomerBody,
        DeviceBody,
        CampaignBody,
        ProductBody,
        PurchaseBody,
        OfferBody,
        CodesBody,
        RedeemBody,
        PreviewBody,
        RehearseBody,
        LinkBody,
        RefreshBody,
        AudienceBody,
    ],
    ids=lambda body: body.__name__,
)
def test_examples_of_bodies_are_good_bodies(document: dict[str, Any], body: type[BaseModel]) -> None:
    shown = document["components"]["schemas"][body.__name__]["examples"]
    assert shown
    for one in shown:
        body.model_validate(one)


def test_the_example_of_a_settings_change_is_a_good_one(document: dict[str, Any], database: Database) -> None:
    content = document["paths"]["/v1/settings"]["patch"]["requestBody"]["content"]["application/json"]
    assert set(content["schema"]["properties"]) == set(examples.LIMITS)
    for one in [*content["schema"]["examples"], *content.get("examples", {}).values()]:
        with database.transaction() as session:
            change_limits(session, one.get("value", one))


def test_examples_of_answers_have_the_fields_of_real_answers(
    admin: httpx.Client, http: httpx.Client, register: Register
) -> None:
    phone = register()
    token = bearer(phone["token"])
    place = admin.put("/v1/places/kalverstraat-102", json=PLACE).json()
    real: dict[str, tuple[Any, Any]] = {
        "registered": (examples.REGISTERED, phone),
        "device": (examples.DEVICE, http.get("/v1/devices/me", headers=token).json()),
        "consents": (examples.CONSENTS, http.put("/v1/me/consents", json={}, headers=token).json()),
        "place": (examples.PLACE, place),
        "geofence": (examples.PLACE["geofences"][0], place["geofences"][0]),
        "customer": (examples.CUSTOMER, admin.get("/v1/customers/sanne").json()),
        "campaign": (
            examples.CAMPAIGN,
            admin.put(
                "/v1/campaigns/c", json=CAMPAIGN | {"audience": examples.CAMPAIGN["audience"], "cooldown": "P1D"}
            ).json(),
        ),
        "checks": (campaign_examples.CHECKS, admin.get("/v1/campaigns/c/checks").json()),
        "version": (campaign_examples.VERSION, admin.get("/v1/campaigns/c/versions").json()["items"][0]),
        "launched": (campaign_examples.LAUNCHED, admin.post("/v1/campaigns/c/launch").json()),
        "report": (campaign_examples.REPORT, admin.get("/v1/campaigns/c/report").json()),
        "counted": (
            campaign_examples.AUDIENCE_COUNTED,
            admin.post("/v1/audiences/count", json={"audience": {"fact": "language", "is": "nl"}}).json(),
        ),
        "preview": (
            campaign_examples.PREVIEW,
            preview := admin.post("/v1/campaigns/c/preview", json={"customer": "sanne"}).json(),
        ),
        "text of a preview": (campaign_examples.PREVIEW["texts"]["nl"], preview["texts"]["en"]),
        "rehearsed": (examples.REHEARSED, admin.post("/v1/campaigns/c/rehearse").json()),
        "limits": (examples.LIMITS, admin.get("/v1/settings").json()),
        "why": (examples.WHY, admin.get("/v1/customers/sanne/why", params={"campaign": "c"}).json()),
        "pings": (examples.PINGS_TAKEN, http.post("/v1/pings", json=[], headers=token).json()),
    }
    for name, (shown, answered) in real.items():
        assert set(shown) == set(answered), name


def test_the_page_needs_nothing_from_elsewhere(http: httpx.Client, document: dict[str, Any]) -> None:
    answer = http.get("/docs")
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/html")
    policy = answer.headers["content-security-policy"]
    assert policy.startswith("default-src 'none'")
    assert "unsafe" not in policy
    assert not re.search(
        r"""(src|srcset|href|action|formaction|poster|data)\s*=\s*["']?\s*(https?:|//)""", answer.text, re.IGNORECASE
    )
    assert not re.search(r"url\(|@import", answer.text.partition("</style>")[0])
    assert "<script" not in answer.text
    assert 'name="viewport"' in answer.text
    for path, method, one in operations(document):
        assert path in answer.text
        assert str(escape(one["summary"])) in answer.text, (method, path)


def test_the_page_escapes_what_it_shows(http: httpx.Client) -> None:
    body = http.get("/docs").text.partition("</style>")[2]
    assert "{{ customer.first_name | default: &#39;daar&#39; }}" in body
