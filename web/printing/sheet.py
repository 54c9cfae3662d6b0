"""A poster as a page to print, A4 to A0. The one room of fpdf, which is loaded with the first that is printed.

Letters are Helvetica, one of the fonts that every PDF reader has: nothing is shipped, and nothing embedded. It has the letters of
Western Europe (Windows-1252's part of Latin 1). A letter that it has not is written without its accent, or as `?`.
"""

import unicodedata
from collections.abc import Sequence

from fpdf import FPDF
from fpdf.drawing_primitives import DeviceGray
from fpdf.enums import Align, PathPaintRule

from web.printing.code import Code
from web.printing.papers import PAPERS, Paper, Printed
from web.printing.words import words_of

FONT = "Helvetica"
HAIRLINE = 0.2
"""Millimetres."""
_POINT = 25.4 / 72
_ALSO = str.maketrans(
    dict(zip("\u2018\u2019\u201a\u2032\u201c\u201d\u201e\u2033", "'','" + '"' * 4, strict=True))
    | dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2212", "-")
    | {
        "\u2026": "...",
        "\u20ac": "EUR",
        "\u2122": "(TM)",
        "\u2022": "\u00b7",
        "\u1e9e": "SS",
        "\u0153": "oe",
        "\u0152": "OE",
    }
    | dict(zip("\u0142\u0141\u0111\u0110\u0131", "lLdDi", strict=True))
)
"""What has a usual way to be written without the sign."""


def pdf(printed: Printed, paper: Paper) -> bytes:
    """One page. Its measures are those of A4, grown with the paper."""
    document = _document(paper)
    document.add_page()
    document.set_creation_date(printed.changed_at)
    document.set_title(" - ".join(one for one in (_title(printed), printed.name) if one))
    document.set_lang(printed.language)
    _draw(_Page(document, 0, 0, PAPERS[paper][0]), printed)
    return bytes(document.output())


def pdf_of_many(many: Sequence[Printed], paper: Paper, per_side: int = 1) -> bytes:
    """Each on a page of its own, or `per_side` times `per_side` of them on one, to be cut apart along the lines: halves of a paper are as it is."""
    document = _document(paper)
    document.set_creation_date(max(one.changed_at for one in many))
    document.set_title("Passerby")
    width, height = PAPERS[paper]
    for number, printed in enumerate(many):
        at = number % per_side**2
        if at == 0:
            document.add_page()
            document.set_fill_color(160)
            for line in range(1, per_side):
                document.rect(0, line * height / per_side, width, HAIRLINE, style="F")
                document.rect(line * width / per_side, 0, HAIRLINE, height, style="F")
        row, column = divmod(at, per_side)
        _draw(_Page(document, column * width / per_side, row * height / per_side, width / per_side), printed)
    return bytes(document.output())


def _document(paper: Paper) -> FPDF:
    document = FPDF(unit="mm", format=PAPERS[paper])
    document.set_auto_page_break(auto=False)
    document.set_margin(0)
    document.set_creator("Passerby")
    return document


def _title(printed: Printed) -> str:
    return printed.title or words_of(printed.language)["title"]


def _draw(page: "_Page", printed: Printed) -> None:
    words = words_of(printed.language)
    page.say(_title(printed), top=22, size=44, bold=True, lines=3)
    if printed.store:
        page.say(printed.store, top=86, size=22, lines=2)
    page.draw(printed.code, top=112, side=120)
    page.say(words["scan_me"], top=238, size=22, bold=True)
    page.say(f"{words['or_type']} {printed.url.partition('://')[2]}", top=256, size=13, lines=2)


def writable(text: str) -> str:
    """What the font has for it; a letter that it has not loses its accent or is a question mark, and a little picture is left out."""
    return " ".join("".join(map(_written, text.translate(_ALSO))).split())


def _written(sign: str) -> str:
    if _is_writable(sign) or sign.isspace():
        return sign
    bare = "".join(one for one in unicodedata.normalize("NFKD", sign) if not unicodedata.combining(one))
    if bare and all(map(_is_writable, bare)):
        return bare
    return "" if unicodedata.category(sign) in ("Mn", "Cf", "Cc", "Cs", "So", "Sk") else "?"


def _is_writable(sign: str) -> bool:
    return " " <= sign <= "~" or "\u00a0" <= sign <= "\u00ff"


class _Page:
    """A page, or a part of one, with its upper left corner there."""

    def __init__(self, document: FPDF, left: float, top: float, width: float) -> None:
        self.document = document
        self._left, self._top = left, top
        self._width = width
        self._scale = width / 210

    def say(self, text: str, *, top: float, size: float, bold: bool = False, lines: int = 1) -> None:
        """In the middle, in the largest letters up to `size` points in which it takes no more than so many lines."""
        document, scale = self.document, self._scale
        margin, said = 18 * scale, writable(text)
        for points in range(round(size * scale), round(8 * scale) - 1, -1):
            document.set_font(FONT, style="B" if bold else "", size=points)
            document.set_xy(self._left + margin, self._top + top * scale)
            leading = points * _POINT * 1.2
            room = self._width - 2 * margin
            broken: list[str] = document.multi_cell(  # type: ignore[assignment]  # its type depends on `output`
                room, leading, said, align=Align.C, dry_run=True, output="LINES"
            )
            if len(broken) <= lines:
                break
        for number, line in enumerate(broken[:lines]):
            document.set_xy(self._left + margin, self._top + top * scale + number * leading)
            document.cell(room, leading, line.strip(), align=Align.C)

    def draw(self, code: Code, *, top: float, side: float) -> None:
        """With its quiet zone `side` wide, as one shape: modules that are drawn one by one show seams."""
        scale = self._scale
        module = side * scale / code.side
        left, above = self._left + (self._width - side * scale) / 2, self._top + top * scale
        with self.document.new_path() as path:
            path.style.fill_color = DeviceGray(0)
            path.style.stroke_color = None
            path.style.paint_rule = PathPaintRule.FILL_NONZERO
            for x, y, many in code.runs():
                path.move_to(left + x * module, above + y * module)
                path.horizontal_line_relative(many * module)
                path.vertical_line_relative(module)
                path.horizontal_line_relative(-many * module)
                path.close()
