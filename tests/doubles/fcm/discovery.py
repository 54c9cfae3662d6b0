"""What Google's discovery document says of a message: which fields there are, and of what type. Read once a process."""

import json
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Literal, NamedTuple

DOCUMENT = Path(__file__).with_name("fcm.v1.json")
DURATION = re.compile(r"-?\d+(?:\.\d{1,9})?s\Z")
RFC3339 = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?(Z|[+-]\d\d:\d\d)\Z")
INTEGER = re.compile(r"-?\d+\Z")
NAMESPACE = "type.googleapis.com/google.firebase.fcm.v1."

Json = dict[str, Any]


class Violation(NamedTuple):
    field: str
    description: str
    by: Literal["json", "fcm"]
    """Who refuses: the parser of JSON, which knows types alone, or FCM behind it. Their 400s look different."""


@dataclass(frozen=True, slots=True)
class Kind:
    """What a value may be."""

    type: str
    format: str = ""
    of: str = ""
    """The schema, of an object with fields."""
    names: frozenset[str] = frozenset()
    """Of an enumeration."""
    item: "Kind | None" = None
    """Of a list, and of a map's values."""


@dataclass(frozen=True, slots=True)
class Field:
    name: str
    snake: str
    kind: Kind
    output_only: bool


@dataclass(frozen=True, slots=True)
class Discovery:
    revision: str
    fields: dict[str, dict[str, Field]]
    """By schema, then by the field's name in either spelling: proto-JSON takes both."""

    def read(self, schema: str, value: Json, out: list[Violation], path: str = "") -> Json:
        """The value in its normal form: names in camel case, what is null left out. What is wrong goes to `out`."""
        fields, normal = self.fields[schema], {}
        for key, item in value.items():
            field = fields.get(key)
            if field is None:
                at = f" at '{path}'" if path else ""
                out.append(
                    Violation(
                        path, f'Invalid JSON payload received. Unknown name "{key}"{at}: Cannot find field.', "json"
                    )
                )
                continue
            where = f"{path}.{field.snake}" if path else field.snake
            if field.name in normal:
                out.append(Violation(where, f"'{where}' is there twice, in both spellings.", "json"))
                continue
            if item is None:
                continue
            if field.output_only:
                out.append(Violation(where, f"'{where}' is output only.", "fcm"))
            normal[field.name] = self._value(field.kind, item, where, out)
        return normal

    def _value(self, kind: Kind, value: Any, path: str, out: list[Violation]) -> Any:
        match kind.type:
            case "string":
                return _text(kind, value, path, out)
            case "ref":
                if isinstance(value, dict):
                    return self.read(kind.of, value, out, path)
                return _wrong(NAMESPACE + kind.of, value, path, out, {})
            case "map":
                return self._map(kind, value, path, out)
            case "array":
                if not isinstance(value, list) or kind.item is None:
                    return _wrong("TYPE_MESSAGE, repeated", value, path, out, [])
                return [self._value(kind.item, item, f"{path}[{at}]", out) for at, item in enumerate(value)]
            case "boolean":
                return value if isinstance(value, bool) else _wrong("TYPE_BOOL", value, path, out)
            case "integer":
                return _integer(value, path, out)
            case "number":
                number = isinstance(value, int | float) and not isinstance(value, bool)
                return value if number else _wrong("TYPE_FLOAT", value, path, out)
        return value

    def _map(self, kind: Kind, value: Any, path: str, out: list[Violation]) -> Json:
        if not isinstance(value, dict) or kind.item is None:
            return dict(_wrong("TYPE_MESSAGE, map", value, path, out, {}))
        if kind.item.type == "any":
            return value
        if kind.item.type == "string" and all(type(item) is str for item in value.values()):
            return value  # nearly every map is
        normal = {}
        for at, (key, item) in enumerate(value.items()):
            where = f"{path}[{at}].value"
            if item is None:
                out.append(Violation(where, "A map's value cannot be null.", "json"))
            else:
                normal[key] = self._value(kind.item, item, where, out)
        return normal


def _wrong(expected: str, value: Any, path: str, out: list[Violation], instead: Any = None) -> Any:
    out.append(Violation(path, f"Invalid value at '{path}' ({expected}), {json.dumps(value)[:200]}", "json"))
    return value if instead is None else instead


def _text(kind: Kind, value: Any, path: str, out: list[Violation]) -> Any:
    if not isinstance(value, str):
        return _wrong("TYPE_ENUM" if kind.names else "TYPE_STRING", value, path, out)
    if kind.names:
        # FCM documents and takes android.priority in lower case, which is what firebase-admin sends
        name = value.upper() if path.endswith("android.priority") else value
        return name if name in kind.names else _wrong("TYPE_ENUM", value, path, out)
    if kind.format == "google-duration" and not DURATION.match(value):
        return _wrong("type.googleapis.com/google.protobuf.Duration", value, path, out)
    if kind.format == "google-datetime" and not RFC3339.match(value):
        return _wrong("type.googleapis.com/google.protobuf.Timestamp", value, path, out)
    return value


def _integer(value: Any, path: str, out: list[Violation]) -> Any:
    """Proto-JSON takes 3, "3" and 3.0, within 32 bits."""
    number = value
    if (isinstance(value, str) and INTEGER.match(value)) or (isinstance(value, float) and value.is_integer()):
        number = int(value)
    if isinstance(number, bool) or not isinstance(number, int) or not -(2**31) <= number < 2**31:
        return _wrong("TYPE_INT32", value, path, out)
    return number


@cache
def discovery() -> Discovery:
    document = json.loads(DOCUMENT.read_text("utf-8"))
    fields: dict[str, dict[str, Field]] = {}
    for schema, content in document["schemas"].items():
        table = fields.setdefault(schema, {})
        for name, said in content.get("properties", {}).items():
            output_only = bool(said.get("readOnly")) or said.get("description", "").startswith("Output Only")
            field = Field(name, snake(name), _kind(said), output_only)
            table[name] = table[field.snake] = field
    return Discovery(document["revision"], fields)


def _kind(said: Json) -> Kind:
    if "$ref" in said:
        return Kind("ref", of=said["$ref"])
    if said["type"] == "object":
        return Kind("map", item=_kind(said["additionalProperties"]))
    if said["type"] == "array":
        return Kind("array", item=_kind(said["items"]))
    return Kind(said["type"], said.get("format", ""), names=frozenset(said.get("enum", ())))


def snake(name: str) -> str:
    return re.sub(r"(?<!^)([A-Z])", lambda match: "_" + match[1].lower(), name)
