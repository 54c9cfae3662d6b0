"""The live map: whose is what."""

_READERS = {"viewer", "marketer", "admin"}
PAGES: dict[str, set[str]] = {"/console/live": _READERS, "/console/live?cursor=dam-1": _READERS}
POSTS: dict[str, set[str]] = {}
ELSEWHERE: set[str] = {
    "/console/live/events",
    "/console/live/map",
    "/console/live/counts",
    "/console/live/posters",
    "/console/live/streets",
}
"""Patterns of doors that another test tells of: test_live.py."""
