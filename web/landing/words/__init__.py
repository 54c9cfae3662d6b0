"""What landing pages say, in Dutch, German and English: one line a phrase, so that no language is left behind. Dutch with je, German with Sie."""

from collections.abc import Mapping

from web.landing.words import asking, coming, frame, landing, orders, recognising

Line = tuple[str, str, str]
TONGUES = ("nl", "de", "en")
"""The order in which each line says its phrase."""
AREAS: tuple[Mapping[str, Line], ...] = (
    frame.LINES,
    landing.LINES,
    orders.LINES,
    coming.LINES,
    recognising.LINES,
    asking.LINES,
)
LINES: Mapping[str, Line] = {name: line for area in AREAS for name, line in area.items()}
WORDS: Mapping[str, Mapping[str, str]] = {
    tongue: {name: line[number] for name, line in LINES.items()} for number, tongue in enumerate(TONGUES)
}
