"""Drawing a place: whose is what."""

PAGES: dict[str, set[str]] = {}
POSTS: dict[str, set[str]] = {}
ELSEWHERE: set[str] = set()
"""Patterns of doors that another test tells of."""
