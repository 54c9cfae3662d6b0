"""The push services, and the texts that customers agree to: whose is what."""

ADMIN = {"admin"}
PAGES: dict[str, set[str]] = {
    "/console/settings/push": ADMIN,
    "/console/settings/push?customer=sanne": ADMIN,
    "/console/settings/consents": ADMIN,
    "/console/settings/consents/text?version=messages-1": ADMIN,
}
POSTS: dict[str, set[str]] = {"/console/settings/push/fcm": ADMIN, "/console/settings/push/message": ADMIN}
ELSEWHERE: set[str] = set()
"""Patterns of doors that another test tells of."""
