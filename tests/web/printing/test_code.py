"""Every code that is drawn is read back by somebody else's reader: turned, blurred, small, as SVG, PNG and PDF."""

from datetime import UTC, datetime

import pytest
import segno
from PIL import Image, ImageFilter

from tests.web.printing.pages import of_pdf, of_png, of_svg, read, words_of
from web.printing.code import QUIET, SMALL, Code, code_of, in_capitals, module_of, png, svg
from web.printing.papers import PAPERS, Paper, Printed
from web.printing.sheet import pdf, writable

CODE = "K7M49XQT2R"
BASES = {
    "short": "https://a.nl",
    "of 21 signs": "https://passerby.shop.example",
    "of 40 signs": f"https://{'winkel-in-de-kalverstraat.shop.example'.rjust(40, 'a')}",
    "here": "http://127.0.0.1:8000",
    "of 58 signs": f"https://{'x' * 58}.example",
    "with a path": "https://shop.example/our/own/path",
    "with an underscore": "https://a_very_long_name_of_a_shop.shop.example",
}
AT = datetime(2026, 12, 1, tzinfo=UTC)


@pytest.fixture(params=list(BASES.values()), ids=list(BASES))
def url(request: pytest.FixtureRequest) -> str:
    return f"{request.param}/q/{CODE}"


@pytest.fixture
def code(url: str) -> Code:
    return code_of(url)


def printed(code: Code, url: str, language: str = "nl", title: str | None = "Sneakers met korting") -> Printed:
    return Printed(code, url, language, title, "Kalverstraat 102", "Hall", AT)


@pytest.mark.parametrize(
    ("base", "text", "version"),
    [
        ("short", f"https://a.nl/q/{CODE}", 2),
        ("of 21 signs", f"https://passerby.shop.example/q/{CODE}", 3),
        ("of 40 signs", f"HTTPS://AAWINKEL-IN-DE-KALVERSTRAAT.SHOP.EXAMPLE/Q/{CODE}", 3),
        ("here", f"http://127.0.0.1:8000/q/{CODE}", 3),
        ("with a path", f"https://shop.example/our/own/path/q/{CODE}", 4),
    ],
)
def test_says_the_address_in_as_small_a_code_as_it_fits(base: str, text: str, version: int) -> None:
    assert len(BASES["of 40 signs"]) == len("https://") + 40
    code = code_of(f"{BASES[base]}/q/{CODE}")
    assert (code.text, code.version) == (text, version)


def test_what_fits_no_small_code_takes_the_smallest_that_it_fits(url: str, code: Code) -> None:
    ways = [one for one in (url, in_capitals(url)) if one is not None]
    smallest = min(int(segno.make_qr(one, error="m", boost_error=False).version) for one in ways)
    assert code.version == (smallest if smallest > SMALL else code.version)
    assert code.version <= max(SMALL, smallest)


def test_capitals_change_no_path_of_somebodys_own() -> None:
    assert in_capitals(f"https://shop.example/own/q/{CODE}") is None
    assert in_capitals(f"https://shop.example/q/{CODE}") == f"HTTPS://SHOP.EXAMPLE/Q/{CODE}"
    assert in_capitals(f"https://a_b.example/q/{CODE}") is None


@pytest.mark.parametrize("module", [2, 3, 10])
def test_a_png_is_read(code: Code, module: int) -> None:
    picture = of_png(png(code, module))
    assert picture.size == (code.side * module, code.side * module)
    assert read(picture) == [code.text]


def test_an_svg_is_read_and_is_the_same_picture(code: Code) -> None:
    drawn = of_svg(svg(code), 3)
    assert read(drawn) == [code.text]
    assert drawn.tobytes() == of_png(png(code, 3)).tobytes()


@pytest.mark.parametrize("angle", [7, 45, 90, 133, 180, 270, 311])
def test_a_turned_one_is_read(code: Code, angle: int) -> None:
    picture = of_png(png(code, 6)).rotate(angle, Image.Resampling.BICUBIC, expand=True, fillcolor=255)
    assert read(picture) == [code.text]


@pytest.mark.parametrize("radius", [1, 2, 3])
def test_a_blurred_one_is_read(code: Code, radius: int) -> None:
    assert read(of_png(png(code, 8)).filter(ImageFilter.GaussianBlur(radius))) == [code.text]


