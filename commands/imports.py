"""`passerby import NOUN FILE`: sends a file of places, customers, products, purchases or posters to a server, and shows how it goes."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

import httpx
import msgspec
from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Column, Table

from offers.errors import BadInput, Misconfigured

TYPES = {
    ".csv": "text/csv",
    ".jsonl": "application/x-ndjson",
    ".ndjson": "application/x-ndjson",
    ".geojson": "application/geo+json",
    ".json": "application/geo+json",
}
MOST_SHOWN = 20
PIECE = 1 << 16
PATIENCE = httpx.Timeout(600.0, connect=10.0)
"""A large file of one transaction is silent for a while."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What the command line asked for."""

    noun: str
    file: Path
    to: str
    key: str
    atomic: bool


class _Refused:
    """Refused rows, the first of them in words."""

    def __init__(self) -> None:
        self.shown = Table("line", *(Column(name, overflow="fold") for name in ("id", "field", "what is wrong")))
        self.rows = 0

    def add(self, line: dict[str, Any]) -> None:
        for error in line.get("errors", []):
            if self.shown.row_count < MOST_SHOWN:
                at = str(error.get("line", line["line"]))
                self.shown.add_row(at, *map(_shown, (line["id"] or "", error["path"], error["message"])))
        self.rows += 1


def run_import(asked: Asked, console: Console) -> bool:
    """Send it, with a bar on a terminal and plain lines elsewhere; whether every row went in."""
    content_type = TYPES.get(asked.file.suffix.lower())
    if content_type is None:
        raise BadInput.at(str(asked.file), f"ends with none of {', '.join(TYPES)}")
    try:
        with asked.file.open("rb") as file:
            return _send(asked, file, content_type, console)
    except httpx.HTTPError as error:
        raise Misconfigured(f"{asked.to}: {str(error) or type(error).__name__}") from None
    except OSError as error:
        raise BadInput.at(str(asked.file), error.strerror or "can not be read") from None


def _send(asked: Asked, file: BinaryIO, content_type: str, console: Console) -> bool:
    headers = {
        "Authorization": f"Bearer {asked.key}",
        "Content-Type": content_type,
        "Content-Length": str(asked.file.stat().st_size),
        "Accept": "application/x-ndjson",
    }
    wish = {"report": "refused", **({"atomic": "true"} if asked.atomic else {})}
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    address = f"{asked.to.rstrip('/')}/v1/{asked.noun}/import"
    with (
        httpx.Client(timeout=PATIENCE) as client,
        Progress(*columns, console=console, disable=not console.is_terminal) as bar,
        client.stream("POST", address, headers=headers, params=wish, content=_pieces(file)) as answer,
    ):
        if answer.status_code != 200:
            answer.read()
            return _told_problem(_problem_of(answer), console)
        task = bar.add_task(asked.noun, total=None)
        refused = _Refused()
        told: dict[str, Any] = {}
        said = 0
        for line in answer.iter_lines():
            told = msgspec.json.decode(line)
            if told["type"] == "line":
                refused.add(told)
            elif told["type"] == "progress":
                bar.update(task, completed=told["rows"], total=told["of"])
                said = _said(console, asked.noun, told, said)
    return _told_end(told, refused, console)


def _said(console: Console, noun: str, progress: dict[str, Any], before: int) -> int:
    """Where there is no bar, a line for each tenth; up to which row it was said."""
    rows, of = progress["rows"], progress["of"]
    if console.is_terminal or (rows < of and (rows - before) * 10 < of):
        return before
    console.print(f"{rows:,} of {of:,} {noun}")
    return int(rows)


def _pieces(file: BinaryIO) -> Iterator[bytes]:
    while piece := file.read(PIECE):
        yield piece


def _told_end(told: dict[str, Any], refused: _Refused, console: Console) -> bool:
    """The summary, and what was refused; or why there is no summary."""
    if told.get("type") == "error":
        return _told_problem(told["problem"], console)
    if told.get("type") != "summary":
        raise Misconfigured("The server stopped in the middle. What it told of is in; send the same file again.")
    if refused.rows:
        console.print(refused.shown)
        if refused.rows > refused.shown.row_count:
            console.print(f"The first {refused.shown.row_count} of {refused.rows:,} refused rows are shown.")
    console.print(
        f"{told['rows']:,} rows: {told['created']:,} created, {told['changed']:,} changed, "
        f"{told['unchanged']:,} unchanged, {told['refused']:,} refused"
    )
    return refused.rows == 0


def _problem_of(answer: httpx.Response) -> dict[str, Any]:
    try:
        problem: dict[str, Any] = msgspec.json.decode(answer.content, type=dict)
    except msgspec.MsgspecError:
        problem = {}
    return {"title": f"The server answered {answer.status_code}", "detail": "", **problem}


def _told_problem(problem: dict[str, Any], console: Console) -> bool:
    table = Table(*(Column(name, overflow="fold") for name in ("where", "what is wrong")))
    for error in problem.get("errors", [])[:MOST_SHOWN]:
        table.add_row(_shown(error["path"]), _shown(error["message"]))
    if table.row_count:
        console.print(table)
    console.print(f"{problem['title']}. {problem['detail']}", markup=False)
    return False


def _shown(words: str) -> str:
    """What a file says, as it is: neither the console's markup nor a terminal's orders."""
    return escape("".join(sign if sign.isprintable() else "\ufffd" for sign in words))
