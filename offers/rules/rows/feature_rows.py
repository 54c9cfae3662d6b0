"""GeoJSON: a FeatureCollection, one Feature at a time, so that a file of any size takes a megabyte or two of memory.

Source: RFC 7946, section 3.3. What does not belong to `type` and `features` is passed over (`name`, `bbox`, `crs`).
"""

import codecs
import json
import re
from collections.abc import Iterator
from typing import Any, BinaryIO

from offers.rules.rows.row import LONGEST_LINE, BrokenJson, FileRefused, Row

_PIECE = 1 << 20
_BLANK = re.compile(r"[ \t\r\n]*")


def feature_rows(file: BinaryIO) -> Iterator[Row]:
    """A row for each element of `features`, with its number and its first line; its value is the Feature as it stands.

    BrokenJson where the text breaks off or is none; FileRefused for JSON that is no FeatureCollection.
    """
    text = _Text(file)
    if text.next_sign() != "{":
        raise FileRefused("is no FeatureCollection: it does not begin with {")
    text.take("{")
    kind = None
    found = False
    while text.next_sign() != "}":
        name = text.value()
        if not isinstance(name, str):
            raise text.broken("a name in quotes is wanted")
        text.take(":")
        if name == "features" and text.next_sign() == "[":
            found = True
            yield from _features(text)
        else:
            value = text.value()
            kind = value if name == "type" else kind
            if name == "type" and kind != "FeatureCollection":
                raise FileRefused(f"is no FeatureCollection: its type is {str(kind)[:50]!r}")
        if text.next_sign() != "}":
            text.take(",")
    text.take("}")
    if text.next_sign():
        raise text.broken("more follows after the end")
    if kind is None or not found:
        raise FileRefused(f"is no FeatureCollection: {'features' if kind else 'its type'} is missing")


def _features(text: "_Text") -> Iterator[Row]:
    text.take("[")
    number = 0
    while text.next_sign() != "]":
        line = text.line
        value = text.value()
        if isinstance(value, dict) and value.get("type") == "Feature":
            yield Row(line, value, feature=number)
        else:
            yield Row(line, refused="is no GeoJSON Feature", feature=number)
        number += 1
        if text.next_sign() != "]":
            text.take(",")
    text.take("]")


def _no_number(name: str) -> Any:
    raise ValueError(f"{name} is no JSON number")


class _Text:
    """The file's text from where the reader stands. At least as much as one Feature may have is always read ahead."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._utf8 = codecs.getincrementaldecoder("utf-8-sig")("surrogateescape")
        self._json = json.JSONDecoder(parse_constant=_no_number)
        self._text = ""
        self._at = 0
        self._ended = False
        self.line = 1
        self._column = 1

    def next_sign(self) -> str:
        """The next sign that is no blank; empty at the end."""
        while True:
            self._read_ahead()
            blank = _BLANK.match(self._text, self._at)
            assert blank is not None
            self._go_to(blank.end())
            if self._at < len(self._text) or self._ended:
                return self._text[self._at : self._at + 1]

    def take(self, sign: str) -> None:
        if self.next_sign() != sign:
            raise self.broken(f"{sign} is wanted")
        self._go_to(self._at + 1)

    def value(self) -> Any:
        """The JSON value that begins here."""
        self.next_sign()
        self._read_ahead()
        try:
            value, end = self._json.raw_decode(self._text, self._at)
        except json.JSONDecodeError as error:
            if not self._ended and (error.pos - self._at > LONGEST_LINE or error.msg.startswith("Unterminated")):
                raise FileRefused(f"has a Feature longer than {LONGEST_LINE:,} characters", self.line) from None
            self._go_to(min(error.pos, len(self._text)))
            raise self.broken(error.msg) from None
        except (ValueError, RecursionError) as error:
            raise self.broken(str(error) if isinstance(error, ValueError) else "nested too deeply") from None
        if end - self._at > LONGEST_LINE:
            raise FileRefused(f"has a Feature longer than {LONGEST_LINE:,} characters", self.line)
        self._go_to(end)
        return value

    def broken(self, message: str) -> BrokenJson:
        return BrokenJson(f"is not JSON: {message}", self.line, self._column)

    def _read_ahead(self) -> None:
        if self._ended or len(self._text) - self._at > LONGEST_LINE + _PIECE:
            return
        pieces = [self._text[self._at :]]
        while not self._ended and sum(map(len, pieces)) < LONGEST_LINE + 3 * _PIECE:
            raw = self._file.read(_PIECE)
            self._ended = not raw
            pieces.append(self._utf8.decode(raw, final=self._ended))
        self._text, self._at = "".join(pieces), 0

    def _go_to(self, end: int) -> None:
        lines = self._text.count("\n", self._at, end)
        self.line += lines
        self._column = end - self._text.rindex("\n", self._at, end) if lines else self._column + end - self._at
        self._at = end
