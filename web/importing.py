"""A file that was sent in, from its reader into the database: whole or batch by batch, told at the end or as it goes on."""

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from threading import Event
from typing import Any, BinaryIO

import msgspec

from offers import imports
from offers.errors import Fault
from offers.follows import Follows
from offers.imports import Batch, Line, Taken, Tally, Write
from offers.records.database import AWAY, LOST_A_RACE
from offers.rules.rows.kinds import Kind
from offers.rules.rows.row import BrokenJson, FileRefused, Row
from web.aftermath import carry_out
from web.parts import Parts
from web.problems import ProblemError, as_problem, unexpected

MOST_NAMED = 100
"""Faults that a problem names; how many there are it says too."""
PATIENCE_S = (0.2, 1.0, 3.0)
"""How long to wait before a batch is written again that another transaction kept out."""

Tell = Callable[[Any], None]
"""Takes what is to be told: a progress, or a batch's lines."""


class HungUpError(Exception):
    """Who sent the file does not listen any more."""


class BrokeOffError(ProblemError):
    """Batches are in, and the rest is not: `tally` counts those that are."""

    def __init__(self, detail: str, tally: Tally) -> None:
        super().__init__("service_unavailable", 503, detail, headers={"Retry-After": "5"})
        self.tally = tally


@dataclass(frozen=True, slots=True)
class Job:
    """One file's import."""

    parts: Parts
    kind: Kind
    file: BinaryIO
    read: Callable[[BinaryIO], Iterator[Row]]
    write: Write
    atomic: bool = False
    only_refused: bool = False

    def batches(self) -> Iterator[Batch]:
        self.file.seek(0)
        return imports.batches(self.kind, self.read(self.file))

    def worth_telling(self, lines: Sequence[Line]) -> list[Line]:
        return [one for one in lines if one.outcome == "refused" or not self.only_refused]


def look_through(job: Job) -> int:
    """How many rows there are. Nothing is written of a file that breaks off somewhere, nor, if `atomic`, of one with a bad row."""
    try:
        if not job.atomic:
            job.file.seek(0)
            return sum(1 for _ in imports.no_more_than(job.read(job.file), imports.MOST_ROWS))
        rows, refused = 0, _Refused()
        for batch in job.batches():
            rows += len(batch.checked)
            refused.add(imports.refused_unread(batch))
    except FileRefused as error:
        raise _no_file(error) from None
    refused.stand(rows)
    return rows


def work(job: Job, tell: Tell, gone: Event) -> Tally:
    """Write the file that was looked through. HungUpError when `gone` is set, between two batches: what is committed stays."""
    return _all_at_once(job, tell, gone) if job.atomic else _batch_by_batch(job, tell, gone)


def _batch_by_batch(job: Job, tell: Tell, gone: Event) -> Tally:
    tally, changed = Tally(), False
    try:
        for batch in job.batches():
            _go_on(job, gone, tally)
            taken = _written(job, batch)
            changed |= taken.follows.geofences_changed
            carry_out(job.parts, _without_index(taken.follows))
            tally.add(taken.lines)
            tell(job.worth_telling(taken.lines))
            tell(tally)
    except (*AWAY, LOST_A_RACE):
        detail = f"The database did not answer after {tally.rows:,} rows, which are in; the same file again goes on from there."
        raise BrokeOffError(detail, tally) from None
    finally:
        carry_out(job.parts, Follows(geofences_changed=changed))
    return tally


def _written(job: Job, batch: Batch) -> Taken:
    for patience_s in PATIENCE_S:
        try:
            return _write(job, batch)
        except (*AWAY, LOST_A_RACE):
            time.sleep(patience_s)
    return _write(job, batch)


def _write(job: Job, batch: Batch) -> Taken:
    with job.parts.database.transaction() as session:
        return imports.take_in(session, batch, job.write, now=job.parts.now())


