"""Ways around a guard: other methods, other spellings of an address, other people's names and ids in a body."""

import contextlib
import http.client
import re
from typing import Any

import pytest

from offers.rules.gs1_identifiers import KEYS as KEYS_OF_LINKS
from tests.web.conftest import paths_of, problem_of
from tests.web.route_matrix.callers import OWN, SOMEBODY, SOMEBODY_ELSE
from tests.web.route_matrix.conftest import Matrix
from tests.web.route_matrix.table import POSITIONS, TABLE, Access

ANSWER_HEAD = (
    *("/openapi.json", "/healthz", "/readyz"),
    *("/q/{code}", "/Q/{code}", "/t/{token}", *(f"/{key}/{{rest:path}}" for key in KEYS_OF_LINKS)),
)
"""What load balancers and browsers look at without reading it; and what messengers do, to show a link."""
METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE")
PATHS = sorted({route.partition(" ")[2] for route in TABLE} - {"/static"})
GUARDED = [route for route, access in TABLE.items() if access.told["nobody"] == 401]
WRITES = [route for route in GUARDED if not route.startswith("GET ")]
STRICT = [route for route in WRITES if TABLE[route].body and route not in POSITIONS and not TABLE[route].tolerant]
MADE_HERE = {
    "id": "somebody-elses",
    "customer_id": "piet",
    "anonymous": True,
    "created_at": "2020-01-01T00:00:00Z",
    "updated_at": "2020-01-01T00:00:00Z",
    "revoked_at": None,
    "version": 7,
    "status": "live",
    "role": "admin",
    "positions_only": True,
    "digest": "0",
}
"""What is ours to say, and nobody's to write."""


def _of_path(path: str) -> Access:
    return next(access for route, access in TABLE.items() if route.partition(" ")[2] == path)


def _leads(pattern: str, path: str) -> bool:
    """Whether an address of `path` is one of `pattern` too: `/v1/places/import` is the place whose id is `import`."""
    return pattern == path or re.fullmatch(re.sub(r"\{\w+\}", "[^/]+", pattern), path) is not None


@pytest.mark.parametrize("path", PATHS)
def test_other_methods_are_no_way_in(matrix: Matrix, path: str) -> None:
    there = {route.partition(" ")[0] for route in TABLE if _leads(route.partition(" ")[2], path)}
    before = matrix.rows(), matrix.kept()
    for caller in ("nobody", "admin", OWN):
        for method in set(METHODS) - there - ({"HEAD"} if path in ANSWER_HEAD else set()):
            address = matrix.address(path, _of_path(path), {})
            answer = matrix.http.request(method, address, headers=matrix.knocking.headers[caller])
            assert answer.status_code == 405, (method, caller)
            own = {route.partition(" ")[0] for route in TABLE if route.partition(" ")[2] == path}
            assert set(answer.headers["allow"].split(", ")) >= own
    assert (matrix.rows(), matrix.kept()) == before


@pytest.mark.parametrize("name", ["X-HTTP-Method-Override", "X-HTTP-Method", "X-Method-Override"])
def test_a_header_makes_no_other_method_of_a_request(matrix: Matrix, name: str) -> None:
    """A key that may look would write with it."""
    before = matrix.rows()
    for path in PATHS:
        if f"GET {path}" in TABLE and TABLE[f"GET {path}"].told["read"] == 200 and not TABLE[f"GET {path}"].streams:
            for method in ("DELETE", "PUT", "POST"):
                assert matrix.knock(f"GET {path}", "read", headers={name: method}).status_code == 200
    assert matrix.rows() == before


@pytest.mark.parametrize("route", GUARDED)
def test_another_spelling_of_an_address_opens_nothing(matrix: Matrix, route: str) -> None:
    """The same door with the same guard, or none; and never a redirect, which would carry the credential on."""
    method, _, path = route.partition(" ")
    plain = matrix.address(path, TABLE[route], {}).partition("?")[0]
    spellings = (
        plain + "/",
        plain + "//",
        "/" + plain,
        plain.replace("/v1/", "/v1//"),
        plain.replace("/v1/", "/x/../v1/"),
        plain.replace("/v1/", "/v1/./"),
        plain.replace("/v1/", "/v1%2F"),
        plain.replace("/v1/", "/%76%31/"),
        plain.replace("/v1/", "/V1/"),
        plain + "%00",
        plain + ";a=b",
        plain + "%20",
        plain + "?",
        plain + "#",
    )
    before = matrix.rows()
    for raw in spellings:
        status, headers = asked_as_it_is(matrix, method, raw)
        assert status in (401, 404, 405), raw
        assert "location" not in headers
    assert matrix.rows() == before


