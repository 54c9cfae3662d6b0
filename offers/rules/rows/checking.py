"""A row held against the body that the single door takes, with the same words for the same faults."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import msgspec
from pydantic import BaseModel, ValidationError

from offers.rules.refusals import refusals
from offers.rules.rows.kinds import Kind
from offers.rules.rows.place_rows import Flat, feature_place, flat_place
from offers.rules.rows.row import Row

MOST_FAULTS = 20
"""Of one row, as far as they are told."""
_LONGEST_TOLD = 300


class Wrong(NamedTuple):
    """`line` is that of the field, where it stands in another one than its row."""

    line: int
    path: str
    message: str


@dataclass(frozen=True, slots=True)
class Checked:
    """A row's id and its body; or what is wrong with it, and its id if it has one."""

    row: Row
    key: str | None
    body: BaseModel | None
    wrong: tuple[Wrong, ...] = ()

    def because(self, path: str, message: str) -> Wrong:
        """A fault of one of its fields."""
        return _wrong(self.row, path, message)


def check(kind: Kind, row: Row) -> Checked:
    """Pure; safe to repeat."""
    if row.value is None:
        return Checked(row, None, None, (_wrong(row, "", row.refused),))
    value, flat = _value(kind, row)
    key = value.get(kind.key)
    if isinstance(key, int) and not isinstance(key, bool) and not kind.key_is_in_body:
        key = str(key)
    if key is None and kind.own_key:
        key = kind.own_key + _made_of(value)
    found = [*row.wrong, *_faults_of_key(kind, key)]
    rest = value if kind.key_is_in_body else {name: one for name, one in value.items() if name != kind.key}
    body = None
    try:
        body = kind.body.model_validate(rest)
    except ValidationError as error:
        faults = refusals(error.errors(), rest)
        if kind.key_is_in_body:
            faults = [one for one in faults if one[0] != kind.key]  # is among them already
        if flat is not None:
            faults = flat.as_written(faults, in_feature=row.feature is not None)
        found += faults
    if found:
        return Checked(
            row.without_value(), _told(key) if isinstance(key, str) else None, None, the_first_of(row, found)
        )
    return Checked(row, str(key), body)


def _made_of(value: Mapping[str, Any]) -> str:
    said = {name: one for name, one in value.items() if one is not None}
    return hashlib.blake2b(msgspec.json.encode(said, order="deterministic"), digest_size=13).hexdigest()


def _value(kind: Kind, row: Row) -> tuple[Mapping[str, Any], Flat | None]:
    assert row.value is not None
    if kind.noun != "places":
        return row.value, None
    flat = flat_place(row.value) if row.feature is None else flat_place(*feature_place(row.value))
    return flat.body, flat


def _faults_of_key(kind: Kind, key: object) -> list[tuple[str, str]]:
    if key is None:
        return [(kind.key, "is missing")]
    try:
        kind.key_of.validate_python(key)
    except ValidationError as error:
        return [(kind.key, str(one["msg"])) for one in error.errors()]
    return []


def the_first_of(row: Row, found: Sequence[tuple[str, str]]) -> tuple[Wrong, ...]:
    """Faults as (path, message), each once, as far as they are told."""
    each = list(dict.fromkeys(found))
    told = [_wrong(row, path, message) for path, message in each[:MOST_FAULTS]]
    if len(each) > MOST_FAULTS:
        told.append(Wrong(row.line, "", f"and {len(each) - MOST_FAULTS} more"))
    return tuple(told)


def _wrong(row: Row, path: str, message: str) -> Wrong:
    line = row.line_of(path)
    if row.feature is not None:
        path = f"features[{row.feature}]" + (f".{path}" if path else "")
    return Wrong(line, _told(path), _told(message))


def _told(words: str) -> str:
    """Of what a file holds only what can be told: not half a sign, and not a megabyte."""
    return words[:_LONGEST_TOLD].encode("utf-8", "backslashreplace").decode()
