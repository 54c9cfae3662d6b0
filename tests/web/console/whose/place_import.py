"""Places from a file, their hours, and what is odd about them: whose is what."""

PAGES: dict[str, set[str]] = {"/console/places/import": {"marketer", "admin"}}
POSTS: dict[str, set[str]] = {"/console/places/import": {"marketer", "admin"}}
ELSEWHERE: set[str] = {"/console/places/import/far", "/console/posters/import/far"}
"""Patterns of doors that another test tells of."""
