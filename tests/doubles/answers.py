"""A request and its answer, without a socket."""

import json
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol

Ending = Literal["whole", "cut", "hang", "goaway", "killed"]
"""How an answer ends: `cut` in the middle, `hang` never begins, `goaway` ends the connection politely without it, `killed` with a reset."""


@dataclass(frozen=True, slots=True)
class Request:
    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    """Names in lower case."""
    body: bytes
    http: str
    """`1.1` or `2`."""


@dataclass(slots=True)
class Answer:
    status: int = 200
    body: bytes = b"{}"
    headers: dict[str, str] = field(default_factory=dict)
    content_type: str = "application/json; charset=UTF-8"
    delay_s: float = 0.0
    ending: Ending = "whole"


class Service(Protocol):
    """What stands behind the sockets."""

    def answer(self, request: Request) -> Answer: ...


def reply(status: int, content: Any, headers: dict[str, str] | None = None) -> Answer:
    return Answer(status, json.dumps(content).encode(), headers or {})
