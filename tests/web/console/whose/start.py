"""Home as it happens, the first steps, and the frame around every page: whose is what."""

PAGES: dict[str, set[str]] = {}
POSTS: dict[str, set[str]] = {}
ELSEWHERE: set[str] = {"/console/here"}
"""Patterns of doors that test_frame.py tells of."""
