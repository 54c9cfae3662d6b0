"""Two people at one thing: whoever edits what has changed meanwhile is told so, and nothing is lost."""

from typing import Any

import httpx
import pytest

from tests.web.conftest import CAMPAIGN, PLACE, Register, bearer, problem_of

EDITS: dict[str, tuple[str, dict[str, Any], dict[str, Any]]] = {
    "place": ("/v1/places/kalverstraat-102", PLACE, {"name": "Another name"}),
    "customer": ("/v1/customers/sanne", {"name": "Sanne", "attributes": {"points": 1e16}}, {"name": "Sanne de Vries"}),
    "offer": ("/v1/offers/ten-percent", {"name": "Ten", "kind": "percentage", "value": 10}, {"value": 12.5}),
    "shop": ("/v1/shops/web", {"kind": "standard", "name": "Web shop"}, {"name": "Our shop"}),
    "campaign": ("/v1/campaigns/sneakers", CAMPAIGN, {"priority": 60}),
}


@pytest.fixture(params=EDITS)
def edit(request: pytest.FixtureRequest, admin: httpx.Client) -> tuple[str, dict[str, Any], dict[str, Any]]:
    admin.put("/v1/places/kalverstraat-102", json=PLACE)
    path, body, change = EDITS[request.param]
    admin.delete(path)
    if request.param == "campaign":
        admin.put("/v1/places/kalverstraat-102", json=PLACE)
    return path, body, body | change


def changed_meanwhile(answer: httpx.Response) -> bool:
    return bool(problem_of(answer, 412)["type"].endswith(":changed_meanwhile"))


def test_the_second_of_two_edits_is_refused(admin: httpx.Client, edit: Any) -> None:
    path, body, changed = edit
    made = admin.put(path, json=body)
    read = admin.get(path)
    assert read.headers["etag"] == made.headers["etag"]
    assert read.headers["etag"].startswith('"')
    mine = {"If-Match": read.headers["etag"]}
    first = admin.put(path, json=changed, headers=mine)
    assert first.status_code == 200
    assert first.headers["etag"] != made.headers["etag"]
    assert changed_meanwhile(admin.put(path, json=body, headers=mine))
    assert changed_meanwhile(admin.delete(path, headers=mine))
    assert admin.get(path).json() == first.json()
    assert admin.get(path).headers["etag"] == first.headers["etag"]
    several = {"If-Match": f"{made.headers['etag']}, {first.headers['etag']}"}
    assert admin.put(path, json=body, headers=several).status_code == 200
    assert admin.delete(path, headers={"If-Match": "*"}).status_code == 204


def test_whoever_only_wants_to_create_does_not_replace(admin: httpx.Client, edit: Any) -> None:
    path, body, changed = edit
    assert admin.put(path, json=body, headers={"If-None-Match": "*"}).status_code == 201
    assert changed_meanwhile(admin.put(path, json=changed, headers={"If-None-Match": "*"}))
    assert admin.put(path, json=changed).status_code == 200


def test_what_is_not_there_is_not_what_an_edit_was_made_from(admin: httpx.Client, edit: Any) -> None:
    path, body, _ = edit
    for tag in ("*", '"0123"'):
        assert changed_meanwhile(admin.put(path, json=body, headers={"If-Match": tag}))
        problem_of(admin.delete(path, headers={"If-Match": tag}), 404)
    problem_of(admin.get(path), 404)


def test_a_weak_tag_and_a_bare_one_match_nothing(admin: httpx.Client, edit: Any) -> None:
    path, body, _ = edit
    tag = admin.put(path, json=body).headers["etag"]
    for sent in (f"W/{tag}", tag.strip('"'), "", '"*"'):
        assert changed_meanwhile(admin.put(path, json=body, headers={"If-Match": sent}))


def test_the_limits_are_changed_from_what_was_read(admin: httpx.Client) -> None:
    mine = {"If-Match": admin.get("/v1/settings").headers["etag"]}
    first = admin.patch("/v1/settings", json={"hold_out_percent": 10}, headers=mine)
    assert first.status_code == 200
    assert first.headers["etag"] == admin.get("/v1/settings").headers["etag"]
    assert changed_meanwhile(admin.patch("/v1/settings", json={"hold_out_percent": 20}, headers=mine))
    assert admin.get("/v1/settings").json()["hold_out_percent"] == 10


def test_a_consent_from_the_phone_and_a_launch_are_changes_too(
    admin: httpx.Client, http: httpx.Client, register: Register
) -> None:
    phone = register("sanne")
    before = admin.get("/v1/customers/sanne").headers["etag"]
    http.put("/v1/me/consents", json={"offers": False}, headers=bearer(phone["token"]))
    assert changed_meanwhile(admin.put("/v1/customers/sanne", json={}, headers={"If-Match": before}))
    admin.put("/v1/places/kalverstraat-102", json=PLACE)
    draft = admin.put("/v1/campaigns/sneakers", json=CAMPAIGN).headers["etag"]
    assert admin.post("/v1/campaigns/sneakers/launch").status_code == 200
    assert changed_meanwhile(admin.put("/v1/campaigns/sneakers", json=CAMPAIGN, headers={"If-Match": draft}))
