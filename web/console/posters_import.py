"""Many posters at once: a CSV file from the desk's own page, and what became of each line."""

from functools import partial
from io import BytesIO
from typing import Any

import msgspec
import structlog
from fastapi import APIRouter
from starlette.responses import Response

from offers import posters, users
from offers.errors import Fault
from offers.imports import Tally
from offers.records.database import AWAY
from offers.rules.rows.csv_rows import csv_rows
from offers.rules.rows.kinds import kinds
from web.console.entering import Desk, Writer
from web.console.progress import Progress
from web.console.routes import PageRoute
from web.importing import BrokeOffError, Job, told_at_the_end
from web.printing.asked import url_of
from web.problems import ProblemError

router = APIRouter(prefix="/console/posters", include_in_schema=False, route_class=PageRoute)
log = structlog.get_logger()


@router.get("/import")
def ask(desk: Writer) -> Response:
    return _page(desk)


@router.get("/import/far")
def how_far(desk: Writer) -> Response:
    """`{share}`, from 0 to 1, of the file that this user waits for; null where there is none, or none that told yet."""
    return _progress(desk).answer()


@router.post("/import")
def read_in(desk: Writer) -> Response:
    """The file again changes nothing. What is refused is told by its line, and the rest goes in, unless all is to go in or nothing."""
    parts, file = desk.parts, desk.form.text("file")
    if not file or "\ufffd" in file:
        return _page(desk, 422, errors={"file": desk.voice.words["not_utf_8" if file else "choose_file"]})
    kind = kinds()["posters"]
    read = partial(csv_rows, columns=kind.columns)
    raw = BytesIO(file.encode())
    try:
        job = Job(parts, kind, raw, read, posters.put_posters, atomic=desk.form.on("atomic"))
        with _progress(desk) as far:
            report = msgspec.json.decode(told_at_the_end(job, far.tell))
    except BrokeOffError as broken:
        return _broke_off(desk, broken)
    except ProblemError as refused:
        if refused.status_code != 422:
            raise
        return _page(desk, 422, refused=refused.faults)
    with parts.database.transaction() as session:
        users.note(session, desk.user.user_id, "imported", "posters", str(report["created"]), now=parts.now())
    for line in report["lines"]:
        line["url"] = url_of(parts, desk.request, line["code"]) if line.get("code") else None
    return _page(desk, report=report)


def _progress(desk: Desk) -> Progress:
    return Progress(desk.parts.redis, desk.user.user_id, "posters")


def _broke_off(desk: Desk, broken: BrokeOffError) -> Response:
    """What is in stays in, and is written down as far as the database answers again."""
    tally, parts = broken.tally, desk.parts
    if tally.created or tally.changed:
        try:
            with parts.database.transaction() as session:
                users.note(session, desk.user.user_id, "imported", "posters", str(tally.created), now=parts.now())
        except AWAY as away:
            log.warning("import_not_noted", error=type(away).__name__, created=tally.created, changed=tally.changed)
    return _page(desk, 503, broke_off=tally)


def _page(
    desk: Desk,
    status: int = 200,
    *,
    report: dict[str, Any] | None = None,
    refused: list[Fault] | tuple[Fault, ...] = (),
    errors: dict[str, str] | None = None,
    broke_off: Tally | None = None,
) -> Response:
    return desk.page(
        "posters_import.html",
        status,
        form=desk.form,
        report=report,
        refused=list(refused),
        errors=errors or {},
        broke_off=broke_off,
    )
