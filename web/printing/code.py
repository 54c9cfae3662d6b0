"""The code of a poster as a picture: what it says, its modules, and those as SVG and PNG. The one room of segno.

ISO/IEC 18004: a quiet zone of four modules around it. Version 3 at level M, 29 modules a side, holds 42 bytes or 61 signs of the
alphanumeric kind; more is still read, but from less far away.
"""

import struct
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import urlsplit

import segno

SMALL = 3
"""The version that a poster's code has at most where its address allows."""
QUIET = 4
"""Modules."""
Row = Sequence[bool]


@dataclass(frozen=True, slots=True)
class Code:
    """A code that says `text`: an address, as it is or in capitals."""

    text: str
    version: int
    modules: tuple[tuple[bool, ...], ...]
    """Rows from the top, true is dark, without the quiet zone."""

    @property
    def side(self) -> int:
        """In modules, with the quiet zone."""
        return len(self.modules) + 2 * QUIET

    def runs(self) -> Iterator[tuple[int, int, int]]:
        """Dark modules that stand beside each other: (x, y, how many), with the quiet zone to the left and above."""
        for y, row in enumerate(self.modules, QUIET):
            x = 0
            while x < len(row):
                many = 0
                while x + many < len(row) and row[x + many]:
                    many += 1
                if many:
                    yield x + QUIET, y, many
                x += max(1, many)


@lru_cache(maxsize=512)
def code_of(url: str) -> Code:
    """The address itself where that fits a small code, else in capitals where those do, else whichever is the smaller."""
    own = segno.make_qr(url, error="m", mode="byte", boost_error=True)
    made, text = own, url
    capitals = in_capitals(url)
    if int(own.version) > SMALL and capitals is not None:
        other = segno.make_qr(capitals, error="m", mode="alphanumeric", boost_error=True)
        if int(other.version) < int(own.version):
            made, text = other, capitals
    return Code(text, int(made.version), tuple(tuple(bool(one) for one in row) for row in made.matrix))


def in_capitals(url: str) -> str | None:
    """The same address in signs of the alphanumeric kind; none where it has others, or a path of its own that capitals would change.

    Scheme and host are read without regard to case (RFC 3986, 6.2.2.1), and ours serves `/Q/` as `/q/`.
    """
    written = url.upper()
    path = urlsplit(url).path
    plain = path.startswith("/q/") and path.count("/") == 2
    return written if plain and set(written) <= set("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:") else None


def svg(code: Code) -> bytes:
    """One path on white, a unit a module; as large as who shows it wants."""
    path = "".join(f"M{x} {y}h{many}v1h-{many}z" for x, y, many in code.runs())
    side = code.side
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{8 * side}" height="{8 * side}" viewBox="0 0 {side} {side}" '
        f'shape-rendering="crispEdges"><path fill="#fff" d="M0 0h{side}v{side}h-{side}z"/><path d="{path}"/></svg>\n'
    ).encode()


def png(code: Code, module: int, size: int | None = None) -> bytes:
    """`module` pixels a module; `size` pixels a side, where that is more than they take: the quiet zone then is wider."""
    least = code.side * module
    side = least if size is None else size
    before = (side - least) // 2 + QUIET * module
    blank = b"\x00" + b"\xff" * ((side + 7) // 8)
    rows = [blank] * before
    for row in code.modules:
        rows += [_line(row, module, before, side)] * module
    rows += [blank] * (side - len(rows))
    header = struct.pack(">IIBBBBB", side, side, 1, 0, 0, 0, 0)
    parts = ((b"IHDR", header), (b"IDAT", zlib.compress(b"".join(rows), 9)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(kind, data) for kind, data in parts)


def module_of(code: Code, size: int) -> int:
    """Whole pixels that a module may have in a picture of this side; 0 where there is no room."""
    return size // code.side


def _line(row: Row, module: int, before: int, side: int) -> bytes:
    """One line of pixels, a bit each, white is 1 (PNG, greyscale of depth 1), after the byte that says it is not filtered."""
    bits = "1" * before + "".join(("0" if dark else "1") * module for dark in row)
    bits = bits.ljust((side + 7) // 8 * 8, "1")
    return b"\x00" + int(bits, 2).to_bytes(len(bits) // 8)


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
