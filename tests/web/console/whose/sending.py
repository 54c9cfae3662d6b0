"""What is sent once and takes long: whose is what."""

PAGES: dict[str, set[str]] = {}
POSTS: dict[str, set[str]] = {}
ELSEWHERE: set[str] = {"/console/campaigns/sneakers/rehearse/far"}
"""Patterns of doors that another test tells of."""
