"""What the console says, in English, Dutch and German: one line a phrase, so that no language is left behind."""

from collections.abc import Mapping

from web.console.words import (
    audience,
    campaigns,
    care,
    checks,
    codes,
    conditions,
    drawing,
    editor,
    facts,
    frame,
    inbox,
    lists,
    live,
    offers,
    pickup,
    pickup_times,
    place_import,
    places,
    posters,
    reasons,
    rehearsing,
    removing,
    reports,
    settings,
    settings_consents,
    settings_limits,
    settings_push,
    settings_push_said,
    settings_shops,
    start,
    steps,
)

Line = tuple[str, str, str]
TONGUES = ("en", "nl", "de")
"""The order in which each line says its phrase."""
LINES: Mapping[str, Line] = {
    **frame.LINES,
    **places.LINES,
    **campaigns.LINES,
    **audience.LINES,
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
    **live.LINES,
    **drawing.LINES,
    **place_import.LINES,
    **editor.LINES,
    **reports.LINES,
    **care.LINES,
    **codes.LINES,
    **settings.LINES,
    **settings_limits.LINES,
    **settings_shops.LINES,
    **settings_push.LINES,
    **settings_push_said.LINES,
    **settings_consents.LINES,
    **start.LINES,
    **lists.LINES,
}
WORDS: Mapping[str, Mapping[str, str]] = {
    tongue: {name: line[number] for name, line in LINES.items()} for number, tongue in enumerate(TONGUES)
}
