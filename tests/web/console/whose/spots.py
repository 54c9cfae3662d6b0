"""What a campaign's small map draws: whose is what."""

_READERS = {"viewer", "marketer", "admin"}
PAGES: dict[str, set[str]] = {
    "/console/spots": _READERS,
    "/console/spots/outlines?place=kalverstraat-102": _READERS,
}
POSTS: dict[str, set[str]] = {}
ELSEWHERE: set[str] = set()
