"""The description of the doors, OpenAPI 3.1: FastAPI's, with problems in their one shape and the ping door, which is bare ASGI."""

from collections.abc import Iterable, Mapping
from importlib.metadata import version
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from geofences.told import KINDS, LONGEST_ID
from offers.rules.limits import Limits
from web import receipts, transitions
from web.bodies import FILE_DOORS, MOST_FILE_BYTES
from web.examples import LIMITS, PINGS, PINGS_TAKEN, TRANSITIONS
from web.ingest.describing import SCHEMES, STATUSES
from web.ingest.doors import PREFIX as INGEST
from web.nearby import LIMIT, MOST_WATCHED
from web.pings import MOST_PINGS, PATH
from web.problems import MEDIA_TYPE, TYPE

Document = dict[str, Any]

DESCRIPTION = (
    "Turns where a customer is into the one message worth sending now. Times are RFC 3339 with an offset, distances metres, "
    "durations ISO 8601. Lists are `{items, next_cursor}`. Errors are `application/problem+json` (RFC 9457)."
)
PROBLEMS = {
    "400": "The body is not JSON",
    "401": "No valid credential",
    "403": "The credential may not do this",
    "404": "Not there, or not yours",
    "409": "Not in the present state; `errors` says what is wrong",
    "410": "It was there, and its time is over",
    "412": "It is not what the edit was made from; read it again",
    "413": "The body is over 1 MB",
    "415": "The body is not announced as JSON",
    "422": "Some values can not be used; `errors` names each",
    "429": "Too many tries; try again after `Retry-After`",
    "503": "A part does not answer; try again after `Retry-After`",
}
PROBLEMS_OF_FILES = PROBLEMS | {
    "400": "The file is not JSON",
    "413": f"The file is over {MOST_FILE_BYTES // 1_000_000} MB",
    "415": "The door takes no such files; `detail` says which",
    "422": "The file can not be read or, with `atomic`, has rows that can not be used; `errors` names lines and fields",
}

IDEMPOTENCY_KEY: Document = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": False,
    "schema": {"type": "string", "minLength": 1, "maxLength": 255},
    "description": "Sent again within a day, the request gets the first answer and makes nothing twice.",
}
PING: Document = {
    "type": "object",
    "description": "One position of one device. Other fields are ignored.",
    "required": ["lat", "lon"],
    "properties": {
        "lat": {"type": "number", "minimum": -90, "maximum": 90, "description": "Degrees, WGS84."},
        "lon": {"type": "number", "minimum": -180, "maximum": 180, "description": "Degrees, WGS84."},
        "accuracy_m": {
            "type": ["number", "null"],
            "description": "Metres; missing is unknown, and such a ping confirms but never decides alone.",
        },
        "at": {
            "type": ["string", "null"],
            "format": "date-time",
            "description": "By the device's clock; missing is now. Device and `at` are the ping's key: sent twice, it counts once.",
        },
        "speed_mps": {"type": ["number", "null"]},
        "heading_deg": {"type": ["number", "null"]},
        "mock": {
            "type": ["boolean", "null"],
            "description": "True when the phone says that the position is made up: refused.",
        },
    },
}
TRANSITION: Document = {
    "type": "object",
    "description": "What a phone's own geofencing saw. Other fields are ignored.",
    "required": ["geofence_id", "kind", "at"],
    "properties": {
        "geofence_id": {"type": "string", "minLength": 1, "maxLength": LONGEST_ID},
        "kind": {"type": "string", "enum": list(KINDS)},
        "at": {"type": "string", "format": "date-time", "description": "By the device's clock."},
        "accuracy_m": {"type": ["number", "null"], "description": "Metres; over 100 it changes nothing."},
        "lat": {
            "type": ["number", "null"],
            "minimum": -90,
            "maximum": 90,
            "description": "Where the phone was; with lon.",
        },
        "lon": {"type": ["number", "null"], "minimum": -180, "maximum": 180},
        "mock": {
            "type": ["boolean", "null"],
            "description": "True when the phone says that the position is made up: refused.",
        },
    },
}
PINGS_ANSWER: Document = {
    "type": "object",
    "required": ["accepted", "rejected", "quiet_radius_m", "watch_after_s"],
    "properties": {
        "accepted": {"type": "integer", "description": "So many survive a crash of any process from here on."},
        "rejected": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["index", "reason"],
                "properties": {"index": {"type": "integer"}, "reason": {"type": "string"}},
            },
        },
        "quiet_radius_m": {"type": "number", "description": "Metres the phone may move before anything can change."},
        "watch_after_s": {"type": "integer", "description": "Ping again at the latest then, moved or not."},
        "watch_again": {
            "type": "boolean",
            "description": "There when `geofences_version` was said: whether an edit since then concerns the list of /v1/geofences/nearby.",
        },
    },
}
PROBLEM: Document = {
    "type": "object",
    "description": "RFC 9457. `errors` is there for bad input.",
    "required": ["type", "title", "status", "detail"],
    "properties": {
        "type": {"type": "string", "format": "uri", "examples": [TYPE + "bad_input"]},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["path", "message"],
                "properties": {
                    "path": {"type": "string", "examples": ["geofences[0].radius_m"]},
                    "message": {"type": "string"},
                },
            },
        },
    },
}


