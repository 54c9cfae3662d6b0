"""Schemathesis reads the description of the doors and tries them: no 5xx, and every answer is one that is described.

Here with a fixed seed and few examples. Longer, with another seed each time and against a server of your own:
`schemathesis run URL/openapi.json -H "Authorization: Bearer sk_…" --exclude-path /v1/events`.
"""

from typing import Any

import pytest
import schemathesis
from schemathesis.config import SchemathesisConfig
from schemathesis.engine import Status, events, from_schema

from tests.web.route_matrix.callers import OWN
from tests.web.route_matrix.conftest import Matrix

NOT_ASKED = ("/v1/events", "/readyz")
"""A stream does not end, and without a worker 503 is what is right."""
IMPORTS = "/import$"
PICTURES = r"\.(svg|png|pdf)$"
CHECKS = {
    "not_a_server_error": {"enabled": True},
    "status_code_conformance": {"enabled": True},
    "content_type_conformance": {"enabled": True},
    "response_headers_conformance": {"enabled": True},
    "response_schema_conformance": {"enabled": True},
    "unsupported_method": {"enabled": True},
    "allow_header_conformance": {"enabled": True},
    "negative_data_rejection": {
        "enabled": True,
        "expected-statuses": [400, 401, 403, 404, 405, 409, 412, 413, 415, 422],
    },
}
"""Not `positive_data_acceptance`: a place that a campaign names must be there, and no schema says so."""


@schemathesis.serializer("application/x-ndjson", "application/jsonl")
def as_a_file(_context: Any, value: Any) -> bytes:
    """Schemathesis knows no JSON lines; to it a file is a text."""
    return str(value).encode("utf-8", "surrogateescape")


def config(credential: str, examples: int, but: tuple[str, ...]) -> SchemathesisConfig:
    return SchemathesisConfig.from_dict(
        {
            "seed": 20261126,
            "headers": {"Authorization": credential},
            "continue-on-failure": True,
            "warnings": False,
            "checks": {"enabled": False, **CHECKS, **{name: {"enabled": False} for name in but}},
            "generation": {"max-examples": examples, "database": "none", "deterministic": True},
            "phases": {"stateful": {"enabled": False}},
        }
    )


def faults_of(event: Any) -> list[str]:
    """What an event of the run says is wrong, a line each."""
    if isinstance(event, events.NonFatalError):
        return [f"{event.label}: {event.value!r}"]
    if isinstance(event, events.FatalError):
        return [repr(event.exception)]
    if not isinstance(event, events.ScenarioFinished):
        return []
    return [
        f"{event.label}: {check.name}: {check.failure_info.failure}\n{check.failure_info.code_sample}"
        for checks in event.recorder.checks.values()
        for check in checks
        if check.status is Status.FAILURE and check.failure_info is not None
    ]


def run(
    matrix: Matrix, caller: str, examples: int, *but: str, exclude: str = "^$", **paths: Any
) -> tuple[int, list[str]]:
    """How many requests were made, and what was wrong with the answers. `but` names checks that are left out; `paths` is what `include`
    takes, `exclude` a pattern of paths that are left out.
    """
    credential = matrix.knocking.headers[caller]["Authorization"]
    schema = (
        schemathesis.openapi.from_url(f"{matrix.served.url}/openapi.json", config=config(credential, examples, but))
        .exclude(path=list(NOT_ASKED))
        .exclude(path_regex=exclude)
    )
    if paths:
        schema = schema.include(**paths)
    requests, faults = 0, []
    for event in from_schema(schema).execute():
        faults += faults_of(event)
        if isinstance(event, events.ScenarioFinished):
            requests += len(event.recorder.interactions)
    return requests, faults


def test_the_desk_answers_as_it_says(matrix: Matrix) -> None:
    requests, faults = run(matrix, "admin", 4, exclude=f"{IMPORTS}|{PICTURES}")
    assert faults == []
    assert requests > 1000


def test_the_doors_of_files_answer_as_they_say(matrix: Matrix) -> None:
    """By themselves: `import` is an id too, so that `Allow` rightly names the methods of two routes; and a bad row is no reason to
    refuse a file.
    """
    but = ("allow_header_conformance", "negative_data_rejection")
    requests, faults = run(matrix, "admin", 4, *but, path_regex=IMPORTS)
    assert faults == []
    assert requests > 50


def test_the_doors_of_pictures_answer_as_they_say(matrix: Matrix) -> None:
    """By themselves: `…/window.svg` has the shape of an id too, so that `Allow` names the methods of two routes."""
    requests, faults = run(matrix, "admin", 15, "allow_header_conformance", path_regex=PICTURES)
    assert faults == []
    assert requests > 50


def test_a_phones_doors_answer_as_they_say(matrix: Matrix) -> None:
    requests, faults = run(matrix, OWN, 15, path_regex="/me/|/v1/deliveries/")
    assert faults == []
    assert requests > 100


def test_the_ping_door_answers_as_it_says(matrix: Matrix) -> None:
    """A bad ping in an array is no reason to refuse the array."""
    requests, faults = run(matrix, OWN, 30, "negative_data_rejection", path="/v1/pings")
    assert faults == []
    assert requests > 30


def test_the_doors_of_location_apps_answer_as_they_say(matrix: Matrix) -> None:
    """Nothing that an app sends is refused for what it is."""
    requests, faults = run(matrix, "positions only", 30, "negative_data_rejection", path_regex="^/ingest/")
    assert faults == []
    assert requests > 100


@pytest.mark.parametrize("path", ["/v1/devices/me", "/v1/me"])
def test_the_doors_that_end_the_caller_do_too(matrix: Matrix, path: str) -> None:
    """By themselves: once the caller is gone, everything is 401."""
    requests, faults = run(matrix, OWN, 4, path=path)
    assert faults == []
    assert requests > 3
