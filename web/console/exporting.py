"""A list as a file: the same rows as the page, in portions, so that no session waits for who reads slowly.

Made for the spreadsheets of a shop: UTF-8 with its mark at the front, without which Excel takes letters with accents for others; parted by
semicolons in Dutch and German, where the comma is the decimal one and Excel would put a row into one cell; and nothing in a cell is a formula.
"""

import csv
import io
import re
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from typing import Any

from markupsafe import Markup
from starlette.responses import Response, StreamingResponse

from offers import users
from offers.records.database import Database
from offers.rules.leafing import Leaf, Turn
from web.console.entering import Desk
from web.console.listing import Asked
from web.console.speaking import Voice

MOST_ROWS = 100_000
PORTION = 1000
MARK = "\ufeff"
STARTS_A_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")
"""The last four are the same signs as wide as an ideograph: some spreadsheets take them for the others."""
PLAIN_NUMBER = re.compile(r"-?[0-9]+(\.[0-9]+)?")
"""What a spreadsheet has no way to calculate: a longitude west of Greenwich."""
STARTS_AFTER_A_BREAK = re.compile(
    rf"(?<=[;,\t\r\n])(?=[{re.escape(''.join(STARTS_A_FORMULA))}])(?!{PLAIN_NUMBER.pattern}(?:[;,\t\r\n]|$))"
)
"""The same behind a sign at which a spreadsheet of another country ends the cell: the file's commas or semicolons follow the reader's language, not
the machine's.
"""
Cells = Callable[[Any, Leaf], list[Sequence[object]]]
"""What stands in the file for the rows of a page, read in the same session."""


def most_said(voice: Voice, most: int | None = None) -> str:
    """MOST_ROWS, or another end, as the language writes it."""
    return voice.figures(most or MOST_ROWS)


def safe(value: object, voice: Voice) -> object:
    """As a cell has it: moments by the desk's clock, and no text that a spreadsheet would calculate."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return voice.words["yes" if value else "no"]
    if isinstance(value, int):
        return value
    if isinstance(value, datetime):
        return value.astimezone(voice.zone).strftime("%Y-%m-%d %H:%M:%S")
    text = STARTS_AFTER_A_BREAK.sub("'", value.striptags() if isinstance(value, Markup) else str(value))
    return f"'{text}" if text.startswith(STARTS_A_FORMULA) and not PLAIN_NUMBER.fullmatch(text) else text


def csv_answer(
    asked: Asked,
    name: str,
    words: Sequence[str],
    read: Callable[[Any, Turn], Leaf],
    cells: Cells,
    *,
    tells: bool = False,
    most: int | None = None,
) -> Response:
    """`words` are the phrases at the heads. `tells`: it is about customers, and that it was taken along is written down. `most`: it ends sooner
    than after MOST_ROWS.

    What was asked for and is not there is told by the page itself.
    """
    desk = asked.desk
    if asked.errors:
        return desk.go(asked.address())
    if tells:
        with desk.parts.database.transaction() as session:
            users.note(session, desk.user.user_id, "downloaded", "list", name, now=desk.parts.now())
    heads = [f"{desk.voice.words[word]}{_zone(word, desk.voice)}" for word in words]
    headers = {
        "cache-control": "no-store",
        "content-disposition": f'attachment; filename="{name}.csv"',
        "x-content-type-options": "nosniff",
        "x-rows-at-most": str(most or MOST_ROWS),
    }
    told = _written(desk, asked.form.text("sort"), heads, read, cells, most or MOST_ROWS)
    return StreamingResponse(told, headers=headers, media_type="text/csv; charset=utf-8")


_MOMENTS = frozenset(
    {
        *("when", "last_changed", "poster_first", "poster_last", "list_sent_at", "list_received", "list_opened"),
        "set_shop_last",
        *("set_made", "set_used", "list_key_ends"),
        *("coupons_reserved", "list_coupon_issued", "list_coupon_redeemed", "list_coupon_ends"),
        *("list_visited_at", "list_bought_at"),
    }
)


def _zone(word: str, voice: Voice) -> str:
    return f" ({voice.zone.key})" if word in _MOMENTS else ""


def _written(  # noqa: PLR0917 - a file's parts
    desk: Desk, sort: str, heads: Sequence[str], read: Callable[[Any, Turn], Leaf], cells: Cells, most: int
) -> Iterator[bytes]:
    """Portion by portion, for as long as who asked is signed in; a last line says when there would be more."""
    voice, parts = desk.voice, desk.parts
    yield (MARK + _lines([heads], voice)).encode()
    cursor, done = "", 0
    while True:
        turn = Turn(sort, cursor, min(PORTION, most - done))
        with parts.database.reading() as session:
            leaf = read(session, turn)
            rows = cells(session, leaf)
        yield _lines(rows, voice).encode()
        done, cursor = done + len(rows), leaf.next or ""
        if not cursor:
            return
        if done >= most or not _may_go_on(parts.database, desk):
            said = (
                voice.say("list_cut", count=most_said(voice, most))
                if done >= most
                else voice.words["list_cut_signed_out"]
            )
            yield _lines([[str(said)]], voice).encode()
            return


def _may_go_on(database: Database, desk: Desk) -> bool:
    with database.reading() as session:
        user = users.signed_in(session, desk.secret, now=desk.parts.now())
    return user is not None and user.role == desk.user.role


def _lines(rows: Sequence[Sequence[object]], voice: Voice) -> str:
    text = io.StringIO()
    write = csv.writer(text, delimiter="," if voice.language == "en" else ";", lineterminator="\r\n")
    write.writerows([[safe(cell, voice) for cell in row] for row in rows])
    return text.getvalue()