def describe(app: FastAPI) -> Document:
    """The whole document; made once."""
    if app.openapi_schema is None:
        app.openapi_schema = _describe(app)
    return app.openapi_schema


def _describe(app: FastAPI) -> Document:
    document = get_openapi(
        title="Passerby",
        version=version("passerby"),
        openapi_version="3.1.0",
        description=DESCRIPTION,
        routes=app.routes,
    )
    document["paths"][PATH] = {"post": _ping_door()}
    schemas = document.setdefault("components", {}).setdefault("schemas", {})
    document["components"].setdefault("securitySchemes", {}).update(SCHEMES)
    schemas |= {"Ping": PING, "PhoneTransition": TRANSITION, "PingsTaken": PINGS_ANSWER, "Problem": PROBLEM}
    document["paths"][transitions.PATH]["post"]["requestBody"] = _one_or_several(
        "PhoneTransition", transitions.MOST_TRANSITIONS, TRANSITIONS
    )
    taken = document["paths"][transitions.PATH]["post"]["responses"]["202"]["content"]["application/json"]
    taken["schema"] = {"$ref": "#/components/schemas/PingsTaken"}
    for unused in ("HTTPValidationError", "ValidationError"):
        schemas.pop(unused, None)
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            _with_problems(path, method, operation)
    document["paths"]["/v1/settings"]["patch"]["requestBody"]["content"]["application/json"]["schema"] = _limits()
    return document


def _with_problems(path: str, method: str, operation: Document) -> None:
    if path.startswith(INGEST):
        _with_refusals(path, operation, STATUSES)
        return
    statuses = {"503"} if path.startswith("/v1") else set()
    if operation.get("security"):
        statuses |= {"401", "403"}
    if path.endswith("/redeem"):
        statuses |= {"410", "429"}
    if path.endswith("/refresh"):
        statuses.add("401")
    if "{" in path or "/me/" in f"{path}/" or path == receipts.PATH:
        statuses.add("404")
    if operation.get("parameters") or "requestBody" in operation:
        statuses.add("422")
    if "requestBody" in operation:
        statuses |= {"400", "413"} | ({"415"} if path != PATH else set())
    if (
        method in ("post", "put", "delete")
        and path.startswith("/v1")
        and path not in (PATH, transitions.PATH, *FILE_DOORS)
    ):
        statuses.add("409")
    if any(one["name"].lower() in ("if-match", "if-none-match") for one in operation.get("parameters", [])):
        statuses.add("412")
    if method == "post" and "201" in operation["responses"]:
        operation["parameters"] = [*operation.get("parameters", []), IDEMPOTENCY_KEY]
    _with_refusals(path, operation, statuses)


def _with_refusals(path: str, operation: Document, statuses: Iterable[str]) -> None:
    operation["responses"].pop("422", None)
    for status in sorted(statuses):
        operation["responses"][status] = {
            "description": (PROBLEMS_OF_FILES if path in FILE_DOORS else PROBLEMS)[status],
            "content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}},
        }


def _ping_door() -> Document:
    return {
        "tags": ["pings"],
        "operationId": "send_pings",
        "summary": "Send where the device is",
        "description": (
            f"One ping, or an array of at most {MOST_PINGS}. In an array a bad ping does not sink the others: it is in `rejected`. "
            "403 `no_location_consent` when the customer's consents do not cover positions."
        ),
        "security": [{"deviceToken": []}],
        "parameters": [
            {
                "name": "geofences_version",
                "in": "query",
                "required": False,
                "description": "Of the list that the phone holds, as /v1/geofences/nearby told it: have `watch_again` in the answer.",
                "schema": {"type": "integer", "minimum": 0},
            },
            {
                "name": "limit",
                "in": "query",
                "required": False,
                "description": "With which the phone asked for its list.",
                "schema": {"type": "integer", "minimum": 1, "maximum": MOST_WATCHED, "default": LIMIT},
            },
        ],
        "requestBody": _one_or_several("Ping", MOST_PINGS, PINGS),
        "responses": {
            "202": {
                "description": "The lane has them",
                "content": {
                    "application/json": {
                        "schema": {"$ref": "#/components/schemas/PingsTaken"},
                        "example": PINGS_TAKEN,
                    }
                },
            }
        },
    }


def _one_or_several(schema: str, most: int, shown: Mapping[str, Any]) -> Document:
    """A body that is one of these or an array of them."""
    one = {"$ref": f"#/components/schemas/{schema}"}
    several = {"type": "array", "items": one, "maxItems": most}
    examples = {name: {"value": value} for name, value in shown.items()}
    content = {"schema": {"oneOf": [one, several]}, "examples": examples}
    return {"required": True, "content": {"application/json": content}}


def _limits() -> Document:
    """The limits' own fields, none of them required: a PATCH names what changes."""
    schema = Limits.model_json_schema(by_alias=True, mode="validation")
    definitions = schema.pop("$defs", {})
    text = {name: dict(field) for name, field in schema["properties"].items()}
    for field in text.values():
        for choice in field.get("anyOf", []):
            if "$ref" in choice:
                choice.update(definitions[choice.pop("$ref").rpartition("/")[2]])
    return {"type": "object", "properties": text, "additionalProperties": False, "examples": [LIMITS]}
