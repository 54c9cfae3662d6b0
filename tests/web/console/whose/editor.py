"""The campaign's page while it is written: whose is what."""

READERS, WRITERS = {"viewer", "marketer", "admin"}, {"marketer", "admin"}
PAGES: dict[str, set[str]] = {
    "/console/campaigns/sneakers/versions": READERS,
    "/console/campaigns/sneakers/versions?left=1&right=1": READERS,
    "/console/campaigns/sneakers/test": WRITERS,
    "/console/campaigns/sneakers/test?customer=sanne": WRITERS,
}
POSTS: dict[str, set[str]] = {
    "/console/campaigns/who": WRITERS,
    "/console/campaigns/what": WRITERS,
    "/console/campaigns/sneakers/test": WRITERS,
}
ELSEWHERE: set[str] = set()
"""Patterns of doors that another test tells of."""
