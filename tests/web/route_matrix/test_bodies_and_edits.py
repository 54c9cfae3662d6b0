"""What holds for every body and for every edit, asked of all routes at once: no unknown field, and nothing from an old reading."""

from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from tests.web.conftest import paths_of, problem_of
from tests.web.route_matrix.callers import OWN
from tests.web.route_matrix.conftest import Matrix
from tests.web.route_matrix.table import POSITIONS, TABLE
from tests.web.test_any_value import BODIES

FREE = (
    "sizes",
    "attributes",
    "title",
    "text",
    "minimum_basket",
    "stock",
    "stock.kalverstraat-102",
    "messages",
    "texts",
)
"""Whose names the caller chooses: no field of these is unknown."""
STALE = ('"0123456789abcdef0123456789abcdef"', 'W/"*"', '"*"', "nonsense", "")


def example_of(document: dict[str, Any], route: str) -> Any:
    """The description's own example of a body."""
    method, _, path = route.partition(" ")
    content = document["paths"][path][method.lower()]["requestBody"]["content"]["application/json"]
    schema = content["schema"]
    # a body that may be absent is this or nothing; of some there may be several
    either = [schema, *schema.get("anyOf", []), *schema.get("oneOf", [])]
    name = next((one["$ref"] for one in either if "$ref" in one), "").rpartition("/")[2]
    schema = document["components"]["schemas"].get(name, content["schema"])
    return [*schema.get("examples", []), *content.get("examples", {}).values(), None][0]


def objects_in(value: Any, path: str = "") -> Iterator[tuple[str, dict[str, Any]]]:
    """Every object in a body, itself first, with where it stands."""
    if isinstance(value, dict):
        yield path, value
        for name, one in value.items():
            yield from objects_in(one, f"{path}.{name}" if path else name)
    elif isinstance(value, list):
        for number, one in enumerate(value):
            yield from objects_in(one, f"{path}[{number}]")


def with_one_more(value: Any, there: dict[str, Any]) -> Any:
    """The same body, but for one object in it that has a field more."""
    if value is there:
        return value | {"unexpected": 1}
    if isinstance(value, dict):
        return {name: with_one_more(one, there) for name, one in value.items()}
    return [with_one_more(one, there) for one in value] if isinstance(value, list) else value


@pytest.fixture(scope="module")
def document(town: Matrix) -> dict[str, Any]:
    found: dict[str, Any] = town.http.get("/openapi.json").json()
    return found


NAMED = [r for r, access in TABLE.items() if access.body and r not in POSITIONS and not access.tolerant]
"""Routes whose bodies are ours to describe; location apps add fields as they like."""


@pytest.mark.parametrize("route", NAMED)
def test_an_unknown_field_is_refused_by_name(matrix: Matrix, document: dict[str, Any], route: str) -> None:
    method, _, path = route.partition(" ")
    caller = next(caller for caller in ("admin", OWN) if TABLE[route].told[caller] < 400)
    bodies = [matrix.body_of(TABLE[route]), example_of(document, route)]
    bodies += [body for how, where, body in BODIES.values() if how == method and _is_at(where, path)]
    before, tried = matrix.rows(), 0
    for body in bodies:
        for where, one in objects_in(body):
            if where in FREE or where.startswith("audience") or ".geometry" in where:
                continue
            answer = matrix.knock(route, caller, json=with_one_more(body, one))
            assert paths_of(answer) == [f"{where}.unexpected" if where else "unexpected"]
            tried += 1
    assert tried
    assert matrix.rows() == before


def _is_at(where: str, path: str) -> bool:
    """Whether an address is one of a route's path, whose only id stands at its end."""
    return where.rpartition("/")[0] == path.rpartition("/")[0] if "{" in path else where == path


def test_the_examples_are_the_descriptions(document: dict[str, Any]) -> None:
    """Else the test above would go without them."""
    without = {route for route, one in TABLE.items() if one.body and not example_of(document, route)}
    assert without <= {"PATCH /v1/devices/me", "PUT /v1/me/consents"}


def edits(document: dict[str, Any], header: str) -> list[str]:
    """The routes that document a condition."""
    return [
        f"{method.upper()} {path}"
        for path, item in document["paths"].items()
        for method, one in item.items()
        if header in (parameter["name"].lower() for parameter in one.get("parameters", []))
    ]


def test_whoever_reads_an_etag_may_send_it_back(matrix: Matrix, document: dict[str, Any]) -> None:
    """Every edit of a thing that answers with an ETag documents If-Match; a PUT If-None-Match too."""
    read = {
        path
        for path, item in document["paths"].items()
        if "ETag" in item.get("get", {}).get("responses", {}).get("200", {}).get("headers", {})
    }
    assert len(read) >= 5
    there = [route for route in TABLE if route.partition(" ")[2] in read and not route.startswith("GET ")]
    assert sorted(edits(document, "if-match")) == sorted(there)
    assert sorted(edits(document, "if-none-match")) == sorted(one for one in there if one.startswith("PUT "))


def test_an_edit_of_an_old_reading_changes_nothing(matrix: Matrix, document: dict[str, Any]) -> None:
    for route in edits(document, "if-match"):
        path = route.partition(" ")[2]
        present = _etag(matrix, route)
        before = matrix.rows()
        for tag in STALE:
            answer = matrix.knock(route, "admin", headers={"If-Match": tag})
            assert problem_of(answer, 412)["type"].endswith(":changed_meanwhile"), (route, tag)
        if route.startswith("PUT "):
            problem_of(matrix.knock(route, "admin", headers={"If-None-Match": "*"}), 412)
            problem_of(matrix.knock(route, "admin", headers={"If-None-Match": present}), 412)
        assert matrix.rows() == before, route
        good = matrix.knock(route, "admin", headers={"If-Match": present})
        assert good.status_code == TABLE[route].told["admin"], path
        matrix.restore()


def _etag(matrix: Matrix, route: str) -> str:
    """What whoever reads the thing that a route edits is told."""
    address = matrix.address(route.partition(" ")[2], TABLE[route], {})
    answer: httpx.Response = matrix.http.get(address, headers=matrix.knocking.headers["admin"])
    assert answer.status_code == 200
    return answer.headers["etag"]
