"""Settings: whose is what."""

ADMIN = {"admin"}
PAGES: dict[str, set[str]] = {
    "/console/settings": ADMIN,
    "/console/settings/keys": ADMIN,
    "/console/settings/deeds": ADMIN,
    "/console/settings/health": ADMIN,
    "/console/settings/limits": ADMIN | {"marketer"},
    "/console/settings/shops": ADMIN,
    "/console/settings/new-shop": ADMIN,
    "/console/settings/deeds?by=command&what=created&since=2026-01-01T00:00": ADMIN,
    "/console/settings/deeds?sort=when&noun=place": ADMIN,
}
POSTS: dict[str, set[str]] = {
    "/console/settings/keys": ADMIN,
    "/console/settings/limits": ADMIN,
    "/console/settings/new-shop": ADMIN,
    "/console/users": ADMIN,
}
ELSEWHERE: set[str] = {
    "/console/settings/keys/{key_id}/rotate",
    "/console/settings/keys/{key_id}/revoke",
    "/console/settings/shops/{shop_id}",
    "/console/settings/shops/{shop_id}/edit",
    "/console/settings/shops/{shop_id}/rotate",
    "/console/settings/shops/{shop_id}/delete",
    "/console/settings/shops/{shop_id}/events.csv",
    "/console/settings/shops/{shop_id}/events/{event_id}",
    "/console/settings/shops/{shop_id}/events/{event_id}/replay",
    "/console/users/{user_id}",
    "/console/users/{user_id}/password",
    "/console/users/{user_id}/disable",
}
"""Patterns of doors that another test tells of: test_settings_keys.py, test_settings_shops.py,
test_settings_shop_steps.py, test_settings_users.py."""
