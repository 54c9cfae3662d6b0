"""Many places at once: a GeoJSON or CSV file, what would become of each of its rows, and then one button that does it.

Nothing of the file stays on the server between the two: the preview carries it along, with a print of what it showed.
"""

import hashlib
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from io import BytesIO
from itertools import islice
from typing import Any

from fastapi import APIRouter
from starlette.responses import Response

from offers import imports, places, users
from offers.follows import Follows
from offers.imports import Batch
from offers.rules.rows.checking import Wrong
from offers.rules.rows.csv_rows import csv_rows
from offers.rules.rows.feature_rows import feature_rows
from offers.rules.rows.kinds import kinds
from offers.rules.rows.row import FileRefused, Row
from web.aftermath import carry_out
from web.console.entering import Desk, Writer
from web.console.faults import Errors
from web.console.place_remarks import Remark, remarks_on_many
from web.console.progress import Progress
from web.console.routes import PageRoute

router = APIRouter(prefix="/console/places", include_in_schema=False, route_class=PageRoute)

PATH = "/console/places/import"
MOST_BYTES = 4_000_000
MOST_SENT = 3 * MOST_BYTES + 100_000
"""Bytes of the form with such a file in it: of one that is longer than it may be, up to three times, the page says so itself."""
MOST_ROWS = 5_000
READ_SHARE, LOOKED_SHARE = 0.3, 0.5
"""How far the work is once a file is read, and once each row is held against what is there: as 4,900 circles took it."""
SHOWN = 200
"""Rows that the page shows; it counts all."""
FATES = ("refused", "created", "changed", "unchanged")


@dataclass(frozen=True, slots=True)
class Fate:
    """What would become of one row, or what became of it."""

    line: int
    id: str | None
    name: str
    outcome: str
    fields: tuple[str, ...] = ()
    """Of a place that changes: those that do."""
    wrong: tuple[Wrong, ...] = ()


@dataclass(slots=True)
class Outlook:
    """What would become of a whole file."""

    fates: list[Fate] = field(default_factory=list)
    remarks: Mapping[str, list[Remark]] = field(default_factory=dict)
    """By id, of those places that would be written and are worth a look."""
    looked: int = 0
    """Places whose shapes were looked at, where there are more."""

    @property
    def counts(self) -> dict[str, int]:
        found = Counter(one.outcome for one in self.fates)
        return {name: found[name] for name in FATES}

    @property
    def writes(self) -> int:
        counts = self.counts
        return counts["created"] + counts["changed"]

    @property
    def shown(self) -> list[Fate]:
        """The first of them, in the file's order; of a long file what is refused, what is worth a look, and what is written first."""
        if len(self.fates) <= SHOWN:
            return self.fates
        order = {name: 2 * number for number, name in enumerate(FATES)}
        return sorted(self.fates, key=lambda one: 1 if self.remarks_on(one) else order[one.outcome])[:SHOWN]

    def remarks_on(self, fate: Fate) -> list[Remark]:
        return self.remarks.get(fate.id or "", []) if fate.outcome in ("created", "changed") else []

    @property
    def print(self) -> str:
        """The same for the same fates: who presses the button means these, and no others that came to be meanwhile."""
        said = repr([(one.line, one.id, one.outcome, one.fields) for one in self.fates])
        return hashlib.blake2b(said.encode(), digest_size=16).hexdigest()


@router.get("/import")
def ask(desk: Writer) -> Response:
    return _page(desk)


@router.get("/import/far")
def how_far(desk: Writer) -> Response:
    """`{share}`, from 0 to 1, of the file that this user waits for; null where there is none, or none that told yet."""
    return _progress(desk).answer()


@router.post("/import")
def read_in(desk: Writer) -> Response:
    """The preview of a file; or, with `do`, what was previewed is written: all of it that is not refused, in one transaction."""
    wanted = desk.form.text("do") == "write"
    text = (desk.form.all("content") if wanted else desk.form.all("file") or [""])[:1]
    content = text[0] if text else ""
    problem, rows = _unreadable(desk, content)
    if problem:
        return _page(desk, 422, errors={"file": problem})
    with _progress(desk) as far:
        try:
            batches = _read(content, rows, far)
        except FileRefused as refused:
            return _page(desk, 422, errors={"file": desk.voice.words["pi_no_file"].format(why=str(refused))})
        return (_write if wanted else _preview)(desk, content, batches, far)


def _progress(desk: Desk) -> Progress:
    return Progress(desk.parts.redis, desk.user.user_id, "places")


def _read(content: str, rows: int, far: Progress) -> list[Batch]:
    """All rows checked, `rows` of them, with the database not asked. FileRefused for what breaks off."""
    batches, done = [], 0
    for batch in imports.batches(kinds()["places"], _rows(content)):
        batches.append(batch)
        done += len(batch.checked)
        far.tell(READ_SHARE * done / rows)
    return batches


