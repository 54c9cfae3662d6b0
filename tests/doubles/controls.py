"""How a test speaks with a double that is another process: `/_double/{health,stats,tries,messages,refused,reset,faults}` and what it adds."""

import json
from collections import deque
from collections.abc import Callable, Mapping
from itertools import islice
from typing import Any, Protocol

from tests.doubles.answers import Answer, Request, reply
from tests.doubles.faults import Faults
from tests.doubles.record import Record, as_json

PREFIX = "/_double/"
PAGE = 1000
"""Rows of an answer, unless `limit` says otherwise; `after` leaves out as many of the oldest."""


class Controlled(Protocol):
    @property
    def record(self) -> Record[Any]: ...
    @property
    def faults(self) -> Faults: ...
    def stats(self) -> dict[str, int]: ...
    def reset(self) -> None: ...


def control(service: Controlled, request: Request, more: Mapping[str, Callable[[Any], Any]]) -> Answer:
    """`more`: by name, what else can be posted; each is given the JSON that was."""
    name = request.path.removeprefix(PREFIX)
    if request.method == "GET":
        match name:
            case "health":
                return reply(200, {"ok": True})
            case "stats":
                return reply(200, service.stats())
            case "tries":
                return reply(200, service.record.tries)
            case "messages":
                return _rows(service.record.accepted, request)
            case "refused":
                return _rows(service.record.refused, request)
    if request.method == "POST":
        try:
            content = json.loads(request.body or b"{}")
            if name == "reset":
                service.reset()
                return reply(200, {})
            if name == "faults":
                service.faults.put(content)
                return reply(200, {})
            if name in more:
                return reply(200, more[name](content))
        except (ValueError, TypeError) as error:
            return reply(400, {"error": str(error)})
    return reply(404, {"error": f"no control {request.method} {name}"})


def _rows(rows: deque[Any], request: Request) -> Answer:
    query = request.query
    wanted = (row for row in rows if query.get("target", row.target) == row.target)
    after = int(query.get("after", 0))
    return reply(200, as_json(list(islice(wanted, after, after + int(query.get("limit", PAGE))))))
