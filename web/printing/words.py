"""What stands on a printed poster beside the campaign's own title, in the order nl, de, en."""

from collections.abc import Mapping

LINES: Mapping[str, tuple[str, str, str]] = {
    "scan_me": ("Scan mij met je camera", "Scannen Sie mich mit der Kamera", "Scan me with your camera"),
    "or_type": ("Of typ in je browser:", "Oder tippen Sie im Browser:", "Or type in your browser:"),
    "title": ("Even kijken?", "Neugierig?", "Take a look"),
}
_TONGUES = ("nl", "de", "en")


def words_of(language: str) -> Mapping[str, str]:
    """In the language of the tag, or in English."""
    base = language.partition("-")[0].lower()
    number = _TONGUES.index(base) if base in _TONGUES else _TONGUES.index("en")
    return {name: line[number] for name, line in LINES.items()}
