"""Whatever goes wrong at whichever door, the answer has one shape."""

from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from offers.errors import BadInput, Conflict, NotFound, PasserbyError, Refused
from web.guards import PUBLIC
from web.problems import TITLES, as_problem

CREDENTIALS = {
    "nothing": {},
    "nonsense": {"Authorization": "Bearer nonsense"},
    "another scheme": {"Authorization": "Digest abc"},
}
BODIES: dict[str, bytes | None] = {"no body": None, "half": b"{", "a list": b"[]", "a word": b'"x"', "empty": b"{}"}


def described(http: httpx.Client) -> Iterator[tuple[str, str]]:
    document = http.get("/openapi.json").json()
    for path, item in document["paths"].items():
        for method in item:
            yield method.upper(), path.replace("{", "").replace("}", "")


def shape(answer: httpx.Response) -> None:
    request = f"{answer.request.method} {answer.request.url}"
    assert answer.headers["content-type"] == "application/problem+json", request
    body: dict[str, Any] = answer.json()
    assert {"type", "title", "status", "detail"} <= set(body) <= {"type", "title", "status", "detail", "errors"}, (
        request
    )
    assert body["status"] == answer.status_code
    assert body["title"] == TITLES[body["type"].removeprefix("urn:passerby:problem:")]
    assert all({*one, "name"} == {"path", "message", "name"} and one["message"] for one in body.get("errors", []))


@pytest.mark.parametrize("credential", CREDENTIALS)
def test_whoever_may_not_come_in_is_told_in_one_shape(http: httpx.Client, credential: str) -> None:
    for method, path in described(http):
        if path.startswith("/v1") and path not in PUBLIC:
            answer = http.request(method, path, headers=CREDENTIALS[credential])
            assert answer.status_code == 401, f"{method} {path}"
            assert answer.headers["www-authenticate"].startswith("Bearer")
            shape(answer)


@pytest.mark.parametrize("body", BODIES)
def test_whatever_is_sent_is_answered_in_one_shape_and_never_with_500(
    http: httpx.Client, admin: httpx.Client, register: Any, body: str
) -> None:
    device = {"Authorization": f"Bearer {register()['token']}"}
    json_type = {"Content-Type": "application/json"}
    for method, path in described(http):
        if path == "/v1/events" or (path in ("/v1/me", "/v1/devices/me") and method == "DELETE"):
            continue
        for headers in ({}, device):
            if not path.startswith("/v1"):
                continue
            answer = admin.request(method, path, content=BODIES[body], headers=headers | json_type)
            assert answer.status_code < 500, f"{method} {path}"
            if answer.status_code >= 400:
                shape(answer)


@pytest.mark.parametrize("path", ["/", "/nowhere", "/v1", "/v1/places/a/b/c", "/v1/pings/more", "/docs/x"])
def test_addresses_that_are_none(http: httpx.Client, path: str) -> None:
    answer = http.get(path)
    assert answer.status_code == 404
    shape(answer)


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (BadInput.at("name", "is missing"), 422),
        (NotFound("place"), 404),
        (Conflict("not now"), 409),
        (Refused("no_location_consent", "not allowed"), 403),
    ],
)
def test_every_error_of_the_tree_has_its_status(error: PasserbyError, status: int) -> None:
    answer = as_problem(error)
    assert answer.status_code == status
    assert answer.media_type == "application/problem+json"