def _all_at_once(job: Job, tell: Tell, gone: Event) -> Tally:
    """One transaction. A row that the database refuses is found only now: then nothing is written either."""
    tally = Tally()
    lines: list[Line] = []
    follows: list[Follows] = []
    refused = _Refused()
    now = job.parts.now()
    with job.parts.database.transaction() as session:
        for batch in job.batches():
            _go_on(job, gone, Tally())
            taken = imports.take_in(session, batch, job.write, now=now)
            session.expunge_all()
            refused.add(taken.lines)
            tally.add(taken.lines)
            follows.append(taken.follows)
            lines += job.worth_telling(taken.lines)
            tell(tally)
        refused.stand(tally.rows)
    for one in follows:
        carry_out(job.parts, _without_index(one))
    carry_out(job.parts, Follows(geofences_changed=any(one.geofences_changed for one in follows)))
    tell(lines)
    return tally


def _without_index(follows: Follows) -> Follows:
    """The index of all geofences is built anew once, at the end, and not with each batch."""
    return replace(follows, geofences_changed=False)


def _go_on(job: Job, gone: Event, is_in: Tally) -> None:
    if gone.is_set():
        raise HungUpError
    if job.parts.spool.is_closed:
        detail = "This server stops; send the same file again: rows that are in stay as they are."
        raise BrokeOffError(detail, is_in)


class _Refused:
    """Refused rows, the first of them by name."""

    def __init__(self) -> None:
        self.rows = 0
        self.faults: list[Fault] = []

    def add(self, lines: Sequence[Line]) -> None:
        for line in lines:
            if line.outcome != "refused":
                continue
            self.rows += 1
            for one in line.errors[: MOST_NAMED - len(self.faults)]:
                at = f"line {one.line or line.line}"
                self.faults.append(Fault(f"{at}: {one.path}" if one.path else at, one.message))

    def stand(self, rows: int) -> None:
        if self.rows:
            detail = f"{self.rows:,} of {rows:,} rows are refused, so nothing was written."
            if len(self.faults) == MOST_NAMED:
                detail += f" The first {MOST_NAMED} faults are named."
            raise ProblemError("bad_input", 422, detail, self.faults)


def _no_file(error: FileRefused) -> ProblemError:
    if isinstance(error, BrokenJson):
        return ProblemError("invalid_json", 400, f"The file can not be read: {error}. Nothing was written.")
    detail = "The file can not be read, so nothing was written."
    return ProblemError("bad_input", 422, detail, [Fault(error.at or "file", error.message)])


def told_at_the_end(job: Job, far: Callable[[float], None] | None = None) -> bytes:
    """The whole report as one JSON document; `far` is told which share of the rows is done, from 0 to 1."""
    lines: list[Line] = []

    def tell(it: Any) -> None:
        if isinstance(it, list):
            lines.extend(it)
        elif far and isinstance(it, Tally):
            far(it.rows / rows)

    with job.file:
        rows = look_through(job)
        tally = work(job, tell, Event())
    return msgspec.json.encode({**msgspec.structs.asdict(tally), "lines": lines})


def told_as_it_goes(job: Job, rows: int, put: Callable[[bytes], None], gone: Event) -> None:
    """The same as JSON lines: progress and rows as they come, at the end a summary or, where something went wrong, the error."""

    def tell(it: Any) -> None:
        if isinstance(it, Tally):
            put(_line({"type": "progress", "rows": it.rows, "of": rows}))
        elif it:
            put(b"".join(_line({"type": "line", **_plain(one)}) for one in it))

    with job.file:
        try:
            tally = work(job, tell, gone)
            put(_line({"type": "summary", **msgspec.structs.asdict(tally)}))
        except HungUpError:
            return
        except Exception as error:  # noqa: BLE001 - the answer has begun: whatever it was, its last line says so
            put(_line({"type": "error", "problem": msgspec.Raw(_problem_of(error, job))}))


def _plain(line: Line) -> dict[str, Any]:
    plain: dict[str, Any] = msgspec.to_builtins(line)
    return plain


def _line(it: dict[str, Any]) -> bytes:
    return msgspec.json.encode(it) + b"\n"


def _problem_of(error: Exception, job: Job) -> bytes:
    if isinstance(error, (*AWAY, LOST_A_RACE)):
        error = ProblemError("service_unavailable", 503, "The database does not answer; send the same file again.")
    try:
        answer = as_problem(error)
    except Exception as unknown:  # noqa: BLE001 - as_problem raises what it does not know
        answer = unexpected(unknown, method="POST", route=f"/v1/{job.kind.noun}/import")
    return bytes(answer.body)