def _preview(desk: Desk, content: str, batches: list[Batch], far: Progress) -> Response:
    with desk.parts.database.reading() as session:
        outlook = _outlook(batches, partial(places.changes, session))
    far.tell(LOOKED_SHARE)
    _look_at_shapes(desk, outlook, batches)
    return _page(desk, outlook=outlook, content=content)


def _write(desk: Desk, content: str, batches: list[Batch], far: Progress) -> Response:
    parts, follows = desk.parts, Follows()
    with parts.database.transaction() as session:
        outlook = _outlook(batches, partial(places.changes, session, locked=True))
        is_other = outlook.print != desk.form.text("print")
        if outlook.writes and not is_other:
            for number, batch in enumerate(batches, 1):
                follows |= imports.take_in(session, batch, places.put_places, now=parts.now()).follows
                far.tell(READ_SHARE + (1 - READ_SHARE) * number / len(batches))
            users.note(session, desk.user.user_id, "imported", "places", str(outlook.writes), now=parts.now())
    if is_other:
        _look_at_shapes(desk, outlook, batches)
        return _page(desk, 409, outlook=outlook, content=content, changed=True)
    carry_out(parts, follows)
    return _page(desk, outlook=outlook, written=True)


def _unreadable(desk: Desk, content: str) -> tuple[str, int]:
    """What is wrong with the file as a whole, if anything; how many rows it has."""
    words = desk.voice.words
    if not content.strip():
        return words["choose_file"], 0
    if "\ufffd" in content:
        return words["not_utf_8"], 0
    if (size := len(content.encode())) > MOST_BYTES:
        return words["pi_too_large"].format(megabytes=MOST_BYTES // 1_000_000, size=f"{size / 1e6:.1f}"), 0
    rows = sum(1 for _ in islice(_safely(_rows(content)), MOST_ROWS + 1))
    return words["pi_too_many"].format(rows=MOST_ROWS) if rows > MOST_ROWS else "", rows


def _safely(rows: Iterator[Row]) -> Iterator[Row]:
    """As far as they can be read: what breaks off is told by who reads them in earnest."""
    try:
        yield from rows
    except FileRefused:
        return


def _rows(content: str) -> Iterator[Row]:
    """GeoJSON where it begins with a brace, one Feature too; CSV where it does not."""
    if not content.lstrip().startswith("{"):
        return partial(csv_rows, columns=kinds()["places"].columns)(BytesIO(content.encode()))
    if _is_one_feature(content):
        content = f'{{"type": "FeatureCollection", "features": [{content}]}}'
    return feature_rows(BytesIO(content.encode()))


def _is_one_feature(content: str) -> bool:
    """A file that is refused as a collection because it is a Feature: the reader itself says so."""
    try:
        next(feature_rows(BytesIO(content.encode())), None)
    except FileRefused as refused:
        return refused.message.endswith("its type is 'Feature'")
    return False


def _outlook(
    batches: list[Batch], changes_of: Callable[[Mapping[str, Any]], Mapping[str, tuple[str, ...] | None]]
) -> Outlook:
    outlook = Outlook()
    for batch in batches:
        changes = changes_of(batch.bodies)
        for one in batch.checked:
            name = getattr(one.body, "name", "")
            if one.body is None:
                outlook.fates.append(Fate(one.row.line, one.key, name, "refused", wrong=one.wrong))
                continue
            fields = changes[one.key or ""] if batch.is_first(one) else ()
            outcome = "created" if fields is None else "changed" if fields else "unchanged"
            outlook.fates.append(Fate(one.row.line, one.key, name, outcome, fields or ()))
    return outlook


def _look_at_shapes(desk: Desk, outlook: Outlook, batches: list[Batch]) -> None:
    written = {one.id for one in outlook.fates if one.outcome in ("created", "changed")}
    bodies = {name: body for batch in batches for name, body in batch.bodies.items() if name in written}
    outlook.remarks, looked = remarks_on_many(desk, bodies)
    outlook.looked = looked if looked < len(bodies) else 0


def _page(
    desk: Desk,
    status: int = 200,
    *,
    errors: Errors | None = None,
    outlook: Outlook | None = None,
    content: str = "",
    changed: bool = False,
    written: bool = False,
) -> Response:
    return desk.page(
        "places_import.html",
        status,
        form=desk.form,
        errors=errors or {},
        outlook=outlook,
        content=content,
        changed=changed,
        written=written,
        limits={"megabytes": MOST_BYTES // 1_000_000, "rows": MOST_ROWS},
    )