def asked_as_it_is(matrix: Matrix, method: str, raw: str) -> tuple[int, set[str]]:
    """Status and the headers' names for an address that a client with manners would mend first."""
    connection = http.client.HTTPConnection(matrix.served.url.removeprefix("http://"), timeout=20)
    with contextlib.closing(connection):
        connection.request(method, raw, b"{}", {"Content-Type": "application/json"})
        answer = connection.getresponse()
        return answer.status, {name.lower() for name, _ in answer.getheaders()}


def test_the_hosts_name_is_not_believed(matrix: Matrix) -> None:
    for path in ("/v1/places/", "/demo/", "/docs/"):
        answer = matrix.http.get(path, headers={"Host": "elsewhere.example", "X-Forwarded-Host": "elsewhere.example"})
        assert "elsewhere" not in answer.text + str(answer.headers)


def _written(matrix: Matrix, route: str) -> dict[str, Any]:
    return matrix.body_of(TABLE[route]) or {}


CHOSEN = {("POST /v1/devices", "positions_only"), ("POST /v1/shops", "id")}
"""A shop's id begins those of its orders, so it may be chosen; one that is taken is 409."""


@pytest.mark.parametrize("route", STRICT)
def test_what_is_made_here_is_nobodys_to_write(matrix: Matrix, route: str) -> None:
    body = _written(matrix, route)
    caller = next(caller for caller in ("admin", OWN) if TABLE[route].told[caller] < 400)
    before = matrix.rows()
    for name, value in MADE_HERE.items():
        if name in body or (route, name) in CHOSEN:
            continue
        assert paths_of(matrix.knock(route, caller, json=body | {name: value})) == [name]
    assert matrix.rows() == before


@pytest.mark.parametrize("route", POSITIONS)
def test_a_ping_says_nothing_of_whose_it_is(matrix: Matrix, route: str) -> None:
    """Unknown fields of a ping or a transition are ignored: a device's own name in it, and another's, are as good as none."""
    claims = {"device_id": "dev_other", "customer": SOMEBODY_ELSE, "token": "dt_x", "unexpected": 1}
    for said in (_written(matrix, route) | claims, [_written(matrix, route) | claims]):
        answer = matrix.knock(route, OWN, json=said)
        assert (answer.status_code, answer.json()["accepted"], answer.json()["rejected"]) == (202, 1, [])


def test_a_device_that_is_somebodys_is_not_linked_to_somebody_else(matrix: Matrix) -> None:
    before = matrix.rows()
    link, body = "POST /v1/devices/{device_id}/link", {"customer": SOMEBODY_ELSE}
    theirs = matrix.knock(link, "admin", ids={"device_id": matrix.knocking.ids["device"]}, json=body)
    assert paths_of(theirs) == ["customer"]
    problem_of(matrix.knock(link, "admin", ids={"device_id": "me"}, json=body), 404)
    assert matrix.rows() == before


def test_a_publishable_key_names_nobody(matrix: Matrix) -> None:
    before = matrix.rows()
    for customer in (SOMEBODY, "a-new-one"):
        answer = matrix.knock("POST /v1/devices", "publishable", json={"platform": "ios", "customer": customer})
        assert paths_of(answer) == ["customer"]
    assert matrix.rows() == before


@pytest.mark.parametrize("route", ["POST /v1/places", "POST /v1/campaigns", "POST /v1/devices", "POST /v1/keys"])
def test_a_kept_answer_is_for_the_credential_that_made_it(matrix: Matrix, route: str) -> None:
    key = {"Idempotency-Key": "the same for all"}
    first = matrix.knock(route, "admin", headers=key)
    assert first.status_code == 201
    assert matrix.knock(route, "admin", headers=key).content == first.content
    for caller, status in TABLE[route].told.items():
        if caller == "admin":
            continue
        answer = matrix.knock(route, caller, headers=key)
        assert answer.status_code == status
        assert "idempotent-replayed" not in answer.headers
        assert answer.content != first.content


def test_a_credential_counts_in_its_header_alone(matrix: Matrix) -> None:
    """Not as a query, which logs keep; not as a cookie, which another site's page sends along."""
    for caller, path in (("admin", "/v1/places"), (OWN, "/v1/devices/me")):
        credential = matrix.knocking.headers[caller]["Authorization"].removeprefix("Bearer ")
        for query in ("token", "access_token", "key", "authorization"):
            problem_of(matrix.http.get(path, params={query: credential}), 401)
        problem_of(matrix.http.get(path, headers={"Cookie": f"token={credential}; authorization={credential}"}), 401)
        problem_of(matrix.http.get(path, headers={"X-Api-Key": credential}), 401)
