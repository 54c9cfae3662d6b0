"""What was drawn, read back: a PNG's and an SVG's pixels, and a PDF's shapes and words, with nothing of what drew them."""

import re
import xml.etree.ElementTree as ET
import zlib
from io import BytesIO

import zxingcpp
from PIL import Image, ImageDraw

_RUN = re.compile(r"M([\d.]+) ([\d.]+)h([\d.]+)v1h-[\d.]+z")
_MOVE = re.compile(rb"([\d.]+) ([\d.]+) m\b")
_LINE = re.compile(rb"([\d.]+) ([\d.]+) l\b")


def of_png(content: bytes) -> Image.Image:
    return Image.open(BytesIO(content)).convert("L")


def of_svg(content: bytes, module: int) -> Image.Image:
    """The SVG's own path, `module` pixels a unit."""
    root = ET.fromstring(content)
    side = int(root.attrib["viewBox"].split()[2])
    picture = Image.new("L", (side * module, side * module), 255)
    pen = ImageDraw.Draw(picture)
    white, dark = (path.attrib["d"] for path in root.iter("{http://www.w3.org/2000/svg}path"))
    assert white == f"M0 0h{side}v{side}h-{side}z"
    assert _RUN.sub("", dark) == "", "nothing else is drawn"
    for x, y, many in (map(int, one) for one in _RUN.findall(dark)):
        pen.rectangle((x * module, y * module, (x + many) * module - 1, (y + 1) * module - 1), fill=0)
    return picture


def read(picture: Image.Image) -> list[str]:
    """The texts of the codes in a picture."""
    return [one.text for one in zxingcpp.read_barcodes(picture)]


def streams_of(document: bytes) -> list[bytes]:
    begins = re.finditer(rb"/Length (\d+)[^>]*>>\s*stream\r?\n", document)  # what is packed may itself end like a line
    found = [document[one.end() : one.end() + int(one[1])] for one in begins]
    return [zlib.decompress(one) if one[:1] == b"x" else one for one in found]


def words_of(document: bytes) -> str:
    """What a page says, line by line."""
    page = max(streams_of(document), key=len)
    said = re.findall(rb"\(((?:\\.|[^\\()])*)\) Tj", page, re.DOTALL)
    return "\n".join(re.sub(rb"\\(.)", rb"\1", one).decode("latin-1") for one in said)


def of_pdf(document: bytes, module: int = 6) -> Image.Image:
    """The modules that a page draws, as a picture with a quiet zone."""
    page = max(streams_of(document), key=len)
    corners = [[(float(x), float(y)) for x, y in pattern.findall(page)] for pattern in (_MOVE, _LINE)]
    starts, lines = corners
    assert len(lines) == 3 * len(starts), "each run is a rectangle: three lines and a way back"
    boxes = [(start, lines[3 * number + 1]) for number, start in enumerate(starts)]
    unit = min(abs(one[1][1] - one[0][1]) for one in boxes)
    left, low = min(one[0][0] for one in boxes), min(min(one[0][1], one[1][1]) for one in boxes)
    wide = max(max(one[0][0], one[1][0]) for one in boxes) - left
    side = round(wide / unit) + 8
    picture = Image.new("L", (side * module, side * module), 255)
    pen = ImageDraw.Draw(picture)
    for (ax, ay), (bx, by) in boxes:
        x, y = round((min(ax, bx) - left) / unit) + 4, round((min(ay, by) - low) / unit) + 4
        many = round(abs(bx - ax) / unit)
        pen.rectangle((x * module, y * module, (x + many) * module - 1, (y + 1) * module - 1), fill=0)
    upside_down = b" cm" not in page
    return picture.transpose(Image.Transpose.FLIP_TOP_BOTTOM) if upside_down else picture
