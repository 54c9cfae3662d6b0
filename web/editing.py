"""Two people at one thing: `ETag` says what was read, `If-Match` and `If-None-Match` what an edit was made from (RFC 9110, 13.1)."""

import hashlib
import re
from collections.abc import Mapping
from typing import Annotated, Any

import msgspec
from fastapi import Depends, Header
from starlette.responses import Response

from offers.rules.edit import Check, anyway
from web.bodies import json_answer
from web.problems import ProblemError

MATCH = "The `ETag` that the edit was made from; 412 when it is not the present one."
NONE_MATCH = "`*`: only create; 412 when it is there already."


def etag_of(item: Mapping[str, Any]) -> str:
    """A strong validator of what an item says, the same from either database."""
    return f'"{hashlib.sha256(msgspec.json.encode(_plain(item), order="deterministic")).hexdigest()[:32]}"'


def _plain(value: Any) -> Any:
    """PostgreSQL's JSON keeps no difference between 1 and 1.0, nor the order of names."""
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, Mapping):
        return {name: _plain(one) for name, one in value.items()}
    if isinstance(value, list):
        return [_plain(one) for one in value]
    return value


def edited(item: Mapping[str, Any], status: int = 200, beside: Mapping[str, Any] | None = None) -> Response:
    """An item as the answer to who reads or writes it, with its `ETag`; `beside` it what no edit is made from."""
    return json_answer({**item, **(beside or {})}, status, {"etag": etag_of(item)})


def _check(if_match: str | None, if_none_match: str | None) -> Check:
    if if_match is None and if_none_match is None:
        return anyway

    def check(now: Mapping[str, Any] | None) -> None:
        if if_match is not None and not _is_among(now, if_match):
            raise ProblemError("changed_meanwhile", 412, "If-Match is not the present ETag: read it again.")
        if if_none_match is not None and _is_among(now, if_none_match):
            raise ProblemError("changed_meanwhile", 412, "If-None-Match asks for what is not there, and it is.")

    return check


def _is_among(now: Mapping[str, Any] | None, tags: str) -> bool:
    """Strong comparison: a weak tag matches nothing."""
    if now is None:
        return False
    return tags.strip() == "*" or etag_of(now) in re.findall(r'(?:W/)?"[^"]*"', tags)


def _of_change(if_match: Annotated[str | None, Header(description=MATCH)] = None) -> Check:
    return _check(if_match, None)


def _of_put(
    if_match: Annotated[str | None, Header(description=MATCH)] = None,
    if_none_match: Annotated[str | None, Header(description=NONE_MATCH)] = None,
) -> Check:
    return _check(if_match, if_none_match)


IfUnchanged = Annotated[Check, Depends(_of_change)]
"""For PATCH and DELETE."""
IfUnchangedOrNew = Annotated[Check, Depends(_of_put)]
"""For PUT."""
