"""What a page's form sends: names with their texts, kept as they were typed."""

import asyncio
import re
from collections.abc import Iterable, Mapping
from urllib.parse import parse_qsl

from fastapi import Request

from offers import users
from offers.errors import Fault
from web.bodies import MOST_BYTES, refused_coding, too_large
from web.console import cookies
from web.parts import Have, Parts
from web.problems import ProblemError

MOST_FIELDS = 20_000
"""Enough for a tick at each of ten thousand places."""
MOST_OF_STRANGERS = 256_000
"""Bytes that are read of who is not signed in: more than anybody types while a session ends."""
MOST_AT_ONCE = 64_000
"""Bytes that are taken apart where everybody waits for it."""
KIND = "application/x-www-form-urlencoded"
WITH_FILE = "multipart/form-data"
MOST_PARTS = 100
MOST_HEAD = 1000
"""Bytes before a part's content."""
_BOUNDARY = re.compile(r';\s*boundary=(?:"([^"]{1,70})"|([^\s;"]{1,70}))', re.IGNORECASE)
_NAME = re.compile(rb'\r\ncontent-disposition: *form-data; *name="([^"\r\n]*)"', re.IGNORECASE)


class Form:
    """A form as it was sent, or as it is shown at first. A name may come several times."""

    def __init__(self, pairs: Iterable[tuple[str, str]] = ()) -> None:
        self._texts: dict[str, list[str]] = {}
        for name, text in pairs:
            self._texts.setdefault(name, []).append(text)

    @classmethod
    def of(cls, values: Mapping[str, str | list[str] | None]) -> "Form":
        return cls(
            (name, one)
            for name, value in values.items()
            if value is not None
            for one in (value if isinstance(value, list) else [value])
        )

    def text(self, name: str) -> str:
        """As typed, without blanks around it; empty when it is not there."""
        return self._texts.get(name, [""])[0].strip()

    def all(self, name: str) -> list[str]:
        return self._texts.get(name, [])

    def pairs(self) -> list[tuple[str, str]]:
        """Every name with each of its texts, as they were sent."""
        return [(name, text) for name, texts in self._texts.items() for text in texts]

    def on(self, name: str) -> bool:
        """Whether a box is ticked."""
        return name in self._texts

    def or_none(self, name: str) -> str | None:
        return self.text(name) or None

    def but(self, **values: str | list[str]) -> "Form":
        """The same with other values of these names."""
        kept = [(name, text) for name, text in self.pairs() if name not in values]
        return Form([*kept, *Form.of(values).pairs()])


async def read_form(request: Request, parts: Have) -> Form:
    """The form of a POST; nothing for other requests. Line ends are one character, as everywhere else.

    Who is not signed in is read no further than MOST_OF_STRANGERS: a longer form of theirs counts as an empty one, and leads to the sign-in.
    Long ones are taken apart in a thread: texts as an address has them cost a third of a second and eighty times their size a megabyte.
    """
    if request.method != "POST":
        return Form()
    kind = request.headers.get("content-type", "")
    if kind.partition(";")[0].strip().lower() not in (KIND, WITH_FILE):
        raise ProblemError("unsupported_media_type", 415, f"Send a form, as {KIND}.")
    if refusal := refused_coding(request.scope["headers"]):
        raise refusal
    has_file = kind.lower().startswith(WITH_FILE)
    raw = await _read(request, parts, MOST_BYTES if not has_file else None)
    if raw is None:
        return Form()
    try:
        if len(raw) > MOST_AT_ONCE:
            pairs = await asyncio.to_thread(_pairs, kind, raw, has_file)
        else:
            pairs = _pairs(kind, raw, has_file)
    except ValueError:
        raise ProblemError("bad_input", 422, "The form can not be read.", [Fault("", "is no form")]) from None
    if any("\0" in text for pair in pairs for text in pair):
        raise ProblemError("bad_input", 422, "Text may not hold the character U+0000.", [Fault("", "holds U+0000")])
    return Form((name, text.replace("\r\n", "\n")) for name, text in pairs)


async def _read(request: Request, parts: Parts, most: int | None) -> bytes | None:
    """The body, up to so many bytes and to the address' own limit; nothing of one that is too long for who is not signed in."""
    raw, is_known = bytearray(), False
    async for piece in request.stream():
        raw += piece
        if len(raw) > MOST_OF_STRANGERS and not is_known:
            is_known = await asyncio.to_thread(_is_signed_in, request, parts)
            if not is_known:
                return None
        if most is not None and len(raw) > most:
            raise too_large(most)
    return bytes(raw)


def _is_signed_in(request: Request, parts: Parts) -> bool:
    secret = cookies.secret_in(request, parts.settings.base_url)
    if not secret or not cookies.is_own(request, parts.settings.base_url):
        return False
    with parts.database.reading() as session:
        return users.signed_in(session, secret, now=parts.now()) is not None


def _pairs(kind: str, raw: bytes, has_file: bool) -> list[tuple[str, str]]:
    return _of_parts(kind, raw) if has_file else _of_text(raw)


def _of_text(raw: bytes) -> list[tuple[str, str]]:
    return parse_qsl(
        raw.decode("ascii"), keep_blank_values=True, encoding="utf-8", errors="strict", max_num_fields=MOST_FIELDS
    )


def _of_parts(kind: str, raw: bytes) -> list[tuple[str, str]]:
    """A form with a file in it, as browsers send one (RFC 7578); the file is text, with U+FFFD for what is no UTF-8. `ValueError` when it is none.

    Read in one pass and no deeper: what reads mail takes minutes for a megabyte of parts within parts.
    """
    said = _BOUNDARY.search(kind)
    if said is None:
        raise ValueError("no boundary")
    mark = b"\r\n--" + (said[1] or said[2]).encode("latin-1")
    _, *parts = (b"\r\n" + raw).split(mark, MOST_PARTS + 1)
    if not parts or not parts[-1].startswith(b"--"):
        raise ValueError("no parts, too many, or no end")
    pairs = []
    for part in parts[:-1]:
        head, blank, content = part.partition(b"\r\n\r\n")
        name = _NAME.match(head) if len(head) <= MOST_HEAD else None
        if not blank or name is None:
            raise ValueError("a part with no name")
        pairs.append((name[1].decode(), content.decode("utf-8-sig", "replace")))
    return pairs
