"""Reports: whose is what."""

READERS = {"viewer", "marketer", "admin"}
PAGES: dict[str, set[str]] = {
    "/console/reports": READERS,
    "/console/reports?days=90&by=place": READERS,
    "/console/reports/sneakers": READERS,
    "/console/reports/sneakers?by=variant": READERS,
}
POSTS: dict[str, set[str]] = {}
ELSEWHERE: set[str] = set()
"""Patterns of doors that another test tells of."""
