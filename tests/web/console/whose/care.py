"""A customer: found, told of, given out, erased: whose is what."""

PAGES: dict[str, set[str]] = {
    "/console/customers?q=nobody": {"viewer", "marketer", "admin"},
    "/console/customers/sanne?kind=moves": {"viewer", "marketer", "admin"},
    "/console/customers/sanne/erase": {"admin"},
}
POSTS: dict[str, set[str]] = {
    "/console/customers/sanne/export": {"admin"},
    "/console/customers/sanne/erase": {"admin"},
}
ELSEWHERE: set[str] = set()
"""Patterns of doors that another test tells of."""