def test_one_that_is_turned_blurred_and_small_is_read(code: Code) -> None:
    picture = of_png(png(code, 4)).rotate(12, Image.Resampling.BICUBIC, expand=True, fillcolor=255)
    assert read(picture.filter(ImageFilter.GaussianBlur(1))) == [code.text]


@pytest.mark.parametrize("size", [200, 333, 1000, 2048])
def test_any_size_has_whole_pixels_a_module(code: Code, size: int) -> None:
    module = module_of(code, size)
    picture = of_png(png(code, module, size))
    assert picture.size == (size, size)
    assert read(picture) == [code.text]
    box = picture.point(lambda one: 255 - one).getbbox()
    assert box is not None
    assert {box[2] - box[0], box[3] - box[1]} == {len(code.modules) * module}
    assert min(box[0], box[1], size - box[2], size - box[3]) >= QUIET * module


def test_the_quiet_zone_is_white(code: Code) -> None:
    assert min(x for x, _, _ in code.runs()) == min(y for _, y, _ in code.runs()) == QUIET
    assert max(x + many for x, _, many in code.runs()) == code.side - QUIET


@pytest.mark.parametrize("paper", PAPERS)
def test_a_page_draws_the_same_modules(code: Code, url: str, paper: Paper) -> None:
    page = pdf(printed(code, url), paper)
    drawn = of_pdf(page)
    assert read(drawn) == [code.text]
    assert drawn.tobytes() == of_png(png(code, 6)).tobytes()


@pytest.mark.parametrize(("paper", "points"), [("A4", b"[0 0 595.28 841.89]"), ("A0", b"[0 0 2383.94 3370.39]")])
def test_a_page_has_its_papers_size(paper: Paper, points: bytes) -> None:
    url = f"https://a.nl/q/{CODE}"
    assert points in pdf(printed(code_of(url), url), paper)


@pytest.mark.parametrize(
    ("language", "scan_me", "or_type"),
    [
        ("nl", "Scan mij met je camera", "Of typ in je browser:"),
        ("de-AT", "Scannen Sie mich mit der Kamera", "Oder tippen Sie im Browser:"),
        ("en", "Scan me with your camera", "Or type in your browser:"),
        ("fr", "Scan me with your camera", "Or type in your browser:"),
    ],
)
def test_a_page_says_what_to_do(language: str, scan_me: str, or_type: str) -> None:
    url = f"https://passerby.shop.example/q/{CODE}"
    said = words_of(pdf(printed(code_of(url), url, language, "Größe für Café-Gäste"), "A4"))
    assert said.splitlines() == [
        "Größe für Café-Gäste",
        "Kalverstraat 102",
        scan_me,
        f"{or_type} passerby.shop.example/q/{CODE}",
    ]


def test_a_long_title_takes_more_lines_and_no_word_is_lost() -> None:
    url, title = f"https://a.nl/q/{CODE}", " ".join(["Sneakers"] * 30)
    said = words_of(pdf(printed(code_of(url), url, title=title), "A4")).splitlines()
    assert " ".join(said[:-3]).split() == title.split()
    assert len(said) <= 6


def test_a_title_of_one_endless_word_fits_too() -> None:
    url = f"https://a.nl/q/{CODE}"
    assert "xxx" in words_of(pdf(printed(code_of(url), url, title="x" * 120), "A4"))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("Größe für Café", "Größe für Café"),
        ("Łódź, Čačak", "Lódz, Cacak"),
        ("“Nu” \u2013 20 €…", '"Nu" - 20 EUR...'),
        ("Hoi 👋 daar", "Hoi daar"),
        ("Привет", "??????"),
        ("a\u0000b\nc\u200d", "ab c"),
        ("e\u0301", "e"),
    ],
)
def test_what_the_font_can_not_write_is_written_otherwise(text: str, said: str) -> None:
    assert writable(text) == said
    url = f"https://a.nl/q/{CODE}"
    assert pdf(printed(code_of(url), url, title=text), "A4").startswith(b"%PDF-")


def test_the_same_poster_is_the_same_file() -> None:
    url = f"https://a.nl/q/{CODE}"
    assert pdf(printed(code_of(url), url), "A3") == pdf(printed(code_of(url), url), "A3")
