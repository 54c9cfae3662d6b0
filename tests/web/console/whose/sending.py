"""What is sent once and takes long: whose is what."""

PAGES: dict[str, set[str]] = {"/console/campaigns/sneakers/rehearse/far": {"viewer", "marketer", "admin"}}
POSTS: dict[str, set[str]] = {}
ELSEWHERE: set[str] = set()
"""Patterns of doors that another test tells of."""
