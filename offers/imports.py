"""Whole files of places, customers, products, purchases or posters: read, checked row by row, written batch by batch.

What writes a batch is the use case of its noun and is handed in, since use cases do not import each other.
"""

import hashlib
from collections.abc import Iterable, Iterator, Mapping, MutableMapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal, Protocol

import msgspec
from sqlalchemy.orm import Session

from offers.follows import Follows, Written
from offers.rules.rows.checking import Checked, Wrong, check, the_first_of
from offers.rules.rows.kinds import Kind
from offers.rules.rows.row import FileRefused, Row

BATCH = 500
"""Rows a batch has: one transaction, unless all are to be one."""
HEAVIEST = 4_000_000
"""Bytes of rows after which a batch ends all the same: 500 rows of 1 MB would be some gigabytes of Python."""
MOST_ROWS = 500_000

Outcome = Literal["created", "changed", "unchanged", "refused"]


class Write(Protocol):
    """`put_places` and its like: bodies by id, in a number of statements that does not grow with them."""

    def __call__(self, session: Session, bodies: Mapping[str, Any], /, *, now: datetime) -> Written: ...


class Error(msgspec.Struct, omit_defaults=True):
    path: str
    message: str
    line: int | None = None
    """Where it is another one than the row's own: an item of a purchase in a table."""


class Line(msgspec.Struct, omit_defaults=True):
    """What became of one row."""

    line: int
    id: str | None
    outcome: Outcome
    errors: list[Error] = []
    code: str | None = None
    """Of a poster: what its address ends in."""


class Tally(msgspec.Struct):
    rows: int = 0
    created: int = 0
    changed: int = 0
    unchanged: int = 0
    refused: int = 0

    def add(self, lines: Sequence[Line]) -> None:
        self.rows += len(lines)
        for one in lines:
            setattr(self, one.outcome, getattr(self, one.outcome) + 1)


@dataclass(slots=True)
class Batch:
    """Rows that are written together."""

    seen: MutableMapping[str, tuple[int, bytes]]
    """The file's ids so far: the line of each (a Feature's number, where all may stand in one line), and what was said there."""
    checked: list[Checked] = field(default_factory=list)
    bodies: dict[str, Any] = field(default_factory=dict)
    weight: int = 0
    """Bytes of its rows."""

    def put(self, one: Checked, key_field: str) -> None:
        """A row that says again what a line before said changes nothing. One that says something else under its id is refused: what
        would be in force then, and what a second import would change, nobody could tell.
        """
        if one.key is not None and one.body is not None:
            written = msgspec.json.encode(one.row.value, order="deterministic")
            self.weight += len(written)
            said = hashlib.blake2b(written, digest_size=16).digest()
            before = self.seen.get(one.key)
            if before is None:
                self.seen[one.key] = (one.row.line if one.row.feature is None else one.row.feature, said)
                self.bodies[one.key] = one.body
            elif before[1] != said:
                where = f"line {before[0]}" if one.row.feature is None else f"features[{before[0]}]"
                message = f"{one.key!r} stands in {where} already, with something else"
                one = Checked(one.row, one.key, None, (one.because(key_field, message),))
        self.checked.append(one)

    def is_first(self, one: Checked) -> bool:
        """Whether it is this row that is written under its id."""
        return one.body is not None and self.bodies.get(one.key or "") is one.body


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of a batch, and what follows once it is committed."""

    lines: list[Line]
    follows: Follows


def batches(kind: Kind, rows: Iterable[Row], size: int = BATCH) -> Iterator[Batch]:
    """All rows of a file, checked, with nothing asked of the database. FileRefused as the reader says it, or for too many rows."""
    seen: dict[str, tuple[int, bytes]] = {}
    batch = Batch(seen)
    for row in no_more_than(rows, MOST_ROWS):
        batch.put(check(kind, row), kind.key)
        if len(batch.checked) == size or batch.weight > HEAVIEST:
            yield batch
            batch = Batch(seen)
    if batch.checked:
        yield batch


def no_more_than(rows: Iterable[Row], most: int) -> Iterator[Row]:
    for number, row in enumerate(rows):
        if number == most:
            raise FileRefused(f"the file has more than {most:,} rows", row.line)
        yield row


def take_in(session: Session, batch: Batch, write: Write, *, now: datetime) -> Taken:
    """Write a batch; what is refused is left out, and the rest goes in. Safe to repeat."""
    written = write(session, batch.bodies, now=now) if batch.bodies else Written()
    for key in written.refused:
        batch.seen.pop(key, None)  # a later row under this id is tried for itself
    lines = [_line(one, written, is_first=batch.is_first(one)) for one in batch.checked]
    return Taken(lines, written.follows)


def refused_unread(batch: Batch) -> list[Line]:
    """Those lines of a batch of which it is plain without the database that they are refused."""
    return [_line(one, Written(), is_first=False) for one in batch.checked if one.body is None]


def _line(one: Checked, written: Written, *, is_first: bool) -> Line:
    wrong = one.wrong
    if one.key is not None and not wrong:
        faults = [(fault.path, fault.message) for fault in written.refused.get(one.key, ())]
        wrong = the_first_of(one.row, faults)
    if wrong:
        return Line(one.row.line, one.key, "refused", list(_errors(one.row.line, wrong)))
    outcome: Outcome = "unchanged"
    if is_first and one.key in written.created:
        outcome = "created"
    elif is_first and one.key in written.changed:
        outcome = "changed"
    return Line(one.row.line, one.key, outcome, code=written.codes.get(one.key or ""))


def _errors(line: int, wrong: Sequence[Wrong]) -> Iterator[Error]:
    for one in wrong:
        yield Error(one.path, one.message, one.line if one.line != line else None)
