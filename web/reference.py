"""`/docs`: the OpenAPI document as one page to read, made here, with nothing fetched from anywhere."""

import base64
import hashlib
import json
from functools import cache
from pathlib import Path
from typing import Any

from fastapi import APIRouter, Request
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape
from starlette.responses import HTMLResponse, Response

from web.openapi import describe

TEMPLATES = Path(__file__).parent / "templates"

router = APIRouter(include_in_schema=False)


@router.get("/docs", summary="The doors, to read")
def reference(request: Request) -> Response:
    style = (TEMPLATES / "reference.css").read_text()
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    policy = (
        f"default-src 'none'; style-src 'sha256-{digest}'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
    )
    page = _templates().get_template("reference.html").render(style=style, **_read(describe(request.app)))
    return HTMLResponse(page, headers={"content-security-policy": policy})


@cache
def _templates() -> Environment:
    templates = Environment(loader=FileSystemLoader(TEMPLATES), autoescape=True, undefined=StrictUndefined)
    templates.filters["pretty"] = _pretty
    templates.filters["words"] = _with_code
    return templates


def _pretty(value: Any) -> str:
    """JSON indented; text as it stands."""
    return value if isinstance(value, str) else json.dumps(value, indent=2, ensure_ascii=False)


def _with_code(text: str) -> Markup:
    """Escaped, with what stands between backticks as code."""
    pieces = text.split("`")
    return Markup("").join(
        Markup("<code>{}</code>").format(one) if i % 2 else escape(one) for i, one in enumerate(pieces)
    )


def _read(document: dict[str, Any]) -> dict[str, Any]:
    """The document as the template wants it: operations by tag, each with its fields and examples."""
    schemas = document["components"]["schemas"]
    groups: dict[str, list[dict[str, Any]]] = {}
    for path, operations in sorted(document["paths"].items()):
        for method, one in operations.items():
            content: dict[str, Any] = next(iter(one.get("requestBody", {}).get("content", {}).values()), {})
            schema = _followed(content.get("schema", {}), schemas)
            groups.setdefault(one.get("tags", ["other"])[0], []).append(
                {
                    "method": method.upper(),
                    "path": path,
                    "anchor": one["operationId"],
                    "summary": one["summary"],
                    "description": one.get("description", ""),
                    "credentials": sorted({name for choice in one.get("security", []) for name in choice}),
                    "parameters": one.get("parameters", []),
                    "fields": [_field(name, field, schema) for name, field in schema.get("properties", {}).items()],
                    "requests": _examples(content, schema),
                    "responses": [
                        {"status": status, "description": it["description"], "examples": _answers(it)}
                        for status, it in sorted(one["responses"].items())
                    ],
                }
            )
    return {
        "info": document["info"],
        "groups": groups,
        "schemes": document["components"]["securitySchemes"],
    }


def _followed(schema: dict[str, Any], schemas: dict[str, Any]) -> dict[str, Any]:
    if "oneOf" in schema:
        schema = schema["oneOf"][0]
    if "$ref" in schema:
        found: dict[str, Any] = schemas[schema["$ref"].rpartition("/")[2]]
        return found
    return schema


def _field(name: str, field: dict[str, Any], schema: dict[str, Any]) -> dict[str, Any]:
    return {
        "name": name,
        "type": _type(field),
        "needed": name in schema.get("required", []),
        "description": field.get("description", ""),
    }


def _type(field: dict[str, Any]) -> str:
    if "enum" in field:
        return " | ".join(map(str, field["enum"]))
    if "const" in field:
        return str(field["const"])
    if "anyOf" in field:
        return " | ".join(dict.fromkeys(_type(choice) for choice in field["anyOf"]))
    if "$ref" in field:
        return str(field["$ref"]).rpartition("/")[2]
    kind = field.get("type", "any")
    if kind == "array":
        return f"array of {_type(field.get('items', {}))}"
    return " | ".join(kind) if isinstance(kind, list) else str(kind)


def _examples(content: dict[str, Any], schema: dict[str, Any]) -> list[Any]:
    if "examples" in content:
        return [one["value"] for one in content["examples"].values()]
    if "example" in content:
        return [content["example"]]
    return list(schema.get("examples", []))


def _answers(answer: dict[str, Any]) -> list[str]:
    return [_pretty(content["example"]) for content in answer.get("content", {}).values() if "example" in content]
