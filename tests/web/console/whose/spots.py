"""What a campaign's small map draws: whose is what."""

PAGES: dict[str, set[str]] = {}
POSTS: dict[str, set[str]] = {}
ELSEWHERE: set[str] = {"/console/spots", "/console/spots/outlines"}
"""Patterns of doors that another test tells of: test_spots.py."""
