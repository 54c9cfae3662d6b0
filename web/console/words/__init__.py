"""What the console says, in English, Dutch and German: one line a phrase, so that no language is left behind."""

from collections.abc import Mapping

from web.console.words import (
    campaigns,
    checks,
    conditions,
    facts,
    frame,
    inbox,
    offers,
    pickup,
    pickup_times,
    places,
    posters,
    reasons,
    rehearsing,
    removing,
    steps,
)

Line = tuple[str, str, str]
TONGUES = ("en", "nl", "de")
"""The order in which each line says its phrase."""
LINES: Mapping[str, Line] = {
    **frame.LINES,
    **places.LINES,
    **campaigns.LINES,
    **conditions.LINES,
    **facts.LINES,
    **offers.LINES,
    **posters.LINES,
    **checks.LINES,
    **steps.LINES,
    **rehearsing.LINES,
    **removing.LINES,
    **reasons.LINES,
    **inbox.LINES,
    **pickup.LINES,
    **pickup_times.LINES,
}
WORDS: Mapping[str, Mapping[str, str]] = {
    tongue: {name: line[number] for name, line in LINES.items()} for number, tongue in enumerate(TONGUES)
}
