"""Each room's pages and deeds, and whose they are."""

from tests.web.console.whose import (
    care,
    codes,
    drawing,
    editor,
    lists,
    live,
    place_import,
    reports,
    sending,
    settings,
    spots,
    start,
    trust,
)

ROOMS = (live, drawing, place_import, editor, reports, care, codes, settings, start, spots, lists, trust, sending)
PAGES: dict[str, set[str]] = {}
POSTS: dict[str, set[str]] = {}
ELSEWHERE: set[str] = set()
for room in ROOMS:
    PAGES |= room.PAGES
    POSTS |= room.POSTS
    ELSEWHERE |= room.ELSEWHERE
