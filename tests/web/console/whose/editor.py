"""The campaign's page while it is written: whose is what."""

PAGES: dict[str, set[str]] = {}
POSTS: dict[str, set[str]] = {
    "/console/campaigns/who": {"marketer", "admin"},
    "/console/campaigns/what": {"marketer", "admin"},
}
ELSEWHERE: set[str] = set()
"""Patterns of doors that another test tells of."""
